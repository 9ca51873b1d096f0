"""How many pages the hot verbs look at, so that their growth with the amount of data can be told without a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import asyncpg

from bench.explaining import Explaining
from bench.measure import Place, Row
from placet.artifacts import inbox
from placet.artifacts.decide import Decision, decide
from placet.customers.schema import load_schema
from placet.db.engine import Connection, open_pool
from placet.identity.principal import Authority, Principal

TRIES = 5
GOAL = 1.5


async def buffers(place: Place) -> dict[str, int]:
    """Pages touched by each verb: the median of a few random customers, after the tables were vacuumed and are cached."""
    await place.owner.execute("vacuum (analyze) artifact, event, event_body, profile_value, delivery, customer")
    pool = await open_pool(place.server.app_url(place.database), size=1)
    seen: dict[str, list[int]] = {}
    try:
        async with pool.acquire() as connection:
            rows = await place.owner.fetch(
                "select a.id, a.rm_id, a.customer_id from artifact a join bench_customer c on c.id = a.customer_id"
                " where a.status = 'pending' order by random() limit $1",
                TRIES,
            )
            for row in rows:
                for name, count in (await _one(cast(Any, connection), row)).items():
                    seen.setdefault(name, []).append(count)
    finally:
        await asyncio.wait_for(pool.close(), 10)
    return {name: sorted(counts)[len(counts) // 2] for name, counts in seen.items()}


async def _one(connection: asyncpg.Connection, row: Any) -> dict[str, int]:
    who = Principal("rm", row["rm_id"], "Relationship Manager", authority=Authority())
    found = {}
    verbs: dict[str, Callable[[Connection], Awaitable[Any]]] = {
        "list": lambda c: inbox.list_artifacts(c, who, inbox.Filters(customer_id=row["customer_id"])),
        "inbox": lambda c: inbox.list_artifacts(c, who, inbox.Filters(status="pending")),
        "decide": lambda c: decide(
            c, [Decision(by=who, artifact_id=row["id"], status="accepted")], schema=load_schema()
        ),
    }
    for name, verb in verbs.items():
        transaction = connection.transaction()
        await transaction.start()
        try:
            explaining = Explaining(connection)
            await verb(cast(Connection, explaining))
            explaining.plans.clear()  # once for the caches of the session, which read the catalogue
            if name == "decide":
                await transaction.rollback()
                transaction = connection.transaction()
                await transaction.start()
            await verb(cast(Connection, explaining))
            found[name] = explaining.buffers
        finally:
            await transaction.rollback()
    return found


def growth_rows(seen: dict[int, dict[str, int]]) -> list[Row]:
    """One row a verb, over all sizes that were measured; the ratio is of the largest to the smallest."""
    rows = []
    sizes = sorted(seen)
    for name in next(iter(seen.values())):
        counts = [seen[size][name] for size in sizes]
        ratio = counts[-1] / counts[0]
        rows.append(
            Row(
                name=f"growth-{name}",
                what=f"pages touched by {name} as the data grows",
                goal=f"within {GOAL:g}x",
                seen=", ".join(f"{count:,} at {size:,}" for size, count in zip(sizes, counts, strict=True)),
                ratio=ratio,
                good=ratio <= GOAL,
            )
        )
    return rows
