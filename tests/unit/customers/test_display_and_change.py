"""Values and their differences as people read them."""

import pytest

from placet.customers.fields import Piece, ScaleStep, change, display
from placet.customers.schema import load_schema
from unit.customers.field_samples import COLOURS, WITH_OTHER, field

SCHEMA = load_schema()
MANY = field("select", options=WITH_OTHER, multi=True)


@pytest.mark.parametrize(
    ("of", "value", "shown"),
    [
        (field("text"), "as is", "as is"),
        (field("text"), None, "not recorded"),
        (field("integer"), 1234567, "1,234,567"),
        (field("integer"), -1234, "-1,234"),
        (field("integer", unit="years"), 12, "12 years"),
        (field("integer", unit="years"), 1, "1 year"),
        (field("integer", unit="years"), 0, "0 years"),
        (field("integer", unit="s"), 1, "1 s"),
        (field("decimal"), "1234.50001", "1,234.50001"),
        (field("decimal", unit="USD"), "0.5", "0.5 USD"),
        (field("decimal"), "n/a", "n/a"),
        (field("boolean"), True, "Yes"),
        (field("boolean"), False, "No"),
        (field("date"), "1974-11-02", "2 Nov 1974"),
        (field("date"), "soon", "soon"),
        (field("date"), 1974, "1974"),
        (field("date"), "2026-02-30", "2026-02-30"),
        (field("date"), "19741102", "19741102"),
        (field("phone"), "+447700900417", "+44 7700 900417"),
        (field("phone"), "none yet", "none yet"),
        (field("select", options=COLOURS), "dark_blue", "Dark blue"),
        (field("select", options=COLOURS), "pink", "pink"),
        (field("select", options=COLOURS), None, "not recorded"),
        (field("select", options=WITH_OTHER), "other", "Something else"),
        (field("select", options=WITH_OTHER), "other: mauve", "Something else: mauve"),
        (MANY, ["dark_blue", "other: mauve"], "Dark blue, Something else: mauve"),
        (MANY, [], "none"),
        (field("country"), "Côte d’Ivoire", "Côte d’Ivoire"),
        (field("list", items="date"), ["1974-11-02", "2026-05-15"], "2 Nov 1974, 15 May 2026"),
        (field("list", items="text"), [], "none"),
        (
            SCHEMA.field("familyMembers"),
            [{"name": "Maya", "relation": "daughter", "born": 1961}, {"name": "Leo", "relation": None}],
            "Maya, daughter, 1961, Leo",
        ),
        (field("object"), {"name": "Ann", "adult": True, "phones": ["+1", "+2"]}, "Ann, Yes, +1, +2"),
        (
            field("object"),
            {"email": "ida@b.example", "relation": "daughter", "name": "Ida"},
            "Ida, daughter, ida@b.example",
        ),
        (field("object"), {}, "none"),
        (field("any"), 1234.5, "1234.5"),
    ],
)
def test_display(of, value, shown):
    assert display(of, value) == shown


@pytest.mark.parametrize(
    ("of", "before", "after", "note"),
    [
        (field("date"), "2026-05-15", "2026-08-16", "+93 days"),
        (field("date"), "2026-05-15", "2026-05-14", "−1 day"),
        (field("date"), "1961-03-04", "1998-03-04", "+13,514 days"),
        (field("date"), None, "2026-05-14", None),
        (field("date"), "soon", "2026-05-14", None),
        (field("integer"), 5, 8, "+60 %"),
        (field("integer"), 8, 5, "−38 %"),
        (field("integer"), 200, 225, "+13 %"),
        (field("integer"), -4, -2, "+50 %"),
        (field("integer"), 1000, 1025, "+2.5 %"),
        (field("integer"), 1, 13, "+1,200 %"),
        (field("integer"), 1, 10**30, None),
        (field("integer"), 10**9, 10**9 + 1, None),
        (field("integer"), 0, 5, None),
        (field("integer"), 5, 5, None),
        (field("integer"), None, 5, None),
        (field("decimal"), "1.5", "2.4", "+60 %"),
        (field("decimal"), "2", None, None),
    ],
)
def test_the_difference_in_words(of, before, after, note):
    shown = change(of, before, after)
    assert (shown.kind, shown.note, shown.pieces, shown.scale) == ("plain", note, [], [])


