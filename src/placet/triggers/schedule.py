"""When a delivery is tried: the schedule of Standard Webhooks, counted from when it is due, with jitter."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

MINUTE, HOUR = 60.0, 3600.0
# Seconds from when a delivery is due to each attempt; after the last it is dead.
SCHEDULE = (0.0, 5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
JITTER = 0.2  # up to so much of a wait is added, so that what failed together does not come back together


def wait_after(
    tried: int,
    schedule: Sequence[float] = SCHEDULE,
    *,
    asked: timedelta | None = None,
    dice: Callable[[], float] = random.random,
) -> timedelta | None:
    """How long to wait after the `tried`-th attempt, None after the last.

    Waits are the distances between the schedule's times, so that an attempt that came late (the worker was off) does not
    bring the next ones all at once. `asked` is what the receiver asks for: it is never called sooner.
    """
    if tried >= len(schedule):
        return None
    wait = (schedule[tried] - schedule[tried - 1]) * (1 + JITTER * dice())
    return max(timedelta(seconds=wait), asked or timedelta())
