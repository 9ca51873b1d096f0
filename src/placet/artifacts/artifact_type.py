"""What an artifact type is: one class in one file, registered by the entry point `placet.artifact_types`.

A type names its payload, checks it, says what is on its card and what follows an approval. It does no I/O: whatever it
needs is handed to it, and what should happen it returns as data. API schema, edit form, buttons and the trail's sentences
follow from it. The built-in types come in by the same door as anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar

import msgspec

from placet.artifacts.artifact import LACKING, Artifact, Wire, wire
from placet.artifacts.lifecycle import COUNTERSIGN, Lifecycle
from placet.customers.fields import Change, Control
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Invalid, InvalidValue
from placet.identity.principal import Principal


class Effect(msgspec.Struct, frozen=True):
    """What an approval brings about in this database: profile fields to set, in canonical form (None clears)."""

    set_fields: dict[str, Any] = {}


class Badge(msgspec.Struct, frozen=True):
    """A flag on a card: `stale`, `rival`, `unverified`, `reason`, `dual`, `human_only` or `low`, and its words."""

    kind: str
    label: str


class Card(msgspec.Struct, kw_only=True):
    """What a person sees of an artifact; every door renders the same data."""

    title: str
    change: Change
    now: str
    proposed: str
    when_proposed: str | None = None  # only where it differs from now
    policy: str = ""
    badges: list[Badge] = []


class ArtifactType:
    """The base of every type. A subclass sets the class variables and overrides what differs."""

    name: ClassVar[str]  # as stored and on the wire: snake_case
    label: ClassVar[str]  # for a person: "Profile edit"
    Payload: ClassVar[type[msgspec.Struct]]  # the members of `payload`, snake_case; unknown members are refused
    lifecycle: ClassVar[Lifecycle] = COUNTERSIGN
    actions: ClassVar[tuple[str, ...]] = ()  # beyond accept, edit, reject
    trigger: ClassVar[str | None] = None  # the trigger its artifacts name where the proposer names none
    expires_after: ClassVar[timedelta | None] = None  # how long one may wait for a decision; None: for ever

    # ── proposing ───────────────────────────────────────────────────────────────────────────────────────────────────

    def read(self, payload: Any) -> msgspec.Struct:
        """The payload as this type's Struct, or Invalid with a sentence that says what is wrong with it."""
        try:
            return msgspec.convert(payload, self.Payload, strict=True)
        except msgspec.ValidationError as error:
            raise Invalid(f"The payload of a {self.name} does not fit: {error}.", code="invalid_payload") from None

    def field(self, payload: Mapping[str, Any]) -> str | None:
        """The profile field it would change, if it would change one. Pending artifacts of one field are rivals."""
        return None

    def quote(self, payload: Mapping[str, Any]) -> str | None:
        """The words it was read from, to be located in the stored source."""
        return payload.get("source_text")

    def check(self, payload: dict[str, Any], schema: ProfileSchema) -> None:
        """Raise where the payload, though of the right shape, proposes what cannot be."""

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────

    def proposed_value(self, payload: dict[str, Any], schema: ProfileSchema) -> Any:
        """What an acceptance would apply, in canonical form; raises InvalidValue where the schema no longer takes it."""
        return payload

    def edited_value(self, payload: dict[str, Any], value: Any, schema: ProfileSchema) -> Any:
        """An edit in canonical form; raises InvalidValue. By default an edit is an object of the members to change."""
        if not isinstance(value, dict):
            raise InvalidValue(f"An edit of a {self.name} is an object of the members to change.")
        merged = {**payload, **value}
        self.read(merged)
        self.check(merged, schema)
        return merged

    def on_approval(self, payload: dict[str, Any], value: Any) -> Effect:
        """What follows an approval with `value` (as the two methods above return it). Pure."""
        return Effect()

    # ── showing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """What a row calls it."""
        return self.label

    def card(self, artifact: Artifact, schema: ProfileSchema) -> Card:
        """The card. By default the payload's members one by one, so that an unknown type is still readable."""
        value = artifact.edited_value if artifact.edited else artifact.payload
        text = " · ".join(f"{key.replace('_', ' ')}: {item}" for key, item in value.items() if item not in (None, ""))
        return Card(
            title=self.title(artifact.payload, schema),
            change=Change(kind="plain", before=None, after=text, note=None, pieces=[], scale=[]),
            now="",
            proposed=text,
        )

    def controls(self, payload: dict[str, Any], schema: ProfileSchema) -> list[Control]:
        """The controls of the edit form. By default a line of text for each member that is a string."""
        return [
            Control(
                kind="text",
                name=info.name,
                label=info.name.replace("_", " ").capitalize(),
                value=str(payload.get(info.name) or ""),
            )
            for info in msgspec.structs.fields(self.Payload)
            if info.type in (str, str | None) and info.name not in ("source_text", "confidence")
        ]

    def from_form(self, payload: dict[str, Any], form: Mapping[str, list[str]], schema: ProfileSchema) -> Any:
        """What the edit form sent back, as `edited_value` takes it. Only names of `controls` are read."""
        names = {control.name for control in self.controls(payload, schema)}
        return {name: (form[name] or [""])[0] or None for name in names if name in form}

    # ── describing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def describe(self) -> dict[str, Any]:
        """The type as `GET /api/artifact-types` shows it."""
        schema, components = msgspec.json.schema_components([self.Payload], ref_template="#/$defs/{name}")
        return {
            "name": self.name,
            "label": self.label,
            "statuses": list(self.lifecycle.statuses),
            "actions": ["accept", "edit", "reject", *self.actions],
            "payload": {**schema[0], "$defs": components},
        }


