"""Make a home's database the demo's: an empty or half-loaded one is loaded, the demo's own is used again, and one that
somebody else keeps data in is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import asyncpg

from placet.db.embedded import EmbeddedServer
from placet.db.embedded.cluster import OWNER_ROLE
from placet.db.embedded.server import DATABASE
from placet.db.migrate import current_revision, migrate, newest_revision
from placet.demo.loading import Progress, Summary, is_loaded, load
from placet.errors import Conflict

State = Literal["empty", "half", "demo", "other"]
_LOCK = 0x64_656D_6F  # "demo" in ASCII: of two demos that start at once, one loads and the other waits


async def prepare(
    server: EmbeddedServer,
    *,
    reset: bool = False,
    progress: Progress | None = None,
    secret_key: str | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Summary | None:
    """Have the demo in the server's database, afresh with `reset`; None where it was there already.

    `told` gets a sentence about what is unusual. Raises Conflict `not_the_demo` for a database with other people's data.
    """
    guard = await asyncpg.connect(server.owner_url("postgres"))
    try:
        await guard.execute("select pg_advisory_lock($1)", _LOCK)
        state, is_current = await look(server.owner_url())
        if state == "other":
            raise Conflict(
                f"The database under {server.data_dir.parent} holds an installation of its own, which the demo leaves alone. "
                "Give the demo another home: PLACET_HOME=~/placet-demo placet demo",
                code="not_the_demo",
            )
        if state == "half":
            told("The last loading did not come to its end, so it starts afresh.")
        if state == "half" or (state == "demo" and reset):
            await guard.execute(f"drop database {DATABASE} with (force)")
            await guard.execute(f"create database {DATABASE} owner {OWNER_ROLE}")
            state, is_current = "empty", False
        if not is_current:
            await migrate(server.owner_url(), server.app_url())
        if state == "demo":
            return None
        return await load(server.owner_url(), server.app_url(), progress=progress, secret_key=secret_key)
    finally:
        await guard.close()


async def look(owner_url: str) -> tuple[State, bool]:
    """What is in a database, and whether its schema is current."""
    connection = await asyncpg.connect(owner_url)
    try:
        is_current = await current_revision(connection) == newest_revision()
        if await connection.fetchval("select to_regclass('public.app_user') is null"):
            return "empty", is_current
        if await connection.fetchval("select to_regnamespace('demo_clock') is not null"):
            return "half", is_current
        if await is_loaded(connection):
            return "demo", is_current
        used = await connection.fetchval("select exists (select from app_user) or exists (select from event)")
        return ("other" if used else "empty"), is_current
    finally:
        await connection.close()
