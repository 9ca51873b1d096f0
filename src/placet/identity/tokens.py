"""Bearer tokens for people and agents: shown once, kept hashed, revocable. An agent's can be bound to customers."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

import msgspec

from placet.audit import record
from placet.db.engine import Connection
from placet.errors import Invalid, NotFound
from placet.identity import users
from placet.identity.principal import Principal, agent, authority
from placet.identity.users import SQL
from placet.ids import new_id

PREFIX = "placet_"  # so that secret scanners can find a leaked one


class Token(msgspec.Struct, rename="camel", kw_only=True):
    """A token without its secret."""

    id: str
    agent: str | None
    customers: list[str] | None
    user_id: str | None
    user_name: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


async def create(
    connection: Connection,
    who: Principal,
    *,
    user_id: str | None = None,
    agent_name: str | None = None,
    customers: list[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[str, str]:
    """A new token's id and secret, for a person or for an agent (bound to `customers`, None: all)."""
    if (user_id is None) == (agent_name is None):
        raise Invalid("A token is for a user or for an agent.", code="invalid_token_for")
    if agent_name is not None and (
        not 1 <= len(agent_name) <= 100 or not agent_name.isprintable() or agent_name != agent_name.strip()
    ):
        raise Invalid("An agent's name has 1 to 100 printable characters.", code="invalid_agent_name")
    if user_id is not None:
        await users.get(connection, user_id)
        if customers is not None:
            raise Invalid("Only an agent's token is bound to customers.", code="invalid_token_for")
    if customers is not None and (unknown := await connection.fetch(SQL["unknown_customers"], customers)):
        raise NotFound(f"There is no customer with the id {unknown[0]['id'][:60]!r}.")
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
    )
    await _record(
        connection,
        who,
        "token.created",
        {"tokenId": token_id, "userId": user_id, "agent": agent_name, "customers": customers},
    )
    return token_id, secret


async def list_tokens(connection: Connection) -> list[Token]:
    """Every token, newest first."""
    return [Token(**dict(row)) for row in await connection.fetch(SQL["tokens"])]


async def revoke(connection: Connection, who: Principal, token_id: str) -> None:
    """End a token at once."""
    if await connection.fetchval(SQL["revoke"], token_id) is None:
        raise NotFound("Token not found")
    await _record(connection, who, "token.revoked", {"tokenId": token_id})


async def who_is(connection: Connection, secret: str, *, door: str = "api") -> Principal | None:
    """The principal a bearer token stands for, or None."""
    row = await connection.fetchrow(SQL["bearer"], sha256(secret.encode()).digest())
    if row is None:
        return None
    if row["agent"] is not None:
        return agent(
            row["agent"],
            customers=_bound(row["customers"]),
            fields=_bound(row["fields"]),
            hourly_quota=row["hourly_quota"],
            door=door,
        )
    return Principal(row["role"], row["user_id"], row["name"], door, authority=authority(row["authority"]))


def _bound(listed: list[str] | None) -> tuple[str, ...] | None:
    return tuple(listed) if listed is not None else None


async def _record(connection: Connection, who: Principal, kind: str, body: dict[str, object]) -> None:
    at = await connection.fetchval("select clock_timestamp()")
    await record.write(connection, [record.event(kind, at=at, actor=who, body=body)])
