"""The delivery log over HTTP: who may see an artifact sees its deliveries, an admin makes one again."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.auth import principal_of, runtime_of
from placet.api.customers import read_after
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body, read_query
from placet.api.rules import Empty
from placet.api.spec import described
from placet.artifacts.artifact import instant
from placet.db.engine import Connection
from placet.errors import NotFound
from placet.triggers import log


class DeliveryWire(msgspec.Struct, rename="camel", kw_only=True):
    """A delivery. `status`: promised, delivered, dead, cancelled, or unrouted where no rule asked for it. `endpoint` is the
    id of the rule it is made by, `to` that rule in words; `dueAt` is when it is (next) made, while it is promised.
    """

    id: str
    status: str
    kind: str | None
    trigger: str | None
    endpoint: str | None
    to: str
    event_id: str
    artifact_id: str
    customer_id: str | None
    field: str | None
    created_at: str | None
    due_at: str | None
    ended_at: str | None
    attempts: int
    under_way: bool
    said: str | None
    status_code: int | None


class AttemptWire(msgspec.Struct, rename="camel", kw_only=True):
    """An attempt; without an end it is under way, or its process died. `answer` is shown to admins and auditors."""

    n: int
    started_at: str | None
    ended_at: str | None
    outcome: str | None
    status_code: int | None
    said: str | None
    answer: str | None


class OutputWire(msgspec.Struct, rename="camel", kw_only=True):
    """Something a delivery made; fetch it from `url`."""

    name: str
    media_type: str
    size: int
    url: str


class DeliveryAnswer(msgspec.Struct):
    """One delivery with its attempts, oldest first, and what it made."""

    delivery: DeliveryWire
    attempts: list[AttemptWire]
    outputs: list[OutputWire]


class DeliveryPage(msgspec.Struct, rename="camel"):
    """Deliveries, newest first, and where the next ones start."""

    deliveries: list[DeliveryWire]
    next_cursor: str | None


class LogQuery(msgspec.Struct, rename="camel", kw_only=True):
    """What the log is narrowed to."""

    status: str | None = None
    endpoint: str | None = None
    trigger: str | None = None
    artifact_id: str | None = None
    customer_id: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=0, le=log.MAX_LIMIT)] = log.DEFAULT_LIMIT
    cursor: str | None = None


class Deliveries(Controller):
    """What was promised to be called, and how that went."""

    path = "/api/deliveries"

    @get("/", opt=described("deliveries", {200: DeliveryPage}, query=LogQuery, problems=(422,)))
    async def list_deliveries(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List the deliveries of what the caller may see, newest first.

        Approvals that no rule asked for (`unrouted`) are listed by that status, or for one artifact.
        """
        query = read_query(request, LogQuery)
        filters = log.Filters(
            status=query.status,
            endpoint=query.endpoint,
            trigger=query.trigger,
            artifact_id=query.artifact_id,
            customer_id=query.customer_id,
        )
        before = read_after(query.cursor) if query.cursor is not None else None
        async with runtime_of(request).reading() as connection:
            found, following = await log.list_deliveries(
                connection, principal_of(request), filters, limit=query.limit, before=before
            )
        return ok(DeliveryPage([wire(each) for each in found], str(following) if following is not None else None))

    @get("/{delivery_id:str}", opt=described("deliveries", {200: DeliveryAnswer}))
    async def get_delivery(self, request: Request[Any, Any, Any], delivery_id: FromPath[str]) -> Response[bytes]:
        """Read a delivery with its attempts and what it made."""
        async with runtime_of(request).reading() as connection:
            return ok(await _answer(connection, request, delivery_id))

    @post(
        "/{delivery_id:str}/replay",
        opt=described(
            "deliveries",
            {200: DeliveryAnswer},
            body=Empty,
            body_required=False,
            problems=(404, 409, 422),
            idempotent=True,
        ),
        status_code=200,
    )
    async def replay_delivery(self, request: Request[Any, Any, Any], delivery_id: FromPath[str]) -> Response[bytes]:
        """Make a dead or delivered one again, under the same id and from the start of the schedule. For admins."""
        await read_body(request, Empty, empty_is_object=True)

        async def work(connection: Connection) -> Answer:
            await log.replay(connection, principal_of(request), delivery_id)
            return Answer(200, await _answer(connection, request, delivery_id))

        return await once(request, work)

    @get(
        "/{delivery_id:str}/outputs/{number:str}",
        opt=described("deliveries", {200: None}),
    )
    async def get_output(
        self, request: Request[Any, Any, Any], delivery_id: FromPath[str], number: FromPath[str]
    ) -> Response[bytes]:
        """Fetch something a delivery made, as a file."""
        if not number.isascii() or not number.isdecimal() or len(number) > 4:
            raise NotFound("Output not found")
        async with runtime_of(request).reading() as connection:
            name, media_type, content = await log.output(connection, principal_of(request), delivery_id, int(number))
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name) or "file"
        headers = {"content-disposition": f'attachment; filename="{plain}"'}
        return Response(content, media_type=media_type, headers=headers)


def wire(found: log.Logged) -> DeliveryWire:
    """A delivery as it is shown."""
    return DeliveryWire(
        id=found.id,
        status=found.status,
        kind=found.kind,
        trigger=found.trigger,
        endpoint=found.rule_id,
        to=found.to,
        event_id=found.event_id,
        artifact_id=found.artifact_id,
        customer_id=found.customer_id,
        field=found.field,
        created_at=instant(found.created_at),
        due_at=instant(found.due_at) if found.status == "promised" else None,
        ended_at=instant(found.ended_at),
        attempts=found.attempts,
        under_way=bool(found.under_way),
        said=found.said,
        status_code=found.status_code,
    )


async def _answer(connection: Connection, request: Request[Any, Any, Any], delivery_id: str) -> DeliveryAnswer:
    found, attempts, made = await log.details(connection, principal_of(request), delivery_id)
    return DeliveryAnswer(
        wire(found),
        [
            AttemptWire(
                n=each.n,
                started_at=instant(each.started_at),
                ended_at=instant(each.ended_at),
                outcome=each.outcome,
                status_code=each.status_code,
                said=each.said,
                answer=each.answer,
            )
            for each in attempts
        ],
        [
            OutputWire(
                name=each.name,
                media_type=each.media_type,
                size=each.size,
                url=f"/api/deliveries/{delivery_id}/outputs/{each.n}",
            )
            for each in made
        ],
    )
