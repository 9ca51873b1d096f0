"""Everything by name: the palette finds actions, pages, fields and customers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from acceptance.pages.conftest import Site
from intercept import intercept


@pytest.mark.parametrize(
    ("start", "typed", "name", "end"),
    [
        ("/inbox", "helene", "Helene Brandt", "/customers/brandt"),
        ("/inbox", "risk app", "Risk appetite", "/inbox?field=riskAppetite"),
        ("/customers/lund", "risk app", "Risk appetite", "/customers/lund/profile#f-riskAppetite"),
        ("/customers/lund", "timel", "Timeline", "/customers/lund/timeline"),
        ("/insights", "the inbox", "Go to the inbox", "/inbox"),
    ],
)
async def test_a_name_leads_there(
    site: Site, window: Callable[..., Any], start: str, typed: str, name: str, end: str
) -> None:
    page: Page = (await window("claire")).page
    await page.goto(start)
    await page.keyboard.press("Control+k")
    await page.keyboard.type(typed)
    await page.locator("#palette").get_by_role("option", name=name).wait_for()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{end}")


async def held(page: Page) -> asyncio.Event:
    """Answers about customers wait until it is set."""
    go = asyncio.Event()

    async def hold(route: Route) -> None:
        await go.wait()
        await route.continue_()

    await intercept(page, "**/api/customers?*", hold)
    return go


async def test_while_it_looks_it_says_so_and_enter_is_remembered(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/inbox")
    go = await held(page)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("anouk")
    await expect(page.locator("#palette").get_by_role("option")).to_have_text("Looking…")
    await expect(page.locator("#status")).to_have_text("Looking…")
    await page.keyboard.press("Enter")
    await expect(page.locator("#palette")).to_be_visible()
    go.set()
    await page.wait_for_url("**/customers/delacourt-pham")


async def test_enter_counts_for_the_words_it_was_pressed_at_and_not_once_it_is_closed(
    site: Site, window: Callable[..., Any]
) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/inbox")
    go = await held(page)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("anouk")
    await page.keyboard.press("Enter")
    await page.keyboard.type(" dela")
    go.set()
    await expect(page.locator("#palette").get_by_role("option", name="Anouk Delacourt-Pham")).to_be_visible()
    go.clear()
    await page.keyboard.type("court")
    await page.keyboard.press("Enter")
    async with page.expect_response("**/api/customers?*delacourt"):
        await page.keyboard.press("Escape")
        go.set()
    await expect(page.locator("#palette")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await expect(page.locator("#palette")).to_be_visible()
    await expect(page).to_have_url(re.compile("/inbox$"))


async def test_enter_with_nothing_found_leaves_it_open(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/inbox")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("zzyzx")
    option = page.locator("#palette").get_by_role("option")
    await expect(option).to_have_text("Nothing of that name.")
    await page.keyboard.press("Enter")
    await page.keyboard.type("q")
    await expect(page.get_by_role("combobox", name="An action, a page")).to_have_value("zzyzxq")
    await intercept(page, "**/api/customers?*", lambda route: route.abort())
    await page.keyboard.type("r")
    await expect(option).to_have_text("The server did not answer.")


async def test_slash_searches_customers(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/inbox")
    await page.keyboard.press("/")
    await page.keyboard.type("brandt")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/customers?q=brandt")
    await page.locator("main").get_by_role("link", name="Helene Brandt").wait_for()


async def test_what_is_typed_at_once_is_no_decision_but_a_search(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    let_it, asked = asyncio.Event(), []

    async def late(route: Route) -> None:
        asked.append(route.request.url)
        await let_it.wait()
        await route.continue_()

    await intercept(page, "**/static/palette.js*", late)
    await page.goto("/inbox")
    before = await site.everything()
    await page.keyboard.press("j")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("anahit")
    await expect(page.get_by_role("combobox", name="An action, a page")).to_have_value("anahit")
    await page.keyboard.press("Enter")
    let_it.set()
    await page.wait_for_url("**/customers/petrosyan")
    assert await site.everything() == before
    assert len(asked) == 1, "nobody who looks for nothing waits for it"


async def test_where_nothing_can_be_looked_up_it_says_so(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await intercept(page, "**/static/palette.js*", lambda route: route.abort())
    await page.goto("/inbox")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("alert")).to_have_text("Nothing can be found. The server did not answer.")
    await expect(page.locator("#palette")).to_have_count(0)
