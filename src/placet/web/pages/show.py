"""From what the verbs return to what a page shows: proposals and batches. Plain translation, nothing is read here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from placet.agent.mind import Reader
from placet.artifacts import lifecycle
from placet.artifacts.artifact import Artifact, Wire
from placet.artifacts.artifact_type import artifact_type, expires_at, to_wire
from placet.artifacts.card import Act, Badge, Card
from placet.artifacts.judge import held_back
from placet.artifacts.reveal import restricted
from placet.artifacts.sources import Context
from placet.customers.fields import Control
from placet.customers.records import Value
from placet.customers.schema import ProfileSchema
from placet.errors import PlacetError
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import signing
from placet.web.pages.reader import Beside, hidden, lent
from placet.web.render import REJECT_REASONS, segment

_HELD = {  # an outcome's code -> the badge's kind that says the same
    "stale": "stale",
    "rival": "rival",
    "unverified": "unverified",
    "low_confidence": "low",
    "reason_required": "reason",
    "policy_reason": "reason",
    "second_signature_required": "dual",
    "policy_dual": "dual",
    "first_signature_missing": "dual",
    "signed_value_differs": "dual",
    "policy": "human_only",
    "policy_human_only": "human_only",
}
_SOON = timedelta(days=7)
_RANDOM = re.compile("[A-Za-z0-9]{21}")  # an id that Placet made
_OWN_MEMBERS = (
    "field_key",
    "field_display_name",
    "proposed_value",
    "previous_value",
    "source_text",
    "confidence",
    "why",
    "edited_value",
)


def named(who: Principal, user_id: str | None, name: str | None) -> str | None:
    """A person as the reader would say it: "you", or the name they had."""
    return "you" if user_id is not None and user_id == who.id else name


def proposal(
    artifact: Artifact,
    who: Principal,
    schema: ProfileSchema,
    *,
    beside: Beside | None = None,
    with_customer: bool = True,
    number: int | None = None,
) -> views.Proposal:
    """An artifact as a row and a card; what is restricted and was not asked for is not in it, nor may it be accepted unseen."""
    beside = beside or Beside()
    kind = artifact_type(artifact.artifact_type)
    wire = to_wire(artifact, who, schema)
    second = _is_second(artifact, wire)
    may = _may(artifact, wire, second=second)
    field = schema.field(artifact.field) if artifact.field is not None else None
    held = held_back(artifact, who, schema, bulk=False) if may else None
    first = artifact.signed
    undone = artifact.id in beside.undone.decisions
    made = views.Proposal(
        id=artifact.id,
        type_label=kind.label,
        status=artifact.status,
        card=_card(signing.as_signed(artifact), schema),
        proposed_at=artifact.created_at,
        agent=artifact.created_by_name,
        evidence=evidence(artifact, beside.contexts.get(artifact.id)),
        confidence=artifact.payload.get("confidence"),
        why=artifact.payload.get("why"),
        customer=customer(artifact) if with_customer else None,
        batch_id=artifact.batch_id,
        batch_query=batch_query(artifact.batch_id, artifact.customer_id, artifact.created_by_id),
        number=number,
        may=may,
        needs_reason=field is not None and field.policy == "reason",
        held=_HELD.get(held) if held is not None else None,
        decision=decision(artifact, who, schema),
        members=members(artifact),
        signature=signing.signature(artifact, named(who, first.by, first.by_name) if first else None, schema),
        second=second,
        actions=tuple(a for a in wire.actions if not (undone and a == "revert")),
        doable=tuple(views.Choice(value=a.name, label=a.label) for a in kind.actions if a.name in wire.actions),
        done=tuple(_done(act, who) for act in artifact.acts),
        lent=lent(artifact, who, beside.lent),
        undone=undone,
        undoes=artifact.approved and artifact.id in beside.undone.entries,
    )
    return hidden(made) if restricted(artifact, schema) and artifact.id not in beside.revealed else made


def _done(act: Act, who: Principal) -> views.Fact:
    return views.Fact(
        label=act.action.capitalize(), text=", ".join(filter(None, (named(who, act.by, act.by_name), act.reason)))
    )


def _is_second(artifact: Artifact, wire: Wire) -> bool:
    """Whether accepting is this reader's to do as a co-signer: they may take what was signed, and nothing else."""
    first = artifact.signed
    return first is not None and wire.allowed == [first.status, lifecycle.REJECTED]


