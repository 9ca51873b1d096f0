"""What a running Placet is made of: the pool, the profile schema, the settings. Every door holds one of these."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from placet.customers.schema import ProfileSchema, load_schema
from placet.db.engine import AWAY, Connection, Pool, connection, open_pool, transact
from placet.db.migrate import current_revision, newest_revision
from placet.errors import Unavailable
from placet.settings import Settings

T = TypeVar("T")
DRAIN_S = 10  # for what is in flight when the process is told to stop


class Part(Protocol):
    """Something a room keeps for the life of a process, such as the gate."""

    async def drain(self, seconds: float) -> None:
        """Finish what is in flight, within so many seconds."""


P = TypeVar("P", bound=Part)


class Runtime:
    """The pool (once the database is there), the schema and the settings of one process."""

    def __init__(self, settings: Settings, *, schema: ProfileSchema | None = None, pool: Pool | None = None) -> None:
        self.settings = settings
        self.schema = schema or load_schema(settings.profile_schema)
        self._pool = pool
        self._opening: asyncio.Task[None] | None = None
        self._parts: dict[Any, Part] = {}

    def part(self, make: Callable[[Runtime], P]) -> P:
        """The one `make(runtime)` of this process, made when first asked for; `close` drains it."""
        found = self._parts.get(make)
        if found is None:
            found = self._parts[make] = make(self)
        return found  # type: ignore[return-value]  # what is kept under `make` is what it made

    @property
    def pool(self) -> Pool:
        """The pool, or Unavailable while the database has not been reached yet."""
        if self._pool is None:
            raise Unavailable("The database has not been reached yet.", code="database_unavailable")
        return self._pool

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection outside any transaction, for reads of one statement."""
        async with connection(self.pool) as found:
            yield found

    async def transact(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """One transaction around `work`, committed."""
        return await transact(self.pool, work)

    async def open(self, url: str) -> None:
        """Connect, or raise at once."""
        self._pool = await open_pool(url, size=self.settings.pool_size)

    def open_in_background(self, url: str) -> None:
        """Keep trying, with back-off, so that a server can start before its database does."""
        self._opening = asyncio.create_task(self._keep_trying(url))

    async def _keep_trying(self, url: str) -> None:
        import structlog  # here, as it takes long to load and most commands log nothing

        log = structlog.get_logger("placet")
        wait = 0.2
        while self._pool is None:
            try:
                await self.open(url)
            except AWAY as error:
                log.warning("database away", error=str(error), next_try_s=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)

    async def ready(self) -> str | None:
        """None if this process can serve, else the reason it cannot."""
        try:
            async with self.reading() as found:
                revision = await current_revision(found)
        except Unavailable as error:
            return error.sentence
        wanted = newest_revision()
        return (
            None
            if revision == wanted
            else f"The schema is at {revision or 'nothing'}, not {wanted}: run placet migrate."
        )

    async def close(self) -> None:
        """Finish what is in flight and give the connections back."""
        for part in self._parts.values():
            await part.drain(DRAIN_S)
        if self._opening is not None:
            self._opening.cancel()
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), 10)
            except TimeoutError:
                self._pool.terminate()
