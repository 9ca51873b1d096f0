"""Artifacts over HTTP: propose, list, read. The exact shapes and sentences are the contract's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.answers import ArtifactAnswer, ok
from placet.api.auth import principal_of, runtime_of
from placet.api.decisions import Decisions
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body, read_query
from placet.api.spec import described
from placet.artifacts import inbox
from placet.artifacts import propose as proposing
from placet.artifacts.artifact import Wire
from placet.artifacts.artifact_type import to_wire
from placet.artifacts.propose import Item, Skipped, Source
from placet.db.engine import Connection
from placet.errors import Invalid

Limit = Annotated[int, msgspec.Meta(ge=0, le=inbox.MAX_LIMIT)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Order = Literal["desc", "asc"]


class CustomerArtifactsQuery(msgspec.Struct, rename="camel", kw_only=True):
    """What a customer's list is narrowed to."""

    status: str | None = None
    type: str | None = None
    limit: Limit = inbox.DEFAULT_LIMIT
    offset: Offset = 0
    order: Order = "desc"
    cursor: str | None = None


class ArtifactsQuery(msgspec.Struct, rename="camel", kw_only=True):
    """What the inbox is narrowed to."""

    status: str | None = None
    type: str | None = None
    customer_id: str | None = None
    rm_id: str | None = None
    batch_id: str | None = None
    field: str | None = None
    confidence: str | None = None
    limit: Limit = inbox.DEFAULT_LIMIT
    order: Order = "desc"
    cursor: str | None = None


class ArtifactPage(msgspec.Struct, rename="camel"):
    """Some artifacts; `nextCursor` is null on the last page."""

    artifacts: list[Wire]
    next_cursor: str | None


class SourceBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The note the proposals were read from; stored, so that their quotes can be checked."""

    text: str
    title: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    occurred_at: str | None = None


class ItemBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """One proposal."""

    payload: dict[str, Any]
    artifact_type: str = "profile_edit"
    workflow_trigger: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class ProposeBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A batch of proposals for one customer: all are stored or none."""

    artifacts: Annotated[list[ItemBody], msgspec.Meta(min_length=1, max_length=proposing.MAX_ITEMS)]
    batch_id: str | None = None
    source: SourceBody | None = None
    dry_run: bool = False


class ProposeAnswer(msgspec.Struct, rename="camel"):
    """The batch as stored, and what of it became no artifact."""

    batch_id: str
    artifacts: list[Wire]
    skipped: list[Skipped]


class Artifacts(Decisions):
    """Everything about artifacts, deciding them included: the framework wants one class for one address."""

    @get(
        "/customers/{customer_id:str}/artifacts",
        opt=described("artifacts", {200: ArtifactPage}, query=CustomerArtifactsQuery),
    )
    async def list_customer_artifacts(
        self, request: Request[Any, Any, Any], customer_id: FromPath[str]
    ) -> Response[bytes]:
        """List a customer's artifacts.

        Newest batch first and the proposed order within, or with `order=asc` both ascending. An unknown status is an empty list.
        """
        query = read_query(request, CustomerArtifactsQuery)
        filters = inbox.Filters(status=query.status, type=query.type, customer_id=customer_id)
        return await _page(request, filters, query.limit, query.order, query.cursor, query.offset)

    @get("/artifacts", opt=described("artifacts", {200: ArtifactPage}, query=ArtifactsQuery))
    async def list_artifacts(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List the artifacts of every customer the caller may see.

        `status=pending` makes it the caller's inbox.
        """
        query = read_query(request, ArtifactsQuery)
        filters = inbox.Filters(
            status=query.status,
            type=query.type,
            customer_id=query.customer_id,
            rm_id=query.rm_id,
            batch_id=query.batch_id,
            field=query.field,
            confidence=query.confidence,
        )
        return await _page(request, filters, query.limit, query.order, query.cursor)

    @get("/artifacts/{artifact_id:str}", opt=described("artifacts", {200: ArtifactAnswer}))
    async def get_artifact(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """Read one artifact, identical in every member to its row in a list."""
        runtime, who = runtime_of(request), principal_of(request)
        async with runtime.reading() as connection:
            found = await inbox.get_artifact(connection, who, artifact_id)
        return ok(ArtifactAnswer(to_wire(found, who, runtime.schema)))

    @post(
        "/customers/{customer_id:str}/artifacts",
        opt=described("artifacts", {201: ProposeAnswer, 200: ProposeAnswer}, body=ProposeBody, idempotent=True),
    )
    async def propose(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Propose a batch of changes to a customer's record.

        All or nothing. The same batch again answers 200 with the same artifacts; other content under its id is 409.
        """
        runtime, who = runtime_of(request), principal_of(request)
        body = await read_body(request, ProposeBody)
        source = None
        if body.source is not None:
            source = Source(
                text=body.source.text, title=body.source.title, occurred_at=read_instant(body.source.occurred_at)
            )
        items = [
            Item(payload=item.payload, artifact_type=item.artifact_type, workflow_trigger=item.workflow_trigger)
            for item in body.artifacts
        ]

        async def work(connection: Connection) -> Answer:
            savepoint = connection.transaction()
            await savepoint.start()
            done = await proposing.propose(
                connection, who, customer_id, items, schema=runtime.schema, batch_id=body.batch_id, source=source
            )
            await (savepoint.rollback() if body.dry_run else savepoint.commit())
            answer = ProposeAnswer(
                done.batch_id, [to_wire(a, who, runtime.schema) for a in done.artifacts], done.skipped
            )
            return Answer(201 if done.created and not body.dry_run else 200, answer)

        return await once(request, work)


async def _page(
    request: Request[Any, Any, Any], filters: inbox.Filters, limit: int, order: str, cursor: str | None, offset: int = 0
) -> Response[bytes]:
    runtime, who = runtime_of(request), principal_of(request)
    async with runtime.reading() as connection:
        page = await inbox.list_artifacts(
            connection, who, filters, limit=limit, offset=offset, order=order, cursor=cursor
        )
    return ok(ArtifactPage([to_wire(a, who, runtime.schema) for a in page.artifacts], page.next_cursor))


def read_instant(text: str | None) -> datetime | None:
    """ISO 8601 with an offset, or a bare date, which is that day in UTC; Invalid for anything else."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(f"{text}T00:00:00+00:00" if len(text) == 10 else text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1 < found.year < 9999:
        raise Invalid(f"A time is ISO 8601 with an offset, or a date; {text[:40]!r} is neither.", code="invalid_time")
    return found
