"""Bring the schema up to date. Any number of processes may try at once: one migrates, the others wait and find it done."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from placet.db.engine import APP_ROLE, Connection
from placet.errors import Unavailable

_LOCK = 0x706C_6163_6574  # "placet" in ASCII: the advisory lock of whoever migrates


async def migrate(owner_url: str, app_url: str | None = None) -> list[str]:
    """Run what is missing as the owner of the tables and return the revisions that were run, oldest first.

    `app_url` is what the application connects with; its user becomes a member of the unprivileged role `placet_app`.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection as SyncConnection
    from sqlalchemy import NullPool
    from sqlalchemy.ext.asyncio import create_async_engine

    config = Config()
    config.set_main_option("script_location", "placet.db:migrations")
    config.set_main_option("path_separator", "os")

    def upgrade(connection: SyncConnection) -> list[str]:
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        script = ScriptDirectory.from_config(config)
        ran = [r.revision for r in script.iterate_revisions("head", before or "base") if r.revision != before]
        return ran[::-1]

    guard = await asyncpg.connect(owner_url)
    try:
        await guard.execute("select pg_advisory_lock($1)", _LOCK)
        await _require_version(guard)
        await _provide_role(guard, app_url)
        engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(owner_url), poolclass=NullPool
        )
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(upgrade)
        finally:
            await engine.dispose()
    finally:
        await guard.close()  # and with it goes the lock


@cache
def newest_revision() -> str:
    """The revision this version of Placet works with: the last one it ships."""
    scripts = (Path(__file__).parent / "migrations" / "versions").glob("*.sql")
    return max(script.name.partition("_")[0] for script in scripts)


async def current_revision(connection: Connection) -> str | None:
    """The revision the database is at, or None where nothing was ever migrated."""
    if await connection.fetchval("select to_regclass('public.alembic_version')") is None:
        return None
    revision: str = await connection.fetchval("select version_num from public.alembic_version")
    return revision


async def _require_version(connection: asyncpg.Connection) -> None:
    if connection.get_server_version().major < 16:
        raise Unavailable(
            f"Placet needs PostgreSQL 16 or newer; this is {connection.get_server_version().major}.",
            code="postgres_too_old",
        )


async def _provide_role(connection: asyncpg.Connection, app_url: str | None) -> None:
    """Create the unprivileged role once and let the application's login (and a plain owner) act as it."""
    if not await connection.fetchval("select exists (select from pg_roles where rolname = $1)", APP_ROLE):
        # The lock above is this database's; another database of the cluster may be creating the same role right now.
        await connection.execute(
            f"do $$ begin create role {APP_ROLE} nosuperuser nologin;"
            " exception when duplicate_object or unique_violation then null; end $$"
        )
    owner = await connection.fetchval("select current_user")
    app = (urlsplit(app_url).username if app_url else None) or owner
    for login in {owner, app} - {APP_ROLE}:
        member = await connection.fetchval(
            "select r.rolsuper or pg_has_role(r.oid, $2, 'set') from pg_roles r where r.rolname = $1", login, APP_ROLE
        )
        if member is False:
            await connection.execute(f'grant {APP_ROLE} to "{login.replace(chr(34), chr(34) * 2)}"')
