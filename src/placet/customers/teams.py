"""Who beside the RM may see a customer, and who of them may give a second signature: teams, and people named for one customer.

`see` is to read and to propose; `cosign` is that and the second signature where a field takes two. Only an admin changes it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from placet.audit import record
from placet.customers import access, records
from placet.db import json
from placet.db.engine import Connection, database_time, statements
from placet.errors import Conflict, Forbidden, Invalid, NotFound
from placet.identity.principal import Principal
from placet.ids import new_id

SQL = statements(__package__, "teams.sql")
SEE, COSIGN = "see", "cosign"
MAY = (SEE, COSIGN)
MAX_NAME = 100


class Team(msgspec.Struct, kw_only=True):
    """A team, and how many people and customers belong to it."""

    id: str
    name: str
    created_at: datetime
    people: int = 0
    customers: int = 0


class Member(msgspec.Struct, kw_only=True):
    """A person who may see a customer, or also co-sign. `team_name`: by which team, None for one named for the customer."""

    user_id: str
    user_name: str
    may: str
    team_name: str | None = None


# ── teams ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def create(connection: Connection, who: Principal, name: str) -> Team:
    """A new team with nobody in it. Raises Conflict `team_name_taken`."""
    access.check_admin(who, "change teams")
    made = Team(id=new_id(), name=_checked_name(name), created_at=await database_time(connection))
    if await connection.fetchval(SQL["insert"], made.id, made.name, made.created_at) is None:
        raise _name_taken(made.name)
    await _record(connection, who, "team.created", made)
    return made


async def list_teams(connection: Connection, who: Principal) -> list[Team]:
    """Every team by name, for admins and auditors."""
    _check_reader(who)
    return [Team(**dict(row)) for row in await connection.fetch(SQL["list"], None)]


async def get(connection: Connection, who: Principal, team_id: str) -> tuple[Team, list[Member]]:
    """A team and its people by name, for admins and auditors; NotFound without one."""
    _check_reader(who)
    row = await connection.fetchrow(SQL["list"], team_id)
    if row is None:
        raise NotFound("Team not found")
    return Team(**dict(row)), [Member(**dict(found)) for found in await connection.fetch(SQL["members"], team_id)]


async def rename(connection: Connection, who: Principal, team_id: str, name: str) -> None:
    """Another name for a team; what is past keeps the name it had. Raises Conflict `team_name_taken`."""
    access.check_admin(who, "change teams")
    team = await _hold(connection, team_id)
    name = _checked_name(name)
    if name == team.name:
        return
    try:
        done = await connection.fetchval(SQL["rename"], team_id, name)
    except asyncpg.UniqueViolationError:  # taken in the same moment
        done = None
    if done is None:
        raise _name_taken(name)
    renamed = msgspec.structs.replace(team, name=name)
    await _record(connection, who, "team.renamed", renamed, before=team.name, after=name)


async def delete(connection: Connection, who: Principal, team_id: str) -> None:
    """End a team: its people no longer see its customers, and each customer's trail says so."""
    access.check_admin(who, "change teams")
    team = await _hold(connection, team_id)
    at = await database_time(connection)
    left = [
        _team_set(who, at, row["id"], row["name"], team.id, team.name, None, None)
        for row in await connection.fetch(SQL["customers"], team_id)
    ]
    await connection.execute(SQL["delete"], team_id)
    await record.write(connection, left)
    await _record(connection, who, "team.deleted", team)


async def set_member(connection: Connection, who: Principal, team_id: str, user_id: str, may: str) -> None:
    """Put an RM into a team, or change what they may: `see` or `cosign`. Raises Invalid for anybody else."""
    access.check_admin(who, "change teams")
    team = await _hold(connection, team_id)
    name, may = await _checked_member(connection, user_id, may)
    before = await connection.fetchval(SQL["member"], team_id, user_id)
    if before == may:
        return
    await connection.execute(SQL["set_member"], team_id, user_id, may)
    await _record(connection, who, "team.member_set", team, userId=user_id, userName=name, before=before, after=may)


async def remove_member(connection: Connection, who: Principal, team_id: str, user_id: str) -> None:
    """Take a person out of a team; NotFound if they are not in it."""
    access.check_admin(who, "change teams")
    team = await _hold(connection, team_id)
    before = await connection.fetchval(SQL["remove_member"], team_id, user_id)
    if before is None:
        raise NotFound("Member not found")
    name = await connection.fetchval(SQL["user_name"], user_id)
    await _record(
        connection, who, "team.member_removed", team, userId=user_id, userName=name, before=before, after=None
    )


