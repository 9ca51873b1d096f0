"""A form of an admin's page: do what it asks for in one transaction, and say on that page what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response

from placet.customers import access
from placet.db.engine import Connection
from placet.errors import Conflict, Invalid, NotFound
from placet.identity.principal import Principal
from placet.identity.users import User
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.surroundings import html, runtime_and_caller, shell


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What a form made that is shown this once: `label` says what it is, `about` what it does, `back` what one goes back to."""

    title: str
    label: str
    secret: str
    about: str
    back: str  # "tokens": what the list is of


REFUSALS = (Invalid, Conflict, NotFound)  # a person, team or token may have gone while the page was open


async def do(
    request: Request[Any, Any, Any],
    place: str,
    act: str,
    work: Callable[[Connection, Principal], Awaitable[str | Secret]],
) -> Response[bytes]:
    """Go back with the sentence that `work` answers, or with the refusal; show a secret if that is the answer.

    `act` completes "Only an admin may …".

    Back is where the form says it was (`next`, a page of ours), else `place`.
    """
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    access.check_admin(who, act)
    try:
        came = await runtime.transact(lambda connection: work(connection, who))
        if isinstance(came, Secret):
            return await show_secret(request, place, came)
        said = views.Notice(sentence=came)
    except REFUSALS as error:
        said = views.Notice(sentence=f"Nothing was changed. {error.sentence}", tone="refused")
    return forms.go(forms.inside(forms.one(form, "next"), place), said)


async def show_secret(request: Request[Any, Any, Any], place: str, made: Secret) -> Response[bytes]:
    """The answer to a form that made a secret: a page and no redirect, so that it is in no address and no cookie."""
    runtime, _ = runtime_and_caller(request)
    async with runtime.reading() as connection:
        around = msgspec.structs.replace(await shell(request, connection, "admin"), here=place)
    link = views.Link(label=made.back, href=place)
    return html(
        views.SecretPage(
            shell=around, title=made.title, label=made.label, secret=made.secret, about=made.about, back=link
        )
    )


def somebody(user: User, who: Principal) -> views.Somebody:
    """A person as a row."""
    active, me = user.disabled_at is None, user.id == who.id
    return views.Somebody(id=user.id, name=user.name, email=user.email, role=user.role, active=active, me=me)
