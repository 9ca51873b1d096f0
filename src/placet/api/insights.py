"""Insights over HTTP: what became of what agents proposed, as counts."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get

from placet.api.answers import ok
from placet.api.auth import principal_of, runtime_of
from placet.api.reading import read_query
from placet.api.spec import described
from placet.artifacts import insights
from placet.artifacts.artifact import instant
from placet.artifacts.insights import Shares


class InsightsQuery(msgspec.Struct, rename="camel", kw_only=True):
    """The last `days` (0: ever), of one agent by its name, of one RM's customers."""

    days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 90
    agent: str | None = None
    rm_id: str | None = None


class SharesWire(msgspec.Struct, rename="camel", kw_only=True):
    """How many of `cases` were accepted unchanged, edited and rejected; of which agent, model, field or confidence."""

    key: str | None
    cases: int
    accepted: int
    edited: int
    rejected: int


class ReasonWire(msgspec.Struct, rename="camel"):
    """How often a reason was given for rejecting."""

    reason: str
    cases: int


class InsightsAnswer(msgspec.Struct, rename="camel", kw_only=True):
    """Counts over what the caller may see, from `since` on: later than asked for where only the newest 20,000 decisions are counted
    (`limited`). `before` is how those of as many days before ended (null: `days` is 0).
    `medianSeconds` passed from proposal to decision, `readSeconds` with the evidence open, where the page said so; `fast` were
    accepted within 3 s of opening the card, or of the same person's decision before where nothing is known of that; `unopened`
    were accepted without opening the evidence, of the `told` acceptances made on a page that said whether it was; `together` in
    one act with others.
    """

    since: str | None
    limited: bool
    decided: SharesWire
    before: SharesWire | None
    by_agent: list[SharesWire]
    by_model: list[SharesWire]
    by_field: list[SharesWire]
    by_confidence: list[SharesWire]
    reasons: list[ReasonWire]
    median_seconds: float | None
    read_seconds: float | None
    fast: int
    unopened: int
    told: int
    together: int
    pending: int
    oldest_pending: str | None


class Insights(Controller):
    """What became of proposals."""

    path = "/api"

    @get("/insights", opt=described("insights", {200: InsightsAnswer}, query=InsightsQuery))
    async def get_insights(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Count how agents' proposals were decided: by agent, model, field and confidence, how fast, and why they were rejected."""
        runtime, who = runtime_of(request), principal_of(request)
        query = read_query(request, InsightsQuery)
        async with runtime.reading() as connection:
            found = await insights.insights(connection, who, days=query.days or None, agent=query.agent, rm=query.rm_id)
        return ok(
            InsightsAnswer(
                since=instant(found.since),
                limited=found.limited,
                decided=_wire(found.all),
                before=_wire(found.earlier) if found.earlier is not None else None,
                by_agent=[_wire(each) for each in found.agents],
                by_model=[_wire(each) for each in found.models],
                by_field=[_wire(each) for each in found.fields],
                by_confidence=[_wire(each) for each in found.confidences],
                reasons=[ReasonWire(reason, cases) for reason, cases in found.reasons],
                median_seconds=found.median,
                read_seconds=found.read,
                fast=found.fast,
                unopened=found.unopened,
                told=found.told,
                together=found.together,
                pending=found.pending,
                oldest_pending=instant(found.oldest),
            )
        )


def _wire(shares: Shares) -> SharesWire:
    return SharesWire(
        key=shares.key,
        cases=shares.cases,
        accepted=shares.accepted,
        edited=shares.edited,
        rejected=shares.rejected,
    )
