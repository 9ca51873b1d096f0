"""The session with a language model behind it, one that fails, that keeps people waiting and that never stops talking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from acceptance.chat.conftest import served
from acceptance.chat.openai_stub import ENDLESS, HANGS, Asked, Failure, OpenAiStub, calls, says
from acceptance.pages.conftest import Site, Window, open_context
from acceptance.pages.test_session import PLACE, ROWS, over, say
from placet.settings import LanguageModel, Settings

TABLES = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
HOLDS = """select count(*) from {} t where to_jsonb(t)::text like '%and so on%'
  or to_jsonb(t)::text like '%' || encode('and so on', 'hex') || '%'"""
NOTE = "She told me that she moved to Porto and works as a glazier."
FOUND = {"field": "addressCity", "value": "Porto", "quote": "moved to Porto", "confidence": "high"}


@pytest.fixture(scope="module")
def stub() -> Iterator[OpenAiStub]:
    with OpenAiStub() as found:
        yield found


@pytest.fixture(scope="module")
def talking(site: Site, stub: OpenAiStub) -> Iterator[Site]:
    """The demo, served once more with a model in its settings."""
    model = LanguageModel(name="openai:stub-1", url=stub.url, key="k", seconds=60)
    with served(Settings(database_url=site.address, pool_size=3, model=model), site.schema) as url:
        yield Site(url, site.database, site.schema, site.address)


@pytest.fixture
async def page(browser: Browser, talking: Site) -> AsyncIterator[Page]:
    rm = await talking.database.fetchval("select rm_id from customer where id = 'pillai-menon'")
    context = await open_context(browser, talking, rm)
    window = Window(context, await context.new_page())
    await window.page.goto(PLACE)
    yield window.page
    await context.close()
    assert [line for line in window.said if "status of" not in line and "ERR_" not in line] == []


def proposes(asked: Asked) -> Any:
    """Reads the note, asks, proposes, and then talks on without end."""
    if asked.reads:
        return calls(("final_result", {"proposals": [FOUND], "not_proposed": []}))
    if asked.returned("finalize_proposal"):
        return ENDLESS
    if asked.returned("extract_and_ask"):
        return says("Before I propose, questions.")
    turns = [message for message in asked.messages if message["role"] == "user"]
    return calls(("finalize_proposal" if len(turns) > 1 else "extract_and_ask", {}))


def fails(_: Asked) -> Any:
    raise Failure(401)


def waits(asked: Asked) -> Any:
    return HANGS if asked.reads else calls(("extract_and_ask", {}))


async def test_a_model_that_fails_and_one_that_is_stopped_leave_the_note(
    page: Page, talking: Site, stub: OpenAiStub
) -> None:
    await expect(page.locator("#context")).to_contain_text("openai:stub-1")
    assert "offline" not in await page.locator("#context").inner_text()
    stub.begin(fails)
    before = await talking.database.fetchval(ROWS)
    await say(page, NOTE)
    refusal = page.get_by_role("alert")
    await expect(refusal).to_contain_text(
        "The language model refused the key", timeout=30_000
    )  # the first turn loads it
    await expect(refusal).to_contain_text("What you wrote is still here.")
    await expect(page.locator(".mine")).to_have_text(NOTE)

    # Retry sends the same note; while the model is silent the steps say where it is, and Escape stops it.
    stub.begin(waits)
    await refusal.get_by_role("button", name="Retry").click()
    await expect(page.locator("[data-step=extract]")).to_have_attribute("data-state", "active")
    await expect(page.locator("[data-step=read]")).to_have_attribute("data-state", "done")
    assert await asyncio.to_thread(stub.waiting.wait, 15)
    await page.keyboard.press("Escape")
    await expect(page.locator(".theirs")).to_contain_text("Stopped. What was proposed before that stays.")
    await expect(page.locator("[data-step=extract]")).to_have_attribute("data-state", "stopped")
    assert await asyncio.to_thread(stub.gone.wait, 15)
    assert await talking.database.fetchval(ROWS) == before
    await over(page)


async def test_a_reload_in_mid_stream_loses_the_chat_and_no_proposal(
    page: Page, talking: Site, stub: OpenAiStub
) -> None:
    stub.begin(proposes)
    await say(page, NOTE)
    await page.get_by_role("button", name="Skip the rest").click()
    row = page.locator("#folder [data-item]")
    await expect(row).to_contain_text("Porto")
    await expect(page.locator(".theirs .typing")).to_contain_text("and so on and so on")  # as it comes
    await expect(page.locator("#log")).to_have_attribute("aria-busy", "true")
    which = await row.get_attribute("data-item") or ""
    await page.reload()
    await expect(page.locator("#lost")).to_contain_text("The chat is gone.")
    await expect(page.locator("#lost")).to_contain_text("The 1 proposal that came of it is in the working folder")
    await expect(page.locator("#log > *")).to_have_count(0)
    await expect(row).to_have_attribute("data-item", which)
    assert await asyncio.to_thread(stub.gone.wait, 15)
    await page.locator("#lost").get_by_role("link", name="the overview").click()
    await expect(page.locator(f"[data-item='{which}']")).to_be_visible()

    # What was said is kept in no table at all; the note is, as the source it is quoted from.
    tables = [row["table_name"] for row in await talking.database.fetch(TABLES)]
    assert len(tables) > 20
    assert [table for table in tables if await talking.database.fetchval(HOLDS.format(table))] == []
    assert await talking.database.fetchval("select count(*) from source where text = $1", NOTE) == 1
