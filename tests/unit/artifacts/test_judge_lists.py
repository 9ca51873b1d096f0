"""Decisions on several artifacts at once: they see each other, rivals are superseded, a list can be all or nothing."""

import json

import pytest

from placet.identity.principal import SYSTEM
from unit.artifacts.cases import OTHER_RM, RM, SCHEMA, artifact, decision, judged, verdict


def statuses(outcomes):
    return [(outcome.outcome, outcome.artifact and outcome.artifact.status) for outcome in outcomes]


def rivals(*values, **more):
    return [artifact(proposed=value, rivals=len(values) - 1, **more) for value in values]


# ── rivals ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_accepting_one_supersedes_its_rivals_and_says_who_won():
    winner, loser, other = rivals("Baker", "Cook", "Chef")
    _, changes = judged([decision(winner)], [winner, loser, other])
    assert [found.status for found in changes.decided] == ["accepted", "superseded", "superseded"]
    for event in changes.events[1:]:
        assert (event.kind, event.actor) == ("profile_edit.superseded", SYSTEM)
        assert json.loads(event.body)["winner"] == winner.id


def test_superseding_promises_nothing_and_sets_nothing():
    winner, loser = rivals("Baker", "Cook")
    _, changes = judged([decision(winner)], [winner, loser])
    assert [promise.artifact_id for promise in changes.promises] == [winner.id]
    assert [value.artifact_id for value in changes.values.values()] == [winner.id]


def test_a_superseded_rival_was_decided_by_nobody():
    winner, loser = rivals("Baker", "Cook")
    _, changes = judged([decision(winner)], [winner, loser])
    assert (changes.decided[1].decided_by, changes.decided[1].decided_at) == (None, changes.decided[0].decided_at)


def test_rejecting_leaves_the_rivals_waiting_with_one_rival_fewer():
    first, second, third = rivals("Baker", "Cook", "Chef")
    outcomes, changes = judged([decision(first, "rejected"), decision(second, bulk=True)], [first, second, third])
    assert [found.id for found in changes.decided] == [first.id]
    assert (outcomes[1].error.code, outcomes[1].artifact.rivals) == ("rival", 1)


@pytest.mark.parametrize(
    "apart",
    [{"field": "amount", "proposed": "1"}, {"customer_id": "c2", "customer_ref": "c2"}, {"status": "rejected"}],
    ids=["another field", "another customer", "decided"],
)
def test_only_pending_ones_of_the_same_field_and_customer_are_rivals(apart):
    winner, other = artifact(), artifact(**({"proposed": "Cook"} | apart))
    _, changes = judged([decision(winner)], [winner, other])
    assert [found.id for found in changes.decided] == [winner.id]


