"""The database that is measured: an embedded PostgreSQL of its own, filled by SQL once and kept for the next run."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from bench.filling import fill, made_by
from placet.db import embedded
from placet.db.migrate import migrate

COPIED = 1_000_000  # up to this size a run works on a copy and leaves the original as it was
RUN = "bench_run"


def home() -> Path:
    """Where the measured database is kept: `PLACET_BENCH_HOME`, else beside other caches."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("PLACET_BENCH_HOME") or Path(cache) / "placet-bench")


def token(user_id: str) -> str:
    """The bearer token of a person (or of the agent `bench-agent`) in the measured database."""
    return f"placet_{user_id}"


@asynccontextmanager
async def database(server: embedded.EmbeddedServer, artifacts: int) -> AsyncIterator[str]:
    """The name of a database with so many artifacts, as it was filled (or, a very large one, as the last run left it)."""
    kept = f"bench_{artifacts}"
    admin = await asyncpg.connect(server.owner_url("postgres"))
    try:
        if not await _is_filled(server, admin, kept):
            await admin.execute(f"drop database if exists {kept} with (force)")
            await admin.execute(f"create database {kept}")
            await _fill(server, kept, artifacts)
        if artifacts > COPIED:
            yield kept
            return
        await admin.execute(f"drop database if exists {RUN} with (force)")
        await admin.execute(f"create database {RUN} template {kept} strategy file_copy")
        try:
            yield RUN
        finally:
            await admin.execute(f"drop database if exists {RUN} with (force)")
    finally:
        await admin.close()


async def require_durability(url: str) -> dict[str, str]:
    """The settings that make a commit survive, or RuntimeError where one is off: such a figure would mean nothing."""
    connection = await asyncpg.connect(url)
    try:
        found = {name: await connection.fetchval("select current_setting($1)", name) for name in _DURABLE}
    finally:
        await connection.close()
    if set(found.values()) != {"on"}:
        raise RuntimeError(f"Durability is off, so nothing is measured: {found}")
    return found


_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


async def _is_filled(server: embedded.EmbeddedServer, admin: asyncpg.Connection, name: str) -> bool:
    if not await admin.fetchval("select exists (select from pg_database where datname = $1)", name):
        return False
    connection = await asyncpg.connect(server.owner_url(name))
    try:
        if await connection.fetchval("select to_regclass('bench_filled')") is None:
            return False
        return bool(await connection.fetchval("select made_by from bench_filled") == made_by())
    finally:
        await connection.close()


async def _fill(server: embedded.EmbeddedServer, name: str, artifacts: int) -> None:
    began = time.monotonic()
    await migrate(server.owner_url(name), server.app_url(name))
    connection = await asyncpg.connect(server.owner_url(name))
    try:
        await fill(connection, artifacts, say=lambda text: print(f"  {text}", flush=True))
    finally:
        await connection.close()
    print(f"  filled {name} in {time.monotonic() - began:.0f} s", flush=True)


def wait_for(server: embedded.EmbeddedServer) -> None:
    """Let the server go and wait until it stopped."""
    server.release()
    embedded.wait_until_stopped(home())
