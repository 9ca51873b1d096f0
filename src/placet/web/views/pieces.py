"""What pages are made of: proposals, batches, events, and the small things they mention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from placet.artifacts.card import Card
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
    """One filter of a list, sent by GET under `name`; the first of the `choices` filters nothing, its value is "".

    `typed`: there are too many to list, so that `value` is a text which names one, the other choices are suggestions, and those
    who begin to type get more of them from the address `more`. `unclear` says why a text names nobody, `near` who comes near.
    """

    name: str
    label: str
    choices: tuple[Choice, ...]
    value: str = ""
    typed: bool = False
    more: str = ""
    unclear: str = ""
    near: tuple[Choice, ...] = ()


class Span(View, frozen=True, kw_only=True):
    """Which rows of a longer list these are; None for a page that is not there.

    `start` says that `newer` leads to the first page, which is not the one before.
    """

    first: int
    last: int
    total: int | None = None
    older: str | None = None
    newer: str | None = None
    start: bool = False


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
    """How many a bulk accept leaves out for one reason: a badge's kind, `low` for low confidence, `no_quote`, `no_source`."""

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


class Signature(View, frozen=True, kw_only=True):
    """The first of two signatures, "you" where the reader gave it; `value` is what was signed, as displayed, if not the proposal.

    `sent` is that value as JSON, for the second signature to be on the same one. With `instead_of`, what was proposed as displayed,
    the signature counts, so that the signed value is the one on the card.
    """

    by: str
    at: datetime
    on_behalf_of: str | None = None
    value: str | None = None
    instead_of: str | None = None
    sent: str | None = None


class Lent(View, frozen=True, kw_only=True):
    """For whom a colleague may decide it, and until when."""

    name: str
    until: datetime


class Proposal(View, frozen=True, kw_only=True):
    """An artifact as a row and as a card.

    `may` are the decisions this reader can make now: `accepted`, `edited`, `rejected` (none: no buttons). `held` is why
    accepting it within a selection would leave it out (a badge's kind), None if it would be taken. `number` counts the
    quotes of a note. `members` are parts of the payload that its card does not show. `second` says that accepting it would be
    the second signature. `actions` are what else the reader can do: `withdraw`, `revert`; `doable` the actions of its type that
    are open to them, `done` those that were done. `lent`: it is a colleague's, for whom the reader stands in. `hidden`: it is
    restricted and was not asked for, so that neither values nor quote are in here. `undone`: its decision was undone since;
    `undoes`: it is what undid another's.
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
    batch_query: str = ""
    number: int | None = None
    may: tuple[str, ...] = ()
    needs_reason: bool = False
    held: str | None = None
    decision: Decision | None = None
    members: tuple[Fact, ...] = ()
    signature: Signature | None = None
    second: bool = False
    actions: tuple[str, ...] = ()
    doable: tuple[Choice, ...] = ()
    done: tuple[Fact, ...] = ()
    lent: Lent | None = None
    hidden: bool = False
    undone: bool = False
    undoes: bool = False

    @property
    def plain(self) -> bool:
        """Whether accepting it takes one press without a look: a whole batch would take it too (`judge.held_back`)."""
        needs_a_look = self.held or self.needs_reason or self.hidden or self.confidence == "low"
        flagged = any(badge.kind != "expires" for badge in self.card.badges)
        return "accepted" in self.may and not needs_a_look and not flagged


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
    if it cannot be edited; `expected` is the current value as JSON, for accepting over it. `rivals` are the other proposals
    that wait for the same field. `maker` proposed it, with version and model where they are known.
    """

    id: str
    maker: str
    mode: Mode = "read"
    controls: tuple[Control, ...] = ()
    expected: str | None = None
    now: Provenance | None = None
    earlier: int = 0
    draft: Draft = Draft()
    refusal: Refusal | None = None
    rivals: tuple[Proposal, ...] = ()


class Batch(View, frozen=True, kw_only=True):
    """Proposals made together, in their order; `id` None for what was proposed alone.

    `query`, of its address, says which batch is meant where a proposer chose the id, so that others may have it too.
    """

    id: str | None
    query: str = ""
    agent: str
    proposed_at: datetime
    proposals: tuple[Proposal, ...]
    source: Source | None = None
    offer: Offer | None = None


class CustomerGroup(View, frozen=True, kw_only=True):
    """The pending batches of one customer; `lent` where all of it is a colleague's that the reader stands in for, `decider` is
    the RM's name where the reader decides none of it.
    """

    customer: Customer
    pending: int
    batches: tuple[Batch, ...]
    lent: Lent | None = None
    decider: str | None = None


class Happening(View, frozen=True, kw_only=True):
    """One event as a sentence and a caption; `mark` is a symbol of icons.svg, `ink` for what a person decided."""

    at: datetime
    mark: str
    sentence: tuple[Bit, ...]
    caption: str | None = None
    ink: bool = False
    number: int | None = None
