"""A candidate judged: how it is meant, whom it is about, and whether the field can take it at all."""

from __future__ import annotations

import datetime as dt

from placet.agent.reader import mode
from placet.agent.reader.acquaintances import OTHER
from placet.agent.reader.candidate import ANSWER, SAYS, TRIGGER, Candidate, Context, Seen, Spot
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.customers.schema import Field

EXACT = ("email", "phone", "date")  # values that mean the same wherever they stand


_NO_TOTAL = (
    r"\b(?:household|joint(?:ly)?|combined|with us|of which|business|company|trust|turnover|budget|costs?|each)\b"
)


def judge(seen: Seen, field: Field, spot: Spot, context: Context, since: int) -> Candidate:
    """The candidate with its reason not to be proposed, "" if there is none; `since` is where the value before it ends."""
    statement, cue = spot.statement, context.cue(field)
    candidate = Candidate(field, seen.value, seen.start, seen.end, seen.cue, seen.strength, statement, doubt=seen.doubt)
    candidate.corrects = mode.corrects(statement, seen.start)
    if seen.doubt == "agreed":
        return candidate
    if seen.doubt == "part":
        candidate.reason = mode.OTHER_PERSON
        return candidate
    # What a set sentence says before its value is part of it: "it was built up over 28 years".
    start = seen.cue if field.type == "text" and seen.strength == SAYS and not cue.reader else seen.start
    candidate.reason = (
        mode.meant(
            statement, start, seen.end, after=spot.after, state=cue.state, plan=cue.plan,
            exact=field.type in EXACT, since=since if since <= start else 0,
        )
        or _person(seen, field, spot, context)
        or _unfit(seen, field, spot, context)
    )  # fmt: skip
    return candidate


def _person(seen: Seen, field: Field, spot: Spot, context: Context) -> str:
    """Why what is said is not the client's own: an RM's guess in a conversation, another speaker, another person."""
    statement, cue, people = spot.statement, context.cue(field), context.people
    if statement.voice == OTHER:
        return mode.HEARSAY
    # "Her husband died" is about him and makes her a widow.
    if not cue.own or (seen.value == "widowed" and _spouse_died(seen, statement)):
        return ""
    if statement.talk and statement.voice == "rm":
        return mode.QUESTION
    if cue.plan and field.type == "list":
        others = people.done_by_other(statement, seen.start + 12)
        if seen.strength == SAYS:
            others = people.about(statement, seen.cue) == OTHER
    elif field.type == "boolean" and seen.strength == ANSWER:
        others = people.about(statement, seen.end - 1) == OTHER
    else:
        # "What her boss earns: ...": the word that names the field may stand in another clause.
        places = (seen.start, seen.cue) if seen.strength == SAYS or _apart(seen, statement) else (seen.start,)
        exact = field.type in EXACT
        others = any(people.about(statement, at, seen.end, exact=exact, loose=cue.loose) == OTHER for at in places)
    return mode.OTHER_PERSON if others else ""


def _apart(seen: Seen, statement: Statement) -> bool:
    between = statement.text[seen.cue - statement.start : seen.start - statement.start]
    return seen.strength == TRIGGER and ":" in between


def _spouse_died(seen: Seen, statement: Statement) -> bool:
    """Whether the words are about the client's spouse, not about somebody else's or about who lost theirs."""
    at = seen.cue - statement.start
    before = statement.low[:at].rstrip()
    return rx(r"(?:late )?(?:husband|wife|spouse|partner)\b", 0).match(
        statement.low, at
    ) is not None and not before.endswith("'s")


def _unfit(seen: Seen, field: Field, spot: Spot, context: Context) -> str:
    """Why the value cannot be this field's: words that make it something else, an open reading, a date out of bounds."""
    statement, cue = spot.statement, context.cue(field)
    a, b = seen.start - statement.start, seen.end - statement.start
    before, inside, behind = mode.clause_at(statement.low, a, b)
    if rx(r"^[\s,)]*(?:is|was|being|his|her|the|an?|my|their)\b", 0).match(statement.low[b:]):
        behind += statement.low[b : b + 45]
    if statement.low[:a].rstrip().endswith(":"):  # "his e-mail bounced: ..."
        before = statement.low[max(a - 60, 0) : a]
    around = f"{before}{inside if seen.strength == SAYS else ' '}{behind}"
    if seen.doubt == "future":
        return mode.HYPOTHETICAL
    # A total may well say what it takes in: "the house included, after the mortgage".
    avoid = _NO_TOTAL if seen.doubt == "total" and cue.avoid else cue.avoid
    if seen.doubt in ("ambiguous", "band", "about") or (avoid and rx(avoid, 0).search(around)):
        return mode.AMBIGUOUS
    if seen.doubt == "bare" and seen.strength < ANSWER:
        return mode.AMBIGUOUS
    if isinstance(seen.value, dt.date):
        past, future = cue.when == "past", cue.when == "future"
        if past and seen.doubt == "year":
            return mode.AMBIGUOUS
        if (past and seen.value > context.today) or (future and seen.value <= context.today):
            return mode.INVALID
    return ""
