"""Countries and languages, stored by their English name and read from codes, other names and nationalities."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, Final

from placet.customers.fields.base import NOT_RECORDED, Control, FieldType, refuse
from placet.customers.fields.place_names import AMBIGUOUS, COUNTRY_WORDS, LANGUAGE_WORDS, SHORTER
from placet.customers.schema import Field, Option

_BETWEEN: Final = re.compile(r"[\s_\-\u2010-\u2015/,]+")
_DROPPED: Final = str.maketrans("", "", ".'’ʼ`()")


class Country(FieldType):
    """A country or territory of ISO 3166, by the English name of Unicode's CLDR."""

    name = "country"
    hint = "A country, its code or a nationality"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the English name: "United Kingdom" for "UK", "GB", "GBR", "British"."""
        found = _look_up(countries(), raw)
        if found is None:
            raise refuse(field, raw, "a country is written by its English name, such as Portugal")
        return found

    def control(self, field: Field, value: Any) -> Control:
        """Return a select of all countries."""
        return Control(
            kind="select",
            name=field.key,
            label=field.label,
            value=value if isinstance(value, str) else "",
            options=[Option("", NOT_RECORDED), *(Option(name) for name in sorted(set(countries().values()), key=fold))],
            help=field.description,
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a string; its values are the English names of CLDR."""
        return {"type": "string", "description": "The English name of a country", "examples": ["Portugal"]}


class Language(FieldType):
    """A language, by the English name of Unicode's CLDR."""

    name = "language"
    hint = "A language or its code"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the English name: "Portuguese" for "pt", "por", "português"."""
        found = _look_up(languages(), raw)
        if found is None:
            raise refuse(field, raw, "a language is written by its English name, such as Portuguese")
        return found

    def control(self, field: Field, value: Any) -> Control:
        """Return a text input that suggests the languages with most readers."""
        control = super().control(field, value)
        names = languages()
        control.options = [Option(name) for name in sorted({names[fold(code)] for code in LANGUAGE_WORDS})]
        return control

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a string; its values are the English names of CLDR."""
        return {"type": "string", "description": "The English name of a language", "examples": ["Portuguese"]}


def fold(words: str) -> str:
    """Return a name without letter case, accents, dots and apostrophes, with one space between words."""
    letters = unicodedata.normalize("NFKD", words.replace("&", " and ")).casefold().translate(_DROPPED)
    letters = "".join(each for each in letters if not unicodedata.combining(each))
    letters = _BETWEEN.sub(" ", letters).strip().removeprefix("the ")
    return f"st {letters[6:]}" if letters.startswith("saint ") else letters


def _look_up(table: dict[str, str], raw: Any) -> str | None:
    if not isinstance(raw, str) or len(raw) > 100:
        return None
    return table.get(raw) or table.get(fold(raw))


@cache
def countries() -> dict[str, str]:
    """Return the English name for itself and for every folded way to say a country; loads Babel and pycountry once."""
    import pycountry
    from babel import Locale

    english = Locale("en").territories
    codes = {each.alpha_2: each for each in pycountry.countries}
    names = {code: SHORTER.get(code, english[code]) for code in (*codes, "XK")}
    table = {name: name for name in names.values()}
    # First the names, then what we know better, then codes: a code never takes a name away from another country.
    for code, name in names.items():
        table.setdefault(fold(name), name)
        table.setdefault(fold(english[code]), name)
    for code, words in COUNTRY_WORDS.items():
        for word in words.split(", "):
            table.setdefault(fold(word), names[code])
    for code, entry in codes.items():
        for attribute in ("name", "common_name", "official_name", "alpha_3", "alpha_2"):
            spelled: str | None = getattr(entry, attribute, None)
            if spelled:
                table.setdefault(fold(spelled), names[code])
    for word in AMBIGUOUS:
        del table[fold(word)]
    return table


@cache
def languages() -> dict[str, str]:
    """Return the English name for itself and for every folded way to say a language; loads Babel and pycountry once."""
    import pycountry
    from babel import Locale

    names = {code: name for code, name in Locale("en").languages.items() if code not in ("und", "mul", "zxx")}
    names["cmn"] = "Mandarin Chinese"
    table = {name: name for name in names.values()}
    # Codes of two letters come first: "ga" is Irish, though the language Ga, of the code gaa, is there as "Ga".
    for code, name in names.items():
        if len(code) == 2:
            table[code] = name
    for name in names.values():
        table.setdefault(fold(name), name)
    for code, words in LANGUAGE_WORDS.items():
        for word in words.split(", "):
            table.setdefault(fold(word), names[code])
    for code, name in names.items():
        table.setdefault(fold(code), name)
        entry = pycountry.languages.get(alpha_2=code) if len(code) == 2 else pycountry.languages.get(alpha_3=code)
        for attribute in ("alpha_3", "bibliographic", "name"):
            spelled: str | None = getattr(entry, attribute, None)
            if spelled:
                table.setdefault(fold(spelled), name)
    return table
