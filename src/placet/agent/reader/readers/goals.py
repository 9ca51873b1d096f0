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
_MONEY = (
    r"money|portfolio|pot|fund|funds|capital|account|savings|investments?|nest egg|proceeds|cash|legacy|"
    r"inheritance|wealth|assets"
)
_THE = rf"(?:the|this|that|his|her|my|their|our) (?:[a-z]+ )?(?:{_MONEY})|it|this"
_KIN = (
    r"children|grandchildren|kids|son|daughter|sons|daughters|niece|nephew|nieces|nephews|family|wife|husband|"
    r"parents|mother|father"
)
_LEADS = (
    # "the main thing she is putting the money by for is", "what he wants from the portfolio is to"
    (
        r"\b(?:thing|reason|point)s? (?:\w+ ){1,4}(?:sav(?:es?|ing)|invest(?:s|ing)?|putting|set(?:ting)?|"
        r"keeping)\b[^.;:?]{0,25}"
        r" for(?:,? [^.;:?,]{1,20},)?(?: is| are|:)(?: to)? "
    ),
    (
        rf"\bwhat (?:he|she|i|we|they|client) (?:do(?:es)? )?wants?(?: (?:from|out of|with|for|of) (?:{_THE}))?(?: "
        r"(?:is|are|:))(?: for it)?(?: to)? "
    ),
    r"\b(?:things?|goals?|aims?|reasons?) (?:i|he|she|we|they)(?:'m|'s|'re| am| is| are) (?:saving|investing)(?: "
    r"up)? for(?:,? [^.;:]{1,25})?: ",
    rf"\b(?:{_THE}) (?:is|are|is meant|is there|is supposed|should be|has to be|is intended|are intended) "
    r"(?:mainly |mostly |really |ultimately |all )*(?:there )?(?:for|to)[: ]\s?",
    r"\b(?:looking|hoping|asking|after) (?:for )?(?=(?:an? |some |a more )?(?:steady |regular |reliable |secure |"
    r"stable |higher |long-term )*(?:income|growth|returns?|capital|yield)\b)",
    rf"\b(?:(?:'d|would) love to|aiming to|aims to) (?=(?:be able to )?(?:{_DO})\b)",
    r"\bwhat matters (?:most )?to (?:him|her|me|them) (?:is|are)(?: to)? ",
    rf"\b(?:plans?|idea|intention|use) for (?:{_THE})(?: is| are)?:? (?:to )?",
    r"\bwants? (?:[£$€]\s?)?\d[\w.,]* (?:ready|available|set aside|put aside|kept|put by) (?:for|to) ",
    rf"\b(?:{_THE}) (?:has to|must|should|will have to|needs to|is to) (?:mainly )?(?=(?:{_DO})\b)",
    rf"\bputting (?:{_THE}|[a-z]+)(?: by| aside| away)? (?:for|towards|to) ",
    rf"\b(?:would like|wants?|'d like|hopes? for|wishes) (?=(?:(?:his|her|my|their|the) )(?:[a-z]+ )?(?:{_KIN}) to "
    r"(?:have|be|get|go|own|inherit|study))",
    (
        r"(?:^\W*|\b(?:his|her|my|their|the|client's)\s|\b(?=main|primary|first|second|long|short|stated|investment|"
        r"chief|biggest|key|overall))(?:(?:main|primary|first|second|other|new|long[- ]term|short[- ]term|only|"
        r"overall|stated|investment|chief|biggest|key) )*(?:goals?|objectives?|aims?|priorit(?:y|ies)|ambition)(?: "
        r"(?:for (?:the )?(?:money|portfolio|pot)|now|here))? (?:is|are|was|remains?|being|now)(?: now| still| "
        r"simply| mainly)*(?: to)? "
    ),
    (
        r"\b(?:saving(?: up)?|investing|invests?|saves|earmarked|put(?:ting)? (?:it |money |this |the money "
        r")?(?:aside|away|by)|set aside|"
        r"building (?:up )?a (?:pot|fund|reserve|nest egg)|the (?:money|pot|portfolio|fund) is) (?:mainly )?(?:for|"
        r"to) "
    ),
    (
        rf"\b(?:wants?|would like|'d like|wishes|aims?|hopes?|keen|determined|intends?) (?:(?:{_THE}) )?to "
        rf"(?=(?:be able to )?(?:{_DO}|bridge|have (?:enough|a reserve)|pay off|transmit|stop working|start|own|be "
        r"(?:\w+[- ]free|financially))\b)"
    ),
    r"\b(?:what|the reason) (?:it|this|the money)(?:'s| is) for(?: is)?:? ",
)
_NOT_GOALS = (
    r"\b(?:direct debit|standing order|overdraft|by card|credit card|transfer\w*|tickets?|refund|pin|loan|right "
    r"now|now$|now\.|"
    r"today|tomorrow|(?:pay|give|send|lend) (?:him|her|it|them|a friend)\b(?= (?:by|[\d$£€]|some money)|$)|address|"
    r"e-?mail|phone|mobile|number|call|meeting|review|form|document|statements?|account|password|copy|"
    r"signature|mandate|w-?9|certificate|invoice|confirm|update|details|record|recorded|file|language|whatsapp|note|"
    r"you|presentation|question|minutes?)\b"
)
_SPLIT = (
    rf"\s*(?:[;|]|\(\d\)|\(?\b\d[.)]\s|(?:,|\.)?\s*\band\b,?\s+(?=(?:to |for |then |also |eventually |longer[- ]term|"
    rf"later|in time|(?:a|an|the|his|her|my|some|enough) |(?:{_DO})(?:ing)?\b|[a-z]+ing\b))|"
    rf",\s+(?=(?:to |for |then |also |eventually |longer[- ]term|later|in time|a |an |the |(?:{_DO})(?:ing)?\b|"
    rf"[a-z]+ing ))|,?\s+(?:and|or) otherwise (?:to )?|\s+and my (?=\w+$))\s*"
)
_TRIM = (
    r"^(?:(?:one|two|three|four|\d):\s+)?(?:(?:and|then|also|to|for|eventually|longer[- ]term|long[- ]term|short[- "
    r"]term|later(?: on)?|in time|mainly|firstly|secondly|first|second|third|finally|ideally|be able to|some "
    r"day),?\s+)*"
)
# "X and Y are what the portfolio has to pay for", "X, those are the two aims"
_BEFORE = (
    rf"^\W*(?P<goals>[^.;:?]{{5,140}}?),? (?:is|are) (?:what|why) (?:{_THE}|he|she|i) (?:is for|is there for|has "
    r"to|must|should|is meant|is saving|"
    rf"saves|invests|am saving|am investing|wants?)\b|^\W*(?P<aims>[^.;:?]{{5,160}}?), (?:so )?(?:those|these|that|"
    r"both) (?:are|is) (?:the|his|her|my) "
    r"(?:\w+ )?(?:aims?|goals?|objectives?|priorities|plans?)\b"
)
_OPENS = (
    r"^(?:(?:he|she|i|client) (?:would like|wants?|wishes|hopes?) )?(?:(?:his|her|my|their|the) (?:[a-z]+ )?(?:"
    rf"{_KIN}) to )?"
)
_NO_GOAL = (
    r"\b(?:for|to|of|with)$|^no\b|^(?:not|nothing|nobody)\b|\b(?:review|refresh|onboarding|kyc|catch-up|meeting|"
    r"visit|discussion|telephone)\b|^(?:periodic|annual) |"
    r"\b(?:some ?day|one day)? ?(?:maybe|perhaps|possibly)\W*$|"
    r"^(?:longer|long|short|medium|near)[- ]term$|\b(?:as before|unchanged|no change|same as|none|n/?a|not discussed|"
    r"changed|tbc)\b"
)
_ENOUGH = r"\s+\(?(?:please|pls|of course|really|mostly|basically|as before)\)?$"
_NO_ANSWER = r"^\W*(?:yes|no|ok|hmm|well|as before|same|not sure|i don't|nothing)\b"
_ANSWER_LEAD = r"^\W*(?:(?:mainly|mostly|just|really|it's|its|for|to|i want to|basically|primarily|oh|erm|um)\s)*"
_STOP = r",? and (?=(?:he|she|i|we) )|\.\s|\s-{1,2}\s|\bbut\b|\bbecause\b|\bso that\b|\brather than\b|,? not\b"


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The goals of a statement, one by one."""
    statement, field = spot.statement, context.schema.field(_KEY)
    text = statement.text
    answers = field is not None and statement.asked != () and context.asks(field, statement.asked[-1].low)
    # What else is said in a turn is no longer the answer.
    first = spot.before is None or spot.before.item != statement.item
    if spot.label == _KEY:
        yield from _split(statement, statement.body - statement.start, len(text), 0, LABEL)
    elif answers and first and not rx(_NO_ANSWER).match(text):
        opening = rx(_ANSWER_LEAD).match(text)
        yield from _split(statement, opening.end() if opening else 0, _end(text, 0), 0, ANSWER)
    elif spot.under == _KEY:
        yield from _split(statement, 0, len(text), 0, TOPIC)
    else:
        ahead = rx(_BEFORE, 0).match(statement.low)
        if ahead is not None:
            begin, end = ahead.span("goals" if ahead["goals"] else "aims")
            opening = rx(_OPENS, 0).match(statement.low[begin:end])
            several = rx(r"\b(?:are|both)\b", 0).search(statement.low, end) is not None
            yield from _split(statement, begin + (opening.end() if opening else 0), end, 0, SAYS, several=several)
            return
        yield from _said(statement)


def _said(statement: Statement) -> Iterator[Seen]:
    """The goals behind every lead of a statement, left to right, none of them twice."""
    text, done = statement.text, 0
    leads = (match for lead in _LEADS for match in rx(lead, 0).finditer(statement.low))
    for match in sorted(leads, key=lambda each: each.start()):
        end = _end(text, match.end())
        words = text[match.end() : end]
        if match.start() >= done and words.strip() and not rx(_NOT_GOALS).search(words):
            yield from _split(statement, match.end(), end, match.start(), SAYS)
            done = end


def _end(text: str, begin: int) -> int:
    stop = rx(_STOP).search(text, begin)
    return stop.start() if stop else len(text)


def _split(
    statement: Statement, begin: int, end: int, cue: int, strength: int, *, several: bool = False
) -> Iterator[Seen]:
    """The single goals between `begin` and `end`."""
    at = begin
    split = rf"{_SPLIT}|,? and |, " if several else _SPLIT
    cuts = [match.span() for match in rx(split).finditer(statement.text, begin, end)]
    for start, finish in [*cuts, (end, end)]:
        piece = statement.text[at:start]
        goal = rx(_TRIM).sub("", piece.strip(" ,.;:"))
        goal = rx(_ENOUGH).sub("", goal)
        long_enough = len(goal.split()) >= 2 or (strength in (LABEL, ANSWER, SAYS) and len(goal) >= 6)
        if long_enough and not rx(_NO_GOAL).search(goal):
            place = at + piece.rindex(goal)
            yield seen(statement, _KEY, goal[:1].upper() + goal[1:], (place, place + len(goal)), cue, strength)
        at = finish
