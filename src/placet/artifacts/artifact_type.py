"""What an artifact type is: one class in one file, registered by the entry point `placet.artifact_types`.

A type names its payload, checks it, says what is on its card and what follows an approval. It does no I/O: whatever it
needs is handed to it, and what should happen it returns as data. API schema, edit form, buttons and the trail's sentences
follow from it. The built-in types come in by the same door as anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import msgspec

from placet.artifacts import members
from placet.artifacts.artifact import LACKING, Artifact, Wire, wire
from placet.artifacts.card import Action, Badge, Card, File, Kept, Line, said, shortened
from placet.artifacts.lifecycle import COUNTERSIGN, Lifecycle
from placet.customers.fields import Change, Control
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Invalid, InvalidValue, NotFound
from placet.identity.principal import Principal
from placet.plugins import plugins

GROUP = "placet.artifact_types"


class Effect(msgspec.Struct, frozen=True):
    """What an approval brings about in this database: profile fields to set, in canonical form (None clears)."""

    set_fields: dict[str, Any] = {}


class Evidenced(msgspec.Struct, kw_only=True):
    """The members any payload may have: the words it was read from, how sure the agent is, and why."""

    source_text: str | None = None
    confidence: Literal["high", "medium", "low"] | None = None
    why: str | None = None


class ArtifactType:
    """The base of every type. A subclass sets the class variables and overrides what differs."""

    name: ClassVar[str]  # as stored and on the wire: snake_case
    label: ClassVar[str]  # for a person: "Profile edit"
    Payload: ClassVar[type[msgspec.Struct]]  # the members of `payload`, snake_case; unknown members are refused
    members: ClassVar[tuple[Field, ...]] = ()  # what of the payload a person reads and edits: see `members.member`
    lifecycle: ClassVar[Lifecycle] = COUNTERSIGN
    actions: ClassVar[tuple[Action, ...]] = ()  # what people do with one beyond accept, edit, reject
    trigger: ClassVar[str | None] = None  # the trigger its artifacts name where the proposer names none
    in_bulk: ClassVar[bool] = True  # whether accepting a whole batch takes one; not what leaves the house unread
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

    def follows(self, payload: Mapping[str, Any]) -> str | None:
        """The id of the earlier artifact of this type it continues, which must be the same customer's; None for most."""
        return None

    def check(self, payload: dict[str, Any], schema: ProfileSchema) -> None:
        """Raise where the payload, though of the right shape, proposes what cannot be; by default by its `members`."""
        members.canonical(self.members, payload, self.Payload)

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────

    def proposed_value(self, payload: dict[str, Any], schema: ProfileSchema) -> Any:
        """What an acceptance would apply, in canonical form; raises InvalidValue where the schema no longer takes it."""
        return members.canonical(self.members, payload, self.Payload)

    def edited_value(self, payload: dict[str, Any], value: Any, schema: ProfileSchema) -> Any:
        """An edit in canonical form; raises InvalidValue. By default an edit is an object of the members to change."""
        if not isinstance(value, dict):
            raise InvalidValue(f"An edit of a {self.name} is an object of the members to change.")
        merged = members.canonical(self.members, {**payload, **value}, self.Payload)
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

    def lines(self, value: dict[str, Any], schema: ProfileSchema) -> list[Line]:
        """What the card says of a payload or an edited one, line by line; by default its members."""
        if self.members:
            return members.lines(self.members, value)
        return [
            Line(key.replace("_", " ").capitalize(), said(item))
            for key, item in value.items()
            if key not in EVIDENCE and item not in (None, "", [])
        ]

    def card(self, artifact: Artifact, schema: ProfileSchema) -> Card:
        """The card; for a type that changes no field its `lines`, and for a row what they say beyond the title, in short."""
        lines = self.lines(artifact.decided_payload, schema)
        said_by_title = {self.title(artifact.payload, schema), self.title(artifact.decided_payload, schema)}
        rest = [line for line in lines if line.kind != "code" and line.text not in said_by_title]
        text = " · ".join([self.label, *(f"{line.label}: {shortened(line.text)}" for line in rest)])
        return Card(
            title=self.title(artifact.payload, schema),
            change=Change(kind="plain", before=None, after=text, note=None, pieces=[], scale=[]),
            now="",
            proposed=text,
            policy=POLICY_SENTENCES["single"],
            badges=field_badges(artifact, None),
            lines=lines,
            files=list(self.files(artifact)),
        )

    def files(self, artifact: Artifact) -> tuple[File, ...]:
        """The files that can be had of it as it now is, beside those its deliveries stored."""
        return ()

    async def file(self, artifact: Artifact, name: str) -> bytes:
        """One of `files`. It reads nothing but the artifact; may take as long as a document takes to render."""
        raise NotFound("File not found")

    def kept(self, value: dict[str, Any]) -> Kept | None:
        """What an approved one leaves on the customer's page: a fact or a note; None for most."""
        return None

    def controls(self, payload: dict[str, Any], schema: ProfileSchema) -> list[Control]:
        """The controls of the edit form: one for each of `members`; without them a line of text for each string."""
        if self.members:
            return members.controls(self.members, payload)
        return [
            Control(
                kind="text",
                name=info.name,
                label=info.name.replace("_", " ").capitalize(),
                value=str(payload.get(info.name) or ""),
            )
            for info in msgspec.structs.fields(self.Payload)
            if info.type in (str, str | None) and info.name not in EVIDENCE
        ]

    def from_form(self, payload: dict[str, Any], form: Mapping[str, list[str]], schema: ProfileSchema) -> Any:
        """What the edit form sent back, as `edited_value` takes it. Only names of `controls` are read."""
        if self.members:
            return members.from_form(self.members, form)
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
            "actions": ["accept", "edit", "reject", *(action.name for action in self.actions)],
            "payload": {**schema[0], "$defs": components},
        }


