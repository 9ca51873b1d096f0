"""What machines and strangers wrote is text: shown, pointed out where it deceives, never run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site, item
from placet.customers import records
from placet.identity.principal import SYSTEM, agent

SCRIPT = "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
BREAKS_OUT = "\"><svg onload='window.ran = 3'>{{ 7 * 7 }}</textarea></script>"
TURNED = "Ann\u202egnp.exe"
HIDDEN = "pay\u200bpal"
LOOKS_ALIKE = "p\u0430ypal"
BATCH = "?open=#%41 <script>'"
NOTE = f"She said {SCRIPT} and {TURNED}. Then {BREAKS_OUT}, {HIDDEN} and javascript:alert(1)."


@pytest.fixture(scope="module")
async def hostile(site: Site) -> Any:
    """A customer, a note, an agent and proposals that all try something."""
    async with site.database.transaction():
        made = await records.create(
            site.database,  # type: ignore[arg-type]
            SYSTEM,
            name=f"Eve {SCRIPT}",
            rm_id="claire",
            profile={"occupation": TURNED, "interests": [HIDDEN, SCRIPT]},
            schema=site.schema,
        )
    done = await site.propose(
        made.id,
        item("occupation", SCRIPT, source_text=SCRIPT, why=f"{BREAKS_OUT}{HIDDEN}", confidence="high"),
        item("employer", TURNED, source_text=TURNED, field_display_name="Risk appetite"),
        item("preferredName", HIDDEN, source_text=HIDDEN, field_display_name=SCRIPT),
        item("contactWindow", "javascript:alert(1)", source_text="javascript:alert(1)"),
        item("interests", [BREAKS_OUT, LOOKS_ALIKE], source_text=BREAKS_OUT),
        item("relationshipNotes", f"{BREAKS_OUT}\n{SCRIPT}\n{TURNED}", source_text="not in the note" + SCRIPT),
        by=agent("<b>reader</b>"),
        source=site.note(f"{SCRIPT}{TURNED}", NOTE),
        batch_id=BATCH,
        not_proposed=[{"fieldKey": SCRIPT, "value": 1, "sourceText": BREAKS_OUT, "reason": SCRIPT}],
    )
    return made.id, done


async def test_every_page_shows_it_as_text(site: Site, window: Callable[..., Any], hostile: Any) -> None:
    customer, done = hostile
    opened = await window("claire")
    page: Page = opened.page
    page.on("dialog", lambda _: opened.said.append("a dialog"))
    ids = {a.field: a.id for a in done.artifacts}
    for path in (
        f"/inbox?customer={customer}",
        *(f"/inbox?customer={customer}&open={one}&do=edit" for one in ids.values()),
        "/customers?q=Eve",
        f"/customers/{customer}",
        f"/customers/{customer}/profile",
        f"/customers/{customer}/timeline",
        f"/customers/{customer}/sources",
        f"/customers/{customer}/read",
        f"/sources/{done.source_id}?open={ids['occupation']}",
        f"/batches/{quote(BATCH)}",
        *(f"/artifacts/{one}" for one in ids.values()),
    ):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert await page.evaluate("window.ran") is None, path
        assert await page.locator("main :is(script, img, b b, [onload], [onerror], a[href^='javascript'])").count() == 0
        assert "Eve <script>window.ran" in await page.locator("body").inner_text(), path
    assert opened.said == []


async def test_what_deceives_the_eye_is_named(site: Site, window: Callable[..., Any], hostile: Any) -> None:
    customer, done = hostile
    page: Page = (await window("claire")).page
    ids = {a.field: a.id for a in done.artifacts}
    await page.goto(f"/inbox?customer={customer}")

    def odd(field: str) -> Any:
        return page.locator(f"#a-{ids[field]} ins .odd")

    await expect(odd("employer")).to_have_attribute("title", "right-to-left override")
    await expect(odd("preferredName")).to_have_attribute("title", "zero-width space")
    await expect(page.locator(f"#a-{ids['interests']} .added .odd")).to_have_attribute("title", "Cyrillic letter")
    await page.goto(f"/artifacts/{ids['employer']}")
    await expect(page.locator("blockquote .odd").first).to_have_attribute("title", "right-to-left override")
    await page.goto(f"/sources/{done.source_id}")
    await expect(page.locator("h1 .odd")).to_have_attribute("title", "right-to-left override")
    assert await page.locator(".doc .odd").count() == 2
    await page.goto(f"/batches/{quote(BATCH)}?open={ids['occupation']}")
    await expect(page.locator(".why .odd")).to_have_attribute("title", "zero-width space")


async def test_an_agent_cannot_call_a_field_by_another_name(
    site: Site, window: Callable[..., Any], hostile: Any
) -> None:
    customer, _ = hostile
    page: Page = (await window("claire")).page
    await page.goto(f"/customers/{customer}/timeline")
    told = await page.locator(".tl").inner_text()
    assert "proposed Employer or business:" in told
    assert "Risk appetite" not in told
    await page.goto(f"/batches/{quote(BATCH)}")
    assert "Risk appetite" not in await page.locator("main").inner_text()


async def test_it_can_be_decided_like_anything_else(site: Site, window: Callable[..., Any], hostile: Any) -> None:
    customer, done = hostile
    opened = await window("claire")
    page: Page = opened.page
    ids = {a.field: a.id for a in done.artifacts}
    await page.goto(f"/artifacts/{ids['preferredName']}")
    await page.get_by_role("button", name="Accept", exact=True).click()
    await expect(page.locator("#toast .odd")).to_have_attribute("title", "zero-width space")
    assert await site.value(customer, "preferredName") == HIDDEN

    # The edit form carries a value through unharmed.
    await page.goto(f"/artifacts/{ids['relationshipNotes']}?do=edit")
    control = page.locator("[name='value.relationshipNotes']")
    await expect(control).to_have_value(f"{BREAKS_OUT}\n{SCRIPT}\n{TURNED}")
    await control.press("End")
    await control.evaluate("e => { e.value += '!'; }")
    await page.get_by_role("button", name="Accept with this change").click()
    await page.locator("#toast").wait_for()
    assert await site.value(customer, "relationshipNotes") == f"{BREAKS_OUT}\n{SCRIPT}\n{TURNED}!"
    await page.goto("/inbox?open=" + ids["interests"])
    await page.locator("#a-" + ids["interests"]).get_by_label("Select").check()
    await page.get_by_role("button", name="Accept 1").click()
    await page.locator("#toast").wait_for()
    assert json.dumps(await site.value(customer, "interests")) == json.dumps([BREAKS_OUT, LOOKS_ALIKE])
    assert await page.evaluate("window.ran") is None
    assert opened.said == []


async def test_links_to_a_batch_with_a_strange_id_lead_there(
    site: Site, window: Callable[..., Any], hostile: Any
) -> None:
    customer, done = hostile
    page: Page = (await window("claire")).page
    await page.goto(f"/artifacts/{done.artifacts[0].id}")
    await page.locator(".panel a[href^='/batches/']").click()
    await expect(page.locator("h2", has_text="Proposals")).to_be_visible()
    await page.goto(f"/customers/{customer}")
    await page.get_by_role("link", name="6 changes").click()
    await expect(page.locator("h2", has_text="Proposals")).to_be_visible()
    await page.locator(".rest summary").click()
    await page.locator(".rest").get_by_role("button", name="Outdated").click()
    await expect(page.locator("#toast")).to_contain_text("rejected.")
    await expect(page.locator("h2", has_text="Proposals")).to_be_visible()


async def test_every_answer_carries_the_security_policy(site: Site) -> None:
    claire = await site.visitor("claire")
    for path in ("/inbox", "/sign-in", "/nothing", "/customers/brandt", "/docs"):
        headers = (await claire.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'self'"), path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
