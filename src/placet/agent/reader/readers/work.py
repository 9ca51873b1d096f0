"""Occupation and employer: "started as X at Y", "is now X", "works for Y", "has retired", "trading as Y"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placet.agent.reader.candidate import LABEL, SAYS, TRIGGER, Context, Seen, Spot
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.places import cities
from placet.agent.reader.values.work import FIRM, FIRM_SUFFIX, TITLE, is_title, split_title, trim_title

_ARTICLE = r"(?i:(?:(?:an?|the|our|their|its|new|now|currently|a full-time|full[- ]time) )*)"
_LEADS = (
    # "started last week as", "was sworn in on Monday as", "set up on her own as"
    r"(?i:\b(?:started|join(?:s|ed)?|work(?:s|ing)|employed|appointed|hired|promoted|engaged|sworn in|took over|taken over|set up|setting up|acting|serv(?:es|ing)|elected|"
    r"installed|taken on|returned|back|moved|practis(?:es|ing)|retrained|re-?qualified|self-employed|freelanc(?:e|es|ing)|succeed(?:s|ed)|follow(?:s|ed)|replac(?:es|ed)|recruited|named|confirmed|trad(?:es|ing)|registered|job)\b[^.;:?!]{0,60}?\bas )",
    # "promoted to", "became", "her new role is"
    r"(?i:\b(?:promoted to|stepped up to|moved up to|elevated to|made(?: him| her| me)?|became|become|appointed|named|new (?:role|job|position|title)(?: is| as|:)?|current (?:role|job|position) is|"
    r"took the job of|taken the job of|job is|title is(?: now)?|works as|occupation is(?: now)?|profession is) (?:to (?:be )?)?)",
    r"(?i:\b(?:occupation|profession|job title): |\bcalls (?:him|her|my)self )",
    # "now a" at the beginning of a bullet
    r"(?i:^\W*(?:(?:she|he|is|i'm|he's|she's) )?now (?:(?:i'm|i am|he's|she's) )?)"
    r"|(?i:\b(?:is|am) now )",
)
_IS = r"(?:(?i:\b(?:i|he|she|who|client)) (?i:is|am)|(?i:\b(?:i'm|he's|she's)))(?P<now> (?i:now|currently|officially))? "
_FIRMS = (
    rf"(?i:\b(?P<how>join(?:s|ed)|work(?:s|ing) (?:at|for|with)|employed (?:at|by|with)|hired by|now (?:at|with)|started (?:work )?(?:at|with)|moved (?:over )?to|signed with|new (?:employer|company|firm) is|employer is(?: now)?) (?:the )?){FIRM}",
    rf"(?i:\b(?P<how>trad(?:es|ing) (?:as|under)|under the name(?: of)?|t/a|d/?b/?a|doing business as|(?:business|company|firm|practice) (?:is )?(?:called|named)|(?:founded|co-founded|launched|incorporated|runs|owns)(?: (?:his|her|my|a|the|their|own|new|firm|company|business|practice|consultancy|studio|agency|called|named))*,?|"
    rf"(?:set up|started|opened) (?:(?:his|her|my|their|own|new|a|firm|company|business|practice|consultancy|studio|shop|agency|called|named),? )*(?:firm|company|business|practice|consultancy|studio|shop|agency|called|named),?) (?:the )?){FIRM}",
)
_RETIRED = (
    r"(?:\b(?:has|have|had|is|'s|'ve|'m|am|now|fully|formally|officially|finally|just|be|(?:calls|considers) (?:him|her)self|he|she|i)\s(?:now |fully |just |finally |formally |officially |recently |happily |early )*|^\W*(?:fully |now )*)"
    r"(?P<v>retired)\b(?! (?:the|that|this|it|his|her|teacher|officer|army|naval|judge|surgeon|doctor|people|couple|hurt)\b)|\b(?:took|taken|in) (?:early )?(?P<w>retirement)\b(?= (?:since|in|last|at|from|now)|[.,;]|$)"
)
_NOT_FIRMS = frozenset(
    "i he she we they it us uk hr january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday zoom teams whatsapp christmas easter gp q1 q2 q3 q4 mr mrs ms dr ok a the".split()
)


def read(spot: Spot, _: Context) -> Iterator[Seen]:
    """What a statement says about occupation and employer."""
    statement, label = spot.statement, spot.labelled("occupation", "employer")
    if label is not None:
        yield from _labelled(statement, label)
    text, base = statement.text, statement.start
    for match in rx(_RETIRED).finditer(text):
        group = "v" if match["v"] else "w"
        if not rx(r"\b(?:semi|not|never|once|when|before|until|nearly|almost)[ -]*$").search(text[: match.start(group)]):
            yield Seen("occupation", "Retired", base + match.start(group), base + match.end(group), base + match.start(), SAYS)
    for match in rx(r"\b(?:gave|given) up work(?:ing)?\b(?! (?:on|for|with))").finditer(text):
        yield Seen("occupation", "Retired", base + match.start(), base + match.end(), base + match.start(), SAYS)
    for lead in _LEADS:
        for match in rx(rf"(?:{lead}){_ARTICLE}{TITLE}", 0).finditer(text):
            yield from _title(statement, match, sure=True)
    for match in rx(rf"{_IS}{_ARTICLE}{TITLE}", 0).finditer(text):
        yield from _title(statement, match, sure=False)
    match = rx(rf"^(?i:(?:no|nope|yes|yeah|yep|well|actually|currently|eh|ah|oh),? (?:no,? )?)?(?i:an? )?{TITLE}(?=(?i: now\b| (?:at|with|for) .{{2,40}}\bnow\b))", 0).match(text)
    if match is not None:
        yield from _title(statement, match, sure=True)
    for pattern in _FIRMS:
        for match in rx(pattern, 0).finditer(text):
            yield from _firm(statement, match.start("firm"), match.end("firm"), match.start())


def _title(statement: Statement, match: re.Match[str], *, sure: bool) -> Iterator[Seen]:
    text, base = statement.text, statement.start
    words = match["title"]
    lead = text[match.start() : match.start("title")]
    title, firm = split_title(words)
    if not is_title(title) or rx(r"\b(?:non-?exec\w*|trustee|volunteer|board member|governor)\b").search(words):
        return
    if statement.machine or rx(r"\b(?:not|never)\b").search(lead):
        return
    start = match.start("title")
    behind = rx(rf"^,? (?i:at|with|for|of|@) (?i:the )?{FIRM}", 0).match(text[match.end("title") :])
    # "she is an architect" says little of when; "now", capitals or a firm beside it make it news.
    if not sure and not (match["now"] or firm or behind or rx(r"^\W*(?:now|there|here|since)\b").match(text[match.end("title") :])):
        return
    trimmed = trim_title(title)
    at = start + len(title) - len(trimmed)
    yield Seen("occupation", _capital(trimmed), base + at, base + at + len(trimmed), base + match.start(), SAYS)
    if firm:
        at = start + words.rindex(firm)
        yield from _firm(statement, at, at + len(firm), match.start())
    elif behind is not None:
        at = match.end("title")
        yield from _firm(statement, at + behind.start("firm"), at + behind.end("firm"), match.start())
    else:
        named = rx(rf"(?<![\w&]){FIRM}", 0)
        for other in named.finditer(text, match.end("title")):
            if rx(r"\b(?:ltd|inc|llc|llp|plc|gmbh|pvt|pte|corp)$").search(other["firm"].lower()) and not rx(r"\b(?:left|from|ex|formerly|was|sold)\W*$").search(text[: other.start()]):
                yield from _firm(statement, other.start("firm"), other.end("firm"), match.start())
                break


def _firm(statement: Statement, start: int, end: int, cue: int) -> Iterator[Seen]:
    name = statement.text[start:end].rstrip(" .,'")
    first = name.split()[0].lower().strip(".'") if name else ""
    if len(name) < 3 or first in _NOT_FIRMS or name.lower() in cities() or name[0].isdigit():
        return
    lead = statement.text[cue:start].lower()
    if rx(r"\bmoved\b").search(lead) and not rx(FIRM_SUFFIX).search(name):
        return
    if rx(r"\bjoin|\bwith\b").search(lead) and not rx(FIRM_SUFFIX).search(name) and " as " not in statement.text[end : end + 30] and len(name.split()) < 2:
        return
    yield Seen("employer", name, statement.start + start, statement.start + start + len(name), statement.start + cue, SAYS)


def _labelled(statement: Statement, label: str) -> Iterator[Seen]:
    """The value of "Occupation : ..." or "Employer: ...", where it is a name and not a sentence."""
    begin = statement.body - statement.start
    words = statement.text[begin:]
    stop = rx(r"\s{2,}|\s?\(|[;|]|\.(?:\s|$)|\s-{1,2}\s|,? (?:since|from|effective|as of|until|w\.?e\.?f)\b|, (?:now|formerly|previously|was)\b").search(words)
    words = words[: stop.start()] if stop else words
    words = words.strip().rstrip(".,")
    if not words or len(words) > 120 or rx(r"\b(?:is|was|are|has|she|he|they|i|we|will|wants|says|said|asked|as on|as per|same|unchanged|no change|n/?a|nil|tbc|unknown)\b|\?").search(words):
        return
    at = statement.body + statement.text[begin:].index(words)
    if label == "employer":
        name, _, place = words.rpartition(", ")
        words = name if place.lower() in cities() else words
        yield Seen("employer", words, at, at + len(words), statement.start, LABEL)
        return
    match = rx(rf"^(?P<title>.+?)(?:,| (?i:at|with|@)) (?:the )?{FIRM}$", 0).match(words)
    title, firm = (match["title"], match["firm"]) if match is not None and is_title(match["title"]) else split_title(words)
    if not re.match(r"(?i)retired\b", title) and not is_title(title) and len(title.split()) > 4:
        return
    retired = re.match(r"(?i)(?:fully |now )*retired\b", title)
    yield Seen("occupation", "Retired" if retired else _capital(title), at, at + len(title), statement.start, LABEL if is_title(title) or retired else TRIGGER)
    if firm:
        start = at + words.rindex(firm)
        yield Seen("employer", firm, start, start + len(firm), statement.start, SAYS)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
