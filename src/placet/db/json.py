"""JSON on its way into the database: numbers survive exactly, and what PostgreSQL cannot hold is refused with a sentence.

JSON stands in statements as text, never through a driver's codec, because a driver reads JSON null and SQL NULL as the same.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from placet.errors import Invalid

_sorted = msgspec.json.Encoder(order="sorted")
MAX_DEPTH = 60


def exact_float(digits: str) -> float:
    """A JSON number with a fraction or an exponent as a float, or Invalid where a float would not keep it exactly."""
    number = float(digits)
    if number in (float("inf"), float("-inf")) or Decimal(repr(number)) != Decimal(digits):
        raise Invalid(f"The number {digits[:40]} cannot be kept exactly; send it as a string.", code="inexact_number")
    return number


_exact = msgspec.json.Decoder(float_hook=exact_float)


def decode(data: bytes | str) -> Any:
    """Any JSON value, with numbers exact; raises msgspec.DecodeError, UnicodeDecodeError or RecursionError."""
    return _exact.decode(data)


def encode(value: Any) -> str:
    """A JSON text that PostgreSQL can hold, with sorted keys; Invalid for U+0000, lone surrogates and deep nesting."""
    require_storable(value)
    return _sorted.encode(value).decode()


def require_storable(value: Any, depth: int = 0) -> None:
    """Raise Invalid for what PostgreSQL cannot hold or nobody should."""
    if isinstance(value, str):
        require_text(value)
    elif isinstance(value, dict | list | tuple):
        if depth > MAX_DEPTH:
            raise Invalid(f"The value is nested deeper than {MAX_DEPTH} levels.", code="too_deep")
        for item in value:
            require_storable(item, depth + 1)
        if isinstance(value, dict):
            for item in value.values():
                require_storable(item, depth + 1)
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124  # NaN
        raise Invalid("NaN and infinity are not JSON numbers.", code="inexact_number")


def require_text(text: str, what: str = "The text") -> str:
    """The text itself, or Invalid where it holds U+0000 or a lone surrogate."""
    if "\x00" in text:
        raise Invalid(f"{what} contains U+0000, which cannot be stored.", code="unstorable_text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(
            f"{what} contains half of a surrogate pair, which is not a character.", code="unstorable_text"
        ) from None
    return text
