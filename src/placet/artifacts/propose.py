"""Propose: create artifacts for one customer, all of them or none. Nothing here touches a profile.

One transaction, the caller's. The customer's row is locked first, so that what is read next (values, pending artifacts)
stays true until the commit, and two proposals of one batch cannot both be first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from placet import crash
from placet.artifacts import evidence, inbox, quota, thread
from placet.artifacts.artifact import Artifact
from placet.artifacts.drafts import Draft, Item, Skipped, Source, World, judge, read_items
from placet.audit import record
from placet.customers import access
from placet.customers.schema import ProfileSchema
from placet.db import json
from placet.db.engine import Connection, database_time, statements
from placet.errors import Conflict, Invalid, NotFound
from placet.identity.principal import Principal
from placet.ids import new_id

__all__ = ["MAX_ITEMS", "Item", "Proposed", "Skipped", "Source", "propose"]

SQL = statements(__package__, "propose.sql")
MAX_ITEMS = 1000
MAX_SOURCE = 2_000_000  # characters


class Proposed(msgspec.Struct, kw_only=True):
    """The answer: the batch's artifacts in the proposed order. `created` is false when the same batch was there before."""

    batch_id: str
    artifacts: list[Artifact]
    skipped: list[Skipped]
    created: bool
    source_id: str | None = None


async def propose(
    connection: Connection,
    who: Principal,
    customer_id: str,
    items: Sequence[Item],
    *,
    schema: ProfileSchema,
    batch_id: str | None = None,
    source: Source | None = None,
    not_proposed: Sequence[dict[str, Any]] = (),
    on_behalf_of: Principal | None = None,
    own: bool = False,
    reverts: str | None = None,
    read_by: Mapping[str, str | None] | None = None,
) -> Proposed:
    """Create one batch of artifacts for a customer, inside the caller's transaction.

    `batch_id` is the proposer's own (a new one if left out): the same batch again answers with the same artifacts, other
    content under it raises Conflict `batch_exists`. `not_proposed` is what a reader saw and left, kept with the batch.
    `on_behalf_of` is the person who had an agent read a note. `own` marks a person's own change, which neither a waiting twin
    nor an earlier rejection stops; `reverts` is the artifact it undoes. `read_by` (`agent`, `version`, `model`) is who read the
    note, for the trail. Raises NotFound, Forbidden, InvalidItems, Invalid,
    Conflict, and TooMany where an agent's hourly quota is used up.
    """
    if not 1 <= len(items) <= MAX_ITEMS:
        raise Invalid(f"A batch has 1 to {MAX_ITEMS} artifacts, not {len(items)}.", code="invalid_batch")
    customer = await connection.fetchrow(SQL["lock_customer"], customer_id)
    if customer is None:
        raise NotFound("Customer not found")
    for principal in (who, on_behalf_of):
        if principal is not None:
            access.check_propose(principal, customer_id, customer["rm_id"], customer["team_id"])

    text = _source_text(source)
    try:
        asked = _digest(items, source, text)
    except Invalid:
        read_items(items, schema)  # names the item, and all others that are bad
        raise
    batch_id = _checked_batch_id(batch_id) if batch_id is not None else new_id()
    if (known := await connection.fetchrow(SQL["batch"], customer_id, who.type, who.id, batch_id)) is not None:
        if known["digest"] != asked:
            raise Conflict("This batch id was used before for other content.", code="batch_exists")
        return await _answer(connection, who, customer_id, batch_id, known, created=False)

    drafts = read_items(items, schema)
    await thread.check(connection, customer_id, drafts)
    world = await _world(connection, customer_id, drafts)
    keep, skipped = judge(who, drafts, world, schema, own=own)
    await quota.use(connection, who, customer_id, len(keep))
    source_id = None
    if source is not None and text is not None:
        read = _Read(text, await _store_source(connection, who, customer_id, source, text, world.at))
        source_id = read.id
        for draft in keep:
            _locate(draft, read)
    for draft in keep:
        if draft.item.source is not None:
            own_text = _source_text(draft.item.source) or ""
            stored = await _store_source(connection, who, customer_id, draft.item.source, own_text, world.at)
            _locate(draft, _Read(own_text, stored))
    row = await connection.fetchrow(
        SQL["insert_batch"],
        batch_id,
        customer_id,
        who.type,
        who.id,
        asked,
        json.encode(msgspec.to_builtins(skipped)),
        json.encode(list(not_proposed)),
        source_id,
        world.at,
    )
    crash.point("propose.batch")
    await _insert(connection, who, customer, batch_id, keep, world, on_behalf_of, reverts, read_by)
    crash.point("propose.events")
    return await _answer(connection, who, customer_id, batch_id, row, created=True)


class _Read:
    """A stored source, ready to have quotes looked up in it."""

    def __init__(self, text: str, source_id: str) -> None:
        self.id = source_id
        self.sha256 = evidence.digest(text).hex()
        self.finder = evidence.Finder(text)


def _locate(draft: Draft, read: _Read) -> None:
    draft.source_id, draft.source_sha256 = read.id, read.sha256
    draft.quote = read.finder.locate(draft.type.quote(draft.payload), draft.item.at)


