"""What holds for every value of every type of field."""

import json
from itertools import pairwise

import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placet.customers.fields import canonical, change, control, display, from_form, json_schema, same
from placet.errors import InvalidValue
from unit.customers.field_samples import RAW, field, jsons

quick = settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
every_type = pytest.mark.parametrize("name", RAW)


def taken(field, raw):
    """Return the canonical value; None if the field refuses it, which it may only do with `InvalidValue`."""
    try:
        return canonical(field, raw, region="GB")
    except InvalidValue as refused:
        refusal = refused
    assert refusal.sentence.startswith("It does not take ")
    assert refusal.sentence.isprintable()
    return None


def sent(control):
    """Return what a browser sends for a control that nobody touched."""
    texts = control.values if control.kind == "checkboxes" else [control.value.replace("\n", "\r\n")]
    return texts if control.other is None else [*texts, control.other]


@every_type
@quick
@given(data=st.data())
def test_a_canonical_value_is_json_and_stays_as_it_is(name, data):
    field, raws = RAW[name]
    value = taken(field, data.draw(raws))
    if value is None:
        return
    again = canonical(field, value)
    assert again == value
    assert type(again) is type(value)
    stored = msgspec.json.decode(msgspec.json.encode(value))
    assert canonical(field, stored) == value
    assert same(field, stored, value)
    jsonschema_rs.validate(json_schema(field), value)


@every_type
@quick
@given(data=st.data())
def test_same_is_reflexive_and_symmetric(name, data):
    field, raws = RAW[name]
    one, other = taken(field, data.draw(raws)), taken(field, data.draw(raws))
    assert same(field, one, one)
    assert same(field, one, other) is same(field, other, one)
    if type(one) is not list and not isinstance(one, dict | float):
        assert same(field, one, other) is (json.dumps(one) == json.dumps(other)) or name in ("any", "list")


@every_type
@quick
@given(data=st.data())
def test_an_untouched_form_sends_the_value_back(name, data):
    field, raws = RAW[name]
    value = taken(field, data.draw(raws))
    shown = control(field, value)
    back = canonical(field, from_form(field, sent(shown)))
    assert back == (None if value == [] and shown.kind in ("lines", "checkboxes") else value)


@every_type
@quick
@given(data=st.data())
def test_anything_stored_can_be_shown_compared_and_edited(name, data):
    field, raws = RAW[name]
    value = taken(field, data.draw(raws))
    stray = data.draw(jsons)  # what a profile may hold after the type of a field was changed
    for one, other in ((value, stray), (stray, value), (stray, stray), (value, value)):
        shown = change(field, one, other)
        assert shown.before == (None if one is None else display(field, one))
        assert shown.after == (None if other is None else display(field, other))
        assert shown.kind in ("text", "list", "ordered", "plain")
        assert isinstance(same(field, one, other), bool)
    assert isinstance(control(field, stray).value, str)


@quick
@given(raw=jsons)
def test_no_type_fails_otherwise_than_by_refusing(raw):
    for each, _ in RAW.values():
        taken(each, raw)


@given(before=st.text("ab \n"), after=st.text("ab \n"))
@quick
def test_the_pieces_of_two_texts_are_their_words(before, after):
    pieces = change(field("longtext"), before, after).pieces
    assert " ".join(each.text for each in pieces if each.kind != "added").split() == before.split()
    assert " ".join(each.text for each in pieces if each.kind != "removed").split() == after.split()
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


@given(before=st.lists(st.integers(0, 5)), after=st.lists(st.integers(0, 5)))
@quick
def test_the_pieces_of_two_lists_are_their_items(before, after):
    it = field("list", items="integer")
    before, after = canonical(it, before), canonical(it, after)
    pieces = change(it, before, after).pieces
    assert [int(each.text) for each in pieces if each.kind != "added"] == before
    assert {int(each.text) for each in pieces if each.kind != "removed"} == set(after)
    assert same(it, before, after) is all(each.kind == "kept" for each in pieces)
