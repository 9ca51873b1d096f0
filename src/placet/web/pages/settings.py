"""Settings at a glance, what is chosen for this browser included. And an artifact as a file."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from placet.api.customers import event_wire
from placet.artifacts import inbox, reveal
from placet.artifacts.artifact_type import to_wire
from placet.audit import timeline
from placet.notifications.choice import CHOICES, chosen
from placet.web import views
from placet.web.pages import standing
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.render import HIDDEN

MOST_EVENTS = 1000
_SHOWN = 5  # delegations


@get("/settings")
async def show_settings(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Theme, keys, who stands in, mails and sign-ins."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        live = [row for row in await standing.rows(connection, who) if row.state != "ended"]
        view = views.SettingsPage(
            shell=await shell(request, connection, "settings"),
            standing=tuple(live[:_SHOWN]),
            more=max(len(live) - _SHOWN, 0),
            mail_choice=CHOICES[await chosen(connection, who)],
            mail=runtime.settings.smtp_url is not None,
        )
    return html(view)


@get("/artifacts/{artifact_id:str}/export")
async def export(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """One artifact and its trail as a JSON file, as the API answers them; without values that are hidden on its page."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        artifact = await inbox.get_artifact(connection, who, artifact_id)
        lines = await timeline.of_artifact(connection, artifact_id, limit=MOST_EVENTS)
        unseen = await reveal.unseen(connection, who, [artifact], runtime.schema)
    wires = {"artifact": to_wire(artifact, who, runtime.schema), "events": [event_wire(line) for line in lines]}
    found = msgspec.to_builtins(wires)
    if unseen:
        found = reveal.veiled(found, HIDDEN)
    body = msgspec.json.format(msgspec.json.encode(found), indent=2)
    disposition = f'attachment; filename="artifact-{artifact.id}.json"'
    return Response(body, media_type="application/json", headers={"content-disposition": disposition})


handlers = (show_settings, export)
