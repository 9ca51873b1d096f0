"""The pages as they are served: a database with the demo in it, the server on a port of its own, and browsers."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg
import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page

from acceptance.web.conftest import axe, browser
from acceptance.web.looking import DESK, PHONE
from conftest import SECRET_KEY, item
from intercept import intercept
from placet.api.app import from_environment
from placet.api.auth import COOKIE
from placet.artifacts.artifact import Artifact
from placet.artifacts.propose import Proposed, Source, propose
from placet.customers import teams
from placet.customers.schema import ProfileSchema, load_schema
from placet.db import embedded
from placet.demo import loading
from placet.identity import sign_in
from placet.identity.principal import SYSTEM, Principal, agent
from placet.runtime import Runtime
from placet.settings import Settings
from sealing import TRAIL_KEY, Seal

__all__ = ["DESK", "PHONE", "Site", "Visitor", "axe", "browser", "item"]

READER = agent("test-reader")
JUST_NOW = r"(just now|\d+ s ago)"  # as a page says it of what a test has just done, on a machine however slow


class Site:
    """The served demo, and ways to look behind it and to prepare what a test needs."""

    def __init__(self, url: str, database: asyncpg.Connection, schema: ProfileSchema, address: str) -> None:
        self.url, self.database, self.schema, self.address = url, database, schema, address

    async def token(self, user: str) -> str:
        """A fresh sign-in of a demo user, as the cookie has it."""
        return await sign_in.start(self.database, user)  # type: ignore[arg-type]

    async def visitor(self, user: str | None = None) -> Visitor:
        """Somebody who sends requests by hand, signed in as this user."""
        return Visitor(self, await self.token(user) if user else None)

    async def propose(self, customer: str, *items: Any, by: Principal = READER, **options: Any) -> Proposed:
        """A batch of proposals, committed; options are those of `propose`."""
        async with self.database.transaction():
            return await propose(self.database, by, customer, items, schema=self.schema, **options)  # type: ignore[arg-type]

    async def proposal(self, customer: str, field: str, value: Any, **payload: Any) -> Artifact:
        """One pending proposal."""
        return (await self.propose(customer, item(field, value, **payload))).artifacts[0]

    async def seal(self, **settings: Any) -> None:
        """Have the trail sealed up to now, with the key the server believes unless told otherwise."""
        runtime = Runtime(Settings(database_url=self.address), schema=self.schema)
        await runtime.open(self.address)
        try:
            with tempfile.TemporaryDirectory() as home:
                await Seal(runtime, Path(home), **settings)()
        finally:
            await runtime.close()

    async def only_their_own(self) -> None:
        """End what the demo's people may for each other, where a test is about just that."""
        await self.database.execute("update delegation set ended_at = now() where ended_at is null")
        for team in await teams.list_teams(self.database, SYSTEM):  # type: ignore[arg-type]
            await teams.delete(self.database, SYSTEM, team.id)  # type: ignore[arg-type]
        for row in await self.database.fetch("select customer_id, user_id from customer_member"):
            await teams.remove_customer_member(self.database, SYSTEM, *row.values())  # type: ignore[arg-type]

    def note(self, title: str, text: str) -> Source:
        """A note to send along with proposals."""
        return Source(text=text, title=title, occurred_at=datetime.now(UTC))

    async def pending(self, customer: str, field: str) -> str:
        """The id of the proposal that waits for a field of a customer."""
        query = "select id from artifact where customer_id = $1 and field = $2 and status = 'pending' order by seq"
        return str(await self.database.fetchval(query, customer, field))

    async def status(self, artifact_id: str) -> str:
        """What became of an artifact."""
        return str(await self.database.fetchval("select status from artifact where id = $1", artifact_id))

    async def value(self, customer: str, field: str) -> Any:
        """What the profile says."""
        query = "select value from profile_value where customer_id = $1 and field = $2"
        found = await self.database.fetchval(query, customer, field)
        return None if found is None else json.loads(found)

    async def everything(self) -> dict[str, str]:
        """A digest of each table that a decision could change, to see that nothing did."""
        tables = ("artifact", "profile_value", "event", "delivery", "batch", "source", "customer", "app_user")
        query = "select md5(string_agg(to_jsonb(t)::text, '' order by to_jsonb(t)::text)) from {} t"
        return {table: await self.database.fetchval(query.format(table)) for table in tables}


