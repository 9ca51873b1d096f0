"""What the money is for: goals listed after a label, or said in a sentence, taken apart into single goals."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, TOPIC, Context, Seen, Spot
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx

_KEY = "investmentGoals"
_DO = (
    r"buy|fund|pay|help|retire|leave|pass|preserve|protect|generate|grow|gift|give|set aside|set up|build|save|keep|provide|support|invest|finance|cover|secure|donate|endow|purchase|repay|clear|maintain|"
    r"create|hand on|sail|travel|renovate|stop work|accumulate|bequeath|establish|educate"
)
_LEADS = (
    r"(?:^\W*|\b(?:his|her|my|their|the|client's)\s|\b(?=main|primary|first|second|long|short|stated|investment|chief|biggest|key|overall))(?:(?:main|primary|first|second|other|new|long[- ]term|short[- ]term|only|overall|stated|investment|chief|biggest|key) )*(?:goals?|objectives?|aims?|priorit(?:y|ies)|ambition)(?: (?:for (?:the )?(?:money|portfolio|pot)|now|here))? (?:is|are|was|remains?|being|now)(?: now| still| simply| mainly)*(?: to)? ",
    r"\b(?:saving(?: up)?|investing|earmarked|put(?:ting)? (?:it |money |this )?(?:aside|away)|set aside|building a pot|the (?:money|pot|portfolio|fund) is) (?:mainly )?(?:for|to) ",
    rf"\b(?:wants?|would like|'d like|wishes|aims?|hopes?|keen|determined) (?:the (?:money|portfolio|pot) )?to (?=(?:be able to )?(?:{_DO}|be (?:\w+[- ]free|financially))\b)",
    r"\b(?:what|the reason) (?:it|this|the money)(?:'s| is) for(?: is)?:? ",
)
_NOT_GOALS = (
    r"\b(?:address|e-?mail|phone|mobile|number|call|meeting|review|form|document|statements?|account|password|copy|signature|mandate|w-?9|certificate|invoice|confirm|update|details|record|recorded|file|language|whatsapp|note|you|presentation|question|minutes?)\b"
)
_SPLIT = (
    rf"\s*(?:[;|]|\(\d\)|\(?\b\d[.)]\s|(?:,|\.)?\s*\band\b,?\s+(?=(?:to |for |then |also |eventually |longer[- ]term|later|in time|(?:a|an|the|his|her|my|some|enough) |(?:{_DO})(?:ing)?\b|[a-z]+ing\b))|"
    rf",\s+(?=(?:to |for |then |also |eventually |longer[- ]term|later|in time|a |an |the |(?:{_DO})(?:ing)?\b|[a-z]+ing )))\s*"
)
_TRIM = r"^(?:(?:one|two|three|four|\d):\s+)?(?:(?:and|then|also|to|for|eventually|longer[- ]term|long[- ]term|short[- ]term|later(?: on)?|in time|mainly|firstly|secondly|first|second|third|finally|ideally|be able to|some day),?\s+)*"
_STOP = r"\.\s|\s-{1,2}\s|\bbut\b|\bbecause\b|\bso that\b|\brather than\b|,? not\b"


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The goals of a statement, one by one."""
    statement, field = spot.statement, context.schema.field(_KEY)
    label, under = spot.labelled(_KEY), spot.under == _KEY
    answers = field is not None and statement.asked != () and context.asks(field, statement.asked[-1].text)
    text, base = statement.text, statement.start
    if label is not None:
        yield from _split(text, statement.body - base, len(text), base, base, LABEL)
        return
    if answers and not rx(r"^\W*(?:yes|no|ok|hmm|well|as before|same|not sure|i don't|nothing)\b").match(text):
        lead = rx(r"^\W*(?:(?:mainly|mostly|just|really|it's|its|for|to|i want to|basically|primarily|oh|erm|um)\s)*").match(text)
        stop = rx(_STOP).search(text)
        yield from _split(text, lead.end() if lead else 0, stop.start() if stop else len(text), base, base, ANSWER)
        return
    if under:
        yield from _split(text, 0, len(text), base, base, TOPIC)
        return
    for lead in _LEADS:
        for match in rx(lead).finditer(text):
            stop = rx(_STOP).search(text, match.end())
            end = stop.start() if stop else len(text)
            if not rx(_NOT_GOALS).search(text[match.end() : end]) and len(text[match.end() : end].split()) >= 2:
                yield from _split(text, match.end(), end, base, base + match.start(), SAYS)
                return


def _split(text: str, begin: int, end: int, base: int, cue: int, strength: int) -> Iterator[Seen]:
    at = begin
    cuts = [(m.start(), m.end()) for m in rx(_SPLIT).finditer(text, begin, end)]
    for start, finish in [*cuts, (end, end)]:
        piece = text[at:start]
        trimmed = rx(_TRIM).sub("", piece.strip(" ,.;:"))
        if rx(r"(?:longer|long|short|medium|near)[- ]term").fullmatch(trimmed):
            at = finish
            continue
        if len(trimmed.split()) >= 2 or (strength == LABEL and len(trimmed) >= 6):
            place = at + piece.rindex(trimmed)
            if not rx(r"\b(?:as before|unchanged|no change|same as|none|n/?a|not discussed|changed|tbc)\b").search(trimmed):
                yield Seen(_KEY, trimmed[:1].upper() + trimmed[1:], base + place, base + place + len(trimmed), cue, strength)
        at = finish
