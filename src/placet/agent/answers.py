"""A follow-up question's answer, read by the same reader as a note, and the source it is stored as if it leads to a proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from placet.agent.mind import Brief, Mind
from placet.agent.reader import Finding, Nudge, Reading
from placet.artifacts.propose import Source
from placet.customers import fields
from placet.errors import InvalidValue

if TYPE_CHECKING:
    from placet.customers.schema import Field

TITLE = "Answer to a follow-up question"
_PLAIN = ("select", "boolean", "country", "language", "date", "integer", "decimal", "email", "phone")


class Answered(msgspec.Struct):
    """What an answer led to: findings whose places count in the source's text, which is the question and the answer."""

    source: Source
    found: list[Finding]
    left: Reading


async def read_answer(mind: Mind, about: Brief, nudge: Nudge | None, answer: str) -> Answered:
    """Read one answer; without a `nudge` it is a reply in the person's own words to whatever was asked.

    The quote stands in the answer, never in the question, so that no words of ours become evidence.
    """
    head = f"{nudge.question}\n\n" if nudge is not None else ""
    source = Source(text=head + answer, title=TITLE)
    field = about.schema.field(nudge.field_key) if nudge is not None else None
    if mind.settings is not None or field is None or nudge is None:
        question = nudge.question if nudge is not None else None
        asked = msgspec.structs.replace(about, text=answer, question=question, field=field.key if field else None)
        reading = await mind.read(asked)
        return Answered(source, [_moved(found, len(head)) for found in reading.proposals], reading)
    label = f"{field.label}: "
    reading = await mind.read(msgspec.structs.replace(about, text=label + answer))
    found = [_clipped(each, len(label), answer, len(head)) for each in reading.proposals]
    if not any(each.field_key == field.key for each in found) and not any(
        each.field_key == field.key for each in reading.not_proposed
    ):
        plain = _plain(field, answer, about, len(head))
        found += [plain] if plain is not None else []
    return Answered(source, [each for each in found if each.source_text.strip()], reading)


def _moved(found: Finding, by: int) -> Finding:
    return msgspec.structs.replace(found, start=found.start + by, end=found.end + by)


def _clipped(found: Finding, label: int, answer: str, head: int) -> Finding:
    """The finding with its quote cut to the answer: the label before it was ours."""
    start, end = max(found.start - label, 0), max(found.end - label, 0)
    return msgspec.structs.replace(found, start=start + head, end=end + head, source_text=answer[start:end])


def _plain(field: Field, answer: str, about: Brief, head: int) -> Finding | None:
    """An answer that is nothing but the value, where the field's type can tell that it is one."""
    words = answer.strip().rstrip(".! ")
    if field.type not in _PLAIN or not words:
        return None
    try:
        value = fields.canonical(field, words)
    except InvalidValue:
        return None
    now = about.profile.get(field.key)
    if value is None or fields.same(field, now, value):
        return None
    start = answer.index(words) + head
    why = "The answer to the question about it."
    return Finding(field.key, field.label, value, now, words, start, start + len(words), "high", why)
