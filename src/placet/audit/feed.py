"""What is new in the trail, in the order in which it can be seen, with nothing left out and nothing twice.

Whoever decides never notifies anybody (that would serialise all commits); whoever wants to know reads on by sequence number.
A number that is missing is waited for until every transaction has ended that was under way when the gap was noticed: verbs
write or lock a row before they write their event, so whoever holds a lower number has a transaction id by then.
"""

from __future__ import annotations

from typing import Any

import msgspec

from placet.audit import timeline
from placet.audit.position import Position
from placet.audit.timeline import Line
from placet.customers import access
from placet.db.engine import Connection, statements
from placet.identity.principal import Principal

SQL = statements(__package__, "feed.sql")
AT_ONCE = 500  # events read at once
_LOOK_BACK = 5_000  # numbers below the newest event that may still be missing where reading begins


class Happened(msgspec.Struct, frozen=True):
    """An event, and whose its customer is now: that customer's id (None: gone), RM and team."""

    line: Line
    customer_id: str | None
    rm_id: str | None
    team_id: str | None

    def seen_by(self, who: Principal) -> bool:
        """Whether this caller, as they stand now, may see it."""
        return access.standing(who, self.customer_id, self.rm_id, self.team_id, self.line.artifact_id).sees

    def takes_from(self, who: Principal) -> bool:
        """Whether it is what took that customer from this caller: it was attached to somebody else."""
        return self.line.kind == "customer.reassigned" and self.line.body.get("before") == who.id


class Read(msgspec.Struct, frozen=True):
    """What one reading found: events by number, numbers that will never come, and whether more was there than fits."""

    events: list[Happened]
    gone: set[int]
    more: bool


class Reader:
    """Reads on from where it began. One process needs one; any number of processes may each have theirs."""

    def __init__(self, position: Position, begun: int) -> None:
        self.position = position
        self._noticed = dict.fromkeys(position.missing, begun)  # a missing number -> the first transaction begun after

    @classmethod
    async def start(cls, connection: Connection) -> Reader:
        """A reader of whatever comes from now on."""
        row = await connection.fetchrow(SQL["start"], _LOOK_BACK)
        assert row is not None  # an aggregate always answers
        return cls(Position(row["high"], set(row["missing"])), row["begun"])

    async def read(self, connection: Connection) -> Read:
        """The next events."""
        rows = await connection.fetch(SQL["since"], self.position.high, list(self.position.missing), AT_ONCE)
        over, begun = rows[0]["over"], rows[0]["begun"]
        new = [_happened(row) for row in rows if row["seq"] is not None and self.position.take(row["seq"])]
        gone = {seq for seq in self.position.missing if self._noticed.get(seq, begun) <= over}
        self.position.give_up(gone)
        self._noticed = {seq: self._noticed.get(seq, begun) for seq in self.position.missing}
        return Read(new, gone, more=len(new) >= AT_ONCE)


async def between(
    connection: Connection, who: Principal, since: Position, until: Position, *, most: int
) -> list[tuple[Line, Position]] | None:
    """What a caller may see of the events from one position to another, each with the position after it.

    None where that is more than `most`. Of a position beyond `until` (another process read on) only what it misses.
    """
    condition, scope = access.visible(who, "c.id", "c.rm_id", "e.artifact_id")
    pending = {seq for seq in until.missing if seq > since.high or seq in since.missing}
    wanted = [seq for seq in since.missing if seq <= until.high and seq not in pending]
    rows = await connection.fetch(
        SQL["between"].format(visible=condition), scope, since.high, until.high, wanted, list(until.missing), most + 1
    )
    if len(rows) > most:
        return None
    found = []
    for row in rows:
        high = max(since.high, row["seq"])
        missing = {seq for seq in since.missing if seq > row["seq"]} | {seq for seq in pending if seq < high}
        found.append((timeline.line(row), Position(high, missing)))
    return found


def after(since: Position, until: Position) -> Position:
    """Where a caller stands who was at `since` and has got everything up to `until`."""
    high = max(since.high, until.high)
    pending = {seq for seq in until.missing if seq > since.high or seq in since.missing}
    return Position(high, pending | {seq for seq in since.missing if seq > until.high})


def _happened(row: Any) -> Happened:
    return Happened(timeline.line(row), row["customer_now"], row["rm_id"], row["team_id"])
