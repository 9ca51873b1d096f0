"""How the client wants to be contacted; which way one meeting takes place is not a preference."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, Context, Seen, Spot, seen
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.choices import find_choices
from placet.customers.schema import Field

_KEY = "preferredChannel"
_BEFORE = (
    r"(?:\b(?:prefers?|preferred|preference (?:is|for)|would rather|'d rather|would sooner|'d sooner|best (?:by|on|"
    r"via|is|reached (?:by|on|"
    r"via))|reached (?:by|on|via)|easiest (?:by|on|via|is)|contact (?:him|her|me)(?: only)? (?:by|via|on|through)|"
    r"(?:reach|get|catch|message) (?:him|her|me) (?:by|on|via)|communicat\w+ (?:by|via|on)|everything (?:by|via|on|"
    r"over)|please (?:use|by|via|only use)|switch(?:ed)? to|stick (?:to|with)|keep to|happiest (?:with|on|by)|only "
    r"(?:by|via|on|uses?|use)|"
    r"(?:from now on|going forward|in future),?(?: please)?(?: use| by| via)?|contact(?: is| should be)? (?:by|via)|"
    r"wants? (?:us to use|everything by|contact by)|just use|use only|always (?:by|on|via)|rather have|sooner have|"
    r"(?:wants?|prefers?|asks? for|asked for|would like) (?:all |future |our |any |further )*(?:meetings?|contact|"
    r"communication|conversations|reviews?) (?:to be )?(?:by|via|on|over)|everything in writing (?:by|via|on)|hear "
    r"from us (?:by|via|on)|wr?ite to (?:him|her|me) by|messages? (?:on|by|via)|official things by|"
    r"(?:things|everything|anything|correspondence|documents|all else) (?:by|via|on)|wants to be)\b(?: (?:a|an|"
    r"the|his|her|my|to be contacted by|to|meet|meetings|speak|talk|short|quick|by|on|via|only))*\s?[\"']?)$"
)
_BEHIND = (
    r"^[\"']?\W{0,2}(?:(?:is|works?|would be|are|'s|suits?(?: (?:him|her|me))?) )?(?:(?:the )?(?:best|easiest|"
    r"quickest|fastest|surest|"
    r"preferred|better|simplest)|please|pls|only|from now on|going forward|in future|always|instead|rather than|over "
    r"(?:e-?mail|phone|whatsapp|calls)|anytime|every time|is how)\b"
)
_ORDER = (
    r"^\W*(?:please |pls |just |always |only |better (?:to )?|best (?:to )?|btw,? |so |and |also |ok,? |oh |text or |"
    r"message or |do )*(?P<v>ring|call|phone|e-?mail|whatsapp|video[- ]call)\s+(?:her|him|me|client)\b(?P<rest>.*)$"
)
_JUST = (
    r"\b(?:just|better to|best to|only) (?P<v>ring|call|phone|e-?mail|whatsapp)(?: (?:me|her|him)(?: "
    r"here)?)?(?=\s*(?:[,.;!]|$)|\s(?:lah|ah|please|pls|she|he)\b)"
)
_PASSIVE = (
    r"\b(?:rather|prefers? to|likes? to|wants? to|asked to|asks to|best to|happier to) be (?P<v>phoned|called(?=\W*$|"
    r" rather| than)|rung|telephoned|e-?mailed|whatsapped)\b"
)
_APPOINTMENT = (
    r"^\W*(?:at \d|on (?:mon|tue|wed|thu|fri|sat|sun|\d|the \d)|back|tomorrow|today|tonight|next|again|re\b|about|"
    r"when|if|after|before|in (?:a|the|two|\d)|by \w+day|\d|this|with|to (?!ask)|for|and)\b"
)
_VERBS = {
    "phone": "ring call phone phoned called rung telephoned", "email": "email e-mail emailed e-mailed",
    "whatsapp": "whatsapp whatsapped", "video": "video-call",
}  # fmt: skip
_A_NAME = r"^\s*[\"']?[A-Z]"  # "call me Jo" is about a name
_NOT_THIS = r"\b(?:than|over|instead of|rather than)(?: (?:by|on|via|a|an|the))?\s$"
_EASY = (
    r"^[\"']?\W{0,2}(?:is|are|works?|would be|'s|suits?)(?: (?:\w+)){0,2}? (?:easier|easiest|best|better|simplest|"
    r"simpler|preferable|quicker|"
    r"handier)\b"
)
_BEST = (
    r"\b(?:best|easiest|better|simplest|prefers?(?: us)?|would prefer us|asked us|asks us|wants us|likes? us|happy "
    r"for us) to (?:(?=ring|call|phone|e-?mail|whatsapp)|"
    r"be (?=phoned|rung|tele|e-?mailed|whatsapped))(?P<v>ring|call|phone|e-?mail|whatsapp|phoned|rung|telephoned|"
    r"e-?mailed|whatsapped)\b(?! (?:it|a|an|him \w+ by)\b)"
)
_LASTING = (
    r"\b(?:from now|in future|always|going forward|prefers?|preferred|henceforth|generally|usually|any ?more|"
    r"rather than|instead of|no longer)\b"
)
_MEETING = (
    r"\b\d{1,2}[:.]\d{2}\b|\bnoon\b|\b\d{1,2}\s?(?:am|pm)\b|\b(?:appointment|slot)\b|\bon (?:mon|tues|wednes|thurs|"
    r"fri)day\b"
)
_NO_CHANNEL = r"^\.\s|^\s?(?:address|id\b|number|no\b|[\w.]+@|group|:)"


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The channel a statement prefers."""
    field = context.schema.field(_KEY)
    if field is not None and field.options:
        yield from _named(spot, context, field)
        known = {option.value for option in field.options}
        yield from (each for each in _told_to(spot.statement) if each.value in known)


