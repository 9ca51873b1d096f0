"""A decision that was refused says why, beside the control it is about, and loses nothing a person had typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from acceptance.pages.conftest import Site
from acceptance.pages.test_triage import Held

# Browsers hold back what is plainly wrong; these tests are about what the server says where they do not.
# Whatever is pressed is sent though the browser would not, also by a page that was made anew since.
LET_THROUGH = """addEventListener("click", ({ target }) => {
  const form = target.closest("button")?.form;
  if (form) form.noValidate = true;
}, true)"""


async def open_form(page: Page, artifact: str, do: str = "read") -> Locator:
    """The card on its own page, with one of its forms."""
    await page.goto(f"/artifacts/{artifact}?do={do}")
    await page.evaluate(LET_THROUGH)
    return page.locator(".card")


async def says_beside(control: Locator, sentence: str) -> None:
    """Whether a control is marked as wrong, described by the sentence, and has the focus."""
    await expect(control).to_have_attribute("aria-invalid", "true")
    await expect(control).to_have_accessible_description(re.compile(re.escape(sentence)))
    await expect(control).to_be_focused()


async def test_a_reason_that_is_missing(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    artifact = (await site.proposal("lund", "sourceOfWealth", "Sale of the practice")).id
    card = await open_form(page, artifact)
    reason = card.locator(".pane.read").get_by_label("Your reason. This field needs one; the trail keeps it.")

    # With a script nothing is even sent.
    await page.reload()
    await page.keyboard.press("a")
    await expect(reason).to_be_focused()
    await expect(page.locator("#status")).to_have_text("A reason is needed")

    await page.evaluate(LET_THROUGH)
    await reason.fill("   ")
    await card.get_by_role("button", name="Accept with reason").click()
    await says_beside(reason, "Source of wealth needs a reason; the trail keeps it.")
    assert await site.status(artifact) == "pending"

    await reason.fill("x" * 2001)
    await card.get_by_role("button", name="Accept with reason").click()
    await says_beside(reason, "A reason has at most 2000 characters.")
    await expect(reason).to_have_value("x" * 2001)

    await reason.fill("In her own words.")
    await card.get_by_role("button", name="Accept with reason").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("Source of wealth is now Sale of the practice.")
    await page.goto(f"/artifacts/{artifact}")
    await expect(page.locator(".sum-b")).to_contain_text("In her own words.")


@pytest.mark.parametrize(
    ("field", "proposed", "typed", "sentence"),
    [
        ("email", "g@lund.example", "grete at lund", 'Email does not take "grete at lund"'),
        ("dateOfBirth", "1971-07-30", "2201-05-01", 'Date of birth does not take "2201-05-01"'),
        ("investmentHorizonYears", 20, "900", 'Investment horizon does not take "900"'),
        ("trustedContact", {"name": "Ida"}, '{"name": "Ida"', "Trusted contact person does not take"),
        ("maritalStatus", "widowed", "married", "No change: the profile already says Married."),
    ],
)  # fmt: skip
async def test_an_edit_that_the_field_does_not_take(
    site: Site, window: Callable[..., Any], field: str, proposed: Any, typed: str, sentence: str
) -> None:
    page: Page = (await window("claire")).page
    artifact = (await site.proposal("lund", field, proposed)).id
    if field == "dateOfBirth":  # restricted: seen before it is edited
        await (await site.visitor("claire")).post(f"/artifacts/{artifact}/reveal")
    before = await site.everything()
    card = await open_form(page, artifact, "edit")
    control = card.locator(f"[name='value.{field}']")
    if await control.evaluate("e => e.localName") == "select":
        await control.select_option(typed)
    else:
        if await control.get_attribute("type") in ("date", "number"):
            await control.evaluate("e => { e.type = 'text'; }")
        await control.fill(typed)
    await card.get_by_role("button", name="Accept with this change").click()
    await says_beside(control, sentence)
    await expect(control).to_have_value(typed)
    assert await site.everything() == before


async def test_two_signatures(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    artifact = (await site.proposal("lund", "taxResidency", "Sweden")).id
    card = await open_form(page, artifact)
    await expect(card.locator(".flag", has_text="Two signatures")).to_be_visible()
    await card.get_by_role("button", name="Accept", exact=True).click()
    await expect(page.locator(".notice p, #toast p")).to_have_text(
        "You signed Tax residency. It waits for a co-signer's second signature."
    )
    assert await site.status(artifact) == "pending"


async def test_only_people_change_it(site: Site, window: Callable[..., Any]) -> None:
    """What an agent proposes for such a field is not stored at all; the batch page says so."""
    from conftest import item

    done = await site.propose("lund", item("marketingConsent", "granted"), item("employer", "Lund & Daughter"))
    page: Page = (await window("claire")).page
    await page.goto(f"/batches/{done.batch_id}")
    left = page.locator(".seen", has_text="Proposed, not kept")
    await expect(left.locator("li")).to_have_text(re.compile(r"Proposal 1\s*Only people may change it\."))


async def test_a_stale_proposal_is_accepted_over_the_newer_value_in_a_second_step(
    site: Site, window: Callable[..., Any]
) -> None:
    page: Page = (await window("jonas", java_script_enabled=False)).page
    artifact = await site.pending("rauscher", "riskAppetite")
    await page.goto(f"/customers/rauscher?open={artifact}")
    card = page.locator(".card")
    await expect(card.locator(".three dd")).to_have_text(
        [re.compile("^Growth"), re.compile(r"^Balanced you, "), re.compile("^Moderate")]
    )
    assert await card.locator(".btn.pri:visible").count() == 0

    # A plain acceptance, as from a page that was loaded earlier: three values, and the second step is out.
    jonas = await site.visitor("jonas")
    answer = await jonas.post(f"/artifacts/{artifact}/decide", {"status": "accepted"})
    assert answer.status_code == 409
    assert "Risk appetite changed after this was proposed." in answer.text
    assert 'data-mode="over"' in answer.text

    # The second step names the value it replaces; if that is no longer the one, nothing happens.
    form = {"status": "accepted", "expectedCurrentValue": '"growth"'}
    assert (await jonas.post(f"/artifacts/{artifact}/decide", form)).status_code == 409
    assert await site.value("rauscher", "riskAppetite") == "balanced"

    await card.get_by_role("link", name="Accept over newer value").click()
    await expect(card.locator(".pane.over b")).to_have_text("Replace Balanced with Moderate?")
    await card.get_by_role("button", name="Replace the newer value").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("Risk appetite is now Moderate.")
    assert await site.value("rauscher", "riskAppetite") == "moderate"


async def test_keeping_the_newer_value_rejects(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("jonas", java_script_enabled=False)).page
    artifact = await site.proposal("hartigan", "riskAppetite", "growth", previous_value="conservative")
    await page.goto(f"/inbox?customer=hartigan&open={artifact.id}")
    await page.locator(".card").get_by_role("button", name="Keep Moderate").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text(
        "Risk appetite is rejected. The profile stays as it was."
    )
    assert await site.status(artifact.id) == "rejected"


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ("rejected", "Accept", r"Not accepted\.\s+This was rejected before, by Claire Amiel\."),
        ("accepted", "Reject", r"Not rejected\.\s+This was accepted before, by Claire Amiel\."),
    ],
)
async def test_somebody_else_was_first(
    site: Site, window: Callable[..., Any], first: str, then: str, said: str
) -> None:
    page: Page = (await window("claire")).page
    artifact = (await site.proposal("brandt", "employer", f"{first.capitalize()} AG")).id
    card = await open_form(page, artifact, "reject" if then == "Reject" else "read")
    held = await Held().start(page)
    await card.get_by_role("button", name="Accept" if then == "Accept" else "Not said", exact=True).click()
    elsewhere = await site.visitor("claire")
    assert (await elsewhere.post(f"/artifacts/{artifact}/decide", {"status": first})).status_code == 303
    held.go.set()
    await expect(page.get_by_role("alert")).to_have_text(re.compile(said))
    await expect(page.locator("h1 + .flag")).to_have_text(first.capitalize())
    await expect(page.locator("main form[action$='/decide']")).to_have_count(0)


async def test_a_proposal_set_aside_leads_to_the_one_that_was_accepted(site: Site) -> None:
    one = await site.proposal("brandt", "occupation", "Of counsel")
    other = await site.proposal("brandt", "occupation", "Arbitrator")
    claire = await site.visitor("claire")
    assert (await claire.post(f"/artifacts/{one.id}/decide", {"status": "accepted"})).status_code == 303
    answer = await claire.post(f"/artifacts/{other.id}/decide", {"status": "accepted"})
    assert answer.status_code == 409
    from acceptance.pages.test_access import text

    assert "Not accepted. This was set aside before: another proposal for its field was accepted." in text(answer)
    assert f'<a href="/artifacts/{one.id}">another proposal</a> for this field was accepted' in answer.text


async def test_sending_a_decision_twice_decides_once(site: Site) -> None:
    artifact = await site.proposal("brandt", "dependants", 1)
    claire = await site.visitor("claire")
    for _ in range(2):
        answer = await claire.post(f"/artifacts/{artifact.id}/decide", {"status": "accepted"})
        assert answer.status_code == 303
    events = await site.database.fetchval("select count(*) from event where artifact_id = $1", artifact.id)
    assert events == 2


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"status": "banana"}, 422, "Not decided. Invalid status."),
        ({"status": ""}, 422, "Not decided. Invalid status."),
        ({"status": "pending"}, 422, "Not decided. Pending is where an artifact starts; nobody decides it."),
        ({"status": "accepted", "expectedCurrentValue": "{"}, 400, "Not accepted. The form cannot be read."),
        ({"status": "rejected", "reason": "other", "remark": "x" * 2000}, 422, "Not rejected. A reason has at most"),
    ],
)  # fmt: skip
async def test_a_form_that_was_tampered_with(site: Site, form: dict[str, str], status: int, sentence: str) -> None:
    from acceptance.pages.test_access import text

    artifact, before = await site.pending("brandt", "riskAppetite"), await site.everything()
    answer = await (await site.visitor("claire")).post(f"/artifacts/{artifact}/decide", form)
    assert answer.status_code == status
    assert sentence in text(answer)
    assert form.get("remark", "") in answer.text
    assert await site.everything() == before


async def test_a_note_that_is_not_taken_stays_in_the_form(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    before = await site.everything()
    await page.goto("/read")
    await page.evaluate(LET_THROUGH)
    await page.get_by_label("Note", exact=True).fill("Some words.")
    await page.get_by_label("Title").fill("A title")
    await page.get_by_role("button", name="Read the note").click()
    await says_beside(page.get_by_label("Customer", exact=True), "Choose whom the note is about.")
    await expect(page.get_by_label("Note", exact=True)).to_have_value("Some words.")
    await expect(page.get_by_label("Title")).to_have_value("A title")

    await page.get_by_label("Customer", exact=True).select_option("brandt")
    await page.evaluate(LET_THROUGH)
    await page.get_by_label("Note", exact=True).fill(" ")
    await page.get_by_role("button", name="Read the note").click()
    await says_beside(page.get_by_label("Note", exact=True), "The note is empty.")
    await expect(page.get_by_label("Customer", exact=True)).to_have_value("brandt")

    await page.get_by_label("Note", exact=True).fill("The weather was good, and she would perhaps move one day.")
    await page.get_by_role("button", name="Read the note").click()
    await expect(page.locator(".notice p, #toast p")).to_contain_text(
        "Nothing to propose from this note, so it was not stored."
    )
    await expect(page.get_by_label("Note", exact=True)).to_have_value(re.compile("^The weather was good"))
    assert await site.everything() == before


async def test_a_day_that_is_none_and_a_note_too_long(site: Site) -> None:
    claire = await site.visitor("claire")
    answer = await claire.post("/customers/brandt/read", {"text": "Some words.", "occurredAt": "2026-13-40"})
    assert answer.status_code == 422
    assert re.search(r'id="occurredAt-err">.*?</svg>[^<]*2026-13-40', answer.text, re.S)
    answer = await claire.post("/customers/brandt/read", {"text": "word " * 100_001})
    assert answer.status_code == 422
    assert "A note has at most 500,000 characters." in answer.text


async def test_a_new_customer_needs_a_name_and_an_rm_who_is_there(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("ines")).page
    await page.goto("/customers/new")
    await page.evaluate(LET_THROUGH)
    await page.get_by_label("Full name").fill("  ")
    suggested = "Jonas Reber, jonas.reber@placet.example"
    rm = page.get_by_label("Relationship manager")
    listed = await rm.evaluate("e => [...e.list.options].map(o => o.value)")
    assert suggested in listed
    assert not any("Vautier" in each or "Quarrie" in each for each in listed), "RMs only"
    await rm.fill(suggested)
    await page.get_by_role("button", name="Add the customer").click()
    await says_beside(page.get_by_label("Full name"), "A name has 1 to 200 printable characters.")
    await expect(rm).to_have_value(suggested)

    await page.evaluate(LET_THROUGH)
    await page.get_by_label("Full name").fill("Nora Ekdal")
    await rm.fill("Tobias Quarrie")
    await page.get_by_role("button", name="Add the customer").click()
    await says_beside(rm, "No RM has the name or address 'Tobias Quarrie'.")
    await expect(rm).to_have_value("Tobias Quarrie")
    await expect(page.get_by_label("Full name")).to_have_value("Nora Ekdal")

    await rm.fill(suggested)
    await page.get_by_role("button", name="Add the customer").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nora Ekdal")
    assert await site.database.fetchval("select rm_id from customer where name = 'Nora Ekdal'") == "jonas"
    await expect(page.locator(".notice p, #toast p")).to_have_text(
        "Nora Ekdal is added. Their profile is empty so far."
    )
