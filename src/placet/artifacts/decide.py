"""Decide: lock, read, judge, write. The one path for web, API, batches, CLI and library; nothing else writes a status.

It takes a list of decisions and works inside the caller's transaction, READ COMMITTED. It never commits, and nothing leaves
the database in it. Two decisions meeting on one customer wait for each other at the lock; the second then reads what the
first did, because reading is a statement of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from placet import crash
from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact, from_row
from placet.artifacts.judge import judge
from placet.artifacts.outcome import Changes, Decision, LeftOut, Outcome
from placet.audit import record
from placet.customers.schema import ProfileSchema
from placet.db import json
from placet.db.engine import Connection, statements
from placet.errors import Unavailable
from placet.identity.principal import Authority
from placet.ids import new_id

__all__ = ["Decision", "LeftOut", "Outcome", "decide"]

SQL = statements(__package__, "decide.sql")


async def decide(
    connection: Connection,
    decisions: Sequence[Decision],
    *,
    schema: ProfileSchema,
    atomic: bool = False,
    dry_run: bool = False,
) -> list[Outcome]:
    """Apply a list of decisions inside the caller's transaction and answer each, good or bad, in their order.

    `atomic`: unless all apply, none does. `dry_run`: everything but the writing. Decisions of one list see each other.
    """
    ids = sorted({decision.artifact_id for decision in decisions})
    if not dry_run:
        await connection.execute(SQL["lock"], ids)
    seen = await read(connection, decisions)
    outcomes, changes = judged(decisions, seen, schema, atomic=atomic)
    if changes.events and not dry_run:
        await write(connection, changes)
    return outcomes


class Seen(msgspec.Struct):
    """What was read after the locks: the named artifacts with every pending rival of theirs, the database's clock, and who
    of the deciders and signers may still act, with what they may beyond their own customers.
    """

    artifacts: dict[str, Artifact]
    at: datetime
    people: dict[str, Authority | None]


async def read(connection: Connection, decisions: Sequence[Decision]) -> Seen:
    """What the judge needs to know; in a statement of its own, after the locks."""
    crash.point("decide.locked")
    ids = sorted({decision.artifact_id for decision in decisions})
    deciders = sorted({decision.by.id for decision in decisions})
    rows = await connection.fetch(SQL["read"].format(columns=inbox.SQL["columns"]), ids, deciders)
    crash.point("decide.read")
    if not rows:
        return Seen({}, datetime.now(UTC), {})  # nothing of that name: whatever the clock says, nothing will be changed
    people = msgspec.json.decode(rows[0]["people"] or "{}", type=dict[str, Authority | None])
    return Seen({row["id"]: from_row(row) for row in rows}, rows[0]["judged_at"], people)


def judged(
    decisions: Sequence[Decision], seen: Seen, schema: ProfileSchema, *, atomic: bool = False
) -> tuple[list[Outcome], Changes]:
    """An outcome per decision, and what there is to write; `seen` may hold more than they are about."""
    return judge(decisions, seen.artifacts, seen.at, schema, seen.people, atomic=atomic)


async def write(connection: Connection, changes: Changes) -> None:
    """One statement over arrays; what it wrote is counted, and a surprise rolls everything back."""
    crash.point("decide.judged")
    decided, values, promises = changes.decided, list(changes.values.values()), changes.promises
    signatures = changes.signatures
    row = await connection.fetchrow(
        SQL["write"],
        *record.columns(changes.events),
        [a.id for a in decided],
        [a.status for a in decided],
        [json.encode(a.edited_value) if a.edited else None for a in decided],
        [a.decided_at for a in decided],
        [a.decided_by for a in decided],
        [a.decided_by_name for a in decided],
        [a.on_behalf_of for a in decided],
        [a.on_behalf_of_name for a in decided],
        [a.reason for a in decided],
        [v.customer_id for v in values],
        [v.field for v in values],
        [json.encode(v.value) for v in values],
        [v.expected for v in values],
        [v.artifact_id for v in values],
        [v.by for v in values],
        [new_id() for _ in promises],
        [p.event_id for p in promises],
        [p.artifact_id for p in promises],
        [p.customer_id for p in promises],
        [p.topic for p in promises],
        [p.trigger for p in promises],
        [artifact_id for artifact_id, _ in signatures],
        [g.act for _, g in signatures],
        [g.at for _, g in signatures],
        [g.by for _, g in signatures],
        [g.by_name for _, g in signatures],
        [g.on_behalf_of for _, g in signatures],
        [g.on_behalf_of_name for _, g in signatures],
        [g.status for _, g in signatures],
        [g.edited_value for _, g in signatures],
        [g.field_version for _, g in signatures],
        [g.over for _, g in signatures],
        [g.reason for _, g in signatures],
        [v.at for v in values],
        [p.kind for p in promises],
        [p.alone for p in promises],
    )
    crash.point("decide.written")
    asked: dict[str, Any] = {
        "artifacts": len(decided),
        "values": len(values),
        "events": len(changes.events),
        "deliveries": len(promises),
        "signatures": len(signatures),
    }
    written = dict(row or {})
    if written != asked:
        raise Unavailable(
            f"The decision was not applied: {written} rows would have changed where {asked} were meant.",
            code="not_applied",
        )
