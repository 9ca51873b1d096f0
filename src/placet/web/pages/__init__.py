"""The web door's handlers: each reads a page's data through the verbs, or takes a form and calls one."""

from __future__ import annotations

from litestar import Router

from placet.web.pages import api_docs, customers, deciding, overview, proposals, signing_in, sources
from placet.web.pages.surroundings import answer_error
from placet.web.static_files import static_files

__all__ = ["answer_error", "handlers"]

pages = Router(
    path="/",
    route_handlers=[
        *signing_in.handlers,
        *proposals.handlers,
        *customers.handlers,
        *overview.handlers,
        *sources.handlers,
        *deciding.handlers,
        *api_docs.handlers,
    ],
)
handlers = (pages, static_files)
