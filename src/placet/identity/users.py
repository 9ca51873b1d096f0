"""People: add, list, disable, reset. A person without a password signs in by a one-time link."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from placet.audit import record
from placet.db import cursor as cursors
from placet.db import json
from placet.db.engine import Connection, database_time, statements
from placet.errors import Conflict, Invalid, NotFound
from placet.identity import passwords
from placet.identity.principal import PEOPLE, Principal, authority
from placet.ids import new_id

SQL = statements(__package__, "users.sql")
LINK_LIFETIME = timedelta(hours=24)


class User(msgspec.Struct, kw_only=True):
    """A person who signs in."""

    id: str
    name: str
    email: str
    role: str
    password_hash: str | None
    created_at: datetime
    disabled_at: datetime | None

    def principal(self, door: str = "library") -> Principal:
        """On this person's authority."""
        return Principal(self.role, self.id, self.name, door)


async def add(
    connection: Connection,
    who: Principal,
    *,
    name: str,
    email: str,
    role: str,
    password: str | None = None,
    user_id: str | None = None,
) -> User:
    """A new person; Invalid for a bad name, address, role or password, Conflict `email_taken` for a known address."""
    name = json.require_text(name, "The name").strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise Invalid("A name has 1 to 200 printable characters.", code="invalid_name")
    if role not in PEOPLE:
        raise Invalid(f"A role is one of: {', '.join(PEOPLE)}.", code="invalid_role")
    email = json.require_text(email, "The e-mail address").strip()
    if not 3 <= len(email) <= 254 or email.count("@") != 1 or not email.isprintable() or " " in email:
        raise Invalid("That is not an e-mail address.", code="invalid_email")
    hashed = await passwords.hash_password(passwords.checked(password)) if password is not None else None
    user_id = user_id or new_id()
    if await connection.fetchval(SQL["insert"], user_id, name, email, role, hashed) is None:
        raise Conflict(f"Somebody has the address {email} already.", code="email_taken")
    await _record(connection, who, "user.added", name, {"userId": user_id, "role": role})
    return await get(connection, user_id)


async def get(connection: Connection, user_id: str) -> User:
    """A person by id, or NotFound."""
    row = await connection.fetchrow(SQL["get"], user_id)
    if row is None:
        raise NotFound("User not found")
    return User(**dict(row))


async def person(connection: Connection, user_id: str, *, door: str = "library") -> Principal:
    """On a person's authority, with whatever they may beyond their own customers; NotFound without them."""
    user = await get(connection, user_id)
    found = authority(await connection.fetchval(SQL["standing"], user_id))
    return Principal(user.role, user.id, user.name, door, authority=found)


async def by_email(connection: Connection, email: str) -> User | None:
    """A person by the address they sign in with, in any case of its letters."""
    row = await connection.fetchrow(SQL["by_email"], email.strip())
    return User(**dict(row)) if row is not None else None


async def find_rm(connection: Connection, said: str, *, left: bool = False) -> User:
    """The RM whom a person means by an address, a name or an id; with `left` also one who signs in no more.

    Invalid: `unknown_rm` where it is nobody's, `ambiguous_rm` where several have that name and none that address or id.
    """
    if not said:
        raise Invalid("Say which RM, by name or e-mail address.", code="unknown_rm")
    found = [User(**dict(row)) for row in await connection.fetch(SQL["rms_said"], said, left)]
    exact = [user for user in found if said == user.id or said.lower() == user.email.lower()] or found
    if not exact:
        raise Invalid(f"No RM has the name or address {said[:60]!r}.", code="unknown_rm")
    if len(exact) > 1:
        raise Invalid(f"{len(exact)} RMs are called {exact[0].name}. Give the e-mail address.", code="ambiguous_rm")
    return exact[0]


async def names(connection: Connection, user_ids: Iterable[str]) -> dict[str, str]:
    """The names of people by their ids."""
    return {row["id"]: row["name"] for row in await connection.fetch(SQL["names"], list(user_ids))}


async def list_users(connection: Connection) -> list[User]:
    """Everybody, by name."""
    return [User(**dict(row)) for row in await connection.fetch(SQL["list"])]


