"""The profile and the timeline: what is restricted is hidden until somebody asks, on the record; a day is looked back to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site, item
from acceptance.pages.test_restricted import tells
from placet.audit import record
from placet.identity.principal import SYSTEM

REVEALED = (
    "select count(*) from event where kind = 'customer.revealed' and field = 'dateOfBirth' and actor_id = 'claire'"
)


async def born(site: Site) -> str:
    """The customer's birthday as the page would say it."""
    value = datetime.fromisoformat(await site.value("brandt", "dateOfBirth"))
    return f"{value.day} {value:%b} {value.year}"


async def test_a_restricted_value_is_hidden_until_revealed_and_that_is_recorded(
    site: Site, window: Callable[..., Any]
) -> None:
    opened = await window("claire")
    page: Page = opened.page
    secret = await born(site)
    for path in ("profile", "timeline", "", "timeline?asOf=2026-11-20"):
        await page.goto(f"/customers/brandt/{path}")
        assert secret not in await page.content(), path
    await page.goto("/customers/brandt/profile")
    before = await site.database.fetchval(REVEALED)
    field = page.locator("#f-dateOfBirth")
    await expect(field).to_contain_text("Hidden")
    await field.get_by_role("button", name="Reveal").click()
    await expect(field).to_contain_text(secret)
    assert await site.database.fetchval(REVEALED) == before + 1
    await page.goto("/customers/brandt/reveal")
    await expect(field).not_to_contain_text(secret)
    await page.goto("/customers/brandt/timeline")
    await expect(page.locator(".tl li").first).to_contain_text("You looked at Date of birth, which is restricted")
    assert opened.said == []


async def test_a_revealed_value_stays_until_it_changes_or_the_page_is_left(
    site: Site, window: Callable[..., Any]
) -> None:
    page: Page = (await window("claire")).page
    secret = await born(site)
    await page.goto("/customers/brandt/profile")
    field = page.locator("#f-dateOfBirth")
    await field.get_by_role("button", name="Reveal").click()
    await expect(page.locator("html")).to_have_attribute("data-live", "on")
    for seats in ("Zurich", "Basel"):  # what arrives meanwhile, the look itself among it, has the page made anew
        other = await site.proposal("brandt", "addressCity", seats)
        await expect(page.locator("#f-addressCity")).to_contain_text(seats)
        await expect(field).to_contain_text(secret)
    proposed = await site.proposal("brandt", "dateOfBirth", "1970-02-03")
    await expect(field.get_by_role("link", name="Review Date of birth", exact=True)).to_be_visible()
    await expect(field).to_contain_text(secret)
    elsewhere = await site.visitor("claire")
    await elsewhere.post(f"/artifacts/{other.id}/decide", {"status": "accepted"})
    await expect(page.locator("#f-addressCity .v")).to_have_text("Basel")
    await expect(field).to_contain_text(secret)
    await elsewhere.post(f"/artifacts/{proposed.id}/reveal")
    assert (await elsewhere.post(f"/artifacts/{proposed.id}/decide", {"status": "accepted"})).status_code == 303
    await expect(field).to_contain_text("Hidden")
    await expect(field).not_to_contain_text(secret)


async def test_nothing_is_revealed_to_strangers_or_without_our_form(site: Site) -> None:
    claire = await site.visitor("claire")
    assert (await claire.post("/customers/brandt/reveal", {"field": "dateOfBirth", "csrf": "no"})).status_code == 403
    assert (await claire.post("/customers/brandt/reveal", {"field": "email"})).status_code == 404
    assert (
        await (await site.visitor("jonas")).post("/customers/brandt/reveal", {"field": "dateOfBirth"})
    ).status_code == 404
    assert (await claire.get("/customers/brandt/reveal")).status_code == 303


async def test_a_hidden_value_stays_hidden_in_the_trail(site: Site) -> None:
    await site.proposal("brandt", "dateOfBirth", "1961-02-03", source_text="born on 3 February 1961")
    answer = await (await site.visitor("claire")).get("/customers/brandt/timeline")
    assert not tells(answer.text)
    assert "••••••" in answer.text