@pytest.mark.parametrize(
    ("before", "after", "note", "marks"),
    [
        ("balanced", "growth", "+1 step", "  np "),
        ("growth", "conservative", "−3 steps", "p  n "),
        (None, "growth", None, "   p "),
        ("growth", None, None, "   n "),
        ("growth", "growth", None, "   b "),
    ],
)
def test_an_ordered_choice_moves_by_steps(before, after, note, marks):
    shown = change(SCHEMA.field("riskAppetite"), before, after)
    labels = ["Conservative", "Moderate", "Balanced", "Growth", "Aggressive"]
    assert (shown.kind, shown.note) == ("ordered", note)
    assert shown.scale == [
        ScaleStep(label, now=mark in "nb", proposed=mark in "pb") for label, mark in zip(labels, marks, strict=True)
    ]
    assert shown.before == (None if before is None else before.capitalize())
    assert shown.after == (None if after is None else after.capitalize())


def test_a_choice_off_the_scale_has_no_steps():
    shown = change(SCHEMA.field("riskAppetite"), "adventurous", "growth")
    assert (shown.kind, shown.before, shown.after, shown.scale) == ("plain", "adventurous", "Growth", [])


def test_an_unordered_choice_has_no_steps():
    shown = change(SCHEMA.field("maritalStatus"), "married", "divorced")
    assert (shown.kind, shown.before, shown.after, shown.note) == ("plain", "Married", "Divorced", None)


def test_a_text_changes_by_words():
    shown = change(field("text"), "Head of the big desk", "Head of small desk now")
    assert shown.kind == "text"
    assert shown.pieces == [
        Piece("kept", "Head of"),
        Piece("removed", "the big"),
        Piece("added", "small"),
        Piece("kept", "desk"),
        Piece("added", "now"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        (None, "Ann", [Piece("added", "Ann")]),
        ("Ann", None, [Piece("removed", "Ann")]),
        (None, None, []),
        ("Ann", "Ann", [Piece("kept", "Ann")]),
        ("one\ntwo", "one\nthree", [Piece("kept", "one\n"), Piece("removed", "two"), Piece("added", "three")]),
        (
            "I met him at the house of the mayor",
            "Grew up on the coast, then moved to Leeds",
            [
                Piece("removed", "I met him at the house of the mayor"),
                Piece("added", "Grew up on the coast, then moved to Leeds"),
            ],
        ),
    ],
)
def test_pieces_of_a_text(before, after, pieces):
    shown = change(field("longtext"), before, after)
    assert (shown.before, shown.after, shown.pieces) == (before, after, pieces)


def test_very_long_texts_are_replaced_as_a_whole():
    before, after = "a b " * 6_000, "a b " * 6_000 + "c"
    assert [each.kind for each in change(field("longtext"), before, after).pieces] == ["removed", "added"]


def test_a_list_changes_by_items():
    shown = change(field("list", items="date"), ["2026-01-01", "2026-01-02"], ["2026-01-03", "2026-01-02"])
    assert (shown.kind, shown.before, shown.after) == ("list", "1 Jan 2026, 2 Jan 2026", "3 Jan 2026, 2 Jan 2026")
    assert shown.pieces == [
        Piece("removed", "1 Jan 2026"),
        Piece("kept", "2 Jan 2026"),
        Piece("added", "3 Jan 2026"),
    ]


def test_several_choices_change_by_labels():
    shown = change(MANY, None, ["red", "other: mauve"])
    assert (shown.kind, shown.before, shown.after) == ("list", None, "Red, Something else: mauve")
    assert shown.pieces == [Piece("added", "Red"), Piece("added", "Something else: mauve")]
    assert change(MANY, ["red"], []).pieces == [Piece("removed", "Red")]


def test_equal_labels_are_not_equal_items():
    shown = change(field("list"), [1], ["1"])
    assert shown.pieces == [Piece("removed", "1"), Piece("added", "1")]
