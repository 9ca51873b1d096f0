"""Settings: what is chosen for this browser, and where the rest of one's own is. And an artifact as a file."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from placet.api.customers import event_wire
from placet.artifacts import inbox
from placet.artifacts.artifact_type import to_wire
from placet.audit import timeline
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.views.pages import Page, Shell

MOST_EVENTS = 1000


class SettingsPage(Page, frozen=True, kw_only=True):
    """Theme and keys are the browser's and never sent; the rest is linked."""

    template: ClassVar[str] = "settings.html"
    shell: Shell


@get("/settings")
async def show_settings(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Theme, keys, and the way to delegations and mail."""
    runtime, _ = runtime_and_caller(request)
    async with runtime.reading() as connection:
        around = await shell(request, connection)
    return html(SettingsPage(shell=around))


@get("/artifacts/{artifact_id:str}/export")
async def export(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """One artifact and its trail as a JSON file, as the API answers them."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        artifact = await inbox.get_artifact(connection, who, artifact_id)
        lines = await timeline.of_artifact(connection, artifact_id, limit=MOST_EVENTS)
    found = {"artifact": to_wire(artifact, who, runtime.schema), "events": [event_wire(line) for line in lines]}
    body = msgspec.json.format(msgspec.json.encode(found), indent=2)
    disposition = f'attachment; filename="artifact-{artifact.id}.json"'
    return Response(body, media_type="application/json", headers={"content-disposition": disposition})


handlers = (show_settings, export)
