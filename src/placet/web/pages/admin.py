"""What an admin looks after by hand: who may sign in, which tokens work, whose a customer is. Each form is one verb."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.artifacts import custody
from placet.customers import access, records
from placet.db.engine import Connection
from placet.identity import tokens, users
from placet.identity.principal import Principal
from placet.identity.tokens import Token
from placet.web import views
from placet.web.pages import as_admin, forms
from placet.web.pages.surroundings import html, runtime_and_caller, shell

PLACE = "/admin"
_MOST = 1000  # customers the form offers by name


@get(PLACE)
async def show_admin(request: Request[Any, Any, Any]) -> Response[bytes]:
    """People, the tokens that work, and a form to attach a customer to another RM."""
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "look after people and tokens")
    async with runtime.reading() as connection:
        people = await users.list_users(connection)
        held = await tokens.list_tokens(connection)
        customers, _ = await records.list_customers(connection, who, limit=_MOST, values=False)
        around = await shell(request, connection)
    now = datetime.now(UTC)
    view = views.AdminPage(
        shell=around,
        people=tuple(
            views.Somebody(
                id=user.id,
                name=user.name,
                email=user.email,
                role=user.role,
                active=user.disabled_at is None,
                me=user.id == who.id,
            )
            for user in people
        ),
        tokens=tuple(_held(t) for t in held if t.revoked_at is None and (t.expires_at is None or t.expires_at > now)),
        customers=tuple(views.Choice(value=c.id, label=f"{c.name} ({c.rm_name or 'nobody'})") for c in customers),
        rms=tuple(views.Choice(value=u.id, label=u.name) for u in people if u.role == "rm" and u.disabled_at is None),
    )
    return html(view)


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


@post(PLACE + "/tokens/{token_id:str}/revoke", status_code=303)
async def revoke_token(request: Request[Any, Any, Any], token_id: FromPath[str]) -> Response[bytes]:
    """End a token."""

    async def work(connection: Connection, who: Principal) -> str:
        await tokens.revoke(connection, who, token_id)
        return "The token works no more."

    return await as_admin.do(request, PLACE, "revoke a token", work)


@post(PLACE + "/customers/attach", status_code=303)
async def attach(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Attach a customer to another RM; what is pending follows."""
    form = await forms.read_form(request)
    customer_id, rm_id = forms.one(form, "customerId"), forms.one(form, "rmId")

    async def work(connection: Connection, who: Principal) -> str:
        await custody.reassign(connection, who, customer_id, rm_id)
        now = await records.get(connection, who, customer_id)
        return f"{now.name} is attached to {now.rm_name}. What is pending went along."

    return await as_admin.do(request, PLACE, "reassign a customer", work)


def _held(token: Token) -> views.Held:
    bounds = []
    if token.agent is not None:
        bounds.append("all customers" if token.customers is None else _count(len(token.customers), "customer"))
        bounds.append("every field" if token.fields is None else _count(len(token.fields), "field"))
        bounds.append(f"{token.hourly_quota:,} an hour")
    return views.Held(
        id=token.id,
        holder=token.agent or token.user_name or "somebody who is gone",
        bounds=", ".join(bounds) or "as its person",
        made_at=token.created_at,
        until=token.expires_at,
    )


def _count(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"


handlers = (show_admin, disable_user, enable_user, revoke_token, attach)
