"""What should follow a meeting: tasks, a note for the file, facts no field is for, where a note says so plainly.

Precision comes before recall: a task is what stands under "Next steps:", what the author says they will do, or a short order
to send the client something or to come back on a day. Nothing is taken from a conversation's turns but under such a heading,
from quoted or pasted text, from words meant for a machine, or where an address stands that somebody could be sent to.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator

from placet.agent.mind import Brief
from placet.agent.reader.acquaintances import Acquaintances
from placet.agent.reader.segment import Statement, segment
from placet.agent.reader.text import Folded, fold, rx
from placet.agent.reader.values.dates import find_dates
from placet.artifacts.propose import Item

LONGEST = 1500  # words; what is longer records what was said rather than what was agreed
MOST_TASKS = 8  # a note that asks for more is not one to be taken at its word
_HEADS = r"\W*(?:agreed )?(?:next steps?|actions?|action (?:points?|items?)|to[- ]?dos?|tasks?|follow[- ]?ups?)\W*"
_NOTE_HEADS = r"\W*(?:note|note (?:to|for the) file|for the file|remember|worth remembering|personal note)\W*"
_DO = (
    r"(?:send|e-?mail|call|ring|phone|text|prepare|draft|write|arrange|book|schedule|set up|organi[sz]e|order|check|review|"
    r"revisit|follow up|get back|come back|introduce|share|update|chase|ask|remind|invite|confirm|discuss|look into|find out)"
)
_SAID = rf"\b(?:i|we)(?:'ll| will| agreed to| promised to| said (?:i|we) would)(?: also)? (?P<what>{_DO}\b.*)"
_ORDER = r"^(?:please )?(?P<what>(?:send|e-?mail|call|ring|show|remind) (?:him|her|them|the client|{client})\b.*)"
_BACK = r"^(?P<what>(?:review|revisit|call(?: back)?|follow up|check in|catch up|meet)\b.*)"
_UNDER = rf"^(?:\[[ x]?\] *)?(?:i|we|rm)?(?: to)? *(?P<what>{_DO}\b.*)"
_NOT = r"\b(?:not|never|n't|no longer|if|unless|whether|would have|instead of)\b|\?|n't\b"
_REACH = r"@|https?:|www\.|\d{5,}|\b(?:password|iban|account number|ignore|instruction|prompt|assistant|model)\b"
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_IN_MONTH = (
    r"\b(?P<when>in|by|before|end of|early|mid|late)(?: the end of)? "
    rf"(?P<month>{'|'.join(_MONTHS)})(?: (?P<year>20\d\d))?\b"
)
_DAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_ON_DAY = rf"\b(?:on|by|next) (?P<day>{'|'.join(_DAYS)})\b"
_FACTS = (  # key, label, pattern of a statement that says so of the client
    (
        "pet",
        "Pet",
        r"\b(?i:his|her|their) (?P<value>(?:dog|cat|horse|pony|parrot)(?:,? (?:is )?(?:called|named))? [A-Z]\w+)",
    ),
    ("diet", "Diet", r"^(?:he|she|{client}) is (?:a )?(?P<value>vegetarian|vegan|coeliac|teetotal)\b"),
    ("allergy", "Allergy", r"^(?:he|she|{client}) is allergic to (?P<value>[\w ]{{3,30}}?)(?= and\b|[,.;]|$)"),
    ("collects", "Collects", r"^(?:he|she|{client}) collects (?P<value>[\w' -]{{3,40}}?)(?= and\b|[,.;]|$)"),
)


def followups(about: Brief) -> list[Item]:
    """Tasks, a note and facts to propose beside what the profile's fields take; each with its quote in the note."""
    folded = fold(about.text)
    people = Acquaintances(about.client)
    cut = segment(folded.text, is_client=people.is_client, is_label=lambda _: False, keys=None)
    own = [each for each in cut.statements if each.own and each.voice == "rm" and not rx(_REACH).search(each.text)]
    today = about.date or dt.date.today()
    name = "|".join(re.escape(part) for part in (about.client or "").split() if len(part) > 2) or "the client"
    tasks = [*_tasks(own, folded, today, name)][:MOST_TASKS]
    return [*tasks, *_note(own, folded), *_facts(own, folded, name)]


