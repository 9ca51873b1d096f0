"""Many decisions at once, without JavaScript: rows selected by hand, whole batches, and what the notice says of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import JUST_NOW, Site, item
from placet.web.pages.forms import SAID

NOTE = "He reads glaciology. He prefers mornings. He may want the money sooner. He likes chess."


async def propose(site: Site, customer: str) -> Any:
    """A batch with one of each: two plain ones, low confidence, no quote, a reason, two signatures."""
    found = [
        item("occupation", "Glaciologist", source_text="He reads glaciology", confidence="high"),
        item("contactWindow", "Mornings", source_text="He prefers mornings", confidence="medium"),
        item("liquidityNeeds", "high", source_text="He may want the money sooner", confidence="low"),
        item("interests", ["Chess"], source_text="He plays chess", confidence="high"),
        item("sourceOfWealth", "Inheritance", source_text="He likes chess", confidence="high"),
        item("taxResidency", "Norway", source_text="He likes chess", confidence="high"),
    ]
    return await site.propose(customer, *found, source=site.note("A talk", NOTE))


async def select(page: Page, *fields: str) -> None:
    for field in fields:
        await page.get_by_label(f"Select {field}", exact=True).first.check()


async def details(page: Page) -> list[str]:
    return [" ".join(line.split()) for line in await page.locator(".notice li").all_inner_texts()]


async def test_selected_rows_are_accepted_and_what_cannot_be_stays(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire", java_script_enabled=False)).page
    await propose(site, "van-tonder")
    await page.goto("/inbox?customer=van-tonder")
    bar = page.locator("#many")
    await expect(bar).to_be_hidden()
    await select(
        page, "Best time to contact", "Liquidity needs", "Personal interests", "Source of wealth", "Tax residency"
    )
    await expect(bar).to_be_visible()
    await page.get_by_role("button", name="Accept the selected").click()

    # Picked by hand, low confidence and a quote that was not found do not hold one back; policy does.
    await expect(page).to_have_url(re.compile(r"/inbox\?customer=van-tonder&sel=\w+$"))
    await expect(page.locator(".notice p, #toast p")).to_have_text(
        "3 accepted. 1 signed, for a second signature to decide. 1 left as it was."
    )
    assert await details(page) == ["Source of wealth needs a reason; the trail keeps it."]
    assert await site.value("van-tonder", "interests") == ["Chess"]
    assert await site.value("van-tonder", "contactWindow") == "Mornings"

    # The notice is shown once.
    await page.reload()
    assert await page.locator(".notice").count() == 0


async def test_selected_rows_are_rejected_with_a_reason(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire", java_script_enabled=False)).page
    done = await propose(site, "vilhena-castro")
    await page.goto(f"/batches/{done.batch_id}")
    await select(page, "Occupation", "Source of wealth")
    await page.get_by_text("Reject the selected").click()
    await page.locator("#many").get_by_role("button", name="Other person").click()
    await expect(page).to_have_url(re.compile(f"/batches/{done.batch_id}$"))
    await expect(page.locator(".notice p, #toast p")).to_have_text("2 rejected.")
    await page.goto("/history?customer=vilhena-castro&status=rejected")
    await expect(page.locator(".past-row .by").first).to_have_text(re.compile(f"you: Other person, {JUST_NOW}"))


async def test_many_customers_are_named(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire", java_script_enabled=False)).page
    for customer in ("osei-marlow", "delacourt-pham"):
        await site.propose(customer, item("pep", True))
    await page.goto("/inbox?field=pep")
    for box in await page.get_by_label("Select Politically exposed person").all():
        await box.check()
    await page.get_by_role("button", name="Accept the selected").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("Nothing was accepted. 2 left as they were.")
    assert sorted(await details(page)) == [
        "Anouk Delacourt-Pham: Politically exposed person needs a reason; the trail keeps it.",
        "Tamsin Osei-Marlow: Politically exposed person needs a reason; the trail keeps it.",
    ]


async def test_a_whole_batch_leaves_out_what_it_said_it_would(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("priya", java_script_enabled=False)).page
    done = await propose(site, "minazuki")
    rival = await site.proposal("minazuki", "contactWindow", "Evenings")
    await page.goto(f"/batches/{done.batch_id}")
    offer = page.locator(".offer")
    said = await offer.inner_text()
    assert "5 left out: " in said
    for why in (
        "1 with a rival",
        "1 of low confidence",
        "1 with quote not found",
        "1 needs a reason",
        "1 needs two signatures",
    ):
        assert why in said
    await page.get_by_role("button", name="Accept 1 of 6").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("1 accepted. 5 left as they were.")
    assert await details(page) == [
        "Best time to contact: Another proposal for this field waits.",
        "Liquidity needs: Its confidence is low.",
        "Personal interests: Its quote was not found in the source.",
        "Source of wealth asks for more than one plain signature.",
        "Tax residency asks for more than one plain signature.",
    ]
    assert await site.value("minazuki", "occupation") == "Glaciologist"
    assert await page.locator(".item.ended").count() == 1

    # What is left can be rejected whole.
    await page.get_by_text("Reject all 5 pending").click()
    await page.locator(".rest").get_by_role("button", name="Not said").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("5 rejected.")
    assert await page.locator(".item .tick").count() == 0
    assert await site.status(rival.id) == "pending"


async def test_what_is_missing_of_the_evidence_is_said(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("priya")).page
    quoted = item("occupation", "Actor", source_text="She acts")
    for said, flag, words, why in (
        ([item("occupation", "Actor")], "No quote", "No quote came with this proposal.", "It came without a quote."),
        ([quoted], "No source", "sent no note to look it up in.", "It came without the note it quotes."),
    ):
        done = await site.propose("lim", *said)
        await page.goto(f"/batches/{done.batch_id}?open={done.artifacts[0].id}")
        await expect(page.locator(".card .flag").first).to_have_text(flag)
        await expect(page.locator(".card .right")).to_contain_text(words)
        await expect(page.locator(".offer")).to_contain_text(f"Decide one by one: 1 with {flag.lower()}")
        priya = await site.visitor("priya")
        answer = await priya.post(f"/batches/{done.batch_id}/accept")
        priya.cookies |= dict(answer.cookies)
        assert f"<li>Occupation: {why}</li>" in (await priya.get("/inbox")).text
        assert (await priya.post(f"/batches/{done.batch_id}/reject")).status_code == 303


async def test_two_customers_have_batches_of_one_name(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("priya")).page
    for customer, words in (("lim", "Lin"), ("ho", "Adi")):
        one = item("preferredName", words, source_text=words)
        await site.propose(customer, one, source=site.note("Call", words), batch_id="call-of-monday")
    await page.goto("/batches/call-of-monday")
    await expect(page.locator(".said")).to_contain_text("More than one batch has this id")

    await page.goto("/inbox?customer=lim")
    await page.get_by_role("button", name="Accept 1").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("1 accepted.")
    assert (await site.value("lim", "preferredName"), await site.value("ho", "preferredName")) == ("Lin", "Adrian")

    await page.goto("/inbox?customer=ho&field=preferredName")
    await page.locator(".item .fld").click()
    await page.locator(".card .card-f a.mono").press("Enter")
    await page.locator(".panel a[href^='/batches/']").click()
    await expect(page.locator(".crumb")).to_contain_text("Ho Tsz Kiu Adrian")
    await page.get_by_text("Reject the one pending").click()
    await page.locator(".rest").get_by_role("button", name="Outdated").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("1 rejected.")
    await expect(page.locator(".crumb")).to_contain_text("Ho Tsz Kiu Adrian")


async def test_a_long_tally_fits_into_its_cookie(site: Site) -> None:
    fields = [f for f in site.schema.fields if f.type == "text" and f.policy == "single"]
    many = [item(f.key, "\u00fc" * 40, confidence="low") for f in fields]
    claire = await site.visitor("claire")
    picked = []
    for customer in ("brandt", "lund", "osei-marlow", "van-tonder", "vilhena-castro", "delacourt-pham"):
        await site.propose(customer, item("sourceOfWealth", "Luck"), item("pep", True), *many)
        rows = await site.database.fetch(
            "select id from artifact where status = 'pending' and customer_id = $1 and field in ('sourceOfWealth', 'pep')",
            customer,
        )
        picked += [row["id"] for row in rows] * 3
    picked += [f"unknown-{n}" for n in range(60)]
    answer = await claire.post("/decisions/accept", {"artifact": picked})
    [cookie] = [value for name, value in answer.headers.multi_items() if name == "set-cookie" and SAID in value]
    assert len(cookie.partition(";")[0]) <= 4096
    claire.cookies |= dict(answer.cookies)
    page = (await claire.get("/inbox")).text
    assert re.search(r"<li>and \d+ more</li>", page)
    assert "Nothing was accepted." in page


async def test_nothing_selected_is_said(site: Site) -> None:
    claire, before = await site.visitor("claire"), await site.everything()
    answer = await claire.post("/decisions/reject", {"next": "/inbox?order=asc"})
    assert answer.headers["location"] == "/inbox?order=asc"
    claire.cookies |= dict(answer.cookies)
    assert "Nothing was selected." in (await claire.get("/inbox")).text
    assert await site.everything() == before


async def test_the_bar_counts_before_anything_is_sent(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("jonas")).page
    await propose(site, "al-rahbani")
    await page.goto("/inbox?customer=al-rahbani")
    await select(page, "Occupation", "Source of wealth", "Tax residency")
    bar = page.locator("#many")
    await expect(bar.locator("[data-selected]")).to_have_text("3 selected")
    await expect(bar.locator("[data-accept]")).to_have_text("Accept 2")
    await expect(bar.locator("[data-reject]")).to_have_text("Reject 3")
    await expect(bar.locator("[data-left-out]")).to_have_text("1 left out: 1 needs a reason")
    await page.keyboard.press("Shift+A")
    done = "1 accepted. 1 signed, for a second signature to decide. 1 left as it was."
    await expect(page.locator(".notice p, #toast p")).to_have_text(done)
    await expect(page.locator("#status")).to_have_text(done)


async def test_of_rivals_that_are_selected_together_none_is_taken(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    found = [
        (await site.propose("petrosyan", item(field, value, confidence="high"))).artifacts[0].id
        for field, value in (("contactWindow", "At six"), ("contactWindow", "At seven"), ("occupation", "Cooper"))
    ]
    await page.goto("/inbox?customer=petrosyan")
    for each in found:
        await page.locator(f"#a-{each}").get_by_role("checkbox").check()
    bar = page.locator("#many")
    await expect(bar).to_contain_text("2 left out: 2 rivals of each other")
    await bar.get_by_role("button", name="Dry run").click()
    await expect(page.locator(".would")).to_have_text(["Would be accepted."])
    await bar.get_by_role("button", name="Accept 1").click()
    await expect(page.locator("#toast p")).to_have_text("1 accepted.")
    await expect(page.locator(".would")).to_have_count(0)
    assert [await site.status(each) for each in found] == ["pending", "pending", "accepted"]
    await expect(bar).to_contain_text("2 selected")
    await page.locator(f"#a-{found[1]}").get_by_role("checkbox").uncheck()
    await bar.get_by_role("button", name="Accept 1").click()
    await expect(bar).to_be_hidden()
    assert [await site.status(each) for each in found] == ["accepted", "superseded", "accepted"]


async def test_what_needs_a_reason_leads_to_where_it_is_given(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    done = await site.propose(
        "petrosyan", *(item(f, "Said so", confidence="high") for f in ("sourceOfWealth", "employer"))
    )
    await page.goto("/inbox?customer=petrosyan")
    for each in done.artifacts:
        await page.locator(f"#a-{each.id}").get_by_role("checkbox").check()
    await page.locator("#many").get_by_role("button", name="Accept 1").click()
    refusal = page.locator(f"#a-{done.artifacts[0].id}").get_by_role("alert")
    await expect(refusal.get_by_role("button")).to_have_count(0)
    await refusal.get_by_role("link", name="Give a reason").click()
    await expect(page.get_by_role("textbox", name="Your reason")).to_be_visible()
