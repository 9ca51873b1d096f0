"""Calls that are in flight at the same moment become one: while a group is being worked on, the next one collects.

Nobody waits for company: with nothing in flight a call goes at once, alone. Nothing here knows what a call is about.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from placet.errors import Unavailable

A = TypeVar("A")
R = TypeVar("R")

PATIENCE_S = 5.0  # how long a call waits for its turn
WAITING = 4096  # how many calls may


class Call(Generic[A, R]):
    """One caller's request, and the future they wait on."""

    __slots__ = ("_future", "by", "handed_on", "item", "weight")

    def __init__(self, item: A, weight: int, future: asyncio.Future[R], by: float) -> None:
        self.item = item
        self.weight = weight
        self.by = by  # until when it waits for its turn, by the loop's clock
        self.handed_on = False  # whoever works on its group has promised to answer it later
        self._future = future

    @property
    def settled(self) -> bool:
        """Whether it is answered, or its caller went away."""
        return self._future.done()

    def answer(self, result: R) -> None:
        """Give the caller their result."""
        if not self._future.done():
            self._future.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Raise an error at the caller."""
        if not self._future.done():
            self._future.set_exception(error)


class Merge(Generic[A, R]):
    """Turns calls into groups and has `work` answer each call of a group; a call it leaves unanswered is failed.

    `most`: what a group's weights may add up to (one call may weigh more, and then goes alone). `at_once`: groups in flight.
    A full queue, or a turn that does not come within `patience` seconds, is Unavailable.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Call[A, R]]], Awaitable[None]],
        *,
        most: int = 64,
        at_once: int = 2,
        waiting: int = WAITING,
        patience: float = PATIENCE_S,
    ) -> None:
        self._work = work
        self._most = most
        self._at_once = at_once
        self._waiting = waiting
        self._patience = patience
        self._queue: deque[Call[A, R]] = deque()
        self._workers: set[asyncio.Task[None] | None] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.sizes: Counter[int] = Counter()  # how many groups there were of each size

    async def __call__(self, item: A, *, weight: int = 1) -> R:
        """Have an item worked on together with what else is in flight; raises what its part of the work raised."""
        if len(self._queue) >= self._waiting:
            raise busy()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        call = Call(item, weight, future, loop.time() + self._patience)
        self._queue.append(call)
        if self._timer is None:
            self._timer = loop.call_later(self._patience, self._expire)
        if len(self._workers) < self._at_once:
            self._workers.add(asyncio.create_task(self._serve()))
        return await future

    async def drain(self, seconds: float) -> None:
        """Wait until what is in flight is done, but no longer than that."""
        if self._workers:
            await asyncio.wait({worker for worker in self._workers if worker is not None}, timeout=seconds)

    async def _serve(self) -> None:
        try:
            while group := self._next():
                self.sizes[len(group)] += 1
                await self._one(group)
        finally:
            self._workers.discard(asyncio.current_task())  # here, so that no call finds a worker that has just stopped

    async def _one(self, group: list[Call[A, R]]) -> None:
        try:
            await self._work(group)
        except Exception as error:
            for call in group:
                call.fail(error)
        finally:
            for call in group:  # those left unanswered: all of them where this task itself was cancelled
                if not call.handed_on:
                    call.fail(busy())

    def _next(self) -> list[Call[A, R]]:
        group: list[Call[A, R]] = []
        weight = 0
        while self._queue:
            call = self._queue[0]
            if group and weight + call.weight > self._most:
                break
            self._queue.popleft()
            if not call.settled:  # else its caller went away
                group.append(call)
                weight += call.weight
        return group

    def _expire(self) -> None:
        """Turn away those who waited too long; one timer for all, as the queue is in the order of their times."""
        loop = asyncio.get_running_loop()
        while self._queue and (self._queue[0].settled or self._queue[0].by <= loop.time()):
            self._queue.popleft().fail(busy())
        self._timer = loop.call_at(self._queue[0].by, self._expire) if self._queue else None


def busy() -> Unavailable:
    """The answer to a caller whose turn does not come."""
    return Unavailable(
        "More is asked for than can be done right now. Trying again with the same Idempotency-Key is safe.", code="busy"
    )
