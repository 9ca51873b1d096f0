"""How the client wants to be contacted; which way one meeting takes place is not a preference."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, Context, Seen, Spot
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.choices import find_choices

_KEY = "preferredChannel"
_BEFORE = (
    r"(?:\b(?:prefers?|preferred|preference (?:is|for)|would rather|'d rather|best (?:by|on|via|is|reached (?:by|on|via))|reached (?:by|on|via)|easiest (?:by|on|via|is)|contact (?:him|her|me)(?: only)? (?:by|via|on|through)|"
    r"(?:reach|get|catch|message) (?:him|her|me) (?:by|on|via)|communicat\w+ (?:by|via|on)|everything (?:by|via|on|over)|please (?:use|by|via|only use)|switch(?:ed)? to|stick (?:to|with)|keep to|happiest (?:with|on|by)|only (?:by|via|on|uses?|use)|"
    r"(?:from now on|going forward|in future),?(?: please)?(?: use| by| via)?|contact(?: is| should be)? (?:by|via)|wants? (?:us to use|everything by|contact by)|just use|use only|always (?:by|on|via)|rather have)\b(?: (?:a|an|the|his|her|my|to be contacted by|to|meet|meetings|speak|talk|short|quick|by|on|via|only))*\s?[\"']?)$"
)
_BEHIND = (
    r"^[\"']?\W{0,2}(?:(?:is|works?|would be|are|'s|suits?(?: (?:him|her|me))?) )?(?:(?:the )?(?:best|easiest|preferred|better|simplest)|please|pls|only|from now on|going forward|in future|always|instead|rather than|over (?:e-?mail|phone|whatsapp|calls)|anytime|every time|is how)\b"
)
_ORDER = r"^\W*(?:please |pls |just |always |only |better (?:to )?|best (?:to )?|btw,? |so |and |also |ok,? |oh |text or |message or |do )*(?P<v>ring|call|phone|e-?mail|whatsapp|video[- ]call)\s+(?:her|him|me|client)\b(?P<rest>.*)$"
_JUST = r"\b(?:just|better to|best to|only) (?P<v>ring|call|phone|e-?mail|whatsapp)(?: (?:me|her|him)(?: here)?)?(?=\s*(?:[,.;!]|$)|\s(?:lah|ah|please|pls|she|he)\b)"
_PASSIVE = r"\b(?:rather|prefers? to|likes? to|wants? to|asked to|asks to|best to|happier to) be (?P<v>phoned|called(?=\W*$| rather| than)|rung|telephoned|e-?mailed|whatsapped)\b"
_APPOINTMENT = r"^\W*(?:at \d|on (?:mon|tue|wed|thu|fri|sat|sun|\d|the \d)|back|tomorrow|today|tonight|next|again|re\b|about|when|if|after|before|in (?:a|the|two|\d)|by \w+day|\d|this|with|to (?!ask)|for|and)\b"
_VERBS = {"ring": "phone", "call": "phone", "phone": "phone", "email": "email", "e-mail": "email", "whatsapp": "whatsapp", "phoned": "phone", "called": "phone", "rung": "phone", "telephoned": "phone", "emailed": "email", "e-mailed": "email",
          "whatsapped": "whatsapp", "video-call": "video", "video call": "video"}  # fmt: skip


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The channel a statement prefers."""
    statement, field, label = spot.statement, context.schema.field(_KEY), spot.labelled(_KEY)
    if field is None or not field.options:
        return
    words = context.cue(field).words
    answers = bool(statement.asked) and context.asks(field, statement.question)
    text, base = statement.text, statement.start
    known = {option.value for option in field.options}
    start = statement.body - base if label else 0
    for found in find_choices(text, field.options, words):
        if found.start < start or base + found.end <= statement.body - 1 < statement.end and label is None and statement.label or rx(r"^\.\s|^\s?(?:address|id\b|number|no\b|[\w.]+@|group|:)").match(text[found.end :]):
            continue
        if label is not None:
            yield Seen(field.key, found.value, base + found.start, base + found.end, base, LABEL)
        elif rx(_BEFORE).search(text[: found.start]) or rx(_BEHIND).search(text[found.end :]):
            yield Seen(field.key, found.value, base + found.start, base + found.end, base + found.start, SAYS)
        elif answers and len(text.split()) <= 6:
            yield Seen(field.key, found.value, base + found.start, base + found.end, base + found.start, ANSWER)
    just = rx(_JUST).search(text, start)
    if just is not None and _VERBS.get(just["v"].lower()) in known:
        yield Seen(field.key, _VERBS[just["v"].lower()], base + just.start("v"), base + just.end("v"), base + just.start("v"), SAYS)
    passive = rx(_PASSIVE).search(text, start)
    if passive is not None and _VERBS.get(passive["v"].lower()) in known:
        yield Seen(field.key, _VERBS[passive["v"].lower()], base + passive.start("v"), base + passive.end("v"), base + passive.start(), SAYS)
    order = rx(_ORDER).match(text[start:])
    named = order is not None and rx(r"^\s*[\"']?[A-Z]", 0).match(order["rest"])  # "call me Jo" is about a name
    if order is not None and not named and not rx(_APPOINTMENT).match(order["rest"]):
        value = _VERBS.get(order["v"].lower())
        if value in known:
            at = base + start + order.start("v")
            yield Seen(field.key, value, at, at + len(order["v"]), at, SAYS)
