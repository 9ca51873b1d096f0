"""What proposals of a page need beside themselves, read at once; and the form that shows what is restricted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.artifacts import inbox, reveal, sources
from placet.artifacts.artifact import Artifact
from placet.customers import delegations
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.identity.principal import Principal
from placet.web.pages import forms
from placet.web.pages.reader import Beside
from placet.web.pages.surroundings import runtime_and_caller
from placet.web.render import here_with, segment


async def beside(
    connection: Connection,
    who: Principal,
    schema: ProfileSchema,
    artifacts: Collection[Artifact],
    *,
    quotes: bool = True,
) -> Beside:
    """What these proposals need; without `quotes` not what stands around their words."""
    stands_in = who.authority is not None and who.authority.delegations
    return Beside(
        contexts=await sources.contexts(connection, artifacts) if quotes else {},
        lent=await delegations.live_for(connection, who.id) if stands_in else (),
        revealed=await reveal.lately(connection, who, artifacts, schema),
        undone=await _undone(connection, artifacts),
    )


async def over(connection: Connection, *lists: Collection[Artifact]) -> Beside:
    """What a list of those that are over needs."""
    return Beside(undone=await _undone(connection, [artifact for each in lists for artifact in each]))


async def _undone(connection: Connection, artifacts: Collection[Artifact]) -> inbox.Undone:
    return await inbox.undone(connection, [a.id for a in artifacts if not a.pending or a.reverts is not None])


@get("/artifacts/{artifact_id:str}/reveal")
async def back_from_reveal(artifact_id: FromPath[str]) -> Response[bytes]:
    """Where the address of the form is asked for again."""
    return forms.go(f"/artifacts/{segment(artifact_id)}")


@post("/artifacts/{artifact_id:str}/reveal", status_code=303)
async def reveal_one(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """Record who looked, then back to where the proposal stands, which shows it for a while."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    await runtime.transact(lambda connection: reveal.reveal(connection, who, artifact_id, schema=runtime.schema))
    back = forms.inside(forms.one(form, "next"), f"/artifacts/{segment(artifact_id)}")
    return forms.go(here_with(back, open=artifact_id) + f"#a-{segment(artifact_id)}")


handlers = (back_from_reveal, reveal_one)
