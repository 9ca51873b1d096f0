"""The stages in their order: fold, cut, who, candidates, how meant, resolve, quote, nudge."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from placet.agent.reader import quote as evidence
from placet.agent.reader.candidate import Candidate, Context
from placet.agent.reader.cues import cues
from placet.agent.reader.find import Finder
from placet.agent.reader.labels import Labels
from placet.agent.reader.nudges import nudges
from placet.agent.reader.people import People
from placet.agent.reader.resolve import confidence, infer_country, resolve, why
from placet.agent.reader.result import Finding, Reading, Unproposed
from placet.agent.reader.segment import segment
from placet.agent.reader.text import Folded, fold, rx
from placet.agent.reader.values.dates import MONTHS, find_dates
from placet.agent.reader.values.work import heads
from placet.agent.reader.words import HELPERS, RELATIONS
from placet.customers.fields.place_names import COUNTRY_WORDS, LANGUAGE_WORDS
from placet.customers.schema import ProfileSchema

# Words a scanner misreads that no label has.
_COMMON = (
    "family farm farming firm form former formal from home income name named number meeting member remarks "
    "remains remit amount amounts moment comment commerce company companies time times some same may march more "
    "most made make manufacturing management member memory mine mining mother summer term terms them client "
    "customer preferred dependant dependants employed employee employer employment married marital female male "
    "military government medical medium minimum maximum municipal property permanent temporary pharma pharmacy "
    "mumbai madurai chennai tamil malayalam residential remittance loan clear land deal old welfare will wealth "
    "self sale sell sold bill level legal local loss low full annual also all deal dealer education declared "
    "child nil none single contact"
)


def read(
    note: str, *, schema: ProfileSchema, profile: Mapping[str, Any] | None = None, client: str | None = None,
    date: dt.date | None = None, locale: str = "en-GB",
) -> Reading:  # fmt: skip
    """Read a note about one client and say what should change in their profile.

    `profile` holds the current values by field key, `client` the client's name, `date` the day of the note (else a date near
    its beginning, else today), `locale` how its dates, phones and amounts are written. Never raises, whatever the note says.
    """
    profile = profile or {}
    region = _region(locale)
    folded = fold(note, _known_word)
    name = (
        client
        or (profile.get("fullName") if isinstance(profile.get("fullName"), str) else None)
        or _named_client(folded.text)
    )
    today = date or _dated(folded.text, region) or dt.date.today()
    people = People(name, [alias] if isinstance(alias := profile.get("preferredName"), str) and alias else [])
    labels = Labels(schema, cues())
    keys = [f.key for f in schema.fields if re.search(r"[a-z][A-Z]|_", f.key)]
    cut = segment(folded.text, is_client=people.is_client, is_label=labels.known, keys=_keys_pattern(tuple(keys)))
    people.read(cut.statements, cut.speakers)
    context = Context(folded, schema, profile, people, today, region, cues())
    finder = Finder(context, labels)
    by_field: dict[str, list[Candidate]] = {}
    for candidate in finder.candidates(cut.statements):
        by_field.setdefault(candidate.field.key, []).append(candidate)
    reading = Reading([], [], [])
    chosen: dict[str, Candidate] = {}
    for field in schema.fields:
        best, others = resolve(context, field, by_field.get(field.key, []))
        if best is not None:
            chosen[field.key] = best
        reading.not_proposed += _unproposed(folded, others)
    infer_country(context, chosen)
    reading.proposals = [_finding(context, chosen[field.key]) for field in schema.fields if field.key in chosen]
    reading.nudges = nudges(
        schema, profile, proposals=reading.proposals, not_proposed=reading.not_proposed,
        said="\n".join(each.text for each in cut.statements if each.own),
    )  # fmt: skip
    return reading


def _finding(context: Context, chosen: Candidate) -> Finding:
    start, end = evidence.quote(context.folded, chosen, unique=True)
    field = chosen.field
    return Finding(
        field.key, field.label, chosen.value, context.profile.get(field.key), context.folded.raw[start:end], start, end,
        confidence(chosen), why(chosen),
    )  # fmt: skip


def _unproposed(folded: Folded, others: list[Candidate]) -> list[Unproposed]:
    out: dict[tuple[str, str, str], Unproposed] = {}
    for each in others:
        start, end = evidence.quote(folded, each, unique=False)
        entry = Unproposed(each.field.key, each.value, folded.raw[start:end], each.reason)
        out.setdefault((str(each.value), entry.source_text, each.reason), entry)
    return list(out.values())


_REGIONS = {"de": "DE", "fr": "FR", "pt": "PT", "nl": "NL", "ja": "JP", "es": "ES", "it": "IT", "nb": "NO", "no": "NO"}


def _region(locale: str) -> str:
    parts = rx(r"[A-Za-z]{2,}").findall(locale or "")
    region = next((p.upper() for p in parts[1:] if len(p) == 2), None)
    language = parts[0].lower() if parts else "en"
    return region or _REGIONS.get(language, "GB")


def _named_client(text: str) -> str | None:
    match = rx(
        r"(?im)^\W{0,3}(?:client(?: name)?|customer(?: name)?|re)\s*:\s*(?P<name>[^\W\d_][\w.' "
        r"-]{2,60}?)\s*(?:[,;(\n]|\s{2,}|$)"
    ).search(text[:2000])
    return match["name"] if match else None


def _dated(text: str, region: str) -> dt.date | None:
    """The date of a note that says when it was written, in its first lines."""
    found = find_dates(text[:300].replace("\n", " "), region=region, today=dt.date.today())
    return next((f.value for f in found if not f.doubt and f.value.year >= 2000), None)


@cache
def _keys_pattern(keys: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, keys)) + r")\b") if keys else None


@cache
def _vocabulary() -> frozenset[str]:
    words = set(RELATIONS) | set(MONTHS) | set(heads())
    for phrase in (
        *COUNTRY_WORDS.values(),
        *LANGUAGE_WORDS.values(),
        *HELPERS,
        *(label for cue in cues().values() for label in cue.labels),
    ):
        words.update(rx(r"[^\W\d_]{3,}").findall(phrase.lower()))
    words.update(_COMMON.split())
    return frozenset(words)


def _known_word(word: str) -> bool:
    return word in _vocabulary()
