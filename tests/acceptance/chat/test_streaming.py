"""The stream itself: told while it happens, kept up while nothing happens, ended with the connection, bounded in number."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from acceptance.api.conftest import problem
from acceptance.chat.conftest import NOTE, served, user
from acceptance.chat.openai_stub import HANGS, Asked, OpenAiStub, calls, says
from conftest import World
from placet.api import streaming, turns
from placet.settings import LanguageModel, Settings


@pytest.fixture(scope="module")
def stub() -> Iterator[OpenAiStub]:
    with OpenAiStub() as found:
        yield found


@pytest.fixture(scope="module")
def address(server, database, schema, stub: OpenAiStub) -> Iterator[str]:
    model = LanguageModel(name="openai:stub-1", url=stub.url, key="k", seconds=60)
    with served(Settings(database_url=server.app_url(database), pool_size=2, model=model), schema) as found:
        yield found


class Line:
    """A connection to the server, as one person, for one customer."""

    def __init__(self, client: httpx.AsyncClient, world: World) -> None:
        self.client, self.world = client, world

    async def open(self) -> None:
        rm = await self.world.person()
        self.customer = await self.world.customer(rm)
        self.headers = await self.world.token(rm)

    def turn(self, *messages: dict[str, Any]) -> Any:
        body = {"id": "c", "messages": list(messages)}
        path = f"/api/customers/{self.customer}/chat"
        return self.client.stream("POST", path, json=body, headers=self.headers)


async def until(lines: AsyncIterator[str], text: str) -> None:
    """Read on until a line holds that text."""
    while text not in (line := await anext(lines, "[end]")):
        assert line != "[end]", f"{text} never came"


@pytest.fixture
async def line(address: str, world: World) -> AsyncIterator[Line]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        found = Line(client, world)
        await found.open()
        yield found


def extracting(asked: Asked) -> Any:
    return HANGS if asked.reads else calls(("extract_and_ask", {}))


async def test_progress_is_told_while_a_note_is_read_and_leaving_then_stops_it(line: Line, stub: OpenAiStub):
    stub.begin(extracting)
    before = await line.world.stored(line.customer)
    async with line.turn(user(NOTE)) as answer:
        lines = answer.aiter_lines()
        await until(lines, '"step":"extract","state":"active"')  # the model has not answered yet
        assert await asyncio.to_thread(stub.waiting.wait, 10)
    assert await asyncio.to_thread(stub.gone.wait, 10)
    assert await line.world.stored(line.customer) == before


async def test_who_leaves_in_mid_stream_finds_every_proposal_stored(line: Line, stub: OpenAiStub):
    found = [
        {"field": "addressCity", "value": "Lisbon", "quote": "moved to Lisbon"},
        {"field": "occupation", "value": "teacher", "quote": "works as a teacher"},
    ]
    stub.begin(lambda a: calls(("final_result", {"proposals": found})) if a.reads else calls(("finalize_proposal", {})))
    async with line.turn(user(NOTE), user("skip")) as answer:
        await until(answer.aiter_lines(), "data-artifact")
    stored = await line.world.rows("select field from artifact where customer_id = $1", line.customer)
    assert sorted(row["field"] for row in stored) == ["addressCity", "occupation"]


async def test_a_silent_stream_is_kept_up(line: Line, stub: OpenAiStub, monkeypatch):
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.05)
    stub.begin(extracting)
    async with line.turn(user(NOTE)) as answer:
        lines = answer.aiter_lines()
        await until(lines, '"step":"extract","state":"active"')
        await until(lines, ": still here")


async def test_one_caller_has_so_many_turns_at_once(line: Line, stub: OpenAiStub, monkeypatch):
    monkeypatch.setattr(turns, "MOST", 1)
    stub.begin(extracting)
    async with line.turn(user(NOTE)) as answer:
        lines = answer.aiter_lines()
        await until(lines, "data-progress")
        async with line.turn(user("Hello")) as refused:
            await refused.aread()
            problem(refused, 429, "too_many_turns")
    stub.begin(lambda _: says("Hello."))
    for _ in range(500):  # the first ends a moment after its connection
        async with line.turn(user("Hello")) as again:
            if again.status_code == 200:
                await until(again.aiter_lines(), "[DONE]")
                break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("the first turn never ended")


async def test_what_nobody_foresaw_is_not_told(line: Line, stub: OpenAiStub, monkeypatch):
    async def broken(*_: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("placet.agent.read_note.store", broken)
    found = {"field": "addressCity", "value": "Lisbon", "quote": "moved to Lisbon"}
    stub.begin(
        lambda asked: (
            calls(("final_result", {"proposals": [found]})) if asked.reads else calls(("finalize_proposal", {}))
        )
    )
    async with line.turn(user(NOTE), user("skip")) as answer:
        parts = [json.loads(each[6:]) async for each in answer.aiter_lines() if each.startswith("data: {")]
    [error] = [part["errorText"] for part in parts if part["type"] == "error"]
    assert error == "Something went wrong here. It is in the log."
    assert not any("secret of the house" in json.dumps(part) for part in parts)


async def test_a_model_that_fails_is_an_error_in_ag_ui_too(line: Line, stub: OpenAiStub):
    stub.begin(lambda asked: says("She moved!") if asked.reads else calls(("extract_and_ask", {})))
    path = f"/api/customers/{line.customer}/ag-ui"
    body = {"threadId": "t", "runId": "r", "messages": [{"id": "1", "role": "user", "content": NOTE}]}
    answer = await line.client.post(path, json=body, headers=line.headers)
    events = [json.loads(each[6:]) for each in answer.text.splitlines() if each.startswith("data: ")]
    [error] = [event for event in events if event["type"] == "RUN_ERROR"]
    assert "made no sense" in error["message"]
