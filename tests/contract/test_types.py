"""Every registered artifact type passes the same suite: it reads and checks its payload, is shown, edited and described."""

import datetime
import json

import msgspec
import pytest

from placet.artifacts import lifecycle
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import Effect, artifact_type, artifact_types, broken_types
from placet.artifacts.card import Card
from placet.customers.fields import Control
from placet.customers.schema import load_schema
from placet.db import json as database_json
from placet.errors import Invalid, PlacetError

# A payload of each type that it takes. A new type has to be given one here.
TAKEN = {
    "profile_edit": {"field_key": "occupation", "proposed_value": "Cook", "source_text": "works as a cook"},
    "task": {"title": "Send the education scenarios", "due": "2026-12-01", "source_text": "send him the scenarios"},
    "note": {"title": "Annual review", "text": "Calm about markets.\nWants fewer meetings.", "tags": ["review"]},
    "additional_fact": {"key": "boat", "label": "Boat", "value": "A 9 m sloop", "source_text": "his sloop"},
    "email_draft": {
        "to": ["Ana Lopes <ana@example.com>"],
        "subject": "The scenarios",
        "body": "Dear Ana,\nhere they are.",
        "source_text": "send her the scenarios",
    },
    "document": {"title": "Summary", "template": "summary", "data": {"title": "Summary", "rows": [["Risk", "Low"]]}},
}
SCHEMA = load_schema()
EVERY = sorted(artifact_types())


@pytest.fixture(params=EVERY)
def kind(request):
    return artifact_type(request.param)


@pytest.fixture
def payload(kind):
    return dict(TAKEN[kind.name])


def artifact(kind, payload, **more) -> Artifact:
    """An artifact of this type as it is read from the database."""
    values = dict.fromkeys(Artifact.__struct_fields__)
    values |= {
        "id": "a", "seq": 1, "created_at": datetime.datetime.now(datetime.UTC), "customer_id": "c", "rm_id": "r",
        "batch_id": "b", "version": 1, "artifact_type": kind.name, "status": "pending", "created_by_type": "agent",
        "created_by_id": "x", "payload": payload, "edited_value": msgspec.UNSET, "field": kind.field(payload),
        "field_version": 0, "customer_ref": "c", "customer_name": "Ana", "created_by_name": "x", "customer_rm": "r",
        "current_version": 0, "rivals": 0,
    }  # fmt: skip
    return Artifact(**{**values, **more})


def test_every_registered_type_is_tested_here_and_none_is_broken():
    assert set(TAKEN) == set(EVERY)
    assert broken_types() == {}


def test_its_name_and_label(kind):
    assert kind.name == artifact_type(kind.name).name
    assert kind.name.isidentifier()
    assert kind.name == kind.name.lower()
    assert kind.label
    assert kind.label != kind.name


def test_a_payload_is_read_and_checked(kind, payload):
    assert isinstance(kind.read(payload), kind.Payload)
    kind.check(payload, SCHEMA)


@pytest.mark.parametrize("wrong", [None, [], "text", 1, {}])
def test_what_is_no_payload_is_refused_with_a_sentence(kind, wrong):
    with pytest.raises(Invalid) as refused:
        kind.read(wrong)
    assert refused.value.sentence.endswith(".")
    assert kind.name in refused.value.sentence


def test_an_unknown_member_is_refused(kind, payload):
    with pytest.raises(Invalid):
        kind.read({**payload, "no_such_member": 1})


def test_a_member_of_another_json_type_is_refused(kind, payload):
    for name, value in payload.items():
        if name != "proposed_value" and isinstance(value, str):
            for wrong in (1, True, ["x"], {"x": 1}):
                with pytest.raises(Invalid):
                    kind.read({**payload, name: wrong})


def test_reading_and_checking_changes_nothing(kind, payload):
    before = json.dumps(payload)
    kind.read(payload)
    kind.check(payload, SCHEMA)
    kind.proposed_value(payload, SCHEMA)
    kind.on_approval(payload, kind.proposed_value(payload, SCHEMA))
    kind.card(artifact(kind, payload), SCHEMA)
    assert json.dumps(payload) == before


def test_what_it_would_apply_can_be_stored_and_is_stable(kind, payload):
    value = kind.proposed_value(payload, SCHEMA)
    assert database_json.decode(database_json.encode(value)) == value
    effect = kind.on_approval(payload, value)
    assert isinstance(effect, Effect)
    assert set(effect.set_fields) <= {kind.field(payload)}  # its own field at most


def test_its_card_is_data_for_every_status(kind, payload):
    for status in kind.lifecycle.statuses:
        edited = kind.proposed_value(payload, SCHEMA) if status == lifecycle.EDITED else msgspec.UNSET
        found = artifact(
            kind, payload, status=status, edited_value=edited, decided_at=datetime.datetime.now(datetime.UTC)
        )
        card = kind.card(found, SCHEMA)
        assert isinstance(card, Card)
        assert card.title
        assert msgspec.json.encode(card)


def test_its_title_is_a_line(kind, payload):
    title = kind.title(payload, SCHEMA)
    assert title.strip()
    assert "\n" not in title


def test_its_form_comes_back_as_the_proposal(kind, payload):
    """What the controls show, sent back untouched, is an edit that changes nothing."""
    controls = kind.controls(payload, SCHEMA)
    assert all(isinstance(control, Control) for control in controls)
    assert len({control.name for control in controls}) == len(controls)
    sent = {control.name: control.values or [control.value] for control in controls}
    value = kind.from_form(payload, sent, SCHEMA)
    assert kind.edited_value(payload, value, SCHEMA) == kind.proposed_value(payload, SCHEMA)


def test_names_that_are_not_its_controls_are_not_read(kind, payload):
    sent = {control.name: control.values or [control.value] for control in kind.controls(payload, SCHEMA)}
    assert kind.from_form(payload, {**sent, "status": ["x"], "id": ["y"]}, SCHEMA) == kind.from_form(
        payload, sent, SCHEMA
    )


def test_its_description_is_json_schema_that_refuses_unknown_members(kind):
    found = kind.describe()
    assert set(found) == {"name", "label", "statuses", "actions", "payload"}
    assert found["actions"][:3] == ["accept", "edit", "reject"]
    assert found["statuses"] == list(kind.lifecycle.statuses)
    assert found["statuses"][0] == "pending"
    assert {"superseded", "expired", "withdrawn"} <= set(found["statuses"])
    name = found["payload"]["$ref"].rpartition("/")[2]
    shape = found["payload"]["$defs"][name]
    assert shape["additionalProperties"] is False
    assert set(shape["properties"]) >= set(TAKEN[kind.name])
    json.dumps(found)


def test_text_that_nobody_can_store_does_not_break_it(kind, payload):
    """Whatever text stands in a member: taken, or refused with one of our errors."""
    for name, value in payload.items():
        if isinstance(value, str):
            for odd in ("", " ", "\n", "x" * 100_000, "😀", "\u202e", "<b>&\"'</b>", "{{7*7}}"):
                changed = {**payload, name: odd}
                try:
                    kind.read(changed)
                    kind.check(changed, SCHEMA)
                except PlacetError:
                    continue
                assert kind.card(artifact(kind, changed), SCHEMA).title
