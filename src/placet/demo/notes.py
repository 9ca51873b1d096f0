"""The dates in the demo's notes: a note says how many days away a date is, and the day the demo is loaded makes it one.

`data/README.md` describes the placeholders for those who write notes. Names of days and months are always English,
whatever the locale of the process, so that a note reads the same everywhere.
"""

from __future__ import annotations

import datetime
import re
from typing import Any, Final

from placet.errors import Invalid

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PLACEHOLDER: Final = re.compile(r"\{(?P<kind>[a-z]+):(?P<days>[+-]?[0-9]{1,5}):(?P<format>[^{}\n]+)\}")
_DIRECTIVE: Final = re.compile(r"%(-?.?)")


def fill(text: str, today: datetime.date) -> str:
    """Return the text with every placeholder replaced by its date, counted from `today`.

    Raises `Invalid` for anything else in braces, an unknown kind or directive, and a date that no calendar has: a
    typing mistake must not reach a reader.
    """
    filled = _PLACEHOLDER.sub(lambda found: _written(found, today), text)
    stray = re.search(r"[{}][^{}]{0,40}", _PLACEHOLDER.sub("", text))
    if stray is not None:
        raise Invalid(f"A demo text has a brace that is no placeholder: {stray[0]!r}.")
    return filled


def fill_all(value: Any, today: datetime.date) -> Any:
    """Return a JSON value with every text in it filled; member names stay as they are."""
    if isinstance(value, str):
        return fill(value, today)
    if isinstance(value, list):
        return [fill_all(item, today) for item in value]
    if isinstance(value, dict):
        return {name: fill_all(item, today) for name, item in value.items()}
    return value


def workday(today: datetime.date, days: int) -> datetime.date:
    """Return the day `days` after `today` (before it, if negative); the Friday before, where that is a weekend.

    The day of a note is `workday(today, -daysAgo)`.
    """
    day = _shifted(today, days)
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


def _written(found: re.Match[str], today: datetime.date) -> str:
    kind, days = found["kind"], int(found["days"])
    by_name = {name[:3].lower(): number for number, name in enumerate(WEEKDAYS)}
    if kind == "date":
        day = _shifted(today, days)
    elif kind == "workday":
        day = workday(today, days)
    elif kind in by_name:
        first = _shifted(today, days)
        day = _shifted(first, (by_name[kind] - first.weekday()) % 7)
    else:
        raise Invalid(f"The placeholder {found[0]} starts with none of date, workday, {', '.join(by_name)}.")
    return _DIRECTIVE.sub(lambda directive: _part(directive[1], day, found[0]), found["format"])


def _part(directive: str, day: datetime.date, placeholder: str) -> str:
    """Return what one directive writes: those of `strftime` that need no locale, worked out here."""
    parts = {
        "d": f"{day.day:02}",
        "-d": f"{day.day}",
        "m": f"{day.month:02}",
        "-m": f"{day.month}",
        "Y": f"{day.year:04}",
        "y": f"{day.year % 100:02}",
        "B": MONTHS[day.month - 1],
        "b": MONTHS[day.month - 1][:3],
        "A": WEEKDAYS[day.weekday()],
        "a": WEEKDAYS[day.weekday()][:3],
        "%": "%",
    }
    if directive not in parts:
        raise Invalid(
            f"The placeholder {placeholder} has the directive %{directive}, which is none of {', '.join(parts)}."
        )
    return parts[directive]


def _shifted(day: datetime.date, days: int) -> datetime.date:
    try:
        return day + datetime.timedelta(days=days)
    except OverflowError as error:
        raise Invalid(f"{days} days from {day} is outside the calendar.") from error
