"""Objects and values of any shape: JSON as it is, bounded in depth and free of what cannot be stored exactly."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import json
import math
import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

from placet.customers.fields.base import Control, FieldType, refuse
from placet.customers.fields.numbers import DIGITS
from placet.customers.schema import Field

DEEPEST: Final = 20
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class AnyValue(FieldType):
    """Any JSON value, texts in NFC, numbers exact."""

    name = "any"
    hint = "Words, or a value as JSON"

    def parse(self, field: Field, raw: Any, region: str | None) -> Any:
        """Return the value with its texts in NFC."""
        return read_json(field, raw)

    def same(self, field: Field, a: Any, b: Any) -> bool:
        """Whether both are the same JSON, whatever the order of members: true is not 1, but 1.0 is."""
        return identity(a) == identity(b)

    def control(self, field: Field, value: Any) -> Control:
        """Return a text area with the value as JSON."""
        return Control(kind="json", name=field.key, label=field.label, value=self.written(value), help=self.help(field))

    def from_form(self, field: Field, texts: list[str]) -> Any:
        """Return the JSON in the text area, or its words where it is none."""
        text = super().from_form(field, texts)
        if text is None:
            return None
        return text.strip() if _is_words(text.strip()) else from_json(field, text)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a schema that admits everything."""
        return {}

    def written(self, value: Any) -> str:
        """Return what stands in the text area: words as they are where they come back as they are, else JSON."""
        if isinstance(value, str) and value == value.strip() and value.isprintable() and _is_words(value):
            return value
        return "" if value is None else as_json(value)


class ObjectValue(AnyValue):
    """A JSON object."""

    name = "object"
    hint = 'An object as JSON, such as {"name": "Maya", "relation": "daughter"}'

    def parse(self, field: Field, raw: Any, region: str | None) -> Any:
        """Return the object with its texts in NFC."""
        if not isinstance(raw, dict):
            raise refuse(field, raw, "an object is written with names and values")
        return read_json(field, raw)

    def from_form(self, field: Field, texts: list[str]) -> Any:
        """Return the JSON in the text area."""
        text = FieldType.from_form(self, field, texts)
        return None if text is None else from_json(field, text)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return an object."""
        return {"type": "object"}

    def written(self, value: Any) -> str:
        """Return the object as JSON."""
        return "" if value is None else as_json(value)


def read_json(field: Field, raw: Any) -> Any:
    """Return a JSON value with its texts in NFC; raise `InvalidValue` for what cannot be stored exactly."""

    def read(value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return text(value)
        if isinstance(value, int | float | Decimal):
            return _number(field, value)
        if depth > DEEPEST:
            raise refuse(field, raw, f"it is nested deeper than {DEEPEST}")
        if isinstance(value, list):
            return [read(each, depth + 1) for each in value]
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise refuse(field, raw, "it is not JSON")
        members = {text(name): read(each, depth + 1) for name, each in value.items()}
        if len(members) < len(value):
            raise refuse(field, raw, "it has the same name twice")
        return members

    def text(value: str) -> str:
        if _UNSTORABLE.search(value):
            raise refuse(field, raw, "a text in it has a null character or half of a character")
        return unicodedata.normalize("NFC", value)

    return read(raw, 1)


def _number(field: Field, value: int | float | Decimal) -> int | float:
    """Return a number that JSON and PostgreSQL give back as it is."""
    if not isinstance(value, int):
        exact = float(value)
        # A decimal that a binary float would round must be refused: nobody would see what was lost.
        if not math.isfinite(exact) or (isinstance(value, Decimal) and Decimal(repr(exact)) != value):
            raise refuse(field, value, "such a number cannot be kept exactly; write it in quotes")
        value = exact or 0.0
    if abs(value) >= 10**DIGITS:
        raise refuse(field, value, f"a number has at most {DIGITS} digits")
    return value


def identity(value: Any) -> str:
    """Return a text that is equal for the same JSON values only: members sorted, 1.0 as 1, true apart from 1."""
    return json.dumps(_settled(value), sort_keys=True, separators=(",", ":"))


def _settled(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _settled(each) for name, each in value.items()}
    return [_settled(each) for each in value] if isinstance(value, list) else value


def as_json(value: Any) -> str:
    """Return JSON for a person to edit."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def from_json(field: Field, text: str) -> Any:
    """Return the value a person wrote as JSON, its decimals exact; raise `InvalidValue` if it is none."""
    try:
        return json.loads(text, parse_float=Decimal, object_pairs_hook=_members, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise refuse(field, text, "it is not JSON") from None


def _is_words(text: str) -> bool:
    """Whether no reader of JSON would take the text for a value or for a mistyped one."""
    if text[:1] in '{["':
        return False
    try:
        json.loads(text)
    except ValueError:
        return bool(text)
    return False


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name is there twice")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
