"""What the sequencer costs those who decide: slices with it at work beside slices without, and how far it lags behind."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bench.deciding import Decided, notes
from bench.load import percentile
from bench.measure import Place, Row, compared_row, in_turn
from placet import worker
from placet.audit import tree
from placet.audit.checkpoint import SigningKey
from placet.runtime import Runtime
from placet.settings import Settings

LOOKED_S = 0.1  # between two looks at the lag
GOAL = 0.95
KEY = SigningKey("placet.bench/trail", bytes(range(32)))


async def decide_sealed(place: Place) -> Row:
    """64 connections, with the sequencer in a process beside the server (as `placet worker` runs it) and without it.

    It first seals what the slice before left it, so that it has as much to do as is decided.
    """
    decided = Decided(place, 64)
    lags: list[float] = []

    async def beside() -> float:
        async with _sequencer(place) as runtime:
            while await _lag(runtime) > worker.SEAL_S:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(LOOKED_S)
            looking = asyncio.create_task(_look(runtime, lags))
            try:
                return await decided.ours()
            finally:
                looking.cancel()

    found = await in_turn(place.slices, beside, decided.ours)
    lags.sort()
    lag = f"the oldest unsealed event waited {percentile(lags, 0.5):.1f} s in the median, {percentile(lags, 0.99):.1f} s at p99"
    what = "decide, 64 connections, with the sequencer at work and without"
    return compared_row("decide-sealed", what, GOAL, found, "/s", "without it", notes=[*notes(decided), lag])


@asynccontextmanager
async def _sequencer(place: Place) -> AsyncIterator[Runtime]:
    """The sequencer at work, with a key and a file of checkpoints of its own; the server that is measured has no key."""
    with tempfile.TemporaryDirectory() as home:
        runtime = Runtime(Settings(trail_key=KEY.text, home=Path(home)))
        await runtime.open(place.server.app_url(place.database))
        task = asyncio.create_task(worker.seal(runtime))
        try:
            yield runtime
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await runtime.close()


async def _lag(runtime: Runtime) -> float:
    async with runtime.reading() as connection:
        return (await tree.unsealed(connection)).oldest_s


async def _look(runtime: Runtime, lags: list[float]) -> None:
    while True:
        lags.append(await _lag(runtime))
        await asyncio.sleep(LOOKED_S)
