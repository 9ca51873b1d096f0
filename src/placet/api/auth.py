"""Who is asking: a bearer token, or a sign-in cookie. Sets the principal before a handler runs; refuses forged requests.

A request with a cookie that changes something must come from our own pages: the browser's own word on where it came from
(`Sec-Fetch-Site`, `Origin`), and a token derived from the cookie. A bearer request has nothing to forge.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from placet.db.merging import Call, Merge
from placet.errors import Forbidden, NotSignedIn
from placet.identity import sign_in, tokens
from placet.identity.principal import Principal
from placet.runtime import Runtime

COOKIE = "__Host-placet"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def runtime_of(request: ASGIConnection[Any, Any, Any, Any]) -> Runtime:
    """The process's runtime."""
    found: Runtime = request.app.state.runtime
    return found


def principal_of(request: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Who is asking, or NotSignedIn."""
    found: Principal | None = request.scope["state"].get("principal")
    if found is None:
        raise NotSignedIn("Sign in, or send a bearer token.")
    return found


def cookie_token(request: Request[Any, Any, Any]) -> str | None:
    """The sign-in cookie's token, if one was sent."""
    return request.cookies.get(COOKIE)


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address a request came from, for throttling.

    What a proxy adds to `X-Forwarded-For` is believed only of a trusted proxy, and so on back along the chain: whatever
    stands left of the first address that is not one was written by whoever sent the request.
    """
    address = request.client.host if request.client is not None else "unknown"
    trusted = _networks(runtime_of(request).settings.trusted_proxies)
    if not trusted:
        return address
    chain = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
    for earlier in reversed([part.strip() for part in chain]):
        if not _within(address, trusted) or not _is_address(earlier):
            break
        address = earlier
    return address


@cache
def _networks(listed: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each) for each in listed)


def _within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    if not _is_address(address):
        return False
    found = ip_address(address)
    found = (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
    return any(found in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class Authenticate(ASGIMiddleware):
    """Puts the principal into the request's state. `Authorization` wins over a cookie; a bad one is 401 at once."""

    scopes = (ScopeType.HTTP,)
    exclude_path_pattern = ("^/static(/|$)", "^/healthz$", "^/readyz$", "^/metrics$", "^/openapi.json$")

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Find out who asks, then go on."""
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        runtime: Runtime = scope["litestar_app"].state.runtime
        authorization = request.headers.get("authorization")
        if authorization is not None:
            scope["state"]["principal"] = await runtime.part(Bearers).principal(authorization)
        elif (token := cookie_token(request)) is not None:
            async with runtime.reading() as connection:
                who = await sign_in.who_is(
                    connection,
                    token,
                    door="api" if scope["path"].startswith("/api/") else "web",
                    idle=runtime.settings.sign_in_idle,
                )
            scope["state"]["principal"] = who
            if who is not None and request.method not in SAFE_METHODS:
                require_same_origin(request)
                if scope["path"].startswith("/api/"):
                    require_csrf(request, request.headers.get("x-csrf-token", ""))
        await next_app(scope, receive, send)


class Bearers:
    """Whose tokens these are: `runtime.part(Bearers)`. Requests that arrive at the same moment ask the database together.

    Nothing is remembered between two moments, so a token that is revoked works no more for whoever comes next.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.merge: Merge[str, Principal | None] = Merge(self._look_up, most=256, at_once=1)

    async def principal(self, authorization: str) -> Principal:
        """Whoever a header names, or NotSignedIn."""
        kind, _, secret = authorization.partition(" ")
        secret = secret.strip()
        if kind.lower() == "bearer" and secret and (who := await self.merge(secret)) is not None:
            return who
        raise NotSignedIn("This token is unknown, expired or revoked.", code="invalid_token")

    async def drain(self, seconds: float) -> None:
        """Let the look-ups in flight finish."""
        await self.merge.drain(seconds)

    async def _look_up(self, calls: Sequence[Call[str, Principal | None]]) -> None:
        async with self._runtime.reading() as connection:
            found = await tokens.who_are(connection, {call.item for call in calls})
        for call in calls:
            call.answer(found.get(call.item))


def require_same_origin(request: Request[Any, Any, Any]) -> None:
    """Raise Forbidden where the browser says the request was made by another site's page."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    other_host = origin is not None and urlsplit(origin).netloc != host
    if other_host if site is None else site not in ("same-origin", "none"):
        raise Forbidden("This request came from another site.", code="cross_site")


def require_csrf(request: Request[Any, Any, Any], sent: str) -> None:
    """Raise Forbidden unless `sent` is the token our own pages carry for this sign-in."""
    expected = sign_in.csrf_token(cookie_token(request) or "")
    if not hmac.compare_digest(sign_in.unmasked(sent).encode(), expected.encode()):
        raise Forbidden("This form is out of date. Load the page again.", code="csrf")
