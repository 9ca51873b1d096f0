"""Answers to what went wrong: RFC 9457 problem documents, `application/problem+json`, never a stack trace."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from placet.db.engine import AWAY, RETRY, unavailable
from placet.errors import NotUnderstood, PlacetError

log = structlog.get_logger("placet.api")
_encode = msgspec.json.Encoder().encode
MEDIA_TYPE = "application/problem+json"

_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is too large.",
    415: "This address does not take that content type.",
}
_CUT_OFF = "client disconnected prematurely"  # in the framework's words, which calls it a fault of the server


class Problem(msgspec.Struct, kw_only=True):
    """A problem document. `error` repeats `detail` for clients of the original API; more members may follow."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    error: str


def document(error: PlacetError, path: str) -> bytes:
    """The problem document of an error met at `path`."""
    problem = Problem(
        type=f"urn:placet:problem:{error.code}",
        title=error.title,
        status=error.status,
        detail=error.sentence,
        instance=path,
        code=error.code,
        error=error.sentence,
    )
    return _encode({**msgspec.to_builtins(problem), **{k: v for k, v in error.members.items() if k != "cause"}})


def headers(error: PlacetError) -> dict[str, str]:
    """What the status asks for beside the document."""
    if error.status == 401:
        return {"www-authenticate": 'Bearer realm="placet"'}
    if isinstance(error, HttpError) and error.allow is not None:
        return {"allow": error.allow}
    if error.status in (429, 503):
        return {"retry-after": str(error.members.get("retry_after", 2))}
    return {}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The response for whatever was raised; only what nobody foresaw is a 500, and that is logged."""
    found = understood(error)
    if found.status >= 500:
        log.error("request failed", path=request.scope["path"], code=found.code, exc_info=error)
    return Response(
        document(found, request.scope["path"]), status_code=found.status, media_type=MEDIA_TYPE, headers=headers(found)
    )


class HttpError(PlacetError):
    """What the framework refused before any of our code was asked."""

    title = "Refused"

    def __init__(self, status: int, detail: str, allow: str | None = None) -> None:
        super().__init__(_SENTENCES.get(status, detail or "The request was refused."), code=f"http_{status}")
        self.status = status
        self.allow = allow


class Unexpected(PlacetError):
    """A fault of ours; the log has it."""

    code, title = "unexpected", "Unexpected"


def understood(error: Exception) -> PlacetError:
    """Any exception as one of our errors."""
    if isinstance(error, PlacetError):
        return error
    if isinstance(error, HTTPException):
        if error.detail == _CUT_OFF:
            return NotUnderstood("The request ended before its body did.", code="request_cut_off")
        return HttpError(error.status_code, error.detail, (error.headers or {}).get("allow"))
    if isinstance(error, AWAY + RETRY):
        return unavailable(error)
    return Unexpected("Something went wrong here. It is in the log.")
