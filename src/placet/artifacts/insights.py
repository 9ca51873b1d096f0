"""What became of what agents proposed: shares by agent, model, field and confidence, how long people took, why they refused.

Only counts, over what the caller may see (`access.visible`); every count has its artifacts behind it (`cases`), found by the
same statement. Whether a person opened the evidence is the word of the page they decided on, where it has said anything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.customers import access
from placet.db.engine import Connection, statements
from placet.identity.principal import Principal

SQL = statements(__package__, "insights.sql")
WORDS = ("high", "medium", "low")
FEW = 20  # cases below which no share is told
PROMISES = {
    "high": (90, 100),
    "medium": (70, 90),
    "low": (40, 70),
}  # per cent accepted unchanged that each word stands for
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How `cases` ended; `key` is the agent, model, field or confidence they are counted for (None: not given)."""

    key: str | None
    cases: int
    accepted: int
    edited: int
    rejected: int
    field: str | None = None  # of a rule, whose key is its confidence


class Insights(msgspec.Struct, frozen=True, kw_only=True):
    """The counts since a moment. `earlier` ended in as long a time before it (None: since ever); `rms` are the ids and names of
    those whose customers they are about, whichever one was asked for. `median` seconds passed from proposal to decision, `read`
    (of `timed`) with the evidence open; `fast`, `unopened`, `told` and `together` as in insights.sql.
    """

    since: datetime
    all: Shares
    earlier: Shares | None
    rms: list[tuple[str, str]]
    agents: list[Shares]
    models: list[Shares]
    fields: list[Shares]
    confidences: list[Shares]
    rules: list[Shares]
    reasons: list[tuple[str, int]]
    median: float | None
    read: float | None
    timed: int
    fast: int
    unopened: int
    told: int
    together: int
    pending: int
    oldest: datetime | None


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """Which decided artifacts: None leaves a dimension open. `statuses` are words with spaces, `pace` is fast,
    unopened or together.
    """

    agent: str | None = None
    field: str | None = None
    confidence: str | None = None
    model: str | None = None
    statuses: str | None = None
    reason: str | None = None
    pace: str | None = None
    rm: str | None = None


async def insights(
    connection: Connection,
    who: Principal,
    *,
    days: int | None = 90,
    agent: str | None = None,
    rm: str | None = None,
) -> Insights:
    """Count what was decided in the last `days` (None: ever), of one agent if named, of one RM's customers by the RM's id."""
    since = _since(days)
    condition, scope = access.visible(who, "a.customer_id", "c.rm_id", "a.id")

    async def asked(name: str) -> list[Any]:
        return list(await connection.fetch(_over(SQL[name], condition), scope, since, agent, rm))

    groups = await asked("groups")
    by: dict[str, list[Shares]] = {}
    for row in groups:
        key = None if row["by"] == "all" else row["confidence"] if row["by"] == "rule" else row[row["by"]]
        found = Shares(
            key=key,
            field=row["field"] if row["by"] == "rule" else None,
            **{name: row[name] for name in ("cases", "accepted", "edited", "rejected")},
        )
        by.setdefault(row["by"], []).append(found)
    [pace] = await asked("pace")
    [waiting] = await connection.fetch(SQL["waiting"].format(visible=condition), scope, agent, rm)
    earlier = None
    if days is not None:
        then = since - timedelta(days=days)
        [row] = await connection.fetch(_over(SQL["earlier"], condition), scope, then, agent, rm, since)
        earlier = Shares(key=None, **dict(row))
    rms = await connection.fetch(_over(SQL["rms"], condition), scope, since, agent, None)
    return Insights(
        since=since,
        all=by.get("all", [Shares(key=None, cases=0, accepted=0, edited=0, rejected=0)])[0],
        agents=by.get("agent", []),
        models=by.get("model", []),
        fields=by.get("field", []),
        confidences=sorted(by.get("confidence", []), key=lambda s: (*WORDS, s.key).index(s.key)),
        rules=by.get("rule", []),
        reasons=[(row["reason"], row["cases"]) for row in await asked("reasons")],
        earlier=earlier,
        rms=[(row["id"], row["name"]) for row in rms],
        median=float(pace["median"]) if pace["median"] is not None else None,
        read=float(pace["read"]) if pace["read"] is not None else None,
        **{name: pace[name] for name in ("timed", "fast", "unopened", "told", "together")},
        pending=waiting["pending"],
        oldest=waiting["oldest"],
    )


async def cases(
    connection: Connection,
    who: Principal,
    behind: Behind,
    *,
    days: int | None = 90,
    limit: int = inbox.DEFAULT_LIMIT,
    cursor: str | None = None,
) -> inbox.Page:
    """The artifacts behind a count, newest decision first, in keyset pages."""
    condition, scope = access.visible(who, "a.customer_id", "c.rm_id", "a.id")
    at, seq = inbox.read_cursor(cursor, "decided") if cursor else (None, None)
    rows = await connection.fetch(
        _over(SQL["cases"], condition),
        scope,
        _since(days),
        behind.agent,
        behind.rm,
        behind.field,
        behind.confidence,
        behind.model,
        behind.statuses,
        behind.reason,
        behind.pace,
        at,
        seq,
        limit + 1,
    )
    found: list[Artifact] = await inbox.named(connection, [row["id"] for row in rows[:limit]])
    more = len(rows) > limit
    return inbox.Page(found, inbox.write_cursor(found[-1], "decided") if more else None)


def _over(statement: str, condition: str) -> str:
    return f"with decided as ({SQL['decided'].format(visible=condition)}) {statement}"


def _since(days: int | None) -> datetime:
    return datetime.now(UTC) - timedelta(days=days) if days is not None else _LONG_AGO
