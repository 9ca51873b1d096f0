"""Fixtures every kind of test shares: a real PostgreSQL, a fresh database a module, people, customers, proposals."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import hypothesis
import pytest

from placet import logs
from placet.api.app import create_app
from placet.artifacts import lifecycle
from placet.artifacts.artifact import Artifact
from placet.artifacts.decide import Decision, Outcome, decide
from placet.artifacts.propose import Item, Proposed, propose
from placet.customers import records
from placet.customers.schema import ProfileSchema, load_schema
from placet.db import embedded
from placet.db.migrate import migrate
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM, Principal, agent
from placet.runtime import Runtime
from placet.settings import Settings
from scratch import scratch
from sealing import TRAIL_KEY

_numbers = itertools.count(1)
logs.configure()
# That a machine is busy is no fault of the code.
hypothesis.settings.register_profile(
    "placet", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("placet")
SECRET_KEY = "a key for tests that is long enough"
AGENT = agent("test-reader")  # may propose for every customer


def item(field: str, value: Any, *, at: int | None = None, trigger: str | None = None, **payload: Any) -> Item:
    """A profile edit to propose; `payload` holds its further members."""
    payload = {"field_key": field, "proposed_value": value, **payload}
    return Item(payload=payload, at=at, workflow_trigger=trigger)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.EmbeddedServer]:
    """One embedded PostgreSQL for the whole run."""
    with tempfile.TemporaryDirectory(prefix="placet-test-", dir=scratch(), ignore_cleanup_errors=True) as home:
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
    settings = Settings(
        database_url=server.app_url(database),
        pool_size=20,
        secret_key=SECRET_KEY,
        trail_key=TRAIL_KEY.text,
        loopback_calls=True,
    )
    found = Runtime(settings, schema=schema)
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
    """Makes people, customers, tokens and proposals for a test, each under a name nobody else has."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    async def person(self, role: str = "rm", *, name: str | None = None, password: str | None = None) -> Principal:
        number = next(_numbers)
        name = name or f"Person {number}"
        email = f"person{number}@placet.example"

        async def work(connection: Any) -> users.User:
            return await users.add(connection, SYSTEM, name=name, email=email, role=role, password=password)

        return (await self.runtime.transact(work)).principal()

    async def customer(
        self, rm: Principal | None, profile: dict[str, Any] | None = None, *, name: str | None = None
    ) -> str:
        async def work(connection: Any) -> records.Customer:
            return await records.create(
                connection,
                SYSTEM,
                name=name or f"Customer {next(_numbers)}",
                rm_id=rm.id if rm else None,
                profile=profile or {},
                schema=self.runtime.schema,
            )

        return (await self.runtime.transact(work)).id

    async def token(
        self, who: Principal | None = None, *, agent: str | None = None, customers: list[str] | None = None
    ) -> dict[str, str]:
        """The header that authenticates as this person or agent."""

        async def work(connection: Any) -> tuple[str, str]:
            return await tokens.create(
                connection, SYSTEM, user_id=who.id if who else None, agent_name=agent, customers=customers
            )

        _, secret = await self.runtime.transact(work)
        return {"authorization": f"Bearer {secret}"}

    async def propose(
        self,
        customer_id: str,
        *items: Item,
        by: Principal = AGENT,
        schema: ProfileSchema | None = None,
        **options: Any,
    ) -> Proposed:
        """A batch, committed; options are those of `propose`."""

        async def work(connection: Any) -> Proposed:
            return await propose(connection, by, customer_id, items, schema=schema or self.runtime.schema, **options)

        return await self.runtime.transact(work)

    async def proposal(self, customer_id: str, field: str, value: Any, **options: Any) -> Artifact:
        """One pending artifact in a batch of its own; options are those of `item`, and `by`."""
        by = options.pop("by", AGENT)
        return (await self.propose(customer_id, item(field, value, **options), by=by)).artifacts[0]

    async def decide(self, *decisions: Decision, schema: ProfileSchema | None = None, **options: Any) -> list[Outcome]:
        """A list of decisions in one transaction, committed; options are those of `decide`."""

        async def work(connection: Any) -> list[Outcome]:
            return await decide(connection, decisions, schema=schema or self.runtime.schema, **options)

        return await self.runtime.transact(work)

    async def accept(self, who: Principal, artifact: Artifact, **more: Any) -> Outcome:
        return (await self.decide(accepted(who, artifact, **more)))[0]

    async def reject(self, who: Principal, artifact: Artifact, **more: Any) -> Outcome:
        return (await self.decide(rejected(who, artifact, **more)))[0]

    async def edit(self, who: Principal, artifact: Artifact, value: Any, **more: Any) -> Outcome:
        return (await self.decide(edited(who, artifact, value, **more)))[0]

    async def profile(self, customer_id: str) -> dict[str, Any]:
        """The customer's set values by key."""
        async with self.runtime.reading() as connection:
            return (await records.get(connection, SYSTEM, customer_id)).profile

    async def events(self, *, artifact: Artifact | None = None, customer_id: str | None = None) -> list[dict[str, Any]]:
        """What the trail holds of an artifact or a customer, oldest first, each with its `body` as an object."""
        found = await self.rows(
            "select e.*, b.body, b.salt from event e left join event_body b on b.event_id = e.id "
            "where ($1::text is null or e.artifact_id = $1) and ($2::text is null or e.customer_id = $2) "
            "order by e.seq",
            artifact.id if artifact else None,
            customer_id,
        )
        return [{**row, "text": row["body"], "body": json.loads(row["body"])} for row in found]

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """Rows of a query, read with the application's own rights."""
        async with self.runtime.reading() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def stored(self, customer_id: str) -> dict[str, Any]:
        """Everything the tables hold of a customer, to see that something changed nothing."""
        found = {}
        for table, column, order in (
            ("customer", "id", "id"),
            ("artifact", "customer_ref", "seq"),
            ("profile_value", "customer_id", "field"),
            ("event", "customer_id", "seq"),
            ("delivery", "customer_id", "id"),
            ("batch", "customer_id", "seq"),
            ("source", "customer_id", "id"),
        ):
            query = f"select to_jsonb(t)::text as row from {table} t where {column} = $1 order by {order}"
            found[table] = [row["row"] for row in await self.rows(query, customer_id)]
        return found


def accepted(who: Principal, artifact: Artifact, **more: Any) -> Decision:
    """The decision to accept."""
    return Decision(by=who, artifact_id=artifact.id, status=lifecycle.ACCEPTED, **more)


def rejected(who: Principal, artifact: Artifact, **more: Any) -> Decision:
    """The decision to reject."""
    return Decision(by=who, artifact_id=artifact.id, status=lifecycle.REJECTED, **more)


def edited(who: Principal, artifact: Artifact, value: Any, **more: Any) -> Decision:
    """The decision to accept another value."""
    return Decision(by=who, artifact_id=artifact.id, status=lifecycle.EDITED, edited_value=value, **more)


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
