"""The page of rules and the delivery log."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from placet.web.views.pages import Page, Shell
from placet.web.views.pieces import Choice
from placet.web.views.sending import Rule, Sent

if TYPE_CHECKING:
    from collections.abc import Mapping


class DeliveriesPage(Page, frozen=True, kw_only=True):
    """Rules and the log, narrowed by `status` and `rule`; `may` is false for who reads only."""

    template: ClassVar[str] = "deliveries.html"
    shell: Shell
    rules: tuple[Rule, ...]
    log: tuple[Sent, ...]
    statuses: tuple[Choice, ...]
    rule_choices: tuple[Choice, ...]
    status: str
    rule: str
    next: str | None
    may: bool
    errors: Mapping[str, str] = MappingProxyType({})
    sent: Mapping[str, str] = MappingProxyType({})
