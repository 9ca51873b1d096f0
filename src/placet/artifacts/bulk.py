"""Decisions on many at once: a whole batch, all that matches a filter, or the field updates of one proposal. Each only makes
lists for `decide`.

Accepting a batch is bulk: nobody named the artifacts one by one, so whatever a person should look at is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from placet.artifacts import decide as deciding
from placet.artifacts import inbox, lifecycle
from placet.artifacts.artifact import Artifact
from placet.artifacts.decide import Decision, Outcome, decide
from placet.artifacts.gate import Gate
from placet.customers import access
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection, statements
from placet.errors import Conflict, Invalid
from placet.identity.principal import Principal
from placet.runtime import Runtime

SQL = statements(__package__, "bulk.sql")
MAX_MATCHING = 10_000  # artifacts one rejection by filter takes
EXAMPLES = 20  # of them shown before
_AT_ONCE = 200  # judged and written together, so that nobody else waits long for this process


async def batch_decisions(
    connection: Connection,
    who: Principal,
    batch_id: str,
    status: str,
    *,
    reason: str | None = None,
    customer_id: str | None = None,
    created_by_id: str | None = None,
) -> list[Decision]:
    """What it takes to accept or reject what is pending in a batch, in its order.

    `customer_id`, `created_by_id` single out an ambiguous id. Raises NotFound, Conflict `ambiguous_batch`.
    """
    members = await inbox.batch(connection, who, batch_id, customer_id=customer_id, created_by_id=created_by_id)
    return [
        Decision(by=who, artifact_id=member.id, status=status, reason=reason, bulk=True)
        for member in members
        if member.pending
    ]


async def decide_batch(
    runtime: Runtime,
    who: Principal,
    batch_id: str,
    status: str,
    *,
    reason: str | None = None,
    dry_run: bool = False,
    customer_id: str | None = None,
    created_by_id: str | None = None,
) -> list[Outcome]:
    """Accept or reject what is pending in a batch, with an outcome for each; raises as `batch_decisions` does."""
    async with runtime.reading() as connection:
        decisions = await batch_decisions(
            connection, who, batch_id, status, reason=reason, customer_id=customer_id, created_by_id=created_by_id
        )
        if dry_run:
            return await decide(connection, decisions, schema=runtime.schema, dry_run=True)
    return await runtime.part(Gate).decide(decisions)


class Matching(msgspec.Struct, rename="camel", omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A filter over what waits; None leaves a dimension open. `created_by_id` of an agent is its name."""

    customer_id: str | None = None
    created_by_id: str | None = None
    batch_id: str | None = None
    field: str | None = None
    confidence: str | None = None
    type: str | None = None
    source_id: str | None = None


class Matched(msgspec.Struct):
    """How many matched (of a dry run) or were rejected, an outcome for each, and of a dry run the first few."""

    count: int
    outcomes: list[Outcome] = []
    examples: list[Artifact] = []


async def reject_matching(
    connection: Connection,
    who: Principal,
    matching: Matching,
    *,
    schema: ProfileSchema,
    expected: int | None = None,
    reason: str | None = None,
    dry_run: bool = False,
) -> Matched:
    """Reject everything that waits for this person's decision and matches, if it is `expected` many; all in one transaction.

    A dry run counts, and shows the first. Raises Conflict `count_changed` (with the `count` there is now), Invalid for an
    empty filter, a missing `expected` or more than 10,000 at once, Forbidden for who decides nothing.
    """
    values = [getattr(matching, name) for name in matching.__struct_fields__]
    condition, scope = access.decidable(who, "c.id", "c.rm_id", "a.id")
    if not any(values):
        raise Invalid("Say what to reject: a filter that names nothing would take everything.", code="empty_filter")
    if expected is None and not dry_run:
        raise Invalid("Say how many you expect to reject: expectedCount, as a dry run counts it.", code="count_missing")
    if matching.customer_id:
        await inbox.require_customer(connection, who, matching.customer_id)
    given = [value or None for value in values]
    rows = await connection.fetch(SQL["matching"].format(decidable=condition), scope, *given, MAX_MATCHING + 1)
    ids = [row["id"] for row in rows]
    if len(ids) > MAX_MATCHING:
        raise Invalid(f"More than {MAX_MATCHING:,} match; narrow the filter.", code="too_many")
    if dry_run:
        return Matched(len(ids), examples=await inbox.named(connection, ids[:EXAMPLES]))
    if len(ids) != expected:
        raise Conflict(f"Not {expected:,} but {len(ids):,} match now.", code="count_changed", count=len(ids))
    await connection.execute(deciding.SQL["lock"], sorted(ids))  # all of them first, in the one order there is
    outcomes: list[Outcome] = []
    for start in range(0, len(ids), _AT_ONCE):
        decisions = [
            Decision(by=who, artifact_id=named, status=lifecycle.REJECTED, reason=reason, bulk=True)
            for named in ids[start : start + _AT_ONCE]
        ]
        outcomes += await decide(connection, decisions, schema=schema)
    return Matched(sum(outcome.outcome == "applied" for outcome in outcomes), outcomes)


