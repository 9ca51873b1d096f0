"""A response that is sent as it is made: server-sent events with a heartbeat, whose work ends with the connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

from anyio import move_on_after
from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Send

EVENTS = "text/event-stream"
HEARTBEAT_S = 15.0
HEARTBEAT = b": still here\n\n"  # a comment: every reader of server-sent events passes over it
_LETTING_GO_S = 5.0


class EventStream(Response[bytes]):
    """Server-sent events from an async generator of encoded ones."""

    def __init__(self, events: AsyncIterator[str], headers: dict[str, str] | None = None) -> None:
        super().__init__(
            b"", media_type=EVENTS, headers={"x-accel-buffering": "no", **(headers or {})}, status_code=200
        )
        self._events = events

    def to_asgi_response(self, *_: Any, **given: Any) -> ASGIResponse:
        """The response that sends them."""
        return _Sending(
            iterator=self._events,
            headers={**(given.get("headers") or {}), **self.headers},
            media_type=self.media_type,
            status_code=200,
        )


class _Sending(ASGIStreamingResponse):
    """The framework's own leaves a generator open that was interrupted while its last piece was being sent; this one does the work
    in a task, which is cancelled, and waited for, however the connection ends.
    """

    async def _stream(self, send: Send) -> None:
        pieces: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=64)
        work = asyncio.create_task(self._make(pieces))
        try:
            while True:
                try:
                    piece = await asyncio.wait_for(pieces.get(), HEARTBEAT_S)
                except TimeoutError:
                    piece = HEARTBEAT
                await send({"type": "http.response.body", "body": piece or b"", "more_body": piece is not None})
                if piece is None:
                    break
            await work  # whatever nobody foresaw is raised here, and logged by the server
        finally:
            work.cancel()
            with move_on_after(_LETTING_GO_S, shield=True), suppress(BaseException):
                await work

    async def _make(self, pieces: asyncio.Queue[bytes | None]) -> None:
        try:
            async with aclosing(self.iterator) as events:  # type: ignore[type-var]  # it is a generator
                async for event in events:
                    await pieces.put(event if isinstance(event, bytes) else event.encode())
        finally:
            with suppress(asyncio.QueueFull):
                pieces.put_nowait(None)
