"""Insights: shares, how fast, why not, what a rule would have done; and the list behind each number."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get

from placet.api.reading import read_query
from placet.artifacts import insights
from placet.artifacts.insights import FEW, PROMISES, WORDS, Behind, Insights, Shares
from placet.customers import access
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.evaluation.intervals import wilson
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import choosing, forms, show
from placet.web.pages.beside import over
from placet.web.pages.surroundings import PAGE, here, html, runtime_and_caller, shell, span
from placet.web.render import OUTCOMES, here_with, thousands
from placet.web.times import day, length
from placet.web.views.insights import CasesPage, Counted, Figure, InsightsPage, Share, Table, WhatIf

PERIODS = {"": "Last 90 days", "7": "Last 7 days", "30": "Last 30 days", "365": "Last 365 days", "0": "All time"}
UNCHANGED, EDITED, REJECTED = "accepted", "edited", "rejected"
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]


class InsightsQuery(msgspec.Struct, kw_only=True):
    """The period, one agent, one RM's customers, and the rule of "what if"."""

    days: str | None = None
    agent: str | None = None
    rm: str | None = None
    confidence: str | None = None
    field: str | None = None


class CasesQuery(msgspec.Struct, kw_only=True):
    """Which decisions, as the numbers of the insights link to them."""

    days: Days = 90
    agent: str | None = None
    rm: str | None = None
    field: str | None = None
    confidence: str | None = None
    model: str | None = None
    statuses: str | None = None
    reason: str | None = None
    pace: str | None = None
    cursor: str | None = None
    first: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 1


class Links:
    """Addresses of the lists behind numbers, all of the same period, agent and RM."""

    def __init__(self, query: InsightsQuery, who: Principal) -> None:
        days = query.days or ""
        self.days = int(days) if days in PERIODS and days else 90
        self.agent, self.rm = query.agent or None, query.rm or None
        # What is counted is what they see, be it theirs to decide or not.
        self.waiting = "/inbox?order=asc" + ("&whose=all" if access.only_sees_some(who) else "")
        self.kept = {"days": str(self.days), **_given(agent=self.agent, rm=self.rm)}

    def export(self) -> str:
        """The same counts as a file."""
        return "/api/insights?" + urlencode({"days": str(self.days), **_given(agent=self.agent, rmId=self.rm)})

    def to(self, **members: str | None) -> str:
        """The list of what these members narrow it to."""
        return "/insights/cases?" + urlencode({**self.kept, **_given(**members)})


def _given(**members: str | None) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}


