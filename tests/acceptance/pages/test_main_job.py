"""The main job, once without JavaScript and once with nothing but the keyboard: note, proposals, decisions, profile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import JUST_NOW, Site
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
    return (await page.locator(".notice p, #toast p").inner_text()).strip()


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
    await expect(card.locator(".ev > blockquote mark")).to_have_text("Risk appetite is now balanced.")
    await expect(card.locator(".ev > blockquote")).to_contain_text(
        "The new e-mail address is anouk@pham-annecy.example."
    )
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
    await card.get_by_label("A remark for the trail").fill("a project of hers")
    await card.get_by_role("button", name="Not said").click()
    assert await notice(page) == "Employer or business is rejected. The profile stays as it was."
    assert await site.value("delacourt-pham", "employer") == "Institut Bellecombe"

    await the_pages_agree(page, "delacourt-pham", "Institut Bellecombe", "Growth")
    assert opened.said == []


async def test_with_the_keyboard_alone(site: Site, window: Callable[..., Any]) -> None:
    opened = await window()
    page: Page = opened.page
    keys = page.keyboard
    focused = page.locator(":focus")

    await page.goto("/")
    await expect(page.get_by_label("E-mail")).to_be_focused()  # a page draws itself before it gives the focus away
    await keys.type("priya.raman@placet.example")
    await keys.press("Tab")
    await keys.type(DEMO_PASSWORD)
    await keys.press("Enter")
    await page.wait_for_url("**/inbox")

    # To the customer by searching, and to the form for a note about her.
    await keys.press("/")
    await keys.type("minazuki")
    await keys.press("Enter")
    await page.wait_for_url("**/customers?q=minazuki")
    await keys.press("j")
    await expect(focused).to_have_text("Kaede Minazuki")
    await keys.press("Enter")
    await page.wait_for_url("**/customers/minazuki")
    await keys.press("n")
    await page.wait_for_url("**/customers/minazuki/session")
    words = page.get_by_label("Paste a note, or ask")
    await expect(words).to_be_focused()
    await keys.insert_text(NOTE.format(email="kaede@glazes.example"))
    await keys.press("Control+Enter")

    # The questions, each skipped; the focus goes from one to the next, and then back to where one writes.
    answers = page.locator(".asked form input")
    await expect(page.locator("#log")).to_have_attribute("aria-busy", "false")
    for left in reversed(range(await page.locator(".asked li").count())):
        await expect(answers).to_be_focused()
        await keys.press("Tab")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(answers).to_have_count(1 if left else 0)
    await expect(page.locator("#folder [data-item]")).to_have_count(4)
    await expect(page.locator("#log")).to_have_attribute("aria-busy", "false")
    await expect(words).to_be_focused()
    await keys.press("Escape")

    # The folder: down to a proposal, open it, accept it; the next one is open and has the focus.
    await to_row(page, "Risk appetite")
    await keys.press("Enter")
    await expect(page.locator(".card .fld")).to_have_text("Risk appetite")
    await expect(page.locator(".card .fld")).to_be_focused()
    await expect(page.locator(".card .ev > blockquote mark")).to_have_text("Risk appetite is now balanced.")
    await keys.press("a")
    await expect(page.locator(".notice p, #toast p")).to_have_text("Risk appetite is now Balanced.")
    await expect(page.locator("#status")).to_have_text("Risk appetite is now Balanced.")
    assert await site.value("minazuki", "riskAppetite") == "balanced"

    # Edit: the control has the focus, single keys are letters there, Ctrl+Enter saves.
    await to_row(page, "Dependants")
    await keys.press("e")
    await expect(page.get_by_role("spinbutton", name="Dependants")).to_be_focused()
    await keys.press("Control+A")
    await keys.type("3")
    await keys.press("Control+Enter")
    await expect(page.locator(".notice p, #toast p")).to_have_text("Dependants is now 3.")

    # Reject: Esc leaves the form, r opens it again, a line of one's own, and a digit chooses why.
    await to_row(page, "Employer or business")
    await keys.press("r")
    await expect(page.locator(".card")).to_have_attribute("data-mode", "reject")
    await keys.press("Escape")
    await expect(page.locator(".card")).to_have_attribute("data-mode", "read")
    await keys.press("r")
    await page.get_by_label("A remark for the trail").focus()
    await keys.type("a project of hers")
    await keys.press("Tab")
    await keys.press("2")
    await expect(page.locator(".notice p, #toast p")).to_have_text(
        "Employer or business is rejected. The profile stays as it was."
    )
    await the_pages_agree(page, "minazuki", "Hoshigama Kiln Works", "Moderate")
    assert opened.said == []


async def to_row(page: Page, field: str) -> None:
    """Press `k` up to the first row and `j` until the field's row, or its card, has the focus."""
    fields = await page.locator("[data-item] .fld").all_inner_texts()
    for _ in fields:
        await page.keyboard.press("k")
    for _ in fields:
        if await page.evaluate("document.activeElement?.textContent") == field:
            return
        await page.keyboard.press("j")
    raise AssertionError(f"no row of {field} among {fields}")


async def the_pages_agree(page: Page, customer: str, employer: str, risk: str) -> None:
    """What profile, overview, timeline, history and artifact page say after the three decisions."""
    await page.goto(f"/customers/{customer}/profile")
    for field, value in (("riskAppetite", "Balanced"), ("dependants", "3"), ("employer", employer)):
        await expect(page.locator(f"#f-{field} .fl-v .v").first).to_have_text(value)
    await expect(page.locator("#f-riskAppetite .fl-v > .meta")).to_contain_text(re.compile(f"you, {JUST_NOW}"))
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
        f"You accepted Risk appetite: Balanced, was {risk}",
    ]

    await page.goto(f"/history?customer={customer}&status=rejected")
    await page.locator(".past-row").first.locator(".fld").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Employer or business")
    await expect(page.locator(".steps")).to_contain_text("the profile stayed as it was")
    await expect(page.locator(".sum-b")).to_contain_text("Not said: a project of hers")
    await expect(page.locator(".ev > blockquote mark")).to_have_text("She works for Laboratoire Cendrier now.")
    await expect(page.locator(".tl li")).to_have_count(2)
