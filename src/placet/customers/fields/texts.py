"""Texts of one line and of many: Unicode NFC, outer white space trimmed, otherwise stored exactly as written.

Bidirectional and zero-width characters stay: a text says what it says, and the page that shows it points them out.
"""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from placet.customers.fields.base import Change, Control, FieldType, as_text, plain, refuse
from placet.customers.fields.words import word_pieces
from placet.customers.schema import Field

# Tab and line feed are the only control characters with a meaning in a text; PostgreSQL cannot store U+0000 and no
# encoder takes a lone surrogate.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_BREAK: Final = re.compile("[\n\u2028\u2029]")


def clean(field: Field, raw: Any, *, lines: bool = False) -> str:
    """Return a text in NFC without outer white space; raise `InvalidValue` if it is empty or has control characters."""
    if not isinstance(raw, str):
        raise refuse(field, raw, "a text is written in quotes")
    text = raw.replace("\r\n", "\n").replace("\r", "\n") if "\r" in raw else raw
    if _CONTROLS.search(text):
        raise refuse(field, raw, "a text has no control characters and no half of a character")
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise refuse(field, raw, "a text is not empty; null clears the field")
    if not lines and _LINE_BREAK.search(text):
        raise refuse(field, raw, "it has no line breaks")
    return text


def within(field: Field, raw: Any, text: str) -> str:
    """Return the text if it keeps to the field's length and pattern; raise `InvalidValue` otherwise."""
    if field.max is not None and len(text) > field.max:
        raise refuse(field, raw, f"it has {len(text):,} characters and at most {field.max:,} fit")
    if field.min is not None and len(text) < field.min:
        raise refuse(field, raw, f"it has at least {field.min:,} characters")
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        raise refuse(field, raw, field.description or f"it has the form {field.pattern}")
    return text


def bounds(field: Field, schema: dict[str, Any]) -> dict[str, Any]:
    """Add the field's length and pattern to a JSON Schema of a string."""
    if field.min is not None:
        schema["minLength"] = max(1, int(field.min))
    if field.max is not None:
        schema["maxLength"] = field.max
    if field.pattern is not None:
        schema["pattern"] = f"^(?:{field.pattern})$"
    return schema


class Text(FieldType):
    """One line of text."""

    name = "text"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the text in NFC, trimmed."""
        return within(field, raw, clean(field, raw))

    def change(self, field: Field, before: Any, after: Any) -> Change:
        """Return the words that stay, go and come."""
        was, now = (None if value is None else plain(value) for value in (before, after))
        return Change(kind="text", before=was, after=now, pieces=word_pieces(was or "", now or ""))

    def control(self, field: Field, value: Any) -> Control:
        """Return a text input."""
        return Control(
            kind=self.name,
            name=field.key,
            label=field.label,
            value=as_text(value),
            max_length=None if field.max is None else int(field.max),
            pattern=field.pattern,
            help=self.help(field),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a string that is not empty."""
        return bounds(field, {"type": "string", "minLength": 1})


class LongText(Text):
    """Text with line breaks, always written as U+000A."""

    name = "longtext"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the text in NFC, trimmed, with its line breaks."""
        return within(field, raw, clean(field, raw, lines=True))
