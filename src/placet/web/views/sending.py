"""What follows approvals, piece by piece: a rule, a delivery, its attempts and what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placet.web.views.pieces import View

if TYPE_CHECKING:
    from datetime import datetime


class Rule(View, frozen=True, kw_only=True):
    """A rule: what it calls, for which kinds; `state` is a sentence where it is off or left alone for a while."""

    id: str
    called: str
    trigger: str
    kinds: str
    waiting: int
    on: bool
    state: str | None


class Try(View, frozen=True, kw_only=True):
    """One attempt in words."""

    n: int
    at: datetime
    said: str


class File(View, frozen=True, kw_only=True):
    """Something a delivery made."""

    name: str
    href: str


class Sent(View, frozen=True, kw_only=True):
    """A delivery: to whom, about what, and how it stands; `tone` is good, bad, or plain. `at` is when that came to be, or,
    while it is promised, when it is (next) made.
    """

    id: str
    artifact_id: str
    about: str
    to: str
    state: str
    tone: str
    at: datetime
    said: str | None
    attempts: int
    replayable: bool
    tries: tuple[Try, ...] = ()
    files: tuple[File, ...] = ()
