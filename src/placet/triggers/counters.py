"""What this process counted of its deliveries, for `/metrics`."""

from __future__ import annotations

from collections import Counter

attempts: Counter[tuple[str, str]] = Counter()  # by kind and outcome: done, retry, failed


def attempted(kind: str | None, outcome: str) -> None:
    """One attempt came to its end."""
    attempts[kind or "", outcome] += 1
