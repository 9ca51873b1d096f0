"""What approved artifacts leave on their customer: facts outside the profile schema, and notes. Read from the artifacts
themselves, which are never changed, so there is no second place to keep in step.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from placet.artifacts import inbox
from placet.artifacts.artifact import from_row
from placet.artifacts.artifact_type import ArtifactType, artifact_type, artifact_types
from placet.artifacts.card import Kept
from placet.db.engine import Connection
from placet.identity.principal import Principal

MOST = 500  # approved artifacts looked at, newest first


class KeptItem(msgspec.Struct, frozen=True, kw_only=True):
    """A fact or a note, and the artifact it comes from: approved when and by whom."""

    kept: Kept
    artifact_id: str
    artifact_type: str
    at: datetime
    by: str | None


async def of_customer(connection: Connection, who: Principal, customer_id: str) -> list[KeptItem]:
    """What is kept on a customer, newest first; NotFound where the customer is not there for this caller."""
    await inbox.require_customer(connection, who, customer_id)
    keeping = [name for name, kind in artifact_types().items() if type(kind).kept is not ArtifactType.kept]
    rows = await connection.fetch(
        f"{inbox.SQL['columns']} where a.customer_id = $1 and a.artifact_type = any ($2::text[])"
        " and a.status in ('accepted', 'edited') order by a.decided_at desc, a.seq desc limit $3",
        customer_id,
        keeping,
        MOST,
    )
    found: list[KeptItem] = []
    keys = set()
    for artifact in (from_row(row) for row in rows):
        kept = artifact_type(artifact.artifact_type).kept(artifact.decided_payload)
        if kept is None or (kept.key is not None and (kept.section, kept.key) in keys):
            continue
        keys.add((kept.section, kept.key))
        if kept.text is not None and artifact.decided_at is not None:
            found.append(
                KeptItem(
                    kept=kept,
                    artifact_id=artifact.id,
                    artifact_type=artifact.artifact_type,
                    at=artifact.decided_at,
                    by=artifact.decided_by_name,
                )
            )
    return found
