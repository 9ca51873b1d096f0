"""A customer's profile: by section as it is, restricted values behind a form that records who looked, and as it was on a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.artifacts import inbox
from placet.audit import timeline
from placet.customers import access, fields, records
from placet.customers.records import Customer, PastValue
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Invalid, NotFound
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import forms, show, telling
from placet.web.pages.beside import beside
from placet.web.pages.overview import all_pending, head
from placet.web.pages.proposals import OpenQuery, open_card
from placet.web.pages.surroundings import PAGE, html, runtime_and_caller, shell, span, zone
from placet.web.pages.undoing import retold
from placet.web.render import segment


class TimelineQuery(msgspec.Struct, kw_only=True, rename="camel"):
    """Below which event to go on, the day to look back to, and what the events are narrowed to."""

    before: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)] = 0
    first: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 1
    as_of: str | None = None
    act: str | None = None
    field: str | None = None
    person: str | None = None


@get("/customers/{customer_id:str}/profile")
async def show_profile(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """The profile by section, with what is proposed under its field."""
    return await _profile_page(request, customer_id, read_query(request, OpenQuery))


@get("/customers/{customer_id:str}/reveal")
async def back_from_reveal(customer_id: FromPath[str]) -> Response[bytes]:
    """Where the address of a revealed value is asked for again: nothing is shown that was not asked for by the form."""
    return forms.go(f"/customers/{segment(customer_id)}/profile")


@post("/customers/{customer_id:str}/reveal", status_code=200)
async def reveal(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Record who looked at a restricted value, then show the profile with it."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    field = runtime.schema.field(forms.one(form, "field"))
    if field is None or not field.restricted:
        raise NotFound("Field not found")
    await runtime.transact(lambda connection: records.reveal(connection, who, customer_id, field))
    return await _profile_page(request, customer_id, OpenQuery(), revealed=field.key)


async def _profile_page(
    request: Request[Any, Any, Any], customer_id: str, query: OpenQuery, *, revealed: str | None = None
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
        pending = await all_pending(connection, who, customer_id)
        past = await records.history(connection, customer_id)
        near = await beside(connection, who, runtime.schema, pending)
        by_field: dict[str, list[views.Proposal]] = {}
        for artifact in pending:
            if artifact.field is not None:
                proposal = show.proposal(artifact, who, runtime.schema, beside=near)
                by_field.setdefault(artifact.field, []).append(proposal)
        around = await shell(request, connection, "customers")
        if revealed is not None:  # the address of the form is no place to come back to
            around = msgspec.structs.replace(around, here=f"/customers/{segment(customer_id)}/profile")
        view = views.ProfilePage(
            shell=around,
            head=await head(connection, who, customer, len(pending)),
            sections=tuple(
                views.Section(
                    label=label,
                    fields=tuple(
                        _field(f, customer, past.get(f.key, []), by_field.get(f.key, []), who, shown=f.key == revealed)
                        for f in members
                    ),
                )
                for label, members in runtime.schema.sections()
            ),
            may_change=access.standing(who, customer.id, customer.rm_id, customer.team_id).decides,
            opened=await open_card(connection, runtime, who, pending, query.open, query.do),
        )
    return html(view)


@get("/customers/{customer_id:str}/timeline")
async def show_timeline(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Every event of a customer, newest first; with a day, those up to its end and the profile at that moment."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, TimelineQuery)
    day = _day(query.as_of)
    # The day ends where the days that head the events do.
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone(request))) if day else None
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
        narrowed = timeline.Narrowed(act=query.act or None, field=query.field or None, person=query.person or None)
        lines = await timeline.of_customer(
            connection,
            who,
            customer_id,
            after=query.before,
            limit=PAGE + 1,
            newest_first=True,
            until=end,
            narrowed=narrowed,
        )
        parts = await timeline.made_of(connection, customer_id, until=end)
        then = await records.profile_as_of(connection, who, customer_id, end) if end else {}
        shown, more = lines[:PAGE], len(lines) > PAGE
        view = views.TimelinePage(
            shell=await shell(request, connection, "customers"),
            head=await head(
                connection, who, customer, (await inbox.pending_counts(connection, who)).get(customer_id, 0)
            ),
            happenings=telling.timeline(await retold(connection, shown), who, runtime.schema),
            span=span(request, query.first, len(shown), {"before": str(shown[-1].seq)} if more else None),
            as_of=day,
            then=_then(then, who, runtime.schema),
            facets=telling.facets(parts, narrowed, who, runtime.schema),
            narrowed=narrowed != timeline.Narrowed(),
        )
    return html(view)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
        return found if found.year >= 1900 and found < date.max else None
    except ValueError:
        raise Invalid("The day to look back to is a date like 2026-11-17.", code="invalid_time") from None


def _then(values: dict[str, PastValue], who: Principal, schema: ProfileSchema) -> tuple[views.Section, ...]:
    """What was recorded then, by section; sections with nothing in them are left out."""
    found = []
    for label, members in schema.sections():
        listed = tuple(
            views.ProfileField(
                key=field.key,
                label=field.label,
                value=None if field.restricted else fields.display(field, values[field.key].value),
                set=_set(values[field.key], who),
                hidden=field.restricted,
            )
            for field in members
            if field.key in values
        )
        found.append(views.Section(label=label, fields=listed))
    return tuple(section for section in found if section.fields)


def _set(value: PastValue, who: Principal) -> views.Provenance:
    return views.Provenance(by="you" if value.by == who.name else value.by, at=value.at, artifact_id=value.artifact_id)


def _field(
    field: Field,
    customer: Customer,
    past: list[PastValue],
    pending: list[views.Proposal],
    who: Principal,
    *,
    shown: bool,
) -> views.ProfileField:
    value = customer.values.get(field.key)
    known = value is not None and value.value is not None
    hidden = field.restricted and known and not shown
    items = value.value if known and not hidden and value is not None and isinstance(value.value, list) else []
    return views.ProfileField(
        key=field.key,
        label=field.label,
        value=fields.display(field, value.value) if known and not hidden and value is not None else None,
        items=tuple(fields.display(field, [item]) for item in items),
        set=show.provenance(value, who) if value is not None else None,
        earlier=()
        if hidden
        else tuple(
            views.EarlierValue(text=fields.display(field, old.value), set=_set(old, who)) for old in reversed(past[:-1])
        ),
        pending=tuple(pending),
        hidden=hidden,
        version=value.version if value is not None else 0,
    )


handlers = (show_profile, back_from_reveal, reveal, show_timeline)
