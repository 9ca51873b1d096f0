"""An e-mail draft: read and changed by a person before it is sent. Approved, `email.send` sends it; a thread holds together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from placet.artifacts.artifact_type import ArtifactType, Evidenced
from placet.artifacts.members import member
from placet.customers.schema import ProfileSchema
from placet.errors import InvalidValue
from placet.mail.message import check_recipients


class EmailDraftPayload(Evidenced, forbid_unknown_fields=True, kw_only=True):
    """To whom (addresses, perhaps with names), the subject, the text; `in_reply_to` is an earlier draft's id."""

    to: list[str]
    subject: str
    body: str
    cc: list[str] = msgspec.field(default_factory=list)
    in_reply_to: str | None = None


class EmailDraft(ArtifactType):
    """A mail to be sent."""

    name, label = "email_draft", "E-mail"
    Payload = EmailDraftPayload
    members = (
        member(
            "to",
            "To",
            "list",
            items="text",
            max=320,
            description='One a line: ana@example.com, or "Ana Lopes" <ana@example.com>',
        ),
        member("cc", "Copy to", "list", items="text", max=320, description="One a line"),
        member("subject", "Subject", max=200),
        member("body", "Text", "longtext", max=50_000),
    )
    trigger = "email.send"
    in_bulk = False  # what is sent in somebody's name, they have read

    def follows(self, payload: Mapping[str, Any]) -> str | None:
        """The mail it answers."""
        return payload.get("in_reply_to")

    def check(self, payload: dict[str, Any], schema: ProfileSchema) -> None:
        """Everybody it goes to must have an address, and nothing in it may become a header of its own."""
        super().check(payload, schema)
        if not payload["to"]:
            raise InvalidValue("To is needed.", field="to")
        check_recipients(payload["to"], "to")
        check_recipients(payload.get("cc") or [], "cc")

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """The subject."""
        return " ".join(payload["subject"].split())[:200] or "E-mail"


email_draft = EmailDraft()
