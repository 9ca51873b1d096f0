"""Deciding at the keyboard: shown at once, sent once, saved or taken back with the reason, undone, and seen by others."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from acceptance.pages.conftest import JUST_NOW, PHONE, Site, Window, item, open_context
from acceptance.web.test_keys_and_forms import PRESSED_THRICE
from intercept import intercept
from placet.artifacts import custody
from placet.demo.loading import DEMO_PASSWORD
from placet.identity.principal import SYSTEM

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
async def contexts(browser: Browser, site: Site) -> AsyncIterator[dict[str, Any]]:
    """A browser for each person, for the whole module."""
    found: dict[str, Any] = {}
    yield found
    for context in found.values():
        await context.close()


@pytest.fixture
async def visit(browser: Browser, site: Site, contexts: dict[str, Any]) -> AsyncIterator[Callable[..., Any]]:
    """Opens a page as somebody; whatever the console complains about fails the test."""
    opened: list[Window] = []

    async def visit_as(user: str, path: str) -> Page:
        if user not in contexts:
            contexts[user] = await open_context(browser, site, user)
        page = await contexts[user].new_page()
        opened.append(Window(contexts[user], page))
        await page.goto(path)
        return page

    yield visit_as
    for window in opened:
        await window.page.close()
        assert [line for line in window.said if "status of" not in line and "ERR_" not in line] == []


@pytest.fixture
async def waiting(site: Site) -> list[str]:
    """A customer of Claire's own with four proposals in a batch; their ids in order."""
    await clear(site)
    number = next(_numbers)  # what was rejected or accepted once would not be proposed again
    note = f"I am in trade {number}, at firm {number}. Call at {number} sharp, please. It is from salary {number}."
    done = await site.propose(
        "lund",
        item("occupation", f"Trade {number}", source_text=f"in trade {number}", confidence="high"),
        item("employer", f"Firm {number}", source_text=f"at firm {number}", confidence="high"),
        item("contactWindow", f"At {number}", source_text=f"at {number} sharp", confidence="high"),
        item("sourceOfWealth", f"Salary {number}", source_text=f"from salary {number}", confidence="high"),
        source=site.note("Call", note),
    )
    return [artifact.id for artifact in done.artifacts]


async def clear(site: Site) -> None:
    """Reject what waits at the customer, so that the page holds what the test proposes."""
    visitor = await site.visitor("claire")
    rows = await site.database.fetch("select id from artifact where customer_id = 'lund' and status = 'pending'")
    for row in rows:
        await visitor.post(f"/artifacts/{row['id']}/decide", {"status": "rejected"})


HERE = "/inbox?customer=lund"
NOW = re.compile(r"^Occupation is now Trade \d+\.$")


def row(page: Page, artifact: str) -> Any:
    return page.locator(f"#a-{artifact}")


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement?.closest('[data-item]')?.dataset.item ?? ''"))


