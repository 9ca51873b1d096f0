"""Evidence: the stored source, and where in it a quote stands. The server looks for itself; nobody's offsets are believed."""

from __future__ import annotations

import unicodedata
from hashlib import sha256

import msgspec

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


def locate(text: str, quote: str | None, hint: int | None = None) -> Located:
    """Where `quote` stands in `text`, at `hint` if it is there, else at its first occurrence.

    Where only the wording of spaces, dashes and quotation marks differs, the place is given but it is not verified.
    """
    quote = normal_newlines(quote or "")
    if not quote.strip():
        return NOWHERE
    if hint is not None and hint >= 0 and text[hint : hint + len(quote)] == quote:
        return Located(hint, hint + len(quote), True)
    if (start := text.find(quote)) >= 0:
        return Located(start, start + len(quote), True)
    return _locate_nearly(text, quote)


def _locate_nearly(text: str, quote: str) -> Located:
    folded, offsets = _fold(text)
    wanted, _ = _fold(quote.strip())
    start = folded.find(wanted)
    if not wanted or start < 0:
        return NOWHERE
    return Located(offsets[start], offsets[start + len(wanted) - 1] + 1, False)


def _fold(text: str) -> tuple[str, list[int]]:
    """The text with case, dashes, quotation marks and runs of white space levelled, and each character's origin."""
    letters: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character.translate(_FOLD)).casefold():
            plain = " " if folded.isspace() else folded
            if plain == " " and letters and letters[-1] == " ":
                continue
            letters.append(plain)
            offsets.append(position)
    return "".join(letters), offsets
