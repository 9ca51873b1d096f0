"""One turn of a chat: whose, about which customer, what was said; and the work its tools do. No language model is in here.

The customer is the server's choice and stands in no tool's parameters. Reading and proposing ask the same verbs as every other
door. Nothing of the turn outlives it but what was proposed.
"""

from __future__ import annotations

import asyncio
import re
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha512
from typing import Any, Literal

import msgspec

from placet.agent import read_note
from placet.agent.answers import NOT_UNDERSTOOD, SKIPPED, Answered, read_answer
from placet.agent.conversation import MAX_ANSWER, Conversation, Reply
from placet.agent.followups import followups
from placet.agent.mind import Brief, Mind
from placet.agent.reader import Nudge, Reading
from placet.artifacts import inbox, lifecycle
from placet.artifacts.artifact_type import to_wire
from placet.artifacts.propose import Item, Proposed, Source
from placet.customers import fields, records
from placet.identity.principal import Principal
from placet.runtime import Runtime

Step = Literal["read", "extract", "ask", "check", "propose"]
State = Literal["active", "done", "skipped"]
MOST_REPLIES = 5  # to one question, or naming none
_OURS = re.compile("[A-Za-z0-9]{21}")  # a batch id that Placet made, which alone names one batch


class Progress(msgspec.Struct, rename="camel", omit_defaults=True):
    """One step of the work: `read`, `extract`, `ask`, `check` or `propose`. `done` of `total` parts, and a word about it."""

    step: Step
    state: State
    done: int | None = None
    total: int | None = None
    detail: str | None = None


class Question(msgspec.Struct, rename="camel"):
    """A nudge as the chat shows it: `active`, then `answered` or `skipped`. Never stored. `hint` says why an answer was not taken,
    or why nothing came of it.
    """

    id: str
    field_key: str
    question: str
    why: str
    status: Literal["active", "answered", "skipped"]
    hint: str = ""


Show = Callable[[Progress | Question | dict[str, Any]], Awaitable[None]]


