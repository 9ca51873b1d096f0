"""Form controls: what stands in them, and what comes back."""

import pytest

from placet.customers.fields import canonical, control, from_form, json_schema
from placet.customers.schema import Option, load_schema
from placet.errors import InvalidValue
from unit.customers.field_samples import COLOURS, WITH_OTHER, field

SCHEMA = load_schema()
MANY = field("select", options=WITH_OTHER, multi=True)


@pytest.mark.parametrize(
    ("of", "value", "kind", "text"),
    [
        (field("text"), "Ann", "text", "Ann"),
        (field("text"), None, "text", ""),
        (field("longtext"), "a\nb", "longtext", "a\nb"),
        (field("integer"), 0, "number", "0"),
        (field("decimal"), "1.5", "number", "1.5"),
        (field("boolean"), False, "select", "false"),
        (field("boolean"), None, "select", ""),
        (field("date"), "2026-05-15", "date", "2026-05-15"),
        (field("email"), "a@b.example", "email", "a@b.example"),
        (field("phone"), "+447700900417", "tel", "+447700900417"),
        (field("select", options=COLOURS), "red", "select", "red"),
        (field("select", options=WITH_OTHER), "other: mauve", "select", "other"),
        (field("country"), "Norway", "select", "Norway"),
        (field("language"), "Tamil", "text", "Tamil"),
        (field("list", items="text"), ["golf", "chess"], "lines", "golf\nchess"),
        (field("list", items="integer"), [1, 2], "lines", "1\n2"),
        (field("list", items="object"), [], "json", "[]"),
        (field("list", items="object"), None, "json", ""),
        (field("list"), ["a"], "json", '[\n  "a"\n]'),
        (field("object"), {"ä": 1}, "json", '{\n  "ä": 1\n}'),
        (field("any"), "two words", "json", "two words"),
        (field("any"), "12", "json", '"12"'),
        (field("any"), 12, "json", "12"),
    ],
)
def test_a_control_shows_its_value(of, value, kind, text):
    shown = control(of, value)
    assert (shown.kind, shown.value, shown.name, shown.label) == (kind, text, "it", "It")


def test_bounds_reach_the_control():
    text = control(field("text", max=80, pattern="[A-Z]+"), None)
    assert (text.max_length, text.pattern) == (80, "[A-Z]+")
    whole = control(SCHEMA.field("dependants"), 3)
    assert (whole.min, whole.max, whole.step) == ("0", "20", "1")
    broken = control(field("decimal", min=0.5, max=1e16), None)
    assert (broken.min, broken.max, broken.step) == ("0.5", "10000000000000000", "any")
    day = control(field("date"), None)
    assert (day.min, day.max) == ("1850-01-01", "2200-12-31")


def test_the_description_helps_else_how_the_type_is_written():
    assert control(SCHEMA.field("dateOfBirth"), None).help == "In the past; age 0 to 120."
    assert control(SCHEMA.field("investmentGoals"), None).help == "One a line"
    assert control(field("phone"), None).help == "With its country code, such as +44 7700 900417"


def test_choices_begin_with_nothing():
    assert control(field("select", options=COLOURS), None).options == [Option("", "not recorded"), *COLOURS]
    assert [each.value for each in control(field("boolean"), True).options] == ["", "true", "false"]
    many = control(MANY, ["red", "other: mauve"])
    assert (many.kind, many.options, many.values, many.other) == (
        "checkboxes",
        list(WITH_OTHER),
        ["red", "other"],
        "mauve",
    )


def test_only_a_choice_with_other_asks_for_words():
    assert control(field("select", options=COLOURS), "red").other is None
    assert control(field("select", options=WITH_OTHER), "red").other == ""
    assert control(field("select", options=WITH_OTHER), "other: mauve").other == "mauve"