# ── customers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def set_team(connection: Connection, who: Principal, customer_id: str, team_id: str | None) -> None:
    """Give a customer a team whose people may see them; None takes it away."""
    access.check_admin(who, "change who sees a customer")
    team = await _hold(connection, team_id) if team_id is not None else None
    customer = await _hold_customer(connection, customer_id)
    if customer["team_id"] == team_id:
        return
    at = await database_time(connection)
    await connection.execute(SQL["set_team"], customer_id, team_id)
    named = (team.id, team.name) if team is not None else (None, None)
    event = _team_set(who, at, customer_id, customer["name"], customer["team_id"], customer["team_name"], *named)
    await record.write(connection, [event])


async def customer_members(connection: Connection, who: Principal, customer_id: str) -> list[Member]:
    """Who beside the RM may see a customer, by name, for people who see the customer themselves."""
    await records.get(connection, who, customer_id)
    if who.is_agent:
        raise Forbidden("This is for people.", code="people_only")
    return [Member(**dict(row)) for row in await connection.fetch(SQL["customer_members"], customer_id)]


async def set_customer_member(connection: Connection, who: Principal, customer_id: str, user_id: str, may: str) -> None:
    """Name an RM for one customer, beside its team: `see` or `cosign`. Raises Invalid for anybody else."""
    access.check_admin(who, "change who sees a customer")
    customer = await _hold_customer(connection, customer_id)
    name, may = await _checked_member(connection, user_id, may)
    before = await connection.fetchval(SQL["customer_member"], customer_id, user_id)
    if before == may:
        return
    await connection.execute(SQL["set_customer_member"], customer_id, user_id, may)
    await _record_member(connection, who, "customer.member_set", customer, user_id, name, before, may)


async def remove_customer_member(connection: Connection, who: Principal, customer_id: str, user_id: str) -> None:
    """Take a person off a customer; NotFound if they were not."""
    access.check_admin(who, "change who sees a customer")
    customer = await _hold_customer(connection, customer_id)
    before = await connection.fetchval(SQL["remove_customer_member"], customer_id, user_id)
    if before is None:
        raise NotFound("Member not found")
    name = await connection.fetchval(SQL["user_name"], user_id)
    await _record_member(connection, who, "customer.member_removed", customer, user_id, name, before, None)


# ── what is checked, and the trail ────────────────────────────────────────────────────────────────────────────────────


def _check_reader(who: Principal) -> None:
    if not access.sees_everything(who):
        raise Forbidden("Only an admin or an auditor may read the teams.", code="admins_only")


def _checked_name(name: str) -> str:
    name = json.require_text(name, "The name").strip()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise Invalid(f"A team's name has 1 to {MAX_NAME} printable characters.", code="invalid_name")
    return name


async def _checked_member(connection: Connection, user_id: str, may: str) -> tuple[str, str]:
    if may not in MAY:
        raise Invalid(f"What a member may is one of: {', '.join(MAY)}.", code="invalid_may")
    return await records.require_rm(connection, user_id), may


def _name_taken(name: str) -> Conflict:
    return Conflict(f"There is a team called {name} already.", code="team_name_taken")


async def _hold(connection: Connection, team_id: str) -> Team:
    row = await connection.fetchrow(SQL["lock"], team_id)
    if row is None:
        raise NotFound("Team not found")
    return Team(**dict(row))


async def _hold_customer(connection: Connection, customer_id: str) -> Any:
    row = await connection.fetchrow(SQL["lock_customer"], customer_id)
    if row is None:
        raise NotFound("Customer not found")
    return row


async def _record(connection: Connection, who: Principal, kind: str, team: Team, **more: Any) -> None:
    at = await database_time(connection)
    body = {"teamId": team.id, "teamName": team.name, **more}
    await record.write(connection, [record.event(kind, at=at, actor=who, body=body)])


async def _record_member(
    connection: Connection,
    who: Principal,
    kind: str,
    customer: Any,
    user_id: str,
    name: str,
    before: str | None,
    after: str | None,
) -> None:
    at = await database_time(connection)
    body = {
        "customerName": customer["name"],
        "userId": user_id,
        "userName": name,
        "before": before,
        "after": after,
    }
    await record.write(connection, [record.event(kind, at=at, actor=who, customer_id=customer["id"], body=body)])


def _team_set(
    who: Principal,
    at: datetime,
    customer_id: str,
    customer_name: str,
    before: str | None,
    before_name: str | None,
    after: str | None,
    after_name: str | None,
) -> record.Event:
    body = {
        "customerName": customer_name,
        "before": before,
        "beforeName": before_name,
        "after": after,
        "teamName": after_name,
    }
    return record.event("customer.team_set", at=at, actor=who, customer_id=customer_id, body=body)
