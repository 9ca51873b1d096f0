"""The wire, proved with those who read it: the npm package `ai`, versions 6 and 7, in a real browser against a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from acceptance.chat.conftest import NOTE, served
from acceptance.chat.openai_stub import ENDLESS, OpenAiStub, calls, says
from acceptance.web.conftest import browser
from conftest import World
from eventually import eventually
from placet.settings import LanguageModel, Settings

__all__ = ["browser"]
VENDOR = Path(__file__).with_name("vendor")

# A chat as a front end makes it: the SDK's own AbstractChat over the SDK's own transport, its state in plain members.
CHAT = """
class Chat extends AiSdk.AbstractChat {
  constructor(options) {
    const state = {
      status: "ready", error: undefined, messages: [],
      pushMessage(message) { this.messages = [...this.messages, message]; },
      popMessage() { this.messages = this.messages.slice(0, -1); },
      replaceMessage(index, message) {
        this.messages = this.messages.map((old, at) => at === index ? structuredClone(message) : old);
        window.seen.push(...message.parts.filter(p => p.type.startsWith("tool-")).map(p => `${p.type}:${p.state}`));
      },
      snapshot(thing) { return structuredClone(thing); },
    };
    super({ ...options, state });
  }
}
window.seen = []; window.data = []; window.finished = [];
window.chat = new Chat({
  id: "browser-chat",
  transport: new AiSdk.DefaultChatTransport({ api: given.api, headers: given.headers, body: { title: "From a browser" } }),
  onData: part => window.data.push(part),
  onFinish: ({ isAbort, isError }) => window.finished.push({ isAbort, isError }),
  onError: error => window.lastError = error.message,
});
"""


@pytest.fixture(scope="module")
def offline(server, database, schema) -> Iterator[str]:
    with served(Settings(database_url=server.app_url(database), pool_size=2), schema) as address:
        yield address


@pytest.fixture(scope="module")
def stub() -> Iterator[OpenAiStub]:
    with OpenAiStub() as found:
        yield found


@pytest.fixture(scope="module")
def with_model(server, database, schema, stub: OpenAiStub) -> Iterator[str]:
    model = LanguageModel(name="openai:stub-1", url=stub.url, key="k", seconds=60)
    with served(Settings(database_url=server.app_url(database), pool_size=2, model=model), schema) as address:
        yield address


@pytest.fixture(params=["6", "7"])
async def page(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Page]:
    found = await browser.new_page()
    found.bundle = (VENDOR / f"ai-{request.param}.min.js").read_text()  # type: ignore[attr-defined]
    yield found
    await found.close()


async def begin(page: Page, address: str, customer: str, headers: dict[str, str]) -> None:
    """Load the SDK into a page of the server's and make a chat there."""
    await page.goto(f"{address}/sign-in")
    given = json.dumps({"api": f"/api/customers/{customer}/chat", "headers": headers})
    bundle = page.bundle  # type: ignore[attr-defined]
    await page.evaluate(f"() => {{ const given = {given}; {bundle}\n;{CHAT} }}")


async def send(page: Page, text: str) -> dict[str, Any]:
    """Send words, wait for the end of the turn, and take the message that came of it."""
    await page.evaluate("text => window.chat.sendMessage({ text })", text)
    found: dict[str, Any] = await page.evaluate("() => window.chat.messages.at(-1)")
    return found


async def test_the_client_reads_a_whole_chat(page: Page, offline: str, world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    await begin(page, offline, customer, await world.token(rm))

    asked = await send(page, NOTE)
    assert asked["role"] == "assistant"
    [tool] = [part for part in asked["parts"] if part["type"] == "tool-extract_and_ask"]
    assert tool["state"] == "output-available"
    nudges = await page.evaluate("() => window.data.filter(part => part.type === 'data-nudge').map(part => part.data)")
    assert nudges == tool["output"]["nudges"]
    assert not [part for part in asked["parts"] if part["type"] == "data-nudge"]  # transient: in no message
    steps = [part["data"] for part in asked["parts"] if part["type"] == "data-progress"]
    assert [(step["step"], step["state"]) for step in steps] == [
        ("read", "done"),
        ("extract", "done"),
        ("ask", "active"),
    ]

    replies = [{"type": "data-nudge", "data": {"id": nudge["id"], "status": "skipped"}} for nudge in nudges]
    await page.evaluate("parts => window.chat.sendMessage({ role: 'user', parts })", replies)
    done = await page.evaluate("() => window.chat.messages.at(-1)")
    artifacts = {part["id"]: part["data"] for part in done["parts"] if part["type"] == "data-artifact"}
    assert artifacts
    stored = await world.rows("select id, batch_id from artifact where customer_id = $1", customer)
    assert set(artifacts) == {row["id"] for row in stored}
    assert stored[0]["batch_id"] in done["parts"][-1]["text"]
    [title] = await world.rows("select title from source where customer_id = $1", customer)
    assert title["title"] == "From a browser"
    seen = await page.evaluate("() => [...new Set(window.seen)]")
    assert {"tool-extract_and_ask:input-available", "tool-finalize_proposal:output-available"} <= set(seen)

    link = await send(page, "Accept all")
    assert stored[0]["batch_id"] in link["parts"][-1]["text"]
    assert await page.evaluate("() => window.chat.status") == "ready"
    assert await page.evaluate("() => window.finished") == [{"isAbort": False, "isError": False}] * 3
    assert await world.profile(customer) == {}


async def test_stop_stops_the_model_and_stores_nothing(page: Page, with_model: str, stub: OpenAiStub, world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    before = await world.stored(customer)
    await begin(page, with_model, customer, await world.token(rm))
    stub.begin(lambda _: ENDLESS)
    await page.evaluate("text => { window.turn = window.chat.sendMessage({ text }); }", NOTE)
    said = "() => window.chat.messages.at(-1)?.parts.some(part => part.text?.includes('so on'))"
    await eventually(lambda: page.evaluate(said))
    await page.evaluate("async () => { await window.chat.stop(); await window.turn; }")
    assert await asyncio.to_thread(stub.gone.wait, 10)  # the model's connection was closed, though it had more to say
    assert (await page.evaluate("() => window.finished"))[0]["isAbort"]
    assert await page.evaluate("() => window.chat.status") == "ready"
    assert await world.stored(customer) == before


async def test_a_failure_is_an_error_to_the_client(page: Page, with_model: str, stub: OpenAiStub, world: World):
    rm = await world.person()
    customer = await world.customer(rm)
    await begin(page, with_model, customer, await world.token(rm))
    stub.begin(lambda asked: says("She moved!") if asked.reads else calls(("extract_and_ask", {})))
    last = await send(page, NOTE)
    assert await page.evaluate("() => window.chat.status") == "error"
    assert "made no sense" in await page.evaluate("() => window.lastError")
    assert {part["state"] for part in last["parts"] if part["type"].startswith("tool-")} == {"output-error"}
    assert (await page.evaluate("() => window.chat.messages[0].parts[0].text")) == NOTE  # what was typed is still there
    await begin(page, with_model, customer, await world.token(await world.person("auditor")))
    await send(page, NOTE)
    assert "An auditor reads and never writes." in await page.evaluate("() => window.lastError")
