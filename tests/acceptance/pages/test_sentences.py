"""What a row, a card, an overview and a timeline say, and the keys that have no test with what they lead to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import DESK, JUST_NOW, Site, Window, item, open_context
from placet.artifacts.propose import Proposed

BEFORE = "It was a long call about many things, and the line was poor. " * 4
SAID = "She restores organs. She saves for a boat. She lives in Tromsø. She would rather be careful."
NOTE = f"{BEFORE}{SAID}\n\nThe rest was small talk."
MINE = "vilhena-castro"


@pytest.fixture(scope="module")
async def read(site: Site) -> Proposed:
    """A batch with one of each kind of change and of each flag, for a customer of Claire's with nothing else."""
    old = "select id from artifact where customer_id = $1 and status = 'pending'"
    claire = await site.visitor("claire")
    for each in await site.database.fetch(old, MINE):
        await claire.post(f"/artifacts/{each['id']}/decide", {"status": "rejected"})
    for key, value in (
        ("interests", ["Chess", "Rowing"]),
        ("nextReviewDate", "2027-01-12"),
        ("riskAppetite", "balanced"),
    ):
        await by_hand(site, key, value)
    long = "Prefers to be called in the morning, never on a Friday, and reads nothing that is longer than two pages."
    await by_hand(site, "relationshipNotes", long)
    return await site.propose(
        MINE,
        item("occupation", "Organ restorer", source_text="She restores organs", confidence="high", why="First person"),
        item("interests", ["Chess", "Sailing"], source_text="She saves for a boat", confidence="medium"),
        item("riskAppetite", "moderate", source_text="She would rather be careful", confidence="high"),
        item("nextReviewDate", "2027-04-15", source_text="next spring", confidence="low"),
        item(
            "relationshipNotes", long.replace("Friday", "Monday"), source_text="She restores organs", confidence="high"
        ),
        item("sourceOfWealth", "Organs", source_text="She restores organs", confidence="high"),
        item("taxResidency", "Norway", source_text="She lives in Tromsø", confidence="high"),
        item("addressCity", "Tromsø", source_text="She lives in Tromsø", confidence="high", previous_value="Nowhere"),
        source=site.note("The long call", NOTE),
    )


async def by_hand(site: Site, key: str, value: Any) -> None:
    """Put a value into the profile as its RM would."""
    claire = await site.visitor("claire")
    done = await claire.post(f"/customers/{MINE}/profile/{key}", {f"value.{key}": value, "reason": "So she said"})
    assert done.status_code == 303, done.text


@pytest.fixture(scope="module")
async def context(site: Site, browser: Any) -> Any:
    made = await open_context(browser, site, "claire", **DESK, permissions=["clipboard-read", "clipboard-write"])
    yield made
    await made.close()


@pytest.fixture
async def page(context: Any) -> Any:
    window = Window(context, await context.new_page())
    yield window.page
    await window.page.close()
    assert window.said == []


def words(text: str) -> str:
    return " ".join(text.split())


