"""What the events add up to, held against what the tables say: artifacts, profiles, notes, deliveries.

The trail may be whole and yet tell of something else than the record shows: then somebody changed the record behind it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec

from placet.audit.findings import Report
from placet.customers import fields
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection, statements
from placet.errors import PlacetError

SQL = statements(__package__, "verify.sql")
ENDS = ("accepted", "edited", "rejected", "superseded", "expired", "withdrawn")
BY_PEOPLE = ("accepted", "edited", "rejected")
PREFETCH = 500
HOUR_S = 3600.0
Step = Callable[[int], None]
_decode = msgspec.json.decode
_NONE = object()


async def through(connection: Connection, query: str, *arguments: Any) -> AsyncIterator[Any]:
    """The rows of a query, a few hundred at a time, however many there are."""
    async for row in connection.cursor(query, *arguments, prefetch=PREFETCH, timeout=HOUR_S):
        yield row


async def hold_against(connection: Connection, schema: ProfileSchema, report: Report, step: Step) -> None:
    """Add to the report whatever the record says that its events do not."""
    await _artifacts(connection, report, step)
    await _profiles(connection, schema, report, step)
    async for row in through(connection, SQL["sources"]):
        report.add("source_changed", f"The stored note {row['id']} is not what its digest says.")
    async for row in through(connection, SQL["unpromised"]):
        sentence = f"Event {row['seq']} is an approval, and what it promised is gone."
        report.add("delivery_deleted", sentence, seq=row["seq"], artifact_id=row["artifact_id"])
    async for row in through(connection, SQL["unasked"]):
        report.add("delivery_inserted", f"No event promised the delivery {row['id']}.")


async def _artifacts(connection: Connection, report: Report, step: Step) -> None:
    async for row in through(connection, SQL["artifacts"], list(ENDS), None):
        report.artifacts += 1
        step(1)
        what = difference(row)
        if what is not None:
            said = "artifact_inserted" if row["proposed"] is None else "artifact_changed"
            report.add(said, f"Artifact {row['id']}: {what}", artifact_id=row["id"])
    async for row in through(connection, SQL["gone"]):
        gone = row["artifact_id"]
        report.add("artifact_deleted", f"Artifact {gone} is in the trail and nowhere else.", artifact_id=gone)


async def of_artifact(connection: Connection, artifact_id: str) -> str | None:
    """How one artifact is not what its events say, in a sentence; None where it is."""
    row = await connection.fetchrow(SQL["artifacts"], list(ENDS), artifact_id)
    return difference(row) if row is not None else "it is gone."


def difference(row: Any) -> str | None:
    """How an artifact is not what its events say, in a sentence; None where it is."""
    return next(_differences(row), None)


def _differences(row: Any) -> Iterator[str]:
    if row["proposed"] is None:
        yield "no event proposed it."
        return
    payload, proposed = _decode(row["payload"]), _decode(row["proposed"])
    if payload.get("proposed_value", payload) != proposed.get("after"):
        yield "what it proposes is not what was proposed."
    if payload.get("previous_value") != proposed.get("before"):
        yield "the value before is not the one it was proposed against."
    act = row["kind"].rpartition(".")[2] if row["kind"] is not None else "pending"
    if row["status"] != act:
        yield f"it is {row['status']}, and by its events {act}."
    if act == "pending":
        return
    decided = _decode(row["decided"])
    if row["decided_at"] != row["at"]:
        yield "it was decided at another time."
    if row["decided_by"] != row["actor_id"] and (act in BY_PEOPLE or row["decided_by"] is not None):
        yield "somebody else decided it."
    if row["reason"] != decided.get("reason"):
        yield "the reason is another."
    edited = _decode(row["edited_value"]) if row["edited_value"] is not None else _NONE
    if act == "edited" and edited != decided.get("after"):
        yield "the value it was changed to is another."


class _Set(msgspec.Struct):
    """What a field was last set to by the trail: the value, by whom (the name), by which artifact."""

    value: Any
    by: str
    artifact_id: str | None


async def _profiles(connection: Connection, schema: ProfileSchema, report: Report, step: Step) -> None:
    customer: str | None = None
    found: dict[str, _Set] = {}
    async for row in through(connection, SQL["values"]):
        if row["customer_id"] != customer:
            if customer is not None:
                await _compare(connection, schema, report, customer, found)
            customer, found = row["customer_id"], {}
            step(1)
        body = _decode(row["body"])
        created = row["kind"] == "customer.created"
        given = body["after"]["profile"] if created else {row["field"]: body.get("after")}
        for key, value in given.items():
            last = found.get(key)
            if last is None and value is None and not created:
                continue  # to clear what is not there writes nothing
            if last is None or not _same(schema, key, last.value, value):
                found[key] = _Set(value, body["actorName"], row["artifact_id"])
    if customer is not None:
        await _compare(connection, schema, report, customer, found)
    async for row in through(connection, SQL["strangers"]):
        sentence = f"Customer {row['customer_id']} has {row['field']}, and the trail never heard of the customer."
        report.add("value_inserted", sentence, customer_id=row["customer_id"], field=row["field"])


async def _compare(
    connection: Connection, schema: ProfileSchema, report: Report, customer: str, found: dict[str, _Set]
) -> None:
    rows = {row["field"]: row for row in await connection.fetch(SQL["profile"], customer)}
    for key in sorted(found.keys() | rows.keys()):
        said, is_ = found.get(key), rows.get(key)
        if said is None:
            what, why = "value_inserted", "no event set it"
        elif is_ is None:
            what, why = "value_deleted", "its value is gone"
        elif not _same(schema, key, _decode(is_["value"]), said.value):
            what, why = "value_changed", "the last event that set it says another value"
        elif (is_["artifact_id"], is_["updated_by"]) != (said.artifact_id, said.by):
            what, why = "value_changed", "somebody else set it"
        else:
            continue
        report.add(what, f"Field {key} of customer {customer}: {why}.", customer_id=customer, field=key)


def _same(schema: ProfileSchema, key: str, a: Any, b: Any) -> bool:
    field = schema.field(key)
    try:
        return bool(a == b or (field is not None and fields.same(field, a, b)))
    except (PlacetError, TypeError, ValueError, AttributeError, LookupError):
        return False  # a value that the field would not have taken