def _tasks(own: list[Statement], folded: Folded, today: dt.date, name: str) -> Iterator[Item]:
    seen = set()
    brief = len(folded.text.split()) <= LONGEST
    for each in own:
        words = folded.text[each.body : each.end].strip()
        found = None
        if rx(_NOT).search(words) or not 2 <= len(words.split()) <= 25:
            continue
        if _under(each, _HEADS):
            found = rx(_UNDER).search(words)
        elif brief and not each.talk and not each.label:
            found = rx(_SAID).search(words) or rx(_ORDER.format(client=name)).search(words)
            if found is None and len(words.split()) <= 10 and _due(words, today) is not None:
                found = rx(_BACK).search(words)
        if found is None or (len(found["what"].split()) < 3 and _due(words, today) is None):
            continue
        title = found["what"].strip().rstrip(".;,!")
        if title.casefold() not in seen:
            seen.add(title.casefold())
            payload = {"title": (title[:1].upper() + title[1:])[:200], "confidence": "high"}
            due = _due(words, today)
            yield _item("task", {**payload, **({"due": due.isoformat()} if due is not None else {})}, each, folded)


def _note(own: list[Statement], folded: Folded) -> Iterator[Item]:
    """The first note for the file; what belongs to the same line or bullet is one."""
    first = next((each for each in own if _under(each, _NOTE_HEADS)), None)
    if first is None or first.talk:
        return
    last = [each for each in own if each.item == first.item][-1]
    start, end = folded.span(first.body, last.end)
    text = folded.raw[start:end]
    if len(text.split()) >= 4:
        payload = {"text": text, "source_text": text, "confidence": "high", "tags": ["meeting"]}
        yield Item(artifact_type="note", payload=payload, at=start)


def _facts(own: list[Statement], folded: Folded, name: str) -> Iterator[Item]:
    seen = set()
    for each in own:
        if each.talk or rx(_NOT).search(each.text):
            continue
        for key, label, pattern in _FACTS:
            found = re.search(pattern.format(client=name), each.text.strip(), 0 if key == "pet" else re.IGNORECASE)
            if found is not None and key not in seen:
                seen.add(key)
                value = found["value"].strip()
                payload = {"key": key, "label": label, "value": value[:1].upper() + value[1:], "confidence": "medium"}
                yield _item("additional_fact", payload, each, folded)


def _item(kind: str, payload: dict[str, object], statement: Statement, folded: Folded) -> Item:
    start, end = folded.span(statement.start, statement.end)
    return Item(artifact_type=kind, payload={**payload, "source_text": folded.raw[start:end]}, at=start)


def _under(statement: Statement, heads: str) -> bool:
    return any(words and rx(heads).fullmatch(words) for words in (statement.label, statement.heading))


def _due(words: str, today: dt.date) -> dt.date | None:
    """The day a task names: a date, a month (its first day, or its last), a day of the week, tomorrow."""
    named = [found.value for found in find_dates(words, region="GB", today=today) if found.doubt != "ambiguous"]
    if named:
        return named[0] if isinstance(named[0], dt.date) and named[0] >= today else None
    if (found := rx(_IN_MONTH).search(words)) is not None:
        month = _MONTHS[found["month"].lower()]
        year = int(found["year"]) if found["year"] else today.year + (month < today.month)
        last = found["when"].lower() in ("end of", "late") or "end of" in found[0].lower()
        return max(dt.date(year, month, calendar.monthrange(year, month)[1] if last else 1), today)
    if (found := rx(_ON_DAY).search(words)) is not None:
        return today + dt.timedelta(days=(_DAYS[found["day"].lower()] - today.weekday() - 1) % 7 + 1)
    return today + dt.timedelta(days=1) if rx(r"\btomorrow\b").search(words) else None
