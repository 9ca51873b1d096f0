"""Read bodies and queries strictly. The framework's own reader rounds, coerces and forgives; nothing here does.

A body is JSON that says so, an object, with exact numbers and text PostgreSQL can hold. A query has each parameter once,
none unknown. What cannot be read is 400, 413 or 415; what can be read but not accepted is 422.
"""

from __future__ import annotations

import json as standard_json
import re
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException

from placet.db import json
from placet.errors import Invalid, NotUnderstood, TooLarge, WrongContentType

T = TypeVar("T", bound=msgspec.Struct)
MAX_BODY = 10_000_000  # bytes
_WHOLE = re.compile(r"[0-9]{1,9}")
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class NoQuery(msgspec.Struct):
    """No parameter is taken."""


async def read_object(request: Request[Any, Any, Any], *, empty_is_object: bool = False) -> dict[str, Any]:
    """The JSON object in the body; `empty_is_object` takes no body at all as `{}`."""
    try:
        body = await request.body()
    except HTTPException as error:
        raise TooLarge(f"A request has at most {MAX_BODY:,} bytes.") if error.status_code == 413 else error from None
    if not body and empty_is_object:
        return {}
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8"):
        raise WrongContentType("The body must be application/json in UTF-8.")
    found = _decode(body)
    if not isinstance(found, dict):
        raise NotUnderstood("The body must be a JSON object.", code="not_an_object")
    return found


def _decode(body: bytes) -> Any:
    try:
        return json.decode(body)
    except msgspec.ValidationError:  # the decoder asks for no shape, so this is a whole number of thousands of digits
        raise Invalid(
            "A number of so many digits cannot be kept; send it as a string.", code="inexact_number"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if _HALF.search(body) and _is_json(body):
            raise Invalid(
                "The body contains half of a surrogate pair, which is not a character.", code="unstorable_text"
            ) from None
        raise NotUnderstood("The body is not JSON.", code="invalid_json") from None


def _is_json(body: bytes) -> bool:
    """Whether a more forgiving reader takes it: it lets half a surrogate pair through, which ours calls malformed."""
    try:
        standard_json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def as_struct(found: dict[str, Any], shape: type[T]) -> T:
    """The object as `shape`; Invalid says which member does not fit, or holds text that cannot be stored."""
    try:
        json.require_storable(found)
    except Invalid as error:
        raise NotUnderstood(error.sentence, code=error.code) if error.code == "too_deep" else error from None
    try:
        return msgspec.convert(found, shape, strict=True)
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}.", code="invalid_body") from None


async def read_body(request: Request[Any, Any, Any], shape: type[T], *, empty_is_object: bool = False) -> T:
    """The body as `shape`."""
    return as_struct(await read_object(request, empty_is_object=empty_is_object), shape)


def read_query(request: ASGIConnection[Any, Any, Any, Any], shape: type[T]) -> T:
    """The query as `shape`, whose members are text or whole numbers; an empty text counts as not given."""
    try:
        pairs = parse_qsl(
            request.scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50
        )
    except (ValueError, UnicodeError):
        raise Invalid("The query cannot be read.", code="invalid_query") from None
    members = _members(shape)
    found: dict[str, Any] = {}
    for name, text in pairs:
        if name not in members:
            raise Invalid(
                f"There is no parameter {name[:40]!r} here. Known: {', '.join(members) or 'none'}.",
                code="unknown_parameter",
            )
        if name in found:
            raise Invalid(f"The parameter {name} stands twice.", code="repeated_parameter")
        if members[name]:
            if not _WHOLE.fullmatch(text):
                raise Invalid(f"{name} is a whole number.", code="invalid_parameter")
            found[name] = int(text)
        else:
            found[name] = json.require_text(text, name) or None
    try:
        return msgspec.convert({name: value for name, value in found.items() if value is not None}, shape, strict=True)
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}.", code="invalid_parameter") from None


@cache
def _members(shape: type[msgspec.Struct]) -> dict[str, bool]:
    """The parameters of a query shape, and whether each is a number."""
    return {info.encode_name: _is_number(info.type) for info in msgspec.structs.fields(shape)}


def _is_number(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(_is_number(part) for part in get_args(annotation))
    base = get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
    return base is int
