"""How a value is meant: plainly stated, or why not."""

import pytest

from placet.agent.reader import mode
from unit.reader.reading import cut


def meant(note: str, words: str, **options: bool) -> str:
    statements = cut(note).statements
    number = next(i for i, s in enumerate(statements) if words in s.text)
    statement = statements[number]
    start = statement.start + statement.text.index(words)
    after = statements[number + 1] if number + 1 < len(statements) else None
    return mode.meant(statement, start, start + len(words), after=after, **options)


@pytest.mark.parametrize(
    ("note", "words", "reason"),
    [
        ("She has moved to Bonn.", "Bonn", ""),
        ("The review was moved to May 2027.", "May 2027", ""),
        ("She would like to be called on 123.", "123", ""),
        ("If the flat sells she moves to Bonn.", "Bonn", "hypothetical"),
        ("She may move to Bonn.", "Bonn", "hypothetical"),
        ("Bonn, perhaps.", "Bonn", ""),
        ("She is perhaps off to Bonn.", "Bonn", "hypothetical"),
        ("Moving to Bonn. Just an idea for now.", "Bonn", "hypothetical"),
        ("Is she still in Bonn?", "Bonn", "question"),
        ("Could you please use 123 from now on?", "123", ""),
        ("She is not in Bonn.", "Bonn", "negated"),
        ("Not Bonn but Trier.", "Bonn", "negated"),
        ("Not Bonn but Trier.", "Trier", ""),
        ("She no longer lives in Bonn.", "Bonn", "superseded"),
        ("I wrote Bonn.", "Bonn", "superseded"),
        ("Bonn should read Trier.", "Bonn", "superseded"),
        ("From Bonn to Trier.", "Bonn", "superseded"),
        ("Five. Sorry, six.", "Five", "superseded"),
        ("Her number 123 has been cut off.", "123", "negated"),
        ("The clerk heard that she is in Bonn.", "Bonn", "hearsay"),
        ("I guess she is in Bonn.", "Bonn", "hearsay"),
        ("She earns 90. Off the record.", "90", "negated"),
        ("She joked that she lives in Bonn.", "Bonn", "ambiguous"),
        ("She is in Bonn just this once.", "Bonn", "ambiguous"),
    ],
)
def test_meant(note: str, words: str, reason: str) -> None:
    assert meant(note, words) == reason


def test_what_will_be_is_not_yet_so_for_fields_about_now() -> None:
    assert meant("She will be head of sales in June.", "head of sales", state=True) == "hypothetical"
    assert meant("Next review will be on 3 June.", "3 June") == ""


def test_a_wish_states_a_goal() -> None:
    assert meant("She plans to sail round the world.", "sail", plan=True) == ""
    assert meant("She plans to sail round the world.", "sail") == "hypothetical"


def test_an_if_behind_a_number_does_not_make_the_number_doubtful() -> None:
    assert meant("Use 123 if she travels.", "123", exact=True) == ""


def test_a_correction_is_known_by_the_words_before_the_value() -> None:
    statement = cut("No, actually make it twelve.").statements[0]
    assert mode.corrects(statement, statement.start + 24)
    assert not mode.corrects(statement, statement.start)
