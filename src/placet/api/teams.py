"""Teams and co-signers over HTTP: who beside the RM may see a customer, and who of them may sign second. For admins."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body
from placet.api.spec import described
from placet.artifacts.artifact import instant
from placet.customers import access, records, teams
from placet.customers.teams import Member, Team
from placet.db.engine import Connection
from placet.identity.principal import Principal


class TeamBody(msgspec.Struct, forbid_unknown_fields=True):
    """A team's name."""

    name: str


class MayBody(msgspec.Struct, forbid_unknown_fields=True):
    """`see`: read and propose. `cosign`: that, and the second signature where a field takes two."""

    may: Literal["see", "cosign"]


class TeamLine(msgspec.Struct, rename="camel", kw_only=True):
    """A team, and how many people and customers belong to it."""

    id: str
    name: str
    created_at: str | None
    people: int
    customers: int


class MemberWire(msgspec.Struct, rename="camel", kw_only=True):
    """A person and what they may; `teamName` is null for one named for the customer itself."""

    user_id: str
    user_name: str
    may: str
    team_name: str | None


class TeamWire(TeamLine, rename="camel", kw_only=True):
    """A team with its people."""

    members: list[MemberWire]


class TeamAnswer(msgspec.Struct):
    """One team."""

    team: TeamWire


class TeamsAnswer(msgspec.Struct):
    """Every team by name."""

    teams: list[TeamLine]


class MembersAnswer(msgspec.Struct):
    """Who beside the RM may see a customer, by name."""

    members: list[MemberWire]


class Teams(Controller):
    """Teams, their people, and people named for one customer."""

    path = "/api"

    @get("/teams", opt=described("teams", {200: TeamsAnswer}, problems=(422,)))
    async def list_teams(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List the teams by name. For admins and auditors."""
        async with runtime_of(request).reading() as connection:
            found = await teams.list_teams(connection, principal_of(request))
        return ok(TeamsAnswer([TeamLine(**_line(team)) for team in found]))

    @post("/teams", opt=described("teams", {201: TeamAnswer}, body=TeamBody, problems=(422,), idempotent=True))
    async def create_team(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Add a team with nobody in it. For admins."""
        who = principal_of(request)
        body = await read_body(request, TeamBody)

        async def work(connection: Connection) -> Answer:
            made = await teams.create(connection, who, body.name)
            return Answer(201, await _answer(connection, who, made.id))

        return await once(request, work)

    @get("/teams/{team_id:str}", opt=described("teams", {200: TeamAnswer}))
    async def get_team(self, request: Request[Any, Any, Any], team_id: FromPath[str]) -> Response[bytes]:
        """Read a team and its people. For admins and auditors."""
        async with runtime_of(request).reading() as connection:
            return ok(await _answer(connection, principal_of(request), team_id))

    @patch("/teams/{team_id:str}", opt=described("teams", {200: TeamAnswer}, body=TeamBody, idempotent=True))
    async def rename_team(self, request: Request[Any, Any, Any], team_id: FromPath[str]) -> Response[bytes]:
        """Give a team another name. For admins."""
        who = principal_of(request)
        body = await read_body(request, TeamBody)

        async def work(connection: Connection) -> Answer:
            await teams.rename(connection, who, team_id, body.name)
            return Answer(200, await _answer(connection, who, team_id))

        return await once(request, work)

    @delete("/teams/{team_id:str}", status_code=204, opt=described("teams", {204: None}))
    async def delete_team(self, request: Request[Any, Any, Any], team_id: FromPath[str]) -> None:
        """End a team: its people no longer see its customers. For admins."""
        who = principal_of(request)
        await runtime_of(request).transact(lambda connection: teams.delete(connection, who, team_id))

    @put("/teams/{team_id:str}/members/{user_id:str}", opt=described("teams", {200: TeamAnswer}, body=MayBody))
    async def set_team_member(
        self, request: Request[Any, Any, Any], team_id: FromPath[str], user_id: FromPath[str]
    ) -> Response[bytes]:
        """Put an RM into a team, or change what they may. For admins."""
        who = principal_of(request)
        body = await read_body(request, MayBody)

        async def work(connection: Connection) -> TeamAnswer:
            await teams.set_member(connection, who, team_id, user_id, body.may)
            return await _answer(connection, who, team_id)

        return ok(await runtime_of(request).transact(work))

    @delete("/teams/{team_id:str}/members/{user_id:str}", status_code=204, opt=described("teams", {204: None}))
    async def remove_team_member(
        self, request: Request[Any, Any, Any], team_id: FromPath[str], user_id: FromPath[str]
    ) -> None:
        """Take a person out of a team. For admins."""
        who = principal_of(request)
        await runtime_of(request).transact(lambda connection: teams.remove_member(connection, who, team_id, user_id))

    @get("/customers/{customer_id:str}/members", opt=described("teams", {200: MembersAnswer}))
    async def list_members(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """List who beside the RM may see a customer: people named for it, and its team's."""
        async with runtime_of(request).reading() as connection:
            found = await teams.customer_members(connection, principal_of(request), customer_id)
        return ok(MembersAnswer([_member(member) for member in found]))

    @put(
        "/customers/{customer_id:str}/members/{user_id:str}",
        opt=described("teams", {200: MembersAnswer}, body=MayBody),
    )
    async def set_customer_member(
        self, request: Request[Any, Any, Any], customer_id: FromPath[str], user_id: FromPath[str]
    ) -> Response[bytes]:
        """Name an RM for one customer, beside its team, or change what they may. For admins."""
        who = principal_of(request)
        body = await read_body(request, MayBody)

        async def work(connection: Connection) -> MembersAnswer:
            await _require_admin(connection, who, customer_id)
            await teams.set_customer_member(connection, who, customer_id, user_id, body.may)
            found = await teams.customer_members(connection, who, customer_id)
            return MembersAnswer([_member(member) for member in found])

        return ok(await runtime_of(request).transact(work))

    @delete("/customers/{customer_id:str}/members/{user_id:str}", status_code=204, opt=described("teams", {204: None}))
    async def remove_customer_member(
        self, request: Request[Any, Any, Any], customer_id: FromPath[str], user_id: FromPath[str]
    ) -> None:
        """Take a person off a customer. For admins."""
        who = principal_of(request)

        async def work(connection: Connection) -> None:
            await _require_admin(connection, who, customer_id)
            await teams.remove_customer_member(connection, who, customer_id, user_id)

        await runtime_of(request).transact(work)


async def _require_admin(connection: Connection, who: Principal, customer_id: str) -> None:
    """Somebody else's customer is not there; one's own may still not be changed."""
    await records.get(connection, who, customer_id)
    access.check_admin(who, "change who sees a customer")


async def _answer(connection: Connection, who: Principal, team_id: str) -> TeamAnswer:
    team, members = await teams.get(connection, who, team_id)
    return TeamAnswer(TeamWire(**_line(team), members=[_member(member) for member in members]))


def _line(team: Team) -> dict[str, Any]:
    return {
        "id": team.id,
        "name": team.name,
        "created_at": instant(team.created_at),
        "people": team.people,
        "customers": team.customers,
    }


def _member(member: Member) -> MemberWire:
    return MemberWire(user_id=member.user_id, user_name=member.user_name, may=member.may, team_name=member.team_name)