EVIDENCE = ("source_text", "confidence", "why")  # members of any payload that say where it comes from, not what it is


class Unknown(ArtifactType):
    """Stands in for a type whose plug-in is gone: its artifacts stay readable and can be rejected, not accepted."""

    name, label = "unknown", "Unknown type"
    Payload = msgspec.defstruct("Payload", [])
    lifecycle = Lifecycle(decisions=("rejected",))


def artifact_types() -> dict[str, ArtifactType]:
    """Every installed type by name, the built-in ones first. A plug-in that cannot be loaded is left out (`broken_types`)."""
    return plugins(GROUP, ArtifactType).found


def broken_types() -> dict[str, str]:
    """Entry points that could not be loaded, and why."""
    return plugins(GROUP, ArtifactType).broken


def provenance() -> dict[str, str]:
    """The distribution each type came with and its version, by the type's name."""
    return plugins(GROUP, ArtifactType).origin


def artifact_type(name: str) -> ArtifactType:
    """The type of that name; an unknown name gives the stand-in."""
    return artifact_types().get(name) or Unknown()


def called(artifact: Artifact, schema: ProfileSchema) -> str | None:
    """What the trail calls an artifact: its field's label as it was proposed, else its type and title."""
    if artifact.field is not None:
        return artifact.payload.get("field_display_name")
    return label_of(artifact_type(artifact.artifact_type), artifact.payload, schema)


def label_of(kind: ArtifactType, payload: dict[str, Any], schema: ProfileSchema) -> str:
    """An artifact of a type that changes no field, in a few words: "Task: Send the scenarios"."""
    title = kind.title(payload, schema)
    return title if title == kind.label else f"{kind.label}: {title}"


def expires_at(artifact: Artifact, schema: ProfileSchema) -> datetime | None:
    """When it can be decided no more: its field's time limit, else its type's; None for most."""
    field = schema.field(artifact.field) if artifact.field is not None else None
    limit = artifact_type(artifact.artifact_type).expires_after
    if field is not None and field.expires_after_days is not None:
        limit = timedelta(days=field.expires_after_days)
    return artifact.created_at + limit if limit is not None else None


def to_wire(artifact: Artifact, who: Principal, schema: ProfileSchema) -> Wire:
    """The artifact as `who` may see it, with the decisions its type knows."""
    kind = artifact_type(artifact.artifact_type)
    due, title = expires_at(artifact, schema), kind.title(artifact.payload, schema)
    return wire(artifact, who, schema, kind.lifecycle.decisions, due, kind.actions, title)


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
