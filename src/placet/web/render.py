"""Turn a page's data into HTML: the Jinja environment and the few ways in which times, values and counts are worded.

Everything is escaped unless a function here made it; templates call nothing that reads data or decides.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from markupsafe import Markup, escape

from placet.web.odd_characters import stretches
from placet.web.static_files import MODULES, static_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2.runtime import Context

    from placet.customers.fields import Change
    from placet.web.views import Evidence, LeftOut, Page, Shell

REJECT_REASONS: Final = ("wrong value", "not said", "hypothetical", "other person", "outdated", "duplicate", "other")
OUTCOMES: Final = {
    "pending": "Pending",
    "accepted": "Accepted",
    "edited": "Accepted with a change",
    "rejected": "Rejected",
    "superseded": "Superseded",
    "expired": "Expired",
    "withdrawn": "Withdrawn",
}
FLAGS: Final = {  # a badge's kind -> its symbol and its tone; confidence says `low` by itself
    "stale": ("history", "warn"),
    "rival": ("git-compare", "warn"),
    "unverified": ("file-search", "stop"),
    "reason": ("pen-line", ""),
    "dual": ("two", ""),
    "expires": ("clock", "warn"),
    "human_only": ("user-round-check", ""),
    "restricted": ("file-search", ""),
}
HELD: Final = {  # why a bulk accept leaves something out, for one; "needs" becomes "need" for more
    "stale": "stale",
    "rival": "with a rival",
    "unverified": "with quote not found",
    "reason": "needs a reason",
    "dual": "needs two signatures",
    "human_only": "for people only",
    "low": "of low confidence",
    "one_by_one": "to be read",
    "restricted": "hidden until revealed",
}
SEEN: Final = {  # why something in a note was not proposed
    "hypothetical": "Said as a possibility, not as a fact.",
    "question": "Asked, not stated.",
    "other_person": "About somebody else.",
    "negated": "The note says it is not so.",
    "superseded": "Corrected later in the note.",
    "unchanged": "The profile already says so.",
    "hearsay": "Second-hand.",
    "instruction": "An instruction inside the note, not a fact.",
    "ambiguous": "It can be read in more than one way.",
    "invalid": "The field does not take this value.",
    "policy": "Only people may change it.",
    "duplicate": "Already proposed.",
    "no_change": "The profile already says so.",
    "previously_rejected": "Rejected before, from the same words.",
}
HIDDEN: Final = "••••••"  # a restricted value, until somebody asks for it
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BEFORE, _AFTER = 150, 110  # characters of the note shown around a quote


def page(view: Page) -> str:
    """Return the whole HTML document of a page."""
    return environment().get_template(view.template).render(page=view, shell=view.shell)


@cache
def environment() -> Environment:
    """Return the one environment: HTML is escaped, and a name a template gets wrong is an error."""
    return make_environment(Path(__file__).with_name("templates"))


def make_environment(folder: Path) -> Environment:
    """Return an environment over a folder of templates, with our filters and names."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for filter_ in (
        ago,
        age,
        stamp,
        clock,
        moment,
        until,
        day,
        by_words,
        shown,
        initials,
        short_id,
        segment,
        held_words,
        around,
        by_day,
        sentence,
        thousands,
    ):
        made.filters[filter_.__name__] = filter_
    made.globals.update(
        static_url=static_url,
        here_with=here_with,
        count=count,
        REJECT_REASONS=REJECT_REASONS,
        OUTCOMES=OUTCOMES,
        FLAGS=FLAGS,
        HELD=HELD,
        SEEN=SEEN,
        HIDDEN=HIDDEN,
        MODULES=MODULES,
    )
    return made


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    """Return the last day before a moment, without its year where that is this one: "30 Nov"."""
    zone, now = ZoneInfo(context["shell"].zone), context["shell"].now
    last = (at - timedelta(seconds=1)).astimezone(zone).date()
    return day(last).removesuffix(f" {now.astimezone(zone).year}")


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


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def shown(text: str) -> Markup:
    """Return a value escaped, with what a person could not see or would mistake marked and named."""
    return Markup("").join(
        escape(run.text)
        if run.odd is None
        else Markup('<span class="odd{2}" title="{0}">{1}<span class="sr"> ({0}) </span></span>').format(
            run.odd, "" if run.hidden else run.text, " ghost" if run.hidden else ""
        )
        for run in stretches(text)
    )


def sentence(text: str) -> str:
    """Return a text that starts with a capital and ends with a full stop."""
    text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".!?…" else text + "."


def by_words(change: Change) -> bool:
    """Whether a changed text is easier to read word by word: it is long, and much of it stays."""
    if change.kind != "text" or change.before is None or change.after is None:
        return False
    words = len(change.before.split()) + len(change.after.split())
    kept = sum(len(piece.text.split()) for piece in change.pieces if piece.kind == "kept")
    return words > 12 and kept * 2 >= words * 0.4


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name."""
    words = [word for word in re.split(r"[\s.]+", name) if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def short_id(identifier: str) -> str:
    """Return as much of an id as tells the few on a page apart."""
    return identifier[:6]


def segment(text: str) -> str:
    """Return a text as one segment of a path."""
    return quote(text, safe="")


def thousands(number: int) -> str:
    """Return "88 240", with a space that does not break."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def count(number: int, one: str, many: str | None = None) -> str:
    """Return "1 proposal", "3 proposals"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def held_words(left_out: Iterable[LeftOut]) -> str:
    """Return "1 stale, 2 need a reason"."""
    parts = []
    for each in left_out:
        words = HELD.get(each.why, each.why)
        parts.append(f"{each.count} {words if each.count == 1 else words.replace('needs', 'need', 1)}")
    return ", ".join(parts)


def around(evidence: Evidence) -> tuple[str, str, str]:
    """Return a quote between what stands before and after it, cut at words and never beyond its paragraph."""
    before, after = evidence.before.rsplit("\n", 1)[-1], evidence.after.split("\n", 1)[0]
    if len(before) > _BEFORE:
        before = "… " + before[-_BEFORE:].split(" ", 1)[-1]
    if len(after) > _AFTER:
        after = after[:_AFTER].rsplit(" ", 1)[0] + " …"
    return before, evidence.quote, after


def here_with(here: str, **changes: str | None) -> str:
    """Return a path with members of its query replaced; None takes one out. A `#fragment` is kept out of it."""
    path, _, query = here.partition("?")
    members = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in changes]
    members += [(name, value) for name, value in changes.items() if value is not None]
    return f"{path}?{urlencode(members)}" if members else path
