"""A folder of notes with their answers, as the guide "Evaluate the reader" describes it; faults are named with their line."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from placet.artifacts.evidence import normal_newlines
from placet.customers import fields
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Invalid, InvalidValue

INPUTS, GOLD = "inputs.jsonl", "gold.jsonl"
MOST_FAULTS = 10


class Fact(msgspec.Struct):
    """A right answer. `accept` holds other right wordings, `keywords` what recognises each item of a list.

    An `optional` fact is right where it is proposed and not missed where it is not.
    """

    field_key: str
    value: Any
    source_text: str = ""
    accept: list[Any] = []
    keywords: list[list[str]] = []
    also_source: list[str] = []
    optional: bool = False


class Trap(msgspec.Struct):
    """A wrong value that the note invites to; "*" is any value of the field."""

    field_key: str
    value: Any
    kind: str = "other"
    source_text: str = ""
    why: str = ""


class Case(msgspec.Struct, kw_only=True):
    """One note with its answers. What a reader is given is the text, client, date, locale and profile, nothing else.

    `more` holds right values of further fields, without evidence; `ignore` names fields that are not judged in this note.
    """

    note_id: str
    file: str
    client: str | None = None
    meeting_date: dt.date | None = None
    locale: str = "en-GB"
    profile_before: dict[str, Any] = {}
    gold: list[Fact] = []
    traps: list[Trap] = []
    ignore: list[str] = []
    more: dict[str, Any] = {}
    style: str = ""
    text: str = ""

    @property
    def facts(self) -> list[Fact]:
        """Every right answer, those of `more` included."""
        listed = {fact.field_key for fact in self.gold}
        return self.gold + [Fact(k, value, optional=True) for k, value in self.more.items() if k not in listed]


def load_all(folders: Sequence[Path], schema: ProfileSchema) -> list[Case]:
    """The cases of several folders; raises Invalid as `load` does, and where two folders call a note the same."""
    found = [case for folder in folders for case in load(folder, schema)]
    twice = [name for name, times in Counter(case.note_id for case in found).items() if times > 1]
    if twice:
        raise Invalid(f"The note {twice[0]!r} is in two folders; a note is counted once.", code="invalid_notes")
    return found


def load(folder: Path, schema: ProfileSchema) -> list[Case]:
    """The cases of a folder, in the order of its answers. Raises Invalid `invalid_notes` that lists what is wrong with it."""
    if not folder.is_dir():
        raise Invalid(f"{folder} is no folder.", code="invalid_notes")
    gold, faults = _rows(folder / GOLD)
    given = {}
    if (folder / INPUTS).exists():
        rows, more = _rows(folder / INPUTS)
        faults += more
        given = {row.get("note_id"): row for _, row in rows}
        answered = {row.get("note_id") for _, row in gold}
        faults += [f"{INPUTS}: the note {key!r} has no line in {GOLD}" for key in given if key not in answered]
    cases: list[Case] = []
    for place, row in gold:
        try:
            case = msgspec.convert({**row, **given.get(row.get("note_id"), {})}, Case)
            case.text = _text(folder, case.file)
        except OSError as error:
            faults.append(f"{place}: {row.get('file')}: {error.strerror}")
            continue
        except (msgspec.ValidationError, UnicodeDecodeError) as error:
            faults.append(f"{place}: {error}")
            continue
        if any(case.note_id == other.note_id for other in cases):
            faults.append(f"{place}: the note {case.note_id!r} is there twice")
        faults += [f"{place}: {fault}" for fault in _faults(case, schema)]
        cases.append(case)
    if not cases and not faults:
        faults.append(f"{GOLD} is empty")
    if faults:
        rest = f" And {len(faults) - MOST_FAULTS} more." if len(faults) > MOST_FAULTS else ""
        listed = "; ".join(faults[:MOST_FAULTS])
        raise Invalid(f"The notes in {folder} cannot be used: {listed}.{rest}", code="invalid_notes")
    return cases


def _rows(path: Path) -> tuple[list[tuple[str, dict[str, Any]]], list[str]]:
    """The objects of a file of JSON lines, each with its place, and what is wrong."""
    rows: list[tuple[str, dict[str, Any]]] = []
    faults: list[str] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # JSON may hold other line ends within its strings
    except (OSError, UnicodeDecodeError) as error:
        return [], [f"{path.name}: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8 text'}"]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            faults.append(f"{path.name}:{number}: not JSON ({error})")
            continue
        if isinstance(row, dict):
            rows.append((f"{path.name}:{number}", row))
        else:
            faults.append(f"{path.name}:{number}: not a JSON object")
    return rows, faults


def _text(folder: Path, file: str) -> str:
    """A note's text; its file is named from the folder, or from the one above as where several folders share a root."""
    path = next((p for p in (folder / file, folder.parent / file) if p.is_file()), folder / file)
    return normal_newlines(path.read_bytes().decode("utf-8-sig"))


def _faults(case: Case, schema: ProfileSchema) -> Iterator[str]:
    keys = [fact.field_key for fact in case.gold]
    named = [*keys, *case.more, *case.ignore, *case.profile_before, *(trap.field_key for trap in case.traps)]
    for key in dict.fromkeys(named):
        if schema.field(key) is None:
            yield f"the schema has no field {key!r}"
        elif keys.count(key) > 1:
            yield f"{key} is answered twice; a field has one right value"
    for fact in case.gold:
        field = schema.field(fact.field_key)
        if field is None:
            continue
        if not fact.source_text:
            yield f"{fact.field_key} has no source_text"
        for quote in (fact.source_text, *fact.also_source):
            if normal_newlines(quote) not in case.text:
                yield f"{fact.field_key}: the note does not contain {quote[:60]!r}"
        if fault := _unfit(field, fact.value, case.locale):
            yield fault


def _unfit(field: Field, value: Any, locale: str) -> str | None:
    try:
        fields.canonical(field, value, region=locale.replace("_", "-").split("-")[-1][:2].upper())
    except InvalidValue as error:
        return f"{field.key}: {error.sentence.rstrip('.')}"
    return None