async def test_a_day_shows_the_profile_at_that_moment(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/timeline")
    decided = await site.database.fetchrow(
        "select e.field, e.at, b.body::jsonb ->> 'before' as old from event e join event_body b on b.event_id = e.id"
        " where e.customer_id = 'lund' and e.kind = 'profile_edit.edited' order by e.seq limit 1"
    )
    label = site.schema.field(decided["field"]).label  # type: ignore[union-attr]
    panel, row = page.get_by_role("region", name="Profile on"), page.locator("dt", has_text=label)
    day = decided["at"].astimezone(UTC).date()
    texts = []
    for when in (day - timedelta(days=1), day):
        await page.get_by_label("As of").fill(when.isoformat())
        await page.get_by_role("button", name="Look back").click()
        await page.wait_for_url(f"**asOf={when}")
        await expect(panel).to_contain_text("read-only")
        assert await panel.locator("button, form, input").count() == 0
        texts.append(await panel.locator("dl").all_inner_texts())
        shown = await page.locator("main time").evaluate_all("all => all.map((each) => each.getAttribute('datetime'))")
        assert all(stamp[:10] <= when.isoformat() for stamp in shown)
    assert await row.count() == 1
    assert texts[0] != texts[1]
    wide = await page.locator(".split > *").evaluate_all("all => all.map(each => each.getBoundingClientRect().width)")
    assert abs(wide[1] - wide[0]) <= 2  # what was so has as much room as what happened
    answer = await (await site.visitor("claire")).get("/customers/lund/timeline?asOf=yesterday")
    assert answer.status_code == 422


async def test_the_history_of_a_field_is_one_click_away(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/profile")
    await page.locator(".earlier summary").first.click()
    await expect(page.locator(".earlier[open] del").first).to_be_visible()
    pending = page.locator("#f-liquidityNeeds .pend")
    await expect(pending).to_be_visible()


async def test_what_is_plain_is_decided_beside_its_field_and_the_rest_reviewed_first(
    site: Site, window: Callable[..., Any]
) -> None:
    plain = (await site.proposal("lund", "addressCity", "Tromsø", source_text="in Tromsø", confidence="high")).id
    note = site.note(
        "Call", "She moved to Ålesund, where people call her Gro. She flies for Widerøe. Her wealth is from a mill."
    )
    quoted = await site.propose(
        "lund",
        item("employer", "Wideroe", source_text="flies for Widerøe", confidence="high"),
        item("preferredName", "Gro", source_text="call her Gro", confidence="high"),
        item("sourceOfWealth", "A mill", source_text="from a mill", confidence="high"),
        source=note,
    )
    job, name, wealth = (artifact.id for artifact in quoted.artifacts)
    opened = await window("claire")
    page: Page = opened.page
    await page.goto("/customers/lund/profile")
    for which, buttons in (
        (plain, ["Review City of residence"]),  # its quote is in no note
        (wealth, ["Review Source of wealth"]),
        (name, ["Accept Preferred name", "Edit Preferred name", "Reject Preferred name"]),
    ):
        assert await page.locator(f"#a-{which} .btn").all_text_contents() == buttons
    await page.locator(f"#a-{name}").get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("status")).to_have_text("Preferred name is now Gro.")
    await page.locator(f"#a-{job}").get_by_role("link", name="Edit").click()
    await expect(page.locator(f"#a-{job}")).to_have_attribute("data-mode", "edit")
    await page.keyboard.type("Widerøe")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("status")).to_contain_text("Widerøe")
    assert [await site.status(each) for each in (name, job)] == ["accepted", "edited"]
    await page.goto("/customers/lund/profile")
    assert await page.locator(".btn.pri").count() == 0
    assert opened.said == []


async def test_the_timeline_goes_by_when_it_was_done_and_narrows(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    long_ago = datetime.now(UTC) - timedelta(days=50)  # written last, done in between
    late = record.event(
        "customer.renamed", at=long_ago, actor=SYSTEM, customer_id="brandt", body={"after": "Helene Brandt"}
    )
    await record.write(site.database, [late])  # type: ignore[arg-type]
    await page.goto("/customers/brandt/timeline")
    stamps: list[str] = []
    while True:
        stamps += await page.locator(".tl time").evaluate_all("all => all.map((each) => each.getAttribute('datetime'))")
        older = page.locator("a[rel=next]")
        if not await older.count():
            break
        async with page.expect_navigation():
            await older.click()
    assert stamps == sorted(stamps, reverse=True)
    total = await site.database.fetchval("select count(*) from event where customer_id = 'brandt'")
    assert len(stamps) == total
    panel = page.get_by_role("complementary", name="About these events")
    await page.goto("/customers/brandt/timeline")
    for name, member in (
        ("Proposed", "act=proposed"),
        ("note-reader", "person=note-reader"),
        ("Risk appetite", "field=riskAppetite"),
    ):
        said = int(
            await panel.locator("li", has=page.get_by_role("link", name=name, exact=True)).locator(".num").inner_text()
        )
        await page.goto("/customers/brandt/timeline")
        await panel.get_by_role("link", name=name, exact=True).click()
        await page.wait_for_url(f"**{member}")
        assert await page.locator(".tl li").count() == said > 0
        await expect(panel.locator("[aria-current]")).to_have_text(name)
        await panel.get_by_role("link", name="any").click()
    await page.goto("/customers/brandt/timeline?act=proposed&person=claire&field=phone")
    await expect(page.locator(".empty")).to_contain_text("Nothing matches.")
    await page.get_by_role("link", name="Clear the filter").click()
    await expect(page).to_have_url(f"{site.url}/customers/brandt/timeline")
