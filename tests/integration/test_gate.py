"""The gate: decisions of many requests in one transaction, each answered as if it had come alone, after the commit."""

import asyncio

import asyncpg
import httpx
import pytest

from conftest import World, accepted, item, rejected, together
from placet.api.app import create_app
from placet.artifacts import decide as deciding
from placet.artifacts import gate as gates
from placet.artifacts.artifact_type import artifact_type
from placet.artifacts.gate import Answer, Gate, Key
from placet.errors import Forbidden, Invalid, Unavailable
from placet.runtime import Runtime
from placet.settings import Settings

FIELDS = ("occupation", "employer", "addressCity", "fullName")


@pytest.fixture
async def rm(world: World):
    return await world.person()


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm)


@pytest.fixture
def gate(world: World):
    return Gate(world.runtime)


def called(outcomes):
    return [outcome.outcome for outcome in outcomes]


async def statuses(world, *artifacts):
    rows = await world.rows("select id, status from artifact where id = any ($1)", [each.id for each in artifacts])
    found = {row["id"]: row["status"] for row in rows}
    return [found[each.id] for each in artifacts]


async def some(world, customer):
    """A pending artifact for each of a few fields."""
    return (await world.propose(customer, *(item(field, f"{field} of note") for field in FIELDS))).artifacts


# ── merging ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_decisions_in_flight_at_the_same_moment_are_one_transaction(world: World, gate: Gate, rm, customer):
    found = await some(world, customer)
    answers = await together(*(gate.decide([accepted(rm, each)]) for each in found))
    assert [called(outcomes) for outcomes in answers] == [["applied"]] * len(found)
    assert [outcomes[0].artifact_id for outcomes in answers] == [each.id for each in found]
    assert gate.merge.sizes == {len(found): 1}
    rows = await world.rows("select distinct xmin::text from artifact where id = any ($1)", [each.id for each in found])
    assert len(rows) == 1
    assert len(await world.profile(customer)) == len(found)


async def test_two_people_and_one_artifact_in_a_group_one_applies_and_the_other_is_told(world, gate, rm, customer):
    found = await world.proposal(customer, "occupation", "Cook")
    [one], [other] = await together(gate.decide([accepted(rm, found)]), gate.decide([rejected(rm, found)]))
    assert (one.outcome, other.outcome) == ("applied", "already_decided")
    assert gate.merge.sizes == {2: 1}
    assert [event["kind"] for event in await world.events(artifact=found)][1:] == ["profile_edit.accepted"]


async def test_two_rivals_in_a_group_are_judged_one_after_the_other(world: World, gate: Gate, rm, customer):
    one = await world.proposal(customer, "occupation", "Cook")
    other = await world.proposal(customer, "occupation", "Chef")
    [first], [second] = await together(gate.decide([accepted(rm, one)]), gate.decide([accepted(rm, other)]))
    assert (first.outcome, second.outcome) == ("applied", "already_decided")
    assert await statuses(world, one, other) == ["accepted", "superseded"]
    [row] = await world.rows("select version from profile_value where customer_id = $1", customer)
    assert row["version"] == 1


async def test_an_atomic_list_binds_nobody_but_itself(world: World, gate: Gate, rm, customer):
    one, two, three, four = await some(world, customer)
    stranger = await world.person()
    lists = (
        gate.decide([accepted(rm, one), accepted(stranger, two)], atomic=True),
        gate.decide([accepted(rm, three)]),
        gate.decide([accepted(rm, four), accepted(rm, four)], atomic=True),
    )
    found = [called(outcomes) for outcomes in await together(*lists)]
    assert found == [["left_out", "not_found"], ["applied"], ["applied", "unchanged"]]
    assert gate.merge.sizes == {3: 1}
    assert await statuses(world, one, two, three, four) == ["pending", "pending", "accepted", "accepted"]


# ── one bad request spoils no other ───────────────────────────────────────────────────────────────────────────────────


async def test_a_type_that_breaks_in_judging_spoils_nobody_elses_decision(world, gate, rm, customer, monkeypatch):
    bad, *good = await some(world, customer)
    kind = type(artifact_type("profile_edit"))
    on_approval = kind.on_approval

    def breaks(self, payload, value):
        if payload["field_key"] == bad.field:
            raise RuntimeError("a type of somebody else's")
        return on_approval(self, payload, value)

    monkeypatch.setattr(kind, "on_approval", breaks)
    key = Key("rm:1", "PATCH", "/bad", "poison", b"digest")
    poisoned = gate.answer([accepted(rm, bad)], answered, key=key)
    first, *rest = await asyncio.gather(
        poisoned, *(gate.decide([accepted(rm, each)]) for each in good), return_exceptions=True
    )
    assert isinstance(first, RuntimeError)
    assert [called(outcomes) for outcomes in rest] == [["applied"]] * len(good)
    assert await statuses(world, bad, *good) == ["pending"] + ["accepted"] * len(good)
    assert not await world.rows("select from idempotency_key where key = 'poison'")


