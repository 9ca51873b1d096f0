"""The stored tree: complete subtrees read from the leaves and from every fourth height above them.

So a proof over ten million events reads some ninety rows, and storing them costs a fifteenth of the leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from placet.audit import merkle
from placet.audit.merkle import Subtree
from placet.db.engine import Connection, statements

SQL = statements(__package__, "tree.sql")
STEP = 4  # heights between two that are kept
COUNTED = 100_000  # unsealed events that are counted; where nothing was ever sealed, the whole trail would be


class Incomplete(Exception):
    """The stored tree is not what the last checkpoint says: somebody changed it, or took a part of it away."""


class Kept(msgspec.Struct, frozen=True):
    """A checkpoint as it is stored: its number, how many leaves, the signed note, up to which event nothing is missing, when."""

    number: int
    size: int
    note: str
    settled: int
    at: datetime


async def last_checkpoint(connection: Connection) -> Kept | None:
    """The newest checkpoint, or None where none was made yet."""
    row = await connection.fetchrow(SQL["last"])
    return Kept(**dict(row)) if row is not None else None


class Unsealed(msgspec.Struct, frozen=True):
    """How many events are not in the tree yet, as far as they were counted; for how many seconds the oldest waits, 0 of none."""

    events: int
    oldest_s: float


async def unsealed(connection: Connection, *, most: int = COUNTED) -> Unsealed:
    """What the sequencer has still to do; no more than `most` events are counted."""
    last = await last_checkpoint(connection)
    row = await connection.fetchrow(SQL["unsealed"], last.settled if last is not None else 0, most)
    return Unsealed(**dict(row or {}))


async def read(connection: Connection, wanted: Iterable[Subtree]) -> dict[Subtree, bytes]:
    """The hashes of complete subtrees; Incomplete where a row is missing."""
    parts = {subtree: _kept_below(subtree) for subtree in set(wanted)}
    rows = {row for kept in parts.values() for row in kept}
    leaves = [row.number for row in rows if row.height == 0]
    nodes = [row for row in rows if row.height]
    found: dict[Subtree, bytes] = {}
    if leaves:
        found |= {Subtree(0, row["index"]): row["hash"] for row in await connection.fetch(SQL["leaves"], leaves)}
    if nodes:
        given = [row.height for row in nodes], [row.number for row in nodes]
        found |= {
            Subtree(row["height"], row["number"]): row["hash"] for row in await connection.fetch(SQL["nodes"], *given)
        }
    if len(found) != len(rows):
        raise Incomplete
    return {subtree: merkle.root_of(found[row] for row in kept) for subtree, kept in parts.items()}


def _kept_below(subtree: Subtree) -> list[Subtree]:
    """The stored subtrees that make it up."""
    up = subtree.height % STEP
    first = subtree.number << up
    return [Subtree(subtree.height - up, number) for number in range(first, first + (1 << up))]
