"""Repairs what a scanner misread: `rn` for m, `1` for l, `O` for 0.

Only a word that becomes one the reader knows is changed, and only digits that stand among digits; addresses and
handles are left alone. The way back to the note's own characters is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from placet.agent.reader.text import Folded, rx

_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"})
_SWAPS = (
    ("rn", "m"),
    ("1", "l"),
    ("ln", "in"),
    ("1", "i"),
    ("0", "o"),
    ("5", "s"),
    ("vv", "w"),
    ("|", "l"),
    ("cl", "d"),
)


def mend(folded: Folded, known: Callable[[str], bool]) -> Folded:
    """The folded note with misread characters put right."""
    text = folded.text
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0

    def copy(until: int) -> None:
        chars.extend(text[done:until])
        starts.extend(folded.starts[done:until])
        ends.extend(folded.ends[done:until])

    for match in rx(r"\S+", 0).finditer(text):
        fixed = _number(match[0]) or _words(match[0], known)
        if fixed is None or fixed == match[0]:
            continue
        copy(match.start())
        done = match.end()
        for at, width, char in _align(match[0], fixed):
            chars.append(char)
            starts.append(folded.starts[match.start() + at])
            ends.append(folded.ends[match.start() + at + width - 1])
    copy(len(text))
    return Folded(folded.raw, "".join(chars), starts, ends, scanned=True)


def _number(token: str) -> str | None:
    if re.fullmatch(r"[+(]?[\dOolI|SB](?:[\dOolI|SB,./()-]*[\dOolI|SB])?[),.;:]*", token) is None:
        return None
    letters = {c for c in token if c.isalpha() or c == "|"}
    if not letters or sum(c.isdigit() for c in token) < (1 if letters <= {"O", "o"} else 2):
        return None
    return token.translate(_DIGITS)


def _words(token: str, known: Callable[[str], bool]) -> str | None:
    if "@" in token or "/" in token or len(token) > 40:
        return None
    pieces = re.split(r"([^\w|]+)", token)
    return "".join(_word(piece, known) for piece in pieces)


def _word(word: str, known: Callable[[str], bool]) -> str:
    if len(word) < 3 or word.isdigit() or known(word.lower()) or not any(c.isalpha() for c in word):
        return word
    for wrong, right in _SWAPS:
        if wrong in word.lower():
            fixed = re.sub(re.escape(wrong), right, word, flags=re.IGNORECASE)
            if known(fixed.lower()):
                return _cased(word, fixed)
    fixed = word
    for wrong, right in _SWAPS[:2]:
        fixed = fixed.replace(wrong, right)
    if fixed != word and known(fixed.lower()):
        return fixed
    if sum(c.isdigit() for c in word) == 1 and sum(c.isalpha() for c in word) >= 3 and "1" in word:
        return word.replace("1", "l")
    return word


def _cased(before: str, after: str) -> str:
    if before.isupper():
        return after.upper()
    return after[:1].upper() + after[1:] if before[0] == "l" and after[0] == "i" else after


def _align(before: str, after: str) -> list[tuple[int, int, str]]:
    """For each character of `after`: where its original begins in `before`, how wide that is, and the character."""
    out: list[tuple[int, int, str]] = []
    at = 0
    for place, char in enumerate(after):
        pair = before[at : at + 2].lower()
        left = len(before) - at - (len(after) - place)
        width = 2 if left > 0 and (pair, char.lower()) in {("rn", "m"), ("vv", "w"), ("cl", "d")} else 1
        out.append((at, width, char))
        at += width
    return out
