"""What is typed into a proposal and not sent: it is never lost without a word, nor decided over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.async_api import Dialog, Page, expect

from acceptance.pages.conftest import Site, let_in
from acceptance.pages.test_triage import HERE, clear, contexts, row, visit, waiting

__all__ = ["contexts", "visit", "waiting"]


async def typed(page: Page, artifact: str) -> str:
    """Open the proposal of an employer and type another one."""
    await row(page, artifact).locator(".fld").click()
    await page.keyboard.press("e")
    field = row(page, artifact).get_by_role("textbox", name="Employer or business")
    await expect(field).to_be_focused()
    await field.fill(firm := f"Firm {artifact[:6]}")
    return firm


async def test_it_is_there_again_when_one_comes_back(site: Site, visit: Callable[..., Any], waiting: list[str]) -> None:
    page: Page = await visit("claire", HERE)
    mine, other = row(page, waiting[1]), row(page, waiting[0])
    firm = await typed(page, waiting[1])
    await other.locator(".fld").click()
    await expect(other.locator("blockquote").first).to_be_visible()
    await expect(mine.get_by_text("Typed, not sent")).to_be_visible()
    new = await site.proposal("lund", "interests", ["Chess"], source_text="chess")
    await expect(row(page, new.id)).to_be_visible()
    await expect(mine.get_by_text("Typed, not sent")).to_be_visible()

    # A plain acceptance would pass over it: it is opened instead.
    await mine.locator(".fld").focus()
    await page.keyboard.press("a")
    field = mine.get_by_role("textbox", name="Employer or business")
    await expect(field).to_be_focused()
    await expect(field).to_have_value(firm)
    await expect(page.get_by_text("Typed, not sent")).to_have_count(0)
    assert await site.status(waiting[1]) == "pending"
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#toast p")).to_have_text(f"Employer or business is now {firm}.")


async def test_many_are_not_decided_over_it_and_leaving_it_lets_it_go(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", HERE)
    mine, other = row(page, waiting[1]), row(page, waiting[0])
    await typed(page, waiting[1])
    await other.locator(".fld").click()
    await expect(mine.get_by_text("Typed, not sent")).to_be_visible()
    await page.locator("[data-batch-accept]").click()
    await expect(page.get_by_role("alert")).to_have_text(
        "Nothing was accepted. Save your change to Employer or business first, or leave it."
    )
    await expect(mine.locator(".fld")).to_be_focused()
    assert {await site.status(each) for each in waiting} == {"pending"}

    await page.keyboard.press("Enter")
    await expect(mine.get_by_role("textbox", name="Employer or business")).to_be_focused()
    await page.keyboard.press("Escape")
    await other.locator(".fld").click()
    await expect(other.locator("blockquote").first).to_be_visible()
    await expect(page.get_by_text("Typed, not sent")).to_have_count(0)
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")


async def test_what_a_batch_leaves_out_does_not_hold_it_up(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", f"{HERE}&open={waiting[3]}")
    await row(page, waiting[3]).get_by_role("textbox", name="Your reason").fill("Payslips seen")
    await row(page, waiting[0]).locator(".fld").click()
    await expect(row(page, waiting[3]).get_by_text("Typed, not sent")).to_be_visible()
    await page.locator("[data-batch-accept]").click()
    await expect(page.locator("#toast p")).to_have_text("3 accepted. 1 left as it was.")
    await row(page, waiting[3]).locator(".fld").click()
    await expect(row(page, waiting[3]).get_by_role("textbox", name="Your reason")).to_have_value("Payslips seen")


async def test_leaving_the_page_asks_first(site: Site, visit: Callable[..., Any], waiting: list[str]) -> None:
    page: Page = await visit("claire", HERE)
    asked: list[str] = []
    stay = True

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await (dialog.dismiss() if stay else dialog.accept())

    page.on("dialog", answer)
    mine = row(page, waiting[1])
    firm = await typed(page, waiting[1])
    await page.locator(".side a[href='/customers']").click()
    await expect(mine.get_by_role("textbox", name="Employer or business")).to_have_value(firm)
    await row(page, waiting[0]).locator(".fld").click()  # also of one that is closed again
    await expect(mine.get_by_text("Typed, not sent")).to_be_visible()
    await page.locator(".side a[href='/customers']").click()
    await expect(mine.get_by_text("Typed, not sent")).to_be_visible()
    assert asked == ["beforeunload", "beforeunload"]
    stay = False
    await page.locator(".side a[href='/customers']").click()
    await expect(page.locator("h1")).to_have_text("Customers")
    assert len(asked) == 3

    await page.goto(HERE)
    firm = await typed(page, waiting[1])
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#toast p")).to_have_text(f"Employer or business is now {firm}.")
    await row(page, waiting[0]).get_by_role("checkbox").check()  # what is selected stands in the address
    await page.locator(".side a[href='/customers']").click()
    await expect(page.locator("h1")).to_have_text("Customers")
    assert len(asked) == 3


async def test_leaving_a_form_that_is_typed_in_asks_and_sending_it_does_not(
    site: Site, visit: Callable[..., Any]
) -> None:
    page: Page = await visit("claire", "/customers/lund/read")
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    note = page.get_by_label("Note", exact=True)
    await note.fill("She works as a baker in Basel now.")
    await page.locator(".side a[href='/customers']").click()
    await expect(note).to_have_value("She works as a baker in Basel now.")
    assert asked == ["beforeunload"]
    await page.get_by_role("button", name="Read the note").click()
    await expect(page.locator("h1")).not_to_have_text("Read a note")
    assert asked == ["beforeunload"]


async def test_a_choice_taken_away_survives_what_arrives(site: Site, visit: Callable[..., Any]) -> None:
    await clear(site)
    mine = await site.proposal("lund", "riskAppetite", "balanced", source_text="balanced")
    page: Page = await visit("claire", f"{HERE}&open={mine.id}")
    await page.keyboard.press("e")
    select = row(page, mine.id).locator("form.edit select")
    await select.select_option("")
    new = await site.proposal("lund", "contactWindow", "At nine", source_text="at nine")
    await expect(row(page, new.id)).to_be_visible()
    await expect(select).to_have_value("")


async def test_signed_out_what_is_typed_stays_and_is_sent_after_signing_in_again(
    site: Site, window: Callable[..., Any], waiting: list[str]
) -> None:
    opened = await window("claire")
    page: Page = opened.page
    await page.goto(HERE)
    firm = await typed(page, waiting[1])
    await opened.context.clear_cookies()
    await page.keyboard.press("Control+Enter")
    refusal = row(page, waiting[1]).get_by_role("alert")
    await expect(refusal).to_contain_text("Not accepted. You are signed out.")
    await expect(refusal.get_by_role("link", name="Sign in")).to_be_visible()
    field = row(page, waiting[1]).get_by_role("textbox", name="Employer or business")
    await expect(field).to_have_value(firm)
    assert "/inbox" in page.url
    await let_in(opened.context, site, "claire")
    await refusal.get_by_role("button", name="Retry").click()
    await expect(page.locator("#toast p")).to_have_text(f"Employer or business is now {firm}.")


async def test_a_reason_typed_before_the_change_is_not_typed_again(
    site: Site, visit: Callable[..., Any], waiting: list[str]
) -> None:
    page: Page = await visit("claire", f"{HERE}&open={waiting[3]}")
    card = row(page, waiting[3])
    await card.get_by_role("textbox", name="Your reason").fill("Payslips seen")
    await card.get_by_role("link", name="Edit").click()
    await expect(card.locator("form.edit textarea[name=reason]")).to_have_value("Payslips seen")
    await card.locator("form.edit").get_by_role("textbox", name="Source of wealth").fill(f"Savings {waiting[3]}")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#toast p")).to_have_text(f"Source of wealth is now Savings {waiting[3]}.")
