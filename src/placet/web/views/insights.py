"""What the insights show."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from placet.web.views.pages import Page, Shell
from placet.web.views.pieces import Filter, Proposal, Span, View


class Figure(View, frozen=True, kw_only=True):
    """One number above the fold, with what it is of and the list behind it."""

    label: str
    text: str
    caption: str
    href: str | None = None


class Share(View, frozen=True, kw_only=True):
    """How cases of one label ended, in percent; None where there are too few to say. `low` and `high` bound the unchanged ones
    in 95 of 100 such samples; `promise` is what its word stands for, in percent. `hrefs` lead to unchanged, edited, rejected and
    all cases.
    """

    label: str
    cases: int
    unchanged: int | None = None
    edited: int | None = None
    rejected: int | None = None
    low: int = 0
    high: int = 100
    promise: tuple[int, int] | None = None
    hrefs: tuple[str, str, str, str]


class Table(View, frozen=True, kw_only=True):
    """Shares by one thing: an agent, a model, a field."""

    title: str
    head: str
    rows: tuple[Share, ...]


class Counted(View, frozen=True, kw_only=True):
    """A count and the list behind it."""

    count: int
    words: str
    href: str


class WhatIf(View, frozen=True, kw_only=True):
    """What a rule would have accepted (`taken`), and how many of those people had changed or refused."""

    filters: tuple[Filter, ...]
    taken: Counted
    against: Counted


class InsightsPage(Page, frozen=True, kw_only=True):
    """What became of what agents proposed; `few` is the number of cases below which no share is told, `told` how many
    acceptances were made on a page that said whether the evidence was open. `limited_to`: only the newest decisions
    are counted, those since that moment.
    """

    template: ClassVar[str] = "insights.html"
    shell: Shell
    filters: tuple[Filter, ...]
    hidden: tuple[tuple[str, str], ...] = ()
    figures: tuple[Figure, ...]
    calibration: tuple[Share, ...]
    tables: tuple[Table, ...]
    pace: tuple[Counted, ...]
    told: int
    reasons: tuple[Counted, ...]
    what_if: WhatIf
    limited_to: datetime | None = None
    export: str
    decided: int
    few: int


class CasesPage(Page, frozen=True, kw_only=True):
    """The artifacts behind a number."""

    template: ClassVar[str] = "cases.html"
    shell: Shell
    words: str
    proposals: tuple[Proposal, ...]
    span: Span | None = None
    back: str
