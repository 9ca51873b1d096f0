"""What every route of the API asks before its handler runs, whatever the handler: who is there, and nothing unforeseen."""

from __future__ import annotations

from typing import Any

from litestar import Request

from placet.api import spec
from placet.api.auth import principal_of
from placet.api.reading import NoQuery, read_query
from placet.db import json


async def admit(request: Request[Any, Any, Any]) -> None:
    """Ask before every handler of the application, so that no new one can forget it. (As a guard it would cost a copy of
    the handler a request.)

    Pages and what is public are let through; else NotSignedIn without credentials, Invalid for an id that cannot be
    anybody's and for a query where none is taken (a handler that takes one reads it itself).
    """
    about: spec.Described | None = request.route_handler.opt.get(spec.KEY)
    if about is None or about.public:
        return
    principal_of(request)
    for name, value in request.path_params.items():
        json.require_text(value, name)
    if about.query is None:
        read_query(request, NoQuery)
