"""Every page as it is served: accessible, never too wide, silent in the console, one heading, one solid button."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from acceptance.pages.conftest import Site, Window, item, open_context
from acceptance.web.looking import walk
from intercept import intercept
from placet.customers import delegations, teams
from placet.identity import tokens
from placet.identity.principal import SYSTEM, Principal

SOLID = """() => [...document.querySelectorAll("main .btn.pri")].filter(e => e.checkVisibility())
  .map(e => e.textContent.trim())"""
NOTE = "On the phone. Her new e-mail is tamsin.o@mail.example, she said. Perhaps a child one day."
LEFT = {"fieldKey": "dependants", "value": 1, "sourceText": "Perhaps a child", "reason": "hypothetical"}

Show = Callable[[Page, Site], Awaitable[Any]]


def at(path: str) -> Show:
    """A page that needs nothing but its address."""

    async def show(page: Page, site: Site) -> None:
        await page.goto(path)

    return show


def card(field: str, do: str | None = None, *, customer: str = "brandt", where: str = "/inbox") -> Show:
    """A list with the card of a field open, and with one of its forms."""

    async def show(page: Page, site: Site) -> None:
        which = await site.pending(customer, field)
        await page.goto(f"{where}?open={which}{f'&do={do}' if do else ''}#a-{which}")

    return show


async def noted(site: Site) -> tuple[str, str, list[str]]:
    """A note, its batch and its proposals: one found word for word, one not; something else was left out."""
    query = "select id from artifact where created_by_id = 'test-reader' order by seq"
    if not await site.database.fetchval(query):
        await site.propose(
            "osei-marlow",
            item(
                "email",
                "tamsin.o@mail.example",
                source_text="Her new e-mail is tamsin.o@mail.example",
                confidence="high",
            ),
            item("employer", "Bureau Nine", source_text="she joined Bureau Nine", confidence="low", why="A name."),
            source=site.note("Telephone", NOTE),
            not_proposed=[LEFT],
        )
    batch = await site.database.fetchrow("select id, source_id from batch where created_by_id = 'test-reader'")
    return batch["source_id"], batch["id"], [row["id"] for row in await site.database.fetch(query)]


async def source_page(page: Page, site: Site) -> None:
    source, _, artifacts = await noted(site)
    await page.goto(f"/sources/{source}?open={artifacts[0]}")


async def batch_page(page: Page, site: Site) -> None:
    _, batch, artifacts = await noted(site)
    await page.goto(f"/batches/{batch}?open={artifacts[1]}")


async def mark_words(page: Page, site: Site) -> None:
    source, _, _ = await noted(site)
    await page.goto(f"/sources/{source}/mark")


async def mark_value(page: Page, site: Site) -> None:
    source, _, _ = await noted(site)
    await page.goto(f"/sources/{source}/mark?quote=Perhaps+a+child&field=dependants")
    await page.get_by_label("The words").fill("Surely a child")
    await page.get_by_role("button", name="Propose it").click()
    await page.locator(".err").wait_for()


async def only_one(page: Page, site: Site) -> None:
    """The inbox with one proposal, which has no rival."""
    claire = await site.visitor("claire")
    waiting = "select id from artifact where customer_id = 'lund' and field = 'preferredName' and status = 'pending'"
    for each in await site.database.fetch(waiting):
        await claire.post(f"/artifacts/{each['id']}/decide", {"status": "rejected"})
    name = f"Grete {datetime.now(UTC):%f}"
    await site.propose("lund", item("preferredName", name, source_text=name), source=site.note("Call", f"I am {name}."))
    await page.goto("/inbox?customer=lund&field=preferredName")


async def just_decided(page: Page, site: Site) -> None:
    await only_one(page, site)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await page.locator("#toast .btn").wait_for()


async def refused(page: Page, site: Site) -> None:
    await only_one(page, site)
    await intercept(page, "**/decide", lambda route: route.abort())
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await page.locator(".item .refusal").wait_for()


async def palette(page: Page, site: Site) -> None:
    await page.goto("/inbox")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("bra")
    await page.locator("#palette").get_by_role("option", name="Helene Brandt").wait_for()


async def keys_help(page: Page, site: Site) -> None:
    await page.goto("/inbox")
    await page.keyboard.press("?")
    await page.locator("#keys-help").wait_for()


async def artifact_pending(page: Page, site: Site) -> None:
    await page.goto(f"/artifacts/{await site.pending('brandt', 'riskAppetite')}")


async def artifact_decided(page: Page, site: Site) -> None:
    which = await site.database.fetchval("select id from artifact where status = 'edited' and customer_id = 'lund'")
    await page.goto(f"/artifacts/{which}")


async def artifact_undone(page: Page, site: Site) -> None:
    which = (await site.proposal("brandt", "preferredName", "Leni")).id
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{which}/decide", {"status": "accepted"})
    await claire.post("/decisions/revert", {"artifact": which})
    await page.goto(f"/artifacts/{which}")
    await page.get_by_role("link", name="an entry of its own").first.wait_for()


async def artifact_proven(page: Page, site: Site) -> None:
    await site.seal()
    await artifact_decided(page, site)
    await page.get_by_role("heading", name="Verified", exact=True).wait_for()


async def sent(site: Site) -> str:
    """An artifact with a dead delivery of two attempts, and one that waits for a rule that is off."""
    which = await site.database.fetchval("select id from artifact where status = 'accepted' and customer_id = 'lund'")
    await site.database.execute(
        "insert into trigger_rule (id, trigger, kinds, config, created_by, disabled_at, disabled_why) values "
        "('crm', 'webhook', '{artifact.accepted}', '{\"url\": \"https://crm.placet.example/hooks/4f9a8c2b1d/approved\"}', 'Ines', "
        "now(), 'Answered 410: it wants nothing more.') on conflict do nothing"
    )
    await site.database.execute(
        "insert into delivery (id, event_id, artifact_id, customer_id, topic, kind, trigger, rule_id, status, attempts, said) "
        "select 'd' || n, 'e', $1, 'lund', 'artifact.accepted', 'profile_edit.accepted', 'webhook', 'crm', s, 2, 'Answered 500.' "
        "from unnest(array['dead', 'promised']) with ordinality as u (s, n) on conflict do nothing",
        which,
    )
    await site.database.execute(
        "insert into delivery_attempt (delivery_id, n, started_at, outcome, said) "
        "select 'd1', n, now(), 'retry', 'Answered 500.' from generate_series(1, 2) n on conflict do nothing"
    )
    return str(which)


async def delivered(page: Page, site: Site) -> None:
    await sent(site)
    await page.goto("/admin/deliveries")


async def artifact_delivered(page: Page, site: Site) -> None:
    await page.goto(f"/artifacts/{await sent(site)}")
    await page.get_by_text("Each attempt").click()


async def read_nothing(page: Page, site: Site) -> None:
    await page.goto("/customers/brandt/read")
    await page.get_by_label("Note", exact=True).fill("Nothing of note. Good weather.")
    await page.get_by_role("button", name="Read the note").click()
    await page.locator(".notice").wait_for()


async def read_refused(page: Page, site: Site) -> None:
    await page.goto("/read")
    await page.evaluate("document.querySelector('main form').noValidate = true")
    await page.get_by_role("button", name="Read the note").click()
    await page.locator(".err").wait_for()


async def wrong_password(page: Page, site: Site) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("E-mail").fill("nobody@placet.example")
    await page.get_by_label("Password").fill("guess")
    await page.get_by_role("button", name="Sign in").click()
    await page.locator(".refusal").wait_for()


async def password_refused(page: Page, site: Site) -> None:
    await page.goto("/settings")
    for label, text in (
        ("Your password now", "guess"),
        ("The new one", "a new password"),
        ("The new one again", "a new password"),
    ):
        await page.get_by_label(label, exact=True).fill(text)
    await page.get_by_role("button", name="Change the password").click()
    await page.locator("#current-err").wait_for()


async def delegated(page: Page, site: Site) -> None:
    until = datetime.now(UTC) + timedelta(days=9)
    await delegations.delegate(
        site.database,  # type: ignore[arg-type]
        Principal("rm", "claire", "Claire Amiel"),
        to_user="jonas",
        until_at=until,
        customer_ids=["lund"],
        reason="Skiing",
    )
    await page.goto("/settings/delegations")


async def delegation_refused(page: Page, site: Site) -> None:
    await page.goto("/settings/delegations")
    await page.get_by_label("For", exact=True).fill("Claire Amiel")
    await page.get_by_label("Colleague", exact=True).fill("Jonas Reber")
    await page.get_by_label("Last day").fill("2020-01-01")
    await page.get_by_role("button", name="Let them stand in").click()
    await page.locator(".err").wait_for()


async def second_signature(page: Page, site: Site) -> None:
    query = "select artifact_id from signature where user_id = 'claire' limit 1"
    if (which := await site.database.fetchval(query)) is None:
        await teams.set_customer_member(site.database, SYSTEM, "lund", "jonas", "cosign")  # type: ignore[arg-type]
        which = (await site.proposal("lund", "taxResidency", "Sweden", source_text="I live in Sweden now")).id
        await (await site.visitor("claire")).post(f"/artifacts/{which}/decide", {"status": "accepted"})
    await page.goto(f"/artifacts/{which}")


async def change_refused(page: Page, site: Site) -> None:
    await page.goto("/customers/brandt/profile/sourceOfWealth")
    await page.evaluate("document.querySelector('main form').noValidate = true")
    await page.locator("#value").fill("Sale of the practice")
    await page.get_by_role("button", name="Change").click()
    await page.locator(".err").wait_for()


async def session_asked(page: Page, site: Site) -> None:
    """A session with its questions out and a batch in its folder."""
    _, batch, artifacts = await noted(site)
    await page.goto(f"/customers/osei-marlow/session?batch={batch}&open={artifacts[0]}")
    await page.locator("#tab-chat").evaluate("tab => tab.click()")
    await page.get_by_label("Paste a note, or ask").fill("She told me that she moved to Lisbon, Portugal.")
    await page.get_by_role("button", name="Send").click()
    await page.locator(".asked form").wait_for()
    await page.locator("#log[aria-busy=false]").wait_for(state="attached")


async def person_added(page: Page, site: Site) -> None:
    await page.goto("/admin/users/new")
    await page.get_by_label("Full name").fill("Noor Haddad")
    await page.get_by_label("E-mail").fill(f"noor{datetime.now(UTC):%f}@new.example")
    await page.get_by_label("Role").select_option("rm")
    await page.get_by_role("button", name="Add the person").click()
    await page.get_by_label("One-time link").wait_for()


async def person_refused(page: Page, site: Site) -> None:
    await page.goto("/admin/users/new")
    await page.get_by_label("Full name").fill("Claire Amiel")
    await page.get_by_label("E-mail").fill("claire.amiel@placet.example")
    await page.get_by_label("Role").select_option("rm")
    await page.get_by_role("button", name="Add the person").click()
    await page.locator(".err").wait_for()


async def tokens_listed(page: Page, site: Site) -> None:
    await tokens.create(site.database, SYSTEM, agent_name="desk-reader", customers=["lund"], fields=["email"])  # type: ignore[arg-type]
    await tokens.create(site.database, SYSTEM, user_id="tobias", expires_at=datetime.now(UTC) + timedelta(days=9))  # type: ignore[arg-type]
    await page.goto("/admin/tokens")


async def token_rotated(page: Page, site: Site) -> None:
    which, _ = await tokens.create(site.database, SYSTEM, agent_name="crm-reader")  # type: ignore[arg-type]
    await page.goto(f"/admin/tokens/{which}/rotate")


async def token_refused(page: Page, site: Site) -> None:
    await page.goto("/admin/tokens/new")
    await page.get_by_label("The agent's name").fill("desk-reader")
    await page.locator("#customers").fill("Nobody of that name")
    await page.get_by_text("Only some fields").click()
    await page.get_by_label("Occupation").check()
    await page.get_by_role("button", name="Make the token").click()
    await page.locator(".err").wait_for()


async def customer_members(page: Page, site: Site) -> None:
    await teams.set_customer_member(site.database, SYSTEM, "rauscher", "priya", "cosign")  # type: ignore[arg-type]
    await page.goto("/admin/customers/rauscher")


async def no_teams(page: Page, site: Site) -> None:
    for team in await teams.list_teams(site.database, SYSTEM):  # type: ignore[arg-type]
        await teams.delete(site.database, SYSTEM, team.id)  # type: ignore[arg-type]
    await page.goto("/admin/teams")
    await page.get_by_text("There is no team yet.").wait_for()


async def team_page(page: Page, site: Site) -> None:
    found = await teams.list_teams(site.database, SYSTEM)  # type: ignore[arg-type]
    team = found[0] if found else await teams.create(site.database, SYSTEM, "Desk North")  # type: ignore[arg-type]
    await teams.set_member(site.database, SYSTEM, team.id, "priya", "see")  # type: ignore[arg-type]
    await page.goto(f"/admin/teams/{team.id}")


async def forbidden(page: Page, site: Site) -> None:
    await page.goto("/customers/new")


PAGES: dict[str, tuple[str | None, Show]] = {
    "styleguide": (None, at("/styleguide")),
    "sign-in": (None, at("/sign-in")),
    "sign-in-wrong": (None, wrong_password),
    "link": (None, at("/sign-in/link/used-before")),
    "inbox": ("claire", at("/inbox")),
    "inbox-nothing-matches": ("claire", at("/inbox?customer=lund&field=pep")),
    "history": ("claire", at("/history")),
    "customers": ("claire", at("/customers")),
    "customers-nobody": ("claire", at("/customers?q=nobody")),
    "new-customer": ("ines", at("/customers/new")),
    "admin": ("ines", at("/admin")),
    "admin-person-added": ("ines", person_added),
    "admin-person-refused": ("ines", person_refused),
    "admin-tokens": ("ines", tokens_listed),
    "admin-rotate-token": ("ines", token_rotated),
    "admin-new-token-refused": ("ines", token_refused),
    "admin-customers": ("ines", at("/admin/customers")),
    "admin-customer": ("ines", customer_members),
    "admin-teams-none": ("ines", no_teams),
    "admin-team": ("ines", team_page),
    "fields": ("claire", at("/fields")),
    "fields-admin": ("tobias", at("/fields")),
    "deliveries": ("ines", delivered),
    "artifact-delivered": ("ines", artifact_delivered),
    "overview": ("claire", at("/customers/brandt")),
    "overview-admin": ("ines", at("/customers/brandt")),
    "open-card": ("claire", card("riskAppetite")),
    "needs-reason": ("claire", card("sourceOfWealth")),
    "edit": ("claire", card("riskAppetite", "edit")),
    "reject": ("claire", card("riskAppetite", "reject")),
    "stale": ("jonas", card("riskAppetite", customer="rauscher", where="/customers/rauscher")),
    "stale-over": ("jonas", card("riskAppetite", "over", customer="rauscher", where="/customers/rauscher")),
    "profile": ("claire", at("/customers/lund/profile")),
    "profile-open": ("claire", card("liquidityNeeds", customer="lund", where="/customers/lund/profile")),
    "timeline": ("claire", at("/customers/brandt/timeline")),
    "as-of": ("claire", at("/customers/brandt/timeline?asOf=2026-11-20")),
    "sources": ("claire", at("/customers/brandt/sources")),
    "source": ("claire", source_page),
    "batch": ("claire", batch_page),
    "mark-words": ("claire", mark_words),
    "mark-value": ("claire", mark_value),
    "just-decided": ("claire", just_decided),
    "refused": ("claire", refused),
    "palette": ("claire", palette),
    "keys": ("claire", keys_help),
    "artifact-pending": ("claire", artifact_pending),
    "artifact-decided": ("claire", artifact_decided),
    "artifact-undone": ("claire", artifact_undone),
    "artifact-proven": ("claire", artifact_proven),
    "read": ("claire", at("/customers/brandt/read")),
    "read-nothing-found": ("claire", read_nothing),
    "read-refused": ("claire", read_refused),
    "delegations": ("claire", delegated),
    "delegations-refused": ("ines", delegation_refused),
    "insights": ("ines", at("/insights?days=0")),
    "cases": ("ines", at("/insights/cases?days=0&statuses=rejected")),
    "settings": ("claire", at("/settings")),
    "settings-wrong-password": ("claire", password_refused),
    "session": ("claire", at("/customers/lund/session")),
    "session-asked": ("claire", session_asked),
    "signed": ("claire", second_signature),
    "second-signature": ("jonas", second_signature),
    "withdraw": ("ines", artifact_pending),
    "change": ("claire", at("/customers/brandt/profile/riskAppetite")),
    "change-two-signatures": ("claire", at("/customers/brandt/profile/taxResidency")),
    "change-refused": ("claire", change_refused),
    "not-there": ("claire", at("/customers/rauscher")),
    "not-allowed": ("claire", forbidden),
}


@pytest.fixture(scope="module")
async def contexts() -> AsyncIterator[dict[str | None, BrowserContext]]:
    """The browsers of this module by user; what one has loaded it need not load again."""
    found: dict[str | None, BrowserContext] = {}
    yield found
    for context in found.values():
        await context.close()


@pytest.fixture
async def window(
    browser: Browser, site: Site, contexts: dict[str | None, BrowserContext]
) -> AsyncIterator[Callable[..., Any]]:
    """Opens a window in the browser of that user."""
    pages: list[Page] = []

    async def open_window(user: str | None) -> Window:
        if user not in contexts:
            contexts[user] = await open_context(browser, site, user)
        pages.append(await contexts[user].new_page())
        return Window(contexts[user], pages[-1])

    yield open_window
    for page in pages:
        await page.close()


FORM_IS_OPEN = (
    "mark",
    "read",
    "edit",
    "reject",
    "new-customer",
    "sign-in",
    "styleguide",
    "stale-over",
    "delegations",
    "change",
    "admin",
    "deliveries",
)


@pytest.mark.parametrize("name", PAGES)
async def test_a_page(site: Site, window: Callable[..., Any], axe: str, name: str) -> None:
    user, show = PAGES[name]
    opened = await window(user)
    page: Page = opened.page
    await show(page, site)
    assert await page.locator("h1").count() == 1
    solid = await page.evaluate(SOLID)
    assert len(solid) <= 1 or name.startswith(FORM_IS_OPEN), solid
    assert (found := await walk(page, axe)) == [], "\n".join(found)
    assert [line for line in opened.said if "status of 4" not in line and "ERR_FAILED" not in line] == []
