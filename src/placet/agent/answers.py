"""A follow-up question's answer, read by the same reader as a note, and the source it is stored as if it leads to a proposal."""

from __future__ import annotations

import asyncio

import msgspec

from placet.agent.mind import Brief, Mind, answer_offline
from placet.agent.reader import Finding, Nudge, Unproposed
from placet.artifacts.propose import Source

READ, SKIPPED, NOT_UNDERSTOOD = "read", "skipped", "not_understood"
TITLE = "Answer to a follow-up question"


class Answered(msgspec.Struct):
    """What an answer led to: findings whose places count in the source's text, which is the question and then the answer.

    `outcome` is `read`, `skipped` ("no idea") or `not_understood`; `hint` is what to tell the person then, "" for nothing.
    """

    source: Source
    found: list[Finding]
    left: list[Unproposed]
    outcome: str = READ
    hint: str = ""


async def read_answer(mind: Mind, about: Brief, nudge: Nudge | None, answer: str) -> Answered:
    """Read one answer; without a `nudge` it is a reply in the person's own words to whatever was asked.

    Short answers ("two", "a balanced one") are the offline reader's, who knows the question's field; what it does not understand
    is put to the language model, where there is one. The quote stands in the answer, so that no words of ours become evidence.
    """
    if nudge is None:
        reading = await mind.read(msgspec.structs.replace(about, text=answer))
        return Answered(Source(text=answer, title=TITLE), reading.proposals, reading.not_proposed)
    head = f"{nudge.question}\n\n"
    source = Source(text=head + answer, title=TITLE)
    found = await asyncio.to_thread(answer_offline, about, nudge.field_key, answer)
    if found.outcome == NOT_UNDERSTOOD and mind.settings is not None:
        reading = await mind.read(msgspec.structs.replace(about, text=answer, question=nudge.question))
        if any(each.field_key == nudge.field_key for each in reading.proposals):
            return Answered(source, _moved(reading.proposals, len(head)), reading.not_proposed)
    return Answered(source, _moved(found.proposals, len(head)), found.not_proposed, found.outcome, found.sentence)


def _moved(findings: list[Finding], by: int) -> list[Finding]:
    return [msgspec.structs.replace(found, start=found.start + by, end=found.end + by) for found in findings]
