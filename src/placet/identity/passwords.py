"""Passwords: Argon2id, hashed and checked off the event loop, a few at a time because each takes its 64 MB."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

from placet.db.json import require_text
from placet.errors import Invalid

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH, MAX_LENGTH = 10, 1000
_few = asyncio.Semaphore(2)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash no password has: checking against it takes as long as against a real one."""
    return _hasher().hash("nobody's password")


def checked(password: str) -> str:
    """The password itself, or Invalid where it is too short or too long."""
    if not MIN_LENGTH <= len(require_text(password, "The password")) <= MAX_LENGTH:
        raise Invalid(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.", code="invalid_password")
    return password


async def hash_password(password: str) -> str:
    """An Argon2id hash with its parameters in it."""
    async with _few:
        return await asyncio.to_thread(_hasher().hash, password)


async def is_password(hashed: str | None, password: str) -> bool:
    """Whether that is the password; takes the same time where there is none."""

    def check() -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        nobody = _nobody()  # made once, at the first check of all, whoever that is about
        try:
            return _hasher().verify(hashed or nobody, password[: MAX_LENGTH + 1]) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    async with _few:
        return await asyncio.to_thread(check)
