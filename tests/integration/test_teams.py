"""Teams and people named for one customer: who may change them, what they let a person see, and what the trail keeps."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from conftest import AGENT, World, together
from placet.customers import records, teams
from placet.customers.teams import Member, Team
from placet.errors import Conflict, Forbidden, Invalid, NotFound, PlacetError
from placet.identity import users
from placet.identity.principal import SYSTEM, Principal

_numbers = itertools.count(1)


async def do(world: World, verb: Any, *given: Any) -> Any:
    return await world.runtime.transact(lambda c: verb(c, *given))


async def read(world: World, verb: Any, *given: Any) -> Any:
    async with world.runtime.reading() as connection:
        return await verb(connection, *given)


async def new_team(world: World, *members: tuple[Principal, str]) -> Team:
    made: Team = await do(world, teams.create, SYSTEM, f"Team {next(_numbers)}")
    for person, may in members:
        await do(world, teams.set_member, SYSTEM, made.id, person.id, may)
    return made


async def sees(world: World, who: Principal, customer: str) -> bool:
    try:
        await read(world, records.get, who, customer)
    except NotFound:
        return False
    return True


async def told(world: World, team: Team) -> list[tuple[str, Any, Any, Any]]:
    return [
        (e["kind"], e["body"].get("userName"), e["body"].get("before"), e["body"].get("after"))
        for e in await world.events()
        if e["body"].get("teamId") == team.id
    ]


async def test_a_team_lives_and_the_trail_tells_it(world: World) -> None:
    admin, person = await world.person("admin", name="Ada"), await world.person(name="Bao")
    team: Team = await do(world, teams.create, admin, "  Desk North ")
    assert (team.name, team.people, team.customers) == ("Desk North", 0, 0)
    await do(world, teams.rename, admin, team.id, "Desk Nord")
    await do(world, teams.rename, admin, team.id, "Desk Nord")
    await do(world, teams.set_member, admin, team.id, person.id, "see")
    await do(world, teams.set_member, admin, team.id, person.id, "see")
    await do(world, teams.set_member, admin, team.id, person.id, "cosign")
    found, members = await read(world, teams.get, admin, team.id)
    assert (found.name, found.people, members) == (
        "Desk Nord", 1, [Member(user_id=person.id, user_name="Bao", may="cosign")],
    )  # fmt: skip
    await do(world, teams.remove_member, admin, team.id, person.id)
    await do(world, teams.delete, admin, team.id)
    assert await told(world, team) == [
        ("team.created", None, None, None), ("team.renamed", None, "Desk North", "Desk Nord"),
        ("team.member_set", "Bao", None, "see"), ("team.member_set", "Bao", "see", "cosign"),
        ("team.member_removed", "Bao", "cosign", None), ("team.deleted", None, None, None),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        await read(world, teams.get, admin, team.id)


async def test_a_team_sees_its_customers_and_no_others(world: World) -> None:
    rm, seer, cosigner, outsider = [await world.person() for _ in range(4)]
    ours, other = await world.customer(rm), await world.customer(rm)
    team = await new_team(world, (seer, "see"), (cosigner, "cosign"))
    assert not await sees(world, seer, ours)
    await do(world, teams.set_team, SYSTEM, ours, team.id)
    await do(world, teams.set_team, SYSTEM, ours, team.id)
    for who, both in ((rm, (True, True)), (seer, (True, False)), (cosigner, (True, False)), (outsider, (False, False))):
        assert (await sees(world, who, ours), await sees(world, who, other)) == both
    [row] = [t for t in await read(world, teams.list_teams, SYSTEM) if t.id == team.id]
    assert (row.people, row.customers) == (2, 1)
    await do(world, teams.remove_member, SYSTEM, team.id, seer.id)
    assert not await sees(world, seer, ours)
    await do(world, teams.set_team, SYSTEM, ours, None)
    assert not await sees(world, cosigner, ours)
    events = [e for e in await world.events(customer_id=ours) if e["kind"] == "customer.team_set"]
    assert [(e["body"]["before"], e["body"]["after"], e["body"]["teamName"]) for e in events] == [
        (None, team.id, team.name), (team.id, None, None),
    ]  # fmt: skip


async def test_a_deleted_team_leaves_its_customers_and_their_trails_say_so(world: World) -> None:
    rm, seer = await world.person(), await world.person()
    customers = [await world.customer(rm) for _ in range(2)]
    team = await new_team(world, (seer, "see"))
    for customer in customers:
        await do(world, teams.set_team, SYSTEM, customer, team.id)
    await do(world, teams.delete, SYSTEM, team.id)
    for customer in customers:
        event = (await world.events(customer_id=customer))[-1]
        assert (event["kind"], event["body"]["beforeName"], event["body"]["after"]) == (
            "customer.team_set",
            team.name,
            None,
        )
        assert (await read(world, records.get, rm, customer)).team_id is None
        assert not await sees(world, seer, customer)


async def test_a_person_named_for_one_customer(world: World) -> None:
    rm, person = await world.person(), await world.person(name="Bao")
    customer, other = await world.customer(rm), await world.customer(rm)
    team = await new_team(world, (person, "cosign"))
    await do(world, teams.set_team, SYSTEM, customer, team.id)
    await do(world, teams.set_customer_member, SYSTEM, customer, person.id, "see")
    await do(world, teams.set_customer_member, SYSTEM, customer, person.id, "see")
    assert await read(world, teams.customer_members, rm, customer) == [
        Member(user_id=person.id, user_name="Bao", may="see"),
        Member(user_id=person.id, user_name="Bao", may="cosign", team_name=team.name),
    ]
    assert await sees(world, person, customer)
    assert not await sees(world, person, other)
    with pytest.raises(NotFound):
        await read(world, teams.customer_members, person, other)
    await do(world, teams.remove_customer_member, SYSTEM, customer, person.id)
    events = [e for e in await world.events(customer_id=customer) if e["kind"].startswith("customer.member")]
    assert [(e["kind"], e["body"]["userName"], e["body"]["before"], e["body"]["after"]) for e in events] == [
        ("customer.member_set", "Bao", None, "see"), ("customer.member_removed", "Bao", "see", None),
    ]  # fmt: skip


async def test_only_an_admin_changes_them(world: World) -> None:
    rm, person, auditor = await world.person(), await world.person(), await world.person("auditor")
    customer, team = await world.customer(rm), await new_team(world)
    before = len(await world.events())
    for who in (rm, auditor, AGENT):
        for verb, given in (
            (teams.create, ("Mine",)), (teams.rename, (team.id, "Mine")), (teams.delete, (team.id,)),
            (teams.set_member, (team.id, person.id, "see")), (teams.remove_member, (team.id, person.id)),
            (teams.set_team, (customer, team.id)), (teams.set_customer_member, (customer, person.id, "see")),
            (teams.remove_customer_member, (customer, person.id)),
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                await do(world, verb, who, *given)
    for who in (rm, AGENT):
        for verb, given in ((teams.list_teams, ()), (teams.get, (team.id,))):
            with pytest.raises(Forbidden):
                await read(world, verb, who, *given)
    assert len(await world.events()) == before
    assert team.id in {found.id for found in await read(world, teams.list_teams, auditor)}


async def test_what_is_refused(world: World) -> None:
    rm, person, admin = await world.person(), await world.person(), await world.person("admin")
    gone = await world.person()
    await do(world, users.disable, SYSTEM, gone.id)
    customer, team, other = await world.customer(rm), await new_team(world), await new_team(world)
    before = len(await world.events())
    tries: list[tuple[Any, tuple[Any, ...], type[PlacetError], str]] = [
        (teams.create, (team.name.upper(),), Conflict, "team_name_taken"),
        (teams.create, (" ",), Invalid, "invalid_name"),
        (teams.create, ("x" * 101,), Invalid, "invalid_name"),
        (teams.rename, (team.id, other.name), Conflict, "team_name_taken"),
        (teams.rename, ("nothing", "New"), NotFound, "not_found"),
        (teams.delete, ("nothing",), NotFound, "not_found"),
        (teams.set_member, (team.id, person.id, "decide"), Invalid, "invalid_may"),
        (teams.set_member, (team.id, admin.id, "see"), Invalid, "unknown_rm"),
        (teams.set_member, (team.id, gone.id, "see"), Invalid, "unknown_rm"),
        (teams.set_member, (team.id, "nobody", "see"), Invalid, "unknown_rm"),
        (teams.set_member, ("nothing", person.id, "see"), NotFound, "not_found"),
        (teams.remove_member, (team.id, person.id), NotFound, "not_found"),
        (teams.set_team, (customer, "nothing"), NotFound, "not_found"),
        (teams.set_team, ("nobody", team.id), NotFound, "not_found"),
        (teams.set_customer_member, (customer, admin.id, "see"), Invalid, "unknown_rm"),
        (teams.set_customer_member, ("nobody", person.id, "see"), NotFound, "not_found"),
        (teams.remove_customer_member, (customer, person.id), NotFound, "not_found"),
    ]
    for verb, given, kind, code in tries:
        with pytest.raises(kind) as caught:
            await do(world, verb, SYSTEM, *given)
        assert caught.value.code == code, (verb, given)
    assert len(await world.events()) == before


async def test_a_team_may_change_only_the_case_of_its_name(world: World) -> None:
    team = await new_team(world)
    await do(world, teams.rename, SYSTEM, team.id, team.name.upper())
    assert (await read(world, teams.get, SYSTEM, team.id))[0].name == team.name.upper()


async def test_a_name_taken_in_a_race_is_refused_in_words(world: World) -> None:
    pair = [await new_team(world), await new_team(world)]
    name = f"Team {next(_numbers)}"
    done = await together(*(_rename(world, team, name) for team in pair), *(_create(world, name) for _ in range(3)))
    assert sorted(done) == ["done", *["team_name_taken"] * 4]


async def _rename(world: World, team: Team, name: str) -> str:
    try:
        await do(world, teams.rename, SYSTEM, team.id, name)
    except Conflict as error:
        return error.code
    return "done"


async def _create(world: World, name: str) -> str:
    try:
        await do(world, teams.create, SYSTEM, name)
    except Conflict as error:
        return error.code
    return "done"
