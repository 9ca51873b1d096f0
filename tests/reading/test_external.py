"""The stages against data others made, beside the libraries one would take for it. Floors, with a little slack; nothing is tuned
to a case. The data is not part of the repository; without it these tests say so and are left out.
"""

import datetime as dt
import email
import email.policy
import json
from collections.abc import Iterator
from typing import Any

import phonenumbers
import pytest
from dateparser.search import search_dates

from placet.agent.reader.segment import segment
from placet.agent.reader.text import fold
from placet.agent.reader.values.contacts import find_emails, find_phones
from placet.agent.reader.values.dates import find_dates
from placet.agent.reader.values.money import find_money
from placet.agent.reader.values.numbers import find_decimals
from placet.agent.reader.values.relative_dates import find_relative_dates
from placet.customers.fields import canonical
from placet.customers.schema import Field
from placet.errors import InvalidValue
from unit.reader.reading import EXTERNAL, reading


def data(path: str) -> Any:
    file = EXTERNAL / path
    if not file.exists():
        pytest.skip("left out: external data not present")
    return json.loads(file.read_text(encoding="utf-8-sig"))


def dates(text: str, region: str, today: dt.date) -> set[str]:
    found = find_dates(text, region=region, today=today) or find_relative_dates(text, region=region, today=today)
    return {each.value.isoformat() for each in found}


def asked_dates(name: str) -> Iterator[tuple[str, dt.datetime, set[str]]]:
    """Every case with one date: its text, the moment it is said, and its readings, future and past."""
    for case in data(f"recognizers-text/{name}"):
        results = [each for each in case.get("Results", []) if each.get("Type") == "date"]
        if len(results) == 1:
            said = case.get("Context", {}).get("ReferenceDateTime", "2016-11-07T00:00:00")
            value = results[0]["Value"]
            readings = {value[side].get("date") for side in ("FutureResolution", "PastResolution")}
            yield case["Input"], dt.datetime.fromisoformat(said), readings


@pytest.mark.filterwarnings("ignore")
def test_english_dates_are_read_better_than_by_dateparser() -> None:
    cases = list(asked_dates("DateTime.DateParser.json"))
    ours = sum(bool(dates(text, "US", said.date()) & wanted) for text, said, wanted in cases)
    theirs = sum(
        any(when.date().isoformat() in wanted for _, when in search_dates(text, ["en"], {"RELATIVE_BASE": said}) or [])
        for text, said, wanted in cases
    )
    assert len(cases) == 135
    assert ours >= 105  # 110 when written; dateparser 70
    assert ours > theirs


@pytest.mark.parametrize(
    ("language", "region", "floor"), [("German", "DE", 20), ("French", "FR", 60), ("Portuguese", "BR", 24)]
)
def test_dates_in_other_languages_are_read(language: str, region: str, floor: int) -> None:
    cases = asked_dates(f"DateTime.{language}.DateParser.json")
    assert sum(bool(dates(text, region, said.date()) & wanted) for text, said, wanted in cases) >= floor


def digits(texts: list[str]) -> list[str]:
    return ["".join(filter(str.isdigit, each)) for each in texts]


def test_telephone_numbers_are_found_better_than_by_phonenumbers() -> None:
    ours = theirs = 0
    cases = data("recognizers-text/Sequence.PhoneNumberModel.json")
    for case in cases:
        text, wanted = case["Input"], digits([each["Text"] for each in case.get("Results", [])])
        ours += digits([text[each.start : each.end] for each in find_phones(text)]) == wanted
        matcher = phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE)
        theirs += digits([match.raw_string for match in matcher]) == wanted
    assert len(cases) == 405
    assert ours >= 380  # 387 when written; phonenumbers 253
    assert ours > theirs


