"""An admin's pages of tokens: the ones that work, a new one for an agent or a person, another in its place, ending one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.customers import access, records
from placet.db.engine import Connection
from placet.errors import Conflict, Invalid
from placet.identity import tokens, users
from placet.identity.principal import Principal
from placet.identity.tokens import Token
from placet.web import views
from placet.web.pages import as_admin, forms
from placet.web.pages.admin import Search
from placet.web.pages.surroundings import PAGE, html, runtime_and_caller, shell, span
from placet.web.render import count

PLACE = "/admin/tokens"
_FIELDS = ("for", "agent", "email", "customers", "quota", "until")
_ABOUT = {  # which field of the form an error is about
    "invalid_agent_name": "agent",
    "user_disabled": "email",
    "invalid_quota": "quota",
    "invalid_expiry": "until",
    "unknown_field": "fields",
}
_DOES = {True: "It acts for this person, by the API and the command line.", False: "It may propose, and never decides."}
_KEPT = (  # minutes a rotated token goes on
    ("0", "Ends at once"),
    ("30", "Works for 30 minutes more"),
    ("1440", "Works for a day more"),
    ("10080", "Works for a week more"),
)


class Prefilled(msgspec.Struct, rename={"who": "for"}, kw_only=True):
    """Whose token it will be, and a customer to bind it to."""

    who: str | None = None
    customer: str | None = None


@get(PLACE)
async def show_tokens(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The tokens that work, by whose they are."""
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "look after tokens")
    query = read_query(request, Search)
    async with runtime.reading() as connection:
        found, cursor = await tokens.working(connection, search=query.q, limit=PAGE, cursor=query.cursor)
        around = await shell(request, connection, "admin")
    view = views.TokensPage(
        shell=around,
        tokens=tuple(_held(token, around.now) for token in found),
        query=query.q or "",
        span=span(request, query.first, len(found), {"cursor": cursor} if cursor else None),
    )
    return html(view)


