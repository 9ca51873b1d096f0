"""What each page shows: the contract between the code that reads the data and the templates that lay it out.

Plain data only. Times are aware datetimes, days are dates, texts are what a person reads and are never HTML; names of
people are "you" where they are the reader. A page is a `Page` with the name of its template, and
`render.page` turns it into HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from placet.artifacts.artifact_type import Card
    from placet.customers.fields import Control

Mode = Literal["read", "edit", "reject", "over"]
Tone = Literal["done", "plain", "refused"]
Empty = Literal["nothing_waits", "nothing_matches", "nobody_here"]


class View(msgspec.Struct, frozen=True):
    """A piece of a page."""


# ── pieces that several pages share ──────────────────────────────────────────────────────────────────────────────────


class Bit(View, frozen=True, kw_only=True):
    """A run of words in a sentence: `strong` for names, `proposed` and `decided` for values, `mono` for ids."""

    text: str
    kind: Literal["plain", "strong", "proposed", "decided", "mono"] = "plain"
    href: str | None = None


class Link(View, frozen=True, kw_only=True):
    """Where to go next, in a few words."""

    label: str
    href: str


class Fact(View, frozen=True, kw_only=True):
    """One line of a list of facts; `mono` for what a machine computed."""

    label: str
    text: str
    href: str | None = None
    mono: bool = False


class Choice(View, frozen=True, kw_only=True):
    """One option of a filter or of a form's list."""

    value: str
    label: str


class Filter(View, frozen=True, kw_only=True):
    """One filter of a list, sent by GET under `name`; the first of the `choices` filters nothing, its value is ""."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    value: str = ""


class Span(View, frozen=True, kw_only=True):
    """Which rows of a longer list these are; None for a page that is not there."""

    first: int
    last: int
    total: int | None = None
    older: str | None = None
    newer: str | None = None


class Customer(View, frozen=True, kw_only=True):
    """A customer as others mention them."""

    id: str
    name: str


class Source(View, frozen=True, kw_only=True):
    """A note as others mention it."""

    id: str
    title: str
    occurred_on: date | None = None


class Provenance(View, frozen=True, kw_only=True):
    """Who set a value, when, and from which artifact."""

    by: str
    at: datetime
    artifact_id: str | None = None


class Notice(View, frozen=True, kw_only=True):
    """What just happened, announced once: one sentence, details of a bulk act, and where to look."""

    sentence: str
    tone: Tone = "done"
    details: tuple[str, ...] = ()
    link: Link | None = None


class LeftOut(View, frozen=True, kw_only=True):
    """How many a bulk accept leaves out for one reason: a badge's kind, `low` for low confidence."""

    why: str
    count: int


class Offer(View, frozen=True, kw_only=True):
    """What accepting a whole batch would take and what it would leave out."""

    accepts: int
    of: int
    left_out: tuple[LeftOut, ...] = ()


# ── a proposal ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Evidence(View, frozen=True, kw_only=True):
    """The words a proposal was read from, between what stands `before` and `after` them in the stored note.

    Not `verified`: the note does not contain the quote; `line`, counted from 1, is then the nearest match, if any.
    Without a `source` no note was sent along, and nobody can look the quote up.
    """

    quote: str
    verified: bool
    source: Source | None = None
    before: str = ""
    after: str = ""
    line: int | None = None


class Decision(View, frozen=True, kw_only=True):
    """How an artifact ended: by whom ("you", a name, None where Placet did), when, why.

    `instead_of` is what had been proposed, as displayed, where a person accepted it with a change.
    """

    at: datetime
    by: str | None = None
    on_behalf_of: str | None = None
    reason: str | None = None
    instead_of: str | None = None


class Proposal(View, frozen=True, kw_only=True):
    """An artifact as a row and as a card.

    `may` are the decisions this reader can make now: `accepted`, `edited`, `rejected` (none: no buttons). `held` is why
    accepting it within a selection would leave it out (a badge's kind), None if it would be taken. `number` counts the
    quotes of a note. `members` are parts of the payload that its card does not show.
    """

    id: str
    type_label: str
    status: str
    card: Card
    proposed_at: datetime
    agent: str
    evidence: Evidence | None = None
    confidence: str | None = None
    why: str | None = None
    customer: Customer | None = None
    batch_id: str | None = None
    number: int | None = None
    may: tuple[str, ...] = ()
    needs_reason: bool = False
    held: str | None = None
    decision: Decision | None = None
    members: tuple[Fact, ...] = ()


