"""Follow-up questions: at most three, for fields that matter, are empty, and that the note does not touch."""

from __future__ import annotations

from collections.abc import Collection

from placet.agent.reader.candidate import Context
from placet.agent.reader.cues import NONE
from placet.agent.reader.result import Nudge
from placet.agent.reader.segment import Statement
from placet.customers.schema import Field

MOST = 3


def nudges(context: Context, statements: list[Statement], seen: Collection[str]) -> list[Nudge]:
    """The questions to ask; sections that are nearly complete come first, then the order of the schema."""
    said = "\n".join(s.low for s in statements if s.own)
    asked = [
        field
        for field in context.schema.fields
        if field.priority == "high"
        and field.policy != "human_only"
        and field.type not in ("object", "any", "longtext")
        and context.profile.get(field.key) is None
        and field.key not in seen
        and not context.asks(field, said)
    ]
    asked.sort(key=lambda field: -_filled(context, field))
    return [_nudge(context, field) for field in asked[:MOST]]


def _filled(context: Context, field: Field) -> float:
    section = [f for f in context.schema.fields if f.section == field.section]
    return sum(context.profile.get(f.key) is not None for f in section) / len(section)


def _nudge(context: Context, field: Field) -> Nudge:
    cue = context.cues.get(field.key, NONE)
    question = cue.nudge or f"What should be recorded as the client's {field.label[:1].lower()}{field.label[1:]}?"
    return Nudge(f"nudge-{field.key}", field.key, question, cue.why or "It matters for advice and is still empty.")
