"""Forms as browsers send them, and the cookie that carries one notice from a form to the page that follows it."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from placet.api.auth import COOKIE, cookie_token, require_csrf, require_same_origin
from placet.db import json
from placet.errors import NotUnderstood, WrongContentType
from placet.identity import sign_in
from placet.web.views import Notice

Form = dict[str, list[str]]
SAID = "__Host-placet-said"
_MAX_SAID = 3000  # characters; browsers keep 4096 bytes a cookie


class Wrong(Exception):
    """What a field of a form holds is not taken: the field, and the sentence beside it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field, sentence)
        self.field, self.sentence = field, sentence


async def read_form(request: Request[Any, Any, Any], *, csrf: bool = True) -> Form:
    """The fields of a form by name, after making sure that it came from one of our own pages.

    Without `csrf` the browser's word on where it came from is enough: to sign in, there is nothing yet to derive a token
    from, and what an earlier sign-in's page carries does not matter.
    """
    require_same_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise WrongContentType("This address takes a form.")
    try:
        form = parse_qs(
            (await request.body()).decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=2000
        )
    except (ValueError, UnicodeError):
        raise NotUnderstood("The form cannot be read.", code="invalid_form") from None
    for name, values in form.items():
        for text in (name, *values):
            json.require_text(text, "The form")
    if csrf and cookie_token(request) is not None and request.scope["state"].get("principal") is not None:
        require_csrf(request, one(form, "csrf"))
    return form


def one(form: Form, name: str) -> str:
    """A field's text; what browsers send for a line break becomes one character, and what is not there is empty."""
    return form.get(name, [""])[0].replace("\r\n", "\n")


def csrf(request: Request[Any, Any, Any]) -> str:
    """What our forms carry for this sign-in; empty before there is one."""
    token = cookie_token(request)
    return sign_in.masked(sign_in.csrf_token(token)) if token else ""


def inside(address: str, otherwise: str) -> str:
    """A path of our own to go to, or `otherwise` where the address could lead elsewhere."""
    parts = urlsplit(address)
    safe = (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and not parts.netloc
        and address.isascii()  # as a header carries it
        and address.isprintable()
    )
    return address if safe else otherwise


def go(path: str, notice: Notice | None = None) -> Response[bytes]:
    """On to another page by GET, which says what just happened."""
    cookies = [_said(base64.urlsafe_b64encode(msgspec.json.encode(_short(notice))).decode(), 60)] if notice else []
    return Response(b"", status_code=303, headers={"location": path}, cookies=cookies, media_type="text/html")


def take_notice(request: Request[Any, Any, Any]) -> Notice | None:
    """The notice the page before left, if any."""
    sent = request.cookies.get(SAID)
    if not sent:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(sent), type=Notice)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None


def forget_notice() -> Cookie:
    """Take the notice away once it was shown."""
    return _said("", 0)


def sign_in_cookie(token: str, seconds: int) -> Cookie:
    """The sign-in's cookie: this host only, not for scripts, not from other sites."""
    return Cookie(key=COOKIE, value=token, path="/", max_age=seconds, secure=True, httponly=True, samesite="lax")


def _said(value: str, seconds: int) -> Cookie:
    return Cookie(key=SAID, value=value, path="/", max_age=seconds, secure=True, httponly=True, samesite="lax")


def _short(notice: Notice) -> Notice:
    """As many of the details as a cookie holds, and how many more there were."""
    kept = list(notice.details)
    while kept and len(msgspec.json.encode(msgspec.structs.replace(notice, details=tuple(kept)))) > _MAX_SAID:
        kept.pop()
    more = len(notice.details) - len(kept)
    details = (*kept, f"and {more} more") if more else tuple(kept)
    return msgspec.structs.replace(notice, details=details)
