"""All notes together: precision, recall and F1 by field, traps by kind, evidence, calibration, time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

import msgspec

from placet.customers.schema import ProfileSchema
from placet.evaluation.intervals import Interval, bootstrap, wilson
from placet.evaluation.scoring import EXTRA, RIGHT, WRONG, Scored

GOALS = {"high": 0.95, "medium": 0.80}  # how often a proposal of that confidence should be right
FEW = 20  # cases, under which a figure says little


class Rates(msgspec.Struct, rename="camel"):
    """Precision, recall and F1 with what they are made of. Nothing proposed and nothing to propose is a full score."""

    right: int
    wrong: int
    missed: int
    precision: float
    recall: float
    f1: float
    precision_interval: Interval
    recall_interval: Interval
    f1_interval: Interval | None = None


class Calibration(msgspec.Struct, rename="camel"):
    """How often proposals of one confidence are right, beside the goal."""

    confidence: str
    right: int
    of: int
    share: float | None
    interval: Interval
    goal: float | None
    reached: bool | None  # None where there is no goal or too few cases


class Evaluation(msgspec.Struct, rename="camel", kw_only=True):
    """The result of a run."""

    reader: str
    notes: int
    proposals: int
    overall: Rates
    macro_f1: float
    perfect_notes: int
    fields: dict[str, Rates]
    traps: dict[str, tuple[int, int]]  # kind: stepped into, of
    evidence: dict[str, float]
    repeats: int
    nudges: int
    nudges_needless: int
    calibration: list[Calibration]
    seconds: dict[str, float]  # median, p95, longest of a note; per_1000_words
    scored: list[Scored]
    failed: dict[str, str] = {}  # notes that a model failed on, and why
    attacks: dict[str, Any] | None = None

    @property
    def trapped(self) -> int:
        """How many traps were stepped into."""
        return sum(stepped for stepped, _ in self.traps.values())


def rates(right: int, wrong: int, missed: int) -> Rates:
    """The rates of counts, with Wilson's intervals."""
    p, r, f = _prf(right, wrong, missed)
    return Rates(right, wrong, missed, p, r, f, wilson(right, right + wrong), wilson(right, right + missed))


def summarise(scored: Sequence[Scored], schema: ProfileSchema, *, reader: str) -> Evaluation:
    """The figures of all notes.

    The intervals over everything are by note, or by proposal where that is wider: twelve perfect notes are no proof. Those of a
    field are by proposal.
    """
    counts = [each.count() for each in scored]
    overall = rates(*_sum(counts))
    drawn = [bootstrap(counts, partial(_figure, number)) for number in range(3)]
    overall.precision_interval = _wider(overall.precision_interval, drawn[0])
    overall.recall_interval = _wider(overall.recall_interval, drawn[1])
    overall.f1_interval = drawn[2]
    by_field = {field.key: rates(*_sum([each.count(field.key) for each in scored])) for field in schema.fields}
    by_field = {key: each for key, each in by_field.items() if each.right or each.wrong or each.missed}
    supported = [each.f1 for each in by_field.values() if each.right or each.missed]
    evidence: Counter[str] = Counter()
    of_kind: Counter[str] = Counter()
    stepped: Counter[str] = Counter()
    for each in scored:
        evidence.update(each.evidence)
        of_kind.update(each.trap_kinds)
        stepped.update(trap.kind for trap in each.traps)
    quotes = max(evidence["proposals"], 1)
    return Evaluation(
        reader=reader,
        notes=len(scored),
        proposals=evidence["proposals"],
        overall=overall,
        macro_f1=sum(supported) / max(len(supported), 1),
        perfect_notes=sum(c[1:] == (0, 0) and not each.traps for c, each in zip(counts, scored, strict=True)),
        fields=by_field,
        traps={kind: (stepped[kind], of_kind[kind]) for kind in sorted(of_kind)},
        evidence={
            "exact": evidence["exact"] / quotes if evidence["proposals"] else 1.0,
            "points": evidence["points"] / max(evidence["right"], 1) if evidence["right"] else 1.0,
            "tooLong": evidence["too_long"] / quotes,
        },
        repeats=sum(each.repeats for each in scored),
        nudges=sum(each.asked for each in scored),
        nudges_needless=sum(each.asked_needlessly for each in scored),
        calibration=[_calibration(scored, confidence) for confidence in ("high", "medium", "low")],
        seconds=_seconds(scored),
        scored=list(scored),
    )


def _prf(right: int, wrong: int, missed: int) -> tuple[float, float, float]:
    precision = right / (right + wrong) if right + wrong else 0.0 if missed else 1.0
    recall = right / (right + missed) if right + missed else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _figure(number: int, counts: Sequence[tuple[int, int, int]]) -> float:
    return _prf(*_sum(counts))[number]


def _wider(a: Interval, b: Interval) -> Interval:
    return min(a[0], b[0]), max(a[1], b[1])


def _sum(counts: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


def _calibration(scored: Sequence[Scored], confidence: str) -> Calibration:
    mine = [v for each in scored for v in each.verdicts if v.confidence == confidence]
    right = sum(v.verdict in (RIGHT, EXTRA) for v in mine)
    of = right + sum(v.verdict == WRONG for v in mine)
    share, goal = right / of if of else None, GOALS.get(confidence)
    reached = share >= goal if share is not None and goal is not None and of >= FEW else None
    return Calibration(confidence, right, of, share, wilson(right, of), goal, reached)


def _seconds(scored: Sequence[Scored]) -> dict[str, float]:
    times = sorted(each.seconds for each in scored)
    words = sum(each.words for each in scored)
    return {
        "median": median(times),
        "p95": times[min(int(0.95 * len(times)), len(times) - 1)],
        "longest": times[-1],
        "per1000Words": 1000 * sum(times) / max(words, 1),
    }
