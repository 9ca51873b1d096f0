"""What a command was given: files, JSON, days, passwords. Each is read here, with a sentence where it cannot be."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from placet.errors import Invalid, PlacetError

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON; errors are JSON on stderr.")]


class Misuse(typer.BadParameter):
    """An argument that cannot be understood: the command ends with 2 before it did anything."""

    def format_message(self) -> str:
        """The sentence as it was written."""
        return self.message


def text_of(name: str) -> str:
    """The text of a file, or of stdin for `-`; Invalid names the file and the fault."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise Invalid(f"{name} cannot be read: {error.strerror}.", code="unreadable_file") from None
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is not UTF-8 text (byte {error.start:,}).", code="unreadable_file") from None


def json_of(option: str, text: str) -> Any:
    """A value given as JSON, with its numbers exact; Misuse shows how a text is written."""
    from placet.db import json

    try:
        return json.decode(text)
    except (ValueError, RecursionError, PlacetError) as error:
        raise Misuse(f"{option} takes JSON ({error}). A text stands in quotes: {option} '\"retired\"'.") from None


def object_of(option: str, text: str) -> dict[str, Any]:
    """A JSON object given as such, or as `@FILE`."""
    found = json_of(option, text_of(text[1:]) if text.startswith("@") else text)
    if not isinstance(found, dict):
        raise Misuse(f'{option} takes a JSON object, such as \'{{"occupation": "Architect"}}\'.')
    return found


def day_of(option: str, text: str) -> date:
    """A day in ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misuse(f"{option} takes a day like 2026-11-30, not {text[:40]!r}.") from None


def midnight(day: date) -> datetime:
    """The moment a bare date stands for: the start of that day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def password_from_stdin() -> str:
    """The first line of stdin."""
    return text_of("-").partition("\n")[0].removesuffix("\r")