async def test_what_the_database_refuses_of_one_is_done_for_the_others(world, gate, rm, customer, monkeypatch):
    bad, *good = await some(world, customer)
    write = deciding.write

    async def refuses(connection, changes):
        await write(connection, changes)
        if any(each.id == bad.id for each in changes.decided):
            await connection.execute("select 1 / 0")

    monkeypatch.setattr(deciding, "write", refuses)
    first, *rest = await asyncio.gather(
        *(gate.decide([accepted(rm, each)]) for each in (bad, *good)), return_exceptions=True
    )
    assert isinstance(first, asyncpg.DivisionByZeroError)
    assert [called(outcomes) for outcomes in rest] == [["applied"]] * len(good)
    assert await statuses(world, bad, *good) == ["pending"] + ["accepted"] * len(good)


@pytest.mark.parametrize("at_once", [1, 2])
async def test_whoever_waits_for_a_lock_waits_alone(world, rm, customer, owner, monkeypatch, at_once):
    monkeypatch.setattr(gates, "LOCK_PATIENCE_MS", 50)
    gate = Gate(world.runtime, at_once=at_once)
    held, free = await some(world, customer), await some(world, await world.customer(rm))
    async with owner.transaction():
        await owner.execute("select from customer where id = $1 for update", customer)
        waiting = [asyncio.create_task(gate.decide([accepted(rm, each)])) for each in held]
        for each in free:
            assert called(await gate.decide([accepted(rm, each)])) == ["applied"]
        assert not any(task.done() for task in waiting)
        draining = asyncio.create_task(gate.drain(10))
        await asyncio.sleep(0.02)
        assert not draining.done()
    assert [called(outcomes) for outcomes in await together(*waiting)] == [["applied"]] * len(held)
    await draining


async def test_not_everybody_can_wait_for_a_lock(world, rm, customer, owner, monkeypatch):
    monkeypatch.setattr(gates, "LOCK_PATIENCE_MS", 20)
    monkeypatch.setattr(gates, "PATIENCE_S", 0.1)
    monkeypatch.setattr(gates, "APART_AT_ONCE", 1)
    gate, found = Gate(world.runtime), await some(world, customer)
    async with owner.transaction():
        await owner.execute("select from customer where id = $1 for update", customer)
        tasks = [asyncio.create_task(gate.decide([accepted(rm, each)])) for each in found]
        told, waiting = await asyncio.wait(tasks, timeout=1)
        assert [task.exception().code for task in told] == ["busy"] * (len(found) - 1)
    assert called(await waiting.pop()) == ["applied"]
    assert sorted(await statuses(world, *found)) == ["accepted"] + ["pending"] * (len(found) - 1)


async def test_a_client_that_hangs_up_takes_nobody_along(world: World, gate: Gate, rm, customer, owner):
    one, two, *_ = await some(world, customer)
    async with owner.transaction():
        await owner.execute("select from customer where id = $1 for update", customer)
        gone, stays = (asyncio.create_task(gate.decide([accepted(rm, each)])) for each in (one, two))
        await asyncio.sleep(0.05)
        gone.cancel()
    assert called(await stays) == ["applied"]
    assert await statuses(world, one, two) == ["accepted", "accepted"]  # it had been sent, and was done


# ── after the commit, and not before ──────────────────────────────────────────────────────────────────────────────────


async def test_nobody_is_answered_before_the_commit(world: World, gate: Gate, rm, customer, monkeypatch):
    found = await some(world, customer)
    written, go_on = asyncio.Event(), asyncio.Event()
    write = deciding.write

    async def stops(connection, changes):
        await write(connection, changes)
        written.set()
        await go_on.wait()

    monkeypatch.setattr(deciding, "write", stops)
    waiting = [asyncio.create_task(gate.decide([accepted(rm, each)])) for each in found]
    await written.wait()
    assert not any(task.done() for task in waiting)
    assert await statuses(world, *found) == ["pending"] * len(found)
    go_on.set()
    assert called((await together(*waiting))[0]) == ["applied"]
    assert await statuses(world, *found) == ["accepted"] * len(found)


# ── the database is away ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_database_that_goes_away_is_503_for_all_and_then_well_again(world, http, rm, customer, owner):
    found = await some(world, customer)
    token = await world.token(rm)

    async def decide(each):
        return await http.patch(f"/api/artifacts/{each.id}", json={"status": "accepted"}, headers=token)

    async with owner.transaction():
        await owner.execute("select from customer where id = $1 for update", customer)
        waiting = [asyncio.create_task(decide(each)) for each in found]
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        for _ in range(500):
            if await owner.fetchval(waits):
                break
            await asyncio.sleep(0.01)
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
        answers = await together(*waiting)
    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert {answer.json()["code"] for answer in answers} == {"database_unavailable"}
    assert await statuses(world, *found) == ["pending"] * len(found)
    assert [answer.status_code for answer in await together(*map(decide, found))] == [200] * len(found)


