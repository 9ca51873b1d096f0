"""How the page of the fields says what a field takes."""

from __future__ import annotations

from typing import Any

import pytest

from placet.customers.schema import TYPES, Field, Option
from placet.web.pages.schema_fields import takes

OPTIONS = (Option(value="Low"), Option(value="High"))


def field(type_: str, **more: Any) -> Field:
    return Field(key="k", label="K", section="S", type=type_, **more)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (field("text", max=200), "Text, at most 200 characters"),
        (field("text", min=2, max=8, pattern="[A-Z]+"), "Text, 2 to 8 characters, written as [A-Z]+"),
        (field("integer", min=0, max=1200, unit="years"), "Whole number (years), 0 to 1,200"),
        (field("decimal", min=0), "Number, at least 0"),
        (field("select", options=OPTIONS, ordered=True), "One of, in this order"),
        (field("list", items="select", options=OPTIONS), "Several of"),
        (field("select", options=OPTIONS, multi=True), "Several of"),
        (field("list", items="country"), "Countries"),
        (field("list", items="phone"), "List: phone number"),
        (field("list"), "List of texts"),
    ],
)
def test_what_a_field_takes(of: Field, words: str) -> None:
    assert takes(of) == words


def test_every_type_has_its_words() -> None:
    assert all(takes(field(type_)) for type_ in TYPES)
    assert all(takes(field("list", items=type_)) for type_ in TYPES)
