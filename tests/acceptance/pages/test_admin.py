"""What an admin looks after on pages: people, tokens, whose a customer is, teams. And that nobody else may."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from acceptance.pages.test_access import is_page, text
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM

SAID = ".notice p, #toast p"


async def person(site: Site, name: str, role: str = "rm") -> str:
    """Somebody new; their id."""
    mail = f"{quote(name).lower().replace('%', '').replace('/', '')}@new.example"
    made = await users.add(site.database, SYSTEM, name=name, email=mail, role=role)  # type: ignore[arg-type]
    return made.id


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_is_added_and_comes_in_by_the_link_shown_once(site: Site, window: Callable[..., Any]) -> None:
    opened = await window("ines")
    page: Page = opened.page
    await page.goto("/admin")
    await page.get_by_role("link", name="Add a person").click()
    await expect(page.get_by_label("Full name")).to_be_focused()
    await page.get_by_label("Full name").fill("Noor Haddad")
    await page.get_by_label("E-mail").fill("claire.amiel@placet.example")
    await page.get_by_label("Role").select_option("auditor")
    await page.get_by_role("button", name="Add the person").click()
    await expect(page.locator("#email-err")).to_have_text(
        "Somebody has the address claire.amiel@placet.example already."
    )
    await expect(page.get_by_label("E-mail")).to_be_focused()
    assert (await page.get_by_label("Full name").input_value(), await page.get_by_label("Role").input_value()) == (
        "Noor Haddad",
        "auditor",
    )
    await page.get_by_label("E-mail").fill("noor@new.example")
    await page.get_by_role("button", name="Add the person").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Noor Haddad is added")
    link = await page.get_by_label("One-time link").input_value()
    assert "/sign-in/link/" in link
    assert link.rpartition("/")[2] not in page.url
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy").click()
    await expect(page.locator("#status")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == link
    kept = await page.context.cookies(site.url.replace("http", "https"))
    assert not any(link.rpartition("/")[2] in cookie["value"] or "said" in cookie["name"] for cookie in kept)
    page = (await window()).page
    await page.goto("/sign-in/link/" + link.rpartition("/")[2])
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".side .me")).to_contain_text("Noor Haddad")
    assert [line for line in opened.said if "status of 4" not in line] == []


async def test_a_person_is_disabled_and_let_in_again_and_the_list_is_where_it_was(
    site: Site, window: Callable[..., Any]
) -> None:
    page: Page = (await window("ines", java_script_enabled=False)).page
    await page.goto("/admin")
    await expect(page.get_by_role("button", name="Disable Inès")).to_have_count(0)  # not oneself
    widths = "[...document.querySelectorAll('.pad, .notes')].map(e => e.clientWidth)"
    pad, listed = await page.evaluate(widths)
    assert listed > pad - 60, "the list has the width there is"
    lines = "[...document.querySelectorAll('.notes li')].map(e => e.clientHeight)"
    assert max(await page.evaluate(lines)) < 50, "at a desk a person is one line"
    columns = "[...document.querySelectorAll('.notes p > :nth-child(2)')].map(e => e.getBoundingClientRect().left)"
    assert len(set(await page.evaluate(columns))) == 1, "with the same columns for everybody"
    await page.get_by_label("Name or address").fill("jonas.reber@")
    await page.get_by_role("button", name="Search", exact=True).click()
    await expect(page.locator(".notes li")).to_have_count(1)
    await page.get_by_role("button", name="Disable Jonas").click()
    await expect(page.locator(SAID)).to_have_text("Jonas Reber is disabled.")
    assert page.url.endswith("/admin?q=jonas.reber%40")
    assert await site.database.fetchval("select disabled_at is not null from app_user where id = 'jonas'")
    await page.get_by_role("button", name="Enable Jonas").click()
    await expect(page.locator(SAID)).to_have_text("Jonas Reber may sign in again.")
    await page.goto("/admin?q=nobody-of-that-name")
    await expect(page.locator(".empty")).to_contain_text("Clear the search")


async def test_a_password_is_reset_to_a_link(site: Site) -> None:
    sam = await person(site, "Sam Ode")
    admin, theirs = await site.visitor("ines"), await site.visitor(sam)
    answer = await admin.post(f"/admin/users/{sam}/reset-password")
    assert is_page(answer, 200, "Sam Ode is signed out and has no password")
    secret = answer.text.partition("/sign-in/link/")[2].partition('"')[0]
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert (await theirs.get("/inbox")).status_code == 303, "the sign-in ended"
    assert (await (await site.visitor()).post(f"/sign-in/link/{secret}")).headers["location"] == "/inbox"
    await admin.post(f"/admin/users/{sam}/disable")
    answer = await admin.post(f"/admin/users/{sam}/reset-password")
    admin.cookies |= dict(answer.cookies)
    assert "Nothing was changed. Sam Ode is disabled and cannot sign in." in text(await admin.get("/admin"))


async def test_the_last_admin_stays(site: Site) -> None:
    admin = await site.visitor("ines")
    answer = await admin.post("/admin/users/ines/disable")
    admin.cookies |= dict(answer.cookies)
    sentence = "Nothing was changed. Inès Vautier-Holm is the last admin. Add or enable another one first."
    assert sentence in text(await admin.get("/admin"))


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_agents_token_is_made_within_its_bounds_rotated_and_shown_once(
    site: Site, window: Callable[..., Any]
) -> None:
    page: Page = (await window("ines", java_script_enabled=False)).page
    await page.goto("/admin/tokens")
    await page.get_by_role("link", name="Make a token").click()
    until = datetime.now(UTC).date() + timedelta(days=30)
    await page.get_by_label("The agent's name").fill("desk-reader")
    await page.locator("#customers").fill("Margrethe Lund\nBRANDT no such")
    await page.get_by_label("Items an hour").fill("250")
    await page.get_by_label("Last day").fill(until.isoformat())
    await page.get_by_text("Only some fields").click()
    await page.get_by_label("Occupation").check()
    await page.get_by_role("button", name="Make the token").click()
    await expect(page.locator("#customers-err")).to_have_text(
        "There is no customer with the id or name BRANDT no such."
    )
    await expect(page.get_by_label("Occupation")).to_be_checked()
    await page.locator("#customers").fill("margrethe lund\nbrandt")
    await page.get_by_role("button", name="Make the token").click()
    secret = await page.get_by_label("Token", exact=True).input_value()
    assert secret not in page.url
    row = await site.database.fetchrow("select * from api_token where agent = 'desk-reader'")
    assert (sorted(row["customers"]), row["fields"], row["hourly_quota"]) == (["brandt", "lund"], ["occupation"], 250)
    assert row["expires_at"].date() == until + timedelta(days=1), "the last day counts"
    nobody = await site.visitor()
    assert (await nobody.get("/api/me", authorization=f"Bearer {secret}")).json()["name"] == "desk-reader"
    await page.get_by_role("link", name="To the tokens").click()
    row = page.locator(".notes li", has_text="desk-reader")
    await expect(row).to_contain_text("Agent: 2 customers, 1 field, 250 an hour Made")
    await expect(row).to_contain_text(f"until {until.day} {until:%b %Y}")
    assert secret not in await page.content()
    await row.get_by_role("link", name="Rotate").click()
    await expect(page.get_by_label("The old one")).to_be_focused()
    await page.get_by_label("The old one").select_option(label="Works for 30 minutes more")
    await page.get_by_role("button", name="Rotate").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Another token for desk-reader")
    fresh = await page.get_by_label("Token", exact=True).input_value()
    for works in (secret, fresh):
        assert (await nobody.get("/api/me", authorization=f"Bearer {works}")).json()["name"] == "desk-reader"
    await page.get_by_role("link", name="To the tokens").click()
    await expect(row).to_have_count(2)
    bounds = "Agent: 2 customers, 1 field, 250 an hour Made"
    assert await row.filter(has_text=bounds).count() == 2, "the bounds went along"
    await row.nth(0).get_by_role("link", name="Rotate").click()
    await page.get_by_role("button", name="Rotate").click()  # the old one ends at once, unless told otherwise
    await page.get_by_role("link", name="To the tokens").click()
    await expect(row).to_have_count(2)
    for left in (1, 0):
        await row.nth(0).get_by_role("button", name="Revoke").click()
        await expect(page.locator(SAID)).to_have_text("The token no longer works.")
        await expect(row).to_have_count(left)
    for ended in (secret, fresh):
        assert (await nobody.get("/api/me", authorization=f"Bearer {ended}")).status_code == 401


async def test_a_persons_token_and_what_a_token_cannot_be(site: Site) -> None:
    admin, claire = await site.visitor("ines"), "claire.amiel@placet.example"
    before = await site.database.fetchval("select count(*) from api_token")
    wrong = (
        ({"for": "person", "email": "nobody@new.example"}, "email", "Nobody has this address."),
        ({"for": "person", "email": claire, "until": "2020-01-01"}, "until", "A token ends in the future."),
        ({"for": "person", "email": claire, "until": "soon"}, "until", "This is not a day."),
        ({"for": "agent", "agent": ""}, "agent", "An agent's name has 1 to 100 printable characters."),
        ({"for": "agent", "agent": "a", "quota": "many"}, "quota", "A quota is a whole number of items."),
        ({"for": "agent", "agent": "a", "quota": "0"}, "quota", "A quota is 1 to 1,000,000,000 items an hour."),
        ({"for": "agent", "agent": "a", "field": "none"}, "fields", "The profile has no field 'none'."),
    )
    for form, field, sentence in wrong:
        answer = await admin.post("/admin/tokens", form)
        assert is_page(answer, 422, sentence), form
        assert field == "fields" or f'id="{field}-err"' in answer.text, form
        assert field == "fields" or 'autofocus aria-invalid="true"' in answer.text
    assert await site.database.fetchval("select count(*) from api_token") == before
    assert is_page(await admin.post("/admin/tokens", {"for": "person", "email": claire}), 200, "acts for this person")
    assert await site.database.fetchval("select user_id from api_token order by created_at desc limit 1") == "claire"


async def test_what_is_gone_meanwhile_is_said_where_one_was(site: Site) -> None:
    ended, _ = await tokens.create(site.database, SYSTEM, agent_name="ended")  # type: ignore[arg-type]
    works, _ = await tokens.create(site.database, SYSTEM, agent_name="works")  # type: ignore[arg-type]
    await tokens.revoke(site.database, SYSTEM, ended)  # type: ignore[arg-type]
    gone = (
        ("users/no-such/disable", "/admin", "User not found"),
        ("users/no-such/reset-password", "/admin", "User not found"),
        ("tokens/no-such/revoke", "/admin/tokens", "Token not found"),
        (f"tokens/{ended}/rotate", "/admin/tokens", "This token no longer works. Create another one."),
        (f"tokens/{works}/rotate", "/admin/tokens", "A rotated token goes on for 0 minutes to 30 days."),
        ("teams/no-such/end", "/admin/teams", "Team not found"),
        ("deliveries/rules/no-such/disable", "/admin/deliveries", "Rule not found"),
    )
    admin = await site.visitor("ines")
    for path, back, sentence in gone:
        answer = await admin.post(f"/admin/{path}", {"keepForMinutes": "-5" if works in path else "0"})
        assert answer.headers["location"] == back, path
        admin.cookies |= dict(answer.cookies)
        assert f"Nothing was changed. {sentence}" in text(await admin.get(back)), path


# ── customers and teams ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_customer_is_attached_to_an_rm_found_among_many(site: Site, window: Callable[..., Any]) -> None:
    for n in range(12):
        await person(site, f"Aaron {n:02}")
    page: Page = (await window("ines", java_script_enabled=False)).page
    await page.goto("/admin/customers?q=brandt")
    await page.get_by_role("link", name="Helene Brandt", exact=True).click()
    await expect(page.get_by_role("heading", name="Attached to Claire Amiel")).to_be_visible()
    await expect(page.get_by_role("button", name="to Jonas Reber")).to_have_count(0)  # ten at a time
    await expect(page.locator("main")).to_contain_text("There are more.")
    await page.get_by_label("Name or address of an RM").fill("reber")
    await page.get_by_role("button", name="Search", exact=True).click()
    await page.get_by_role("button", name="to Jonas Reber").click()
    await expect(page.locator(SAID)).to_have_text(
        "Helene Brandt is attached to Jonas Reber. What is pending went along."
    )
    await expect(page.get_by_role("heading", name="Attached to Jonas Reber")).to_be_visible()
    assert await site.database.fetchval("select rm_id from customer where id = 'brandt'") == "jonas"
    await page.get_by_label("Name or address of an RM").fill("amiel")
    await page.get_by_role("button", name="Search", exact=True).click()
    await page.get_by_role("button", name="May co-sign too: Claire Amiel").click()
    await expect(page.locator(SAID)).to_have_text("Claire Amiel may see and co-sign for Helene Brandt.")
    await expect(page.locator(".notes").first).to_contain_text("Claire Amiel Sees and co-signs")
    await page.get_by_role("link", name="Make a token for them alone").click()
    await expect(page.locator("#customers")).to_have_value("brandt")
    await page.go_back()
    await page.get_by_role("button", name="Remove Claire").click()
    await expect(page.locator(SAID)).to_have_text("Claire Amiel is no longer named for this customer.")
    await expect(page.locator(".nothing")).to_contain_text("Nobody beside the RM")


async def test_a_team_is_made_filled_given_a_customer_and_ended(site: Site, window: Callable[..., Any]) -> None:
    opened = await window("ines")
    page: Page = opened.page
    await page.goto("/admin/teams")
    await expect(page.locator(".notes li")).to_have_text(re.compile(r"Iberia desk\s+2 people\s+3 customers"))
    await page.get_by_label("Name").fill("Desk North")
    await page.get_by_role("button", name="Make the team").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Desk North")
    await page.get_by_label("Name or address of an RM").fill("raman")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="May see them: Priya Raman").click()
    await expect(page.locator(SAID).first).to_have_text("Priya Raman may see the team's customers.")
    await expect(page.get_by_role("button", name="May see them: Priya Raman")).to_have_count(0)
    await page.get_by_role("button", name="May co-sign too: Priya Raman").click()
    await expect(page.locator(".notes").first).to_contain_text("Priya Raman Sees and co-signs")
    await page.get_by_label("Name", exact=True).fill(" ")
    await page.get_by_role("button", name="Rename").click()
    await expect(page.locator("#name-err")).to_have_text("A team's name has 1 to 100 printable characters.")
    await page.get_by_label("Name", exact=True).fill("Desk Nord")
    await page.get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Desk Nord")

    await page.goto("/admin/customers/rauscher")
    await page.get_by_label("Team").select_option(label="Desk Nord")
    await page.get_by_role("button", name="Save the team").click()
    await expect(page.locator(SAID).first).to_have_text("Desk Nord sees Ottilie Rauscher.")
    await expect(page.locator(".notes").first).to_contain_text("Sees and co-signs, by the team Desk Nord")
    assert (await (await site.visitor("priya")).get("/customers/rauscher")).status_code == 200

    await page.goto("/admin/teams")
    await expect(page.locator(".notes li", has_text="Desk Nord")).to_contain_text("1 person 1 customer")
    await page.get_by_role("link", name="Desk Nord").click()
    await page.get_by_text("End the team", exact=True).click()
    await page.get_by_role("button", name="End the team Desk Nord").click()
    await expect(page.locator(SAID).first).to_have_text("Desk Nord is no longer a team.")
    assert (await (await site.visitor("priya")).get("/customers/rauscher")).status_code == 404
    assert [line for line in opened.said if "status of 4" not in line] == []


# ── the fields, and who may what ─────────────────────────────────────────────────────────────────────────────────────


async def test_everybody_reads_the_fields(site: Site) -> None:
    for who in ("ines", "tobias", "claire"):
        answer = await (await site.visitor(who)).get("/fields")
        assert is_page(answer, 200, "Risk appetite riskAppetite One of, in this order: "), who
        assert "One signature, with a reason. Sensitivity" in text(answer)
        assert "<form" not in answer.text.partition("<main")[2].partition("</main>")[0]
        assert ("Tokens" in text(answer)) == (who == "ines")


PAGES = (
    "",
    "/users/new",
    "/tokens",
    "/tokens/new",
    "/tokens/any/rotate",
    "/customers",
    "/customers/lund",
    "/teams",
    "/teams/no-such",
)
FORMS = (
    "users", "users/jonas/disable", "users/jonas/enable", "users/jonas/reset-password", "tokens", "tokens/any/revoke",
    "tokens/any/rotate",
    "customers/lund/attach", "customers/lund/team", "customers/lund/members", "customers/lund/members/jonas/remove",
    "teams", "teams/any/rename", "teams/any/end", "teams/any/members", "teams/any/members/jonas/remove",
)  # fmt: skip
SENT = {
    "name": "Eve", "email": "eve@new.example", "role": "admin", "agent": "eve", "for": "agent", "userId": "jonas",
    "may": "see", "teamId": "",
}  # fmt: skip


async def test_a_long_list_goes_on(site: Site) -> None:
    for n in range(52):
        await person(site, f"Quill {n:02}")
    admin = await site.visitor("ines")
    first = await admin.get("/admin?q=quill")
    assert "Quill 49" in text(first)
    assert "Quill 50" not in text(first)
    onward = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert onward is not None
    second = await admin.get(html.unescape(onward[1]))
    assert "Quill 51" in text(second)
    assert "Quill 49" not in text(second)
    assert "51 to 52" in text(second)
    assert (await admin.get("/admin?cursor=not-ours")).status_code == 422


@pytest.mark.parametrize("who", ["claire", "tobias"])
async def test_nobody_else_does(site: Site, who: str) -> None:
    visitor, before = await site.visitor(who), await site.everything()
    held = await site.database.fetchval("select count(*) from api_token")
    for path in PAGES:
        assert (await visitor.get(f"/admin{path}")).status_code == 403, path
    for path in FORMS:
        assert (await visitor.post(f"/admin/{path}", SENT)).status_code == 403, path
    assert await site.everything() == before
    assert await site.database.fetchval("select count(*) from api_token") == held


async def test_a_form_from_elsewhere_or_a_link_does_nothing(site: Site) -> None:
    admin, other, before = await site.visitor("ines"), await site.visitor("claire"), await site.everything()
    for path in FORMS:
        assert is_page(await admin.post(f"/admin/{path}", {**SENT, "csrf": other.csrf}), 403, "403 Out of date"), path
        assert (await admin.get(f"/admin/{path}")).status_code in (200, 404, 405), path
    assert await site.everything() == before


async def test_names_that_try_something_are_text(site: Site, window: Callable[..., Any]) -> None:
    bad = "<img src=x onerror='window.ran = 1'>"
    who = await person(site, f"Zed {bad}")
    await tokens.create(site.database, SYSTEM, agent_name=bad)  # type: ignore[arg-type]
    opened = await window("ines")
    page: Page = opened.page
    await page.goto("/admin/teams")
    await page.get_by_label("Name").fill(f"Team {bad}")
    await page.get_by_role("button", name="Make the team").click()
    for path in (
        page.url + "?q=Zed",
        "/admin?q=Zed",
        "/admin/tokens?q=" + quote(bad),
        "/admin/teams",
        "/admin/customers/lund?q=Zed",
    ):
        await page.goto(path)
        assert await page.evaluate("window.ran") is None, path
        assert await page.locator("main img").count() == 0
        assert bad in await page.locator("main").inner_text(), path
    answer = await (await site.visitor("ines")).post(f"/admin/users/{who}/reset-password")
    assert "<img" not in answer.text
    assert opened.said == []
