"""Tell people by mail. Each round notes what is to be told, once, and sends what is due; any number of workers may do so.

A mail names the customer, how many proposals wait and for which fields: no value, no quote, nothing an agent wrote. Its link
opens a page, where a person signs in and decides; opening it does nothing. What was not sent is tried again for a day, under
the same Message-ID.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import structlog

from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact, from_row
from placet.artifacts.artifact_type import artifact_type
from placet.db.engine import Connection, statements
from placet.errors import Invalid
from placet.mail.message import Mail, address, message_id
from placet.mail.send import MailServer, NotSent, mail_server, send
from placet.runtime import Runtime

SQL = statements(__package__, "tell.sql")
DAILY_AT = 7  # o'clock, UTC
MOST_TRIES = 8
AT_A_TIME = 20
LISTED = 12  # customers, or fields, that a mail names
log = structlog.get_logger("placet.notifications")


async def tell(runtime: Runtime, *, now: datetime | None = None) -> int:
    """Note what is to be told and send what is due; how many mails were sent. `now` decides about the daily one only."""
    try:
        server = mail_server(runtime.settings)
    except Invalid as error:
        log.warning("no mail", why=error.sentence)
        return 0
    if server is None:
        return 0
    now = now or datetime.now(UTC)

    async def note(connection: Connection) -> list[Any]:
        await connection.execute(SQL["note_batches"])
        if now.astimezone(UTC).hour >= DAILY_AT:
            await connection.execute(SQL["note_day"], f"day {now.astimezone(UTC):%Y-%m-%d}")
        await connection.execute(SQL["sweep"])
        return list(await connection.fetch(SQL["claim"], AT_A_TIME, MOST_TRIES))

    sent = 0
    for row in await runtime.transact(note):
        sent += await _send(runtime, server, row)
    return sent


async def _send(runtime: Runtime, server: MailServer, row: Any) -> bool:
    """One mail that was claimed; whether it went out."""
    async with runtime.reading() as connection:
        found = await connection.fetch(
            f"{inbox.SQL['columns']} where {_ABOUT}",
            row["user_id"], row["batch_id"], row["customer_id"], row["created_by_id"],
        )  # fmt: skip
    waiting = [from_row(each) for each in found]
    said, done = "nothing to tell", False
    if waiting:
        subject, text = letter(waiting, runtime, row)
        try:
            to = address(row["email"], row["name"])
            mail = Mail(
                sender=server.sender,
                to=(to,),
                subject=subject,
                text=text,
                message_id=message_id(row["id"], server.sender),
                at=row["created_at"],
                automatic=True,
            )
            await send(server, mail)
        except (NotSent, Invalid) as error:
            permanent = isinstance(error, Invalid) or error.permanent
            log.warning("not told", notification=row["id"], why=str(error), again=not permanent)
            if not permanent and row["attempts"] < MOST_TRIES:
                return False
            said = f"given up: {error}"
        else:
            said, done = "sent", True
    await runtime.transact(lambda c: c.execute(SQL["end"], row["id"], row["attempts"], said))
    return done


_ABOUT = """a.status = 'pending' and a.rm_id = $1 and a.created_by_type <> 'rm' and a.customer_id is not null
    and ($2::text is null or (a.batch_id, a.customer_id, a.created_by_id) = ($2, $3, $4))
    order by a.created_at desc, a.seq limit 500"""


def letter(waiting: Sequence[Artifact], runtime: Runtime, row: Any) -> tuple[str, str]:
    """The subject and the text of a mail about some pending artifacts of one person."""
    place = runtime.settings.address
    names = Counter(artifact.customer_name for artifact in waiting)
    if row["batch_id"] is not None:
        [customer] = list(names)[:1]
        things = Counter(_called(artifact, runtime) for artifact in waiting)
        lines = [f"- {thing}{f' ({count})' if count > 1 else ''}" for thing, count in list(things.items())[:LISTED]]
        more = [f"- and {len(things) - LISTED} more"] if len(things) > LISTED else []
        subject = f"{_proposals(len(waiting))} for {customer}"
        link = f"{place}/batches/{quote(row['batch_id'], safe='')}"
        first = f"{_proposals(len(waiting))} for {customer} {_wait(len(waiting))} for your decision:"
    else:
        lines = [f"- {name}: {count}" for name, count in names.most_common(LISTED)]
        more = [f"- and {len(names) - LISTED} more customers"] if len(names) > LISTED else []
        subject = f"{_proposals(len(waiting))} {_wait(len(waiting))} for you"
        link = f"{place}/inbox"
        first = f"{_proposals(len(waiting))} {_wait(len(waiting))} for your decision, by customer:"
    end = f"Mails of this kind are chosen at {place}/settings/notifications. Times are UTC."
    return subject, "\n".join([first, "", *lines, *more, "", f"Decide: {link}", "", "-- ", end])


def _called(artifact: Artifact, runtime: Runtime) -> str:
    """The field's label from the schema, or the type's: never what an agent wrote."""
    field = runtime.schema.field(artifact.field) if artifact.field is not None else None
    return field.label if field is not None else artifact_type(artifact.artifact_type).label


def _proposals(count: int) -> str:
    return "1 proposal" if count == 1 else f"{count} proposals"


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"
