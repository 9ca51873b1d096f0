"""What every route of the API asks before its handler runs, whatever the handler: who is there, and nothing unforeseen."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from placet.api import spec
from placet.api.auth import principal_of
from placet.api.reading import NoQuery, read_query
from placet.db import json


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every controller. What is public is let through; else NotSignedIn without credentials, Invalid for an
    id that cannot be anybody's and for a query where none is taken (a handler that takes one reads it itself).
    """
    about: spec.Described | None = handler.opt.get(spec.KEY)
    if about is None or about.public:
        return
    principal_of(connection)
    for name, value in connection.path_params.items():
        json.require_text(value, name)
    if about.query is None:
        read_query(connection, NoQuery)