class Held:
    """Lets what a page sends wait until it is let go, and counts it."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.go = asyncio.Event()

    async def start(self, page: Page, pattern: str = "**/decide") -> Held:
        await intercept(page, pattern, self._hold)
        return self

    async def _hold(self, route: Route) -> None:
        self.sent.append(route.request)
        await self.go.wait()
        await route.continue_()


async def test_a_decision_shows_before_it_is_saved_and_focus_goes_on(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    held = await Held().start(page)
    await page.keyboard.press("j")
    assert await focused(page) == waiting[0]
    await page.keyboard.press("a")
    await expect(row(page, waiting[0]).locator(".mark.pending .sr")).to_have_text("Accepted")
    assert await focused(page) == waiting[1]
    assert await site.status(waiting[0]) == "pending"
    held.go.set()
    await expect(page.locator("#toast p")).to_have_text(NOW)
    await expect(page.get_by_role("status")).to_have_text(NOW)
    assert await site.status(waiting[0]) == "accepted"
    assert await focused(page) == waiting[1]
    await expect(page.locator(".side .num").first).to_have_text(await count(site))


async def test_pressing_a_key_twice_sends_one_decision(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    held = await Held().start(page)
    await page.keyboard.press("j")
    await page.evaluate(PRESSED_THRICE)
    held.go.set()
    await expect(page.locator("#toast")).to_be_visible()
    assert len(held.sent) == 1
    assert [await site.status(each) for each in waiting] == ["accepted", "pending", "pending", "pending"]


async def test_the_bar_names_only_the_keys_that_work_here(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    """An admin sees what waits for somebody else, and is not offered the keys that decide it."""
    rm = await visit("claire", f"{HERE}&open={waiting[0]}")
    await expect(rm.locator(".keys")).to_contain_text("aaccepteeditrreject")
    admin = await visit("ines", f"/customers/lund?open={waiting[0]}")
    await expect(admin.locator(".card .btn")).to_have_count(0)
    await expect(admin.locator(".keys")).to_contain_text("jnext")
    await expect(admin.locator(".keys")).not_to_contain_text("accept")
    await admin.keyboard.press("e")
    await expect(admin.locator(".card")).to_have_attribute("data-mode", "read")


async def test_an_open_card_hands_over_to_the_next(site: Site, visit: Callable[..., Any], waiting: list[str]) -> None:
    page = await visit("claire", HERE)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(row(page, waiting[0])).to_have_attribute("data-mode", "read")
    await page.keyboard.press("r")
    await page.keyboard.press("2")
    await expect(row(page, waiting[1]).locator(".card-f")).to_be_visible()
    await expect(page.locator("#toast p")).to_have_text("Occupation is rejected. The profile stays as it was.")
    assert await focused(page) == waiting[1]
    reason = await site.database.fetchval("select reason from artifact where id = $1", waiting[0])
    assert reason == "not said"
    await page.keyboard.press("e")
    await page.locator(".card form.edit input:not([type=hidden])").first.fill("Arctic Institute")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#toast p")).to_have_text("Employer or business is now Arctic Institute.")
    assert await site.status(waiting[1]) == "edited"
    assert await focused(page) == waiting[2]


async def test_a_wrong_value_takes_the_focus_to_its_field(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", f"{HERE}&open={waiting[0]}&do=edit")
    field = page.locator(".card form.edit input:not([type=hidden])").first
    now = await site.value("lund", "occupation")
    await field.fill(now)
    await page.get_by_role("button", name="Accept with this change").click()
    await expect(page.locator(".card .err")).to_contain_text("No change")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    assert await field.input_value() == now
    assert await site.status(waiting[0]) == "pending"


async def test_a_refused_row_comes_back_with_the_reason(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    held = await Held().start(page)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(row(page, waiting[0])).to_have_attribute("data-shown", "accepted")
    await (await site.visitor("claire")).post(f"/artifacts/{waiting[0]}/decide", {"status": "rejected"})
    held.go.set()
    refusal = row(page, waiting[0]).get_by_role("alert")
    await expect(refusal).to_contain_text("Not accepted.")
    await expect(refusal.get_by_role("link", name="Show the decision")).to_be_visible()
    assert await row(page, waiting[0]).get_attribute("data-shown") is None


async def test_what_was_lost_on_the_way_is_tried_again_as_the_same_decision(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    keys: list[str] = []

    async def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        await (route.abort() if len(keys) == 1 else route.continue_())

    await intercept(page, "**/decide", lose)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    refusal = row(page, waiting[0]).get_by_role("alert")
    await expect(refusal).to_contain_text("Not saved. The server did not answer.")
    await refusal.get_by_role("button", name="Retry").click()
    await expect(page.locator("#toast p")).to_have_text(NOW)
    assert len(keys) == 2
    assert keys[0] == keys[1]


async def test_z_undoes_an_approval_by_an_entry_of_its_own_and_a_rejection_by_a_new_proposal(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    before = await site.value("lund", "occupation")
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(page.locator("#toast p")).to_have_text(NOW)
    await page.keyboard.press("z")
    await expect(page.locator("#toast p")).to_have_text(f"Undone: Occupation is {before} again.")
    assert await site.value("lund", "occupation") == before
    assert await site.status(waiting[0]) == "accepted"
    await page.goto(f"{HERE}&open={waiting[1]}&do=reject")
    await expect(row(page, waiting[1]).get_by_role("button", name="Wrong value")).to_be_focused()
    await page.keyboard.press("1")
    await expect(page.locator("#toast p")).to_contain_text("Employer or business is rejected.")
    await page.keyboard.press("z")
    await expect(page.locator("#toast p")).to_have_text("Undone: Employer or business waits for a decision again.")
    again = await site.pending("lund", "employer")
    await expect(row(page, again)).to_be_visible()


async def test_of_many_all_are_undone_that_can_be_and_it_says_how_many(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    newer = f"Newer than {waiting[0]}"
    await (await site.visitor("claire")).post("/customers/lund/profile/occupation", {"value.occupation": newer})
    assert await site.value("lund", "occupation") == newer
    await page.keyboard.press("z")
    await expect(page.get_by_role("alert")).to_contain_text(
        "Undone: 2 of 3 decisions. Occupation: The field was changed again since; there is a newer value."
    )
    reverted = "select reverts from artifact where reverts = any($1)"
    assert {each[0] for each in await site.database.fetch(reverted, waiting)} == {waiting[1], waiting[2]}


async def test_of_a_selection_what_is_refused_stays_selected_and_says_why(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    for _ in waiting:
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    bar = page.locator("#many")
    await expect(bar).to_contain_text("4 selected")
    await expect(bar).to_contain_text("1 left out: 1 needs a reason")
    assert page.url.endswith(f"sel={'.'.join(waiting)}")
    await page.keyboard.press("Shift+A")
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    await expect(row(page, waiting[3]).get_by_role("alert")).to_contain_text("needs a reason")
    await expect(bar).to_contain_text("1 selected")
    assert page.url.endswith(f"sel={waiting[3]}")
    await page.reload()
    await expect(row(page, waiting[3]).get_by_role("checkbox")).to_be_checked()


async def test_capital_letters_act_on_the_batch_when_nothing_is_selected(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    await page.keyboard.press("j")
    await page.keyboard.press("Shift+A")
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    assert await site.status(waiting[3]) == "pending"
    await page.keyboard.press("z")
    await expect(page.locator("#toast p")).to_have_text("Undone: 3 decisions.")
    await expect(page.locator("#status")).to_have_text("Undone: 3 decisions.")
    await page.keyboard.press("Shift+R")
    await expect(page.locator("#many")).to_contain_text("1 selected")
    assert await site.status(waiting[3]) == "pending"
    await page.keyboard.press("5")
    await expect(page.locator("#toast p")).to_have_text("1 rejected.")
    assert await site.database.fetchval("select reason from artifact where id = $1", waiting[3]) == "outdated"
    assert (
        await page.evaluate("document.activeElement.id") == "main"
    )  # nothing waits any more, and the focus is not lost
    await page.keyboard.press("z")
    await expect(page.locator("#toast p")).to_contain_text("waits for a decision again")


async def test_what_a_batch_takes_is_selected_by_one_press_of_a_finger(
    site: Site, window: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = (await window("claire", **PHONE)).page
    await page.goto(HERE)
    whole = page.get_by_role("checkbox", name="Select what can be accepted together of Call")
    size = await whole.locator("xpath=..").bounding_box() or {}
    assert min(size["width"], size["height"]) >= 43
    await whole.tap()
    bar = page.locator("#many")
    await expect(bar).to_contain_text("3 selected")
    await expect(bar).to_contain_text("Accept 3")
    await expect(page.get_by_role("status")).to_have_text("3 selected.")
    assert page.url.endswith(f"sel={'.'.join(waiting[:3])}")
    await expect(whole).to_be_checked()
    await row(page, waiting[1]).get_by_role("checkbox").tap()
    await expect(bar).to_contain_text("2 selected")
    await expect(whole).to_be_checked(indeterminate=True)
    await whole.tap()
    await expect(whole).to_be_checked()
    await whole.tap()
    await expect(bar).to_be_hidden()
    await expect(page.get_by_role("status")).to_have_text("Nothing is selected.")
    await row(page, waiting[3]).get_by_role("checkbox").tap()  # the rest is selected one by one
    await expect(page.get_by_role("status")).to_have_text("1 selected. 1 left out.")
    await page.reload()
    await expect(whole).to_be_checked(indeterminate=True)
    await whole.tap()
    await bar.get_by_text("Reject 4").tap()
    await bar.get_by_role("button", name="Outdated").tap()
    await expect(page.locator("#toast p")).to_have_text("4 rejected.")


async def test_many_are_not_decided_over_a_change_that_is_being_made_to_one_of_them(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", f"{HERE}&open={waiting[1]}")
    await page.keyboard.press("e")
    field = row(page, waiting[1]).get_by_role("textbox", name="Employer or business")
    await field.fill("Another firm")
    await page.locator("[data-batch-accept]").click()
    await expect(page.get_by_role("alert")).to_have_text(
        "Nothing was accepted. Save your change to Employer or business first, or leave it."
    )
    await expect(field).to_be_focused()
    await expect(field).to_have_value("Another firm")
    assert {await site.status(each) for each in waiting} == {"pending"}
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#toast p")).to_have_text("Employer or business is now Another firm.")
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("2 accepted. 1 left as it was.")
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_shift_selects_all_from_the_one_pressed_before(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    box = [row(page, each).locator(".tick") for each in waiting]
    await box[2].click(modifiers=["Shift"])
    await expect(page.locator("#many")).to_contain_text("1 selected")
    await box[0].click(modifiers=["Shift"])
    await expect(page.locator("#many")).to_contain_text("3 selected")
    assert page.url.endswith(f"sel={'.'.join(waiting[:3])}")
    await box[1].click(modifiers=["Shift"])
    await expect(page.locator("#many")).to_contain_text("1 selected")
    await expect(box[2].locator("input")).to_be_checked()


async def test_back_brings_back_what_was_open_and_selected(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", HERE)
    await row(page, waiting[1]).get_by_role("checkbox").check()
    await row(page, waiting[0]).get_by_role("link").click()
    await expect(row(page, waiting[0]).locator(".card-f")).to_be_visible()
    await row(page, waiting[2]).get_by_role("link", name="Best time").click()
    await expect(row(page, waiting[2]).locator(".card-f")).to_be_visible()
    await page.go_back()
    await expect(row(page, waiting[0]).locator(".card-f")).to_be_visible()
    await expect(row(page, waiting[1]).get_by_role("checkbox")).to_be_checked()
    await row(page, waiting[0]).get_by_role("link", name="Trail of").press("Enter")
    await page.wait_for_url("**/artifacts/*")
    await page.go_back()
    await expect(row(page, waiting[0]).locator(".card-f")).to_be_visible()
    await expect(row(page, waiting[1]).get_by_role("checkbox")).to_be_checked()


async def test_beside_its_field_it_is_decided_like_in_a_list(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", "/customers/lund/profile")
    await row(page, waiting[1]).get_by_role("link", name="Review").focus()
    await intercept(page, "**/decide", lambda route: route.abort(), times=1)
    await page.keyboard.press("a")
    refusal = row(page, waiting[1]).get_by_role("alert")
    await expect(refusal).to_contain_text("Not saved.")
    await refusal.get_by_role("button", name="Retry").click()
    await expect(page.locator("#toast p")).to_have_text(re.compile("^Employer or business is now Firm"))
    assert await site.status(waiting[1]) == "accepted"


async def test_flags_narrow_the_list(site: Site, visit: Callable[..., Any], waiting: list[str]) -> None:
    number = next(_numbers)
    rival = (await site.proposal("lund", "occupation", f"Rival {number}", source_text="elsewhere")).id
    stale = (await site.proposal("lund", "preferredName", f"Gro {number}", previous_value="Nobody")).id
    for flag, expected in (
        ("rival", {waiting[0], rival}),
        ("stale", {stale}),
        ("reason", {waiting[3]}),
        ("unverified", {rival, stale}),
        ("nothing", set()),
    ):
        page = await visit("claire", f"{HERE}&flag={flag}")
        shown = await page.locator("[data-item]").evaluate_all("all => all.map(each => each.dataset.item)")
        assert set(shown) == expected, flag
        if flag == "stale":
            await expect(page.get_by_label("Flag")).to_have_value("stale")
            await page.keyboard.press("j")
            await page.keyboard.press("Enter")
            await expect(page.locator(".card-f")).to_be_visible()
            await page.keyboard.press("a")  # the second step is under the fingers
            await expect(page.get_by_role("button", name="Replace the newer value")).to_be_focused()


async def test_a_link_to_what_is_decided_shows_it_among_what_waits(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    await (await site.visitor("claire")).post(f"/artifacts/{waiting[1]}/decide", {"status": "accepted"})
    page = await visit("claire", f"{HERE}&open={waiting[1]}")
    shown = await page.locator("[data-item]").evaluate_all("all => all.map(each => each.dataset.item)")
    assert shown == waiting
    await expect(row(page, waiting[1]).locator(".verdict")).to_contain_text("Accepted by you")
    await page.goto(HERE)
    assert await row(page, waiting[1]).count() == 0


# ── others ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_others_decide_arrives_and_names_them(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    admin = await visit("ines", HERE)
    await admin.goto(f"{HERE}&open={waiting[1]}")
    await expect(admin.locator("html[data-live=on]")).to_be_attached()
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{waiting[0]}/decide", {"status": "accepted"})
    await expect(row(admin, waiting[0])).to_contain_text("Accepted by Claire Amiel")
    await claire.post(f"/artifacts/{waiting[1]}/decide", {"status": "rejected", "reason": "not said"})
    await expect(row(admin, waiting[1]).locator(".verdict")).to_have_text(
        re.compile(f"^Rejected by Claire Amiel, {JUST_NOW}$")
    )
    assert await row(admin, waiting[1]).locator(".card-f .btn:visible").count() == 0
    new = await site.proposal("lund", "interests", ["Skating"], source_text="skating")
    await expect(row(admin, new.id)).to_be_visible()


async def test_what_was_being_typed_is_told_when_a_colleague_decides_it(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", f"{HERE}&open={waiting[1]}")
    await expect(page.locator("html")).to_have_attribute("data-live", "on")
    await page.keyboard.press("e")
    await row(page, waiting[1]).get_by_role("textbox", name="Employer or business").fill("Another firm")
    until = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    await (await site.visitor("claire")).post(
        "/settings/delegations", {"toUserId": "jonas", "customerId": "lund", "from": "", "until": until, "reason": ""}
    )
    await (await site.visitor("jonas")).post(f"/artifacts/{waiting[1]}/decide", {"status": "accepted"})
    assert await site.status(waiting[1]) == "accepted"
    await expect(page.get_by_role("alert")).to_have_text(
        "Employer or business: Accepted by Jonas Reber. You had typed, and not sent: Another firm"
    )
    await expect(row(page, waiting[1]).locator(".verdict")).to_contain_text("Accepted by Jonas Reber")


async def test_what_is_no_longer_ones_own_goes_and_the_page_says_why(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", "/inbox")
    await expect(row(page, waiting[0])).to_be_visible()
    await expect(page.locator("html[data-live=on]")).to_be_attached()
    try:
        await custody.reassign(site.database, SYSTEM, "lund", "jonas")  # type: ignore[arg-type]
        await expect(page.get_by_role("alert")).to_have_text(
            "Margrethe Lund was attached to somebody else. What waited there is no longer yours to decide."
        )
        await expect(row(page, waiting[0])).to_have_count(0)
        await expect(page.locator(".cust").first).to_be_visible()
    finally:
        await custody.reassign(site.database, SYSTEM, "lund", "claire")  # type: ignore[arg-type]


async def test_coming_back_after_being_cut_off_shows_what_happened_once(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("ines", HERE)
    await expect(page.locator("html[data-live=on]")).to_be_attached()
    await page.context.set_offline(True)
    new = await site.proposal("lund", "interests", ["Curling"], source_text="curling")
    await page.context.set_offline(False)
    await expect(row(page, new.id)).to_be_visible()
    assert await row(page, new.id).count() == 1


async def test_what_is_being_typed_survives_what_arrives(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", f"{HERE}&open={waiting[3]}")
    reason = page.get_by_role("textbox", name="Your reason")
    await reason.fill("Payslips seen")
    await row(page, waiting[1]).get_by_role("checkbox").check()
    new = await site.proposal("lund", "interests", ["Chess"], source_text="chess")
    await expect(row(page, new.id)).to_be_visible()
    assert await reason.input_value() == "Payslips seen"
    await expect(row(page, waiting[1]).get_by_role("checkbox")).to_be_checked()


async def count(site: Site) -> str:
    return (
        str(
            await site.database.fetchval(
                "select count(*) from artifact a join customer c on c.id = a.customer_id "
                "where a.status = 'pending' and (c.rm_id = 'claire' or c.id = 'ho')"  # where she stands in
            )
        )
        + " pending"
    )


# ── a day at the keyboard ────────────────────────────────────────────────────────────────────────────────────────────


DONE = """select status <> 'pending' or exists (select from signature s where s.artifact_id = a.id) from artifact a where id = $1"""


async def test_twenty_decisions_from_signing_in_to_signing_out_with_keys_alone(
    site: Site, browser: Browser, waiting: list[str]
) -> None:
    number = next(_numbers)
    keys = ("occupation", "employer", "preferredName", "contactWindow", "addressCity", "relationshipNotes")
    for customer in ("brandt", "osei-marlow", "vilhena-castro"):
        for key in keys:
            await site.proposal(customer, key, f"Value {number} of {key}", source_text="so", confidence="high")
    context = await open_context(browser, site)
    page = await context.new_page()
    await page.goto("/sign-in")
    for _ in range(6):
        if await page.evaluate("document.activeElement.matches('[name=email]')"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.type("claire.amiel@placet.example")
    await page.keyboard.press("Tab")
    await page.keyboard.type(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox")
    async with page.expect_navigation():
        await page.keyboard.press("g")
        await page.keyboard.press("i")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    for made in range(20):
        at = await focused(page)
        row_ = row(page, at)  # the first was opened, each further one opens as the one before is decided
        await expect(row_.locator(".card-f")).to_be_visible()
        if made % 4 or await row_.get_by_role("textbox", name="Your reason").count():
            await page.keyboard.press("r")
            await page.keyboard.press(str(made % 7 + 1))
        else:
            await page.wait_for_timeout(500)  # nobody reads it faster, and the page takes no second press before
            await page.keyboard.press("a")
        for _ in range(200):
            if await site.database.fetchval(DONE, at):
                break
            await asyncio.sleep(0.02)
        assert await site.database.fetchval(DONE, at), await row_.inner_text()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("sign out")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sign-in")
    await context.close()


# ── how the evidence was read ─────────────────────────────────────────────────────────────────────────────────────────


async def looked(site: Site, artifact: str) -> dict[str, Any] | None:
    """What the trail kept of how the evidence was read before the decision."""
    query = (
        "select b.body::jsonb -> 'looked' from event e join event_body b on b.event_id = e.id"
        " where e.artifact_id = $1 and e.kind in ('profile_edit.accepted', 'profile_edit.rejected')"
    )
    found = await site.database.fetchval(query, artifact)
    return None if found is None else dict(json.loads(found))


async def test_a_decision_says_whether_its_evidence_was_open_and_for_how_long(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page = await visit("claire", f"{HERE}&open={waiting[1]}")
    await page.evaluate(
        "() => { const now = performance.now.bind(performance); performance.now = () => now() + 38_000; }"
    )
    await page.locator(f"#a-{waiting[1]} .fld").press("a")
    await expect(page.locator("#toast")).to_be_visible()
    read = await looked(site, waiting[1])
    assert read is not None
    assert read["opened"] is True
    assert 38_000 <= read["ms"] < 58_000
    await page.goto(HERE)
    await page.locator(f"#a-{waiting[2]} .fld").press("a")
    await expect(page.locator("#toast")).to_be_visible()
    assert await looked(site, waiting[2]) == {"opened": False}
    visitor = await site.visitor("claire")
    events = (await visitor.get(f"/api/artifacts/{waiting[1]}/events")).json()["events"]
    assert [event["looked"] for event in events] == [None, read]
    trail = (await visitor.get(f"/artifacts/{waiting[1]}")).text
    assert re.search(r"Evidence open for (3[89]|[45]\d) s before deciding", trail)
    assert "Decided without opening the evidence" in (await visitor.get(f"/artifacts/{waiting[2]}")).text


async def test_of_many_each_says_whether_it_was_open(site: Site, visit: Callable[..., Any], waiting: list[str]) -> None:
    page = await visit("claire", f"{HERE}&open={waiting[1]}")
    for each in waiting[:2]:
        await page.locator(f"#a-{each} .tick").click()
    await page.keyboard.press("Shift+A")
    await expect(page.locator("#toast")).to_be_visible()
    second = await looked(site, waiting[1])
    assert second is not None
    assert second["opened"] is True
    assert await looked(site, waiting[0]) == {"opened": False}


async def test_without_a_script_the_open_card_says_so_and_a_list_says_nothing(site: Site, waiting: list[str]) -> None:
    visitor = await site.visitor("claire")
    card = (await visitor.get(f"{HERE}&open={waiting[0]}")).text
    sent = re.search(rf'action="/artifacts/{waiting[0]}/decide".*?name="looked" value="(\w+)"', card, re.S)
    assert sent is not None
    await visitor.post(f"/artifacts/{waiting[0]}/decide", {"status": "accepted", "looked": sent[1]})
    assert await looked(site, waiting[0]) == {"opened": True}
    assert "Decided with the evidence open" in (await visitor.get(f"/artifacts/{waiting[0]}")).text
    await visitor.post("/decisions/accept", {"artifact": waiting[1]})
    assert await looked(site, waiting[1]) is None
    await visitor.post(f"/artifacts/{waiting[2]}/decide", {"status": "accepted", "looked": "-1e9"})
    assert (await site.status(waiting[2]), await looked(site, waiting[2])) == ("accepted", None), "no gate"
