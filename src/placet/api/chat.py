"""The chat: a turn of it is one request, answered as a stream. Nothing of it is kept but what was proposed.

The history is the client's, so it is not believed: of each message its role and its words are read, of a person's also which
questions it answers. Whatever else it holds, approvals and results of tools included, decides and stores nothing.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.params import FromPath

from placet.agent import read_note
from placet.agent.conversation import Said, understand
from placet.agent.session import Session
from placet.api import histories
from placet.api.artifacts import read_instant
from placet.api.auth import principal_of, runtime_of
from placet.api.histories import AgUiMessage, ChatMessage
from placet.api.reading import read_body
from placet.api.spec import described
from placet.api.streaming import EVENTS, EventStream
from placet.api.turns import Turns
from placet.errors import Invalid

MOST_MESSAGES = 1000
Id = Annotated[str, msgspec.Meta(max_length=300)]
Title = Annotated[str, msgspec.Meta(max_length=300)]
Locale = Annotated[str, msgspec.Meta(max_length=35)]


class ChatBody(msgspec.Struct, rename="camel", kw_only=True):
    """What the AI SDK's transport sends. `title`, `occurredAt` and `locale` are about the note; its `body` option adds them.

    Members without a name here are left unread.
    """

    messages: Annotated[list[ChatMessage], msgspec.Meta(min_length=1, max_length=MOST_MESSAGES)]
    id: Id = ""
    title: Title | None = None
    occurred_at: str | None = None
    locale: Locale | None = None


class AboutNote(msgspec.Struct, rename="camel", kw_only=True):
    """What AG-UI's `forwardedProps` may say of the note, and the answers to questions, `{"id", "status", "answer"}` each."""

    title: Title | None = None
    occurred_at: str | None = None
    locale: Locale | None = None
    replies: list[dict[str, Any]] = []


class AgUiBody(msgspec.Struct, rename="camel", kw_only=True):
    """AG-UI's RunAgentInput. State, tools and context of the client's are left unread."""

    messages: Annotated[list[AgUiMessage], msgspec.Meta(min_length=1, max_length=MOST_MESSAGES)]
    thread_id: Id = ""
    run_id: Id = ""
    forwarded_props: AboutNote | None = None


class Event(msgspec.Struct):
    """One message of the stream: `data` is a part of the AI SDK's UI message stream, or an AG-UI event, as JSON."""

    data: str


class Chat(Controller):
    """Talking to the agent about one customer."""

    path = "/api"

    @post(
        "/customers/{customer_id:str}/chat",
        status_code=200,
        opt=described("chat", {200: Event}, body=ChatBody, problems=(404, 422, 429, 502), media_type=EVENTS),
    )
    async def chat(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Take one turn of a chat about a customer, answered as the AI SDK's UI message stream.

        For whoever may propose for them. Beside text and the agent's tools there are `data-progress`, `data-nudge` and
        `data-artifact` parts. Closing the connection stops the turn.
        """
        body = await read_body(request, ChatBody)
        said = histories.of_ai_sdk(body.messages)
        about = AboutNote(title=body.title, occurred_at=body.occurred_at, locale=body.locale)
        session = await _session(request, customer_id, said, body.id, about)
        wires = await _wires()
        return EventStream(*await wires.ai_sdk(session, said))

    @post(
        "/customers/{customer_id:str}/ag-ui",
        status_code=200,
        opt=described("chat", {200: Event}, body=AgUiBody, problems=(404, 422, 429, 502), media_type=EVENTS),
    )
    async def ag_ui(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Take the same turn, answered as AG-UI events.

        Progress, questions and artifacts are `CUSTOM` events by the names of `progress`, `nudge` and `artifact`.
        """
        body = await read_body(request, AgUiBody)
        about = body.forwarded_props or AboutNote()
        said = histories.of_ag_ui(body.messages, about.replies)
        session = await _session(request, customer_id, said, body.thread_id, about)
        wires = await _wires()
        return EventStream(*await wires.ag_ui(session, said, body.thread_id, body.run_id))


async def _session(
    request: Request[Any, Any, Any], customer_id: str, said: list[Said], chat_id: str, about: AboutNote
) -> Session:
    """The turn, for who may take it: NotFound, Forbidden, Invalid before a word is streamed."""
    runtime, who = runtime_of(request), principal_of(request)
    await read_note.may_propose(runtime, who, customer_id)
    if not said or said[-1].role != "user" or not (said[-1].text.strip() or said[-1].replies):
        raise Invalid("The last message of a turn is a person's, with words or replies in it.", code="no_message")
    runtime.part(Turns).check(who)
    conversation = understand(said)
    if conversation.note is not None:
        read_note.checked(conversation.note)
    session = Session(
        runtime=runtime,
        who=who,
        customer_id=customer_id,
        conversation=conversation,
        chat_id=chat_id,
        title=about.title,
        occurred_at=read_instant(about.occurred_at),
        locale=about.locale or "en-GB",
    )
    await session.look()
    return session


async def _wires() -> Any:
    """The module that speaks the wires; it takes seconds to load, so it is loaded when first needed and off the event loop."""
    return await asyncio.to_thread(importlib.import_module, "placet.api.wires")
