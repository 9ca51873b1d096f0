"""A person's own password: changed by who knows the present one, and chosen where there is none yet.

Somebody who signs in with their company has no password here and gets none; theirs is the company's to change.
"""

from __future__ import annotations

from typing import Literal

import structlog
from asyncpg import Record

from placet.audit import record
from placet.db.engine import Connection, database_time
from placet.errors import Conflict, Forbidden, Invalid, NotFound
from placet.identity import passwords, sign_in
from placet.identity.principal import Principal
from placet.identity.users import SQL

log = structlog.get_logger("placet.sign_in")
Kept = Literal["password", "nothing", "company"]


async def kept(connection: Connection, who: Principal) -> Kept:
    """What a person is known by: a password of theirs, nothing but one-time links, or their company alone."""
    return _kept(await _row(connection, who))


async def change(
    connection: Connection, who: Principal, *, current: str, new: str, address: str, keep: str | None = None
) -> None:
    """Another password for the person who asks; their other sign-ins and unused links end, the one of the cookie `keep` goes on.

    `current` is not looked at where there is no password yet, but then `keep` is a sign-in of theirs (Forbidden
    `sign_in_first`): a token, which is given for less and taken back alone, makes no password. A wrong one is Invalid
    `wrong_password`, counted as a failed sign-in is, and TooMany after too many, so the connection is in no transaction that
    could take the count back. Invalid `invalid_password` for a new one that is too short or too long, Conflict
    `company_password` for who has none here.
    """
    if who.is_agent:
        raise Forbidden("An agent has a token and does not sign in.")
    passwords.checked(new)
    row = await _row(connection, who)
    if _kept(row) == "company":
        raise Conflict("You sign in with your company, which has your password.", code="company_password")
    if row["password_hash"] is not None:
        number = await sign_in.count(connection, address, account=row["email"].lower())
        if not await passwords.is_password(row["password_hash"], current):
            log.warning("changing a password failed", address=address, user=who.id)
            raise _wrong()
        await sign_in.take_back(connection, number)
    elif not await _signed_in(connection, who, keep):
        raise Forbidden("Choose your first password where you are signed in.", code="sign_in_first")
    hashed = await passwords.hash_password(new)
    async with connection.transaction():
        if await connection.fetchval(SQL["change_password"], who.id, hashed, row["password_hash"]) is None:
            raise _wrong()  # another one came meanwhile
        await connection.execute(SQL["end_sign_ins"], who.id, sign_in.hashed(keep) if keep is not None else None)
        body = {"userName": who.name, "userId": who.id}
        at = await database_time(connection)
        await record.write(connection, [record.event("user.password_changed", at=at, actor=who, body=body)])


async def _row(connection: Connection, who: Principal) -> Record:
    row = await connection.fetchrow(SQL["own_password"], who.id)
    if row is None:
        raise NotFound("User not found")
    return row


async def _signed_in(connection: Connection, who: Principal, token: str | None) -> bool:
    found = await sign_in.still(connection, token) if token is not None else None
    return found is not None and found.id == who.id


def _kept(row: Record) -> Kept:
    if row["password_hash"] is not None:
        return "password"
    return "company" if row["by_company"] else "nothing"


def _wrong() -> Invalid:
    return Invalid("This is not your password now.", code="wrong_password")
