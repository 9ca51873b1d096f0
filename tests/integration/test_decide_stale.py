"""The profile moved on since the proposal: refused with three values, accepted over it only on purpose."""

import pytest

from conftest import World, item
from placet.artifacts import bulk


@pytest.fixture
async def rm(world: World):
    return await world.person()


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"})


@pytest.fixture
async def proposal(world: World, customer):
    return await world.proposal(customer, "occupation", "Chef")


async def move(world, customer, *values):
    """The field takes one value after another, each under a version of its own, as through any other door."""
    for said in values:
        await world.rows(
            "update profile_value set value = to_jsonb($2::text), version = version + 1 "
            "where customer_id = $1 and field = 'occupation' returning 1",
            customer,
            said,
        )


async def versioned(world, customer):
    [row] = await world.rows(
        "select value #>> '{}' as value, version from profile_value where customer_id = $1", customer
    )
    return row["value"], row["version"]


@pytest.mark.parametrize("path", [["Fletcher"], ["Fletcher", "Baker"]], ids=["another value", "there and back again"])
async def test_a_field_that_changed_refuses_with_three_values_and_keeps_the_artifact(
    world: World, rm, customer, proposal, path
):
    await move(world, customer, *path)
    before = await world.stored(customer)
    outcome = await world.accept(rm, proposal)
    assert (outcome.outcome, outcome.error.code, outcome.artifact.status) == ("stale", "stale", "pending")
    assert outcome.error.members == {"proposed": "Chef", "expected": "Baker", "current": path[-1]}
    assert await world.stored(customer) == before


async def test_an_edit_is_refused_too(world: World, rm, customer, proposal):
    await move(world, customer, "Fletcher")
    assert (await world.edit(rm, proposal, "Cook")).outcome == "stale"


async def test_a_rejection_is_not(world: World, rm, customer, proposal):
    await move(world, customer, "Fletcher")
    assert (await world.reject(rm, proposal)).good


async def test_naming_the_current_value_accepts_over_it_and_is_recorded(world: World, rm, customer, proposal):
    await move(world, customer, "Fletcher")
    outcome = await world.accept(rm, proposal, expected_current_value=" Fletcher")
    assert outcome.artifact.status == "accepted"
    assert await versioned(world, customer) == ("Chef", 3)
    event = (await world.events(artifact=proposal))[-1]
    assert (event["body"]["before"], event["body"]["after"], event["body"]["over"]) == ("Fletcher", "Chef", " Fletcher")


async def test_naming_a_value_that_is_no_longer_current_is_stale(world: World, rm, customer, proposal):
    await move(world, customer, "Fletcher", "Carter")
    before = await world.stored(customer)
    outcome = await world.accept(rm, proposal, expected_current_value="Fletcher")
    assert outcome.error.members == {"proposed": "Chef", "expected": "Fletcher", "current": "Carter"}
    assert await world.stored(customer) == before


async def test_what_the_profile_says_already_is_accepted_and_not_counted_on(world: World, rm, customer, proposal):
    await move(world, customer, "Chef")
    outcome = await world.accept(rm, proposal)
    assert (outcome.outcome, outcome.artifact.status) == ("applied", "accepted")
    assert await versioned(world, customer) == ("Chef", 2)


async def test_stale_from_birth_is_accepted_over_like_any_other(world: World, rm, customer):
    found = await world.proposal(customer, "occupation", "Chef", previous_value="Waiter")
    outcome = await world.accept(rm, found)
    assert outcome.error.members == {"proposed": "Chef", "expected": "Waiter", "current": "Baker"}
    assert (await world.accept(rm, found, expected_current_value="Baker")).good
    assert await versioned(world, customer) == ("Chef", 2)


async def test_a_first_value_that_came_meanwhile_is_stale(world: World, rm, customer):
    found = await world.proposal(customer, "employer", "The Old Mill")
    await world.rows(
        "insert into profile_value (customer_id, field, value, version) values ($1, 'employer', '\"Mill & Co\"', 1) returning 1",
        customer,
    )
    outcome = await world.accept(rm, found)
    assert outcome.error.members == {"proposed": "The Old Mill", "expected": None, "current": "Mill & Co"}


async def test_a_batch_leaves_a_stale_one_out(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"))
    await move(world, customer, "Fletcher")
    [outcome] = await bulk.decide_batch(world.runtime, rm, done.batch_id, "accepted")
    assert (outcome.outcome, outcome.error.code) == ("left_out", "stale")
