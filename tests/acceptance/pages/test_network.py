"""Deciding on a line that is slow, cut or gone: what was decided shows, what was not saved comes back, nothing is there twice."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from acceptance.pages.conftest import PHONE, Site, hears_nothing, item, let_in, served_at
from acceptance.pages.test_triage import HERE, NOW, Held, clear, contexts, row, visit, waiting
from intercept import intercept

__all__ = ["contexts", "visit", "waiting"]
KEPT = "JSON.parse(sessionStorage.getItem('placet.unsaved.claire') ?? '[]').map(([id]) => id)"
SLOW = {"offline": False, "latency": 800, "downloadThroughput": 40_000, "uploadThroughput": 40_000}  # ms, bytes/s


async def decided(site: Site, artifact: str) -> bool:
    """Whether it comes to be accepted, sooner or later."""
    for _ in range(300):
        if await site.status(artifact) == "accepted":
            return True
        await asyncio.sleep(0.02)
    return False


async def fail(route: Route, how: str) -> None:
    """Whatever can be in between does not let it through."""
    busy = {"error": "Too much is going on. Try again in a moment.", "code": "busy"}
    if how == "busy":
        problem = "application/problem+json"
        await route.fulfill(status=503, headers={"retry-after": "1"}, content_type=problem, body=json.dumps(busy))
    elif how == "proxy":
        await route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")
    else:
        await route.abort(how)


async def test_on_a_line_that_fails_the_row_comes_back_and_retry_saves_it(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    ways = ["connectionreset", "internetdisconnected", "busy", "proxy"]

    async def lose(route: Route) -> None:
        await (fail(route, ways.pop(0)) if ways else route.continue_())

    await intercept(page, "**/decide", lose)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    refusal = row(page, waiting[0]).get_by_role("alert")
    for said in ("did not answer", "did not answer", "Too much is going on.", "did not answer"):
        await expect(refusal).to_contain_text("Not saved.")
        await expect(refusal).to_contain_text(said)
        await expect(row(page, waiting[0]).locator(".mark .sr")).to_have_text("Pending")
        assert await site.status(waiting[0]) == "pending"
        await refusal.get_by_role("button", name="Retry").click()
    await expect(page.locator("#toast p")).to_have_text(NOW)
    await expect(refusal).to_have_count(0)
    events = "select count(*) from event where artifact_id = $1 and kind = 'profile_edit.accepted'"
    assert await site.database.fetchval(events, waiting[0]) == 1


@pytest.mark.parametrize("where", ["list", "own page"])
async def test_what_was_saved_though_its_answer_was_lost_is_said_once_the_page_knows(
    site: Site, visit: Callable[..., Any], waiting: list[str], where: str
) -> None:
    page: Page = await visit("claire", HERE if where == "list" else f"/artifacts/{waiting[0]}")

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await intercept(page, "**/decide", lose_the_answer)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(page.locator("#toast p")).to_have_text("Occupation is decided after all.")
    await expect(page.get_by_role("status")).to_have_text("Occupation is decided after all.")
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert await site.status(waiting[0]) == "accepted"
    assert await page.evaluate(KEPT) == []
    if where == "list":
        await intercept(page, "**/decisions/accept", lose_the_answer)
        for each in waiting[1:3]:
            await row(page, each).get_by_role("checkbox").check()
        await page.locator("#many").get_by_role("button", name="Accept 2").click()
        await expect(page.locator("#toast p")).to_have_text("2 proposals are decided after all.")
        await expect(page.get_by_role("alert")).to_have_count(0)
        assert await page.evaluate(KEPT) == []


async def test_signed_out_many_are_accepted_and_undone_after_signing_in_again(
    site: Site, window: Callable[..., Any], waiting: list[str]
) -> None:
    opened = await window("claire")
    page: Page = opened.page
    await hears_nothing(page)  # it looks again when it decided only
    await page.goto(HERE)
    count = page.locator(".side a[href='/inbox'] .num")
    before = int((await count.inner_text()).split()[0])

    async def signed_out_and_in_again(press: str, said: str) -> None:
        await opened.context.clear_cookies()
        await page.keyboard.press(press)
        refused = page.get_by_role("alert")
        await expect(refused.locator("p")).to_have_text(f"{said} You are signed out.")
        await expect(refused.get_by_role("link", name="Sign in")).to_be_visible()
        await let_in(opened.context, site, "claire")
        await refused.get_by_role("button", name="Retry").click()

    for each in waiting[:2]:
        await row(page, each).get_by_role("checkbox").check()
    await signed_out_and_in_again("Shift+A", "Nothing was accepted.")
    await expect(page.locator("#toast p")).to_have_text("2 accepted.")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await row(page, waiting[2]).locator(".fld").click()
    await row(page, waiting[2]).get_by_role("button", name="Accept").click()
    await expect(page.locator("#toast p")).to_contain_text("Best time to contact is now")
    await expect(count).to_contain_text(str(before - 3))  # the page is as the server has it
    await signed_out_and_in_again("z", "Not undone.")
    await expect(page.locator("#toast p")).to_contain_text("Undone: Best time to contact")
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_on_a_phone_what_became_of_many_is_in_sight(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire", **PHONE)).page
    await page.goto("/inbox")
    last = page.locator(".tick [name=artifact]:visible").last
    await last.check()
    await intercept(page, "**/decisions/accept", lambda route: route.abort())
    await page.locator("#many [data-key=A]").click()
    refused = page.get_by_role("alert")
    await expect(refused).to_contain_text("Nothing was accepted. The server did not answer.")
    await expect(refused).to_be_in_viewport(ratio=1)
    await expect(last).to_be_checked()


async def test_many_that_were_lost_are_sent_again_to_the_letter(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", f"{HERE}&open={waiting[1]}")  # for how long it was open goes along
    sent: list[Any] = []

    async def lose(route: Route) -> None:
        sent.append((route.request.headers["idempotency-key"], route.request.post_data))
        await (route.abort() if len(sent) == 1 else route.continue_())

    await intercept(page, "**/decisions/reject", lose)
    for each in waiting[:2]:
        await row(page, each).get_by_role("checkbox").check()
    await page.keyboard.press("Shift+R")
    await page.keyboard.press("2")
    await expect(page.get_by_role("alert").locator("p")).to_have_text(
        "Nothing was rejected. The server did not answer."
    )
    await page.keyboard.press("Shift+R")
    await page.keyboard.press("2")
    await expect(page.locator("#toast p")).to_have_text("2 rejected.")
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert len(sent) == 2
    assert sent[0] == sent[1]


async def test_a_page_that_is_left_at_once_has_sent_what_was_decided(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    held = await Held().start(page)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(row(page, waiting[0])).to_have_attribute("data-shown", "accepted")
    await page.goto("/customers")
    assert await site.status(waiting[0]) == "pending"  # it is still on its way
    held.go.set()
    assert await decided(site, waiting[0])


async def test_what_was_not_saved_when_its_page_was_left_is_said_on_the_next(
    site: Site, window: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = (await window("claire")).page  # a browser of its own, whose clock is held
    await page.goto(HERE)
    sent: list[str] = []

    async def lose(route: Route) -> None:
        sent.append(route.request.url)
        await route.abort()

    # Lost while its page is there, its row says so; what is still on its way nobody calls lost.
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    await intercept(page, "**/decide", lose)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(row(page, waiting[0]).get_by_role("alert")).to_contain_text("Not saved.")
    await page.unroute("**/decide")
    held = await Held().start(page)
    await row(page, waiting[1]).locator(".fld").click()
    await row(page, waiting[1]).get_by_role("button", name="Accept").click()
    await expect(row(page, waiting[1])).to_have_attribute("data-shown", "accepted")
    assert await page.evaluate(KEPT) == waiting[:2]
    async with page.expect_response("**/unsaved?ids=*"):
        await page.goto("/customers")
    await page.evaluate("fetch('/healthz')")
    await expect(page.get_by_role("alert")).to_have_count(0)
    held.go.set()
    assert await decided(site, waiting[1])
    await page.clock.fast_forward(5000)
    await page.clock.resume()  # where the page has not come as far as asking again later
    said = "Not saved: Occupation of Margrethe Lund. What you decided was lost."
    await expect(page.get_by_role("alert").locator("p")).to_have_text(said)
    assert await page.evaluate(KEPT) == waiting[:1]

    # It stands there after a reload, on the way back, and after signing in again; in another's hands it is not theirs to know.
    await page.reload()
    await expect(page.get_by_role("alert").locator("p")).to_have_text(said)
    await page.go_back()
    await expect(page.get_by_role("alert").locator("p")).to_have_text(said)
    cookies = await page.context.cookies()
    await page.context.clear_cookies()
    await page.goto("/inbox")
    await page.wait_for_url("**/sign-in*")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.context.add_cookies(cookies)  # type: ignore[arg-type]
    await page.goto("/insights")
    await expect(page.get_by_role("alert").locator("p")).to_have_text(said)

    # Nothing was sent again by itself; opened it is decided like any other.
    assert len(sent) == 1
    await page.get_by_role("link", name="Occupation of Margrethe Lund").click()
    await page.wait_for_url(f"**/artifacts/{waiting[0]}")
    await page.keyboard.press("a")
    assert await decided(site, waiting[0])
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert await page.evaluate(KEPT) == []

    # Whoever knows and leaves it as it is hears of it no more.
    await intercept(page, "**/decide", lose)
    await page.goto(f"/artifacts/{waiting[2]}")
    await page.get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("alert")).to_contain_text("Not saved.")
    await page.clock.fast_forward(5000)
    await page.goto("/customers")
    await page.get_by_role("alert").get_by_role("button", name="Leave it").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.reload()
    assert await page.evaluate(KEPT) == []


async def test_on_a_slow_line_it_shows_at_once_and_a_second_press_sends_nothing(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/decide") else None)
    line = await page.context.new_cdp_session(page)
    await line.send("Network.emulateNetworkConditions", SLOW)
    await page.keyboard.press("j")
    shown = await page.evaluate("""() => new Promise((done) => {
      const ring = document.activeElement.closest("[data-item]").querySelector(".mark .sr");
      new MutationObserver(() => requestAnimationFrame(() => done([ring.textContent, document.querySelector("#toast")])))
        .observe(ring, {childList: true, characterData: true, subtree: true});
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "a", bubbles: true}));
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "a", bubbles: true}));
    })""")
    assert shown == ["Accepted", None]  # with the next frame, while nothing says yet that it is saved
    await expect(page.locator("#toast p")).to_have_text(NOW, timeout=20_000)
    assert len(sent) == 1
    await line.detach()


async def test_what_was_decided_never_looks_as_if_it_waited_again(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    held = await Held().start(page, "**/inbox?*")
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(page.locator("#toast p")).to_have_text(NOW)
    await page.wait_for_timeout(600)  # a second press at once is not heard
    await page.keyboard.press("a")
    await expect(page.locator("#toast p")).to_have_text(re.compile("^Employer or business is now"))
    # The first one is done with, and the page without it is still on its way.
    await expect(row(page, waiting[0])).to_have_attribute("data-status", "accepted")
    await expect(row(page, waiting[0]).locator(".mark .sr")).to_have_text("Accepted")
    held.go.set()
    await expect(row(page, waiting[0])).to_have_count(0)
    await expect(row(page, waiting[1])).to_be_visible()


async def test_z_before_the_answer_undoes_what_was_decided_last_once_it_is_saved(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    before = await site.value("lund", "employer")
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(page.locator("#toast p")).to_have_text(NOW)
    held = await Held().start(page)
    await row(page, waiting[1]).locator(".fld").click()
    await row(page, waiting[1]).get_by_role("button", name="Accept").click()
    await expect(row(page, waiting[1])).to_have_attribute("data-shown", "accepted")
    await page.keyboard.press("z")
    await expect(page.get_by_role("status")).to_have_text("It will be undone once it is saved.")
    held.go.set()
    await expect(page.locator("#toast p")).to_have_text(re.compile("^Undone: Employer or business"))
    assert await site.value("lund", "employer") == before
    assert str(await site.value("lund", "occupation")).startswith("Trade"), "what was decided before it stays"
    await expect(row(page, waiting[1])).to_have_count(0)

    # Nothing is undone of what was refused.
    await page.unroute("**/decide")
    await intercept(page, "**/decide", lambda route: route.abort(), times=1)
    await row(page, waiting[2]).get_by_role("button", name="Accept").click()
    await page.keyboard.press("z")
    await expect(row(page, waiting[2]).get_by_role("alert")).to_contain_text("Not saved.")
    assert await site.status(waiting[2]) == "pending"

    # What a whole batch was accepted with is taken back alike.
    held = await Held().start(page, "**/batches/*/accept")
    await page.locator("[data-batch-accept]").click()
    await expect(row(page, waiting[2])).to_have_attribute("data-shown", "accepted")  # an open card, too
    await page.keyboard.press("z")
    assert len(held.sent) == 1
    held.go.set()
    await expect(page.locator("#toast p")).to_have_text(re.compile("^Undone: Best time to contact"))
    assert await site.status(waiting[2]) == "accepted", "by an entry of its own"


async def test_a_server_that_is_started_again_is_found_again_and_nothing_is_there_twice(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with served_at(site.address, port) as url:
        page: Page = await visit("claire", f"{url}{HERE}")
        await expect(page.locator("html[data-live=on]")).to_be_attached()

    # While it is away a decision is not saved, and a proposal arrives that nobody is told of.
    await expect(page.locator("html[data-live=off]")).to_be_attached()
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    refusal = row(page, waiting[0]).get_by_role("alert")
    await expect(refusal).to_contain_text("Not saved. The server did not answer.")
    new = await site.propose("lund", item("interests", ["Luge"], source_text="luge"))
    with served_at(site.address, port):
        await expect(row(page, new.artifacts[0].id)).to_be_visible(timeout=20_000)
        await expect(page.locator("html[data-live=on]")).to_be_attached()
        assert await row(page, new.artifacts[0].id).count() == 1
        shown = await page.locator("[data-item]").evaluate_all("all => all.map((each) => each.dataset.item)")
        assert len(shown) == len(set(shown))
        await refusal.get_by_role("button", name="Retry").click()
        await expect(page.locator("#toast p")).to_have_text(NOW)
        await page.goto("about:blank")
    await clear(site)
