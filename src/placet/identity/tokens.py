"""Bearer tokens for people and agents: shown once, kept hashed, rotated, revoked.

An agent's may be bound to customers and fields, and proposes so many items an hour and no more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from placet.audit import record
from placet.db import cursor as cursors
from placet.db.engine import Connection, database_time
from placet.errors import Conflict, Invalid, NotFound
from placet.identity.principal import Principal, agent, authority
from placet.identity.users import SQL
from placet.ids import new_id

PREFIX = "placet_"  # so that secret scanners can find a leaked one
HOURLY_QUOTA = 10_000  # items an agent may propose in an hour, unless its token says other
MAX_QUOTA = 1_000_000_000
MAX_KEPT = timedelta(days=30)  # a rotated token may go on for so long


class Token(msgspec.Struct, rename="camel", kw_only=True):
    """A token without its secret. `replaces` is the one it took over from."""

    id: str
    agent: str | None
    customers: list[str] | None
    fields: list[str] | None
    hourly_quota: int
    user_id: str | None
    user_name: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaces: str | None


async def create(
    connection: Connection,
    who: Principal,
    *,
    user_id: str | None = None,
    agent_name: str | None = None,
    customers: list[str] | None = None,
    fields: list[str] | None = None,
    hourly_quota: int | None = None,
    expires_at: datetime | None = None,
    is_field: Callable[[str], bool] | None = None,
) -> tuple[str, str]:
    """A new token's id and secret, for a person or for an agent.

    An agent's is bound to `customers` and `fields` (None: all) and to `hourly_quota` proposed items (None: 10,000).
    `is_field` says whether the profile has a field of that key. Raises Invalid, NotFound, and Conflict `user_disabled`.
    """
    if (user_id is None) == (agent_name is None):
        raise Invalid("A token is for a user or for an agent.", code="invalid_token_for")
    if agent_name is not None and (
        not 1 <= len(agent_name) <= 100 or not agent_name.isprintable() or agent_name != agent_name.strip()
    ):
        raise Invalid("An agent's name has 1 to 100 printable characters.", code="invalid_agent_name")
    if hourly_quota is not None and not 1 <= hourly_quota <= MAX_QUOTA:
        raise Invalid(f"A quota is 1 to {MAX_QUOTA:,} items an hour.", code="invalid_quota")
    if expires_at is not None and expires_at <= await database_time(connection):
        raise Invalid("A token ends in the future.", code="invalid_expiry")
    if user_id is not None:
        if customers is not None or fields is not None or hourly_quota is not None:
            raise Invalid("Only an agent's token is bound to customers, fields or a quota.", code="invalid_token_for")
        await _require_enabled(connection, user_id)
    if customers is not None and (unknown := await connection.fetch(SQL["unknown_customers"], customers)):
        raise NotFound(f"There is no customer with the id {unknown[0]['id'][:60]!r}.")
    for key in fields or ():
        if is_field is not None and not is_field(key):
            raise Invalid(f"The profile has no field {key[:60]!r}.", code="unknown_field")
    return await _insert(
        connection,
        who,
        "token.created",
        user_id=user_id,
        agent_name=agent_name,
        customers=customers,
        fields=fields,
        hourly_quota=hourly_quota or HOURLY_QUOTA,
        expires_at=expires_at,
    )


async def rotate(
    connection: Connection, who: Principal, token_id: str, *, keep_for: timedelta = timedelta(0)
) -> tuple[str, str]:
    """A token's successor, with the same bounds and lifetime: its id and secret. The old one ends now, or after `keep_for`.

    Raises NotFound, and Conflict `token_ended` for one that works no more.
    """
    if not timedelta(0) <= keep_for <= MAX_KEPT:
        raise Invalid("A rotated token goes on for 0 minutes to 30 days.", code="invalid_keep_for")
    old = await connection.fetchrow(SQL["hold_token"], token_id)
    if old is None:
        await get(connection, token_id)
        raise Conflict("This token no longer works. Create another one.", code="token_ended")
    if old["user_id"] is not None:
        await _require_enabled(connection, old["user_id"])
    found = await _insert(
        connection,
        who,
        "token.rotated",
        user_id=old["user_id"],
        agent_name=old["agent"],
        customers=old["customers"],
        fields=old["fields"],
        hourly_quota=old["hourly_quota"],
        expires_at=await database_time(connection) + old["lifetime"] if old["lifetime"] is not None else None,
        replaces=token_id,
    )
    if keep_for:
        await connection.execute(SQL["end_token"], token_id, keep_for)
    else:
        await connection.execute(SQL["revoke"], token_id)
    return found


async def list_tokens(connection: Connection) -> list[Token]:
    """Every token, newest first."""
    return [Token(**dict(row)) for row in await connection.fetch(SQL["tokens"], None)]


async def working(
    connection: Connection, *, search: str | None = None, limit: int = 50, cursor: str | None = None
) -> tuple[list[Token], str | None]:
    """The tokens that still work, by whose they are, and where the next page starts. `search` is a part of that name."""
    rows = await connection.fetch(SQL["working_tokens"], search or None, *cursors.read(cursor), limit + 1)
    found, following = cursors.cut(rows, limit)
    return [Token(**row) for row in found], following


async def get(connection: Connection, token_id: str) -> Token:
    """A token by id, or NotFound."""
    row = await connection.fetchrow(SQL["tokens"], token_id)
    if row is None:
        raise NotFound("Token not found")
    return Token(**dict(row))


async def revoke(connection: Connection, who: Principal, token_id: str) -> None:
    """End a token at once."""
    if await connection.fetchval(SQL["revoke"], token_id) is None:
        raise NotFound("Token not found")
    await _record(connection, who, "token.revoked", {"tokenId": token_id})


async def who_are(connection: Connection, given: Collection[str], *, door: str = "api") -> dict[str, Principal]:
    """The principals bearer tokens stand for now, by token; one that stands for nobody is not among them."""
    digests = {sha256(secret.encode()).digest(): secret for secret in given}
    rows = await connection.fetch(SQL["bearers"], list(digests))
    return {digests[row["token_hash"]]: _principal(row, door) for row in rows}


def _principal(row: Any, door: str) -> Principal:
    if row["agent"] is None:
        return Principal(row["role"], row["user_id"], row["name"], door, authority=authority(row["authority"]))
    return agent(
        row["agent"],
        customers=_bound(row["customers"]),
        fields=_bound(row["fields"]),
        hourly_quota=row["hourly_quota"],
        door=door,
    )


def _bound(listed: list[str] | None) -> tuple[str, ...] | None:
    return tuple(listed) if listed is not None else None


async def _require_enabled(connection: Connection, user_id: str) -> None:
    """The person may sign in, and cannot be disabled before the transaction ends."""
    row = await connection.fetchrow(SQL["hold"], user_id)
    if row is None:
        raise NotFound("User not found")
    if row["disabled_at"] is not None:
        raise Conflict(f"{row['name']} is disabled and cannot sign in.", code="user_disabled")


async def _insert(
    connection: Connection,
    who: Principal,
    kind: str,
    *,
    user_id: str | None,
    agent_name: str | None,
    customers: list[str] | None,
    fields: list[str] | None,
    hourly_quota: int,
    expires_at: datetime | None,
    replaces: str | None = None,
) -> tuple[str, str]:
    token_id, secret = new_id(), PREFIX + secrets.token_urlsafe(32)
    await connection.execute(
        SQL["insert_token"],
        token_id,
        sha256(secret.encode()).digest(),
        user_id,
        agent_name,
        customers,
        who.id,
        expires_at,
        fields,
        hourly_quota,
        replaces,
    )
    body: dict[str, object] = {
        "tokenId": token_id,
        "userId": user_id,
        "agent": agent_name,
        "customers": customers,
        "fields": fields,
        "hourlyQuota": hourly_quota if agent_name is not None else None,
        "replaces": replaces,
    }
    await _record(connection, who, kind, body)
    return token_id, secret


async def _record(connection: Connection, who: Principal, kind: str, body: dict[str, object]) -> None:
    event = record.event(kind, at=await database_time(connection), actor=who, body=body)
    await record.write(connection, [event])
