"""The offline reader: a note in, proposals with their evidence out, with no model and no network.

The stages, in their order (`pipeline` runs them):

    text, scan                              fold the note to plain characters, with a way back to its own
    mail, dialogue, blocks, sentences       whose words are they, who speaks, what belongs together
    segment                                 statements: sentences with all that stands around them
    acquaintances, clauses, people          who is each clause about
    cues.toml, labels, search, values/      what fields sound like and what their values look like
    find, forms, readers/                   candidates: a value that a statement may give a field
    judge, mode                             how is it meant, and of whom
    resolve, quote, nudges                  at most one proposal a field, its evidence, what to ask
    answers, shorthand                      the answer to such a question, read in its context
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from placet.agent.reader.result import Answer, Finding, Nudge, Reading, Unproposed
from placet.customers.schema import ProfileSchema

__all__ = ["NAME", "VERSION", "Answer", "Finding", "Nudge", "Reading", "Unproposed", "answer", "read"]

NAME = "note-reader"
VERSION = "0.1"


def read(
    note: str,
    *,
    schema: ProfileSchema,
    profile: Mapping[str, Any] | None = None,
    client: str | None = None,
    date: datetime.date | None = None,
    locale: str = "en-GB",
) -> Reading:
    """Read a note about one client and say what should change in their profile; see `pipeline.read`."""
    from placet.agent.reader import pipeline

    return pipeline.read(note, schema=schema, profile=profile, client=client, date=date, locale=locale)


def answer(
    text: str,
    field_key: str,
    *,
    schema: ProfileSchema,
    profile: Mapping[str, Any] | None = None,
    client: str | None = None,
    date: datetime.date | None = None,
    locale: str = "en-GB",
) -> Answer:
    """Read the answer to a nudge about a field: read, skipped or not understood; see `answers.answer`."""
    from placet.agent.reader import answers

    return answers.answer(text, field_key, schema=schema, profile=profile, client=client, date=date, locale=locale)
