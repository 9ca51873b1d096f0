"""A note with the words that proposals quote marked in it: lines of runs, each with the numbers of its quotes."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal

import msgspec

from placet.web.views import Line, Run

State = Literal["pending", "open", "accepted", "rejected", "ended"]
_PRESSING: Final[tuple[State, ...]] = ("open", "pending", "accepted", "rejected", "ended")


class Quote(msgspec.Struct, frozen=True):
    """Where proposal `number` quotes the note: code points `start` to `end`, and what became of the proposal."""

    start: int
    end: int
    number: int
    state: State


def lines(text: str, quotes: list[Quote]) -> tuple[Line, ...]:
    """Return the note line by line. Quotes may touch, overlap and cross lines; one outside the text is cut to it."""
    placed = [quote for quote in quotes if 0 <= quote.start < min(quote.end, len(text))]
    found = []
    at = 0
    for number, line in enumerate(text.split("\n"), start=1):
        found.append(Line(number=number, runs=_runs(text, at, at + len(line), placed)))
        at += len(line) + 1
    return tuple(found)


def _runs(text: str, first: int, last: int, quotes: list[Quote]) -> tuple[Run, ...]:
    """Cut text[first:last] wherever a quote starts or ends."""
    here = [quote for quote in quotes if quote.start < last and quote.end > first]
    cuts = sorted({first, last, *(min(max(cut, first), last) for quote in here for cut in (quote.start, quote.end))})
    runs = []
    for start, end in pairwise(cuts):
        over = [quote for quote in here if quote.start <= start and quote.end >= end]
        states = {quote.state for quote in over}
        runs.append(
            Run(
                text=text[start:end],
                numbers=tuple(quote.number for quote in over),
                starts=tuple(quote.number for quote in over if quote.start == start),
                ends=tuple(quote.number for quote in over if quote.end == end),
                state=next((state for state in _PRESSING if state in states), ""),
            )
        )
    return tuple(runs)