@get("/insights")
async def show_insights(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What became of what agents proposed, over what the caller may see."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, InsightsQuery)
    links = Links(query, who)
    async with runtime.reading() as connection:
        meant = await choosing.rm(connection, query.rm)
        if meant.id != query.rm:
            return forms.go(here_with(here(request), rm=meant.id))
        around = await shell(request, connection, "insights")
        found = await insights.insights(connection, who, days=links.days or None, agent=links.agent, rm=links.rm)
        whose = await _whose(connection, found, who, meant)
    schema: ProfileSchema = runtime.schema
    view = InsightsPage(
        shell=around,
        filters=(
            _filter("days", "Period", PERIODS, query.days),
            _filter("agent", "Agent", {"": "Any agent", **{name: name for name in found.named}}, query.agent),
            *whose,
        ),
        limited_to=found.since if found.limited else None,
        export=links.export(),
        hidden=tuple((k, v) for k, v in (("confidence", query.confidence), ("field", query.field)) if v),
        figures=_figures(found, links, around.now),
        calibration=tuple(
            msgspec.structs.replace(
                _share(each, (each.key or "").capitalize() or "Not given", links, confidence=each.key),
                promise=PROMISES.get(each.key or ""),
            )
            for each in found.confidences
        ),
        tables=(
            Table(
                title="By field",
                head="Field",
                rows=tuple(
                    _share(each, _label(schema, each.key), links, field=each.key) for each in found.fields if each.key
                ),
            ),
            Table(
                title="By agent",
                head="Agent",
                rows=tuple(_share(each, each.key or "", links, agent=each.key) for each in found.agents),
            ),
            Table(
                title="By model",
                head="Model",
                rows=tuple(_share(each, each.key, links, model=each.key) for each in found.models if each.key),
            ),
        ),
        pace=(
            Counted(
                count=found.fast,
                words="accepted in under 3 s",
                href=links.to(pace="fast"),
            ),
            Counted(
                count=found.unopened, words="accepted without opening the evidence", href=links.to(pace="unopened")
            ),
            Counted(
                count=found.together, words="decided together with others in one act", href=links.to(pace="together")
            ),
        ),
        told=found.told,
        reasons=tuple(Counted(count=n, words=why, href=links.to(reason=why)) for why, n in found.reasons),
        what_if=_what_if(found, schema, links, query),
        decided=found.all.cases,
        few=FEW,
    )
    return html(view)


@get("/insights/cases")
async def show_cases(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The decisions behind a number."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, CasesQuery)
    behind = Behind(**{name: getattr(query, name) or None for name in Behind.__struct_fields__})
    async with runtime.reading() as connection:
        page = await insights.cases(connection, who, behind, days=query.days or None, limit=PAGE, cursor=query.cursor)
        near = await over(connection, page.artifacts)
        around = await shell(request, connection, "insights")
    period = str(query.days) if query.days != 90 else ""
    named = PERIODS.get(period, f"Last {query.days} days")
    kept = {**({"days": period} if period else {}), **_given(agent=query.agent, rm=query.rm)}
    view = CasesPage(
        shell=around,
        words=_words(behind, runtime.schema, f"Since {day(page.limited_to.date())}" if page.limited_to else named),
        proposals=tuple(show.proposal(a, who, runtime.schema, beside=near) for a in page.artifacts),
        span=span(
            request, query.first, len(page.artifacts), {"cursor": page.next_cursor} if page.next_cursor else None
        ),
        back="/insights" + (f"?{urlencode(kept)}" if kept else ""),
    )
    return html(view)


async def _whose(
    connection: Connection, found: Insights, who: Principal, meant: choosing.Meant
) -> tuple[views.Filter, ...]:
    """Whose customers, where there are several to choose from."""
    if len(found.rms) < 2 and not meant.id:
        return ()
    names = {rm: "My customers" if rm == who.id else f"Customers of {name}" for rm, name in found.rms}
    if meant.id and not meant.unclear:  # though nothing of theirs was decided in this period
        names.setdefault(meant.id, f"Customers of {meant.said}")
    return (await choosing.rm_filter(connection, who, meant, names, "All customers"),)


def _filter(name: str, label: str, choices: dict[str, str], value: str | None) -> views.Filter:
    listed = tuple(views.Choice(value=key, label=words) for key, words in choices.items())
    return views.Filter(name=name, label=label, choices=listed, value=value if value in choices else "")


def _figures(found: Insights, links: Links, now: datetime) -> tuple[Figure, ...]:
    total = found.all

    def share(label: str, name: str, status: str) -> Figure:
        count = getattr(total, name)
        text = f"{round(100 * count / total.cases)} %" if total.cases >= FEW else "too few"
        caption = f"{thousands(count)} of {thousands(total.cases)}{_trend(found, name)}"
        return Figure(label=label, text=text, caption=caption, href=links.to(statuses=status))

    return (
        Figure(label="Decided", text=thousands(total.cases), caption="proposals of agents", href=links.to()),
        share("Accepted unchanged", "accepted", UNCHANGED),
        share("Edited", "edited", EDITED),
        share("Rejected", "rejected", REJECTED),
        Figure(
            label="Time to decide",
            text=length(found.median) if found.median is not None and total.cases >= FEW else "too few",
            caption="median since proposed"
            + (
                f"; {length(found.read)} with the evidence open"
                if found.read is not None and found.timed >= FEW
                else ""
            ),
            href=links.to(),
        ),
        Figure(
            label="Oldest pending",
            text=length((now - found.oldest).total_seconds()) if found.oldest is not None else "none",
            caption=f"{thousands(found.pending)} waiting",
            href=links.waiting,
        ),
    )


def _trend(found: Insights, name: str) -> str:
    """By how many points a share went up or down since as long a time before; nothing where there are too few to say."""
    total, before = found.all, found.earlier
    if before is None or min(before.cases, total.cases) < FEW:
        return ""
    points = round(100 * getattr(total, name) / total.cases) - round(100 * getattr(before, name) / before.cases)
    return (
        f", {'up' if points > 0 else 'down'} {abs(points)} point{'s' if abs(points) != 1 else ''}"
        if points
        else ", as before"
    )


def _share(shares: Shares, label: str | None, links: Links, **of: str | None) -> Share:
    hrefs = (
        links.to(**of, statuses=UNCHANGED),
        links.to(**of, statuses=EDITED),
        links.to(**of, statuses=REJECTED),
        links.to(**of),
    )
    if shares.cases < FEW:
        return Share(label=label or "", cases=shares.cases, hrefs=hrefs)
    low, high = wilson(shares.accepted, shares.cases)
    unchanged, edited = round(100 * shares.accepted / shares.cases), round(100 * shares.edited / shares.cases)
    return Share(
        label=label or "",
        cases=shares.cases,
        unchanged=unchanged,
        edited=edited,
        rejected=round(100 * shares.rejected / shares.cases),
        low=round(100 * low),
        high=round(100 * high),
        hrefs=hrefs,
    )


def _what_if(found: Insights, schema: ProfileSchema, links: Links, query: InsightsQuery) -> WhatIf:
    word = query.confidence if query.confidence in WORDS else "high"
    rules = [each for each in found.rules if each.key == word and query.field in (None, "", each.field)]
    against = sum(each.edited + each.rejected for each in rules)
    of = {"confidence": word, "field": query.field or None}
    keys = dict.fromkeys(each.key for each in found.fields if each.key)
    return WhatIf(
        filters=(
            _filter("confidence", "Confidence", {w: w.capitalize() for w in WORDS}, word),
            _filter("field", "Field", {"": "any field", **{key: _label(schema, key) for key in keys}}, query.field),
        ),
        taken=Counted(count=sum(each.cases for each in rules), words="taken", href=links.to(**of)),
        against=Counted(
            count=against, words="changed or refused", href=links.to(**of, statuses=f"{EDITED} {REJECTED}")
        ),
    )


def _label(schema: ProfileSchema, key: str | None) -> str:
    return schema.label(key) if key else "Not given"


def _words(behind: Behind, schema: ProfileSchema, period: str) -> str:
    """What a list holds, in words."""
    paces = {
        "fast": "accepted in under 3 s",
        "unopened": "accepted without opening the evidence",
        "together": "together with others",
    }
    parts = [
        period,
        behind.agent,
        behind.model,
        _label(schema, behind.field) if behind.field else None,
        f"{behind.confidence} confidence" if behind.confidence else None,
        " or ".join(OUTCOMES.get(s, s).lower() for s in behind.statuses.split()) if behind.statuses else None,
        f"rejected: {behind.reason}" if behind.reason else None,
        paces.get(behind.pace or ""),
    ]
    return ", ".join(part for part in parts if part)


handlers = (show_insights, show_cases)
