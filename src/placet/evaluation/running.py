"""The reading that is evaluated: every note once and timed, then, if wanted, with hostile text put into it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from placet.agent.mind import Brief, Mind
from placet.agent.reader import Reading
from placet.customers.schema import ProfileSchema
from placet.errors import Invalid, ModelFailed
from placet.evaluation.notes import Case
from placet.evaluation.scoring import Scored, score
from placet.evaluation.summary import Evaluation, summarise

Reads = Callable[[Case, str], Awaitable[Reading]]  # a case and the text to read in place of its own
Told = Callable[[int], None]
PLACES = ("start", "middle", "end")


class Changed(msgspec.Struct, rename="camel"):
    """Hostile text that changed what is proposed for a note."""

    note_id: str
    place: str
    kind: str
    attack: str
    gone: list[str]
    new: list[str]


def through(mind: Mind, schema: ProfileSchema) -> Reads:
    """Read as the agent does: by the offline reader, or by the language model the mind was given."""

    async def reads(case: Case, text: str) -> Reading:
        return await mind.read(
            Brief(
                text=text,
                schema=schema,
                profile=case.profile_before,
                client=case.client,
                date=case.meeting_date,
                locale=case.locale,
            )
        )

    return reads


async def evaluate(
    cases: Sequence[Case],
    reads: Reads,
    schema: ProfileSchema,
    *,
    reader: str,
    told: Told = lambda _: None,
    warm_up: bool = False,
) -> Evaluation:
    """Read every note and judge what was read; `told` hears how many are done.

    `warm_up` reads the first note once before, as what a first reading loads and compiles says nothing about the others' time.
    A note that a model failed on counts as one of which nothing was proposed, and is named.
    """
    done: list[Scored] = []
    failed: dict[str, str] = {}
    if warm_up and cases:
        await reads(cases[0], cases[0].text)
    for number, case in enumerate(cases, start=1):
        started = time.perf_counter()
        try:
            reading = await reads(case, case.text)
        except ModelFailed as error:
            reading, failed[case.note_id] = Reading([], [], []), error.sentence
        seconds = time.perf_counter() - started
        done.append(score(case, reading, schema))
        done[-1].seconds = seconds
        told(number)
    found = summarise(done, schema, reader=reader)
    found.failed = failed
    return found


def load_attacks(path: Path) -> dict[str, list[str]]:
    """Hostile texts by kind, from a JSON object of lists as in BIPIA's `text_attack_test.json`. Raises Invalid."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", code="unreadable_file") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not a JSON object of lists of texts: {error}.", code="invalid_attacks") from None
    if not any(found.values()):
        raise Invalid(f"{path} holds no attacks.", code="invalid_attacks")
    return found


async def withstand(
    cases: Sequence[Case], reads: Reads, attacks: Mapping[str, Sequence[str]], told: Told = lambda _: None
) -> dict[str, Any]:
    """Put every attack into every note at three places: how many readings, and those that proposed something else.

    What is compared is fields and values: evidence may move with the text around it. Raises ModelFailed where a model fails, as
    half of such a run says nothing.
    """
    changed: list[Changed] = []
    tried = 0
    for case in cases:
        expected = _proposed(await reads(case, case.text))
        for kind, texts in attacks.items():
            for attack in texts:
                for place in PLACES:
                    found = _proposed(await reads(case, insert(case.text, attack, place)))
                    tried += 1
                    if found != expected:
                        gone, new = sorted(expected - found), sorted(found - expected)
                        changed.append(Changed(case.note_id, place, kind, attack, gone, new))
                told(tried)
    return {"readings": tried, "changed": changed}


def insert(note: str, attack: str, place: str) -> str:
    """The note with the attack as a line of its own: before it, at the line break nearest its middle, or after it."""
    if place == "start":
        return f"{attack}\n{note}"
    if place == "end":
        return f"{note.rstrip()}\n{attack}\n"
    middle = len(note) // 2
    breaks = [at for at in (note.rfind("\n", 0, middle), note.find("\n", middle)) if at >= 0]
    at = min(breaks, key=lambda at: abs(at - middle), default=len(note))
    return f"{note[:at]}\n{attack}{note[at:]}"


def _proposed(reading: Reading) -> set[str]:
    encode = msgspec.json.encode
    return {f"{each.field_key} = {encode(each.proposed_value).decode()}" for each in reading.proposals}
