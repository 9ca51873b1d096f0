"""What the client wants to be called: "call me X", "goes by X", "X, please"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placet.agent.reader.acquaintances import short_for
from placet.agent.reader.candidate import LABEL, SAYS, Context, Seen, Spot, seen
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx

_NAME = r"(?P<v>[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:[ -][^\W\d_a-zß-öø-ÿ][^\W\d_]*)?\.?)"
_KEY = "preferredName"
_HINT = (
    r"\b(?:call(?:s|ed)?|go(?:es|ne)? by|everyone|everybody|to all|friends|known|use|answers|address|nickname|name|"
    r"prefers|likes|please|pls|is fine|will do|short)\b"
)
_OF_NAMES = r"\b(?:calls?|called|name|nickname|first names?|formal)\b"
_CALLED = (
    rf"(?i:\b(?:(?:just |please |pls |always )?call (?:me|him|her)|calls (?:him|her|me)self|(?:everyone|everybody|"
    r"friends|family|people|they|all) (?:just )?calls? (?:me|him|her)|(?:goes|gone|went|going) by|go by|is known "
    r"as|known as|known to "
    rf"(?:everyone|all|friends) as|"
    rf"(?:likes?|prefers?|wants?|asked|wishes|would (?:like|prefer)|'d (?:like|prefer)) (?:to be (?:called|known as|"
    rf"addressed as)|to go by|being called|us to (?:call|use)(?: (?:him|her|me))?)|answers to|address (?:him|her|me) "
    rf"as|nickname is|preferred name is|first name (?:is|basis:)|"
    rf"use) )(?i:just |simply |plain )?[\"']?{_NAME}"
)
_PLEASE = rf"^\W*[\"']?{_NAME}[\"']?,? (?i:please|pls|is fine|will do|for short)\b"
_PREFERS = rf"(?i:\b(?:prefers|likes) )[\"']{_NAME}[\"']"
_PUT = (
    rf"[\"']{_NAME}[\"'](?i:[^.\"']{{0,40}}\b(?:goes by|is called|be called|call (?:him|her|me)|calls (?:him|her|"
    r"my)self|use that|known as)\b)"
)
_TO_ALL = (
    rf"(?i:\b(?:been|is|am|always|was) ){_NAME}(?i: (?:to|for) (?:everyone|everybody|all|friends|most people|us "
    r"all)\b)"
)
_NO_NAME = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december mon tue wed thu fri sat sun mr mrs ms dr i the a whatsapp zoom teams "
    "email english yes no ok thanks sure tomorrow today back anytime old crazy it and but so or then also"
)
_NOT = frozenset(_NO_NAME.split())


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The name a statement asks for."""
    statement, own = spot.statement, context.people.tokens
    text = statement.text
    if spot.label == _KEY:
        match = rx(rf"\s*[\"']?{_NAME}", 0).match(text, statement.body - statement.start)
        if match is not None:
            yield _name(statement, match, 0, LABEL)
        return
    if not rx(_HINT, 0).search(statement.low):
        return
    for match in (match for pattern in (_CALLED, _PREFERS, _PUT, _TO_ALL) for match in rx(pattern, 0).finditer(text)):
        used = match[0].lower().startswith("use ")
        if _is_name(match["v"], text[match.end() :]) and (not used or _shortens(match["v"], own)):
            yield _name(statement, match, match.start(), SAYS)
    match = rx(_PLEASE, 0).search(text)
    if match is not None and _is_name(match["v"], ""):
        before = spot.before.low if spot.before else ""
        if _shortens(match["v"], own) or rx(_OF_NAMES, 0).search(f"{before} {statement.low}"):
            yield _name(statement, match, match.start(), SAYS)


def _name(statement: Statement, match: re.Match[str], cue: int, strength: int) -> Seen:
    name = match["v"].rstrip(".")
    return seen(statement, _KEY, name, (match.start("v"), match.start("v") + len(name)), cue, strength)


def _is_name(name: str, behind: str) -> bool:
    words = name.rstrip(".").lower().split()
    if len(words) != 1 or words[0] in _NOT or len(name) > 30:
        return False
    return rx(r"^\s?(?:at \d|on (?:the|\+|\d)|back|ltd|inc|llp|bank)\b").match(behind) is None


def _shortens(name: str, own: list[str]) -> bool:
    return any(name.lower() != each.lower() and short_for(name, each) for each in own)
