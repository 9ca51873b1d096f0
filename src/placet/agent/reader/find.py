"""Candidates: what each statement may be saying about each field.

A value counts for a field because a label, a sentence of a known form, a question it answers, or a word nearby makes it
so. Every candidate is then judged: who it is about, and how it is meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from placet.agent.reader import mode
from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, TOPIC, TRIGGER, Candidate, Context, Seen
from placet.agent.reader.cues import Cue
from placet.agent.reader.labels import Labels
from placet.agent.reader.readers import address, channel, goals, names, work
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values import Found
from placet.agent.reader.values.choices import boxes, find_choices
from placet.agent.reader.values.contacts import find_emails, find_phones
from placet.agent.reader.values.dates import find_dates
from placet.agent.reader.values.money import Amount, band_for, bands_of, find_money
from placet.agent.reader.values.numbers import find_integers, find_spelled
from placet.agent.reader.values.places import find_countries, find_languages
from placet.customers.schema import Field

_PLACEHOLDER = r"^\W*(?:n/?a|none|nil|unknown|tbc|tbd|not (?:provided|known|given|discussed|applicable|stated)|no change|unchanged|as (?:before|above|on file)|same|see (?:above|below)|-+|\.+|_+|\?+|blank|pending)?\W*$"
_TEXT_END = r"\s{2,}|\s\(|;|\s-{1,2}\s|,? (?:since|from \d|as of|effective)\b"
_BOX = r"[☑☒✓✔☐□]|[\[(]\s?[xX ]?\s?[\])]"
_CARRIES = r"\b(?:change|make|put|set|move|switch|leave|keep|call) (?:it|that|this|me|him|her|mine|us)\b"
_YES = r"^\W*(?:yes|yeah|yep|yup|ya|y|true|correct|right|exactly|sure|confirmed|confirm|agreed|of course|indeed|that's (?:right|it|correct)|can|ok(?:ay)?|fine|perfect|please do|sim|ja|oui|si|ticked)\b"
_NO = r"^\W*(?:no|nope|nah|none|never|nothing|n|false|not (?:me|at all|applicable)|negative|neither|nobody|no one|me,? no|nil|não|nein|nee|non)\b"
_TOTAL = r"\b(?:total|in all|all[- ]in|altogether|everything|overall|call it|sum|together|combined total|net worth)\b|=>?\s*\S{0,4}\s*$"


class Finder:
    """Finds the candidates of a note's statements."""

    def __init__(self, context: Context, labels: Labels, statements: list[Statement]) -> None:
        self.context = context
        self.labels = labels
        self.statements = statements
        self._values: dict[tuple[int, str], list[Found]] = {}
        self._bands = {f.key: bands_of([o.value for o in f.options]) for f in context.schema.fields if f.type == "select"}

    def candidates(self) -> Iterator[Candidate]:
        """Every candidate in the order of the note."""
        item, topic = -1, None
        for number, statement in enumerate(self.statements):
            first = statement.item != item
            item = statement.item
            label = self.labels.key(statement.label) if statement.label else None
            under = self.labels.key(statement.heading) if statement.heading else None
            after = self.statements[number + 1] if number + 1 < len(self.statements) else None
            before = self.statements[number - 1] if number else None
            if first:
                topic = label or self._topic(statement)
            ends: dict[str, int] = {}
            read = self._read(statement, label if first else None, None if first and label else topic, under, before)
            for each in sorted(read, key=_place):
                field = self.context.schema.field(each.field)
                if field is not None:
                    yield self._judge(each, field, statement, after, ends.get(each.field, 0))
                    ends[each.field] = max(each.end, ends.get(each.field, 0))

    def asks(self, field: Field, text: str) -> bool:
        """Whether a text brings a field up."""
        cue = self.context.cues.get(field.key, Cue())
        for pattern in (cue.asked, cue.trigger):
            if pattern and rx(pattern).search(text):
                return True
        return rx(rf"\b{_words(field.label)}\b").search(text) is not None

    # -- reading -----------------------------------------------------------------------------------------------------

    def _read(
        self, statement: Statement, label: str | None, topic: str | None, under: str | None, before: Statement | None
    ) -> Iterator[Seen]:
        done: set[str] = set()
        for field in self.context.schema.fields:
            cue = self.context.cues.get(field.key, Cue())
            if field.type in ("object", "any", "longtext"):
                continue
            if cue.reader:
                if cue.reader not in done:
                    done.add(cue.reader)
                    yield from self._special(cue.reader, statement, label, under, before)
                continue
            labelled = label == field.key
            yield from self._says(field, cue, statement)
            if field.type in ("text", "list") or (field.type == "boolean" and labelled):
                if labelled:
                    yield from self._labelled(field, cue, statement)
                elif cue.asked and statement.asked and rx(cue.asked).search(statement.asked[-1].text):
                    yield from self._told(field, statement)
                continue
            if labelled and rx(_BOX, 0).search(statement.text):
                yield from self._ticked(field, cue, statement)
                continue
            if field.type == "boolean":
                yield from self._answered(field, cue, statement)
                continue
            carried = before is not None and before.paragraph == statement.paragraph and rx(_CARRIES).search(statement.text)
            brought_up = bool(carried and before and cue.trigger and rx(cue.trigger).search(before.text))
            yield from self._typed(field, cue, statement, labelled=labelled, topic=topic == field.key or brought_up)

    def _special(
        self, reader: str, statement: Statement, label: str | None, under: str | None, before: Statement | None
    ) -> Iterator[Seen]:
        def mine(*keys: str) -> str | None:
            return label if label in keys else None

        if reader == "work":
            yield from work.read(statement, mine("occupation", "employer"))
        elif reader == "address":
            yield from address.read(statement, mine("addressCity", "addressCountry"), sure=self.context.region not in ("US", "CA", "AU", "NZ", "ZA"))
        elif reader == "names":
            yield from names.read(statement, mine("preferredName"), self.context.people.tokens, before.text if before else "")
        elif reader == "goals":
            field = self.context.schema.field("investmentGoals")
            answers = field is not None and statement.asked != () and self.asks(field, statement.asked[-1].text)
            yield from goals.read(statement, mine("investmentGoals"), under=under == "investmentGoals", answers=answers)
        elif reader == "channel":
            field = self.context.schema.field("preferredChannel")
            if field is not None and field.options:
                answers = bool(statement.asked) and self.asks(field, statement.question)
                if label == field.key and rx(_BOX, 0).search(statement.text):
                    yield from self._ticked(field, self.context.cues[field.key], statement)
                    return
                yield from channel.read(statement, field, mine("preferredChannel"), answers=answers)

    def _says(self, field: Field, cue: Cue, statement: Statement) -> Iterator[Seen]:
        base = statement.start
        if rx(_BOX, 0).search(statement.text):
            return
        for pattern, value in cue.says:
            for match in rx(pattern).finditer(statement.text):
                if value is not None:
                    yield Seen(field.key, value, base + match.start(), base + match.end(), base + match.start(), SAYS)
                    continue
                start, end = match.span("v")
                stop = rx(_TEXT_END).search(statement.text, start, end) if field.type == "text" else None
                end = stop.start() if stop else end
                words = self.context.folded.words(base + start, base + end).rstrip(" .,;")
                raw = self._parse(field, statement.text[start:end]) if field.type != "text" else words
                if raw is not None:
                    yield Seen(field.key, raw, base + start, base + start + len(statement.text[start:end].rstrip(" .,;")), base + match.start(), SAYS)

    def _parse(self, field: Field, words: str) -> Any:
        if field.type == "integer":
            found = find_integers(words) or find_spelled(words)
            return int(found[0].value) if found else None
        if field.type == "language":
            languages = find_languages(words[:1].upper() + words[1:])
            return languages[0].value if languages else None
        if field.type == "select":
            hits = find_choices(words, field.options, self.context.cues.get(field.key, Cue()).words)
            return hits[0].value if hits else None
        return words

    def _labelled(self, field: Field, cue: Cue, statement: Statement) -> Iterator[Seen]:
        """The value of "Label: value" for fields whose values have no shape."""
        begin = statement.body - statement.start
        words = statement.text[begin:]
        if rx(_PLACEHOLDER).match(words) and not (field.type == "boolean" and rx(_NO).match(words)):
            return
        if field.type == "boolean":
            ticked = [words[a:b] for yes, a, b in boxes(words) if yes]
            if boxes(words) and not ticked:
                return
            answer = ticked[0] if ticked else words
            said = True if rx(_YES).match(answer) else False if rx(_NO).match(answer) else None
            if said is not None:
                yield Seen(field.key, said, statement.body, statement.end, statement.start, LABEL)
            return
        stop = rx(r"\s{2,}|\.\s|\s-{1,2}\s" if field.type == "list" else _TEXT_END).search(words)
        words = (words[: stop.start()] if stop else words).strip().rstrip(".")
        if not words or len(words.split()) > 30:
            return
        at = statement.body + statement.text[begin:].index(words)
        value: Any = self.context.folded.words(at, at + len(words))
        if field.type == "list":
            value = [part.strip() for part in rx(r"[,;]| and ").split(value) if part.strip()]
        yield Seen(field.key, value, at, at + len(words), statement.start, LABEL)

    def _told(self, field: Field, statement: Statement) -> Iterator[Seen]:
        """The words with which the client answers a question about a field whose values have no shape."""
        words = statement.text.strip().rstrip(".")
        if 2 <= len(words.split()) <= 16 and not rx(rf"{_YES}|{_NO}|^\W*(?:well|as|same|i don't|not sure|why|you)\b").match(words):
            yield Seen(field.key, self.context.folded.words(statement.start, statement.start + len(words)), statement.start, statement.start + len(words), statement.start, ANSWER)

    def _ticked(self, field: Field, cue: Cue, statement: Statement) -> Iterator[Seen]:
        begin = statement.body - statement.start
        for yes, a, b in boxes(statement.text[begin:]):
            hits = find_choices(statement.text[begin + a : begin + b], field.options, cue.words)
            if yes and hits:
                at = statement.body + a
                yield Seen(field.key, hits[0].value, at + hits[0].start, at + hits[0].end, statement.start, LABEL)

    def _answered(self, field: Field, cue: Cue, statement: Statement) -> Iterator[Seen]:
        """Yes or no to a question about the field."""
        if not statement.asked or not cue.asked or not rx(cue.asked).search(statement.question):
            return
        for pattern, value in ((_NO, False), (_YES, True)):
            match = rx(pattern).match(statement.text)
            if match is not None and "?" in statement.question:
                yield Seen(field.key, value, statement.start + match.end() - 1, statement.end, statement.start, ANSWER)

    def _typed(self, field: Field, cue: Cue, statement: Statement, *, labelled: bool, topic: bool) -> Iterator[Seen]:
        """Values with a shape of their own, tied to the field by a label, a question or a word nearby."""
        text, base = statement.text, statement.start
        triggers = [m.span() for m in rx(cue.trigger).finditer(text)] if cue.trigger else []
        answers = bool(statement.asked) and self.asks(field, statement.question)
        if not (labelled or topic or triggers or answers):
            return
        values = self._find(field, cue, statement)
        if answers and not values and rx(_YES).match(text):
            yield from self._agreed(field, cue, statement)
        for found in values:
            if labelled and base + found.start >= statement.body:
                yield Seen(field.key, found.value, base + found.start, base + found.end, base, LABEL, found.doubt)
                continue
            near = [
                t for t in triggers
                if (0 <= found.start - t[1] <= cue.near or t[0] <= found.start <= t[1]) or (not cue.follows and 0 <= t[0] - found.end <= cue.near)
            ]  # fmt: skip
            if near:
                closest = min(near, key=lambda t: max(found.start - t[1], t[0] - found.end, 0))
                yield Seen(field.key, found.value, base + found.start, base + found.end, base + min(closest[0], found.start), TRIGGER, found.doubt)
            elif answers:
                yield Seen(field.key, found.value, base + found.start, base + found.end, base + found.start, ANSWER, found.doubt)
            elif topic:
                yield Seen(field.key, found.value, base + found.start, base + found.end, base + found.start, TOPIC, found.doubt)

    def _agreed(self, field: Field, cue: Cue, statement: Statement) -> Iterator[Seen]:
        """The value an RM asked to confirm and the client confirmed."""
        question = statement.asked[-1]
        if not question.text.rstrip("\"' ").endswith("?") or not self.asks(field, question.text):
            return
        values = self._find(field, cue, question)
        if len({str(v.value) for v in values}) == 1:
            found = values[0]
            yield Seen(field.key, found.value, question.start + found.start, statement.end, question.start, ANSWER, "agreed")

    def _find(self, field: Field, cue: Cue, statement: Statement) -> list[Found]:
        kind = f"{field.type}:{field.key}" if field.type == "select" else field.type
        known = self._values.get((id(statement), kind))
        if known is None:
            known = self._values[(id(statement), kind)] = self._search(field, cue, statement.text)
        if field.type == "integer" and field.unit and statement.text:
            return [f for f in known if not rx(r"^\s?(?:months?|weeks?|days?|per cent|%|children|kids)\b").match(statement.text[f.end :])]
        return known

    def _search(self, field: Field, cue: Cue, text: str) -> list[Found]:
        context = self.context
        match field.type:
            case "date":
                return find_dates(text, region=context.region, today=context.today)
            case "phone":
                return find_phones(text)
            case "email":
                return find_emails(text)
            case "country":
                return find_countries(text)
            case "language":
                return find_languages(text)
            case "integer":
                return find_integers(text)
            case "decimal":
                return [Found(f.start, f.end, str(f.value)) for f in find_integers(text)]
            case "select" if self._bands.get(field.key):
                return self._banded(field, text)
            case "select":
                return find_choices(text, field.options, cue.words)
        return []

    def _banded(self, field: Field, text: str) -> list[Found]:
        """Amounts of money as the bands they fall in."""
        out = []
        yearly = "incom" in field.key.lower() or "annual" in field.label.lower()
        for found in find_money(text, region=self.context.region):
            amount: Amount = found.value
            if (not amount.said and amount.amount < (1_000 if amount.period else 10_000)) or (not yearly and amount.period):
                continue
            band = band_for([amount], self._bands[field.key], self.context.schema.fx_per_unit, yearly=yearly)
            total = rx(_TOTAL).search(text[: found.start]) or rx(r"^\W{0,2}(?:all[- ]in|in total|altogether|net\b|total)").match(text[found.end :])
            doubt = "band" if band is None else "total" if total else "" if amount.said or amount.period else "bare"
            out.append(Found(found.start, found.end, band, doubt))
        return out

    def _topic(self, statement: Statement) -> str | None:
        """The field whose name a bullet opens with: "Date of birth was mistyped. Not 4 May ..."."""
        words = statement.text.split()[:4]
        if statement.talk or len(words) < 2:
            return None
        names = (" ".join(words[:count]) for count in (4, 3, 2, 1))
        return next((key for name in names if name[-1:] not in ",;" and (key := self.labels.exact(name))), None)

    # -- judging -----------------------------------------------------------------------------------------------------

    def _judge(self, seen: Seen, field: Field, statement: Statement, after: Statement | None, since: int) -> Candidate:
        cue = self.context.cues.get(field.key, Cue())
        candidate = Candidate(field, seen.value, seen.start, seen.end, seen.cue, seen.strength, statement, doubt=seen.doubt)
        candidate.corrects = mode.corrects(statement, seen.start)
        if seen.doubt == "agreed":
            return candidate
        reason = mode.meant(
            statement, seen.start, seen.end, after=after, state=cue.state, plan=cue.plan,
            exact=field.type in ("email", "phone", "date"), since=since if since <= seen.start else 0,
        )  # fmt: skip
        candidate.reason = reason or self._person(seen, field, cue, statement) or self._unfit(seen, field, cue, statement)
        return candidate

    def _person(self, seen: Seen, field: Field, cue: Cue, statement: Statement) -> str:
        if statement.talk and statement.voice == "rm" and cue.own:
            return mode.QUESTION
        if statement.voice == "other":
            return mode.HEARSAY
        people = self.context.people
        exact = field.type in ("email", "phone", "date")
        if cue.plan and seen.strength != SAYS:
            return mode.OTHER_PERSON if people.done_by_other(statement, seen.start + 12) else ""
        places = {seen.cue} if cue.plan else {seen.start, seen.cue if seen.strength == SAYS else seen.start}
        if cue.own and any(people.about(statement, at, None if cue.plan else seen.end, exact=exact) == "other" for at in places):
            bereaved = field.key == "maritalStatus" and seen.value == "widowed"
            return "" if bereaved else mode.OTHER_PERSON
        return ""

    def _unfit(self, seen: Seen, field: Field, cue: Cue, statement: Statement) -> str:
        a, b = seen.start - statement.start, seen.end - statement.start
        before, inside, behind = mode.clause_at(statement.text, a, b)
        if rx(r"^[\s,)]*(?:is|was|being)\b").match(statement.text[b:]):
            behind += statement.text[b : b + 45]
        if cue.avoid and rx(cue.avoid).search(f"{before}{inside if seen.strength == SAYS else ' '}{behind}"):
            return mode.AMBIGUOUS
        if seen.doubt in ("ambiguous", "band"):
            return mode.AMBIGUOUS
        if isinstance(seen.value, dt.date):
            if cue.when == "past" and seen.doubt == "year":
                return mode.AMBIGUOUS
            if (cue.when == "past" and seen.value > self.context.today) or (cue.when == "future" and seen.value <= self.context.today):
                return "invalid"
        if seen.doubt == "bare" and seen.strength < LABEL:
            return mode.AMBIGUOUS
        return ""


def _place(seen: Seen) -> tuple[int, int]:
    return (seen.start, seen.end)


def _words(label: str) -> str:
    return r"\s".join(part for part in rx(r"[\w'-]+").findall(label)) or r"(?!)"
