"""Follow-up questions: which empty fields to ask about after a note was read, and how to word that.

At most three, the same ones every time. It works from what a reading gave and from the schema alone, so it serves a
reading by a language model as well, and a schema of another domain. It never asks for what only people may record.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from placet.agent.reader.cues import NONE, Cue, cues
from placet.agent.reader.result import Finding, Nudge, Unproposed
from placet.agent.reader.text import rx, small
from placet.agent.reader.values.money import bands_of
from placet.customers.schema import Field, ProfileSchema

MOST = 3
SHOWN = 6  # options of a choice that a question names; of more, the first few
_WEIGHT = {"high": 3.0, "medium": 2.0, "low": 1.0}
_DOUBT = 1.5  # the note brought it up and left it open: the person has it in mind
_LEAST = 2.0  # a field of low priority is asked about only where the note left it open
_NOT_ASKED = {"object", "any", "longtext"}  # nobody answers these in a line
_DOUBTS = {
    "hypothetical": "The note speaks of it as a possibility only",
    "question": "The note asks about it and does not say",
    "hearsay": "The note has it at second hand only",
    "ambiguous": "The note leaves open how this is meant",
    "invalid": "What the note says of it cannot be recorded as it is",
}
_BY_TYPE = {
    "text": "What should be recorded as the customer's {label}?",
    "select": "What is the customer's {label}?",
    "boolean": "Does {name} apply to the customer, yes or no?",
    "date": "Which date should be recorded as {name} (day, month and year)?",
    "integer": "Which number should be recorded as {name}{bounds}?",
    "decimal": "Which number should be recorded as {name}{bounds}?",
    "integer in units": "What is the customer's {label}, in {unit}?",
    "decimal in units": "What is the customer's {label}, in {unit}?",
    "country": "Which country should be recorded as {name}?",
    "language": "Which language should be recorded as {name}?",
    "list": "What should be recorded under {name} (several with commas between them)?",
}
_LONGEST_QUOTE = 90


def nudges(
    schema: ProfileSchema,
    profile: Mapping[str, Any],
    *,
    proposals: Sequence[Finding],
    not_proposed: Sequence[Unproposed],
    said: str,
) -> list[Nudge]:
    """The questions to ask, most wanted first.

    A field counts by its priority, then by how much of its section is known already (finishing a section is worth more
    than beginning one); one that the note left open (a maybe, a question, hearsay) is asked for first. Left out are fields
    with a value or a proposal, fields of `human_only`, and what `said`, the note's own text, names without leaving it open.
    """
    known = {key for key, value in profile.items() if value not in (None, "")}
    known |= {each.field_key for each in proposals}
    doubts: dict[str, Unproposed] = {}
    for each in not_proposed:
        if each.reason in _DOUBTS:
            doubts.setdefault(each.field_key, each)
    low = small(said)
    ranked = []
    for field in schema.fields:
        if field.policy == "human_only" or {field.type, field.items} & _NOT_ASKED or field.key in known:
            continue
        doubt = doubts.get(field.key)
        score = _WEIGHT[field.priority] + _share_known(schema, field, known) + (_DOUBT if doubt else 0)
        if score >= _LEAST and (doubt is not None or not _named(field, low)):
            ranked.append((score, field, doubt))
    ranked.sort(key=lambda each: -each[0])  # stable: the schema's order decides between equals
    return [_nudge(schema, field, doubt, known) for _, field, doubt in ranked[:MOST]]


def question(field: Field) -> str:
    """How to ask for a field: its own wording where the table of cues or its description has one, else by its type."""
    own = cues().get(field.key, NONE).nudge
    if not own and field.description and field.description.rstrip().endswith("?"):
        own = field.description.strip()
    asked = own or _BY_TYPE.get(f"{field.type} in units" if field.unit else field.type, _BY_TYPE["text"]).format(
        label=_in_a_sentence(field.label), name=f"“{field.label}”", unit=field.unit, bounds=bounds(field)
    )
    if field.type != "select" or bands_of([option.value for option in field.options]):
        return asked
    return f"{asked.rstrip('? ')}: {_options(field)}?"


def _nudge(schema: ProfileSchema, field: Field, doubt: Unproposed | None, known: Collection[str]) -> Nudge:
    why = cues().get(field.key, NONE).why or _importance(schema, field, known)
    if doubt is not None:
        quote = " ".join(doubt.source_text.split())
        cut = quote if len(quote) <= _LONGEST_QUOTE else f"{quote[: _LONGEST_QUOTE - 1].rstrip()}…"
        why = f"{_DOUBTS[doubt.reason]}: “{cut}”. {why}"
    return Nudge(f"nudge-{field.key}", field.key, question(field), why)


def _importance(schema: ProfileSchema, field: Field, known: Collection[str]) -> str:
    """Why it is asked, where nobody wrote a reason: what the schema says about it."""
    section = [each.key for each in schema.fields if each.section == field.section]
    missing = sum(key not in known for key in section)
    if missing == 1 and len(section) > 1:
        return f"It is the last thing missing under “{field.section}”."
    matters = "It matters most and is" if field.priority == "high" else "It is"
    rest = f"nothing is recorded under “{field.section}” so far"
    if missing < len(section):
        rest = f"{missing} of {len(section)} are missing under “{field.section}”"
    return f"{matters} not recorded yet; {rest}."


def _share_known(schema: ProfileSchema, field: Field, known: Collection[str]) -> float:
    section = [each.key for each in schema.fields if each.section == field.section]
    return sum(key in known for key in section) / len(section)


def _named(field: Field, low: str) -> bool:
    """Whether a text in small letters calls the field by one of its names: then whoever wrote it had it in mind."""
    cue: Cue = cues().get(field.key, NONE)
    names = {small(name) for name in (field.label, *field.synonyms, *cue.labels) if len(name) >= 4}
    return any(name in low and rx(rf"(?<!\w){re.escape(name)}(?!\w)", 0).search(low) for name in names)


def _in_a_sentence(label: str) -> str:
    """A label within a sentence: "Date of birth" in small letters, "ESG rating" as it is."""
    label = label.strip().rstrip("?:. ")
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def _options(field: Field) -> str:
    """The options in a row, "low, medium or high"; of a long list the first few."""
    names = [
        o.label[:1].lower() + o.label[1:]
        if o.value[:1].islower() and not any(map(str.isupper, o.label[1:]))
        else o.label
        for o in field.options
    ]
    if len(names) > SHOWN:
        return f"{', '.join(names[: SHOWN - 2])} or another of {len(names)}"
    joint = "and/or" if field.multi else "or"
    return f"{', '.join(names[:-1])} {joint} {names[-1]}" if len(names) > 1 else names[0]


def bounds(field: Field) -> str:
    """The bounds of a number as they stand in a sentence, "" where there are none."""
    if field.min is not None and field.max is not None:
        return f" ({field.min:,} to {field.max:,})"
    return ""
