"""Which notes to propose from: files, folders, and lists of notes with their customers, dates and titles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from placet.cli.given import Misuse, midnight
from placet.errors import Invalid

LISTS = ("manifest.jsonl", "inputs.jsonl")
NOTES = (".md", ".txt")
_MOST_FAULTS = 10


class Job(NamedTuple):
    """One note: the file as it was named ("-" is stdin), for whom, and what is said of it."""

    note: str
    customer: str
    title: str | None
    occurred_at: datetime | None
    locale: str


def jobs(
    notes: Sequence[str], *, customer: str | None, title: str | None, occurred_at: datetime | None, locale: str
) -> list[Job]:
    """A job for every note that is named: by itself, in a folder, or in a list. What a list says goes before the options.

    Raises Misuse where a note has no customer, and Invalid `invalid_manifest` with the faults of a list.
    """
    found: list[Job] = []
    for named in notes:
        path = Path(named)
        listed = next((path / name for name in LISTS if (path / name).is_file()), None) if path.is_dir() else None
        if path.suffix == ".jsonl" or listed is not None:
            found += _of_list(listed or path, customer, occurred_at, locale)
            continue
        if customer is None:
            raise Misuse(f"{named} needs --customer, or a list that names its customer ({LISTS[0]}).")
        files = [str(file) for file in sorted(path.iterdir()) if file.suffix in NOTES] if path.is_dir() else [named]
        if not files:
            raise Misuse(f"{named} holds neither notes ({', '.join(NOTES)}) nor a list of them ({LISTS[0]}).")
        found += [Job(file, customer, title or _title(file), occurred_at, locale) for file in files]
    if title is not None and len(found) > 1:
        raise Misuse("--title is for one note.")
    if sum(job.note == "-" for job in found) > 1:
        raise Misuse("stdin (-) can be read once.")
    return found


def _title(note: str) -> str | None:
    return None if note == "-" else Path(note).stem[:300]


def _of_list(path: Path, customer: str | None, occurred_at: datetime | None, locale: str) -> list[Job]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # JSON may hold other line ends within its strings
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Invalid(f"{path} cannot be read: {why}.", code="unreadable_file") from None
    found: list[Job] = []
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_of_line(path.parent, json.loads(line), customer, occurred_at, locale))
        except json.JSONDecodeError as error:
            faults.append(f"line {number}: not JSON ({error.msg})")
        except (ValueError, RecursionError) as error:
            faults.append(f"line {number}: {error}")
    if not found and not faults:
        faults.append("it is empty")
    if faults:
        rest = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise Invalid(f"{path} cannot be used: {'; '.join(faults[:_MOST_FAULTS])}{rest}.", code="invalid_manifest")
    return found


def _of_line(folder: Path, row: Any, customer: str | None, occurred_at: datetime | None, locale: str) -> Job:
    """A line's job; the names of the notes with known answers (`note_id`, `meeting_date`) are understood too."""
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    file = _text(row, "file")
    if file is None:
        raise ValueError("file is missing")
    whose = _text(row, "customer") or customer
    if whose is None:
        raise ValueError("customer is missing, and --customer is not given")
    day = _text(row, "date", "meeting_date")
    path = next((p for p in (folder / file, folder.parent / file) if p.is_file()), folder / file)
    title = _text(row, "title", "note_id") or path.stem
    return Job(
        str(path), whose, title[:300], midnight(_day(day)) if day else occurred_at, _text(row, "locale") or locale
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"date is a day like 2026-11-30, not {text[:40]!r}") from None


def _text(row: dict[str, Any], *names: str) -> str | None:
    for name in names:
        value = row.get(name)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise ValueError(f"{name} is text")
        if value is not None:
            if any("\ud800" <= char <= "\udfff" for char in value):
                raise ValueError(f"{name} holds half of a character")
            return str(value)
    return None
