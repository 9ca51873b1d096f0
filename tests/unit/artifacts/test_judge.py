"""One decision at a time: what is applied, what is refused, and why."""

import json
from hashlib import sha256

import msgspec
import pytest

from placet.artifacts.judge import held_back
from placet.artifacts.outcome import MAX_REASON, Looked
from placet.customers.schema import ProfileSchema
from unit.artifacts.cases import (
    ADMIN,
    AUDITOR,
    BEFORE,
    NOW,
    OTHER_RM,
    READER,
    RM,
    SCHEMA,
    artifact,
    decision,
    judged,
    verdict,
)


def refusal(outcome):
    return outcome.outcome, outcome.error.code


# ── what is applied ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_acceptance_takes_the_canonical_value_of_what_was_proposed():
    outcome, changes = verdict(artifact("phone", "+44 7700 900417"))
    assert (outcome.outcome, outcome.artifact.status) == ("applied", "accepted")
    assert [value.value for value in changes.values.values()] == ["+447700900417"]
    assert outcome.artifact.payload["proposed_value"] == "+44 7700 900417"


def test_an_edit_applies_its_own_value_and_leaves_the_proposal():
    outcome, changes = verdict(artifact(), "edited", edited_value="  Confectioner ")
    assert (outcome.artifact.status, outcome.artifact.edited_value) == ("edited", "Confectioner")
    assert [value.value for value in changes.values.values()] == ["Confectioner"]
    assert outcome.artifact.payload["proposed_value"] == "Baker"


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_the_trail_keeps_how_the_evidence_was_read_and_asks_nothing_of_it(status):
    _, changes = verdict(artifact(), status, looked=Looked(opened=True, ms=38_000))
    assert json.loads(changes.events[0].body)["looked"] == {"opened": True, "ms": 38_000}
    outcome, changes = verdict(artifact(), status, looked=Looked(opened=False))
    assert (outcome.outcome, json.loads(changes.events[0].body)["looked"]) == ("applied", {"opened": False})
    _, changes = verdict(artifact(), status)
    assert "looked" not in json.loads(changes.events[0].body)


def test_a_first_signature_keeps_it_too():
    _, changes = verdict(artifact("residency", "Norway"), looked=Looked(opened=True))
    assert [event.kind for event in changes.events] == ["profile_edit.signed"]
    assert json.loads(changes.events[0].body)["looked"] == {"opened": True}


def test_a_rejection_changes_no_value_and_promises_nothing():
    outcome, changes = verdict(artifact(), "rejected", reason=" Not what she said. ")
    assert (outcome.artifact.status, outcome.artifact.reason) == ("rejected", "Not what she said.")
    assert (changes.values, changes.promises) == ({}, [])
    assert [event.kind for event in changes.events] == ["profile_edit.rejected"]


def test_the_decision_carries_its_person_and_the_time_it_was_given():
    outcome, _ = verdict(artifact())
    found = outcome.artifact
    assert (found.decided_by, found.decided_by_name, found.decided_at) == (RM.id, RM.name, NOW)


def test_an_approval_promises_one_delivery_that_names_its_event_and_trigger():
    outcome, changes = verdict(artifact(workflow_trigger="kyc-refresh"))
    [promise] = changes.promises
    assert (promise.topic, promise.trigger) == ("artifact.accepted", "kyc-refresh")
    assert (promise.event_id, promise.artifact_id) == (changes.events[0].id, outcome.artifact.id)


def test_the_version_replaced_is_the_one_that_was_read():
    _, changes = verdict(artifact(current="Smith", current_version=7))
    assert [value.expected for value in changes.values.values()] == [7]


def test_a_null_proposal_clears():
    outcome, changes = verdict(artifact(proposed=None, current="Smith", current_version=1))
    assert outcome.artifact.status == "accepted"
    assert [value.value for value in changes.values.values()] == [None]


def test_a_null_edit_clears_and_is_a_value():
    outcome, changes = verdict(artifact(current="Smith", current_version=1), "edited", edited_value=None)
    assert outcome.artifact.edited_value is None
    assert outcome.artifact.edited
    assert [value.value for value in changes.values.values()] == [None]


def test_an_edit_equal_to_the_proposal_is_an_acceptance():
    outcome, changes = verdict(artifact("phone", "+447700900417"), "edited", edited_value="+44 7700 900417")
    assert outcome.artifact.status == "accepted"
    assert not outcome.artifact.edited
    assert [event.kind for event in changes.events] == ["profile_edit.accepted"]


def test_nothing_that_was_handed_in_is_changed():
    found = artifact()
    verdict(found)
    assert found.status == "pending"


# ── the event ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_event_keeps_names_values_reason_and_evidence():
    _, changes = verdict(artifact(current="Smith", current_version=3), reason="She said so.")
    [event] = changes.events
    body = json.loads(event.body)
    assert (body["before"], body["after"], body["proposed"]) == ("Smith", "Baker", "Baker")
    assert (body["actorName"], body["customerName"], body["createdByName"]) == (RM.name, "Mara Lindqvist", READER.name)
    assert body["reason"] == "She said so."
    assert body["evidence"] == {"sourceId": "s1", "start": 0, "end": 5, "verified": True}


