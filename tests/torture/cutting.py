"""A proxy that cuts connections at a chosen moment: between a server and PostgreSQL, or between a client and a server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Cut:
    """A cut to come, made once: before the marked message is passed on, or after, when its answer is there.

    `part` is how much of what would then go on still does: of the message when cut `before` it, else of its answer.
    """

    def __init__(self, marker: str, when: str, *, part: float = 0.0) -> None:
        assert when in ("before", "after")
        self.marker, self.when, self.part = marker.encode(), when, part
        self.made = asyncio.Event()


class Proxy:
    """Passes bytes between those who connect to `port` and what `reach` connects to, and cuts as `cut` says."""

    def __init__(self, reach: Callable[[], Awaitable[Ends]], *, postgres: bool) -> None:
        self._reach, self._postgres = reach, postgres
        self.cut: Cut | None = None
        self.passed: list[str] = []  # statements and requests, as they came by
        self.port = 0
        self._talks: set[asyncio.Task[None]] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            there = await self._reach()
            await _Talk(self, (reader, writer), there).run(_statements(reader) if self._postgres else _requests(reader))
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._talks.discard(task)

    def due(self, text: bytes) -> Cut | None:
        """The cut to make at this message, if there is one; it is made once."""
        self.passed.append(text.decode("utf-8", "replace"))
        cut = self.cut
        if cut is None or cut.marker not in text:
            return None
        self.cut = None
        return cut

    async def close(self) -> None:
        """End every connection."""
        for task in list(self._talks):
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)


class _Talk:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, here: Ends, there: Ends) -> None:
        self.proxy, self.here, self.there = proxy, here, there
        self.cut_at_answer: Cut | None = None

    async def run(self, messages: AsyncIterator[tuple[bytes, bytes]]) -> None:
        back = asyncio.create_task(self._back())
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._forth(messages)
            if self.cut_at_answer is not None:
                await back
        finally:
            back.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await back
            for _, writer in (self.here, self.there):
                writer.transport.abort()

    async def _forth(self, messages: AsyncIterator[tuple[bytes, bytes]]) -> None:
        async for message, text in messages:
            cut = self.proxy.due(text) if text else None
            if cut is not None and cut.when == "before":
                self.there[1].write(message[: int(len(message) * cut.part)])
                await self.there[1].drain()
                cut.made.set()
                return
            if cut is not None:
                self.cut_at_answer = cut
            self.there[1].write(message)
            await self.there[1].drain()

    async def _back(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self.there[0].read(65536):
                cut = self.cut_at_answer
                if cut is not None:
                    self.here[1].write(data[: int(len(data) * cut.part)])
                    await self.here[1].drain()
                    cut.made.set()
                    break
                self.here[1].write(data)
                await self.here[1].drain()
        for _, writer in (self.here, self.there):
            writer.close()


async def _statements(reader: asyncio.StreamReader) -> AsyncIterator[tuple[bytes, bytes]]:
    """PostgreSQL's messages, each with the statement that it runs, if it runs one (a prepared one by its name)."""
    length = await reader.readexactly(4)
    yield length + await reader.readexactly(int.from_bytes(length) - 4), b""  # the start-up message has no type
    texts: dict[bytes, bytes] = {}
    while kind := await reader.read(1):
        length = await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(length) - 4)
        text = b""
        if kind == b"P":
            name, text_of_it, _ = body.split(b"\0", 2)
            texts[name] = text_of_it
        elif kind == b"B":
            text = texts.get(body.split(b"\0", 2)[1], b"")
        elif kind == b"Q":
            text = body.rstrip(b"\0")
        yield kind + length + body, text


async def _requests(reader: asyncio.StreamReader) -> AsyncIterator[tuple[bytes, bytes]]:
    """HTTP requests, each whole, with its first line."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(h.partition(b":")[2]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0
        )
        yield head + await reader.readexactly(length), head.split(b"\r\n", 1)[0]


@asynccontextmanager
async def proxy(reach: Callable[[], Awaitable[Ends]], *, postgres: bool) -> AsyncIterator[Proxy]:
    """A proxy on a port of its own, for as long as the context lasts."""
    found = Proxy(reach, postgres=postgres)
    listening = await asyncio.start_server(found._serve, "127.0.0.1", 0)
    found.port = listening.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        listening.close()
        await found.close()
