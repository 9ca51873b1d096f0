"""Values a note can hold, found by type: dates, numbers, money, phones, places, languages, choices, work.

Each module answers one question about a text, "which values of this kind stand where", and knows nothing about fields,
people or how a sentence is meant.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Found(NamedTuple):
    """A value and where it stands in the searched text; `doubt` names what makes it uncertain, "" if nothing does."""

    start: int
    end: int
    value: Any
    doubt: str = ""
