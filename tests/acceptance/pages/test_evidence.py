"""A note beside what was read from it: whose words are lit, what rivals say, and words the agent missed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site, item
from acceptance.pages.test_triage import contexts, visit

__all__ = ["contexts", "visit"]

NOTE = "She works for Ateliers Morel now.\nHer mornings are free.\nThe twins start school in Basel."


@pytest.fixture(scope="module")
async def read(site: Site) -> Any:
    """A note of Claire's customer with two proposals."""
    return await site.propose(
        "delacourt-pham",
        item("employer", "Ateliers Morel", source_text="She works for Ateliers Morel now", confidence="high"),
        item("contactWindow", "Mornings", source_text="Her mornings are free", confidence="high"),
        source=site.note("Walk", NOTE),
    )


async def source_of(site: Site, done: Any) -> str:
    return str(await site.database.fetchval("select source_id from artifact where id = $1", done.artifacts[0].id))


async def lit(page: Page) -> list[str]:
    """The words that are lit in the note, without their numbers."""
    return [text.partition("\n")[0] for text in await page.locator(".doc mark.open").all_inner_texts()]


async def test_the_words_of_the_one_looked_at_are_lit(site: Site, visit: Callable[..., Any], read: Any) -> None:
    page = await visit("claire", f"/sources/{await source_of(site, read)}")
    first, second = (page.locator(f"#a-{artifact.id}") for artifact in read.artifacts)
    await second.hover()
    assert await lit(page) == ["Her mornings are free"]
    await first.hover()
    assert await lit(page) == ["She works for Ateliers Morel now"]
    await page.locator("h1").hover()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    assert await lit(page) == ["Her mornings are free"]
    await page.locator(".doc mark").first.click()
    await expect(first.locator(".card-f")).to_be_visible()
    assert await lit(page) == ["She works for Ateliers Morel now"]


async def test_marked_words_lead_to_a_proposal_that_quotes_them(
    site: Site, visit: Callable[..., Any], read: Any
) -> None:
    source = await source_of(site, read)
    page = await visit("claire", f"/sources/{source}")
    await (
        page.locator(".ln p")
        .nth(2)
        .evaluate("p => getSelection().setBaseAndExtent(p.firstChild, 0, p.firstChild, p.firstChild.length)")
    )
    await page.get_by_role("link", name="Propose from these words").click()
    await page.get_by_label("What are they about?").select_option(label="City of residence (Identity and contact)")
    await page.get_by_role("button", name="Continue").click()
    assert await page.get_by_label("The words").input_value() == "The twins start school in Basel."
    await page.get_by_label("City of residence").fill("Basel")
    await page.get_by_role("button", name="Propose it").click()
    await expect(page.locator(".notice p")).to_have_text("City of residence is proposed from these words.")
    made = await site.database.fetchrow(
        "select id, created_by_type, created_by_id, evidence_verified, status from artifact "
        "where source_id = $1 and field = 'addressCity'",
        source,
    )
    assert tuple(made)[1:] == ("rm", "claire", True, "pending")
    assert await lit(page) == ["The twins start school in Basel."]


async def test_without_scripts_words_are_typed_and_a_value_entered(
    site: Site, window: Callable[..., Any], read: Any
) -> None:
    page: Page = (await window("claire", java_script_enabled=False)).page
    source = await source_of(site, read)
    await page.goto(f"/sources/{source}")
    await page.get_by_role("link", name="Propose from words the agent missed").click()
    await page.get_by_label("The words").fill("start school")
    await page.get_by_label("What are they about?").select_option(label="Dependants (Household)")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Dependants").fill("2")
    await page.get_by_label("The words").fill("start work")
    await page.get_by_role("button", name="Enter it now").click()
    await expect(page.locator(".err")).to_have_text("These words do not stand in the note.")
    assert await site.value("delacourt-pham", "dependants") != 2
    await page.get_by_label("The words").fill("The twins start school")
    await page.get_by_role("button", name="Enter it now").click()
    await expect(page.locator(".notice p")).to_have_text("Dependants is now 2.")
    assert await site.value("delacourt-pham", "dependants") == 2


async def test_only_who_may_propose_marks_words(site: Site, read: Any) -> None:
    source = await source_of(site, read)
    for user, status in (("jonas", 404), ("tobias", 403)):
        visitor = await site.visitor(user)
        assert (await visitor.get(f"/sources/{source}/mark")).status_code == status
        form = {"quote": "The twins", "field": "dependants", "value.dependants": "3", "act": "enter"}
        assert (await visitor.post(f"/sources/{source}/mark", form)).status_code == status


async def test_rivals_stand_beside_each_other_with_their_words(
    site: Site, visit: Callable[..., Any], read: Any
) -> None:
    rival = await site.propose(
        "delacourt-pham",
        item("employer", "Studio Lenz", source_text="now at Studio Lenz", confidence="low"),
        source=site.note("Mail", "I am now at Studio Lenz."),
    )
    mine = read.artifacts[0].id
    page = await visit("claire", f"/inbox?customer=delacourt-pham&open={mine}")
    beside = page.locator(f"#a-{mine} .rivals")
    await expect(beside).to_contain_text("Another proposal waits for this field")
    await expect(beside.locator("ins")).to_have_text("Studio Lenz")
    await expect(beside.locator("mark")).to_have_text("now at Studio Lenz")
    await expect(beside).to_contain_text("Accepting one sets the other aside.")
    await page.locator(f"#a-{mine}").get_by_role("button", name="Accept", exact=True).click()
    await expect(page.locator(f"#a-{rival.artifacts[0].id} .by")).to_have_text("Superseded")
    await expect(page.locator("#toast")).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text(re.compile(r"^Employer or business is now "))
    assert await site.status(rival.artifacts[0].id) == "superseded"


async def test_who_read_the_note_is_said_where_it_is_known_and_nothing_is_made_up(site: Site) -> None:
    claire, customer = await site.visitor("claire"), "delacourt-pham"
    for number, (read_by, said) in enumerate(
        (
            (None, "test-reader"),
            ({"agent": "test-reader", "version": "7", "model": None}, "test-reader 7, offline reader"),
            ({"agent": "test-reader", "version": "7", "model": "some:model"}, "test-reader 7, some:model"),
            (
                {"agent": "note-reader", "version": "7", "model": None},
                "test-reader, read by note-reader 7, offline reader",
            ),
        )
    ):
        quote = f"Reach me at {number} sharp"
        proposed = item("contactWindow", f"At {number}", source_text=quote)
        done = await site.propose(customer, proposed, source=site.note(f"Mail {number}", quote), read_by=read_by)
        which = done.artifacts[0].id
        for path, pattern in (
            (f"/customers/{customer}?open={which}", r"Proposed by (.*?)\. <a"),
            (f"/sources/{await source_of(site, done)}?open={which}", r"<dt>Proposed by</dt><dd>(.*?)</dd>"),
            (f"/artifacts/{which}", r"Proposed by (.*?)\. <a"),
            (f"/artifacts/{which}", r"<dt>Agent</dt><dd>(.*?)</dd>"),
        ):
            assert re.findall(pattern, (await claire.get(path)).text) == [said], path
        await claire.post(f"/artifacts/{which}/decide", {"status": "rejected"})
