"""A value that a statement may be stating for a field, with everything needed to judge it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from placet.agent.reader.cues import Cue
from placet.agent.reader.people import People
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import Folded
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
    until: int = 0  # where the evidence ends, if behind the value


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
