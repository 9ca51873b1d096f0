"""How many people depend on the client, where no number stands beside the word: "nobody", "just my son", "both on me"."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.acquaintances import RELATION
from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, Context, Seen, Spot, seen
from placet.agent.reader.text import rx
from placet.agent.reader.values.numbers import find_integers

_KEY = "dependants"
_NONE = r"^\W*(?:so,? |well,? |no,? |now )*(?:nil|none|no ?one|nobody|not any|no dependants|-?0-?)\b"
_ONE = rf"^\W*(?:just |only |one,? |it's |still )*(?:my|the|our|his|her) (?:\w+ )?(?:{RELATION})\b(?!s)(?! and)"
_COUNT = (
    r"\b(?:so|makes?(?: it)?|that's|that is|put|just|=>?|now|only|to|has|have|with) (?:that's )?(?P<n>\d{1,2}|one|"
    r"two|three|four|"
    r"five|six|seven|eight)\b(?=[^.;]{0,60}\b(?:rel(?:y|ies|ying)|depend(?:s|ent|ents|ant|ants|ing)?)\b)"
)
_ON_ME = (
    r"\b(?:on|rel(?:y|ies|ying) on|depend(?:s|ent|ing)? on|supported by) (?:me|him|her)\b[^.;]{0,30}?\b(?:put|make "
    r"it|so|that's|"
    r"makes|is|are|:) (?P<n>\d{1,2}|one|two|three|four|five|six)\b"
)
_ANSWER = (
    r"^(?:[^.;]{0,80}?\b)?(?:so|just|only|that's|makes?(?: it)?|still) (?:that's |just )?(?P<n>\d{1,2}|one|two|"
    r"three|four|five|six)\b(?=[.,;!]|$)"
)


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The number of dependants a statement amounts to."""
    statement, field = spot.statement, context.schema.field(_KEY)
    if field is None or field.type != "integer":
        return
    body = statement.body - statement.start
    if spot.labelled(_KEY):
        none = rx(_NONE, 0).match(statement.low[body:])
        if none is not None:
            yield seen(statement, _KEY, 0, (body, body + none.end()), 0, LABEL)
        return
    if statement.asked and context.asks(field, statement.question):
        for pattern, value in ((_NONE, 0), (_ONE, 1), (_ANSWER, None)):
            match = rx(pattern, 0).search(statement.low)
            if match is not None:
                number = find_integers(match["n"])[0].value if value is None else value
                yield seen(statement, _KEY, number, match.span(), match.start(), ANSWER)
                return
        if "depend" not in statement.low:
            return
    for pattern in (_COUNT, _ON_ME):
        for match in rx(pattern, 0).finditer(statement.low):
            yield seen(statement, _KEY, find_integers(match["n"])[0].value, match.span("n"), match.start(), SAYS)
