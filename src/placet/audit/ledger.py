"""The sequencer: gives every event its place in the tree, and signs a checkpoint over it.

It comes after the writers and asks nothing of them. Numbers are given when an event is written and seen when it is committed,
so a lower one may appear after a higher. Every round therefore takes whatever has no leaf above a mark, and moves the mark
only when nobody is left who was writing when it was looked for: a writer holds its lock on `event` before it is given a
number. One process does it at a time; any number may try.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from placet import crash
from placet.audit import checkpoint, keys, leaf, merkle, tree
from placet.audit.checkpoint import SigningKey
from placet.audit.merkle import Frontier
from placet.audit.tree import Kept
from placet.db.engine import Connection, Pool, statements, transact
from placet.db.engine import connection as connected
from placet.errors import Conflict
from placet.settings import Settings

SQL = statements(__package__, "ledger.sql")
PATIENCE_S = 10.0  # after which a process without the key says so, if the trail is not sealed
AT_ONCE = 5000  # leaves under one checkpoint
_LOCK = 0x6C_6564_6765_72  # "ledger" in ASCII: the advisory lock of whoever adds to the tree
_TAIL = 4096  # bytes at the end of the file of checkpoints in which the last one is


class Sequencer:
    """One process's part in it. Whatever it remembers is only to be quicker: the database says how far the tree goes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: list[tuple[int, frozenset[str]]] = []  # a newest event, and who was writing then
        self._filed: int | None = None  # the size of the last checkpoint in the file

    async def seal(self, pool: Pool) -> int:
        """Give leaves to the events that have none yet, 5,000 at most, and sign; answers how many.

        Conflict: `no_trail_key` where there is no key here and nobody else signs, `other_trail_key` where the last checkpoint
        is another's; tree.Incomplete where the stored tree is not what that one says. Nothing is signed then.
        """
        async with connected(pool) as found:
            news = await found.fetchrow(SQL["news"])
        assert news is not None  # a select without a table always answers
        behind = news["newest"] > news["settled"]
        key = keys.have_key(self._settings) if behind else keys.signing_key(self._settings)
        if key is None:
            if behind:
                await _require_others(pool)
            return 0
        sealed = 0
        if behind:
            sealed = await transact(pool, lambda connection: self._add(connection, key))
            crash.point("ledger.sealed")
        await self._file(pool)
        return sealed

    async def _add(self, connection: Connection, key: SigningKey) -> int:
        if not await connection.fetchval(SQL["take"], _LOCK):
            return 0
        last = await tree.last_checkpoint(connection)
        settled = last.settled if last is not None else 0
        rows, mark = await self._without_leaf(connection, settled)
        if not rows:
            return 0  # what is between the mark and the newest event was rolled back, or is not committed yet
        growing = await self._stand_at(connection, key, last)
        first, nodes = growing.size, []
        hashes = [leaf.hash_of(row) for row in rows]
        for each in hashes:
            nodes += [done for done in growing.append(each)[1:] if done[0].height % tree.STEP == 0]
        await connection.execute(
            SQL["add"],
            list(range(first, growing.size)),
            [row["seq"] for row in rows],
            hashes,
            [subtree.height for subtree, _ in nodes],
            [subtree.number for subtree, _ in nodes],
            [found for _, found in nodes],
            last.number + 1 if last is not None else 1,
            growing.size,
            checkpoint.sign(key, growing.size, growing.root()),
            mark,
        )
        crash.point("ledger.added")
        return len(rows)

    async def _without_leaf(self, connection: Connection, settled: int) -> tuple[Sequence[Any], int]:
        """The next events without a leaf, and up to which none is missing once they have one.

        The order of the three statements is what makes it true: the newest event, then who writes, then the events.
        """
        newest = await connection.fetchval(SQL["newest"])
        writing = frozenset(await connection.fetchval(SQL["writers"]))
        rows = await connection.fetch(SQL["without_leaf"], settled, AT_ONCE)
        reach = rows[-1]["seq"] if len(rows) == AT_ONCE else newest
        if not self._waiting or self._waiting[-1][0] < newest:
            self._waiting.append((newest, writing))
        done = [number for number, who in self._waiting if not who & writing]
        if done:
            self._waiting = [(number, who) for number, who in self._waiting if number > max(done)]
        return rows, max(settled, min(max(done, default=settled), reach))

    async def _stand_at(self, connection: Connection, key: SigningKey, last: Kept | None) -> Frontier:
        """The tree as the last checkpoint has it, if that is one to go on from."""
        if last is None:
            return Frontier()
        if checkpoint.verified(last.note, [key.public, *keys.believed(self._settings)]) is None:
            raise Conflict(
                f"The trail is not sealed: its last checkpoint is signed by {checkpoint.signer(last.note)}, and the key here is "
                f"{key.name}, key {key.public.id.hex()}.",
                code="other_trail_key",
            )
        edge = merkle.covering(0, last.size)
        found = await tree.read(connection, edge)
        growing = Frontier(last.size, [found[subtree] for subtree in edge])
        if growing.root() != checkpoint.read(last.note).root:
            raise tree.Incomplete
        return growing

    async def _file(self, pool: Pool) -> None:
        """Add the checkpoints that the file does not have: it may be new, or its disk was full for a while."""
        file = keys.checkpoints_file(self._settings)
        if self._filed is None:
            self._filed = _last_size(file)
        while True:
            async with connected(pool) as connection:
                notes = [row["note"] for row in await connection.fetch(SQL["since"], self._filed)]
            if not notes:
                return
            _append(file, "".join(f"{note}\n" for note in notes))
            self._filed = checkpoint.read(notes[-1]).size


async def _require_others(pool: Pool) -> None:
    """Leave it to the processes that have the key, as long as some does it; Conflict where nobody seems to."""
    async with connected(pool) as found:
        waiting = await tree.unsealed(found, most=1)
    if waiting.oldest_s > PATIENCE_S:
        raise Conflict(
            "The trail is not sealed: PLACET_TRAIL_KEY is missing; `placet audit key --new` makes one.",
            code="no_trail_key",
        )


def _append(file: Path, text: str) -> None:
    """Add to the file, all of it or nothing, and see it on the disk."""
    with open(file, "ab", buffering=0) as out:
        before = out.tell()
        try:
            if out.write(text.encode()) != len(text.encode()):
                raise OSError(f"{file} took only a part of a checkpoint")
            os.fsync(out.fileno())
        except OSError:
            out.truncate(before)
            raise


def _last_size(file: Path) -> int:
    """The size of the last checkpoint in the file, 0 where there is none."""
    try:
        with open(file, "rb") as found:
            found.seek(max(0, os.fstat(found.fileno()).st_size - _TAIL))
            tail = found.read().decode(errors="replace")
    except FileNotFoundError:
        return 0
    parts = tail.rstrip("\n").split("\n\n")[-2:]  # what was signed, and the signature
    return checkpoint.read("\n\n".join(parts) + "\n").size if len(parts) == 2 else 0
