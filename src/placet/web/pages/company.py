"""Signing in with a company's OpenID provider: away to it with a link, and back with its answer.

Neither changes anything of anybody's until the provider's answer was checked and belongs to a sign-in of this browser.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get
from litestar.datastructures import Cookie

from placet.api.auth import address_of, runtime_of
from placet.api.reading import read_query
from placet.db.engine import Connection
from placet.errors import NotFound, NotSignedIn, TooMany, Unavailable
from placet.identity import oidc, sign_in
from placet.identity.oidc_provider import Provider, provider_of
from placet.web.pages import forms
from placet.web.pages.signing_in import NextQuery, end_earlier, sign_in_page, signed_in

STATE = "__Host-placet-company"
_MEMBERS = ("code", "state", "iss", "error")  # of the provider's answer, as far as it is used


@get("/sign-in/oidc")
async def go_to_company(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Off to the provider, with a cookie that only this browser has."""
    after = forms.inside(read_query(request, NextQuery).next or "/inbox", "/inbox")
    provider = _provider(request)
    runtime = runtime_of(request)
    try:
        async with runtime.reading() as connection, sign_in.attempt(connection, address_of(request)):
            pass  # who failed too often waits, before the provider is troubled
        begun = await oidc.begin(provider, redirect_uri=_redirect_uri(request))
    except (TooMany, Unavailable) as error:
        return sign_in_page(request, after, error=error)
    async with runtime.reading() as connection:
        await oidc.remember(connection, begun, after=after)
    response = Response(b"", status_code=302, headers={"location": begun.url}, media_type="text/html")
    response.cookies.append(_state_cookie(begun.state, int(oidc.PENDING.total_seconds())))
    return response


@get("/sign-in/oidc/callback")
async def come_back(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Back from the provider: sign in whom it names, or say why not."""
    provider, runtime = _provider(request), runtime_of(request)
    after = "/inbox"
    try:
        async with runtime.reading() as connection:
            number = await sign_in.count(connection, address_of(request))
            answer = _answer(request)
            pending = await oidc.resume(connection, held=request.cookies.get(STATE), sent=answer.get("state"))
        after = forms.inside(pending.next, "/inbox")
        try:
            claims = await oidc.ask(provider, pending, answer, redirect_uri=_redirect_uri(request))
        except Unavailable:
            async with runtime.reading() as connection:
                await sign_in.take_back(connection, number)
            raise

        async def work(connection: Connection) -> str:
            user = await oidc.person(connection, provider.company.issuer, claims)
            await end_earlier(request, connection)
            await sign_in.take_back(connection, number)
            return await sign_in.start(connection, user.id, lifetime=runtime.settings.sign_in_lifetime)

        response = signed_in(request, await runtime.transact(work), after)
    except (NotSignedIn, TooMany, Unavailable) as error:
        response = sign_in_page(request, after, error=error)
    response.cookies.append(_state_cookie("", 0))
    return response


def _provider(request: Request[Any, Any, Any]) -> Provider:
    company = runtime_of(request).settings.company
    if company is None:
        raise NotFound("There is nothing at this address.")
    return provider_of(company)


def _redirect_uri(request: Request[Any, Any, Any]) -> str:
    return f"{runtime_of(request).settings.address}/sign-in/oidc/callback"


def _answer(request: Request[Any, Any, Any]) -> dict[str, str]:
    """What the provider sent the browser back with; members it may add are left alone, one that stands twice counts for none."""
    try:
        query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    names = [name for name, _ in query]
    return {name: value for name, value in query if name in _MEMBERS and names.count(name) == 1}


def _state_cookie(state: str, seconds: int) -> Cookie:
    return Cookie(key=STATE, value=state, path="/", max_age=seconds, secure=True, httponly=True, samesite="lax")


handlers = (go_to_company, come_back)
