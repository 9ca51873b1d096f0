"""Read artifacts: one, a batch, a customer's, or the caller's inbox over all customers, in keyset pages.

Every list goes through one query and one predicate (`access.visible`), so a row of a list and the artifact itself agree.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import msgspec

from placet.artifacts.artifact import Artifact, from_row
from placet.customers import access
from placet.db.engine import Connection, statements
from placet.errors import Conflict, Invalid, NotFound
from placet.identity.principal import Principal

SQL = statements(__package__, "inbox.sql")
MAX_LIMIT = 200
DEFAULT_LIMIT = 50

_VISIBLE_COLUMNS = ("a.customer_id", "c.rm_id", "a.id")
# A pending artifact's RM is its customer's (custody.py keeps it so). Asked by that column alone, a page of the inbox is read
# from the inbox's own index; asked by the customer's, all that waits is read and sorted.
_PENDING_COLUMNS = ("a.customer_id", "a.rm_id", "a.id")
TO_DECIDE = "to_decide"


class Filters(msgspec.Struct, kw_only=True):
    """What a list is narrowed to; None leaves a dimension open.

    `flag` is one of `FLAGGED`, or a policy, whose fields are then `flagged`; any other finds nothing. `whose` is `mine` (of
    the caller's own customers), `delegated` (what they stand in for) or, of what waits for an RM, `to_decide` (both, and what
    lacks only their second signature: `dual` are the fields that take two); any other finds nothing. `ids` names them one by
    one.
    """

    status: str | None = None
    type: str | None = None
    customer_id: str | None = None
    rm_id: str | None = None
    batch_id: str | None = None
    source_id: str | None = None
    field: str | None = None
    confidence: str | None = None
    decided: bool | None = None
    flag: str | None = None
    flagged: tuple[str, ...] = ()
    whose: str | None = None
    dual: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None


FLAGGED = {  # what a pending artifact carries a flag for, as a condition
    "stale": "a.field is not null and a.field_version is distinct from coalesce(p.version, 0)",
    "rival": "exists (select from artifact r where r.customer_id = a.customer_id and r.field = a.field"
    " and r.status = 'pending' and r.field is not null and r.id <> a.id)",
    "unverified": "a.evidence_verified is not true",
}


class Page(msgspec.Struct):
    """Some artifacts and where the next ones start; `next_cursor` is None on the last page."""

    artifacts: list[Artifact]
    next_cursor: str | None


ORDERS = {
    # Newest batch first, the proposed order within: rows of one batch share their time, the sequence breaks the tie.
    "desc": ("a.created_at desc, a.seq", "a.created_at <= {at} and (a.created_at < {at} or a.seq > {seq})"),
    "asc": ("a.created_at, a.seq", "a.created_at >= {at} and (a.created_at > {at} or a.seq > {seq})"),
    "decided": ("a.decided_at desc, a.seq desc", "a.decided_at <= {at} and (a.decided_at < {at} or a.seq < {seq})"),
}


async def list_artifacts(
    connection: Connection,
    who: Principal,
    filters: Filters,
    *,
    limit: int = DEFAULT_LIMIT,
    offset: int = 0,
    order: str = "desc",
    cursor: str | None = None,
) -> Page:
    """A page of the artifacts the caller may see; `order` is `desc`, `asc` or `decided` (newest decision first).

    Keyset pages neither repeat nor miss a row while others are decided. Raises NotFound for a customer that is not there.
    """
    sql, arguments = query(who, filters, limit=limit, offset=offset, order=order, cursor=cursor)
    rows = await connection.fetch(sql, *arguments)
    if filters.customer_id is not None and not (rows and access.own_only(who)):  # an RM's own row says so already
        await require_customer(connection, who, filters.customer_id)
    found = [from_row(row) for row in rows[:limit]]
    more = len(rows) > limit > 0
    return Page(found, write_cursor(found[-1], order) if more else None)


def query(
    who: Principal,
    filters: Filters,
    *,
    limit: int = DEFAULT_LIMIT,
    offset: int = 0,
    order: str = "desc",
    cursor: str | None = None,
) -> tuple[str, list[Any]]:
    """The statement of such a page and its arguments; it reads one row more than `limit`, to tell whether more follow."""
    inbox = filters.status == "pending" and who.type == "rm" and (filters.whose == TO_DECIDE or access.own_only(who))
    condition, arguments = _to_decide(who, filters.dual) if inbox else _seen(who, filters)
    conditions = [condition]

    def given(expression: str, value: Any) -> None:
        arguments.append(value)
        conditions.append(expression.format(f"${len(arguments)}"))

    if filters.status == "pending":
        conditions.append("a.status = 'pending'")  # spelled out, so that the partial indexes serve it
    elif filters.status is not None:
        given("a.status = {}", filters.status)
    for expression, value in (
        ("a.artifact_type = {}", filters.type),
        ("a.customer_id = {}", filters.customer_id),
        ("a.rm_id = {}", filters.rm_id),
        ("a.batch_id = {}", filters.batch_id),
        ("a.source_id = {}", filters.source_id),
        ("a.field = {}", filters.field),
        ("a.payload ->> 'confidence' = {}", filters.confidence),
        ("a.id = any ({}::text[])", filters.ids),
    ):
        if value is not None:
            given(expression, value)
    if filters.decided is not None or order == "decided":
        conditions.append(f"a.decided_at is {'null' if filters.decided is False else 'not null'}")
    if filters.flag in FLAGGED:
        conditions.append(FLAGGED[filters.flag])
    elif filters.flag is not None:
        given("a.field = any ({}::text[])", list(filters.flagged))
    if filters.whose is not None and not (inbox and filters.whose == TO_DECIDE):
        given(_whose(filters.whose), who.id)
    by, after = ORDERS[order]
    if cursor is not None:
        at, seq = read_cursor(cursor, order)
        arguments += [at, seq]
        conditions.append(after.format(at=f"${len(arguments) - 1}", seq=f"${len(arguments)}"))
    arguments += [limit + 1, offset]
    last = f"order by {by} limit ${len(arguments) - 1} offset ${len(arguments)}"
    return f"{SQL['columns']} where {' and '.join(conditions)} {last}", arguments


def _seen(who: Principal, filters: Filters) -> tuple[str, list[Any]]:
    """The condition of what the caller may see, and its arguments."""
    if filters.customer_id is filters.batch_id is filters.source_id is None:  # nothing else says where to look
        condition, scope = access.visible_at_once(who, "a.customer_id", "a.id")
    else:
        condition, scope = access.visible(who, *_VISIBLE_COLUMNS)
    return condition, [scope]


def _to_decide(who: Principal, dual: tuple[str, ...]) -> tuple[str, list[Any]]:
    """The same of what waits for this RM, to decide alone or to sign as the second."""
    condition, scope = access.decidable_at_once(who, *_PENDING_COLUMNS)
    arguments: list[Any] = [scope]
    if access.may_cosign(who):
        second = SQL["second"].format(cosigned=access.cosigned("o.customer_id"))
        condition = f"({condition} or a.id = any (array({second})))"
        arguments.append(list(dual))
    return f"{condition} and a.customer_id is not null", arguments


def _whose(whose: str) -> str:
    """The condition of that filter, with a place for who asks."""
    if whose == "mine":
        return "c.rm_id = {}"
    return access.delegated("c.id", "c.rm_id", "a.id", "{}") if whose == "delegated" else "({}::text is null)"


def in_order(artifacts: list[Artifact], order: str) -> list[Artifact]:
    """Artifacts as a list of that order (`desc`, `asc`) has them."""
    by_sequence = sorted(artifacts, key=lambda artifact: artifact.seq)
    return sorted(by_sequence, key=lambda artifact: artifact.created_at, reverse=order == "desc")


async def get_artifact(connection: Connection, who: Principal, artifact_id: str) -> Artifact:
    """One artifact, or NotFound where it is not there for this caller."""
    condition, scope = access.visible(who, *_VISIBLE_COLUMNS)
    row = await connection.fetchrow(f"{SQL['columns']} where {condition} and a.id = $2", scope, artifact_id)
    if row is None:
        raise NotFound("Artifact not found")
    return from_row(row)


async def undoing(connection: Connection, who: Principal, ids: Collection[str]) -> list[Artifact]:
    """The entries that undo these artifacts, as far as they are there for this caller, oldest first."""
    condition, scope = access.visible(who, *_VISIBLE_COLUMNS)
    rows = await connection.fetch(
        f"{SQL['columns']} where {condition} and a.reverts = any ($2::text[]) order by a.seq", scope, list(ids)
    )
    return [from_row(row) for row in rows]


class Undone(msgspec.Struct, frozen=True):
    """Of some artifacts: the `decisions` that were undone, and the `entries` that are there to undo an approval."""

    decisions: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()


async def undone(connection: Connection, ids: Collection[str]) -> Undone:
    """What of these was undone, and what undoes. An approval is undone once its counter-entry is approved, a rejection once it
    is proposed again. With no question of who asks: whoever may see an artifact may know.
    """
    if not ids:
        return Undone()
    rows = await connection.fetch(SQL["undone"], list(ids))
    return Undone(
        frozenset(row["reverts"] for row in rows if row["approved"] or not row["approval"]),
        frozenset(row["id"] for row in rows if row["approval"]),
    )


async def named(connection: Connection, ids: list[str]) -> list[Artifact]:
    """Artifacts in the order their ids are given, with no question of who asks: for verbs that settled it."""
    rows = await connection.fetch(f"{SQL['columns']} where a.id = any ($1::text[])", ids)
    found = {row["id"]: from_row(row) for row in rows}
    return [found[identifier] for identifier in ids if identifier in found]


async def of_batch(
    connection: Connection, customer_id: str | None, created_by_type: str, created_by_id: str, batch_id: str
) -> list[Artifact]:
    """All artifacts of one batch in the proposed order, with no question of who asks: for verbs that settled it."""
    rows = await connection.fetch(
        f"{SQL['columns']} where a.batch_id = $1 and a.customer_id is not distinct from $2"
        " and a.created_by_type = $3 and a.created_by_id = $4 order by a.seq",
        batch_id,
        customer_id,
        created_by_type,
        created_by_id,
    )
    return [from_row(row) for row in rows]


async def batch(
    connection: Connection,
    who: Principal,
    batch_id: str,
    *,
    customer_id: str | None = None,
    created_by_id: str | None = None,
) -> list[Artifact]:
    """The artifacts of the batch of that id; NotFound without one, Conflict `ambiguous_batch` where several match."""
    condition, scope = access.visible(who, "b.customer_id", "c.rm_id")
    found = await connection.fetch(
        SQL["batches_named"].format(visible=condition), scope, batch_id, customer_id, created_by_id
    )
    if not found:
        raise NotFound("Batch not found")
    if len(found) > 1:
        raise Conflict(
            "More than one batch has this id; name it with customerId and createdById.", code="ambiguous_batch"
        )
    return await of_batch(
        connection, found[0]["customer_id"], found[0]["created_by_type"], found[0]["created_by_id"], batch_id
    )


async def require_customer(connection: Connection, who: Principal, customer_id: str) -> None:
    """Raise NotFound unless that customer is there for this caller."""
    condition, scope = access.visible(who, "c.id", "c.rm_id")
    if not await connection.fetchval(SQL["customer_visible"].format(visible=condition), scope, customer_id):
        raise NotFound("Customer not found")


async def pending_counts(
    connection: Connection, who: Principal, *, to_decide: bool = False, dual: tuple[str, ...] = ()
) -> dict[str, int]:
    """How many proposals wait, by customer: all the caller may see or, of an RM, those `to_decide` (see `Filters`)."""
    theirs = who.type == "rm" and (to_decide or access.own_only(who))
    condition, arguments = _to_decide(who, dual) if theirs else _seen(who, Filters())
    rows = await connection.fetch(SQL["pending_counts"].format(visible=condition), *arguments)
    return {row["customer_id"]: row["pending"] for row in rows}


def write_cursor(last: Artifact, order: str) -> str:
    """Where the page after `last` starts: its time and sequence number, opaque to clients."""
    at = last.decided_at if order == "decided" else last.created_at
    return base64.urlsafe_b64encode(f"{order}|{at.isoformat() if at else ''}|{last.seq}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str) -> tuple[datetime, int]:
    """The time and sequence number in a cursor of ours; Invalid for anything else."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
        kind, at, seq = text.split("|")
        if kind != order or not 0 <= int(seq) < 2**63:
            raise ValueError
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError
        return instant.astimezone(UTC), int(seq)
    except (ValueError, OverflowError, UnicodeError, binascii.Error):
        raise Invalid("The cursor is not one of ours, or belongs to another order.", code="invalid_cursor") from None
