"""What the money is for: goals listed after a label, or said in a sentence, taken apart into single goals."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, TOPIC, Context, Seen, Spot, seen
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx

_KEY = "investmentGoals"
_DO = (
    r"buy|fund|pay|help|retire|leave|pass|preserve|protect|generate|grow|gift|give|set aside|set up|build|save|keep|"
    r"provide|support|invest|finance|cover|secure|donate|endow|purchase|repay|clear|maintain|"
    r"create|hand on|sail|travel|renovate|stop work|accumulate|bequeath|establish|educate"
)
_LEADS = (
    (
        r"(?:^\W*|\b(?:his|her|my|their|the|client's)\s|\b(?=main|primary|first|second|long|short|stated|investment|"
        r"chief|biggest|key|overall))(?:(?:main|primary|first|second|other|new|long[- ]term|short[- ]term|only|"
        r"overall|stated|investment|chief|biggest|key) )*(?:goals?|objectives?|aims?|priorit(?:y|ies)|ambition)(?: "
        r"(?:for (?:the )?(?:money|portfolio|pot)|now|here))? (?:is|are|was|remains?|being|now)(?: now| still| "
        r"simply| mainly)*(?: to)? "
    ),
    (
        r"\b(?:saving(?: up)?|investing|earmarked|put(?:ting)? (?:it |money |this )?(?:aside|away)|set aside|"
        r"building a pot|the (?:money|pot|portfolio|fund) is) (?:mainly )?(?:for|to) "
    ),
    (
        rf"\b(?:wants?|would like|'d like|wishes|aims?|hopes?|keen|determined) (?:the (?:money|portfolio|pot) )?to "
        rf"(?=(?:be able to )?(?:{_DO}|be (?:\w+[- ]free|financially))\b)"
    ),
    r"\b(?:what|the reason) (?:it|this|the money)(?:'s| is) for(?: is)?:? ",
)
_NOT_GOALS = (
    r"\b(?:address|e-?mail|phone|mobile|number|call|meeting|review|form|document|statements?|account|password|copy|"
    r"signature|mandate|w-?9|certificate|invoice|confirm|update|details|record|recorded|file|language|whatsapp|note|"
    r"you|presentation|question|minutes?)\b"
)
_SPLIT = (
    rf"\s*(?:[;|]|\(\d\)|\(?\b\d[.)]\s|(?:,|\.)?\s*\band\b,?\s+(?=(?:to |for |then |also |eventually |longer[- ]term|"
    rf"later|in time|(?:a|an|the|his|her|my|some|enough) |(?:{_DO})(?:ing)?\b|[a-z]+ing\b))|"
    rf",\s+(?=(?:to |for |then |also |eventually |longer[- ]term|later|in time|a |an |the |(?:{_DO})(?:ing)?\b|"
    rf"[a-z]+ing )))\s*"
)
_TRIM = (
    r"^(?:(?:one|two|three|four|\d):\s+)?(?:(?:and|then|also|to|for|eventually|longer[- ]term|long[- ]term|short[- "
    r"]term|later(?: on)?|in time|mainly|firstly|secondly|first|second|third|finally|ideally|be able to|some "
    r"day),?\s+)*"
)
_NO_GOAL = (
    r"^(?:longer|long|short|medium|near)[- ]term$|\b(?:as before|unchanged|no change|same as|none|n/?a|not discussed|"
    r"changed|tbc)\b"
)
_NO_ANSWER = r"^\W*(?:yes|no|ok|hmm|well|as before|same|not sure|i don't|nothing)\b"
_ANSWER_LEAD = r"^\W*(?:(?:mainly|mostly|just|really|it's|its|for|to|i want to|basically|primarily|oh|erm|um)\s)*"
_STOP = r"\.\s|\s-{1,2}\s|\bbut\b|\bbecause\b|\bso that\b|\brather than\b|,? not\b"


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The goals of a statement, one by one."""
    statement, field = spot.statement, context.schema.field(_KEY)
    text = statement.text
    answers = field is not None and statement.asked != () and context.asks(field, statement.asked[-1].low)
    if spot.label == _KEY:
        yield from _split(statement, statement.body - statement.start, len(text), 0, LABEL)
    elif answers and not rx(_NO_ANSWER).match(text):
        opening = rx(_ANSWER_LEAD).match(text)
        yield from _split(statement, opening.end() if opening else 0, _end(text, 0), 0, ANSWER)
    elif spot.under == _KEY:
        yield from _split(statement, 0, len(text), 0, TOPIC)
    else:
        for match in (match for lead in _LEADS for match in rx(lead, 0).finditer(statement.low)):
            end = _end(text, match.end())
            words = text[match.end() : end]
            if len(words.split()) >= 2 and not rx(_NOT_GOALS).search(words):
                yield from _split(statement, match.end(), end, match.start(), SAYS)
                return


def _end(text: str, begin: int) -> int:
    stop = rx(_STOP).search(text, begin)
    return stop.start() if stop else len(text)


def _split(statement: Statement, begin: int, end: int, cue: int, strength: int) -> Iterator[Seen]:
    """The single goals between `begin` and `end`."""
    at = begin
    cuts = [match.span() for match in rx(_SPLIT).finditer(statement.text, begin, end)]
    for start, finish in [*cuts, (end, end)]:
        piece = statement.text[at:start]
        goal = rx(_TRIM).sub("", piece.strip(" ,.;:"))
        long_enough = len(goal.split()) >= 2 or (strength == LABEL and len(goal) >= 6)
        if long_enough and not rx(_NO_GOAL).search(goal):
            place = at + piece.rindex(goal)
            yield seen(statement, _KEY, goal[:1].upper() + goal[1:], (place, place + len(goal)), cue, strength)
        at = finish
