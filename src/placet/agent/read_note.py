"""Have the agent read a note and propose what it found: one note, one customer, one batch.

The agent is bound to that customer by the server; nothing in the note can name another. Reading happens before the
transaction and off the event loop, because it is work for the processor (or for a language model) and not for the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from placet.agent.followups import followups
from placet.agent.mind import Brief, Mind, Reader, Told
from placet.agent.reader import NAME, Finding, Reading
from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.artifacts.evidence import normal_newlines
from placet.artifacts.propose import Item, Proposed, Source, propose
from placet.customers import access, records
from placet.customers.records import Customer
from placet.db import json
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
    told: Told | None = None,
    batch_id: str | None = None,
    dry_run: bool = False,
    mind: Mind | None = None,
) -> Proposed:
    """Read a note for `who` and store what it proposes as a batch of the agent's; `told` hears how far a long one is.

    `batch_id` names the batch (see `propose`); of a `dry_run` everything is checked and nothing kept. `mind` is who reads, if
    not whom the settings name.

    Raises NotFound and Forbidden as proposing does, Invalid for an empty or too long note, ModelFailed where a language model
    should have read it, and NothingFound (with `reading`, a `placet.agent.reader.Reading`) where there is nothing to propose.
    Then nothing is stored.
    """
    text = checked(text)
    customer = await may_propose(runtime, who, customer_id)
    mind = mind or runtime.part(Mind)
    about = brief(runtime, customer, text, occurred_at=occurred_at, locale=locale)
    reading = await mind.read(about, told)
    more = await asyncio.to_thread(followups, about)
    if not reading.proposals and not more:
        raise NothingFound("The agent found nothing in this note to propose.", reading=reading)
    source = Source(text=text, title=title, occurred_at=occurred_at)
    proposals = items(reading.proposals) + more
    return await store(
        runtime, who, customer_id, proposals, source, left(reading), mind.reader, batch_id=batch_id, dry_run=dry_run
    )


async def proposed_before(runtime: Runtime, customer_id: str, batch_id: str) -> list[Artifact]:
    """The artifacts of a batch that the note reader proposed for a customer, none if it did not."""
    async with runtime.reading() as connection:
        return await inbox.of_batch(connection, customer_id, "agent", NAME, batch_id)


def checked(text: str) -> str:
    """The note as it is read and stored, or Invalid."""
    text = normal_newlines(json.require_text(text, "The note"))
    if not text.strip():
        raise Invalid("The note is empty.", code="empty_source")
    if len(text) > MAX_NOTE:
        raise Invalid(f"A note has at most {MAX_NOTE:,} characters.", code="source_too_long")
    return text


async def may_propose(runtime: Runtime, who: Principal, customer_id: str) -> Customer:
    """The customer with their profile as it now is; NotFound and Forbidden for who may not propose for them."""
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
    access.check_propose(who, customer.id, customer.rm_id, customer.team_id)
    return customer


def brief(
    runtime: Runtime, customer: Customer, text: str, *, occurred_at: datetime | None = None, locale: str = "en-GB"
) -> Brief:
    """What the reader is given of a customer's note."""
    return Brief(
        text=text,
        schema=runtime.schema,
        profile=customer.profile,
        client=customer.name,
        date=(occurred_at or datetime.now(UTC)).date(),
        locale=locale,
    )


def items(found: Iterable[Finding], source: Source | None = None) -> list[Item]:
    """Findings as proposals; `source` is where they were read, if not in the batch's."""
    return [
        Item(
            payload={
                "field_key": each.field_key,
                "field_display_name": each.field_display_name,
                "proposed_value": each.proposed_value,
                "previous_value": each.previous_value,
                "source_text": each.source_text,
                "confidence": each.confidence,
                "why": each.why,
            },
            at=each.start,
            source=source,
        )
        for each in found
    ]


def left(reading: Reading) -> list[dict[str, Any]]:
    """What was seen and not proposed, as it is kept with a batch."""
    found: list[dict[str, Any]] = msgspec.to_builtins(reading.not_proposed)
    return found


async def store(
    runtime: Runtime,
    who: Principal,
    customer_id: str,
    proposals: Sequence[Item],
    source: Source | None,
    not_proposed: Sequence[dict[str, Any]],
    reader: Reader,
    *,
    batch_id: str | None = None,
    dry_run: bool = False,
) -> Proposed:
    """One batch of what was read: the note reader's on a person's behalf, or the asking agent's own, within its bounds."""
    proposer = who
    if not who.is_agent:
        proposer = msgspec.structs.replace(
            agent(reader.agent, customers=(customer_id,), door=who.door), name=reader.name
        )

    async def work(connection: Connection) -> Proposed:
        savepoint = connection.transaction() if dry_run else None
        if savepoint is not None:
            await savepoint.start()
        done = await propose(
            connection,
            proposer,
            customer_id,
            proposals,
            schema=runtime.schema,
            batch_id=batch_id,
            source=source,
            not_proposed=not_proposed,
            on_behalf_of=None if who.is_agent else who,
            read_by={"agent": reader.agent, "version": reader.version, "model": reader.model},
        )
        if savepoint is not None:
            await savepoint.rollback()
        return done

    return await runtime.transact(work)
