"""Quotes marked in a note, wherever they touch, overlap or cross a line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from placet.web.note import Quote, lines
from placet.web.views import Line


def drawn(found: tuple[Line, ...]) -> list[str]:
    """Each line with its marks as [numbers|text]."""
    return [
        "".join(f"[{','.join(map(str, run.numbers))}|{run.text}]" if run.numbers else run.text for run in line.runs)
        for line in found
    ]


def test_a_quote_is_marked_where_it_stands() -> None:
    found = lines("one two\n\nthree", [Quote(4, 7, 1, "pending")])
    assert drawn(found) == ["one [1|two]", "", "three"]
    assert [line.number for line in found] == [1, 2, 3]


def test_quotes_that_overlap_share_a_run() -> None:
    assert drawn(lines("abcdef", [Quote(0, 4, 1, "pending"), Quote(2, 6, 2, "rejected")])) == ["[1|ab][1,2|cd][2|ef]"]


def test_a_run_shows_the_most_pressing_state_and_says_who_ends() -> None:
    run = lines("abcdef", [Quote(0, 4, 1, "accepted"), Quote(0, 4, 2, "pending"), Quote(0, 4, 3, "open")])[0].runs[0]
    assert run.state == "open"
    assert run.starts == run.ends == (1, 2, 3)


def test_a_quote_over_two_lines_is_marked_on_both_and_ends_once() -> None:
    found = lines("ab\ncd", [Quote(1, 4, 1, "pending")])
    assert drawn(found) == ["a[1|b]", "[1|c]d"]
    assert [run.ends for line in found for run in line.runs if run.numbers] == [(), (1,)]
    assert [run.starts for line in found for run in line.runs if run.numbers] == [(1,), ()]


def test_a_quote_outside_the_note_is_cut_or_left_out() -> None:
    assert drawn(lines("abc", [Quote(1, 99, 1, "pending"), Quote(5, 9, 2, "pending"), Quote(-1, 2, 3, "pending")])) == [
        "a[1|bc]"
    ]


@given(
    st.text(alphabet="ab\n", max_size=40),
    st.lists(st.tuples(st.integers(-5, 45), st.integers(-5, 45)), max_size=6),
)
def test_nothing_of_the_note_is_lost(text: str, spans: list[tuple[int, int]]) -> None:
    quotes = [Quote(start, end, number, "pending") for number, (start, end) in enumerate(spans, 1)]
    found = lines(text, quotes)
    assert "\n".join("".join(run.text for run in line.runs) for line in found) == text
    for quote in quotes:
        marked = sum(len(run.text) for line in found for run in line.runs if quote.number in run.numbers)
        if 0 <= quote.start < min(quote.end, len(text)):
            inside = text[quote.start : quote.end]
            assert marked == len(inside.replace("\n", ""))
        else:
            assert marked == 0
