"""The page of one artifact: its trail with what followed, what undid it, and what its head lets one do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from acceptance.pages.test_every_page import sent


async def test_the_head_copies_exports_and_undoes_and_both_entries_name_each_other(
    site: Site, window: Callable[..., Any]
) -> None:
    which = (await site.proposal("lund", "contactWindow", "At dawn", source_text="at dawn")).id
    was = await site.value("lund", "contactWindow")
    await (await site.visitor("claire")).post(f"/artifacts/{which}/decide", {"status": "accepted"})
    opened = await window("claire", permissions=["clipboard-read", "clipboard-write"])
    page: Page = opened.page
    await page.goto(f"/artifacts/{which}")
    head = page.locator("main > header")
    await head.get_by_role("button", name="Copy link").click()
    await expect(page.get_by_role("status")).to_have_text("Link copied")
    assert await page.evaluate("navigator.clipboard.readText()") == page.url
    await expect(head.get_by_role("link", name="Export")).to_have_attribute("href", f"/artifacts/{which}/export")
    await expect(page.locator(".keys")).to_contain_text("undo")
    raw = page.get_by_label("Raw JSON")
    await expect(raw).to_be_hidden()
    await page.get_by_role("link", name="Raw JSON").click()
    await expect(raw).to_contain_text(f'"id": "{which}"')
    steps = page.locator(".tl li")
    await expect(steps.nth(1)).to_contain_text("You accepted")
    await expect(steps.nth(2)).to_contain_text(f"Profile changed from {was or 'not recorded'} to At dawn")
    await expect(page.locator("#trail-h + .meta")).to_have_text("2 events, oldest first")
    await page.keyboard.press("z")
    await page.wait_for_url("**/artifacts/*")
    await expect(page.locator(".notice")).to_contain_text("Undone")
    await expect(steps.last).to_contain_text("You undid this with an entry of its own")
    undone_by = page.locator("dt", has_text="Undone by").locator("xpath=following-sibling::dd[1]").get_by_role("link")
    entry = await undone_by.inner_text()
    await undone_by.click()
    await page.wait_for_url(f"**/artifacts/{entry}")
    undoes = page.locator("dt", has_text="Undoes").locator("xpath=following-sibling::dd[1]").get_by_role("link")
    await expect(undoes).to_have_text(which)
    assert await site.value("lund", "contactWindow") == was
    assert opened.said == []


async def test_calls_that_were_not_taken_stand_in_the_trail(site: Site) -> None:
    which = await sent(site)
    page = (await (await site.visitor("claire")).get(f"/artifacts/{which}")).text
    trail = page.partition('id="trail-h"')[2].partition("</section>")[0]
    assert trail.count("did not take it") == 2
    assert "Answered 500. Attempt 2" in trail
