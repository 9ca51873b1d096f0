"""The main job, once without JavaScript and once with nothing but the keyboard: note, proposals, decisions, profile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from placet.demo.loading import DEMO_PASSWORD

NOTE = """Call with the client, the long one.

The new e-mail address is {email}. Risk appetite is now balanced.
She works for Laboratoire Cendrier now. She has two dependants.
"""


async def sign_in_by_password(page: Page, email: str) -> None:
    await page.goto("/")
    await expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Finbox$"))
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(DEMO_PASSWORD)


def row(page: Page, field: str) -> Any:
    return page.locator(".item", has=page.locator(f".fld:text-is('{field}')"))


async def notice(page: Page) -> str:
    return (await page.locator(".notice p").inner_text()).strip()


async def test_without_javascript(site: Site, window: Callable[..., Any]) -> None:
    opened = await window(java_script_enabled=False)
    page: Page = opened.page
    await sign_in_by_password(page, "claire.amiel@placet.example")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")

    # A note is pasted for a customer and read.
    await page.get_by_role("link", name="Read a note").first.click()
    await page.get_by_label("Customer", exact=True).select_option(label="Anouk Delacourt-Pham")
    await page.get_by_label("Note", exact=True).fill(NOTE.format(email="anouk@pham-annecy.example"))
    await page.get_by_label("Title").fill("The long call")
    await page.get_by_role("button", name="Read the note").click()

    # The batch stands there, each proposal with the words it was read from.
    await expect(page).to_have_url(re.compile(r"/batches/[\w-]+$"))
    assert await notice(page) == "Read. 4 proposals wait for you."
    await expect(page.get_by_role("heading", level=1)).to_have_text("The long call")
    batch = page.url
    await row(page, "Risk appetite").locator(".fld").click()
    card = page.locator(".card")
    await expect(card.locator("blockquote mark")).to_have_text("Risk appetite is now balanced.")
    await expect(card.locator("blockquote")).to_contain_text("The new e-mail address is anouk@pham-annecy.example.")
    await expect(card.locator("figcaption")).to_contain_text("Found word for word line 3, The long call")
    await expect(card.locator(".scale .now")).to_have_text(re.compile("Growth"))
    await expect(card.locator(".scale .proposed")).to_have_text(re.compile("Balanced"))

    # One is accepted, and the next one opens.
    await card.get_by_role("button", name="Accept", exact=True).click()
    assert await notice(page) == "Risk appetite is now Balanced."
    assert await site.value("delacourt-pham", "riskAppetite") == "balanced"
    await expect(row(page, "Risk appetite").locator(".mark")).to_have_text("Accepted")

    # One is edited in the field's own control.
    await page.goto(batch)
    assert await page.locator(".notice").count() == 0
    await row(page, "Dependants").locator(".fld").click()
    await card.get_by_role("link", name="Edit").click()
    number = page.get_by_role("spinbutton", name="Dependants")
    await expect(number).to_have_value("2")
    await number.fill("3")
    await card.get_by_role("button", name="Accept with this change").click()
    assert await notice(page) == "Dependants is now 3."
    assert await site.value("delacourt-pham", "dependants") == 3

    # One is rejected, with a reason and a line of one's own.
    await page.goto(batch)
    await row(page, "Employer or business").locator(".fld").click()
    await card.get_by_role("link", name="Reject").click()
    await card.get_by_label("A line for the trail").fill("a project of hers")
    await card.get_by_role("button", name="Not said").click()
    assert await notice(page) == "Employer or business is rejected. The profile stays as it was."
    assert await site.value("delacourt-pham", "employer") == "Institut Bellecombe"

    await the_pages_agree(page, site, "delacourt-pham", "Institut Bellecombe")
    assert opened.said == []


async def the_pages_agree(page: Page, site: Site, customer: str, employer: str) -> None:
    """What profile, overview, timeline, history and artifact page say after the three decisions."""
    await page.goto(f"/customers/{customer}/profile")
    for field, value in (("riskAppetite", "Balanced"), ("dependants", "3"), ("employer", employer)):
        await expect(page.locator(f"#f-{field} .fl-v .v").first).to_have_text(value)
    await expect(page.locator("#f-riskAppetite .fl-v > .meta")).to_contain_text("you, just now")
    await expect(page.locator("#f-email .pend")).to_have_count(1)
    await expect(page.locator("#f-employer .pend")).to_have_count(0)

    await page.goto(f"/customers/{customer}")
    pending = page.locator("section", has=page.get_by_role("heading", name="Pending", exact=True))
    await expect(pending.locator(".item .fld")).to_have_text(["Email"])
    decided = page.locator("section", has=page.get_by_role("heading", name="Decided", exact=True)).locator(".past-row")
    await expect(decided.locator(".fld").first).to_have_text("Employer or business")
    assert (await decided.locator(".fld").all_inner_texts())[:3] == [
        "Employer or business",
        "Dependants",
        "Risk appetite",
    ]
    await expect(decided.nth(0).locator(".mark")).to_have_text("Rejected")
    await expect(decided.nth(1).locator(".mark")).to_have_text("Accepted with a change")
    await expect(decided.nth(1).locator(".val")).to_contain_text("not 2")

    await page.goto(f"/customers/{customer}/timeline")
    told = [" ".join(text.split()) for text in await page.locator(".tl .te").all_inner_texts()]
    assert told[:3] == [
        "You rejected Employer or business Not said: a project of hers",
        "You accepted Dependants with a change: 3, not 2",
        "You accepted Risk appetite: Balanced, was Growth",
    ]

    await page.goto(f"/history?customer={customer}&status=rejected")
    await page.locator(".past-row").first.locator(".fld").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Employer or business")
    await expect(page.locator(".steps")).to_contain_text("the profile stayed as it was")
    await expect(page.locator(".sum-b")).to_contain_text("Not said: a project of hers")
    await expect(page.locator("blockquote mark")).to_have_text("She works for Laboratoire Cendrier now.")
    await expect(page.locator(".tl li")).to_have_count(2)
