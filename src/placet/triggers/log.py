"""The delivery log: what was promised, how each attempt went, and making one again by hand.

Who may see an artifact sees its deliveries; where they went and what was answered there is for those who oversee.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from placet.audit import record
from placet.customers import access
from placet.db.engine import Connection, database_time, statements
from placet.errors import Conflict, Invalid, NotFound
from placet.identity.principal import Principal

SQL = statements(__package__, "log.sql")
STATUSES = ("promised", "delivered", "dead", "cancelled", "unrouted")
MAX_LIMIT, DEFAULT_LIMIT = 200, 50


class Logged(msgspec.Struct, kw_only=True):
    """A delivery as it stands. `due_at` is when it is (next) made while it is promised; `said` how the last attempt went."""

    id: str
    seq: int
    status: str
    kind: str | None
    trigger: str | None
    rule_id: str | None
    event_id: str
    artifact_id: str
    customer_id: str | None
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    under_way: bool | None
    said: str | None
    status_code: int | None
    field: str | None
    artifact_type: str
    customer_name: str
    field_label: str | None
    rule_note: str | None
    rule_url: str | None
    rule_off: bool | None

    @property
    def to(self) -> str:
        """Whom or what it is for, in words."""
        return self.rule_note or self.rule_url or self.trigger or "nobody"


class Attempt(msgspec.Struct, kw_only=True):
    """One attempt. Without an end it is under way, or whoever made it died; `answer` is the beginning of what came back."""

    n: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    status_code: int | None
    said: str | None
    answer: str | None


class Made(msgspec.Struct, kw_only=True):
    """Something a delivery made: its number, file name, media type and size in bytes."""

    n: int
    name: str
    media_type: str
    size: int


class Filters(msgspec.Struct, kw_only=True):
    """What the log is narrowed to; None leaves a dimension open. `endpoint` is a rule's id."""

    status: str | None = None
    endpoint: str | None = None
    trigger: str | None = None
    artifact_id: str | None = None
    customer_id: str | None = None


class Standing(msgspec.Struct, kw_only=True):
    """How the deliveries stand as a whole. `promised` counts the `retrying` too; `oldest_due_s` is 0 where nothing is late."""

    promised: int
    retrying: int
    dead: int
    oldest_due_s: float
    disabled: int


async def standing(connection: Connection) -> Standing:
    """What is not made, for the metrics."""
    return Standing(**dict(await connection.fetchrow(SQL["standing"]) or {}))


async def list_deliveries(
    connection: Connection,
    who: Principal,
    filters: Filters,
    *,
    limit: int = DEFAULT_LIMIT,
    before: int | None = None,
) -> tuple[list[Logged], int | None]:
    """A page of the deliveries the caller may see, newest first, and the sequence number the next page starts below.

    What was promised to nobody is left out unless it is asked for, by that status or an artifact's id.
    """
    if filters.status is not None and filters.status not in STATUSES:
        raise Invalid(f"A status is one of: {', '.join(STATUSES)}.", code="invalid_status")
    condition, scope = access.visible(who, "a.customer_id", "c.rm_id", "a.id")
    conditions = [condition]
    arguments: list[Any] = [scope]
    for expression, value in (
        ("d.status = {}", filters.status),
        ("d.rule_id = {}", filters.endpoint),
        ("d.trigger = {}", filters.trigger),
        ("d.artifact_id = {}", filters.artifact_id),
        ("d.customer_id = {}", filters.customer_id),
        ("d.seq < {}", before),
    ):
        if value is not None:
            arguments.append(value)
            conditions.append(expression.format(f"${len(arguments)}"))
    if filters.status is None and filters.artifact_id is None:
        conditions.append("d.status <> 'unrouted'")
    sql = f"{SQL['columns']} where {' and '.join(conditions)} order by d.seq desc limit {limit + 1}"
    rows = await connection.fetch(sql, *arguments)
    found = [_seen(who, Logged(**dict(row))) for row in rows[:limit]]
    return found, (found[-1].seq if len(rows) > limit > 0 else None)


async def get(connection: Connection, who: Principal, delivery_id: str) -> Logged:
    """One delivery, or NotFound."""
    condition, scope = access.visible(who, "a.customer_id", "c.rm_id", "a.id")
    row = await connection.fetchrow(f"{SQL['columns']} where {condition} and d.id = $2", scope, delivery_id)
    if row is None:
        raise NotFound("Delivery not found")
    return _seen(who, Logged(**dict(row)))


async def details(connection: Connection, who: Principal, delivery_id: str) -> tuple[Logged, list[Attempt], list[Made]]:
    """One delivery with its attempts, oldest first, and what it made."""
    found = await get(connection, who, delivery_id)
    attempts = [Attempt(**dict(row)) for row in await connection.fetch(SQL["attempts"], delivery_id)]
    if not access.sees_everything(who):
        attempts = [msgspec.structs.replace(attempt, answer=None) for attempt in attempts]
    made = [Made(**dict(row)) for row in await connection.fetch(SQL["outputs"], delivery_id)]
    return found, attempts, made


async def output(connection: Connection, who: Principal, delivery_id: str, n: int) -> tuple[str, str, bytes]:
    """Something a delivery made: file name, media type, content; NotFound where it made no such thing."""
    await get(connection, who, delivery_id)
    row = await connection.fetchrow(SQL["output"], delivery_id, n)
    if row is None:
        raise NotFound("Output not found")
    return row["name"], row["media_type"], row["content"]


async def replay(connection: Connection, who: Principal, delivery_id: str) -> Logged:
    """Make a dead or delivered one again, under the same id and at the start of the schedule; admins only.

    Raises NotFound, Forbidden, Conflict `not_replayable`.
    """
    found = await get(connection, who, delivery_id)
    access.check_admin(who, "make a delivery again")
    if await connection.fetchval(SQL["replay"], delivery_id) is None:
        raise Conflict(
            "It waits to be made already."
            if found.status == "promised"
            else f"It is {found.status}; there is nothing to make again.",
            code="not_replayable",
        )
    event = record.event(
        f"{found.artifact_type}.delivery_replayed",
        at=await database_time(connection),
        actor=who,
        artifact_id=found.artifact_id,
        customer_id=found.customer_id,
        field=found.field,
        body={
            "customerName": found.customer_name,
            "label": found.field_label,
            "deliveryId": found.id,
            "trigger": found.trigger,
            "ruleId": found.rule_id,
            "attempts": found.attempts,
            "reason": None,
        },
    )
    await record.write(connection, [event])
    return await get(connection, who, delivery_id)


def _seen(who: Principal, found: Logged) -> Logged:
    """Without where it went, for those who do not oversee: an address may hold what opens it."""
    return found if access.sees_everything(who) else msgspec.structs.replace(found, rule_url=None)
