"""The pages on which a person changes a field by hand, or proposes from words of a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from placet.web.views.pages import Page, Shell
from placet.web.views.pieces import Choice, Customer, Proposal, Provenance, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placet.customers.fields import Control


class ChangePage(Page, frozen=True, kw_only=True):
    """A field's own control with its value in it; `now` None: not recorded. `errors` are for `value` and `reason`.

    `version` is the value's the form was made for, 0 where there never was one. `waiting` is proposed for the field, which a
    change sets aside.
    """

    template: ClassVar[str] = "change_field.html"
    shell: Shell
    customer: Customer
    field: str
    label: str
    policy: str
    now: str | None
    set: Provenance | None
    version: int
    control: Control
    waiting: tuple[Proposal, ...] = ()
    reason: str = ""
    errors: Mapping[str, str] = {}


class MarkPage(Page, frozen=True, kw_only=True):
    """Words of a note that no agent proposed from: first which field they are about, then its value.

    `control` None: the field is still to be chosen, from `fields`. `errors` are for `quote`, `field`, `value` and `reason`.
    """

    template: ClassVar[str] = "mark.html"
    shell: Shell
    customer: Customer
    source: Source
    quote: str = ""
    fields: tuple[Choice, ...] = ()
    field: str = ""
    label: str = ""
    policy: str = ""
    now: str | None = None
    control: Control | None = None
    may_enter: bool = False
    waiting: tuple[Proposal, ...] = ()
    reason: str = ""
    errors: Mapping[str, str] = {}
