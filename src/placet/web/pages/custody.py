"""An admin's pages of customers: whom each is attached to, which team sees them, and who beside it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.artifacts import custody
from placet.customers import access, records, teams
from placet.db.engine import Connection
from placet.identity import users
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import as_admin, forms
from placet.web.pages.admin import Search
from placet.web.pages.surroundings import PAGE, html, runtime_and_caller, shell, span
from placet.web.render import segment

PLACE = "/admin/customers"
OFFERED = 10  # people listed before one has to search
MAY = {"see": "may see", "cosign": "may see and co-sign for"}


class PersonSearch(msgspec.Struct, kw_only=True):
    """A part of a person's name or address."""

    q: str | None = None


@get(PLACE)
async def show_custody(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The customers by name, a page at a time, with whose they are."""
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "look after whose a customer is")
    query = read_query(request, Search)
    async with runtime.reading() as connection:
        found, cursor = await records.list_customers(
            connection, who, search=query.q, limit=PAGE, cursor=query.cursor, values=False
        )
        named = {team.id: team.name for team in await teams.list_teams(connection, who)}
        around = await shell(request, connection, "admin")
    view = views.CustodyPage(
        shell=around,
        customers=tuple(
            views.Kept(
                customer=views.Customer(id=c.id, name=c.name),
                rm=c.rm_name,
                team=named.get(c.team_id) if c.team_id else None,
            )
            for c in found
        ),
        query=query.q or "",
        span=span(request, query.first, len(found), {"cursor": cursor} if cursor else None),
    )
    return html(view)


@get(PLACE + "/{customer_id:str}")
async def show_customer_access(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Who looks after one customer, who else sees them, and people to choose from."""
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "look after whose a customer is")
    query = read_query(request, PersonSearch)
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
        members = await teams.customer_members(connection, who, customer_id)
        listed = await teams.list_teams(connection, who)
        people, more = await users.page(connection, search=query.q, active_rms=True, limit=OFFERED)
        around = await shell(request, connection, "admin")
    view = views.CustomerAdminPage(
        shell=around,
        customer=views.Customer(id=customer.id, name=customer.name),
        rm_id=customer.rm_id,
        rm=customer.rm_name,
        team=customer.team_id or "",
        teams=tuple(views.Choice(value=team.id, label=team.name) for team in listed),
        members=tuple(_member(member) for member in members),
        query=query.q or "",
        people=tuple(as_admin.somebody(user, who) for user in people),
        more=more is not None,
    )
    return html(view)


@post(PLACE + "/{customer_id:str}/attach", status_code=303)
async def attach(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Attach a customer to another RM; what is pending follows."""
    rm_id = forms.one(await forms.read_form(request), "userId")

    async def work(connection: Connection, who: Principal) -> str:
        await custody.reassign(connection, who, customer_id, rm_id)
        now = await records.get(connection, who, customer_id)
        return f"{now.name} is attached to {now.rm_name}. What is pending went along."

    return await as_admin.do(request, _of(customer_id), "reassign a customer", work)


@post(PLACE + "/{customer_id:str}/team", status_code=303)
async def set_team(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Give a customer a team whose people see them, or take it away."""
    team_id = forms.one(await forms.read_form(request), "teamId")

    async def work(connection: Connection, who: Principal) -> str:
        await teams.set_team(connection, who, customer_id, team_id or None)
        name = (await records.get(connection, who, customer_id)).name
        if not team_id:
            return f"{name} has no team."
        return f"{(await teams.get(connection, who, team_id))[0].name} sees {name}."

    return await as_admin.do(request, _of(customer_id), "change who sees a customer", work)


@post(PLACE + "/{customer_id:str}/members", status_code=303)
async def set_member(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """Name an RM who may see a customer, or also co-sign."""
    form = await forms.read_form(request)
    user_id, may = forms.one(form, "userId"), forms.one(form, "may")

    async def work(connection: Connection, who: Principal) -> str:
        await teams.set_customer_member(connection, who, customer_id, user_id, may)
        person = await users.get(connection, user_id)
        return f"{person.name} {MAY[may]} {(await records.get(connection, who, customer_id)).name}."

    return await as_admin.do(request, _of(customer_id), "change who sees a customer", work)


@post(PLACE + "/{customer_id:str}/members/{user_id:str}/remove", status_code=303)
async def remove_member(
    request: Request[Any, Any, Any], customer_id: FromPath[str], user_id: FromPath[str]
) -> Response[bytes]:
    """Take a person off a customer."""

    async def work(connection: Connection, who: Principal) -> str:
        await teams.remove_customer_member(connection, who, customer_id, user_id)
        return f"{(await users.get(connection, user_id)).name} is no longer named for this customer."

    return await as_admin.do(request, _of(customer_id), "change who sees a customer", work)


def _of(customer_id: str) -> str:
    return f"{PLACE}/{segment(customer_id)}"


def _member(member: teams.Member) -> views.Member:
    return views.Member(id=member.user_id, name=member.user_name, may=member.may, team=member.team_name)


handlers = (show_custody, show_customer_access, attach, set_team, set_member, remove_member)
