"""A customer's overview: what waits, what was decided, and beside it what somebody should know at a glance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.artifacts import custody, inbox, kept, sources
from placet.artifacts.artifact import Artifact
from placet.audit import timeline
from placet.customers import delegations, fields, records
from placet.customers.records import Customer
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import show, telling
from placet.web.pages.attention import attention
from placet.web.pages.beside import beside, over
from placet.web.pages.proposals import OpenQuery, open_card
from placet.web.pages.reader import said_once
from placet.web.pages.surroundings import html, runtime_and_caller, shell, zone
from placet.web.pages.undoing import retold
from placet.web.render import segment
from placet.web.times import day, month

DECIDED = 20  # decided artifacts shown
RECENT = 6  # happenings shown
NOTES = 10  # kept notes shown
LINES = 100  # events read for them: what was proposed together is one happening
FACTS, SHORT = 2, 60  # key facts of a section, and the characters one has at most
SENSITIVE = 3  # from here on a field's value is shown on the profile only
IN_HEAD = ("addressCity", "addressCountry")


@get("/customers/{customer_id:str}")
async def show_overview(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Pending first, then what was decided, and what needs attention."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, OpenQuery)
    schema = runtime.schema
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
        pending = await all_pending(connection, who, customer_id)
        decided = await inbox.list_artifacts(
            connection, who, inbox.Filters(customer_id=customer_id), limit=DECIDED, order="decided"
        )
        lines = await timeline.of_customer(connection, who, customer_id, limit=LINES, newest_first=True)
        titles = {a.batch_id: a.source_title for a in (*pending, *decided.artifacts) if a.source_title}
        near = await beside(connection, who, schema, pending)
        past = await over(connection, decided.artifacts)
        staying = await kept.of_customer(connection, who, customer_id)
        waiting, lent = said_once(
            show.batches(pending, who, schema, near, cut=[a.id for a in pending[inbox.MAX_LIMIT - 1 :]])
        )
        view = views.OverviewPage(
            shell=await shell(request, connection, "customers"),
            head=await head(connection, who, customer, len(pending)),
            pending=waiting,
            lent=lent,
            artifacts=tuple(show.proposal(a, who, schema, beside=past, with_customer=False) for a in decided.artifacts),
            more=f"/history?{urlencode({'customer': customer_id})}" if decided.next_cursor else None,
            facts=_key_facts(customer, schema),
            completeness=_completeness(customer, schema),
            attention=attention(customer, pending, schema, who, datetime.now(ZoneInfo(zone(request)))),
            kept_facts=tuple(
                views.Fact(label=k.kept.label, text=k.kept.text or "", href=f"/artifacts/{segment(k.artifact_id)}")
                for k in staying
                if k.kept.section == "facts"
            ),
            notes=tuple(
                views.KeptNote(
                    label=k.kept.label, text=k.kept.text or "", tags=k.kept.tags, at=k.at, artifact_id=k.artifact_id
                )
                for k in staying
                if k.kept.section == "notes"
            )[:NOTES],
            recent=telling.lately(await retold(connection, lines), who, schema, titles, RECENT),
            opened=await open_card(connection, runtime, who, pending, query.open, query.do),
        )
    return html(view)


async def all_pending(connection: Connection, who: Principal, customer_id: str) -> list[Artifact]:
    """All that is pending for one customer; a page of 200 is more than anybody scrolls."""
    page = await inbox.list_artifacts(
        connection, who, inbox.Filters(status="pending", customer_id=customer_id), limit=inbox.MAX_LIMIT
    )
    return page.artifacts


async def head(connection: Connection, who: Principal, customer: Customer, pending: int) -> views.Head:
    """The top of a customer's pages; `pending` is the number in the first tab."""
    profile = customer.profile
    place = ", ".join(str(profile[key]) for key in IN_HEAD if profile.get(key))
    since = await custody.attached_since(connection, customer.id) or customer.created_at
    return views.Head(
        customer=views.Customer(id=customer.id, name=customer.name),
        about=". ".join(
            part
            for part in (
                place,
                _with(customer, since, who),
                _delegate(await delegations.of_customer(connection, customer.id), who),
            )
            if part
        ),
        pending=pending,
        sources=await sources.count(connection, customer.id),
        may_read=who.type == "admin" or customer.rm_id == who.id,
    )


def _with(customer: Customer, since: datetime, who: Principal) -> str:
    """Whose customer this is, and since when."""
    if customer.rm_id is None:
        return "With nobody"
    return f"With {'you' if customer.rm_id == who.id else customer.rm_name} since {month(since)}"


def _delegate(standing_in: list[delegations.Delegation], who: Principal) -> str | None:
    """Who stands in, the longest; the reader rather than somebody else."""
    if not standing_in:
        return None
    given = next((each for each in standing_in if each.to_user == who.id), standing_in[0])
    last = day((given.until_at - timedelta(seconds=1)).date())
    if given.to_user == who.id:
        return f"You stand in for {given.from_user_name}, until {last}"
    return f"Delegate: {given.to_user_name}, until {last}"


def _key_facts(customer: Customer, schema: ProfileSchema) -> tuple[views.Fact, ...]:
    """The first recorded values of high priority of each section, but nothing sensitive and nothing the head says."""
    profile = customer.profile
    found = []
    for _, members in schema.sections():
        worth = [
            views.Fact(label=field.label, text=fields.display(field, profile[field.key]))
            for field in members
            if field.key in profile and field.priority == "high" and field.sensitivity < SENSITIVE
            if field.key not in IN_HEAD and profile[field.key] != customer.name
        ]
        found += [fact for fact in worth if len(fact.text) <= SHORT][:FACTS]
    return tuple(found)


def _completeness(customer: Customer, schema: ProfileSchema) -> views.Completeness:
    profile = customer.profile
    rank = {"high": 0, "medium": 1, "low": 2}
    missing = sorted((f for f in schema.fields if f.key not in profile), key=lambda f: rank.get(f.priority, 3))
    return views.Completeness(
        filled=len(schema.fields) - len(missing), of=len(schema.fields), missing=tuple(f.label for f in missing)
    )


handlers = (show_overview,)
