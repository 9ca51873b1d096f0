"""Folding: rules see plain characters, quotes come from the note itself."""

import pytest

from placet.agent.reader.pipeline import _known_word
from placet.agent.reader.text import fold


@pytest.mark.parametrize(
    ("note", "plain", "word"),
    [
        ("She\u2019s \u201cJo\u201d \u2013 since May", 'She\'s "Jo" - since May', "\u201cJo\u201d"),
        ("call me Ze\u0301 please", "call me Zé please", "Ze\u0301"),
        ("gro\u200bwth risk", "growth risk", "gro\u200bwth"),
        ("tel\u00a0\uff10\uff17\uff17", "tel 077", "\uff10\uff17\uff17"),
        ("🎉 Bath 👩‍👧 now", "🎉 Bath 👩👧 now", "Bath"),
    ],
)
def test_a_folded_stretch_leads_back_to_the_notes_own_characters(note: str, plain: str, word: str) -> None:
    folded = fold(note)
    assert folded.text == plain
    at = folded.text.index(fold(word).text)
    start, end = folded.span(at, at + len(fold(word).text))
    assert note[start:end] == word


def test_crlf_becomes_lf_before_anything_is_counted() -> None:
    folded = fold("a\r\nb\r\nMobile")
    assert folded.raw == "a\nb\nMobile"
    assert folded.span(4, 10) == (4, 10)


def test_a_scan_is_mended_word_by_word_and_only_where_that_makes_a_word() -> None:
    folded = fold("Ernployer : Turner & Fernley   Annua1 incorne : 1O lakh   DOB l2-O3-1970   cernpaka", _known_word)
    assert folded.text == "Employer : Turner & Fernley   Annual income : 10 lakh   DOB 12-03-1970   cernpaka"
    at = folded.text.index("Annual")
    start, end = folded.span(at, at + len("Annual income"))
    assert folded.raw[start:end] == "Annua1 incorne"


def test_an_ordinary_note_is_not_taken_for_a_scan() -> None:
    note = "Her flat is unit B1l, modern kitchen, born in Fernhill."
    assert fold(note, _known_word).text == note
