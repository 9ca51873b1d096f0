"""Threads: artifacts that continue an earlier one of the same type and customer, such as mails that answer each other."""

from __future__ import annotations

from collections.abc import Sequence

from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact, from_row
from placet.artifacts.artifact_type import artifact_type
from placet.artifacts.drafts import Draft
from placet.db.engine import Connection, statements
from placet.errors import InvalidItems

SQL = statements(__package__, "thread.sql")
LONGEST = 50


async def check(connection: Connection, customer_id: str, drafts: Sequence[Draft]) -> None:
    """Raise InvalidItems where a draft continues what is no artifact of its type and customer."""
    wanted = [(draft, draft.type.follows(draft.payload)) for draft in drafts]
    if not any(earlier for _, earlier in wanted):
        return
    ids = [earlier for _, earlier in wanted if earlier is not None]
    rows = await connection.fetch(SQL["kinds"], customer_id, ids)
    there = {(row["id"], row["artifact_type"]) for row in rows}
    bad = [
        {
            "index": draft.index,
            "code": "unknown_thread",
            "error": f"There is no {draft.type.label.lower()} {earlier[:40]!r} of this customer to continue.",
        }
        for draft, earlier in wanted
        if earlier is not None and (earlier, draft.type.name) not in there
    ]
    if bad:
        raise InvalidItems(str(bad[0]["error"]), errors=bad)


async def before(connection: Connection, artifact: Artifact) -> list[Artifact]:
    """The artifacts this one continues, oldest first, at most 50. Who may see it sees them: they are the same customer's."""
    found: list[Artifact] = []
    seen = {artifact.id}
    last = artifact
    while len(found) < LONGEST:
        earlier = artifact_type(last.artifact_type).follows(last.decided_payload)
        if earlier is None or earlier in seen:
            break
        row = await connection.fetchrow(
            f"{inbox.SQL['columns']} where a.id = $1 and a.customer_ref = $2 and a.artifact_type = $3",
            earlier,
            artifact.customer_ref,
            artifact.artifact_type,
        )
        if row is None:
            break
        last = from_row(row)
        seen.add(last.id)
        found.insert(0, last)
    return found
