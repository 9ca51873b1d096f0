"""What the client wants to be called: "call me X", "goes by X", "X, please"."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import LABEL, SAYS, Context, Seen, Spot
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx

_NAME = r"(?P<v>[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:[ -][^\W\d_a-zß-öø-ÿ][^\W\d_]*)?\.?)"
_CALLED = (
    rf"(?i:\b(?:(?:just |please |pls |always )?call (?:me|him|her)|calls (?:him|her|me)self|(?:everyone|everybody|friends|family|people|they|all) (?:just )?calls? (?:me|him|her)|goes by|go by|is known as|known as|known to (?:everyone|all|friends) as|"
    rf"(?:likes?|prefers?|wants?|asked|wishes|would (?:like|prefer)|'d (?:like|prefer)) (?:to be (?:called|known as|addressed as)|to go by|being called|us to (?:call|use)(?: (?:him|her|me))?)|answers to|address (?:him|her|me) as|nickname is|preferred name is|first name (?:is|basis:)|"
    rf"use) )(?i:just |simply |plain )?[\"']?{_NAME}"
)
_PLEASE = rf"^\W*[\"']?{_NAME}[\"']?,? (?i:please|pls|is fine|will do|for short)\b"
_PREFERS = rf"(?i:\b(?:prefers|likes) )[\"']{_NAME}[\"']"
_NOT = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december mon tue wed "
    "thu fri sat sun mr mrs ms dr i the a whatsapp zoom teams email english yes no ok thanks sure tomorrow today back anytime old crazy it and but so or then also".split()
)


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The name a statement asks for."""
    statement, label, first_names = spot.statement, spot.labelled("preferredName"), context.people.tokens
    before = spot.before.text if spot.before else ""
    text, base = statement.text, statement.start
    if label is not None:
        match = rx(rf"\s*[\"']?{_NAME}", 0).match(text, statement.body - base)
        if match is not None:
            yield _seen(base, match, statement.start, LABEL)
        return
    for pattern in (_CALLED, _PREFERS):
        for match in rx(pattern, 0).finditer(text):
            lead = match[0].lower()
            if _is_name(match["v"], text[match.end() :]) and (not lead.startswith("use ") or _short_for(match["v"], first_names)):
                yield _seen(base, match, base + match.start(), SAYS)
    match = rx(_PLEASE, 0).search(text)
    if match is not None and _is_name(match["v"], ""):
        spoken_of = rx(r"\b(?:calls?|called|name|nickname|first names?|formal)\b").search(f"{before} {text}")
        if _short_for(match["v"], first_names) or spoken_of:
            yield _seen(base, match, base + match.start(), SAYS)


def _seen(base: int, match: object, cue: int, strength: int) -> Seen:
    from re import Match

    assert isinstance(match, Match)  # noqa: S101
    name = match["v"].rstrip(".")
    return Seen("preferredName", name, base + match.start("v"), base + match.start("v") + len(name), cue, strength)


def _is_name(name: str, behind: str) -> bool:
    words = name.rstrip(".").lower().split()
    if not words or words[0] in _NOT or len(name) > 30 or len(words) > 1:
        return False
    return rx(r"^\s?(?:at \d|on (?:the|\+|\d)|back|ltd|inc|llp|bank)\b").match(behind) is None


def _short_for(name: str, first_names: list[str]) -> bool:
    bare = name.rstrip(".").lower()
    return any(len(bare) >= 2 and each.lower() != bare and each.lower()[:2] == bare[:2] for each in first_names)
