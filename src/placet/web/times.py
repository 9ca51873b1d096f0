"""How times are worded: ages, days and moments in the reader's zone, each with the moment itself in its title."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from jinja2 import pass_context
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2.runtime import Context

    from placet.web.views import Shell

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


_zones = cache(available_timezones)  # looks through many files


def known(zone: str | None) -> str:
    """Return a zone's name as it was told, or UTC where nobody knows it."""
    return zone if zone is not None and zone in _zones() else "UTC"


def day(value: date) -> str:
    """Return a day as "17 Nov 2026"."""
    return f"{value.day} {_MONTHS[value.month - 1][:3]} {value.year}"


def month(value: date) -> str:
    """Return the month of a day as "November 2026"."""
    return f"{_MONTHS[value.month - 1]} {value.year}"


def relative(at: datetime, now: datetime, zone: str = "UTC") -> str:
    """Return how long ago that was, in the words of a person: "just now", "12 min ago", "yesterday", "2 Oct 2026"."""
    seconds = (now - at).total_seconds()
    if -60 < seconds < 10:
        return "just now"
    if 0 <= seconds < 60:
        return f"{int(seconds)} s ago"
    if 0 <= seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    here = ZoneInfo(zone)
    days = (now.astimezone(here).date() - at.astimezone(here).date()).days
    if days == 0 and seconds >= 0:
        return f"{int(seconds // 3600)} h ago"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if 1 < days < 7 else day(at.astimezone(here).date())


def short_age(at: datetime, now: datetime, zone: str = "UTC") -> str:
    """Return an age for a narrow column: "now", "12 min", "2 h", "3 d"; its days are those of `relative`."""
    since = now - at
    if since < timedelta(minutes=1):
        return "now"
    if since < timedelta(hours=1):
        return f"{since.seconds // 60} min"
    here = ZoneInfo(zone)
    days = (now.astimezone(here).date() - at.astimezone(here).date()).days
    return f"{days} d" if days else f"{since.seconds // 3600} h"


def length(seconds: float) -> str:
    """Return a stretch of time in the largest unit that there are two of: "75 s", "12 min", "90 min", "92 d"."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= 2 * size or (size == 1 and seconds >= 1):
            return f"{round(seconds / size)} {unit}"
    return "under 1 s"


@pass_context
def ago(context: Context, at: datetime, under: str = "") -> Markup:
    """Return a `<time>` with how long ago that was, and the moment itself in its title.

    Beside words that name its day already (`under`: "Yesterday" or "17 Nov 2026") it is the time of day: "10:31".
    """
    shell: Shell = context["shell"]
    here = ZoneInfo(shell.zone)
    local = at.astimezone(here)
    told = local.date() < shell.now.astimezone(here).date() and under in ("Yesterday", day(local.date()))
    return _time(at, shell.zone, f"{local:%H:%M}" if told else relative(at, shell.now, shell.zone))


@pass_context
def age(context: Context, at: datetime) -> Markup:
    """Return a `<time>` with a short age, and the moment itself in its title."""
    shell: Shell = context["shell"]
    return _time(at, shell.zone, short_age(at, shell.now, shell.zone))


@pass_context
def clock(context: Context, at: datetime) -> Markup:
    """Return a `<time>` with the time of day to the second, and the moment itself in its title."""
    zone = context["shell"].zone
    return _time(at, zone, f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}")


@pass_context
def moment(context: Context, at: datetime) -> Markup:
    """Return a `<time>` with the day and the time of day to the second."""
    zone = context["shell"].zone
    local = at.astimezone(ZoneInfo(zone))
    return _time(at, zone, f"{day(local.date())}, {local:%H:%M:%S}")


@pass_context
def until(context: Context, at: datetime) -> str:
    """Return the last day before a moment, without its year where that is this one: "30 Nov".

    A day that was named, as whole days of standing in are, is one of UTC: the same for whoever reads it, wherever.
    """
    last = (at - timedelta(seconds=1)).astimezone(UTC).date()
    return day(last).removesuffix(f" {context['shell'].now.astimezone(UTC).year}")


@pass_context
def stamp(context: Context, at: datetime) -> str:
    """Return a moment as "17 Nov 2026, 10:31"."""
    return _moment(at, context["shell"].zone)


def _time(at: datetime, zone: str, words: str) -> Markup:
    exact = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    local = at.astimezone(ZoneInfo(zone))
    return Markup('<time datetime="{}" title="{} {}">{}</time>').format(exact, _moment(at, zone), local.tzname(), words)


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M}"


@pass_context
def by_day(context: Context, items: Iterable[Any], attribute: str) -> list[tuple[str, list[Any]]]:
    """Group items, in the order they come, by the day of an attribute (dots reach inside):
    "Today", "Yesterday" or the day.
    """
    shell: Shell = context["shell"]
    here = ZoneInfo(shell.zone)
    today = shell.now.astimezone(here).date()
    groups: list[tuple[str, list[Any]]] = []
    for item in items:
        at = item
        for name in attribute.split("."):
            at = getattr(at, name)
        on = at.astimezone(here).date()
        words = {0: "Today", 1: "Yesterday"}.get((today - on).days, day(on))
        if not groups or groups[-1][0] != words:
            groups.append((words, []))
        groups[-1][1].append(item)
    return groups
