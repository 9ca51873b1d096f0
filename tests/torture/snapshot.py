"""Everything the database holds when the load is over, read by the tables' owner."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import asyncpg
import msgspec

Row = dict[str, Any]
DECIDED = ("accepted", "edited", "rejected")
ENDINGS = (*DECIDED, "superseded", "expired", "withdrawn")


class Snapshot(msgspec.Struct):
    """Rows by what the check looks them up by."""

    artifacts: dict[str, Row]
    events: dict[str, list[Row]]  # by artifact, oldest first, each with its `body`
    reassigned: dict[str, list[Row]]  # by customer
    deliveries: dict[str, list[Row]]  # by artifact
    values: dict[tuple[str, str], Row]  # by customer and field
    keys: dict[str, list[Row]]  # stored answers, by key
    customers: dict[str, Row]


async def look(url: str) -> Snapshot:
    """One consistent look."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            artifacts = await connection.fetch(
                "select *, payload::text as payload, edited_value::text as edited_value from artifact order by seq"
            )
            events = await connection.fetch(
                "select e.*, b.body from event e join event_body b on b.event_id = e.id order by e.seq"
            )
            found = Snapshot(
                artifacts={row["id"]: _read(row, "payload", "edited_value") for row in artifacts},
                events=defaultdict(list),
                reassigned=defaultdict(list),
                deliveries=defaultdict(list),
                values={
                    (row["customer_id"], row["field"]): _read(row, "value")
                    for row in await connection.fetch("select *, value::text as value from profile_value")
                },
                keys=defaultdict(list),
                customers={row["id"]: dict(row) for row in await connection.fetch("select * from customer")},
            )
            for row in events:
                if row["artifact_id"] is not None:
                    found.events[row["artifact_id"]].append(_read(row, "body"))
                elif row["kind"] == "customer.reassigned":
                    found.reassigned[row["customer_id"]].append(_read(row, "body"))
            for row in await connection.fetch("select * from delivery"):
                found.deliveries[row["artifact_id"]].append(dict(row))
            for row in await connection.fetch("select * from idempotency_key"):
                found.keys[row["key"]].append(dict(row))
            return found
    finally:
        await connection.close()


def _read(row: Any, *documents: str) -> Row:
    found = dict(row)
    for name in documents:
        found[name] = json.loads(found[name]) if found[name] is not None else None
    return found
