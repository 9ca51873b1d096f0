"""Who stands in for whom: an RM delegates their customers, some of them, or single artifacts to a colleague for a time.

A delegate sees and decides as the RM does, in their own name and on the RM's behalf, and cannot pass it on: what is
delegated must be attached to the giver. Whether a delegation counts is asked at every decision (`access.py`), not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from placet.audit import record
from placet.customers import access
from placet.db import json
from placet.db.engine import Connection, database_time, statements
from placet.errors import Conflict, Forbidden, Invalid, NotFound
from placet.identity.principal import Principal
from placet.ids import new_id

SQL = statements(__package__, "delegations.sql")
LONGEST = timedelta(days=366)
HAND_OVER = timedelta(days=14)  # how long an item stays handed over unless it is said
MAX_NAMED = 1000  # customers or artifacts of one delegation
MAX_LISTED = 1000
MAX_REASON = 2000  # characters
_FOR_CUSTOMER = (
    "d.from_user = (select c.rm_id from customer c where c.id = $1) and d.artifact_ids is null"
    " and (d.customer_ids is null or $1 = any (d.customer_ids)) and t.disabled_at is null"
)


class Delegation(msgspec.Struct, kw_only=True):
    """A delegation. `customer_ids`, `artifact_ids`: what it is limited to; with neither, all of the giver's customers.

    `live`: it counts now, neither ended nor over nor still to come.
    """

    id: str
    from_user: str
    from_user_name: str
    to_user: str
    to_user_name: str
    from_at: datetime
    until_at: datetime
    customer_ids: list[str] | None
    artifact_ids: list[str] | None
    reason: str | None
    created_at: datetime
    ended_at: datetime | None
    live: bool


async def delegate(
    connection: Connection,
    who: Principal,
    *,
    to_user: str,
    until_at: datetime,
    from_at: datetime | None = None,
    customer_ids: Sequence[str] | None = None,
    artifact_ids: Sequence[str] | None = None,
    reason: str | None = None,
    from_user: str | None = None,
) -> Delegation:
    """Let a colleague stand in from `from_at` (None: now) until `until_at`, for all customers or those (or artifacts) named.

    An RM delegates their own; an admin may for `from_user`. Both people are given by id or e-mail address. Raises Forbidden,
    NotFound for customers and artifacts that are not there for the caller, Conflict `already_decided` for an artifact that
    no longer waits, Invalid for anything else that makes no sense.
    """
    giver = await _giver(connection, who, from_user)
    receiver = await connection.fetchrow(SQL["person"], to_user)
    if receiver is None or receiver["role"] != "rm" or receiver["disabled_at"] is not None:
        raise Invalid(f"There is no active RM {to_user[:60]!r}.", code="unknown_rm")
    if receiver["id"] == giver["id"]:
        raise Invalid("Nobody stands in for themselves.", code="delegate_is_giver")
    at = await database_time(connection)
    from_at = from_at or at
    _check_time(from_at, until_at, at)
    reason = _checked_reason(reason)
    customer_ids, artifact_ids = _checked_ids(customer_ids), _checked_ids(artifact_ids)
    if customer_ids is not None and artifact_ids is not None:
        raise Invalid("Name customers or artifacts, not both.", code="customers_or_artifacts")
    about = await _own(connection, who, giver, customer_ids, artifact_ids)
    made = Delegation(
        id=new_id(),
        from_user=giver["id"],
        from_user_name=giver["name"],
        to_user=receiver["id"],
        to_user_name=receiver["name"],
        from_at=from_at,
        until_at=until_at,
        customer_ids=customer_ids,
        artifact_ids=artifact_ids,
        reason=reason,
        created_at=at,
        ended_at=None,
        live=from_at <= at,
    )
    await connection.execute(
        SQL["insert"],
        made.id,
        made.from_user,
        made.to_user,
        from_at,
        until_at,
        customer_ids,
        artifact_ids,
        reason,
        at,
        who.id,
    )
    await record.write(connection, _events("created", made, who, at, about))
    return made


async def hand_over(
    connection: Connection,
    who: Principal,
    artifact_id: str,
    *,
    to_user: str,
    until_at: datetime | None = None,
    reason: str | None = None,
) -> Delegation:
    """Let a colleague decide one pending artifact, for 14 days unless it is said: a delegation of that artifact alone."""
    _check_person(who)
    [artifact] = await _artifacts(connection, who, [artifact_id])
    if artifact["rm_id"] is None:
        raise _not_attached(who, "Its customer is attached to nobody.")
    giver = artifact["rm_id"] if who.type in ("admin", "system") else None
    until_at = until_at or await database_time(connection) + HAND_OVER
    return await delegate(
        connection,
        who,
        to_user=to_user,
        until_at=until_at,
        artifact_ids=[artifact_id],
        reason=reason,
        from_user=giver,
    )


async def end(connection: Connection, who: Principal, delegation_id: str) -> Delegation:
    """End a delegation before its time, by its giver, its receiver or an admin; of one that is over nothing changes."""
    _check_person(who)
    row = await connection.fetchrow(SQL["get"], delegation_id)
    if row is None or not (access.sees_everything(who) or who.id in (row["from_user"], row["to_user"])):
        raise NotFound("Delegation not found")
    if who.type == "auditor":
        raise Forbidden("An auditor reads and never writes.", code="auditor_reads")
    found = Delegation(**dict(row))
    at = await database_time(connection)
    if found.ended_at is not None or found.until_at <= at:
        return found
    await connection.execute(SQL["end"], delegation_id, at)
    about: list[Any] = []
    if found.customer_ids is not None:
        about = await connection.fetch(SQL["customers_of"], found.customer_ids)
    elif found.artifact_ids is not None:
        about = await connection.fetch(SQL["artifacts_of"], found.artifact_ids)
    await record.write(connection, _events("ended", found, who, at, about))
    return msgspec.structs.replace(found, ended_at=at, live=False)


async def list_delegations(connection: Connection, who: Principal) -> list[Delegation]:
    """What a person gave and was given, the open ones first; for admin and auditor everybody's. At most the newest 1,000."""
    _check_person(who)
    person = None if access.sees_everything(who) else who.id
    return [Delegation(**dict(row)) for row in await connection.fetch(SQL["list"], person, MAX_LISTED)]


