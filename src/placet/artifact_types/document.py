"""A document: a Typst source, or data for a template, that becomes a PDF. Approved, `document.render` renders and stores it."""

from __future__ import annotations

from typing import Any

import msgspec

from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import ArtifactType, Evidenced
from placet.artifacts.card import File, Line
from placet.artifacts.members import member
from placet.customers.fields import Control
from placet.customers.schema import ProfileSchema
from placet.documents.render import MAX_SOURCE, render, templates
from placet.triggers.document_render import FILE, source_of


class DocumentPayload(Evidenced, forbid_unknown_fields=True, kw_only=True):
    """A title, and either a Typst `source` or the name of a `template` with the `data` it shows."""

    title: str
    source: str | None = None
    template: str | None = None
    data: dict[str, Any] | None = None


PREVIEW = File(name="preview.png", media_type="image/png", label="First page", inline=True)
PDF = File(name=FILE, media_type="application/pdf", label="PDF")


class Document(ArtifactType):
    """Something to print or send."""

    name, label = "document", "Document"
    Payload = DocumentPayload
    members = (
        member("title", "Title", max=200),
        member("template", "Template", "select", options=[(name, name.capitalize()) for name in templates()]),
        member("data", "Data", "object", description="What the template shows, as JSON"),
        member("source", "Typst source", "longtext", max=MAX_SOURCE),
    )
    trigger = "document.render"
    in_bulk = False

    def check(self, payload: dict[str, Any], schema: ProfileSchema) -> None:
        """One of source and template; that it can be rendered is seen in its preview."""
        super().check(payload, schema)
        source_of(payload)

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """Its title."""
        return " ".join(payload["title"].split())[:200] or "Document"

    def lines(self, value: dict[str, Any], schema: ProfileSchema) -> list[Line]:
        """The title, then what it is made from."""
        made = [Line("Title", value["title"])]
        if value.get("source") is not None:
            return [*made, Line("Typst source", value["source"], "code")]
        data = msgspec.json.format(msgspec.json.encode(value.get("data") or {}), indent=2).decode()
        return [*made, Line("Template", str(value.get("template"))), Line("Data", data, "code")]

    def controls(self, payload: dict[str, Any], schema: ProfileSchema) -> list[Control]:
        """The title, and what it is made from; the other way of making one is left out."""
        left_out = ("template", "data") if payload.get("source") is not None else ("source",)
        return [control for control in super().controls(payload, schema) if control.name not in left_out]

    def files(self, artifact: Artifact) -> tuple[File, ...]:
        """The first page as a picture, and the PDF: of what is proposed, then of what was decided."""
        return (PREVIEW, PDF)

    async def file(self, artifact: Artifact, name: str) -> bytes:
        """One of the two."""
        if name not in (PREVIEW.name, PDF.name):
            return await super().file(artifact, name)
        source = source_of(artifact.decided_payload)
        return await render(
            source, at=artifact.decided_at or artifact.created_at, kind="png" if name == PREVIEW.name else "pdf"
        )


document = Document()
