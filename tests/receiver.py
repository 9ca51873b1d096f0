"""A webhook receiver on loopback that behaves as it is told: well, slowly, hugely, or like a liar."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


# Answers with the raw bytes of a response, or writes what it likes to the connection and answers None.
Behaviour = Callable[[Received, asyncio.StreamWriter], Awaitable[bytes | None]]


def answer(status: int = 204, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(status: int = 204, body: bytes = b"", **headers: str) -> Behaviour:
    async def behave(_request: Received, _writer: asyncio.StreamWriter) -> bytes:
        return answer(status, body, **headers)

    return behave


class Receiver:
    """What came in, in order; `behave` may be changed at any time."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.behave: Behaviour = always()
        self.port = 0
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError, ssl.SSLError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines if line)
                exact = {
                    name: line.split(": ", 1)[1] for line in lines if line for name in [line.lower().split(":")[0]]
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Received(first.split()[1], exact, body)
                self.received.append(request)
                said = await self.behave(request, writer)
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver that listens on a free port of this machine."""
    found = Receiver()
    found.scheme = "https" if context is not None else "http"
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, ssl=context)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
