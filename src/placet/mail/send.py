"""Hand a mail to the SMTP server of PLACET_SMTP_URL. Nothing is tried twice here; who calls it knows when to come back."""

from __future__ import annotations

from email.headerregistry import Address
from urllib.parse import unquote, urlsplit

import msgspec

from placet.errors import Invalid
from placet.mail.message import Mail, address, build
from placet.settings import Settings, is_loopback

TIMEOUT_S = 15.0


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """The server mails are handed to, and the address they come from. `tls` is `implicit`, `starttls` or `none`."""

    host: str
    port: int
    tls: str
    username: str | None = None
    password: str | None = None
    sender: Address


class NotSent(Exception):
    """A mail was not taken. `permanent`: trying the same again is of no use; `code` is the server's answer, if it gave one."""

    def __init__(self, sentence: str, *, permanent: bool, code: int | None = None) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.code = code


def mail_server(settings: Settings) -> MailServer | None:
    """The server of the settings, None where there is none; Invalid where PLACET_SMTP_URL or PLACET_MAIL_FROM cannot be read.

    `smtps://` is TLS from the first byte; `smtp://` turns it on (STARTTLS) unless the server is this machine.
    """
    if settings.smtp_url is None:
        return None
    try:
        parts = urlsplit(settings.smtp_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme not in ("smtp", "smtps"):
        raise Invalid(
            "PLACET_SMTP_URL is written smtps://user:password@mail.example:465 or smtp://mail.example:587.",
            code="invalid_setting",
        )
    if settings.mail_from is None:
        raise Invalid("PLACET_MAIL_FROM is missing: it says from which address mails come.", code="invalid_setting")
    try:
        sender = address(settings.mail_from, "Placet")
    except Invalid as error:
        raise Invalid(f"PLACET_MAIL_FROM does not fit: {error.sentence}", code="invalid_setting") from None
    implicit = parts.scheme == "smtps"
    return MailServer(
        host=host,
        port=port or (465 if implicit else 587),
        tls="implicit" if implicit else "none" if is_loopback(settings.smtp_url) else "starttls",
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sender=sender,
    )


async def greet(server: MailServer) -> None:
    """Connect, sign in, and leave; raises NotSent where that does not work."""
    import aiosmtplib

    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls == "implicit",
        start_tls=server.tls == "starttls",
        timeout=TIMEOUT_S,
    )
    try:
        async with client:
            await client.noop()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise NotSent(f"The mail server was not reached: {_short(str(error))}.", permanent=False) from None


async def send(server: MailServer, mail: Mail) -> str:
    """Hand it over; a sentence of who got it. Raises NotSent where the server took it for nobody."""
    import aiosmtplib

    message = build(mail)
    everybody = [f"{each.username}@{each.domain}" for each in (*mail.to, *mail.cc)]
    try:
        refused, said = await aiosmtplib.send(
            message,
            sender=f"{mail.sender.username}@{mail.sender.domain}",
            recipients=everybody,
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            timeout=TIMEOUT_S,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [each.code for each in error.recipients]
        who = ", ".join(f"{each.recipient}: {each.code} {_short(each.message)}" for each in error.recipients)
        raise NotSent(f"Nobody it goes to was taken: {who}.", permanent=min(codes) >= 500, code=codes[0]) from None
    except aiosmtplib.SMTPAuthenticationError as error:
        raise NotSent(
            f"The mail server does not let Placet in: {error.code}.", permanent=False, code=error.code
        ) from None
    except aiosmtplib.SMTPResponseException as error:
        said_so = f"The mail server said {error.code} {_short(error.message)}."
        raise NotSent(said_so, permanent=error.code >= 500, code=error.code) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise NotSent(f"The mail server was not reached: {_short(str(error))}.", permanent=False) from None
    taken = [each for each in everybody if each not in refused]
    sentence = f"Sent to {', '.join(taken)}: {_short(said)}."
    if refused:  # the others have it: trying again would give it to them twice
        sentence += f" Not taken for {', '.join(f'{who} ({answer.code})' for who, answer in refused.items())}."
    return sentence


def _short(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".") or "nothing"
