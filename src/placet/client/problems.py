"""What a server refuses, as the errors of `placet.errors`, and how long it asks to be left alone."""

from __future__ import annotations

import httpx
import msgspec

from placet import errors
from placet.db import json

MAX_WAIT_S = 5.0  # whatever Retry-After says

_KINDS: dict[int, type[errors.PlacetError]] = {
    kind.status: kind
    for kind in (
        errors.NotUnderstood,
        errors.NotSignedIn,
        errors.Forbidden,
        errors.NotFound,
        errors.Conflict,
        errors.TooLarge,
        errors.WrongContentType,
        errors.Invalid,
        errors.TooMany,
        errors.Unavailable,
    )
}
_OWN = frozenset({"type", "title", "status", "detail", "instance", "code", "error"})


def problem(response: httpx.Response, url: str) -> errors.PlacetError:
    """The error a problem document stands for; anything else that refuses is not a Placet server."""
    try:
        found = json.decode(response.content)
        code, sentence = found["code"], found["detail"]
        members = {name: value for name, value in found.items() if name not in _OWN}
    except (msgspec.DecodeError, errors.Invalid, KeyError, TypeError, AttributeError, UnicodeDecodeError):
        return errors.Unavailable(
            f"What answers at {url} is not Placet (HTTP {response.status_code}).", code="not_placet"
        )
    kind = errors.Stale if code == errors.Stale.code else _KINDS.get(response.status_code, errors.PlacetError)
    return kind(str(sentence), code=str(code), **members)


def retry_after(response: httpx.Response) -> float:
    """Seconds to wait as the server asks, at most a few; 0 where it does not say."""
    text = response.headers.get("retry-after", "")
    return min(float(text), MAX_WAIT_S) if text.isdecimal() else 0.0
