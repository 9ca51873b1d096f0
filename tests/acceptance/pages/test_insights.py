"""Insights in a browser: a plot and its table, numbers that lead to their lists, and what is too little to say."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from acceptance.pages.conftest import Site, Window, item, open_context
from placet.artifacts.decide import decide
from placet.artifacts.outcome import Decision
from placet.identity.principal import Principal

CLAIRE = Principal("rm", "claire", "Claire Amiel")


@pytest.fixture(scope="module")
async def counted(site: Site) -> None:
    """24 decisions of high confidence on occupations, every fourth rejected; 3 of low confidence."""
    await site.database.execute("set timezone = 'UTC'")
    for n in range(27):
        word = "high" if n < 24 else "low"
        [made] = (await site.propose("brandt", item("occupation", f"Trade {n}", confidence=word))).artifacts
        status = "rejected" if n % 4 == 3 else "accepted"
        reason = "not said" if status == "rejected" else None
        async with site.database.transaction():
            [done] = await decide(
                site.database,  # type: ignore[arg-type]
                [Decision(by=CLAIRE, artifact_id=made.id, status=status, reason=reason)],
                schema=site.schema,
            )
        assert done.good, done


@pytest.fixture
async def page(browser: Browser, site: Site, counted: None) -> AsyncIterator[Page]:
    context = await open_context(browser, site, "claire")
    window = Window(context, await context.new_page())
    await window.page.goto("/insights?agent=test-reader")
    yield window.page
    await context.close()
    assert window.said == []


async def test_a_plot_beside_its_table_and_the_table_alone(page: Page) -> None:
    high = page.get_by_role("row", name="High")
    await expect(high).to_contain_text("75 %")
    await expect(page.get_by_role("row", name="Low")).to_contain_text("too few to say")
    drawn = page.locator("#calibration canvas")
    await expect(drawn).to_be_visible()
    inked = (
        """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v)"""
    )
    assert await drawn.evaluate(inked)
    await page.keyboard.press("t")
    await expect(page.locator("#calibration")).to_be_hidden()
    await expect(high).to_be_visible()
    await page.keyboard.press("t")
    await expect(drawn).to_be_visible()


async def test_every_number_leads_to_as_many_decisions(page: Page) -> None:
    numbers = page.locator(".tab td:last-child a, .counts a, .rule a")
    links = await numbers.evaluate_all("all => all.map((a) => [a.getAttribute('href'), Number(a.textContent)])")
    assert len(links) >= 8
    for href, count in links:
        answer = await page.request.get(href)
        assert answer.ok
        assert (await answer.text()).count('class="past-row"') == min(count, 50), href


async def test_what_a_rule_would_have_done(page: Page) -> None:
    rule = page.locator(".rule")
    await rule.get_by_label("Field").select_option(label="Occupation")
    await page.wait_for_url("**field=occupation**")
    await expect(rule).to_contain_text("would have taken 24. People had changed or refused 6 of those.")


async def test_of_how_the_evidence_was_read_it_says_what_is_known(page: Page) -> None:
    board = page.locator(".board", has=page.get_by_role("heading", name="Too fast?"))
    await expect(board).to_contain_text("Of 0 acceptances the page said how the evidence was read")
    await expect(page.locator(".counts", has_text="not said")).to_contain_text("6")
