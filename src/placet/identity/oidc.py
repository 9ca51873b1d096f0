"""Sign-in at a company's OpenID provider: authorization code with PKCE, everything the provider says checked.

Nobody is created here. Whom the provider names is a person an administrator added: known by what the provider calls
them (issuer and subject) or, the first time, by an e-mail address the provider has verified.
Follows OpenID Connect Core 1.0 (section 3.1), Discovery 1.0, RFC 7636 and RFC 9207.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from placet.audit import record
from placet.db.engine import Connection, database_time
from placet.errors import NotSignedIn, Unavailable
from placet.identity.oidc_provider import Provider, ProviderAway, Refused
from placet.identity.sign_in import hashed
from placet.identity.users import SQL, User, by_email

log = structlog.get_logger("placet.sign_in")
PENDING = timedelta(minutes=10)  # how long somebody may take at the provider
_AGAIN = "Begin again."


class Begun(msgspec.Struct, frozen=True):
    """Where to send the browser, what it must hold when it comes back, and what is kept here meanwhile."""

    url: str
    state: str
    nonce: str
    verifier: str


class Pending(msgspec.Struct, frozen=True):
    """What was kept of a sign-in that was begun."""

    nonce: str
    verifier: str
    next: str


async def begin(provider: Provider, *, redirect_uri: str) -> Begun:
    """A sign-in to be remembered; Unavailable where the provider does not answer. Holds no database meanwhile."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        url = await provider.authorization_url(redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=verifier)
    except ProviderAway as error:
        raise _away(error) from error
    return Begun(url, state, nonce, verifier)


async def remember(connection: Connection, begun: Begun, *, after: str) -> None:
    """Keep a sign-in for ten minutes, and where the person wanted to go."""
    await connection.execute(SQL["begin_company"], hashed(begun.state), begun.nonce, begun.verifier, after, PENDING)


async def resume(connection: Connection, *, held: str | None, sent: str | None) -> Pending:
    """The sign-in that this browser began, once. NotSignedIn `begin_again` for any other.

    `held` is the state in the browser's cookie, `sent` the one that came back with it.
    """
    same = held and sent and hmac.compare_digest(held.encode(), sent.encode())
    row = await connection.fetchrow(SQL["end_company"], hashed(sent)) if same and sent else None
    if row is None or not row["live"]:
        raise NotSignedIn(
            f"This sign-in was begun in another browser, finished before, or too long ago. {_AGAIN}", code="begin_again"
        )
    return Pending(row["nonce"], row["verifier"], row["next"] or "")


async def ask(provider: Provider, pending: Pending, answer: dict[str, str], *, redirect_uri: str) -> dict[str, Any]:
    """The claims the provider makes about who signed in; no database is held meanwhile.

    `answer` is what it sent the browser back with. NotSignedIn `company_refused` where it, or what it says, is refused.
    """
    try:
        return await provider.claims(answer, redirect_uri=redirect_uri, nonce=pending.nonce, verifier=pending.verifier)
    except ProviderAway as error:
        raise _away(error) from error
    except Refused as error:
        log.warning("company sign-in refused", why=str(error))
        raise NotSignedIn(f"{error.sentence} {_AGAIN}", code="company_refused") from error


async def person(connection: Connection, issuer: str, claims: dict[str, Any]) -> User:
    """The person those claims are about; the first time they are bound to them, with an event.

    NotSignedIn `not_a_user` for somebody nobody added, `user_disabled` for who signs in no more.
    """
    subject = str(claims["sub"])
    row = await connection.fetchrow(SQL["by_subject"], issuer, subject)
    user = User(**dict(row)) if row is not None else await _by_verified_email(connection, claims)
    if user is None:
        log.warning("company sign-in of nobody here", subject=subject)
        raise NotSignedIn(
            "Your company knows you, but nobody added you here with a verified e-mail address. Ask an administrator.",
            code="not_a_user",
        )
    if user.disabled_at is not None:
        raise NotSignedIn("You can no longer sign in here. Ask an admin.", code="user_disabled")
    if row is None:
        await _bind(connection, user, issuer, subject)
    return user


async def _by_verified_email(connection: Connection, claims: dict[str, Any]) -> User | None:
    """Only the provider's own word that it checked the address counts: else anybody could claim anybody's."""
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True or "\0" in email:
        return None
    return await by_email(connection, email)


async def _bind(connection: Connection, user: User, issuer: str, subject: str) -> None:
    if await connection.fetchval(SQL["bind"], user.id, issuer, subject) is None:
        log.warning("company sign-in under another account", user=user.id)
        raise NotSignedIn(
            "You signed in here with another account of your company before. Ask an administrator to reset it.",
            code="bound_elsewhere",
        )
    at = await database_time(connection)
    body = {"userName": user.name, "userId": user.id, "issuer": issuer}
    await record.write(connection, [record.event("user.company_bound", at=at, actor=user.principal("web"), body=body)])


def _away(error: ProviderAway) -> Unavailable:
    log.error("company sign-in away", why=str(error))
    return Unavailable("Your company's sign-in does not answer now. Try again in a moment.", code="company_unavailable")
