"""Whose a customer is: reassigning, deleting, and what a decision in flight makes of it."""

import asyncio

import pytest

from conftest import AGENT, World, accepted, item, rejected, together
from placet.artifacts import custody, inbox
from placet.artifacts.decide import decide
from placet.artifacts.inbox import Filters
from placet.artifacts.propose import Source, propose
from placet.audit import timeline
from placet.customers import records
from placet.errors import Forbidden, Invalid, NotFound
from placet.identity import users
from placet.identity.principal import SYSTEM


@pytest.fixture
async def rm(world: World):
    return await world.person(name="Ines Duarte")


@pytest.fixture
async def admin(world: World):
    return await world.person("admin", name="Ada Okafor")


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"}, name="Ana Lund")


@pytest.fixture
async def batch(world: World, customer):
    """Two pending artifacts read from a note."""
    return await world.propose(
        customer,
        item("occupation", "Chef", source_text="chef"),
        item("employer", "The Old Mill"),
        source=Source(text="A chef now."),
    )


async def delete(world, who, customer):
    await world.runtime.transact(lambda connection: custody.delete_customer(connection, who, customer))


async def reassign(world, who, customer, rm):
    await world.runtime.transact(lambda connection: custody.reassign(connection, who, customer, rm and rm.id))


async def seen(world, who, artifact):
    async with world.runtime.reading() as connection:
        return await inbox.get_artifact(connection, who, artifact.id)


# ── deleting a customer ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_pending_is_withdrawn_with_an_event_and_a_reason(world: World, rm, admin, customer, batch):
    await world.accept(rm, batch.artifacts[0])
    await delete(world, admin, customer)
    found = [await seen(world, admin, each) for each in batch.artifacts]
    assert [(each.status, each.reason) for each in found] == [
        ("accepted", None),
        ("withdrawn", "The customer was deleted."),
    ]
    event = (await world.events(artifact=batch.artifacts[1]))[-1]
    assert (event["kind"], event["actor_id"], event["field"]) == ("profile_edit.withdrawn", admin.id, "employer")
    assert (event["body"]["customerName"], event["body"]["label"]) == ("Ana Lund", "Employer or business")


@pytest.mark.parametrize("role", ["admin", "auditor"])
async def test_artifacts_stay_readable_with_their_names(world: World, rm, admin, customer, batch, role):
    await world.reject(rm, batch.artifacts[0])
    await delete(world, admin, customer)
    found = await seen(world, await world.person(role), batch.artifacts[0])
    assert (found.customer_id, found.customer_ref, found.customer_name) == (None, customer, "Ana Lund")
    assert (found.created_by_name, found.decided_by_name) == (AGENT.name, "Ines Duarte")


@pytest.mark.parametrize("role", ["admin", "auditor"])
async def test_the_trail_stays_readable_with_its_names(world: World, rm, admin, customer, batch, role):
    await world.accept(rm, batch.artifacts[0])
    await delete(world, admin, customer)
    async with world.runtime.reading() as connection:
        lines = await timeline.of_customer(connection, await world.person(role), customer)
    assert [line.kind for line in lines] == [
        "customer.created",
        "profile_edit.proposed",
        "profile_edit.proposed",
        "profile_edit.accepted",
        "profile_edit.withdrawn",
        "customer.deleted",
    ]
    assert {line.body["customerName"] for line in lines} == {"Ana Lund"}
    assert [line.actor_name for line in lines][-3:] == ["Ines Duarte", "Ada Okafor", "Ada Okafor"]


async def test_the_note_stays(world: World, admin, customer, batch):
    await delete(world, admin, customer)
    [source] = await world.rows("select text, customer_id from source where id = $1", batch.source_id)
    assert source == {"text": "A chef now.", "customer_id": None}


async def test_the_profile_goes(world: World, admin, customer):
    await delete(world, admin, customer)
    assert await world.rows("select from profile_value where customer_id = $1", customer) == []


async def test_to_the_rm_nothing_is_there_any_more(world: World, rm, admin, customer, batch):
    await delete(world, admin, customer)
    async with world.runtime.reading() as connection:
        with pytest.raises(NotFound, match="Artifact not found"):
            await inbox.get_artifact(connection, rm, batch.artifacts[0].id)
        with pytest.raises(NotFound, match="Customer not found"):
            await timeline.of_customer(connection, rm, customer)
        with pytest.raises(NotFound, match="Customer not found"):
            await inbox.list_artifacts(connection, rm, Filters(customer_id=customer))
        assert (await inbox.list_artifacts(connection, rm, Filters())).artifacts == []
    for asked in (accepted, rejected):
        [outcome] = await world.decide(asked(rm, batch.artifacts[0]))
        assert outcome.outcome == "not_found"


async def test_to_an_agent_that_sees_every_customer_nothing_is_there_either(world: World, admin, customer, batch):
    await delete(world, admin, customer)
    with pytest.raises(NotFound):
        await seen(world, AGENT, batch.artifacts[0])


