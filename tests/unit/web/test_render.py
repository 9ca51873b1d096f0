"""How times, values and counts are worded, and that every page renders with nothing left undefined."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from acceptance.web import styleguide
from placet.customers import fields
from placet.customers.schema import Field
from placet.web import render, times, views
from placet.web.specimens import proposals as sample

NOW = datetime(2026, 11, 17, 11, 30, tzinfo=UTC)
TEXT = Field(key="text", label="Text", section="S", type="text")
INVISIBLE = "\u200b\u202e\u2066\ufeff\u00ad"


@pytest.mark.parametrize(
    ("ago", "words", "age"),
    [
        (timedelta(seconds=-5), "just now", "now"),
        (timedelta(seconds=9), "just now", "now"),
        (timedelta(seconds=20), "20 s ago", "now"),
        (timedelta(minutes=12), "12 min ago", "12 min"),
        (timedelta(hours=2), "2 h ago", "2 h"),
        (timedelta(hours=11, minutes=29), "11 h ago", "11 h"),
        (timedelta(hours=12), "yesterday", "1 d"),
        (timedelta(hours=30), "yesterday", "1 d"),
        (timedelta(days=3), "3 days ago", "3 d"),
        (timedelta(days=46), "2 Oct 2026", "46 d"),
        (timedelta(days=-2), "19 Nov 2026", "now"),
    ],
)
def test_how_long_ago_is_said_in_words(ago: timedelta, words: str, age: str) -> None:
    assert times.relative(NOW - ago, NOW) == words
    assert times.short_age(NOW - ago, NOW) == age


def test_a_stretch_of_time_is_told_in_a_unit_that_says_something() -> None:
    told = [times.length(seconds) for seconds in (0.4, 1, 38.4, 75, 120, 5400, 86_400, 8e6)]
    assert told == ["under 1 s", "1 s", "38 s", "75 s", "2 min", "90 min", "24 h", "93 d"]


def test_yesterday_is_the_readers_yesterday() -> None:
    at = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)  # half past midnight of the 17th in Zurich
    assert times.relative(at, NOW, "UTC") == "yesterday"
    assert times.relative(at, NOW, "Europe/Zurich") == "12 h ago"


def test_a_time_says_its_moment_and_zone_in_the_title() -> None:
    shell = views.Shell(user=views.Person(name="C", role="rm"), csrf="t", here="/", now=NOW, zone="Europe/Zurich")
    made = render.environment().from_string("{{ at|ago }}").render(at=NOW - timedelta(hours=2), shell=shell)
    assert made == '<time datetime="2026-11-17T09:30:00Z" title="17 Nov 2026, 10:30 CET">2 h ago</time>'


@pytest.mark.parametrize(
    ("hours", "under", "words"),
    [
        (30, "16 Nov 2026", "06:30"),
        (30, "Yesterday", "06:30"),
        (30, "15 Nov 2026", "yesterday"),
        (300, "5 Nov 2026", "00:30"),
        (2, "17 Nov 2026", "2 h ago"),
        (2, "Today", "2 h ago"),
    ],
)
def test_beside_its_day_a_time_is_the_time_of_day(hours: int, under: str, words: str) -> None:
    shell = views.Shell(user=views.Person(name="C", role="rm"), csrf="t", here="/", now=NOW, zone="Europe/Zurich")
    made = render.environment().from_string("{{ at|ago(under) }}")
    assert f">{words}</time>" in made.render(at=NOW - timedelta(hours=hours), shell=shell, under=under)


def test_days_are_grouped_in_the_readers_zone() -> None:
    shell = views.Shell(user=views.Person(name="C", role="rm"), csrf="t", here="/", now=NOW, zone="Europe/Zurich")
    made = render.environment().from_string(
        "{% for day, all in items|by_day('at') %}{{ day }}:{{ all|length }} {% endfor %}"
    )
    ago = [views.Decision(at=NOW - timedelta(hours=hours)) for hours in (1, 12, 13, 300)]
    assert made.render(items=ago, shell=shell) == "Today:2 Yesterday:1 5 Nov 2026:1 "


def test_the_last_day_of_standing_in_is_the_same_for_every_reader() -> None:
    made = render.environment().from_string("{{ at|until }}")
    for zone in ("UTC", "Asia/Singapore", "America/Los_Angeles"):
        shell = views.Shell(user=views.Person(name="C", role="rm"), csrf="t", here="/", now=NOW, zone=zone)
        assert made.render(at=datetime(2026, 12, 1, tzinfo=UTC), shell=shell) == "30 Nov"


@pytest.mark.parametrize(
    "told", [None, "", "Europe", "../../etc/passwd", "/etc/passwd", "Mars/Olympus", "a" * 5000, "UTC\0", "+08:00"]
)
def test_a_zone_that_nobody_knows_is_utc(told: str | None) -> None:
    assert times.known(told) == "UTC"
    assert times.known("Asia/Singapore") == "Asia/Singapore"


def test_an_address_breaks_at_its_signs_only() -> None:
    folded = "Ida, ida<wbr>.lund<wbr>@post<wbr>.example. By 2.5 @ par &lt;b&gt;"
    assert render.folding("Ida, ida.lund@post.example. By 2.5 @ par <b>") == folded


def test_text_is_never_markup() -> None:
    assert render.shown("<b onclick=x>&") == "&lt;b onclick=x&gt;&amp;"


def test_what_cannot_be_seen_is_named_and_never_sent_on() -> None:
    html = str(render.shown(f"a{INVISIBLE}b"))
    assert not set(html) & set(INVISIBLE)
    for name in ("zero-width space", "right-to-left override", "left-to-right isolate", "byte order mark"):
        assert f"({name})" in html


def test_look_alikes_are_shown_and_named() -> None:
    html = str(render.shown("Pаypal"))
    assert 'title="Cyrillic letter">а<' in html


@pytest.mark.parametrize(
    ("here", "changes", "there"),
    [
        ("/inbox", {"open": "a1"}, "/inbox?open=a1"),
        ("/inbox?flag=stale&open=a0", {"open": "a1"}, "/inbox?flag=stale&open=a1"),
        ("/inbox?open=a0", {"open": None}, "/inbox"),
        ("/customers?q=a%26b%20c", {"open": "x"}, "/customers?q=a%26b+c&open=x"),
        ("/inbox?field=", {"open": "x"}, "/inbox?field=&open=x"),
    ],
)
def test_a_list_keeps_its_state_in_links(here: str, changes: dict[str, str | None], there: str) -> None:
    assert render.here_with(here, **changes) == there


def test_what_is_left_out_is_counted_in_words() -> None:
    left = [
        views.LeftOut(why="stale", count=1),
        views.LeftOut(why="reason", count=2),
        views.LeftOut(why="new", count=1),
    ]
    assert render.held_words(left) == "1 stale, 2 need a reason, 1 new"
    assert render.held_words([views.LeftOut(why="dual", count=1)]) == "1 needs two signatures"


def test_a_quote_is_shown_within_its_paragraph_and_whole_words() -> None:
    source = views.Source(id="s", title="Note")
    evidence = views.Evidence(
        quote="the quote", verified=True, source=source, before="Above.\nJust before ", after=" and after.\nBelow"
    )
    assert render.around(evidence) == ("Just before ", "the quote", " and after.")
    long = views.Evidence(quote="q", verified=True, source=source, before="word " * 100, after=" word" * 100)
    before, _, after = render.around(long)
    assert before.startswith("… word ")
    assert after.endswith(" word …")
    assert len(before) < 170 > len(after)


def test_short_texts_are_compared_whole_and_long_ones_by_words() -> None:
    assert not render.by_words(fields.change(TEXT, "5 to 10 years", "3 to 5 years"))
    before = "Prefers mornings, in Lugano or Milan, and wants written notes within two days."
    assert render.by_words(fields.change(TEXT, before, before.replace("two days", "one day")))
    assert not render.by_words(
        fields.change(TEXT, before, "Nothing of this holds any more, since she moved to the sea in May last year.")
    )
    assert not render.by_words(fields.change(TEXT, None, before))


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Claire Amiel", "CA"), ("Ana", "A"), ("J. R. Reber", "JR"), ("", "?"), ("øystein ås", "ØÅ"), ("… –", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert render.initials(name) == letters


def test_small_words() -> None:
    assert render.count(1, "proposal") == "1 proposal"
    assert render.count(3, "proposal") == "3 proposals"
    assert render.count(2, "entry", "entries") == "2 entries"
    assert times.day(date(2026, 4, 5)) == "5 Apr 2026"
    assert render.sentence("first person") == "First person."
    assert render.sentence("Is it?") == "Is it?"
    assert render.segment("a/b?c") == "a%2Fb%3Fc"


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_every_page_renders_within_the_security_policy(name: str) -> None:
    html = render.page(styleguide.PAGES[name]())
    assert html.startswith("<!doctype html>")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|data:", html), "inline code or style"
    assert all(re.search(r"<script[^>]* src=", tag) for tag in re.findall(r"<script[^>]*>", html))
    assert all(' method="post"' not in form or "csrf" in html for form in re.findall("<form[^>]*>", html))
    assert "None" not in re.sub(r"<[^>]*>", "", html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), sorted(each for each in set(ids) if ids.count(each) > 1)


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_every_form_that_changes_something_carries_the_token(name: str) -> None:
    html = render.page(styleguide.PAGES[name]())
    for form in re.findall(r'<form[^>]*method="post".*?</form>', html, flags=re.S):
        assert 'name="csrf" value="t0ken"' in form


def test_every_symbol_used_is_in_the_sprite() -> None:
    folder = Path(render.__file__).parent
    there = set(re.findall(r'<symbol id="([^"]+)"', (folder / "static/icons.svg").read_text()))
    used = {
        each
        for name in styleguide.PAGES
        for each in re.findall(r"icons\.svg\?v=\w+#([\w-]+)", render.page(styleguide.PAGES[name]()))
    }
    assert used <= there
    assert {symbol for symbol, _ in render.FLAGS.values()} <= there
    assert set(render.OUTCOMES) <= there


def test_a_proposed_text_cannot_leave_its_place() -> None:
    field = Field(key="x", label="X", section="S", type="text")
    evil = '"><script>alert(1)</script>'
    page = styleguide.artifact(styleguide.OCCUPATION)
    card = page.proposal.card
    card = type(card)(
        title=evil, change=fields.change(field, evil, evil + "2"), now=evil, proposed=evil, policy="", badges=[]
    )
    replaced = msgspec.structs.replace(page.proposal, card=card, why=evil, agent=evil)
    assert "<script>alert" not in render.page(msgspec.structs.replace(page, proposal=replaced))


@pytest.mark.parametrize(
    ("decided", "then"),
    [
        (sample.OCCUPATION, sample.CHANNELS),
        (sample.REVIEWED, sample.ADDRESS),  # the last of a batch leads into the next customer's
        (sample.INCOME, sample.OCCUPATION),  # and the last of all back to the first that still waits
    ],
)
def test_a_decision_leads_to_the_next_that_waits(decided: views.Proposal, then: views.Proposal) -> None:
    html = render.page(styleguide.inbox(views.Opened(id=decided.id, maker=decided.agent)))
    form = re.search(rf'id="accept-{decided.id}".*?</form>', html, flags=re.S)
    assert form is not None
    assert f'name="next" value="/inbox?open={then.id}"' in form.group()
