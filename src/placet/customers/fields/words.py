"""The words that stay, go and come between two texts, and the items between two lists."""

from __future__ import annotations

import re
from typing import Final

from placet.customers.fields.base import Piece

_MOST: Final = 10_000  # words of one text up to which two are compared: 20 ms and a table of 12 MB
_WORD: Final = re.compile(r"\n|\S+")


def word_pieces(before: str, after: str) -> list[Piece]:
    """Return runs of kept, removed and added words; no two neighbours are of one kind.

    The words of the kept and removed pieces are those of `before`, of the kept and added ones those of `after`, in
    order. A line break counts as a word. Texts that share little, or are very long, are removed and added as a whole.
    """
    # difflib takes cubic time on a text that repeats one word (a second for 440 words), and texts come from anybody.
    from rapidfuzz.distance import LCSseq

    was, now = _WORD.findall(before), _WORD.findall(after)
    if was == now:
        return _run("kept", was)
    if max(len(was), len(now)) > _MOST:
        return _run("removed", was) + _run("added", now)
    kept = [block for block in LCSseq.opcodes(was, now) if block.tag == "equal"]
    if 4 * sum(block.src_end - block.src_start for block in kept) < max(len(was), len(now)):
        kept = []  # the odd "the" and "of" in common would cut two different texts to shreds
    pieces: list[Piece] = []
    i = k = 0
    for block in kept:
        pieces += _run("removed", was[i : block.src_start]) + _run("added", now[k : block.dest_start])
        pieces += _run("kept", was[block.src_start : block.src_end])
        i, k = block.src_end, block.dest_end
    return pieces + _run("removed", was[i:]) + _run("added", now[k:])


def item_pieces(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[Piece]:
    """Return the items of two lists of `(identity, label)`: those of `before` in their order, then the added ones."""
    was, now = {identity for identity, _ in before}, {identity for identity, _ in after}
    pieces = [Piece("kept" if identity in now else "removed", label) for identity, label in before]
    return pieces + [Piece("added", label) for identity, label in after if identity not in was]


def _run(kind: str, words: list[str]) -> list[Piece]:
    return [Piece(kind, " ".join(words).replace(" \n", "\n").replace("\n ", "\n"))] if words else []
