"""Everything by name: the palette finds actions, pages, fields and customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page

from acceptance.pages.conftest import Site


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


async def test_slash_searches_customers(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/inbox")
    await page.keyboard.press("/")
    await page.keyboard.type("brandt")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/customers?q=brandt")
    await page.locator("main").get_by_role("link", name="Helene Brandt").wait_for()
