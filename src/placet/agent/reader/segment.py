"""A note cut into statements: sentences with what stands around them.

A statement knows the label or heading it stands under, the bullet or turn it belongs to, whose words it is, who speaks,
and the question it answers. Cutting never changes the text; a statement is a stretch of the folded note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from placet.agent.reader import mail
from placet.agent.reader.blocks import Block, Blocks
from placet.agent.reader.dialogue import Turn, turns
from placet.agent.reader.sentences import sentences
from placet.agent.reader.text import WORD, rx, small


@dataclass(slots=True, eq=False)
class Statement:
    """One statement, `start`..`end` in the folded note; `body` is where its words begin after a label."""

    start: int
    end: int
    text: str
    low: str  # the text in small letters
    body: int
    label: str = ""
    heading: str = ""
    item: int = 0  # the bullet, line or turn it belongs to; a label holds for all of an item
    paragraph: int = 0  # what a pronoun may reach back over
    origin: str = mail.OWN
    voice: str = "rm"  # who says "I": rm, client or other
    asked: tuple[Statement, ...] = ()  # what the RM said just before, if this answers it
    talk: bool = False
    machine: bool = False  # meant for a machine, not for a person
    words: frozenset[str] = frozenset()  # its words in small letters, to pass over quickly what cannot match

    @property
    def question(self) -> str:
        """The words of the turn this one answers, in small letters; "" if none."""
        return " ".join(each.low for each in self.asked)

    @property
    def own(self) -> bool:
        """Whether it is the note's own word: neither quoted, pasted, a signature nor meant for a machine."""
        return self.origin == mail.OWN and not self.machine


@dataclass(slots=True)
class Segments:
    """All statements of a note in order, and the voice of each speaker if it is a conversation."""

    statements: list[Statement]
    speakers: dict[str, str] = field(default_factory=dict)


def segment(
    text: str, *, is_client: Callable[[str], bool], is_label: Callable[[str], bool], keys: re.Pattern[str] | None
) -> Segments:
    """Cut a folded note; `is_label` says whether words name a field, `keys` finds field keys, which people never write."""
    lines = text.split("\n")
    layout = mail.lay_out(lines, is_client)
    spoken: list[Turn | None] = [None] * len(lines)
    if layout.author is None:
        spoken = turns(lines, is_client)
    voice = "rm"
    if layout.author is not None:
        # Somebody else's mail to the client is no word of the client's, nor of the RM's.
        voice = "client" if is_client(layout.author) else "other" if is_client(layout.recipient) else "rm"
    flat = text.replace("\n", " ")
    hidden = mail.comments(text)
    statements: list[Statement] = []
    tainted = greeted = -1
    for block in Blocks(lines, layout.origins, spoken, is_label).cut():
        for start, end in _stretches(text, flat, block):
            statement = _statement(flat, block, start, end, voice)
            if mail.talks_to_machines(statement.text, keys) or any(a < end and start < b for a, b in hidden):
                tainted = block.paragraph
            if mail.greets_machines(statement.text):
                greeted = block.item
            # What follows such a sentence in its paragraph is of the same hand.
            statement.machine = (
                tainted == block.paragraph or greeted == block.item or mail.asks_for_an_answer(statement.text) == 0
            )
            statements.append(statement)
    _link_answers(statements)
    return Segments(statements, {turn.name: turn.voice for turn in spoken if turn is not None})


def _statement(flat: str, block: Block, start: int, end: int, voice: str) -> Statement:
    label, body = block.label or ("", block.start)
    low = small(flat[start:end])
    return Statement(
        start, end, flat[start:end], low, max(body, start), label, block.heading, block.item, block.paragraph, block.origin,
        block.turn.voice if block.turn else voice, talk=block.turn is not None, words=frozenset(rx(WORD, 0).findall(low)),
    )  # fmt: skip


def _stretches(text: str, flat: str, block: Block) -> Iterator[tuple[int, int]]:
    """The sentences of a block; a request to the reader that was put behind one without a full stop is cut off."""
    body = block.label[1] - block.start if block.label else 0
    for a, b in sentences(text[block.start : block.end], talk=block.turn is not None, body=body):
        start, end = block.start + a, block.start + b
        seam = mail.asks_for_an_answer(flat[start:end])
        if seam > 0:
            yield start, start + seam - 1
            start += seam
        # Such a request ends with its line, where the next one begins like a sentence.
        line = rx(r"\n(?=\s*\W?[A-ZÀ-Þ0-9])", 0).search(text, start, end) if seam >= 0 else None
        yield start, line.start() if line else end
        if line is not None:
            yield line.end(), end


def _is_brief_question(statement: Statement) -> bool:
    return statement.low.endswith("?") and len(statement.low.split()) <= 6 and statement.own


def _link_answers(statements: list[Statement]) -> None:
    """Give the first turn of the client after one of the RM the statements it answers."""
    asked: list[Statement] = []
    answering = -1
    before: Statement | None = None
    for statement in statements:
        if not statement.talk:
            # "PEP? No, but a cousin is ...", jotted down in a note.
            if before is not None and before.item == statement.item and _is_brief_question(before):
                statement.asked = (before,)
            before = statement
            continue
        if statement.voice == "rm":
            if answering >= 0:
                asked, answering = [], -1
            asked.append(statement)
        elif statement.voice == "client" and asked and answering in (-1, statement.item):
            answering = statement.item
            statement.asked = tuple(asked)
