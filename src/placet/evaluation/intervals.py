"""How far a figure can be trusted: intervals that hold the true one in 95 of 100 such samples."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import sqrt
from typing import TypeVar

T = TypeVar("T")
Interval = tuple[float, float]
_Z = 1.959964  # of the normal distribution, for 95 %


def wilson(good: int, of: int) -> Interval:
    """The interval of a share (Wilson 1927); all there is, 0 to 1, where nothing was counted."""
    if of == 0:
        return 0.0, 1.0
    share, square = good / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return 0.0 if good == 0 else middle - half, 1.0 if good == of else middle + half


def bootstrap(sample: Sequence[T], figure: Callable[[Sequence[T]], float], *, times: int = 1000) -> Interval:
    """The interval of a figure over whole notes, drawn again `times` times; always the same draws (Efron 1979).

    Mistakes come in notes, not one by one, so a note is drawn as a whole.
    """
    draw = random.Random(7)  # noqa: S311  # no secret: the same notes give the same interval
    figures = sorted(figure([draw.choice(sample) for _ in sample]) for _ in range(times))
    return figures[int(0.025 * times)], figures[int(0.975 * times) - 1]
