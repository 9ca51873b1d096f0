"""Values by type, in the ways of many places."""

import datetime

import pytest

from placet.agent.reader.values.choices import boxes, find_choices
from placet.agent.reader.values.contacts import find_emails, find_phones
from placet.agent.reader.values.dates import find_dates
from placet.agent.reader.values.money import Amount, band_for, bands_of, find_money
from placet.agent.reader.values.numbers import find_integers
from placet.agent.reader.values.places import find_countries, find_languages
from placet.agent.reader.values.work import is_title, split_title
from unit.reader.reading import TODAY, schema


@pytest.mark.parametrize(
    ("text", "region", "date"),
    [
        ("05/06/1971", "GB", "1971-06-05"),
        ("05/06/1971", "US", "1971-05-06"),
        ("25.12.1980", "DE", "1980-12-25"),
        ("1980-12-25", "US", "1980-12-25"),
        ("3rd of July 1952", "GB", "1952-07-03"),
        ("July 3, 1952", "US", "1952-07-03"),
        ("the ninth of March", "GB", "2026-03-09"),
        ("February second", "US", "2027-02-02"),
        ("20 Feb", "GB", "2027-02-20"),
        ("2 de setembro de 2026", "BR", "2026-09-02"),
        ("12. März 1990", "DE", "1990-03-12"),
        ("nineteenth of May nineteen seventy-three", "US", "1973-05-19"),
        ("令和8年10月14日", "JP", "2026-10-14"),
        ("昭和49年2月1日", "JP", "1974-02-01"),
        ("S49.2.1", "JP", "1974-02-01"),
    ],
)
def test_dates(text: str, region: str, date: str) -> None:
    found = find_dates(f"It is {text} then", region=region, today=TODAY)
    assert [each.value for each in found] == [datetime.date.fromisoformat(date)]


def test_a_date_whose_order_is_open_is_ambiguous() -> None:
    assert [each.doubt for each in find_dates("05/06/1971", region="CA", today=TODAY)] == ["ambiguous"]
    assert find_dates("31/02/2020 or 10.30 or 1.2.3.4", region="GB", today=TODAY) == []


@pytest.mark.parametrize(
    ("text", "region", "amount", "currency"),
    [
        ("£71k", "GB", 71_000, "GBP"),
        ("US$ 4.5m", "HK", 4_500_000, "USD"),
        ("$90,000", "AU", 90_000, "AUD"),
        ("Rs. 2.1 Cr", "IN", 21_000_000, "INR"),
        ("85 lakh", "IN", 8_500_000, "INR"),
        ("40 L", "IN", 4_000_000, "INR"),
        ("1.250.000 EUR", "DE", 1_250_000, "EUR"),
        ("CHF 1'200'000", "CH", 1_200_000, "CHF"),
        ("1,2 Mio. EUR", "DE", 1_200_000, "EUR"),
        ("three hundred and forty thousand dollars", "US", 340_000, "USD"),
        ("two point four million", "US", 2_400_000, "USD"),
        ("half a million pounds", "GB", 500_000, "GBP"),
        ("3,600万円", "JP", 36_000_000, "JPY"),
        ("R2.6 million", "ZA", 2_600_000, "ZAR"),
        ("AED 240m", "AE", 240_000_000, "AED"),
    ],
)
def test_money(text: str, region: str, amount: float, currency: str) -> None:
    found = find_money(f"about {text}, she says", region=region)
    assert [(round(each.value.amount), each.value.currency) for each in found] == [(amount, currency)]


def test_periods_and_ranges_of_money() -> None:
    monthly, yearly = (find_money(text, region="GB")[0].value for text in ("£5k a month", "£60k p.a."))
    assert (monthly.period, yearly.period) == ("month", "year")
    assert find_money("between £180k and £190k", region="GB")[0].value.low == 180_000
    assert not any(each.value.said for each in find_money("10.30, 40 %, 3 years, 12 May 2026", region="GB"))


def test_bands() -> None:
    income = schema().field("incomeBandAnnual")
    assert income is not None
    bands = bands_of([option.value for option in income.options])
    rates = schema().fx_per_unit
    assert bands["<50k"] == (0, 50_000)
    assert bands[">1m"] == (1_000_000, float("inf"))
    assert band_for([Amount(5_000, "GBP", "month", True)], bands, rates, yearly=True) == "50-100k"
    assert band_for([Amount(120_000, "USD", "", True, 90_000)], bands, rates, yearly=True) is None
    assert band_for([Amount(1_000_000, "USD", "", True, 500_000)], bands, rates, yearly=True) == "500k-1m"
    assert band_for([Amount(50_000, "ZWL", "", True)], bands, rates, yearly=True) is None
    assert bands_of(["red", "blue"]) == {}


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("07700 900123", "07700900123"),
        ("+1 (415) 555-0136", "+14155550136"),
        ("six one seven, five five five, zero one double two", "6175550122"),
    ],
)
def test_phones(text: str, digits: str) -> None:
    found = find_phones(f"is {text}.")
    assert ["".join(c for c in each.value if c.isdigit() or c == "+") for each in found] == [digits]


def test_what_is_no_phone() -> None:
    assert find_phones("£1,250,000 on 12-05-2026, 10.30, 100 000 units, ref 12/34") == []


def test_emails() -> None:
    assert [
        each.value for each in find_emails("write to j.doe+x@mail.example, or ann dot lee at mail dot example")
    ] == [
        "j.doe+x@mail.example",
        "ann.lee@mail.example",
    ]


def test_integers() -> None:
    assert [each.value for each in find_integers("two or 14, not 10.30, 5%, £3, 12 May/06, 3rd")] == [2, 14, 12]


def test_places_and_languages() -> None:
    assert [each.value for each in find_countries("from the UK and Italy to us, in May")] == ["United Kingdom", "Italy"]
    assert [each.value for each in find_languages("in Portuguese or português")] == ["Portuguese", "Portuguese"]


def test_choices_and_boxes() -> None:
    risk = schema().field("riskAppetite")
    assert risk is not None
    assert [
        each.value for each in find_choices("cautious, not Growth", risk.options, {"conservative": "cautious"})
    ] == [
        "conservative",
        "growth",
    ]
    text = "[ ] single [x] married ☐ divorced"
    assert [(yes, text[a:b].strip()) for yes, a, b in boxes(text)] == [
        (False, "single"),
        (True, "married"),
        (False, "divorced"),
    ]
    assert [yes for yes, _, _ in boxes("e-mail [ ] phone [x]")] == [False, True]


@pytest.mark.parametrize(
    "title", ["Head of Research", "commissioner for health", "landscape architect", "CFO", "dentist"]
)
def test_titles(title: str) -> None:
    assert is_title(title)


@pytest.mark.parametrize("words", ["happy", "a result", "non-executive director", "she is director", "of the board"])
def test_what_is_no_title(words: str) -> None:
    assert not is_title(words)


def test_a_title_is_parted_from_its_firm_only_where_it_names_one() -> None:
    assert split_title("CFO of Brook Ltd") == ("CFO", "Brook Ltd")
    assert split_title("Director of Operations") == ("Director of Operations", "")
