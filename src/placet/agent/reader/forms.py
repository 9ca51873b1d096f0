"""The plain forms of stating a value: "Label: value", ticked boxes, set sentences, and answers to a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, Context, Seen, Spot
from placet.agent.reader.search import Search
from placet.agent.reader.text import is_small, rx
from placet.agent.reader.values.choices import boxes
from placet.customers.schema import Field

BOX = r"[☑☒✓✔☐□]|[\[(]\s?[xX ]?\s?[\])]"
_FILLER = r"^\W*(?:(?:lol|haha\w*|oh|um+|uh+|er+m?|well|eh|ah|ha|hmm+|gosh|god|goodness|heavens|oof|hey|so)[\s,.!]+)*"
_WORDS = ("text", "longtext", "list")
YES = (
    rf"{_FILLER}(?:yes|yeah|yep|yup|ya|y|true|correct|right|exactly|sure|confirmed|confirm|agreed|of course|indeed|"
    r"that's "
    r"(?:right|it|correct)|can|ok(?:ay)?|fine|perfect|please do|sim|ja|oui|si|ticked|(?:that |it |which )?(?:works|"
    r"suits)|sounds (?:good|fine|great)|"
    r"great|deal|done|absolutely|definitely|works|will do|let's do (?:that|it))\b"
)
NO = (
    rf"{_FILLER}(?:no|nope|nah|none|never|nothing|n|false|not (?:me|at all|applicable)|negative|neither|nobody|no "
    r"one|me,? "
    r"no|nil|não|nein|nee|non)\b"
)
_NOTHING = (
    r"^\W*(?:n/?a|none|nil|unknown|tbc|tbd|not (?:provided|known|given|discussed|applicable|stated)|no change|"
    r"unchanged|as (?:before|above|on file)|same|see (?:above|below)|-+|\.+|_+|\?+|blank|pending)?\W*$"
)
_TEXT_END = r"\s\||\s{2,}|\s\(|;|\s-{1,2}\s|,? (?:since|from \d|as of|effective)\b"
_LIST_END = r"\s\||\s{2,}|\.\s|\s-{1,2}\s"
_NO_ANSWER = r"^\W*(?:well|as|same|i don't|not sure|why|you)\b"


def says(field: Field, spot: Spot, context: Context, search: Search) -> Iterator[Seen]:
    """Sentences of a known form; a form with boxes states nothing by its words."""
    text, low, base = spot.statement.text, spot.statement.low, spot.statement.start
    patterns = context.cue(field).says
    if patterns and rx(BOX, 0).search(text):
        return
    for pattern, value, hint in patterns:
        if rx("|".join(hint), 0).search(low) is None:
            continue
        for match in rx(pattern, 0).finditer(low) if is_small(pattern) else rx(pattern).finditer(text):
            start, end = match.span("v") if value is None else match.span()
            said = value
            if value is None:
                stop = rx(_TEXT_END).search(text, start, end) if field.type in _WORDS else None
                end = start + len(text[start : stop.start() if stop else end].rstrip(" .,;"))
                words = context.folded.words(base + start, base + end)
                said = (
                    items(words)
                    if field.type == "list"
                    else words
                    if field.type in _WORDS
                    else search.value_of(field, words)
                )
            if said is not None:
                yield Seen(field.key, said, base + start, base + end, base + match.start(), SAYS)


def labelled(field: Field, spot: Spot, context: Context) -> Iterator[Seen]:
    """The value behind the label of a field whose values have no shape: a text, a list, a yes or no."""
    statement = spot.statement
    begin = statement.body - statement.start
    words = statement.text[begin:]
    if field.type == "boolean":
        yield from _yes_or_no(field, spot, words)
        return
    if field.type == "longtext":
        words = context.folded.text[statement.body : spot.item_end].rstrip()
        if words and not rx(_NOTHING).match(words):
            whole = context.folded.words(statement.body, statement.body + len(words))
            yield Seen(field.key, whole, statement.body, statement.body + len(words), statement.start, LABEL)
        return
    stop = rx(_LIST_END if field.type == "list" else _TEXT_END).search(words)
    words = (words[: stop.start()] if stop else words).strip().rstrip(".")
    if not words or rx(_NOTHING).match(words) or len(words.split()) > 30:
        return
    at = statement.body + statement.text[begin:].index(words)
    value: Any = context.folded.words(at, at + len(words))
    if field.type == "list":
        value = items(value)
    yield Seen(field.key, value, at, at + len(words), statement.start, LABEL)


def items(words: str) -> list[str]:
    """The items of a list written in a row, without articles and what follows them in a sentence."""
    parts = (
        rx(r"^(?:and|the|a|an|also|now|some|his|her) ").sub("", part.strip(" ."))
        for part in rx(r"[,;]| and ").split(words)
    )
    return [part for part in parts if part]


def _yes_or_no(field: Field, spot: Spot, words: str) -> Iterator[Seen]:
    ticks = boxes(words)
    ticked = [words[a:b] for yes, a, b in ticks if yes]
    if ticks and not ticked:
        return
    answer = ticked[0] if ticked else words
    said = True if rx(YES).match(answer) else False if rx(NO).match(answer) else None
    if said is not None:
        statement = spot.statement
        yield Seen(field.key, said, statement.body, statement.end, statement.start, LABEL)


def ticked(field: Field, spot: Spot, search: Search) -> Iterator[Seen]:
    """The options whose boxes are ticked."""
    statement = spot.statement
    begin = statement.body - statement.start
    for yes, a, b in boxes(statement.text[begin:]):
        hits = search.among(field, statement.text[begin + a : begin + b])
        if yes and hits:
            at = statement.body + a
            yield Seen(field.key, hits[0].value, at + hits[0].start, at + hits[0].end, statement.start, LABEL)


def told(field: Field, spot: Spot, context: Context) -> Iterator[Seen]:
    """The words with which the client answers a question about a text field."""
    statement, asked = spot.statement, context.cue(field).asked
    if not asked or not statement.asked or not rx(asked, 0).search(statement.asked[-1].low):
        return
    words = statement.text.strip().rstrip(".")
    if 2 <= len(words.split()) <= 16 and not any(rx(p).match(words) for p in (YES, NO, _NO_ANSWER)):
        end = statement.start + len(words)
        yield Seen(field.key, context.folded.words(statement.start, end), statement.start, end, statement.start, ANSWER)


def answered(field: Field, spot: Spot, context: Context) -> Iterator[Seen]:
    """Yes or no to a question about the field."""
    statement, asked = spot.statement, context.cue(field).asked
    if not asked or "?" not in statement.question or not rx(asked, 0).search(statement.question):
        return
    if rx(BOX, 0).search(statement.text):
        yield from _yes_or_no(field, spot, statement.text[statement.body - statement.start :])
        return
    for pattern, value in ((NO, False), (YES, True)):
        match = rx(pattern).match(statement.text)
        if match is not None:
            yield Seen(field.key, value, statement.start, statement.start + match.end(), statement.start, ANSWER)


def agreed(field: Field, spot: Spot, context: Context, search: Search) -> Iterator[Seen]:
    """The value an RM asked to confirm and the client confirmed."""
    statement = spot.statement
    if not statement.asked or not rx(YES).match(statement.text):
        return
    question = statement.asked[-1]
    if not question.text.rstrip("\"' ").endswith("?") or not context.asks(field, question.low):
        return
    avoid = context.cue(field).avoid
    if avoid and rx(avoid, 0).search(question.low):
        return
    values = search.values(field, question)
    if len({str(v.value) for v in values}) == 1:
        start = question.start + values[0].start
        yield Seen(field.key, values[0].value, start, statement.end, question.start, ANSWER, "agreed")
