"""Random ids as they stand on the wire: 21 letters and digits, 125 bits, like nanoid's but safe as a command's argument."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """A new id; unguessable, so it can also name what its owner alone may see."""
    while len(letters := secrets.token_urlsafe(24).replace("-", "").replace("_", "")) < 21:
        pass  # the generator drew eleven dashes; once in many lifetimes
    return letters[:21]
