"""The mind that needs no model: it takes part in a run exactly as a language model would, calling the same tools and saying in a
few sentences what came of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from placet.agent.reader import NAME, VERSION
from placet.agent.session import Session

_WORDS = re.compile(r"\s*\S+")


class OfflineMind(FunctionModel):
    """A model of pydantic-ai whose next step follows from the conversation and from what the tools returned."""

    def __init__(self, session: Session) -> None:
        super().__init__(stream_function=self._speak, model_name=f"{NAME}-{VERSION}")
        self._session = session

    async def _speak(self, messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        done = _returned(messages)
        if (tool := self._next(done)) is not None:
            yield {0: DeltaToolCall(name=tool, json_args="{}", tool_call_id=f"call-{len(done) + 1}-{tool}")}
            return
        for word in _WORDS.findall(self._answer(done)):
            yield word

    def _next(self, done: dict[str, Any]) -> str | None:
        session = self._session
        if session.conversation.kind == "profile":
            return None if "get_customer_profile" in done else "get_customer_profile"
        if session.conversation.kind not in ("note", "answer") or session.conversation.note is None:
            return None
        if "extract_and_ask" not in done:
            return "extract_and_ask"
        if not session.open and session.to_propose and "finalize_proposal" not in done:
            return "finalize_proposal"
        return None

    def _answer(self, done: dict[str, Any]) -> str:
        session = self._session
        kind = session.conversation.kind
        if kind == "decide":
            return _where_to_decide(session)
        if kind == "profile":
            return _profile(done.get("get_customer_profile", {}).get("sections", {}))
        if kind not in ("note", "answer") or session.conversation.note is None:
            return (
                "Paste a note about this customer, or write down what changed. I read it, ask up to three questions, and "
                "propose what it says. You decide on each proposal; I cannot."
            )
        return _what_came_of_it(session)


def _what_came_of_it(session: Session) -> str:
    reading, done = session.reading, session.proposed
    assert reading is not None  # the tools have run
    left = len(reading.not_proposed)
    reason = "with its reason" if left == 1 else "each with its reason"
    seen = f" {_count(left, 'more value')} {_were(left)} seen and not proposed, {reason}." if left else ""
    if session.open:
        found = _count(session.to_propose, "change")
        asked = "\n".join(
            f"{n}. {f'{question.hint} ' if question.hint else ''}{question.question}"
            for n, question in enumerate(session.open, 1)
        )
        one = len(session.open) == 1
        return (
            f"I found {found} to propose.{seen} First {'one question' if one else f'{len(session.open)} questions'}: "
            f"answer or skip.\n{asked}"
        )
    if done is None:
        return f"There is nothing to propose from this.{seen} Nothing was stored."
    if not done.artifacts:
        return f"Nothing in it is new: all of it is recorded, waits already, or was rejected before.{seen}"
    count = len(done.artifacts)
    kept = f" {_count(len(done.skipped), 'more')} {_were(len(done.skipped))} already known." if done.skipped else ""
    return f"{_count(count, 'proposal')} {'wait' if count != 1 else 'waits'} for a decision at {session.address}.{kept}{seen}"


def _where_to_decide(session: Session) -> str:
    if session.pending == 0:
        return "I cannot decide anything; only a person can. Nothing waits for a decision on this customer."
    return f"I cannot decide anything; only a person can. {session.waiting} for you at {session.address}."


def _profile(sections: dict[str, dict[str, str]]) -> str:
    lines = []
    for section, values in sections.items():
        recorded = [f"{label}: {value}" for label, value in values.items() if value != "not recorded"]
        if recorded:
            lines.append(f"{section}\n" + "\n".join(f"- {line}" for line in recorded))
    return "\n\n".join(lines) or "Nothing is recorded yet."


def _returned(messages: list[ModelMessage]) -> dict[str, Any]:
    """What the tools of this run returned, by name."""
    found: dict[str, Any] = {}
    for message in messages:
        if not isinstance(message, ModelRequest):
            continue
        for part in message.parts:
            if isinstance(part, UserPromptPart):
                found.clear()
            elif isinstance(part, ToolReturnPart):
                content = part.content
                found[part.tool_name] = json.loads(content) if isinstance(content, str) else content
    return found


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 or thing == 'more' else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
