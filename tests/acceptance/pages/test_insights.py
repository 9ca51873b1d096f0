"""Insights in a browser: a plot and its table, numbers that lead to their lists, and what is too little to say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from acceptance.pages.conftest import Site, Window, item, open_context
from placet.artifacts import insights
from placet.artifacts.decide import decide
from placet.artifacts.outcome import Decision
from placet.identity.principal import Principal

# What the pixel in the middle of the plot at 97 % is of, as a custom property: the share is 75 %, the promise 90 to 100 %.
PROMISED = """() => {
  const [canvas, over] = ["canvas", ".u-over"].map((each) => document.querySelector(`#calibration ${each}`));
  const scale = devicePixelRatio;
  const x = (over.offsetLeft + over.offsetWidth / 2) * scale, y = (over.offsetTop + over.offsetHeight * 3 / 80) * scale;
  const seen = `rgb(${[...canvas.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3).join(", ")})`;
  return ["--ink-soft", "--surface"].filter((name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color === seen;
  });
}"""
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
    await expect(high).to_contain_text("90 to 100 %")
    assert await page.evaluate(PROMISED) == ["--ink-soft"], "the box of what the word promises, where the share is not"
    await expect(page.locator(".keys")).to_contain_text("table only")
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
    await expect(board).to_contain_text("Of 0 acceptances the page said whether the evidence was open")
    await expect(page.locator(".counts", has_text="not said")).to_contain_text("6")


async def test_the_demo_has_something_to_say_and_each_word_keeps_its_place(page: Page) -> None:
    await page.goto("/insights")
    shares = [
        int((await page.get_by_role("row", name=word).locator("a").first.inner_text()).split()[0])
        for word in ("High", "Medium", "Low")
    ]
    assert shares == sorted(shares, reverse=True)
    time = page.locator(".figures li", has_text="Time to decide")
    await expect(time).to_contain_text(re.compile(r"median since proposed; \d+ s with the evidence open"))
    await expect(page.locator("#calibration canvas")).to_be_visible()
    too_fast = page.locator(".board", has=page.get_by_role("heading", name="Too fast?"))
    unread = too_fast.locator("li", has_text="accepted without opening the evidence").locator("a")
    assert int(await unread.inner_text()) > 20
    await unread.click()
    await expect(page.locator("main")).to_contain_text("accepted without opening the evidence")
    await expect(page.locator(".past-row").first).to_contain_text("you")
    await page.goto("/insights?agent=crm-sync&days=7")
    await expect(page.locator("#calibration, [data-key=t]")).to_have_count(0)


async def test_the_period_before_the_export_and_whose_customers(site: Site, counted: None) -> None:
    claire, ines = await site.visitor("claire"), await site.visitor("ines")
    told = (await claire.get("/api/insights?days=90")).json()
    before = await site.database.fetchrow(
        "select count(*) as cases, count(*) filter (where status = 'accepted') as accepted from artifact"
        " where (rm_id = 'claire' or customer_id = 'ho') and created_by_type = 'agent'"  # for whose RM she stands in
        " and status in ('accepted', 'edited', 'rejected')"
        " and decided_at >= now() - interval '180 days' and decided_at < now() - interval '90 days'"
    )
    assert before is not None
    assert before["cases"] > 100
    assert (told["before"]["cases"], told["before"]["accepted"]) == tuple(before)
    shares = [round(100 * each["accepted"] / each["cases"]) for each in (told["decided"], told["before"])]
    points = shares[0] - shares[1]
    said = f"{'up' if points > 0 else 'down'} {abs(points)} point" if points else "as before"
    text = (await claire.get("/insights")).text
    assert f"{told['decided']['accepted']} of {told['decided']['cases']}, {said}" in text
    assert "Customers of" not in text, "nobody else's customers are narrowed to"
    text = (await ines.get("/insights?days=365&agent=note-reader&rm=jonas")).text
    assert '<option value="jonas" selected>Customers of Jonas Reber</option>' in text
    href = re.search(r'href="(/api/insights[^"]+)"', text)
    assert href is not None
    file = (await ines.get(href[1].replace("&amp;", "&"))).json()
    jonas = await site.database.fetchval(
        "select count(*) from artifact where rm_id = 'jonas' and created_by_name = 'note-reader'"
        " and status in ('accepted', 'edited', 'rejected')"
    )
    assert file["decided"]["cases"] == jonas > 0
    behind = (await ines.get("/insights/cases?days=365&agent=note-reader&rm=jonas")).text
    assert behind.count('class="past-row"') == min(jonas, 50)


async def test_more_decisions_than_are_counted(site: Site, counted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ines = await site.visitor("ines")
    assert "are counted" not in (await ines.get("/insights?days=365")).text
    assert (await ines.get("/api/insights?days=365")).json()["limited"] is False
    monkeypatch.setattr(insights, "MOST", 40)
    told = (await ines.get("/api/insights?days=365")).json()
    assert told["limited"] is True
    assert 0 < told["decided"]["cases"] <= 40
    assert 0 < told["before"]["cases"] <= 40
    assert "Only the newest decisions are counted, those since" in (await ines.get("/insights?days=365")).text
    behind = (await ines.get("/insights/cases?days=365")).text
    assert behind.count('class="past-row"') == told["decided"]["cases"], "the list ends where the number does"
    assert "<h1>Since " in behind
