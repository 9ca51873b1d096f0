"""The session in a browser: a note is read, questions are answered or skipped, proposals stand in the folder."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from acceptance.pages.conftest import DESK, PHONE, Site, Window, open_context
from intercept import intercept

_numbers = itertools.count(1)
PLACE = "/customers/pillai-menon/session"
RELATIVES = ("brother", "sister", "cousin", "aunt", "uncle", "nephew", "niece", "mother", "father")
# The server's answer as it came, but for what follows its questions, or follows the first of them: that waits until `letGo` is
# called.
HOLD_AFTER_QUESTIONS = """(the_first) => {
  const fetched = window.fetch;
  window.fetch = async (...request) => {
    const answer = await fetched(...request), { signal } = request[1];
    const held = new Promise((go, stop) => { window.letGo = go; signal.addEventListener("abort", () => stop(signal.reason)); });
    held.catch(() => {});  // it may be stopped before anything waits for it
    let rest = "", asked = false;
    const body = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({
      async transform(text, sink) {
        rest += text;
        for (let at; (at = rest.indexOf("\\n\\n")) >= 0; rest = rest.slice(at + 2)) {
          const question = rest.slice(0, at).includes('"data-nudge"');
          if (asked && (the_first || !question)) await held;
          asked ||= question;
          sink.enqueue(rest.slice(0, at + 2));
        }
      },
    })).pipeThrough(new TextEncoderStream());
    window.fetch = fetched;
    return new Response(body, { headers: answer.headers });
  };
}"""
ROWS = "select (select count(*) from artifact) + (select count(*) from source) + (select count(*) from event)"


@pytest.fixture(scope="module")
async def context(browser: Browser, site: Site) -> AsyncIterator[Any]:
    """The browser of the customer's RM."""
    rm = await site.database.fetchval("select rm_id from customer where id = 'pillai-menon'")
    made = await open_context(browser, site, rm)
    yield made
    await made.close()


@pytest.fixture
async def page(context: Any) -> AsyncIterator[Page]:
    """A window that complains about nothing but answers a test refused on purpose."""
    window = Window(context, await context.new_page())
    await window.page.set_viewport_size(DESK["viewport"])
    await window.page.goto(PLACE)
    yield window.page
    await window.page.close()
    assert [line for line in window.said if "status of" not in line and "ERR_" not in line] == []


def note() -> str:
    number = next(_numbers)
    return f"Her new e-mail is office{number}@example.com, she said. Her brother works as a pilot."


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Paste a note, or ask").fill(words)
    await page.get_by_role("button", name="Send").click()


async def over(page: Page) -> None:
    await expect(page.locator("#log")).to_have_attribute(
        "aria-busy", "false", timeout=30_000
    )  # the first turn loads the reader


async def all_asked(page: Page) -> None:
    """The three questions that a note of `note` leaves; they come one by one, while the turn goes on."""
    await expect(page.locator(".asked li")).to_have_count(3, timeout=30_000)  # the first turn loads the reader


async def propose(page: Page) -> None:
    """A note, its questions all skipped."""
    await say(page, note())
    await over(page)
    while await page.locator(".asked form").count():
        await page.locator(".asked form").get_by_role("button", name="Skip").click()
    await expect(page.locator("#folder [data-item]").first).to_be_visible()
    await over(page)


async def test_a_note_becomes_proposals_with_every_question_skipped(page: Page) -> None:
    await expect(page.get_by_text("The chat is not stored. Proposals are.")).to_be_visible()
    await propose(page)
    row = page.locator("#folder [data-item]")
    await expect(row).to_contain_text("Email")
    await expect(page.locator("#folder-h + .num")).to_have_text("1")
    states = await page.locator("[data-step]").evaluate_all("rows => rows.map((row) => row.dataset.state)")
    assert states == ["done"] * 5
    await expect(page.locator(".came")).to_contain_text("@example.com")
    await expect(page.locator(".asked .a")).to_have_text(["Skipped"] * await page.locator(".asked .a").count())
    seen = page.locator("#folder .seen")
    await expect(seen).to_contain_text("About somebody else.")
    await expect(page.locator("#sources a")).to_have_count(1)


async def test_an_answer_becomes_a_proposal_that_quotes_it(page: Page, site: Site) -> None:
    await say(page, note())
    field = page.locator(".asked form input")
    await expect(field).to_be_focused()
    await expect(page.locator(".asked .now .q")).to_contain_text("wealth come from")
    await field.fill("From the sale of her practice.")
    await field.press("Enter")
    while await page.locator(".asked form").count():
        await page.locator(".asked form").get_by_role("button", name="Skip").click()
    await expect(page.locator("#folder [data-item]")).to_have_count(2)
    await expect(page.locator(".asked .answered")).to_have_count(1)
    query = "select payload->>'source_text' from artifact where field = 'sourceOfWealth' order by seq desc limit 1"
    assert await site.database.fetchval(query) == "sale of her practice"


