"""Deciding on several at once: rivals, lists that see themselves, all or nothing, dry runs, whole batches."""

import pytest

from conftest import AGENT, World, accepted, edited, item, rejected
from placet.artifacts import bulk
from placet.artifacts.bulk import FieldUpdate
from placet.artifacts.propose import Source
from placet.errors import Conflict, NotFound
from placet.identity.principal import agent

NOTE = "She is a chef at The Old Mill in Porto."


@pytest.fixture
async def rm(world: World):
    return await world.person()


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"})


async def rivals(world, customer, *values, field="occupation"):
    return [await world.proposal(customer, field, said, by=agent(f"agent of {said}")) for said in values]


async def statuses(world, *artifacts):
    found = await world.rows("select id, status from artifact where id = any ($1)", [a.id for a in artifacts])
    by_id = {row["id"]: row["status"] for row in found}
    return [by_id[a.id] for a in artifacts]


# ── rivals ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_accepting_one_supersedes_the_others_with_events_that_name_it(world: World, rm, customer):
    winner, loser, other = await rivals(world, customer, "Chef", "Cook", "Waiter")
    await world.accept(rm, winner)
    assert await statuses(world, winner, loser, other) == ["accepted", "superseded", "superseded"]
    event = (await world.events(artifact=loser))[-1]
    assert (event["kind"], event["body"]["winner"]) == ("profile_edit.superseded", winner.id)
    assert (event["actor_type"], event["body"]["decidedByName"]) == ("system", rm.name)


async def test_rejecting_one_leaves_the_others_waiting(world: World, rm, customer):
    first, second = await rivals(world, customer, "Chef", "Cook")
    await world.reject(rm, first)
    assert await statuses(world, first, second) == ["rejected", "pending"]


async def test_a_rival_of_another_customer_or_field_goes_on_waiting(world: World, rm, customer):
    other = await world.customer(rm)
    winner = await world.proposal(customer, "occupation", "Chef")
    bystanders = [
        await world.proposal(other, "occupation", "Chef"),
        await world.proposal(customer, "employer", "The Old Mill"),
    ]
    await world.accept(rm, winner)
    assert await statuses(world, *bystanders) == ["pending", "pending"]


async def test_an_explicit_rejection_in_the_list_beats_superseding(world: World, rm, customer):
    winner, loser = await rivals(world, customer, "Chef", "Cook")
    await world.decide(accepted(rm, winner), rejected(rm, loser, reason="No."))
    assert await statuses(world, winner, loser) == ["accepted", "rejected"]
    assert [event["kind"] for event in await world.events(artifact=loser)] == [
        "profile_edit.proposed",
        "profile_edit.rejected",
    ]


async def test_two_acceptances_on_one_field_in_one_list(world: World, rm, customer):
    first, second = await rivals(world, customer, "Chef", "Cook")
    outcomes = await world.decide(accepted(rm, first), accepted(rm, second))
    assert [outcome.outcome for outcome in outcomes] == ["applied", "already_decided"]
    assert (await world.profile(customer))["occupation"] == "Chef"
    assert len((await world.stored(customer))["delivery"]) == 1


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_id_twice_is_written_once(world: World, rm, customer):
    found = await world.proposal(customer, "occupation", "Chef")
    outcomes = await world.decide(accepted(rm, found), accepted(rm, found))
    assert [outcome.outcome for outcome in outcomes] == ["applied", "unchanged"]
    assert len(await world.events(artifact=found)) == 2


async def test_one_list_over_several_customers(world: World, rm):
    found = [await world.proposal(await world.customer(rm), "occupation", f"Chef {n}") for n in range(5)]
    outcomes = await world.decide(*(accepted(rm, each) for each in found))
    assert [outcome.outcome for outcome in outcomes] == ["applied"] * 5
    for n, each in enumerate(found):
        assert await world.profile(each.customer_ref) == {"occupation": f"Chef {n}"}