def test_the_commitment_is_over_salt_and_body():
    _, changes = verdict(artifact())
    [event] = changes.events
    assert event.commitment == sha256(event.salt + event.body.encode()).digest()


def test_a_rejections_event_holds_what_was_proposed_and_no_new_value():
    _, changes = verdict(artifact(), "rejected")
    body = json.loads(changes.events[0].body)
    assert body["proposed"] == "Baker"
    assert "after" not in body


# ── who ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["accepted", "edited", "rejected"])
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (READER, ("forbidden", "agents_never_decide")),
        (ADMIN, ("forbidden", "not_the_rm")),
        (AUDITOR, ("forbidden", "not_the_rm")),
        (OTHER_RM, ("not_found", "not_found")),
    ],
    ids=["agent", "admin", "auditor", "other RM"],
)
def test_only_the_attached_rm_decides(who, expected, status):
    more = {"edited_value": "Cook"} if status == "edited" else {}
    outcome, changes = verdict(artifact(), status, by=who, **more)
    assert refusal(outcome) == expected
    assert changes.decided == []


def test_another_rm_is_not_shown_the_artifact():
    outcome, _ = verdict(artifact(), by=OTHER_RM)
    assert outcome.artifact is None


def test_an_agent_of_other_customers_is_not_shown_the_artifact():
    bound = msgspec.structs.replace(READER, customers=("c2",))
    outcome, _ = verdict(artifact(), by=bound)
    assert (outcome.outcome, outcome.artifact) == ("forbidden", None)


def test_the_rm_is_the_customers_now_not_the_artifacts_then():
    outcome, _ = verdict(artifact(rm_id=RM.id, customer_rm=OTHER_RM.id))
    assert outcome.outcome == "not_found"


def test_a_customer_without_rm_is_nobodys_to_decide():
    outcome, _ = verdict(artifact(rm_id=None, customer_rm=None))
    assert outcome.outcome == "not_found"


def test_what_does_not_exist_is_not_found():
    [outcome], _ = judged([decision(artifact())], [])
    assert refusal(outcome) == ("not_found", "not_found")


def test_an_agent_is_told_it_never_decides_whether_or_not_the_artifact_exists():
    [outcome], _ = judged([decision(artifact(), by=READER)], [])
    assert refusal(outcome) == ("forbidden", "agents_never_decide")


# ── again, and too late ───────────────────────────────────────────────────────────────────────────────────────────────


def done(status, **more):
    return artifact(status=status, decided_by=RM.id, decided_by_name=RM.name, decided_at=BEFORE, **more)


@pytest.mark.parametrize(
    ("found", "again"),
    [
        (done("accepted"), {"status": "accepted"}),
        (done("accepted"), {"status": "edited", "edited_value": "Baker"}),
        (done("rejected"), {"status": "rejected"}),
        (done("edited", edited_value="Cook"), {"status": "edited", "edited_value": " Cook "}),
        (done("edited", edited_value=None), {"status": "edited", "edited_value": None}),
    ],
    ids=["accept", "edit to the proposal", "reject", "edit", "edit to null"],
)
def test_the_same_decision_again_is_unchanged(found, again):
    outcome, changes = verdict(found, **again)
    assert (outcome.outcome, outcome.good, changes.events) == ("unchanged", True, [])


@pytest.mark.parametrize(
    ("found", "other"),
    [
        (done("accepted"), {"status": "rejected"}),
        (done("accepted"), {"status": "edited", "edited_value": "Cook"}),
        (done("rejected"), {"status": "accepted"}),
        (done("rejected"), {"status": "edited", "edited_value": "Baker"}),
        (done("edited", edited_value="Cook"), {"status": "accepted"}),
        (done("edited", edited_value="Cook"), {"status": "edited", "edited_value": "Chef"}),
        (done("edited", edited_value="Cook"), {"status": "edited", "edited_value": None}),
        (done("accepted"), {"status": "pending"}),
        (done("edited", edited_value="Cook"), {"status": "edited"}),
    ],
)
def test_another_decision_afterwards_is_told_who_was_first(found, other):
    outcome, changes = verdict(found, **other)
    assert refusal(outcome) == ("already_decided", "already_decided")
    assert RM.name in outcome.error.sentence
    assert changes.events == []


def test_somebody_elses_same_decision_is_not_the_same():
    found = done("accepted", customer_rm=OTHER_RM.id)
    outcome, _ = verdict(found, by=OTHER_RM)
    assert outcome.outcome == "already_decided"


@pytest.mark.parametrize("status", ["superseded", "withdrawn", "expired"])
def test_what_ended_without_a_decision_takes_none(status):
    outcome, _ = verdict(artifact(status=status, decided_at=BEFORE), "rejected")
    assert refusal(outcome) == ("already_decided", "already_decided")
    assert outcome.error.members["decided_by"] == "Placet"
    assert "before" in outcome.error.sentence


