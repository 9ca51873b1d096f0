"""Choices: one or several options of a list, and yes or no."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from placet.customers.fields.base import NOT_RECORDED, Change, Control, FieldType, ScaleStep, plain, refuse
from placet.customers.fields.texts import clean
from placet.customers.fields.words import item_pieces
from placet.customers.schema import Field, Option, folded

OTHER: Final = "other"  # the option of this value may come with words of its own
_LONGEST_OTHER: Final = 500
_OTHER: Final = re.compile(r"other\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)


class Select(FieldType):
    """One option, stored by its value; with `multi` a list of them, a set in order.

    Where an option has the value `other`, "other: sails a dinghy" keeps the option and its words as one string;
    {"value": "other", "text": "sails a dinghy"} is read as the same.
    """

    name = "select"

    def parse(self, field: Field, raw: Any, region: str | None) -> Any:
        """Return the option's value, or the list of values."""
        if not field.multi:
            return _choice(field, raw)
        if not isinstance(raw, list):
            raise refuse(field, raw, "several choices are written as a list")
        chosen = list(dict.fromkeys(_choice(field, each) for each in raw))
        if sum(each == OTHER or each.startswith(f"{OTHER}: ") for each in chosen) > 1:
            raise refuse(field, raw, f"{OTHER} is in it once, with all its words")
        return chosen

    def same(self, field: Field, a: Any, b: Any) -> bool:
        """Whether the same options are chosen, in any order."""
        if isinstance(a, list) and isinstance(b, list) and _all_texts(a) and _all_texts(b):
            return set(a) == set(b)
        return super().same(field, a, b)

    def display(self, field: Field, value: Any) -> str:
        """Return the labels of what is chosen."""
        if isinstance(value, list):
            return ", ".join(_label(field, each) for each in value) or "none"
        return _label(field, value)

    def change(self, field: Field, before: Any, after: Any) -> Change:
        """Return the options that stay, go and come, or how many steps an ordered choice moves."""
        change = super().change(field, before, after)
        if field.multi:
            was, now = (
                [(each, _label(field, each)) for each in value] if isinstance(value, list) and _all_texts(value) else []
                for value in (before, after)
            )
            change.kind, change.pieces = "list", item_pieces(was, now)
        elif field.ordered:
            _show_steps(field, change, before, after)
        return change

    def control(self, field: Field, value: Any) -> Control:
        """Return a select with an empty option, or check boxes."""
        control = Control(
            kind="checkboxes" if field.multi else "select",
            name=field.key,
            label=field.label,
            options=list(field.options) if field.multi else [Option("", NOT_RECORDED), *field.options],
            help=self.help(field),
        )
        chosen = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
        if OTHER in _words(field).values():
            found = next((match for each in chosen if (match := _OTHER.fullmatch(each))), None)
            control.other = found[1] if found else ""
            chosen = [OTHER if _OTHER.fullmatch(each) else each for each in chosen]
        if field.multi:
            control.values = chosen
        else:
            control.value = chosen[0] if chosen else ""
        return control

    def from_form(self, field: Field, texts: list[str]) -> Any:
        """Return what is chosen; what the second input says goes with `other`, and nowhere if that is not chosen."""
        sent = [text.strip() for text in texts]
        if not field.multi:
            choice, words = [*sent, "", ""][:2]
            return f"{OTHER}: {words}" if choice == OTHER and words else choice or None
        ticked = [text for text in sent if text]
        values = {option.value for option in field.options}
        words = ticked.pop() if ticked and OTHER in values and ticked[-1] not in values else ""
        return [f"{OTHER}: {words}" if text == OTHER and words else text for text in ticked] or None

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return the options' values, and `other: ...` where the field has that option."""
        values = [option.value for option in field.options]
        one: dict[str, Any] = {"type": "string", "enum": values}
        if OTHER in values:
            one = {"type": "string", "anyOf": [{"enum": values}, {"pattern": f"^{OTHER}: "}]}
        return {"type": "array", "items": one, "uniqueItems": True} if field.multi else one


class Boolean(FieldType):
    """Yes or no."""

    name = "boolean"

    def parse(self, field: Field, raw: Any, region: str | None) -> bool:
        """Return true or false; the words yes, no, true and false are read too."""
        if isinstance(raw, bool):
            return raw
        word = raw.strip().casefold() if isinstance(raw, str) else ""
        if word not in ("yes", "no", "true", "false"):
            raise refuse(field, raw, "it is yes or no")
        return word in ("yes", "true")

    def display(self, field: Field, value: Any) -> str:
        """Return "Yes" or "No"."""
        return plain(value)

    def control(self, field: Field, value: Any) -> Control:
        """Return a select of nothing, yes and no."""
        return Control(
            kind="select",
            name=field.key,
            label=field.label,
            value={True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else "",
            options=[Option("", NOT_RECORDED), Option("true", "Yes"), Option("false", "No")],
            help=self.help(field),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a boolean."""
        return {"type": "boolean"}


@lru_cache(maxsize=1024)
def _words(field: Field) -> dict[str, str]:
    """Return the value for every folded way to name an option; the schema refuses a word that names two."""
    return {
        folded(word): option.value
        for option in field.options
        for word in (option.value, option.label, *option.synonyms)
    }


@lru_cache(maxsize=1024)
def _labels(field: Field) -> dict[str, str]:
    return {option.value: option.label for option in field.options}


def _choice(field: Field, raw: Any) -> str:
    """Return the value of the option that `raw` names."""
    labels = _labels(field)
    if isinstance(raw, dict) and raw.keys() == {"value", "text"} and raw["value"] == OTHER and OTHER in labels:
        raw = f"{OTHER}: {raw['text']}" if isinstance(raw["text"], str) else raw
    if isinstance(raw, str):
        if raw in labels:
            return raw
        value = _words(field).get(folded(raw))
        if value is not None:
            return value
        if OTHER in labels and (found := _OTHER.fullmatch(raw.strip())):
            words = clean(field, found[1]) if found[1].strip() else OTHER
            if len(words) > _LONGEST_OTHER:
                raise refuse(field, raw, f"the words after {OTHER} have at most {_LONGEST_OTHER} characters")
            return _words(field).get(folded(words)) or f"{OTHER}: {words}"
    names = [option.label for option in field.options]
    if len(names) > 12:
        names = [*names[:12], f"{len(names) - 12} more"]
    raise refuse(field, raw, f"it is {', '.join(names[:-1])}{' or ' if names[:-1] else ''}{names[-1]}")


def _label(field: Field, value: Any) -> str:
    labels = _labels(field)
    if not isinstance(value, str):
        return plain(value)
    if value not in labels and OTHER in labels and (found := _OTHER.fullmatch(value)):
        return f"{labels[OTHER]}: {found[1]}"
    return labels.get(value, value)


def _show_steps(field: Field, change: Change, before: Any, after: Any) -> None:
    """Add the scale and the number of steps, unless a value is not on the scale."""
    order = [option.value for option in field.options]
    if any(value is not None and value not in order for value in (before, after)):
        return
    change.kind = "ordered"
    change.scale = [ScaleStep(option.label, option.value == before, option.value == after) for option in field.options]
    steps = order.index(after) - order.index(before) if before is not None and after is not None else 0
    if steps:
        change.note = f"{'+' if steps > 0 else '−'}{abs(steps)} {'step' if abs(steps) == 1 else 'steps'}"


def _all_texts(values: list[Any]) -> bool:
    return all(isinstance(each, str) for each in values)
