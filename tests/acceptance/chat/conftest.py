"""A desk to chat at: turns over HTTP, and what came of them as parts."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from acceptance.api.conftest import Desk, desk
from placet.api.app import create_app
from placet.customers.schema import ProfileSchema
from placet.runtime import Runtime
from placet.settings import Settings
from placet.web.pages import answer_error, handlers

__all__ = ["desk"]

NOTE = (
    "Met the client today. She moved to Lisbon, Portugal and works as a teacher now. Her risk tolerance is moderate. "
    "Her brother works as a pilot."
)


def user(text: str = "", *replies: dict[str, Any]) -> dict[str, Any]:
    """A person's message; replies are `data-nudge` parts."""
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    return {"id": "u", "role": "user", "parts": [*parts, *({"type": "data-nudge", "data": reply} for reply in replies)]}


def skipped(*nudges: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": nudge["id"], "status": "skipped"} for nudge in nudges]


class Turn:
    """What a turn streamed."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        self.answer = answer
        lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
        assert lines[-1] == "[DONE]"
        self.parts: list[dict[str, Any]] = [json.loads(line) for line in lines[:-1]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [part for part in self.parts if part["type"] == kind]

    @property
    def text(self) -> str:
        return "".join(part["delta"] for part in self.of("text-delta"))

    @property
    def nudges(self) -> list[dict[str, Any]]:
        return [part["data"] for part in self.of("data-nudge")]

    @property
    def open(self) -> list[dict[str, Any]]:
        return [nudge for nudge in self.nudges if nudge["status"] == "active"]

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        return [part["data"] for part in self.of("data-artifact")]

    @property
    def errors(self) -> list[str]:
        return [part["errorText"] for part in self.of("error")]

    def tool(self, name: str) -> dict[str, Any]:
        """The output of a tool that ran once."""
        [call] = [part["toolCallId"] for part in self.of("tool-input-available") if part["toolName"] == name]
        [output] = [part["output"] for part in self.of("tool-output-available") if part["toolCallId"] == call]
        return output

    @property
    def progress(self) -> dict[str, str]:
        """The last state of each step."""
        return {part["data"]["step"]: part["data"]["state"] for part in self.of("data-progress")}

    def said(self) -> dict[str, Any]:
        """The turn as a client would send it back."""
        outputs = {part["toolCallId"]: part["output"] for part in self.of("tool-output-available")}
        tools = [
            {
                "type": f"tool-{part['toolName']}",
                "toolCallId": part["toolCallId"],
                "state": "output-available",
                "input": part["input"],
                "output": outputs.get(part["toolCallId"]),
            }
            for part in self.of("tool-input-available")
        ]
        return {"id": "a", "role": "assistant", "parts": [*tools, {"type": "text", "text": self.text}]}


class Chatting:
    """Turns of one chat about the desk's customer."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def post(self, *messages: dict[str, Any], who: Any = None, **more: Any) -> httpx.Response:
        customer = more.pop("customer", self.desk.customer)
        body = {"id": "chat-1", "trigger": "submit-message", "messages": list(messages), **more}
        return await self.desk.post(f"/api/customers/{customer}/chat", body, who)

    async def turn(self, *messages: dict[str, Any], **more: Any) -> Turn:
        return Turn(await self.post(*messages, **more))


@pytest.fixture
def chat(desk: Desk) -> Chatting:
    return Chatting(desk)


@contextmanager
def served(settings: Settings, schema: ProfileSchema) -> Iterator[str]:
    """The address of a real server in a thread, with a loop and a pool of its own."""
    runtime = Runtime(settings, schema=schema)

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        await runtime.open(settings.database_url or "")
        yield
        await runtime.close()

    app = create_app(runtime, lifespan=lifespan, handlers=handlers, answer_error=answer_error)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join()