class Unknown(ArtifactType):
    """Stands in for a type whose plug-in is gone: its artifacts stay readable and can be rejected, not accepted."""

    name, label = "unknown", "Unknown type"
    Payload = msgspec.defstruct("Payload", [])
    lifecycle = Lifecycle(decisions=("rejected",))


@cache
def artifact_types() -> dict[str, ArtifactType]:
    """Every installed type by name, the built-in ones first. A plug-in that cannot be loaded is left out (`broken_types`)."""
    return {found.name: found for found in _load()[0]}


@cache
def broken_types() -> dict[str, str]:
    """Entry points that could not be loaded, and why."""
    return _load()[1]


def artifact_type(name: str) -> ArtifactType:
    """The type of that name; an unknown name gives the stand-in."""
    return artifact_types().get(name) or Unknown()


def expires_at(artifact: Artifact, schema: ProfileSchema) -> datetime | None:
    """When it can be decided no more: its field's time limit, else its type's; None for most."""
    field = schema.field(artifact.field) if artifact.field is not None else None
    limit = artifact_type(artifact.artifact_type).expires_after
    if field is not None and field.expires_after_days is not None:
        limit = timedelta(days=field.expires_after_days)
    return artifact.created_at + limit if limit is not None else None


def to_wire(artifact: Artifact, who: Principal, schema: ProfileSchema) -> Wire:
    """The artifact as `who` may see it, with the decisions its type knows."""
    decisions = artifact_type(artifact.artifact_type).lifecycle.decisions
    return wire(artifact, who, schema, decisions, expires_at(artifact, schema))


@cache
def _load() -> tuple[list[ArtifactType], dict[str, str]]:
    found: list[ArtifactType] = []
    broken: dict[str, str] = {}
    for point in sorted(
        entry_points(group="placet.artifact_types"), key=lambda p: (not p.value.startswith("placet."), p.name)
    ):
        try:
            loaded = point.load()
            found.append(loaded() if isinstance(loaded, type) else loaded)
        except Exception as error:  # whatever a plug-in does at import must not take the server down
            broken[point.name] = f"{type(error).__name__}: {error}"
    return found, broken


def forget_loaded_types() -> None:
    """Look the entry points up again, as after installing a plug-in."""
    for cached in (artifact_types, broken_types, _load):
        cached.cache_clear()


POLICY_SENTENCES = {
    "single": "One signature.",
    "reason": "One signature, with a reason.",
    "dual": "Two signatures.",
    "human_only": "Only people change it.",
}


def field_badges(artifact: Artifact, field: Field | None) -> list[Badge]:
    """The flags any artifact that changes a field carries while it is pending, most serious first."""
    if not artifact.pending:
        return []
    badges = []
    if artifact.lacks is not None:
        badges.append(Badge("unverified", LACKING[artifact.lacks][0]))
    if artifact.stale:
        badges.append(Badge("stale", "Stale"))
    if artifact.rivals:
        badges.append(Badge("rival", "Rival"))
    if field is not None and field.policy == "reason":
        badges.append(Badge("reason", "Needs a reason"))
    if field is not None and field.policy == "dual":
        missing = "Second signature missing" if artifact.signed is not None else "Two signatures"
        badges.append(Badge("dual", missing))
    if field is not None and field.policy == "human_only":
        badges.append(Badge("human_only", "Only people change it"))
    return badges
