"""Countries, nationalities, languages and cities named in a text, and where cities are."""

from __future__ import annotations

from functools import cache

from placet.agent.reader.text import rx
from placet.agent.reader.values import Found

_SHORT = {"UK", "US", "USA", "UAE", "HK", "NZ", "KSA", "PRC", "U.S.", "U.K.", "U.S", "U.K", "U.S.A.", "U.A.E."}
_WORDS = r"[^\W\d_][^\W_]*(?:[.'-][^\W\d_]+)*\.?"
_LINKS = {"of", "the", "and", "da", "de"}
# Words that also name a country or a language somewhere but, in a note, nearly always something else.
_COMMON = {
    "male",
    "even",
    "bank",
    "polish off",
    "client",
    "line",
    "date",
    "mono",
    "vai",
    "bid",
    "may",
    "mari",
    "chin",
    "bini",
    "hill",
    "wife",
}


def find_countries(text: str) -> list[Found]:
    """Every country or nationality of a text, as its English name."""
    from placet.customers.fields.places import countries

    return _find(text, countries(), capital=True)


def find_languages(text: str) -> list[Found]:
    """Every language of a text, as its English name; native names may be written small."""
    from placet.customers.fields.places import languages

    return _find(text, languages(), capital=False)


def _find(text: str, table: dict[str, str], *, capital: bool) -> list[Found]:
    from placet.customers.fields.places import fold

    words = [m.span() for m in rx(_WORDS).finditer(text)]
    out: list[Found] = []
    at = 0
    while at < len(words):
        step = 1
        for width in (5, 4, 3, 2, 1):
            if at + width > len(words):
                continue
            start, end = words[at][0], words[at + width - 1][1]
            phrase = text[start:end]
            if not _may_name(phrase, capital):
                continue
            bare = phrase.removesuffix(".") if phrase not in _SHORT else phrase
            name = table.get(fold(bare.removesuffix("'s")))
            if name is not None:
                out.append(Found(start, start + len(bare), name))
                step = width
                break
        at += step
    return out


def _may_name(phrase: str, capital: bool) -> bool:
    if phrase in _SHORT:
        return True
    if phrase.lower() in _COMMON or phrase.lower().split()[0] in _LINKS:
        return False
    if phrase.isascii() and len(phrase.strip(".")) < 4:
        return False
    if "\n" in phrase or len(phrase) > 40:
        return False
    return not capital or phrase[0].isupper() or not phrase.isascii()


@cache
def cities() -> dict[str, tuple[str, str]]:
    """Known cities by lower-case name: the English name and the English name of the country."""
    from placet.agent.reader.values.cities import CITIES

    table: dict[str, tuple[str, str]] = {}
    for country, names in CITIES.items():
        for name in names.split(", "):
            english, *others = name.split("=")
            for each in (english, *others):
                table.setdefault(each.lower(), (english, country))
    return table
