"""How many turns of a chat one caller may have going at once: each holds a connection, and a language model while it lasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from placet.errors import TooMany
from placet.identity.principal import Principal
from placet.runtime import Runtime

MOST = 8


class Turns:
    """The turns going on in this process: `runtime.part(Turns)`."""

    def __init__(self, _runtime: Runtime) -> None:
        self._going: Counter[str] = Counter()

    def check(self, who: Principal) -> None:
        """TooMany where this caller has as many going as they may."""
        if self._going[who.key] >= MOST:
            raise TooMany(f"At most {MOST} turns of a chat go on at once.", code="too_many_turns", retry_after=5)

    @contextmanager
    def going(self, who: Principal) -> Iterator[None]:
        """Count one while it lasts."""
        self._going[who.key] += 1
        try:
            yield
        finally:
            self._going[who.key] -= 1
            if not self._going[who.key]:
                del self._going[who.key]

    async def drain(self, seconds: float) -> None:
        """Nothing is kept: a turn ends with its connection."""
