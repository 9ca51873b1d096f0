"""Numbers survive exactly or are refused; what PostgreSQL cannot hold is refused with a sentence."""

import json as standard
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.db import json
from placet.errors import Invalid


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9007199254740993", 2**53 + 1),
        ("-18446744073709551617", -(2**64) - 1),
        ("100000000000000000000000000000000000000000", 10**41),
        ("0.1", 0.1),
        ("0.10", 0.1),
        ("1.0", 1.0),
        ("1e22", 1e22),
        ("5e-324", 5e-324),
        ("-0.0", 0.0),
        ("0e999", 0.0),
    ],
)
def test_a_number_that_can_be_kept_is(text, value):
    assert json.decode(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "0.1000000000000000055511151231257827",
        "9007199254740993.0",
        "1e400",
        "-1e400",
        "1e-400",
        "0.123456789012345678901",
    ],
)
def test_a_number_that_a_float_would_change_is_refused(text):
    with pytest.raises(Invalid, match="cannot be kept exactly") as caught:
        json.decode(f'{{"value": [{text}]}}')
    assert caught.value.code == "inexact_number"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_any_decimal_comes_back_as_it_was_or_not_at_all(number):
    try:
        found = json.decode(f"[{number}]")[0]
    except Invalid:
        return
    assert Decimal(repr(found)) == number


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12))
def test_what_is_encoded_is_decoded_the_same(value):
    assert json.decode(json.encode(value)) == value


def test_encoding_sorts_members_so_that_a_digest_does_not_depend_on_their_order():
    assert json.encode({"b": 1, "a": {"d": None, "c": []}}) == '{"a":{"c":[],"d":null},"b":1}'


def test_nothing_and_null_differ():
    assert json.encode(None) == "null"


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d", "x\udfffy"])
@pytest.mark.parametrize("place", [lambda t: t, lambda t: [t], lambda t: {"key": {"deeper": t}}, lambda t: {t: 1}])
def test_text_that_cannot_be_stored_is_refused_wherever_it_stands(text, place):
    with pytest.raises(Invalid) as caught:
        json.encode(place(text))
    assert caught.value.code == "unstorable_text"


@pytest.mark.parametrize("text", ["\u202eevil", "e\u0301", "👩‍👩‍👧", "\ufeff", "\u2028", ""])
def test_odd_text_is_kept_as_it_is(text):
    assert json.decode(json.encode(text)) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number):
    with pytest.raises(Invalid):
        json.encode({"value": [number]})


def nested(levels):
    return standard.loads("[" * levels + "]" * levels)


def test_nesting_is_bounded():
    json.encode(nested(json.MAX_DEPTH + 1))
    with pytest.raises(Invalid) as caught:
        json.encode(nested(json.MAX_DEPTH + 2))
    assert caught.value.code == "too_deep"
