"""What the pages send, with and without JavaScript, by mouse and by keys."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Error, Page, Route, expect

from acceptance.web import styleguide
from intercept import intercept
from placet.web.specimens import proposals as sample
from placet.web.specimens import words

# At once, as a finger does that bounces: a busy machine could take long between two presses of its own.
PRESSED_THRICE = """() => { for (const _ of [1, 2, 3]) {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "a", bubbles: true, cancelable: true})); } }"""


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    made = await context.new_page()
    styleguide.SENT.clear()
    yield made
    await context.close()


@pytest.fixture
async def plain(browser: Browser) -> AsyncIterator[Page]:
    """A browser without JavaScript."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    made = await context.new_page()
    styleguide.SENT.clear()
    yield made
    await context.close()


def sent() -> list[tuple[str, dict[str, list[str]]]]:
    """What the forms sent so far: the path and the fields."""
    found = []
    for path, items in styleguide.SENT:
        fields: dict[str, list[str]] = {}
        for name, value in items:
            fields.setdefault(name, []).append(value)
        found.append((path, fields))
    return found


async def slow_posts(page: Page) -> list[str]:
    """Let every POST wait, as on a busy day, and return what is sent meanwhile."""
    seen: list[str] = []

    async def later(route: Route) -> None:
        if route.request.method == "POST":
            seen.append(route.request.url)
            await asyncio.sleep(0.4)
        with contextlib.suppress(Error):  # a navigation that took its place may have ended it
            await route.continue_()

    await intercept(page, "**/*", later)
    return seen


async def done(page: Page) -> None:
    """Wait until the page says that what it sent was taken."""
    await expect(page.locator("#toast")).to_have_text(re.compile("It is done."))


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement?.closest('[data-item]')?.dataset.item ?? ''"))


# ── without JavaScript ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_accept_edit_and_reject_are_links_and_forms(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox-open")
    card = plain.locator(".card")
    assert await card.get_by_role("link", name="Edit").get_attribute("href") == (
        f"/inbox?open={sample.RISK.id}&do=edit#a-{sample.RISK.id}"
    )
    assert await card.get_by_role("link", name="Reject").get_attribute("href") == (
        f"/inbox?open={sample.RISK.id}&do=reject#a-{sample.RISK.id}"
    )
    await card.get_by_role("textbox", name="Your reason").fill("In her own words.")
    await card.get_by_role("button", name="Accept with reason").click()
    assert sent() == [
        (
            f"/artifacts/{sample.RISK.id}/decide",
            {
                "csrf": ["t0ken"],
                "looked": ["yes"],
                "status": ["accepted"],
                "reason": ["In her own words."],
                "next": [f"/inbox?open={sample.LIQUIDITY.id}"],
            },
        )
    ]


