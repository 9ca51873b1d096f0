"""Members: what a payload is made of, said with the same field types a profile has. Check, canonical form, the lines of the
card and the controls of the edit form follow from it, so that a type says each of its members once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec

from placet.artifacts.card import Line
from placet.customers import fields
from placet.customers.fields import Control
from placet.customers.schema import Field, Option
from placet.errors import InvalidValue


def member(key: str, label: str, kind: str = "text", *, options: Sequence[tuple[str, str]] = (), **more: Any) -> Field:
    """A member of a payload: `kind` is a field type (`text`, `longtext`, `date`, `email`, `select` with `options`, `list` of
    `items`, `object`, ...); `min`, `max`, `pattern` and `description` bound and explain it.
    """
    choices = tuple(Option(value, words) for value, words in options)
    return Field(key=key, label=label, section="", type=kind, options=choices, **more)


def canonical(members: Sequence[Field], payload: Mapping[str, Any], shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The payload with each member in its canonical form; InvalidValue names the first that does not take its value.

    One that may be left out and is null is left out.
    """
    needed = {info.name: info.type for info in msgspec.structs.fields(shape) if info.required}
    found = dict(payload)
    for each in members:
        if found.get(each.key) is None:
            if each.key not in needed:
                found.pop(each.key, None)
            elif type(None) not in get_args(needed[each.key]):
                raise InvalidValue(f"{each.label} is needed.", field=each.key)
            continue
        found[each.key] = fields.canonical(each, found[each.key])
    return found


def lines(members: Sequence[Field], value: Mapping[str, Any]) -> list[Line]:
    """The members that are there, as a card shows them."""
    return [_line(each, value[each.key]) for each in members if value.get(each.key) is not None]


def controls(members: Sequence[Field], payload: Mapping[str, Any]) -> list[Control]:
    """A control for each member, prefilled."""
    return [fields.control(each, payload.get(each.key)) for each in members]


def from_form(members: Sequence[Field], form: Mapping[str, list[str]]) -> dict[str, Any]:
    """What the controls sent back; a member whose control was not there is left out, an empty one is null."""
    several = {
        each.key for each in members if fields.control(each, None).kind == "checkboxes"
    }  # none ticked sends nothing
    return {
        each.key: fields.from_form(each, list(form.get(each.key, [])))
        for each in members
        if each.key in form or each.key in several
    }


def _line(each: Field, value: Any) -> Line:
    try:
        text = fields.display(each, fields.canonical(each, value))
    except InvalidValue:
        text = str(value)
    return Line(each.label, text, "long" if each.type == "longtext" else "text")