class Visitor:
    """Requests by hand, with a sign-in's cookie and, in forms, its csrf token, unless a test says otherwise."""

    def __init__(self, site: Site, token: str | None) -> None:
        self.site, self.token = site, token
        self.cookies = {COOKIE: token} if token else {}
        self.csrf = sign_in.csrf_token(token) if token else ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.send("GET", path, headers=headers)

    async def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send a form as a browser would from one of our own pages."""
        fields = {"csrf": self.csrf, **(form or {})}
        body = urlencode({name: value for name, value in fields.items() if value is not None}, doseq=True)
        typical = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        return await self.send("POST", path, content=body, headers={**typical, **headers})

    async def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, content: str = ""
    ) -> httpx.Response:
        sent = {"accept": "text/html", "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        async with httpx.AsyncClient(base_url=self.site.url, trust_env=False, timeout=30) as client:
            return await client.request(
                method, path, content=content, headers={name: value for name, value in sent.items() if value}
            )


@pytest.fixture(scope="session")
async def loaded(server: embedded.EmbeddedServer, template: str) -> str:
    """The name of a database with the demo in it, copied by each module."""
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute(f"create database demo_loaded template {template}")
    await admin.close()
    await loading.load(server.owner_url("demo_loaded"), server.app_url("demo_loaded"), secret_key=SECRET_KEY)
    return "demo_loaded"


@pytest.fixture(scope="module")
async def site(request: pytest.FixtureRequest, server: embedded.EmbeddedServer, loaded: str) -> AsyncIterator[Site]:
    """The demo, served for one module."""
    name = "site_" + re.sub(r"\W+", "_", request.module.__name__.rpartition(".")[2])
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute(f"create database {name} template {loaded}")
    database = await asyncpg.connect(server.app_url(name))
    with served_at(server.app_url(name)) as url:
        yield Site(url, database, load_schema(loading.schema_file()), server.app_url(name))
    await database.close()
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@contextmanager
def served_at(database_url: str, port: int = 0) -> Iterator[str]:
    """The address of a server over that database, as `placet serve` starts it, at that port or any."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLACET_DATABASE_URL", database_url)
        environment.setenv("PLACET_PROFILE_SCHEMA", str(loading.schema_file()))
        environment.setenv("PLACET_WORKER", "no")
        environment.setenv("PLACET_SECRET_KEY", SECRET_KEY)
        environment.setenv("PLACET_LOOPBACK_CALLS", "yes")
        environment.setenv("PLACET_DEV", "yes")
        environment.setenv("PLACET_TRAIL_KEY", TRAIL_KEY.text)
        app = from_environment()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    while httpx.get(f"{url}/readyz", timeout=30).status_code != 200:  # it serves before its database is open
        threading.Event().wait(0.01)
    yield url
    server.should_exit = True
    thread.join()


class Window:
    """A browser window, and whatever its console complained about."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.said: list[str] = []
        page.on("console", lambda m: self.said.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))


async def open_context(browser: Browser, site: Site, user: str | None = None, **options: Any) -> BrowserContext:
    """A browser of its own, signed in as a demo user or as nobody; options are playwright's."""
    context = await browser.new_context(
        **{"base_url": site.url, **DESK, "reduced_motion": "reduce", "timezone_id": "UTC", **options}
    )
    context.set_default_timeout(15_000)
    if user is not None:
        await let_in(context, site, user)
    return context


async def hears_nothing(page: Page) -> None:
    """Keep from a page what others do: it is as it was when it was read, until it asks for itself again."""
    await intercept(page, "**/api/stream*", lambda route: route.fulfill(status=204))


async def let_in(context: BrowserContext, site: Site, user: str) -> None:
    """Sign that user in."""
    # A secure cookie can only be put in under https; browsers send it to loopback addresses all the same.
    cookie = {"name": COOKIE, "value": await site.token(user), "url": site.url.replace("http", "https")}
    await context.add_cookies([{**cookie, "httpOnly": True, "secure": True, "sameSite": "Lax"}])  # type: ignore[list-item]


@pytest.fixture
async def window(browser: Browser, site: Site) -> AsyncIterator[Callable[..., Any]]:
    """Opens browser windows, each a browser of its own as `open_context` makes it."""
    opened: list[BrowserContext] = []

    async def open_window(user: str | None = None, **options: Any) -> Window:
        opened.append(await open_context(browser, site, user, **options))
        return Window(opened[-1], await opened[-1].new_page())

    yield open_window
    for context in opened:
        await context.close()
