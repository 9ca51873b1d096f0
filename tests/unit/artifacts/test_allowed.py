"""Which decisions a caller is offered: as many as would be taken."""

import msgspec
import pytest

from placet.artifacts.artifact import Signature, wire
from placet.artifacts.lifecycle import DECISIONS
from placet.identity.principal import Authority
from unit.artifacts.cases import NOW, OTHER_RM, RM, SCHEMA, artifact

COSIGNER = msgspec.structs.replace(OTHER_RM, authority=Authority(customers={"c1": "cosign"}))


@pytest.mark.parametrize(
    ("signed_against", "offered"), [(1, ["accepted", "rejected"]), (0, ["rejected"])], ids=["counts", "moved on since"]
)
def test_a_co_signer_is_offered_what_was_signed_while_that_signature_counts(signed_against, offered):
    first = Signature(act="signed", at=NOW, by=RM.id, by_name=RM.name, status="accepted", field_version=signed_against)
    found = artifact("residency", "France", current="Spain", current_version=1, signature=first)
    assert wire(found, COSIGNER, SCHEMA, DECISIONS, None).allowed == offered
