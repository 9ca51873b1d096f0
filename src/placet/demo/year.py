"""A year of notes that were decided, put together from the sentences of `year.json`, so that insights have something to say.

Nothing is left to chance: the same day of loading gives the same notes. `data/README.md` describes the file for those who
write sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, cycle
from typing import Any, Final

import msgspec

from placet.demo.notes import fill, fill_all, workday

FIRST: Final = 362  # days ago, at the most, of the first note
_NOTES: Final = (  # days ago of each customer's notes: the latest possible, and over how many days they are spread
    (300, 60),
    (212, 50),
    (152, 24),
    (100, 38),
    (62, 24),
    (4, 40),
)
_WORDS: Final = {"h": "high", "m": "medium", "l": "low"}
_ENDS: Final = {"u": "accepted", "e": "edited", "r": "rejected"}
_KINDS: Final = (0, 1, 0, 2, 1, 0, 3, 0, 2)
_WAITS: Final = (4, 9, 14, 22, 35, 48, 70, 95, 140, 210, 320, 1560)  # minutes until somebody decides
_PAUSES: Final = (11, 26, 7, 44, 18, 2, 63, 31, 15, 9)  # seconds from one decision to the next
_QUOTE: Final = re.compile(r"\[([^\]]*)\]")
_TOLD: Final = 300  # days ago; before that no page said how the evidence was read


class Noted(msgspec.Struct, kw_only=True):
    """One note with what was proposed from it (lines as in `history.json`, with `at`, the quote's offset) and when which of
    them were decided; those of one moment in one act.
    """

    customer: str
    agent: str
    model: str | None
    title: str
    at: datetime
    text: str
    lines: list[dict[str, Any]] = []
    decided: list[tuple[datetime, list[dict[str, Any]]]] = []


def customers(data: dict[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """The customers of the year, as `customers.json` has them."""
    for each in data["customers"]:
        profile = {"fullName": each["name"], **each["profile"]}
        yield {"id": each["id"], "name": each["name"], "rm": "claire", "profile": fill_all(profile, today)}


def notes(data: dict[str, Any], today: date) -> list[Noted]:
    """The notes of the year, oldest first."""
    days = [
        (latest + (number * 7 + turn * 5) % spread, number)
        for turn, (latest, spread) in enumerate(_NOTES)
        for number in range(len(data["customers"]))
    ]
    writer = _Writer(data, today)
    return [writer.note(ago, data["customers"][number]) for ago, number in sorted(days, reverse=True)]


class _Writer:
    """Writes one note after the other and remembers what the profiles say by then."""

    def __init__(self, data: dict[str, Any], today: date) -> None:
        self.data, self.today = data, today
        self.fields: dict[str, Any] = data["fields"]
        self.numbers = count()
        self.due = {key: 0.37 * n % 1 for n, key in enumerate(self.fields)}
        self.codes = {key: cycle(field["mix"].split()) for key, field in self.fields.items()}
        self.values = {key: cycle(field.get("values", ())) for key, field in self.fields.items()}
        self.sayings = {
            (key, code.partition("!")[0]): (code.partition("!")[2] or None, cycle(texts))
            for key, field in self.fields.items()
            for code, texts in field["said"].items()
        }
        self.talk, self.pauses, self.waits = cycle(data["talk"]), cycle(_PAUSES), cycle(_WAITS)
        self.why = {word: cycle(texts) for word, texts in data["why"].items()}
        self.kinds = [(kind, cycle(kind["titles"]), cycle(kind["heads"])) for kind in data["kinds"]]
        self.profiles = {each["id"]: dict(each["profile"]) for each in data["customers"]}
        self.refused: set[tuple[str, str, str]] = set()  # customer, quote, value: the same is not proposed twice
        self.singles = count()

    def note(self, ago: int, customer: dict[str, Any]) -> Noted:
        """One note, what was proposed from it and how that was decided."""
        number = next(self.numbers)
        kind, titles, heads = self.kinds[_KINDS[number % len(_KINDS)]]
        said = [self._say(key, ago, customer, number) for key in self._picked()]
        text, lines = self._written(kind, next(heads), said, ago, customer)
        made = Noted(
            customer=customer["id"],
            agent=kind["agent"],
            model=kind["model"],
            title=next(titles),
            at=_at(workday(self.today, -ago)) + timedelta(minutes=480 + number * 37 % 420),
            text=text,
            lines=lines,
        )
        made.decided = list(self._decide(made, ago, together=number % 7 == 3))
        return made

    def _picked(self) -> list[str]:
        for key, field in self.fields.items():
            self.due[key] += field["often"] / 100
        picked = [key for key, due in self.due.items() if due >= 1] or ["nextReviewDate"]
        for key in picked:
            self.due[key] -= 1
        return picked

    def _say(self, key: str, ago: int, customer: dict[str, Any], number: int) -> tuple[str, dict[str, Any]]:
        """A sentence about a field, and the proposal read from it."""
        code = next(self.codes[key])
        reason, texts = self.sayings[key, code]
        text = next(texts)
        words, value = self._value(key, ago, customer["id"], number, text)
        line: dict[str, Any] = {
            "field": key,
            "value": value,
            "confidence": _WORDS[code[0]],
            "why": next(self.why[code[0]]),
            "decision": _ENDS[code[1]],
        }
        if reason is not None:
            line["reason"] = reason
            self.refused.add((customer["id"], _quoted(text, words), repr(value)))
        other = ""
        if code[1] == "e":
            other, line["editedValue"] = self._value(key, ago, customer["id"], number + 1, text, instead=value)
        if code[1] != "r":
            self.profiles[customer["id"]][key] = line.get("editedValue", value)
        return text.replace("{v}", words).replace("{w}", other), line

    def _value(self, key: str, ago: int, customer: str, number: int, text: str, instead: Any = None) -> tuple[str, Any]:
        """Words and the value they mean, which the profile does not have, nor was refused, nor is `instead`."""
        now = self.profiles[customer].get(key)
        if key == "nextReviewDate":
            ahead = 75 + number * 13 % 60 - ago
            return f"{{workday:{ahead}:%-d %B %Y}}", fill(f"{{workday:{ahead}:%Y-%m-%d}}", self.today)
        while True:
            words, value = next(self.values[key])
            if isinstance(now, list):
                if value in now or (instead is not None and value in instead):
                    continue
                value = [*now[-2:], value]
            if value not in (now, instead) and (customer, _quoted(text, words), repr(value)) not in self.refused:
                return words, value

    def _written(
        self,
        kind: dict[str, Any],
        head: str,
        said: list[tuple[str, dict[str, Any]]],
        ago: int,
        customer: dict[str, Any],
    ) -> tuple[str, list[dict[str, Any]]]:
        """The text, with head, sentences and small talk, and the lines with the words they quote."""
        sentences = [text for text, _ in said]
        sentences[1:1] = [next(self.talk)]
        sentences.append(next(self.talk))
        head = head.replace("DAYS", str(ago)).replace("{NAME}", customer["name"])
        names = {
            "{She}": customer["she"].capitalize(),
            "{she}": customer["she"],
            "{her}": {"he": "his"}.get(customer["she"], "her"),
        }
        if kind.get("bullets"):
            body = "\n".join(f"- {text}" for text in map(_capital, sentences))
        else:
            body = "\n".join(" ".join(map(_capital, sentences[at : at + 3])) for at in range(0, len(sentences), 3))
        text = f"{head}\n\n{body}\n"
        for short, word in names.items():
            text = text.replace(short, word)
        marked, plain, spoken = fill(text, self.today), "", iter(said)
        last = 0
        for quote in _QUOTE.finditer(marked):
            plain += marked[last : quote.start()]
            next(spoken)[1].update(quote=quote[1], at=len(plain))
            plain += quote[1]
            last = quote.end()
        return plain + marked[last:], [line for _, line in said]

    def _decide(self, made: Noted, ago: int, *, together: bool) -> Iterator[tuple[datetime, list[dict[str, Any]]]]:
        """When which lines were decided, and how they were read before."""
        at = made.at + timedelta(minutes=next(self.waits))
        if at.weekday() > 4:
            at += timedelta(days=2)
        many = [
            line for line in made.lines if together and line["decision"] == "accepted" and line["confidence"] != "low"
        ]
        if len(many) > 1:
            for line in many:
                self._look(line, ago, None)
            yield at, many
        for line in made.lines:
            if len(many) > 1 and line in many:
                continue
            pause = next(self.pauses)
            at += timedelta(seconds=pause)
            unread = line["decision"] == "accepted" and next(self.singles) % 9 == 4
            self._look(line, ago, None if unread else pause * 950 - 600)
            yield at, [line]

    @staticmethod
    def _look(line: dict[str, Any], ago: int, ms: int | None) -> None:
        if ago <= _TOLD:
            line["looked"] = {"opened": ms is not None, **({} if ms is None else {"ms": ms})}


def _capital(sentence: str) -> str:
    """The sentence with a capital letter, also where it starts with what is quoted or a person."""
    start = 1 if sentence.startswith("[") else 0
    return sentence[:start] + sentence[start : start + 1].upper() + sentence[start + 1 :]


def _quoted(sentence: str, words: str) -> str:
    """What a sentence quotes, as it is compared."""
    found = _QUOTE.search(sentence)
    assert found is not None, sentence
    return found[1].replace("{v}", words).casefold()


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
