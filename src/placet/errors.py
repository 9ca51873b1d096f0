"""Every error Placet can answer with: one tree, each with a sentence, an HTTP status and a stable code.

    PlacetError
    ├── Invalid            422  what was sent is understood but not acceptable
    │   ├── InvalidValue        a value its field does not take
    │   └── InvalidItems        a proposed batch with bad items, each named
    ├── NotUnderstood      400  what was sent cannot be read at all
    ├── NotSignedIn        401
    ├── Forbidden          403
    ├── NotFound           404
    ├── Conflict           409  the world is not (or no longer) as the caller thinks
    │   └── Stale               the field changed since the proposal
    ├── TooLarge           413
    ├── WrongContentType   415
    ├── TooMany            429
    ├── ModelFailed        502  the language model did, not Placet; nothing was stored
    └── Unavailable        503  try again later

An error is raised where it is understood. Doors translate it; no other layer invents one.
"""

from __future__ import annotations

from typing import Any


class PlacetError(Exception):
    """Something went wrong that a person can read about: `str(error)` is the sentence."""

    status: int = 500
    code: str = "error"
    title: str = "Error"

    def __init__(self, sentence: str, *, code: str | None = None, **members: Any) -> None:
        super().__init__(sentence)
        if code is not None:
            self.code = code
        self.members = members  # further members of the problem document, e.g. `current`

    @property
    def sentence(self) -> str:
        """What happened, in one sentence for a person."""
        return str(self)


class Invalid(PlacetError):
    """What was sent is understood but not acceptable."""

    status, code, title = 422, "invalid", "Not acceptable"


class InvalidValue(Invalid):
    """The field does not take this value."""

    code = "invalid_value"


class InvalidItems(Invalid):
    """A proposed batch has bad items; `errors` lists `{"index", "code", "error"}` of every one."""

    code = "invalid_items"


class NotUnderstood(PlacetError):
    """The request cannot be read."""

    status, code, title = 400, "not_understood", "Not understood"


class NotSignedIn(PlacetError):
    """No credentials, or ones that are unknown, expired or revoked."""

    status, code, title = 401, "not_signed_in", "Not signed in"


class Forbidden(PlacetError):
    """The caller may see this but not do it."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(PlacetError):
    """It does not exist, or not for this caller."""

    status, code, title = 404, "not_found", "Not found"


class Conflict(PlacetError):
    """The world is not as the caller thinks."""

    status, code, title = 409, "conflict", "Conflict"


class Stale(Conflict):
    """The field changed since the proposal; members: `proposed`, `expected`, `current`."""

    code = "stale"


class TooLarge(PlacetError):
    """More than is taken at once."""

    status, code, title = 413, "too_large", "Too large"


class WrongContentType(PlacetError):
    """The body is not JSON (or not what this address takes)."""

    status, code, title = 415, "wrong_content_type", "Wrong content type"


class TooMany(PlacetError):
    """Too many attempts; `retry_after` says in how many seconds to come back."""

    status, code, title = 429, "too_many", "Too many attempts"


class ModelFailed(PlacetError):
    """The language model that should have read this failed; nothing was stored, and trying again is safe."""

    status, code, title = 502, "model_failed", "The model failed"


class Unavailable(PlacetError):
    """Placet cannot do this now; trying again later is safe."""

    status, code, title = 503, "unavailable", "Not available now"
