"""Lists: sets in order, whose items are of one type."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec

from placet.customers.fields.base import NOT_RECORDED, Change, Control, FieldType, plain, refuse, type_of
from placet.customers.fields.json_values import as_json, from_json, identity, read_json
from placet.customers.fields.words import item_pieces
from placet.customers.schema import Field

_AS_JSON: Final = frozenset({"object", "any", "list", "longtext"})  # items that do not fit on a line


class List(FieldType):
    """A list: an item is there once, and lists of the same items are the same in any order."""

    name = "list"

    def parse(self, field: Field, raw: Any, region: str | None) -> list[Any]:
        """Return the items in canonical form without those that are there already; an empty list stays."""
        if not isinstance(raw, list):
            raise refuse(field, raw, "a list is written with its items in brackets")
        item = item_of(field)
        kind = type_of(item)
        if item.type == "select":
            values: list[Any] = kind.parse(_several(item), raw, region)
            return values
        kept: dict[str, Any] = {}
        for each in read_json(field, raw) if item.type in _AS_JSON else raw:
            if each is None:
                raise refuse(field, raw, "an item of a list is never null")
            value = kind.parse(item, each, region)
            kept.setdefault(identity(value), value)
        return list(kept.values())

    def same(self, field: Field, a: Any, b: Any) -> bool:
        """Whether both have the same items, in any order."""
        if not isinstance(a, list) or not isinstance(b, list):
            return identity(a) == identity(b)
        return {identity(each) for each in a} == {identity(each) for each in b}

    def display(self, field: Field, value: Any) -> str:
        """Return the items joined by commas; an empty list is "none"."""
        return (", ".join(_shown(field, value)) or "none") if isinstance(value, list) else plain(value)

    def change(self, field: Field, before: Any, after: Any) -> Change:
        """Return the items that stay, go and come."""
        change = super().change(field, before, after)
        was, now = (
            [(identity(each), words) for each, words in zip(value, _shown(field, value), strict=True)]
            if isinstance(value, list)
            else []
            for value in (before, after)
        )
        change.kind, change.pieces = "list", item_pieces(was, now)
        return change

    def control(self, field: Field, value: Any) -> Control:
        """Return one line an item, check boxes for choices, JSON for items that have parts or line breaks."""
        item = item_of(field)
        items = value if isinstance(value, list) else []
        if item.type == "select":
            return type_of(item).control(_several(item), items)
        if item.type in _AS_JSON:
            kind, text, hint = "json", "" if value is None else as_json(items), "A list as JSON"
        else:
            kind, hint = "lines", "One a line"
            text = "\n".join(type_of(item).control(item, each).value for each in items)
        return Control(kind=kind, name=field.key, label=field.label, value=text, help=field.description or hint)

    def from_form(self, field: Field, texts: list[str]) -> Any:
        """Return the items; no item at all clears the field."""
        item = item_of(field)
        if item.type == "select":
            return type_of(item).from_form(_several(item), texts)
        if item.type in _AS_JSON:
            text = super().from_form(field, texts)
            return None if text is None else from_json(field, text)
        lines = [line.strip() for text in texts for line in text.replace("\r", "\n").split("\n")]
        return [line for line in lines if line] or None

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return an array of unique items."""
        item = item_of(field)
        return {"type": "array", "items": type_of(item).json_schema(item), "uniqueItems": True}


@lru_cache(maxsize=1024)
def item_of(field: Field) -> Field:
    """Return the field that an item of a list would be; a list that does not say has items of any kind."""
    return msgspec.structs.replace(field, type=field.items or "any", items=None, multi=False)


@lru_cache(maxsize=1024)
def _several(item: Field) -> Field:
    return msgspec.structs.replace(item, multi=True)


def _shown(field: Field, items: list[Any]) -> list[str]:
    item = item_of(field)
    return [NOT_RECORDED if each is None else type_of(item).display(item, each) for each in items]
