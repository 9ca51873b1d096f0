"""Occupation and employer: titles, firms, retirement, the answers to questions about work, and "Occupation: ..." lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, TRIGGER, Context, Seen, Spot, seen
from placet.agent.reader.readers.firms import firm, firms, further_on
from placet.agent.reader.readers.titles import doing, titles
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.places import cities
from placet.agent.reader.values.work import FIRM, is_title, split_title, trim_title

_RETIRED = (
    r"(?:\b(?:has|have|had|been|is|'s|'ve|'m|am|now|fully|formally|officially|finally|just|be|being|(?:calls|"
    r"considers) "
    r"(?:him|her)self|he|she|i|as)\s(?:now |fully |just |finally |formally |officially |recently |happily |early |"
    r"a )*|"
    r"^\W*(?:fully |now )*)"
    r"(?P<a>retired|retiree|pensioner|(?:man|lady|woman|gentleman) of leisure)\b(?! (?:the|that|this|it|his|her|"
    r"teacher|"
    r"officer|army|naval|judge|surgeon|doctor|people|couple|hurt|from the (?:board|committee|council))\b)|"
    r"\b(?:took|taken|enjoying|entered|(?:is|am|are|now|lives|living|happily) in) (?:early |full |his |her |my "
    r")*(?P<b>retirement)\b"
    r"(?= (?:since|in|last|at|from|now|at)|[.,;]|$)|"
    r"\b(?P<c>(?:gave|given) up work(?:ing)?|(?:stopped|finished|quit|done with|through with) work(?:ing)?(?: for "
    r"good)?|"
    r"(?:no longer|not|doesn't|don't) works?(?: any ?more| at all)|no longer works?(?=[.,;]|$| and)|"
    r"no longer working(?=[.,;]|$)|hung up (?:his|her|my) \w+|packed in work|called (?:it|time on) (?:a day|(?:his|"
    r"her|my) career)|"
    r"(?:worked|working) (?:his|her|my) last day)\b(?! (?:on|for|with|from|at|part|there|in)\b)"
)
_NOT_RETIRED = r"\b(?:semi|not|never|once|when|before|until|nearly|almost|if|years? (?:to|until|before))[ -]*$"
_LABELLED_END = (
    r"\s{2,}|\s?\(|[;|]|\.(?:\s|$)|\s-{1,2}\s|,? (?:since|from|effective|as of|until|w\.?e\.?f)\b|, (?:now|formerly|"
    r"previously|was)\b"
)
_SENTENCE = (
    r"\b(?:is|was|are|has|she|he|they|i|we|will|wants|says|said|asked|as on|as per|same|unchanged|no change|n/?a|nil|"
    r"tbc|unknown|not|still|as before|as above|as on|see|ask)\b|\?"
)
_PAIR = r"^(?P<title>[^/]{3,60}?)\s/\s(?P<firm>[^/]{3,80})$"


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """What a statement says about occupation and employer."""
    statement, label = spot.statement, spot.labelled("occupation", "employer")
    if label is not None:
        yield from _labelled(statement, label, LABEL)
    elif statement.asked:
        yield from _answered(statement, context)
    yield from _retired(statement)
    for match, sure in titles(statement):
        yield from _title(statement, match, sure=sure)
    yield from doing(statement)
    yield from firms(statement)


def _retired(statement: Statement) -> Iterator[Seen]:
    if not rx(r"retire|work|pensioner|leisure|hung up|called", 0).search(statement.low):
        return
    for match in rx(_RETIRED, 0).finditer(statement.low):
        span = match.span(next(group for group in ("a", "b", "c") if match[group]))
        if not rx(_NOT_RETIRED, 0).search(statement.low[: span[0]]):
            yield seen(statement, "occupation", "Retired", span, match.start(), SAYS)


def _title(statement: Statement, match: re.Match[str], *, sure: bool) -> Iterator[Seen]:
    """A title, and the firm of it or behind it."""
    text, words, cue = statement.text, match["title"], match.start()
    title, owner = split_title(words)
    lead = text[cue : match.start("title")]
    if not is_title(title) or rx(r"\b(?:not|never)\b").search(lead):
        return
    end = match.end("title")
    behind = rx(rf"^(?: (?:post|role|job|position))?(?: now)?,? (?i:at|with|for|of|@) (?i:the )?{FIRM}", 0).match(
        text[end:]
    )
    # "She is an architect" says little of when; "now", or a firm beside it, makes it news.
    news = rx(r"^\W*(?:now|there|here|since|these days|nowadays)\b").match(text[end:])
    if not (sure or match.groupdict().get("now") or owner or behind or news):
        return
    trimmed = trim_title(title)
    start = match.start("title") + len(title) - len(trimmed)
    yield seen(statement, "occupation", _capital(trimmed), (start, start + len(trimmed)), cue, SAYS)
    if owner:
        at = match.start("title") + words.rindex(owner)
        yield from firm(statement, at, at + len(owner), cue)
    elif behind is not None:
        yield from firm(statement, end + behind.start("firm"), end + behind.end("firm"), cue)
    else:
        yield from further_on(statement, end, cue)


def _answered(statement: Statement, context: Context) -> Iterator[Seen]:
    """The plain answer to a question about work: "Associate attorney, Peachtree Justice Center"."""
    question = statement.asked[-1].low
    for key in ("occupation", "employer"):
        field = context.schema.field(key)
        if field is not None and context.asks(field, question) and len(statement.text.split()) <= 12:
            yield from _labelled(statement, key, ANSWER)
            return


def _labelled(statement: Statement, label: str, strength: int) -> Iterator[Seen]:
    """The value of "Occupation : ..." or "Employer: ...", where it is a name and not a sentence."""
    body = statement.body - statement.start
    words = rx(_LABELLED_END).split(statement.text[body:])[0].strip().rstrip(".,!")
    if not words or len(words) > 120 or rx(_SENTENCE).search(words):
        return
    at = statement.text.index(words, body)
    pair = rx(_PAIR, 0).match(words)
    if pair is not None and is_title(pair["title"]):
        yield _job(statement, pair["title"], at, strength)
        start = at + pair.start("firm")
        yield seen(statement, "employer", pair["firm"], (start, start + len(pair["firm"])), 0, strength)
        return
    if label == "employer" and not (strength == ANSWER and is_title(words.split(",")[0])):
        name, _, place = words.rpartition(", ")
        words = name if place.lower() in cities() else words
        if strength == LABEL or words[0].isupper():
            yield seen(statement, "employer", words, (at, at + len(words)), 0, strength)
        return
    first, _, place = words.rpartition(", ")
    without = first if place.lower() in cities() else words
    match = rx(rf"^(?P<title>.+?)(?:,| (?i:at|with|@)) (?:the )?{FIRM}$", 0).match(without)
    title, owner = (match["title"], match["firm"]) if match and is_title(match["title"]) else split_title(without)
    retired = rx(r"(?:fully |now )*retired\b").match(title) is not None
    if not retired and not is_title(title) and (len(title.split()) > 4 or strength < LABEL):
        return
    if retired or is_title(title):
        yield _job(statement, title, at, strength)
    else:
        yield _job(statement, title, at, TRIGGER)
    if owner:
        start = at + words.rindex(owner)
        yield seen(
            statement, "employer", owner, (start, start + len(owner)), 0, SAYS if strength == LABEL else strength
        )


def _job(statement: Statement, title: str, at: int, strength: int) -> Seen:
    retired = rx(r"(?:fully |now )*retired\b").match(title) is not None
    return seen(
        statement, "occupation", "Retired" if retired else _capital(title), (at, at + len(title)), 0, strength
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