async def live_for(connection: Connection, person: str) -> list[Delegation]:
    """What a person stands in for at this moment, the longest first. Who asks is settled before."""
    return await _live(connection, "d.to_user = $1", person)


async def of_customer(connection: Connection, customer_id: str) -> list[Delegation]:
    """Who stands in for a customer's RM there at this moment, the longest first. Who may see the customer is settled before."""
    return await _live(connection, _FOR_CUSTOMER, customer_id)


async def _live(connection: Connection, condition: str, about: str) -> list[Delegation]:
    rows = await connection.fetch(SQL["live"].format(condition=condition), about, MAX_LISTED)
    return [Delegation(**dict(row)) for row in rows]


# ── who gives, and what ───────────────────────────────────────────────────────────────────────────────────────────────


def _check_person(who: Principal) -> None:
    if who.is_agent:
        raise access.agents_never_decide()


async def _giver(connection: Connection, who: Principal, from_user: str | None) -> Any:
    """Whose customers are delegated: one's own, or for an admin anybody's who has any (also of an RM who left)."""
    _check_person(who)
    if who.type == "auditor":
        raise Forbidden("An auditor reads and never writes.", code="auditor_reads")
    if who.type != "rm" and from_user is None:
        raise Invalid("Say for which RM: only an RM has customers of their own.", code="giver_missing")
    giver = await connection.fetchrow(SQL["person"], from_user or who.id)
    if who.type == "rm" and (giver is None or giver["id"] != who.id):
        raise Forbidden("Only an admin may delegate for somebody else.", code="admins_only")
    if giver is None or giver["role"] != "rm":
        raise Invalid(f"There is no RM {(from_user or who.id)[:60]!r}.", code="unknown_rm")
    return giver


