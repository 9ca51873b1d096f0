"""The proof on an artifact's page: checked when the page is made, drawn, and given as a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from placet.artifacts import inbox, reveal
from placet.audit import fold, keys, merkle, proof, proof_file
from placet.audit.proof import Examined, Findings
from placet.db.engine import Connection
from placet.errors import Forbidden
from placet.runtime import Runtime
from placet.web import views
from placet.web.pages.surroundings import runtime_and_caller
from placet.web.render import segment

_LATE = timedelta(seconds=30)  # an event that has waited so long waits for somebody who is not there
_MIDDLE, _SPREAD, _NARROW = 140, 64, 36  # of the drawing, 280 wide
_TOP, _STEP = 14, 30


async def seal_of(connection: Connection, runtime: Runtime, artifact_id: str) -> views.Seal:
    """How the artifact's events stand to the newest checkpoint."""
    found = await proof.of_artifact(connection, keys.believed(runtime.settings), artifact_id)
    differs = await fold.of_artifact(connection, artifact_id)
    common: dict[str, Any] = {
        "events": len(found.events),
        "waiting": len(found.waiting),
        "differs": differs,
        "broken": tuple(event.seq for event in found.broken),
    }
    if found.kept is not None and found.said is not None:
        common |= {"at": found.kept.at, "size": found.said.size, "root": found.said.root.hex()}
    if found.signed is not None:
        common |= {"signed_by": found.signed.key.name, "key_id": found.signed.key.id.hex()}
    state: views.Sealed = "broken" if differs is not None else _state(found)
    if state != "verified" or found.signed is None:
        return views.Seal(state=state, **common)
    name = f"proof-{artifact_id}.json"
    return views.Seal(
        state=state,
        file=f"/artifacts/{segment(artifact_id)}/proof",
        command=f"placet audit check {name} --key {found.signed.key.text}",
        way=way(found.events[-1], found.signed.checkpoint.size),
        **common,
    )


def _state(found: Findings) -> views.Sealed:
    if found.broken:
        return "broken"
    if found.kept is not None and found.signed is None:
        return "unknown"
    if not found.waiting:
        return "verified" if found.events else "unknown"
    oldest = min(event.row["at"] for event in found.waiting)
    return "late" if datetime.now(UTC) - oldest > _LATE else "waiting"


def way(event: Examined, size: int) -> views.Way:
    """Draw the way from an event to the root: its first step and its last, and a dashed line for what is between them."""
    rights = sides(event.index or 0, size)
    strokes: list[views.Stroke] = []
    knots = [views.Knot(x=_MIDDLE, y=_TOP, ink=True)]
    x, y = _MIDDLE, _TOP
    drawn = rights if len(rights) <= 2 else [rights[0], rights[-1]]
    for level, right in enumerate(drawn):
        if level and len(rights) > 2:  # the parent of the event, with what is left out above it
            strokes.append(views.Stroke(x1=x, y1=y, x2=x, y2=y + _STEP, ink=True, skips=True))
            y += _STEP
            knots.append(views.Knot(x=x, y=y, ink=True))
        reach = _NARROW if level else _SPREAD
        for side, ink in ((-reach, not right), (reach, right)):
            strokes.append(views.Stroke(x1=x, y1=y, x2=x + side, y2=y + _STEP, ink=ink))
            knots.append(views.Knot(x=x + side, y=y + _STEP, ink=ink))
        x, y = x + (reach if right else -reach), y + _STEP
    strokes.sort(key=lambda stroke: stroke.ink)  # what matters lies on top
    hidden = max(len(rights) - 2, 0)
    return views.Way(
        number=event.seq,
        steps=len(event.path),
        hidden=hidden,
        height=y + 24,
        strokes=tuple(strokes),
        knots=tuple(knots),
    )


def sides(index: int, size: int) -> list[bool]:
    """From the root down to a leaf: whether the way goes to the right, where an RFC 6962 tree parts."""
    found = []
    while size > 1:
        left = merkle.split(size)
        found.append(index >= left)
        index, size = (index - left, size - left) if index >= left else (index, left)
    return found


@get("/artifacts/{artifact_id:str}/proof")
async def proof_of(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """The proof of an artifact's events, as a file that can be checked anywhere."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        artifact = await inbox.get_artifact(connection, who, artifact_id)
        if await reveal.unseen(connection, who, [artifact], runtime.schema):
            raise Forbidden("The proof holds its value, which is restricted. Reveal it first.", code="not_revealed")
        found = await proof.of_artifact(connection, keys.believed(runtime.settings), artifact.id)
    disposition = f'attachment; filename="proof-{artifact.id}.json"'
    return Response(
        proof_file.write(found.file()), media_type="application/json", headers={"content-disposition": disposition}
    )


handlers = (proof_of,)
