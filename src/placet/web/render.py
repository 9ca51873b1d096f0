"""Turn a page's data into HTML: the Jinja environment and the few ways in which values and counts are worded.

Everything is escaped unless a function here made it; templates call nothing that reads data or decides.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from placet.web import times
from placet.web.odd_characters import stretches
from placet.web.static_files import MODULES, static_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placet.customers.fields import Change
    from placet.web.views import Evidence, LeftOut, Page

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
    "no_quote": "with no quote",
    "no_source": "with no source",
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
_ADDRESS, _SIGN = re.compile(r"(?<![\w.+-])[\w.+-]+@\w[\w-]*(?:\.\w[\w-]*)+"), re.compile(r"[@.]")
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
        times.ago,
        times.age,
        times.stamp,
        times.clock,
        times.moment,
        times.until,
        times.day,
        by_words,
        shown,
        folding,
        initials,
        short_id,
        segment,
        held_words,
        around,
        times.by_day,
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


def folding(text: str) -> Markup:
    """Return a value as `shown`, whose e-mail addresses break at their signs, if they must, and not within a word."""
    return Markup(_ADDRESS.sub(lambda found: _SIGN.sub(r"<wbr>\g<0>", found[0]), shown(text)))  # noqa: S704 - escaped already


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
