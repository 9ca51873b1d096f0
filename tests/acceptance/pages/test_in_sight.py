"""A key decides what the focus is on and nothing else: what needs a look is opened, and what nobody looks at stays as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from acceptance.pages.conftest import Site, item
from acceptance.pages.test_triage import HERE, clear, contexts, row, visit, waiting
from intercept import intercept

__all__ = ["contexts", "visit", "waiting"]
LOOKS = {  # why it needs a look -> a proposal that does
    "low confidence": item("occupation", "Gardener", source_text="a gardener", confidence="low"),
    "quote not found": item("employer", "Nobody", source_text="never said", confidence="high"),
    "two signatures": item("taxResidency", "PT", source_text="Portugal", confidence="high"),
}


async def focus(page: Page, artifact: str) -> None:
    await row(page, artifact).locator(".fld").focus()


@pytest.mark.parametrize("why", [*LOOKS, "a rival"])
async def test_a_opens_what_needs_a_look(site: Site, visit: Callable[..., Any], why: str) -> None:
    await clear(site)
    note = site.note("Call", f"She is a gardener, an angler, and moves to Portugal ({why}).")
    rivals = [item("contactWindow", f"At {n}", source_text="an angler", confidence="high") for n in ("noon", "nine")]
    proposed = [LOOKS[why]] if why in LOOKS else rivals
    found, *_ = [(await site.propose("lund", each, source=note)).artifacts[0].id for each in proposed]
    sent: list[str] = []
    page: Page = await visit("claire", HERE)
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await focus(page, found)
    await page.keyboard.press("a")
    await expect(row(page, found).locator(".card-b")).to_be_visible()
    await expect(row(page, found).locator(".fld")).to_be_focused()
    assert sent == []
    assert await site.status(found) == "pending"


@pytest.mark.parametrize("user", ["claire", "jonas", "ines"])
async def test_one_press_accepts_what_a_whole_batch_would_take(
    site: Site, visit: Callable[..., Any], user: str
) -> None:
    note = site.note("Call", "She is a gardener, moves to Portugal, lives on a pension and drinks tea.")
    likely = item("contactWindow", f"At tea, {user}", source_text="drinks tea", confidence="high")
    reasoned = item("sourceOfWealth", f"Pension of {user}", source_text="lives on a pension", confidence="high")
    await site.propose("petrosyan", *LOOKS.values(), likely, reasoned, source=note)
    page: Page = await visit(user, "/inbox")
    batches = await page.locator("[data-batch]").evaluate_all(
        """all => all.map(batch => [
            parseInt(batch.querySelector("[data-batch-accept]")?.textContent.match(/\\d+/)?.[0] ?? 0),
            batch.querySelectorAll("[data-quick]").length, Boolean(batch.querySelector(".offer"))])"""
    )
    offered = [(takes, quick) for takes, quick, whole in batches if whole]  # one that goes on elsewhere offers nothing
    assert all(takes == quick for takes, quick in offered), offered
    assert user == "ines" or sum(takes for takes, _ in offered) > 3


async def test_with_the_focus_nowhere_a_key_leads_to_what_is_in_sight_and_decides_nothing(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.set_viewport_size({"width": 1440, "height": 320})
    for key in ("a", "A", "r", "e", "R", "x"):
        await page.evaluate("document.activeElement.blur()")
        await row(page, waiting[1]).evaluate("row => scrollBy(0, row.getBoundingClientRect().top - 10)")
        await page.keyboard.press(key)
        await expect(row(page, waiting[1]).locator(".fld")).to_be_focused()
        await expect(page.locator(".card")).to_have_count(0)
        await expect(page.locator("#many")).to_be_hidden()
    assert sent == []
    await page.keyboard.press("a")
    await expect(page.locator("#toast p")).to_contain_text("Employer or business is now")


async def test_caps_lock_does_not_decide_a_batch(site: Site, visit: Callable[..., Any], waiting: list[str]) -> None:
    page: Page = await visit("claire", HERE)
    await focus(page, waiting[0])
    press = """([key, shiftKey]) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }))"""
    await page.evaluate(press, ["X", False])
    await expect(page.locator("#many")).to_contain_text("1 selected")
    await page.evaluate(press, ["X", False])
    await page.evaluate(press, ["A", False])
    await expect(page.locator("#toast p")).to_contain_text("Occupation is now")
    assert [await site.status(each) for each in waiting] == ["accepted", "pending", "pending", "pending"]
    await focus(page, waiting[1])
    await expect(row(page, waiting[0])).to_have_count(0, timeout=20_000)
    await page.evaluate(press, ["a", True])
    await expect(page.locator("#toast p")).to_have_text("2 accepted. 1 left as it was.")


async def test_a_digit_rejects_only_the_proposal_that_the_focus_is_in(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", f"{HERE}&open={waiting[0]}")
    await page.keyboard.press("r")
    await expect(row(page, waiting[0]).get_by_role("button", name="Wrong value")).to_be_focused()
    await focus(page, waiting[2])
    await page.keyboard.press("1")
    await page.keyboard.press("x")
    await expect(page.locator("#many")).to_contain_text("1 selected")
    await focus(page, waiting[0])
    assert {await site.status(each) for each in waiting} == {"pending"}
    await page.keyboard.press("2")
    await expect(page.locator("#toast p")).to_contain_text("Occupation is rejected.")


async def test_control_and_enter_neither_rejects_without_a_reason_nor_accepts_what_is_selected(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", f"{HERE}&open={waiting[0]}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.keyboard.press("r")
    await expect(row(page, waiting[0]).get_by_role("button", name="Wrong value")).to_be_focused()
    await page.keyboard.press("Control+Enter")
    remark = row(page, waiting[0]).get_by_label("A remark for the trail")
    await remark.fill("She said home")
    await page.keyboard.press("Control+Enter")
    await expect(remark).to_be_focused()
    await page.keyboard.press("Escape")
    box = row(page, waiting[1]).get_by_role("checkbox")
    await box.check()
    await page.keyboard.press("Control+Enter")  # from a box it leads to what is done with the selected
    bar = page.locator("#many")
    await expect(bar.get_by_role("button", name="Accept 1")).to_be_focused()
    await page.keyboard.press("Shift+R")
    await expect(bar.get_by_role("button", name="Wrong value")).to_be_focused()
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("Escape")
    await expect(bar).to_contain_text("1 selected")
    assert sent == []
    assert {await site.status(each) for each in waiting} == {"pending"}


async def test_leaving_the_reasons_for_a_batch_lets_go_of_what_they_were_for(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    await focus(page, waiting[1])
    await page.keyboard.press("Shift+R")
    await expect(page.locator("#many")).to_contain_text("4 selected")
    await expect(page.locator(".offer kbd")).to_be_hidden()  # the key is the bar's now
    await page.keyboard.press("Escape")
    await expect(page.locator(".offer kbd")).to_be_visible()
    await expect(page.locator("#many")).to_be_hidden()
    await expect(row(page, waiting[1]).locator(".fld")).to_be_focused()
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+R")
    await page.keyboard.press("Escape")
    await expect(page.locator("#many")).to_contain_text("1 selected")


async def test_a_card_that_opens_late_does_not_call_back_whoever_went_on(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    go_on = asyncio.Event()

    async def late(route: Route) -> None:
        await go_on.wait()
        await route.continue_()

    await intercept(page, f"**/inbox?*open={waiting[0]}*", late)
    await focus(page, waiting[0])
    await page.keyboard.press("Enter")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    go_on.set()
    await expect(row(page, waiting[0]).locator(".card-b")).to_be_visible()
    await expect(row(page, waiting[2]).locator(".fld")).to_be_focused()


async def test_what_could_not_be_opened_says_so(site: Site, visit: Callable[..., Any], waiting: list[str]) -> None:
    page: Page = await visit("claire", HERE)
    address = page.url

    async def lost(route: Route) -> None:
        await route.abort("internetdisconnected")

    await intercept(page, "**/inbox?*open=*", lost)
    await focus(page, waiting[0])
    await page.keyboard.press("e")
    await expect(page.get_by_role("alert")).to_have_text("Not opened. The server did not answer.")
    await expect(row(page, waiting[0]).locator(".fld")).to_be_focused()
    assert page.url == address


async def test_the_focused_row_is_not_under_the_bar(site: Site, visit: Callable[..., Any]) -> None:
    await clear(site)
    for number in range(12):
        await site.proposal("lund", "investmentGoals", [f"Goal {number}"], source_text="goal")
    page: Page = await visit("claire", HERE)
    await page.set_viewport_size({"width": 720, "height": 450})
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    for _ in range(10):
        await page.keyboard.press("j")
        hidden = """() => document.activeElement.closest(".row").getBoundingClientRect().bottom
            > document.querySelector("#many").getBoundingClientRect().top + 1"""
        assert not await page.evaluate(hidden)
