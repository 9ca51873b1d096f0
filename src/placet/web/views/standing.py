"""The pages of settings: all at a glance, who stands in for whom, and which mails one wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from placet.web.views.pages import Page, Shell
from placet.web.views.pieces import Choice, View

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Standing(View, frozen=True, kw_only=True):
    """One delegation: who for whom, of what, from when until when. `state` is live, to come or ended."""

    id: str
    giver: str
    receiver: str
    what: str
    from_at: datetime
    until_at: datetime
    reason: str | None
    state: str
    may_end: bool


class DelegationsPage(Page, frozen=True, kw_only=True):
    """Delegations given and received, and the form for a new one (`colleagues` empty: none, as for an auditor).

    `for_others` where the form asks whose customers it is about, as an admin's does. `sent` is what the form held, by the
    names of its fields, where it was refused.
    """

    template: ClassVar[str] = "delegations.html"
    shell: Shell
    rows: tuple[Standing, ...]
    colleagues: tuple[str, ...] = ()
    for_others: bool = False
    customers: tuple[Choice, ...] = ()
    sent: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class NotificationsPage(Page, frozen=True, kw_only=True):
    """Which mails the reader wants; `mail`: whether this server can send any."""

    template: ClassVar[str] = "notifications.html"
    shell: Shell
    choices: tuple[Choice, ...]
    choice: str
    mail: bool


class SettingsPage(Page, frozen=True, kw_only=True):
    """Theme and keys, which are the browser's and never sent; how the rest stands, with the way to change it.

    `standing` are delegations that are not over, and `more` how many there are beyond; `mail_choice` is worded. `kept` is what
    the reader is known by (`password`, `nothing` but links, `company`), `errors` what the form for another password held.
    """

    template: ClassVar[str] = "settings.html"
    shell: Shell
    standing: tuple[Standing, ...]
    more: int
    mail_choice: str
    mail: bool
    email: str
    kept: str
    errors: Mapping[str, str]
