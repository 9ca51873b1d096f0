"""An admin's pages of people: who may sign in, somebody new, another way in for who lost theirs. Each form is one verb."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.customers import access
from placet.db.engine import Connection
from placet.errors import Conflict, Invalid
from placet.identity import users
from placet.identity.principal import Principal
from placet.identity.users import User
from placet.web import views
from placet.web.pages import as_admin, forms
from placet.web.pages.surroundings import PAGE, html, runtime_and_caller, shell, span

PLACE = "/admin"
_FIELDS = ("name", "email", "role")
_ABOUT = {"invalid_email": "email", "email_taken": "email", "invalid_role": "role"}  # which field an error is about


class Search(msgspec.Struct, kw_only=True):
    """A part of a name, and where the page starts."""

    q: str | None = None
    cursor: str | None = None
    first: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 1


@get(PLACE)
async def show_people(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Everybody by name, a page at a time."""
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "look after people and tokens")
    query = read_query(request, Search)
    async with runtime.reading() as connection:
        found, cursor = await users.page(connection, search=query.q, limit=PAGE, cursor=query.cursor)
        around = await shell(request, connection, "admin")
    view = views.PeoplePage(
        shell=around,
        people=tuple(as_admin.somebody(user, who) for user in found),
        query=query.q or "",
        span=span(request, query.first, len(found), {"cursor": cursor} if cursor else None),
    )
    return html(view)


@get(PLACE + "/users/new")
async def show_new_person(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The form for a new person."""
    return await _new_person_page(request, {}, {})


@post(PLACE + "/users", status_code=200)
async def add_person(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Add a person. The answer shows the link they sign in by, this once."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    access.check_admin(who, "add a person")
    sent = {name: forms.one(form, name) for name in _FIELDS}

    async def work(connection: Connection) -> tuple[User, str]:
        made = await users.add(connection, who, **sent)
        return made, await users.new_link(connection, made.id)

    try:
        made, secret = await runtime.transact(work)
    except (Invalid, Conflict) as error:
        return await _new_person_page(request, sent, {_ABOUT.get(error.code, "name"): error.sentence}, error.status)
    return await as_admin.show_secret(request, PLACE, _link(request, f"{made.name} is added", made.name, secret))


@post(PLACE + "/users/{user_id:str}/reset-password", status_code=200)
async def reset_password(request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
    """Take a password away, end the sign-ins, and show the link they sign in by, this once."""

    async def work(connection: Connection, who: Principal) -> as_admin.Secret:
        secret = await users.reset_password(connection, who, user_id, None)
        assert secret is not None  # there is a link, since no password was given
        name = (await users.get(connection, user_id)).name
        return _link(request, f"{name} is signed out and has no password", name, secret)

    return await as_admin.do(request, PLACE, "reset a password", work)


@post(PLACE + "/users/{user_id:str}/disable", status_code=303)
async def disable_user(request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
    """Let somebody in no more; their sign-ins and tokens end."""

    async def work(connection: Connection, who: Principal) -> str:
        return f"{(await users.disable(connection, who, user_id)).name} is disabled."

    return await as_admin.do(request, PLACE, "disable a person", work)


@post(PLACE + "/users/{user_id:str}/enable", status_code=303)
async def enable_user(request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
    """Let somebody in again."""

    async def work(connection: Connection, who: Principal) -> str:
        return f"{(await users.enable(connection, who, user_id)).name} may sign in again."

    return await as_admin.do(request, PLACE, "enable a person", work)


async def _new_person_page(
    request: Request[Any, Any, Any], sent: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "add a person")
    async with runtime.reading() as connection:
        around = await shell(request, connection, "admin")
    return html(views.NewPersonPage(shell=around, sent=sent, errors=errors), status)


def _link(request: Request[Any, Any, Any], title: str, name: str, secret: str) -> as_admin.Secret:
    runtime, _ = runtime_and_caller(request)
    return as_admin.Secret(
        title=title,
        label="One-time link",
        secret=f"{runtime.settings.address}/sign-in/link/{secret}",
        about=f"It signs {name} in once, within 24 hours. It is shown this once and stored nowhere.",
        back="people",
    )


handlers = (show_people, show_new_person, add_person, reset_password, disable_user, enable_user)
