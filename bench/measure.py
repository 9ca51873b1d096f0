"""How a row is measured: slices of ours and of the rival in turn, medians with their spread, and what was really written."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec

from bench.load import percentile
from placet.db import embedded

Address = tuple[str, int]


class Row(msgspec.Struct, kw_only=True):
    """One line of the table: what, the goal, what was seen, and what it is beside."""

    name: str
    what: str
    goal: str
    seen: str
    beside: str = ""
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    good: bool | None = None
    notes: list[str] = []
    artifacts: int | None = None


class Place(msgspec.Struct, kw_only=True):
    """Where and how long a run measures."""

    server: embedded.EmbeddedServer
    database: str
    artifacts: int
    owner: asyncpg.Connection
    address: Address
    slices: int
    seconds: float


class Compared(msgspec.Struct):
    """Slices of ours and of the rival, taken in turn: each a rate or a time."""

    ours: list[float]
    rival: list[float]
    inverse: bool = False  # times, of which a smaller one is better; the ratio is still ours over theirs

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs, pair by pair, so that what disturbs both disturbs no ratio."""
        return sorted(a / b for a, b in zip(self.ours, self.rival, strict=True))

    @property
    def ratio(self) -> float:
        """The median pair."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The tenth and the ninetieth percentile of the pairs."""
        return percentile(self.ratios, 0.1), percentile(self.ratios, 0.9)


async def in_turn(
    slices: int, ours: Callable[[], Awaitable[float]], rival: Callable[[], Awaitable[float]], *, rest: float = 0.3
) -> Compared:
    """Ours, theirs, theirs, ours and so on, after one slice of each that does not count."""
    await ours()
    await rival()
    found = Compared([], [])
    for number in range(slices):
        for mine in (True, False) if number % 2 == 0 else (False, True):
            (found.ours if mine else found.rival).append(await (ours if mine else rival)())
            await asyncio.sleep(rest)
    return found


def compared_row(
    name: str,
    what: str,
    goal: float,
    found: Compared,
    unit: str,
    rival: str,
    *,
    more_is_better: bool = True,
    **more: Any,
) -> Row:
    """The row of a comparison."""
    ours, theirs = statistics.median(found.ours), statistics.median(found.rival)
    low, high = sorted(found.ours)[0], sorted(found.ours)[-1]
    return Row(
        name=name,
        what=what,
        goal=f"{'>=' if more_is_better else '<='} {goal:g}x",
        seen=f"{_short(ours)} {unit} ({_short(low)}..{_short(high)})",
        beside=f"{_short(theirs)} {unit} {rival}",
        ratio=found.ratio,
        spread=found.spread,
        good=found.ratio >= goal if more_is_better else found.ratio <= goal,
        **more,
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
