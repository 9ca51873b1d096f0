"""Who may see and who may act. Decided here and nowhere else: list, get, export and stream use the same predicate.

| verb    | agent token         | other RM | attached RM, live delegate | co-signer             | team     | admin    | auditor  |
|---------|---------------------|----------|----------------------------|-----------------------|----------|----------|----------|
| see     | its customers       | no (404) | yes                        | yes                   | yes      | yes      | yes      |
| propose | its customers       | no (404) | yes                        | yes                   | yes      | yes      | no (403) |
| decide  | never (403)         | no (404) | yes                        | second signature only | no (403) | no (403) | no (403) |

A delegation of named customers reaches those, one of named artifacts reaches those artifacts and not their customer.
"""

from __future__ import annotations

import msgspec

from placet.errors import Forbidden, NotFound, PlacetError
from placet.identity.principal import Authority, Principal

COSIGN = "cosign"  # what a member may beyond seeing
_SEES_EVERYTHING = ("admin", "auditor", "system")
_NOTHING = Authority()
_ME = "($1::text[])[1]"  # who asks, in a condition whose argument comes first


class Standing(msgspec.Struct, frozen=True):
    """How a principal stands to a customer or to one artifact. `for_rm` is the RM a delegate decides for: id and name."""

    sees: bool
    decides: bool = False
    cosigns: bool = False
    for_rm: tuple[str, str] | None = None


STRANGER = Standing(sees=False)


def visible(
    who: Principal, customer_id: str, rm_id: str, artifact_id: str | None = None, *, parameter: int = 1
) -> tuple[str, list[str]]:
    """The SQL condition on column expressions (the customer's id, its RM's id, the artifact's) and the one argument it takes.

    A row whose customer is gone has neither, so only those who see everything still see it.
    """
    if who.type in _SEES_EVERYTHING or (who.is_agent and who.customers is None):
        gone = " and " + customer_id + " is not null" if who.is_agent else ""
        return f"(${parameter}::text[] is not null{gone})", []
    if who.is_agent:
        return f"({customer_id} = any (${parameter}::text[]))", list(who.customers or ())
    me = f"(${parameter}::text[])[1]"
    if own_only(who):
        return f"({rm_id} = {me})", [who.id]
    ways = [_within(rm_id, "reach_rms", me), _within(customer_id, "reach_customers", me)]
    if artifact_id is not None:
        ways.append(_within(artifact_id, "reach_artifacts", me))
    return f"({' or '.join(ways)})", [who.id]


def visible_at_once(who: Principal, customer_id: str, artifact_id: str, *, parameter: int = 1) -> tuple[str, list[str]]:
    """The same of an artifact's own columns, for whoever counts: the customers are gathered first, and indexes find the rest.

    Asked of a joined customer, one "or" among the ways makes PostgreSQL look at every artifact there is.
    """
    if who.is_agent or who.type in _SEES_EVERYTHING:
        return visible(who, customer_id, "null", parameter=parameter)
    condition, scope = visible(who, "c.id", "c.rm_id", parameter=parameter)
    gathered = _gathered(customer_id, condition)
    if own_only(who):
        return gathered, scope
    return f"({gathered} or {_within(artifact_id, 'reach_artifacts', f'(${parameter}::text[])[1]')})", scope


def decidable(who: Principal, customer_id: str, rm_id: str, artifact_id: str) -> tuple[str, list[str]]:
    """The same for what an RM may decide alone: their own, and what they stand in for. Raises Forbidden for anybody else."""
    if who.type != "rm":
        raise agents_never_decide() if who.is_agent else _not_the_rm()
    if _stands_in_for_nobody(who):
        return f"({rm_id} = {_ME})", [who.id]
    return f"({rm_id} = {_ME} or {delegated(customer_id, rm_id, artifact_id, _ME)})", [who.id]


def decidable_at_once(who: Principal, customer_id: str, rm_id: str, artifact_id: str) -> tuple[str, list[str]]:
    """The same of a pending artifact's own columns, for whoever counts; gathered as for `visible_at_once`, and of that."""
    condition, scope = decidable(who, customer_id, rm_id, artifact_id)
    if _stands_in_for_nobody(who):
        return condition, scope
    seen, _ = visible(who, "c.id", "c.rm_id")
    theirs, _ = decidable(who, "c.id", "c.rm_id", "null")
    gathered = _gathered(customer_id, f"{seen} and {theirs}")
    return f"({gathered} or {_within(artifact_id, 'reach_artifacts', _ME)})", scope


