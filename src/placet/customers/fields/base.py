"""What every field type can do, and the data it answers with: a value's change, its form control, its refusal."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import json
from typing import Any, ClassVar, Final

import msgspec

from placet.customers.schema import Field, Option
from placet.errors import InvalidValue

NOT_RECORDED: Final = "not recorded"
_FIRST: Final = ("name", "relation")  # members of an object that say who is meant
_SHOWN: Final = 40  # characters of a refused value that a sentence may repeat


class Piece(msgspec.Struct, frozen=True):
    """A run of words or an item of a list; `kind` is `kept`, `removed` or `added`."""

    kind: str
    text: str


class ScaleStep(msgspec.Struct, frozen=True):
    """One step of an ordered choice, in the order of the options."""

    label: str
    now: bool = False
    proposed: bool = False


class Change(msgspec.Struct, kw_only=True):
    """A value before and after, for a diff; `before` and `after` are as displayed, None where nothing is recorded.

    `kind` says what to draw: `text` and `list` have `pieces` (to be set apart by a space or a gap), `ordered` has
    `scale`, `plain` has neither. `note` is the difference in words: "+1 step", "+93 days", "+60 %".
    """

    kind: str
    before: str | None
    after: str | None
    note: str | None = None
    pieces: list[Piece] = []
    scale: list[ScaleStep] = []


class Control(msgspec.Struct, kw_only=True):
    """A form control and what is in it; `name` is the field's key.

    `kind` is `text`, `longtext`, `number`, `date`, `email`, `tel`, `select`, `checkboxes`, `lines` (one item a line) or
    `json`. `value` is the text in it, `values` the ticked boxes. A `text` with `options` offers them as suggestions.
    `other` is not None where the option `other` comes with words of its own: render a second text input of the same
    name, with `other` in it. `max_length` counts Unicode code points.
    """

    kind: str
    name: str
    label: str
    value: str = ""
    values: list[str] = []
    options: list[Option] = []
    other: str | None = None
    min: str | None = None
    max: str | None = None
    step: str | None = None
    max_length: int | None = None
    pattern: str | None = None
    help: str | None = None


class FieldType:
    """One type of field. Values are JSON values; `parse`, `same` and `display` are never asked about None."""

    name: ClassVar[str]
    hint: ClassVar[str | None] = None  # how to write it, beside the control of a field without a description

    def parse(self, field: Field, raw: Any, region: str | None) -> Any:
        """Return the canonical form of `raw`; raise `InvalidValue` if the field does not take it."""
        raise NotImplementedError

    def same(self, field: Field, a: Any, b: Any) -> bool:
        """Whether two canonical values are the same."""
        return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)

    def display(self, field: Field, value: Any) -> str:
        """Return a value for a person to read; whatever is stored, this never raises."""
        return plain(value)

    def change(self, field: Field, before: Any, after: Any) -> Change:
        """Return the difference of two canonical values, either of which may be None."""
        return Change(
            kind="plain",
            before=None if before is None else self.display(field, before),
            after=None if after is None else self.display(field, after),
        )

    def control(self, field: Field, value: Any) -> Control:
        """Return the form control for a canonical value or None."""
        return Control(kind="text", name=field.key, label=field.label, value=as_text(value), help=self.help(field))

    def from_form(self, field: Field, texts: list[str]) -> Any:
        """Return what the control sends back as raw value; None when it is empty."""
        return texts[0] if texts and texts[0].strip() else None

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return the JSON Schema of the canonical value."""
        raise NotImplementedError

    def help(self, field: Field) -> str | None:
        """Return the sentence beside the control: the field's description, else how the type is written."""
        return field.description or self.hint


TYPES: Final[dict[str, FieldType]] = {}  # filled by the package; lists look up the type of their items here


def type_of(field: Field) -> FieldType:
    """Return the type of a field."""
    return TYPES[field.type]


def refuse(field: Field, raw: Any, rule: str) -> InvalidValue:
    """Return the refusal to raise: `Date of birth does not take "soon": a date is written 2026-05-15.`"""
    return InvalidValue(f"{field.label} does not take {short(raw)}: {rule}.", field=field.key)


def short(raw: Any) -> str:
    """Return a few characters that let a person recognise a value, always printable and at most 60 long."""
    if isinstance(raw, str):
        cut = raw if len(raw) <= _SHOWN else raw[:_SHOWN] + "…"
        seen = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in cut)
        return f'"{seen if len(seen) <= _SHOWN + 10 else seen[:_SHOWN] + "…"}"'
    if raw is None or isinstance(raw, bool):
        return {None: "null", True: "true", False: "false"}[raw]
    if isinstance(raw, int) and raw.bit_length() > 128:
        return "so long a number"
    if isinstance(raw, list | dict):
        return "a list" if isinstance(raw, list) else "an object"
    words = str(raw)
    return words if len(words) <= _SHOWN else words[:_SHOWN] + "…"


def plain(value: Any) -> str:
    """Return any JSON value for a person: booleans as yes and no, what is in objects and lists joined by commas."""
    if value is None:
        return NOT_RECORDED
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict | list):
        inner = [value[key] for key in sorted(value, key=_place)] if isinstance(value, dict) else value
        return ", ".join(plain(each) for each in inner if each is not None) or "none"
    return str(value)


def _place(key: str) -> tuple[int, str]:
    """Return where a member of an object stands: who somebody is before how to reach them, the same wherever it is read."""
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST)), key


def as_text(value: Any) -> str:
    """Return what a one-line control shows for a scalar; a value of another shape (the type changed) as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
