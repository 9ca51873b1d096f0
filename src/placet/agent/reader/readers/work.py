"""Occupation and employer: "started as X at Y", "is now X", "works for Y", "has retired", "trading as Y"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placet.agent.reader.candidate import LABEL, SAYS, TRIGGER, Context, Seen, Spot, seen
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.places import cities
from placet.agent.reader.values.work import FIRM, FIRM_SUFFIX, TITLE, is_title, split_title, trim_title

_ARTICLE = r"(?i:(?:(?:an?|the|our|their|its|new|now|currently|a full-time|full[- ]time) )*)"
_CONCERN = r"firm|company|business|practice|consultancy|studio|shop|agency|called|named"
_IS = (
    r"(?:(?i:\b(?:i|he|she|who|client)) (?i:is|am)|(?i:\b(?:i'm|he's|she's)))(?P<now> (?i:now|currently|officially))? "
    rf"{_ARTICLE}{TITLE}"
)
# Sentences with a title, each behind a cheap hint in small letters.
_LEADS = (
    # "started last week as", "was sworn in on Monday as", "set up on her own as"
    (
        r" as ",
        r"(?i:\b(?:started|join(?:s|ed)?|work(?:s|ing)|employed|appointed|hired|promoted|engaged|sworn in|took over|"
        r"taken over|set up|setting up|acting|serv(?:es|ing)|elected|installed|taken on|returned|back|moved|"
        r"practis(?:es|ing)|retrained|re-?qualified|self-employed|freelanc(?:e|es|ing)|succeed(?:s|ed)|follow(?:s|ed)|"
        r"replac(?:es|ed)|recruited|named|confirmed|trad(?:es|ing)|registered|job)\b[^.;:?!]{0,60}?\bas )"
        rf"{_ARTICLE}{TITLE}",
    ),
    # "promoted to", "became", "her new role is"
    (
        r"\b(?:promoted|stepped|moved|elevated|made|bec[ao]me|appointed|named|role|job|position|title|works as|"
        r"occupation|profession)\b",
        r"(?i:\b(?:promoted to|stepped up to|moved up to|elevated to|(?:made|appointed|named|elected)(?: him| her| me)?|"
        r"became|become|"
        r"new (?:role|job|position|title)(?: is| as|:)?|current (?:role|job|position) is|took the job of|"
        r"taken the job of|job is|title is(?: now)?|works as|occupation is(?: now)?|profession is) (?:to (?:be )?)?)"
        rf"{_ARTICLE}{TITLE}",
    ),
    (
        r"\b(?:occupation|profession|title): |\bcalls \w+self ",
        rf"(?i:\b(?:occupation|profession|job title): |\bcalls (?:him|her|my)self ){_ARTICLE}{TITLE}",
    ),
    # "now a" at the beginning of a bullet, "is now"
    (
        r"\bnow\b",
        r"(?:(?i:^\W*(?:(?:she|he|is|i'm|he's|she's) )?now (?:(?:i'm|i am|he's|she's) )?)|(?i:\b(?:is|am) now ))"
        rf"{_ARTICLE}{TITLE}",
    ),
    # "CTO at a start-up now", as one says it in a chat
    (
        r"\bnow\b",
        r"^(?i:(?:no|nope|yes|yeah|yep|well|actually|currently|eh|ah|oh),? (?:no,? )?)?(?i:an? )?"
        rf"{TITLE}(?=(?i: now\b| (?:at|with|for) .{{2,40}}\bnow\b))",
    ),
    (r"\b(?:i|he|she|who|client) (?:is|am)\b|\b(?:i'm|he's|she's)\b", _IS),
)
# Sentences with a firm.
_FIRMS = (
    (
        r"\b(?:join(?:s|ed)|work(?:s|ing)|employed|hired|now|started|moved|signed|employer|company|firm)\b",
        r"(?i:\b(?:join(?:s|ed)|work(?:s|ing) (?:at|for|with)|employed (?:at|by|with)|hired by|now (?:at|with)|"
        r"started (?:work )?(?:at|with)|moved (?:over )?to|signed with|new (?:employer|company|firm) is|"
        rf"employer is(?: now)?) (?:the )?){FIRM}",
    ),
    (
        r"\b(?:trad(?:es|ing)|name|t/a|d/?b/?a|doing business)\b",
        rf"(?i:\b(?:trad(?:es|ing) (?:as|under)|under the name(?: of)?|t/a|d/?b/?a|doing business as) (?:the )?){FIRM}",
    ),
    (
        r"\b(?:called|named|founded|co-founded|launched|incorporated|runs|owns|set up|started|opened)\b",
        r"(?i:\b(?:(?:business|company|firm|practice) (?:is )?(?:called|named)|"
        rf"(?:founded|co-founded|launched|incorporated|runs|owns)(?: (?:his|her|my|a|the|their|own|new|{_CONCERN}))*,?|"
        rf"(?:set up|started|opened) (?:(?:his|her|my|their|own|new|a|{_CONCERN}),? )*(?:{_CONCERN}),?) (?:the )?){FIRM}",
    ),
)
_RETIRED = (
    r"(?:\b(?:has|have|had|is|'s|'ve|'m|am|now|fully|formally|officially|finally|just|be|(?:calls|considers) (?:him|"
    r"her)self|he|she|i)\s(?:now |fully |just |finally |formally |officially |recently |happily |early )*|"
    r"^\W*(?:fully |now )*)"
    r"(?P<a>retired)\b(?! (?:the|that|this|it|his|her|teacher|officer|army|naval|judge|surgeon|doctor|people|couple|"
    r"hurt)\b)|\b(?:took|taken|in) (?:early )?(?P<b>retirement)\b(?= (?:since|in|last|at|from|now)|[.,;]|$)|"
    r"\b(?P<c>(?:gave|given) up work(?:ing)?)\b(?! (?:on|for|with))"
)
_NOT_RETIRED = r"\b(?:semi|not|never|once|when|before|until|nearly|almost)[ -]*$"
_SIDE_JOB = r"\b(?:non-?exec\w*|trustee|volunteer|board member|governor)\b"
_LABELLED_END = (
    r"\s{2,}|\s?\(|[;|]|\.(?:\s|$)|\s-{1,2}\s|,? (?:since|from|effective|as of|until|w\.?e\.?f)\b|, (?:now|formerly|"
    r"previously|was)\b"
)
_SENTENCE = (
    r"\b(?:is|was|are|has|she|he|they|i|we|will|wants|says|said|asked|as on|as per|same|unchanged|no change|n/?a|nil|"
    r"tbc|unknown)\b|\?"
)
_NO_FIRM = (
    "i he she we they it us uk hr january february march april may june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday zoom teams whatsapp christmas easter gp "
    "q1 q2 q3 q4 mr mrs ms dr ok a the"
)
_NOT_FIRMS = frozenset(_NO_FIRM.split())


def read(spot: Spot, _: Context) -> Iterator[Seen]:
    """What a statement says about occupation and employer."""
    statement, label = spot.statement, spot.labelled("occupation", "employer")
    text = statement.text
    if label is not None:
        yield from _labelled(statement, label)
    yield from _retired(statement)
    for hint, pattern in _LEADS:
        if rx(hint, 0).search(statement.low):
            for match in rx(pattern, 0).finditer(text):
                yield from _title(statement, match, sure=pattern != _IS)
    for hint, pattern in _FIRMS:
        if rx(hint, 0).search(statement.low):
            for match in rx(pattern, 0).finditer(text):
                yield from _firm(statement, match.start("firm"), match.end("firm"), match.start())


def _retired(statement: Statement) -> Iterator[Seen]:
    text = statement.text
    if "retire" not in statement.low and "up work" not in statement.low:
        return
    for match in rx(_RETIRED).finditer(text):
        span = match.span(next(group for group in ("a", "b", "c") if match[group]))
        if not rx(_NOT_RETIRED).search(text[: span[0]]):
            yield seen(statement, "occupation", "Retired", span, match.start(), SAYS)


def _title(statement: Statement, match: re.Match[str], *, sure: bool) -> Iterator[Seen]:
    """A title, and the firm of it or behind it."""
    text, words, cue = statement.text, match["title"], match.start()
    title, firm = split_title(words)
    lead = text[cue : match.start("title")]
    if not is_title(title) or rx(_SIDE_JOB).search(words) or rx(r"\b(?:not|never)\b").search(lead):
        return
    end = match.end("title")
    behind = rx(rf"^,? (?i:at|with|for|of|@) (?i:the )?{FIRM}", 0).match(text[end:])
    # "She is an architect" says little of when; "now", or a firm beside it, makes it news.
    if not (sure or match["now"] or firm or behind or rx(r"^\W*(?:now|there|here|since)\b").match(text[end:])):
        return
    trimmed = trim_title(title)
    start = match.start("title") + len(title) - len(trimmed)
    yield seen(statement, "occupation", _capital(trimmed), (start, start + len(trimmed)), cue, SAYS)
    if firm:
        at = match.start("title") + words.rindex(firm)
        yield from _firm(statement, at, at + len(firm), cue)
    elif behind is not None:
        yield from _firm(statement, end + behind.start("firm"), end + behind.end("firm"), cue)
    else:
        yield from _firm_further_on(statement, end, cue)


def _firm_further_on(statement: Statement, begin: int, cue: int) -> Iterator[Seen]:
    """A firm that its legal form gives away, later in the same statement."""
    for other in rx(rf"(?<![\w&]){FIRM}", 0).finditer(statement.text, begin):
        legal = rx(r"\b(?:ltd|inc|llc|llp|plc|gmbh|pvt|pte|corp)$").search(other["firm"].lower())
        if legal and not rx(r"\b(?:left|from|ex|formerly|was|sold)\W*$").search(statement.text[: other.start()]):
            yield from _firm(statement, other.start("firm"), other.end("firm"), cue)
            return


def _firm(statement: Statement, start: int, end: int, cue: int) -> Iterator[Seen]:
    name = statement.text[start:end].rstrip(" .,'")
    first = name.split()[0].lower().strip(".'") if name else ""
    if len(name) < 3 or first in _NOT_FIRMS or name.lower() in cities() or name[0].isdigit():
        return
    lead, sure = statement.text[cue:start].lower(), rx(FIRM_SUFFIX).search(name) is not None
    # One moves to places and joins clubs, too.
    if rx(r"\bmoved\b").search(lead) and not sure:
        return
    joins = rx(r"\bjoin|\bwith\b").search(lead) and " as " not in statement.text[end : end + 30]
    if joins and not sure and " " not in name:
        return
    yield seen(statement, "employer", name, (start, start + len(name)), cue, SAYS)


def _labelled(statement: Statement, label: str) -> Iterator[Seen]:
    """The value of "Occupation : ..." or "Employer: ...", where it is a name and not a sentence."""
    body = statement.body - statement.start
    words = rx(_LABELLED_END).split(statement.text[body:])[0].strip().rstrip(".,")
    if not words or len(words) > 120 or rx(_SENTENCE).search(words):
        return
    at = statement.text.index(words, body)
    if label == "employer":
        name, _, place = words.rpartition(", ")
        words = name if place.lower() in cities() else words
        yield seen(statement, "employer", words, (at, at + len(words)), 0, LABEL)
        return
    match = rx(rf"^(?P<title>.+?)(?:,| (?i:at|with|@)) (?:the )?{FIRM}$", 0).match(words)
    title, firm = (match["title"], match["firm"]) if match and is_title(match["title"]) else split_title(words)
    retired = rx(r"(?:fully |now )*retired\b").match(title) is not None
    if not retired and not is_title(title) and len(title.split()) > 4:
        return
    strength = LABEL if retired or is_title(title) else TRIGGER
    yield seen(statement, "occupation", "Retired" if retired else _capital(title), (at, at + len(title)), 0, strength)
    if firm:
        start = at + words.rindex(firm)
        yield seen(statement, "employer", firm, (start, start + len(firm)), 0, SAYS)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
