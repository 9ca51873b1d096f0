"""Open a repository over a database somebody named, or over an embedded one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec

from placet.customers.schema import ProfileSchema, load_schema
from placet.db import connect
from placet.db.engine import AWAY
from placet.db.migrate import migrate
from placet.errors import Unavailable
from placet.repository import Repository
from placet.runtime import Runtime
from placet.settings import load


@asynccontextmanager
async def open(url: str | None = None, *, schema: ProfileSchema | Path | None = None) -> AsyncIterator[Repository]:
    """A repository over the database at `url`, else the one in the settings, else an embedded PostgreSQL.

    The embedded one is started, shared with other processes of its `PLACET_HOME`, and brought up to date; any other must
    have been migrated with `placet migrate`. Raises Unavailable where it cannot be reached or has another schema, Invalid
    for a profile schema that cannot be read.
    """
    settings = load()
    if url is not None:
        settings = msgspec.structs.replace(settings, database_url=url)
    if not isinstance(schema, ProfileSchema):
        schema = load_schema(schema or settings.profile_schema)
    runtime = Runtime(settings, schema=schema)
    with ExitStack() as held:
        owner_url, app_url = await asyncio.to_thread(held.enter_context, connect.urls(settings))
        if settings.database_url is None:
            await migrate(owner_url, app_url)
        try:
            try:
                await runtime.open(app_url)
            except (*AWAY, asyncpg.PostgresError) as error:
                raise Unavailable(f"The database cannot be opened: {error}", code="database_unavailable") from error
            if (reason := await runtime.ready()) is not None:
                raise Unavailable(reason, code="not_ready")
            yield Repository(runtime.pool, schema=schema)
        finally:
            await runtime.close()
