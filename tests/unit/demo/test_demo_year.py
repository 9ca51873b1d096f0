"""The year of the demo: put together from sentences, it reads as notes do, agrees with itself on any day, and is worth counting."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from placet.artifacts.insights import FEW
from placet.customers.fields import canonical, same
from placet.customers.schema import ProfileSchema, load_schema
from placet.demo import year

DATA = Path(str(files("placet.demo"))) / "data"
DAYS = [
    datetime.date(2026, 11, 23),  # a Monday
    datetime.date(2028, 2, 29),  # a leap day
    datetime.date(2028, 12, 30),  # a Saturday
    datetime.date(2032, 2, 29),  # a Sunday
]
every_day = pytest.mark.parametrize("today", DAYS, ids=str)


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "year.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def schema() -> ProfileSchema:
    return load_schema(DATA / "schema.json")


@every_day
def test_every_quote_stands_where_its_line_says(data: dict[str, Any], today: datetime.date) -> None:
    for note in year.notes(data, today):
        assert 15 <= len(note.text.split()) <= 160, note.text
        assert not set("[]{}") & set(note.text), note.text
        for line in note.lines:
            assert note.text[line["at"] : line["at"] + len(line["quote"])] == line["quote"] != ""


@every_day
def test_nothing_repeats_the_profile_and_nothing_is_decided_before_it_is_proposed_or_today(
    data: dict[str, Any], schema: ProfileSchema, today: datetime.date
) -> None:
    profiles = {customer["id"]: customer["profile"] for customer in year.customers(data, today)}
    midnight = datetime.datetime.combine(today, datetime.time(), datetime.UTC)
    last = {customer: midnight - datetime.timedelta(days=400) for customer in profiles}
    for note in year.notes(data, today):
        assert last[note.customer] < note.at, "what was read before is decided by then"
        profile, seen = profiles[note.customer], []
        assert len({line["field"] for line in note.lines}) == len(note.lines)
        for line in note.lines:
            field = schema.field(line["field"])
            assert field is not None
            assert field.policy == "single"
            now = profile.get(field.key)
            for value in (line["value"], line.get("editedValue", line["value"])):
                assert canonical(field, value) == value
                assert now is None or not same(field, now, value)
            assert ("editedValue" in line) == (line["decision"] == "edited")
            assert ("reason" in line) == (line["decision"] == "rejected")
            if line["decision"] == "edited":
                assert not same(field, line["value"], line["editedValue"])
            if line["decision"] != "rejected":
                profile[field.key] = line.get("editedValue", line["value"])
        for at, lines in note.decided:
            assert note.at < at < midnight
            last[note.customer] = max(last[note.customer], at)
            seen += lines
        assert sorted(map(id, seen)) == sorted(map(id, note.lines)), "each is decided once"


@every_day
def test_there_is_enough_to_say_in_the_last_ninety_days(data: dict[str, Any], today: datetime.date) -> None:
    since = datetime.datetime.combine(today, datetime.time(), datetime.UTC) - datetime.timedelta(days=89)
    recent = [line for note in year.notes(data, today) if note.at >= since for line in note.lines]
    words = Counter(line["confidence"] for line in recent)
    kept = Counter(line["confidence"] for line in recent if line["decision"] == "accepted")
    assert min(words.values()) >= FEW
    shares = [kept[word] / words[word] for word in ("low", "medium", "high")]
    assert 0.4 < shares[0] < 0.7 < shares[1] < 0.9 < shares[2], shares
    fields = Counter(line["field"] for line in recent)
    assert sum(count >= FEW for count in fields.values()) >= 4
    assert min(fields.values()) < FEW, "and of some there is too little to say"
    horizon = [
        line["decision"]
        for line in recent
        if line["field"] == "investmentHorizonYears" and line["confidence"] == "medium"
    ]
    assert Counter(horizon)["accepted"] / len(horizon) < 0.65
    looked = Counter(str(line["looked"]["opened"]) for line in recent)
    assert looked["True"] > 4 * looked["False"] > 0
    assert len({line["reason"].partition(":")[0] for line in recent if "reason" in line}) >= 5


def test_the_same_day_gives_the_same_year_and_every_sentence_is_used(data: dict[str, Any]) -> None:
    once, again = year.notes(data, DAYS[0]), year.notes(data, DAYS[0])
    assert once == again
    for key, field in data["fields"].items():
        assert {code.partition("!")[0] for code in field["said"]} == set(field["mix"].split()), key
    assert len({note.text for note in once}) == len(once)
    assert {customer["id"] for customer in data["customers"]} == {note.customer for note in once}
    assert {note.agent for note in once} == {"note-reader", "mail-agent", "crm-sync"}


def test_no_customer_of_the_year_is_one_of_the_others(data: dict[str, Any]) -> None:
    others = json.loads((DATA / "customers.json").read_text(encoding="utf-8"))
    assert not {each["id"] for each in others} & {each["id"] for each in data["customers"]}
    assert len({each["name"] for each in data["customers"]}) == len(data["customers"])
