"""Lists: their state is in the address, their pages lead on and back, and what is empty says why."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import JUST_NOW, PHONE, Site, item
from placet.artifacts.decide import Decision, decide
from placet.customers import records
from placet.identity import users
from placet.identity.principal import SYSTEM, Principal

MANY = 120


@pytest.fixture(scope="module")
async def crowd(site: Site) -> str:
    """An RM with 120 customers, each with one proposal; the 3 newest proposals are one batch of one customer."""
    async with site.database.transaction():
        rm = await users.add(
            site.database,  # type: ignore[arg-type]
            SYSTEM,
            name="Oda Crowd",
            email="oda@placet.example",
            role="rm",
        )
        made = [
            await records.create(site.database, SYSTEM, name=f"Guest {n:03}", rm_id=rm.id, schema=site.schema)  # type: ignore[arg-type]
            for n in range(MANY)
        ]
    for customer in made[:-1]:
        await site.propose(customer.id, item("occupation", "Guest"))
    three = [item(f, "Guest", source_text="A guest") for f in ("occupation", "employer", "contactWindow")]
    await site.propose(made[-1].id, *three, source=site.note("Visit", "A guest."))
    return rm.id


@pytest.fixture
async def page(window: Callable[..., Any], crowd: str) -> Page:
    found: Page = (await window(crowd)).page
    return found


async def shown(page: Page) -> list[str]:
    return await page.locator(".cust h2").all_inner_texts()


async def test_the_inbox_goes_on_page_by_page_without_a_gap(page: Page) -> None:
    await page.goto("/inbox")
    await expect(page.locator(".pages .num")).to_have_text(f"1 to 50 of {MANY + 2}")
    first = await shown(page)
    assert await page.locator(".item").count() == 50
    await page.get_by_role("link", name="Next").click()
    await expect(page.locator(".pages .num")).to_have_text(f"51 to 100 of {MANY + 2}")
    second = await shown(page)
    await page.get_by_role("link", name="Next").click()
    await expect(page.locator(".pages .num")).to_have_text(f"101 to 122 of {MANY + 2}")
    third = await shown(page)
    assert first + second + third == [f"Guest {n:03}" for n in reversed(range(MANY))]
    assert await page.get_by_role("link", name="Next").count() == 0

    # Back is the page before; the link leads to the first one, and says so.
    await page.go_back()
    await expect(page.locator(".pages .num")).to_have_text(f"51 to 100 of {MANY + 2}")
    assert await shown(page) == second
    await page.get_by_role("link", name="Previous").click()
    await expect(page).to_have_url(re.compile(r"/inbox$"))
    await page.goto("/inbox?order=asc&confidence=")
    await expect(page.locator(".cust h2").first).to_have_text("Guest 000")
    for _ in range(2):
        await page.get_by_role("link", name="Next").click()
    await page.get_by_role("link", name="First page").click()
    await expect(page.locator(".cust h2").first).to_have_text("Guest 000")


async def test_j_crosses_the_edge_of_a_page_and_goes_on(page: Page) -> None:
    await page.goto("/inbox")
    last = await page.locator("[data-item]").last.get_attribute("data-item")
    await page.locator(".item .fld").last.focus()
    await page.keyboard.press("j")
    await expect(page.locator(".pages .num")).to_have_text(f"51 to 100 of {MANY + 2}")
    focused = page.locator("[data-item]:focus-within")
    ids = await page.locator("[data-item]").evaluate_all("all => all.map((each) => each.dataset.item)")
    await expect(focused).to_have_attribute("data-item", ids[0])
    await page.keyboard.press("j")
    await expect(focused).to_have_attribute("data-item", ids[1])
    await page.keyboard.press("k")
    await page.keyboard.press("k")
    await expect(page.locator(".pages .num")).to_have_text(f"1 to 50 of {MANY + 2}")
    await expect(focused).to_have_attribute("data-item", last or "")
    await page.go_back()
    await expect(page.locator(".pages .num")).to_have_text(f"51 to 100 of {MANY + 2}")
    await expect(page.locator(f"#a-{ids[0]}")).to_be_visible()


async def test_a_card_opens_on_its_page_and_a_decision_stays_there(site: Site, page: Page) -> None:
    await page.goto("/inbox")
    await page.get_by_role("link", name="Next").click()
    await expect(page.locator(".pages .num")).to_have_text(re.compile("^51 to 100"))
    name = (await shown(page))[3]
    await page.locator(".cust", has_text=name).locator(".fld").click()
    await expect(page.locator(".pages .num")).to_have_text(re.compile("^51 to 100"))
    await page.locator(".card").get_by_role("button", name="Accept", exact=True).click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("Occupation is now Guest.")
    await expect(page.locator(".pages .num")).to_have_text(re.compile("^51 to 100"))
    await page.reload()  # a decided row stays for a moment
    assert name not in await shown(page)


async def test_filters_are_in_the_address_and_come_back(page: Page) -> None:
    await page.goto("/inbox")
    await page.get_by_label("Field").select_option(label="Employer or business")
    await expect(page).to_have_url(re.compile(r"field=employer"))
    await expect(page.locator(".item .fld")).to_have_text(["Employer or business"])
    await expect(page.locator(".cust .num").first).to_have_text(re.compile("^1"))
    await page.reload()
    await expect(page.get_by_label("Field")).to_have_value("employer")
    await page.locator(".item .fld").click()
    await expect(page).to_have_url(re.compile(r"field=employer.*open="))
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_label("Field")).to_have_value("")
    await page.get_by_label("Field").select_option(label="Nationality")
    await expect(page.locator(".empty")).to_have_text(re.compile(r"Nothing matches\.\s*Clear the filter"))
    await page.get_by_role("link", name="Clear the filter").click()
    await expect(page).to_have_url(re.compile(r"/inbox$"))
    await page.goto("/inbox?confidence=high")
    await page.get_by_label("Confidence").focus()
    await page.keyboard.press("ArrowUp")  # by keys one goes on from the filter, not from the top of the page
    await expect(page).to_have_url(re.compile(r"confidence=(&|$)"))
    await expect(page.get_by_label("Confidence")).to_be_focused()
    oldest = page.get_by_role("link", name="Oldest first")
    await oldest.focus()
    await page.keyboard.press("Enter")
    await expect(oldest).to_have_attribute("aria-current", "true")
    await expect(oldest).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await expect(page.locator(".item .fld").first).to_be_focused()


async def test_by_touch_a_filter_itself_is_pressed(window: Callable[..., Any], crowd: str) -> None:
    page: Page = (await window(crowd, **PHONE)).page
    await page.goto("/inbox")
    await page.evaluate("addEventListener('mousedown', (event) => { document.title = event.target.name; })")
    box = await page.locator(".filters [name=field]").bounding_box()
    assert box is not None
    await page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await expect(page).to_have_title("field")  # and not its label, for which no list opens


async def test_a_list_that_shows_a_part_of_a_batch_does_not_offer_to_accept_it(page: Page) -> None:
    await page.goto("/inbox")
    whole = page.locator("[data-batch]", has_text="Employer or business")
    await expect(whole.locator("[data-batch-accept]")).to_be_visible()
    await page.goto("/inbox?field=employer")
    assert await page.locator("[data-batch-accept]").count() == 0


async def test_customers_page_by_page_and_by_name(page: Page) -> None:
    await page.goto("/customers")
    await expect(page.locator("tbody th .fld").first).to_have_text("Guest 000")
    heads = await page.locator("thead th").all_inner_texts()
    assert heads == ["Customer", "Pending", "Profile", "Last change"]  # all are mine
    await page.get_by_role("link", name="Next").click()
    await expect(page.locator("tbody th .fld").first).to_have_text("Guest 050")
    await page.goto("/customers?q=guest")
    await page.get_by_role("link", name="Next").click()
    await page.get_by_role("link", name="Previous").click()
    await expect(page).to_have_url(re.compile(r"/customers\?q=guest$"))
    await page.get_by_label("Name of a customer").fill("guest 11")
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(10)
    await page.get_by_label("Name of a customer").fill("%")
    await page.keyboard.press("Enter")
    await expect(page.locator(".empty")).to_have_text(re.compile(r"Nothing matches\.\s*Clear the search"))


async def test_a_timeline_page_by_page(site: Site, page: Page, crowd: str) -> None:
    customer = await site.database.fetchval("select id from customer where name = 'Guest 007'")
    who = Principal("rm", crowd, "Oda Crowd", "web")
    for n in range(40):
        one = await site.proposal(customer, "employer", f"Firm {n}")
        async with site.database.transaction():
            await decide(site.database, [Decision(by=who, artifact_id=one.id, status="accepted")], schema=site.schema)  # type: ignore[arg-type]
    await page.goto(f"/customers/{customer}/timeline")
    numbers = await page.locator(".tl .mono").all_inner_texts()
    await page.get_by_role("link", name="Next").click()
    await expect(page.locator(".pages .num")).to_have_text("51 to 82")
    numbers += await page.locator(".tl .mono").all_inner_texts()
    found = [int(number.removeprefix("#")) for number in numbers]
    assert len(found) == 82
    assert found == sorted(set(found), reverse=True)
    await page.goto(f"/customers/{customer}/profile")
    await page.get_by_text("39 earlier values").click()
    await expect(page.locator("#f-employer .earlier li")).to_have_count(39)


async def test_what_is_empty_says_why(site: Site, window: Callable[..., Any]) -> None:
    async with site.database.transaction():
        rm = await users.add(site.database, SYSTEM, name="Nil", email="nil@placet.example", role="rm")  # type: ignore[arg-type]
    page: Page = (await window(rm.id)).page
    await page.goto("/inbox")
    await expect(page.locator(".empty")).to_have_text(
        re.compile(r"Nobody here yet\.\s*Proposals arrive when a session or an agent reads a note\.")
    )
    await page.goto("/customers")
    await expect(page.locator(".empty")).to_contain_text("An admin adds customers and attaches them to you.")
    await page.goto("/history")
    await expect(page.locator(".empty")).to_contain_text("Nothing is decided yet.")
    async with site.database.transaction():
        made = await records.create(site.database, SYSTEM, name="First One", rm_id=rm.id, schema=site.schema)  # type: ignore[arg-type]
    await page.goto("/inbox")
    await expect(page.locator(".empty")).to_contain_text("Nothing waits for you.")
    one = await site.proposal(made.id, "occupation", "Baker")
    answer = await (await site.visitor(rm.id)).post(f"/artifacts/{one.id}/decide", {"status": "accepted"})
    assert answer.status_code == 303
    await page.reload()
    await expect(page.locator(".empty")).to_have_text(
        re.compile(rf"Nothing waits for you\.\s*Last decided: Occupation, First One, {JUST_NOW}\. See history")
    )


@pytest.mark.parametrize(
    "path",
    ["/inbox?cursor=nonsense", "/inbox?first=0", "/inbox?unknown=1", "/customers?first=x", "/customers/lund/timeline?before=-1"],
)  # fmt: skip
async def test_an_address_that_was_tampered_with(site: Site, path: str) -> None:
    answer = await (await site.visitor("claire")).get(path)
    assert answer.status_code == 422
    assert "<h1>Not taken</h1>" in answer.text


# Eight more of each proposal, in batches of their own; what a thousand look like is the same as if each had been proposed.
MULTIPLIED = """insert into artifact (id, customer_id, rm_id, batch_id, artifact_type, created_by_type, created_by_id, payload,
    field, field_version, item_key, customer_ref, customer_name, created_by_name)
  select 'm' || n || a.id, a.customer_id, a.rm_id, 'm' || n || a.batch_id, a.artifact_type, a.created_by_type, a.created_by_id,
    a.payload, a.field, a.field_version, a.item_key, a.customer_ref, a.customer_name, a.created_by_name
  from artifact a, generate_series(1, 8) n where a.rm_id = $1 and a.status = 'pending'"""


async def test_a_thousand_pending_go_by_fifty_at_a_time_and_none_is_there_twice(site: Site, crowd: str) -> None:
    await site.database.execute(MULTIPLIED, crowd)
    waiting = "select id from artifact where rm_id = $1 and status = 'pending'"
    pending = {row["id"] for row in await site.database.fetch(waiting, crowd)}
    assert len(pending) > 1000
    oda, path, seen = await site.visitor(crowd), "/inbox", []
    while path:
        page = (await oda.get(path)).text
        ids = re.findall(r'data-item="([^"]+)"', page)
        assert len(ids) == 50 or len(seen) + len(ids) == len(pending)
        seen += ids
        following = re.search(r'<a [^>]*href="([^"]+)"[^>]*rel="next"|<a [^>]*rel="next"[^>]*href="([^"]+)"', page)
        path = html.unescape(following[1] or following[2]) if following else ""
    assert len(seen) == len(set(seen)) == len(pending)
    assert set(seen) == pending


async def test_the_history_is_walked_with_the_same_keys(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/history")
    rows = page.locator(".past-row")
    values = await rows.locator(".val").evaluate_all("all => all.map(each => each.getBoundingClientRect().left)")
    assert len(values) > 2
    assert len(set(values)) == 1  # whatever the length of a field's or a customer's name
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(rows.nth(1).locator(".fld")).to_be_focused()
    for key in "arex":  # what is over is not decided again
        await page.keyboard.press(key)
    await expect(rows.nth(1).locator(".fld")).to_be_focused()
    address = await rows.nth(1).locator(".fld").get_attribute("href")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{address}")
