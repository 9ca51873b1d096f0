"""What every page has around it, the answer a page is sent as, and the pages for what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from placet.api import problems
from placet.api.auth import principal_of, runtime_of
from placet.api.feed import Feed
from placet.artifacts import inbox
from placet.customers import records
from placet.db import json
from placet.db.engine import Connection
from placet.errors import Forbidden, Invalid, NotFound, NotSignedIn, PlacetError
from placet.identity.principal import Principal
from placet.web import render, times
from placet.web.pages import forms
from placet.web.pages.document import Document
from placet.web.views import Customer, ErrorPage, Lately, Link, Page, Person, Shell, Span

Part = Literal["inbox", "customers", "read", "insights", "admin", "settings", ""]
LATELY = 6  # customers in the side bar
PAGE = 50  # rows of a list
ZONE = "placet-zone"  # the cookie
_PLACES = ("cursor", "before", "first")  # members of the query that say where a page of a list starts
_OPENS = ("open", "do")  # members of the query that open a card
_SELECTS = "sel"  # and the one that says which rows are selected
_FORGED = {  # what the page of a refused form says above and below the sentence
    "csrf": ("Out of date", "Nothing was changed. Go back, load that page again and send it once more."),
    "cross_site": ("Sent from elsewhere", "Nothing was changed. Open Placet itself and do it there."),
}


async def shell(
    request: Request[Any, Any, Any], connection: Connection, current: Part = "", counts: dict[str, int] | None = None
) -> Shell:
    """What surrounds a page for who is signed in. `counts`: what they have to decide by customer, where it is known."""
    runtime, who = runtime_and_caller(request)
    if counts is None:
        counts = await inbox.pending_counts(connection, who, to_decide=True, dual=runtime.schema.of_policy("dual"))
    return Shell(
        user=Person(id=who.id, name=who.name, role=who.type),
        csrf=forms.csrf(request),
        here=here(request),
        now=datetime.now(UTC),
        zone=zone(request),
        current=current,
        pending=sum(counts.values()),
        lately=await _lately(connection, who, counts),
        may_read=who.type in ("rm", "admin"),
        notice=forms.take_notice(request),
        place=str(request.state.place),
        selected=frozenset(request.query_params.get(_SELECTS, "").split(".")),
    )


def zone(request: Request[Any, Any, Any]) -> str:
    """The zone of the reader's browser, as a script of the page before told it (boot.js); UTC where none did."""
    return times.known(request.cookies.get(ZONE))


def here(request: Request[Any, Any, Any]) -> str:
    """The path and query of this page without what opens a card."""
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in query if name not in _OPENS]
    path = quote(request.scope["path"])
    return f"{path}?{urlencode(kept)}" if kept else path


def span(
    request: Request[Any, Any, Any], first: int, count: int, onward: dict[str, str] | None, total: int | None = None
) -> Span | None:
    """Which rows of a list these are; `onward` are the members of the query that lead to the next ones, None at the end.

    Keyset pages only go on: from the third page the way back leads to the first.
    """
    if count == 0 or (first == 1 and onward is None):
        return None
    path = quote(request.scope["path"])
    kept = {name: value for name, value in request.query_params.items() if name not in (*_OPENS, *_PLACES)}
    last = first + count - 1
    newer = f"{path}?{urlencode(kept)}" if kept else path
    return Span(
        first=first,
        last=last,
        total=total,
        older=f"{path}?{urlencode({**kept, **onward, 'first': last + 1})}" if onward is not None else None,
        newer=newer if first > 1 else None,
        start=first > PAGE + 1,
    )


def html(view: Page, status: int = 200) -> Response[bytes]:
    """A page as a response; a notice it showed is forgotten."""
    shown = view.shell is not None and view.shell.notice is not None
    return Document(
        render.page(view).encode(),
        status_code=status,
        media_type="text/html; charset=utf-8",
        cookies=[forms.forget_notice()] if shown else [],
    )


def with_retry(response: Response[bytes], error: PlacetError | None) -> Response[bytes]:
    """The page, with when to try again in its head where that is what the error says."""
    if error is not None and error.status in (429, 503):
        response.headers["retry-after"] = str(error.members.get("retry_after", 2))
    return response


async def for_people(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """The guard of the pages behind the sign-in: a person who signed in, at an address that can be something's.

    It takes the page's place in the trail: before anything is read, so that what is committed meanwhile arrives by the stream,
    and before the handler holds a connection, since pages that hold all there are would wait for one more for ever.
    """
    principal_of(connection)
    if "authorization" in connection.headers:
        raise Forbidden("Pages are for people who sign in. A token works with the API only.", code="token_on_a_page")
    try:
        json.require_storable(list(connection.path_params.values()))
    except Invalid:
        raise NotFound("There is nothing at this address.") from None
    connection.state.place = await runtime_of(connection).part(Feed).position()


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A problem document for programs; a page for people, who are sent to sign in where that is what is missing."""
    path = request.scope["path"]
    wants_page = "text/html" in request.headers.get("accept", "")
    if path.startswith(("/api/", "/static/")) or not wants_page:
        return problems.answer(request, error)
    found = problems.understood(error)
    if isinstance(found, NotSignedIn):
        return forms.go(f"/sign-in?{urlencode({'next': here(request)})}" if request.method == "GET" else "/sign-in")
    if found.status >= 500:
        problems.answer(request, error)  # logs it
    headline, hint = _FORGED.get(found.code, (None, None))
    around = _bare_shell(request)
    view = ErrorPage(
        shell=around,
        link=way_on(found.status, here(request) if request.method == "GET" else None, signed_in=around is not None),
        status=found.status,
        sentence=render.sentence(found.sentence),
        headline=headline,
        hint=hint,
    )
    response = html(view, found.status)
    response.headers.update(problems.headers(found))
    return response


def way_on(status: int, address: str | None, *, signed_in: bool) -> Link | None:
    """Where the page of an error leads, beside the inbox: to the same page again where that may help, else to the customers.

    `address` is what was asked for by GET; None for a form, which is not to be sent again by a link.
    """
    if status in (429, 500, 502, 503):
        return Link(label="Try again", href=address) if address is not None else None
    return Link(label="Customers", href="/customers") if status == 404 and signed_in else None


def _bare_shell(request: Request[Any, Any, Any]) -> Shell | None:
    """What surrounds the page of an error: nothing is read for it, since reading may be what failed."""
    who: Principal | None = request.scope["state"].get("principal")
    if who is None or who.is_agent:
        return None
    return Shell(
        user=Person(id=who.id, name=who.name, role=who.type),
        csrf=forms.csrf(request),
        here="/",
        now=datetime.now(UTC),
        zone=zone(request),
        may_read=who.type in ("rm", "admin"),
    )


async def _lately(connection: Connection, who: Principal, counts: dict[str, int]) -> tuple[Lately, ...]:
    """The customers with the most waiting, then others by name."""
    found = await records.most(connection, who, counts, LATELY)
    return tuple(
        Lately(customer=Customer(id=id_, name=name), pending=counts.get(id_, 0)) for id_, name in found.items()
    )


def runtime_and_caller(request: Request[Any, Any, Any]) -> tuple[Any, Principal]:
    """What nearly every page starts with."""
    return runtime_of(request), principal_of(request)
