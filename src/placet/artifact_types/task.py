"""A task: something the RM should do, perhaps by a day. Approved, it becomes a calendar file; later it is finished."""

from __future__ import annotations

from datetime import date
from typing import Any

from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import ArtifactType, Evidenced
from placet.artifacts.card import Action, File
from placet.artifacts.members import member
from placet.customers.schema import ProfileSchema
from placet.triggers.calendar import MEDIA_TYPE, Task, calendar_file

FILE = "task.ics"


class TaskPayload(Evidenced, forbid_unknown_fields=True, kw_only=True):
    """What is to be done, the day it is due if there is one, and more about it."""

    title: str
    due: str | None = None
    details: str | None = None


class TaskType(ArtifactType):
    """Something to do for a customer."""

    name, label = "task", "Task"
    Payload = TaskPayload
    members = (
        member("title", "Task", max=200),
        member("due", "Due", "date"),
        member("details", "Details", "longtext", max=4000),
    )
    actions = (Action(name="finish", label="Mark as finished", done="finished"),)
    trigger = "task.create"

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """What is to be done."""
        return one_line(payload["title"])

    def files(self, artifact: Artifact) -> tuple[File, ...]:
        """The calendar file, once it is approved."""
        return (File(name=FILE, media_type=MEDIA_TYPE, label="Calendar file"),) if artifact.approved else ()

    async def file(self, artifact: Artifact, name: str) -> bytes:
        """The task as a calendar file, always the same for one decision."""
        if name != FILE or artifact.decided_at is None:
            return await super().file(artifact, name)
        said = artifact.decided_payload
        return calendar_file(
            Task(
                id=artifact.id,
                title=said["title"],
                due=date.fromisoformat(said["due"]) if said.get("due") else None,
                details=said.get("details"),
                customer=artifact.customer_name,
                at=artifact.decided_at,
            )
        )


def one_line(text: str) -> str:
    """A title as one line."""
    return " ".join(text.split())[:200] or "Task"


task = TaskType()
