"""The pages, each with the name of its template, and what surrounds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal
from zoneinfo import ZoneInfo

from placet.web.views.customers import (
    Attention,
    Completeness,
    CustomerRow,
    Facet,
    Head,
    KeptNote,
    Section,
    SourceRow,
)
from placet.web.views.pieces import (
    Batch,
    Customer,
    CustomerGroup,
    Empty,
    Fact,
    Filter,
    Happening,
    Lent,
    Link,
    Notice,
    Offer,
    Opened,
    Proposal,
    Provenance,
    Source,
    Span,
    View,
)
from placet.web.views.proving import Seal
from placet.web.views.sending import Sent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class Person(View, frozen=True, kw_only=True):
    """Who is signed in; `role` is rm, admin or auditor."""

    id: str = ""
    name: str
    role: str


class Lately(View, frozen=True, kw_only=True):
    """A customer in the side bar, with how many proposals wait."""

    customer: Customer
    pending: int = 0


class Shell(View, frozen=True, kw_only=True):
    """What surrounds every page of somebody signed in.

    `here` is the path and query of this page without what opens a card. `now` and `zone` (an IANA name) decide how
    times read. `current` is the part of the side bar this page belongs to. `place` is where in the stream the page was read,
    `selected` the ids of the rows that are.
    """

    user: Person
    csrf: str
    here: str
    now: datetime
    zone: str = "UTC"
    current: Literal["inbox", "customers", "read", "insights", "admin", "settings", ""] = ""
    pending: int = 0
    lately: tuple[Lately, ...] = ()
    may_read: bool = True
    notice: Notice | None = None
    place: str = ""
    selected: frozenset[str] = frozenset()

    @property
    def today(self) -> date:
        """The day it is for the reader."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def overseen(self) -> tuple[str, str] | None:
        """Where an admin's pages begin for this person, and what that is called; None for whom there are none."""
        return {"admin": ("/admin", "Admin"), "auditor": ("/admin/deliveries", "Deliveries")}.get(self.user.role)


class Page(View, frozen=True, kw_only=True):
    """A whole page; `shell` is None before sign-in."""

    template: ClassVar[str]
    shell: Shell | None = None


class SignInPage(Page, frozen=True, kw_only=True):
    """E-mail and password; `error` says what was wrong without saying which of the two.

    `company` is what the button to a company's sign-in calls it; None: there is none.
    """

    template: ClassVar[str] = "sign_in.html"
    csrf: str
    email: str = ""
    next: str = "/"
    error: str | None = None
    company: str | None = None


class SignInLinkPage(Page, frozen=True, kw_only=True):
    """A one-time link: signing in is a button, so that opening the address (or a mail scanner) uses nothing up."""

    template: ClassVar[str] = "sign_in_link.html"
    csrf: str
    token: str
    name: str | None = None
    error: str | None = None


class ErrorPage(Page, frozen=True, kw_only=True):
    """A refusal with its sentence; `status` 403, 404, 409, 422, 429, 500 or 503.

    `headline` and `hint` stand above and below it where those of the status do not fit.
    """

    template: ClassVar[str] = "error.html"
    status: int
    sentence: str
    headline: str | None = None
    hint: str | None = None
    link: Link | None = None


class InboxPage(Page, frozen=True, kw_only=True):
    """Everything pending over all customers; `lately` are the last decisions, newest first."""

    template: ClassVar[str] = "inbox.html"
    shell: Shell
    groups: tuple[CustomerGroup, ...] = ()
    filters: tuple[Filter, ...] = ()
    span: Span | None = None
    opened: Opened | None = None
    lately: tuple[Proposal, ...] = ()
    empty: Empty | None = None


class HistoryPage(Page, frozen=True, kw_only=True):
    """What was decided, newest first."""

    template: ClassVar[str] = "history.html"
    shell: Shell
    proposals: tuple[Proposal, ...] = ()
    filters: tuple[Filter, ...] = ()
    span: Span | None = None
    empty: Empty | None = None


class CustomersPage(Page, frozen=True, kw_only=True):
    """The customers the reader may see; `query` is what they searched for."""

    template: ClassVar[str] = "customers.html"
    shell: Shell
    customers: tuple[CustomerRow, ...] = ()
    query: str = ""
    span: Span | None = None
    may_add: bool = False


class NewCustomerPage(Page, frozen=True, kw_only=True):
    """A form for a new customer and the RM they are attached to, of whom `rms` are suggested."""

    template: ClassVar[str] = "new_customer.html"
    shell: Shell
    rms: tuple[str, ...]
    name: str = ""
    rm: str = ""
    errors: Mapping[str, str] = {}


