"""Dates told by the day of the note: "tomorrow", "next Tuesday", "on the 27th", "the first Friday of July", "in three weeks".

A weekday alone is the next such day. "Next" counts by weeks that begin on Monday: on a Monday, "next Sunday" is the Sunday of
the following week. What is only as exact as its unit ("in three weeks", "two months ago") has the doubt "about".
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator

from placet.agent.reader.text import rx
from placet.agent.reader.values import Found
from placet.agent.reader.values.dates import MONTHS, ORDINALS, order_of
from placet.agent.reader.values.numbers import value_of

_DAY_NAMES = (
    "monday mon montag lundi segunda-feira", "tuesday tue tues dienstag mardi terça-feira",
    "wednesday wed weds mittwoch mercredi quarta-feira", "thursday thu thur thurs donnerstag jeudi quinta-feira",
    "friday fri freitag vendredi sexta-feira", "saturday sat samstag samedi sábado", "sunday sun sonntag dimanche domingo",
)  # fmt: skip
_DAYS = {name: number for number, names in enumerate(_DAY_NAMES) for name in names.split()}
_DAY = rf"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_NTH = "|".join(sorted((word.replace(" ", "[ -]") for word in ORDINALS), key=len, reverse=True))
_CARDINAL = (
    r"(?:twenty|thirty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|"
    r"ten|eleven|twelve|thirteen|fourteen"
)
_COUNT = (
    r"(?P<n>\d{1,3}|an?|few|a few|couple of|a couple of|one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve)"
)
_UNIT = r"(?:business days?|days?|weeks?|fortnights?|months?|years?)"
_SPAN = (
    rf"{_COUNT} (?P<unit>{_UNIT})(?:,? (?:and )?(?P<n2>\d{{1,3}}|one|two|three|four|five|six) "
    rf"(?P<unit2>{_UNIT}))?(?:,? (?:and )?(?P<n3>\d{{1,3}}) (?P<unit3>{_UNIT}))?"
)
_SIMPLE = {
    r"(?:the )?day after (?:tomorrow|tmrw)": 2, r"(?:the )?day before yesterday": -2, r"tomorrow|tmrw|tmr": 1, "yesterday": -1,
    r"today|tonight|this day": 0, r"(?:the )?next day": 1, r"(?:the )?(?:last|past|previous) day": -1, "übermorgen": 2, "morgen": 1,
    "heute": 0, "gestern": -1, "vorgestern": -2, "demain": 1, "aujourd'hui": 0, "hier": -1, "après-demain": 2, "amanhã": 1,
    "hoje": 0, "ontem": -1,
}  # fmt: skip
_WEEKS = {"this": 0, "next": 1, "last": -1, "previous": -1, "past": -1, "coming": 0, "": 0}


def find_relative_dates(text: str, *, region: str, today: dt.date) -> list[Found]:
    """Every relative date of a text, left to right; the doubt is "relative", "about" or, without a year, "year"."""
    low = text.lower()
    taken: list[tuple[int, int]] = []
    out: list[Found] = []
    for rule in (_of_month, _weekdays, _spans, _days_of_month, _simple, _without_year):
        for found in rule(low, today, region):
            if not any(found.start < end and start < found.end for start, end in taken):
                taken.append((found.start, found.end))
                out.append(found)
    return sorted(out)


def _simple(low: str, today: dt.date, _: str) -> Iterator[Found]:
    for pattern, days in _SIMPLE.items():
        for match in rx(rf"\b(?:{pattern})\b", 0).finditer(low):
            yield Found(match.start(), match.end(), today + dt.timedelta(days=days), "relative")


def _weekdays(low: str, today: dt.date, _: str) -> Iterator[Found]:
    monday = today - dt.timedelta(days=today.weekday())
    patterns = (
        rf"\b(?P<week>next|last|this|previous) week,? (?:on )?(?P<day>{_DAY})\b",
        rf"\b(?P<day>{_DAY})(?: of)? (?P<week>next|last|this) week\b",
        rf"\b(?P<day>{_DAY}) (?P<week>week)\b(?! (?:on|of))",
        rf"\ba (?P<week>week) (?:on|from) (?P<day>{_DAY})\b",
        rf"\b(?P<week>this|next|last|coming|previous) (?P<day>{_DAY})\b(?! the \d| \d)",
        r"(?<![\w/])(?<!every )(?<!each )(?P<week>)(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|"
        rf"donnerstag|freitag)\b(?!,? (?:the )?\d|,? the |s\b| (?:{_MONTH}))",
    )
    for pattern in patterns:
        for match in rx(pattern, 0).finditer(low):
            day, week = _DAYS[match["day"]], match["week"]
            if week == "week":  # "Tuesday week"
                date = _on_or_after(today + dt.timedelta(days=1), day) + dt.timedelta(days=7)
            elif week in ("", "coming"):
                date = _on_or_after(today, day)
            else:
                date = monday + dt.timedelta(days=7 * _WEEKS[week] + day)
            yield Found(match.start(), match.end(), date, "relative")


def _of_month(low: str, today: dt.date, _: str) -> Iterator[Found]:
    """ "The first Friday of July", "the third Wednesday of previous month", "20th of next month"."""
    when = (
        rf"(?:of|in) (?:the )?(?P<month>(?:this|next|last|previous|coming) month|{_MONTH})(?: "
        rf"(?P<year>\d{{4}}))?\b"
    )
    for match in rx(
        rf"\b(?P<nth>first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th) (?P<day>{_DAY}) {when}", 0
    ).finditer(low):
        year, month = _month(match["month"], match["year"], today)
        days = [
            d
            for d in calendar.Calendar().itermonthdates(year, month)
            if d.month == month and d.weekday() == _DAYS[match["day"]]
        ]
        nth = -1 if match["nth"] == "last" else {"f": 0, "s": 1, "t": 2}.get(match["nth"][0], 0)
        if match["nth"] in ("fourth", "4th", "fifth", "5th"):
            nth = 3 if match["nth"] in ("fourth", "4th") else 4
        elif match["nth"][0].isdigit():
            nth = int(match["nth"][0]) - 1
        if nth < len(days):
            yield Found(match.start(), match.end(), days[nth], "relative")
    for match in rx(
        r"\b(?:the )?(?P<n>\d{1,2})(?:st|nd|rd|th)? of (?P<month>(?:this|next|last|previous|coming) month)\b", 0
    ).finditer(low):
        year, month = _month(match["month"], None, today)
        yield from _made(match, year, month, int(match["n"]), "relative")


def _days_of_month(low: str, today: dt.date, _: str) -> Iterator[Found]:
    """ "On the 27th", "Thursday the 21st", "for the second": the next such day."""
    day = rf"(?P<n>\d{{1,2}}(?:st|nd|rd|th)|{_NTH}|{_CARDINAL})"
    follow = (
        rf"(?![\w-])(?! (?:of|{_MONTH}|time|one|half|quarter|and|thousand|hundred|percent|years?|floor|street|to|"
        r"week|day|month)\b)"
    )
    for match in rx(rf"\b(?:(?P<day>{_DAY}),? the |(?:on|for|until|by|to|about) the ){day}{follow}", 0).finditer(low):
        yield from _next_day(match, _number(match["n"]), today, match["day"])
    for match in rx(r"\b(?:on|for) (?:the )?(?P<n>\d{1,2})(?=[.!?,;]?\s*$)", 0).finditer(low):
        yield from _next_day(match, int(match["n"]), today, None)


def _spans(low: str, today: dt.date, _: str) -> Iterator[Found]:
    anchors: tuple[tuple[str, int, Callable[[str], int]], ...] = (
        (rf"\b{_SPAN} ago\b", -1, lambda _: 0),
        (rf"\b{_SPAN} (?:from|after) (?P<anchor>now|today|tomorrow|yesterday)\b", 1, _offset),
        (rf"\b{_SPAN} before (?P<anchor>today|tomorrow|yesterday)\b", -1, _offset),
        (
            rf"\b(?:in|within|sometime in)(?: about| around)? {_SPAN}(?:'s? time)?(?! (?:or|and|a row|total))\b",
            1,
            lambda _: 0,
        ),
        (rf"\b{_SPAN} (?:later|hence)\b", 1, lambda _: 0),
    )
    for pattern, sign, offset in anchors:
        for match in rx(pattern, 0).finditer(low):
            date = today + dt.timedelta(days=offset(match.groupdict().get("anchor") or ""))
            for n, unit in (("n", "unit"), ("n2", "unit2"), ("n3", "unit3")):
                if match[n]:
                    date = _shifted(date, sign * _count(match[n]), match[unit])
            exact = match["unit"].startswith("day") and match["n"] not in ("few", "a few")
            yield Found(match.start(), match.end(), date, "relative" if exact else "about")
    for match in rx(rf"\b(?P<n>two|three|four|\d) (?P<day>{_DAY})s? (?:from now|later|hence)\b", 0).finditer(low):
        first = _on_or_after(
            today + dt.timedelta(days=1), _DAYS[match["day"].rstrip("s") if match["day"] not in _DAYS else match["day"]]
        )
        yield Found(match.start(), match.end(), first + dt.timedelta(days=7 * (_count(match["n"]) - 1)), "relative")


def _without_year(low: str, today: dt.date, region: str) -> Iterator[Found]:
    """ "On 4/22", "22.04.": a day and a month in figures, where only one reading is a date or the region knows one."""
    for match in rx(
        r"\b(?:on|in|for|back|by|until|am|le|em|:)\s+(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})\.?(?![\d/.-]|"
        r"\s?(?:%|am|pm|years?|k|m)\b)",
        0,
    ).finditer(low):
        a, b = int(match["a"]), int(match["b"])
        order = order_of(region)
        day, month = (b, a) if (order == "mdy" and a <= 12) or b > 12 else (a, b)
        for year in (today.year, today.year + 1):
            made = list(_made(match, year, month, day, "year", at=match.start("a")))
            if made and made[0].value >= today:
                yield made[0]
                break


def _made(match: re.Match[str], year: int, month: int, day: int, doubt: str, *, at: int = -1) -> Iterator[Found]:
    try:
        yield Found(match.start() if at < 0 else at, match.end(), dt.date(year, month, day), doubt)
    except ValueError:
        return


def _next_day(match: re.Match[str], day: int, today: dt.date, weekday: str | None) -> Iterator[Found]:
    """The next month's day of this number, on this weekday if one is said (within a year)."""
    for ahead in range(13):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        made = list(_made(match, year, month + 1, day, "relative"))
        if made and made[0].value >= today and (weekday is None or made[0].value.weekday() == _DAYS[weekday]):
            yield made[0]
            return


