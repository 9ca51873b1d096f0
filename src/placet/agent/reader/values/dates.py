"""Dates as people write them, read by the note's locale: "04/03/1961", "April seventh", "27 de março", "令和8年3月10日".

A date without a year is the next such day on or after the day of the note. A date whose order the locale leaves open is
returned with the doubt "ambiguous".
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator

from placet.agent.reader.text import rx
from placet.agent.reader.values import Found
from placet.agent.reader.values.numbers import value_of

_MONTHS = (
    "january jan januar janeiro enero janvier januari gennaio",
    "february feb februar fevereiro febrero février februari febbraio",
    "march mar märz março marzo mars maart",
    "april apr abril avril aprile",
    "may mai maio mayo mei maggio",
    "june jun juni junho junio juin giugno",
    "july jul juli julho julio juillet luglio",
    "august aug agosto août augustus",
    "september sept sep setembro septiembre septembre settembre",
    "october oct oktober okt outubro octubre octobre ottobre",
    "november nov novembro noviembre novembre",
    "december dec dezember dez dezembro diciembre décembre desember dicembre",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_UP_TO_TWENTIETH = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS = _UP_TO_TWENTIETH.split()  # fmt: skip
ORDINALS = {name: n for n, name in enumerate(_ORDINALS, 1)}
ORDINALS |= {f"twenty {name}": 20 + n for n, name in enumerate(_ORDINALS[:9], 1)}
ORDINALS |= {"thirtieth": 30, "thirty first": 31}
_ORDINAL = "|".join(sorted((o.replace(" ", "[ -]") for o in ORDINALS), key=len, reverse=True))
_CARDINAL = (
    r"(?:twenty|thirty)[ -](?:one|two|three|four|five|six|seven|eight|nine)|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty"
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "R": 2018, "H": 1988, "S": 1925}

_TAIL = r"(?!\d|[:.]\d|\s?(?:am|pm|noon|h)\b)"
_YEAR = (
    rf"(?:\d{{4}}(?!\d|:)|'\d{{2}}(?!\d)|\d{{2}}{_TAIL}|(?:nineteen|twenty|two thousand)(?:[ -](?:and "
    rf")?[a-z]+){{1,2}})"
)
_DAY_MONTH = (
    rf"\b(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{_ORDINAL})[ .-]{{0,3}}(?:of |de )?(?P<month>{_MONTH})\b\.?"
    rf"(?:[, .-]{{1,3}}(?:of |de )?(?P<year>{_YEAR}))?"
)
_MONTH_DAY = (
    rf"\b(?P<month>{_MONTH})(?:\b\.?(?: the)?[ /-]|(?=\d{{1,2}}\b))(?P<day>\d{{1,2}}(?:st|nd|rd|th)?(?![\d:]|\.\d)|"
    rf"{_ORDINAL}|{_CARDINAL})\b"
    rf"(?:,? (?:in )?(?P<year>\d{{4}}(?!\d|:)|'\d{{2}}(?!\d)|(?:nineteen|twenty|two thousand)(?:[ -](?:and "
    rf")?[a-z]+){{1,2}}))?"
)
_NUMERIC = r"(?<![\d/.,+-])(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})(?![\d/]|[.-]\d)"
_ISO = r"(?<![\d-])(?P<c>\d{4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<a>\d{1,2})(?!\d)"
_YEAR_NAME = rf"(?<![\d-])(?P<year>\d{{4}})[-/](?P<month>{_MONTH})[-/](?P<day>\d{{1,2}})(?!\d)"
_JAPANESE = r"(?:(?P<era>令和|平成|昭和|大正)(?P<n>\d{1,2}|元)年|(?P<c>\d{4})年)?\s?(?P<b>\d{1,2})月\s?(?P<a>\d{1,2})日"
_ERA_SHORT = r"(?<![\w])(?P<era>[RHS])(?P<n>\d{1,2})[./](?P<b>\d{1,2})[./](?P<a>\d{1,2})(?!\d)"

_MONTH_FIRST = {"US", "PH", "PR", "GU", "FM", "MH"}
_OPEN = {"CA", "JP", "CN", "KR", "TW", "HU", "LT"}  # numeric dates with the year last are written both ways here


def order_of(region: str) -> str:
    """How a region writes numeric dates whose year stands last: `mdy`, `dmy`, or `` where both are common."""
    return "mdy" if region in _MONTH_FIRST else "" if region in _OPEN else "dmy"


def find_dates(text: str, *, region: str, today: dt.date) -> list[Found]:
    """Every date of a text in order; the doubt is "year" where the year was supplied, "ambiguous" where the order is."""
    taken: list[tuple[int, int]] = []
    out: list[Found] = []
    for found in _all(text, region, today):
        if not any(found.start < end and start < found.end for start, end in taken):
            taken.append((found.start, found.end))
            out.append(found)
    return sorted(out)


def _all(text: str, region: str, today: dt.date) -> Iterator[Found]:
    if any(c.isdigit() for c in text):
        for match in rx(_ISO).finditer(text):
            yield from _made(match, int(match["c"]), int(match["b"]), int(match["a"]))
        for match in rx(_YEAR_NAME).finditer(text):
            yield from _made(match, int(match["year"]), MONTHS[match["month"].lower()], int(match["day"]))
        for match in rx(_NUMERIC).finditer(text):
            yield from _numeric(match, order_of(region), today)
        if "月" in text:
            for match in rx(_JAPANESE).finditer(text):
                yield from _japanese(match, today)
        for match in rx(_ERA_SHORT, 0).finditer(text):
            yield from _japanese(match, today)
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        for match in rx(pattern).finditer(text):
            yield from _named(match, today)


def _made(match: re.Match[str], year: int, month: int, day: int, doubt: str = "") -> Iterator[Found]:
    try:
        yield Found(match.start(), match.end(), dt.date(year, month, day), doubt)
    except ValueError:
        return


def _numeric(match: re.Match[str], order: str, today: dt.date) -> Iterator[Found]:
    a, b, year = int(match["a"]), int(match["b"]), _year(match["c"], today)
    if a > 12 or (b <= 12 and order == "dmy"):
        yield from _made(match, year, b, a)
    elif b > 12 or order == "mdy":
        yield from _made(match, year, a, b)
    else:
        yield from _made(match, year, b, a, "" if a == b else "ambiguous")


def _named(match: re.Match[str], today: dt.date) -> Iterator[Found]:
    word = match["day"].lower().replace("-", " ")
    day = ORDINALS.get(word) or int(re.sub(r"\D", "", word) or value_of(word))
    month = MONTHS[match["month"].lower()]
    year = _year(match["year"], today) if match["year"] else None
    if year is not None and year > 0:
        yield from _made(match, year, month, day)
        return
    end = match.start("year") if match["year"] else match.end()
    for guess in (today.year, today.year + 1):
        try:
            date = dt.date(guess, month, day)
        except ValueError:
            continue
        if date >= today:
            yield Found(
                match.start(), match.start() + len(match.string[match.start() : end].rstrip(" ,.-")), date, "year"
            )
            return


def _japanese(match: re.Match[str], today: dt.date) -> Iterator[Found]:
    groups = match.groupdict()
    if groups.get("era"):
        year = _ERAS[match["era"]] + (1 if match["n"] == "元" else int(match["n"]))
        yield from _made(match, year, int(match["b"]), int(match["a"]))
    elif groups.get("c"):
        yield from _made(match, int(match["c"]), int(match["b"]), int(match["a"]))
    else:
        for year in (today.year, today.year + 1):
            made = list(_made(match, year, int(match["b"]), int(match["a"]), "year"))
            if made and made[0].value >= today:
                yield made[0]
                return


def _year(text: str, today: dt.date) -> int:
    """A year from four digits, two digits (at most ten years ahead) or words; 0 when it is none."""
    digits = text.lstrip("'")
    if digits.isdigit():
        year = int(digits)
        if len(digits) == 2:
            year += 2000 if year <= today.year % 100 + 10 else 1900
        return year
    return _spelled_year(text)


@functools.lru_cache(256)
def _spelled_year(text: str) -> int:
    lowered = text.lower()
    for prefix, base in (("nineteen", 1900), ("two thousand", 2000), ("twenty", 2000)):
        if lowered.startswith(prefix):
            rest = int(value_of(lowered[len(prefix) :]))
            return base + rest if 0 < rest < 100 else 0
    return 0
