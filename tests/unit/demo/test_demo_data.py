"""The demo's data agrees with itself on any day it may be loaded, and shows what it promises to show."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from placet.customers.fields import canonical, same
from placet.customers.schema import PACKAGED, Field, ProfileSchema, load_schema
from placet.demo.notes import fill, fill_all, workday
from placet.errors import Invalid

DATA = Path(str(files("placet.demo"))) / "data"
DAYS = [
    datetime.date(2026, 11, 23),  # a Monday
    datetime.date(2027, 1, 1),
    datetime.date(2028, 2, 29),  # a leap day, and a Tuesday
    datetime.date(2028, 12, 30),  # a Saturday
    datetime.date(2032, 2, 29),  # a leap day, and a Sunday
]
REASONS = ("wrong value", "not said", "hypothetical", "other person", "outdated", "duplicate", "other")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\w+")
PHONE = re.compile(r"\+?\(?\d[\d ()-]{7,}\d")
DEV_NOTES = Path(__file__).parents[3] / "../shared/data/notes/dev"

every_day = pytest.mark.parametrize("today", DAYS, ids=str)


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def note_text(file: str, today: datetime.date) -> str:
    return fill((DATA / "notes" / file).read_text(encoding="utf-8"), today)


@pytest.fixture(scope="module")
def schema() -> ProfileSchema:
    return load_schema(DATA / "schema.json")


def field_of(schema: ProfileSchema, key: str) -> Field:
    found = schema.field(key)
    assert found is not None, key
    return found


def assert_canonical(schema: ProfileSchema, key: str, value: Any) -> None:
    form = canonical(field_of(schema, key), value)
    assert form == value, key
    assert type(form) is type(value), key


def test_the_day_of_loading_makes_the_dates() -> None:
    today = datetime.date(2028, 2, 29)
    assert fill("{date:-12:%d %b %Y}", today) == "17 Feb 2028"
    assert fill("a {date:+1:%-d.%-m.%y} b {date:0:%A %d/%m} c", today) == "a 1.3.28 b Tuesday 29/02 c"
    assert fill("{date:366:%Y-%m-%d} {date:-365:%a %B}", today) == "2029-03-01 Mon March"
    assert fill("{date:7:100 %% on %b %-d}, 5 % before", today) == "100 % on Mar 7, 5 % before"


@pytest.mark.parametrize(
    ("today", "text"),
    [
        (datetime.date(2026, 11, 20), "20 20 23"),  # Friday
        (datetime.date(2026, 11, 21), "21 20 23"),  # Saturday
        (datetime.date(2026, 11, 22), "22 20 23"),  # Sunday
        (datetime.date(2026, 11, 23), "23 23 23"),  # Monday
    ],
)
def test_a_workday_is_no_weekend_and_a_weekday_is_the_next_one(today: datetime.date, text: str) -> None:
    assert fill("{date:0:%d} {workday:0:%d} {mon:0:%d}", today) == text
    assert f"{workday(today, 0):%d}" == text.split()[1]


def test_a_weekday_is_found_within_a_week() -> None:
    for ahead in range(14):
        today = datetime.date(2028, 2, 20) + datetime.timedelta(ahead)
        for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
            day = datetime.date.fromisoformat(fill(f"{{{name}:3:%Y-%m-%d}}", today))
            assert fill(f"{{{name}:3:%a}}", today).lower() == name
            assert 3 <= (day - today).days <= 9


@pytest.mark.parametrize(
    "text",
    [
        "{date:12}",
        "{date:x:%d}",
        "{day:1:%d}",
        "{date:1:%H}",
        "{date:1:%}",
        "{date:1:%-Y}",
        "{date:1:%d",
        "a } b",
        "{}",
        "{date:1:{date:1:%d}}",
        "{date:99999:%Y} {date:-99999:%Y} {date:+99999:%Q}",
    ],
)
def test_a_typing_mistake_does_not_reach_a_reader(text: str) -> None:
    with pytest.raises(Invalid):
        fill(text, DAYS[0])


def test_a_date_no_calendar_has_is_refused() -> None:
    with pytest.raises(Invalid, match="outside the calendar"):
        fill("{date:-1:%Y}", datetime.date.min)


def test_every_text_of_a_value_is_filled() -> None:
    value = {"{date:0:%Y}": ["{date:0:%Y}", 1, None, True, {"a": "{date:1:%d}"}]}
    assert fill_all(value, datetime.date(2026, 12, 31)) == {"{date:0:%Y}": ["2026", 1, None, True, {"a": "01"}]}


def test_people() -> None:
    users = load("users.json")
    assert Counter(user["role"] for user in users) == {"rm": 3, "admin": 1, "auditor": 1}
    assert {"Claire Amiel", "Jonas Reber"} <= {user["name"] for user in users}
    assert all(set(user) == {"id", "name", "email", "role"} for user in users), "and no password"
    for member in ("id", "email"):
        assert len({user[member] for user in users}) == len(users)


def test_references_resolve() -> None:
    rms = {user["id"] for user in load("users.json") if user["role"] == "rm"}
    customers, notes, history, extras = (load(f"{name}.json") for name in ("customers", "notes", "history", "extras"))
    ids = [customer["id"] for customer in customers]
    names = [note["file"] for note in notes]
    assert len(set(ids)) == len(ids) == 15
    assert {customer["rm"] for customer in customers} == rms
    assert {note["customer"] for note in notes} == set(ids)
    assert {file.name for file in (DATA / "notes").iterdir()} == set(names)
    assert len(set(names)) == len(names) == 22
    assert {entry["note"] for entry in history} <= set(names)
    for extra in extras:
        assert extra["customer"] in ids
        assert ("note" in extra) != ("source" in extra)
        if "note" in extra:
            assert next(note for note in notes if note["file"] == extra["note"])["customer"] == extra["customer"]


@every_day
def test_profiles_are_part_filled_and_canonical(schema: ProfileSchema, today: datetime.date) -> None:
    countries = set()
    for customer in fill_all(load("customers.json"), today):
        profile = customer["profile"]
        assert 6 <= len(profile) <= 26, customer["id"]
        assert profile["fullName"].removeprefix("Dr. ") == customer["name"]
        countries.add(profile["addressCountry"])
        for key, value in profile.items():
            assert_canonical(schema, key, value)
    assert len(countries) == 15


def test_no_two_customers_share_a_phone_or_an_email() -> None:
    for key in ("phone", "email"):
        owners: dict[str, set[str]] = {}
        for customer in load("customers.json"):
            profile = customer["profile"]
            for value in (profile.get(key), profile.get("trustedContact", {}).get(key)):
                if value is not None:
                    owners.setdefault(value, set()).add(f"{customer['id']} {value == profile.get(key)}")
        note_customer = {note["file"]: note["customer"] for note in load("notes.json")}
        for entry in load("history.json"):
            if entry["field"] == key and entry["decision"] != "rejected":
                owners.setdefault(entry["value"], set()).add(f"{note_customer[entry['note']]} True")
        assert len(owners) > 10
        assert [value for value, people in owners.items() if len(people) > 1] == []


@every_day
def test_notes_are_ordered_dated_and_of_a_readable_length(today: datetime.date) -> None:
    notes = load("notes.json")
    assert [note["daysAgo"] for note in notes] == sorted((note["daysAgo"] for note in notes), reverse=True)
    assert len({note["kind"] for note in notes}) >= 18
    for note in notes:
        assert 1 <= note["daysAgo"] <= 200
        assert 0 <= note["minutes"] < 24 * 60
        raw = (DATA / "notes" / note["file"]).read_text(encoding="utf-8")
        assert f"{{workday:-{note['daysAgo']}:" in raw[:250], "its head says its day"
        text = fill(raw, today)
        assert 60 <= len(text.split()) <= 350, note["file"]
        assert text == text.rstrip("\n") + "\n"
        assert "\r" not in text
        assert "\t" not in text


def test_no_note_has_a_year_that_will_grow_old() -> None:
    # Years stand in the far past (a sale in 2016); what is near today must be a placeholder.
    for file in (DATA / "notes").iterdir():
        years = [int(year) for year in re.findall(r"\b20[0-9]{2}\b", file.read_text(encoding="utf-8"))]
        assert [year for year in years if year > 2021] == [], file.name


@every_day
def test_history_values_are_canonical_and_quotes_are_in_the_notes(schema: ProfileSchema, today: datetime.date) -> None:
    for entry in fill_all(load("history.json"), today):
        assert_canonical(schema, entry["field"], entry["value"])
        if "editedValue" in entry:
            assert_canonical(schema, entry["field"], entry["editedValue"])
        assert entry["quote"] in note_text(entry["note"], today), entry["quote"]
        assert entry["quote"] == entry["quote"].strip()


def test_history_shows_every_kind_of_decision(schema: ProfileSchema) -> None:
    history = load("history.json")
    assert Counter(entry["decision"] for entry in history) == {"accepted": 49, "edited": 8, "rejected": 9}
    assert len({entry["note"] for entry in history}) == 12
    for entry in history:
        assert ("editedValue" in entry) == (entry["decision"] == "edited")
        assert entry["confidence"] in ("high", "medium", "low")
        assert entry["why"].endswith(".")
        if entry["decision"] == "rejected":
            assert entry["reason"].split(":")[0] in REASONS
        # Agents may not propose what only people change, and a second signature is not to be had in the demo's past.
        policy = field_of(schema, entry["field"]).policy
        assert policy in ("single", "reason")
        if policy == "reason" and entry["decision"] != "rejected":
            assert len(entry["reason"]) > 20
    assert {entry["reason"].split(":")[0] for entry in history if entry["decision"] == "rejected"} == set(REASONS)


@every_day
def test_history_happens_in_order_and_nothing_in_it_was_stale(schema: ProfileSchema, today: datetime.date) -> None:
    """Replay proposals and decisions by their time: no proposal repeats the profile, no accepted one was overtaken."""
    profiles = {customer["id"]: customer["profile"] for customer in fill_all(load("customers.json"), today)}
    notes = {note["file"]: note for note in load("notes.json")}
    history = fill_all(load("history.json"), today)
    assert [entry["note"] for entry in history] == sorted(entry["note"] for entry in history)
    pairs = Counter((entry["note"], entry["field"]) for entry in history)
    assert max(pairs.values()) == 1, "one batch has a field once"
    acts: list[tuple[int, int, int, bool]] = []
    for number, entry in enumerate(history):
        note = notes[entry["note"]]
        acts.append((-note["daysAgo"], note["minutes"], number, False))
        acts.append((-entry["decidedDaysAgo"], entry["minutes"], number, True))
        assert acts[-2][:2] < acts[-1][:2] < (0, 0), "decided after it was proposed and before the day of loading"
    seen: dict[int, Any] = {}
    for _, _, number, decides in sorted(acts):
        entry = history[number]
        field, profile = field_of(schema, entry["field"]), profiles[notes[entry["note"]]["customer"]]
        now = profile.get(field.key)
        if not decides:
            assert now is None or not same(field, now, entry["value"]), f"{entry['note']} {field.key} is no change"
            seen[number] = now
        elif entry["decision"] != "rejected":
            assert now == seen[number], f"{entry['note']} {field.key} is stale"
            value = entry.get("editedValue", entry["value"])
            if entry["decision"] == "edited":
                assert not same(field, value, entry["value"])
                assert now is None or not same(field, value, now)
            profile[field.key] = value


@every_day
def test_extras_are_what_their_flag_says(schema: ProfileSchema, today: datetime.date) -> None:
    extras = fill_all(load("extras.json"), today)
    assert Counter(extra["flag"] for extra in extras) == {"rival": 3, "unverified": 1, "low": 1, "stale": 1}
    assert {extra["agent"] for extra in extras} == {"crm-sync", "mail-agent"}
    current = {customer["id"]: customer["profile"] for customer in fill_all(load("customers.json"), today)}
    before = {identity: dict(profile) for identity, profile in current.items()}
    note_customer = {note["file"]: note["customer"] for note in load("notes.json")}
    for entry in fill_all(load("history.json"), today):
        if entry["decision"] != "rejected":
            current[note_customer[entry["note"]]][entry["field"]] = entry.get("editedValue", entry["value"])
    for extra in extras:
        field = field_of(schema, extra["field"])
        assert_canonical(schema, field.key, extra["value"])
        now = current[extra["customer"]].get(field.key)
        assert now is None or not same(field, now, extra["value"])
        text = extra["source"]["text"] if "source" in extra else note_text(extra["note"], today)
        assert (extra["quote"] in text) == (extra["flag"] != "unverified")
        assert (extra["confidence"] == "low") == (extra["flag"] == "low")
        assert ("previousValue" in extra) == (extra["flag"] == "stale")
        if extra["flag"] == "stale":
            assert extra["previousValue"] == before[extra["customer"]][field.key] != now
    rivals = Counter((extra["customer"], extra["field"]) for extra in extras if extra["flag"] == "rival")
    assert sorted(rivals.values()) == [1, 2], "two rival each other, one rivals what the reader finds"


@every_day
def test_tasks_quote_their_notes_and_the_desk_names_who_is_there(today: datetime.date) -> None:
    people = {person["id"]: person["role"] for person in load("users.json")}
    customers = {each["id"]: each["rm"] for each in load("customers.json")}
    customers |= {each["id"]: "claire" for each in load("year.json")["customers"]}
    for task in fill_all(load("tasks.json"), today):
        assert task["quote"] in task["text"]
        assert task["customer"] in customers
        assert workday(today, -task["daysAgo"]) < datetime.date.fromisoformat(task["task"]["due"])
        assert (-task["daysAgo"], task["minutes"]) < (-task["decidedDaysAgo"], task["decidedMinutes"]) < (0, 0)
    desk = load("desk.json")
    assert {people[person] for person in desk["team"]["people"]} == {"rm"}
    assert set(desk["team"]["customers"]) <= set(customers)
    for given in desk["delegations"]:
        assert people[given["from"]] == people[given["to"]] == "rm" != given["from"]
        assert {customers[each] for each in given.get("customers", ())} <= {given["from"]}
        assert given["first"] <= given["last"]


def test_every_address_is_an_example_and_none_is_of_the_dev_notes() -> None:
    texts = [file.read_text(encoding="utf-8") for file in DATA.glob("*.json") if file.name != "schema.json"]
    texts += [file.read_text(encoding="utf-8") for file in (DATA / "notes").iterdir()]
    mine = "\n".join(texts)
    emails, phones = set(EMAIL.findall(mine)), {digits(phone) for phone in PHONE.findall(mine)}
    assert len(emails) > 20
    assert len(phones) > 20
    assert [email for email in emails if not email.endswith(".example")] == []
    if DEV_NOTES.is_dir():
        theirs = "\n".join(file.read_text(encoding="utf-8") for file in DEV_NOTES.iterdir())
        assert emails & set(EMAIL.findall(theirs)) == set()
        assert phones & {digits(phone) for phone in PHONE.findall(theirs)} == set()


def digits(phone: str) -> str:
    """Return the last eight digits, by which a number is the same in national and international form."""
    return re.sub(r"\D", "", phone)[-8:]


def test_the_demo_asks_more_of_four_fields() -> None:
    demo, packaged = (json.loads(path.read_text(encoding="utf-8")) for path in (DATA / "schema.json", PACKAGED))
    raised = {"sourceOfWealth": "reason", "pep": "reason", "taxResidency": "dual"}
    assert demo.pop("comment") != packaged.pop("comment")
    for field in packaged["fields"]:
        field["policy"] = raised.get(field["key"], field["policy"])
        field["sensitivity"] = 4 if field["key"] == "dateOfBirth" else field["sensitivity"]
    assert demo == packaged
