"""Settings at a glance, what is chosen for this browser included, and one's own password. And an artifact as a file."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.auth import address_of, cookie_token
from placet.api.customers import event_wire
from placet.artifacts import inbox, reveal
from placet.artifacts.artifact_type import to_wire
from placet.audit import timeline
from placet.errors import Conflict, Invalid, TooMany
from placet.identity import own_password, users
from placet.notifications.choice import CHOICES, chosen
from placet.web import views
from placet.web.pages import forms, standing
from placet.web.pages.surroundings import html, runtime_and_caller, shell, with_retry
from placet.web.render import HIDDEN

PLACE = "/settings"
MOST_EVENTS = 1000
_SHOWN = 5  # delegations


@get(PLACE)
async def show_settings(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Theme, keys, who stands in, mails, password and sign-ins."""
    return await _page(request)


@post(PLACE + "/password", status_code=303)
async def change_password(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take the form for another password; this sign-in goes on, the person's others end."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    new = forms.one(form, "new")
    if new != forms.one(form, "again"):
        return await _page(request, {"again": "This is not the same as the new password."}, 422)
    try:
        async with runtime.reading() as connection:
            await own_password.change(
                connection,
                who,
                current=forms.one(form, "current"),
                new=new,
                address=address_of(request),
                keep=cookie_token(request),
            )
    except (Invalid, Conflict, TooMany) as error:
        where = "new" if error.code == "invalid_password" else "current"
        return with_retry(await _page(request, {where: error.sentence}, error.status), error)
    return forms.go(PLACE, views.Notice(sentence="Your password is changed. Your other sign-ins have ended."))


async def _page(
    request: Request[Any, Any, Any], errors: dict[str, str] | None = None, status: int = 200
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        live = [row for row in await standing.rows(connection, who) if row.state != "ended"]
        view = views.SettingsPage(
            shell=await shell(request, connection, "settings"),
            standing=tuple(live[:_SHOWN]),
            more=max(len(live) - _SHOWN, 0),
            mail_choice=CHOICES[await chosen(connection, who)],
            mail=runtime.settings.smtp_url is not None,
            email=(await users.get(connection, who.id)).email,
            kept=await own_password.kept(connection, who),
            errors=errors or {},
        )
    return html(view, status)


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


handlers = (show_settings, change_password, export)
