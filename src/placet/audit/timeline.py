"""Read the trail: an artifact's events or a customer's, in keyset pages by sequence number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from placet.customers import access
from placet.db.engine import Connection, statements
from placet.errors import NotFound
from placet.identity.principal import Principal

SQL = statements(__package__, "timeline.sql")


class Narrowed(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer's events are narrowed to; None leaves a dimension open. `act` is the last part of a kind."""

    act: str | None = None
    field: str | None = None
    person: str | None = None


class Part(msgspec.Struct, frozen=True):
    """How many events of a customer are of one act, field and person."""

    act: str
    field: str | None
    actor_id: str
    actor_name: str | None
    events: int


class Line(msgspec.Struct, kw_only=True):
    """One event as it is read. `body` is what was written at the time: names, values, reason, evidence."""

    seq: int
    id: str
    at: datetime
    kind: str
    artifact_id: str | None
    customer_id: str | None
    batch_id: str | None
    actor_type: str
    actor_id: str
    on_behalf_of: str | None
    door: str
    field: str | None
    body: dict[str, Any]

    @property
    def actor_name(self) -> str:
        """Who did it, by the name they had."""
        return str(self.body.get("actorName") or self.actor_id)

    @property
    def act(self) -> str:
        """The last part of the kind: proposed, accepted, reassigned."""
        return self.kind.rpartition(".")[2]


async def of_artifact(connection: Connection, artifact_id: str, *, after: int = 0, limit: int = 50) -> list[Line]:
    """An artifact's events, oldest first. Whether the caller may see that artifact is settled before."""
    return [line(row) for row in await connection.fetch(SQL["of_artifact"], artifact_id, after, limit)]


async def read_by(connection: Connection, artifact_id: str) -> dict[str, str | None] | None:
    """Who read the note an artifact was proposed from (`agent`, `version`, `model`: null for the offline reader), if known."""
    found: str | None = await connection.fetchval(SQL["read_by"], artifact_id)
    return None if found is None else msgspec.json.decode(found, type=dict[str, str | None])


async def of_customer(
    connection: Connection,
    who: Principal,
    customer_id: str,
    *,
    after: int = 0,
    limit: int = 50,
    newest_first: bool = False,
    until: datetime | None = None,
    narrowed: Narrowed | None = None,
) -> list[Line]:
    """A customer's events; NotFound where they are not there for this caller. A deleted customer's stay for who sees all.

    `newest_first` goes by the time of the act, latest first; `after` is then the event to continue below (0: from the newest),
    `until` a moment before which they happened, and `narrowed` says which.
    """
    condition, scope = access.visible(who, "c.id", "c.rm_id")
    if not await connection.fetchval(SQL["customer_visible"].format(visible=condition), scope, customer_id):
        everything = access.sees_everything(who)
        if not (everything and await connection.fetchval(SQL["customer_known"], customer_id)):
            raise NotFound("Customer not found")
    if newest_first:
        to = narrowed or Narrowed()
        rows = await connection.fetch(
            SQL["of_customer_newest"], customer_id, after, limit, until, to.act, to.field, to.person
        )
    else:
        rows = await connection.fetch(SQL["of_customer"], customer_id, after, limit)
    return [line(row) for row in rows]


async def made_of(connection: Connection, customer_id: str, *, until: datetime | None = None) -> list[Part]:
    """What a customer's trail is made of. Who may see the customer is settled before."""
    return [Part(*row.values()) for row in await connection.fetch(SQL["made_of"], customer_id, until)]


def line(row: Any) -> Line:
    """An event from a row with these columns, whatever else is in it."""
    values = {name: row[name] for name in Line.__struct_fields__}
    values["body"] = msgspec.json.decode(values["body"]) if values["body"] is not None else {}
    return Line(**values)
