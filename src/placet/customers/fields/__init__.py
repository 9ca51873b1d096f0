"""What each type of field can do: read a value into its canonical form, compare, display, edit and describe it.

The canonical form of a type is documented on its class. A new type is one class, registered here.
"""

from __future__ import annotations

from typing import Any

from placet.customers.fields.base import (
    NOT_RECORDED,
    TYPES,
    Change,
    Control,
    FieldType,
    Piece,
    ScaleStep,
    type_of,
)
from placet.customers.fields.choices import Boolean, Select
from placet.customers.fields.contact import Email, Phone
from placet.customers.fields.dates import Date
from placet.customers.fields.json_values import AnyValue, ObjectValue
from placet.customers.fields.lists import List
from placet.customers.fields.numbers import DecimalNumber, Integer
from placet.customers.fields.places import Country, Language
from placet.customers.fields.texts import LongText, Text
from placet.customers.schema import Field

__all__ = [
    "TYPES",
    "Change",
    "Control",
    "FieldType",
    "Piece",
    "ScaleStep",
    "canonical",
    "change",
    "control",
    "display",
    "from_form",
    "json_schema",
    "same",
]

TYPES.update(
    (each.name, each)
    for each in (
        Text(),
        LongText(),
        Integer(),
        DecimalNumber(),
        Boolean(),
        Date(),
        Select(),
        Country(),
        Language(),
        Email(),
        Phone(),
        List(),
        ObjectValue(),
        AnyValue(),
    )
)


def canonical(field: Field, raw: Any, *, region: str | None = None) -> Any:
    """Return the JSON value that the profile keeps for `raw`; None, which clears a field, stays None.

    `region` (ISO 3166, two letters) is where a telephone number without a country code is from. Raises `InvalidValue`
    with a sentence when the field does not take the value.
    """
    return None if raw is None else TYPES[field.type].parse(field, raw, region)


def same(field: Field, a: Any, b: Any) -> bool:
    """Whether two canonical values are the same; lists are, whatever the order of their items."""
    return a is b if a is None or b is None else type_of(field).same(field, a, b)


def display(field: Field, value: Any) -> str:
    """Return a value for a person: "2 Nov 1974", "+44 7700 900417", "12 years", "not recorded" for None."""
    return NOT_RECORDED if value is None else type_of(field).display(field, value)


def change(field: Field, before: Any, after: Any) -> Change:
    """Return what differs between two canonical values, either of which may be None, as data for a diff."""
    return type_of(field).change(field, before, after)


def control(field: Field, value: Any) -> Control:
    """Return the form control for a field, with a canonical value or None in it."""
    return type_of(field).control(field, value)


def from_form(field: Field, texts: list[str]) -> Any:
    """Return what a form's control of that name sent back, as raw value for `canonical`; None when it is empty."""
    return type_of(field).from_form(field, texts)


def json_schema(field: Field) -> dict[str, Any]:
    """Return the JSON Schema of a field's canonical value, with its label as title and its description."""
    schema = {"title": field.label, **type_of(field).json_schema(field)}
    return schema if field.description is None else {**schema, "description": field.description}
