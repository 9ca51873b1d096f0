"""What was signed once, while the second signature is missing: who signed which value, and what is therefore to be signed."""

from __future__ import annotations

from typing import Any

import msgspec

from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type
from placet.customers.schema import ProfileSchema
from placet.web import views


def counts(artifact: Artifact) -> bool:
    """Whether there is a first signature that still counts: the field has the value that it was given over."""
    return artifact.signed is not None and artifact.signed.field_version == artifact.current_version


def as_signed(artifact: Artifact) -> Artifact:
    """The artifact with the value that was signed, which is the one that a second signature is for."""
    return _changed(artifact) if counts(artifact) else artifact


def payload(artifact: Artifact) -> dict[str, Any]:
    """What an edit begins with: what was proposed, or signed since."""
    signed = as_signed(artifact)
    return {**artifact.payload, "proposed_value": signed.edited_value} if signed.edited else artifact.payload


def signature(artifact: Artifact, by: str | None, schema: ProfileSchema) -> views.Signature | None:
    """The first signature; `by` is its signer as the reader would say it."""
    first = artifact.signed
    if first is None:
        return None
    value = instead_of = None
    if first.edited_value is not None:
        kind = artifact_type(artifact.artifact_type)
        value = kind.card(_changed(artifact), schema).proposed
        instead_of = kind.card(artifact, schema).proposed if counts(artifact) else None
    return views.Signature(
        by=by or first.by_name,
        at=first.at,
        on_behalf_of=first.on_behalf_of_name,
        value=value,
        instead_of=instead_of,
        sent=first.edited_value,
    )


def _changed(artifact: Artifact) -> Artifact:
    first = artifact.signed
    if first is None or first.edited_value is None:
        return artifact
    return msgspec.structs.replace(artifact, edited_value=msgspec.json.decode(first.edited_value))
