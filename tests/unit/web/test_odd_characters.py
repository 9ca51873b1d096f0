"""What a person cannot see in a value, or would mistake, is found; what is merely foreign is left alone."""

from __future__ import annotations

import pytest

from placet.web.odd_characters import stretches


def odd(text: str) -> list[tuple[str, str]]:
    return [(run.text, run.odd) for run in stretches(text) if run.odd]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dufourstrasse 9, 8008 Zürich",
        "Łódź, Kraków",
        "Straße\tund\nZeile",
        "Иван Петров",
        "Μαρία Παπαδοπούλου",
        "محمد بن راشد",
        "می‌خواهم",  # Persian: the zero-width non-joiner belongs there
        "क्‍ष",  # and so does the joiner in Devanagari
        "山田太郎 (Yamada Tarō)",
        "👩‍👩‍👧 family, 👍🏽, ✔️, 3️⃣",
        "Иван at Example Ltd",
        "ОАО Газпром and Example Ltd",
        "10\u00a0000 CHF",
    ],
)
def test_ordinary_writing_of_any_script_is_not_marked(text: str) -> None:
    assert odd(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\u200bb", [("\u200b", "zero-width space")]),
        ("\u202egpj.exe\u202c", [("\u202e", "right-to-left override"), ("\u202c", "end of direction override")]),
        ("\u2067x\u2069", [("\u2067", "right-to-left isolate"), ("\u2069", "pop directional isolate")]),
        ("pay\u00adpal", [("\u00ad", "soft hyphen")]),
        ("a\x07b", [("\x07", "control character")]),
        ("x\u3164y", [("\u3164", "hangul filler")]),
        ("x\U000e0041\U000e0042y", [("\U000e0041\U000e0042", "invisible tag")]),
        ("a\u200db", [("\u200d", "zero-width joiner")]),
        ("\ufeffname", [("\ufeff", "byte order mark")]),
        ("a\ufe0fb", [("\ufe0f", "variation selector")]),
        ("\u200b\u200b", [("\u200b\u200b", "zero-width space")]),
    ],
)
def test_what_draws_nothing_is_named(text: str, found: list[tuple[str, str]]) -> None:
    assert odd(text) == found
    assert all(run.hidden for run in stretches(text) if run.odd)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Pаypal", [("а", "Cyrillic letter")]),
        ("Βrandt", [("Β", "Greek letter")]),
        ("www.арр.com", [("арр", "Cyrillic letter")]),
        ("Ｂrandt", [("Ｂ", "Fullwidth letter")]),
    ],
)
def test_letters_that_look_like_others_are_named_and_kept(text: str, found: list[tuple[str, str]]) -> None:
    assert odd(text) == found
    assert not any(run.hidden for run in stretches(text))


@pytest.mark.parametrize("text", ["Pаypal\u200b GmbH", "a\u202eb\u202cc", "", "plain"])
def test_the_runs_are_the_text(text: str) -> None:
    assert "".join(run.text for run in stretches(text)) == text


def test_a_long_text_is_quick() -> None:
    text = "Prefers mornings, а\u200b " * 20_000
    assert len(odd(text)) == 40_000
