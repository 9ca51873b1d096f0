"""Signing in on the web: by password or one-time link; a random token in a cookie, kept hashed, new at every sign-in."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

import structlog

from placet.db.engine import Connection
from placet.errors import NotSignedIn, TooMany
from placet.identity import passwords, users
from placet.identity.principal import Principal, authority
from placet.identity.users import SQL

log = structlog.get_logger("placet.sign_in")
LIFETIME = timedelta(hours=12)  # whatever happens
IDLE = timedelta(hours=2)  # without a request
WINDOW = timedelta(minutes=15)
MAX_FAILURES_ACCOUNT = 10
MAX_FAILURES_ADDRESS = 50


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def sign_in(connection: Connection, email: str, password: str, *, address: str) -> str:
    """The new token for the cookie. NotSignedIn says the same for a wrong address and a wrong password; TooMany throttles."""
    account = email.strip().lower()[:254]
    failures = await connection.fetchrow(SQL["failures"], account, address, WINDOW)
    assert failures is not None  # it counts, so there is always a row
    if failures["account"] >= MAX_FAILURES_ACCOUNT or failures["address"] >= MAX_FAILURES_ADDRESS:
        raise TooMany("Too many failed attempts. Try again in 15 minutes.", retry_after=int(WINDOW.total_seconds()))
    user = await users.by_email(connection, account)
    usable = user is not None and user.disabled_at is None
    if not await passwords.is_password(user.password_hash if user is not None and usable else None, password):
        await connection.execute(SQL["failed"], account, address)
        log.warning("sign-in failed", address=address, known=user is not None)
        raise NotSignedIn("The e-mail address or the password is wrong.", code="wrong_credentials")
    assert user is not None
    await connection.execute(SQL["forgive"], account)
    return await start(connection, user.id)


async def use_link(connection: Connection, secret: str) -> str:
    """The new token for the cookie, for a link that was not used before."""
    user_id = await connection.fetchval(SQL["use_link"], _hashed(secret))
    if user_id is None:
        raise NotSignedIn("This link was used before or is too old. Ask for a new one.", code="link_expired")
    return await start(connection, user_id)


async def link_works(connection: Connection, secret: str) -> bool:
    """Whether a link would sign somebody in; looking does not use it."""
    return bool(await connection.fetchval(SQL["link_valid"], _hashed(secret)))


async def start(connection: Connection, user_id: str) -> str:
    """A new sign-in for a person who is known to be who they say."""
    token = secrets.token_urlsafe(32)
    await connection.execute(SQL["insert_sign_in"], _hashed(token), user_id, LIFETIME)
    return token


async def who_is(connection: Connection, token: str, *, door: str = "web") -> Principal | None:
    """The person a cookie belongs to, or None; being asked keeps the sign-in alive."""
    row = await connection.fetchrow(SQL["signed_in"], _hashed(token), IDLE)
    if row is None:
        return None
    if row["seen_long_ago"]:
        await connection.execute(SQL["seen"], _hashed(token))
    return Principal(row["role"], row["id"], row["name"], door, authority=authority(row["authority"]))


async def sign_out(connection: Connection, token: str) -> None:
    """End a sign-in."""
    await connection.execute(SQL["sign_out"], _hashed(token))


def csrf_token(token: str) -> str:
    """What a form carries to show that it came from our page: derived from the cookie's token, which a page cannot read."""
    return sha256(b"csrf:" + token.encode()).hexdigest()[:32]
