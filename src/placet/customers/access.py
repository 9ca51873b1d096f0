"""Who may see and who may act. Decided here and nowhere else: list, get, export and stream use the same predicate.

| verb    | agent token      | other RM | attached RM | admin    | auditor  |
|---------|------------------|----------|-------------|----------|----------|
| see     | its customers    | no (404) | yes         | yes      | yes      |
| propose | its customers    | no (404) | yes         | yes      | no (403) |
| decide  | never (403)      | no (404) | yes         | no (403) | no (403) |
"""

from __future__ import annotations

from placet.errors import Forbidden, NotFound, PlacetError
from placet.identity.principal import Principal

_SEES_EVERYTHING = ("admin", "auditor", "system")


def visible(who: Principal, customer_id: str, rm_id: str, *, parameter: int = 1) -> tuple[str, list[str]]:
    """The SQL condition on two column expressions (the customer's id and its RM's id) and the one argument it takes.

    A row whose customer is gone has neither, so only those who see everything still see it.
    """
    if who.type in _SEES_EVERYTHING or (who.is_agent and who.customers is None):
        gone = " and " + customer_id + " is not null" if who.is_agent else ""
        return f"(${parameter}::text[] is not null{gone})", []
    if who.is_agent:
        return f"({customer_id} = any (${parameter}::text[]))", list(who.customers or ())
    return f"({rm_id} = (${parameter}::text[])[1])", [who.id]


def sees(who: Principal, customer_id: str | None, rm_id: str | None) -> bool:
    """The same predicate over values already read."""
    if who.type in _SEES_EVERYTHING:
        return True
    if who.is_agent:
        return customer_id is not None and (who.customers is None or customer_id in who.customers)
    return rm_id is not None and rm_id == who.id


def refusal_to_decide(who: Principal, customer_id: str | None, rm_id: str | None) -> PlacetError | None:
    """Why this principal may not decide for that customer, or None if they may."""
    if who.is_agent:
        return Forbidden("An agent's credentials can never decide. A person must.", code="agents_never_decide")
    if not sees(who, customer_id, rm_id):
        return NotFound("Artifact not found")
    if who.type != "rm" or rm_id is None or rm_id != who.id:
        return Forbidden("Only the attached RM may decide this.", code="not_the_rm")
    return None


def check_propose(who: Principal, customer_id: str, rm_id: str | None) -> None:
    """Raise unless this principal may propose for that customer."""
    if not sees(who, customer_id, rm_id):
        raise NotFound("Customer not found")
    if who.type == "auditor":
        raise Forbidden("An auditor reads and never writes.", code="auditor_reads")


def check_admin(who: Principal, act: str) -> None:
    """Raise unless this is an admin (or Placet itself); `act` completes "Only an admin may …"."""
    if who.type not in ("admin", "system"):
        raise Forbidden(f"Only an admin may {act}.", code="admins_only")