def test_example_numbers_of_every_region_are_found_in_a_sentence() -> None:
    phone = Field(key="phone", label="Phone", section="", type="phone")
    examples = data("phone-examples/phone_examples.json")

    def is_read(example: dict[str, str], form: str) -> bool:
        for found in find_phones(f"Her mobile is {example[form]} since May."):
            try:
                if canonical(phone, found.value, region=example["region"]) == example["e164"]:
                    return True
            except InvalidValue:
                continue
        return False

    assert sum(is_read(each, "international") for each in examples) == len(examples)
    # Numbers of less than seven digits are left: in a note they are nearly always something else.
    assert sum(is_read(each, "national") for each in examples) >= 0.92 * len(examples)


def test_addresses_are_found_and_what_is_none_is_not() -> None:
    cases = data("recognizers-text/Sequence.EmailModel.json")
    right = sum(
        [each.value.casefold() for each in find_emails(case["Input"])]
        == [each["Resolution"]["value"].casefold() for each in case.get("Results", [])]
        for case in cases
    )
    assert right >= len(cases) - 1  # the one is an address at an IP number


def test_amounts_are_read() -> None:
    right = total = 0
    for case in data("recognizers-text/NumberWithUnit.CurrencyModel.json"):
        wanted = {
            round(float(each["Resolution"]["value"]), 2)
            for each in case.get("Results", [])
            if each["Resolution"].get("value") and each["Resolution"].get("unit")
        }
        if wanted:
            total += 1
            right += wanted <= {round(each.value.amount, 2) for each in find_money(case["Input"], region="US")}
    assert total == 172
    assert right >= 112  # price-parser: 70 of 156; cents, pence and rare currencies are no profile's


def test_whole_numbers_are_read() -> None:
    cases = [
        (case["Input"], sorted(float(each["Resolution"]["value"]) for each in case["Results"]))
        for case in data("recognizers-text/Number.NumberModel.json")
        if case.get("Results") and all(each["Resolution"].get("subtype") == "integer" for each in case["Results"])
    ]
    right = sum(sorted(float(each.value) for each in find_decimals(text)) == wanted for text, wanted in cases)
    assert right >= 0.4 * len(cases)


def test_what_people_tell_a_bank_holds_the_amounts_and_days_they_say() -> None:
    amounts = right = days = known = 0
    today = dt.date(2022, 3, 15)
    for each in data("nlupp-banking/banking.json"):
        for name, slot in each.get("slots", {}).items():
            value = slot.get("value")
            if name == "amount_of_money":
                amounts += 1
                right += value["amount"] in {found.value.amount for found in find_money(each["text"], region="GB")}
            elif (
                name in ("date", "date_from", "date_to")
                and isinstance(value, dict)
                and {"day", "month", "year"} <= set(value)
            ):
                days += 1
                wanted = dt.date(value["year"], value["month"], value["day"]).isoformat()
                known += wanted in (
                    dates(each["text"], "GB", today)
                    | {f.value.isoformat() for f in find_relative_dates(each["text"], region="GB", today=today)}
                )
    assert right >= 0.98 * amounts
    assert known >= 0.75 * days


def test_hardly_anything_people_ask_of_a_bank_is_a_fact_for_a_profile() -> None:
    asked = [each["text"] for each in data("nlupp-banking/banking.json")]
    told = [text for text in asked if reading(text, client=None).proposals]
    assert len(told) <= 6, told  # two of them say when somebody was born


def test_orders_to_a_bank_propose_nothing() -> None:
    for dialogue in data("sgd-banks/dev_banks_60.json"):
        note = "\n".join(
            f"{'Client' if turn['speaker'] == 'USER' else 'RM'}: {turn['utterance']}" for turn in dialogue["turns"]
        )
        assert reading(note, client=None, locale="en-US").proposals == []


def test_of_a_mail_only_the_reply_is_the_notes_own() -> None:
    folder = EXTERNAL / "email-replies" / "standard_replies"
    if not folder.exists():
        pytest.skip("left out: external data not present")
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        note = f"From: {message['from']}\nTo: {message['to']}\nSubject: {message['subject']}\n\n{body.get_content()}"
        cut = segment(fold(note).text, is_client=lambda _: False, is_label=lambda _: False, keys=None)
        assert [each.text for each in cut.statements if each.own] == ["Hello"], path.name
