"""Many at once, from separate connections that start together: exactly one wins and everything agrees on who."""

import asyncio
import itertools
from collections import Counter

import pytest

from conftest import World, accepted, edited, item, rejected, together
from placet.artifacts import bulk
from placet.artifacts.decide import Decision, decide
from placet.artifacts.propose import Source, propose
from placet.identity.principal import agent

AT_ONCE = 8


async def from_a_barrier(world, *work):
    """Run each in a transaction of its own; all have their connection before any starts."""
    barrier = asyncio.Barrier(len(work))
    tried = set()

    def started(number):
        async def one(connection):
            if number not in tried:  # a deadlock's victim comes a second time, alone
                tried.add(number)
                await connection.execute("select 1")
                await barrier.wait()
            return await work[number](connection)

        return one

    return await together(*(world.runtime.transact(started(number)) for number in range(len(work))))


def deciding(world, *decisions):
    async def work(connection):
        return await decide(connection, decisions, schema=world.runtime.schema)

    return work


def contradicting(rm, found, round_number):
    """Eight decisions on one artifact, in an order that differs from round to round."""
    asked = [
        accepted(rm, found),
        rejected(rm, found),
        edited(rm, found, f"Edit A {round_number}"),
        edited(rm, found, f"Edit B {round_number}"),
        edited(rm, found, f"Edit D {round_number}"),
        rejected(rm, found, reason="No."),
        accepted(rm, found, reason="Yes."),
        edited(rm, found, f"Edit C {round_number}"),
    ]
    return asked[round_number % AT_ONCE :] + asked[: round_number % AT_ONCE]


def says_the_same(one: Decision, other: Decision) -> bool:
    return (one.status, one.edited_value) == (other.status, other.edited_value)


async def test_of_eight_contradicting_decisions_one_applies_and_all_agree(world: World):
    rm = await world.person()
    customer = await world.customer(rm, {"occupation": "Nobody"})
    outcomes, winners = Counter(), Counter()
    previous = "Nobody"
    for number in range(200):
        found = await world.proposal(customer, "occupation", f"Proposal {number}")
        asked = contradicting(rm, found, number)
        answers = [answer[0] for answer in await from_a_barrier(world, *(deciding(world, each) for each in asked))]
        [winner] = [n for n, answer in enumerate(answers) if answer.outcome == "applied"]
        for decision, answer in zip(asked, answers, strict=True):
            expected = "unchanged" if says_the_same(decision, asked[winner]) else "already_decided"
            assert answer.outcome == (expected if decision is not asked[winner] else "applied")
            assert answer.error is None or rm.name in answer.error.sentence
        outcomes.update(answer.outcome for answer in answers)
        winners[winner] += 1

        decision = asked[winner]
        value = {"accepted": f"Proposal {number}", "edited": decision.edited_value, "rejected": previous}[
            decision.status
        ]
        [row] = await world.rows(
            "select a.status, (select count(*) from event e where e.artifact_id = a.id) as events, "
            "(select max(kind) from event e where e.artifact_id = a.id and kind not like '%.proposed') as kind, "
            "(select count(*) from delivery d where d.artifact_id = a.id) as deliveries from artifact a where a.id = $1",
            found.id,
        )
        assert row == {
            "status": decision.status,
            "events": 2,
            "kind": f"profile_edit.{decision.status}",
            "deliveries": 0 if decision.status == "rejected" else 1,
        }
        assert (await world.profile(customer)).get("occupation") == value
        previous = value
    assert outcomes["applied"] == 200
    assert outcomes["already_decided"] > 800
    assert outcomes["unchanged"] > 0
    assert len(winners) > 1, "the same one won every time: nothing raced"


