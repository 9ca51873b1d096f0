"""Who a stretch of a note is about."""

import pytest

from placet.agent.reader.people import People
from unit.reader.reading import cut


def about(note: str, words: str, client: str = "Jane Doe", **options: bool) -> str:
    segments = cut(note, client)
    people = People(client)
    people.read(segments.statements, segments.speakers)
    for statement in segments.statements:
        if words in statement.text:
            start = statement.start + statement.text.index(words)
            return people.about(statement, start, start + len(words), **options)
    raise AssertionError(words)


@pytest.mark.parametrize(
    ("note", "words", "who"),
    [
        ("Jane has a new number, 123.", "123", "client"),
        ("Her husband Peter has a new number, 123.", "123", "other"),
        ("Peter's new mobile is 123.", "123", "other"),
        ("Met Jane and Peter. Peter says he earns 90k.", "90k", "other"),
        ("Met Jane and her son Tim. Tim is loud. She earns 90k.", "90k", "client"),
        ("Ms Jane Doe retired. Mr Doe works.", "works", "other"),
        ("Spoke to the receptionist (Maud, 123).", "123", "other"),
        ("Her lawyer confirmed that she lives in Bern.", "Bern", "client"),
        ("She and Piet registered their partnership.", "registered", "client"),
        ("Growth is my husband.", "Growth", "other"),
        ("Janey wants growth.", "growth", "client"),
        ("Assistant: Kim Poe, 123", "123", "other"),
        ("Her brother is a painter and earns 90k.", "90k", "other"),
    ],
)
def test_who(note: str, words: str, who: str) -> None:
    assert about(note, words) == who


def test_a_number_with_somebody_in_brackets_behind_it_is_theirs() -> None:
    assert about("Alt: 123 (son), 456", "123", exact=True) == "other"
    assert about("Alt: 123 (son), 456", "456", exact=True) == "client"


def test_in_a_conversation_the_client_says_i_and_the_rm_says_you() -> None:
    note = "Client: I earn 90.\nRM: And you stay at 12?\nClient: My wife earns 80.\nRM: Noted 5.\n"
    assert about(note, "90") == "client"
    assert about(note, "12") == "client"
    assert about(note, "80") == "other"


def test_a_short_name_is_the_clients_own() -> None:
    assert about("Becky retired. Bob did not.", "retired", client="Rebecca Lund") == "client"
