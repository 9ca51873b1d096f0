"""The whole trail as lines of JSON, read a page at a time: for whoever oversees it, and to check it elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from placet.audit import checkpoint, leaf, tree
from placet.audit.checkpoint import PublicKey
from placet.customers import access
from placet.db.engine import Pool, connection, statements
from placet.errors import Forbidden, Invalid
from placet.identity.principal import Principal

SQL = statements(__package__, "export.sql")
AT_ONCE = 1000
_encode = msgspec.json.Encoder().encode


def check_may_export(who: Principal) -> None:
    """Raise unless this principal may read the whole trail: an admin or an auditor."""
    if not access.sees_everything(who):
        raise Forbidden("Only an admin or an auditor may read the whole trail.", code="overseers_only")


async def lines(pool: Pool, keys: Sequence[PublicKey]) -> AsyncIterator[bytes]:
    """A line for every event there is, oldest first, and one for the newest checkpoint, in parts of many lines."""
    after = 0
    while True:
        async with connection(pool) as found:  # given back between two pages: the reader may be slow
            rows = await found.fetch(SQL["events"], after, AT_ONCE)
        if not rows:
            break
        after = rows[-1]["seq"]
        yield b"".join(_encode(_line(row)) + b"\n" for row in rows)
    async with connection(pool) as found:
        kept = await tree.last_checkpoint(found)
    if kept is not None:
        yield _encode({"checkpoint": kept.note, "publicKey": _vouched(kept.note, keys)}) + b"\n"


def _line(row: Any) -> dict[str, Any]:
    salt = row["salt"].hex() if row["salt"] is not None else None
    return {"leaf": leaf.members(row), "body": row["body"], "salt": salt, "index": row["index"]}


def _vouched(note: str, keys: Sequence[PublicKey]) -> str | None:
    try:
        signed = checkpoint.verified(note, keys)
    except Invalid:
        return None
    return signed.key.text if signed is not None else None