class OverviewPage(Page, frozen=True, kw_only=True):
    """Pending first, then every artifact of the customer, newest first; the panel sums up and tells what happened.

    `lent` where all that is pending is a colleague's. `facts` are the few values of the profile that somebody who picks up
    the telephone wants to see; `kept_facts` and `notes` are what approved artifacts left here beyond it.
    """

    template: ClassVar[str] = "overview.html"
    shell: Shell
    head: Head
    pending: tuple[Batch, ...] = ()
    lent: Lent | None = None
    artifacts: tuple[Proposal, ...] = ()
    more: str | None = None
    facts: tuple[Fact, ...] = ()
    completeness: Completeness
    attention: tuple[Attention, ...] = ()
    kept_facts: tuple[Fact, ...] = ()
    notes: tuple[KeptNote, ...] = ()
    recent: tuple[Happening, ...] = ()
    opened: Opened | None = None


class ProfilePage(Page, frozen=True, kw_only=True):
    """The profile by section, with what is proposed under its field; `may_change`: the reader may by hand."""

    template: ClassVar[str] = "profile.html"
    shell: Shell
    head: Head
    sections: tuple[Section, ...]
    may_change: bool = False
    opened: Opened | None = None


class TimelinePage(Page, frozen=True, kw_only=True):
    """Every event of a customer, newest first; with `as_of` those up to that day and the profile as it was at its end.

    `facets` is what they can be narrowed to, `narrowed`: they are.
    """

    template: ClassVar[str] = "timeline.html"
    shell: Shell
    head: Head
    happenings: tuple[Happening, ...] = ()
    span: Span | None = None
    as_of: date | None = None
    then: tuple[Section, ...] = ()
    facets: tuple[Facet, ...] = ()
    narrowed: bool = False


class SourcesPage(Page, frozen=True, kw_only=True):
    """The notes of a customer, newest first."""

    template: ClassVar[str] = "sources.html"
    shell: Shell
    head: Head
    sources: tuple[SourceRow, ...] = ()
    span: Span | None = None


class Run(View, frozen=True, kw_only=True):
    """A run of a note's text and the numbers of the proposals that quote it; `state` is their most pressing one.

    `ends` are the numbers whose quote ends here, `starts` those whose quote starts here.
    """

    text: str
    numbers: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    state: Literal["", "pending", "open", "accepted", "rejected", "ended"] = ""


class Line(View, frozen=True, kw_only=True):
    """A line of a note, counted from 1."""

    number: int
    runs: tuple[Run, ...]


class Seen(View, frozen=True, kw_only=True):
    """What was seen in a note but not proposed; `why` is the reason's code or a sentence."""

    label: str
    why: str
    quote: str | None = None
    line: int | None = None


class SourcePage(Page, frozen=True, kw_only=True):
    """One note and everything read from it; `lines` come from `note.lines`."""

    template: ClassVar[str] = "source.html"
    shell: Shell
    customer: Customer
    source: Source
    by: str
    stored_at: datetime
    sha256: str
    agent: str | None = None
    lines: tuple[Line, ...]
    proposals: tuple[Proposal, ...] = ()
    seen: tuple[Seen, ...] = ()
    batch_id: str | None = None
    batch_query: str = ""
    offer: Offer | None = None
    opened: Opened | None = None
    newer: str | None = None
    older: str | None = None


class ReadPage(Page, frozen=True, kw_only=True):
    """Paste a note: for one customer, or for one chosen in `whom`, which the form sends too."""

    template: ClassVar[str] = "read.html"
    shell: Shell
    action: str
    customer: Customer | None = None
    whom: Filter | None = None
    title: str = ""
    occurred_on: str = ""
    text: str = ""
    max_length: int = 1_000_000
    errors: Mapping[str, str] = {}


class Skipped(View, frozen=True, kw_only=True):
    """What the agent proposed but was not stored: `why` is duplicate, no_change, previously_rejected or policy."""

    label: str
    why: str
    artifact_id: str | None = None


class BatchPage(Page, frozen=True, kw_only=True):
    """One batch, where reading a note lands."""

    template: ClassVar[str] = "batch.html"
    shell: Shell
    customer: Customer
    batch: Batch
    skipped: tuple[Skipped, ...] = ()
    seen: tuple[Seen, ...] = ()
    opened: Opened | None = None


class ArtifactPage(Page, frozen=True, kw_only=True):
    """One artifact, its trail (oldest first), its facts and its JSON; `siblings` are the rest of its batch, `thread` what it
    continues, `colleagues` those it can be handed to, `seal` how its trail is proven, `undone_by` the id of what undid it.
    """

    template: ClassVar[str] = "artifact.html"
    shell: Shell
    proposal: Proposal
    opened: Opened | None = None
    before: Provenance | None = None
    trail: tuple[Happening, ...] = ()
    facts: tuple[Fact, ...] = ()
    undone_by: str | None = None
    raw: str
    siblings: tuple[Proposal, ...] = ()
    thread: tuple[Proposal, ...] = ()
    colleagues: tuple[str, ...] = ()
    deliveries: tuple[Sent, ...] = ()
    may_replay: bool = False
    seal: Seal | None = None
