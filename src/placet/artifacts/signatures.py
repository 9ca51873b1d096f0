"""Two signatures: what a field of the policy `dual` asks for. Pure; the state keeps what follows.

The attached RM (or a live delegate) signs first, then a co-signer of the customer or its team, a different person. A first
signature lapses when the field's version, the signed value or the signer's authority changes. Either may reject.
"""

from __future__ import annotations

import msgspec

from placet.artifacts import lifecycle
from placet.artifacts.artifact import Artifact, Signature
from placet.artifacts.outcome import Decision
from placet.artifacts.state import State
from placet.customers import fields
from placet.customers.access import Standing
from placet.customers.schema import Field
from placet.errors import Conflict, Forbidden, PlacetError

NO_LONGER = "Who signed first may not sign for this customer any more."
_MOVED_ON = "The field changed after it was signed."
_OTHER_VALUE = "Another value was signed instead."


def refusal(field: Field | None, stands: Standing) -> PlacetError | None:
    """Why a co-signer has no say here: only a field that takes two signatures asks for theirs."""
    if stands.decides or (field is not None and field.policy == "dual"):
        return None
    return Forbidden("A co-signer gives second signatures only; this takes one, the RM's.", code="not_the_rm")


def first(state: State, artifact: Artifact) -> Signature | None:
    """The first signature, if it still counts; one that does not is lapsed here."""
    found = artifact.signed
    if found is None:
        return None
    if not state.signer_stands(artifact, found):
        state.lapse(artifact, found, NO_LONGER)
    elif found.field_version != artifact.current_version:
        state.lapse(artifact, found, _MOVED_ON)
    else:
        return found
    return None


def sign(
    state: State, artifact: Artifact, decision: Decision, stands: Standing, status: str, value: object
) -> str | None:
    """Sign with a value (`status` says whether it is an edit). The outcome where that decides nothing yet; None where it is
    the second signature, so that the decision goes on. Raises Conflict where it can be neither.
    """
    found = first(state, artifact)
    same = found is not None and _signed_the_same(state, artifact, found, status, value)
    if found is not None and same and found.by == decision.by.id:
        return "unchanged"
    if found is not None and same and stands.cosigns:
        return None
    if not stands.decides:
        if found is None:
            raise Conflict("The RM signs first; then a co-signer.", code="first_signature_missing")
        raise Conflict(f"{found.by_name} signed another value. Sign that one, or reject.", code="signed_value_differs")
    if found is not None and same:
        raise Conflict(
            f"{found.by_name} signed this; a co-signer's signature is missing.", code="second_signature_required"
        )
    if found is not None:
        state.lapse(artifact, found, _OTHER_VALUE)
    state.sign(artifact, decision, stands, status, value)
    return "signed"


def _signed_the_same(state: State, artifact: Artifact, found: Signature, status: str, value: object) -> bool:
    if found.status != status or status == lifecycle.ACCEPTED:
        return found.status == status
    field = state.field(artifact)
    signed = msgspec.json.decode(found.edited_value or "null")
    return field is not None and fields.same(field, signed, value)