# ── malformed ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"status": "pending"}, "not_a_decision"),
        ({"status": "superseded"}, "invalid_status"),
        ({"status": ""}, "invalid_status"),
        ({"status": "edited"}, "edited_value_missing"),
        ({"status": "accepted", "edited_value": "Cook"}, "edited_value_unexpected"),
        ({"status": "rejected", "edited_value": None}, "edited_value_unexpected"),
        ({"status": "rejected", "reason": "x" * (MAX_REASON + 1)}, "reason_too_long"),
        ({"status": "edited", "edited_value": "x" * 41}, "invalid_value"),
        ({"status": "edited", "edited_value": 7}, "invalid_value"),
    ],
)
def test_a_malformed_decision_says_what_is_wrong(asked, code):
    outcome, changes = verdict(artifact(), **asked)
    assert refusal(outcome) == ("invalid", code)
    assert changes.decided == []


def test_an_edit_to_what_the_profile_says_is_no_change():
    outcome, _ = verdict(artifact(current="Smith", current_version=1), "edited", edited_value=" Smith")
    assert refusal(outcome) == ("invalid", "no_change")


def test_a_reason_of_exactly_the_limit_is_taken():
    outcome, _ = verdict(artifact(), "rejected", reason="x" * MAX_REASON)
    assert outcome.good


# ── policy ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reason", [None, "", "   "])
@pytest.mark.parametrize("asked", [{"status": "accepted"}, {"status": "edited", "edited_value": "A sale"}])
def test_a_reason_policy_asks_for_words(asked, reason):
    outcome, _ = verdict(artifact("wealth", "Inheritance"), reason=reason, **asked)
    assert refusal(outcome) == ("invalid", "reason_required")


def test_a_reason_policy_is_content_with_words_and_rejects_without():
    assert verdict(artifact("wealth", "Inheritance"), reason="Seen the deed.")[0].good
    assert verdict(artifact("wealth", "Inheritance"), "rejected")[0].good


def test_a_stale_proposal_is_told_so_before_a_reason_is_asked_for():
    outcome, _ = verdict(artifact("wealth", "Inheritance", current="Sale", current_version=2, field_version=1))
    assert outcome.outcome == "stale"


@pytest.mark.parametrize("asked", [{"status": "accepted"}, {"status": "edited", "edited_value": "France"}])
def test_one_of_two_signatures_decides_nothing(asked):
    outcome, changes = verdict(artifact("residency", "Italy"), reason="So they said.", **asked)
    assert (outcome.outcome, outcome.artifact.status) == ("signed", "pending")
    assert (changes.decided, changes.values, changes.promises) == ([], {}, [])
    assert [event.kind for event in changes.events] == ["profile_edit.signed"]


def test_either_person_alone_rejects_where_two_sign():
    assert verdict(artifact("residency", "Italy"), "rejected")[0].good


def test_an_agents_proposal_for_a_field_of_people_cannot_be_accepted():
    assert refusal(verdict(artifact("consent", "granted"))[0]) == ("invalid", "policy")
    assert verdict(artifact("consent", "granted"), "rejected")[0].good


def test_a_persons_proposal_for_a_field_of_people_can():
    assert verdict(artifact("consent", "granted", created_by_type="rm"))[0].good


# ── the schema moved on ───────────────────────────────────────────────────────────────────────────────────────────────

WITHOUT = ProfileSchema("2", "EUR", tuple(f for f in SCHEMA.fields if f.key != "colour"))


@pytest.mark.parametrize("asked", [{"status": "accepted"}, {"status": "edited", "edited_value": "blue"}])
def test_a_field_that_is_gone_takes_nothing(asked):
    outcome, changes = verdict(artifact("colour", "red"), schema=WITHOUT, **asked)
    assert refusal(outcome) == ("invalid", "schema_changed")
    assert (outcome.error.status, outcome.artifact.status, changes.decided) == (409, "pending", [])


def test_a_proposal_for_a_field_that_is_gone_can_be_rejected():
    assert verdict(artifact("colour", "red"), "rejected", schema=WITHOUT)[0].good


def test_a_value_no_longer_taken_is_a_change_of_the_schema():
    outcome, _ = verdict(artifact("colour", "green"))
    assert refusal(outcome) == ("invalid", "schema_changed")


def test_a_value_no_longer_taken_can_be_edited_into_one_that_is():
    outcome, _ = verdict(artifact("colour", "green"), "edited", edited_value="blue")
    assert (outcome.outcome, outcome.artifact.status) == ("applied", "edited")


# ── looking ahead ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("found", "bulk", "code"),
    [
        (artifact(), True, None),
        (artifact(evidence_verified=False), True, "unverified"),
        (artifact(evidence_verified=False), False, None),
        (artifact("wealth", "Inheritance"), True, "policy_reason"),
        (artifact("wealth", "Inheritance"), False, "reason_required"),
        (artifact(status="rejected", decided_at=BEFORE), True, "already_decided"),
    ],
)
def test_what_would_hold_an_acceptance_back_is_known_before(found, bulk, code):
    assert held_back(found, RM, SCHEMA, bulk=bulk) == code
