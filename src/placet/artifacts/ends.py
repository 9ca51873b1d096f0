"""Ends that decide nothing, made by Placet: artifacts past their time, and first signatures that count no more.

The judge says the same at every decision, whether or not this has run; here it also happens where nobody decides.
"""

from __future__ import annotations

from datetime import timedelta

from placet.artifacts import lifecycle
from placet.artifacts.artifact import LAPSED
from placet.artifacts.artifact_type import artifact_types
from placet.artifacts.decide import Decision, decide
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection, statements
from placet.identity.principal import SYSTEM

SQL = statements(__package__, "ends.sql")
_NO_FIELDS = ProfileSchema("", "", ())  # whether somebody may sign is no question of fields
AT_ONCE = 200  # how many are ended in one transaction


async def end_what_is_due(connection: Connection, *, schema: ProfileSchema) -> int:
    """Expire what is past its time and lapse orphaned signatures, at most a few hundred; how many there were."""
    due = [(artifact_id, lifecycle.EXPIRED) for artifact_id in await _past_their_time(connection, schema)]
    orphans = await connection.fetch(SQL["orphaned"], None, AT_ONCE)
    due += [(row["artifact_id"], LAPSED) for row in orphans]
    return await _end(connection, due, schema)


async def lapse_orphans_of(connection: Connection, customer_id: str) -> None:
    """Lapse the first signatures of one customer's artifacts whose signer may not sign any more, as after a reassignment."""
    rows = await connection.fetch(SQL["orphaned"], customer_id, 10 * AT_ONCE)
    await _end(connection, [(row["artifact_id"], LAPSED) for row in rows], _NO_FIELDS)


async def _end(connection: Connection, due: list[tuple[str, str]], schema: ProfileSchema) -> int:
    decisions = [Decision(by=SYSTEM, artifact_id=found, status=status, ending=True) for found, status in due]
    outcomes = await decide(connection, decisions, schema=schema) if decisions else []
    return sum(outcome.outcome != "unchanged" for outcome in outcomes)


async def _past_their_time(connection: Connection, schema: ProfileSchema) -> list[str]:
    by_field = {f.key: timedelta(days=f.expires_after_days) for f in schema.fields if f.expires_after_days is not None}
    by_type = {kind.name: kind.expires_after for kind in artifact_types().values() if kind.expires_after is not None}
    if not by_field and not by_type:
        return []
    rows = await connection.fetch(
        SQL["past_their_time"], list(by_field), list(by_field.values()), list(by_type), list(by_type.values()), AT_ONCE
    )
    return [row["id"] for row in rows]
