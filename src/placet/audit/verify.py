"""Check the whole trail: every event against its leaf, every leaf against the signed roots, the record against the events.

It reads one snapshot, a few hundred rows at a time, and trusts nothing that stands in it: hashes, commitments and signatures
are worked out afresh. It writes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from placet.audit import checkpoint, leaf
from placet.audit.checkpoint import PublicKey, Signed
from placet.audit.findings import Report
from placet.audit.fold import HOUR_S, SQL, Step, hold_against, through
from placet.audit.merkle import Frontier
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.errors import Invalid, NotFound

Outside = Mapping[str, str]  # the name of a file -> the checkpoints in it
_MANY = 100  # edited events of which it is tried whether they were exchanged


async def verify(
    connection: Connection,
    keys: Sequence[PublicKey],
    schema: ProfileSchema,
    *,
    outside: Outside | None = None,
    step: Step = lambda _: None,
) -> Report:
    """Check everything, inside the caller's transaction (repeatable read); `step` is told how many rows more were gone through.

    NotFound where there is nothing to check or no key to check with, Invalid for a file that holds no checkpoints: then nothing
    was checked, and nothing may be said.
    """
    await connection.execute(SQL["patience"])
    if not keys:
        raise NotFound("There is no key to check the checkpoints with. Name one with --key.", code="no_trail_key")
    kept = _outside(outside or {}, keys)
    report = Report(outside=sum(len(each) for each in kept.values()))
    report.events = await connection.fetchval(SQL["events"], timeout=HOUR_S)
    if not report.events and not kept:
        raise NotFound("There is nothing to check: the trail has no event.", code="nothing_to_check")
    tree = _Tree(report, kept, keys)
    await tree.go_through(connection, step)
    if not report.checkpoints and not kept:
        raise NotFound("There is nothing to check: no checkpoint was ever made.", code="nothing_to_check")
    await _without_leaf(connection, report, tree.settled)
    await hold_against(connection, schema, report, step)
    report.sound = report.fault_count == 0 and report.sealed > 0
    return report


async def size_of(connection: Connection) -> int:
    """How many rows a check goes through."""
    found: int = await connection.fetchval(SQL["size"], timeout=HOUR_S)
    return found


def _outside(given: Outside, keys: Sequence[PublicKey]) -> dict[int, list[tuple[str, bytes]]]:
    """The checkpoints from outside: how many leaves -> the files that say so, and the root there."""
    found: dict[int, list[tuple[str, bytes]]] = {}
    for name, text in given.items():
        try:
            signed = [checkpoint.verified(note, keys) for note in checkpoint.split(text)]
        except Invalid as error:
            raise Invalid(f"{name} cannot be read: {error.sentence}", code="invalid_checkpoint") from None
        for each in signed:
            if each is None:
                raise Invalid(f"{name} has a checkpoint that none of the keys signed.", code="not_vouched_for")
            found.setdefault(each.checkpoint.size, []).append((name, each.checkpoint.root))
    return found


class _Next(NamedTuple):
    """A checkpoint that is coming: how many leaves it is filed under, and what it says, if it is somebody's word."""

    size: int
    signed: Signed | None


