"""The evidence for a value: the clause that states it, cut from the note word for word."""

from __future__ import annotations

from placet.agent.reader.candidate import Candidate
from placet.agent.reader.text import Folded, rx

LONGEST, SHARE = 300, 0.4
_BREAK = r"[,;:]\s|[.!?][*_]*\s|\s-{1,2}\s"


def quote(folded: Folded, candidate: Candidate, *, unique: bool) -> tuple[int, int]:
    """Where the evidence stands in the note: the words from cue to value, out to the ends of their clauses.

    If it is to be `unique` it grows to the whole statement where the same words stand elsewhere in the note. It never
    takes more than 300 characters or two fifths of the note unless the value alone does.
    """
    statement = candidate.statement
    least = (min(candidate.cue, candidate.start), candidate.end)
    whole = (min(statement.start, least[0]), max(statement.end, least[1]))
    clause = (_clause_start(folded.text, whole[0], least[0]), _clause_end(folded.text, least[1], whole[1]))
    value = (candidate.start, candidate.end)
    for choice in (clause, least, value):
        start, end = _tidy(folded, *choice)
        if unique and choice is clause and folded.raw.count(folded.raw[start:end]) > 1:
            wider = _tidy(folded, *whole)
            if _fits(folded, *wider):
                return wider
        if _fits(folded, start, end):
            return start, end
    return start, end


def _fits(folded: Folded, start: int, end: int) -> bool:
    return 0 < end - start <= min(LONGEST, SHARE * len(folded.raw))


def _clause_start(text: str, limit: int, start: int) -> int:
    at = limit
    for match in rx(_BREAK).finditer(text, limit, start):
        at = match.end()
    return at if start - at <= 90 else start


def _clause_end(text: str, end: int, limit: int) -> int:
    match = rx(rf"{_BREAK}|\s\(").search(text, end, limit)
    stop = match.start() if match else limit
    return stop if stop - end <= 90 else end


def _tidy(folded: Folded, start: int, end: int) -> tuple[int, int]:
    while end > start and folded.text[end - 1] in " \t\n,;:-":
        end -= 1
    while start < end and folded.text[start] in " \t\n,;:-)":
        start += 1
    return folded.span(start, end)
