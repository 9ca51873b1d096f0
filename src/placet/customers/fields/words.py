"""The words that stay, go and come between two texts, and the items between two lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

from placet.customers.fields.base import Piece

_MOST: Final = 2_000  # words of one text up to which they are compared one by one; difflib takes quadratic time
_WORD: Final = re.compile(r"\n|\S+")


def word_pieces(before: str, after: str) -> list[Piece]:
    """Return runs of kept, removed and added words.

    The words of the kept and removed pieces are those of `before`, of the kept and added ones those of `after`, in
    order. A line break counts as a word. What two long texts have at both ends alike is kept, the rest replaced.
    """
    was, now = _WORD.findall(before), _WORD.findall(after)
    pieces: list[Piece] = []

    def add(kind: str, words: list[str]) -> None:
        if words:
            pieces.append(Piece(kind, " ".join(words).replace(" \n", "\n").replace("\n ", "\n")))

    start = _alike(zip(was, now, strict=False))
    end = _alike(zip(reversed(was[start:]), reversed(now[start:]), strict=False))
    old, new = was[start : len(was) - end], now[start : len(now) - end]
    add("kept", was[:start])
    if max(len(old), len(new)) > _MOST:
        add("removed", old)
        add("added", new)
    else:
        for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                add("kept", old[i:j])
            else:
                add("removed", old[i:j])
                add("added", new[k:m])
    add("kept", was[len(was) - end :])
    return _joined(pieces)


def item_pieces(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[Piece]:
    """Return the items of two lists of `(identity, label)`: those of `before` in their order, then the added ones."""
    was, now = {identity for identity, _ in before}, {identity for identity, _ in after}
    pieces = [Piece("kept" if identity in now else "removed", label) for identity, label in before]
    return pieces + [Piece("added", label) for identity, label in after if identity not in was]


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    """Return how many pairs from the start have two equal members."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Join neighbours of one kind."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, f"{joined[-1].text} {piece.text}")
        else:
            joined.append(piece)
    return joined
