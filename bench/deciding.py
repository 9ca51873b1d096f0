"""Decisions beside pgbench: 64 connections, one connection, twenty a call. Rows really written are counted every slice."""

from __future__ import annotations

import json
import random
import statistics
from typing import Any

from bench import home
from bench.filling import rms
from bench.measure import Place, Row, compared_row, in_turn
from bench.rivals import Measured, pgbench
from bench.serving import call
from placet.db.engine import statements

SQL = statements("bench.sql", "decide.sql")
ROOM = 1.6  # artifacts laid ready, over what the fastest slice so far would need


class Decided:
    """Lays pending artifacts ready, has them decided, and counts what was written."""

    def __init__(self, place: Place, connections: int) -> None:
        self.place, self.connections = place, connections
        self.fastest = 400.0 if connections > 1 else 150.0
        self.written = 0
        self.refused = 0
        self.latencies: list[float] = []
        self.client_cpu: list[float] = []

    async def ours(self, *, a_call: int = 1) -> float:
        """Decisions a second over HTTP; `a_call` in one request."""
        rows = await self._todo(2 * a_call * rms(self.place.artifacts) if a_call > 1 else 0)
        requests = [_one(row) for row in rows] if a_call == 1 else _many(rows, a_call)
        before = await self.place.owner.fetchrow(SQL["now"])
        found = await call(self.place.address, requests, connections=self.connections, seconds=self.place.seconds)
        good = found["statuses"].get("200", 0) * a_call
        other = {status: count for status, count in found["statuses"].items() if status not in ("200", "409")}
        if other or not good:
            raise RuntimeError(f"The server answered {found['statuses']}: {found['sample']}")
        self.refused += found["statuses"].get("409", 0)
        await self._guard(before, good, "Placet")
        self.latencies.append(found["p50"])
        self.client_cpu.append(found["cpu"] / found["elapsed"])
        rate: float = good / found["elapsed"]
        self.fastest = max(self.fastest, rate)
        return rate

    async def rival(self) -> float:
        """Decisions a second of pgbench, each one statement and one transaction."""
        return (await self.pgbench()).rate

    async def pgbench(self) -> Measured:
        """The same with latencies."""
        while True:
            rows = await self._todo()
            await self.place.owner.execute("truncate bench_todo; select setval('bench_n', 1, false)")
            await self.place.owner.copy_records_to_table(
                "bench_todo", records=[(n, row["id"]) for n, row in enumerate(rows, 1)], columns=("n", "artifact_id")
            )
            await self.place.owner.execute("analyze bench_todo")
            before = await self.place.owner.fetchrow(SQL["now"])
            found = await pgbench(
                self.place.server,
                self.place.database,
                SQL["single"],
                clients=self.connections,
                seconds=self.place.seconds,
            )
            self.fastest = max(self.fastest, found.rate)
            if found.done <= len(rows):
                await self._guard(before, found.done, "pgbench")
                return found
            # It ran out of pending artifacts and decided nothing for the rest of the slice: again, with more of them.

    async def _todo(self, least: int = 0) -> list[Any]:
        wanted = max(int(self.fastest * self.place.seconds * ROOM) + 64, least)
        rows = await self.place.owner.fetch(SQL["todo"], wanted)
        if len(rows) < wanted:
            await self.place.owner.execute(SQL["refill"], wanted - len(rows))
            await self.place.owner.execute("analyze artifact")
            rows = await self.place.owner.fetch(SQL["todo"], wanted)
        return list(rows)

    async def _guard(self, before: Any, answered: int, who: str) -> None:
        wrote = dict(await self.place.owner.fetchrow(SQL["guard"], before["at"], before["seq"]) or {})
        if not wrote["decided"] == wrote["recorded"] == answered or wrote["values"] == 0:
            raise RuntimeError(f"{who} said {answered} decisions; the database has {wrote}.")
        self.written += wrote["decided"]


def _one(row: Any) -> dict[str, Any]:
    return {
        "method": "PATCH",
        "path": f"/api/artifacts/{row['id']}",
        "headers": {"authorization": f"Bearer {home.token(row['rm_id'])}"},
        "body": '{"status":"accepted"}',
    }


def _many(rows: list[Any], a_call: int) -> list[dict[str, Any]]:
    """Calls of `a_call` decisions each, by one RM each; what does not fill a call is left."""
    of: dict[str, list[str]] = {}
    for row in rows:
        of.setdefault(row["rm_id"], []).append(row["id"])
    calls = [
        {
            "method": "POST",
            "path": "/api/decisions",
            "headers": {"authorization": f"Bearer {home.token(rm)}"},
            "body": json.dumps({"decisions": [{"artifactId": i, "status": "accepted"} for i in ids[at : at + a_call]]}),
        }
        for rm, ids in of.items()
        for at in range(0, len(ids) - a_call + 1, a_call)
    ]
    random.shuffle(calls)
    return calls


def notes(decided: Decided) -> list[str]:
    """What one should know of these slices."""
    return [
        f"{decided.written:,} decisions counted in the database, as many as were answered",
        f"latency p50 {statistics.median(decided.latencies):.1f} ms; the load client used "
        f"{statistics.median(decided.client_cpu):.0%} of a core",
        *([f"{decided.refused} were refused (409)"] if decided.refused else []),
    ]


async def decide_64(place: Place) -> Row:
    """64 connections against 64 clients of pgbench."""
    decided = Decided(place, 64)
    found = await in_turn(place.slices, decided.ours, decided.rival)
    what = "decide, 64 connections, HTTP with bearer token and trail"
    return compared_row("decide-64", what, 1.0, found, "/s", "single statement", notes=notes(decided))


async def decide_1(place: Place) -> Row:
    """One connection: the time of an answer against the bare round trip."""
    decided = Decided(place, 1)

    async def ours() -> float:
        await decided.ours()
        return decided.latencies[-1]

    async def rival() -> float:
        return (await decided.pgbench()).latency

    found = await in_turn(place.slices, ours, rival)
    what = "decide, 1 connection, p50"
    return compared_row(
        "decide-1", what, 3.0, found, "ms", "single statement", more_is_better=False, notes=notes(decided)
    )


async def batch_of_20(place: Place) -> Row:
    """Twenty decisions a call, eight connections."""
    decided = Decided(place, 8)
    rates = []
    for number in range(place.slices + 1):
        rate = await decided.ours(a_call=20)
        if number:
            rates.append(rate)
    seen = statistics.median(rates)
    return Row(
        name="batch-20",
        what="batch of 20 decisions in one call, 8 connections",
        goal=">= 5,000/s",
        seen=f"{seen:,.0f} decisions/s ({min(rates):,.0f}..{max(rates):,.0f})",
        good=seen >= 5000,
        notes=notes(decided),
    )
