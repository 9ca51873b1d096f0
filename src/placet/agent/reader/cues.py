"""The table of cues, `cues.toml`, as the reader uses it: how each field is talked about."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from placet.agent.reader.text import small
from placet.customers.schema import Field as SchemaField

_TABLE = Path(__file__).with_name("cues.toml")


class Saying(NamedTuple):
    """A sentence that states a value; the value is None where the group `v` of the pattern is the value."""

    pattern: str
    value: Any
    hint: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """How a field is talked about; the members are described at the top of `cues.toml`, patterns are ready to search."""

    labels: tuple[str, ...] = ()
    trigger: str = ""
    asked: str = ""
    avoid: str = ""
    says: tuple[Saying, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    near: int = 70
    state: bool = False
    plan: bool = False
    own: bool = True
    loose: bool = False
    when: str = ""
    reader: str = ""
    nudge: str = ""
    why: str = ""


NONE = Cue()


@cache
def cues() -> Mapping[str, Cue]:
    """The cues by field key."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    shared: dict[str, str] = table.pop("shared")
    return {key: _cue(entry, shared) for key, entry in table.items()}


def _cue(entry: dict[str, Any], shared: Mapping[str, str]) -> Cue:
    says = [
        Saying(_filled(pattern, shared), each.get("value"), tuple(each["hint"]))
        for each in entry.pop("says", [])
        for pattern in each["like"]
    ]
    words = {option: "|".join(patterns) for option, patterns in entry.pop("words", {}).items()}
    for name in ("trigger", "asked", "avoid"):
        entry[name] = _any(entry.get(name, []), shared)
    return Cue(labels=tuple(entry.pop("labels", [])), says=tuple(says), words=words, **entry)


def derived(field: SchemaField, cue: Cue) -> Cue:
    """The cue of a field, with what its own names add where the table says nothing: any schema is read that way."""
    if cue.trigger or cue.reader:
        return cue
    names = sorted(
        {small(name).strip(" ?:.") for name in (field.label, *field.synonyms) if len(name) > 2}, key=len, reverse=True
    )
    named = rf"\b(?:{'|'.join(map(re.escape, names))})\b" if names else ""
    says = cue.says
    if named and field.type in ("text", "longtext", "list") and field.items != "object" and not says:
        like = rf"{named} (?:is|are|has changed to|changed to|was changed to|include|includes)(?: now)? (?P<v>[^.;]{{2,160}})"
        says = (Saying(like, None, tuple(map(re.escape, names))),)
    return replace(cue, trigger=named, asked=cue.asked or named, says=says)


def _any(items: Iterable[str], shared: Mapping[str, str]) -> str:
    """One pattern for whole words and for what stands between slashes."""
    listed = [_filled(item, shared) for item in items]
    whole = [item for item in listed if not item.startswith("/")]
    as_they_are = [item[1:-1] for item in listed if item.startswith("/")]
    return "|".join(([rf"\b(?:{'|'.join(whole)})\b"] if whole else []) + as_they_are)


def _filled(pattern: str, shared: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda name: shared[name[1]], pattern)