async def _own(
    connection: Connection, who: Principal, giver: Any, customer_ids: list[str] | None, artifact_ids: list[str] | None
) -> list[Any]:
    """The rows of what is named, each of which must be the giver's own; nothing where nothing is named."""
    if customer_ids is not None:
        condition, scope = access.visible(who, "c.id", "c.rm_id")
        rows = await connection.fetch(SQL["customers_named"].format(visible=condition), scope, customer_ids)
        if len(rows) < len(customer_ids):
            raise NotFound("Customer not found")
    elif artifact_ids is not None:
        rows = await _artifacts(connection, who, artifact_ids)
    else:
        return []
    if any(row["rm_id"] != giver["id"] for row in rows):
        raise _not_attached(who, f"Not all of these are attached to {giver['name']}.")
    for row in rows if artifact_ids is not None else ():
        if row["status"] != "pending":
            raise Conflict(f"This is {row['status']} already.", code="already_decided", artifact_id=row["id"])
    return rows


async def _artifacts(connection: Connection, who: Principal, artifact_ids: list[str]) -> list[Any]:
    condition, scope = access.visible(who, "a.customer_id", "c.rm_id", "a.id")
    rows = await connection.fetch(SQL["artifacts_named"].format(visible=condition), scope, artifact_ids)
    if len(rows) < len(artifact_ids):
        raise NotFound("Artifact not found")
    return rows


def _not_attached(who: Principal, sentence: str) -> Forbidden | Invalid:
    """A delegate or a team sees what is not theirs to give; an admin may give it, only not from this RM."""
    if who.type == "rm":
        return Forbidden("Only the attached RM may hand this on.", code="not_the_rm")
    return Invalid(sentence, code="not_attached")


def _check_time(from_at: datetime, until_at: datetime, at: datetime) -> None:
    if until_at <= from_at:
        raise Invalid("A delegation ends after it starts.", code="invalid_period")
    if until_at <= at:
        raise Invalid("A delegation ends in the future.", code="invalid_period")
    if until_at - from_at > LONGEST:
        raise Invalid("A delegation lasts a year at most.", code="invalid_period")


def _checked_ids(given: Sequence[str] | None) -> list[str] | None:
    if given is None:
        return None
    ids = [json.require_text(identifier, "An id") for identifier in dict.fromkeys(given)]
    if not 1 <= len(ids) <= MAX_NAMED:
        raise Invalid(f"Name 1 to {MAX_NAMED:,}, or leave it out.", code="too_many_named" if ids else "none_named")
    return ids


def _checked_reason(reason: str | None) -> str | None:
    text = json.require_text(reason or "", "The reason").strip()
    if len(text) > MAX_REASON:
        raise Invalid(f"A reason has at most {MAX_REASON} characters.", code="reason_too_long")
    return text or None


# ── the trail ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _events(act: str, made: Delegation, who: Principal, at: datetime, about: Sequence[Any]) -> list[record.Event]:
    """One event for each customer or artifact named, so that their own trails tell it; else one that names none."""
    body = {
        "delegationId": made.id,
        "fromUserId": made.from_user,
        "fromUserName": made.from_user_name,
        "toUserId": made.to_user,
        "toUserName": made.to_user_name,
        "from": made.from_at.isoformat(),
        "until": made.until_at.isoformat(),
        "reason": made.reason,
    }
    behalf = None
    if who.id not in (made.from_user, made.to_user):
        behalf, body["onBehalfOfName"] = made.from_user, made.from_user_name
    kind = f"delegation.{act}"
    if not about:
        return [record.event(kind, at=at, actor=who, on_behalf_of=behalf, body=body)]
    if made.artifact_ids is None:
        return [
            record.event(
                kind,
                at=at,
                actor=who,
                on_behalf_of=behalf,
                customer_id=row["id"],
                body={**body, "customerName": row["name"]},
            )
            for row in about
        ]
    return [
        record.event(
            kind,
            at=at,
            actor=who,
            on_behalf_of=behalf,
            artifact_id=row["id"],
            customer_id=row["customer_id"],
            batch_id=row["batch_id"],
            field=row["field"],
            body={**body, "customerName": row["customer_name"], "label": row["label"]},
        )
        for row in about
    ]
