"""One of many by name: typed with suggestions where a list would be too long, found without scripts too, by id in the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from acceptance.pages.conftest import Site, Window, item
from acceptance.web.looking import walk
from intercept import intercept
from placet.customers import records
from placet.identity import users
from placet.identity.principal import SYSTEM
from placet.web.pages import choosing

MANY = 120


@pytest.fixture(scope="module")
async def crowd(site: Site) -> str:
    """An RM with 120 customers and a proposal for each, and with two more of one name."""
    async with site.database.transaction():
        rm = await users.add(site.database, SYSTEM, name="Oda Crowd", email="oda@placet.example", role="rm")  # type: ignore[arg-type]
        made = [
            await records.create(site.database, SYSTEM, name=name, rm_id=rm.id, schema=site.schema)  # type: ignore[arg-type]
            for name in (*(f"Guest {n:03}" for n in range(MANY)), "Twin Sister", "Twin Sister")
        ]
    for customer in made:
        await site.propose(customer.id, item("occupation", "Guest"))
    return rm.id


@pytest.fixture(params=["with scripts", "without"])
async def page(request: pytest.FixtureRequest, window: Callable[..., Any], crowd: str) -> Page:
    """A window of that RM, with scripts and without."""
    found: Page = (await window(crowd, java_script_enabled=request.param == "with scripts")).page
    return found


@pytest.fixture
async def opened(window: Callable[..., Any], crowd: str) -> Window:
    """A window of that RM, with scripts."""
    found: Window = await window(crowd)
    return found


def whom(page: Page) -> Locator:
    """What a customer is named in."""
    return page.get_by_role("combobox", name="Customer", exact=True)


async def narrow(page: Page, text: str) -> None:
    """Type into the filter, and Enter."""
    await whom(page).fill(text)
    await page.keyboard.press("Enter")


async def suggested(page: Page) -> list[str]:
    found: list[str] = await page.locator("datalist option").evaluate_all("all => all.map((each) => each.value)")
    return found


async def ids(site: Site, name: str) -> list[str]:
    """The ids of the customers of that name."""
    return [row["id"] for row in await site.database.fetch("select id from customer where name = $1 order by id", name)]


@pytest.mark.parametrize("path", ["/inbox", "/history"])
async def test_a_list_is_narrowed_to_one_of_many_by_name(site: Site, page: Page, path: str) -> None:
    [guest] = await ids(site, "Guest 077")
    await page.goto(path)
    assert len(await suggested(page)) == 6, "those of whom most waits"
    await expect(page.locator("select[name=customer]")).to_have_count(0)
    await narrow(page, " guest 077 ")
    await expect(page).to_have_url(re.compile(rf"{path}\?(.*&)?customer={guest}(&|$)"))
    await expect(whom(page)).to_have_value("Guest 077")
    await expect(page.locator(".cust h2")).to_have_text(["Guest 077"] if path == "/inbox" else [])

    await narrow(page, "uest 08")
    await expect(page.locator(".empty .b")).to_have_text("Many customers have “uest 08” in their name.")
    await expect(whom(page)).to_have_accessible_description(re.compile("^Many customers have .* Guest 080, Guest 081,"))
    await page.get_by_role("link", name="Guest 083").click()
    await expect(whom(page)).to_have_value("Guest 083")
    await page.go_back()
    await page.go_back()
    await expect(whom(page)).to_have_value("Guest 077")

    await narrow(page, "guest 777")
    await expect(page.locator(".empty .b")).to_have_text("No customer is called “guest 777”.")
    await expect(whom(page)).to_have_value("guest 777")
    await narrow(page, "est 042")
    await expect(whom(page)).to_have_value("Guest 042")
    await narrow(page, "")
    await expect(page).to_have_url(re.compile(rf"{path}\?customer=(&|$)"))
    await expect(page.locator(".cust")).to_have_count(50 if path == "/inbox" else 0)


async def test_one_of_two_of_one_name_is_told_apart_and_stays_chosen(site: Site, page: Page) -> None:
    twins = [f"Twin Sister, {each}" for each in await ids(site, "Twin Sister")]
    await page.goto("/inbox")
    await narrow(page, "twin sister")
    await expect(page.locator(".empty .b")).to_have_text("2 customers are called Twin Sister.")
    await expect(page.locator(".empty a")).to_have_text([*twins, "clear the filter"])
    assert await suggested(page) == twins
    await narrow(page, twins[1])
    await expect(page.locator(".cust h2")).to_have_text(["Twin Sister"])
    await page.get_by_label("Field").select_option("occupation")
    if await page.get_by_role("button", name="Filter").is_visible():
        await page.get_by_role("button", name="Filter").click()
    await expect(page).to_have_url(re.compile(rf"\?(?=.*field=occupation).*customer={twins[1].partition(', ')[2]}"))
    await expect(whom(page)).to_have_value(twins[1])


async def test_suggestions_come_as_one_types_and_the_focus_stays(site: Site, opened: Window) -> None:
    page, twins = opened.page, [f"Twin Sister, {each}" for each in await ids(site, "Twin Sister")]
    await page.goto("/inbox")
    await whom(page).press_sequentially("est 11")
    await expect(page.locator("datalist option").first).to_have_attribute("value", "Guest 110")
    assert await suggested(page) == [f"Guest {n}" for n in range(110, 118)]
    await whom(page).press_sequentially("9")
    await expect(page.locator("datalist option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(whom(page)).to_have_value("Guest 119")
    await expect(whom(page)).to_be_focused()
    await whom(page).fill("twin")
    await expect(page.locator("datalist option")).to_have_count(2)
    assert sorted(await suggested(page)) == twins

    # What is typed applies when it is left, and one goes on from the filter that one went to.
    await whom(page).fill("guest 007")
    await page.keyboard.press("Tab")
    await expect(page.locator(".cust h2")).to_have_text(["Guest 007"])
    await expect(page.get_by_label("Field")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.type("somebody else")
    await page.keyboard.press("Escape")
    await expect(whom(page)).to_have_value("Guest 007")
    await page.keyboard.press("j")
    await expect(page.locator(".item .fld").first).to_be_focused()
    await expect(page.locator(".cust h2")).to_have_text(["Guest 007"])
    assert opened.said == []


async def test_the_suggestions_are_not_needed(opened: Window) -> None:
    page = opened.page
    await intercept(page, "**/api/customers?*", lambda route: route.abort())
    await page.goto("/inbox")
    await whom(page).press_sequentially("guest 099")
    await page.keyboard.press("Enter")
    await expect(page.locator(".cust h2")).to_have_text(["Guest 099"])
    assert [each for each in opened.said if "Failed to load" not in each] == []


async def test_a_note_is_read_for_one_of_many_named_in_full(site: Site, page: Page) -> None:
    before = await site.everything()
    await page.goto("/read")
    await expect(page.locator("select[name=customer]")).to_have_count(0)
    said, twins = page.locator("#customer-err"), [f"Twin Sister, {each}" for each in await ids(site, "Twin Sister")]
    for text, sentence in (
        ("guest 777", "No customer is called “guest 777”."),
        ("est 05", "Many customers have “est 05” in their name: Guest 050, Guest 051, "),
        ("twin sister", f"2 customers are called Twin Sister: {twins[0]}, {twins[1]}."),
    ):  # fmt: skip
        await whom(page).fill(text)
        await page.get_by_label("Note", exact=True).fill("She works as a baker now.")
        await page.get_by_role("button", name="Read the note").click()
        await expect(said).to_contain_text(sentence)
        await expect(whom(page)).to_have_value(text)
        await expect(whom(page)).to_be_focused()
        await expect(page.get_by_label("Note", exact=True)).to_have_value("She works as a baker now.")

    # One whose name was not said in full is asked for once more: the note would be stored for good.
    await whom(page).fill("est 055")
    await page.get_by_role("button", name="Read the note").click()
    await expect(said).to_contain_text("Is it Guest 055? Then send it once more.")
    assert await site.everything() == before
    await page.get_by_role("button", name="Read the note").click()
    await expect(page).to_have_url(re.compile("/(batches|sources)/"))
    assert await site.database.fetchval("select c.name from source s join customer c on c.id = s.customer_id"
                                        " order by s.created_at desc limit 1") == "Guest 055"  # fmt: skip


async def test_few_are_listed(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/read")
    await whom(page).select_option(label="Margrethe Lund")
    await page.goto("/inbox")
    await whom(page).select_option(label="Margrethe Lund")
    await expect(page).to_have_url(re.compile(r"/inbox\?.*customer=lund(&|$)"))  # chosen, it goes there by itself
    claire = await site.visitor("claire")
    answer = await claire.get("/history?customer=margrethe+lund&field=email")
    assert (answer.status_code, answer.headers["location"]) == (303, "/history?field=email&customer=lund")


@pytest.mark.parametrize("scripts", [True, False])
async def test_insights_narrow_to_an_rm_by_name(
    site: Site, window: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, scripts: bool
) -> None:
    monkeypatch.setattr(choosing, "FEW", 1)
    page: Page = (await window("ines", java_script_enabled=scripts)).page
    await page.goto("/insights?days=365")
    field = page.get_by_label("Customers", exact=True)
    assert "Jonas Reber, jonas.reber@placet.example" in await suggested(page)
    for text in ("jonas reber", "Jonas Reber, jonas.reber@placet.example", "reber"):
        await field.fill(text)
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(r"/insights\?(?=.*days=365).*rm=jonas(&|$)"))
        await expect(field).to_have_value("Jonas Reber, jonas.reber@placet.example")
    await field.fill("nobody")
    await page.keyboard.press("Enter")
    await expect(page.locator(".empty .b")).to_have_text("No RM has the name or address 'nobody'.")
    await field.fill("placet.example")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Claire Amiel").click()
    await expect(page).to_have_url(re.compile(r"rm=claire(&|$)"))
    await expect(page.locator(".figures")).to_contain_text("%")


async def test_an_rm_of_whom_nothing_was_decided_is_named(site: Site) -> None:
    async with site.database.transaction():
        new = await users.add(site.database, SYSTEM, name="Nil Novo", email="novo@placet.example", role="rm")  # type: ignore[arg-type]
    text = (await (await site.visitor("ines")).get(f"/insights?rm={new.id}")).text
    assert f'<option value="{new.id}" selected>Customers of Nil Novo, novo@placet.example</option>' in text


@pytest.mark.parametrize(
    "path", ["/inbox?customer=guest+077", "/inbox?customer=uest+08", "/history?customer=twin+sister", "/read"]
)
async def test_it_looks_as_it_should_everywhere(opened: Window, axe: str, path: str) -> None:
    await opened.page.goto(path)
    assert await walk(opened.page, axe) == []
    assert opened.said == []
