"""What people do by hand: sign as second, undo, take a proposal back, change a field; and who may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import JUST_NOW, Site, item
from acceptance.pages.test_access import is_page, text
from acceptance.pages.test_triage import Held
from placet.customers import teams
from placet.identity.principal import SYSTEM


@pytest.fixture(scope="module", autouse=True)
async def cosigner(site: Site) -> None:
    """Jonas co-signs for Claire's customer."""
    await teams.set_customer_member(site.database, SYSTEM, "lund", "jonas", "cosign")  # type: ignore[arg-type]


# ── two signatures ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_second_signature_decides(site: Site, window: Callable[..., Any]) -> None:
    artifact = (await site.proposal("lund", "taxResidency", "Sweden")).id
    claire: Page = (await window("claire")).page
    await claire.goto(f"/artifacts/{artifact}")
    await expect(claire.locator(".card .flag", has_text="Two signatures")).to_be_visible()
    await claire.get_by_role("button", name="Accept", exact=True).click()
    await claire.locator("#toast").wait_for()
    await claire.goto(f"/artifacts/{artifact}")
    await expect(claire.locator(".card")).to_contain_text(re.compile(f"You signed, {JUST_NOW}; a co-signer decides\\."))
    await expect(claire.get_by_role("button", name="Accept", exact=True)).to_have_count(0)

    jonas: Page = (await window("jonas")).page
    await jonas.goto(f"/artifacts/{artifact}")
    card = jonas.locator(".card")
    await expect(card.locator(".flag", has_text="Second signature missing")).to_be_visible()
    await expect(card).to_contain_text(re.compile(f"Second signature missing: signed by Claire Amiel, {JUST_NOW}\\."))
    assert [(await b.inner_text()).split("\n")[0] for b in await card.locator(".acts.pane.read .btn").all()] == [
        "Sign as second",
        "Reject",
    ]
    await card.get_by_role("button", name="Sign as second").click()
    await expect(jonas.locator(".notice p, #toast p")).to_have_text("Tax residency is now Sweden.")
    assert await site.status(artifact) == "accepted"
    assert await site.value("lund", "taxResidency") == "Sweden"


