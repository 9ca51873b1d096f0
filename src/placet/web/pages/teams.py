"""An admin's pages of teams: who belongs to one, who of them may co-sign, another name, its end."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.customers import access, teams
from placet.db.engine import Connection
from placet.errors import Conflict, Invalid
from placet.identity import users
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import as_admin, forms
from placet.web.pages.custody import MAY, OFFERED, PersonSearch
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.render import segment

PLACE = "/admin/teams"


@get(PLACE)
async def show_teams(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Every team by name, and the form for a new one."""
    return await _teams_page(request)


@post(PLACE, status_code=303)
async def add_team(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Make a team with nobody in it."""
    runtime, who = runtime_and_caller(request)
    name = forms.one(await forms.read_form(request), "name")
    try:
        made = await runtime.transact(lambda connection: teams.create(connection, who, name))
    except (Invalid, Conflict) as error:
        return await _teams_page(request, name=name, errors={"name": error.sentence}, status=error.status)
    return forms.go(_of(made.id), views.Notice(sentence=f"{made.name} is a team. Nobody is in it yet."))


@get(PLACE + "/{team_id:str}")
async def show_team(request: Request[Any, Any, Any], team_id: FromPath[str]) -> Response[bytes]:
    """One team, its people, and people to choose from."""
    return await _team_page(request, team_id)


@post(PLACE + "/{team_id:str}/rename", status_code=303)
async def rename_team(request: Request[Any, Any, Any], team_id: FromPath[str]) -> Response[bytes]:
    """Give a team another name."""
    runtime, who = runtime_and_caller(request)
    name = forms.one(await forms.read_form(request), "name")
    try:
        await runtime.transact(lambda connection: teams.rename(connection, who, team_id, name))
    except (Invalid, Conflict) as error:
        return await _team_page(request, team_id, name=name, errors={"name": error.sentence}, status=error.status)
    return forms.go(_of(team_id), views.Notice(sentence=f"The team is called {name.strip()} now."))


@post(PLACE + "/{team_id:str}/end", status_code=303)
async def end_team(request: Request[Any, Any, Any], team_id: FromPath[str]) -> Response[bytes]:
    """End a team; its people no longer see its customers."""

    async def work(connection: Connection, who: Principal) -> str:
        team, _ = await teams.get(connection, who, team_id)
        await teams.delete(connection, who, team_id)
        return f"{team.name} is no longer a team."

    return await as_admin.do(request, PLACE, "change teams", work)


@post(PLACE + "/{team_id:str}/members", status_code=303)
async def set_member(request: Request[Any, Any, Any], team_id: FromPath[str]) -> Response[bytes]:
    """Put an RM into a team, or change what they may."""
    form = await forms.read_form(request)
    user_id, may = forms.one(form, "userId"), forms.one(form, "may")

    async def work(connection: Connection, who: Principal) -> str:
        await teams.set_member(connection, who, team_id, user_id, may)
        return f"{(await users.get(connection, user_id)).name} {MAY[may]} the team's customers."

    return await as_admin.do(request, _of(team_id), "change teams", work)


@post(PLACE + "/{team_id:str}/members/{user_id:str}/remove", status_code=303)
async def remove_member(
    request: Request[Any, Any, Any], team_id: FromPath[str], user_id: FromPath[str]
) -> Response[bytes]:
    """Take a person out of a team."""

    async def work(connection: Connection, who: Principal) -> str:
        await teams.remove_member(connection, who, team_id, user_id)
        return f"{(await users.get(connection, user_id)).name} is no longer in the team."

    return await as_admin.do(request, _of(team_id), "change teams", work)


async def _teams_page(
    request: Request[Any, Any, Any], *, name: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "change teams")
    async with runtime.reading() as connection:
        found = await teams.list_teams(connection, who)
        around = await shell(request, connection, "admin")
    rows = tuple(_row(team) for team in found)
    return html(views.TeamsPage(shell=around, teams=rows, name=name, errors=errors or {}), status)


async def _team_page(
    request: Request[Any, Any, Any],
    team_id: str,
    *,
    name: str | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "change teams")
    query = read_query(request, PersonSearch)
    async with runtime.reading() as connection:
        team, members = await teams.get(connection, who, team_id)
        people, more = await users.page(connection, search=query.q, active_rms=True, limit=OFFERED)
        around = await shell(request, connection, "admin")
    view = views.TeamPage(
        shell=around,
        team=_row(team),
        members=tuple(views.Member(id=m.user_id, name=m.user_name, may=m.may) for m in members),
        query=query.q or "",
        people=tuple(as_admin.somebody(user, who) for user in people),
        more=more is not None,
        name=team.name if name is None else name,
        errors=errors or {},
    )
    return html(view, status)


def _row(team: teams.Team) -> views.TeamRow:
    return views.TeamRow(id=team.id, name=team.name, people=team.people, customers=team.customers)


def _of(team_id: str) -> str:
    return f"{PLACE}/{segment(team_id)}"


handlers = (show_teams, add_team, show_team, rename_team, end_team, set_member, remove_member)