async def test_two_rivals_accepted_at_once_end_accepted_and_superseded(world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    winners = Counter()
    for number in range(100):
        rivals = [await world.proposal(customer, "occupation", f"{name} {number}") for name in ("One", "Other")]
        order = rivals if number % 2 else rivals[::-1]
        answers = await from_a_barrier(world, *(deciding(world, accepted(rm, each)) for each in order))
        assert sorted(answer[0].outcome for answer in answers) == ["already_decided", "applied"]
        rows = await world.rows("select id, status from artifact where id = any ($1)", [each.id for each in rivals])
        assert sorted(row["status"] for row in rows) == ["accepted", "superseded"]
        [won] = [each for each in rivals if {"id": each.id, "status": "accepted"} in rows]
        assert (await world.profile(customer))["occupation"] == won.payload["proposed_value"]
        winners[rivals.index(won)] += 1
    assert len(winners) == 2, "the same one won every time: nothing raced"


async def test_two_first_values_of_an_empty_field_one_wins(world: World):
    rm = await world.person()
    for number in range(20):
        customer = await world.customer(rm)
        rivals = [await world.proposal(customer, "employer", name) for name in ("The Old Mill", "The New Mill")]
        answers = await from_a_barrier(world, *(deciding(world, accepted(rm, each)) for each in rivals))
        assert sorted(answer[0].outcome for answer in answers) == ["already_decided", "applied"], number
        [row] = await world.rows("select version from profile_value where customer_id = $1", customer)
        assert row["version"] == 1


async def test_a_batch_against_its_single_artifacts(world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    fields = ("occupation", "employer", "addressCity", "fullName")
    for number in range(20):
        done = await world.propose(
            customer,
            *(item(field, f"{field} {number}", source_text="said") for field in fields),
            source=Source(text="As said."),
        )

        async def whole(_connection, batch_id=done.batch_id):
            return await bulk.decide_batch(world.runtime, rm, batch_id, "accepted")

        singles = (deciding(world, rejected(rm, each)) for each in reversed(done.artifacts))
        answers = await from_a_barrier(world, whole, *singles)
        applied = Counter(
            outcome.artifact_id for answer in answers for outcome in answer if outcome.outcome == "applied"
        )
        assert applied == {each.id: 1 for each in done.artifacts}
        rows = await world.rows("select status, field from artifact where batch_id = $1", done.batch_id)
        profile = await world.profile(customer)
        for row in rows:
            assert (profile.get(row["field"]) == f"{row['field']} {number}") is (row["status"] == "accepted")


async def test_lists_that_overlap_in_opposite_orders_do_not_deadlock(world: World):
    rm = await world.person()
    customers = [await world.customer(rm) for _ in range(4)]
    for number in range(20):
        found = [
            await world.proposal(customer, field, f"{field} {number}")
            for customer, field in itertools.product(customers, ("occupation", "employer"))
        ]
        lists = [found, found[::-1], found[::2] + found[1::2], found[4:] + found[:4]]
        answers = await from_a_barrier(
            world, *(deciding(world, *(accepted(rm, each) for each in each_list)) for each_list in lists)
        )
        assert [{outcome.outcome for outcome in answer} for answer in answers].count({"applied"}) == 1
        assert [{outcome.outcome for outcome in answer} for answer in answers].count({"unchanged"}) == 3
    deadlocks = await world.rows("select deadlocks from pg_stat_database where datname = current_database()")
    assert deadlocks == [{"deadlocks": 0}]


async def test_proposing_while_deciding_leaves_no_rival_behind(world: World):
    """A rival that comes while another is accepted is either superseded with it or was proposed against the new value."""
    rm = await world.person()
    customer = await world.customer(rm)
    for number in range(20):
        found = await world.proposal(customer, "occupation", f"Proposal {number}")

        async def propose_rival(connection, number=number):
            return await propose(
                connection,
                agent("late"),
                customer,
                [item("occupation", f"Rival {number}")],
                schema=world.runtime.schema,
            )

        [outcome], done = await from_a_barrier(world, deciding(world, accepted(rm, found)), propose_rival)
        assert outcome.outcome == "applied"
        [row] = await world.rows(
            "select a.status, a.field_version = p.version as fresh from artifact a "
            "join profile_value p on p.customer_id = a.customer_id and p.field = a.field where a.id = $1",
            done.artifacts[0].id,
        )
        assert (row["status"], row["fresh"]) in (("superseded", False), ("pending", True))
        await world.reject(rm, done.artifacts[0])


@pytest.mark.parametrize("status", ["accepted", "rejected"])
async def test_the_same_decision_from_many_tabs_is_one(world: World, status):
    rm = await world.person()
    customer = await world.customer(rm)
    found = await world.proposal(customer, "occupation", "Chef")
    asked = Decision(by=rm, artifact_id=found.id, status=status)
    answers = await from_a_barrier(world, *[deciding(world, asked)] * AT_ONCE)
    assert sorted(answer[0].outcome for answer in answers) == ["applied"] + ["unchanged"] * (AT_ONCE - 1)
    assert len(await world.events(artifact=found)) == 2
