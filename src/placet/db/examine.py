"""Look a database over, for `placet doctor`: facts only, and nothing is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from placet.db.engine import Connection, database_time, statements
from placet.db.migrate import current_revision

SQL = statements(__package__, "examine.sql")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection sees. `skew` is how far the database's clock is ahead of this machine's."""

    version: str
    login: str
    login_is_superuser: bool
    role: str
    role_is_superuser: bool
    owned: int  # tables, sequences and functions that the role owns, or could act as the owner of
    revision: str | None
    skew: timedelta
    fsync: bool
    synchronous_commit: bool


async def examine(connection: Connection) -> Facts:
    """Ask the database about itself, on a connection as the application makes it."""
    row = await connection.fetchrow(SQL["facts"])
    assert row is not None  # a select without a table has a row
    asked = datetime.now(UTC)
    clock = await database_time(connection)
    answered = datetime.now(UTC)
    return Facts(
        **dict(row), revision=await current_revision(connection), skew=clock - (asked + (answered - asked) / 2)
    )