class Draft(View, frozen=True, kw_only=True):
    """What a person had sent when it was refused, so that nothing they typed is lost; `errors` by the control's name.

    In the forms a control of the type is called `value.` and its name, so that it never meets `status` or `reason`;
    here the prefix is left out.
    """

    reason: str = ""
    remark: str = ""
    errors: Mapping[str, str] = {}


class Refusal(View, frozen=True, kw_only=True):
    """Why a decision was not made, shown in the card: "Not accepted." and "Jonas Reber was first."."""

    headline: str
    sentence: str
    link: Link | None = None


class Opened(View, frozen=True, kw_only=True):
    """The one proposal of a list that is open, and what only an open card shows.

    `mode` says which form is out; `controls` are the type's own (with the person's text in them after a refusal), none
    if it cannot be edited; `expected` is the current value as JSON, for accepting over it.
    """

    id: str
    mode: Mode = "read"
    controls: tuple[Control, ...] = ()
    expected: str | None = None
    now: Provenance | None = None
    earlier: int = 0
    draft: Draft = Draft()
    refusal: Refusal | None = None


class Batch(View, frozen=True, kw_only=True):
    """Proposals made together, in their order; `id` None for what was proposed alone."""

    id: str | None
    agent: str
    proposed_at: datetime
    proposals: tuple[Proposal, ...]
    source: Source | None = None
    offer: Offer | None = None


class CustomerGroup(View, frozen=True, kw_only=True):
    """The pending batches of one customer."""

    customer: Customer
    pending: int
    batches: tuple[Batch, ...]


class Happening(View, frozen=True, kw_only=True):
    """One event as a sentence and a caption; `mark` is a symbol of icons.svg, `ink` for what a person decided."""

    at: datetime
    mark: str
    sentence: tuple[Bit, ...]
    caption: str | None = None
    ink: bool = False
    number: int | None = None


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Person(View, frozen=True, kw_only=True):
    """Who is signed in; `role` is rm, admin or auditor."""

    name: str
    role: str


class Lately(View, frozen=True, kw_only=True):
    """A customer in the side bar, with how many proposals wait."""

    customer: Customer
    pending: int = 0


class Shell(View, frozen=True, kw_only=True):
    """What surrounds every page of somebody signed in.

    `here` is the path and query of this page without what opens a card. `now` and `zone` (an IANA name) decide how
    times read. `current` is the part of the side bar this page belongs to.
    """

    user: Person
    csrf: str
    here: str
    now: datetime
    zone: str = "UTC"
    current: Literal["inbox", "customers", "read", ""] = ""
    pending: int = 0
    lately: tuple[Lately, ...] = ()
    may_read: bool = True
    notice: Notice | None = None


class Page(View, frozen=True, kw_only=True):
    """A whole page; `shell` is None before sign-in."""

    template: ClassVar[str]
    shell: Shell | None = None


class SignInPage(Page, frozen=True, kw_only=True):
    """E-mail and password; `error` says what was wrong without saying which of the two."""

    template: ClassVar[str] = "sign_in.html"
    csrf: str
    email: str = ""
    next: str = "/"
    error: str | None = None


class SignInLinkPage(Page, frozen=True, kw_only=True):
    """A one-time link: signing in is a button, so that opening the address (or a mail scanner) uses nothing up."""

    template: ClassVar[str] = "sign_in_link.html"
    csrf: str
    token: str
    name: str | None = None
    error: str | None = None


class ErrorPage(Page, frozen=True, kw_only=True):
    """A refusal with its sentence; `status` 403, 404, 409, 422, 429, 500 or 503."""

    template: ClassVar[str] = "error.html"
    status: int
    sentence: str
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


class CustomerRow(View, frozen=True, kw_only=True):
    """A customer in the list."""

    customer: Customer
    rm: str | None
    pending: int
    filled: int
    of: int
    last: datetime | None = None


