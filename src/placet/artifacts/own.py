"""A person's own changes: a field edited by hand, an approval undone, a rejection taken back, a proposal withdrawn.

Each is an artifact like any other, so history and trail have one shape: proposed by the person and, where it changes the
profile, decided by them in the same transaction. Nothing is ever erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from placet.artifacts import inbox, lifecycle, sources
from placet.artifacts.artifact import Artifact
from placet.artifacts.decide import SQL as DECIDE
from placet.artifacts.decide import Decision, Outcome, decide
from placet.artifacts.drafts import Item, Source
from placet.artifacts.outcome import outcome_of
from placet.artifacts.propose import propose
from placet.customers import access, records
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection, statements
from placet.errors import Conflict, Forbidden, Invalid, NotFound, PlacetError, Stale
from placet.identity.principal import Principal
from placet.ids import new_id

SQL = statements(__package__, "own.sql")
_NOT_MADE = {
    "duplicate": "The same is proposed already.",
    "no_change": "No change: the profile says so already.",
    "previously_rejected": "This was rejected before, from the same words.",
    "policy": "This field is changed by people only: enter the value instead.",
}
DELIVER = statements("placet.triggers", "deliver.sql")


async def change_profile(
    connection: Connection,
    who: Principal,
    customer_id: str,
    values: Mapping[str, Any],
    *,
    schema: ProfileSchema,
    reason: str | None = None,
    expected_versions: Mapping[str, int] | None = None,
) -> list[Outcome]:
    """Give fields other values by hand (null clears), all or none; an outcome for each that changes, in the given order.

    A field of two signatures is signed and waits. `expected_versions` refuses with Stale where a field moved on. Only who
    may decide may do it. Raises what proposing and deciding raise, and Invalid `no_change` where everything says so already.
    """
    if not values:
        raise Invalid("Name at least one field to change.", code="nothing_to_change")
    access.check_person(who)
    items = [Item(payload={"field_key": key, "proposed_value": value}) for key, value in values.items()]
    done = await propose(connection, who, customer_id, items, schema=schema, own=True)
    for made in done.artifacts:
        expected = (expected_versions or {}).get(made.field or "")
        if expected is not None and expected != made.current_version:
            raise Stale(
                f"{made.payload['field_display_name']} changed since you looked.",
                proposed=made.payload["proposed_value"],
                expected=expected,
                current=made.current_value,
            )
    if not done.artifacts:
        raise Invalid("No change: the profile says all of this already.", code="no_change")
    return await _accept(connection, who, done.artifacts, schema, reason)


async def from_words(
    connection: Connection,
    who: Principal,
    source_id: str,
    field: str,
    value: Any,
    *,
    quote: str,
    schema: ProfileSchema,
    enter: bool = False,
    reason: str | None = None,
) -> Artifact:
    """Propose a value for a field from words of a stored note that no agent proposed from; `enter` it: accept it at once.

    Raises NotFound, what proposing and deciding raise, Invalid `quote_not_found` where the note does not say so word for word,
    Conflict `duplicate` or `previously_rejected`, Invalid `no_change`.
    """
    access.check_person(who)
    note = await sources.get(connection, who, source_id)
    if note.customer_id is None:
        raise NotFound("Source not found")
    item = Item(payload={"field_key": field, "proposed_value": value, "source_text": quote})
    source = Source(text=note.text, title=note.title, occurred_at=note.occurred_at)
    done = await propose(connection, who, note.customer_id, [item], schema=schema, source=source, own=enter)
    if not done.artifacts:
        why = done.skipped[0].reason
        kind = Invalid if why == "no_change" else Conflict
        raise kind(_NOT_MADE.get(why, "This was not proposed."), code=why)
    made = done.artifacts[0]
    if made.unverified:
        raise Invalid("These words do not stand in the note.", code="quote_not_found")
    if not enter:
        return made
    [outcome] = await _accept(connection, who, [made], schema, reason)
    assert outcome.artifact is not None  # a good outcome has its artifact
    return outcome.artifact


async def revert(
    connection: Connection, who: Principal, artifact_id: str, *, schema: ProfileSchema, reason: str | None = None
) -> Artifact:
    """Undo a decision by a counter-entry, and answer with it.

    Of an approval: an artifact of the person's own that puts the former value back, accepted at once, if the field still
    has the version the approval gave it (else Conflict `moved_on`); who was to be told of it and was not yet, is told of
    neither. Of a rejection: the same proposal anew, pending.
    """
    access.check_person(who)
    undone = await inbox.get_artifact(connection, who, artifact_id)
    _check_decides(who, undone)
    if undone.customer_id is None or undone.field is None:
        raise Conflict("Only a change of a profile field can be undone.", code="not_revertible")
    if undone.status == lifecycle.REJECTED:
        return await _propose_again(connection, who, undone, schema)
    if undone.signed is not None:
        raise Conflict(
            "A signature is not taken back: reject the proposal, or sign another value by editing it.",
            code="not_revertible",
        )
    if undone.status not in lifecycle.APPROVALS:
        raise Conflict(f"This is {undone.status}; there is nothing to undo.", code="not_revertible")
    if (before := await connection.fetchrow(SQL["what_it_was"], undone.id)) is None:
        raise Conflict("The trail does not say what the value was.", code="not_revertible")
    former = msgspec.json.decode(before["body"]).get("before")
    item = Item(payload={"field_key": undone.field, "proposed_value": former})
    done = await propose(connection, who, undone.customer_id, [item], schema=schema, own=True, reverts=undone.id)
    # Read after proposing took the customer's lock, so that it stays true until the commit.
    now = done.artifacts[0] if done.artifacts else await inbox.get_artifact(connection, who, undone.id)
    if now.current_artifact != undone.id:
        raise Conflict(
            "The field was changed again since; there is a newer value.", code="moved_on", current=now.current_value
        )
    if not done.artifacts:
        raise Conflict("The profile has that value again already.", code="moved_on", current=now.current_value)
    [outcome] = await _accept(connection, who, done.artifacts, schema, reason)
    assert outcome.artifact is not None  # a good outcome has its artifact
    await connection.execute(DELIVER["cancel_undone"], undone.id, outcome.artifact.id)
    return outcome.artifact


async def revert_many(
    connection: Connection, who: Principal, artifact_ids: Sequence[str], *, schema: ProfileSchema
) -> list[Outcome]:
    """Undo several decisions as `revert` does, with an outcome for each in their order; its `artifact` is the entry that undoes
    it (`signed` where that waits for a second signature) or, of one that could not be undone, what it is.

    One transaction, so that an answer kept under an idempotency key holds for all of them; in it a savepoint each, so that what
    cannot be undone takes nothing of the others along. All locks come first, in the one order there is: customer by customer
    two such lists could wait for each other.
    """
    access.check_person(who)
    await connection.execute(DECIDE["lock"], sorted(set(artifact_ids)))
    outcomes = []
    for artifact_id in artifact_ids:
        try:
            async with connection.transaction():
                entry = await revert(connection, who, artifact_id, schema=schema)
        except PlacetError as error:
            if error.status >= 500:
                raise
            left = None if isinstance(error, NotFound) else await inbox.get_artifact(connection, who, artifact_id)
            outcomes.append(Outcome(artifact_id=artifact_id, outcome=outcome_of(error), artifact=left, error=error))
        else:
            done = "signed" if entry.signed is not None else "applied"
            outcomes.append(Outcome(artifact_id=artifact_id, outcome=done, artifact=entry))
    return outcomes


async def withdraw(
    connection: Connection, who: Principal, artifact_id: str, *, schema: ProfileSchema, reason: str | None = None
) -> Artifact:
    """Take back a pending artifact: who proposed it, or an admin. Raises NotFound, Forbidden, Conflict `already_decided`."""
    ending = Decision(by=who, artifact_id=artifact_id, status=lifecycle.WITHDRAWN, reason=reason, ending=True)
    [outcome] = await decide(connection, [ending], schema=schema)
    if outcome.error is not None or outcome.artifact is None:
        raise outcome.error or NotFound("Artifact not found")
    return outcome.artifact


async def _accept(
    connection: Connection, who: Principal, made: list[Artifact], schema: ProfileSchema, reason: str | None
) -> list[Outcome]:
    decisions = [Decision(by=who, artifact_id=a.id, status=lifecycle.ACCEPTED, reason=reason) for a in made]
    outcomes = await decide(connection, decisions, schema=schema)
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error  # and with it goes everything this transaction did
    return outcomes


async def _propose_again(connection: Connection, who: Principal, undone: Artifact, schema: ProfileSchema) -> Artifact:
    """The proposal of a rejected one, once: while one waits already, that is the answer."""
    assert undone.customer_id is not None
    await connection.fetchrow(records.SQL["lock"], undone.customer_id)  # so that the second of two finds the first's
    if (waiting := await connection.fetchval(SQL["waiting_again"], undone.id)) is not None:
        return await inbox.get_artifact(connection, who, waiting)
    payload = {key: value for key, value in undone.payload.items() if key != "previous_value"}
    source = None
    if undone.source_id is not None:
        stored = await connection.fetchrow(SQL["source"], undone.source_id)
        source = (
            Source(text=stored["text"], title=stored["title"], occurred_at=stored["occurred_at"]) if stored else None
        )
    item = Item(
        payload=payload,
        artifact_type=undone.artifact_type,
        workflow_trigger=undone.workflow_trigger,
        at=undone.evidence_start,
    )
    done = await propose(
        connection,
        who,
        undone.customer_id,
        [item],
        schema=schema,
        source=source,
        batch_id=new_id(),
        own=True,
        reverts=undone.id,
    )
    if not done.artifacts:
        raise Conflict("The profile says so already.", code="no_change")
    return done.artifacts[0]


def _check_decides(who: Principal, artifact: Artifact) -> None:
    stands = access.standing(who, artifact.customer_id, artifact.customer_rm, artifact.customer_team, artifact.id)
    if not stands.decides:
        raise Forbidden("Only the attached RM may undo this.", code="not_the_rm")
