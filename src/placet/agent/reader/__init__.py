"""The offline reader: a note in, proposals with their evidence out, with no model and no network.

The stages stand one to a module, in this order: `text` and `scan` fold the note, `mail`, `dialogue` and `segment` cut it into
statements, `people` (`acquaintances`, `clauses`) who each is about, `find` (with `cues`, `labels`, `values` and `readers`) finds candidates, `mode`
says how they are meant, `resolve` picks at most one a field, `quote` cuts the evidence, `nudges` asks for what is missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from placet.agent.reader.result import Finding, Nudge, Reading, Unproposed
from placet.customers.schema import ProfileSchema

__all__ = ["NAME", "VERSION", "Finding", "Nudge", "Reading", "Unproposed", "read"]

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
