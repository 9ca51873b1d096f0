"""Ids on the wire."""

from placet.ids import new_id


def test_an_id_is_21_letters_and_digits():
    for _ in range(2000):
        found = new_id()
        assert len(found) == 21
        assert found.isascii()
        assert found.isalnum()


def test_no_two_are_the_same():
    assert len({new_id() for _ in range(10_000)}) == 10_000
