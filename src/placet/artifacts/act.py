"""Act: what people do with an artifact beyond deciding it, such as finishing a task. Each action is done once, by who may decide.

An action changes no status, for an artifact is decided once; it is an event of the trail, and what was done is read from there.
"""

from __future__ import annotations

import msgspec

from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact, instant
from placet.artifacts.artifact_type import artifact_type, called
from placet.artifacts.card import Act
from placet.artifacts.outcome import MAX_REASON
from placet.audit import record
from placet.customers import access
from placet.customers.schema import ProfileSchema
from placet.db import json
from placet.db.engine import Connection, statements
from placet.errors import Conflict, Forbidden, Invalid, NotFound
from placet.identity.principal import Principal, authority

SQL = statements(__package__, "act.sql")


async def act(
    connection: Connection,
    who: Principal,
    artifact_id: str,
    action: str,
    *,
    schema: ProfileSchema,
    reason: str | None = None,
) -> Artifact:
    """Do what a type declares as an action, inside the caller's transaction; the artifact as it then is.

    The same by the same person again changes nothing. Raises NotFound, Forbidden, Conflict `already_done` (by whom) and
    `not_now` where the artifact's status has no such action, Invalid `unknown_action`.
    """
    access.check_person(who)
    said = (reason or "").strip() or None
    if said is not None and len(json.require_text(said, "The reason")) > MAX_REASON:
        raise Invalid(f"A reason has at most {MAX_REASON} characters.", code="reason_too_long")
    await connection.execute(SQL["lock"], artifact_id)
    locked = await connection.fetchrow(SQL["authority"], artifact_id, who.id)
    if locked is None:
        raise NotFound("Artifact not found")
    [found] = await inbox.named(connection, [artifact_id])
    as_now = msgspec.structs.replace(who, authority=authority(locked["authority"]))
    stands = access.standing(as_now, found.customer_id, found.customer_rm, found.customer_team, found.id)
    if not stands.sees:
        raise NotFound("Artifact not found")
    if not stands.decides:
        raise Forbidden("Only the attached RM may do this.", code="not_the_rm")
    if not locked["active"]:
        raise Forbidden("This account is disabled.", code="account_disabled")
    kind = artifact_type(found.artifact_type)
    declared = next((each for each in kind.actions if each.name == action), None)
    if declared is None:
        raise Invalid(f"A {kind.label.lower()} has no action {action[:40]!r}.", code="unknown_action")
    done = next((each for each in found.acts if each.action == action), None)
    if done is not None and done.by == who.id:
        return found
    if done is not None:
        raise Conflict(
            f"This was {declared.done} before, by {done.by_name}.", code="already_done", done_by=done.by_name
        )
    if found.status not in declared.on:
        raise Conflict(f"A {kind.label.lower()} that is {found.status} cannot be {declared.done}.", code="not_now")
    event = record.event(
        f"{found.artifact_type}.{declared.done}",
        at=locked["at"],
        actor=who,
        artifact_id=found.id,
        customer_id=found.customer_ref,
        batch_id=found.batch_id,
        on_behalf_of=stands.for_rm[0] if stands.for_rm is not None else None,
        field=found.field,
        body={
            "action": action,
            "customerName": found.customer_name,
            "label": called(found, schema),
            "reason": said,
            **({"onBehalfOfName": stands.for_rm[1]} if stands.for_rm is not None else {}),
        },
    )
    await record.write(connection, [event])
    found.acts.append(Act(action=action, at=instant(locked["at"]) or "", by=who.id, by_name=who.name, reason=said))
    return found
