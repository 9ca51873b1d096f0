"""Which mails a person wants about what waits for them, as a form."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from placet.errors import Invalid
from placet.notifications.choice import CHOICES, choose, chosen
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.surroundings import html, runtime_and_caller, shell

PLACE = "/settings/notifications"


@get(PLACE)
async def show_notifications(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The choice as it is."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        view = views.NotificationsPage(
            shell=await shell(request, connection, "settings"),
            choices=tuple(views.Choice(value=value, label=label) for value, label in CHOICES.items()),
            choice=await chosen(connection, who),
            mail=runtime.settings.smtp_url is not None,
        )
    return html(view)


@post(PLACE, status_code=303)
async def choose_notifications(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take the form."""
    runtime, who = runtime_and_caller(request)
    wanted = forms.one(await forms.read_form(request), "choice")
    try:
        choice = await runtime.transact(lambda connection: choose(connection, who, wanted))
    except Invalid as error:
        return forms.go(PLACE, views.Notice(sentence=f"Nothing was changed. {error.sentence}", tone="refused"))
    return forms.go(PLACE, views.Notice(sentence=f"Mail: {CHOICES[choice][:1].lower()}{CHOICES[choice][1:]}."))


handlers = (show_notifications, choose_notifications)
