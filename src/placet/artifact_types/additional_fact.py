"""An additional fact: something worth knowing that the profile schema has no field for. The latest approved of a key counts."""

from __future__ import annotations

from typing import Any

from placet.artifacts.artifact_type import ArtifactType, Evidenced
from placet.artifacts.card import Kept
from placet.artifacts.members import member
from placet.customers.schema import ProfileSchema
from placet.errors import InvalidValue


class AdditionalFactPayload(Evidenced, forbid_unknown_fields=True, kw_only=True):
    """A key for machines, a label for people, and the value; a null value takes the fact away."""

    key: str
    label: str
    value: str | None


class AdditionalFact(ArtifactType):
    """A value outside the profile schema."""

    name, label = "additional_fact", "Additional fact"
    Payload = AdditionalFactPayload
    members = (
        member("label", "Label", max=80),
        member("value", "Value", max=1000),
    )

    def check(self, payload: dict[str, Any], schema: ProfileSchema) -> None:
        """The key must be one, and none of the profile's fields: those are changed by a profile edit."""
        key = payload["key"]
        if not (key.isidentifier() and key.isascii() and len(key) <= 60):
            raise InvalidValue(f"A key has letters, digits and _, and at most 60 of them; {key[:40]!r} does not fit.")
        if any(field.key == key for field in schema.fields):
            raise InvalidValue(f"{key} is a field of the profile; propose a profile_edit for it.")
        super().check({**payload, "value": "none" if payload["value"] is None else payload["value"]}, schema)

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """Its label."""
        return " ".join(payload["label"].split())[:80] or payload["key"]

    def kept(self, value: dict[str, Any]) -> Kept:
        """The fact."""
        return Kept(section="facts", label=value["label"], text=value["value"], key=value["key"])


additional_fact = AdditionalFact()
