"""Secrets that must be used again, and so cannot be hashed: encrypted before they reach the database.

AES-256-GCM under a key derived from `PLACET_SECRET_KEY` by HKDF, bound to the row it stands in: moved to another row, it
does not open.
"""

from __future__ import annotations

import secrets

from placet.errors import Conflict

_INFO = b"placet: secrets of trigger rules, 1"
_NONCE = 12


def seal(secret_key: str | None, row: str, text: bytes) -> bytes:
    """The text encrypted for that row; Conflict `no_secret_key` where there is no key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret_key)).encrypt(nonce, text, row.encode())


def unseal(secret_key: str | None, row: str, sealed: bytes) -> bytes:
    """What was sealed; Conflict `no_secret_key` or `wrong_secret_key` where it does not open."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(_key(secret_key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], row.encode())
    except InvalidTag:
        raise Conflict(
            "PLACET_SECRET_KEY is not the one this secret was stored with.", code="wrong_secret_key"
        ) from None


def _key(secret_key: str | None) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    if secret_key is None:
        raise Conflict("PLACET_SECRET_KEY is not set, so no secret can be kept.", code="no_secret_key")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(secret_key.encode())
