"""The page on which an admin looks after people, tokens and whose a customer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from placet.web.views.pages import Page, Shell
from placet.web.views.pieces import Choice, View

if TYPE_CHECKING:
    from datetime import datetime


class Somebody(View, frozen=True, kw_only=True):
    """A person who signs in; `me` is the admin who looks."""

    id: str
    name: str
    email: str
    role: str
    active: bool
    me: bool


class Held(View, frozen=True, kw_only=True):
    """A bearer token that still works: whose, bound to what, until when."""

    id: str
    holder: str
    bounds: str
    made_at: datetime
    until: datetime | None


class AdminPage(Page, frozen=True, kw_only=True):
    """People and tokens, each with what may be done about it, and the form that attaches a customer to another RM."""

    template: ClassVar[str] = "admin.html"
    shell: Shell
    people: tuple[Somebody, ...]
    tokens: tuple[Held, ...]
    customers: tuple[Choice, ...]
    rms: tuple[Choice, ...]