class CustomersPage(Page, frozen=True, kw_only=True):
    """The customers the reader may see; `query` is what they searched for."""

    template: ClassVar[str] = "customers.html"
    shell: Shell
    customers: tuple[CustomerRow, ...] = ()
    query: str = ""
    span: Span | None = None
    may_add: bool = False


class NewCustomerPage(Page, frozen=True, kw_only=True):
    """A form for a new customer and the RM they are attached to."""

    template: ClassVar[str] = "new_customer.html"
    shell: Shell
    rms: tuple[Choice, ...]
    name: str = ""
    rm: str = ""
    errors: Mapping[str, str] = {}


class Head(View, frozen=True, kw_only=True):
    """The top of a customer's pages; `about` is one line of facts."""

    customer: Customer
    about: str
    pending: int = 0
    sources: int = 0
    may_read: bool = False


class Completeness(View, frozen=True, kw_only=True):
    """How much of the profile is recorded, and the labels of what is not, most wanted first."""

    filled: int
    of: int
    missing: tuple[str, ...] = ()


class Attention(View, frozen=True, kw_only=True):
    """Something about a customer that needs a person, with a symbol of icons.svg."""

    mark: str
    sentence: tuple[Bit, ...]


class OverviewPage(Page, frozen=True, kw_only=True):
    """Pending first, then every artifact of the customer, newest first; the panel sums up and tells what happened.

    `facts` are the few values of the profile that somebody who picks up the telephone wants to see.
    """

    template: ClassVar[str] = "overview.html"
    shell: Shell
    head: Head
    pending: tuple[Batch, ...] = ()
    artifacts: tuple[Proposal, ...] = ()
    more: str | None = None
    facts: tuple[Fact, ...] = ()
    completeness: Completeness
    attention: tuple[Attention, ...] = ()
    recent: tuple[Happening, ...] = ()
    opened: Opened | None = None


class EarlierValue(View, frozen=True, kw_only=True):
    """A value a field had before."""

    text: str
    set: Provenance


class ProfileField(View, frozen=True, kw_only=True):
    """A field of a customer: its value as displayed (None: not recorded), a list's items, what is proposed for it."""

    key: str
    label: str
    value: str | None
    items: tuple[str, ...] = ()
    set: Provenance | None = None
    earlier: tuple[EarlierValue, ...] = ()
    pending: tuple[Proposal, ...] = ()


class Section(View, frozen=True, kw_only=True):
    """A section of the profile in the order of the schema."""

    label: str
    fields: tuple[ProfileField, ...]


class ProfilePage(Page, frozen=True, kw_only=True):
    """The profile by section, with what is proposed under its field."""

    template: ClassVar[str] = "profile.html"
    shell: Shell
    head: Head
    sections: tuple[Section, ...]
    opened: Opened | None = None


class TimelinePage(Page, frozen=True, kw_only=True):
    """Every event of a customer, newest first."""

    template: ClassVar[str] = "timeline.html"
    shell: Shell
    head: Head
    happenings: tuple[Happening, ...] = ()
    span: Span | None = None


class SourceRow(View, frozen=True, kw_only=True):
    """A note in a customer's list."""

    source: Source
    by: str
    at: datetime
    words: int
    proposed: int = 0
    pending: int = 0


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
    offer: Offer | None = None
    opened: Opened | None = None
    newer: str | None = None
    older: str | None = None


class ReadPage(Page, frozen=True, kw_only=True):
    """Paste a note: for one customer, or for one chosen from `customers` (then the form sends `customer` too)."""

    template: ClassVar[str] = "read.html"
    shell: Shell
    action: str
    customer: Customer | None = None
    customers: tuple[Choice, ...] = ()
    chosen: str = ""
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
    """One artifact, its trail (oldest first), its facts and its JSON; `siblings` are the rest of its batch."""

    template: ClassVar[str] = "artifact.html"
    shell: Shell
    proposal: Proposal
    opened: Opened | None = None
    before: Provenance | None = None
    trail: tuple[Happening, ...] = ()
    facts: tuple[Fact, ...] = ()
    raw: str
    siblings: tuple[Proposal, ...] = ()
