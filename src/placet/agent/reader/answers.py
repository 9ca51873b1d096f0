"""An answer to a nudge, read by the same reader with the question's field as its context.

People answer shortly: "yes", "two", "a balanced one", "no idea", "skip". What comes back says whether that was read,
skipped or not understood. Its offsets count characters of the answer's own text, so that the answer can be stored as a
source of its own. Nothing is guessed: "next March" is no date, "probably growth" is no choice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from placet.agent.reader.nudges import bounds
from placet.agent.reader.result import Answer, Finding, Reading, Unproposed
from placet.agent.reader.shorthand import by_itself, fillers, in_other_units, only_yes_or_no, plain_label, shrug, skips
from placet.customers.fields import same
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Invalid

READ, SKIPPED, NOT_UNDERSTOOD = "read", "skipped", "not_understood"
_SHAPELESS = ("text", "longtext", "list")  # any words could be a value
_REASONS = {
    "hypothetical": "That sounds like a possibility, so nothing is proposed. Say it plainly, or skip the question.",
    "hearsay": "That sounds like a guess, so nothing is proposed. Say it plainly, or skip the question.",
    "question": "That is a question itself, so nothing is proposed.",
    "negated": "That says what it is not. What is it?",
    "superseded": "That says what it was before. What is it now?",
    "other_person": "That is about somebody else, so nothing is proposed.",
    "instruction": "That is no answer to the question.",
    "policy": "Only people may record this; change it on the customer's page.",
    "unchanged": "The profile already says so.",
}
_WANTED = {
    "boolean": "Yes or no was expected.",
    "date": "A full date was expected: day, month and year.",
    "integer": "One whole number was expected{}.",
    "decimal": "One number was expected{}.",
    "country": "A country was expected.",
    "language": "A language was expected.",
    "email": "An e-mail address was expected.",
    "phone": "A telephone number was expected.",
    "select": "One of the choices was expected: {}.",
}


def answer(
    text: str,
    field_key: str,
    *,
    schema: ProfileSchema,
    profile: Mapping[str, Any] | None = None,
    client: str | None = None,
    date: dt.date | None = None,
    locale: str = "en-GB",
) -> Answer:
    """Read the answer to the question about a field; the other arguments are those of `read`.

    Whatever the answer says, nothing is raised for it; Invalid `unknown_field` where the schema has no such field.
    """
    from placet.agent.reader.pipeline import read

    field = schema.field(field_key)
    if field is None:
        raise Invalid(f"There is no field {field_key[:100]!r} in the profile schema.", code="unknown_field")
    text, profile = text.replace("\r\n", "\n"), profile or {}
    named = by_itself(field, text, locale=locale, exact=True)
    if named is None and (skips(field, text) or (field.type in _SHAPELESS and shrug(text))):
        return Answer(field_key, SKIPPED, [], [], "Skipped.")

    def reading(note: str) -> Reading:
        return read(note, schema=schema, profile=profile, client=client, date=date, locale=locale)

    begin = fillers(field, text)
    prefix = f"{plain_label(field)}: "
    alone, labelled = reading(text), reading(prefix + text[begin:])
    own = _found(field, alone, labelled, begin - len(prefix))
    if own is not None and field.type in _SHAPELESS and only_yes_or_no(text):
        own = None
    others = [each for each in alone.proposals if each.field_key != field_key]
    left = [each for each in labelled.not_proposed if each.field_key == field_key and each.source_text in text]
    left += [each for each in alone.not_proposed if each.field_key != field_key]
    if named is not None or own is None:
        own = _finding(field, text, named or by_itself(field, text, locale=locale), profile)
    if own is not None and in_other_units(field, text, own.end):
        own = None
    if own is not None:
        own.why = f"The answer to the question about {field.label}."
        refused = _refused(field, own, profile)
        if refused is None:
            return Answer(field_key, READ, [own, *others], left)
        left.append(Unproposed(field_key, own.proposed_value, own.source_text, refused))
    reasons = [each.reason for each in left if each.field_key == field_key]
    settled = next((reason for reason in ("unchanged", "policy") if reason in reasons), None)
    if settled is not None:
        return Answer(field_key, READ, others, left, _REASONS[settled])
    if not reasons and shrug(text):
        return Answer(field_key, SKIPPED, others, left, "Skipped.")
    return Answer(field_key, NOT_UNDERSTOOD, others, left, _sentence(field, reasons))


def _found(field: Field, alone: Reading, labelled: Reading, shift: int) -> Finding | None:
    """The proposal for the field: a text's is best where the answer states it in as many words, others' where it is labelled.

    `shift` leads from the labelled text to the answer. What rests on the label itself is cut down to the answer's words.
    """
    said = next((each for each in alone.proposals if each.field_key == field.key), None)
    given = next((each for each in labelled.proposals if each.field_key == field.key), None)
    if given is None or (said is not None and field.type in _SHAPELESS):
        return said
    begin = max(given.start, len(plain_label(field)) + 2)
    if begin >= given.end:
        return said
    given.source_text = given.source_text[begin - given.start :]
    given.start, given.end = begin + shift, given.end + shift
    return given


def _finding(field: Field, text: str, spot: tuple[Any, int, int] | None, profile: Mapping[str, Any]) -> Finding | None:
    if spot is None:
        return None
    value, start, end = spot
    return Finding(field.key, field.label, value, profile.get(field.key), text[start:end], start, end, "high", "")


def _refused(field: Field, own: Finding, profile: Mapping[str, Any]) -> str | None:
    if field.policy == "human_only":
        return "policy"
    before = profile.get(field.key)
    return "unchanged" if before is not None and same(field, own.proposed_value, before) else None


def _sentence(field: Field, reasons: list[str]) -> str:
    said = next((_REASONS[reason] for reason in reasons if reason in _REASONS), None)
    if said is not None:
        return said
    wanted = _WANTED.get(field.type, "")
    if field.type == "select":
        wanted = wanted.format(", ".join(option.label for option in field.options[:12]))
    elif field.type in ("integer", "decimal"):
        wanted = wanted.format((f", in {field.unit}" if field.unit else "") + bounds(field))
    return f"That was not understood. {wanted}".strip()
