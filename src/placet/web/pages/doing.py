"""The files of an artifact, and the buttons of its type's own actions."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.about import answer_file
from placet.artifacts.act import act
from placet.artifacts.artifact_type import artifact_type
from placet.errors import Conflict, Forbidden, Invalid
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.surroundings import runtime_and_caller
from placet.web.render import segment


@get("/artifacts/{artifact_id:str}/files/{name:str}")
async def get_file(request: Request[Any, Any, Any], artifact_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file of an artifact: a picture to be looked at, anything else to be saved."""
    return await answer_file(request, artifact_id, name)


@post("/artifacts/{artifact_id:str}/actions/{action:str}", status_code=303)
async def do_action(
    request: Request[Any, Any, Any], artifact_id: FromPath[str], action: FromPath[str]
) -> Response[bytes]:
    """Do what the type of an artifact declares beyond accept, edit and reject."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    back = forms.inside(forms.one(form, "next"), f"/artifacts/{segment(artifact_id)}")
    try:
        found = await runtime.transact(
            lambda connection: act(
                connection, who, artifact_id, action, schema=runtime.schema, reason=forms.one(form, "reason")
            )
        )
    except (Conflict, Invalid, Forbidden) as error:
        return forms.go(back, views.Notice(sentence=f"Nothing was done. {error.sentence}", tone="refused"))
    kind = artifact_type(found.artifact_type)
    word = next(each.done for each in kind.actions if each.name == action)
    return forms.go(back, views.Notice(sentence=f"{kind.title(found.payload, runtime.schema)} is {word}."))


handlers = (get_file, do_action)
