"""One batch, one artifact, and the card that opens in any list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.artifacts import inbox, sources, thread
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type, to_wire
from placet.artifacts.reveal import veiled
from placet.audit import timeline
from placet.customers import records
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.errors import NotFound
from placet.identity.principal import Principal
from placet.runtime import Runtime
from placet.web import views
from placet.web.pages import deliveries, proving, show, standing, telling
from placet.web.pages.beside import beside, over
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.pages.undoing import retold
from placet.web.render import HIDDEN, count, segment

RIVALS = 4  # other proposals for a field that a card shows


class OpenQuery(msgspec.Struct, kw_only=True):
    """Which card is open, and with which form."""

    open: str | None = None
    do: str | None = None
    sel: str | None = None  # ids of the selected rows, with dots between them: the shell reads them


class BatchQuery(msgspec.Struct, kw_only=True):
    """Which batch of that id, and which card is open."""

    customer: str | None = None
    creator: str | None = None
    open: str | None = None
    do: str | None = None
    sel: str | None = None  # ids of the selected rows, with dots between them: the shell reads them


@get("/batches/{batch_id:str}")
async def show_batch(request: Request[Any, Any, Any], batch_id: FromPath[str]) -> Response[bytes]:
    """One batch: where reading a note lands."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, BatchQuery)
    async with runtime.reading() as connection:
        found = await inbox.batch(connection, who, batch_id, customer_id=query.customer, created_by_id=query.creator)
        around = await shell(request, connection, "customers")
        near = await beside(connection, who, runtime.schema, found)
        if not found:
            return html(
                views.ErrorPage(shell=around, status=404, sentence="Nothing of this batch became a proposal."), 404
            )
        batch = await sources.batch_of(connection, found[0])
        view = views.BatchPage(
            shell=around,
            customer=show.customer(found[0]),
            batch=show.batch(found, who, runtime.schema, near),
            skipped=_skipped(batch),
            seen=seen(batch.not_proposed if batch else [], runtime.schema),
            opened=await open_card(connection, runtime, who, found, query.open, query.do),
        )
    return html(view)


