"""A form of an admin's page: do what it asks for in one transaction, and say on that page what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response

from placet.customers import access
from placet.db.engine import Connection
from placet.errors import Conflict, Invalid, PlacetError
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.surroundings import runtime_and_caller


async def do(
    request: Request[Any, Any, Any],
    place: str,
    act: str,
    work: Callable[[Connection, Principal], Awaitable[str]],
    *,
    refusals: tuple[type[PlacetError], ...] = (Invalid, Conflict),
) -> Response[bytes]:
    """Go back to `place` with the sentence that `work` answers, or with the refusal. `act` completes "Only an admin may …"."""
    runtime, who = runtime_and_caller(request)
    await forms.read_form(request)
    access.check_admin(who, act)
    try:
        said = views.Notice(sentence=await runtime.transact(lambda connection: work(connection, who)))
    except refusals as error:
        said = views.Notice(sentence=f"Nothing was changed. {error.sentence}", tone="refused")
    return forms.go(place, said)
