"""The shortest forms an answer has: an option's name, a bare number, "none", and the many ways of not answering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from placet.agent.reader.text import rx
from placet.agent.reader.values.money import Amount, find_money
from placet.customers.fields import canonical
from placet.customers.schema import Field
from placet.errors import InvalidValue

_UNKNOWN = (
    r"(?:i )?(?:really |honestly |just )?(?:do not|don't|dont) know|dunno|idk|no (?:idea|clue|answer|comment)|"
    r"(?:i'm |i am |we're )?not sure|unsure|unknown|can(?:not| not|'t) (?:say|tell|remember)|"
    r"(?:(?:s?he|they|client|customer) )?(?:did not|didn't|would not|wouldn't|will not|won't) "
    r"(?:say|tell|answer|mention)(?: so| it)?|"
    r"(?:we |i )?(?:did not|didn't|have not|haven't) "
    r"(?:ask(?:ed)?|discuss(?:ed)?|talk(?:ed)?|cover(?:ed)?|speak|spoken)(?: about| of)?(?: it| that| this)?|"
    r"not (?:discussed|known|yet|now|today|asked|mentioned)|"
    r"(?:(?:s?he|they|i) )?(?:would |'d )?(?:prefers? not to|rather not)(?: say| answer| tell)?|declined|"
    r"(?:i'll|i will|let me|i need to|i must) (?:ask|check|find out|look (?:it|that) up|get back|come back)|"
    r"ask (?:me|him|her|them)\b|weiß nicht|keine ahnung|não sei|je ne sais pas"
)
_SKIP = (
    r"(?:please |let's |let us |just |i'd )?(?:skip|pass|leave (?:it|that|this)|never ?mind|forget (?:it|that)|"
    r"ignore (?:it|that|this)(?: one)?(?=\W*$))"
)
_LEAD = r"^\W*(?:(?:sorry|hm+|well|oh|u[hm]+|er+|ok(?:ay)?|actually|honestly)\b[,.\s]*)*"
_TAIL = (
    r"(?:[\s,.!;-]+(?:yet|it|that|this|one|question|for now|now|right now|at the moment|today|sorry|thanks|thank you|"
    r"please|i'm afraid|later|again|about))*\W*$"
)
_ONLY = r"next(?: (?:one|question))?|later|n/?a|not applicable|tb[cda]|pending|same|x"
_NOTHING = r"no|none|nil|nobody|no one|nothing|not any|zero"
_YES_NO = r"^\W*(?:yes|yeah|yep|yup|no|nope|nah|ok(?:ay)?|sure|true|false|maybe|perhaps|right|correct)\W*$"
_OPENING = r"^\W*(?:(?:well|so|hm+|ah|oh)\b[,\s]+)?(?:(?:it|that|this|he|she|they|mine)(?:'s|'re| is| are)\s+|i'd say\s+(?=\w))?"
_SMALL_WORDS = r"(?:(?:about|around|roughly|just|only|exactly|in|at|from|the|an?)\s+)*(?=\w)"
_UNITS = (
    r"(?:kgs?|kilos?|g|mg|lbs?|pounds?|stones?|oz|cm|mm|m|km|met(?:er|re)s?|ft|feet|foot|in(?:ch(?:es)?)?|miles?|ml|l|lit(?:er|re)s?|"
    r"years?|yrs?|months?|weeks?|days?|hours?|h|minutes?|min|%|per ?cent)(?![\w'])"
)
_NUMBER = r"[-+]?\d+(?:[.,]\d+)?"


def skips(field: Field, text: str) -> bool:
    """Whether the answer is nothing but a way of not giving one; "no" and "none" are values of some fields."""
    if not any(char.isalnum() for char in text):
        return True
    nothing = "" if field.type in ("boolean", "integer", "decimal", "list") else f"|{_NOTHING}"
    return rx(rf"{_LEAD}(?:{_UNKNOWN}|{_SKIP}|{_ONLY}{nothing}){_TAIL}").match(text) is not None


def shrug(text: str) -> bool:
    """Whether the answer begins with a way of not giving one: "no idea, she never told me"."""
    return rx(rf"{_LEAD}(?:{_UNKNOWN}|{_SKIP})\b").match(text) is not None


def fillers(field: Field, text: str) -> int:
    """How many characters of "it's about a ..." stand before what is said; 0 where nothing else is left."""
    match = rx(_OPENING if field.type == "list" else _OPENING + _SMALL_WORDS).match(text)
    return match.end() if match is not None and text[match.end() :].strip() else 0


def plain_label(field: Field) -> str:
    """The field's label without anything that would end a label in a note."""
    words = rx(r"[^\W_]+").findall(field.label)
    return " ".join(words) or field.key