def _may(artifact: Artifact, wire: Wire, *, second: bool) -> tuple[str, ...]:
    """The buttons: those of `allowed`, but that what was signed once is not for the same side to sign again."""
    if second:
        return lifecycle.ACCEPTED, lifecycle.REJECTED
    again = signing.counts(artifact)
    return tuple(word for word in wire.allowed if not (again and word == lifecycle.ACCEPTED))


def _card(artifact: Artifact, schema: ProfileSchema) -> Card:
    """The type's own card, with how long it may still wait where that is not long."""
    card = artifact_type(artifact.artifact_type).card(artifact, schema)
    due = expires_at(artifact, schema) if artifact.pending else None
    left = due - datetime.now(UTC) if due is not None else None
    if left is None or left > _SOON:
        return card
    days = max(left.days, 0)
    words = "Last day" if days == 0 else "1 day left" if days == 1 else f"{days} days left"
    return msgspec.structs.replace(card, badges=[*card.badges, Badge("expires", words)])


def customer(artifact: Artifact) -> views.Customer:
    """The customer an artifact is about, by the name they had."""
    return views.Customer(id=artifact.customer_ref, name=artifact.customer_name)


def evidence(artifact: Artifact, context: Context | None) -> views.Evidence | None:
    """The quote between what stands around it in its note; None where the proposal came without one."""
    quote = artifact.payload.get("source_text")
    if not quote:
        return None
    return views.Evidence(
        quote=quote,
        verified=bool(artifact.evidence_verified),
        source=source(artifact),
        before=context.before if context is not None else "",
        after=context.after if context is not None else "",
        line=context.line if context is not None else None,
    )


def source(artifact: Artifact) -> views.Source | None:
    """The stored note an artifact was read from, as a batch or a quote mentions it; None where none was sent along."""
    if artifact.source_id is None:
        return None
    day = artifact.source_at.date() if artifact.source_at is not None else None
    return views.Source(id=artifact.source_id, title=artifact.source_title or "Note", occurred_on=day)


def decision(artifact: Artifact, who: Principal, schema: ProfileSchema) -> views.Decision | None:
    """How an artifact ended; None while it is pending."""
    if artifact.decided_at is None:
        return None
    instead_of = None
    if artifact.status == lifecycle.EDITED:
        plain = msgspec.structs.replace(artifact, edited_value=msgspec.UNSET)
        kind = artifact_type(artifact.artifact_type)
        before, after = kind.card(plain, schema).proposed, kind.card(artifact, schema).proposed
        instead_of = before if artifact.field is not None or before != after else None
    return views.Decision(
        at=artifact.decided_at,
        by=named(who, artifact.decided_by, artifact.decided_by_name),
        on_behalf_of=artifact.on_behalf_of_name,
        reason=worded(artifact.reason),
        instead_of=instead_of,
    )


def worded(reason: str | None) -> str | None:
    """A reason as a sentence's start; those of the form are kept in small letters."""
    return reason[:1].upper() + reason[1:] if reason and reason.startswith(REJECT_REASONS) else reason


def members(artifact: Artifact) -> tuple[views.Fact, ...]:
    """What a payload holds beyond what its type's card shows; a profile edit's own members are all on it."""
    if artifact.field is None:
        return ()
    return tuple(
        views.Fact(label=key.replace("_", " ").capitalize(), text=str(value))
        for key, value in artifact.payload.items()
        if key not in _OWN_MEMBERS and value is not None
    )


def batches(
    artifacts: Sequence[Artifact],
    who: Principal,
    schema: ProfileSchema,
    beside: Beside,
    *,
    cut: Collection[str] = (),
) -> tuple[views.Batch, ...]:
    """Artifacts of one customer as batches, in the order they come.

    `cut` are artifacts whose batch may have more than is listed: nothing is offered there, since it would take the rest too.
    """
    grouped: dict[tuple[str, str, str], list[Artifact]] = {}
    for artifact in artifacts:
        grouped.setdefault((artifact.batch_id, artifact.created_by_type, artifact.created_by_id), []).append(artifact)
    return tuple(
        batch(group, who, schema, beside, whole=not any(artifact.id in cut for artifact in group))
        for group in grouped.values()
    )


