"""Have the agent read a note and propose what it found: one note, one customer, one batch.

The agent is bound to that customer by the server; nothing in the note can name another. Reading happens before the
transaction and off the event loop, because it is work for the processor and not for the database.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

import msgspec

from placet.artifacts.evidence import normal_newlines
from placet.artifacts.propose import Item, Proposed, Source, propose
from placet.customers import access, records
from placet.db.engine import Connection
from placet.errors import Invalid
from placet.identity.principal import Principal, agent
from placet.runtime import Runtime

MAX_NOTE = 500_000  # characters


class NothingFound(Invalid):
    """The agent read the note and proposes nothing; `reading` says what it saw and left."""

    code = "nothing_found"


async def read_note(
    runtime: Runtime,
    who: Principal,
    customer_id: str,
    text: str,
    *,
    title: str | None = None,
    occurred_at: datetime | None = None,
    locale: str = "en-GB",
) -> Proposed:
    """Read a note for `who` and store what it proposes as a batch of the agent's.

    Raises NotFound and Forbidden as proposing does, Invalid for an empty or too long note, and NothingFound (with `reading`,
    a `placet.agent.reader.Reading`) where there is nothing to propose: then nothing is stored.
    """
    from placet.agent.reader import NAME, read

    text = normal_newlines(text)
    if not text.strip():
        raise Invalid("The note is empty.", code="empty_source")
    if len(text) > MAX_NOTE:
        raise Invalid(f"A note has at most {MAX_NOTE:,} characters.", code="source_too_long")
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
    access.check_propose(who, customer.id, customer.rm_id, customer.team_id)
    day = (occurred_at or datetime.now(UTC)).date()
    reading = await asyncio.to_thread(
        partial(
            read, text, schema=runtime.schema, profile=customer.profile, client=customer.name, date=day, locale=locale
        )
    )
    if not reading.proposals:
        raise NothingFound("The agent found nothing in this note to propose.", reading=reading)
    items = [
        Item(
            payload={
                "field_key": found.field_key,
                "field_display_name": found.field_display_name,
                "proposed_value": found.proposed_value,
                "previous_value": found.previous_value,
                "source_text": found.source_text,
                "confidence": found.confidence,
                "why": found.why,
            },
            at=found.start,
        )
        for found in reading.proposals
    ]
    reader = agent(NAME, customers=(customer_id,), door=who.door)
    source = Source(text=text, title=title, occurred_at=occurred_at)
    left = msgspec.to_builtins(reading.not_proposed)

    async def work(connection: Connection) -> Proposed:
        return await propose(
            connection,
            reader,
            customer_id,
            items,
            schema=runtime.schema,
            source=source,
            not_proposed=left,
            on_behalf_of=who,
        )

    return await runtime.transact(work)
