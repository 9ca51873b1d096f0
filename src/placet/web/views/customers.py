"""What the pages of a customer are made of beside their proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placet.web.views.pieces import Bit, Customer, Proposal, Provenance, Source, View

if TYPE_CHECKING:
    from datetime import datetime


class CustomerRow(View, frozen=True, kw_only=True):
    """A customer in the list."""

    customer: Customer
    rm: str | None
    pending: int
    filled: int
    of: int
    last: datetime | None = None


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


class EarlierValue(View, frozen=True, kw_only=True):
    """A value a field had before."""

    text: str
    set: Provenance


class ProfileField(View, frozen=True, kw_only=True):
    """A field of a customer: its value as displayed (None: not recorded), a list's items, what is proposed for it.

    `hidden`: it is restricted and was not asked for, so neither the value nor earlier ones are in here. `version` counts its
    values, 0 where none was ever recorded.
    """

    key: str
    label: str
    value: str | None
    items: tuple[str, ...] = ()
    set: Provenance | None = None
    earlier: tuple[EarlierValue, ...] = ()
    pending: tuple[Proposal, ...] = ()
    hidden: bool = False
    version: int = 0


class Section(View, frozen=True, kw_only=True):
    """A section of the profile in the order of the schema."""

    label: str
    fields: tuple[ProfileField, ...]


class KeptNote(View, frozen=True, kw_only=True):
    """A note that was approved for a customer."""

    label: str
    text: str
    tags: tuple[str, ...]
    at: datetime
    artifact_id: str


class SourceRow(View, frozen=True, kw_only=True):
    """A note in a customer's list."""

    source: Source
    by: str
    at: datetime
    words: int
    proposed: int = 0
    pending: int = 0


class FacetValue(View, frozen=True, kw_only=True):
    """One thing a timeline can be narrowed to, and how many events that are; `chosen`: it is."""

    value: str
    label: str
    count: int
    chosen: bool = False


class Facet(View, frozen=True, kw_only=True):
    """One dimension of them; `name` is its member of the query."""

    name: str
    label: str
    choices: tuple[FacetValue, ...]
