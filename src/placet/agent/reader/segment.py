"""A note cut into statements: sentences with what stands around them.

A statement knows the label or heading it stands under, the bullet or turn it belongs to, whose words it is, who speaks,
and the question it answers. Cutting never changes the text; a statement is a stretch of the folded note.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from placet.agent.reader import mail
from placet.agent.reader.dialogue import Turn, turns
from placet.agent.reader.text import rx

_BULLET = r"^(?P<indent>\s*)(?P<mark>(?:[-*•·▪‣◦>+]|=>|->|\(?\d{1,2}[.)]|\(?[a-h][.)])\s+)?"
_LABEL = (
    r"^(?P<label>[*_#]{0,3}[^\W\d_][^:=\n|\t]{0,58}?[*_]{0,3})(?:\s*(?<!\d)[:=](?!//)[*_]{0,3}(?=\s|[☐☑☒\[(]|$)|\s*\.{3,}|\s*\t|\s\|)\s*(?P<rest>.*)$"
)
_DASHED = r"^[*_]{0,3}(?P<label>[^\W\d_](?:[^\W\d_]|['/. -]){0,40}?)[*_]{0,3}(?:\s+-{1,2}\s+|\.[*_]{0,3}\s+)(?P<rest>\S.*)$"
_CELL = r"(?:\s{2,}|\t+|\s*\|\s*)(?=[^\W\d_][\w'./() -]{0,30}?\s*:\s)"
_SHORT_FORMS = (
    "mr mrs ms dr prof st sr rs re no nr vs approx appr c ca abt incl excl est max min e.g i.e eg ie dt mar pref rev gen hon capt d o b "
    "dob mob tel ph ext fig avg acc acct addr dept jan feb apr jun jul aug sep sept oct nov dec mon tue tues wed weds thu thur thurs fri sat "
    "sun sal occ nat dep"
)
_SOFT_FORMS = "p.a pa etc a.m p.m am pm ltd inc co corp plc pvt bhd jr yr yrs mth mths wk wks dau bro sis esq u.s u.k s.a b.v cl"
_RUN_ON = r"(?<=[a-z0-9])(?= (?:How|What|Why|When|Where|Which|Can|Could|Would|Does|Did|Are|Should|Is) [a-z])"
_STARTERS = (
    r"(?:the old|old|new|she|he|they|it|no|not|the|her|his|but|still|says|wants|will|has|is|i|we|my|this|that|also|one|can|told|asked|please|now|does|doesn't)\b"
)
_HARD = frozenset(_SHORT_FORMS.split())
_SOFT = frozenset(_SOFT_FORMS.split())


@dataclass(slots=True, eq=False)
class Statement:
    """One statement, `start`..`end` in the folded note; `body` is where its words begin after a label."""

    start: int
    end: int
    text: str
    body: int
    label: str = ""
    heading: str = ""
    item: int = 0  # the bullet, line or turn it belongs to; a label holds for all of an item
    paragraph: int = 0  # what a pronoun may reach back over
    origin: str = mail.OWN
    voice: str = "rm"
    asked: tuple[Statement, ...] = ()  # what the RM said just before, if this answers it
    talk: bool = False
    machine: bool = False

    @property
    def question(self) -> str:
        """The words of the turn this one answers, "" if none."""
        return " ".join(each.text for each in self.asked)

    @property
    def own(self) -> bool:
        """Whether it is the note's own word: neither quoted, pasted, a signature nor meant for a machine."""
        return self.origin == mail.OWN and not self.machine


@dataclass(slots=True)
class _Block:
    """Lines that belong together: a bullet, a form cell, a turn, a paragraph of prose."""

    start: int
    end: int
    label: tuple[str, int] | None
    heading: str
    item: int
    paragraph: int
    origin: str
    turn: Turn | None
    prose: bool = False


@dataclass(slots=True)
class Segments:
    """All statements of a note in order, and what the cutting learned about the note as a whole."""

    statements: list[Statement]
    author: str | None = None
    speakers: dict[str, str] = field(default_factory=dict)


