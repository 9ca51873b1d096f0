"""The database is busy, away, or against us: 503 in time, unchanged, and well again by itself."""

import asyncio
import time

import asyncpg
import pytest

from conftest import World, together
from placet.artifacts.decide import Decision, decide
from placet.customers.schema import load_schema
from placet.db import engine
from placet.db.migrate import newest_revision
from placet.errors import Unavailable
from placet.runtime import Runtime
from placet.settings import Settings


@pytest.fixture
async def small(server, database):
    """A pool of one connection."""
    pool = await engine.open_pool(server.app_url(database), size=1)
    yield pool
    await pool.close()


async def test_a_pool_that_is_used_up_is_unavailable_in_time(small, monkeypatch):
    monkeypatch.setattr(engine, "ACQUIRE_TIMEOUT_S", 0.2)
    async with engine.connection(small):
        started = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            async with engine.connection(small):
                pytest.fail("there is no second connection")
        assert time.monotonic() - started < 2
    assert (caught.value.status, caught.value.code) == (503, "database_unavailable")
    async with engine.connection(small) as again:
        assert await again.fetchval("select 1") == 1


@pytest.mark.parametrize("login", ["app_url", "owner_url"])
async def test_every_connection_acts_as_the_application_whatever_it_logged_in_as(server, database, login):
    pool = await engine.open_pool(getattr(server, login)(database), size=1)
    try:
        async with engine.connection(pool) as found:
            assert await found.fetchval("select current_user::text") == engine.APP_ROLE
            assert await found.fetchval("select current_setting('is_superuser')") == "off"
    finally:
        await pool.close()


async def test_no_statement_waits_for_ever(small):
    async with engine.connection(small) as found:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert await found.fetchval("select current_setting($1)", name) not in ("0", "")


async def test_a_victim_of_a_deadlock_is_tried_again(world: World):
    rm = await world.person()
    one, other = await world.customer(rm), await world.customer(rm)
    attempts = []
    both_hold = asyncio.Barrier(2)

    def locking(first, second):
        async def work(connection):
            attempts.append(first)
            await connection.execute("select from customer where id = $1 for update", first)
            if attempts.count(first) == 1:
                await both_hold.wait()
            await connection.execute("select from customer where id = $1 for update", second)
            return first

        return work

    answers = await together(world.runtime.transact(locking(one, other)), world.runtime.transact(locking(other, one)))
    assert answers == [one, other]
    assert len(attempts) == 3


async def test_after_three_more_tries_it_is_unavailable(world: World):
    attempts = []

    async def always(connection):
        attempts.append(1)
        raise asyncpg.SerializationError("could not serialize")

    with pytest.raises(Unavailable) as caught:
        await world.runtime.transact(always)
    assert (len(attempts), caught.value.members["cause"]) == (engine.ATTEMPTS, "SerializationError")


async def test_an_error_of_ours_is_not_tried_again(world: World):
    attempts = []

    async def wrong(connection):
        attempts.append(1)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await world.runtime.transact(wrong)
    assert len(attempts) == 1


@pytest.mark.parametrize("argument", ["seven", 2**70])
async def test_a_wrong_argument_is_a_mistake_and_no_outage(world: World, argument):
    with pytest.raises(asyncpg.DataError):
        await world.rows("select $1::bigint", argument)


async def test_work_that_fails_leaves_nothing_behind(world: World):
    customer = await world.customer(await world.person())
    before = await world.stored(customer)

    async def half(connection):
        await connection.execute("update customer set name = 'Somebody' where id = $1", customer)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await world.runtime.transact(half)
    assert await world.stored(customer) == before


@pytest.mark.parametrize(
    ("statements", "cause"),
    [
        (["set local statement_timeout = 50", "select pg_sleep(5)"], "QueryCanceledError"),
        (["set transaction read only", "delete from sign_in_failure"], "ReadOnlySQLTransactionError"),
    ],
    ids=["too slow", "read-only"],
)
async def test_a_database_that_cannot_do_it_is_unavailable(world: World, statements, cause):
    async def work(connection):
        for statement in statements:
            await connection.execute(statement)

    with pytest.raises(Unavailable) as caught:
        await world.runtime.transact(work)
    assert caught.value.members["cause"] == cause


async def test_a_lock_that_does_not_come_is_unavailable(world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    found = await world.proposal(customer, "occupation", "Chef")
    before = await world.stored(customer)
    held, done = asyncio.Event(), asyncio.Event()

    async def holding(connection):
        await connection.execute("select from customer where id = $1 for update", customer)
        held.set()
        await done.wait()

    async def hurried(connection):
        await connection.execute("set local lock_timeout = 100")
        asked = Decision(by=rm, artifact_id=found.id, status="accepted")
        return await decide(connection, [asked], schema=world.runtime.schema)

    holder = asyncio.create_task(world.runtime.transact(holding))
    await held.wait()
    with pytest.raises(Unavailable) as caught:
        await world.runtime.transact(hurried)
    done.set()
    await holder
    assert caught.value.members["cause"] == "LockNotAvailableError"
    assert await world.stored(customer) == before


async def test_a_connection_cut_in_the_middle_changes_nothing_and_the_next_one_works(world: World, owner):
    rm = await world.person()
    customer = await world.customer(rm)
    found = await world.proposal(customer, "occupation", "Chef")
    before = await world.stored(customer)

    async def cut(connection):
        asked = Decision(by=rm, artifact_id=found.id, status="accepted")
        [outcome] = await decide(connection, [asked], schema=world.runtime.schema)
        assert outcome.good
        await owner.fetchval("select pg_terminate_backend($1)", connection.get_server_pid())
        await connection.execute("select 1")

    with pytest.raises(Unavailable):
        await world.runtime.transact(cut)
    assert await world.stored(customer) == before
    assert (await world.accept(rm, found)).outcome == "applied"


async def test_a_process_whose_database_was_never_reached_is_unavailable():
    runtime = Runtime(Settings(), schema=load_schema())
    with pytest.raises(Unavailable):
        async with runtime.reading():
            pytest.fail("there is no database")
    assert "not been reached" in (await runtime.ready() or "")


async def test_a_server_started_before_its_database_keeps_trying(server, database):
    runtime = Runtime(Settings(), schema=load_schema())
    honest = runtime.open
    attempts = []

    async def open_late(url):
        attempts.append(url)
        if len(attempts) < 3:
            raise ConnectionRefusedError("not yet")
        await honest(url)

    runtime.open = open_late
    runtime.open_in_background(server.app_url(database))
    try:
        for _ in range(100):
            if await runtime.ready() is None:
                break
            await asyncio.sleep(0.05)
        assert await runtime.ready() is None
        assert len(attempts) == 3
    finally:
        await runtime.close()


async def test_a_schema_of_another_version_is_not_ready(server, database, owner):
    runtime = Runtime(Settings(), schema=load_schema())
    await runtime.open(server.app_url(database))
    try:
        assert await runtime.ready() is None
        await owner.execute("update alembic_version set version_num = '0000'")
        assert "placet migrate" in (await runtime.ready() or "")
    finally:
        await owner.execute("update alembic_version set version_num = $1", newest_revision())
        await runtime.close()
