"""Load the demo: people, customers, notes, and some weeks of decisions, all through the same verbs anybody uses.

What happened weeks ago is done under a clock of its own: a schema with every function that tells the time, which the loading
connection finds first, and column defaults that read it. It exists only while loading and only in the demo's database; no
verb knows of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from placet.customers.schema import ProfileSchema, load_schema
from placet.db.engine import Connection, open_pool
from placet.demo.acts import DATA, acts, read
from placet.demo.doing import DEMO_PASSWORD, Doer
from placet.runtime import Runtime
from placet.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

__all__ = ["DEMO_PASSWORD", "Progress", "Summary", "demo_schema", "is_loaded", "load", "people", "schema_file"]

_CLOCKS = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")

Progress = Callable[[int, int], None]  # done, of how many


class Summary(msgspec.Struct, frozen=True):
    """What was loaded."""

    customers: int
    notes: int
    proposals: int
    decided: int
    pending: int


def demo_schema() -> ProfileSchema:
    """The demo's profile schema: the packaged one with a stricter policy on a few fields."""
    return load_schema(schema_file())


def schema_file() -> Path:
    """Where the demo's profile schema lies, for PLACET_PROFILE_SCHEMA."""
    from pathlib import Path

    return Path(str(DATA / "schema.json"))


def people() -> list[dict[str, str]]:
    """The demo's people, each with `id`, `name`, `email` and `role`; all sign in with DEMO_PASSWORD."""
    found: list[dict[str, str]] = read("users.json")
    return found


async def is_loaded(connection: Connection) -> bool:
    """Whether the demo's people are there."""
    first = read("users.json")[0]
    return await connection.fetchval("select exists (select from app_user where id = $1)", first["id"]) is True


async def load(
    owner_url: str,
    app_url: str,
    *,
    today: date | None = None,
    progress: Progress | None = None,
    secret_key: str | None = None,
) -> Summary:
    """Load the demo into a migrated, empty database. `owner_url` is its owner's address, for the loading clock.

    The acts are done in the order they happened; `progress` is told after each. Without a `secret_key` there is no webhook,
    whose secret could not be kept.
    """
    schema = demo_schema()
    past = sorted(acts(today or datetime.now(UTC).date()), key=lambda act: act[0])
    if secret_key is None:
        past = [act for act in past if act[1] != "add_webhook"]
    async with _clock(owner_url):
        pool = await open_pool(app_url, size=1, application="placet-demo")
        settings = Settings(database_url=app_url, secret_key=secret_key, loopback_calls=True)
        runtime = Runtime(settings, schema=schema, pool=pool)
        doer = Doer(runtime)
        try:
            async with runtime.reading() as connection:
                await connection.execute("set search_path = demo_clock, pg_catalog, public")
                await connection.execute("set synchronous_commit = off")  # a loading that was cut short starts afresh
            for done, (at, act, about) in enumerate(past, 1):
                async with runtime.reading() as connection:
                    await connection.execute("select set_config('demo.now', $1, false)", at.isoformat())
                await getattr(doer, act)(**about)
                if progress is not None:
                    progress(done, len(past))
            return await _summary(runtime)
        finally:
            await doer.deliverer.stop(seconds=0)
            await pool.close()


@asynccontextmanager
async def _clock(owner_url: str) -> AsyncIterator[None]:
    """The loading clock, there while the context lasts."""
    owner = await asyncpg.connect(owner_url)
    reading = "returns timestamptz language sql stable as $$ select current_setting('demo.now')::timestamptz $$"
    try:
        await owner.execute(f"""
            drop schema if exists demo_clock cascade;
            create schema demo_clock;
            {" ".join(f"create function demo_clock.{name}() {reading};" for name in _CLOCKS)}
            grant usage on schema demo_clock to placet_app;
        """)
        columns = await owner.fetch(
            "select format('alter table %I alter column %I set default ', table_name, column_name) as change"
            " from information_schema.columns where table_schema = 'public' and column_default = 'now()'"
        )
        for column in columns:
            await owner.execute(column["change"] + "demo_clock.now()")
        yield
        for column in columns:
            await owner.execute(column["change"] + "now()")
        await owner.execute("drop schema demo_clock cascade")
    finally:
        await owner.close()


async def _summary(runtime: Runtime) -> Summary:
    async with runtime.reading() as connection:
        row = await connection.fetchrow(
            "select (select count(*) from customer) as customers, (select count(*) from source) as notes,"
            " count(*) as proposals, count(*) filter (where status <> 'pending') as decided,"
            " count(*) filter (where status = 'pending') as pending from artifact"
        )
    return Summary(**dict(row or {}))
