"""What happened before the demo was loaded: every act, when it was and what it takes. `doing.py` does them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from placet.artifacts.propose import Source
from placet.demo import year
from placet.demo.notes import fill, fill_all, workday
from placet.triggers.rules import DELAY_S
from placet.triggers.schedule import JITTER, SCHEDULE

OPENED = year.FIRST + 30  # days ago the customers came
DATA = files(__package__) / "data"


def acts(today: date) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """Everything that happened, each as when, which method of `Doer`, and its arguments."""
    opened = _at(today - timedelta(days=OPENED), 540)
    people = sorted(read("users.json"), key=lambda person: person["role"] != "admin")
    for number, person in enumerate(people):
        yield opened + timedelta(minutes=number), "add_person", person
    for number, customer in enumerate(read("customers.json")):
        yield opened + timedelta(hours=1, minutes=number), "add_customer", fill_all(customer, today)
    yield from _year(read("year.json"), opened, today)
    history = read("history.json")
    told = {line["note"] for line in history}
    notes = {note["file"]: note for note in read("notes.json")}
    for file, note in notes.items():
        at = _at(workday(today, -note["daysAgo"]), note["minutes"])
        source = Source(
            text=fill((DATA / "notes" / file).read_text(encoding="utf-8"), today), title=note["title"], occurred_at=at
        )
        if file not in told:
            yield at, "read", {"customer": note["customer"], "source": source, "locale": note["locale"]}
            continue
        lines = [fill_all(line, today) for line in history if line["note"] == file]
        yield (
            at,
            "propose",
            {"note": file, "name": lines[0]["agent"], "customer": note["customer"], "source": source, "lines": lines},
        )
        for line in lines:
            decided = _at(workday(today, -line["decidedDaysAgo"]), line["minutes"])
            yield (
                max(decided, at + timedelta(minutes=5)),
                "decide",
                {"note": file, "customer": note["customer"], "lines": [line]},
            )
    for number, task in enumerate(read("tasks.json")):
        yield from _task(task, f"task {number}", today)
    yield from _desk(read("desk.json"), today)
    for number, extra in enumerate(read("extras.json")):
        yield _extra(extra, number, notes, today)


def _year(data: dict[str, Any], opened: datetime, today: date) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """The customers of the year and what became of their notes."""
    for number, customer in enumerate(year.customers(data, today)):
        yield opened + timedelta(hours=2, minutes=number), "add_customer", customer
    for number, noted in enumerate(year.notes(data, today)):
        note = f"note {number} of the year"
        yield (
            noted.at,
            "propose",
            {
                "note": note,
                "name": noted.agent,
                "customer": noted.customer,
                "source": Source(text=noted.text, title=noted.title, occurred_at=noted.at),
                "lines": noted.lines,
                "read_by": {"agent": noted.agent, "version": "1", "model": noted.model},
            },
        )
        for at, lines in noted.decided:
            yield at, "decide", {"note": note, "customer": noted.customer, "lines": lines}


def _task(task: dict[str, Any], note: str, today: date) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """A task that was proposed and decided, and whenever a delivery that fails every time is tried: it is due by then."""
    at = _at(workday(today, -task["daysAgo"]), task["minutes"])
    source = Source(text=fill(task["text"], today), title=task["title"], occurred_at=at)
    about = {"note": note, "customer": task["customer"], "lines": [fill_all(task, today)]}
    yield at, "propose", {**about, "name": task["agent"], "source": source}
    decided = _at(workday(today, -task["decidedDaysAgo"]), task["decidedMinutes"])
    yield decided, "decide", about
    for seconds in SCHEDULE:
        tried = decided + timedelta(seconds=DELAY_S + 1 + seconds * (1 + JITTER))
        if tried < _at(today, 0):
            yield tried, "deliver", {}


def _desk(data: dict[str, Any], today: date) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """The team, who stood in for whom, and who is told of tasks."""

    def days(number: int) -> datetime:
        return _at(today + timedelta(days=number), 0)

    for act, place in (("make_team", "team"), ("add_webhook", "webhook")):
        ago, about = data[place]["daysAgo"], {name: said for name, said in data[place].items() if name != "daysAgo"}
        yield _at(workday(today, -ago), 500), act, about
    for given in data["delegations"]:
        at = _at(workday(today, -given["daysAgo"]), 510)
        yield (
            at,
            "delegate",
            {
                "giver": given["from"],
                "to": given["to"],
                "from_at": max(at, days(given["first"])),
                "until_at": days(given["last"] + 1),  # the last day counts
                "customers": given.get("customers"),
                "reason": given["reason"],
            },
        )


def _extra(
    extra: dict[str, Any], number: int, notes: dict[str, Any], today: date
) -> tuple[datetime, str, dict[str, Any]]:
    """A proposal of another agent, from a text of its own or an hour after the note it quotes."""
    if "note" in extra:
        note = notes[extra["note"]]
        at = _at(workday(today, -note["daysAgo"]), note["minutes"])
        text, title = (DATA / "notes" / extra["note"]).read_text(encoding="utf-8"), note["title"]
    else:
        at = _at(workday(today, -extra["source"]["daysAgo"]), 300 + number)
        text, title = extra["source"]["text"], extra["source"]["title"]
    source = Source(text=fill(text, today), title=title, occurred_at=at)
    about = {
        "note": f"extra {number}",
        "name": extra["agent"],
        "customer": extra["customer"],
        "source": source,
        "lines": [fill_all(extra, today)],
    }
    return at + timedelta(hours=1), "propose", about


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)


def read(name: str) -> Any:
    """A file of the demo's data."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))
