"""The web door's handlers: each reads a page's data through the verbs, or takes a form and calls one."""

from __future__ import annotations

from litestar import Router

from placet.web.pages import (
    admin,
    api_docs,
    beside,
    company,
    custody,
    customers,
    deciding,
    deliveries,
    doing,
    insights,
    lists,
    marking,
    notifications,
    overview,
    own,
    profiles,
    proposals,
    proving,
    schema_fields,
    session,
    settings,
    signing_in,
    sources,
    standing,
    styleguide,
    teams,
    tokens,
    unsaved,
)
from placet.web.pages.surroundings import answer_error, for_people
from placet.web.static_files import static_files

__all__ = ["answer_error", "handlers"]

behind_the_sign_in = Router(
    path="/",
    guards=[for_people],
    route_handlers=[
        *lists.handlers,
        *proposals.handlers,
        *proving.handlers,
        *beside.handlers,
        *customers.handlers,
        *overview.handlers,
        *sources.handlers,
        *deciding.handlers,
        *marking.handlers,
        *doing.handlers,
        *standing.handlers,
        *notifications.handlers,
        *own.handlers,
        *insights.handlers,
        *profiles.handlers,
        *session.handlers,
        *settings.handlers,
        *admin.handlers,
        *tokens.handlers,
        *custody.handlers,
        *teams.handlers,
        *schema_fields.handlers,
        *deliveries.handlers,
        *unsaved.handlers,
    ],
)
for_anybody = Router(
    path="/", route_handlers=[*signing_in.handlers, *company.handlers, *api_docs.handlers, *styleguide.handlers]
)
handlers = (behind_the_sign_in, for_anybody, static_files)