async def test_what_is_answered_before_the_turn_is_over_is_sent_when_it_is(page: Page) -> None:
    await page.evaluate(HOLD_AFTER_QUESTIONS)
    await say(page, note())
    field = page.locator(".asked form input")
    await all_asked(page)
    await field.fill("From the sale of a vineyard.")
    await field.press("Enter")
    while await page.locator(".asked form").count():
        await page.locator(".asked form").get_by_role("button", name="Skip").click()
    await expect(page.locator("#log")).to_have_attribute("aria-busy", "true")
    await expect(page.locator(".theirs")).to_have_count(1)
    await page.evaluate("window.letGo()")
    await expect(page.locator("#folder [data-item]")).to_have_count(2)
    await expect(page.locator(".asked .answered")).to_have_count(1)


async def test_a_question_more_takes_neither_the_words_nor_the_focus_of_the_one_before(page: Page) -> None:
    await page.evaluate(HOLD_AFTER_QUESTIONS, True)
    await say(page, note())
    field = page.locator(".asked form input")
    await field.click()
    await page.keyboard.type("From the sale ")
    await expect(page.locator(".asked li")).to_have_count(1)
    await page.evaluate("window.letGo()")
    await expect(page.locator(".asked li").nth(1)).to_be_visible()
    await page.keyboard.type("of an orchard.")
    await over(page)
    await expect(field).to_have_value("From the sale of an orchard.")
    await field.press("Enter")
    await expect(page.locator(".asked .answered")).to_have_count(1)
    await expect(field).to_be_focused()


async def test_a_turn_cut_off_at_its_questions_asks_them_again(page: Page) -> None:
    await page.evaluate(HOLD_AFTER_QUESTIONS)
    await say(page, note())
    await expect(page.locator(".asked form input")).to_be_visible()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".theirs")).to_contain_text("Stopped.")
    await expect(page.locator(".asked")).to_have_count(0)
    await page.get_by_role("button", name="Retry").click()
    await over(page)
    await expect(page.locator(".asked form input")).to_be_focused()
    while await page.locator(".asked form").count():
        await page.locator(".asked form").get_by_role("button", name="Skip").click()
    await expect(page.locator("#folder [data-item]")).to_have_count(1)


async def test_the_folder_has_the_cards_and_keys_of_every_list(page: Page, site: Site) -> None:
    await propose(page)
    which = await page.locator("#folder [data-item]").get_attribute("data-item") or ""
    await page.locator("#folder .fld").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#folder .card .ev mark")).to_contain_text("e-mail is office")
    await expect(page.locator("#log > *").first).to_be_visible()
    await page.locator("#folder .card .fld").focus()
    await page.keyboard.press("a")
    await expect(
        page.locator(f"#folder [data-item='{which}'] .mark.accepted, #folder [data-shown=accepted]").first
    ).to_be_visible()
    await expect(page.locator("#toast")).to_contain_text("Email is now")
    assert await site.status(which) == "accepted"