def batch(
    group: Sequence[Artifact],
    who: Principal,
    schema: ProfileSchema,
    beside: Beside,
    *,
    whole: bool = True,
) -> views.Batch:
    """The artifacts of one batch, and what accepting it whole would take."""
    first = group[0]
    return views.Batch(
        id=first.batch_id,
        query=batch_query(first.batch_id, first.customer_id, first.created_by_id),
        agent=first.created_by_name,
        proposed_at=first.created_at,
        proposals=tuple(proposal(a, who, schema, beside=beside) for a in group),
        source=source(first),
        offer=offer(group, who, schema) if whole else None,
    )


def batch_query(batch_id: str, customer_id: str | None, creator_id: str) -> str:
    """What says which batch of that id is meant; nothing where the id is a random one of ours."""
    if customer_id is None or _RANDOM.fullmatch(batch_id):
        return ""
    return "?" + urlencode({"customer": customer_id, "creator": creator_id})


def batch_address(artifact: Artifact) -> str:
    """The page of an artifact's batch."""
    query = batch_query(artifact.batch_id, artifact.customer_id, artifact.created_by_id)
    return f"/batches/{segment(artifact.batch_id)}{query}"


def offer(group: Iterable[Artifact], who: Principal, schema: ProfileSchema) -> views.Offer | None:
    """What accepting all of these at once would take and what it would leave out; None where the reader may not."""
    open_to = [artifact for artifact in group if to_wire(artifact, who, schema).allowed]
    if not open_to:
        return None
    held = Counter(_why(a, code) for a in open_to if (code := held_back(a, who, schema, bulk=True)) is not None)
    left_out = tuple(views.LeftOut(why=why, count=count) for why, count in held.most_common())
    return views.Offer(accepts=len(open_to) - held.total(), of=len(open_to), left_out=left_out)


def _why(artifact: Artifact, code: str) -> str:
    """What leaves it out, in the words of its flag: a quote can be missing, or the note it is from."""
    why = _HELD.get(code, code)
    return f"no_{artifact.lacks}" if why == "unverified" and artifact.lacks in ("quote", "source") else why


def opened(
    artifact: Artifact,
    schema: ProfileSchema,
    who: Principal,
    *,
    mode: str | None = None,
    earlier: int = 0,
    draft: views.Draft | None = None,
    refusal: views.Refusal | None = None,
    sent: Mapping[str, list[str]] | None = None,
    read_by: Mapping[str, str | None] | None = None,
) -> views.Opened:
    """What only an open card shows: the edit form's controls, with what was `sent` in them, who set the value, who proposes."""
    kind = artifact_type(artifact.artifact_type)
    try:
        controls = tuple(kind.controls(signing.payload(artifact), schema)) if artifact.pending else ()
    except PlacetError:
        controls = ()  # the schema has no such field any more
    if sent is not None:
        controls = tuple(_refilled(control, sent.get(control.name, [])) for control in controls)
    return views.Opened(
        id=artifact.id,
        maker=maker(artifact, read_by),
        mode=mode if mode in ("edit", "reject", "over") else "read",  # type: ignore[arg-type]
        controls=controls,
        expected=msgspec.json.encode(artifact.current_value).decode(),
        now=provenance_now(artifact, who),
        earlier=earlier,
        draft=draft or views.Draft(),
        refusal=refusal,
    )


def _refilled(control: Control, texts: Sequence[str]) -> Control:
    """The control with what a person had put into it; where an option has words of its own, they were sent last."""
    words = {"other": texts[-1] if texts else ""} if control.other is not None else {}
    return msgspec.structs.replace(control, value=texts[0] if texts else "", values=list(texts), **words)


def maker(artifact: Artifact, read_by: Mapping[str, str | None] | None) -> str:
    """Who proposed it; and who read the note, with version and model, where the trail says so."""
    name = artifact.created_by_name
    if read_by is None:
        return name
    reader = Reader(**read_by)  # type: ignore[arg-type]
    said = f"{reader.agent} {reader.version}, {reader.model or 'offline reader'}"
    return said if name in (reader.agent, reader.name) else f"{name}, read by {said}"


def provenance_now(artifact: Artifact, who: Principal) -> views.Provenance | None:
    """Who set the value the field has now."""
    if artifact.current_at is None:
        return None
    by = "you" if artifact.current_by == who.name else artifact.current_by or "import"
    return views.Provenance(by=by, at=artifact.current_at)


def provenance(value: Value, who: Principal) -> views.Provenance:
    """Who set a value of a profile, when, and by which artifact."""
    by = "you" if value.updated_by == who.name else value.updated_by or "import"
    return views.Provenance(by=by, at=value.updated_at, artifact_id=value.artifact_id)
