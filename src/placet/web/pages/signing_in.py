"""Signing in and out: e-mail and password, or a one-time link that works by a button, never by being opened."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.auth import address_of, cookie_token, principal_of, runtime_of
from placet.api.reading import read_query
from placet.db.engine import Connection
from placet.errors import Forbidden, NotSignedIn, PlacetError, TooMany
from placet.identity import sign_in, users
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.surroundings import html, with_retry


class NextQuery(msgspec.Struct, kw_only=True):
    """Where to go after signing in."""

    next: str | None = None


@get("/")
async def start() -> Response[bytes]:
    """To the inbox."""
    return Response(b"", status_code=302, headers={"location": "/inbox"}, media_type="text/html")


@get("/sign-in")
async def show_sign_in(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The form; who is signed in already goes on."""
    after = forms.inside(read_query(request, NextQuery).next or "/inbox", "/inbox")
    if request.scope["state"].get("principal") is not None:
        return forms.go(after)
    return sign_in_page(request, after)


@post("/sign-in", status_code=303)
async def sign_in_by_password(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take e-mail and password; the cookie is new at every sign-in."""
    form = await forms.read_form(request, csrf=False)
    email, after = forms.one(form, "email"), forms.inside(forms.one(form, "next"), "/inbox")
    runtime = runtime_of(request)
    async with runtime.reading() as connection:
        try:
            token = await sign_in.sign_in(
                connection,
                email,
                forms.one(form, "password"),
                address=address_of(request),
                lifetime=runtime.settings.sign_in_lifetime,
            )
        except (NotSignedIn, TooMany) as error:
            return sign_in_page(request, after, email=email, error=error)
        await end_earlier(request, connection)
    return signed_in(request, token, after)


@get("/sign-in/link/{token:str}")
async def show_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """Opening a link uses nothing up; the button does."""
    async with runtime_of(request).reading() as connection:
        try:
            await sign_in.check_link(connection, token, address=address_of(request))
        except (NotSignedIn, TooMany) as error:
            return _link_page(token, error)
    return html(views.SignInLinkPage(csrf="", token=token))


@post("/sign-in/link/{token:str}", status_code=303)
async def sign_in_by_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """Use a link."""
    await forms.read_form(request, csrf=False)
    runtime = runtime_of(request)
    async with runtime.reading() as connection:
        try:
            fresh = await sign_in.use_link(
                connection, token, address=address_of(request), lifetime=runtime.settings.sign_in_lifetime
            )
        except (NotSignedIn, TooMany) as error:
            return _link_page(token, error)
        await end_earlier(request, connection)
    return signed_in(request, fresh, "/inbox")


@post("/sign-out", status_code=303)
async def sign_out(request: Request[Any, Any, Any]) -> Response[bytes]:
    """End this sign-in."""
    await forms.read_form(request)
    async with runtime_of(request).reading() as connection:
        await end_earlier(request, connection)
    return _signed_out()


@post("/sign-out/everywhere", status_code=303)
async def sign_out_everywhere(request: Request[Any, Any, Any]) -> Response[bytes]:
    """End every sign-in of this person, on whatever machine."""
    await forms.read_form(request)
    who = principal_of(request)
    if "authorization" in request.headers:
        raise Forbidden("Pages are for people who sign in. A token works with the API only.", code="token_on_a_page")
    await runtime_of(request).transact(lambda connection: users.sign_out_everywhere(connection, who, who.id))
    return _signed_out()


def sign_in_page(
    request: Request[Any, Any, Any], after: str, *, email: str = "", error: PlacetError | None = None
) -> Response[bytes]:
    """The form, with what went wrong."""
    company = runtime_of(request).settings.company
    view = views.SignInPage(
        csrf="",
        email=email,
        next=after,
        error=error.sentence if error is not None else None,
        company=company.label if company is not None else None,
    )
    return with_retry(html(view, error.status if error is not None else 200), error)


async def end_earlier(request: Request[Any, Any, Any], connection: Connection) -> None:
    """End the sign-in this browser has, if any."""
    if (token := cookie_token(request)) is not None:
        await sign_in.sign_out(connection, token)


def signed_in(request: Request[Any, Any, Any], token: str, after: str) -> Response[bytes]:
    """On to where the person wanted to go, with the cookie."""
    response = forms.go(after)
    seconds = int(runtime_of(request).settings.sign_in_lifetime.total_seconds())
    response.cookies.append(forms.sign_in_cookie(token, seconds))
    return response


def _link_page(token: str, error: NotSignedIn | TooMany) -> Response[bytes]:
    view = views.SignInLinkPage(csrf="", token=token, error=error.sentence)
    return with_retry(html(view, error.status), error)


def _signed_out() -> Response[bytes]:
    response = forms.go("/sign-in")
    response.cookies.append(forms.sign_in_cookie("", 0))
    return response


handlers = (start, show_sign_in, sign_in_by_password, show_link, sign_in_by_link, sign_out, sign_out_everywhere)
