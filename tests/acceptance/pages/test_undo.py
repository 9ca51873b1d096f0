"""Undo as a safety net: many by one request, what can never be undone is not offered to be, and what was lost is said."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from acceptance.pages.test_access import text
from acceptance.pages.test_network import KEPT, decided
from acceptance.pages.test_triage import HERE, Held, contexts, row, visit, waiting
from eventually import eventually
from intercept import intercept
from placet.artifacts.drafts import Item
from placet.customers import teams
from placet.identity.principal import SYSTEM

__all__ = ["contexts", "visit", "waiting"]


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
    async with page.expect_response("**/unsaved?ids=*"):
        await page.reload()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await eventually(lambda: page.evaluate(f"{KEPT}.length === 0"))


async def test_what_was_not_undone_when_its_page_was_left_is_said_on_the_next(
    site: Site, window: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = (await window("claire")).page  # a browser of its own, whose clock is held
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    await page.goto(HERE)
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    await intercept(page, "**/decisions/revert", lambda route: route.abort())
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

    await intercept(page, "**/decisions/revert", lose_the_answer)
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

    # What the server answers may be overtaken on its way: by what is saved, and by the time.
    answered, go, brought = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def bring_late(route: Any) -> None:
        if answered.is_set():
            await route.continue_()
            return
        answer = await route.fetch()
        answered.set()
        await go.wait()
        await route.fulfill(response=answer)
        brought.set()

    await intercept(page, "**/unsaved?ids=*", bring_late)
    await page.goto("/customers")
    await answered.wait()
    held.go.set()
    assert await decided(site, waiting[0])
    await page.clock.fast_forward(5000)
    go.set()
    await brought.wait()
    await page.evaluate("fetch('/healthz')")
    assert "Not saved" not in "".join(await page.get_by_role("alert").all_inner_texts())
    await page.clock.resume()
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
    await row(page, chore).locator(".fld").click()
    await row(page, chore).get_by_role("button", name="Accept").click()
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

    # Where all was to be taken back before it was saved, it says what was not.
    third = await task(site, f"Think about {waiting[0]}")
    await expect(row(page, third)).to_be_visible()
    for each in (waiting[2], third):
        await row(page, each).get_by_role("checkbox").check()
    held = await Held().start(page, "**/decisions/accept")
    await page.locator("#many").get_by_role("button", name="Accept 2").click()
    await expect(row(page, third)).to_have_attribute("data-shown", "accepted")
    await page.keyboard.press("z")
    held.go.set()
    await expect(page.get_by_role("alert")).to_have_text(
        f"Undone: 1 of 2 decisions. Think about {waiting[0]}: Only a change of a profile field can be undone."
    )
    assert await site.status(third) == "accepted"


async def test_taken_back_before_it_was_saved_it_says_where_nothing_can_be(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    signed = (await site.proposal("lund", "taxResidency", "Iceland", source_text="Iceland")).id
    chore = await task(site, f"Visit about {waiting[0]}")
    page: Page = await visit("claire", HERE)
    for each, said in (
        (signed, "A signature is not taken back: reject the proposal, or sign another value by editing it."),
        (chore, "Only a change of a profile field can be undone."),
    ):
        await page.goto(f"{HERE}&open={each}")
        held = await Held().start(page)
        await row(page, each).get_by_role("button", name="Accept").click()
        await expect(row(page, each)).to_have_attribute("data-shown", "accepted")
        await page.keyboard.press("z")
        await expect(page.get_by_role("status")).to_have_text("It will be undone once it is saved.")
        held.go.set()
        await expect(page.get_by_role("alert")).to_have_text(f"Not undone. {said}")
        await expect(page.locator("#toast")).to_have_count(0)
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


# ── told as what it was ──────────────────────────────────────────────────────────────────────────────────────────────


async def part(site: Site, path: str, begins: str, ends: str) -> str:
    """What Claire reads, and hears, in a part of a page."""
    page = (await (await site.visitor("claire")).get(path)).text
    return text(httpx.Response(200, text=page.partition(begins)[2].partition(ends)[0]))


async def test_an_undo_is_told_as_one_and_what_it_undid_as_undone(site: Site, waiting: list[str]) -> None:
    was = await site.value("lund", "occupation")
    value = await site.database.fetchval("select payload ->> 'proposed_value' from artifact where id = $1", waiting[0])
    claire = await site.visitor("claire")
    await claire.post("/decisions/accept", {"artifact": waiting[:2]})
    await claire.post(f"/artifacts/{waiting[0]}/revert", {})
    entry = await site.database.fetchval("select id from artifact where reverts = $1", waiting[0])
    source = await site.database.fetchval("select source_id from artifact where id = $1", waiting[0])

    for path in ("/history?customer=lund", "/customers/lund"):
        for which, said in ((entry, "undo by you, "), (waiting[0], "you, "), (waiting[1], "you, ")):
            row = await part(site, path, f'href="/artifacts/{which}"', "</li>")
            assert said in row, (path, row)
            assert ("undo by" in row) == (which == entry), (path, row)
            assert (", since undone" in row) == (which == waiting[0]), (path, row)
    assert ", since undone" in await part(site, "/insights/cases", f'href="/artifacts/{waiting[0]}"', "</li>")
    assert ", since undone" in await part(site, f"/sources/{source}", f'id="a-{waiting[0]}"', "</li>")
    note = (await claire.get(f"/sources/{source}")).text
    states = re.findall(r'<mark class="(\w+)" data-n="\d"><span class="anchor" id="q-(\w+|\S+?)">', note)
    assert [state for state, of in states if of in waiting[:2]] == ["ended", "accepted"]

    # Where it is told as sentences, made and accepted by one person it is one.
    told = f"You undid Occupation : {was} again"
    for path, begins in (("/customers/lund/timeline", '<ol class="tl"'), ("/customers/lund", "<h2>Timeline</h2>")):
        assert told in await part(site, path, begins, "</ol>"), path
        events = (await claire.get(path)).text.partition(begins)[2].partition("</ol>")[0]
        assert events.count(f'"/artifacts/{entry}"') == 1, path
    assert "You proposed to undo Occupation" in await part(
        site, "/customers/lund/timeline?act=proposed", "<ol", "</ol>"
    )
    trail = await part(site, f"/artifacts/{entry}", 'id="trail-h"', "</section>")
    assert f"You proposed to undo Occupation : {was}" in trail
    assert told in trail
    assert f"Profile changed from {value} to {was}" in trail

    assert "Accepted Undone" in await part(site, f"/artifacts/{waiting[0]}", "<header", "</header>")
    changed = 'aria-label="What changed"'
    assert ", since undone by an entry of its own" in await part(
        site, f"/artifacts/{waiting[0]}", changed, "</section>"
    )
    page = (await claire.get(f"/artifacts/{waiting[0]}")).text
    assert f'href="/artifacts/{entry}"' in page.partition(changed)[2].partition("</section>")[0]
    assert "undo by you, " in await part(site, f"/artifacts/{entry}", changed, "</section>")


async def test_a_rejection_taken_back_is_told_as_that_and_what_follows_as_a_decision(
    site: Site, waiting: list[str]
) -> None:
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{waiting[1]}/decide", {"status": "rejected"})
    await claire.post("/decisions/revert", {"artifact": waiting[1]})
    again = await site.database.fetchval("select id from artifact where reverts = $1", waiting[1])
    timeline = await part(site, "/customers/lund/timeline", '<ol class="tl"', "</ol>")
    assert "You took back the rejection of Employer or business : Firm" in timeline
    await claire.post(f"/artifacts/{again}/decide", {"status": "accepted"})
    timeline = await part(site, "/customers/lund/timeline", '<ol class="tl"', "</ol>")
    assert timeline.lstrip("> ").startswith("You accepted Employer or business : Firm")
    rejected, accepted = [
        await part(site, "/history?customer=lund", f'href="/artifacts/{which}"', "</li>")
        for which in (waiting[1], again)
    ]
    assert ", since undone" in rejected
    assert "Undo" not in rejected
    assert "undo" not in accepted.replace("Undo the decision", "")


async def test_an_undo_that_takes_two_is_none_before_the_second_signature(site: Site) -> None:
    await teams.set_customer_member(site.database, SYSTEM, "lund", "jonas", "cosign")  # type: ignore[arg-type]
    first = (await site.proposal("lund", "taxResidency", "Sweden")).id
    claire, jonas = await site.visitor("claire"), await site.visitor("jonas")
    await claire.post(f"/artifacts/{first}/decide", {"status": "accepted"})
    await jonas.post(f"/artifacts/{first}/decide", {"status": "accepted"})
    asked = f"/unsaved?ids=undo:{first}"
    [left] = (await claire.get(asked, accept="application/json")).json()
    assert left == {"id": f"undo:{first}", "href": f"/artifacts/{first}", "shown": "Tax residency of Margrethe Lund"}
    assert (await jonas.get(asked, accept="application/json")).json() == []  # it is not his to undo
    answer = await claire.post("/decisions/revert", {"artifact": first}, accept="application/json")
    assert answer.json()["results"] == [{"artifactId": first, "outcome": "signed", "status": "pending"}]
    assert (await claire.get(asked, accept="application/json")).json() == []  # it waits, and nothing was lost
    entry = await site.database.fetchval("select id from artifact where reverts = $1", first)
    row = f'href="/artifacts/{first}"'
    assert "since undone" not in await part(site, "/history?customer=lund", row, "</li>")
    timeline = await part(site, "/customers/lund/timeline", '<ol class="tl"', "</ol>")
    assert "You proposed to undo Tax residency" in timeline
    await jonas.post(f"/artifacts/{entry}/decide", {"status": "accepted"})
    assert "since undone" in await part(site, "/history?customer=lund", row, "</li>")
    timeline = await part(site, "/customers/lund/timeline", '<ol class="tl"', "</ol>")
    assert "Jonas Reber undid Tax residency" in timeline
    assert "You proposed to undo Tax residency" in timeline
