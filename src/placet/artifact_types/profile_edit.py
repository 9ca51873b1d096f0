"""The first artifact type: one field of a customer's profile gets another value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import POLICY_SENTENCES, ArtifactType, Effect, field_badges
from placet.artifacts.card import Card
from placet.artifacts.drafts import Item
from placet.customers import fields
from placet.customers.fields import Control
from placet.customers.schema import Field, ProfileSchema
from placet.errors import InvalidValue


class ProfileEditPayload(msgspec.Struct, forbid_unknown_fields=True):
    """What an agent says of one field. A null `proposed_value` clears it; `previous_value` left out is filled in."""

    field_key: str
    proposed_value: Any
    field_display_name: str | None = None
    previous_value: Any = msgspec.UNSET
    source_text: str | None = None
    confidence: Literal["high", "medium", "low"] | msgspec.UnsetType = msgspec.UNSET
    why: str | msgspec.UnsetType = msgspec.UNSET


def proposing(
    field: str,
    value: Any,
    *,
    quote: str | None = None,
    confidence: Literal["high", "medium", "low"] | None = None,
    why: str | None = None,
    workflow_trigger: str | None = None,
) -> Item:
    """A proposal to give a field another value, None to clear it; `quote` is the words it was read from."""
    said = {"source_text": quote, "confidence": confidence, "why": why}
    given = {key: text for key, text in said.items() if text is not None}
    return Item(payload={"field_key": field, "proposed_value": value, **given}, workflow_trigger=workflow_trigger)


class ProfileEdit(ArtifactType):
    """One field, one proposed value, the words it was read from."""

    name, label = "profile_edit", "Profile edit"
    Payload = ProfileEditPayload

    def field(self, payload: Mapping[str, Any]) -> str | None:
        """The field's key."""
        return str(payload["field_key"])

    def check(self, payload: dict[str, Any], schema: ProfileSchema) -> None:
        """The field must exist and take the value."""
        self.proposed_value(payload, schema)

    def proposed_value(self, payload: dict[str, Any], schema: ProfileSchema) -> Any:
        """The proposed value in the field's canonical form."""
        return fields.canonical(self._field(payload, schema), payload["proposed_value"])

    def edited_value(self, payload: dict[str, Any], value: Any, schema: ProfileSchema) -> Any:
        """The edit in the field's canonical form; None clears the field."""
        return fields.canonical(self._field(payload, schema), value)

    def on_approval(self, payload: dict[str, Any], value: Any) -> Effect:
        """The profile takes the value."""
        return Effect(set_fields={payload["field_key"]: value})

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """The field's label, from the schema and never from the payload."""
        field = schema.field(payload["field_key"])
        return field.label if field is not None else str(payload["field_key"])

    def card(self, artifact: Artifact, schema: ProfileSchema) -> Card:
        """Now, when proposed, proposed; once decided: before and what was decided."""
        field = schema.field(artifact.payload["field_key"]) or _gone(artifact)
        before = artifact.current_value if artifact.pending else artifact.payload.get("previous_value")
        after = _shown(field, artifact.decided_value)
        then = artifact.payload.get("previous_value")
        return Card(
            title=field.label,
            change=fields.change(field, _shown(field, before), after),
            now=fields.display(field, artifact.current_value),
            proposed=fields.display(field, after),
            when_proposed=fields.display(field, _shown(field, then)) if artifact.stale else None,
            policy=POLICY_SENTENCES.get(field.policy, ""),
            badges=field_badges(artifact, field),
        )

    def controls(self, payload: dict[str, Any], schema: ProfileSchema) -> list[Control]:
        """The field's own control, prefilled with what was proposed."""
        field = self._field(payload, schema)
        return [fields.control(field, _shown(field, payload["proposed_value"]))]

    def from_form(self, payload: dict[str, Any], form: Mapping[str, list[str]], schema: ProfileSchema) -> Any:
        """What the control sent back."""
        field = self._field(payload, schema)
        name = fields.control(field, None).name
        return fields.from_form(field, list(form.get(name, [])))

    def _field(self, payload: Mapping[str, Any], schema: ProfileSchema) -> Field:
        field = schema.field(payload["field_key"])
        if field is None:
            raise InvalidValue(
                f"There is no field {str(payload['field_key'])[:60]!r} in the profile schema.", code="unknown_field"
            )
        return field


def _shown(field: Field, value: Any) -> Any:
    """A value as said by an agent, in canonical form where it has one (an old one may not)."""
    try:
        return fields.canonical(field, value)
    except InvalidValue:
        return str(value)


def _gone(artifact: Artifact) -> Field:
    """Stands in for a field the schema no longer has, so that its artifacts stay readable."""
    key = artifact.payload["field_key"]
    return Field(key=key, label=key, section="Other", type="any")


profile_edit = ProfileEdit()
