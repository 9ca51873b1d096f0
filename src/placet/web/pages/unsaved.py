"""What became of decisions that no page waited for: a script asks, and says on the next page which were not saved."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get

from placet.api.answers import ok
from placet.api.reading import read_query
from placet.artifacts import inbox
from placet.artifacts.artifact_type import to_wire
from placet.web.pages.surroundings import runtime_and_caller
from placet.web.render import shown


class UnsavedQuery(msgspec.Struct, kw_only=True):
    """Ids of artifacts, with dots between them; more than a page of them are not looked at."""

    ids: str = ""


class Waiting(msgspec.Struct):
    """One that still waits for the caller's decision: what it is, as HTML with what could not be seen marked."""

    id: str
    shown: str


@get("/unsaved")
async def show_unsaved(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Which of these still wait for a decision that is the caller's to make."""
    runtime, who = runtime_and_caller(request)
    asked = tuple(read_query(request, UnsavedQuery).ids.split("."))[: inbox.MAX_LIMIT]
    async with runtime.reading() as connection:
        filters = inbox.Filters(status="pending", ids=asked)
        page = await inbox.list_artifacts(connection, who, filters, limit=inbox.MAX_LIMIT)
    found = [(artifact, to_wire(artifact, who, runtime.schema)) for artifact in page.artifacts]
    return ok([Waiting(a.id, str(shown(f"{wire.title} of {a.customer_name}"))) for a, wire in found if wire.allowed])


handlers = (show_unsaved,)
