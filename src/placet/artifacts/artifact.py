"""One artifact as it is read: its row, the value its field has now, and the form it takes on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from asyncpg import Record

from placet.artifacts import lifecycle
from placet.artifacts.card import Act, Action
from placet.customers import access
from placet.customers.access import Standing
from placet.customers.schema import ProfileSchema
from placet.identity.principal import Principal

LACKING = {  # what a quote lacks to be verified: the flag, and the sentence
    "quote": ("No quote", "It came without a quote."),
    "source": ("No source", "It came without the note it quotes."),
    "place": ("Quote not found", "Its quote was not found in the source."),
}


class Signature(msgspec.Struct, kw_only=True):
    """The last word on an artifact that needs two: somebody `signed`, or what was signed `lapsed`.

    `edited_value` is JSON text, None where the proposal itself was signed; `over` says that it was over a newer value.
    """

    act: str
    at: datetime
    by: str
    by_name: str
    status: str
    field_version: int
    on_behalf_of: str | None = None
    on_behalf_of_name: str | None = None
    edited_value: str | None = None
    over: bool = False
    reason: str | None = None


SIGNED, LAPSED = "signed", "lapsed"


class Artifact(msgspec.Struct):
    """A proposal put before a person. Its own columns, then what the joined rows say of the world now, as `inbox.sql` has them."""

    id: str
    seq: int
    created_at: datetime
    customer_id: str | None
    rm_id: str | None
    batch_id: str
    version: int
    artifact_type: str
    status: str
    created_by_type: str
    created_by_id: str
    payload: dict[str, Any]
    workflow_trigger: str | None
    edited_value: Any  # UNSET unless edited; None is a value an edit can give
    decided_at: datetime | None
    decided_by: str | None
    on_behalf_of: str | None
    reason: str | None
    field: str | None
    field_version: int | None
    source_id: str | None
    evidence_start: int | None
    evidence_end: int | None
    evidence_verified: bool | None
    customer_ref: str
    customer_name: str
    created_by_name: str
    decided_by_name: str | None
    on_behalf_of_name: str | None
    reverts: str | None
    # the world now
    customer_rm: str | None
    customer_team: str | None
    current_value: Any
    current_version: int
    current_at: datetime | None
    current_by: str | None
    current_artifact: str | None
    rivals: int
    signature: Signature | None
    source_title: str | None
    source_at: datetime | None
    acts: list[Act] = []

    @property
    def pending(self) -> bool:
        """Whether it still waits for a decision."""
        return self.status == lifecycle.PENDING

    @property
    def approved(self) -> bool:
        """Whether a person said yes, with or without a change."""
        return self.status in lifecycle.APPROVALS

    @property
    def stale(self) -> bool:
        """Whether its field changed since it was proposed (versions are compared, so A -> B -> A counts)."""
        return self.pending and self.field is not None and self.field_version != self.current_version

    @property
    def unverified(self) -> bool:
        """Whether its quote was not found where it was said to stand (or there is none)."""
        return not self.evidence_verified

    @property
    def lacks(self) -> str | None:
        """What is missing for its quote to be verified, a key of `LACKING`; None where it is."""
        if not self.unverified:
            return None
        return "quote" if not self.payload.get("source_text") else "source" if self.source_id is None else "place"

    @property
    def signed(self) -> Signature | None:
        """The first signature it has, while it waits for the second."""
        return self.signature if self.pending and self.signature is not None and self.signature.act == SIGNED else None

    @property
    def edited(self) -> bool:
        """Whether a person changed the value in accepting it."""
        return self.edited_value is not msgspec.UNSET

    @property
    def decided_payload(self) -> dict[str, Any]:
        """Of a type that changes no field: what it says as a person changed it, else as proposed."""
        changed = self.edited and isinstance(self.edited_value, dict)
        return self.edited_value if changed else self.payload

    @property
    def decided_value(self) -> Any:
        """What was (or would be) applied: the edited value, else the proposed one."""
        return self.edited_value if self.edited else self.payload.get("proposed_value")


_MEMBERS = Artifact.__struct_fields__
_PAYLOAD, _EDITED, _CURRENT, _SIGNATURE, _ACTS = (
    _MEMBERS.index(name) for name in ("payload", "edited_value", "current_value", "signature", "acts")
)


def from_row(row: Record) -> Artifact:
    """An artifact from a row that begins with `inbox.sql`'s columns, which stand in the order of its members.

    JSON stands in it as text, so that null and nothing differ.
    """
    values = list(row)[: len(_MEMBERS)]  # by name it would take twice as long, and lists are made of these
    values[_PAYLOAD] = msgspec.json.decode(values[_PAYLOAD])
    edited, current, signature = values[_EDITED], values[_CURRENT], values[_SIGNATURE]
    values[_EDITED] = msgspec.UNSET if edited is None else msgspec.json.decode(edited)
    values[_CURRENT] = None if current is None else msgspec.json.decode(current)
    values[_SIGNATURE] = None if signature is None else msgspec.json.decode(signature, type=Signature)
    values[_ACTS] = [] if values[_ACTS] is None else msgspec.json.decode(values[_ACTS], type=list[Act])
    return Artifact(*values)


def instant(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds and Z, as every time on the wire."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class Evidence(msgspec.Struct, rename="camel"):
    """Where the quote stands in the stored source (code points), and whether the server found it there word for word."""

    source_id: str | None
    start: int | None
    end: int | None
    verified: bool


class SignatureWire(msgspec.Struct, rename="camel", kw_only=True):
    """The first of two signatures: who gave it, when, on whose behalf, and the value they signed where they edited."""

    by: str
    by_name: str
    on_behalf_of: str | None
    at: str | None
    edited_value: Any


class Wire(msgspec.Struct, rename="camel", kw_only=True):
    """The artifact as every door answers it. The first twelve members are always there, null when unset."""

    id: str
    created_at: str | None
    customer_id: str | None
    rm_id: str | None
    batch_id: str
    version: int
    artifact_type: str
    status: str
    created_by_type: str
    created_by_id: str
    payload: dict[str, Any]
    workflow_trigger: str | None
    customer_name: str
    created_by_name: str
    decided_at: str | None
    decided_by: str | None
    decided_by_name: str | None
    on_behalf_of: str | None
    reason: str | None
    evidence: Evidence
    current: Any
    stale: bool
    rivals: int
    policy: str
    allowed: list[str]
    actions: list[str]
    signatures: list[SignatureWire]
    reverts: str | None
    expires_at: str | None
    title: str = ""
    acts: list[Act] = []


def evidence(artifact: Artifact) -> Evidence:
    """An artifact's evidence."""
    return Evidence(
        artifact.source_id, artifact.evidence_start, artifact.evidence_end, bool(artifact.evidence_verified)
    )


