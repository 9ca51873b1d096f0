"""Whole numbers and decimals, both exact: nothing here is ever rounded through a binary float."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from placet.customers.fields.base import Change, Control, FieldType, as_text, plain, refuse
from placet.customers.schema import Field

DIGITS: Final = 40  # of a number, before and after the point together
_WHOLE: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)


class _Number(FieldType):
    def bounded(self, field: Field, raw: Any, value: Decimal | int) -> None:
        """Raise `InvalidValue` for a number below the field's min or above its max."""
        low, high = _exact(field.min), _exact(field.max)
        if low is not None and high is not None and not low <= value <= high:
            raise refuse(field, raw, f"it is from {_grouped(low)} to {_grouped(high)}")
        if low is not None and value < low:
            raise refuse(field, raw, f"it is at least {_grouped(low)}")
        if high is not None and value > high:
            raise refuse(field, raw, f"it is at most {_grouped(high)}")

    def display(self, field: Field, value: Any) -> str:
        """Return the number with thousands set apart and its unit: "1,234", "12 years", "1 year"."""
        number = _number(value)
        if number is None:
            return plain(value)
        if not field.unit:
            return _grouped(number)
        singular = number == 1 and field.unit.endswith("s") and len(field.unit) > 2
        return f"{_grouped(number)} {field.unit[:-1] if singular else field.unit}"

    def change(self, field: Field, before: Any, after: Any) -> Change:
        """Return both numbers and by how many per cent they differ."""
        change = super().change(field, before, after)
        was, now = _number(before), _number(after)
        if was and now is not None and was != now:
            change.note = _percent((now - was) / abs(was) * 100)
        return change

    def control(self, field: Field, value: Any) -> Control:
        """Return a number input."""
        return Control(
            kind="number",
            name=field.key,
            label=field.label,
            value=as_text(value),
            min=_plain(field.min),
            max=_plain(field.max),
            step="1" if self.name == "integer" else "any",
            help=self.help(field),
        )


class Integer(_Number):
    """A whole number: 12 or "12", never 12.0, "12 years" or true."""

    name = "integer"

    def parse(self, field: Field, raw: Any, region: str | None) -> int:
        """Return the number as an int."""
        value = raw
        if isinstance(raw, str) and len(raw) <= 2 * DIGITS and _WHOLE.fullmatch(raw.strip()):
            value = int(raw)
        if not isinstance(value, int) or isinstance(value, bool):
            raise refuse(field, raw, "a whole number is written 12")
        if abs(value) >= 10**DIGITS:
            raise refuse(field, raw, f"a number has at most {DIGITS} digits")
        self.bounded(field, raw, value)
        return value

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return an integer with its bounds."""
        schema: dict[str, Any] = {"type": "integer"}
        if field.min is not None:
            schema["minimum"] = field.min
        if field.max is not None:
            schema["maximum"] = field.max
        return schema


class DecimalNumber(_Number):
    """A decimal as a string of plain digits, "1.5", so that no reader of JSON can round it."""

    name = "decimal"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the digits without exponent, plus sign, needless zeros or a sign on zero."""
        if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
            raise refuse(field, raw, "a number is written 1250.50")
        if isinstance(raw, int) and raw.bit_length() > 4 * DIGITS:
            raise refuse(field, raw, f"a number has at most {DIGITS} digits")
        # A float is taken by its shortest text: 0.1 means what was written, not the nearest binary fraction.
        words = repr(raw) if isinstance(raw, float) else str(raw).strip()
        if not _DECIMAL.fullmatch(words):
            raise refuse(field, raw, "a number is written 1250.50")
        value = Decimal(words)
        text = _digits(value)
        if sum(each.isdigit() for each in text) > DIGITS:
            raise refuse(field, raw, f"a number has at most {DIGITS} digits")
        self.bounded(field, raw, value)
        return text

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a string of digits; its bounds are those of the number, which JSON Schema cannot say of a string."""
        return {"type": "string", "format": "decimal", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$"}


def _digits(value: Decimal) -> str:
    """Return plain digits; `Decimal.normalize` would round to the context's precision."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if value == 0 else text


def _exact(bound: float | None) -> Decimal | None:
    return None if bound is None else Decimal(repr(bound))


def _plain(bound: float | None) -> str | None:
    exact = _exact(bound)
    return None if exact is None else _digits(exact)


def _number(value: Any) -> Decimal | None:
    """Return a stored number; None for anything else that an earlier schema may have left there."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 4 * DIGITS:
        return Decimal(value)
    if isinstance(value, str) and len(value) <= 2 * DIGITS and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def _grouped(number: Decimal) -> str:
    return format(number, ",f")


def _percent(percent: Decimal) -> str | None:
    """Return "+60 %" or "−2.5 %": whole per cents, tenths below ten; None where that says nothing."""
    if abs(percent) >= 10**9:
        return None
    rounded = percent.quantize(Decimal("0.1") if abs(percent) < 10 else Decimal(1), ROUND_HALF_UP)
    if not rounded:
        return None
    return f"{'+' if rounded > 0 else '−'}{_grouped(Decimal(_digits(abs(rounded))))} %"
