"""Make events and write them. An event's readable body and its salt stand apart from what the proof is built on.

`write` is for acts that are not decisions (a customer created, reassigned); decisions and proposals put the same rows into
their own data-modifying statement, so that the change and its event are one.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from placet.db.engine import Connection, statements
from placet.identity.principal import Principal
from placet.ids import new_id

SQL = statements(__package__, "record.sql")
_canonical = msgspec.json.Encoder(order="sorted")


class Event(msgspec.Struct, kw_only=True):
    """One line of the trail, as it is written."""

    id: str
    at: datetime
    kind: str
    actor: Principal
    artifact_id: str | None = None
    customer_id: str | None = None
    batch_id: str | None = None
    on_behalf_of: str | None = None
    field: str | None = None
    salt: bytes
    body: str
    commitment: bytes


def event(  # one keyword per column, so that a caller reads like the row it writes
    kind: str,
    *,
    at: datetime,
    actor: Principal,
    artifact_id: str | None = None,
    customer_id: str | None = None,
    batch_id: str | None = None,
    on_behalf_of: str | None = None,
    field: str | None = None,
    body: dict[str, Any],
) -> Event:
    """An event with its commitment; `body` holds names, values, reason and evidence as they were at the time."""
    text = _canonical.encode({"actorName": actor.name, **body})
    salt = secrets.token_bytes(16)
    return Event(
        id=new_id(),
        at=at,
        kind=kind,
        actor=actor,
        artifact_id=artifact_id,
        customer_id=customer_id,
        batch_id=batch_id,
        on_behalf_of=on_behalf_of,
        field=field,
        salt=salt,
        body=text.decode(),
        commitment=sha256(salt + text).digest(),
    )


def columns(events: list[Event]) -> list[list[Any]]:
    """Events as the arrays that `unnest` takes in every statement that writes events, in the order of `record.sql`."""
    return [
        [e.id for e in events],
        [e.at for e in events],
        [e.kind for e in events],
        [e.artifact_id for e in events],
        [e.customer_id for e in events],
        [e.batch_id for e in events],
        [e.actor.type for e in events],
        [e.actor.id for e in events],
        [e.on_behalf_of for e in events],
        [e.actor.door for e in events],
        [e.field for e in events],
        [e.commitment for e in events],
        [e.salt for e in events],
        [e.body for e in events],
    ]


async def write(connection: Connection, events: list[Event]) -> None:
    """Append events inside the caller's transaction."""
    if events:
        await connection.execute(SQL["write"], *columns(events))
