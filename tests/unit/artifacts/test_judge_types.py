"""What a type may say and what it may not: its own lifecycle, its effects, its absence."""

from typing import Any

import msgspec
import pytest

from placet.artifacts import judge
from placet.artifacts.artifact_type import ArtifactType, Effect, Unknown
from placet.artifacts.lifecycle import Lifecycle
from placet.errors import InvalidValue
from unit.artifacts.cases import artifact, decision, judged, verdict


class NotePayload(msgspec.Struct):
    text: str
    day: str | None = None


class Note(ArtifactType):
    """A type that changes no field."""

    name, label = "note", "Note"
    Payload = NotePayload

    def check(self, payload: dict[str, Any], schema: Any) -> None:
        if payload["text"] == "":
            raise InvalidValue("A note says something.")


@pytest.fixture
def types(monkeypatch):
    found = {"note": Note()}
    monkeypatch.setattr(judge, "artifact_type", lambda name: found.get(name) or Unknown())
    return found


def note(**more):
    return artifact(None, artifact_type="note", payload={"text": "Likes sailing"}, field_version=None, **more)


def test_a_type_without_a_field_is_decided_without_a_profile(types):
    outcome, changes = verdict(note())
    assert (outcome.outcome, changes.values) == ("applied", {})
    assert [event.kind for event in changes.events] == ["note.accepted"]


def test_two_of_a_type_without_a_field_are_no_rivals(types):
    first, second = note(), note()
    _, changes = judged([decision(first)], [first, second])
    assert [found.id for found in changes.decided] == [first.id]


def test_an_edit_of_another_type_names_members(types):
    outcome, _ = verdict(note(), "edited", edited_value={"day": "Friday"})
    assert outcome.artifact.edited_value["day"] == "Friday"
    assert outcome.artifact.edited_value["text"] == "Likes sailing"


@pytest.mark.parametrize("value", ["Friday", {"text": ""}, {"text": 7}])
def test_an_edit_its_type_does_not_take_is_refused(types, value):
    outcome, changes = verdict(note(), "edited", edited_value=value)
    assert (outcome.outcome, outcome.error.status, changes.decided) == ("invalid", 422, [])


def test_a_type_decides_which_decisions_it_knows(types):
    class ReadOnly(Note):
        lifecycle = Lifecycle(decisions=("accepted", "rejected"))

    types["note"] = ReadOnly()
    outcome, _ = verdict(note(), "edited", edited_value={"day": "Friday"})
    assert (outcome.outcome, outcome.error.code) == ("invalid", "not_in_lifecycle")


@pytest.mark.parametrize("asked", [{"status": "accepted"}, {"status": "edited", "edited_value": {}}])
def test_a_type_whose_plug_in_is_gone_is_not_accepted(types, asked):
    outcome, changes = verdict(artifact(artifact_type="gone"), **asked)
    assert (outcome.error.code, changes.decided) == ("not_in_lifecycle", [])


def test_a_type_whose_plug_in_is_gone_can_be_rejected(types):
    assert verdict(artifact(artifact_type="gone"), "rejected")[0].good


@pytest.mark.parametrize("field", [None, "occupation"])
def test_an_effect_on_a_field_not_its_own_changes_nothing_at_all(types, field):
    class Greedy(Note):
        def on_approval(self, payload, value):
            return Effect(set_fields={"occupation": "Baker", "amount": "1000000"})

    types["note"] = Greedy()
    outcome, changes = verdict(artifact(field, artifact_type="note", payload={"text": "x"}))
    assert (outcome.outcome, outcome.error.code) == ("invalid", "effect_out_of_bounds")
    assert outcome.artifact.status == "pending"
    assert (changes.decided, changes.values, changes.events, changes.promises) == ([], {}, [], [])


def test_an_error_of_a_type_in_its_effect_changes_nothing_at_all(types):
    class Sorry(Note):
        def on_approval(self, payload, value):
            raise InvalidValue("Not today.")

    types["note"] = Sorry()
    outcome, changes = verdict(note())
    assert (outcome.outcome, outcome.artifact.status, changes.events) == ("invalid", "pending", [])
