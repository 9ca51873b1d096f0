"""Employer in running text: the sentences that tie somebody to a firm, and what a firm's name may not be."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import SAYS, Seen, seen
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.places import cities, find_countries
from placet.agent.reader.values.work import FIRM, FIRM_SUFFIX

_CONCERN = (
    r"firm|company|business|practice|consultancy|studio|shop|agency|start-?up|outfit|boutique|bank|fund|charity|mill|"
    r"restaurant|brewery|bakery|gallery|school|clinic|maker|manufacturer|group|team|place|cafe|café|farm|garage|"
    r"workshop|publisher|lab|hospital|hotel|vineyard|winery|distillery|platform|house|foundation|concern|venture|"
    r"plant"
)
_OWN = r"his|her|my|their|own|a|an|the|our|new|small|little|tiny|family|one-man|one-woman"
_WHERE = r"(?:,? (?:outside|near|in|at|down in|over in) [A-Z][\w'-]+(?: [A-Z][\w'-]+)?)?"
# Sentences with a firm, each behind a cheap hint in small letters. What is `loose` is often something else than work:
# one moves to places, joins clubs, is at an airport and with friends.
_LEADS: tuple[tuple[str, str, bool], ...] = (
    (
        r"\b(?:join(?:s|ed|ing)?|work(?:s|ing)|employed|hired|started|starts|signed|employer|recruited|poached|"
        r"headhunted|seconded)\b",
        r"(?i:\b(?:join(?:s|ed)|work(?:s|ing)(?: full[- ]time| part[- ]time| over| now)? (?:at|for|with)|"
        r"employed (?:at|by|with)|"
        r"(?:hired|recruited|poached|headhunted|engaged|taken on|snapped up) by|seconded to|"
        r"started(?: (?:work|working|a new job|last \w+|in \w+|on \w+))*,? (?:at|with)|signed (?:on )?with|"
        r"(?:new|current|present) (?:employer|company|firm) is|employer (?:is|was)(?: now)?(?: called| named| "
        rf"renamed)?|on the payroll (?:of|at)) (?:the )?){FIRM}",
        False,
    ),
    (
        r"\b(?:moved|switched|transferred|gone|went|jumped|crossed|come|came|over|left|quit|hopped)\b",
        r"(?i:\b(?:(?:moved|switched|transferred|gone|went|jumped|crossed|come|came|hopped)(?: ship| over| across| "
        r"back| on| from [^,.;]{2,40}?)? to|"
        rf"(?:left|quit|leaving) [^,.;]{{2,50}}? (?:for|to join|and joined|to go to)) (?:the )?){FIRM}",
        True,
    ),
    (
        r"\b(?:with|at)\b",
        r"(?i:(?:\b(?:i|he|she|who|and) (?:is|am|has been|have been)|\b(?:i'm|he's|she's|i've been))(?: (?:now|"
        r"currently|still|these days|over))* "
        rf"(?:with|at|over at) (?:the )?|^\W*(?:now )(?:with|at|over at) (?:the )?){FIRM}",
        True,
    ),
    (
        r"\bwork(?:s|ing)\b|\bon the staff of\b",
        rf"(?i:\b(?:work(?:s|ing)(?: [\w-]+){{1,5}} (?:at|for)|on the staff of) (?:the )?){FIRM}",
        True,
    ),
    (
        r"\b(?:role|job|post|position|desk|seat|gig|shift|contract|chair|fellowship|placement)\b",
        rf"(?i:\b(?:role|job|post|position|gig|contract|chair|fellowship|placement) (?:at|with) (?:the )?){FIRM}",
        False,
    ),
    (
        r"\b(?:trad(?:es|ing)|name|t/a|d/?b/?a|doing business)\b",
        r"(?i:\b(?:trad(?:es|ing) (?:as|under)|under the (?:name|banner|brand)(?: of)?|t/a|d/?b/?a|doing business "
        rf"as) (?:the )?){FIRM}",
        False,
    ),
    (
        r"\b(?:called|named|running|founded|co-founded|launched|incorporated|runs|owns|set up|started|opened|"
        r"bought|business|company|firm)\b",
        rf"(?i:\b(?:(?:{_CONCERN}){_WHERE},? (?:is )?(?:called|named|by the name of)|"
        rf"(?:the|his|her|my|our) (?:new |own )?(?:business|company|firm|employer|practice|consultancy) is(?: now)?|"
        rf"(?:founded|co-founded|launched|incorporated|runs|owns|running)(?: (?:{_OWN}|{_CONCERN}))*,?|"
        rf"(?:his|her|my) (?:own )?(?:[a-z]+ )?(?:{_CONCERN}),|"
        rf"(?:set up|started|opened) (?:(?:{_OWN}|{_CONCERN}),? )*(?:{_CONCERN}),?) (?:the )?){FIRM}",
        False,
    ),
    (
        r"\b(?:hired|poached|recruited|employs|employed|took|taken|offered)\b",
        rf"(?:^|(?<=[\s>]))(?:(?i:the) )?{FIRM}(?i: (?:has |have )?(?:hired|poached|recruited|employs|employed|"
        r"headhunted|"
        r"(?:took|taken) on) (?:him|her|me)\b| (?:has |have )?(?:took|taken) (?:him|her|me) on\b)",
        False,
    ),
)
_NO_FIRM = (
    "i he she we they it us uk hr january february march april may june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday zoom teams whatsapp christmas easter gp "
    "q1 q2 q3 q4 mr mrs ms dr ok a the mum dad nhs new"
)
_NOT_FIRMS = frozenset(_NO_FIRM.split())
_GIVEN_AWAY = (
    r"\b(?:sold|selling|invest\w*|stake|shares?|left|lease|rent\w*|offer\w*|interview\w*|lunch|dinner|meeting|met)\b"
)
_LEGAL = r"\b(?:ltd|limited|inc|llc|llp|plc|gmbh|pvt|pte|corp|sarl|sas|bv|nv|oy|srl)$"


def firms(statement: Statement) -> Iterator[Seen]:
    """The firms a statement ties somebody to."""
    for hint, pattern, loose in _LEADS:
        if rx(hint, 0).search(statement.low):
            for match in rx(pattern, 0).finditer(statement.text):
                lead = statement.text[max(match.start() - 30, 0) : match.start("firm")].lower()
                if rx(_GIVEN_AWAY, 0).search(lead) and not rx(r"\b(?:left|quit)\b.*\b(?:for|join\w*)\b", 0).search(
                    lead
                ):
                    continue
                yield from firm(statement, match.start("firm"), match.end("firm"), match.start(), loose=loose)


def further_on(statement: Statement, begin: int, cue: int) -> Iterator[Seen]:
    """A firm that its legal form gives away, later in the same statement."""
    for other in rx(rf"(?<![\w&]){FIRM}", 0).finditer(statement.text, begin):
        legal = rx(_LEGAL).search(other["firm"].lower())
        if legal and not rx(r"\b(?:left|from|ex|formerly|was|sold)\W*$").search(statement.text[: other.start()]):
            yield from firm(statement, other.start("firm"), other.end("firm"), cue)
            return


def firm(statement: Statement, start: int, end: int, cue: int, *, loose: bool = False) -> Iterator[Seen]:
    """The name at `start`..`end`, if it can be a firm's."""
    name = statement.text[start:end].rstrip(" .,'")
    first = name.split()[0].lower().strip(".'") if name else ""
    if len(name) < 3 or first in _NOT_FIRMS or name.lower() in cities() or name[0].isdigit() or _is_place(name):
        return
    lead, sure = statement.text[cue:start].lower(), rx(FIRM_SUFFIX).search(name) is not None
    behind = statement.text[start + len(name) :]
    working = rx(r"^[,\s]*(?:now|these days|since|as (?!well|of|from|soon)|where (?:he|she|i) )\b", 0).match(
        behind.lower()
    )
    if loose and not sure and not working:
        return
    joins = rx(r"\bjoin|\bwith\b").search(lead) and " as " not in behind[:30]
    if joins and not sure and not working and " " not in name:
        return
    yield seen(statement, "employer", name, (start, start + len(name)), cue, SAYS)


def _is_place(name: str) -> bool:
    found = find_countries(name)
    return bool(found) and found[0].start == 0 and found[0].end >= len(name)
