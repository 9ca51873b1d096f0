"""A field that changed since the proposal: versions are compared, accepting over it is deliberate and recorded."""

import json

import pytest

from unit.artifacts.cases import artifact, verdict


def moved(proposed="Baker", *, then="Smith", now="Fletcher", **more):
    """Proposed when the field said `then` at version 1; it says `now` at version 3."""
    more.setdefault("field_version", 1)
    return artifact(proposed=proposed, current=now, current_version=3, payload={"previous_value": then}, **more)


def test_a_newer_version_refuses_with_all_three_values():
    outcome, changes = verdict(moved())
    assert (outcome.outcome, outcome.error.code, outcome.error.status) == ("stale", "stale", 409)
    assert outcome.error.members == {"proposed": "Baker", "expected": "Smith", "current": "Fletcher"}
    assert (outcome.artifact.status, changes.decided) == ("pending", [])


def test_the_same_value_under_a_newer_version_is_stale_too():
    assert verdict(moved(now="Smith"))[0].outcome == "stale"


def test_a_proposal_against_a_value_that_never_was_current_is_stale_from_birth():
    assert verdict(moved(field_version=None))[0].outcome == "stale"


def test_an_edit_of_a_stale_proposal_is_stale():
    assert verdict(moved(), "edited", edited_value="Cook")[0].outcome == "stale"


def test_a_stale_proposal_can_be_rejected():
    assert verdict(moved(), "rejected")[0].good


def test_what_the_profile_says_already_is_not_stale_and_is_not_written_again():
    outcome, changes = verdict(moved(now="Baker"))
    assert (outcome.outcome, outcome.artifact.status, changes.values) == ("applied", "accepted", {})
    assert len(changes.promises) == 1


def test_naming_the_current_value_accepts_over_it():
    outcome, changes = verdict(moved(), expected_current_value=" Fletcher")
    assert outcome.artifact.status == "accepted"
    assert [(value.value, value.expected) for value in changes.values.values()] == [("Baker", 3)]


def test_accepting_over_a_newer_value_is_recorded():
    _, changes = verdict(moved(now="Smith"), expected_current_value="Smith")
    body = json.loads(changes.events[0].body)
    assert (body["over"], body["before"]) == ("Smith", "Smith")


def test_an_ordinary_acceptance_is_over_nothing():
    _, changes = verdict(artifact(current="Smith", current_version=1))
    assert "over" not in json.loads(changes.events[0].body)


def test_naming_the_value_of_a_fresh_proposal_accepts_over_nothing():
    _, changes = verdict(artifact(current="Smith", current_version=1), expected_current_value="Smith")
    assert "over" not in json.loads(changes.events[0].body)


@pytest.mark.parametrize("expected", ["Smith", None, 7, {"no": "text"}])
def test_naming_another_value_is_stale(expected):
    outcome, _ = verdict(moved(), expected_current_value=expected)
    assert (outcome.outcome, outcome.error.members["expected"]) == ("stale", expected)


def test_naming_a_wrong_value_is_stale_even_where_the_proposal_is_fresh():
    assert verdict(artifact(current="Smith", current_version=1), expected_current_value="Cook")[0].outcome == "stale"


def test_null_names_an_empty_field():
    cleared = artifact(current=None, current_version=3, field_version=1)
    assert verdict(cleared)[0].outcome == "stale"
    assert verdict(cleared, expected_current_value=None)[0].good


def test_bulk_leaves_stale_ones_out():
    outcome, _ = verdict(moved(), bulk=True)
    assert (outcome.outcome, outcome.error.code) == ("left_out", "stale")


def test_a_decided_artifact_is_no_longer_stale():
    assert moved().stale
    assert not moved(status="superseded").stale


def test_a_field_never_set_and_never_changed_is_fresh():
    assert not artifact().stale


def test_the_value_shown_now_is_the_one_just_decided():
    outcome, _ = verdict(moved(), expected_current_value="Fletcher")
    assert (outcome.artifact.current_value, outcome.artifact.current_version) == ("Baker", 4)