async def test_the_card_in_the_chat_is_the_one_in_the_folder(page: Page, site: Site) -> None:
    await say(page, note())
    field = page.locator(".asked form input")
    await all_asked(page)
    await field.fill("From the inheritance of her parents.")
    await field.press("Enter")
    await page.locator(".asked").get_by_role("button", name="Skip the rest").click()
    cards = page.locator(".came > li")
    email, wealth = (cards.filter(has=page.locator(f"b:text-is('{name}')")) for name in ("Email", "Source of wealth"))
    await expect(email.locator(".ev mark")).to_contain_text("e-mail is office")
    await expect(email.locator("figcaption")).to_contain_text("Found word for word")
    which = await email.get_attribute("data-came") or ""

    # What needs a person to see more first opens its card in the folder; what a plain acceptance is enough for is sent.
    await wealth.get_by_role("button", name="Accept").click()
    await expect(page.locator("#folder .card").get_by_role("textbox", name="Your reason")).to_be_visible()
    await email.get_by_role("button", name="Reject").click()
    await expect(page.locator("#folder .card .reasons button").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#a-{which}")).to_have_attribute("data-mode", "read")
    await intercept(page, "**/decide", lambda route: route.abort(), times=1)
    await email.get_by_role("button", name="Accept").click()
    await expect(page.locator("#folder .refusal")).to_contain_text("Not saved.")
    await expect(email.get_by_role("button", name="Accept")).to_be_visible()
    await page.locator("#folder .refusal").get_by_role("button", name="Retry").click()
    await expect(page.locator("#toast p")).to_contain_text("Email is now office")
    await expect(email.locator(".mark .sr")).to_have_text("Accepted")
    await expect(email.get_by_role("button", name="Accept")).to_be_hidden()
    assert await site.status(which) == "accepted"
    await expect(wealth.get_by_role("button", name="Accept")).to_be_visible()
    lines = [await page.locator(f"#a-{which} {part}").bounding_box() or {} for part in (".mark", ".fld", ".by")]
    assert max(box["y"] for box in lines) - min(box["y"] for box in lines) < 8  # ring, field and by whom, in one line

    # What is plain is sent from the chat; its words stood there, and that they did is kept with the decision.
    await say(page, f"{note()} She also prefers to be called in the late mornings.")
    await over(page)
    if await page.locator(".asked form").count():
        await page.locator(".asked").last.get_by_role("button", name="Skip").first.click()
    await expect(page.locator(".came")).to_have_count(2)
    third = page.locator(".came").last.locator("li").first
    value = await third.locator("ins").inner_text()
    await third.get_by_role("button", name="Accept").click()
    await expect(third).to_have_attribute("data-is", "accepted")
    await expect(page.locator("#toast p")).to_contain_text(f"is now {value}")
    query = "select body from event_body b join event e on e.id = b.event_id where e.artifact_id = $1 and e.kind like '%accepted'"
    body = json.loads(await site.database.fetchval(query, await third.get_attribute("data-came")))
    assert body["looked"]["opened"] is True


async def test_a_refresh_loses_the_chat_and_no_proposal(page: Page) -> None:
    await propose(page)
    shown = await page.locator("#folder [data-item]").get_attribute("data-item")
    await page.get_by_label("Paste a note, or ask").fill("She also")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), asyncio.ensure_future(dialog.accept())))
    await page.reload()
    assert asked == ["beforeunload"]  # words that were typed are not thrown away without a word
    await expect(page.locator("#log > *")).to_have_count(0)
    await expect(page.locator("#begin")).to_be_visible()
    await expect(page.locator("#lost")).to_contain_text("The chat is gone.")
    await expect(page.locator("#folder [data-item]")).to_have_attribute("data-item", shown or "")
    await expect(page.locator("#folder .seen")).to_contain_text("About somebody else.")
    await page.goto("/customers/pillai-menon")
    await expect(page.locator(f"[data-item='{shown}']")).to_be_visible()


async def test_accept_all_gives_a_link_and_decides_nothing(page: Page, site: Site) -> None:
    await propose(page)
    pending = "select count(*) from artifact where status = 'pending'"
    before = await site.database.fetchval(pending)
    await say(page, "Accept all")
    await over(page)
    answer = page.locator(".theirs").last
    await expect(answer).to_contain_text("only a person can")
    await expect(answer.get_by_role("link")).to_be_visible()
    assert await site.database.fetchval(pending) == before


@pytest.mark.parametrize("how", ["refused", "cut", "in-the-stream"])
async def test_a_failure_keeps_the_note_and_retry_sends_it_again(page: Page, site: Site, how: str) -> None:
    async def fail(route: Route) -> None:
        if how == "cut":
            await route.abort()
        elif how == "refused":
            body = json.dumps({"error": "The language model did not answer.", "code": "model_failed"})
            await route.fulfill(status=502, content_type="application/problem+json", body=body)
        else:
            parts = ('{"type":"start"}', '{"type":"error","errorText":"The language model did not answer."}', "[DONE]")
            await route.fulfill(content_type="text/event-stream", body="".join(f"data: {part}\n\n" for part in parts))

    before, words = await site.database.fetchval(ROWS), note()
    await intercept(page, "**/chat", fail)
    await say(page, words)
    refusal = page.get_by_role("alert")
    await expect(refusal).to_contain_text("did not answer")
    await expect(refusal).to_contain_text("What you wrote is still here.")
    await expect(page.locator(".mine")).to_have_text(words)
    assert await site.database.fetchval(ROWS) == before
    await page.unroute("**/chat", fail)
    if how == "cut":
        await refusal.get_by_role("button", name="Change it").click()
        await expect(page.get_by_label("Paste a note, or ask")).to_have_value(words)
        await expect(page.locator(".mine")).to_have_count(0)
        return
    await refusal.get_by_role("button", name="Retry").click()
    await over(page)
    await expect(refusal).to_have_count(0)
    await expect(page.locator(".theirs").last).to_contain_text("found")


async def test_what_was_typed_since_a_failure_is_not_lost(page: Page) -> None:
    words, box = note(), page.get_by_label("Paste a note, or ask")
    await intercept(page, "**/chat", lambda route: route.abort(), times=1)
    await say(page, words)
    await expect(page.get_by_role("alert")).to_contain_text("did not answer")
    await box.fill("And she moved to Kochi. ")
    await page.get_by_role("button", name="Change it").click()
    await expect(box).to_have_value(f"And she moved to Kochi.\n\n{words}")
    await expect(box).to_be_focused()
    await page.get_by_role("button", name="Said on the phone").click()
    await expect(box).to_have_value(f"And she moved to Kochi.\n\n{words}\n\nOn the phone today: ")


