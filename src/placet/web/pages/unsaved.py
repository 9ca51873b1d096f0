"""What became of decisions that no page waited for: a script asks, and says on the next page which were not saved."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get

from placet.api.answers import ok
from placet.api.reading import read_query
from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type, to_wire
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.identity.principal import Principal
from placet.web.pages.surroundings import runtime_and_caller
from placet.web.render import segment, shown

_UNDO = "undo:"  # before the id of one whose decision was to be undone


class UnsavedQuery(msgspec.Struct, kw_only=True):
    """Ids of artifacts, with dots between them, as the script remembers them; more than a page of them are not looked at."""

    ids: str = ""


class Waiting(msgspec.Struct):
    """One that still waits for the caller's decision, or to be undone: what it is, as HTML with what could not be seen marked."""

    id: str  # as it was asked for
    href: str
    shown: str


@get("/unsaved")
async def show_unsaved(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Which of these still wait for a decision that is the caller's to make, or are decided and nobody undid it."""
    runtime, who = runtime_and_caller(request)
    asked = tuple(read_query(request, UnsavedQuery).ids.split("."))[: inbox.MAX_LIMIT]
    async with runtime.reading() as connection:
        filters = inbox.Filters(status="pending", ids=asked)
        page = await inbox.list_artifacts(connection, who, filters, limit=inbox.MAX_LIMIT)
        waits = [artifact for artifact in page.artifacts if to_wire(artifact, who, runtime.schema).allowed]
        stands = await _standing(connection, who, runtime.schema, asked)
    told = [*((artifact.id, artifact) for artifact in waits), *((_UNDO + artifact.id, artifact) for artifact in stands)]
    return ok(
        [
            Waiting(
                said, f"/artifacts/{segment(a.id)}", str(shown(f"{_title(a, runtime.schema)} of {a.customer_name}"))
            )
            for said, a in told
        ]
    )


async def _standing(
    connection: Connection, who: Principal, schema: ProfileSchema, asked: tuple[str, ...]
) -> list[Artifact]:
    """Of those to be undone the ones that the caller could undo still, and that no entry undoes, not even one that waits."""
    ids = tuple(each.removeprefix(_UNDO) for each in asked if each.startswith(_UNDO))
    if not ids:
        return []
    page = await inbox.list_artifacts(connection, who, inbox.Filters(ids=ids), limit=inbox.MAX_LIMIT)
    taken_back = {entry.reverts for entry in await inbox.undoing(connection, who, ids)}
    return [
        artifact
        for artifact in page.artifacts
        if artifact.id not in taken_back and "revert" in to_wire(artifact, who, schema).actions
    ]


def _title(artifact: Artifact, schema: ProfileSchema) -> str:
    return artifact_type(artifact.artifact_type).title(artifact.payload, schema)


handlers = (show_unsaved,)
