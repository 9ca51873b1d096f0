"""What became of what agents proposed: shares by agent, model, field and confidence, how long people took, why they refused.

Only counts, over what the caller may see (`access.visible`); every count has its artifacts behind it (`cases`), found by the
same statement. Whether a person opened the evidence is the word of the page they decided on, where it has said anything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
MOST = 20_000  # decisions that are counted, the newest: half a second of the database's, however many there are
PACES = ("fast", "unopened", "together")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How `cases` ended; `key` is the agent, model, field or confidence they are counted for (None: not given)."""

    key: str | None
    cases: int
    accepted: int
    edited: int
    rejected: int
    field: str | None = None  # of a rule, whose key is its confidence


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How people decided. `median` seconds passed from proposal to decision, `read` (of `timed`) with the evidence open; `fast`,
    `unopened`, `told` and `together` as in insights.sql.
    """

    median: float | None
    read: float | None
    timed: int
    fast: int
    unopened: int
    told: int
    together: int


class Insights(Pace, frozen=True, kw_only=True):
    """The counts since a moment, which is later than asked for where more than `MOST` were decided (`limited`). `earlier` ended in
    as long a time before it (None: since ever). `named` are the agents, `rms` the ids and names of those whose customers they are
    about, whichever was asked for.
    """

    since: datetime
    limited: bool
    all: Shares
    earlier: Shares | None
    named: list[str]
    rms: list[tuple[str, str]]
    agents: list[Shares]
    models: list[Shares]
    fields: list[Shares]
    confidences: list[Shares]
    rules: list[Shares]
    reasons: list[tuple[str, int]]
    pending: int
    oldest: datetime | None


class _Group(msgspec.Struct, frozen=True):
    """One of the `groups` of `counts`."""

    by: str
    agent: str | None
    model: str | None
    field: str | None
    confidence: str | None
    cases: int
    accepted: int
    edited: int
    rejected: int

    def shares(self) -> Shares:
        """As it is counted for its dimension."""
        rule = self.by == "rule"
        key = None if self.by == "all" else self.confidence if rule else getattr(self, self.by)
        return Shares(
            key=key,
            field=self.field if rule else None,
            cases=self.cases,
            accepted=self.accepted,
            edited=self.edited,
            rejected=self.rejected,
        )


class _Reason(msgspec.Struct, frozen=True):
    """One of the `reasons` of `counts`."""

    reason: str
    cases: int


class Cases(inbox.Page):
    """Some of the artifacts behind a count, and since when they are counted, where that is later than was asked for."""

    limited_to: datetime | None


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
    over = _Over(who)
    since, limited = await over.reach(connection, days, rm)
    [counts] = await connection.fetch(over.statement("counts"), over.scope, since, rm, agent)
    by: dict[str, list[Shares]] = {}
    for group in msgspec.json.decode(counts["groups"], type=list[_Group]):
        by.setdefault(group.by, []).append(group.shares())
    [waiting] = await connection.fetch(over.statement("waiting"), over.scope, agent, rm)
    earlier = None
    if days is not None:
        then = since - (datetime.now(UTC) - since)
        [row] = await connection.fetch(over.statement("earlier"), over.scope, then, rm, agent, since, MOST)
        earlier = Shares(key=None, **dict(row))
    choices = await connection.fetch(over.statement("choices"), over.scope, since, None, MOST)
    return Insights(
        since=since,
        limited=limited,
        all=by.get("all", [Shares(key=None, cases=0, accepted=0, edited=0, rejected=0)])[0],
        earlier=earlier,
        named=sorted({row["agent"] for row in choices}),
        rms=list(
            dict.fromkeys(
                (row["rm"], row["rm_name"])
                for row in choices
                if row["rm"] is not None and agent in (None, row["agent"])
            )
        ),
        agents=by.get("agent", []),
        models=by.get("model", []),
        fields=by.get("field", []),
        confidences=sorted(by.get("confidence", []), key=lambda s: (*WORDS, s.key).index(s.key)),
        rules=by.get("rule", []),
        reasons=[(each.reason, each.cases) for each in msgspec.json.decode(counts["reasons"], type=list[_Reason])],
        **msgspec.structs.asdict(msgspec.json.decode(counts["pace"], type=Pace)),
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
) -> Cases:
    """The artifacts behind a count, newest decision first, in keyset pages."""
    over = _Over(who)
    since, limited = await over.reach(connection, days, behind.rm)
    at, seq = inbox.read_cursor(cursor, "decided") if cursor else (None, None)
    rows = await connection.fetch(
        over.statement("cases", pace=behind.pace),
        over.scope,
        since,
        behind.rm,
        behind.agent,
        behind.field,
        behind.confidence,
        behind.model,
        behind.statuses,
        behind.reason,
        at,
        seq,
        limit + 1,
    )
    found: list[Artifact] = await inbox.named(connection, [row["id"] for row in rows[:limit]])
    more = len(rows) > limit
    return Cases(found, inbox.write_cursor(found[-1], "decided") if more else None, since if limited else None)


class _Over:
    """The statements over what a caller may see."""

    def __init__(self, who: Principal) -> None:
        self._visible, self.scope = access.visible_at_once(who, "a.customer_id", "a.id")

    def statement(self, name: str, *, pace: str | None = None) -> str:
        """One of them; only `pace` asks for how each was decided."""
        return SQL[name].format(
            visible=self._visible,
            decided=SQL["decided"].format(visible=self._visible),
            judged=SQL["judged"],
            over="decided" if pace is None else "judged",
            kept="true" if pace is None else f"d.{pace}" if pace in PACES else "false",
        )

    async def reach(self, connection: Connection, days: int | None, rm: str | None) -> tuple[datetime, bool]:
        """Since when it is counted, and whether that is later than asked for."""
        since = datetime.now(UTC) - timedelta(days=days) if days is not None else _LONG_AGO
        edge = await connection.fetchval(self.statement("edge"), self.scope, since, rm, MOST)
        return (edge + timedelta(microseconds=1), True) if edge is not None else (since, False)