async def test_only_an_admin_deletes(world: World, rm, customer, batch):
    before = await world.stored(customer)
    for who in (rm, await world.person("auditor"), AGENT):
        with pytest.raises(Forbidden):
            await delete(world, who, customer)
    assert await world.stored(customer) == before


async def test_a_customer_that_is_gone_is_not_deleted_again(world: World, admin, customer):
    await delete(world, admin, customer)
    with pytest.raises(NotFound):
        await delete(world, admin, customer)


# ── deleting an RM ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_a_deleted_rm_decided_keeps_their_name(world: World, rm, admin, customer, batch):
    await world.accept(rm, batch.artifacts[0])
    await world.runtime.transact(lambda connection: users.delete(connection, admin, rm.id))
    found = await seen(world, admin, batch.artifacts[0])
    assert (found.rm_id, found.decided_by, found.decided_by_name) == (None, rm.id, "Ines Duarte")
    event = (await world.events(artifact=batch.artifacts[0]))[-1]
    assert (event["actor_id"], event["body"]["actorName"]) == (rm.id, "Ines Duarte")


async def test_what_was_pending_waits_for_the_next_rm(world: World, rm, admin, customer, batch):
    await world.runtime.transact(lambda connection: users.delete(connection, admin, rm.id))
    assert (await world.accept(rm, batch.artifacts[0])).outcome == "not_found"
    successor = await world.person()
    await reassign(world, admin, customer, successor)
    assert (await world.accept(successor, batch.artifacts[0])).good


# ── reassigning ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_pending_ones_follow_and_decided_ones_stay(world: World, rm, admin, customer, batch):
    await world.accept(rm, batch.artifacts[0])
    successor = await world.person()
    await reassign(world, admin, customer, successor)
    assert [(await seen(world, admin, each)).rm_id for each in batch.artifacts] == [rm.id, successor.id]


async def test_the_successor_decides_and_the_predecessor_no_longer(world: World, rm, admin, customer, batch):
    successor = await world.person()
    await reassign(world, admin, customer, successor)
    assert (await world.accept(rm, batch.artifacts[0])).outcome == "not_found"
    assert (await world.accept(successor, batch.artifacts[0])).good
    with pytest.raises(NotFound):
        await seen(world, rm, batch.artifacts[0])


async def test_it_is_one_event_and_doing_it_again_is_none(world: World, rm, admin, customer):
    successor = await world.person(name="Rui Lopes")
    await reassign(world, admin, customer, successor)
    await reassign(world, admin, customer, successor)
    found = [event for event in await world.events(customer_id=customer) if event["kind"] == "customer.reassigned"]
    assert [(event["body"]["before"], event["body"]["after"], event["body"]["rmName"]) for event in found] == [
        (rm.id, successor.id, "Rui Lopes")
    ]


async def test_to_nobody(world: World, rm, admin, customer, batch):
    await reassign(world, admin, customer, None)
    assert (await seen(world, admin, batch.artifacts[0])).rm_id is None
    assert (await world.accept(rm, batch.artifacts[0])).outcome == "not_found"


@pytest.mark.parametrize("to", ["auditor", "admin", "nobody", "disabled"])
async def test_only_an_active_rm_is_attached(world: World, admin, customer, to):
    if to == "nobody":
        target = "nobody"
    else:
        person = await world.person("rm" if to == "disabled" else to)
        target = person.id
        if to == "disabled":
            await world.runtime.transact(lambda connection: users.disable(connection, admin, target))
    with pytest.raises(Invalid) as caught:
        await world.runtime.transact(lambda connection: custody.reassign(connection, admin, customer, target))
    assert caught.value.code == "unknown_rm"


async def test_only_an_admin_reassigns(world: World, rm, customer):
    for who in (rm, await world.person("auditor"), AGENT):
        with pytest.raises(Forbidden):
            await reassign(world, who, customer, await world.person())


async def test_renaming_leaves_the_past_its_name(world: World, rm, admin, customer, batch):
    await world.runtime.transact(lambda connection: records.rename(connection, admin, customer, "Ana Berg"))
    assert (await seen(world, rm, batch.artifacts[0])).customer_name == "Ana Lund"
    found = await world.propose(customer, item("fullName", "Ana Berg"))
    assert found.artifacts[0].customer_name == "Ana Berg"


# ── while a decision is in flight ─────────────────────────────────────────────────────────────────────────────────────


async def first_then(world, first, second):
    """Both in transactions of their own: `first` holds the customer, `second` starts and waits, `first` commits."""
    held, waiting = asyncio.Event(), asyncio.Event()

    async def one(connection):
        answer = await first(connection)
        held.set()
        await waiting.wait()
        await until_somebody_waits(world)
        return answer

    async def other(connection):
        await connection.execute("select 1")  # the transaction is open before the other one's commit
        await held.wait()
        waiting.set()
        return await second(connection)

    return await together(world.runtime.transact(one), world.runtime.transact(other))


