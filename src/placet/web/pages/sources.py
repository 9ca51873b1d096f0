"""A note and everything read from it, and the page where a note is pasted to be read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.agent.read_note import MAX_NOTE, NothingFound, read_note
from placet.api.artifacts import read_instant
from placet.api.reading import read_query
from placet.artifacts import inbox, sources
from placet.artifacts.artifact import Artifact
from placet.customers import records
from placet.errors import Forbidden, Invalid, ModelFailed
from placet.web import views
from placet.web.note import Quote, State, lines
from placet.web.pages import choosing, forms, show
from placet.web.pages.beside import beside
from placet.web.pages.proposals import OpenQuery, open_card, seen
from placet.web.pages.surroundings import html, runtime_and_caller, shell

_STATES: dict[str, State] = {"pending": "pending", "accepted": "accepted", "edited": "accepted", "rejected": "rejected"}


@get("/sources/{source_id:str}")
async def show_source(request: Request[Any, Any, Any], source_id: FromPath[str]) -> Response[bytes]:
    """The note on the left, what was read from it on the right."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, OpenQuery)
    async with runtime.reading() as connection:
        source = await sources.get(connection, who, source_id)
        found = await _all_of(connection, who, source_id)
        near = await beside(connection, who, runtime.schema, found)
        batches = await sources.read_from(connection, source_id)
        neighbours = await sources.of_customer(connection, who, source.customer_id) if source.customer_id else []
        around = await shell(request, connection, "customers")
        opened = await open_card(connection, runtime, who, found, query.open, query.do)
    numbers = {artifact.id: number for number, artifact in enumerate(found, 1)}
    pending = [artifact for artifact in found if artifact.pending]
    ids = [s.id for s in neighbours]
    place = ids.index(source_id) if source_id in ids else 0
    name = source.customer_name or (found[0].customer_name if found else "A customer who is gone")
    view = views.SourcePage(
        shell=around,
        customer=views.Customer(id=source.customer_id or "", name=name),
        source=views.Source(
            id=source.id,
            title=source.title or "Note",
            occurred_on=source.occurred_at.date() if source.occurred_at else None,
        ),
        by=source.created_by_name,
        stored_at=source.created_at,
        sha256=source.sha256.hex(),
        agent=", ".join(dict.fromkeys(a.created_by_name for a in found)) or None,
        lines=lines(source.text, _quotes(found, numbers, query.open, near.undone.decisions)),
        proposals=tuple(show.proposal(a, who, runtime.schema, beside=near, number=numbers[a.id]) for a in found),
        seen=seen([item for batch in batches for item in batch.not_proposed], runtime.schema),
        batch_id=batches[0].id if len(batches) == 1 else None,
        batch_query=show.batch_query(batches[0].id, batches[0].customer_id, batches[0].created_by_id)
        if batches
        else "",
        offer=show.offer(pending, who, runtime.schema) if len(batches) == 1 else None,
        opened=opened,
        newer=f"/sources/{ids[place - 1]}" if place > 0 else None,
        older=f"/sources/{ids[place + 1]}" if place + 1 < len(ids) else None,
    )
    return html(view)


