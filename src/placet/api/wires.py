"""A turn of the chat on two wires: the AI SDK's UI message stream, and AG-UI. The same agent, the same session behind both.

pydantic-ai's adapters write the wires. What they are given of the history is made afresh here, people's and the agent's words
alone, so that nothing a client put into it can be a tool's result, an approval, an instruction or a file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import structlog
from ag_ui.core import AssistantMessage, RunAgentInput, UserMessage
from pydantic_ai import CustomEvent
from pydantic_ai.ui.ag_ui import AGUIAdapter
from pydantic_ai.ui.vercel_ai import VercelAIAdapter
from pydantic_ai.ui.vercel_ai.request_types import SubmitMessage, TextUIPart, UIMessage
from pydantic_ai.ui.vercel_ai.response_types import DataChunk

from placet.agent import language_model
from placet.agent.conversation import Said
from placet.agent.extraction import PIECE
from placet.agent.profile_agent import (
    ArtifactEvent,
    NudgeEvent,
    ProgressEvent,
    mind_of,
    profile_agent,
)
from placet.agent.session import Session
from placet.api import problems
from placet.api.turns import Turns
from placet.errors import ModelFailed

log = structlog.get_logger("placet.chat")
SHOWN = 3_000  # characters of a message that the agent's mind is shown; its tools read all of it
TURNS = 30  # messages before the last one that it is shown
SDK: Final = 7  # what version 7 of the npm package `ai` reads, version 6 does too

_AiSdk = VercelAIAdapter[Session, str]
_AgUi = AGUIAdapter[Session, str]


@dataclass(kw_only=True)
class _AsChunk(CustomEvent, name="chunk"):
    """An event in the AI SDK's own form, which the adapter passes on as it is."""

    chunk: DataChunk

    def to_payload(self) -> DataChunk:
        """The chunk."""
        return self.chunk


async def _with_chunks(events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Progress and artifacts get ids, so that a later part takes the place of an earlier one; a question is never kept."""
    async for event in events:
        if isinstance(event, ProgressEvent):
            yield _chunk("data-progress", event.value, id=f"progress-{event.value['step']}")
        elif isinstance(event, NudgeEvent):
            yield _chunk("data-nudge", event.value, transient=True)
        elif isinstance(event, ArtifactEvent):
            yield _chunk("data-artifact", event.value, id=event.value["id"])
        else:
            yield event


def _chunk(kind: str, data: dict[str, Any], **more: Any) -> _AsChunk:
    return _AsChunk(chunk=DataChunk(type=kind, data=data, **more))


async def ai_sdk(session: Session, said: Sequence[Said]) -> tuple[AsyncIterator[str], dict[str, str]]:
    """The turn as the AI SDK reads it, and the headers it goes with. Raises ModelFailed where there is no mind to begin with."""
    messages = [
        UIMessage(id=f"m{number}", role=role, parts=[TextUIPart(text=text)])
        for number, (role, text) in enumerate(_words(said))
    ]
    adapter = _AiSdk(
        agent=profile_agent,
        run_input=SubmitMessage(id=session.chat_id or "chat", messages=messages),
        sdk_version=SDK,
    )
    headers = dict(adapter.build_event_stream().response_headers or {})
    return await _events(session, adapter, _with_chunks), headers


async def ag_ui(
    session: Session, said: Sequence[Said], thread_id: str, run_id: str
) -> tuple[AsyncIterator[str], dict[str, str]]:
    """The turn as AG-UI events."""
    messages: list[Any] = [
        UserMessage(id=f"m{number}", role="user", content=text)
        if role == "user"
        else AssistantMessage(id=f"m{number}", role="assistant", content=text)
        for number, (role, text) in enumerate(_words(said))
    ]
    run_input = RunAgentInput(thread_id=thread_id or "chat", run_id=run_id or "run", messages=messages)
    return await _events(session, _AgUi(agent=profile_agent, run_input=run_input)), {}


async def _events(session: Session, adapter: Any, form: Callable[[Any], Any] | None = None) -> AsyncIterator[str]:
    mind = await mind_of(session)
    settings = session.mind.settings
    request, limits = language_model.bounds(settings)
    note = session.conversation.note or ""

    async def events() -> AsyncIterator[str]:
        native = adapter.run_stream_native(
            model=mind,
            deps=session,
            model_settings=request,
            usage_limits=limits,
            timeout=settings.seconds * (1 + len(note) // PIECE) if settings is not None else None,
        )
        said = _sentences(session, native)
        with session.runtime.part(Turns).going(session.who):
            async with (
                aclosing(adapter.transform_stream(said if form is None else form(said))) as made,
                aclosing(adapter.encode_stream(made)) as encoded,
            ):
                async for event in encoded:
                    yield event

    return events()


async def _sentences(session: Session, events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The run's events; where it fails, the failure is a sentence for a person, and what nobody foresaw is in the log."""
    try:
        async for event in events:
            yield event
    except Exception as error:
        known = language_model.failed(error, session.mind.settings) or problems.understood(error)
        if isinstance(known, ModelFailed):
            cause = error.__cause__ or error  # its kind, and not its words, which may be a note's
            log.warning(
                "model failed", code=known.code, error=type(cause).__name__, status=getattr(cause, "status_code", None)
            )
        elif known.status >= 500:
            log.error("turn failed", code=known.code, exc_info=error)
        raise known from error


def _words(said: Sequence[Said]) -> list[tuple[Any, str]]:
    """Roles and words for the mind: the last messages, long ones cut, a person's replies to questions put into words."""
    found: list[tuple[Any, str]] = []
    for each in said[-TURNS:]:
        text = each.text.strip()
        for reply in each.replies:
            text += f"\n[{reply.nudge_id}: {reply.text.strip() or 'skipped'}]"
        if len(text) > SHOWN:
            text = f"{text[:SHOWN]}\n[… {len(text) - SHOWN:,} more characters; extract_and_ask reads all of them]"
        if text.strip():
            found.append((each.role, text.strip()))
    return found
