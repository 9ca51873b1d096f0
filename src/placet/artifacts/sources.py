"""Stored notes: read one, list a customer's, and what stands around a quote. Proposing from a note stores it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.artifacts.propose import Skipped
from placet.customers import access
from placet.db.engine import Connection, statements
from placet.errors import NotFound
from placet.identity.principal import Principal

SQL = statements(__package__, "sources.sql")


class StoredSource(msgspec.Struct, kw_only=True):
    """A note as it is stored. In lists its text is left out, and its `words` and what was `proposed` from it are counted."""

    id: str
    customer_id: str | None
    customer_name: str | None
    text: str
    sha256: bytes
    title: str | None
    occurred_at: datetime | None
    created_at: datetime
    created_by_name: str
    words: int = 0
    proposed: int = 0
    pending: int = 0


class Context(msgspec.Struct, frozen=True):
    """What stands before and after a quote in its note, and the line it starts on, counted from 1."""

    before: str
    after: str
    line: int


class ReadBatch(msgspec.Struct, kw_only=True):
    """A batch without its artifacts: whose it is, and what became no artifact."""

    id: str
    customer_id: str | None
    created_by_type: str
    created_by_id: str
    created_at: datetime
    skipped: list[Skipped]
    not_proposed: list[dict[str, Any]]


async def get(connection: Connection, who: Principal, source_id: str) -> StoredSource:
    """A stored note, or NotFound where it is not there for this caller."""
    condition, scope = access.visible(who, "s.customer_id", "c.rm_id")
    row = await connection.fetchrow(SQL["get"].format(visible=condition), scope, source_id)
    if row is None:
        raise NotFound("Source not found")
    return StoredSource(**dict(row))


async def of_customer(
    connection: Connection, who: Principal, customer_id: str, *, limit: int = 200
) -> list[StoredSource]:
    """A customer's notes without their texts, newest first."""
    await inbox.require_customer(connection, who, customer_id)
    return [StoredSource(**dict(row)) for row in await connection.fetch(SQL["list"], customer_id, limit)]


async def count(connection: Connection, customer_id: str) -> int:
    """How many notes a customer has; whether the caller may see the customer is settled before."""
    found: int = await connection.fetchval(SQL["count"], customer_id)
    return found


async def contexts(connection: Connection, artifacts: Iterable[Artifact]) -> dict[str, Context]:
    """What stands around the quotes of artifacts that have a place in a note, by artifact id."""
    rows = await connection.fetch(
        SQL["contexts"], [found.id for found in artifacts if found.evidence_start is not None]
    )
    return {row["id"]: Context(row["before"], row["after"], row["line"]) for row in rows}


async def read_from(connection: Connection, source_id: str) -> list[ReadBatch]:
    """The batches read from a note; whether the caller may see the note is settled before."""
    return [_batch(row) for row in await connection.fetch(SQL["read_from"], source_id)]


async def batch_of(connection: Connection, artifact: Artifact) -> ReadBatch | None:
    """The batch an artifact belongs to."""
    row = await connection.fetchrow(
        SQL["batch"], artifact.customer_id, artifact.created_by_type, artifact.created_by_id, artifact.batch_id
    )
    return _batch(row) if row is not None else None


def _batch(row: Any) -> ReadBatch:
    values = dict(row)
    values["skipped"] = msgspec.json.decode(values["skipped"], type=list[Skipped])
    values["not_proposed"] = msgspec.json.decode(values["not_proposed"])
    return ReadBatch(**values)
