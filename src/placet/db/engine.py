"""The pool of connections, and SQL kept in files.

Every connection works as the unprivileged role `placet_app`, whatever it logged in as. Nothing here knows a table.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import asyncpg

from placet.errors import Unavailable

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection | PoolConnectionProxy"
Pool: TypeAlias = "asyncpg.Pool"

T = TypeVar("T")

APP_ROLE = "placet_app"  # unprivileged: it owns nothing and can disable nothing
ACQUIRE_TIMEOUT_S = 10
ATTEMPTS = 4
STATEMENT_TIMEOUT_MS = 15_000
SILENCE_TIMEOUT_S = 20  # a statement whose answer never comes, as when the network swallows it
LOCK_TIMEOUT_MS = 10_000


async def open_pool(url: str, *, size: int = 10, application: str = "placet") -> asyncpg.Pool:
    """A pool of up to `size` connections to `url`, each acting as `placet_app`."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        reset=_nothing_to_reset,
        command_timeout=SILENCE_TIMEOUT_S,
        server_settings={
            "application_name": application,
            "role": APP_ROLE,
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": "60000",
            "timezone": "UTC",
        },
    )


async def _nothing_to_reset(_: Any) -> None:
    """No statement of ours leaves state on a connection, so the usual reset would be a round trip for nothing."""


# What tells that the database is away (or full, or read-only), rather than that a statement is wrong.
AWAY = (
    OSError,
    TimeoutError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was cut and whose farewell is half read
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresIOError,
)
# What a transaction may simply be tried again for.
RETRY = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


@asynccontextmanager
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """A connection from the pool; Unavailable where the database (or a free connection) cannot be had in time."""
    try:
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as found:
            yield found
    except AWAY as error:
        raise unavailable(error) from error


async def transact(pool: Pool, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Run `work` in one transaction and commit; again, up to three times, where the database chose it as a victim.

    Unavailable: `database_unavailable` where nothing was done, `outcome_unknown` where the commit was not answered.
    """
    for attempt in range(ATTEMPTS):
        try:
            return await _transact_once(pool, work)
        except RETRY as error:
            if attempt == ATTEMPTS - 1:
                raise unavailable(error) from error
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  # spreads the victims, hides nothing
    raise AssertionError("unreachable")


async def _transact_once(pool: Pool, work: Callable[[Connection], Awaitable[T]]) -> T:
    async with connection(pool) as found:
        transaction = found.transaction()
        await transaction.start()
        try:
            result = await work(found)
        except BaseException as error:
            if isinstance(error, AWAY) and not isinstance(error, asyncpg.PostgresError):
                _abandon(found)
            else:
                with suppress(*AWAY):
                    await transaction.rollback()
            raise
        try:
            await transaction.commit()
        except AWAY as error:
            _abandon(found)
            raise outcome_unknown(error) from error
        return result


def _abandon(found: Connection) -> None:
    """Nobody answers there, so a farewell would wait for nothing. The pool may have seen that before us."""
    with suppress(asyncpg.InterfaceError):
        found.terminate()


def unavailable(error: BaseException) -> Unavailable:
    """The answer to a client when the database cannot be reached or cannot write."""
    return Unavailable(
        "The database cannot be reached right now. Trying again with the same Idempotency-Key is safe.",
        code="database_unavailable",
        cause=type(error).__name__,
    )


def outcome_unknown(error: BaseException) -> Unavailable:
    """The answer to a client when the connection was lost while committing: it may have been done, or not."""
    return Unavailable(
        "The database went away while this was being saved, so it may or may not have been done. "
        "Try again with the same Idempotency-Key: the answer then is the truth.",
        code="outcome_unknown",
        cause=type(error).__name__,
    )


async def database_time(connection: Connection) -> datetime:
    """The moment it is by the database's clock, which dates every act: no process's own clock does."""
    found: datetime = await connection.fetchval("select clock_timestamp()")
    return found


@cache
def statements(package: str, name: str) -> dict[str, str]:
    """The named statements of a `.sql` file: `-- name: verb`, then a sentence of comment, then the SQL."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in files(package).joinpath(name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-- name:"):
            current = found.setdefault(line.removeprefix("-- name:").strip(), [])
        else:
            current.append(line)
    return {key: "\n".join(lines).strip() for key, lines in found.items()}