async def test_each_gets_its_own_outcome(world: World, rm, customer):
    good, bad = await rivals(world, customer, "Chef", "Cook")
    other = await world.proposal(await world.customer(await world.person()), "occupation", "Chef")
    outcomes = await world.decide(edited(rm, bad, 7), accepted(rm, other), accepted(rm, good))
    assert [outcome.outcome for outcome in outcomes] == ["invalid", "not_found", "applied"]
    assert await statuses(world, good, other) == ["accepted", "pending"]


async def test_an_atomic_list_with_a_bad_one_writes_nothing(world: World, rm, customer):
    good = await world.proposal(customer, "occupation", "Chef")
    bad = await world.proposal(customer, "employer", "The Old Mill", previous_value="Somewhere")
    before = await world.stored(customer)
    outcomes = await world.decide(accepted(rm, good), accepted(rm, bad), atomic=True)
    assert [(o.outcome, o.error.code) for o in outcomes] == [("left_out", "atomic"), ("stale", "stale")]
    assert await world.stored(customer) == before


async def test_an_atomic_list_of_good_ones_writes_all(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"), item("employer", "The Old Mill"))
    outcomes = await world.decide(*(accepted(rm, found) for found in done.artifacts), atomic=True)
    assert [outcome.outcome for outcome in outcomes] == ["applied", "applied"]
    assert await world.profile(customer) == {"occupation": "Chef", "employer": "The Old Mill"}


@pytest.mark.parametrize("atomic", [False, True])
async def test_a_dry_run_answers_the_same_and_writes_nothing(world: World, rm, customer, atomic):
    good, rival = await rivals(world, customer, "Chef", "Cook")
    bad = await world.proposal(customer, "employer", "The Old Mill", previous_value="Somewhere")
    asked = [accepted(rm, good), rejected(rm, rival), accepted(rm, bad)]
    before = await world.stored(customer)
    tried = await world.decide(*asked, dry_run=True, atomic=atomic)
    assert await world.stored(customer) == before
    done = await world.decide(*asked, atomic=atomic)
    assert [outcome.outcome for outcome in tried] == [outcome.outcome for outcome in done]


async def test_an_empty_list_is_no_decision(world: World):
    assert await world.decide() == []


# ── a whole batch ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def decide_batch(world, who, batch_id, status="accepted", **more):
    return await bulk.decide_batch(world.runtime, who, batch_id, status, **more)


async def test_accepting_a_batch_leaves_out_what_a_person_should_look_at(world: World, rm, customer):
    await world.proposal(customer, "addressCity", "Lisbon", by=agent("another"))
    done = await world.propose(
        customer,
        item("occupation", "Chef", source_text="chef", confidence="high"),
        item("employer", "The Old Mill", source_text="The Old Mill", confidence="low"),
        item("addressCity", "Porto", source_text="Porto"),
        item("fullName", "Ana", source_text="Ana"),
        source=Source(text=NOTE),
    )
    outcomes = await decide_batch(world, rm, done.batch_id)
    assert [(o.outcome, o.error and o.error.code) for o in outcomes] == [
        ("applied", None),
        ("left_out", "low_confidence"),
        ("left_out", "rival"),
        ("left_out", "unverified"),
    ]
    assert await statuses(world, *done.artifacts) == ["accepted", "pending", "pending", "pending"]


async def test_rejecting_a_batch_takes_every_pending_one(world: World, rm, customer):
    done = await world.propose(
        customer, item("occupation", "Chef"), item("employer", "The Old Mill"), item("pep", True)
    )
    await world.accept(rm, done.artifacts[0])
    outcomes = await decide_batch(world, rm, done.batch_id, "rejected", reason="Wrong client.")
    assert [outcome.artifact_id for outcome in outcomes] == [found.id for found in done.artifacts[1:]]
    assert await statuses(world, *done.artifacts) == ["accepted", "rejected", "rejected"]
    assert {outcome.artifact.reason for outcome in outcomes} == {"Wrong client."}


async def test_a_batch_of_somebody_elses_customer_is_not_there(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"))
    with pytest.raises(NotFound, match="Batch not found"):
        await decide_batch(world, await world.person(), done.batch_id)
    with pytest.raises(NotFound, match="Batch not found"):
        await decide_batch(world, rm, "no such batch")


async def test_an_agent_accepts_no_batch(world: World, customer):
    done = await world.propose(customer, item("occupation", "Chef"))
    outcomes = await decide_batch(world, AGENT, done.batch_id)
    assert [outcome.outcome for outcome in outcomes] == ["forbidden"]


async def test_a_batch_id_that_names_two_must_be_singled_out(world: World, rm, customer):
    await world.propose(customer, item("occupation", "Chef"), batch_id="1")
    other = await world.propose(customer, item("employer", "The Old Mill"), batch_id="1", by=agent("another"))
    with pytest.raises(Conflict) as caught:
        await decide_batch(world, rm, "1", "rejected")
    assert caught.value.code == "ambiguous_batch"
    outcomes = await decide_batch(world, rm, "1", "rejected", created_by_id="another")
    assert [outcome.artifact_id for outcome in outcomes] == [other.artifacts[0].id]


async def test_a_batch_id_that_others_use_too_is_not_ambiguous_to_those_who_see_one(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"), batch_id="2")
    await world.propose(await world.customer(await world.person()), item("occupation", "Chef"), batch_id="2")
    outcomes = await decide_batch(world, rm, "2", "rejected")
    assert [outcome.artifact_id for outcome in outcomes] == [done.artifacts[0].id]


# ── the field updates of one proposal ─────────────────────────────────────────────────────────────────────────────────


async def apply(world, who, customer, batch_id, updates, approved, **more):
    named = [FieldUpdate(key, field) for key, field in updates.items()]
    options = {"edited_values": {}, "reasons": {}} | more
    return await bulk.apply_updates(world.runtime, who, customer, batch_id, named, approved, **options)


async def test_approved_ones_are_accepted_or_edited_and_the_other_named_ones_rejected(world: World, rm, customer):
    done = await world.propose(
        customer, item("occupation", "Chef"), item("employer", "Mill"), item("fullName", "Ana"), item("pep", True)
    )
    applied = await apply(
        world,
        rm,
        customer,
        done.batch_id,
        {"u1": "occupation", "u2": "employer", "u3": "fullName"},
        ["u1", "u2"],
        edited_values={"u2": "The Old Mill"},
        reasons={"u3": "Not her."},
    )
    assert await statuses(world, *done.artifacts) == ["accepted", "edited", "rejected", "pending"]
    assert await world.profile(customer) == {"occupation": "Chef", "employer": "The Old Mill"}
    assert (applied.fields_updated, applied.errors) == (2, [])
    assert applied.outcomes[2].artifact.reason == "Not her."


async def test_what_cannot_be_decided_is_said_and_the_rest_is(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"), item("dependants", 2))
    applied = await apply(
        world,
        rm,
        customer,
        done.batch_id,
        {"u1": "occupation", "u2": "dependants", "u3": "email"},
        ["u1", "u2", "u9"],
        edited_values={"u2": "many"},
    )
    assert await statuses(world, *done.artifacts) == ["accepted", "pending"]
    assert [(error.field_update_id, error.code) for error in applied.errors] == [
        ("u9", "unknown_field_update"),
        ("u3", "not_in_batch"),
        ("u2", "invalid_value"),
    ]
    assert applied.fields_updated == 1


async def test_an_edit_to_null_clears(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"))
    await apply(world, rm, customer, done.batch_id, {"u1": "occupation"}, ["u1"], edited_values={"u1": None})
    assert await world.profile(customer) == {}


async def test_only_that_customers_batch_is_decided(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"))
    with pytest.raises(NotFound, match="Batch not found"):
        await apply(world, rm, await world.customer(rm), done.batch_id, {"u1": "occupation"}, ["u1"])
    with pytest.raises(NotFound, match="Customer not found"):
        await apply(world, await world.person(), customer, done.batch_id, {"u1": "occupation"}, ["u1"])
    assert await statuses(world, *done.artifacts) == ["pending"]