@get("/read")
async def show_read(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Paste a note for a customer chosen from a list."""
    return await _read_page(request, None)


@get("/customers/{customer_id:str}/read")
async def show_read_for(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Paste a note for one customer."""
    return await _read_page(request, customer_id)


@post("/read", status_code=303)
async def read_for_chosen(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take a note for the customer chosen in the form."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    async with runtime.reading() as connection:
        meant = await choosing.customer(connection, who, forms.one(form, "customer"))
    try:
        customer_id = choosing.in_full(meant, "customer", "Choose whom the note is about")
    except forms.Wrong as wrong:
        return await _read_page(request, None, form=form, errors={wrong.field: wrong.sentence})
    return await _read(request, customer_id, form, chosen=True)


@post("/customers/{customer_id:str}/read", status_code=303)
async def read_for(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Take a note for one customer."""
    return await _read(request, customer_id, await forms.read_form(request), chosen=False)


async def _read(
    request: Request[Any, Any, Any], customer_id: str, form: forms.Form, *, chosen: bool
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    page_for = None if chosen else customer_id
    try:
        day = read_instant(forms.one(form, "occurredAt") or None)
        done = await read_note(
            runtime,
            who,
            customer_id,
            forms.one(form, "text"),
            title=forms.one(form, "title").strip()[:300] or None,
            occurred_at=day,
        )
    except NothingFound as error:
        left = seen(msgspec.to_builtins(error.members["reading"].not_proposed), runtime.schema)
        details = tuple(f"{each.label}: {each.quote}" if each.quote else each.label for each in left[:10])
        notice = views.Notice(
            sentence="Nothing to propose from this note, so it was not stored."
            + (" Seen, not proposed:" if details else ""),
            tone="plain",
            details=details,
        )
        return await _read_page(request, page_for, form=form, notice=notice)
    except ModelFailed as error:
        notice = views.Notice(sentence=error.sentence, tone="refused")
        return await _read_page(request, page_for, form=form, notice=notice, status=error.status)
    except Invalid as error:
        where = "occurredAt" if error.code == "invalid_time" else "text"
        return await _read_page(request, page_for, form=form, errors={where: error.sentence})
    count = len(done.artifacts)
    sentence = f"Read. {count} proposal{'s' if count != 1 else ''} wait{'s' if count == 1 else ''} for you."
    if count == 0:
        return forms.go(
            f"/sources/{done.source_id}", views.Notice(sentence="Read. Nothing in it is new.", tone="plain")
        )
    return forms.go(f"/batches/{done.batch_id}", views.Notice(sentence=sentence))


async def _read_page(
    request: Request[Any, Any, Any],
    customer_id: str | None,
    *,
    form: forms.Form | None = None,
    errors: dict[str, str] | None = None,
    notice: views.Notice | None = None,
    status: int = 200,
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    form = form or {}
    async with runtime.reading() as connection:
        around = await shell(request, connection, "read")
        if not around.may_read:
            raise Forbidden("An auditor reads and never writes.", code="auditor_reads")
        customer, whom = None, None
        if customer_id is not None:
            customer = await records.get(connection, who, customer_id)
        else:
            meant = await choosing.customer(connection, who, forms.one(form, "customer"))
            whom = await choosing.customer_filter(connection, who, meant, around.lately, "Who is the note about?")
    view = views.ReadPage(
        shell=msgspec.structs.replace(around, notice=notice) if notice else around,
        action=f"/customers/{customer_id}/read" if customer_id else "/read",
        customer=views.Customer(id=customer.id, name=customer.name) if customer else None,
        whom=whom,
        title=forms.one(form, "title"),
        occurred_on=forms.one(form, "occurredAt"),
        text=forms.one(form, "text"),
        max_length=MAX_NOTE,
        errors=errors or {},
    )
    return html(view, 422 if errors else status)


async def _all_of(connection: Any, who: Any, source_id: str) -> list[Artifact]:
    """Everything proposed from a note, in the order of its words; what is nowhere in it comes last."""
    page = await inbox.list_artifacts(
        connection, who, inbox.Filters(source_id=source_id), limit=inbox.MAX_LIMIT, order="asc"
    )
    return sorted(
        page.artifacts, key=lambda found: (found.evidence_start is None, found.evidence_start or 0, found.seq)
    )


def _quotes(
    found: list[Artifact], numbers: dict[str, int], open_id: str | None, undone: Collection[str]
) -> list[Quote]:
    return [
        Quote(
            start=artifact.evidence_start,
            end=artifact.evidence_end,
            number=numbers[artifact.id],
            state=_state(artifact, open_id, undone),
        )
        for artifact in found
        if artifact.evidence_start is not None and artifact.evidence_end is not None and artifact.evidence_verified
    ]


def _state(artifact: Artifact, open_id: str | None, undone: Collection[str]) -> State:
    if artifact.id == open_id:
        return "open"
    return "ended" if artifact.id in undone else _STATES.get(artifact.status, "ended")


handlers = (show_source, show_read, show_read_for, read_for_chosen, read_for)
