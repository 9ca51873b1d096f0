"""What reading a note gives: proposals, what was seen and not proposed, and questions to ask."""

from __future__ import annotations

from typing import Any

import msgspec


class Finding(msgspec.Struct, rename="camel", omit_defaults=False):
    """A value to propose for a field, with the exact words it was read from.

    `start` and `end` count Unicode code points of the note after CRLF became LF; the words between them are `source_text`.
    """

    field_key: str
    field_display_name: str
    proposed_value: Any
    previous_value: Any
    source_text: str
    start: int
    end: int
    confidence: str
    why: str


class Unproposed(msgspec.Struct, rename="camel"):
    """A value that was seen and is not proposed, with the reason: hypothetical, question, other_person, negated, superseded,
    unchanged, hearsay, instruction, ambiguous, invalid or policy.
    """

    field_key: str
    value: Any
    source_text: str
    reason: str


class Nudge(msgspec.Struct, rename="camel"):
    """A follow-up question about one field, and why it is asked."""

    id: str
    field_key: str
    question: str
    why: str


class Reading(msgspec.Struct, rename="camel"):
    """Everything the reader has to say about one note."""

    proposals: list[Finding]
    not_proposed: list[Unproposed]
    nudges: list[Nudge]


class Answer(msgspec.Struct, rename="camel"):
    """What an answer was understood to say.

    `outcome` is `read`, `skipped` (whoever answered cannot or does not want to say) or `not_understood`. `proposals` holds one
    for the field that was asked about, if that was read and is news, then whatever else the answer states; `start` and `end`
    count code points of the answer after CRLF became LF. `sentence` is what to tell the person, "" where there is nothing to.
    """

    field_key: str
    outcome: str
    proposals: list[Finding]
    not_proposed: list[Unproposed]
    sentence: str = ""
