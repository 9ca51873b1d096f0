"""Undo as a safety net: many by one request, what can never be undone is not offered to be, and what was lost is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from acceptance.pages.test_access import text
from acceptance.pages.test_triage import HERE, Held, contexts, row, visit, waiting
from placet.artifacts.drafts import Item

__all__ = ["contexts", "visit", "waiting"]
KEPT = "JSON.parse(sessionStorage.getItem('placet.unsaved.claire') ?? '[]').map(([id]) => id)"


async def undone(site: Site, ids: list[str]) -> list[str]:
    """Those of them that an entry undoes, in their order."""
    rows = await site.database.fetch("select reverts from artifact where reverts = any($1)", ids)
    found = [each["reverts"] for each in rows]
    return [each for each in ids for _ in range(found.count(each))]


async def all_undone(site: Site, ids: list[str]) -> bool:
    """Whether they come to be undone, sooner or later; each once."""
    for _ in range(300):
        if await undone(site, ids) == ids:
            return True
        await asyncio.sleep(0.02)
    return False


async def task(site: Site, title: str) -> str:
    """A task that waits for Claire."""
    made = await site.propose("lund", Item(payload={"title": title}, artifact_type="task"))
    return made.artifacts[0].id


# ── many ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_many_are_undone_by_one_request_though_its_page_is_left(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    held = await Held().start(page, "**/decisions/revert")
    await page.keyboard.press("z")
    await expect(page.locator("#toast")).to_have_count(0)
    assert await page.evaluate(KEPT) == [f"undo:{each}" for each in waiting[:3]]
    await page.goto("/customers")
    assert await undone(site, waiting) == []  # it is still on its way
    held.go.set()
    assert await all_undone(site, waiting[:3])
    assert len(held.sent) == 1
    async with page.expect_response("**/unsaved*"):
        await page.reload()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.wait_for_function(f"{KEPT}.length === 0")


async def test_what_was_not_undone_when_its_page_was_left_is_said_on_the_next(
    site: Site, window: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = (await window("claire")).page  # a browser of its own, whose clock is held
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    await page.goto(HERE)
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    await page.route("**/decisions/revert", lambda route: route.abort())
    await page.keyboard.press("z")
    await expect(page.get_by_role("alert").locator("p")).to_have_text("Not undone. The server did not answer.")
    await page.clock.fast_forward(5000)
    await page.goto("/customers")
    alert = page.get_by_role("alert")
    names = [f"{title} of Margrethe Lund" for title in ("Occupation", "Employer or business", "Best time to contact")]
    await expect(alert.locator("a")).to_have_text(names, use_inner_text=True)
    await expect(alert.locator("p")).to_have_text(f"Not undone: {', '.join(names)}. What you decided stands.")

    # Whoever looks and undoes one hears of the others only.
    await alert.get_by_role("link", name=names[0]).click()
    await page.wait_for_url(f"**/artifacts/{waiting[0]}")
    await page.locator("main > header").get_by_role("button", name="Undo").click()
    await expect(page.locator(".notice", has_text="Undone: Occupation")).to_be_visible()
    await expect(alert.locator("a")).to_have_text(names[1:], use_inner_text=True)
    await alert.get_by_role("button", name="Leave it").click()
    await expect(alert).to_have_count(0)
    assert await page.evaluate(KEPT) == []
    assert await undone(site, waiting) == waiting[:1]


async def test_an_undo_that_was_lost_is_sent_again_as_the_same(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    sent: list[Any] = []

    async def lose_the_answer(route: Any) -> None:
        sent.append((route.request.headers["idempotency-key"], route.request.post_data))
        if len(sent) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/decisions/revert", lose_the_answer)
    await page.keyboard.press("z")
    refused = page.get_by_role("alert")
    await expect(refused).to_contain_text("Not undone. The server did not answer.")
    await refused.get_by_role("button", name="Retry").click()
    await expect(page.locator("#toast p")).to_have_text("Undone: 3 decisions.")
    await expect(refused).to_have_count(0)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert await undone(site, waiting) == waiting[:3]  # each once
    assert await page.evaluate(KEPT) == []


async def test_taken_back_before_it_was_saved_it_is_said_where_only_the_decision_was(
    site: Site, window: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = (await window("claire")).page
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    await page.goto(HERE)
    held = await Held().start(page)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(row(page, waiting[0])).to_have_attribute("data-shown", "accepted")
    await page.keyboard.press("z")
    assert await page.evaluate(KEPT) == [waiting[0], f"undo:{waiting[0]}"]
    async with page.expect_response("**/unsaved*"):
        await page.goto("/customers")
    held.go.set()
    for _ in range(300):
        if await site.status(waiting[0]) == "accepted":
            break
        await asyncio.sleep(0.02)
    await page.clock.fast_forward(5000)
    await expect(page.get_by_role("alert").locator("p")).to_have_text(
        "Not undone: Occupation of Margrethe Lund. What you decided stands."
    )


async def test_without_scripts_it_is_a_form_that_says_what_was_left(site: Site, waiting: list[str]) -> None:
    claire = await site.visitor("claire")
    await claire.post("/decisions/accept", {"artifact": waiting[:3]})
    await claire.post("/customers/lund/profile/occupation", {"value.occupation": f"Newer than {waiting[0]}"})
    for picked, said in (
        (
            waiting[:3],
            "Undone: 2 of 3 decisions. Occupation: The field was changed again since; there is a newer value.",
        ),
        (waiting[:1], "Not undone. The field was changed again since; there is a newer value."),
        ([waiting[3], "nothing"], "Not undone. Source of wealth: This is pending; there is nothing to undo."),
        ([], "Nothing was selected."),
    ):
        answer = await claire.post("/decisions/revert", {"artifact": picked, "next": "/customers/lund"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/customers/lund")
        claire.cookies |= dict(answer.cookies)
        assert said in text(await claire.get("/customers/lund"))
    assert await undone(site, waiting) == waiting[1:3]
    before = await site.everything()
    for other in ("jonas", "ines", "tobias"):
        answer = await (await site.visitor(other)).post("/decisions/revert", {"artifact": waiting[1:3]})
        assert answer.status_code in (303, 403)
    assert (await claire.post("/decisions/revert", {"artifact": waiting[1:3], "csrf": None})).status_code == 403
    assert await site.everything() == before


# ── what cannot be undone ────────────────────────────────────────────────────────────────────────────────────────────


async def test_undo_is_offered_for_what_can_be_undone(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    chore = await task(site, f"Call about {waiting[0]}")
    page: Page = await visit("claire", HERE)
    await row(page, chore).locator(".fld").focus()
    await page.keyboard.press("a")
    await expect(page.locator("#toast p")).to_have_text(f"Call about {waiting[0]} is accepted.")
    await expect(page.locator("#toast").get_by_role("button")).to_have_count(0)

    # Of many it is for those that can be.
    other = await task(site, f"Write about {waiting[0]}")
    await expect(row(page, other)).to_be_visible()
    for each in (*waiting[:2], other):
        await row(page, each).get_by_role("checkbox").check()
    await page.locator("#many").get_by_role("button", name="Accept 3").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted.")
    await page.locator("#toast").get_by_role("button", name="Undo").click()
    await expect(page.locator("#toast p")).to_have_text("Undone: 2 decisions.")
    assert await undone(site, [*waiting, other]) == waiting[:2]


async def test_taken_back_before_it_was_saved_it_says_where_nothing_can_be(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    signed = (await site.proposal("lund", "taxResidency", "Iceland", source_text="Iceland")).id
    chore = await task(site, f"Visit about {waiting[0]}")
    page: Page = await visit("claire", HERE)
    for each, said in (
        (
            signed,
            "You signed Tax residency. It waits for a co-signer's second signature. "
            "A signature is not taken back: reject the proposal, or sign another value by editing it.",
        ),
        (chore, f"Visit about {waiting[0]} is accepted. That cannot be undone."),
    ):
        await page.goto(f"{HERE}&open={each}")
        held = await Held().start(page)
        await row(page, each).get_by_role("button", name="Accept").click()
        await expect(row(page, each)).to_have_attribute("data-shown", "accepted")
        await page.keyboard.press("z")
        await expect(page.get_by_role("status")).to_have_text("It will be undone once it is saved.")
        held.go.set()
        await expect(page.locator("#toast p")).to_have_text(said)
        await expect(page.get_by_role("status")).to_have_text(said)
        await expect(page.locator("#toast").get_by_role("button")).to_have_count(0)
        await page.unroute("**/decide")
        assert await page.evaluate(KEPT) == []
    # And so it is: both are open to who signed first.
    await page.goto(f"{HERE}&open={signed}")
    card = row(page, signed)
    await expect(card.locator(".acts.pane.read")).to_contain_text("Edit")
    await expect(card.locator(".acts.pane.read")).to_contain_text("Reject")
    await page.keyboard.press("r")
    await page.keyboard.press("1")
    await expect(page.locator("#toast p")).to_contain_text("Tax residency is rejected.")
    assert await site.status(signed) == "rejected"