@dataclass
class Session:
    """What a turn's tools work with. `show` tells the client of steps, questions and artifacts as they come."""

    runtime: Runtime
    who: Principal
    customer_id: str
    conversation: Conversation
    chat_id: str
    title: str | None = None
    occurred_at: datetime | None = None
    locale: str = "en-GB"
    pending: int = 0
    and_more: bool = False
    address: str = ""
    reading: Reading | None = None
    following: list[Item] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    proposed: Proposed | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)  # a model may call its tools all at once

    @property
    def mind(self) -> Mind:
        """Who reads."""
        return self.runtime.part(Mind)

    async def look(self) -> None:
        """See what waits at this customer, and where a person decides it."""
        async with self.runtime.reading() as connection:
            waiting = inbox.Filters(customer_id=self.customer_id, status=lifecycle.PENDING)
            page = await inbox.list_artifacts(connection, self.who, waiting, limit=inbox.MAX_LIMIT)
        self.pending, self.and_more = len(page.artifacts), page.next_cursor is not None
        batches = {found.batch_id for found in page.artifacts}
        [only] = batches if len(batches) == 1 and not self.and_more else [""]
        self.address = f"/batches/{only}" if _OURS.fullmatch(only) else f"/customers/{self.customer_id}"

    @property
    def waiting(self) -> str:
        """How many proposals wait, in words."""
        number = f"{'More than ' if self.and_more else ''}{self.pending}"
        return f"{number} proposal{'' if self.pending == 1 else 's'} wait{'s' if self.pending == 1 else ''}"

    async def profile(self, sections: list[str] | None) -> dict[str, dict[str, str]]:
        """What is recorded now, in words, by section; what is restricted is only said to be there."""
        async with self.runtime.reading() as connection:
            customer = await records.get(connection, self.who, self.customer_id)
        found: dict[str, dict[str, str]] = {}
        for section, listed in self.runtime.schema.sections():
            if sections and section not in sections:
                continue
            found[section] = {
                each.label: "recorded, restricted"
                if each.restricted and each.key in customer.profile
                else fields.display(each, customer.profile.get(each.key))
                for each in listed
            }
        return found

    async def read(self, show: Show) -> Reading | None:
        """Read the note and the answers, once a turn; None where no note was sent."""
        async with self._one_at_a_time:
            return await self._read(show)

    async def _read(self, show: Show) -> Reading | None:
        note = self.conversation.note
        if note is None or self.reading is not None:
            return self.reading
        text = read_note.checked(note)
        words = len(text.split())
        await show(Progress("read", "active"))
        customer = await read_note.may_propose(self.runtime, self.who, self.customer_id)
        about = read_note.brief(self.runtime, customer, text, occurred_at=self.occurred_at, locale=self.locale)
        await show(Progress("read", "done", detail=f"{words:,} words"))
        await show(Progress("extract", "active", done=0))

        async def told(done: int, total: int) -> None:
            await show(Progress("extract", "active", done=done, total=total))

        reading = await self.mind.read(about, told)
        await self._read_answers(about, reading)
        self.reading = reading
        self.following = await asyncio.to_thread(followups, about)
        await show(Progress("extract", "done", detail=f"{len(reading.proposals)} found"))
        await self._ask(show)
        return reading

    async def _read_answers(self, about: Brief, reading: Reading) -> None:
        """What became of each question: the first reply that names it and is understood, else words that give its field a
        value; what nobody answered is skipped once the person has said so, or has said anything else.
        """
        said = self.conversation
        waiting: list[Nudge] = []
        for nudge in reading.nudges:
            question = Question(nudge.id, nudge.field_key, nudge.question, nudge.why, "active")
            self.questions.append(question)
            for reply in said.replies.get(nudge.id, ())[:MOST_REPLIES]:
                if await self._settled(about, nudge, question, reply):
                    break
            if question.status == "active":
                waiting.append(nudge)
        for words in said.loose[:MOST_REPLIES]:
            alone = waiting[0] if len(waiting) == 1 else None
            answered = await read_answer(self.mind, about, alone, read_note.checked(words))
            if not answered.found and waiting:
                answered = await read_answer(self.mind, about, waiting[0], read_note.checked(words))
            self.answered.append(answered)
        given = {found.field_key for answered in self.answered for found in answered.found}
        for question in self.questions:
            if question.field_key in given:
                question.status, question.hint = "answered", ""
            elif question.status == "active" and (said.skip_rest or said.loose):
                question.status, question.hint = "skipped", ""

    async def _settled(self, about: Brief, nudge: Nudge, question: Question, reply: Reply) -> bool:
        """Whether a reply ends a question; one that is not understood leaves it open, with a hint."""
        if reply.status == "skipped" or not reply.text.strip():
            question.status = "skipped"
            return True
        answered = await read_answer(self.mind, about, nudge, read_note.checked(reply.text[:MAX_ANSWER]))
        if answered.outcome == NOT_UNDERSTOOD:
            question.hint = answered.hint
            return False
        self.answered.append(answered)
        question.status, question.hint = "skipped" if answered.outcome == SKIPPED else "answered", answered.hint
        return True

    async def _ask(self, show: Show) -> None:
        for question in self.questions:
            await show(question)
        state: State = "active" if self.open else "done" if self.questions else "skipped"
        await show(Progress("ask", state, total=len(self.questions), done=len(self.questions) - len(self.open)))

    @property
    def open(self) -> list[Question]:
        """The questions that wait for an answer."""
        return [question for question in self.questions if question.status == "active"]

    @property
    def to_propose(self) -> int:
        """How many things there are to propose, from the note and the answers so far."""
        assert self.reading is not None  # asked after reading
        changes = {found.field_key for found in self.reading.proposals}
        changes |= {found.field_key for answered in self.answered for found in answered.found}
        return len(changes) + len(self.following)

    async def propose(self, show: Show) -> Proposed | None:
        """Store the note's findings and the answers' as one batch, once a turn; None where there is nothing to propose."""
        async with self._one_at_a_time:
            return await self._propose(show)

    async def _propose(self, show: Show) -> Proposed | None:
        if self.proposed is not None or self.reading is None or not self.to_propose:
            return self.proposed
        await show(Progress("check", "active"))
        note = self.conversation.note or ""
        given = {found.field_key for answered in self.answered for found in answered.found}
        # What is said last counts: an answer takes the place of the note's word.
        from_note = [found for found in self.reading.proposals if found.field_key not in given]
        proposals = read_note.items(from_note)
        seen: set[str] = set()
        for answered in self.answered:
            fresh = [found for found in answered.found if found.field_key not in seen]
            seen |= {found.field_key for found in fresh}
            proposals += read_note.items(fresh, answered.source)
        proposals += self.following
        left = read_note.left(self.reading)
        for answered in self.answered:
            left += msgspec.to_builtins(answered.left)
        source = Source(text=read_note.checked(note), title=self.title, occurred_at=self.occurred_at)
        await show(Progress("check", "done", detail=f"{len(proposals)} quotes"))
        await show(Progress("propose", "active"))
        self.proposed = done = await read_note.store(
            self.runtime,
            self.who,
            self.customer_id,
            proposals,
            source if from_note or self.following else None,
            left,
            self.mind.reader,
            batch_id=self._batch_id(proposals, source),
        )
        for artifact in done.artifacts:
            await show(msgspec.to_builtins(to_wire(artifact, self.who, self.runtime.schema)))
        await show(Progress("propose", "done", detail=f"{len(done.artifacts)} proposed"))
        self.address = f"/batches/{done.batch_id}" if done.artifacts else self.address
        return done

    def _batch_id(self, proposals: list[Any], source: Source) -> str:
        """The same findings of the same note in the same chat are the same batch, so that a retry proposes nothing twice."""
        content = [self.who.key, self.customer_id, self.chat_id, source, proposals]
        digest = sha512(msgspec.json.encode(content, order="sorted")).digest()
        return urlsafe_b64encode(digest).decode().replace("-", "").replace("_", "")[:21]
