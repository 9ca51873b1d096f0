"""What this process has counted since it started, for `/metrics`. Plain numbers, so that counting costs next to nothing.

Nothing here knows Prometheus; `api/metrics.py` says it in its words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable


class Histogram:
    """How many observations were at most each bound, and their sum."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """One observation."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def cumulative(self) -> list[tuple[str, float]]:
        """Each bound as text (the last is +Inf) with how many were at most that."""
        found, total = [], 0
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            total += count
            found.append((bound, float(total)))
        return found


_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

decisions: Counter[str] = Counter()  # by outcome
attempts: Counter[tuple[str, str]] = Counter()  # of deliveries, by trigger and outcome
group_sizes = Histogram((1, 2, 4, 8, 16, 32, 64))  # requests that shared a transaction in the gate
requests: defaultdict[tuple[str, str, str], Histogram] = defaultdict(lambda: Histogram(_SECONDS))


def decided(outcomes: Iterable[str]) -> None:
    """Decisions were answered."""
    decisions.update(outcomes)


def attempted(trigger: str, outcome: str) -> None:
    """An attempt at a delivery came to its end: done, retry or failed."""
    attempts[trigger, outcome] += 1


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """A request's answer began, so many seconds after the request."""
    requests[method, route, f"{status // 100}xx"].observe(seconds)
