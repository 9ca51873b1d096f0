"""Many at once, from separate connections that start together: exactly one wins and everything agrees on who.

`PLACET_RACE_ROUNDS` says how often those race that take long to set up.
"""

import asyncio
import dataclasses
import itertools
import os
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from conftest import AGENT, World, accepted, edited, item, rejected, together
from placet.artifacts import bulk, custody, own
from placet.artifacts.decide import Decision, decide
from placet.artifacts.ends import end_what_is_due
from placet.artifacts.propose import Source, propose
from placet.customers import delegations, teams
from placet.customers.schema import Field, ProfileSchema, load_schema
from placet.errors import PlacetError
from placet.identity import users
from placet.identity.principal import SYSTEM, agent

AT_ONCE = 8
ROUNDS = int(os.environ.get("PLACET_RACE_ROUNDS", "20"))
OFTEN = max(ROUNDS, 40)
DUAL = "residency"


@pytest.fixture(scope="module")
def schema() -> ProfileSchema:
    """The packaged one, and a field of two signatures."""
    packaged = load_schema()
    more = Field(key=DUAL, label="Residency", section="About", type="country", policy="dual")
    return dataclasses.replace(packaged, fields=(*packaged.fields, more))


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
    for number in range(OFTEN):
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
    assert outcomes["applied"] == OFTEN
    assert outcomes["already_decided"] > 4 * OFTEN
    assert outcomes["unchanged"] > 0
    assert len(winners) > 1, "the same one won every time: nothing raced"