def test_two_acceptances_on_one_field_are_judged_in_order():
    first, second = rivals("Baker", "Cook")
    outcomes, changes = judged([decision(first), decision(second)], [first, second])
    assert statuses(outcomes) == [("applied", "accepted"), ("already_decided", "superseded")]
    assert [value.value for value in changes.values.values()] == ["Baker"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_explicit_rejection_beats_being_superseded(order):
    winner, loser = rivals("Baker", "Cook")
    asked = [decision(winner), decision(loser, "rejected", reason="No.")]
    _, changes = judged([asked[n] for n in order], [winner, loser])
    assert {found.id: (found.status, found.reason) for found in changes.decided} == {
        winner.id: ("accepted", None),
        loser.id: ("rejected", "No."),
    }


@pytest.mark.parametrize(
    "feeble",
    [{"by": OTHER_RM}, {"reason": "x" * 5000}, {"edited_value": "Chef"}],
    ids=["not theirs", "reason too long", "malformed"],
)
def test_a_rejection_that_cannot_be_made_saves_no_rival(feeble):
    winner, loser = rivals("Baker", "Cook")
    _, changes = judged([decision(winner), decision(loser, "rejected", **feeble)], [winner, loser])
    assert [found.status for found in changes.decided] == ["accepted", "superseded"]


def test_the_same_id_twice_is_one_decision():
    found = artifact()
    outcomes, changes = judged([decision(found), decision(found)], [found])
    assert statuses(outcomes) == [("applied", "accepted"), ("unchanged", "accepted")]
    assert (len(changes.decided), len(changes.events)) == (1, 1)


def test_contradicting_decisions_in_one_list_go_to_the_first():
    found = artifact()
    outcomes, changes = judged([decision(found, "rejected"), decision(found)], [found])
    assert [outcome.outcome for outcome in outcomes] == ["applied", "already_decided"]
    assert [event.kind for event in changes.events] == ["profile_edit.rejected"]


def test_a_bad_one_does_not_spoil_its_neighbours():
    first, second = artifact(), artifact("amount", "12.5")
    outcomes, changes = judged([decision(first, "edited"), decision(second)], [first, second])
    assert [outcome.outcome for outcome in outcomes] == ["invalid", "applied"]
    assert [found.id for found in changes.decided] == [second.id]


def test_outcomes_stand_in_the_order_of_the_decisions():
    found = [artifact("amount", "1"), artifact("phone", "+447700900417"), artifact()]
    outcomes, _ = judged([decision(each) for each in reversed(found)], found)
    assert [outcome.artifact_id for outcome in outcomes] == [each.id for each in reversed(found)]


# ── all or nothing ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_atomic_list_with_a_bad_one_applies_none():
    good, bad = artifact(), artifact("wealth", "Inheritance")
    outcomes, changes = judged([decision(good), decision(bad)], [good, bad], atomic=True)
    assert statuses(outcomes) == [("left_out", "pending"), ("invalid", "pending")]
    assert [outcome.error.code for outcome in outcomes] == ["atomic", "reason_required"]
    assert (changes.decided, changes.values, changes.events, changes.promises) == ([], {}, [], [])


def test_an_atomic_list_that_fails_shows_every_artifact_as_it_is():
    first, second = rivals("Baker", "Cook")
    outcomes, _ = judged([decision(first), decision(second)], [first, second], atomic=True)
    assert [outcome.artifact.status for outcome in outcomes] == ["pending", "pending"]
    assert [outcome.artifact.current_value for outcome in outcomes] == [None, None]


def test_an_atomic_list_of_good_ones_applies_all():
    first, second = artifact(), artifact("amount", "12.5")
    outcomes, changes = judged([decision(first), decision(second, "rejected")], [first, second], atomic=True)
    assert [outcome.good for outcome in outcomes] == [True, True]
    assert len(changes.decided) == 2


def test_a_decision_made_before_does_not_fail_an_atomic_list():
    before = artifact(status="accepted", decided_by=RM.id, decided_by_name=RM.name)
    found = artifact()
    outcomes, changes = judged([decision(before), decision(found)], [before, found], atomic=True)
    assert [outcome.outcome for outcome in outcomes] == ["unchanged", "applied"]
    assert len(changes.decided) == 1


# ── bulk ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (artifact(payload={"confidence": "low"}), "low_confidence"),
        (artifact(evidence_verified=False), "unverified"),
        (artifact(evidence_verified=None), "unverified"),
        (artifact(rivals=1), "rival"),
        (artifact("wealth", "Inheritance"), "policy_reason"),
        (artifact("residency", "Italy"), "policy_dual"),
        (artifact("consent", "granted", created_by_type="rm"), "policy_human_only"),
        (artifact(status="rejected", decided_by=RM.id), "already_decided"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bulk_acceptance_leaves_out_what_a_person_should_look_at(found, code):
    outcome, changes = verdict(found, bulk=True, reason="All of them.")
    assert (outcome.outcome, outcome.error.code) == ("left_out", code)
    assert (changes.decided, changes.values) == ([], {})


@pytest.mark.parametrize("confidence", ["high", "medium", None])
def test_bulk_takes_the_rest(confidence):
    assert verdict(artifact(payload={"confidence": confidence}), bulk=True)[0].good


@pytest.mark.parametrize(
    "found",
    [artifact(payload={"confidence": "low"}), artifact(evidence_verified=False), artifact(rivals=1)],
    ids=["low confidence", "unverified", "rival"],
)
def test_by_name_a_person_may_accept_them(found):
    assert verdict(found)[0].good


def test_bulk_rejection_takes_everything():
    found = [artifact(payload={"confidence": "low"}), artifact("residency", "Italy"), artifact("amount", "1", rivals=1)]
    outcomes, _ = judged([decision(each, "rejected", bulk=True) for each in found], found, schema=SCHEMA)
    assert [outcome.good for outcome in outcomes] == [True, True, True]