@get(PLACE + "/new")
async def show_new_token(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The form for a token of an agent, or (`?for=person`) of a person."""
    query = read_query(request, Prefilled)
    return await _new_token_page(request, {"for": query.who or "", "customers": query.customer or ""}, (), {})


@post(PLACE, status_code=200)
async def make_token(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Make a token. The answer shows it, this once."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    access.check_admin(who, "create a token")
    sent = {name: forms.one(form, name).strip() for name in _FIELDS}
    chosen = form.get("field", [])
    person = sent["for"] == "person"

    async def work(connection: Connection) -> str:
        expires_at = _ends(sent["until"])
        if person:
            user = await users.by_email(connection, sent["email"])
            if user is None:
                raise forms.Wrong("email", "Nobody has this address.")
            _, made = await tokens.create(connection, who, user_id=user.id, expires_at=expires_at)
            return made
        _, made = await tokens.create(
            connection,
            who,
            agent_name=sent["agent"],
            customers=await _customers(connection, who, sent["customers"]),
            fields=chosen or None,
            hourly_quota=_quota(sent["quota"]),
            expires_at=expires_at,
            is_field=lambda key: runtime.schema.field(key) is not None,
        )
        return made

    try:
        secret = await runtime.transact(work)
    except forms.Wrong as wrong:
        return await _new_token_page(request, sent, chosen, {wrong.field: wrong.sentence}, 422)
    except (Invalid, Conflict) as error:
        where = _ABOUT.get(error.code, "email" if person else "agent")
        return await _new_token_page(request, sent, chosen, {where: error.sentence}, error.status)
    holder = sent["email"] if person else sent["agent"]
    return await as_admin.show_secret(request, PLACE, _secret(f"A token for {holder}", secret, person))


@get(PLACE + "/{token_id:str}/rotate")
async def show_rotate_token(request: Request[Any, Any, Any], token_id: FromPath[str]) -> Response[bytes]:
    """The form that rotates a token: for how long the old one goes on."""
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "rotate a token")
    async with runtime.reading() as connection:
        token = await tokens.get(connection, token_id)
        around = await shell(request, connection, "admin")
    kept = tuple(views.Choice(value=minutes, label=label) for minutes, label in _KEPT)
    return html(views.RotateTokenPage(shell=around, token=_held(token, around.now), kept=kept))


@post(PLACE + "/{token_id:str}/rotate", status_code=200)
async def rotate_token(request: Request[Any, Any, Any], token_id: FromPath[str]) -> Response[bytes]:
    """Make a token's successor. The answer shows it, this once; the old one ends now or after the minutes sent."""
    kept = forms.one(await forms.read_form(request), "keepForMinutes")
    minutes = int(kept) if kept.isascii() and kept.isdecimal() and len(kept) < 9 else -1  # which no token is kept for

    async def work(connection: Connection, who: Principal) -> as_admin.Secret:
        made, secret = await tokens.rotate(connection, who, token_id, keep_for=timedelta(minutes=minutes))
        token = await tokens.get(connection, made)
        return _secret(f"Another token for {_holder(token)}", secret, token.agent is None)

    return await as_admin.do(request, PLACE, "rotate a token", work)


@post(PLACE + "/{token_id:str}/revoke", status_code=303)
async def revoke_token(request: Request[Any, Any, Any], token_id: FromPath[str]) -> Response[bytes]:
    """End a token."""

    async def work(connection: Connection, who: Principal) -> str:
        await tokens.revoke(connection, who, token_id)
        return "The token no longer works."

    return await as_admin.do(request, PLACE, "revoke a token", work)


async def _new_token_page(
    request: Request[Any, Any, Any],
    sent: dict[str, str],
    chosen: Sequence[str],
    errors: dict[str, str],
    status: int = 200,
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "create a token")
    async with runtime.reading() as connection:
        around = await shell(request, connection, "admin")
    view = views.NewTokenPage(
        shell=around,
        person=sent["for"] == "person",
        sections=tuple(
            (section, tuple(views.Choice(value=field.key, label=field.label) for field in fields))
            for section, fields in runtime.schema.sections()
        ),
        chosen=frozenset(chosen),
        quota=tokens.HOURLY_QUOTA,
        sent=sent,
        errors=errors,
    )
    return html(view, status)


async def _customers(connection: Connection, who: Principal, text: str) -> list[str] | None:
    """The ids of the customers a text names, one a line, by id or by exact name; None where it names none."""
    found: dict[str, None] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        same = await records.meant(connection, who, line)
        if len(same) != 1:
            wrong = f"{len(same)} customers are called" if same else "There is no customer with the id or name"
            raise forms.Wrong("customers", f"{wrong} {line[:60]}.{' Give the id.' if same else ''}")
        found |= dict.fromkeys(same)
    return list(found) or None


def _quota(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise forms.Wrong("quota", "A quota is a whole number of items.")
    return int(text)


def _ends(text: str) -> datetime | None:
    """The end of that day; None where none is given."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise forms.Wrong("until", "This is not a day.") from None


def _secret(title: str, secret: str, person: bool) -> as_admin.Secret:
    about = f"{_DOES[person]} It is shown this once; only its hash is kept."
    return as_admin.Secret(title=title, label="Token", secret=secret, about=about, back="tokens")


def _holder(token: Token) -> str:
    return token.agent or token.user_name or "somebody who is gone"


def _held(token: Token, now: datetime) -> views.Held:
    bounds = []
    if token.agent is not None:
        bounds.append("all customers" if token.customers is None else count(len(token.customers), "customer"))
        bounds.append("every field" if token.fields is None else count(len(token.fields), "field"))
        bounds.append(f"{token.hourly_quota:,} an hour")
    return views.Held(
        id=token.id,
        holder=_holder(token),
        agent=token.agent is not None,
        bounds=", ".join(bounds) or "as the person",
        made_at=token.created_at,
        until=token.expires_at - timedelta(seconds=1) if token.expires_at is not None else None,  # the last day
        soon=token.expires_at is not None and token.expires_at - now < timedelta(days=1),
    )


handlers = (show_tokens, show_new_token, make_token, show_rotate_token, rotate_token, revoke_token)