def delegated(customer_id: str, rm_id: str, artifact_id: str, me: str) -> str:
    """The SQL condition that somebody else's customer or artifact is this person's to decide, as a live delegate."""
    return (
        f"exists (select from delegation d where d.to_user = {me} and d.from_user = {rm_id} and d.ended_at is null"
        " and d.from_at <= statement_timestamp() and d.until_at > statement_timestamp()"
        " and (d.customer_ids is null and d.artifact_ids is null"
        f" or {customer_id} = any (d.customer_ids) or {artifact_id} = any (d.artifact_ids)))"
    )


def cosigned(customer_id: str) -> str:
    """The SQL condition that the person of `decidable` may give second signatures for a customer: named for it, or by its team."""
    return (
        f"{customer_id} = any (array("  # noqa: S608 - a column and words of ours, no values
        f"select m.customer_id from customer_member m where m.user_id = {_ME} and m.may = '{COSIGN}' union all"
        f" select c.id from team_member t join customer c on c.team_id = t.team_id where t.user_id = {_ME} and t.may = '{COSIGN}'))"
    )


def may_cosign(who: Principal) -> bool:
    """Whether there may be customers for which this person gives second signatures."""
    held = who.authority
    return held is None or COSIGN in (*held.customers.values(), *held.teams.values())


def own_only(who: Principal) -> bool:
    """Whether somebody looked and found that this person has the customers attached to them and no others."""
    return who.authority is not None and who.authority.nothing


def only_sees_some(who: Principal) -> bool:
    """Whether this RM has customers, of a team or one by one, that are not theirs to decide."""
    held = who.authority or _NOTHING
    return who.type == "rm" and bool(held.customers or held.teams)


def _stands_in_for_nobody(who: Principal) -> bool:
    return who.authority is not None and not who.authority.delegations


def _gathered(customer_id: str, condition: str) -> str:
    return f"{customer_id} = any (array(select c.id from customer c where {condition}))"  # noqa: S608 - conditions of ours, no values


def _within(column: str, reach: str, person: str) -> str:
    return f"{column} = any ((select {reach}({person}))::text[])"  # a subselect, so that it is worked out once


def standing(
    who: Principal,
    customer_id: str | None,
    rm_id: str | None,
    team_id: str | None = None,
    artifact_id: str | None = None,
) -> Standing:
    """The same predicate over values already read; a person's `authority` must have been loaded to count."""
    if who.is_agent:
        return Standing(sees=customer_id is not None and (who.customers is None or customer_id in who.customers))
    held = who.authority or _NOTHING
    may = {held.customers.get(customer_id or ""), held.teams.get(team_id or "")} - {None}
    cosigns = COSIGN in may
    if who.type == "rm" and rm_id is not None:
        if rm_id == who.id:
            return Standing(sees=True, decides=True, cosigns=cosigns)
        for given in held.delegations:
            all_of_it = given.customers is None and given.artifacts is None
            named = customer_id in (given.customers or ()) or artifact_id in (given.artifacts or ())
            if given.rm == rm_id and (all_of_it or named):
                return Standing(sees=True, decides=True, cosigns=cosigns, for_rm=(given.rm, given.rm_name))
    return Standing(sees=bool(may) or who.type in _SEES_EVERYTHING, cosigns=cosigns)


def sees_everything(who: Principal) -> bool:
    """Whether what is nobody's any more, such as a deleted customer's trail, is there for them."""
    return who.type in _SEES_EVERYTHING


def agents_never_decide() -> Forbidden:
    """What every agent is told that wants to decide, or to say who may."""
    return Forbidden("An agent's credentials can never decide. A person must.", code="agents_never_decide")


def _not_the_rm() -> Forbidden:
    return Forbidden("Only the attached RM may decide this.", code="not_the_rm")


def refusal_to_decide(who: Principal, stands: Standing) -> PlacetError | None:
    """Why this principal may not decide, or None if they may (a co-signer: give the second signature)."""
    if who.is_agent:
        return agents_never_decide()
    if not stands.sees:
        return NotFound("Artifact not found")
    if not (stands.decides or stands.cosigns):
        return _not_the_rm()
    return None


def check_person(who: Principal) -> None:
    """Raise for an agent, whatever it names, before anything says whether that is there."""
    if who.is_agent and (refusal := refusal_to_decide(who, STRANGER)) is not None:
        raise refusal


def check_propose(who: Principal, customer_id: str, rm_id: str | None, team_id: str | None = None) -> None:
    """Raise unless this principal may propose for that customer."""
    if not standing(who, customer_id, rm_id, team_id).sees:
        raise NotFound("Customer not found")
    if who.type == "auditor":
        raise Forbidden("An auditor reads and never writes.", code="auditor_reads")


def check_admin(who: Principal, act: str) -> None:
    """Raise unless this is an admin (or Placet itself); `act` completes "Only an admin may …"."""
    if who.type not in ("admin", "system"):
        raise Forbidden(f"Only an admin may {act}.", code="admins_only")
