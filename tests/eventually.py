"""Waiting for what happens elsewhere: in the database, in a browser, in another process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(so: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Return when something is so; TimeoutError where it does not come.

    In a browser too, where playwright's `wait_for_function` asks a second time by `eval`, which our pages forbid.
    """
    async with asyncio.timeout(seconds):
        while not await so():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)