async def test_what_was_saved_is_said_until_something_else_is(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/profile/occupation")
    await page.get_by_label("Occupation").fill("Falconer")
    await page.keyboard.press("Enter")
    notice = page.locator(".notice")
    await expect(notice.locator("p")).to_have_text("Occupation is now Falconer.")
    await expect(page.locator("html")).to_have_attribute("data-live", "on")
    new = await site.proposal("lund", "interests", ["Bees"])
    await expect(page.locator(f"#a-{new.id}")).to_be_visible()  # the page was made anew
    await expect(notice.locator("p")).to_have_text("Occupation is now Falconer.")
    await page.locator(f"#a-{new.id}").get_by_role("link", name="Review Personal interests", exact=True).click()
    await expect(notice).to_have_count(1)
    await page.locator(f"#a-{new.id}").get_by_role("button", name="Accept").click()
    await expect(page.locator("#toast p")).to_contain_text("Bees")
    await expect(notice).to_have_count(0)


async def test_the_second_signature_is_on_the_value_that_was_shown(site: Site, window: Callable[..., Any]) -> None:
    artifact = (await site.proposal("lund", "taxResidency", "Iceland")).id
    claire = await site.visitor("claire")
    edit = {"status": "edited", "value.taxResidency": "Denmark"}
    assert (await claire.post(f"/artifacts/{artifact}/decide", edit)).status_code == 303
    jonas: Page = (await window("jonas")).page
    await jonas.goto(f"/artifacts/{artifact}")
    await expect(jonas.locator(".card")).to_contain_text(
        re.compile(f"signed by Claire Amiel with a change, Denmark, {JUST_NOW}\\.")
    )
    held = await Held().start(jonas)
    await jonas.get_by_role("button", name="Sign Denmark as second").click()
    await claire.post(f"/artifacts/{artifact}/decide", {**edit, "value.taxResidency": "Finland"})
    held.go.set()
    await expect(jonas.get_by_role("alert")).to_contain_text("Claire Amiel signed another value.")
    assert await site.status(artifact) == "pending"
    await jonas.get_by_role("button", name="Sign Finland as second").click()
    await expect(jonas.locator(".notice p, #toast p")).to_have_text("Tax residency is now Finland.")


async def test_what_is_to_be_signed_is_what_is_shown_wherever_it_waits(site: Site, window: Callable[..., Any]) -> None:
    """Claire signs another value than the agent proposed: everything that Jonas sees before he signs names hers."""
    quoted = "We live in Lisbon now and pay our taxes there."
    read = await site.propose(
        "lund",
        item("taxResidency", "Portugal", source_text=quoted),
        item("employer", "Lisbon Works", source_text=quoted),
        source=site.note("Call with Lund", quoted),
    )
    artifact, source = read.artifacts[0], read.artifacts[0].source_id
    await (await site.visitor("claire")).post(
        f"/artifacts/{artifact.id}/decide", {"status": "edited", "value.taxResidency": "Spain"}
    )
    jonas: Page = (await window("jonas")).page
    for place in ("/inbox", f"/batches/{artifact.batch_id}", f"/sources/{source}", "/customers/lund"):
        await jonas.goto(f"{place}?open={artifact.id}")
        card = jonas.locator(f"#a-{artifact.id}")
        await expect(card.locator(".row .val ins")).to_have_text("Spain")
        await expect(card.locator(".row .val")).to_contain_text("the agent proposed Portugal")
        await expect(card.locator("dt", has_text="To sign")).to_be_visible()
        await expect(card.locator("dd", has_text="Spain the agent proposed Portugal")).to_be_visible()
        await expect(card.locator("dt", has_text="Proposed").filter(has_not_text="by")).to_have_count(0)
    await jonas.goto("/customers/lund/profile")
    beside = jonas.locator(f"#a-{artifact.id}")
    await expect(beside.locator(".val ins")).to_have_text("Spain")
    await expect(beside).to_contain_text("the agent proposed Portugal")
    await jonas.goto(f"/artifacts/{artifact.id}")
    await jonas.get_by_role("button", name="Sign Spain as second").click()
    await expect(jonas.locator(".notice p, #toast p")).to_have_text("Tax residency is now Spain.")


async def test_what_was_signed_over_a_newer_value_is_signed_as_second(site: Site, window: Callable[..., Any]) -> None:
    artifact = (await site.proposal("lund", "taxResidency", "Estonia")).id
    await site.database.execute(
        "update profile_value set value = '\"Latvia\"', version = version + 1"
        " where customer_id = 'lund' and field = 'taxResidency'"
    )
    claire = await site.visitor("claire")
    over = {"status": "edited", "value.taxResidency": "Lithuania", "expectedCurrentValue": '"Latvia"'}
    assert (await claire.post(f"/artifacts/{artifact}/decide", over)).status_code == 303
    said = text(await claire.get(f"/artifacts/{artifact}"))
    assert "You signed with a change, Lithuania" in said
    assert "Accept over newer value" not in said, "it is signed already"
    jonas: Page = (await window("jonas")).page
    await jonas.goto(f"/artifacts/{artifact}")
    card = jonas.locator(".card")
    await expect(card.locator(".three dd").last).to_have_text("Lithuania the agent proposed Estonia")
    await card.get_by_role("link", name="Accept over newer value").click()
    await expect(card.get_by_text("Replace Latvia with Lithuania?")).to_be_visible()
    await card.get_by_role("button", name="Replace the newer value").click()
    await expect(jonas.locator(".notice p, #toast p")).to_have_text("Tax residency is now Lithuania.")


async def test_editing_again_begins_with_what_was_signed(site: Site) -> None:
    artifact = (await site.proposal("lund", "taxResidency", "Greece")).id
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{artifact}/decide", {"status": "edited", "value.taxResidency": "Cyprus"})
    page = (await claire.get(f"/artifacts/{artifact}")).text
    control = page.partition('name="value.taxResidency"')[2].partition("</select>")[0]
    assert re.findall(r"<option[^>]* selected>([^<]+)", control) == ["Cyprus"]
    await claire.post(f"/artifacts/{artifact}/decide", {"status": "rejected"})


async def test_a_rejected_one_says_what_was_proposed_and_not_what_was_signed_once(site: Site) -> None:
    artifact = (await site.proposal("lund", "taxResidency", "Malta")).id
    claire, jonas = await site.visitor("claire"), await site.visitor("jonas")
    await claire.post(f"/artifacts/{artifact}/decide", {"status": "edited", "value.taxResidency": "Cyprus"})
    assert "Sign Cyprus as second" in text(await jonas.get(f"/artifacts/{artifact}"))
    await jonas.post(f"/artifacts/{artifact}/decide", {"status": "rejected"})
    said = text(await jonas.get(f"/artifacts/{artifact}"))
    assert "Malta" in said
    assert "the agent proposed" not in said


# ── undo and withdraw ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_undoing_in_the_history_is_an_entry_of_its_own(site: Site, window: Callable[..., Any]) -> None:
    before = await site.value("lund", "occupation")
    artifact = (await site.proposal("lund", "occupation", "Beekeeper")).id
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{artifact}/decide", {"status": "accepted"})
    page: Page = (await window("claire")).page
    await page.goto("/history")
    row = page.locator(".past-row", has_text="Beekeeper")
    await row.locator(".fld").focus()
    await page.keyboard.press("z")
    await expect(page).to_have_url(re.compile(r"/history$"))
    await expect(page.locator(".notice p, #toast p")).to_contain_text("Undone: Occupation")
    assert await site.value("lund", "occupation") == before
    await page.locator(".notice").get_by_role("link", name="See the entry").click()
    await page.get_by_role("complementary").get_by_role("link", name=artifact).click()
    await expect(page).to_have_url(re.compile(f"/artifacts/{artifact}$"))
    await expect(page.get_by_role("button", name="Undo", exact=True)).to_have_count(0)
    again = await claire.post(f"/artifacts/{artifact}/revert")
    claire.cookies |= dict(again.cookies)
    said = text(await claire.get(f"/artifacts/{artifact}"))
    assert "Not undone. The field was changed again since; there is a newer value." in said


async def test_a_rejection_is_taken_back_with_a_reason(site: Site, window: Callable[..., Any]) -> None:
    artifact = (await site.proposal("lund", "employer", "Lund & Daughter")).id
    await (await site.visitor("claire")).post(f"/artifacts/{artifact}/decide", {"status": "rejected"})
    page: Page = (await window("claire")).page
    await page.goto(f"/artifacts/{artifact}")
    await page.get_by_label("Your reason, if you like").fill("She called again")
    await page.get_by_role("button", name="Undo with this reason").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text(
        "Undone: Employer or business waits for a decision again."
    )
    assert await site.status(artifact) == "rejected"
    assert await site.status(await site.pending("lund", "employer")) == "pending"


async def test_an_admin_withdraws(site: Site, window: Callable[..., Any]) -> None:
    artifact = (await site.proposal("lund", "interests", ["Chess"])).id
    page: Page = (await window("ines")).page
    await page.goto(f"/artifacts/{artifact}")
    await page.get_by_label("Your reason, if you like").fill("Sent by mistake")
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.locator(".notice p, #toast p")).to_contain_text("is withdrawn. The profile stays as it was.")
    assert await site.status(artifact) == "withdrawn"
    await expect(page.locator("main")).to_contain_text("Sent by mistake")


