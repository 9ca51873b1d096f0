"""A value that a statement may be stating for a field, with everything needed to judge it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from placet.agent.reader.cues import NONE, Cue, derived
from placet.agent.reader.people import People
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import Folded, rx
from placet.customers.schema import Field, ProfileSchema

# How plainly a statement names the field, best first.
LABEL, SAYS, ANSWER, TRIGGER, TOPIC = 5, 4, 3, 2, 1


class Seen(NamedTuple):
    """What a reader found in a statement; `cue` is where the words begin that make it this field's value."""

    field: str
    value: Any
    start: int
    end: int
    cue: int
    strength: int
    doubt: str = ""


def seen(
    statement: Statement, field: str, value: Any, span: tuple[int, int], cue: int, strength: int, doubt: str = ""
) -> Seen:  # fmt: skip
    """A `Seen` whose positions are given from the start of the statement."""
    base = statement.start
    return Seen(field, value, base + span[0], base + span[1], base + cue, strength, doubt)


@dataclass(slots=True)
class Candidate:
    """A value for a field, where it stands, and why it is not proposed ("" while it may be)."""

    field: Field
    value: Any
    start: int
    end: int
    cue: int
    strength: int
    statement: Statement
    reason: str = ""
    corrects: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A statement with what its surroundings say: the fields its label, its bullet and its heading name."""

    statement: Statement
    label: str | None
    topic: str | None
    under: str | None
    before: Statement | None
    after: Statement | None
    carries: bool  # says what to make of what the statement before brought up: "change it to ..."
    item_end: int  # where its bullet, line or turn ends

    def labelled(self, *keys: str) -> str | None:
        """The key its label names, if that is one of these."""
        return self.label if self.label in keys else None


@dataclass(slots=True)
class Context:
    """What every stage after cutting needs to know about the note."""

    folded: Folded
    schema: ProfileSchema
    profile: Mapping[str, Any]
    people: People
    today: dt.date
    region: str
    cues: Mapping[str, Cue]
    _cues: dict[str, Cue] = dataclasses.field(default_factory=dict)

    def cue(self, field: Field) -> Cue:
        """How a field is talked about."""
        known = self._cues.get(field.key)
        if known is None:
            known = self._cues[field.key] = derived(field, self.cues.get(field.key, NONE))
        return known

    def asks(self, field: Field, text: str) -> bool:
        """Whether a text in small letters brings a field up."""
        cue = self.cue(field)
        if any(pattern and rx(pattern, 0).search(text) for pattern in (cue.asked, cue.trigger)):
            return True
        return field.label.lower() in text
