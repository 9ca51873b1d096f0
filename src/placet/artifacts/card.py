"""What a card is made of, as data: lines, flags, files, actions. Every door renders the same; none decides what is on it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from placet.customers.fields import Change
from placet.customers.fields.base import plain

SHORT = 100  # characters of a line that a row shows


class Badge(msgspec.Struct, frozen=True):
    """A flag on a card: `stale`, `rival`, `unverified`, `reason`, `dual`, `human_only` or `low`, and its words."""

    kind: str
    label: str


class Line(msgspec.Struct, frozen=True):
    """One line of a card. `kind`: `text`, `long` (line breaks count, as in a letter) or `code` (for machines)."""

    label: str
    text: str
    kind: Literal["text", "long", "code"] = "text"


class File(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A file of an artifact. `inline` ones are pictures shown on the card, the others are offered to be downloaded."""

    name: str
    media_type: str
    label: str
    inline: bool = False


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person may do, once, with an artifact in one of the statuses `on`: `finish`, "Finish", `finished`.

    `done` names the event. The status stays: an artifact is decided once.
    """

    name: str
    label: str
    done: str
    on: tuple[str, ...] = ("accepted", "edited")


class Act(msgspec.Struct, rename="camel", kw_only=True):
    """An action that was done: which, when, by whom, why."""

    action: str
    at: str
    by: str
    by_name: str
    reason: str | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What an approved artifact leaves on its customer's page. Of several with one `key` the latest approved counts.

    `section` is `facts` or `notes`; a `text` of None takes the fact with that key away.
    """

    section: Literal["facts", "notes"]
    label: str
    text: str | None
    key: str | None = None
    tags: tuple[str, ...] = ()


class Card(msgspec.Struct, rename="camel", kw_only=True):
    """What a person sees of an artifact. `lines` say what it proposes where that is more than one value."""

    title: str
    change: Change
    now: str
    proposed: str
    when_proposed: str | None = None  # only where it differs from now
    policy: str = ""
    badges: list[Badge] = []
    lines: list[Line] = []
    files: list[File] = []


def shortened(text: str) -> str:
    """The beginning of a text, as one line, where all of it would be too much; the card has the whole."""
    line = " ".join(text.split())
    return line if len(line) <= SHORT else line[:SHORT].rsplit(" ", 1)[0] + " …"


def said(value: Any) -> str:
    """A member of a payload for a person to read."""
    return plain(value)
