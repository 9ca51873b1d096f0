"""Signing in and out: e-mail and password, or a one-time link that works by a button, never by being opened."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.auth import cookie_token, runtime_of
from placet.api.reading import read_query
from placet.db.engine import Connection
from placet.errors import NotSignedIn, TooMany
from placet.identity import sign_in
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.surroundings import html


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
    return html(views.SignInPage(csrf="", next=after))


@post("/sign-in", status_code=303)
async def sign_in_by_password(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take e-mail and password; the cookie is new at every sign-in."""
    form = await forms.read_form(request, csrf=False)
    email, after = forms.one(form, "email"), forms.inside(forms.one(form, "next"), "/inbox")
    address = request.client.host if request.client is not None else "unknown"
    async with runtime_of(request).reading() as connection:
        try:
            token = await sign_in.sign_in(connection, email, forms.one(form, "password"), address=address)
        except (NotSignedIn, TooMany) as error:
            page = html(views.SignInPage(csrf="", email=email, next=after, error=error.sentence), error.status)
            if isinstance(error, TooMany):
                page.headers["retry-after"] = str(error.members["retry_after"])
            return page
        await _end_earlier(request, connection)
    return _signed_in(token, after)


@get("/sign-in/link/{token:str}")
async def show_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """Opening a link uses nothing up; the button does."""
    async with runtime_of(request).reading() as connection:
        works = await sign_in.link_works(connection, token)
    error = None if works else "This link was used before or is too old. Ask for a new one."
    return html(views.SignInLinkPage(csrf="", token=token, error=error), 200 if works else 401)


@post("/sign-in/link/{token:str}", status_code=303)
async def sign_in_by_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """Use a link."""
    await forms.read_form(request, csrf=False)
    async with runtime_of(request).reading() as connection:
        try:
            fresh = await sign_in.use_link(connection, token)
        except NotSignedIn as error:
            return html(views.SignInLinkPage(csrf="", token=token, error=error.sentence), 401)
        await _end_earlier(request, connection)
    return _signed_in(fresh, "/inbox")


@post("/sign-out", status_code=303)
async def sign_out(request: Request[Any, Any, Any]) -> Response[bytes]:
    """End this sign-in."""
    await forms.read_form(request)
    async with runtime_of(request).reading() as connection:
        await _end_earlier(request, connection)
    response = forms.go("/sign-in")
    response.cookies.append(forms.sign_in_cookie("", 0))
    return response


async def _end_earlier(request: Request[Any, Any, Any], connection: Connection) -> None:
    """End the sign-in this browser has, if any."""
    if (token := cookie_token(request)) is not None:
        await sign_in.sign_out(connection, token)


def _signed_in(token: str, after: str) -> Response[bytes]:
    response = forms.go(after)
    response.cookies.append(forms.sign_in_cookie(token, int(sign_in.LIFETIME.total_seconds())))
    return response


handlers = (start, show_sign_in, sign_in_by_password, show_link, sign_in_by_link, sign_out)
