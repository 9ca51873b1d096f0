"""Evidence: the stored source, and where in it a quote stands. The server looks itself; nobody's word is believed."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from hashlib import sha256

import msgspec

MAX_NEARLY = 2000  # characters of a quote that is worth looking for when it is not there word for word
_FOLD = str.maketrans("‘’‚‛“”„‟–—‐‑−\u00a0", "''''\"\"\"\"----- ".ljust(14))


class Located(msgspec.Struct, frozen=True):
    """Code point offsets into the stored source, and whether the quote stands there word for word."""

    start: int | None
    end: int | None
    verified: bool


NOWHERE = Located(None, None, False)


def normal_newlines(text: str) -> str:
    """The text a source is stored as, hashed as and counted in: CRLF and CR become LF, nothing else changes."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def digest(text: str) -> bytes:
    """SHA-256 of the stored text in UTF-8."""
    return sha256(text.encode()).digest()


class Finder:
    """Finds quotes in one stored text. Levelling the text is slow and done once, however many quotes are not in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def locate(self, quote: str | None, hint: int | None = None) -> Located:
        """Where a quote stands in the text, at `hint` if it is there, else at its first occurrence.

        Where only letter case, spaces, dashes, quotation marks or the way accents are written differ, the place is
        given but it is not verified.
        """
        quote = normal_newlines(quote or "")
        if not quote.strip():
            return NOWHERE
        if hint is not None and hint >= 0 and self.text[hint : hint + len(quote)] == quote:
            return Located(hint, hint + len(quote), True)
        if (start := self.text.find(quote)) >= 0:
            return Located(start, start + len(quote), True)
        return self._locate_nearly(quote.strip())

    def _locate_nearly(self, quote: str) -> Located:
        if len(quote) > MAX_NEARLY:
            return NOWHERE
        folded, offsets = self._folded
        wanted, _ = _fold(quote)
        start = folded.find(wanted)
        if not wanted or start < 0:
            return NOWHERE
        return Located(offsets[start], offsets[start + len(wanted) - 1] + 1, False)

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        return _fold(self.text)


def _fold(text: str) -> tuple[str, list[int]]:
    """The text with case, accents, dashes, quotation marks and white space levelled, and each character's origin."""
    letters: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(text):
        for folded in unicodedata.normalize("NFKD", character.translate(_FOLD)).casefold():
            plain = " " if folded.isspace() else folded
            if plain == " " and letters and letters[-1] == " ":
                continue
            letters.append(plain)
            offsets.append(position)
    return "".join(letters), offsets
