"""The feed of a process: one task reads what is new in the trail and hands it to every open stream.

It reads after the commit and at its own pace, so nobody who decides waits for anybody who watches. A stream that cannot keep
up is closed: its client comes back with the place it had reached and is told the rest.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

import structlog

from placet.audit.feed import Happened, Reader
from placet.audit.position import Position
from placet.errors import TooMany, Unavailable
from placet.runtime import Runtime

log = structlog.get_logger("placet.feed")
EVERY_S = 0.25  # between two readings while somebody watches
AFRESH_S = 10.0  # after which, with nobody watching, it is quicker to look for the end than to read up to it
QUEUE = 1000  # events a slow client may be behind
MOST = 32  # streams of one caller in one process


class Watcher:
    """What one open stream has still to send. `ended`: it is over, since the process stops or the client is too slow."""

    def __init__(self, key: str, position: Position) -> None:
        self.key = key
        self.position = position  # of the feed when this began
        self.ended = False
        self._waiting: list[Happened] = []
        self._gone: set[int] = set()
        self._news = asyncio.Event()

    async def next(self, seconds: float) -> tuple[list[Happened], set[int]]:
        """What came since, and the numbers that never will; nothing where the time is up or it `ended`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()
        events, self._waiting = self._waiting, []
        gone, self._gone = self._gone, set()
        return events, gone

    def give(self, events: list[Happened], gone: set[int]) -> None:
        """More to send."""
        self._gone |= gone
        if not events:
            return
        if len(self._waiting) + len(events) > QUEUE:
            self._waiting.clear()
            self.end()
        else:
            self._waiting += events
        self._news.set()

    def end(self) -> None:
        """Let the stream come to its end."""
        self.ended = True
        self._news.set()


class Feed:
    """`runtime.part(Feed)`. It reads on while somebody watches; its place is worked out for who asks where nobody does."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._reader: Reader | None = None
        self._read_at = 0.0
        self._turn = asyncio.Lock()  # one reading at a time
        self._task: asyncio.Task[None] | None = None
        self._watchers: set[Watcher] = set()
        self._hint = asyncio.Event()
        self.stopped = False

    async def position(self) -> Position:
        """The place in the trail at this moment. Whatever is read from the database after this is at least as new."""
        return (await self._read()).position.copy()

    async def watch(self, key: str) -> Watcher:
        """Begin to watch on behalf of a caller; `leave` ends it. TooMany, or Unavailable while the process stops."""
        if self.stopped:
            raise Unavailable("This process is stopping. Connect again.", code="stopping")
        if Counter(watcher.key for watcher in self._watchers)[key] >= MOST:
            raise TooMany("Too many streams are open for you already.", retry_after=10)
        watcher = Watcher(key, (await self._read()).position.copy())
        self._watchers.add(watcher)  # with nothing awaited in between, so that no reading is missed
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read_on())
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """The stream is over."""
        self._watchers.discard(watcher)

    def hint(self) -> None:
        """There may be something new: read now. Never needed, as reading goes on anyway; a sequencer can call it."""
        self._hint.set()

    def stop(self) -> None:
        """End every stream: the process was told to stop and would wait for them."""
        self.stopped = True
        for watcher in self._watchers:
            watcher.end()
        self._hint.set()

    async def drain(self, seconds: float) -> None:  # noqa: ARG002 - nothing here takes long
        """End every stream and read no more."""
        self.stop()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _read(self) -> Reader:
        """Read all there is to now, and hand it to who watches."""
        async with self._turn, self._runtime.reading() as connection:
            now = asyncio.get_running_loop().time()
            if self._reader is None or (not self._watchers and now - self._read_at > AFRESH_S):
                self._reader = await Reader.start(connection)
            else:
                more = True
                while more:
                    found = await self._reader.read(connection)
                    more = found.more
                    for watcher in list(self._watchers):
                        watcher.give(found.events, found.gone)
            self._read_at = now
            return self._reader

    async def _read_on(self) -> None:
        while self._watchers and not self.stopped:
            try:
                await self._read()
            except Unavailable:  # whoever asks the database says so already
                pass
            except Exception as error:  # the next round may go well, and nobody else would try
                log.error("not read", error=f"{type(error).__name__}: {error}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hint.wait(), EVERY_S)
            self._hint.clear()