async def test_a_row_says_whose_what_from_to_how_sure_how_old_and_what_is_special(
    site: Site, page: Page, read: Proposed
) -> None:
    rival = await site.proposal(MINE, "occupation", "Carpenter")
    await page.goto(f"/inbox?customer={MINE}")
    group = page.locator("section.cust")
    await expect(group.get_by_role("heading", level=2)).to_have_text("Duarte Vilhena-Castro")
    batch = page.locator("[data-batch]", has=page.locator(f"#a-{read.artifacts[0].id}"))
    assert re.match(
        "Select what can be accepted together of The long call "
        rf"The long call \d+ \w{{3}} 20\d\d proposed {JUST_NOW} by test-reader",
        words(await batch.locator(".batch").inner_text()),
    )
    rows = {}
    for each in await batch.locator(".item").all():
        rows[words(await each.locator(".fld").inner_text())] = each
    assert list(rows) == [
        "Occupation", "Personal interests", "Risk appetite", "Next review due", "Relationship notes", "Source of wealth",
        "Tax residency", "City of residence",
    ]  # fmt: skip
    for field, flag in (
        ("Occupation", "Rival"),
        ("Next review due", "Quote not found"),
        ("Source of wealth", "Needs a reason"),
        ("Tax residency", "Two signatures"),
        ("City of residence", "Stale"),
    ):
        await expect(rows[field].locator(".fl")).to_contain_text(flag)
    for field, word in (("Occupation", "High"), ("Personal interests", "Medium"), ("Next review due", "Low")):
        assert words(await rows[field].locator(".cf").inner_text()).startswith(word)
    await expect(rows["Occupation"].locator("time")).to_have_attribute(
        "title", re.compile(r"^\d+ \w{3} 20\d\d, \d\d:\d\d")
    )

    # What was and what is proposed, each kind of value in its own way.
    chips = rows["Personal interests"].locator(".val")
    await expect(chips.locator(".tag.added")).to_contain_text("Sailing")
    await expect(chips.locator(".tag.removed")).to_contain_text("Rowing")
    await expect(chips.locator(".tag:not(.added, .removed)")).to_have_text("Chess")
    assert "Balanced" in words(await rows["Risk appetite"].locator("del").inner_text())
    await expect(rows["Risk appetite"].locator(".val")).to_contain_text("1 step")
    await expect(rows["Next review due"].locator("del")).to_have_text("12 Jan 2027")
    await expect(rows["Next review due"].locator("ins")).to_have_text("15 Apr 2027")
    await expect(rows["Next review due"].locator(".val")).to_contain_text("+93 days")
    await expect(rows["Relationship notes"].locator("del")).to_contain_text("Friday,")
    await expect(rows["Relationship notes"].locator("ins")).to_contain_text("Monday,")
    await (await site.visitor("claire")).post(f"/artifacts/{rival.id}/decide", {"status": "rejected"})

    # Oldest first is one press, stays in the address with whatever else is chosen, and is as easily left.
    await page.get_by_role("link", name="Oldest first").click()
    await expect(page).to_have_url(f"{site.url}/inbox?customer={MINE}&order=asc")
    await page.get_by_label("Confidence").select_option(label="High")
    await expect(page).to_have_url(re.compile("confidence=high.*order=asc"))
    await page.get_by_role("link", name="Oldest first").click()
    await expect(page).to_have_url(re.compile("confidence=high(?!.*order)"))


async def test_a_card_says_where_it_comes_from_and_who_decides(page: Page, read: Proposed) -> None:
    which = read.artifacts[0].id
    await page.goto(f"/inbox?customer={MINE}&open={which}")
    card = page.locator(f"#a-{which}")
    said = words(await card.inner_text())
    for part in (
        "Proposed Organ restorer", "Found word for word line 1, The long call", "High", "First person.",
        "Proposed by test-reader.",
    ):  # fmt: skip
        assert part in said, part
    assert "Now Managing director" in said
    await expect(card.locator(".ev > blockquote mark")).to_have_text("She restores organs")
    await expect(card.locator(".ev > blockquote")).not_to_contain_text("The rest was small talk.")
    around = card.locator(".around")
    await around.locator("summary").click()
    await expect(around).to_contain_text("The rest was small talk.")
    await card.get_by_role("link", name="Edit").click()
    await expect(card.get_by_role("textbox", name="Occupation")).to_have_value("Organ restorer")


async def test_the_help_has_every_key_and_the_bar_only_those_that_work(page: Page, read: Proposed) -> None:
    await page.goto(f"/inbox?customer={MINE}")
    bar = {words(each) for each in await page.locator(".keys > span").all_inner_texts()}
    await page.keyboard.press("?")
    dialog = page.locator("#keys-help")
    keys = ["".join(each.split()) for each in await dialog.locator("dt").all_inner_texts()]
    assert set(keys) == {*"jkxaerARlzoyutn[]/?", "Enter", "Esc", "CtrlK", "CtrlEnter", "gi", "gc", "gn"}
    helped = {words(each) for each in await dialog.locator("dd").all_inner_texts()}
    assert {"accept", "edit", "open"} <= {each.split(" ", 1)[1] for each in bar} & helped
    await page.keyboard.press("Escape")
    await page.goto("/settings")
    assert not {"a accept", "x select"} & {words(each) for each in await page.locator(".keys > span").all_inner_texts()}