async def test_an_empty_reason_sends_nothing(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox-open")
    await plain.get_by_role("button", name="Accept with reason").click()
    await expect(plain.get_by_role("textbox", name="Your reason")).to_be_focused()
    assert sent() == []


async def test_an_edit_sends_what_its_control_holds(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox-edit")
    await plain.get_by_label("Letter").check()
    await plain.get_by_label("Email", exact=True).uncheck()
    await plain.get_by_role("button", name="Accept with this change").click()
    [(path, fields)] = sent()
    assert path == f"/artifacts/{sample.CHANNELS.id}/decide"
    assert fields["status"] == ["edited"]
    assert fields["value.channels"] == ["Phone", "Letter"]


@pytest.mark.parametrize("word", ["wrong value", "hypothetical", "other"])
async def test_a_rejection_is_one_press_on_its_reason(plain: Page, guide: str, word: str) -> None:
    await plain.goto(f"{guide}/see/inbox-reject")
    await plain.get_by_label("A remark for the trail").fill("so she said")
    await plain.get_by_role("button", name=word.capitalize(), exact=True).click()
    [(_, fields)] = sent()
    assert (fields["status"], fields["reason"], fields["remark"]) == (["rejected"], [word], ["so she said"])


async def test_the_line_for_the_trail_comes_before_the_reasons_which_have_the_focus(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox-open")
    await page.keyboard.press("r")
    card = page.locator(".card")
    await expect(card.get_by_role("button", name="Wrong value")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(card.get_by_label("A remark for the trail")).to_be_focused()
    await page.keyboard.type("so she said")
    await page.keyboard.press("Tab")
    await page.keyboard.press("3")
    await done(page)
    assert (sent()[0][1]["reason"], sent()[0][1]["remark"]) == (["hypothetical"], ["so she said"])


async def test_enter_in_the_line_for_the_trail_rejects_nothing(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox-reject")
    await plain.get_by_label("A remark for the trail").press("Enter")
    assert sent() == []


async def test_a_newer_value_is_replaced_in_two_steps_only(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox-stale")
    card = plain.locator(".card")
    assert await card.locator(".btn.pri:visible").count() == 0
    over = card.get_by_role("link", name="Accept over newer value")
    assert "do=over" in str(await over.get_attribute("href"))
    await card.get_by_role("button", name="Keep Mühlebachstrasse 3, 8008 Zürich").click()
    await plain.goto(f"{guide}/see/inbox-over")
    await plain.get_by_role("button", name="Replace the newer value").click()
    keep, replace = sent()
    assert (keep[1]["status"], keep[1]["reason"]) == (["rejected"], ["outdated"])
    assert replace[1]["status"] == ["accepted"]
    assert replace[1]["expectedCurrentValue"] == ['"Mühlebachstrasse 3, 8008 Zürich"']


async def test_a_selection_is_decided_together(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox")
    assert not await plain.locator("#many").is_visible()
    for name in ("Occupation", "Next review due"):
        await plain.get_by_label(f"Select {name}").check()
    await plain.get_by_role("button", name="Accept the selected").click()
    await plain.goto(f"{guide}/see/inbox")
    await plain.get_by_label("Select Risk appetite").check()
    await plain.get_by_text("Reject the selected").click()
    await plain.locator("#many").get_by_role("button", name="Not said").click()
    accepted, rejected = sent()
    assert (accepted[0], rejected[0]) == ("/decisions/accept", "/decisions/reject")
    assert accepted[1]["artifact"] == [sample.OCCUPATION.id, sample.REVIEWED.id]
    assert "reason" not in accepted[1]
    assert (rejected[1]["artifact"], rejected[1]["reason"]) == ([sample.RISK.id], ["not said"])


async def test_a_batch_says_what_it_takes_before_it_is_accepted(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/batch")
    await expect(plain.get_by_text("3 left out: 2 need a reason, 1 needs two signatures")).to_be_visible()
    await plain.get_by_role("button", name="Accept 3 of 6").click()
    await plain.goto(f"{guide}/see/batch")
    await plain.get_by_text("Reject all 6 pending").click()
    await plain.locator(".rest").get_by_role("button", name="Duplicate").click()
    assert [path for path, _ in sent()] == [
        f"/batches/b-{words.REVIEW.id}/accept",
        f"/batches/b-{words.REVIEW.id}/reject",
    ]


async def test_filters_and_search_are_forms_by_get(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox")
    await plain.get_by_role("combobox", name="Confidence").select_option("low")
    await plain.get_by_role("button", name="Filter").click()
    assert "confidence=low" in plain.url
    await plain.goto(f"{guide}/see/inbox")
    await plain.get_by_role("searchbox").fill("Brandt")
    await plain.get_by_role("searchbox").press("Enter")
    assert plain.url == f"{guide}/customers?q=Brandt"


async def test_a_note_is_sent_with_its_customer_title_and_day(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/read")
    await plain.get_by_label("Customer", exact=True).select_option(label="Arun Mehta")
    await plain.get_by_label("Note", exact=True).fill("He moved.\nTo Basel.")
    await plain.get_by_label("Title").fill("Call")
    await plain.get_by_label("Day of the meeting").fill("2026-11-17")
    await plain.get_by_role("button", name="Read the note").click()
    [(path, fields)] = sent()
    assert path == "/read"
    assert fields["customer"] == [words.ARUN.id]
    assert fields["text"] == ["He moved.\r\nTo Basel."]
    assert (fields["title"], fields["occurredAt"]) == (["Call"], ["2026-11-17"])


async def test_signing_in_and_out(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/sign-in")
    await plain.get_by_label("E-mail").fill("claire@bank.example")
    await plain.get_by_label("Password").fill("s3cret")
    await plain.get_by_role("button", name="Sign in").click()
    await plain.goto(f"{guide}/see/sign-in-link")
    await plain.get_by_role("button", name="Sign in").click()
    await plain.goto(f"{guide}/see/inbox")
    await plain.get_by_role("button", name="Sign out", exact=True).first.click()
    assert [path for path, _ in sent()] == ["/sign-in", "/sign-in/link/0123", "/sign-out"]
    assert sent()[0][1] == {"csrf": ["t0ken"], "next": ["/"], "email": ["claire@bank.example"], "password": ["s3cret"]}


@pytest.mark.parametrize("name", ["inbox-open", "source", "overview", "batch"])
async def test_nothing_that_needs_javascript_is_shown_without_it(plain: Page, guide: str, name: str) -> None:
    await plain.goto(f"{guide}/see/{name}")
    assert await plain.locator("kbd:visible").count() == 0
    assert await plain.get_by_role("button", name="Theme").count() == 0


async def test_who_may_not_decide_sees_no_buttons(plain: Page, guide: str) -> None:
    await plain.goto(f"{guide}/see/inbox-auditor")
    assert await plain.locator(".card .btn:visible").count() == 0
    assert await plain.locator(".tick, .offer button").count() == 0


# ── with keys ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_j_and_k_walk_and_enter_opens(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox")
    walked = []
    for key in "jjk":
        await page.keyboard.press(key)
        walked.append(await focused(page))
    assert walked == [sample.OCCUPATION.id, sample.CHANNELS.id, sample.OCCUPATION.id]
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/inbox?open={sample.OCCUPATION.id}#a-{sample.OCCUPATION.id}")


async def test_the_last_row_leads_to_the_next_page(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/timeline")
    await page.keyboard.press("j")
    await page.wait_for_url(lambda url: url.endswith("?cursor=x"))


async def test_a_sends_one_decision_however_often_it_is_pressed(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox")
    posts = await slow_posts(page)
    await page.keyboard.press("j")
    await page.evaluate(PRESSED_THRICE)
    await done(page)
    assert len(posts) == 1
    assert [path for path, _ in sent()] == [f"/artifacts/{sample.OCCUPATION.id}/decide"]
    assert await focused(page) == sample.CHANNELS.id


async def test_a_on_what_needs_a_look_opens_it(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox")
    for _ in range(3):
        await page.keyboard.press("j")
    await page.keyboard.press("a")
    await page.wait_for_url(f"**/inbox?open={sample.RISK.id}*")
    assert sent() == []


async def test_a_without_a_reason_goes_to_the_reason(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox-open")
    await page.keyboard.press("a")
    reason = page.get_by_role("textbox", name="Your reason")
    await expect(reason).to_be_focused()
    await expect(page.get_by_role("status")).to_have_text("A reason is needed")
    assert sent() == []
    await page.keyboard.type("because")
    assert await reason.input_value() == "because"
    await page.keyboard.press("Control+Enter")
    await done(page)
    assert sent()[0][1]["reason"] == ["because"]


async def test_e_edits_in_place_and_escape_leaves(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox-open")
    address = page.url
    await page.keyboard.press("e")
    control = page.locator(".card form.edit select").first
    await expect(control).to_be_focused()
    options = await control.locator("option").all_inner_texts()
    assert len(options) == len(set(options)), "each value is offered once"
    await expect(page.get_by_role("button", name="Accept with this change")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Edit")).to_be_focused()
    await expect(page.get_by_role("button", name="Accept with reason")).to_be_visible()
    assert page.url == address


async def test_r_and_a_number_reject(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox-open")
    await page.keyboard.press("r")
    await page.keyboard.press("3")
    await done(page)
    assert (sent()[0][1]["status"], sent()[0][1]["reason"]) == (["rejected"], ["hypothetical"])


async def test_x_selects_and_the_bar_says_what_it_takes(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox")
    for _ in range(4):
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    bar = page.locator("#many")
    await expect(bar).to_contain_text("4 selected")
    await expect(bar.get_by_role("button", name="Accept 2")).to_be_visible()
    await expect(bar).to_contain_text("2 left out: 2 need a reason")

    # Each press leads on to the next that is left out, by key as by touch.
    one, other = (
        page.locator("[data-item]", has=page.locator("[data-held='needs a reason']:checked")).nth(n) for n in (0, 1)
    )
    await expect(page.locator(".keys")).to_contain_text("next left out")
    await page.locator("h1").click()
    for on in (one, other, one):
        await page.keyboard.press("l")
        await expect(on.locator(".fld")).to_be_focused()
    await expect(page.locator("#status")).to_have_text("1 of 2 left out: needs a reason")
    for on in (other, one):
        await bar.get_by_role("button", name="2 need a reason").click()
        await expect(on.locator(".fld")).to_be_focused()
    await page.keyboard.press("Shift+A")
    await done(page)
    assert len(sent()[0][1]["artifact"]) == 4


async def test_capital_r_and_a_number_reject_many(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    bar = page.locator("#many")
    await page.keyboard.press("3")  # says nothing before R asked
    await page.keyboard.press("Shift+R")
    await expect(bar.get_by_role("button", name="Wrong value")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(bar.get_by_role("button", name="Wrong value")).to_be_hidden()
    await expect(bar).to_contain_text("1 selected")
    await page.keyboard.press("Shift+R")
    await page.keyboard.press("5")
    await done(page)
    [(address, form)] = sent()
    assert (address, len(form["artifact"]), form["reason"]) == ("/decisions/reject", 1, ["outdated"])


async def test_capital_a_accepts_the_batch_when_nothing_is_selected(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox-stale")
    await page.keyboard.press("Shift+A")
    await done(page)
    assert sent()[0][0] == f"/batches/b-{words.LUNCH.id}/accept"


@pytest.mark.parametrize(("keys", "where"), [("gi", "/inbox"), ("gc", "/customers"), ("n", "/read")])
async def test_going_places(page: Page, guide: str, keys: str, where: str) -> None:
    await page.goto(f"{guide}/see/inbox")
    for key in keys:
        await page.keyboard.press(key)
    await page.wait_for_url(f"{guide}{where}")


async def test_no_key_works_while_typing(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox-open")
    await page.keyboard.press("j")
    row = page.locator(".fld:focus").locator("xpath=ancestor::li")
    was = await row.get_attribute("id")
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("ja?xgi")
    assert await page.get_by_role("searchbox").input_value() == "ja?xgi"
    assert sent() == []
    assert page.url.endswith("/see/inbox-open")
    await page.keyboard.press("Escape")  # back to where one was
    await expect(page.locator(f"#{was} .fld")).to_be_focused()


async def test_single_keys_can_be_turned_off(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/inbox")
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    await expect(dialog).to_contain_text("accept the selected, else the batch")
    await dialog.get_by_label("Single keys work").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await page.keyboard.press("j")
    assert await focused(page) == ""
    assert await page.locator("kbd:visible").count() == 0


async def test_one_solid_button_at_a_time(page: Page, guide: str) -> None:
    solid = """[...document.querySelectorAll('.main .btn')].filter(e => e.checkVisibility()
        && getComputedStyle(e).backgroundColor === 'rgb(11, 90, 78)').length"""
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for name in ("inbox-open", "inbox-edit", "inbox-over", "batch", "overview-open", "profile-open", "source"):
        await page.goto(f"{guide}/see/{name}")
        assert await page.evaluate(solid) == 1, name
    await page.goto(f"{guide}/see/inbox-open")
    await page.get_by_label("Select Occupation").check()
    assert await page.evaluate(solid) == 1


async def test_a_click_on_a_quote_opens_its_proposal(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/source")
    await page.get_by_text("she prefers a phone call to email").click()
    await page.wait_for_url(f"**open={sample.CHANNELS.id}*")


async def test_the_second_press_of_a_button_sends_nothing(page: Page, guide: str) -> None:
    await page.goto(f"{guide}/see/overview-open")
    posts = await slow_posts(page)
    await page.evaluate(
        "const b = document.querySelector('.card .btn.pri'); b.click(); setTimeout(() => b.click(), 100)"
    )
    await done(page)
    assert len(posts) == 1
