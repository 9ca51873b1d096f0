"""The least HTTP client there is: it tells an answer from a connection that ended without one, and retries nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

TIMEOUT_S = 25.0


class Cut(Exception):
    """The connection could not be made, or ended before the whole answer was there."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, understood."""
        return json.loads(self.body)


class Line:
    """One kept-alive connection to one server; made anew where it is gone."""

    def __init__(self, port: int, headers: dict[str, str] | None = None, host: str = "127.0.0.1") -> None:
        self.host, self.port, self.headers = host, port, headers or {}
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, within: float = TIMEOUT_S
    ) -> Answer:
        """Send a request, once, and wait for its whole answer; Cut where there is none."""
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"host": f"{self.host}:{self.port}", **self.headers, "content-length": str(len(content))}
        if body is not None:
            headers["content-type"] = "application/json"
        if key is not None:
            headers["idempotency-key"] = key
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        try:
            async with asyncio.timeout(within):
                if self._ends is None:
                    self._ends = await asyncio.open_connection(self.host, self.port, limit=2**24)
                reader, writer = self._ends
                writer.write(head.encode() + content)
                await writer.drain()
                answer = await _read(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            self.close()
            raise Cut(type(error).__name__) from error
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Forget the connection."""
        if self._ends is not None:
            self._ends[1].transport.abort()
            self._ends = None


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(status, headers, body)
