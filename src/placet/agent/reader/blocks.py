"""Lines grouped into blocks: a bullet, a cell of a form, a turn of a conversation, a paragraph of prose.

A block knows the label in front of it, the heading it stands under, and the paragraph within which pronouns reach back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from placet.agent.reader import mail
from placet.agent.reader.dialogue import Turn
from placet.agent.reader.text import rx

_BULLET = r"^(?P<indent>\s{0,40})(?P<mark>(?:[-*•·▪‣◦>+]|=>|->|\(?\d{1,2}[.)]|\(?[a-h][.)])\s+)?"
# "Label: value", "Label = value", "Label ..... value", "Label | value", with markdown's stars around the label
_LABEL = (
    r"^(?P<label>[*_#]{0,3}[^\W\d_][^:=\n|\t]{0,58}?[*_]{0,3})"
    r"(?:\s*(?<!\d)[:=](?!//)[*_]{0,3}(?=\s|[☐☑☒\[(]|$)|\s*\.{3,}|\s*\t|\s\|)\s*(?P<rest>.*)$"
)
# "Label - value", "Label. Value", only where the label is a field's
_DASHED = (
    r"^[*_]{0,3}(?P<label>[^\W\d_](?:[^\W\d_]|['/. -]){0,40}?)[*_]{0,3}(?:\s+-{1,2}\s+|"
    r"\.[*_]{0,3}\s+)(?P<rest>\S.*)$"
)
_COLUMN = r"^(?P<label>[^\W\d_][\w'./() -]{1,40}?)\s{2,}(?P<rest>[^\s:=].*)$"
_BOXED = r"^(?P<label>[^\W\d_][\w'./() -]{1,50}?)\??\s*(?=[☐☑☒□✓✔]|\[[ xX]?\])"
_CELL = r"(?<![:=\s])(?:\s{2,40}|\t{1,9}|\s?\|\s?)(?=[^\W\d_](?:[\w'./-]|\([^)\n]{0,20}\)| (?! )){0,30}?:\s)"
_LONG_LINE = 400  # no form has longer lines, and no title either


@dataclass(slots=True)
class Block:
    """A stretch of the folded note; `label` is its label in small letters and where the words behind it begin."""

    start: int
    end: int
    item: int
    paragraph: int
    origin: str
    label: tuple[str, int] | None = None
    heading: str = ""
    turn: Turn | None = None
    prose: bool = False


class Blocks:
    """Groups lines into blocks, keeping track of the heading they stand under."""

    def __init__(
        self, lines: list[str], origins: list[str], spoken: list[Turn | None], is_label: Callable[[str], bool]
    ) -> None:
        self._lines, self._origins, self._spoken, self._is_label = lines, origins, spoken, is_label
        self._blocks: list[Block] = []
        self._heading, self._heading_indent = "", -1
        self._paragraph = self._item = 0
        self._fresh = True

    def cut(self) -> list[Block]:
        """The blocks of all lines, in order."""
        base = 0
        for number, line in enumerate(self._lines):
            if number and self._origins[number] != self._origins[number - 1]:
                self._pause()
            turn = self._spoken[number]
            if not line.strip() or self._origins[number] == mail.HEADER:
                self._pause()
            elif turn is not None:
                self._speak(turn, base, line, self._origins[number])
            else:
                self._write(number, base, line)
            base += len(line) + 1
        return self._blocks

    def _pause(self) -> None:
        self._paragraph, self._fresh = self._paragraph + 1, True

    def _speak(self, turn: Turn, base: int, line: str, origin: str) -> None:
        last = self._blocks[-1] if self._blocks else None
        if last is not None and last.turn is not None and last.turn.number == turn.number:
            last.end = base + len(line)
            return
        self._item, self._paragraph = self._item + 1, self._paragraph + 1
        self._blocks.append(Block(base + turn.at, base + len(line), self._item, self._paragraph, origin, turn=turn))

    def _write(self, number: int, base: int, line: str) -> None:
        bullet = rx(_BULLET).match(line)
        indent, begin, marked = (len(bullet["indent"]), bullet.end(), bool(bullet["mark"])) if bullet else (0, 0, False)
        title = heading_of(line[begin:], marked=marked)
        self._leave_heading(indent, marked=marked, title=title)
        if title is not None:
            self._heading, self._heading_indent, self._fresh = title, indent, False
        cells = _cells(line, begin)
        if (
            not marked
            and not self._fresh
            and len(cells) == 1
            and self._goes_on(number, line[cells[0][0] : cells[0][1]])
        ):
            self._blocks[-1].end = base + len(line.rstrip())
            return
        if marked or len(cells) > 1 or not self._blocks or not self._blocks[-1].prose:
            self._paragraph += 1
        for start, end in cells:
            self._item += 1
            found = label_of(line[start:end], self._is_label)
            label = (found[0], base + start + found[1]) if found else None
            heading = self._heading if title is None or found is None else ""
            self._blocks.append(
                Block(
                    base + start, base + end, self._item, self._paragraph, self._origins[number], label, heading, prose=not marked
                )
            )  # fmt: skip
        self._fresh = False

    def _leave_heading(self, indent: int, *, marked: bool, title: str | None) -> None:
        """A heading ends where prose begins after a blank line, where the text moves out, and at the next heading."""
        beside = indent == self._heading_indent and (title is not None or marked == (self._heading_indent > 0))
        if (self._fresh and not marked) or indent < self._heading_indent or beside:
            self._heading, self._heading_indent = "", -1

    def _goes_on(self, number: int, words: str) -> bool:
        """Whether a line goes on with the block above it: wrapped text, not a new entry of a form or list."""
        if not self._blocks or self._blocks[-1].turn is not None:
            return False
        before = self._lines[number - 1].rstrip()
        if before.endswith("|") or self._lines[number].lstrip().startswith("|"):
            return False  # rows of a table
        label = label_of(words, self._is_label)
        if label is not None and (self._is_label(label[0]) or len(label[0].split()) <= 3):
            return False
        if before.endswith((".", "!", "?", ":")):
            return self._blocks[-1].prose and len(before) > 50
        first = words.lstrip("\"'(")[:1]
        return first.islower() or len(before) >= 55 or (before.endswith((",", "-", "&")) and len(before) > 25)


def heading_of(words: str, *, marked: bool) -> str | None:
    """The words of a line that is only a heading: markdown, capitals, or ending in a colon; None if it is none."""
    bare = words.strip().strip("*_# ").strip()
    if not bare or len(bare) > 70 or len(bare.split()) > 9:
        return None
    if words.lstrip().startswith("#") or bare.endswith(":"):
        return re.sub(r"\([^)]*\)", "", bare).strip(" :")
    if not marked and bare.isupper() and len(bare) > 3 and not any(c.isdigit() for c in bare):
        return bare
    return None


def label_of(words: str, is_label: Callable[[str], bool]) -> tuple[str, int] | None:
    """The label a line opens with, in small letters, and where the words behind it begin; None if it has none."""
    opening = words[:_LONG_LINE]
    for pattern, longest in ((_DASHED, 4), (_COLUMN, 8)):
        match = rx(pattern).match(opening)
        if match is not None and len(match["label"].split()) <= longest and is_label(match["label"]):
            return match["label"].lower(), match.start("rest")
    match = rx(_LABEL).match(opening)
    if match is not None and len(match["label"].split()) <= 8:
        label = match["label"].strip("*_# ").lower()
        if is_label(label) or not rx(r"[\"?!]|[a-z]{3}\.\s").search(label):
            return label, match.start("rest")
    match = rx(_BOXED).match(opening)
    if match is not None and is_label(match["label"]):
        return match["label"].lower(), match.end()
    return None


def _cells(line: str, begin: int) -> list[tuple[int, int]]:
    """The label-and-value cells of a form line; a line without several is one cell."""
    end = len(line.rstrip(" |\t"))
    while begin < end and line[begin] in "| \t":
        begin += 1
    if len(line) > _LONG_LINE:
        return [(begin, end)]
    cuts = [m.span() for m in rx(_CELL).finditer(line, begin) if m.start() > begin]
    bounds = [begin, *(x for cut in cuts for x in cut), end]
    return [(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=True) if a < b] or [(begin, end)]
