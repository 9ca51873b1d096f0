"""An artifact starts pending and leaves that status once."""

import pytest

from placet.artifacts.artifact_type import Unknown, artifact_types
from placet.artifacts.lifecycle import COUNTERSIGN, ENDED_WITHOUT_DECISION, KNOWN, Lifecycle


def test_a_profile_edit_has_the_seven_statuses():
    assert artifact_types()["profile_edit"].lifecycle.statuses == (
        "pending",
        "accepted",
        "edited",
        "rejected",
        "superseded",
        "expired",
        "withdrawn",
    )


@pytest.mark.parametrize("decision", ["accepted", "edited", "rejected"])
def test_a_pending_one_takes_every_decision_of_its_type(decision):
    assert COUNTERSIGN.allows("pending", decision)


@pytest.mark.parametrize("decision", [*ENDED_WITHOUT_DECISION, "pending", "approved", ""])
def test_nobody_decides_what_only_placet_sets(decision):
    assert not COUNTERSIGN.allows("pending", decision)


@pytest.mark.parametrize("status", [s for s in COUNTERSIGN.statuses if s != "pending"])
@pytest.mark.parametrize("decision", ["accepted", "edited", "rejected"])
def test_what_has_left_pending_takes_none(status, decision):
    assert not COUNTERSIGN.allows(status, decision)


def test_a_type_may_know_fewer_decisions():
    assert not Lifecycle(decisions=("rejected",)).allows("pending", "accepted")
    assert Unknown.lifecycle.statuses[:2] == ("pending", "rejected")


def test_a_client_may_name_four_statuses():
    assert KNOWN == ("pending", "accepted", "rejected", "edited")
