"""A note: a summary that is kept on the customer's page once it is approved, with tags to find it by."""

from __future__ import annotations

from typing import Any

import msgspec

from placet.artifacts.artifact_type import ArtifactType, Evidenced
from placet.artifacts.card import Kept
from placet.artifacts.members import member
from placet.customers.schema import ProfileSchema


class NotePayload(Evidenced, forbid_unknown_fields=True, kw_only=True):
    """The text, a title if it has one, and tags."""

    text: str
    title: str | None = None
    tags: list[str] = msgspec.field(default_factory=list)


class NoteType(ArtifactType):
    """Words worth keeping."""

    name, label = "note", "Note"
    Payload = NotePayload
    members = (
        member("title", "Title", max=200),
        member("text", "Text", "longtext", max=20_000),
        member("tags", "Tags", "list", items="text", max=40),
    )

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """The title, or that it is a note."""
        return " ".join((payload.get("title") or "").split())[:200] or "Note"

    def kept(self, value: dict[str, Any]) -> Kept:
        """The note itself."""
        return Kept(
            section="notes",
            label=value.get("title") or "Note",
            text=value["text"],
            tags=tuple(value.get("tags") or ()),
        )


note = NoteType()