async def page(
    connection: Connection,
    *,
    search: str | None = None,
    active_rms: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> tuple[list[User], str | None]:
    """People by name, and where the next page starts. `search` is a part of a name or address.

    `active_rms`: only those who can be attached to a customer. Raises Invalid `invalid_cursor`.
    """
    rows = await connection.fetch(SQL["page"], search or None, active_rms, *cursors.read(cursor), limit + 1)
    found, following = cursors.cut(rows, limit)
    return [User(**row) for row in found], following


async def disable(connection: Connection, who: Principal, user_id: str) -> User:
    """End every sign-in and token of a person and let them in no more. What waits for them stays as it is.

    Conflict `last_admin` for the only admin there is: nobody would be left to let anybody in.
    """
    user = await _hold_leaver(connection, user_id)
    if user.disabled_at is None:
        await connection.execute(SQL["disable"], user_id)
        await _record_with_customers(connection, who, "disabled", user)
    return await get(connection, user_id)


async def enable(connection: Connection, who: Principal, user_id: str) -> User:
    """Let a disabled person in again. Sign-ins and tokens that ended stay ended."""
    user = await _hold(connection, user_id)
    if user.disabled_at is not None:
        await connection.execute(SQL["enable"], user_id)
        await _record_with_customers(connection, who, "enabled", user)
    return await get(connection, user_id)


async def delete(connection: Connection, who: Principal, user_id: str) -> None:
    """Delete a person. Their customers are attached to nobody until reassigned; what they decided keeps their name.

    Conflict `last_admin` as for `disable`.
    """
    user = await _hold_leaver(connection, user_id)
    await _record_with_customers(connection, who, "deleted", user)
    await connection.execute(SQL["delete"], user_id)


async def reset_password(connection: Connection, who: Principal, user_id: str, password: str | None) -> str | None:
    """Another password, or none and the secret of a one-time link; Conflict `user_disabled` for who signs in no more."""
    user = await get(connection, user_id)
    if user.disabled_at is not None:
        raise Conflict(f"{user.name} is disabled and cannot sign in.", code="user_disabled")
    await set_password(connection, who, user_id, password)
    return await new_link(connection, user_id) if password is None else None


async def set_password(connection: Connection, who: Principal, user_id: str, password: str | None) -> None:
    """Another password, or none; every sign-in and unused link of the person ends, and what their company calls them."""
    hashed = await passwords.hash_password(passwords.checked(password)) if password is not None else None
    user = await _hold(connection, user_id)
    await connection.execute(SQL["set_password"], user_id, hashed)
    await connection.execute(SQL["end_sign_ins"], user_id, None)
    await _record(connection, who, "user.password_changed", user.name, {"userId": user_id})


async def sign_out_everywhere(connection: Connection, who: Principal, user_id: str) -> User:
    """End every sign-in and unused link of a person; their tokens go on."""
    user = await _hold(connection, user_id)
    await connection.execute(SQL["end_sign_ins"], user_id, None)
    await _record(connection, who, "user.signed_out_everywhere", user.name, {"userId": user_id})
    return user


async def new_link(connection: Connection, user_id: str) -> str:
    """The secret of a link that signs a person in once, within 24 hours."""
    secret = secrets.token_urlsafe(32)
    await connection.execute(SQL["insert_link"], sha256(secret.encode()).digest(), user_id, LINK_LIFETIME)
    return secret


async def _hold_leaver(connection: Connection, user_id: str) -> User:
    """The person, held, unless they are the last admin. All admins are held, so that two cannot end each other at once."""
    user = await get(connection, user_id)
    if user.role == "admin":
        left = [row["id"] for row in await connection.fetch(SQL["hold_admins"])]
        if left == [user_id]:
            raise Conflict(f"{user.name} is the last admin. Add or enable another one first.", code="last_admin")
    return await _hold(connection, user_id)


async def _hold(connection: Connection, user_id: str) -> User:
    row = await connection.fetchrow(SQL["hold"], user_id)
    if row is None:
        raise NotFound("User not found")
    return User(**dict(row))


async def _record(connection: Connection, who: Principal, kind: str, name: str, body: dict[str, str]) -> None:
    at = await database_time(connection)
    await record.write(connection, [record.event(kind, at=at, actor=who, body={"userName": name, **body})])


async def _record_with_customers(connection: Connection, who: Principal, act: str, user: User) -> None:
    """What became of a person, in the trail of each customer attached to them too, for whom it matters as much."""
    attached = await connection.fetch(SQL["attached"], user.id)
    at = await database_time(connection)
    body = {"userName": user.name, "userId": user.id}
    theirs = [
        record.event(
            f"customer.rm_{act}",
            at=at,
            actor=who,
            customer_id=row["id"],
            body={"customerName": row["name"], "rmName": user.name, "before": user.id},
        )
        for row in attached
    ]
    await record.write(connection, [record.event(f"user.{act}", at=at, actor=who, body=body), *theirs])
