"""The trail: every event is committed to, names are as they were, and the profile of any moment comes back from it."""

import json
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest

from conftest import World, accepted, item, rejected
from placet.artifacts import custody
from placet.audit import timeline
from placet.customers import records
from placet.errors import NotFound
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM, agent


@pytest.fixture
async def rm(world: World):
    return await world.person(name="Ines Duarte")


@pytest.fixture
async def admin(world: World):
    return await world.person("admin", name="Ada Okafor")


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"}, name="Ana Lund")


async def lines(world, who, customer, **more):
    async with world.runtime.reading() as connection:
        return await timeline.of_customer(connection, who, customer, **more)


async def test_every_act_of_every_kind_is_committed_to_by_salt_and_body(world: World, rm, admin, customer):
    first = await world.proposal(customer, "occupation", "Chef")
    await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, first)
    await world.reject(rm, await world.proposal(customer, "employer", "The Old Mill"), reason="Überholt – no.")
    await world.edit(rm, await world.proposal(customer, "interests", ["Jazz"]), ["Fado", "Łódź 🏡"])
    await world.proposal(customer, "employer", "The New Mill")
    person = await world.person()

    async def everything_else(connection):
        await records.rename(connection, admin, customer, "Ana Berg")
        await custody.reassign(connection, admin, customer, person.id)
        token_id, _ = await tokens.create(connection, admin, user_id=person.id)
        await tokens.revoke(connection, admin, token_id)
        await users.set_password(connection, admin, person.id, None)
        await users.disable(connection, admin, person.id)
        await users.delete(connection, admin, person.id)
        await custody.delete_customer(connection, admin, customer)

    await world.runtime.transact(everything_else)
    found = await world.events()
    assert {event["kind"] for event in found} >= {
        "customer.created",
        "customer.renamed",
        "customer.reassigned",
        "customer.deleted",
        "user.added",
        "user.disabled",
        "user.deleted",
        "user.password_changed",
        "token.created",
        "token.revoked",
        *(f"profile_edit.{act}" for act in ("proposed", "accepted", "edited", "rejected", "superseded", "withdrawn")),
    }
    for event in found:
        assert event["commitment"] == sha256(event["salt"] + event["text"].encode()).digest(), event["kind"]
    assert len({event["salt"] for event in found}) == len(found)