def test_countries_are_all_there_and_languages_suggested():
    names = [each.value for each in control(field("country"), None).options]
    assert len(names) == 251
    assert names[:3] == ["", "Afghanistan", "Åland Islands"]
    suggested = [each.value for each in control(field("language"), None).options]
    assert {"English", "Tamil", "Mandarin Chinese"} < set(suggested)
    assert len(suggested) < 100


@pytest.mark.parametrize(
    ("of", "texts", "value"),
    [
        (field("text"), [], None),
        (field("text"), ["  "], None),
        (field("longtext"), ["a\r\nb"], "a\nb"),
        (field("integer"), ["12"], 12),
        (field("integer"), [""], None),
        (field("decimal"), ["1.50"], "1.5"),
        (field("boolean"), ["true"], True),
        (field("boolean"), [""], None),
        (field("select", options=COLOURS), [""], None),
        (field("select", options=WITH_OTHER), ["other", " mauve "], "other: mauve"),
        (field("select", options=WITH_OTHER), ["other", ""], "other"),
        (field("select", options=WITH_OTHER), ["red", "mauve"], "red"),
        (MANY, ["red", "other", "mauve"], ["red", "other: mauve"]),
        (MANY, ["red", ""], ["red"]),
        (MANY, [""], None),
        (MANY, ["left over"], None),
        (field("select", options=WITH_OTHER), ["", "left over"], None),
        (MANY, ["red", "left over"], ["red"]),
        (field("list", items="text"), ["golf\r\n\r\n chess \r\n"], ["golf", "chess"]),
        (field("list", items="text"), ["\r\n"], None),
        (field("list", items="select", options=COLOURS), ["red", "green"], ["red", "green"]),
        (field("list"), ["[1, 2.50]"], [1, 2.5]),
        (field("object"), ['{"a": 1}'], {"a": 1}),
        (field("any"), ["two words"], "two words"),
        (field("any"), ["12"], 12),
    ],
)
def test_what_a_form_sends_is_read(of, texts, value):
    assert canonical(of, from_form(of, texts)) == value


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (field("object"), "{"),
        (field("object"), '{"a": 1, "a": 2}'),
        (field("object"), '{"a": NaN}'),
        (field("object"), '{"a": 0.1000000000000000000001}'),
        (field("object"), "[" * 100_000),
        (field("any"), '{"a": 1'),
        (field("any"), "1e400"),
        (field("list"), "golf, chess"),
        (field("date"), "tomorrow"),
    ],
)
def test_what_a_form_should_not_send_is_refused(of, text):
    with pytest.raises(InvalidValue, match=r"^It does not take "):
        canonical(of, from_form(of, [text]))


def test_a_choice_that_is_no_option_is_refused_where_other_words_are_taken():
    of = field("select", options=WITH_OTHER)
    with pytest.raises(InvalidValue, match='"pink"'):
        canonical(of, from_form(of, ["pink", ""]))


def test_a_select_without_other_refuses_an_unknown_one():
    of = field("select", options=COLOURS, multi=True)
    with pytest.raises(InvalidValue, match='"pink"'):
        canonical(of, from_form(of, ["red", "pink"]))


@pytest.mark.parametrize(
    ("of", "schema"),
    [
        (field("text", min=0, max=80), {"type": "string", "minLength": 1, "maxLength": 80}),
        (field("text", pattern="a|b"), {"type": "string", "minLength": 1, "pattern": "^(?:a|b)$"}),
        (field("integer", min=0, max=20), {"type": "integer", "minimum": 0, "maximum": 20}),
        (field("select", options=COLOURS), {"type": "string", "enum": ["red", "dark_blue", "green"]}),
        (field("list", items="boolean"), {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True}),
        (
            field("select", options=COLOURS, multi=True),
            {"type": "array", "items": {"type": "string", "enum": ["red", "dark_blue", "green"]}, "uniqueItems": True},
        ),
        (field("date", description="When?"), {"type": "string", "format": "date", "description": "When?"}),
    ],
)
def test_json_schema(of, schema):
    assert json_schema(of) == {"title": "It", **schema}
