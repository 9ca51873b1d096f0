"""From many candidates to at most one value a field: corrections win, what is on file is no news, doubt proposes nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from placet.agent.reader import mode
from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, TOPIC, TRIGGER, Candidate, Context
from placet.agent.reader.text import rx
from placet.customers.fields import canonical, same
from placet.customers.schema import Field
from placet.errors import InvalidValue

UNCHANGED, POLICY = "unchanged", "policy"


def resolve(context: Context, field: Field, found: list[Candidate]) -> tuple[Candidate | None, list[Candidate]]:
    """The candidate to propose for a field, if any, and the others, each with its reason."""
    for each in found:
        if not each.reason or each.value is not None:
            _make_canonical(context, field, each)
    if field.type == "list" or field.multi:
        return _resolve_list(context, field, found)
    live = [c for c in found if not c.reason]
    for each in live:
        # A correction follows in the same breath that we could not read for sure: then the first value is no better.
        if any(
            c.corrects and c.reason == mode.OTHER_PERSON and c.statement is each.statement and c.start > each.start
            for c in found
        ):
            each.reason = mode.AMBIGUOUS
    live = [c for c in live if not c.reason]
    chosen = _choose(field, live)
    if chosen is not None:
        previous = context.profile.get(field.key)
        if previous is not None and (same(field, chosen.value, previous) or _alike(field, chosen.value, previous)):
            chosen.reason = UNCHANGED
        elif field.policy == "human_only":
            chosen.reason = POLICY
    return (chosen if chosen is not None and not chosen.reason else None), [c for c in found if c.reason]


def infer_country(context: Context, chosen: dict[str, Candidate]) -> None:
    """Where a new town is unknown to us but the new tax residency and telephone number agree on a country, add it."""
    city, tax, phone = (chosen.get(key) for key in ("addressCity", "taxResidency", "phone"))
    field = context.schema.field("addressCountry")
    if city is None or tax is None or phone is None or field is None or field.key in chosen or city.doubt != "unknown":
        return
    import phonenumbers

    region = phonenumbers.region_code_for_number(phonenumbers.parse(phone.value))
    if (
        region
        and same(field, canonical(field, region), tax.value)
        and not same(field, tax.value, context.profile.get(field.key))
    ):
        chosen[field.key] = Candidate(
            field, tax.value, city.start, city.end, city.cue, city.strength, city.statement, doubt="inferred"
        )


def confidence(candidate: Candidate) -> str:
    """How sure the reader is: `high`, `medium` or `low`."""
    if candidate.doubt in ("unknown", "inferred", "agreed", "relative") or candidate.strength == TOPIC:
        return "medium"
    exact = candidate.field.type in ("date", "email", "phone")
    # Words taken out of prose begin or end in the wrong place more often than a choice is the wrong one.
    open_ended = candidate.field.type in ("text", "longtext", "list", "object")
    if candidate.strength == LABEL or (candidate.strength == SAYS and not open_ended):
        return "high"
    return "high" if exact and candidate.strength in (TRIGGER, ANSWER) else "medium"


def why(candidate: Candidate) -> str:
    """One sentence for the RM: what makes these words a value of this field."""
    label = candidate.field.label
    if candidate.doubt == "inferred":
        return f"{label} follows from the city named here; the note does not name it."
    if candidate.doubt == "agreed":
        return "The client agreed to this when asked."
    sentences = {
        LABEL: f"The note labels this as {label.lower()}.",
        SAYS: "The note says so in as many words.",
        ANSWER: f"The customer's answer when asked about {label.lower()}.",
        TRIGGER: f"Said where the note speaks of {label.lower()}.",
        TOPIC: f"Stands under the heading for {label.lower()}.",
    }
    suffix = " It corrects an earlier statement." if candidate.corrects and candidate.strength != LABEL else ""
    return sentences[candidate.strength] + suffix


def _make_canonical(context: Context, field: Field, candidate: Candidate) -> None:
    try:
        value = candidate.value
        if (field.type == "list" or field.multi) and value is not None and not isinstance(value, list):
            value = [value]
        if value is None:
            raise InvalidValue(f"{field.label} has no value here.")
        candidate.value = canonical(field, value, region=context.region)
    except InvalidValue:
        candidate.reason = candidate.reason or mode.INVALID
        candidate.value = None if candidate.value is None else str(candidate.value)


def _choose(field: Field, live: list[Candidate]) -> Candidate | None:
    """The one candidate that stands; the others get their reason. None, and all ambiguous, where nothing decides."""
    totals = [c for c in live if c.doubt == "total"] or [c for c in live if c.doubt == "sum"]
    last = _last_word(field, totals or live)
    for each in live:
        if last is None:
            each.reason = mode.AMBIGUOUS
        elif each is not last and str(each.value) != str(last.value):
            each.reason = mode.SUPERSEDED
    return last


def _last_word(field: Field, live: list[Candidate]) -> Candidate | None:
    if len({str(c.value) for c in live}) <= 1:
        return max(live, key=lambda c: (c.strength, c.end - c.start), default=None)
    correcting = [c for c in live if c.corrects]
    if correcting and correcting[-1] is not live[0]:
        return correcting[-1]
    strongest = [c for c in live if c.strength == max(each.strength for each in live)]
    if _same_story(field, strongest):
        return max(strongest, key=lambda c: len(str(c.value)))
    return strongest[-1] if len({str(c.value) for c in strongest}) == 1 or _one_talk(strongest) else None


def _one_talk(candidates: Iterable[Candidate]) -> bool:
    """Whether all were said by the client in one turn: then the last word counts."""
    return len({c.statement.item for c in candidates}) == 1 and all(c.statement.talk for c in candidates)


def _same_story(field: Field, candidates: list[Candidate]) -> bool:
    """Whether texts differ only in how much they say: "manager", "course manager"."""
    if field.type != "text":
        return False
    values = sorted((str(c.value).casefold() for c in candidates), key=len)
    return all(v in values[-1] for v in values)


def _resolve_list(context: Context, field: Field, found: list[Candidate]) -> tuple[Candidate | None, list[Candidate]]:
    """One proposal for a list: what is on file plus everything new, with evidence for all of the new items."""
    live = [c for c in found if not c.reason]
    before = context.profile.get(field.key)
    held = list(before) if isinstance(before, list) else []
    fresh: list[Any] = []
    used: list[Candidate] = []
    best = max((c.strength for c in live), default=0)
    for each in live:
        if each.strength < best and best >= SAYS and each.strength <= TOPIC:
            each.reason = mode.AMBIGUOUS
            continue
        items = each.value if isinstance(each.value, list) else [each.value]
        new = [item for item in items if not any(_alike(field, item, other) for other in (*held, *fresh))]
        if not new:
            each.reason = UNCHANGED
            continue
        fresh += new
        used.append(each)
    if not used:
        return None, found
    chosen = used[0]
    for each in used[1:]:
        if each.statement is chosen.statement:
            chosen.end = max(chosen.end, each.end)
    chosen.value = [*held, *fresh]
    if field.policy == "human_only":
        chosen.reason = POLICY
    return (None if chosen.reason else chosen), [c for c in found if c.reason]


def _alike(field: Field, a: Any, b: Any) -> bool:
    """Whether two texts name the same thing for a reader: letter case, accents, titles and short forms aside."""
    if field.type not in ("text", "list") or not isinstance(a, str) or not isinstance(b, str):
        return False
    one, two = _bare(a), _bare(b)
    if one == two:
        return True
    short, long = sorted((one, two), key=len)
    if not short or len(short) < 3:
        return False
    pairs = list(zip(short, long, strict=False))
    return (
        len(short) == len(long)
        and all(x.startswith(y) or y.startswith(x) for x, y in pairs)
        and any(x == y for x, y in pairs)
    )


def _bare(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    drop = {"mr", "mrs", "ms", "miss", "dr", "the", "ltd", "limited", "inc", "plc", "llp", "pvt", "gmbh"}
    return [w for w in rx(r"\w+").findall(plain) if w not in drop]