async def test_a_failed_turn_has_no_buttons_once_another_was_sent(page: Page) -> None:
    await intercept(page, "**/chat", lambda route: route.abort(), times=1)
    await say(page, note())
    refusal = page.get_by_role("alert")
    await expect(refusal.get_by_role("button")).to_have_count(2)
    await say(page, "What is recorded so far?")
    await over(page)
    await expect(page.locator(".theirs").last).to_contain_text("Identity and contact")
    await expect(refusal).to_contain_text("What you wrote is still here.")
    await expect(refusal.get_by_role("button")).to_have_count(0)
    await expect(page.locator(".mine")).to_have_count(2)


async def test_stop_ends_the_turn(page: Page, site: Site) -> None:
    held = asyncio.Event()

    async def hold(_: Route) -> None:
        await held.wait()

    before = await site.database.fetchval(ROWS)
    await intercept(page, "**/chat", hold)
    await say(page, note())
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".theirs")).to_contain_text("Stopped. What was proposed before that stays.")
    await expect(page.get_by_role("button", name="Retry")).to_be_visible()
    held.set()
    await page.unroute("**/chat", hold)
    assert await site.database.fetchval(ROWS) == before


async def test_an_empty_chat_has_starters(page: Page) -> None:
    await page.get_by_role("button", name="Notes from a meeting").click()
    await expect(page.get_by_label("Paste a note, or ask")).to_be_focused()
    await page.get_by_role("button", name="What is recorded so far?").click()
    await over(page)
    await expect(page.locator(".theirs")).to_contain_text("Identity and contact")
    await expect(page.locator("#begin")).to_be_hidden()


async def test_n_opens_a_session_from_the_customer(page: Page) -> None:
    await page.goto("/customers/pillai-menon")
    await page.keyboard.press("n")
    await page.wait_for_url(f"**{PLACE}")


async def test_on_a_phone_the_panel_is_tabs(page: Page) -> None:
    await page.set_viewport_size(PHONE["viewport"])
    await expect(page.locator("#folder")).to_be_hidden()
    await page.get_by_role("tab", name="Folder").click()
    await expect(page.locator("#folder")).to_be_visible()
    await expect(page.locator("#chat")).to_be_hidden()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Context")).to_be_focused()
    context = page.locator("#context")
    await expect(context).to_contain_text("nothing leaves this server")
    for words in (
        "Devika Pillai-Menon",
        "RM you",
        "Acting for yourself",
        "Sources none yet",
        "In scope 34 of 36 fields",
    ):
        await expect(context).to_contain_text(re.compile(words.replace(" ", r"\s*")))
    await expect(page.get_by_role("tab", name="Progress")).to_have_text("Progress 0/5")


async def test_at_a_desk_everything_is_in_view_however_much_is_in_the_folder(page: Page) -> None:
    box = page.locator("#say")
    assert (await box.bounding_box() or {})["height"] < 90
    long = " ".join([f"Her {who} works as a pilot and lives in Leeds." for who in RELATIVES])
    await say(page, f"{note()} {long}")
    await over(page)
    await page.get_by_role("button", name="Skip the rest").click()
    await expect(page.locator("#folder [data-item]").first).to_be_visible()
    await over(page)
    note_line = page.locator(".mine summary")
    await expect(note_line).to_have_text(re.compile(r"Her new e-mail is office\d+@example.com, she said.*\d\d words"))
    for part in ("#progress", "#folder", "#context"):
        bounds = await page.locator(part).bounding_box() or {}
        assert 0 <= bounds["y"] < bounds["y"] + bounds["height"] <= 900 - 32, part
    assert await page.locator("#folder").evaluate("e => e.scrollHeight > e.clientHeight")


async def test_without_scripts_a_note_is_read_by_a_form(browser: Browser, site: Site) -> None:
    rm = await site.database.fetchval("select rm_id from customer where id = 'pillai-menon'")
    context = await open_context(browser, site, rm, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(PLACE)
    await expect(page.locator("#say")).to_be_hidden()
    await page.get_by_label("Note", exact=True).fill(note())
    await page.get_by_role("button", name="Read the note").click()
    await page.wait_for_url("**/batches/*")
    await context.close()


async def test_who_may_not_propose_may_not_talk(site: Site) -> None:
    assert (await (await site.visitor("tobias")).get(PLACE)).status_code == 403
    assert (await (await site.visitor("claire")).get(PLACE)).status_code == 404
