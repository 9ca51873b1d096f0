"""Which mails a person wants about what waits for them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Controller, Request, Response, get, put

from placet.api.answers import ok
from placet.api.auth import principal_of, runtime_of
from placet.api.reading import read_body
from placet.api.spec import described
from placet.notifications.choice import choose, chosen


class NotificationsBody(msgspec.Struct, forbid_unknown_fields=True):
    """`off`, `daily` (at 7 o'clock UTC, if something waits) or `at_once` (one mail a batch)."""

    choice: Literal["off", "daily", "at_once"]


class NotificationsAnswer(msgspec.Struct):
    """What the caller chose, and whether this server can send mail at all."""

    choice: str
    mail: bool


class Notifications(Controller):
    """Mails about what waits."""

    path = "/api/me/notifications"

    @get(opt=described("people", {200: NotificationsAnswer}, problems=(422,)))
    async def get_notifications(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Read which mails the caller wants."""
        runtime, who = runtime_of(request), principal_of(request)
        async with runtime.reading() as connection:
            return ok(NotificationsAnswer(await chosen(connection, who), runtime.settings.smtp_url is not None))

    @put(opt=described("people", {200: NotificationsAnswer}, body=NotificationsBody, problems=(422,)))
    async def choose_notifications(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Choose which mails the caller wants."""
        runtime, who = runtime_of(request), principal_of(request)
        body = await read_body(request, NotificationsBody)
        choice = await runtime.transact(lambda connection: choose(connection, who, body.choice))
        return ok(NotificationsAnswer(choice, runtime.settings.smtp_url is not None))