@get("/artifacts/{artifact_id:str}")
async def show_artifact(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """One artifact, its trail, its facts, its JSON."""
    query = read_query(request, OpenQuery)
    return await artifact_page(request, artifact_id, mode=query.do)


async def artifact_page(
    request: Request[Any, Any, Any],
    artifact_id: str,
    *,
    mode: str | None = None,
    draft: views.Draft | None = None,
    refusal: views.Refusal | None = None,
    sent: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> Response[bytes]:
    """The artifact's page, also as the answer to a decision that was refused, with what the person had typed."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        artifact = await inbox.get_artifact(connection, who, artifact_id)
        near = await beside(connection, who, runtime.schema, [artifact])
        lines = await timeline.of_artifact(connection, artifact_id, limit=200)
        read_by = lines[0].body.get("readBy") if lines else None
        past = await records.history(connection, artifact.customer_id) if artifact.customer_id else {}
        members = await inbox.of_batch(
            connection, artifact.customer_id, artifact.created_by_type, artifact.created_by_id, artifact.batch_id
        )
        earlier = await thread.before(connection, artifact)
        colleagues = await standing.receivers(connection, who, artifact)
        sent_on = await deliveries.of_artifact(connection, who, artifact_id, runtime.schema)
        rivals = await rivals_of(connection, runtime, who, artifact)
        seal = await proving.seal_of(connection, runtime, artifact_id)
        undoing = await inbox.undoing(connection, who, [artifact_id])
        told, ended = await retold(connection, lines, whole=True), await over(connection, members, earlier)
        around = msgspec.structs.replace(
            await shell(request, connection, "customers"), here=f"/artifacts/{artifact_id}"
        )
    values = past.get(artifact.field or "", [])
    proposal = show.proposal(artifact, who, runtime.schema, beside=near)
    view = views.ArtifactPage(
        shell=around,
        proposal=proposal,
        opened=msgspec.structs.replace(
            show.opened(
                artifact,
                runtime.schema,
                who,
                mode=mode,
                earlier=max(len(values) - 1, 0),
                draft=draft,
                refusal=refusal,
                sent=sent,
                read_by=read_by,
            ),
            rivals=rivals,
        ),
        before=_before(artifact, values, who),
        trail=telling.trail(told, who, runtime.schema, sent_on, undoing),
        facts=_facts(artifact, runtime.schema, undoing, members, show.maker(artifact, read_by)),
        undone_by=next((entry.id for entry in undoing if entry.approved or not artifact.approved), None),
        raw=_raw(artifact, who, runtime.schema, hidden=proposal.hidden),
        siblings=tuple(
            show.proposal(a, who, runtime.schema, beside=ended, with_customer=False)
            for a in members
            if a.id != artifact_id
        ),
        thread=tuple(show.proposal(a, who, runtime.schema, beside=ended, with_customer=False) for a in earlier),
        colleagues=colleagues,
        deliveries=sent_on,
        may_replay=who.type == "admin",
        seal=seal,
    )
    return html(view, status)


async def open_card(
    connection: Connection,
    runtime: Runtime,
    who: Principal,
    listed: list[Artifact],
    wanted: str | None,
    mode: str | None,
) -> views.Opened | None:
    """What the open card of a list shows, if the one that is asked for stands in the list."""
    artifact = next((found for found in listed if found.id == wanted), None)
    if artifact is None:
        return None
    past = await records.history(connection, artifact.customer_id) if artifact.customer_id and artifact.field else {}
    earlier = len(past.get(artifact.field or "", [])) - 1
    rivals = await rivals_of(connection, runtime, who, artifact)
    read_by = await timeline.read_by(connection, artifact.id)
    opened = show.opened(artifact, runtime.schema, who, mode=mode, earlier=max(earlier, 0), read_by=read_by)
    return msgspec.structs.replace(opened, rivals=rivals)


async def rivals_of(
    connection: Connection, runtime: Runtime, who: Principal, artifact: Artifact
) -> tuple[views.Proposal, ...]:
    """The other proposals that wait for the same field, each with its quote, to be looked at side by side."""
    if not artifact.rivals or artifact.customer_id is None:
        return ()
    try:
        found = await waiting_for(connection, runtime, who, artifact.customer_id, artifact.field, most=RIVALS + 1)
    except NotFound:  # handed over alone: its customer is not there for whoever has it
        return ()
    return tuple(other for other in found if other.id != artifact.id)[:RIVALS]


async def waiting_for(
    connection: Connection,
    runtime: Runtime,
    who: Principal,
    customer_id: str,
    field: str | None,
    most: int = inbox.MAX_LIMIT,
) -> tuple[views.Proposal, ...]:
    """What waits for a field, newest first."""
    filters = inbox.Filters(status="pending", customer_id=customer_id, field=field)
    found = (await inbox.list_artifacts(connection, who, filters, limit=most)).artifacts
    near = await beside(connection, who, runtime.schema, found)
    return tuple(show.proposal(each, who, runtime.schema, beside=near) for each in found)


def seen(not_proposed: list[dict[str, Any]], schema: ProfileSchema) -> tuple[views.Seen, ...]:
    """What a reader saw and did not propose."""
    found = []
    for item in not_proposed:
        field = schema.field(item.get("fieldKey") or "")
        label = field.label if field is not None else str(item.get("fieldKey") or "Something")
        found.append(views.Seen(label=label, why=str(item.get("reason") or ""), quote=item.get("sourceText")))
    return tuple(found)


def _skipped(batch: sources.ReadBatch | None) -> tuple[views.Skipped, ...]:
    """Items that became no artifact; their payloads are not kept, so they go by their number."""
    if batch is None:
        return ()
    return tuple(
        views.Skipped(label=f"Proposal {item.index + 1}", why=item.reason, artifact_id=item.artifact_id)
        for item in batch.skipped
    )


def _before(artifact: Artifact, values: list[records.PastValue], who: Principal) -> views.Provenance | None:
    """Who had set the value that was there before this artifact was decided."""
    earlier = [v for v in values if artifact.decided_at is None or v.at < artifact.decided_at]
    if not earlier:
        return None
    last = earlier[-1]
    return views.Provenance(by="you" if last.by == who.name else last.by, at=last.at, artifact_id=last.artifact_id)


def _raw(artifact: Artifact, who: Principal, schema: ProfileSchema, *, hidden: bool) -> str:
    """The artifact as the API answers it, for a person to read; a hidden one without what it says."""
    found = msgspec.to_builtins(to_wire(artifact, who, schema))
    return msgspec.json.format(msgspec.json.encode(veiled(found, HIDDEN) if hidden else found), indent=2).decode()


def _facts(
    artifact: Artifact, schema: ProfileSchema, undoing: list[Artifact], members: list[Artifact], maker: str
) -> tuple[views.Fact, ...]:
    """An artifact in a few lines."""
    card: Any = artifact_type(artifact.artifact_type).card(artifact, schema)
    confidence, decided = artifact.payload.get("confidence"), sum(not member.pending for member in members)
    found = [
        views.Fact(label="Customer", text=artifact.customer_name, href=f"/customers/{segment(artifact.customer_ref)}"),
        views.Fact(label="Type", text=artifact_type(artifact.artifact_type).label),
    ]
    if artifact.field is not None:
        found.append(views.Fact(label="Field", text=artifact.field, mono=True))
    if card.policy:
        found.append(views.Fact(label="Policy", text=card.policy))
    found += [
        views.Fact(label="Agent" if artifact.created_by_type == "agent" else "Proposed by", text=maker),
        *([views.Fact(label="Confidence", text=confidence.capitalize())] if confidence else []),
        views.Fact(
            label="Batch",
            text=f"{count(len(members), 'proposal')}, {decided} decided",
            href=show.batch_address(artifact),
        ),
        views.Fact(label="Id", text=artifact.id, mono=True),
    ]
    if artifact.reverts is not None:
        href = f"/artifacts/{segment(artifact.reverts)}"
        found.append(views.Fact(label="Undoes", text=artifact.reverts, href=href, mono=True))
    found += [
        views.Fact(label="Undone by", text=entry.id, href=f"/artifacts/{segment(entry.id)}", mono=True)
        for entry in undoing
    ]
    if artifact.workflow_trigger is not None:
        found.append(views.Fact(label="Trigger", text=artifact.workflow_trigger, mono=True))
    return tuple(found)


handlers = (show_batch, show_artifact)