async def test_two_rivals_accepted_at_once_end_accepted_and_superseded(world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    winners = Counter()
    for number in range(OFTEN):
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
    for number in range(ROUNDS):
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
    for number in range(ROUNDS):
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
    for number in range(ROUNDS):
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


async def test_what_two_undo_in_opposite_orders_is_undone_once_and_without_a_deadlock(world: World):
    rm = await world.person()
    customers = [await world.customer(rm, {"occupation": "Baker"}) for _ in range(4)]
    schema = world.runtime.schema
    for number in range(ROUNDS // 4):
        found = [await world.proposal(customer, "occupation", f"Trade {number}") for customer in customers]
        for each in found:
            await world.accept(rm, each)
        ids = [each.id for each in found]
        answers = await from_a_barrier(
            world, *(told(own.revert_many, rm, each, schema=schema) for each in (ids, ids[::-1]))
        )
        assert sorted(outcome.outcome for answer in answers for outcome in answer) == ["applied"] * 4 + ["invalid"] * 4
    deadlocks = await world.rows("select deadlocks from pg_stat_database where datname = current_database()")
    assert deadlocks == [{"deadlocks": 0}]


async def test_proposing_while_deciding_leaves_no_rival_behind(world: World):
    """A rival that comes while another is accepted is either superseded with it or was proposed against the new value."""
    rm = await world.person()
    customer = await world.customer(rm)
    for number in range(ROUNDS):
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


# ── who may changes while a decision is in flight ─────────────────────────────────────────────────────────────────────


def told(verb, *arguments, **named):
    """A verb in a transaction, with its refusal as an answer and not as an error."""

    async def work(connection):
        async with connection.transaction():  # what a refused verb had begun is undone
            return await verb(connection, *arguments, **named)

    async def answered(connection):
        try:
            return await work(connection)
        except PlacetError as error:
            return error.code

    return answered


async def both(world, number, one, other):
    """Two from a barrier, in an order that differs from round to round; answers in the given order."""
    if number % 2:
        return await from_a_barrier(world, one, other)
    return (await from_a_barrier(world, other, one))[::-1]


async def how_it_ended(world, found):
    """Its status, its kinds of events and how many deliveries it has."""
    [row] = await world.rows(
        "select a.status, a.rm_id, (select array_agg(split_part(e.kind, '.', 2) order by e.seq) from event e "
        "where e.artifact_id = a.id and e.kind like 'profile_edit.%') as kinds, "
        "(select count(*) from delivery d where d.artifact_id = a.id) as deliveries from artifact a where a.id = $1",
        found.id,
    )
    assert row["deliveries"] == (row["status"] in ("accepted", "edited"))
    return row["status"], row["kinds"][1:], row["rm_id"]


async def test_a_customer_reassigned_while_the_old_rm_decides(world: World):
    rms = [await world.person(), await world.person()]
    customer = await world.customer(rms[0])
    seen = Counter()
    for number in range(ROUNDS):
        old, new = rms[number % 2], rms[1 - number % 2]
        found = await world.proposal(customer, "occupation", f"Proposal {number}")
        answers = await both(
            world, number, deciding(world, accepted(old, found)), told(custody.reassign, SYSTEM, customer, new.id)
        )
        outcome = answers[0][0].outcome
        expected = {
            "applied": ("accepted", ["accepted"], old.id),  # decided ones stay with who decided them
            "not_found": ("pending", [], new.id),  # pending ones follow
        }
        assert await how_it_ended(world, found) == expected[outcome]
        seen[outcome] += 1
        await world.reject(new, found)
    assert sum(seen.values()) == ROUNDS


async def test_a_delegation_ended_while_the_delegate_decides(world: World):
    rm, delegate = await world.person(), await world.person()
    customer = await world.customer(rm)
    until = datetime.now(UTC) + timedelta(days=1)
    for number in range(ROUNDS):
        made = await world.runtime.transact(
            lambda c: delegations.delegate(c, rm, to_user=delegate.id, until_at=until, customer_ids=[customer])
        )
        found = await world.proposal(customer, "occupation", f"Proposal {number}")
        answers = await both(
            world, number, deciding(world, accepted(delegate, found)), told(delegations.end, rm, made.id)
        )
        expected = {"applied": ("accepted", ["accepted"], rm.id), "not_found": ("pending", [], rm.id)}
        assert await how_it_ended(world, found) == expected[answers[0][0].outcome]
        [again] = await world.decide(rejected(delegate, found))
        assert again.outcome == "not_found", "a delegation that has ended decides nothing"
        await world.reject(rm, found)


async def test_a_person_disabled_while_they_decide(world: World):
    for number in range(ROUNDS):
        leaving = await world.person()
        customer = await world.customer(leaving)
        found = await world.proposal(customer, "occupation", f"Proposal {number}")
        answers = await both(
            world, number, deciding(world, accepted(leaving, found)), told(users.disable, SYSTEM, leaving.id)
        )
        expected = {"applied": ("accepted", ["accepted"], leaving.id), "forbidden": ("pending", [], leaving.id)}
        assert await how_it_ended(world, found) == expected[answers[0][0].outcome]


async def test_a_customer_deleted_while_a_decision_is_in_flight(world: World):
    rm = await world.person()
    for number in range(ROUNDS):
        customer = await world.customer(rm)
        found = await world.proposal(customer, "occupation", "Chef")
        answers = await both(
            world, number, deciding(world, accepted(rm, found)), told(custody.delete_customer, SYSTEM, customer)
        )
        expected = {"applied": ("accepted", ["accepted"], rm.id), "not_found": ("withdrawn", ["withdrawn"], rm.id)}
        assert await how_it_ended(world, found) == expected[answers[0][0].outcome]
        assert await world.rows("select from profile_value where customer_id = $1", customer) == []


# ── two verbs on one artifact or one field ────────────────────────────────────────────────────────────────────────────


async def test_taken_back_while_it_is_accepted(world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    for number in range(ROUNDS):
        found = await world.proposal(customer, "occupation", f"Proposal {number}")
        [outcome], answer = await both(
            world,
            number,
            deciding(world, accepted(rm, found)),
            told(own.withdraw, AGENT, found.id, schema=world.runtime.schema),
        )
        status, kinds, _ = await how_it_ended(world, found)
        assert kinds == [status]
        if status == "accepted":
            assert (outcome.outcome, answer) == ("applied", "already_decided")
        else:
            assert (outcome.outcome, answer.status, status) == ("already_decided", "withdrawn", "withdrawn")


async def test_what_is_past_its_time_expires_once_whoever_finds_it(world: World, owner):
    rm = await world.person()
    customer = await world.customer(rm)
    fields = (
        msgspec.structs.replace(f, expires_after_days=30) if f.key == "occupation" else f
        for f in world.runtime.schema.fields
    )
    schema = dataclasses.replace(world.runtime.schema, fields=tuple(fields))
    for number in range(ROUNDS):
        found = await world.proposal(customer, "occupation", f"Proposal {number}")
        await owner.execute("alter table artifact disable trigger artifact_guard")
        await owner.execute("update artifact set created_at = created_at - interval '31 days' where id = $1", found.id)
        await owner.execute("alter table artifact enable trigger artifact_guard")

        async def accept(connection, found=found):
            return await decide(connection, [accepted(rm, found)], schema=schema)

        [outcome], _ = await both(world, number, accept, told(end_what_is_due, schema=schema))
        assert (outcome.outcome, outcome.artifact.status) == ("already_decided", "expired")
        assert await how_it_ended(world, found) == ("expired", ["expired"], rm.id)


async def test_an_approval_undone_while_a_newer_one_is_accepted(world: World):
    rm = await world.person()
    seen = Counter()
    for number in range(ROUNDS):
        customer = await world.customer(rm, {"occupation": "Baker"})
        first = await world.proposal(customer, "occupation", "Chef")
        await world.accept(rm, first)
        newer = await world.proposal(customer, "occupation", "Miller")
        [outcome], counter = await both(
            world,
            number,
            deciding(world, accepted(rm, newer)),
            told(own.revert, rm, first.id, schema=world.runtime.schema),
        )
        value = (await world.profile(customer))["occupation"]
        if outcome.outcome == "applied":
            assert (counter, value) == ("moved_on", "Miller")
        else:  # the counter-entry is an approval like any other: it sets its rivals aside
            assert (outcome.outcome, counter.reverts, value) == ("already_decided", first.id, "Baker")
            assert (await how_it_ended(world, newer))[0] == "superseded"
        [row] = await world.rows("select version from profile_value where customer_id = $1", customer)
        assert row["version"] == 3
        seen[outcome.outcome] += 1
    assert sum(seen.values()) == ROUNDS


async def test_a_field_changed_by_hand_while_a_proposal_for_it_is_accepted(world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    for number in range(ROUNDS):
        found = await world.proposal(customer, "occupation", f"Proposal {number}")
        change = told(own.change_profile, rm, customer, {"occupation": f"Hand {number}"}, schema=world.runtime.schema)
        [outcome], [made] = await both(world, number, deciding(world, accepted(rm, found)), change)
        assert made.outcome == "applied"
        assert (await world.profile(customer))["occupation"] == f"Hand {number}"
        ended = {"applied": "accepted", "already_decided": "superseded"}[outcome.outcome]
        assert (await how_it_ended(world, found))[:2] == (ended, [ended])


async def test_of_two_first_signatures_at_once_one_counts(world: World):
    rm, delegate, cosigner = await world.person(), await world.person(), await world.person()
    customer = await world.customer(rm)
    until = datetime.now(UTC) + timedelta(days=1)

    async def prepare(connection):
        await delegations.delegate(connection, rm, to_user=delegate.id, until_at=until)
        await teams.set_customer_member(connection, SYSTEM, customer, cosigner.id, "cosign")

    await world.runtime.transact(prepare)
    for number in range(ROUNDS):
        found = await world.proposal(customer, DUAL, ("Spain", "France")[number % 2])
        answers = await both(
            world, number, deciding(world, accepted(rm, found)), deciding(world, accepted(delegate, found))
        )
        assert sorted(answer[0].outcome for answer in answers) == ["invalid", "signed"]
        assert await how_it_ended(world, found) == ("pending", ["signed"], rm.id)
        assert (await world.accept(cosigner, found)).outcome == "applied"


async def test_batches_accepted_and_rejected_at_once(world: World):
    """Each artifact is decided once, whichever batch came to it first."""
    rm = await world.person()
    customer = await world.customer(rm)
    fields = ("occupation", "employer", "addressCity", "fullName")
    for number in range(ROUNDS):
        done = await world.propose(
            customer, *(item(f, f"{f} {number}", source_text="said") for f in fields), source=Source(text="As said.")
        )

        def whole(status, batch_id=done.batch_id):
            async def work(_connection):
                return await bulk.decide_batch(world.runtime, rm, batch_id, status)

            return work

        backwards = deciding(world, *(rejected(rm, each) for each in reversed(done.artifacts)))
        answers = await from_a_barrier(world, whole("accepted"), whole("rejected"), whole("accepted"), backwards)
        applied = Counter(o.artifact_id for answer in answers for o in answer if o.outcome == "applied")
        assert applied == {each.id: 1 for each in done.artifacts}
        for each in done.artifacts:
            status, kinds, _ = await how_it_ended(world, each)
            assert kinds == [status]
    deadlocks = await world.rows("select deadlocks from pg_stat_database where datname = current_database()")
    assert deadlocks == [{"deadlocks": 0}]
