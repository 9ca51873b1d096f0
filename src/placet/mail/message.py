"""Make a mail: plain text, UTF-8, with headers that only ever hold what they were given. Addresses are RFC 5322's, one each.

Whatever an agent wrote is hostile: a line break in a subject or a name would be a header of its own, so none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import msgspec

from placet.customers import fields
from placet.customers.schema import Field
from placet.errors import InvalidValue

MOST_RECIPIENTS = 50
_NAMED = re.compile(r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<name>[^"<>@,;:]*))\s*<(?P<named>[^<>]+)>|(?P<bare>[^<>"]+)')
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ADDRESS = Field(key="address", label="An address", section="", type="email")


class Mail(msgspec.Struct, kw_only=True, frozen=True):
    """One mail to be sent. `message_id` stays the same however often it is tried; `references` are the thread before it."""

    sender: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    message_id: str
    at: datetime
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    references: tuple[str, ...] = ()
    automatic: bool = False  # nobody wrote it, so nothing should answer it


def address(text: str, name: str = "", *, member: str | None = None) -> Address:
    """An address from `ana@example.com` or `"Ana Lopes" <ana@example.com>`; InvalidValue where it is none, or several."""
    found = None if _UNSAFE.search(text) else _NAMED.fullmatch(text.strip())
    if found is None:
        raise _refused(text, member)
    bare = (found["named"] or found["bare"]).strip()
    quoted = re.sub(r"\\(.)", r"\1", found["quoted"]) if found["quoted"] is not None else found["name"] or ""
    try:
        local, _, domain = fields.canonical(_ADDRESS, bare).rpartition("@")
        ascii_domain = domain.encode("idna").decode()
        local.encode("ascii")
    except (InvalidValue, UnicodeError):
        raise _refused(text, member) from None
    return Address(_one_line(quoted.strip() or name), local, ascii_domain)


def check_recipients(texts: Sequence[str], member: str) -> None:
    """Raise InvalidValue, naming the payload's member, unless each is an address and there are not too many."""
    if len(texts) > MOST_RECIPIENTS:
        raise InvalidValue(f"A mail goes to at most {MOST_RECIPIENTS} people.", field=member)
    for text in texts:
        address(text, member=member)


def build(mail: Mail) -> EmailMessage:
    """The message as it is sent."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = mail.sender
    message["To"] = list(mail.to)
    if mail.cc:
        message["Cc"] = list(mail.cc)
    if mail.reply_to is not None:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    if mail.references:
        message["In-Reply-To"] = mail.references[-1]
        message["References"] = " ".join(mail.references)
    if mail.automatic:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        mail.text.replace("\r\n", "\n") + "\n", subtype="plain", charset="utf-8", cte="quoted-printable"
    )
    return message


def message_id(local: str, sender: Address) -> str:
    """The Message-ID of what goes by that id here."""
    return f"<{local}@{sender.domain}>"


def _one_line(text: str) -> str:
    return " ".join(_UNSAFE.sub(" ", text).split())


def _refused(text: str, member: str | None) -> InvalidValue:
    shown = " ".join(text.split())[:60]
    sentence = (
        f'{shown!r} is no address a mail can go to; one is written ana@example.com, or "Ana Lopes" <ana@example.com>.'
    )
    return InvalidValue(sentence, code="invalid_address", **({"field": member} if member is not None else {}))