def only_yes_or_no(text: str) -> bool:
    """Whether the answer is a yes, a no or a maybe and nothing else."""
    return rx(_YES_NO).match(text) is not None


def in_other_units(field: Field, text: str, end: int) -> bool:
    """Whether the number that ends at `end` is said in another unit or currency than the field's: "180 lb" for kg."""
    if not field.unit or field.type not in ("integer", "decimal"):
        return False
    if rx(r"[A-Z]{3}", 0).fullmatch(field.unit):
        amounts = [(text[each.start : each.end], each.value.currency) for each in find_money(text, region="")]
        return any(currency not in ("", field.unit) for _, currency in amounts)
    match = rx(rf"\s?-?({_UNITS})").match(text, end)
    return match is not None and not _is_unit(match[1], field.unit)


def by_itself(field: Field, text: str, *, locale: str, exact: bool = False) -> tuple[Any, int, int] | None:
    """The value that the whole answer is for the field, in canonical form, and where it stands; None if it is none.

    With `exact` only a choice's own name counts, which may be "None" or "Unknown" as well.
    """
    for start, end in _stretches(field, text):
        words = text[start:end]
        value: Any
        if field.type == "select":
            value = [words] if field.multi else words
        elif field.type == "list":  # nothing belongs there, which is an answer too
            value = [] if rx(rf"\W*(?:{_NOTHING})\W*$").match(words) else None
        elif exact:
            return None
        elif field.type in ("integer", "decimal"):
            value = _number(field, words, locale)
        elif field.type in ("text", "longtext", "boolean"):
            continue  # the reader knows these, or nobody does
        else:
            value = words
        if value is not None:
            try:
                return canonical(field, value, region=locale.replace("_", "-").split("-")[-1][:2].upper()), start, end
            except InvalidValue:
                continue
    return None


def _stretches(field: Field, text: str) -> Iterator[tuple[int, int]]:
    """The answer, and the answer without what people put around it."""
    end = len(text.rstrip(" \t\n.!;,\"'”’"))
    start = len(text) - len(text.lstrip(" \t\n\"'“‘-"))
    if start < end:
        yield start, end
        if start < (begin := max(fillers(field, text), start)) < end:
            yield begin, end


def _number(field: Field, words: str, locale: str) -> Any:
    """A number with nothing but the field's unit behind it, or an amount of money; none is zero of a count."""
    if rx(rf"(?:{_NOTHING})\b").match(words):
        return 0 if field.type == "integer" and not field.unit and len(words.split()) <= 2 else None
    plain = rx(rf"(?P<number>{_NUMBER})\s*(?P<rest>%|per ?cent|[^\W\d_]{{0,12}})").fullmatch(words)
    if plain is not None and (not plain["rest"] or (field.unit and _is_unit(plain["rest"], field.unit))):
        return plain["number"].replace(",", ".") if field.type == "decimal" else plain["number"]
    found = find_money(words, region=locale.replace("_", "-").split("-")[-1].upper())
    if len(found) != 1 or found[0].end - found[0].start < len(words) - 1:
        return None
    amount: Amount = found[0].value
    return None if amount.amount != int(amount.amount) or amount.period or amount.low else int(amount.amount)


def _is_unit(said: str, unit: str) -> bool:
    """Whether both name one unit: "years" and "yr", "kg" and "kilos", "%" and "percent"."""
    short = [_SAME.get(each, each) for each in (said.lower().rstrip("s"), unit.lower().rstrip("s"))]
    return short[0] == short[1]


_SAME = {"yr": "year", "kilo": "kg", "kilogram": "kg", "percent": "%", "per cent": "%", "hour": "h", "minute": "min",
         "metre": "m", "meter": "m", "litre": "l", "liter": "l", "foot": "ft", "feet": "ft", "inch": "in", "inche": "in",
         "pound": "lb", "centimetre": "cm", "gram": "g"}  # fmt: skip
