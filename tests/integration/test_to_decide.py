"""What is an RM's to decide, as a list and as a count: their own, what they stand in for, what lacks their second signature."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from conftest import World, edited
from placet.artifacts import inbox, lifecycle
from placet.artifacts.artifact_type import to_wire
from placet.artifacts.inbox import TO_DECIDE, Filters
from placet.customers import delegations, teams
from placet.customers.schema import Field, ProfileSchema
from placet.identity import principal
from placet.identity.principal import SYSTEM

SOON = datetime.now(UTC) + timedelta(days=7)


@pytest.fixture(scope="module")
def schema():
    described = {"label": "Residency", "section": "About", "type": "country", "policy": "dual"}
    plain = {"label": "Occupation", "section": "About", "type": "text"}
    return ProfileSchema("1", "EUR", (Field(key="residency", **described), Field(key="occupation", **plain)))


async def known(world, who):
    """The same person with their authority, as their credentials are read."""
    [row] = await world.rows("select authority_of($1)::text as said", who.id)
    return msgspec.structs.replace(who, authority=principal.authority(row["said"]))


async def found(world, who, **filters):
    wanted = Filters(whose=TO_DECIDE, **{"status": "pending", "dual": ("residency",), **filters})
    async with world.runtime.reading() as connection:
        return {each.id for each in (await inbox.list_artifacts(connection, who, wanted, limit=200)).artifacts}


async def require(world, who, expected):
    """These and no others, whether their authority was looked up or not; as many are counted, and have buttons to accept."""
    loaded = await known(world, who)
    ids = {each.id for each in expected}
    assert await found(world, who) == await found(world, loaded) == ids
    numbers: dict[str, int] = {}
    for each in expected:
        numbers[each.customer_id] = numbers.get(each.customer_id, 0) + 1
    async with world.runtime.reading() as connection:
        for one in (who, loaded):
            assert await inbox.pending_counts(connection, one, to_decide=True, dual=("residency",)) == numbers
        seen = await inbox.list_artifacts(connection, loaded, Filters(status="pending"), limit=200)
    wires = [to_wire(each, loaded, world.runtime.schema) for each in seen.artifacts]
    assert {each.id for each in wires if set(each.allowed) & set(lifecycle.APPROVALS)} == ids


async def attached(world, rm, *fields):
    """A customer of that RM, and what waits for them."""
    customer = await world.customer(rm)
    values = {"occupation": "Cook", "residency": "Portugal"}
    return customer, [await world.proposal(customer, field, values[field]) for field in fields]


async def test_their_own_and_what_they_stand_in_for(world: World):
    me, away, busy, asking = [await world.person() for _ in range(4)]
    _, own = await attached(world, me, "occupation", "residency")
    _, all_of_it = await attached(world, away, "occupation", "residency")
    named, one_customer = await attached(world, busy, "occupation")
    await attached(world, busy, "occupation")
    _, two = await attached(world, asking, "occupation", "residency")
    await require(world, me, own)
    for who, what in ((away, {}), (busy, {"customer_ids": [named]}), (asking, {"artifact_ids": [two[0].id]})):
        await world.runtime.transact(
            lambda c, who=who, what=what: delegations.delegate(c, who, to_user=me.id, until_at=SOON, **what)
        )
    await require(world, me, [*own, *all_of_it, *one_customer, two[0]])
    await world.rows("update delegation set ended_at = now() returning id")
    await require(world, me, own)


@pytest.mark.parametrize("through_a_team", [False, True])
async def test_not_what_they_only_see(world: World, through_a_team):
    me, other = await world.person(), await world.person()
    _, own = await attached(world, me, "occupation")
    customer, theirs = await attached(world, other, "occupation", "residency")
    await member(world, me, customer, "see", through_a_team)
    await world.accept(other, theirs[1])
    await require(world, me, own)
    assert theirs[0].id not in await found(world, me, customer_id=customer)


@pytest.mark.parametrize("through_a_team", [False, True])
async def test_of_a_co_signer_what_lacks_their_signature_only(world: World, through_a_team):
    me, other = await world.person(), await world.person()
    _, own = await attached(world, me, "occupation")
    customer, (_, signed) = await attached(world, other, "occupation", "residency")
    await member(world, me, customer, "cosign", through_a_team)
    await require(world, me, own)
    await world.accept(other, signed)
    await require(world, me, [*own, signed])
    await world.decide(edited(other, signed, "Norway"))  # the first lapses, and this one counts
    await require(world, me, [*own, signed])
    assert await found(world, me, dual=()) == {each.id for each in own}, "where the field takes one signature by now"


@pytest.mark.parametrize("last", ["lapsed", "by themselves", "of another version"])
async def test_not_where_their_signature_would_not_count(world: World, owner, last):
    me, other = await world.person(), await world.person()
    customer, [signed] = await attached(world, other, "residency")
    await member(world, me, customer, "cosign", False)
    await world.accept(other, signed)
    await require(world, me, [signed])
    act, by, version = (
        "lapsed" if last == "lapsed" else "signed",
        me if last == "by themselves" else other,
        4 if last == "of another version" else 0,
    )
    await owner.execute(
        "insert into signature (artifact_id, act, at, user_id, user_name, status, field_version)"
        " values ($1, $2, now(), $3, 'x', 'accepted', $4)",
        signed.id,
        act,
        by.id,
        version,
    )
    await require(world, me, [])


async def test_whoever_decides_nothing_finds_nothing(world: World):
    await attached(world, await world.person(), "occupation")
    for role in ("admin", "auditor"):
        assert await found(world, await world.person(role)) == set()
    me = await world.person()
    _, [own] = await attached(world, me, "occupation")
    await world.accept(me, own)
    assert await found(world, me, status="accepted") == set(), "what is decided waits no more"


async def member(world, who, customer, may, through_a_team):
    async def work(connection):
        if not through_a_team:
            return await teams.set_customer_member(connection, SYSTEM, customer, who.id, may)
        made = await teams.create(connection, SYSTEM, f"Desk of {who.id}")
        await teams.set_member(connection, SYSTEM, made.id, who.id, may)
        return await teams.set_team(connection, SYSTEM, customer, made.id)

    await world.runtime.transact(work)
