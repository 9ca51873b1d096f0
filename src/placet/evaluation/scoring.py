"""One note judged: which proposals are right, which wrong, what was missed, which traps were stepped into.

A proposal is right if its value matches the field's answer. Anything else is wrong: a field without an answer, another
value, a second proposal for a field. A list is judged item by item, what is on file already aside. Optional answers and
ignored fields never count against the reader.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from placet.agent.reader import Finding, Reading
from placet.customers.schema import Field, ProfileSchema
from placet.evaluation.matching import folded, is_list, item_matches, matches, occurrences
from placet.evaluation.notes import Case, Fact

RIGHT, EXTRA, WRONG, IGNORED = "right", "extra", "wrong", "ignored"  # extra: right, and not required
LONGEST, SHARE = 300, 0.4  # quoting everything is no evidence


class Verdict(msgspec.Struct):
    """One proposed value, an item of a list for itself, and what became of it."""

    field_key: str
    value: Any
    confidence: str
    source_text: str
    verdict: str
    right: Any = None


class Missed(msgspec.Struct):
    """What should have been proposed; of a list, the items that were not."""

    field_key: str
    value: Any
    source_text: str


class Stepped(msgspec.Struct):
    """A trap that was stepped into."""

    kind: str
    field_key: str
    value: Any
    why: str


class Scored(msgspec.Struct, kw_only=True):
    """A note's result. The evidence counts: proposals, exact quotes, too long ones, right ones, those that point at the answer."""

    note_id: str
    verdicts: list[Verdict]
    missed: list[Missed]
    traps: list[Stepped]
    trap_kinds: dict[str, int]
    repeats: int  # proposals of what is on file already
    evidence: dict[str, int]
    asked: int  # nudges
    asked_needlessly: int  # nudges for what the note says
    words: int
    seconds: float = 0.0

    def count(self, field_key: str | None = None) -> tuple[int, int, int]:
        """(right, wrong, missed), of one field or of all; what is optional or ignored is in none of them."""
        mine = [each for each in self.verdicts if field_key in (None, each.field_key)]
        missed = [each for each in self.missed if field_key in (None, each.field_key)]
        lost = sum(len(each.value) if isinstance(each.value, list) else 1 for each in missed)
        return sum(each.verdict == RIGHT for each in mine), sum(each.verdict == WRONG for each in mine), lost


def score(case: Case, reading: Reading, schema: ProfileSchema) -> Scored:
    """Judge a reading of a case's note."""
    facts = {fact.field_key: fact for fact in case.facts}
    text = folded(case.text)
    evidence: Counter[str] = Counter()
    found = Scored(
        note_id=case.note_id, verdicts=[], missed=[], traps=_traps(case, reading.proposals, facts, schema),
        trap_kinds=Counter(trap.kind for trap in case.traps), repeats=0, evidence=evidence, asked=len(reading.nudges),
        asked_needlessly=sum(fact.field_key in {n.field_key for n in reading.nudges} for fact in case.gold),
        words=len(case.text.split()),
    )  # fmt: skip
    taken: dict[str, list[int]] = {}
    for proposal in reading.proposals:
        field = schema.field(proposal.field_key)
        assert field is not None  # a reading proposes fields of the schema only
        fact = facts.get(field.key)
        _look_at_evidence(evidence, proposal, case.text)
        before = case.profile_before.get(field.key)
        if field.key not in case.ignore and not is_list(field) and before is not None:
            found.repeats += matches(field, proposal.proposed_value, before, locale=case.locale)
        for value in _items(field, proposal.proposed_value, before):
            verdict = IGNORED
            if field.key not in case.ignore:
                right = fact is not None and _take(field, value, fact, taken.setdefault(field.key, []), case.locale)
                verdict = WRONG if not right else EXTRA if fact is not None and fact.optional else RIGHT
            if verdict in (RIGHT, EXTRA) and fact is not None and fact.source_text:
                evidence["right"] += 1
                evidence["points"] += _points(proposal.source_text, (fact.source_text, *fact.also_source), text)
            found.verdicts.append(
                Verdict(
                    field.key, value, proposal.confidence, proposal.source_text, verdict, fact.value if fact else None
                )
            )
    for fact in case.gold:
        field = schema.field(fact.field_key)
        if (
            field is not None
            and not fact.optional
            and (left := _left(field, fact, taken.get(fact.field_key, []))) is not None
        ):
            found.missed.append(Missed(fact.field_key, left, fact.source_text))
    return found


def _items(field: Field, value: Any, before: Any) -> list[Any]:
    """The values to judge: one, or the items of a list that are not on file."""
    if not is_list(field) or not isinstance(value, list):
        return [value]
    held = before if isinstance(before, list) else []
    return [item for item in value if item not in held]


def _take(field: Field, value: Any, fact: Fact, taken: list[int], locale: str) -> bool:
    """Whether the value is an answer that nothing else has taken yet; it takes it."""
    if not is_list(field) or not isinstance(fact.value, list):
        if taken or not matches(field, value, fact.value, locale=locale, accept=fact.accept):
            return False
        taken.append(0)
        return True
    for number, item in enumerate(fact.value):
        keywords = fact.keywords[number] if number < len(fact.keywords) else []
        if number not in taken and item_matches(value, item, keywords):
            taken.append(number)
            return True
    return False


def _left(field: Field, fact: Fact, taken: list[int]) -> Any:
    """What of an answer was not proposed, None if all of it was."""
    if is_list(field) and isinstance(fact.value, list):
        return [item for number, item in enumerate(fact.value) if number not in taken] or None
    return None if taken else fact.value


def _traps(case: Case, proposals: Sequence[Finding], facts: dict[str, Fact], schema: ProfileSchema) -> list[Stepped]:
    """The traps stepped into, each once. A value that is right is no trap, whatever else it looks like."""
    stepped = []
    for trap in case.traps:
        field = schema.field(trap.field_key)
        for proposal in proposals:
            if field is None or proposal.field_key != trap.field_key:
                continue
            hit = next(
                (
                    value
                    for value in _items(field, proposal.proposed_value, None)
                    if _falls(field, value, trap.value, case, facts)
                ),
                None,
            )
            if hit is not None:
                stepped.append(Stepped(trap.kind, trap.field_key, hit, trap.why))
                break
    return stepped


def _falls(field: Field, value: Any, trap: Any, case: Case, facts: dict[str, Fact]) -> bool:
    if is_list(field):
        return trap == "*" or item_matches(value, trap)
    fact = facts.get(field.key)
    if fact is not None and matches(field, value, fact.value, locale=case.locale, accept=fact.accept):
        return False
    return trap == "*" or matches(field, value, trap, locale=case.locale)


def _look_at_evidence(evidence: Counter[str], proposal: Finding, text: str) -> None:
    quote = proposal.source_text
    evidence["proposals"] += 1
    evidence["exact"] += bool(quote) and text[proposal.start : proposal.end] == quote
    evidence["too_long"] += len(quote) > LONGEST or len(quote) > SHARE * max(len(text), 1)


def _points(quote: str, answers: Sequence[str], text: str) -> bool:
    """Whether every place where the quote stands touches an answer's: "growth" alone points nowhere if it stands twice."""
    wanted = [place for answer in answers for place in occurrences(answer, text)]
    places = list(occurrences(quote, text))
    return bool(places) and all(any(a < d and c < b for c, d in wanted) for a, b in places)