async def until_somebody_waits(world):
    for _ in range(200):
        found = await world.rows(
            "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        if found:
            return
        await asyncio.sleep(0.01)
    pytest.fail("nobody waits for a lock")


def deciding(world, who, artifact):
    async def work(connection):
        [outcome] = await decide(connection, [accepted(who, artifact)], schema=world.runtime.schema)
        return outcome

    return work


async def test_a_decision_that_waited_for_the_deletion_finds_nothing(world: World, rm, admin, customer, batch):
    _, outcome = await first_then(
        world,
        lambda connection: custody.delete_customer(connection, admin, customer),
        deciding(world, rm, batch.artifacts[0]),
    )
    assert outcome.outcome == "not_found"
    assert (await seen(world, admin, batch.artifacts[0])).status == "withdrawn"
    assert await world.rows("select from delivery where artifact_id = $1", batch.artifacts[0].id) == []


async def test_a_deletion_that_waited_for_the_decision_keeps_it(world: World, rm, admin, customer, batch):
    outcome, _ = await first_then(
        world,
        deciding(world, rm, batch.artifacts[0]),
        lambda connection: custody.delete_customer(connection, admin, customer),
    )
    assert outcome.outcome == "applied"
    assert [(await seen(world, admin, each)).status for each in batch.artifacts] == ["accepted", "withdrawn"]


async def test_a_decision_that_waited_for_the_reassignment_is_the_old_rms_no_more(
    world: World, rm, admin, customer, batch
):
    """A statement that waits for a lock still sees everything else as it was: the RM must be read afterwards."""
    successor = await world.person()
    _, outcome = await first_then(
        world,
        lambda connection: custody.reassign(connection, admin, customer, successor.id),
        deciding(world, rm, batch.artifacts[0]),
    )
    assert outcome.outcome == "not_found"
    assert (await seen(world, admin, batch.artifacts[0])).status == "pending"


async def test_a_decision_that_waited_for_the_reassignment_is_the_new_rms_already(world: World, admin, customer, batch):
    successor = await world.person()
    _, outcome = await first_then(
        world,
        lambda connection: custody.reassign(connection, admin, customer, successor.id),
        deciding(world, successor, batch.artifacts[0]),
    )
    assert outcome.outcome == "applied"


async def test_a_reassignment_that_waited_for_the_decision_moves_what_is_left(world: World, rm, admin, customer, batch):
    successor = await world.person()
    outcome, _ = await first_then(
        world,
        deciding(world, rm, batch.artifacts[0]),
        lambda connection: custody.reassign(connection, admin, customer, successor.id),
    )
    assert outcome.outcome == "applied"
    assert [(await seen(world, admin, each)).rm_id for each in batch.artifacts] == [rm.id, successor.id]


def proposing(world, customer):
    async def work(connection):
        asked = [item("pep", True)]
        return (await propose(connection, AGENT, customer, asked, schema=world.runtime.schema)).artifacts[0]

    return work


async def test_a_deletion_that_waited_for_a_proposal_withdraws_it(world: World, admin, customer):
    found, _ = await first_then(
        world, proposing(world, customer), lambda connection: custody.delete_customer(connection, admin, customer)
    )
    assert (await seen(world, admin, found)).status == "withdrawn"


async def test_a_reassignment_that_waited_for_a_proposal_takes_it_along(world: World, admin, customer):
    successor = await world.person()
    found, _ = await first_then(
        world,
        proposing(world, customer),
        lambda connection: custody.reassign(connection, admin, customer, successor.id),
    )
    assert (await seen(world, admin, found)).rm_id == successor.id


async def test_a_proposal_that_waited_for_the_deletion_finds_nobody(world: World, admin, customer):
    with pytest.raises(NotFound, match="Customer not found"):
        await first_then(
            world,
            lambda connection: custody.delete_customer(connection, admin, customer),
            lambda connection: propose(
                connection, SYSTEM, customer, [item("occupation", "Chef")], schema=world.runtime.schema
            ),
        )


async def test_a_proposal_that_waited_for_the_reassignment_is_the_new_rms(world: World, admin, customer):
    successor = await world.person()
    _, done = await first_then(
        world,
        lambda connection: custody.reassign(connection, admin, customer, successor.id),
        lambda connection: propose(
            connection, SYSTEM, customer, [item("occupation", "Chef")], schema=world.runtime.schema
        ),
    )
    assert done.artifacts[0].rm_id == successor.id


async def test_a_decision_while_the_rm_is_deleted_ends_one_way_or_the_other(world: World, admin):
    for _ in range(10):
        rm = await world.person()
        customer = await world.customer(rm, {"occupation": "Baker"})
        found = await world.proposal(customer, "occupation", "Chef")
        outcome, _ = await together(
            world.accept(rm, found), world.runtime.transact(lambda c, rm=rm: users.delete(c, admin, rm.id))
        )
        status = (await seen(world, admin, found)).status
        value = (await world.profile(customer))["occupation"]
        assert (outcome.outcome, status, value) in (
            ("applied", "accepted", "Chef"),
            ("not_found", "pending", "Baker"),
        )
