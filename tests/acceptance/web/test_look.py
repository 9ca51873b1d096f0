"""Every page of the style guide in a browser: no accessibility violations, nothing too wide, nothing too small to touch."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from acceptance.web import styleguide
from acceptance.web.looking import DESK, walk
from placet.api.app import create_app
from placet.customers.schema import load_schema
from placet.runtime import Runtime
from placet.settings import Settings
from placet.web.pages import answer_error, handlers

SERVED = {  # looked at as they are served, with the demo in them: acceptance/pages/test_every_page.py
    "parts", "session", "insights", "inbox", "inbox-open", "inbox-edit", "inbox-reject", "inbox-stale", "inbox-over",
    "inbox-no-match", "history", "customers", "customers-nobody", "new-customer", "delegations", "overview", "profile",
    "profile-open", "timeline", "sources", "source", "read", "read-refused", "batch", "artifact", "artifact-pending",
    "sign-in", "sign-in-refused", "sign-in-link-used", "error-403", "error-404",
}  # fmt: skip


async def opened(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """A page, and what its console complains about."""
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(address)
    return page, said


@pytest.fixture(scope="module")
async def desk(browser: Browser) -> AsyncIterator[BrowserContext]:
    """One browser for all of them; what it has loaded it need not load again."""
    context = await browser.new_context(**DESK)
    yield context
    await context.close()


@pytest.mark.parametrize("name", [name for name in styleguide.PAGES if name not in SERVED])
async def test_a_page(desk: BrowserContext, guide: str, axe: str, name: str) -> None:
    page, said = await opened(desk, f"{guide}/see/{name}")
    assert (found := await walk(page, axe)) == [], "\n".join(found)
    assert said == []
    await page.close()


@pytest.mark.parametrize("name", ["inbox-open", "source", "profile", "sign-in"])
async def test_the_theme_follows_the_system_and_a_choice_is_kept(browser: Browser, guide: str, name: str) -> None:
    page, _ = await opened(await browser.new_context(color_scheme="dark", **DESK), f"{guide}/see/{name}")
    background = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(background) == "rgb(16, 19, 18)"
    await page.evaluate("localStorage.setItem('placet.theme', 'light')")
    await page.reload()
    assert await page.evaluate(background) == "rgb(244, 244, 240)"
    await page.context.close()


async def test_symbols_are_drawn_under_the_security_policy(desk: BrowserContext, guide: str) -> None:
    page, said = await opened(desk, f"{guide}/see/inbox")
    box = await page.evaluate("document.querySelector('.mark use').getBBox().width")
    assert box > 10
    assert said == []
    await page.close()


@pytest.mark.parametrize(("dev", "status"), [(True, 200), (False, 404)])
async def test_the_style_guide_is_served_where_placet_is_developed_and_nowhere_else(dev: bool, status: int) -> None:
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/none", dev=dev)
    app = create_app(Runtime(settings, schema=load_schema()), handlers=handlers, answer_error=answer_error)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/styleguide", headers={"accept": "text/html"})
    assert answer.status_code == status
    assert ("Four materials" in answer.text) is dev