# ── changing a field ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_field_is_changed_by_hand(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/profile")
    await page.get_by_role("link", name="Change Best time to contact").click()
    await page.locator("#value").fill("Evenings")
    await page.get_by_role("button", name="Change", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/customers/lund/profile$"))
    await expect(page.locator(".notice p, #toast p")).to_have_text("Best time to contact is now Evenings.")
    assert await site.value("lund", "contactWindow") == "Evenings"


async def test_what_a_change_by_hand_sets_aside_is_said_before(site: Site, window: Callable[..., Any]) -> None:
    waiting = (await site.proposal("lund", "addressCity", "Molde")).id
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/profile/addressCity")
    said = page.locator("form", has=page.locator("#value")).locator("p", has_text="for this field")
    await expect(said).to_have_text("A proposal waits for this field: Molde. Changing it sets that aside.")
    await expect(said.get_by_role("link", name="Molde")).to_have_attribute("href", f"/artifacts/{waiting}")
    await site.proposal("lund", "addressCity", "Narvik")
    await page.goto("/customers/lund/profile/addressCity")
    await expect(said).to_have_text("2 proposals wait for this field: Narvik, Molde. Changing it sets them aside.")
    await page.locator("#value").fill("Voss")
    await page.get_by_role("button", name="Change", exact=True).click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("City of residence is now Voss.")
    assert await site.status(waiting) == "superseded"
    await page.goto("/customers/lund/profile/addressCity")
    await expect(page.locator("#value")).to_have_value("Voss")
    await expect(said).to_have_count(0)


async def test_an_emptied_control_says_that_it_clears_the_value(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/profile/email")
    said, usual = (
        page.locator("main").get_by_text("This clears Email."),
        page.get_by_role("button", name="Change", exact=True),
    )
    clear = page.get_by_role("button", name="Clear the value")
    await expect(usual).to_be_visible()
    await expect(said).to_be_hidden()
    had = await page.locator("#value").input_value()
    await page.locator("#value").fill("")
    await expect(said).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text("This clears Email.")
    await expect(usual).to_have_count(0)
    await page.locator("#value").fill(had)
    await expect(said).to_be_hidden()
    await expect(clear).to_have_count(0)

    artifact = (await site.proposal("lund", "email", "lund@fjord.example")).id
    await page.goto(f"/inbox?open={artifact}&do=edit")
    card = page.locator(f"#a-{artifact}")
    await expect(card.get_by_role("button", name="Accept with this change")).to_be_visible()
    await card.get_by_role("textbox", name="Email").fill("")
    await expect(said).to_be_visible()
    await expect(card.get_by_role("button", name="Accept with this change")).to_have_count(0)
    arrived = (await site.proposal("lund", "liquidityNeeds", "high")).id
    await expect(page.locator(f"#a-{arrived}")).to_be_visible()
    await expect(said).to_be_visible()
    await card.get_by_role("button", name="Clear the value").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("Email is now not recorded.")


async def test_a_proposal_to_clear_a_value_says_so_in_its_edit_without_scripts_too(
    site: Site, window: Callable[..., Any]
) -> None:
    artifact = (await site.proposal("lund", "phone", None)).id
    page: Page = (await window("claire", java_script_enabled=False)).page
    await page.goto(f"/inbox?open={artifact}&do=edit")
    card = page.locator(f"#a-{artifact}")
    await expect(card.get_by_text("This clears Mobile phone.")).to_be_visible()
    await expect(card.get_by_role("button", name="Clear the value")).to_be_visible()


async def test_spaces_clear_too_and_what_was_nothing_is_not_cleared(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/profile/investmentGoals")
    await page.locator("#value").fill(" ")
    await expect(page.get_by_role("button", name="Clear the value")).to_be_visible()
    await page.goto("/customers/lund/profile/relationshipNotes")
    await page.locator("#value").fill(" ")
    await expect(page.get_by_role("button", name="Change", exact=True)).to_be_visible()


async def test_of_a_restricted_one_only_that_it_waits_is_said(site: Site) -> None:
    await site.proposal("lund", "dateOfBirth", "1961-03-04")
    said = text(await (await site.visitor("claire")).get("/customers/lund/profile/dateOfBirth")).replace(" .", ".")
    assert "A proposal waits for this field: a restricted value. Changing it sets that aside." in said
    assert "1961" not in said.partition("A proposal waits")[2]


async def test_what_entering_words_of_a_note_sets_aside_is_said_before(site: Site) -> None:
    note = site.note("Call", "I am a harbour pilot. I live by the sea.")
    read = await site.propose("lund", item("relationshipNotes", "Pilot", source_text="harbour pilot"), source=note)
    mark = f"/sources/{read.artifacts[0].source_id}/mark?quote=harbour%20pilot&field=relationshipNotes"
    said = text(await (await site.visitor("claire")).get(mark)).replace(" .", ".")
    assert "A proposal waits for this field: Pilot. Entering it sets that aside." in said


async def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(
    site: Site, window: Callable[..., Any]
) -> None:
    page: Page = (await window("claire")).page
    await page.goto("/customers/lund/profile/sourceOfWealth")
    await page.evaluate("document.querySelector('main form').noValidate = true")
    await page.locator("#value").fill("Sale of the practice")
    await page.get_by_role("button", name="Change", exact=True).click()
    reason = page.get_by_label("Your reason")
    await expect(reason).to_be_focused()
    await expect(reason).to_have_accessible_description(re.compile("Source of wealth needs a reason"))
    await expect(page.locator("#value")).to_have_value("Sale of the practice")
    await reason.fill("In her own words.")
    await site.propose("lund", item("sourceOfWealth", "Savings"))
    taken = await site.pending("lund", "sourceOfWealth")
    over = {"status": "accepted", "reason": "Said so", "expectedCurrentValue": "null"}
    assert (await (await site.visitor("claire")).post(f"/artifacts/{taken}/decide", over)).status_code == 303
    await page.get_by_role("button", name="Change", exact=True).click()
    await expect(page.locator("#value")).to_have_accessible_description(re.compile("changed since you looked"))
    await expect(page.locator(".sheet-form")).to_contain_text("Now Savings")
    await page.get_by_role("button", name="Change", exact=True).click()
    assert await site.value("lund", "sourceOfWealth") == "Sale of the practice"


# ── who may not ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_may_do_none_of_it(site: Site) -> None:
    """The RM may; another RM finds nothing there, and an auditor, an admin and a co-signer are told whose it is."""
    waiting = (await site.proposal("lund", "dependants", 3)).id
    decided = (await site.proposal("lund", "contactWindow", "Never")).id
    await (await site.visitor("claire")).post(f"/artifacts/{decided}/decide", {"status": "rejected"})
    before = await site.everything()
    forms = {
        f"/artifacts/{decided}/revert": {},
        "/customers/lund/profile/dependants": {"value.dependants": "5", "version": ""},
    }
    for user, status in (("priya", 404), ("tobias", 403), ("ines", 403), ("jonas", 403)):
        visitor = await site.visitor(user)
        for path, form in forms.items():
            assert (await visitor.post(path, form)).status_code == status, (user, path)
        assert (await visitor.get("/customers/lund/profile/dependants")).status_code == status, user
        if user != "ines":
            assert (await visitor.post(f"/artifacts/{waiting}/withdraw")).status_code == status, user
    claire = await site.visitor("claire")
    for path, form in forms.items():
        assert (await claire.post(path, {**form, "csrf": "made-up"})).status_code == 403, path
    assert is_page(await claire.get("/customers/lund/profile/shoeSize"), 404, "Field not found.")
    assert await site.everything() == before
