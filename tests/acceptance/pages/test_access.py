"""Who may open which page and send which form, and that a forged request changes nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from acceptance.pages.conftest import Site, item
from placet.demo.loading import DEMO_PASSWORD
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM
from placet.identity.sign_in import masked

# What would send something: forms and what belongs to them, but for the filters of a list; and links to a form.
PRESSABLE = """() => [...document.querySelectorAll("main :is(form, button, input, [data-mode-to])")]
  .filter(e => !e.closest(".filters, [data-copy]")).map(e => e.outerHTML)"""
RAUSCHER = "riskAppetite"  # what waits for Jonas's customer; Claire is not to know that it exists


def text(answer: httpx.Response) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", "", answer.text)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def is_page(answer: httpx.Response, status: int, sentence: str) -> bool:
    """Whether this is a page for people that says that sentence."""
    return (
        answer.status_code == status
        and answer.headers["content-type"].startswith("text/html")
        and sentence in text(answer)
    )


async def of_jonas(site: Site) -> dict[str, str]:
    """The ids of what belongs to a customer of Jonas."""
    query = "select id as artifact, batch_id as batch, source_id as source from artifact where id = $1"
    return dict(await site.database.fetchrow(query, await site.pending("rauscher", RAUSCHER)))


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_belongs_to_another_rm_is_not_there(site: Site) -> None:
    claire, found = await site.visitor("claire"), await of_jonas(site)
    gone = {
        "/customers/rauscher": "Customer not found.",
        "/customers/rauscher/profile": "Customer not found.",
        "/customers/rauscher/timeline": "Customer not found.",
        "/customers/rauscher/sources": "Customer not found.",
        "/customers/rauscher/read": "Customer not found.",
        f"/artifacts/{found['artifact']}": "Artifact not found.",
        f"/sources/{found['source']}": "Source not found.",
        f"/batches/{found['batch']}": "Batch not found.",
        "/customers/nobody-at-all": "Customer not found.",
        "/artifacts/%00": "There is nothing at this address.",
        "/nothing/here": "There is nothing at this address.",
    }
    for path, sentence in gone.items():
        assert is_page(await claire.get(path), 404, f"404 Not here {sentence}"), path
    for path in ("/inbox", "/history"):  # a name of theirs narrows a list as one that nobody has, and is not looked up
        for name in ("rauscher", "Ottilie Rauscher", "nobody at all"):
            answer = await claire.get(f"{path}?customer={name.replace(' ', '+')}")
            assert is_page(answer, 200, f"No customer is called “{name}”. Clear the filter"), name
            assert f"open={found['artifact']}" not in answer.text
    for path in ("/inbox", "/customers", "/customers?q=Rauscher", "/history"):
        assert "Ottilie" not in (await claire.get(path)).text


async def test_nor_can_it_be_decided_or_read_into(site: Site) -> None:
    claire, found = await site.visitor("claire"), await of_jonas(site)
    before = await site.everything()
    forms: dict[str, dict[str, Any]] = {
        f"/artifacts/{found['artifact']}/decide": {"status": "accepted"},
        f"/batches/{found['batch']}/accept": {},
        f"/batches/{found['batch']}/reject": {},
        "/customers/rauscher/read": {"text": "Her new mobile is 0176 0406 9043."},
    }
    for path, form in forms.items():
        assert (await claire.post(path, form)).status_code == 404, path
    answer = await claire.post("/decisions/accept", {"artifact": [found["artifact"]]})
    assert answer.status_code == 303
    claire.cookies |= dict(answer.cookies)
    said = text(await claire.get("/inbox"))
    assert "Nothing was accepted. 1 left as it was. A proposal: Artifact not found" in said
    assert await site.everything() == before


async def test_what_was_not_saved_is_told_to_whoever_may_decide_it(site: Site) -> None:
    found = await site.propose("lund", item("contactWindow", "At noon"), item("employer", "A firm"))
    asked = "/unsaved?ids=" + ".".join([*(artifact.id for artifact in found.artifacts), "nobody"])
    for user, told in (("claire", 2), ("jonas", 0), ("tobias", 0)):
        assert len((await (await site.visitor(user)).get(asked, accept="application/json")).json()) == told, user
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{found.artifacts[0].id}/decide", {"status": "rejected"})
    [left] = (await claire.get(asked)).json()
    assert left == {
        "id": found.artifacts[1].id,
        "href": f"/artifacts/{found.artifacts[1].id}",
        "shown": "Employer or business of Margrethe Lund",
    }
    assert (await (await site.visitor()).get(asked, accept="application/json")).status_code == 401
    await claire.post(f"/artifacts/{found.artifacts[1].id}/decide", {"status": "rejected"})


async def test_an_auditor_sees_everything_and_has_nothing_to_press(site: Site, window: Callable[..., Any]) -> None:
    found = await of_jonas(site)
    page = (await window("tobias")).page
    for path in (
        f"/inbox?customer=rauscher&open={found['artifact']}",
        f"/customers/rauscher?open={found['artifact']}",
        f"/artifacts/{found['artifact']}",
        f"/batches/{found['batch']}",
        f"/sources/{found['source']}?open={found['artifact']}",
    ):
        await page.goto(path)
        await expect(page.locator(f"[data-item='{found['artifact']}']")).to_contain_text("Moderate")
        assert await page.evaluate(PRESSABLE) == [], path
    assert await page.get_by_role("link", name="Read a note").count() == 0
    auditor, before = await site.visitor("tobias"), await site.everything()
    refusal = "An auditor reads and never writes."
    assert is_page(await auditor.get("/read"), 403, refusal)
    assert is_page(await auditor.get("/customers/rauscher/read"), 403, refusal)
    assert is_page(await auditor.post("/customers/rauscher/read", {"text": "She has two dependants."}), 403, refusal)
    answer = await auditor.post(f"/artifacts/{found['artifact']}/decide", {"status": "rejected"})
    assert is_page(answer, 403, "Not rejected. Only the attached RM may decide this.")
    assert await site.everything() == before


async def test_an_admin_sees_but_does_not_decide(site: Site, window: Callable[..., Any]) -> None:
    found = await of_jonas(site)
    page = (await window("ines")).page
    await page.goto(f"/customers/rauscher?open={found['artifact']}")
    card = page.locator(".card")
    await expect(card).to_contain_text("When proposed")
    assert await card.locator("button, form").count() == 0
    assert await page.locator(".tick").count() == 0
    await expect(page.get_by_role("link", name="Read a note").first).to_be_visible()
    admin, before = await site.visitor("ines"), await site.everything()
    for status, words in (("accepted", "Not accepted."), ("rejected", "Not rejected.")):
        answer = await admin.post(f"/artifacts/{found['artifact']}/decide", {"status": status})
        assert is_page(answer, 403, f"{words} Only the attached RM may decide this.")
    assert await site.everything() == before
    assert is_page(await (await site.visitor("claire")).get("/customers/new"), 403, "Only an admin may add a customer.")


async def test_tokens_open_no_pages(site: Site) -> None:
    _, agents = await tokens.create(site.database, SYSTEM, agent_name="test-agent")  # type: ignore[arg-type]
    _, persons = await tokens.create(site.database, SYSTEM, user_id="claire")  # type: ignore[arg-type]
    found, before = await site.pending("brandt", "sourceOfWealth"), await site.everything()
    nobody = await site.visitor()
    for secret in (agents, persons):
        bearer = f"Bearer {secret}"
        for path in ("/inbox", "/customers/brandt", f"/artifacts/{found}"):
            answer = await nobody.get(path, authorization=bearer)
            assert is_page(answer, 403, "Pages are for people who sign in."), path
        answer = await nobody.post(f"/artifacts/{found}/decide", {"status": "rejected"}, authorization=bearer)
        assert answer.status_code == 403
    assert (
        (await nobody.get("/inbox", authorization="Bearer placet_unknown")).headers["location"].startswith("/sign-in")
    )
    assert await site.everything() == before


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(site: Site) -> None:
    nobody = await site.visitor()
    for path in ("/inbox", "/customers/brandt/profile", "/inbox?customer=lund&field=email"):
        answer = await nobody.get(path)
        assert answer.status_code == 303
        way = httpx.URL(answer.headers["location"])
        assert (way.path, way.params["next"]) == ("/sign-in", path)
    assert (await nobody.post("/decisions/accept")).headers["location"] == "/sign-in"
    assert (await nobody.get("/inbox", accept="application/json")).json()["code"] == "not_signed_in"


# ── forged requests ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_forged_forms_are_refused_and_change_nothing(site: Site) -> None:
    claire, jonas = await site.visitor("claire"), await site.visitor("jonas")
    found = await site.pending("brandt", "sourceOfWealth")
    batch = await site.database.fetchval("select batch_id from artifact where id = $1", found)
    before = await site.everything()
    forms: dict[str, dict[str, Any]] = {
        f"/artifacts/{found}/decide": {"status": "rejected"},
        "/decisions/reject": {"artifact": [found]},
        f"/batches/{batch}/accept": {},
        f"/batches/{batch}/reject": {},
        "/customers/brandt/read": {"text": "She has two dependants."},
        "/read": {"customer": "brandt", "text": "She has two dependants."},
        "/customers": {"name": "Somebody", "rmId": "claire"},
        "/settings/notifications": {"choice": "daily"},
        "/settings/password": {"current": DEMO_PASSWORD, "new": "another password", "again": "another password"},
        "/settings/delegations": {"toUserId": "jonas", "until": "2099-01-01"},
        "/sign-out": {},
        "/sign-out/everywhere": {},
    }
    for path, form in forms.items():
        for csrf in (
            None,
            "",
            "0" * 32,
            "0" * 64,
            jonas.csrf,
            masked(jonas.csrf),
            claire.csrf[:-1],
            masked(claire.csrf)[:-2],
            "\u00e9",
        ):
            answer = await claire.post(path, {**form, "csrf": csrf})
            assert is_page(answer, 403, "403 Out of date This form is out of date."), (path, csrf)
        for headers in (
            {"sec_fetch_site": "cross-site"},
            {"sec_fetch_site": "same-site"},
            {"sec_fetch_site": "", "origin": "https://evil.example"},
            {"sec_fetch_site": "", "origin": "null"},
        ):
            answer = await claire.post(path, form, **headers)
            assert is_page(answer, 403, "403 Sent from elsewhere This request came from another site."), (path, headers)
    assert await site.everything() == before
    assert (await claire.get("/inbox")).status_code == 200  # nobody signed her out


async def test_signing_in_cannot_be_forged_either(site: Site) -> None:
    form = {"email": "claire.amiel@placet.example", "password": DEMO_PASSWORD}
    answer = await (await site.visitor()).post("/sign-in", form, sec_fetch_site="cross-site")
    assert is_page(answer, 403, "This request came from another site.")
    assert "set-cookie" not in answer.headers


async def test_no_page_changes_anything_by_being_opened(site: Site) -> None:
    artifact = await site.pending("brandt", "riskAppetite")
    row = await site.database.fetchrow("select batch_id, source_id from artifact where id = $1", artifact)
    before = await site.everything()
    paths = [
        "/", "/inbox", f"/inbox?open={artifact}&do=edit", "/history", "/customers", "/customers/new", "/read",
        "/customers/brandt", "/customers/brandt/profile", "/customers/brandt/timeline", "/customers/brandt/sources",
        "/admin", "/admin/users/new", "/admin/tokens", "/admin/tokens/new", "/admin/customers", "/admin/customers/brandt",
        "/admin/teams", "/fields", "/settings", "/settings/delegations", "/settings/notifications",
        "/customers/brandt/read", f"/artifacts/{artifact}", f"/artifacts/{artifact}?do=over",
        f"/batches/{row['batch_id']}", f"/sources/{row['source_id']}", "/docs",
    ]  # fmt: skip
    acts = [
        f"/artifacts/{artifact}/decide?status=accepted",
        "/decisions/accept",
        f"/batches/{row['batch_id']}/accept",
        "/sign-out",
        "/sign-out/everywhere",
        "/admin/users/jonas/disable",
        "/admin/customers/brandt/attach?userId=jonas",
    ]
    for user in ("claire", "ines", "tobias"):
        visitor = await site.visitor(user)
        for path in paths:
            assert (await visitor.get(path)).status_code < 500, path
        for path in acts:
            assert (await visitor.get(path)).status_code in (404, 405), path
        assert (await visitor.get("/inbox")).status_code == 200
    assert await site.everything() == before


# ── signing in and out ───────────────────────────────────────────────────────────────────────────────────────────────


async def signed_in(site: Site, email: str, password: str = DEMO_PASSWORD, **form: str) -> httpx.Response:
    return await (await site.visitor()).post("/sign-in", {"email": email, "password": password, **form})


async def test_the_page_says_what_this_is(site: Site) -> None:
    answer = await (await site.visitor()).get("/sign-in")
    assert is_page(
        answer, 200, "Placet puts what AI agents propose for a customer's record before the person who decides."
    )
    lost = await (await site.visitor("claire")).get("/customers/rauscher")
    assert 'href="/customers">Customers</a>' in lost.text.partition("<main")[2]


async def test_the_cookie_is_for_this_host_and_not_for_scripts(site: Site) -> None:
    answer = await signed_in(site, "Claire.Amiel@PLACET.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-placet=")
    assert {flag.lower() for flag in flags} == {"secure", "httponly", "samesite=lax", "path=/", "max-age=43200"}


@pytest.mark.parametrize(
    "next_",
    [
        "//evil.example", "/\\evil.example", "https://evil.example/", "https:evil.example", "javascript:alert(1)",
        "///evil.example", "\\\\evil.example", "/\t/evil.example", "evil.example", "", "/inbox\r\nx: y", "/h\u00e9",
    ],
)  # fmt: skip
async def test_where_one_goes_after_signing_in_is_never_elsewhere(site: Site, next_: str) -> None:
    answer = await signed_in(site, "claire.amiel@placet.example", next=next_)
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    claire = await site.visitor("claire")
    address = httpx.URL("/sign-in", params={"next": next_})
    assert (await claire.get(str(address))).headers["location"] == "/inbox"
    answer = await claire.post("/decisions/accept", {"next": next_})
    assert answer.headers["location"] == "/inbox"


async def test_who_is_signed_in_goes_on_and_a_form_left_open_still_works(site: Site) -> None:
    claire = await site.visitor("claire")
    answer = await claire.get("/sign-in?next=/customers/lund")
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers/lund")
    form = {"csrf": "", "email": "jonas.reber@placet.example", "password": DEMO_PASSWORD}
    answer = await claire.post("/sign-in", form)
    assert answer.status_code == 303
    assert (await claire.get("/inbox")).status_code == 303  # the sign-in before ended with the new one


async def test_signing_out_ends_the_sign_in_everywhere(site: Site, window: Callable[..., Any]) -> None:
    page = (await window("claire")).page
    await page.goto("/inbox")
    [cookie] = [
        c for c in await page.context.cookies(site.url.replace("http", "https")) if c["name"] == "__Host-placet"
    ]
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/sign-in$"))
    await page.goto("/customers/brandt")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    kept = await site.visitor()
    kept.cookies = {"__Host-placet": cookie["value"]}
    assert (await kept.get("/inbox")).status_code == 303


async def test_signing_out_everywhere_ends_the_other_browsers_too(site: Site, window: Callable[..., Any]) -> None:
    elsewhere, token = await site.visitor("tobias"), await tokens.create(site.database, SYSTEM, user_id="tobias")  # type: ignore[arg-type]
    page = (await window("tobias")).page
    await page.goto("/settings")
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.wait_for_url("**/sign-in")
    assert (await elsewhere.get("/inbox")).status_code == 303
    nobody = await site.visitor()
    answer = await nobody.get("/api/me", authorization=f"Bearer {token[1]}")
    assert answer.json()["id"] == "tobias", "a token is not a sign-in"
    answer = await nobody.post("/sign-out/everywhere", authorization=f"Bearer {token[1]}")
    assert is_page(answer, 403, "Pages are for people who sign in.")


async def test_a_link_works_once_by_its_button_and_opening_it_uses_nothing_up(
    site: Site, window: Callable[..., Any]
) -> None:
    secret = await users.new_link(site.database, "priya")  # type: ignore[arg-type]
    opened = await window()
    page = opened.page
    for _ in range(3):
        await page.goto(f"/sign-in/link/{secret}")
        await expect(page.locator("main")).to_contain_text("It is used up when you press the button, not before.")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(re.compile(r"/inbox$"))
    await expect(page.locator(".side .me")).to_contain_text("Priya Raman")
    nobody = await site.visitor()
    used = "This link does not work This link was used before or is too old. Ask for a new one."
    assert is_page(await nobody.get(f"/sign-in/link/{secret}"), 401, used)
    answer = await nobody.post(f"/sign-in/link/{secret}")
    assert is_page(answer, 401, used)
    assert "set-cookie" not in answer.headers
    assert is_page(await nobody.get("/sign-in/link/%00"), 401, used)


async def test_a_wrong_password_says_so_and_ten_are_enough(site: Site) -> None:
    email = "ines.vautier-holm@placet.example"
    for _ in range(10):
        answer = await signed_in(site, email, "guess")
        assert is_page(answer, 401, "The e-mail address or the password is wrong.")
        assert f'value="{email}"' in answer.text
        assert "guess" not in answer.text
    answer = await signed_in(site, email)
    assert is_page(answer, 429, "Too many failed attempts. Try again in 15 minutes.")
    assert 780 < int(answer.headers["retry-after"]) <= 900  # what is left of the quarter of an hour
    unknown = await signed_in(site, "nobody@placet.example", "guess")
    assert is_page(unknown, 401, "The e-mail address or the password is wrong.")


async def test_who_is_disabled_is_out_at_once(site: Site) -> None:
    priya = await site.visitor("priya")
    assert (await priya.get("/inbox")).status_code == 200
    secret = await users.new_link(site.database, "priya")  # type: ignore[arg-type]
    await users.disable(site.database, SYSTEM, "priya")  # type: ignore[arg-type]
    assert (await priya.get("/inbox")).headers["location"].startswith("/sign-in")
    assert is_page(
        await signed_in(site, "priya.raman@placet.example"), 401, "The e-mail address or the password is wrong."
    )
    assert (await (await site.visitor()).post(f"/sign-in/link/{secret}")).status_code == 401
