"""Reading on in the trail: what commits late is not lost, what rolled back is not waited for, whoever goes on misses nothing."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from conftest import World
from placet.audit import feed
from placet.audit.feed import Reader
from placet.audit.position import read
from placet.identity.principal import SYSTEM

WRITE = "update customer set name = name || '.' where id = $1"
EVENT = (
    "insert into event (id, at, kind, customer_id, actor_type, actor_id, door, commitment) "
    "values ($1, clock_timestamp(), 'customer.renamed', $2, 'system', 'placet', 'system', '')"
)


class Late:
    """A transaction that has taken its number and keeps it until it is told to end."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def begin(self, customer: str, name: str) -> None:
        self.transaction = self.connection.transaction()
        await self.transaction.start()
        await self.connection.execute(WRITE, customer)
        await self.connection.execute(EVENT, name, customer)


@pytest.fixture
async def late(server: Any, database: str) -> Any:
    connection = await asyncpg.connect(server.app_url(database))
    yield Late(connection)
    await connection.close()


@pytest.fixture
async def reader(world: World) -> Reader:
    async with world.runtime.reading() as connection:
        return await Reader.start(connection)


async def names(world: World, reader: Reader) -> list[str]:
    """The ids of what one reading finds."""
    async with world.runtime.reading() as connection:
        return [happened.line.id for happened in (await reader.read(connection)).events]


async def write(world: World, customer: str, name: str) -> None:
    async def work(connection: Any) -> None:
        await connection.execute(WRITE, customer)
        await connection.execute(EVENT, name, customer)

    await world.runtime.transact(work)


async def test_what_commits_after_a_later_number_is_not_lost(world: World, late: Late, reader: Reader) -> None:
    one, two = await world.customer(None), await world.customer(None)
    await names(world, reader)
    await late.begin(one, "late-1")
    await write(world, two, "early-1")
    assert await names(world, reader) == ["early-1"]
    for _ in range(3):
        assert await names(world, reader) == []  # it is under way, so its number is not given up
    await late.transaction.commit()
    assert await names(world, reader) == ["late-1"]
    assert await names(world, reader) == []
    assert reader.position.missing == set()


async def test_a_reader_that_begins_in_between_finds_it_too(world: World, late: Late) -> None:
    one, two = await world.customer(None), await world.customer(None)
    await late.begin(one, "late-2")
    await write(world, two, "early-2")
    async with world.runtime.reading() as connection:
        reader = await Reader.start(connection)
    assert await names(world, reader) == []
    await late.transaction.commit()
    assert await names(world, reader) == ["late-2"]


async def test_what_rolled_back_is_given_up_once_it_has_ended(world: World, late: Late, reader: Reader) -> None:
    one, two = await world.customer(None), await world.customer(None)
    await names(world, reader)
    await late.begin(one, "never")
    await write(world, two, "early-3")
    await names(world, reader)
    assert len(reader.position.missing) == 1
    await late.transaction.rollback()
    async with world.runtime.reading() as connection:
        found = await reader.read(connection)
    assert len(found.gone) == 1
    assert reader.position.missing == set()


async def test_going_on_at_another_process_misses_nothing_and_repeats_nothing(world: World, late: Late) -> None:
    one, two = await world.customer(None), await world.customer(None)
    async with world.runtime.reading() as connection:
        first, second = await Reader.start(connection), await Reader.start(connection)
    client = first.position.copy()
    await late.begin(one, "late-4")
    await write(world, two, "early-4")
    for happened in await _read(world, first):
        assert client.take(happened.line.seq)
    await late.transaction.commit()
    await write(world, two, "last-4")
    await _read(world, second)
    async with world.runtime.reading() as connection:
        missed = await feed.between(connection, SYSTEM, read(str(client)), second.position, most=50)
        assert missed is not None
        assert [line.id for line, _ in missed] == ["late-4", "last-4"]
        assert str(missed[-1][1]) == str(feed.after(client, second.position)) == str(second.position)
        rest = await feed.between(connection, SYSTEM, missed[0][1], second.position, most=50)
        assert [line.id for line, _ in rest or ()] == ["last-4"]  # cut off after the first, it goes on with the second
        assert await feed.between(connection, SYSTEM, client, second.position, most=1) is None


async def test_a_process_that_is_behind_tells_nothing_twice(world: World, late: Late) -> None:
    one, two = await world.customer(None), await world.customer(None)
    async with world.runtime.reading() as connection:
        ahead, behind = await Reader.start(connection), await Reader.start(connection)
    await late.begin(one, "late-5")
    await write(world, two, "early-5")
    await _read(world, ahead)
    await late.transaction.commit()
    async with world.runtime.reading() as connection:
        assert await feed.between(connection, SYSTEM, ahead.position, behind.position, most=50) == []
    place = feed.after(ahead.position, behind.position)
    assert [h.line.id for h in await _read(world, behind) if place.take(h.line.seq)] == ["late-5"]


async def _read(world: World, reader: Reader) -> list[feed.Happened]:
    async with world.runtime.reading() as connection:
        return (await reader.read(connection)).events
