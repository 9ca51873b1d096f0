"""Where the next page of a list by name starts: the last row's name and id, opaque to clients."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

from placet.db.json import require_text
from placet.errors import Invalid


def write(name: str, row_id: str) -> str:
    """The cursor after the row of that name, in the form the list is ordered by, and id."""
    return base64.urlsafe_b64encode(msgspec.json.encode([name, row_id])).decode().rstrip("=")


def read(cursor: str | None) -> tuple[str | None, str | None]:
    """The name and id in a cursor of ours, or twice None where there is none; Invalid `invalid_cursor` for anything else."""
    if not cursor:
        return None, None
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        name, row_id = msgspec.json.decode(text, type=tuple[str, str])
        return require_text(name), require_text(row_id)
    except (ValueError, binascii.Error, msgspec.DecodeError, Invalid):
        raise Invalid("The cursor is not one of ours.", code="invalid_cursor") from None


def cut(rows: Sequence[Any], limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """The rows of a page, of one more that were read, and the cursor after them if there are more.

    Each row has its `id` and the `place` it is ordered by; the latter is left out of what is answered.
    """
    found = [{name: value for name, value in row.items() if name != "place"} for row in rows[:limit]]
    more = len(rows) > limit > 0
    return found, write(rows[limit - 1]["place"], rows[limit - 1]["id"]) if more else None
