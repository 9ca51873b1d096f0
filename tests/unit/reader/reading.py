"""What the reader's tests share: the schema, a short way to read, and the notes with their answers."""

import datetime
import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from placet.agent.reader import Reading, read
from placet.agent.reader.acquaintances import Acquaintances
from placet.agent.reader.cues import cues
from placet.agent.reader.labels import Labels
from placet.agent.reader.segment import Segments, segment
from placet.agent.reader.text import fold
from placet.customers.schema import ProfileSchema, load_schema

ROOT = Path(__file__).parents[3]
NOTES = ROOT / "tests" / "data" / "notes"
EXTERNAL = ROOT.parent / "shared" / "data" / "external"
TODAY = datetime.date(2026, 3, 1)


@cache
def schema() -> ProfileSchema:
    """The packaged profile schema."""
    return load_schema()


def reading(note: str, *, client: str | None = "Jane Doe", locale: str = "en-GB", **options: Any) -> Reading:
    """Read a note of 1 March 2026 about Jane Doe."""
    options.setdefault("date", TODAY)
    return read(note, schema=options.pop("schema", None) or schema(), client=client, locale=locale, **options)


def proposed(note: str, **options: Any) -> dict[str, Any]:
    """What reading a note proposes, by field."""
    return {each.field_key: each.proposed_value for each in reading(note, **options).proposals}


def refused(note: str, **options: Any) -> set[tuple[str, str]]:
    """What reading a note does not propose: (field, reason)."""
    return {(each.field_key, each.reason) for each in reading(note, **options).not_proposed}


def cut(note: str, client: str = "Jane Doe") -> Segments:
    """The statements of a note."""
    labels = Labels(schema(), cues())
    return segment(fold(note).text, is_client=Acquaintances(client).is_client, is_label=labels.known, keys=None)


@cache
def inputs(split: str = "dev") -> list[dict[str, Any]]:
    """The notes with answers: what the reader is given of each."""
    lines = (NOTES / split / "inputs.jsonl").read_text(encoding="utf-8").splitlines()
    return [{**json.loads(line), "note": note_text(json.loads(line)["file"])} for line in lines]


def note_text(file: str) -> str:
    """A note's text."""
    return (NOTES / file).read_text(encoding="utf-8")


def read_input(entry: dict[str, Any], note: str | None = None) -> Reading:
    """Read one of the notes with answers, or a variation of it."""
    return read(
        entry["note"] if note is None else note,
        schema=schema(),
        profile=entry["profile_before"],
        client=entry["client"],
        date=datetime.date.fromisoformat(entry["meeting_date"]),
        locale=entry["locale"],
    )


@cache
def scorer() -> Any:
    """The module `score.py`, which stands beside the notes."""
    spec = importlib.util.spec_from_file_location("score", NOTES / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
