"""Ten proposals a call beside pgbench, which inserts the same rows in one statement."""

from __future__ import annotations

import json
import random
from typing import Any

from bench import filling, home
from bench.measure import Place, Row, compared_row, in_turn
from bench.rivals import pgbench
from bench.serving import call
from placet.db.engine import statements

SQL = statements("bench.sql", "propose.sql")
CONNECTIONS = 16
ITEMS = 10


async def propose_10(place: Place) -> Row:
    """Batches of ten by an agent; each artifact is counted."""
    written = 0

    async def ours() -> float:
        ids = [row["id"] for row in await place.owner.fetch(SQL["customers"], int(1500 * place.seconds))]
        requests = [_call(customer) for customer in ids]
        before = await place.owner.fetchval(SQL["last"])
        found = await call(place.address, requests, connections=CONNECTIONS, seconds=place.seconds)
        calls = found["statuses"].get("201", 0)
        if set(found["statuses"]) != {"201"}:
            raise RuntimeError(f"The server answered {found['statuses']}: {found['sample'][:300]}")
        await guard(before, calls, "Placet")
        return float(calls * ITEMS / found["elapsed"])

    async def rival() -> float:
        before = await place.owner.fetchval(SQL["last"])
        customers = filling.customers(place.artifacts)
        script = (
            f"\\set n random(0, {customers - 1})\n\\set f random(0, {len(filling.VALUES) - ITEMS})\n{SQL['single']}\n"
        )
        found = await pgbench(place.server, place.database, script, clients=CONNECTIONS, seconds=place.seconds)
        await guard(before, found.done, "pgbench")
        return found.rate * ITEMS

    async def guard(before: int, calls: int, who: str) -> None:
        nonlocal written
        wrote = await place.owner.fetchrow(SQL["guard"], before)
        assert wrote is not None
        if not wrote["artifacts"] == wrote["events"] == calls * ITEMS:
            raise RuntimeError(f"{who} said {calls} calls of {ITEMS}; the database has {dict(wrote)}.")
        written += wrote["artifacts"]

    found = await in_turn(place.slices, ours, rival)
    what = f"propose {ITEMS} artifacts a call, {CONNECTIONS} connections"
    notes = [f"{written:,} artifacts counted in the database, as many as were answered"]
    return compared_row("propose-10", what, 0.5, found, "artifacts/s", "single statement", notes=notes)


def _call(customer: str) -> dict[str, Any]:
    keys = random.sample(TEXTS, ITEMS)
    artifacts = [
        {
            "payload": {
                "field_key": key,
                "proposed_value": _fresh(key),
                "source_text": "The customer said so.",
                "confidence": "high",
            }
        }
        for key in keys
    ]
    return {
        "method": "POST",
        "path": f"/api/customers/{customer}/artifacts",
        "headers": {"authorization": f"Bearer {home.token('bench-agent')}"},
        "body": json.dumps({"artifacts": artifacts}),
    }


# Fields that take any text or number, so that no two proposals of a run are the same and none is skipped.
TEXTS = (
    "fullName", "preferredName", "email", "addressCity", "contactWindow", "occupation", "employer", "sourceOfWealth",
    "relationshipNotes", "phone",
)  # fmt: skip


def _fresh(key: str) -> str:
    number = random.randrange(10**12)
    if key == "email":
        return f"anna{number}@customer.example"
    if key == "phone":
        return f"+4930{2000000 + number % 7000000}"
    return f"Something else, {number}"
