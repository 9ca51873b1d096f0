"""Settings that stay in the browser, an artifact as a file, and what is left of a page on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site


async def test_theme_and_keys_are_chosen_and_kept(window: Callable[..., Any]) -> None:
    opened = await window("claire")
    page: Page = opened.page
    await page.goto("/settings")
    await page.locator("#theme-here").select_option("dark")
    await page.get_by_label("Single keys work").uncheck()
    await page.goto("/customers/brandt")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.keyboard.press("n")
    await page.goto("/settings")
    await expect(page.locator("#theme-here")).to_have_value("dark")
    await page.get_by_label("Single keys work").check()
    await page.goto("/customers/brandt")
    await page.keyboard.press("n")
    await page.wait_for_url("**/session")
    assert opened.said == []


async def test_an_artifact_is_a_file_with_its_trail(site: Site, window: Callable[..., Any]) -> None:
    which = await site.database.fetchval("select id from artifact where status = 'edited' and customer_id = 'lund'")
    page: Page = (await window("claire")).page
    await page.goto(f"/artifacts/{which}")
    edited = page.locator(".tl li", has_text="with a change")
    await expect(edited).to_contain_text("Before: ")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export JSON").click()
    assert (await downloading.value).suggested_filename == f"artifact-{which}.json"
    found = (await (await site.visitor("claire")).get(f"/artifacts/{which}/export")).json()
    assert found["artifact"]["id"] == which
    assert [event["kind"] for event in found["events"]][-1] == "profile_edit.edited"
    assert (await (await site.visitor("jonas")).get(f"/artifacts/{which}/export")).status_code == 404


async def test_on_paper_there_is_nothing_to_press(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    which = await site.database.fetchval("select id from artifact where status = 'edited' and customer_id = 'lund'")
    for path in (f"/artifacts/{which}", "/customers/lund/timeline"):
        await page.goto(path)
        await page.emulate_media(media="print")
        assert await page.locator(".btn:visible, nav:visible, input:visible").count() == 0, path
        await expect(page.locator(".tl li").first).to_be_visible()