async def _world(connection: Connection, customer_id: str, drafts: list[Draft]) -> World:
    named = [d.field for d in drafts if d.field is not None]
    keys = [d.key for d in drafts if d.field is None]
    at = await database_time(connection)
    values = await connection.fetch(SQL["values"], customer_id, named)
    pending = await connection.fetch(SQL["pending"], customer_id, named, keys)
    claims = [d.claim for d in drafts if d.claim is not None]
    rejected = await connection.fetch(SQL["rejected_before"], customer_id, claims) if claims else []
    return World(
        at,
        {row["field"]: (msgspec.json.decode(row["value"]), row["version"]) for row in values},
        [(r["id"], r["artifact_type"], r["field"], r["item_key"], msgspec.json.decode(r["payload"])) for r in pending],
        {row["claim"]: row["id"] for row in rejected},
    )


async def _store_source(
    connection: Connection, who: Principal, customer_id: str, source: Source, text: str, at: datetime
) -> str:
    """The id of the stored note; the same text of the same customer is stored once."""
    source_id: str = await connection.fetchval(
        SQL["store_source"],
        new_id(),
        customer_id,
        text,
        evidence.digest(text),
        source.title,
        source.occurred_at,
        who.type,
        who.id,
        who.name,
        at,
    )
    return source_id


async def _insert(
    connection: Connection,
    who: Principal,
    customer: Any,
    batch_id: str,
    keep: list[Draft],
    world: World,
    on_behalf_of: Principal | None,
    reverts: str | None,
    read_by: Mapping[str, str | None] | None,
) -> None:
    if not keep:
        return
    events = [
        record.event(
            f"{draft.type.name}.proposed",
            at=world.at,
            actor=who,
            artifact_id=draft.id,
            customer_id=customer["id"],
            batch_id=batch_id,
            field=draft.field,
            on_behalf_of=on_behalf_of.id if on_behalf_of is not None else None,
            body={
                "customerName": customer["name"],
                "onBehalfOfName": on_behalf_of.name if on_behalf_of is not None else None,
                "label": draft.label,
                "before": draft.payload.get("previous_value"),
                "after": draft.payload.get("proposed_value", draft.payload),
                **({"reverts": reverts} if reverts is not None else {}),
                **({"readBy": dict(read_by)} if read_by is not None else {}),
                "evidence": {
                    "sourceId": draft.source_id,
                    "start": draft.quote.start,
                    "end": draft.quote.end,
                    "verified": draft.quote.verified,
                    "sourceSha256": draft.source_sha256,
                },
            },
        )
        for draft in keep
    ]
    await connection.execute(
        SQL["insert_artifacts"],
        customer["id"],
        customer["rm_id"],
        customer["name"],
        batch_id,
        who.type,
        who.id,
        who.name,
        [d.source_id for d in keep],
        world.at,
        [d.id for d in keep],
        [d.type.name for d in keep],
        [json.encode(d.payload) for d in keep],
        [d.item.workflow_trigger or d.type.trigger for d in keep],
        [d.field for d in keep],
        [d.field_version for d in keep],
        [d.key for d in keep],
        [d.quote.start for d in keep],
        [d.quote.end for d in keep],
        [d.quote.verified for d in keep],
        [d.claim for d in keep],
        reverts,
    )
    crash.point("propose.artifacts")
    await record.write(connection, events)


async def _answer(
    connection: Connection, who: Principal, customer_id: str, batch_id: str, row: Any, *, created: bool
) -> Proposed:
    return Proposed(
        batch_id=batch_id,
        artifacts=await inbox.of_batch(connection, customer_id, who.type, who.id, batch_id),
        skipped=msgspec.json.decode(row["skipped"], type=list[Skipped]),
        created=created,
        source_id=row["source_id"],
    )


def _source_text(source: Source | None) -> str | None:
    if source is None:
        return None
    text = evidence.normal_newlines(json.require_text(source.text, "The source"))
    if source.title is not None:
        json.require_text(source.title, "The source's title")
    if not text.strip():
        raise Invalid("The source is empty.", code="empty_source")
    if len(text) > MAX_SOURCE:
        raise Invalid(f"A source has at most {MAX_SOURCE:,} characters.", code="source_too_long")
    return text


def _checked_batch_id(batch_id: str) -> str:
    if not 1 <= len(batch_id) <= 200 or batch_id != batch_id.strip() or not batch_id.isprintable() or "/" in batch_id:
        raise Invalid("A batch id is 1 to 200 printable characters without a slash.", code="invalid_batch_id")
    return batch_id


def _digest(items: Sequence[Item], source: Source | None, text: str | None) -> bytes:
    """What was asked, hashed: the same batch again is recognised by it."""
    artifacts = [
        {"type": i.artifact_type, "payload": i.payload, "trigger": i.workflow_trigger}
        | ({"source": _asked(i.source, _source_text(i.source))} if i.source is not None else {})
        for i in items
    ]
    asked = {"artifacts": artifacts, "source": _asked(source, text)}
    return sha256(json.encode(msgspec.to_builtins(asked)).encode()).digest()


def _asked(source: Source | None, text: str | None) -> dict[str, Any] | None:
    return None if source is None else {"text": text, "title": source.title, "at": source.occurred_at}