def payload(artifact: Artifact) -> dict[str, Any]:
    """The payload as shown: the stored one, and `edited_value` where there is one (its presence means edited)."""
    return {**artifact.payload, "edited_value": artifact.edited_value} if artifact.edited else artifact.payload


def wire(
    artifact: Artifact,
    who: Principal,
    schema: ProfileSchema,
    decisions: tuple[str, ...],
    expires_at: datetime | None,
    own: tuple[Action, ...] = (),
    title: str = "",
) -> Wire:
    """The artifact as `who` may see it; `decisions` are those its type knows, `allowed` those the caller may take now, and
    `actions` what else they may do: withdraw, revert, and those of the type's `own` that are open. `acts` were done, `title` is
    what a person calls it.
    """
    field = schema.field(artifact.field) if artifact.field is not None else None
    policy = field.policy if field is not None else "single"
    stands = access.standing(who, artifact.customer_id, artifact.customer_rm, artifact.customer_team, artifact.id)
    return Wire(
        id=artifact.id,
        created_at=instant(artifact.created_at),
        customer_id=artifact.customer_id,
        rm_id=artifact.rm_id,
        batch_id=artifact.batch_id,
        version=artifact.version,
        artifact_type=artifact.artifact_type,
        status=artifact.status,
        created_by_type=artifact.created_by_type,
        created_by_id=artifact.created_by_id,
        payload=payload(artifact),
        workflow_trigger=artifact.workflow_trigger,
        customer_name=artifact.customer_name,
        created_by_name=artifact.created_by_name,
        decided_at=instant(artifact.decided_at),
        decided_by=artifact.decided_by,
        decided_by_name=artifact.decided_by_name,
        on_behalf_of=artifact.on_behalf_of,
        reason=artifact.reason,
        evidence=evidence(artifact),
        current=artifact.current_value,
        stale=artifact.stale,
        rivals=artifact.rivals,
        policy=policy,
        allowed=_allowed(artifact, who, stands, policy, decisions),
        actions=[*_actions(artifact, who, stands), *open_actions(artifact, own, stands)],
        signatures=[_signature(artifact.signed)] if artifact.signed is not None else [],
        reverts=artifact.reverts,
        expires_at=instant(expires_at) if artifact.pending else None,
        title=title,
        acts=artifact.acts,
    )


def _allowed(
    artifact: Artifact, who: Principal, stands: Standing, policy: str, decisions: tuple[str, ...]
) -> list[str]:
    if not artifact.pending or who.is_agent:
        return []
    if stands.decides:
        return list(decisions)
    if stands.cosigns and policy == "dual":
        first = artifact.signed
        if first is None or first.by == who.id or first.field_version != artifact.current_version:
            return [lifecycle.REJECTED]
        return [first.status, lifecycle.REJECTED]
    return []


def _actions(artifact: Artifact, who: Principal, stands: Standing) -> list[str]:
    if artifact.pending:
        return ["withdraw"] if lifecycle.may_withdraw(who, artifact.created_by_type, artifact.created_by_id) else []
    undone = artifact.status == lifecycle.REJECTED or (
        artifact.status in lifecycle.APPROVALS and artifact.current_artifact == artifact.id
    )
    return ["revert"] if stands.decides and artifact.field is not None and undone else []


def open_actions(artifact: Artifact, own: tuple[Action, ...], stands: Standing) -> list[str]:
    """The actions of its type that may be done now: by who may decide, each once."""
    done = {act.action for act in artifact.acts}
    return [a.name for a in own if stands.decides and artifact.status in a.on and a.name not in done]


def _signature(given: Signature) -> SignatureWire:
    edited = msgspec.json.decode(given.edited_value) if given.edited_value is not None else None
    return SignatureWire(
        by=given.by, by_name=given.by_name, on_behalf_of=given.on_behalf_of, at=instant(given.at), edited_value=edited
    )