def segment(
    text: str, *, is_client: Callable[[str], bool], is_label: Callable[[str], bool], keys: re.Pattern[str] | None
) -> Segments:
    """Cut a folded note; `is_label` says whether words name a field, `keys` finds field keys, which people never write."""
    lines, starts, at = text.split("\n"), [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    layout = mail.lay_out(lines, is_client)
    spoken = turns(lines, is_client) if layout.author is None else [None] * len(lines)
    voice = "rm"
    if layout.author is not None:
        voice = "client" if is_client(layout.author) else "other" if is_client(layout.recipient) else "rm"
    blocks = _blocks(lines, starts, layout.origins, spoken, is_label)
    flat = text.replace("\n", " ")
    hidden = mail.comments(text)
    out: list[Statement] = []
    tainted = -1
    for block in blocks:
        for start, end in _unseamed(flat, _sentences(text, block)):
            label, body = block.label or ("", block.start)
            statement = Statement(
                start, end, flat[start:end], max(body, start), label, block.heading, block.item, block.paragraph, block.origin,
                block.turn.voice if block.turn else voice, talk=block.turn is not None,
            )  # fmt: skip
            if mail.talks_to_machines(statement.text, keys) or any(a < end and start < b for a, b in hidden):
                tainted = block.paragraph
                statement.machine = True
            statement.machine = statement.machine or tainted == block.paragraph or mail.asks_for_an_answer(statement.text) == 0
            out.append(statement)
    _questions(out)
    names = {turn.name: turn.voice for turn in spoken if turn is not None}
    return Segments(out, layout.author, names)


def _blocks(
    lines: list[str], starts: list[int], origins: list[str], spoken: list[Turn | None], is_label: Callable[[str], bool]
) -> list[_Block]:
    blocks: list[_Block] = []
    heading, heading_indent, paragraph, item = "", -1, 0, 0
    fresh = True
    for number, line in enumerate(lines):
        if not line.strip() or origins[number] == mail.HEADER:
            paragraph, fresh = paragraph + 1, True
            continue
        if number and origins[number] != origins[number - 1]:
            paragraph, fresh = paragraph + 1, True
        turn, origin, base = spoken[number], origins[number], starts[number]
        if turn is not None:
            if blocks and blocks[-1].turn is not None and blocks[-1].turn.number == turn.number:
                blocks[-1].end = base + len(line)
                continue
            item, paragraph = item + 1, paragraph + 1
            blocks.append(_Block(base + turn.at, base + len(line), None, "", item, paragraph, origin, turn))
            continue
        bullet = rx(_BULLET).match(line)
        indent = len(bullet["indent"]) if bullet else 0
        begin = bullet.end() if bullet else 0
        marked = bool(bullet and bullet["mark"])
        title = _heading(line[begin:], marked=marked)
        if heading and ((fresh and not marked) or indent < heading_indent or (indent == heading_indent and (title or marked == (heading_indent > 0)))):
            heading, heading_indent = "", -1
        if title is not None:
            heading, heading_indent, fresh = title, indent, False
        cells = _cells(line, begin)
        joined = not marked and not fresh and len(cells) == 1 and _continues(blocks, lines, number, cells[0], line, is_label)
        if joined:
            blocks[-1].end = base + len(line.rstrip())
            fresh = False
            continue
        if marked or len(cells) > 1 or not blocks or not blocks[-1].prose:
            paragraph += 1
        for start, end in cells:
            item += 1
            label = _label(line[start:end], is_label)
            under = heading if title is None or label is None else ""
            blocks.append(
                _Block(base + start, base + end, (label[0], base + start + label[1]) if label else None, under, item, paragraph, origin, None, not marked)
            )
            if label is not None and marked and line.rstrip().endswith(":"):
                heading, heading_indent = label[0], indent
        fresh = False
    return blocks


def _heading(words: str, *, marked: bool) -> str | None:
    """The words of a line that is only a heading: markdown, capitals, or ending in a colon."""
    bare = words.strip().strip("*_# ").strip()
    if not bare or len(bare) > 70 or len(bare.split()) > 9:
        return None
    if words.lstrip().startswith("#") or bare.endswith(":"):
        return re.sub(r"\(.*?\)", "", bare).strip(" :")
    if not marked and bare.isupper() and len(bare) > 3 and not any(c.isdigit() for c in bare):
        return bare
    return None


def _cells(line: str, begin: int) -> list[tuple[int, int]]:
    """The label-and-value cells of a form line; a line without several is one cell."""
    end = len(line.rstrip(" |\t"))
    while begin < end and line[begin] in "| \t":
        begin += 1
    cuts = [m.span() for m in rx(_CELL).finditer(line, begin) if m.start() > begin]
    bounds = [begin, *(x for cut in cuts for x in cut), end]
    return [(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=True) if a < b] or [(begin, end)]


def _label(words: str, is_label: Callable[[str], bool]) -> tuple[str, int] | None:
    match = rx(_DASHED).match(words)
    if match is not None and len(match["label"].split()) <= 4 and is_label(match["label"]):
        return match["label"].lower(), match.start("rest")
    match = rx(r"^(?P<label>[^\W\d_][\w'./() -]{1,40}?)\s{2,}(?P<rest>[^\s:=].*)$").match(words)
    if match is not None and is_label(match["label"]):
        return match["label"].lower(), match.start("rest")
    match = rx(_LABEL).match(words)
    if match is not None and len(match["label"].split()) <= 8 and not rx(r"[\"?!]|[a-z]{3}\.\s").search(match["label"]):
        return match["label"].strip("*_# ").lower(), match.start("rest")
    boxed = rx(r"^(?P<label>[^\W\d_][\w'./() -]{1,50}?)\s*(?=[☐☑☒□✓✔]|\[[ xX]?\])").match(words)
    if boxed is not None and is_label(boxed["label"]):
        return boxed["label"].lower(), boxed.end()
    return None


def _continues(
    blocks: list[_Block], lines: list[str], number: int, cell: tuple[int, int], line: str, is_label: Callable[[str], bool]
) -> bool:
    """Whether a line goes on with the block above it: wrapped text, not a new entry of a form or list."""
    if not blocks or blocks[-1].turn is not None:
        return False
    before, words = lines[number - 1].rstrip(), line[cell[0] : cell[1]]
    label = _label(words, is_label)
    if label is not None and (is_label(label[0]) or len(label[0].split()) <= 3):
        return False
    first = words.lstrip("\"'(")[:1]
    if before.endswith((".", "!", "?", ":")):
        return blocks[-1].prose and len(before) > 50
    return first.islower() or len(before) >= 55 or (before.endswith((",", "-", "&")) and len(before) > 25)


def _sentences(text: str, block: _Block) -> list[tuple[int, int]]:
    words = text[block.start : block.end]
    # In a chat a new line is a new sentence; in prose it is only where the line was full.
    boundary = rf"([.!?…。！？]+|{_RUN_ON})([\"')\]]*)(\s+|(?<=[。！？])|$)"  # noqa: RUF001
    if block.turn is not None:
        boundary = rf"([.!?…。！？]+|{_RUN_ON}|(?=\n\s*[^a-z\s]))([\"')\]]*)(\s+|(?<=[。！？])|$)"  # noqa: RUF001
    out: list[tuple[int, int]] = []
    begin = 0
    body = block.label[1] - block.start if block.label else 0
    for match in rx(boundary, 0).finditer(words):
        if match.start() < body or not _ends(words, match, talk=block.turn is not None):
            continue
        if words[begin : match.end()].strip():
            out.append((begin, match.end(2)))
        begin = match.end()
    if words[begin:].strip():
        out.append((begin, len(words)))
    tidy = []
    for a, b in out:
        while a < b and words[a].isspace():
            a += 1
        while b > a and words[b - 1].isspace():
            b -= 1
        tidy.append((block.start + a, block.start + b))
    return tidy


def _unseamed(flat: str, sentences: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same sentences, with a request to the reader that was put behind one without a full stop cut off."""
    out: list[tuple[int, int]] = []
    for start, end in sentences:
        seam = mail.asks_for_an_answer(flat[start:end])
        if seam > 0:
            out += [(start, start + seam - 1), (start + seam, end)]
        else:
            out.append((start, end))
    return out


def _ends(words: str, match: re.Match[str], *, talk: bool) -> bool:
    following = words[match.end() :].lstrip("\"'([")[:1]
    if match[1] != "." or not following or not match[3]:
        return bool(match[3]) or not following or match[1] in "。！？"  # noqa: RUF001
    last = rx(r"[\w.'/]*$").search(words[max(0, match.start() - 24) : match.start()])
    token = last[0].lower() if last else ""
    if token in ("no", "nr"):
        return not following.isdigit()
    if token in _HARD or (len(token) == 1 and token.isalpha()) or rx(r"(?:[a-z]\.)+[a-z]").fullmatch(token):
        return token in _SOFT and following.isupper()
    if token in _SOFT:
        return following.isupper()
    if not following.islower() or talk:
        return True
    # Hurried notes go on in small letters after a full stop.
    plain = len(token) >= 4 and (token.isdigit() or token.isalpha())
    return plain and rx(_STARTERS).match(words[match.end() :]) is not None


def _questions(statements: list[Statement]) -> None:
    """Give the first turn of the client after one of the RM the words it answers."""
    asked: list[Statement] = []
    answering = -1
    for statement in statements:
        if not statement.talk:
            continue
        if statement.voice == "rm":
            if answering >= 0:
                asked, answering = [], -1
            asked.append(statement)
        elif statement.voice == "client" and asked and answering in (-1, statement.item):
            answering = statement.item
            statement.asked = tuple(asked)
