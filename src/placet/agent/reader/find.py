"""Candidates: what each statement may be saying about each field.

A value counts for a field because a label, a sentence of a known form, a question it answers, or a word nearby makes it
so. Every candidate is then judged: who it is about, and how it is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from placet.agent.reader import forms
from placet.agent.reader.candidate import ANSWER, LABEL, TOPIC, TRIGGER, Candidate, Context, Seen, Spot
from placet.agent.reader.composites import composites
from placet.agent.reader.judge import EXACT, judge
from placet.agent.reader.labels import Labels
from placet.agent.reader.readers import address, channel, dependants, goals, names, work
from placet.agent.reader.search import Search
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.customers.schema import Field

READERS: dict[str, Callable[[Spot, Context], Iterator[Seen]]] = {
    "address": address.read, "channel": channel.read, "dependants": dependants.read, "goals": goals.read,
    "names": names.read, "work": work.read,
}  # fmt: skip
MOST = 200  # values a field is looked at for; a note with more is no note about one client
_UNIT_BEHIND = r".{0,7}decades?|.{0,7}?[\s-]?\b(?:years?|yrs?|yr|jahre|ans|anos|jaar|months?|%|per cent|kg|cm)\b"
_NO_UNIT = 16  # characters between a word and a number of its unit that is left out
_LISTED = r"\s?(?:,|and|&|/|or|\+)\s?(?:and )?"
_SHAPELESS = ("text", "longtext", "list")
_UNREAD = ("any",)
_CARRIES = r"\b(?:change|make|put|set|move|switch|leave|keep|call) (?:it|that|this|me|him|her|mine|us)\b"


class Finder:
    """Finds the candidates of a note's statements."""

    def __init__(self, context: Context, labels: Labels) -> None:
        self._context = context
        self._labels = labels
        self._search = Search(context)

    def candidates(self, statements: list[Statement]) -> Iterator[Candidate]:
        """Every candidate in the order of the note."""
        counts: Counter[str] = Counter()
        for spot in self._spots(statements):
            ends: dict[str, int] = {}
            found = sorted(self._read(spot), key=lambda each: (each.start, each.end))
            parts = [(each.start, each.end) for each in found if _is_composite(each)]
            for seen in found:
                field = self._context.schema.field(seen.field)
                if field is not None and counts[field.key] < MOST:
                    counts[field.key] += 1
                    # A number among the parts of "trusted contact: her sister ..." is the sister's.
                    if field.type in EXACT and any(start <= seen.start < end for start, end in parts):
                        seen = seen._replace(doubt="part")  # noqa: PLW2901
                    yield judge(seen, field, spot, self._context, ends.get(field.key, 0))
                    ends[field.key] = max(seen.end, ends.get(field.key, 0))

    def _spots(self, statements: list[Statement]) -> Iterator[Spot]:
        """Every statement with the fields its label, its bullet and its heading name."""
        item, topic = -1, None
        ends = {statement.item: statement.end for statement in statements}
        for number, statement in enumerate(statements):
            first = statement.item != item
            item = statement.item
            label = self._labels.key(statement.label) if statement.label else None
            under = self._labels.key(statement.heading) if statement.heading else None
            topic = label or self._topic(statement) if first else self._topic(statement) or topic
            before = statements[number - 1] if number else None
            after = statements[number + 1] if number + 1 < len(statements) else None
            carries = before is not None and before.paragraph == statement.paragraph and _carries(statement)
            yield Spot(
                statement,
                label if first else None,
                None if first and label else topic,
                under,
                before,
                after,
                carries,
                ends[statement.item],
            )

    def _topic(self, statement: Statement) -> str | None:
        """The field whose name a bullet opens with: "Date of birth was mistyped. Not 4 May ..."."""
        words = statement.text.split()[:4]
        if statement.talk or len(words) < 2:
            return None
        openings = (" ".join(words[:count]) for count in (4, 3, 2, 1))
        return next(
            (
                key
                for each in openings
                if each[-1:] not in ",;" and (key := self._labels.exact(each.removesuffix("'s")))
            ),
            None,
        )

    def _read(self, spot: Spot) -> Iterator[Seen]:
        done: set[str] = set()
        for field in self._context.schema.fields:
            reader = self._context.cue(field).reader
            if field.type == "object" or (field.type == "list" and field.items == "object"):
                yield from composites(field, spot, self._context)
                continue
            if field.type in _UNREAD or reader in done:
                continue
            labelled = spot.label == field.key
            if (
                labelled
                and field.type in ("select", "language", "country")
                and rx(forms.BOX, 0).search(spot.statement.text)
            ):
                yield from forms.ticked(field, spot, self._search)
                continue
            if reader:
                done.add(reader)
                yield from READERS[reader](spot, self._context)
            # What has a shape of its own is found by it as well.
            if not reader or field.type in ("integer", "decimal", "date"):
                yield from forms.says(field, spot, self._context, self._search)
                yield from self._by_type(field, spot, labelled=labelled)

    def _by_type(self, field: Field, spot: Spot, *, labelled: bool) -> Iterator[Seen]:
        if labelled and field.type in (*_SHAPELESS, "boolean"):
            yield from forms.labelled(field, spot, self._context)
        elif field.type == "boolean":
            yield from forms.answered(field, spot, self._context)
        elif field.type in _SHAPELESS:
            yield from forms.told(field, spot, self._context)
        else:
            yield from self._typed(field, spot, labelled=labelled)

    def _names(self, field: Field, statement: Statement, span: tuple[int, int]) -> bool:
        return self._labels.exact(statement.low[slice(*span)]) == field.key

    def _typed(self, field: Field, spot: Spot, *, labelled: bool) -> Iterator[Seen]:
        """Values with a shape of their own, tied to the field by a label, a question or a word nearby."""
        statement, cue = spot.statement, self._context.cue(field)
        base = statement.start
        triggers = [m.span() for m in rx(cue.trigger, 0).finditer(statement.low)] if cue.trigger else []
        answers = bool(statement.asked) and self._context.asks(field, statement.question)
        topic = spot.topic == field.key
        if spot.carries and spot.before and cue.trigger and not topic:
            topic = rx(cue.trigger, 0).search(spot.before.low) is not None
        if not (labelled or topic or triggers or answers):
            return
        values = self._search.values(field, statement)
        if answers and not values:
            yield from forms.agreed(field, spot, self._context, self._search)
        # "Taxed in Switzerland; the Swedish authorities ...": what follows the word at once is meant, not what stands near.
        beside = (
            field.type == "country"
            and any(_follows(found.start, triggers) for found in values)
            and not any(rx(_LISTED, 0).fullmatch(statement.low[a.end : b.start]) for a, b in pairwise(values))
        )
        for found in values:
            start, end = found.start, found.end
            near = [t for t in triggers if start - t[1] <= cue.near and t[0] - end <= cue.near]
            if field.unit and near and not rx(_UNIT_BEHIND, 0).match(statement.low, max(end - 7, start)):
                # "Horizon 9", "horizon now twelve": only behind the field's own name.
                near = [t for t in near if -2 <= start - t[1] <= _NO_UNIT and self._names(field, statement, t)]
            if beside and not _follows(start, triggers):
                near = []
            if labelled and base + start >= statement.body:
                yield Seen(field.key, found.value, base + start, base + end, base, LABEL, found.doubt)
            elif near:
                closest = min(near, key=lambda t: max(start - t[1], t[0] - end, 0))
                at = base + min(closest[0], start)
                yield Seen(field.key, found.value, base + start, base + end, at, TRIGGER, found.doubt)
            elif answers or topic:
                strength = ANSWER if answers else TOPIC
                yield Seen(field.key, found.value, base + start, base + end, base + start, strength, found.doubt)


def _follows(start: int, triggers: list[tuple[int, int]]) -> bool:
    return any(0 <= start - end <= 5 for _, end in triggers)


def _is_composite(seen: Seen) -> bool:
    value = seen.value[0] if isinstance(seen.value, list) and seen.value else seen.value
    return isinstance(value, dict)


def _carries(statement: Statement) -> bool:
    return rx(_CARRIES, 0).search(statement.low) is not None