async def test_a_body_is_canonical_json(world: World, rm, customer):
    await world.accept(rm, await world.proposal(customer, "occupation", "Chef – “sous”"))
    for event in await world.events(customer_id=customer):
        compact = json.dumps(event["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert event["text"] == compact


async def test_a_secret_is_in_no_event(world: World, rm, admin):
    secret = (await world.token(rm))["authorization"].removeprefix("Bearer ")
    await world.runtime.transact(lambda c: users.set_password(c, admin, rm.id, "correct horse battery"))
    for event in await world.events():
        assert secret not in event["text"]
        assert "correct horse" not in event["text"]


async def test_names_are_as_they_were(world: World, rm, admin, customer):
    await world.accept(rm, await world.proposal(customer, "occupation", "Chef"))

    async def later(connection):
        await records.rename(connection, admin, customer, "Ana Berg")
        await connection.execute("update app_user set name = 'Ines Berg' where id = $1", rm.id)

    await world.runtime.transact(later)
    found = await lines(world, admin, customer)
    assert [line.body["customerName"] for line in found] == ["Ana Lund"] * 3 + ["Ana Berg"]
    assert found[2].actor_name == "Ines Duarte"


async def test_pages_are_complete_in_both_directions(world: World, rm, customer):
    for number in range(6):
        await world.reject(rm, await world.proposal(customer, "occupation", f"Job {number}"))
    everything = [line.seq for line in await lines(world, rm, customer, limit=200)]
    assert everything == sorted(everything)
    assert len(everything) == 13

    async def paged(**more):
        seen, after = [], 0
        while page := await lines(world, rm, customer, after=after, limit=4, **more):
            seen += [line.seq for line in page]
            after = seen[-1]
        return seen

    assert await paged() == everything
    assert await paged(newest_first=True) == everything[::-1]


async def test_an_artifacts_own_events_and_no_others(world: World, rm, customer):
    found = await world.proposal(customer, "occupation", "Chef")
    await world.proposal(customer, "employer", "The Old Mill")
    await world.accept(rm, found)
    async with world.runtime.reading() as connection:
        own = await timeline.of_artifact(connection, found.id)
        rest = await timeline.of_artifact(connection, found.id, after=own[0].seq)
    assert [line.act for line in own] == ["proposed", "accepted"]
    assert [line.act for line in rest] == ["accepted"]
    assert {line.artifact_id for line in own} == {found.id}


async def test_a_trail_is_only_there_for_who_sees_the_customer(world: World, rm, admin, customer):
    assert await lines(world, rm, customer)
    assert await lines(world, admin, customer)
    for who in (await world.person(), agent("bound", customers=("other",))):
        with pytest.raises(NotFound, match="Customer not found"):
            await lines(world, who, customer)
    with pytest.raises(NotFound, match="Customer not found"):
        await lines(world, admin, "nobody")


async def test_who_did_what_by_which_door(world: World, rm, customer):
    by_web = msgspec.structs.replace(rm, door="web")
    await world.decide(rejected(by_web, await world.proposal(customer, "occupation", "Chef")))
    found = await lines(world, rm, customer)
    assert [(line.act, line.door, line.actor_type) for line in found] == [
        ("created", "system", "system"),
        ("proposed", "library", "agent"),
        ("rejected", "web", "rm"),
    ]


# ── the profile as of a moment ────────────────────────────────────────────────────────────────────────────────────────


async def test_the_profile_of_any_moment_comes_back_from_the_trail_alone(world: World, rm, customer):
    moments = []

    async def mark():
        [row] = await world.rows("select clock_timestamp() as at")
        moments.append((row["at"], await world.profile(customer)))

    await mark()
    await world.accept(rm, await world.proposal(customer, "occupation", "Chef"))
    await mark()
    await world.edit(rm, await world.proposal(customer, "phone", "+447700900417"), "+44 7700 900418")
    await mark()
    await world.reject(rm, await world.proposal(customer, "email", "ana@bakery.example"))
    await mark()
    done = await world.propose(customer, item("occupation", None), item("interests", []), item("dependants", 2))
    await world.decide(*(accepted(rm, found) for found in done.artifacts))
    await mark()
    await world.edit(rm, await world.proposal(customer, "dependants", 3), None)
    await mark()
    await world.accept(rm, await world.proposal(customer, "occupation", "Baker"))
    await mark()
    async with world.runtime.reading() as connection:
        for at, profile in moments:
            past = await records.profile_as_of(connection, rm, customer, at)
            assert {key: value.value for key, value in past.items()} == profile
    assert [len(profile) for _, profile in moments] == [1, 1, 2, 2, 3, 2, 3]


async def test_before_the_customer_came_there_is_nothing(world: World, rm, customer):
    [event, *_] = await world.events(customer_id=customer)
    async with world.runtime.reading() as connection:
        assert await records.profile_as_of(connection, rm, customer, event["at"] - timedelta(seconds=1)) == {}


async def test_a_past_value_says_who_gave_it_and_by_which_artifact(world: World, rm, customer):
    found = await world.proposal(customer, "occupation", "Chef")
    await world.accept(rm, found)
    async with world.runtime.reading() as connection:
        values = (await records.history(connection, customer))["occupation"]
    assert [(value.value, value.by, value.artifact_id) for value in values] == [
        ("Baker", "Placet", None),
        ("Chef", "Ines Duarte", found.id),
    ]


async def test_the_past_of_somebody_elses_customer_is_not_there(world: World, customer):
    [event, *_] = await world.events(customer_id=customer)
    async with world.runtime.reading() as connection:
        with pytest.raises(NotFound):
            await records.profile_as_of(connection, await world.person(), customer, event["at"])


async def test_placet_itself_may_look(world: World, customer):
    assert [line.act for line in await lines(world, SYSTEM, customer)] == ["created"]