class FieldUpdate(msgspec.Struct):
    """One line of a proposal as a client holds it: its own id for it, and the field."""

    id: str
    field: str


class Unapplied(msgspec.Struct, rename="camel", omit_defaults=True):
    """A field update that was not decided as asked, and why."""

    field_update_id: str
    code: str
    error: str
    field: str | None = None


class Applied(msgspec.Struct):
    """What became of a proposal's field updates: outcomes in their order, and what could not be done."""

    outcomes: list[Outcome]
    errors: list[Unapplied]

    @property
    def fields_updated(self) -> int:
        """How many fields were approved and applied."""
        return sum(
            outcome.good and outcome.artifact is not None and outcome.artifact.status in lifecycle.APPROVALS
            for outcome in self.outcomes
        )


class Updates(msgspec.Struct):
    """The decisions a proposal's field updates come to, and what can be said of the rest before anything is decided."""

    decisions: list[Decision]
    asked: list[FieldUpdate]  # one for each decision
    errors: list[Unapplied]

    def applied(self, outcomes: Sequence[Outcome]) -> Applied:
        """What became of them all."""
        refused = [
            Unapplied(update.id, outcome.error.code, outcome.error.sentence, update.field)
            for update, outcome in zip(self.asked, outcomes, strict=True)
            if outcome.error is not None
        ]
        return Applied(list(outcomes), [*self.errors, *refused])


async def update_decisions(
    connection: Connection,
    who: Principal,
    customer_id: str,
    batch_id: str,
    updates: Sequence[FieldUpdate],
    approved: Sequence[str],
    *,
    edited_values: Mapping[str, Any],
    reasons: Mapping[str, str],
) -> Updates:
    """What it takes to accept (or edit) the approved fields of one customer's batch, and reject the other named ones.

    Values come from the stored artifacts, never from the caller. What can be decided is, the rest says why.
    """
    await inbox.require_customer(connection, who, customer_id)
    members = await inbox.batch(connection, who, batch_id, customer_id=customer_id)
    by_field = {member.field: member for member in members if member.field is not None}
    known = {update.id for update in updates}
    found = Updates([], [], [])
    found.errors += [
        Unapplied(named, "unknown_field_update", "No field update of this proposal has that id.")
        for named in dict.fromkeys([*approved, *edited_values, *reasons])
        if named not in known
    ]
    for update in updates:
        member = by_field.get(update.field)
        if member is None:
            found.errors.append(
                Unapplied(update.id, "not_in_batch", "This batch proposes nothing for that field.", update.field)
            )
            continue
        status = lifecycle.REJECTED
        edited: Any = msgspec.UNSET
        if update.id in approved:
            edited = edited_values.get(update.id, msgspec.UNSET)
            status = lifecycle.ACCEPTED if edited is msgspec.UNSET else lifecycle.EDITED
        found.decisions.append(
            Decision(by=who, artifact_id=member.id, status=status, edited_value=edited, reason=reasons.get(update.id))
        )
        found.asked.append(update)
    return found


async def apply_updates(
    runtime: Runtime,
    who: Principal,
    customer_id: str,
    batch_id: str,
    updates: Sequence[FieldUpdate],
    approved: Sequence[str],
    *,
    edited_values: Mapping[str, Any],
    reasons: Mapping[str, str],
) -> Applied:
    """Decide the named fields of one customer's batch; raises as `update_decisions` does."""
    async with runtime.reading() as connection:
        found = await update_decisions(
            connection, who, customer_id, batch_id, updates, approved, edited_values=edited_values, reasons=reasons
        )
    return found.applied(await runtime.part(Gate).decide(found.decisions))
