"""The canonical form of each type: what a field takes, what it makes of it, and what it refuses in which words."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from placet.customers.fields import canonical, same
from placet.customers.fields.base import short
from placet.customers.schema import Field, Option, load_schema
from placet.errors import InvalidValue
from unit.customers.field_samples import COLOURS, WITH_OTHER, field

SCHEMA = load_schema()
COLOUR = field("select", options=COLOURS)
COLOUR_OR_OTHER = field("select", options=WITH_OTHER)


def named(value):
    return value.type if isinstance(value, Field) else short(value)


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("of", "raw", "value"),
    [
        (field("text"), "  Zo\u0065\u0301 \t", "Zo\u00e9"),
        (field("text"), "a\u202eb\u200bc", "a\u202eb\u200bc"),
        (field("text"), "line\r\n", "line"),
        (field("text", min=2, max=2), " 👍🏽 ", "👍🏽"),
        (field("text", pattern="[A-Z]{2}"), "AB", "AB"),
        (field("longtext"), "one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        (field("longtext"), "a" * 1_000_000, "a" * 1_000_000),
        (field("integer"), 12, 12),
        (field("integer"), " +0012 ", 12),
        (field("integer"), 2**53 + 1, 2**53 + 1),
        (field("integer"), -(10**40) + 1, -(10**40) + 1),
        (field("integer", min=0, max=20), 20, 20),
        (field("decimal"), "1.50", "1.5"),
        (field("decimal"), "-0.00", "0"),
        (field("decimal"), "+007.0", "7"),
        (field("decimal"), 1200, "1200"),
        (field("decimal"), 0.1, "0.1"),
        (field("decimal"), 1e22, "10000000000000000000000"),
        (field("decimal"), Decimal("1E-7"), "0.0000001"),
        (field("decimal"), "1234567890123456789012345678901.123456789", "1234567890123456789012345678901.123456789"),
        (field("decimal", min=0.5), ".5", "0.5"),
        (field("decimal"), "1." + "0" * 10_000, "1"),
        (field("decimal"), "1" * 30 + "." + "1" * 10, "1" * 30 + "." + "1" * 10),
        (field("boolean"), True, True),
        (field("boolean"), " NO ", False),
        (field("date"), "2026-05-15", "2026-05-15"),
        (field("date"), "2026-05-15T00:00:00Z", "2026-05-15"),
        (field("date"), "2026-05-15T00:00:00.000+00:00", "2026-05-15"),
        (field("date"), date(2024, 2, 29), "2024-02-29"),
        (field("date"), datetime(2024, 2, 29), "2024-02-29"),
        (COLOUR, "dark_blue", "dark_blue"),
        (COLOUR, " DARK-blue ", "dark_blue"),
        (COLOUR, "Dark  Blue", "dark_blue"),
        (COLOUR, "Navy", "dark_blue"),
        (COLOUR_OR_OTHER, "Other", "other"),
        (COLOUR_OR_OTHER, "something else", "other"),
        (COLOUR_OR_OTHER, "OTHER :  mauve ", "other: mauve"),
        (COLOUR_OR_OTHER, {"value": "other", "text": "mauve"}, "other: mauve"),
        (COLOUR_OR_OTHER, "other: ", "other"),
        (COLOUR_OR_OTHER, "other: navy", "dark_blue"),
        (field("select", options=WITH_OTHER, multi=True), ["navy", "red", "dark_blue"], ["dark_blue", "red"]),
        (field("select", options=WITH_OTHER, multi=True), [], []),
        (field("email"), " Ann.B@Mail.Example.COM ", "Ann.B@mail.example.com"),
        (field("email"), "ann@firm.Example", "ann@firm.example"),
        (field("email"), "ann@firm.TEST", "ann@firm.test"),
        (field("email"), "ann@firm.invalid", "ann@firm.invalid"),
        (field("email"), "ann@nas.local", "ann@nas.local"),
        (field("email"), "Postmaster@firm.org", "Postmaster@firm.org"),
        (field("email"), "jörg@xn--bcher-kva.de", "jörg@bücher.de"),
        (field("phone"), "+44 (0)7700 900417", "+447700900417"),
        (field("phone"), "tel:+1-312-555-0148", "+13125550148"),
        (field("list", items="text"), ["golf ", "chess", "golf"], ["golf", "chess"]),
        (field("list", items="text"), [], []),
        (field("list", items="country"), ["UK", "british", "BR"], ["United Kingdom", "Brazil"]),
        (field("list"), [1, 1.0, True, "1", {"b": 1, "a": 2}, {"a": 2, "b": 1.0}], [1, True, "1", {"b": 1, "a": 2}]),
        (field("list"), nested(20), nested(20)),
        (field("object"), {"e\u0301": ["e\u0301", None]}, {"\u00e9": ["\u00e9", None]}),
        (field("object"), {}, {}),
        (field("any"), " as it is ", " as it is "),
        (field("any"), False, False),
        (field("any"), Decimal("0.1"), 0.1),
        (field("any"), nested(20), nested(20)),
    ],
    ids=named,
)
def test_what_a_field_makes_of_a_value(of, raw, value):
    made = canonical(of, raw)
    assert (made, type(made)) == (value, type(value))


@pytest.mark.parametrize(
    ("of", "raw", "why"),
    [
        (field("text"), "", "is not empty"),
        (field("text"), " \n ", "is not empty"),
        (field("text"), "a\nb", "no line breaks"),
        (field("text"), "a\u2028b", "no line breaks"),
        (field("text"), "a\x00b", "control characters"),
        (field("text"), "a\x1b[31mb", "control characters"),
        (field("text"), "\x1f", "control characters"),
        (field("text"), "a\ud83d", "half of a character"),
        (field("text"), 12, "in quotes"),
        (field("text"), ["a"], "a list: a text"),
        (field("text", max=2), "abc", "3 characters and at most 2"),
        (field("text", min=2), "a", "at least 2"),
        (field("text", pattern="[A-Z]{2}"), "ABC", "the form [A-Z]{2}"),
        (field("text", pattern="[A-Z]{2}", description="Two capitals"), "ab", "Two capitals"),
        (field("longtext"), "a\x00b", "control characters"),
        (field("integer"), 12.5, "12.5: a whole number"),
        (field("integer"), 5.0, "5.0: a whole number"),
        (field("integer"), True, "true: a whole number"),
        (field("integer"), "12 years", "a whole number"),
        (field("integer"), "1,200", "a whole number"),
        (field("integer"), "١٢", "a whole number"),
        (field("integer"), 10**40, "at most 40 digits"),
        (field("integer"), 10**10_000, "so long a number"),
        (field("integer"), "1" * 10_000, "a whole number"),
        (field("integer", min=0, max=20), 21, "from 0 to 20"),
        (field("integer", min=1000), 999, "at least 1,000"),
        (field("integer", max=5), 6, "at most 5"),
        (field("decimal"), True, "1250.50"),
        (field("decimal"), "1,5", "1250.50"),
        (field("decimal"), float("nan"), "1250.50"),
        (field("decimal"), float("inf"), "1250.50"),
        (field("decimal"), Decimal("NaN"), "1250.50"),
        (field("decimal"), "1e400", "40 digits"),
        (field("decimal"), "1e-400", "40 digits"),
        (field("decimal"), 10**10_000, "40 digits"),
        (field("decimal"), "1" * 41, "40 digits"),
        (field("decimal"), "1" * 30 + "." + "1" * 11, "40 digits"),
        (field("decimal", max=2), "2.0000000000000000001", "at most 2"),
        (field("boolean"), 1, "yes or no"),
        (field("boolean"), "on", "yes or no"),
        (field("date"), "04/03/1961", '"04/03/1961": a date is written 2026-05-15'),
        (field("date"), "2026-05-15T10:30:00Z", "2026-05-15"),
        (field("date"), "2026-05-15T00:00:00+02:00", "a date is written"),
        (field("date"), "2026-5-15", "a date is written"),
        (field("date"), "2026-02-30", "no such day"),
        (field("date"), "1849-12-31", "1850 to 2200"),
        (field("date"), "2201-01-01", "1850 to 2200"),
        (field("date"), datetime(2024, 2, 29, 9), "a date is written"),
        (COLOUR, "pink", "Red, Dark blue or Green"),
        (COLOUR, 1, "Red, Dark blue or Green"),
        (COLOUR, ["red"], "Red, Dark blue or Green"),
        (COLOUR, "other: pink", "Red, Dark blue or Green"),
        (COLOUR, {"value": "other", "text": "pink"}, "Red, Dark blue or Green"),
        (COLOUR_OR_OTHER, "other: a\nb", "no line breaks"),
        (COLOUR_OR_OTHER, "other: " + "a" * 501, "at most 500"),
        (COLOUR_OR_OTHER, {"value": "other", "text": 1}, "Something else"),
        (field("select", options=tuple(Option(f"o{n}") for n in range(12))), "x", "o9, o10 or o11."),
        (field("select", options=tuple(Option(f"o{n}") for n in range(14))), "x", "o10, o11 or 2 more."),
        (field("select", options=(Option("only"),)), "x", '"x": it is only.'),
        (field("select", options=COLOURS, multi=True), "red", "as a list"),
        (field("select", options=COLOURS, multi=True), ["red", "pink"], '"pink"'),
        (field("select", options=WITH_OTHER, multi=True), ["other: a", "other: b"], "once"),
        (field("email"), "ann", "name@example.com"),
        (field("email"), "ann@localhost", "name@example.com"),
        (field("email"), "ann@.invalid", "name@example.com"),
        (field("email"), "Ann <ann@firm.org>", "name@example.com"),
        (field("email"), "ann@firm.org, bob@firm.org", "name@example.com"),
        (field("phone"), "07700 900417", "country code"),
        (field("phone"), "+44 7700", "too few or too many"),
        (field("phone"), "+1 800 FLOWERS", "country code"),
        (field("phone"), "+44 20 7946 0321 ext. 5", "country code"),
        (field("phone"), "call +44 7700 900417", "country code"),
        (field("phone"), 447700900417, "in quotes"),
        (field("country"), "Atlantis", "English name"),
        (field("country"), "Congo", "English name"),
        (field("country"), "", "English name"),
        (field("country"), 44, "English name"),
        (field("language"), "", "English name"),
        (field("language"), "und", "English name"),
        (field("list", items="text"), "golf", "in brackets"),
        (field("list", items="text"), ["golf", None], "never null"),
        (field("list", items="text"), ["golf", 1], "in quotes"),
        (field("list"), nested(21), "deeper than 20"),
        (field("object"), [], "a list: an object"),
        (field("object"), {"a": "\x00"}, "null character"),
        (field("object"), {"\ud800": 1}, "half of a character"),
        (field("object"), {"e\u0301": 1, "\u00e9": 2}, "same name twice"),
        (field("object"), {1: 1}, "not JSON"),
        (field("object"), {"a": b"1"}, "not JSON"),
        (field("any"), nested(21), "deeper than 20"),
        (field("any"), nested(5000), "deeper than 20"),
        (field("any"), [float("nan")], "kept exactly"),
        (field("any"), float("inf"), "kept exactly"),
        (field("any"), Decimal("0.1000000000000000000001"), "kept exactly"),
        (field("any"), 10**40, "at most 40 digits"),
    ],
    ids=named,
)
def test_what_a_field_refuses(of, raw, why):
    with pytest.raises(InvalidValue) as refused:
        canonical(of, raw)
    assert refused.value.sentence.startswith("It does not take ")
    assert why in refused.value.sentence
    assert refused.value.members == {"field": "it"}
    assert refused.value.sentence.isprintable()


LONG = ["a" * 10_000 + "\n.", "\x00" * 10_000, "\U0001f600" * 900 + "\n.", 9**99, Decimal(9) ** 28]


@pytest.mark.parametrize("raw", LONG, ids=named)
def test_a_refusal_repeats_little_of_the_value(raw):
    with pytest.raises(InvalidValue) as refused:
        canonical(field("text"), raw)
    repeated = refused.value.sentence.removeprefix("It does not take ").split(": a text")[0].split(": it")[0]
    assert len(repeated) <= 60


def test_none_clears_every_field():
    assert all(canonical(each, None) is None for each in SCHEMA.fields)


def test_the_sentence_names_the_field_as_people_call_it():
    with pytest.raises(InvalidValue, match=r'^Date of birth does not take "soon": a date is written 2026-05-15\.$'):
        canonical(SCHEMA.field("dateOfBirth"), "soon")


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("incomeBandAnnual", "50–100k", "50-100k"),
        ("incomeBandAnnual", "under 50k", "<50k"),
        ("netWorthBand", ">50M", ">50m"),
        ("employmentStatus", "Self-Employed", "self_employed"),
        ("preferredChannel", "In Person", "in_person"),
        ("lossCapacity", "None", "none"),
    ],
)
def test_choices_of_the_packaged_schema(key, raw, value):
    assert canonical(SCHEMA.field(key), raw) == value


@pytest.mark.parametrize(
    ("raw", "region", "value"),
    [
        ("07700 900417", "GB", "+447700900417"),
        ("(312) 555-0148", "us", "+13125550148"),
        ("+41 44 668 18 00", "GB", "+41446681800"),
    ],
)
def test_a_number_without_its_country_code_is_from_the_region(raw, region, value):
    assert canonical(field("phone"), raw, region=region) == value
    assert canonical(field("list", items="phone"), [raw], region=region) == [value]


@pytest.mark.parametrize(("raw", "region"), [("555-0148", "US"), ("07700 900417", "XX")])
def test_a_number_that_is_not_whole_is_refused(raw, region):
    with pytest.raises(InvalidValue):
        canonical(field("phone"), raw, region=region)


@pytest.mark.parametrize(
    ("of", "one", "other", "expected"),
    [
        (field("list", items="text"), ["a", "b"], ["b", "a"], True),
        (field("list", items="text"), ["a", "b"], ["a"], False),
        (field("list", items="text"), [], None, False),
        (field("select", options=COLOURS, multi=True), ["red", "green"], ["green", "red"], True),
        (field("list"), [{"a": 1, "b": 2}], [{"b": 2, "a": 1}], True),
        (field("object"), {"a": 1, "b": [1]}, {"b": [1.0], "a": 1}, True),
        (field("object"), {"a": True}, {"a": 1}, False),
        (field("any"), 1, True, False),
        (field("any"), 0, False, False),
        (field("any"), ["a", "b"], ["b", "a"], False),
        (field("integer"), 1, True, False),
        (field("text"), "a", "A", False),
        (field("boolean"), False, None, False),
        (field("text"), None, None, True),
    ],
)
def test_same(of, one, other, expected):
    assert same(of, one, other) is expected
    assert same(of, other, one) is expected