def _number(words: str) -> int:
    bare = words.replace("-", " ")
    return ORDINALS.get(bare) or int(re.sub(r"\D", "", words) or value_of(bare))


def _count(words: str) -> int:
    if words.isdigit():
        return int(words)
    if "few" in words:
        return 3
    return {"a": 1, "an": 1}.get(words) or (2 if "couple" in words else int(value_of(words)))


def _offset(anchor: str) -> int:
    return {"tomorrow": 1, "yesterday": -1}.get(anchor, 0)


def _shifted(date: dt.date, count: int, unit: str) -> dt.date:
    if unit.startswith("business"):
        while count:
            date += dt.timedelta(days=1 if count > 0 else -1)
            count -= (1 if count > 0 else -1) if date.weekday() < 5 else 0
        return date
    if unit.startswith(("day", "week", "fortnight")):
        return date + dt.timedelta(days=count * {"d": 1, "w": 7, "f": 14}[unit[0]])
    months = date.year * 12 + date.month - 1 + count * (12 if unit.startswith("year") else 1)
    year, month = divmod(months, 12)
    year = min(max(year, 1), 9998)
    return dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def _month(words: str, year: str | None, today: dt.date) -> tuple[int, int]:
    """The year and month a phrase means: of a month's name the next one, that of today included."""
    if words.endswith(" month"):
        shift = {"next": 1, "coming": 1, "last": -1, "previous": -1}.get(words.split(maxsplit=1)[0], 0)
        at, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
        return at, month + 1
    number = MONTHS[words]
    return (int(year) if year else today.year + (number < today.month)), number


def _on_or_after(date: dt.date, weekday: int) -> dt.date:
    return date + dt.timedelta(days=(weekday - date.weekday()) % 7)
