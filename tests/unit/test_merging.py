"""Calls in flight at the same moment become one; nobody waits for company, and nobody spoils another's call."""

import asyncio

import pytest

from conftest import together
from placet.db.merging import Merge
from placet.errors import Unavailable


class Desk:
    """Work that doubles what it is given; it stops at the `gate` while that is shut."""

    def __init__(self, **options):
        self.groups = []
        self.open = asyncio.Event()
        self.open.set()
        self.merge = Merge(self.work, **options)

    async def work(self, calls):
        self.groups.append([call.item for call in calls])
        await self.open.wait()
        for call in calls:
            if call.item == "forgotten":
                continue
            if call.item == "bad":
                call.fail(ValueError("bad"))
            else:
                call.answer(call.item * 2)

    async def send(self, *items, **options):
        """Callers that wait, each in a task of its own."""
        tasks = [asyncio.create_task(self.merge(item, **options)) for item in items]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return tasks


async def test_what_comes_at_once_is_one_group_and_each_gets_its_own_answer():
    desk = Desk()
    assert await together(*(desk.merge(n) for n in range(10))) == [n * 2 for n in range(10)]
    assert desk.groups == [list(range(10))]
    assert desk.merge.sizes == {10: 1}


async def test_one_alone_goes_alone_and_at_once():
    desk = Desk()
    for n in range(3):
        assert await desk.merge(n) == n * 2
    assert desk.merge.sizes == {1: 3}


async def test_while_a_group_is_worked_on_the_next_collects():
    desk = Desk(at_once=1, most=4)
    desk.open.clear()
    waiting = await desk.send(0)
    waiting += await desk.send(*range(1, 7))
    assert desk.groups == [[0]]
    desk.open.set()
    assert await together(*waiting) == [n * 2 for n in range(7)]
    assert desk.groups == [[0], [1, 2, 3, 4], [5, 6]]


async def test_so_many_groups_are_worked_on_at_once_and_no_more():
    desk = Desk(at_once=2, most=1)
    desk.open.clear()
    waiting = await desk.send(*range(5))
    assert desk.groups == [[0], [1]]
    desk.open.set()
    await together(*waiting)
    assert sorted(desk.groups) == [[n] for n in range(5)]


async def test_a_heavy_call_goes_alone_and_is_not_overtaken():
    desk = Desk(at_once=1, most=4)
    desk.open.clear()
    waiting = await desk.send(0)
    waiting += [*await desk.send(1), *await desk.send(2, weight=9), *await desk.send(3)]
    desk.open.set()
    await together(*waiting)
    assert desk.groups == [[0], [1], [2], [3]]


async def test_one_call_fails_alone_and_one_that_is_forgotten_fails_too():
    desk = Desk()
    bad, good, forgotten = await asyncio.gather(*map(desk.merge, ("bad", 2, "forgotten")), return_exceptions=True)
    assert isinstance(bad, ValueError)
    assert good == 4
    assert isinstance(forgotten, Unavailable)


async def test_work_that_breaks_fails_its_group_and_not_the_next():
    desk = Desk()

    async def broken(_calls):
        raise RuntimeError("broken")

    work, desk.merge._work = desk.merge._work, broken
    found = await asyncio.gather(desk.merge(1), desk.merge(2), return_exceptions=True)
    assert [type(each) for each in found] == [RuntimeError, RuntimeError]
    desk.merge._work = work
    assert await desk.merge(3) == 6


async def test_a_caller_that_goes_away_takes_nobody_along():
    desk = Desk(at_once=1)
    desk.open.clear()
    [working] = await desk.send(1)
    [gone, stays] = await desk.send(2, 3)
    gone.cancel()
    working.cancel()
    desk.open.set()
    assert await stays == 6
    assert desk.groups == [[1], [3]]  # whoever left before their turn is not worked for


async def test_a_full_queue_turns_callers_away_until_there_is_room():
    desk = Desk(at_once=1, waiting=2)
    desk.open.clear()
    waiting = [*await desk.send(0), *await desk.send(1, 2)]
    with pytest.raises(Unavailable) as caught:
        await desk.merge(3)
    assert (caught.value.status, caught.value.code) == (503, "busy")
    desk.open.set()
    assert await together(*waiting) == [0, 2, 4]
    assert await desk.merge(3) == 6


async def test_a_turn_that_does_not_come_is_told_so_and_is_not_taken_later():
    desk = Desk(at_once=1, patience=0.05)
    desk.open.clear()
    [working] = await desk.send(0)
    with pytest.raises(Unavailable) as caught:
        await desk.merge(1)
    assert caught.value.code == "busy"
    assert not working.done()  # one that is being worked on is waited for
    desk.open.set()
    assert await working == 0
    assert await desk.merge(2) == 4
    assert desk.groups == [[0], [2]]


async def test_draining_waits_for_what_is_in_flight():
    desk = Desk(at_once=1)
    desk.open.clear()
    waiting = [*await desk.send(1), *await desk.send(2)]
    await desk.merge.drain(0.01)
    assert not any(task.done() for task in waiting)
    draining = asyncio.create_task(desk.merge.drain(10))
    await asyncio.sleep(0)
    desk.open.set()
    await draining
    assert await together(*waiting) == [2, 4]
