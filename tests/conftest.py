"""Fixtures every kind of test shares: a real PostgreSQL, a fresh database a module, people, customers, an HTTP client."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from placet import logs
from placet.api.app import create_app
from placet.customers import records
from placet.customers.schema import ProfileSchema, load_schema
from placet.db import embedded
from placet.db.migrate import migrate
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM, Principal
from placet.runtime import Runtime
from placet.settings import Settings

_numbers = itertools.count(1)
logs.configure()


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.EmbeddedServer]:
    """One embedded PostgreSQL for the whole run, in a directory with a short path."""
    with tempfile.TemporaryDirectory(prefix="placet-test-", ignore_cleanup_errors=True) as home:
        found = embedded.start(Path(home))
        try:
            yield found
        finally:
            found.release()


@pytest.fixture(scope="session")
async def template(server: embedded.EmbeddedServer) -> str:
    """The migrated database every test database is copied from."""
    await migrate(server.owner_url(), server.app_url())
    return "placet"


@pytest.fixture(scope="module")
async def database(server: embedded.EmbeddedServer, template: str) -> AsyncIterator[str]:
    """The name of a fresh database; gone after the module."""
    name = f"test_{next(_numbers)}"
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute(f"create database {name} template {template}")
    yield name
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@pytest.fixture(scope="module")
def schema() -> ProfileSchema:
    """The packaged profile schema."""
    return load_schema()


@pytest.fixture(scope="module")
async def runtime(server: embedded.EmbeddedServer, database: str, schema: ProfileSchema) -> AsyncIterator[Runtime]:
    """An open runtime over the fresh database."""
    found = Runtime(Settings(database_url=server.app_url(database), pool_size=20), schema=schema)
    await found.open(server.app_url(database))
    yield found
    await found.close()


@pytest.fixture(scope="module")
async def owner(server: embedded.EmbeddedServer, database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the tables' owner, to look (and to try what the application could not)."""
    connection = await asyncpg.connect(server.owner_url(database))
    yield connection
    await connection.close()


class World:
    """Makes people, customers and tokens for a test, each under a name nobody else has."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    async def person(self, role: str = "rm", *, name: str | None = None, password: str | None = None) -> Principal:
        number = next(_numbers)

        async def work(connection: Any) -> users.User:
            return await users.add(
                connection, SYSTEM, name=name or f"Person {number}", email=f"person{number}@placet.example", role=role, password=password
            )

        return (await self.runtime.transact(work)).principal()

    async def customer(self, rm: Principal | None, profile: dict[str, Any] | None = None, *, name: str | None = None) -> str:
        async def work(connection: Any) -> records.Customer:
            return await records.create(
                connection, SYSTEM, name=name or f"Customer {next(_numbers)}", rm_id=rm.id if rm else None,
                profile=profile or {}, schema=self.runtime.schema,
            )

        return (await self.runtime.transact(work)).id

    async def token(self, who: Principal | None = None, *, agent: str | None = None, customers: list[str] | None = None) -> dict[str, str]:
        """The header that authenticates as this person or agent."""

        async def work(connection: Any) -> tuple[str, str]:
            return await tokens.create(
                connection, SYSTEM, user_id=who.id if who else None, agent_name=agent, customers=customers
            )

        _, secret = await self.runtime.transact(work)
        return {"authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def world(runtime: Runtime) -> World:
    """Makes people, customers and tokens."""
    return World(runtime)


@pytest.fixture(scope="module")
async def http(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the application, in the same event loop."""
    app = create_app(runtime)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://placet.test", timeout=30) as client:
        yield client


def external(name: str) -> Path:
    """A folder of real data nobody here wrote; the test is left out, saying so, where it is not present."""
    folder = Path(__file__).parents[2] / "shared" / "data" / "external" / name
    if not folder.exists():
        pytest.skip("left out: external data not present")
    return folder


def together(*work: Any) -> Any:
    """Run coroutines at once."""
    return asyncio.gather(*work)