async def test_before_the_database_is_there_a_decision_is_503_at_once(world: World, rm, customer):
    [found, *_] = await some(world, customer)
    apart = Runtime(Settings(), schema=world.runtime.schema)
    with pytest.raises(Unavailable) as caught:
        await apart.part(Gate).decide([accepted(rm, found)])
    assert caught.value.code == "database_unavailable"
    transport = httpx.ASGITransport(app=create_app(apart), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://placet.test") as client:
        answer = await client.patch(
            f"/api/artifacts/{found.id}", json={"status": "accepted"}, headers=await world.token(rm)
        )
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_when_more_is_asked_than_can_wait_the_rest_is_503(world: World, rm, customer, owner):
    one, two, three, _ = await some(world, customer)
    gate = Gate(world.runtime, at_once=1, waiting=1)
    async with owner.transaction():
        await owner.execute("select from customer where id = $1 for update", customer)
        waiting = [asyncio.create_task(gate.decide([accepted(rm, one)]))]
        await asyncio.sleep(0.02)
        waiting.append(asyncio.create_task(gate.decide([accepted(rm, two)])))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable) as caught:
            await gate.decide([accepted(rm, three)])
        assert (caught.value.status, caught.value.code) == (503, "busy")
    assert [called(outcomes) for outcomes in await together(*waiting)] == [["applied"], ["applied"]]


async def test_closing_lets_what_is_in_flight_finish(server, database, world: World, rm, customer, owner):
    [found, *_] = await some(world, customer)
    runtime = Runtime(Settings(pool_size=2), schema=world.runtime.schema)
    await runtime.open(server.app_url(database))
    async with owner.transaction():
        await owner.execute("select from customer where id = $1 for update", customer)
        waiting = asyncio.create_task(runtime.part(Gate).decide([accepted(rm, found)]))
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(runtime.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
    await closing
    assert called(await waiting) == ["applied"]


# ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def answered(outcomes):
    """The answer of a test's request."""
    return Answer(200, "text/plain", ",".join(called(outcomes)).encode())


async def test_one_key_twice_in_a_group_is_one_decision(world: World, gate: Gate, rm, customer):
    [found, other, *_] = await some(world, customer)
    key = Key("rm:1", "PATCH", "/one", "twice", b"digest")
    one, again, third = await together(
        gate.answer([rejected(rm, found)], answered, key=key),
        gate.answer([rejected(rm, found)], answered, key=key),
        gate.answer([rejected(rm, other)], answered, key=Key("rm:1", "PATCH", "/other", "twice", b"digest")),
    )
    assert gate.merge.sizes == {3: 1}
    assert one == again == third == Answer(200, "text/plain", b"applied")
    assert len(await world.events(artifact=found)) == 2  # proposed, rejected
    assert await gate.answer([rejected(rm, found)], answered, key=key) == one  # and in another group


async def test_one_key_with_two_bodies_in_a_group_is_done_for_the_first(world: World, gate: Gate, rm, customer):
    [found, *_] = await some(world, customer)
    one, other = await asyncio.gather(
        gate.answer([rejected(rm, found)], answered, key=Key("rm:1", "PATCH", "/two", "bodies", b"one")),
        gate.answer([accepted(rm, found)], answered, key=Key("rm:1", "PATCH", "/two", "bodies", b"other")),
        return_exceptions=True,
    )
    assert one.body == b"applied"
    assert isinstance(other, Invalid)
    assert other.code == "idempotency_key_reused"


async def test_keys_that_meet_crosswise_in_two_processes_do_not_deadlock(world: World, rm, customer):
    processes = [Gate(world.runtime), Gate(world.runtime)]
    for number in range(10):
        found = await world.proposal(customer, "occupation", f"Cook {number}")
        other = await world.proposal(customer, "employer", f"Mill {number}")
        keys = [Key("rm:1", "PATCH", "/cross", f"{number}{name}", b"digest") for name in "ab"]
        asks = list(zip((found, other), keys, strict=True))
        answers = await together(
            *(
                process.answer([accepted(rm, artifact)], answered, key=key)
                for process, order in zip(processes, (asks, asks[::-1]), strict=True)
                for artifact, key in order
            )
        )
        assert {answer.body for answer in answers} == {b"applied"}
        assert len(await world.events(artifact=found)) == 2


async def test_a_key_whose_request_raised_is_free_again_and_its_decision_undone(world, gate, rm, customer):
    [found, *_] = await some(world, customer)
    key = Key("rm:1", "PATCH", "/raises", "free", b"digest")

    def refuse(_outcomes):
        raise Forbidden("No.")

    with pytest.raises(Forbidden):
        await gate.answer([rejected(rm, found)], refuse, key=key)
    assert await statuses(world, found) == ["pending"]
    assert (await gate.answer([rejected(rm, found)], answered, key=key)).body == b"applied"
