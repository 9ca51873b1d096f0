"""What commands print: sentences, tables, JSON, progress. Rich is loaded only when a table or a bar is drawn."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

WIDE = 500  # columns of a table that goes to a file or a pipe: nothing is folded there
NOT_RECORDED = "not recorded"


def say(sentence: str) -> None:
    """A line to stdout."""
    print(plain(sentence), flush=True)


def tell(sentence: str) -> None:
    """A line to stderr, for what is not the answer itself."""
    print(plain(sentence), file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Indented JSON to stdout, in UTF-8 whatever the terminal speaks."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.flush()
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.flush()


def plain(text: str) -> str:
    """The text without anything a terminal would obey or hide: an escape sequence in a note must not reach it.

    Line breaks stay; other control, invisible and direction characters are written out, such as \\u202e.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _written_out(char) for char in text)


def _written_out(char: str) -> str:
    if unicodedata.category(char) == "Zs" or char == "\t":
        return " "
    return char.encode("unicode_escape").decode()


def value_text(value: Any) -> str:
    """A JSON value for a person who has no profile schema at hand: text as it is, lists with commas, the rest as JSON."""
    if value is None:
        return NOT_RECORDED
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(value_text(item) for item in value) or "none"
    import json

    return json.dumps(value, ensure_ascii=False)


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 customer`, `1,000 customers`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, keep: Sequence[str] = ()) -> None:
    """A table to stdout, as wide as the terminal; columns named in `keep` are never folded."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for name in head:
        table.add_column(name, no_wrap=name in keep, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()), flush=True)


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr while the context lasts, if that is a terminal; call what it gives with how many are done."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, completed=done)
