"""The design tokens as the stylesheet has them, each with what it is for. The stylesheet is the reference."""

from __future__ import annotations

import re
from typing import Final

from placet.web.static_files import FILES
from placet.web.views import View

_COLOUR: Final = re.compile(r"--([\w-]+):light-dark\(([^,()]+),([^()]+)\)[;}]")
_SIZE: Final = re.compile(r"--([\w-]+):([\d.]+(?:rem|px))[;}]")

COLOURS: Final = {
    "canvas": "page, side bar, panels",
    "surface": "rows, cards, the note",
    "sunken": "wells, a link under the pointer",
    "raised": "palette, menus",
    "hover": "row under the pointer",
    "flag": "neutral flag, own words in the chat",
    "line": "hairline between things",
    "line-strong": "buttons, key caps, chips",
    "control": "edge of inputs and check boxes",
    "text": "values, names",
    "text-2": "sentences, labels of controls",
    "text-3": "times, captions, old values",
    "ink": "decided; the primary act, focus, selection",
    "ink-hover": "the solid button under the pointer",
    "on-ink": "words on ink",
    "ink-soft": "rows that will be taken, bulk bar",
    "ink-line": "their edge",
    "pencil": "proposed: dashed things",
    "marker": "a quote",
    "marker-on": "the quote looked at",
    "marker-line": "its underline and side rule",
    "warn": "the world moved: stale, rival",
    "warn-soft": "its ground",
    "stop": "do not trust: quote not found, refused",
    "stop-soft": "its ground",
    "stop-line": "its edge",
}
TEXTS: Final = {
    "micro": "key caps, a quote's number, words under a scale",
    "meta": "times, captions, flags, confidence, small buttons",
    "ui": "rows, buttons, lists: everything not said otherwise",
    "read": "quotes and notes in serif; titles of cards and sections",
    "value": "the three values of an artifact",
    "h1": "the title of a page, one on each",
}
SIZES: Final = {
    "chip": "radius of chips and flags",
    "round": "radius of buttons and inputs",
    "card": "radius of cards",
    "gutter": "page to its edge; 16 on a phone",
    "row": "height of a row; 44 by touch",
    "ctl": "height of a button; 44 by touch",
    "small": "height of a small button; 32 by touch, 44 to the finger",
    "side": "side bar; 52 as a rail",
}


class Token(View, frozen=True, kw_only=True):
    """A token's name, its value (colours: light, then dark) and what it is for."""

    name: str
    values: tuple[str, ...]
    role: str


def colours() -> tuple[Token, ...]:
    """The colours in the order of the stylesheet."""
    return tuple(Token(name=n, values=(light, dark), role=COLOURS[n]) for n, light, dark in _found(_COLOUR))


def texts() -> tuple[Token, ...]:
    """The sizes of type, smallest first."""
    return tuple(Token(name=n, values=(value,), role=TEXTS[n]) for n, value in _found(_SIZE) if n in TEXTS)


def sizes() -> tuple[Token, ...]:
    """Radii, heights and widths."""
    return tuple(Token(name=n, values=(value,), role=SIZES[n]) for n, value in _found(_SIZE) if n in SIZES)


def unexplained() -> set[str]:
    """The tokens of the stylesheet that nobody said what they are for."""
    found = {row[0] for pattern in (_COLOUR, _SIZE) for row in _found(pattern)}
    return found - {*COLOURS, *TEXTS, *SIZES, "keys"}  # `keys` is the height of the bar of keys where there is one


def _found(pattern: re.Pattern[str]) -> list[tuple[str, ...]]:
    css = FILES["placet.css"].body.decode()
    root = css[css.index(":root{") : css.index(':root[data-theme="light"]')]
    return pattern.findall(root)
