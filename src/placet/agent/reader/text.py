"""The note as the rules see it: folded to plain characters, with a way back to the exact words.

Rules match on `Folded.text`, where quotes and dashes are plain, composed letters are one character and invisible
characters are gone. Every folded character remembers which characters of the note it came from, so that a quote is
always cut from the note itself and never from the folded copy. Nothing here understands language.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_PLAIN = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "´": "'", "`": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n",
        "：": ":", "→": ">", "⇒": ">",
    }
)  # fmt: skip
WORD = r"[^\W\d_]+"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]")


@functools.cache
def rx(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Compile `pattern` on first use: importing the reader compiles nothing. For patterns of the code only, never of a note."""
    return re.compile(pattern, flags)


def small(text: str) -> str:
    """A text in small letters, as long as before; matching without regard to case is several times slower."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@functools.cache
def is_small(pattern: str) -> bool:
    """Whether a pattern asks for no capital letter, so that it can be searched in small letters."""
    return not any(c.isupper() for c in rx(r"\\.|\(\?P", 0).sub("", pattern))


@dataclass(slots=True)
class Folded:
    """A note and its folded copy; `starts[i]`..`ends[i]` is where folded character `i` stands in `raw`."""

    raw: str
    text: str
    starts: list[int]
    ends: list[int]
    scanned: bool = False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded stretch `start`..`end` stands in the note; white space at either edge is left out."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if start >= end:
            return (0, 0)
        return self.starts[start], self.ends[end - 1]

    def words(self, start: int, end: int) -> str:
        """The note's own words for a folded stretch, or the repaired ones where the note is a scan."""
        if self.scanned:
            return self.text[start:end].strip()
        begin, finish = self.span(start, end)
        return _INVISIBLE.sub("", self.raw[begin:finish])


def fold(note: str, repair: Callable[[str], bool] | None = None) -> Folded:
    """Fold a note; CRLF becomes LF first, and all offsets count characters of that text.

    `repair` says which lower-case words exist; it is asked only for notes that look like scans, where a wrongly
    recognised letter is put right when that makes a word it knows.
    """
    raw = note.replace("\r\n", "\n")
    if raw.isascii():
        text = raw.translate(_PLAIN)
        folded = Folded(raw, text, list(range(len(text))), list(range(1, len(text) + 1)))
    else:
        folded = _fold_unicode(raw)
    if repair is not None and looks_scanned(folded.text, repair):
        from placet.agent.reader.scan import mend  # only scans need it

        folded = mend(folded, repair)
    return folded


def _fold_unicode(raw: str) -> Folded:
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, char in enumerate(raw):
        if char < "\x80":
            chars.append("\n" if char in "\r\v\f" else "'" if char == "`" else char)
        elif unicodedata.combining(char) and chars:
            whole = unicodedata.normalize("NFC", chars[-1] + char)
            if len(whole) == 1:
                chars[-1] = whole
            ends[-1] = at + 1
            continue
        elif _INVISIBLE.match(char):
            continue
        else:
            plain = char.translate(_PLAIN)
            if plain == char:
                compatible = unicodedata.normalize("NFKC", char)
                plain = compatible if len(compatible) == 1 else " " if char.isspace() else char
            chars.append(plain)
        starts.append(at)
        ends.append(at + 1)
    return Folded(raw, "".join(chars), starts, ends)


def looks_scanned(text: str, known: Callable[[str], bool]) -> bool:
    """Whether a note says that it is a scan, or has two or more words that only a scanner writes."""
    if rx(r"\b(?:ocr|scan|scanned|handwritten|hand-written)\b").search(text[:400]):
        return True
    words = rx(r"[a-z]*rn[a-z]*", 0).findall(text[:20_000].lower())
    odd = sum(known(word.replace("rn", "m")) and not known(word) for word in words)
    for match in rx(r"(?<![\w@.])[A-Za-z]*(?:[A-Za-z][10]|[10](?=[a-z]))[A-Za-z]+(?![\w@])", 0).finditer(text):
        odd += known(match[0].lower().replace("1", "l").replace("0", "o"))
    return odd >= 2
