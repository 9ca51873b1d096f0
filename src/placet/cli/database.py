"""How a command reaches the database: the embedded one is started and kept up to date, a named one must be so already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from urllib.parse import urlsplit

import asyncpg

from placet import settings as configuration
from placet.db.connect import urls
from placet.db.engine import APP_ROLE, AWAY, Connection
from placet.db.migrate import current_revision, migrate, newest_revision
from placet.errors import Conflict, PlacetError, Unavailable
from placet.identity.principal import Principal
from placet.runtime import Runtime
from placet.settings import Settings

T = TypeVar("T")
PATIENCE_S = 15.0  # for a first connection
# Whoever may run commands against the database acts as an admin; the trail says that it was done at the command line.
OPERATOR = Principal("admin", "cli", "Command line", "cli")


def run(work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Do `work` with the database of the settings; leaves the embedded server behind in the end."""
    settings = configuration.load()

    async def opened() -> T:
        async with reach(settings) as runtime:
            return await work(runtime)

    return asyncio.run(opened())


def transact(work: Callable[[Connection], Awaitable[T]]) -> T:
    """Do `work` in one transaction."""
    return run(lambda runtime: runtime.transact(work))


@asynccontextmanager
async def reach(settings: Settings) -> AsyncIterator[Runtime]:
    """An open runtime over an up-to-date schema.

    Raises Unavailable where the database cannot be reached and Conflict `not_migrated` where a named one is not up to date.
    """
    runtime = Runtime(settings)
    with urls(settings) as (owner_url, app_url):
        await connect(runtime, app_url)
        try:
            async with runtime.reading() as connection:
                revision = await current_revision(connection)
            if revision != newest_revision():
                if settings.database_url is not None:
                    raise not_migrated(revision)
                await bring_up_to_date(owner_url, app_url)
            yield runtime
        finally:
            await runtime.close()


async def connect(runtime: Runtime, url: str) -> None:
    """Open the runtime's pool, or raise with a sentence that says where and why not."""
    try:
        await asyncio.wait_for(runtime.open(url), PATIENCE_S)
    except asyncpg.InvalidParameterValueError as error:  # there is no role to work as before the first migration
        raise (not_migrated(None) if APP_ROLE in str(error) else unreachable(url, error)) from error
    except (*AWAY, asyncpg.PostgresError, ValueError) as error:
        raise unreachable(url, error) from error


async def bring_up_to_date(owner_url: str, app_url: str) -> list[str]:
    """Run the missing migrations, with the same sentences where the database cannot be reached."""
    try:
        return await migrate(owner_url, app_url)
    except (
        *AWAY,
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
        ValueError,
    ) as error:
        raise unreachable(owner_url, error) from error
    except Exception as error:
        if (refusal := _refusal(error)) is None:
            raise
        raise Conflict(
            f"This login may not migrate: {refusal}. PLACET_MIGRATION_URL names the tables' owner.",
            code="not_the_owner",
        ) from error


def _refusal(error: BaseException | None) -> asyncpg.InsufficientPrivilegeError | None:
    """What the database itself said, where that is "permission denied", however it was wrapped on its way."""
    while error is not None and not isinstance(error, asyncpg.InsufficientPrivilegeError):
        error = error.__cause__
    return error


def unreachable(url: str, error: BaseException) -> Unavailable:
    """The database cannot be reached; the address is named without its password."""
    why = str(error).strip().rstrip(".") or (
        "it does not answer" if isinstance(error, TimeoutError) else type(error).__name__
    )
    return Unavailable(f"The database at {where(url)} cannot be reached: {why}.", code="database_unavailable")


def where(url: str) -> str:
    """Host, port and database of an address, and nothing secret."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or 'localhost'}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "PLACET_DATABASE_URL"


def not_migrated(revision: str | None) -> PlacetError:
    """What a command says to a named database that is not up to date."""
    return Conflict(
        f"The database's schema is at {revision or 'nothing'}, not at {newest_revision()}: run placet migrate.",
        code="not_migrated",
    )
