"""Signing in on the web: by password, one-time link or company; a random token in a cookie, kept hashed, always new.

Whatever can be guessed at is throttled, for the account and for the address it comes from.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

import structlog
from asyncpg import Record

from placet.db.engine import Connection
from placet.errors import NotSignedIn, TooMany
from placet.identity import passwords, users
from placet.identity.principal import Principal, authority
from placet.identity.users import SQL

log = structlog.get_logger("placet.sign_in")
CSRF_BYTES = 16
LIFETIME = timedelta(hours=12)  # whatever happens
IDLE = timedelta(hours=2)  # without a request
WINDOW = timedelta(minutes=15)
MAX_FAILURES_ACCOUNT = 10
MAX_FAILURES_ADDRESS = 50


def hashed(token: str) -> bytes:
    """What is kept of a secret that was given away."""
    return sha256(token.encode()).digest()


async def sign_in(
    connection: Connection, email: str, password: str, *, address: str, lifetime: timedelta = LIFETIME
) -> str:
    """The new token for the cookie. NotSignedIn says the same for a wrong address and a wrong password; TooMany throttles."""
    account = email.strip().lower()[:254]
    async with attempt(connection, address, account=account):
        user = await users.by_email(connection, account)
        usable = user is not None and user.disabled_at is None
        known = user.password_hash if user is not None and usable else None
        if not await passwords.is_password(known, password):
            log.warning("sign-in failed", address=address, known=user is not None)
            raise NotSignedIn("The e-mail address or the password is wrong.", code="wrong_credentials")
        assert user is not None
        token = await start(connection, user.id, lifetime=lifetime, password_hash=known)
    await connection.execute(SQL["forgive"], account)
    return token


async def use_link(connection: Connection, secret: str, *, address: str, lifetime: timedelta = LIFETIME) -> str:
    """The new token for the cookie, for a link that was not used before; TooMany throttles."""
    async with attempt(connection, address):
        user_id = await connection.fetchval(SQL["use_link"], hashed(secret))
        if user_id is None:
            log.warning("sign-in by link failed", address=address)
            raise NotSignedIn("This link was used before or is too old. Ask for a new one.", code="link_expired")
        return await start(connection, user_id, lifetime=lifetime)


async def check_link(connection: Connection, secret: str, *, address: str) -> None:
    """Raise NotSignedIn unless a link would sign somebody in; looking does not use it, but guessing is throttled."""
    async with attempt(connection, address):
        if not await link_works(connection, secret):
            raise NotSignedIn("This link was used before or is too old. Ask for a new one.", code="link_expired")


async def link_works(connection: Connection, secret: str) -> bool:
    """Whether a link would sign somebody in; looking does not use it."""
    return bool(await connection.fetchval(SQL["link_valid"], hashed(secret)))


@asynccontextmanager
async def attempt(connection: Connection, address: str, *, account: str = "") -> AsyncIterator[None]:
    """Something that may be a guess: counted if it ends in NotSignedIn, refused with TooMany after too many of late."""
    number = await count(connection, address, account=account)
    try:
        yield
    except NotSignedIn:
        raise
    except BaseException:  # a fault of ours is nobody's guess
        await take_back(connection, number)
        raise
    else:
        await take_back(connection, number)


async def count(connection: Connection, address: str, *, account: str = "") -> int:
    """Count an attempt before it is tried, so that trying many times at once is no way round; TooMany throttles.

    `take_back` says that it was none.
    """
    near = neighbourhood(address)
    number: int = await connection.fetchval(SQL["attempt"], account, near)
    wait = await connection.fetchval(
        SQL["wait"], account or None, near, WINDOW, number, MAX_FAILURES_ACCOUNT, MAX_FAILURES_ADDRESS
    )
    if wait is not None and wait > 0:
        await take_back(connection, number)
        raise too_many(wait)
    return number


async def take_back(connection: Connection, number: int) -> None:
    """An attempt was right, or not a guess at all."""
    await connection.execute(SQL["take_back"], number)


def too_many(wait: float) -> TooMany:
    """Come back in so many seconds."""
    minutes = math.ceil(wait / 60)
    after = f"{minutes} minutes" if minutes > 1 else "a minute"
    return TooMany(f"Too many failed attempts. Try again in {after}.", retry_after=max(1, math.ceil(wait)))


def neighbourhood(address: str) -> str:
    """What attempts from an address are counted under: an IPv6 address has 2^64 neighbours that are the same machine."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


async def start(
    connection: Connection, user_id: str, *, lifetime: timedelta = LIFETIME, password_hash: str | None = None
) -> str:
    """A new sign-in for a person who is known to be who they say; NotSignedIn where that ended while it was checked."""
    token = secrets.token_urlsafe(32)
    made = await connection.fetchval(SQL["insert_sign_in"], hashed(token), user_id, lifetime, password_hash)
    if made is None:
        raise NotSignedIn("You can no longer sign in here. Ask an admin.", code="user_disabled")
    return token


async def who_is(connection: Connection, token: str, *, door: str = "web", idle: timedelta = IDLE) -> Principal | None:
    """The person a cookie belongs to, or None; being asked keeps the sign-in alive."""
    row = await connection.fetchrow(SQL["signed_in"], hashed(token), idle)
    if row is not None and row["seen_long_ago"]:
        await connection.execute(SQL["seen"], hashed(token))
    return _principal(row, door)


async def still(connection: Connection, token: str, *, door: str = "api", idle: timedelta = IDLE) -> Principal | None:
    """The same for what a browser does by itself: an open page nobody looks at keeps no sign-in alive."""
    return _principal(await connection.fetchrow(SQL["signed_in"], hashed(token), idle), door)


def _principal(row: Record | None, door: str) -> Principal | None:
    if row is None:
        return None
    return Principal(row["role"], row["id"], row["name"], door, authority=authority(row["authority"]))


async def sign_out(connection: Connection, token: str) -> None:
    """End a sign-in."""
    await connection.execute(SQL["sign_out"], hashed(token))


def csrf_token(token: str) -> str:
    """What a form carries to show that it came from our page: derived from the cookie's token, which a page cannot read."""
    return sha256(b"csrf:" + token.encode()).digest()[:CSRF_BYTES].hex()


def masked(csrf: str) -> str:
    """A form's token as one page carries it: another text each time, so that the sizes of compressed pages cannot spell it out."""
    noise = secrets.token_bytes(len(csrf) // 2)
    return (noise + _xor(noise, bytes.fromhex(csrf))).hex()


def unmasked(sent: str) -> str:
    """The token that a page's text stands for; what no page carries stays as it is."""
    try:
        given = bytes.fromhex(sent)
    except ValueError:
        return sent
    return _xor(given[:CSRF_BYTES], given[CSRF_BYTES:]).hex() if len(given) == 2 * CSRF_BYTES else sent


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
