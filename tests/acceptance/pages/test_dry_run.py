"""Trying first: what Accept would take of a selection or a batch, row by row, before anything is decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site, item


@pytest.fixture(scope="module")
async def three(site: Site) -> list[str]:
    """Three proposals of one batch: one plain, one that needs a reason, one that takes two signatures."""
    done = await site.propose(
        "brandt",
        item("preferredName", "Lena", source_text="call her Lena", confidence="high"),
        item("pep", True, source_text="she is a minister", confidence="high"),
        item("taxResidency", "Iceland", source_text="now in Iceland", confidence="high"),
        source=site.note("Call", "One may call her Lena. By now she is a minister, and now in Iceland."),
    )
    return [artifact.id for artifact in done.artifacts]


async def test_a_dry_run_says_row_by_row_what_accept_would_do(
    site: Site, three: list[str], window: Callable[..., Any]
) -> None:
    opened = await window("claire")
    page: Page = opened.page
    before = await site.everything()
    await page.goto(f"/inbox?customer=brandt&sel={'.'.join(three)}")
    await page.get_by_role("button", name="Dry run").click()
    for which, words in zip(
        three,
        (
            "Would be accepted.",
            "Would stay. Politically exposed person needs a reason; the trail keeps it.",
            "Would be signed; a second signature decides.",
        ),
        strict=True,
    ):
        await expect(page.locator(f"#a-{which} .would")).to_have_text(words)
    await expect(page.get_by_role("status")).to_have_text(
        "Accept would take 1 of 3 and sign 1. Nothing is decided yet."
    )
    assert await site.everything() == before
    await page.locator(f"#a-{three[1]}").get_by_role("checkbox").uncheck()
    await expect(page.locator(".would")).to_have_count(0)
    batch = await site.database.fetchval("select batch_id from artifact where id = $1", three[0])
    await page.goto(f"/batches/{batch}")
    await page.get_by_role("button", name="Dry run").first.click()
    await expect(page.locator(f"#a-{three[0]} .would")).to_have_text("Would be accepted.")
    await expect(page.locator(f"#a-{three[2]} .would")).to_have_text(
        "Would stay. Tax residency asks for more than one plain signature."
    )
    await expect(page.get_by_role("status")).to_have_text("Accept would take 1 of 3. Nothing is decided yet.")
    assert await site.everything() == before
    assert opened.said == []


async def test_without_scripts_it_is_a_form_that_says_the_same(site: Site, three: list[str]) -> None:
    claire, before = await site.visitor("claire"), await site.everything()
    answer = await claire.post("/decisions/dry-run", {"artifact": three, "next": "/inbox?customer=brandt"})
    assert answer.headers["location"] == f"/inbox?customer=brandt&sel={'.'.join(three)}"
    claire.cookies |= dict(answer.cookies)
    page = (await claire.get(answer.headers["location"])).text
    assert "Accept would take 1 of 3 and sign 1. Nothing is decided yet." in page
    assert "Politically exposed person needs a reason" in page
    assert await site.everything() == before
    stranger = await site.visitor("jonas")
    told = await stranger.post("/decisions/dry-run", {"artifact": three}, accept="application/json")
    assert [result["outcome"] for result in told.json()["results"]] == ["not_found"] * 3
