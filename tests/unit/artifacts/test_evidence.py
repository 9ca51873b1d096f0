"""Where a quote stands in its source: counted in code points, found by looking, believed only word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.artifacts import evidence
from placet.artifacts.evidence import MAX_NEARLY, NOWHERE, Finder, Located, digest, normal_newlines

NOTE = "Met Ana on Monday. She moved to Łódź 🏡 in May.\nCall her on Monday."


def locate(text, quote, hint=None):
    return Finder(text).locate(quote, hint)


def test_a_quote_is_found_word_for_word():
    assert locate(NOTE, "moved to Łódź") == Located(23, 36, True)


def test_offsets_count_code_points_and_not_bytes_or_utf16():
    found = locate(NOTE, "in May")
    assert NOTE[found.start : found.end] == "in May"
    assert found.start == NOTE.index("in May")
    assert found.start < len(NOTE[: found.start].encode("utf-16-le")) // 2 < len(NOTE[: found.start].encode())


def test_without_a_hint_the_first_occurrence_counts():
    assert locate(NOTE, "Monday").start == 11


def test_a_right_hint_chooses_among_occurrences():
    second = NOTE.rindex("Monday")
    assert locate(NOTE, "Monday", second) == Located(second, second + 6, True)


@pytest.mark.parametrize("hint", [-7, -1, 0, 12, 10**9])
def test_a_wrong_hint_is_not_believed(hint):
    assert locate(NOTE, "Monday", hint) == Located(11, 17, True)


@pytest.mark.parametrize("quote", [None, "", "   ", "\n"])
def test_no_quote_is_nowhere(quote):
    assert locate(NOTE, quote, 3) == NOWHERE


def test_words_that_are_not_there_are_nowhere():
    assert locate(NOTE, "moved to Kraków") == NOWHERE


@pytest.mark.parametrize(
    ("text", "quote", "where"),
    [
        ("He said “no – never”.", 'said "no - never"', "said “no – never”"),
        ("the  client\n   agreed", "the client agreed", "the  client\n   agreed"),
        ("She lives in OSLO.", "she lives in Oslo", "She lives in OSLO"),
        ("10\u00a0000 €", "10 000 €", "10\u00a0000 €"),
        ("Cafe\u0301 owner", "Caf\u00e9 owner", "Cafe\u0301 owner"),
        ("Caf\u00e9 owner", "Cafe\u0301 owner", "Caf\u00e9 owner"),
        ("a ﬁne day", "a fine day", "a ﬁne day"),
    ],
    ids=["quotation marks and dashes", "white space", "case", "hard space", "decomposed", "composed", "ligature"],
)
def test_nearly_the_same_words_have_a_place_but_are_not_verified(text, quote, where):
    found = locate(text, quote)
    assert (text[found.start : found.end], found.verified) == (where, False)


def test_white_space_around_a_near_quote_does_not_matter():
    found = locate("The client AGREED.", "  client agreed\n")
    assert (found.start, found.end, found.verified) == (4, 17, False)


def test_a_quote_with_windows_newlines_is_found_in_the_stored_text():
    stored = normal_newlines("First line.\r\nSecond line.\r")
    assert stored == "First line.\nSecond line.\n"
    assert locate(stored, "line.\r\nSecond") == Located(6, 18, True)


def test_the_digest_is_of_the_stored_text_in_utf_8():
    assert digest("é").hex() == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_a_long_quote_is_found_only_word_for_word():
    text = "x " * MAX_NEARLY
    assert locate(text, text[: MAX_NEARLY + 10]).verified
    assert locate(text.upper(), text[: MAX_NEARLY + 10]) == NOWHERE


def test_a_note_is_levelled_once_however_many_quotes_are_not_in_it(monkeypatch):
    """Levelling a long note for each of them once kept the server busy for minutes."""
    levelled = []
    fold = evidence._fold
    monkeypatch.setattr(evidence, "_fold", lambda text: levelled.append(text) or fold(text))
    note = "The quick brown fox – jumps over the lazy dog."
    finder = Finder(note)
    assert [finder.locate(f"nowhere at all {number}") for number in range(5)] == [NOWHERE] * 5
    assert levelled.count(note) == 1


@given(st.text(min_size=1), st.data())
def test_any_part_of_a_text_is_found_in_it(text, data):
    text = normal_newlines(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    found = locate(text, quote, start)
    assert found == (Located(start, end, True) if quote.strip() else NOWHERE)


@given(st.text(), st.text())
def test_a_place_is_always_inside_the_text(text, quote):
    found = locate(text, quote)
    if found.start is not None:
        assert 0 <= found.start < found.end <= len(text)
    if found.verified:
        assert text[found.start : found.end] == normal_newlines(quote)