async def arrived(page: Page, title: str) -> None:
    """On the page of that title, where keys work: their bar is drawn by who listens to them."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(page.locator(".keys")).to_be_attached()


async def test_keys_lead_to_the_source_between_sources_back_and_to_a_copied_link(
    site: Site, page: Page, read: Proposed
) -> None:
    newer = await site.propose(
        MINE, item("employer", "Orgelbau", source_text="at Orgelbau"), source=site.note("A mail", "I am at Orgelbau.")
    )
    await page.goto(f"/inbox?customer={MINE}&open={read.artifacts[0].id}")
    await page.keyboard.press("y")
    await expect(page.locator("#status")).to_have_text("Link copied")
    assert await page.evaluate("navigator.clipboard.readText()") == f"{site.url}/artifacts/{read.artifacts[0].id}"
    await page.keyboard.press("o")
    await page.wait_for_url("**/sources/*")
    await arrived(page, "The long call")
    await page.evaluate(  # as a keyboard has it on which one reaches it with AltGr
        """document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key: "[", ctrlKey: true, altKey: true, bubbles: true, cancelable: true }))"""
    )
    await arrived(page, "A mail")
    await page.keyboard.press("]")
    await arrived(page, "The long call")
    await page.keyboard.press("u")
    await arrived(page, "A mail")
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await page.wait_for_url("**/insights")
    await (await site.visitor("claire")).post(f"/artifacts/{newer.artifacts[0].id}/decide", {"status": "rejected"})


async def test_an_overview_begins_with_what_waits_and_says_what_is_missing(
    site: Site, page: Page, read: Proposed
) -> None:
    await page.goto(f"/customers/{MINE}")
    headings = await page.locator(".pad h2").all_inner_texts()
    assert headings.index("Pending") == 0 < headings.index("Decided")
    ids = await page.locator("[data-item]").evaluate_all("all => all.map((each) => each.dataset.item)")
    assert {each.id for each in read.artifacts} <= set(ids)
    times = await page.locator(".past time").evaluate_all("all => all.map((each) => each.dateTime)")
    assert times == sorted(times, reverse=True)
    panel = page.get_by_role("complementary", name="About this customer")
    for heading in ("Completeness", "Needs attention", "Timeline"):
        await expect(panel.get_by_role("heading", name=heading)).to_be_visible()
    await expect(panel).to_contain_text(re.compile(r"\d+ of 36"))
    await expect(panel).to_contain_text("Not recorded: ")
    assert await panel.locator(".tl li, .te").count() > 2
    # Who proposed a batch is said whole or, where it does not fit, not at all.
    room = """all => all.map(each => {
      const line = each.getBoundingClientRect(), words = each.firstElementChild.getBoundingClientRect()
      return words.top >= line.bottom - 1 ? "out" : words.right <= line.right + 1 ? "whole" : "cut"
    })"""
    said = set()
    for width in (1600, 1250, 950):
        await page.set_viewport_size({"width": width, "height": 900})
        said |= set(await page.locator(".batch .wide").evaluate_all(room))
    assert said == {"whole", "out"}


async def test_the_trail_of_an_artifact_is_told_in_order_with_its_door_and_its_json(
    site: Site, page: Page, read: Proposed
) -> None:
    artifact = await site.proposal(MINE, "preferredName", "Dudu")
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{artifact.id}/decide", {"status": "accepted", "reason": "She says so herself"})
    await claire.post(f"/artifacts/{artifact.id}/revert", {})
    await page.goto(f"/artifacts/{artifact.id}")
    told = [words(each) for each in await page.locator(".tl li").all_inner_texts()]
    acts = [
        "proposed Preferred name",
        "You accepted Preferred name",
        "Together with the decision",
        "You undid this",
    ]
    assert all(act in each for act, each in zip(acts, told, strict=True)), told
    assert "She says so herself" in told[1]
    assert "On the web" in told[1]
    numbers = [int(number) for each in told for number in re.findall(r"#(\d+)", each)[:1]]
    assert numbers == sorted(numbers)
    await page.get_by_role("link", name="Raw JSON").click()
    await expect(page.locator("#raw:target")).to_contain_text('"preferredName"')