class _Tree:
    """The pass over leaves and checkpoints, side by side.

    It grows two trees: `said` of what the leaves say, `told` of what the events do. As long as one of them has the signed root,
    it is known which of the two was changed; once neither has, the roots that follow say nothing more (`lost`).
    """

    def __init__(self, report: Report, outside: dict[int, list[tuple[str, bytes]]], keys: Sequence[PublicKey]) -> None:
        self.report, self.outside, self.keys = report, outside, keys
        self.settled = self.place = self.signed_up_to = 0
        self.said, self.told, self.before = Frontier(), Frontier(), Frontier()
        self.leaves_are_wrong = self.lost = False
        self.batch: list[tuple[int, bytes]] = []  # since the last checkpoint: an event's number and what its leaf says
        self.odd: list[_Odd] = []
        self.edited: list[_Odd] = []

    async def go_through(self, connection: Connection, step: Step) -> None:
        """Look at every leaf and every checkpoint."""
        checkpoints = through(connection, SQL["checkpoints"])
        coming = await self._next(checkpoints)
        async for row in through(connection, SQL["leaves"]):
            step(1)
            self._leaf(row)
            while coming is not None and coming.size <= self.place:
                self._reached(coming)
                coming = await self._next(checkpoints)
            self._hold_against_outside()
        while coming is not None:
            sentence = f"A checkpoint is over {coming.size} events, and the tree has {self.place} leaves."
            self.report.add("leaves_deleted", sentence, size=coming.size)
            coming = await self._next(checkpoints)
        self._end()

    async def _next(self, rows: AsyncIterator[Any]) -> _Next | None:
        row = await anext(rows, None)
        if row is None:
            return None
        report, number = self.report, row["number"]
        report.checkpoints += 1
        if number != report.checkpoints:
            report.add("checkpoint_deleted", f"Checkpoint {report.checkpoints} was deleted.")
            report.checkpoints = number
        try:
            signed = checkpoint.verified(row["note"], self.keys)
        except Invalid:
            signed = None
        size = row["size"]
        if signed is None:
            report.add("checkpoint_forged", f"Checkpoint {number} is signed by no key that is believed.", size=size)
        elif signed.checkpoint.size != size:
            report.add(
                "checkpoint_forged",
                f"Checkpoint {number} is filed under {size} events and says another number.",
                size=size,
            )
            signed = None
        else:
            report.size, report.root, report.at = size, signed.checkpoint.root.hex(), row["at"]
            report.signed_by = f"{signed.key.name}, key {signed.key.id.hex()}"
        self.settled = max(self.settled, row["settled"])
        return _Next(size, signed)

    def _leaf(self, row: Any) -> None:
        report, index, seq = self.report, row["index"], row["event_seq"]
        report.sealed += 1
        if index != self.place:
            report.add("leaf_deleted", f"Leaf {self.place} was deleted.", index=self.place)
            self.lost = True
        self.place = index + 1
        told = row["hash"]
        if row["seq"] is None:
            report.add("event_deleted", f"Event {seq} was deleted.", seq=seq, index=index)
        else:
            told = leaf.hash_of(row)
            if told != row["hash"]:
                self.odd.append(_Odd(seq, row, row["hash"]))
            if row["body"] is None:
                report.add("body_deleted", f"The body of event {seq} was deleted.", seq=seq)
            elif leaf.commitment(row["salt"], row["body"]) != row["commitment"]:
                report.add("body_edited", f"The body of event {seq} is not what the event committed to.", seq=seq)
        self.said.append(row["hash"])
        self.told.append(told)
        self.batch.append((seq, row["hash"]))

    def _reached(self, coming: _Next) -> None:
        """The tree is as large as a checkpoint was: whether it is the one that was signed."""
        first, batch, odd, before = coming.size - len(self.batch), self.batch, self.odd, self.before
        self.batch, self.odd, self.before = [], [], self.said.copy()
        self.signed_up_to = coming.size
        if coming.signed is None or self.lost:
            self.edited += odd
            return
        root = coming.signed.checkpoint.root
        if root == self._root():
            self.edited += odd if not self.leaves_are_wrong else []
        elif root == self.told.root():
            self.leaves_are_wrong = True
            for each in odd:
                self.report.add(
                    "leaf_edited", f"The leaf of event {each.seq} was changed; the event was not.", seq=each.seq
                )
        else:
            self.lost, self.edited = True, [*self.edited, *odd]
            whole = f"Leaves {first} to {coming.size - 1} are not those that were signed"
            for _, hashed in sorted(batch):  # within a checkpoint they were given out by number
                before.append(hashed)
            if before.root() == root:
                self.report.add("reordered", f"{whole}: they were put into another order.", size=coming.size)
            else:
                self.report.add(
                    "rewritten", f"{whole}: events were changed, taken out or put in there.", size=coming.size
                )

    def _root(self) -> bytes:
        return (self.told if self.leaves_are_wrong else self.said).root()

    def _hold_against_outside(self) -> None:
        for name, root in self.outside.pop(self.place, ()):
            if self._root() != root:
                sentence = f"The first {self.place} events are not those of the checkpoint in {name}."
                self.report.add("rewritten", sentence, size=self.place)

    def _end(self) -> None:
        report = self.report
        if self.place > self.signed_up_to:
            sentence = f"Leaves {self.signed_up_to} to {self.place - 1} stand under no checkpoint: one was deleted."
            report.add("checkpoint_deleted", sentence, size=self.place)
        for size, names in sorted(self.outside.items())[-1:]:
            sentence = (
                f"{names[0][0]} has a checkpoint over {size} events, and there are {self.place}: the end was taken off."
            )
            report.add("truncated", sentence, size=size)
        self._name_the_edited([*self.edited, *self.odd])

    def _name_the_edited(self, odd: list[_Odd]) -> None:
        """Events that are not what their leaf says: edited, or, where each is the other under another number, exchanged."""
        exchanged = set()
        for a, b in combinations(odd[:_MANY], 2):
            if leaf.hash_of({**a.row, "seq": b.seq}) == b.hash and leaf.hash_of({**b.row, "seq": a.seq}) == a.hash:
                exchanged |= {a.seq, b.seq}
                self.report.add("reordered", f"Events {a.seq} and {b.seq} were exchanged.", seq=a.seq)
        for each in odd:
            if each.seq not in exchanged:
                self.report.add("event_edited", f"Event {each.seq} was edited.", seq=each.seq)


class _Odd(NamedTuple):
    """An event that is not what its leaf says."""

    seq: int
    row: Any
    hash: bytes


async def _without_leaf(connection: Connection, report: Report, settled: int) -> None:
    """Events without a leaf: up to the mark every event had one, so there they were put in; above it they wait."""
    async for row in through(connection, SQL["without_leaf"]):
        if row["seq"] <= settled:
            report.add(
                "event_inserted",
                f"Event {row['seq']} was inserted: it was not there when the trail was sealed.",
                seq=row["seq"],
            )
        else:
            report.unsealed += 1
