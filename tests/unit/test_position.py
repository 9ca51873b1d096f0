"""A place in the stream: nothing missed and nothing twice, whatever appears in which order."""

import random

import pytest

from placet.audit.position import MOST, Position, read
from placet.errors import Invalid


def test_every_number_is_new_once_in_whatever_order_they_appear():
    numbers = list(range(1, 200))
    random.Random(7).shuffle(numbers)
    place, taken = Position(), []
    for number in [*numbers, *numbers]:
        if place.take(number):
            taken.append(number)
    assert taken == numbers
    assert (place.high, place.missing) == (199, set())


def test_going_on_from_its_text_is_going_on():
    place = Position(10)
    for number in (13, 12, 20):
        place.take(number)
    assert str(place) == "20-11.14.15.16.17.18.19"
    again = read(str(place))
    assert [number for number in range(9, 23) if again.take(number)] == [11, 14, 15, 16, 17, 18, 19, 21, 22]


def test_what_will_never_come_is_not_waited_for():
    place = Position(10)
    place.take(13)
    place.give_up({11, 12})
    assert str(place) == "13"
    assert not place.take(11)


def test_with_too_many_missing_it_starts_before_the_first():
    place = Position(10)
    place.take(11 + MOST + 5)
    assert str(place) == "10"


def test_a_sequence_set_far_ahead_is_not_waited_for():
    place = Position(10)
    assert place.take(10_000_000_000)
    assert place.missing == set()


BAD = ["", "x", "-1", "1-", "5-6", "5-5", "5-1.", "5-a", "1.5", " 5", "5\n", "٥", "9" * 19, "9-" + ".".join("1" * 65)]


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_refused(text: str):
    with pytest.raises(Invalid):
        read(text)