def _named(spot: Spot, context: Context, field: Field) -> Iterator[Seen]:
    """Channels called by their names, where the words around make one the preferred one."""
    statement, label = spot.statement, spot.labelled(_KEY)
    text, low, body = statement.text, statement.low, statement.body - statement.start
    answers = bool(statement.asked) and context.asks(field, statement.question)
    for found in find_choices(text, field.options, context.cue(field).words):
        span = (found.start, found.end)
        in_label = body > 0 and found.start < body
        if in_label or rx(_NO_CHANNEL).match(text[found.end :]):
            continue
        if label is not None:
            yield seen(statement, _KEY, found.value, span, 0, LABEL)
        elif rx(_NOT_THIS, 0).search(low[: found.start]) or _for_one_meeting(found.value, low):
            continue
        elif (
            rx(_BEFORE, 0).search(low[: found.start])
            or rx(_BEHIND, 0).search(low[found.end :])
            or rx(_EASY, 0).match(low[found.end :])
        ):
            yield seen(statement, _KEY, found.value, span, found.start, SAYS)
        elif answers and len(text.split()) <= 6:
            yield seen(statement, _KEY, found.value, span, found.start, ANSWER)


def _told_to(statement: Statement) -> Iterator[Seen]:
    """What the RM is told to do: "ring her", "just call", "would rather be phoned"."""
    text, body = statement.text, statement.body - statement.start
    for pattern in (_JUST, _PASSIVE, _BEST):
        match = rx(pattern, 0).search(statement.low, body)
        if match is not None:
            yield seen(statement, _KEY, _channel(match["v"]), match.span("v"), match.start(), SAYS)
    order = rx(_ORDER).match(text[body:])
    if order is not None and not rx(_APPOINTMENT).match(order["rest"]) and not rx(_A_NAME, 0).match(order["rest"]):
        span = (body + order.start("v"), body + order.end("v"))
        yield seen(statement, _KEY, _channel(order["v"]), span, span[0], SAYS)


def _for_one_meeting(channel: str, low: str) -> bool:
    """Whether a channel is only how one meeting takes place, not a preference."""
    return (
        channel in ("video", "in_person")
        and rx(_MEETING, 0).search(low) is not None
        and not rx(_LASTING, 0).search(low)
    )


def _channel(verb: str) -> str | None:
    bare = verb.lower().replace(" ", "-")
    return next((channel for channel, verbs in _VERBS.items() if bare in verbs.split()), None)
