"""An undo as the trail tells it: its events say what they were for, which those of any other artifact do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.audit.timeline import Line
from placet.db.engine import Connection
from placet.identity.principal import Principal
from placet.web import views
from placet.web.render import segment

Told: TypeAlias = (
    "tuple[str, Literal['proposed', 'decided'], str]"  # words before the field, the kind of its value, words after
)

UNDOING: dict[str, Told] = {  # what an act is called here
    "undone": (" undid ", "decided", " again"),
    "undo_proposed": (" proposed to undo ", "proposed", ""),
    "taken_back": (" took back the rejection of ", "proposed", ""),
}


async def retold(connection: Connection, lines: Sequence[Line], *, whole: bool = False) -> list[Line]:
    """The events, those of an undo by the names above; one that was made and accepted by one person is one event unless the
    `whole` trail is wanted.
    """
    concerned = {line.artifact_id for line in lines if line.artifact_id and line.body.get("reverts")}
    counters = (await inbox.undone(connection, concerned)).entries
    told = [_renamed(line, counters) if line.artifact_id in concerned else line for line in lines]
    done = {(line.artifact_id, line.actor_id) for line in told if line.act == "undone" and not whole}
    return [line for line in told if line.act != "undo_proposed" or (line.artifact_id, line.actor_id) not in done]


def _renamed(line: Line, counters: frozenset[str]) -> Line:
    of_approval = line.artifact_id in counters
    act = {
        "proposed": "undo_proposed" if of_approval else "taken_back",
        "accepted": "undone" if of_approval else "accepted",
    }.get(line.act)
    kind = line.kind.rpartition(".")[0]
    return msgspec.structs.replace(line, kind=f"{kind}.{act}") if act is not None else line


def undone_by(entry: Artifact, who: Principal) -> views.Happening:
    """The entry that undid an artifact, by whoever made it."""
    by = "You" if entry.created_by_id == who.id else entry.created_by_name
    bits = (
        views.Bit(text=by, kind="strong"),
        views.Bit(text=" undid this with "),
        views.Bit(text="an entry of its own", href=f"/artifacts/{segment(entry.id)}"),
    )
    return views.Happening(at=entry.created_at, mark="undo-2", sentence=bits)
