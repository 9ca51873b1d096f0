"""The pages on which an admin looks after people, tokens, customers and teams; and the fields, for everybody to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from placet.web.views.pages import Page, Shell
from placet.web.views.pieces import Choice, Customer, Link, Span, View

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Somebody(View, frozen=True, kw_only=True):
    """A person who signs in; `me` is the admin who looks."""

    id: str
    name: str
    email: str
    role: str
    active: bool
    me: bool


class PeoplePage(Page, frozen=True, kw_only=True):
    """Everybody, or those a part of whose name or address is `query`, each with what may be done about them."""

    template: ClassVar[str] = "admin_people.html"
    shell: Shell
    people: tuple[Somebody, ...]
    query: str
    span: Span | None


class NewPersonPage(Page, frozen=True, kw_only=True):
    """The form for a new person, with what it held (`sent`) where it was refused."""

    template: ClassVar[str] = "admin_new_person.html"
    shell: Shell
    sent: Mapping[str, str]
    errors: Mapping[str, str]


class SecretPage(Page, frozen=True, kw_only=True):
    """Something that is shown this once: a one-time link, a token, a secret. `label` says what it is, `about` what it does."""

    template: ClassVar[str] = "admin_secret.html"
    shell: Shell
    title: str
    label: str
    secret: str
    about: str
    back: Link


class Held(View, frozen=True, kw_only=True):
    """A bearer token that still works: whose, bound to what, until when; `soon`: within a day."""

    id: str
    holder: str
    agent: bool
    bounds: str
    made_at: datetime
    until: datetime | None
    soon: bool


class TokensPage(Page, frozen=True, kw_only=True):
    """The tokens that work, or those of whom a part of the name is `query`."""

    template: ClassVar[str] = "admin_tokens.html"
    shell: Shell
    tokens: tuple[Held, ...]
    query: str
    span: Span | None


class NewTokenPage(Page, frozen=True, kw_only=True):
    """The form for a new token, of an agent or of a person. `chosen` are the fields ticked of those in `sections`."""

    template: ClassVar[str] = "admin_new_token.html"
    shell: Shell
    person: bool
    sections: tuple[tuple[str, tuple[Choice, ...]], ...]
    chosen: frozenset[str]
    quota: int
    sent: Mapping[str, str]
    errors: Mapping[str, str]


class RotateTokenPage(Page, frozen=True, kw_only=True):
    """The form that gives a token a successor; `kept` are the minutes for which the old one may go on."""

    template: ClassVar[str] = "admin_rotate_token.html"
    shell: Shell
    token: Held
    kept: tuple[Choice, ...]


class Kept(View, frozen=True, kw_only=True):
    """A customer with whom they are attached to, and the name of their team; None for nobody and none."""

    customer: Customer
    rm: str | None
    team: str | None


class CustodyPage(Page, frozen=True, kw_only=True):
    """The customers by name, each leading to the page that says who looks after them."""

    template: ClassVar[str] = "admin_customers.html"
    shell: Shell
    customers: tuple[Kept, ...]
    query: str
    span: Span | None


class Member(View, frozen=True, kw_only=True):
    """A person who may `see` or `cosign`; `team` names the team that lets them, None where they are named themselves."""

    id: str
    name: str
    may: str
    team: str | None = None


class CustomerAdminPage(Page, frozen=True, kw_only=True):
    """Who looks after one customer, who else may see them, and the RMs that match `query`; `more`: there are others."""

    template: ClassVar[str] = "admin_customer.html"
    shell: Shell
    customer: Customer
    rm_id: str | None
    rm: str | None
    team: str
    teams: tuple[Choice, ...]
    members: tuple[Member, ...]
    query: str
    people: tuple[Somebody, ...]
    more: bool


class TeamRow(View, frozen=True, kw_only=True):
    """A team, and how many people and customers belong to it."""

    id: str
    name: str
    people: int
    customers: int


class TeamsPage(Page, frozen=True, kw_only=True):
    """Every team, and the form for a new one."""

    template: ClassVar[str] = "admin_teams.html"
    shell: Shell
    teams: tuple[TeamRow, ...]
    name: str
    errors: Mapping[str, str]


class TeamPage(Page, frozen=True, kw_only=True):
    """One team: its people, the RMs that match `query`, and another name for it."""

    template: ClassVar[str] = "admin_team.html"
    shell: Shell
    team: TeamRow
    members: tuple[Member, ...]
    query: str
    people: tuple[Somebody, ...]
    more: bool
    name: str
    errors: Mapping[str, str]


class FieldRow(View, frozen=True, kw_only=True):
    """One field of the profile schema in words: what it takes, and what a change of it asks."""

    key: str
    label: str
    takes: str
    options: str
    about: str | None
    asks: tuple[str, ...]


class FieldsPage(Page, frozen=True, kw_only=True):
    """The profile schema as it is loaded, by section."""

    template: ClassVar[str] = "fields.html"
    shell: Shell
    version: str
    count: int
    sections: tuple[tuple[str, tuple[FieldRow, ...]], ...]
