"""What reaches a terminal is plain: no note can command it, and values read as a person writes them."""

from datetime import UTC, datetime

import pytest

from placet.cli.deciding import age
from placet.cli.main import run
from placet.cli.output import count, plain, print_json, print_table, value_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë · 東京 → €5", "Zoë · 東京 → €5"),
        ("a\nb", "a\nb"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("ab\u202ecd\u200b", "ab\\u202ecd\\u200b"),
        ("a\u00a0b\tc", "a b c"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert plain(text) == shown


def test_a_table_shows_markup_and_escapes_as_text(capsys):
    print_table(("field", "value"), [("[red]x[/red]", "\x1b]0;owned\x07" + "long " * 60)])
    printed = capsys.readouterr().out
    assert "[red]x[/red]" in printed
    assert "\\x1b]0;owned\\x07" in printed
    assert "\x1b" not in printed
    assert len(printed.splitlines()) == 3, "nothing is folded where the output is no terminal"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "not recorded"),
        (True, "Yes"),
        (False, "No"),
        (0, "0"),
        ("text", "text"),
        ([], "none"),
        (["a", "b"], "a, b"),
        ({"name": "Zoë"}, '{"name": "Zoë"}'),
    ],
)
def test_values_for_a_person(value, shown):
    assert value_text(value) == shown


def test_counting():
    assert [count(1, "note"), count(1000, "note"), count(0, "reply", "replies")] == [
        "1 note",
        "1,000 notes",
        "0 replies",
    ]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-11-20T11:59:30.000Z", "now"),
        ("2026-11-20T11:55:00.000Z", "5 min"),
        ("2026-11-20T11:00:00.000Z", "1 h"),
        ("2026-11-18T12:00:01.000Z", "47 h"),
        ("2026-11-18T12:00:00.000Z", "2 d"),
        (None, ""),
    ],
)
def test_how_long_something_waits(at, shown):
    assert age(at, datetime(2026, 11, 20, 12, tzinfo=UTC)) == shown


def test_json_goes_out_in_utf_8(capfdbinary):
    print_json({"name": "Zoë", "none": None, "empty": []})
    assert capfdbinary.readouterr().out == '{\n  "name": "Zoë",\n  "none": null,\n  "empty": []\n}\n'.encode()


def test_errors_are_problems_in_json(capsys):
    import json

    assert run(["read", "/no/such/note", "--json"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    problem = json.loads(printed.err)
    assert problem["code"] == "unreadable_file"
    assert problem["detail"] == problem["error"] == "/no/such/note cannot be read: No such file or directory."
    assert problem["type"] == "urn:placet:problem:unreadable_file"
