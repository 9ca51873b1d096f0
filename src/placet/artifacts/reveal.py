"""Restricted values in proposals: hidden on every page until a person asks, which the trail records.

Who asked sees that one proposal for a few minutes, so that the page may ask for itself again while they decide. What was
asked is read from the trail; nothing else remembers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.customers import records
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection, statements
from placet.errors import NotFound
from placet.identity.principal import Principal

SQL = statements(__package__, "reveal.sql")
SHOWN_FOR = timedelta(minutes=10)


def restricted(artifact: Artifact, schema: ProfileSchema) -> bool:
    """Whether what it proposes is shown only to who asks for it."""
    field = schema.field(artifact.field) if artifact.field is not None else None
    return field is not None and field.restricted


async def reveal(connection: Connection, who: Principal, artifact_id: str, *, schema: ProfileSchema) -> Artifact:
    """Record that this person looked at a restricted proposal. NotFound where it is not there for them, or not restricted."""
    artifact = await inbox.get_artifact(connection, who, artifact_id)
    field = schema.field(artifact.field) if artifact.field is not None else None
    if field is None or not field.restricted:
        raise NotFound("Nothing is hidden here.")
    await records.record_look(
        connection,
        who,
        artifact.customer_ref,
        artifact.customer_name,
        field,
        artifact_id=artifact.id,
        batch_id=artifact.batch_id,
    )
    return artifact


async def lately(
    connection: Connection, who: Principal, artifacts: Iterable[Artifact], schema: ProfileSchema
) -> frozenset[str]:
    """The ids of those restricted ones that this person asked to see within the last few minutes."""
    asked = [artifact.id for artifact in artifacts if restricted(artifact, schema)]
    if not asked:
        return frozenset()
    rows = await connection.fetch(SQL["lately"], who.id, asked, SHOWN_FOR)
    return frozenset(row["artifact_id"] for row in rows)


async def unseen(
    connection: Connection, who: Principal, artifacts: Iterable[Artifact], schema: ProfileSchema
) -> frozenset[str]:
    """The ids of those that are restricted and that this person has not asked to see."""
    hidden = [artifact for artifact in artifacts if restricted(artifact, schema)]
    return frozenset(artifact.id for artifact in hidden) - await lately(connection, who, hidden, schema)


_SAYING = frozenset(
    {  # members of an artifact on the wire and of its events that hold a value, or words it was read from
        "proposed_value",
        "previous_value",
        "edited_value",
        "editedValue",
        "source_text",
        "why",
        "current",
        "before",
        "after",
        "proposed",
        "over",
    }
)


def veiled(found: Any, dots: str) -> Any:
    """An artifact or an event as JSON-like data, with `dots` in place of whatever says a value."""
    if isinstance(found, list):
        return [veiled(each, dots) for each in found]
    if not isinstance(found, dict):
        return found
    return {
        name: dots if name in _SAYING and value is not None else veiled(value, dots) for name, value in found.items()
    }
