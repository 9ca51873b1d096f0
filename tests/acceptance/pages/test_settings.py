"""Settings that stay in the browser, an artifact as a file, and what is left of a page on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import PHONE, Site
from acceptance.pages.test_access import is_page, text
from placet.identity import users
from placet.identity.principal import SYSTEM


async def test_theme_and_keys_are_chosen_and_kept(window: Callable[..., Any]) -> None:
    opened = await window("claire")
    page: Page = opened.page
    await page.goto("/settings")
    await page.locator("#theme-here").select_option("dark")
    await page.get_by_label("Single keys work").uncheck()
    await page.goto("/customers/brandt")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.keyboard.press("n")
    await page.goto("/settings")
    await expect(page.locator("#theme-here")).to_have_value("dark")
    await page.locator(".side").get_by_role("button", name="Theme").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    await expect(page.locator("#status")).to_have_text("Light")
    await page.reload()
    await expect(page.locator("#theme-here")).to_have_value("light")
    await page.locator("#theme-here").select_option("")
    await page.locator(".side").get_by_role("button", name="Theme").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")  # what the system has not
    await page.get_by_label("Single keys work").check()
    await page.goto("/customers/brandt")
    await page.keyboard.press("n")
    await page.wait_for_url("**/session")
    assert opened.said == []


async def test_settings_say_how_all_of_it_stands(site: Site, window: Callable[..., Any]) -> None:
    form = {"toUserId": "priya", "until": f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"}
    assert (await (await site.visitor("claire")).post("/settings/delegations", form)).status_code == 303
    opened = await window("claire")
    page: Page = opened.page
    await page.goto("/settings")
    settings = page.locator(".choices")
    await expect(settings).to_contain_text("Priya Raman for you, all customers")
    await expect(settings).to_contain_text("No mail.")
    listed = await page.locator("#keys-list dd").all_inner_texts()
    await page.keyboard.press("?")
    assert listed == await page.locator("#keys-help dd").all_inner_texts()  # one table
    await page.get_by_role("button", name="Close").click()
    for name, tab in (("Change who stands in", "Standing in"), ("Change mail", "Mail")):
        await page.goto("/settings")
        await page.get_by_role("link", name=name).click()
        await expect(page.locator(".tabs [aria-current]")).to_have_text(tab)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    assert opened.said == []


async def test_ones_own_password_is_changed_by_who_knows_it(site: Site) -> None:
    made = await users.add(site.database, SYSTEM, name="Uma Roth", email="uma@new.example", role="rm")  # type: ignore[arg-type]
    here, elsewhere = await site.visitor(made.id), await site.visitor(made.id)
    first, second = "my first password", "my second password"
    page = await here.get("/settings")
    assert "You have none yet: one-time links let you in." in text(page)
    assert 'name="current"' not in page.text
    answer = await here.post("/settings/password", {"new": first, "again": first})
    assert answer.headers["location"] == "/settings"
    here.cookies |= dict(answer.cookies)
    assert "Your password is changed. Your other sign-ins have ended." in text(await here.get("/settings"))
    assert (await elsewhere.get("/inbox")).status_code == 303
    for form, field, sentence in (
        ({"current": "guess", "new": second, "again": second}, "current", "This is not your password now."),
        ({"current": first, "new": second, "again": "other"}, "again", "This is not the same as the new password."),
        ({"current": first, "new": "short", "again": "short"}, "new", "A password has 10 to 1000 characters."),
    ):
        answer = await here.post("/settings/password", form)
        assert is_page(answer, 422, sentence), form
        assert f'id="{field}" name="{field}" required' in answer.text
        assert f'id="{field}-err"' in answer.text
        assert answer.text.count("autofocus aria-invalid") == 1
        assert not any(given in answer.text for given in (first, second)), "what was typed is not sent back"
    for _ in range(9):
        await here.post("/settings/password", {"current": "guess", "new": second, "again": second})
    answer = await here.post("/settings/password", {"current": first, "new": second, "again": second})
    assert is_page(answer, 429, "Too many failed attempts.")
    assert int(answer.headers["retry-after"]) > 0
    await site.database.execute("delete from sign_in_failure")
    assert (
        await here.post("/settings/password", {"current": first, "new": second, "again": second})
    ).status_code == 303
    nobody = await site.visitor()
    for password, status in ((first, 401), (second, 303)):
        answer = await nobody.post("/sign-in", {"email": "uma@new.example", "password": password})
        assert answer.status_code == status
    await site.database.execute("delete from sign_in_failure")
    await site.database.execute(
        "update app_user set password_hash = null, oidc_issuer = 'https://id.example', oidc_subject = 'u' where id = $1",
        made.id,
    )
    page = await here.get("/settings")
    assert "You sign in with your company." in text(page)
    assert "/settings/password" not in page.text


async def test_without_scripts_settings_say_what_takes_them(window: Callable[..., Any]) -> None:
    page: Page = (await window("claire", java_script_enabled=False)).page
    await page.goto("/inbox")
    foot = page.locator(".side .foot")
    assert (await foot.inner_text()).split() == ["CA", "Claire", "Amiel", "RM", "Settings", "Sign", "out"]
    await foot.get_by_role("link", name="Settings").click()
    await expect(page.get_by_text("choosing another takes scripts")).to_be_visible()
    await expect(page.get_by_text("The keys take scripts")).to_be_visible()
    assert await page.locator("#theme-here:visible, #keys-here:visible").count() == 0
    await expect(page.get_by_role("button", name="Sign out everywhere")).to_be_visible()


async def test_on_a_phone_it_is_behind_you(window: Callable[..., Any]) -> None:
    page: Page = (await window("ines", **PHONE)).page
    await page.goto("/settings/notifications")
    await page.locator(".tabbar summary").focus()
    await page.keyboard.press("Enter")
    sheet = page.locator(".sheet")
    for name in ("Settings", "Admin"):  # by keys alone, in this order
        await page.keyboard.press("Tab")
        await expect(sheet.get_by_role("link", name=name)).to_be_focused()
    await expect(sheet.get_by_role("button", name="Sign out")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin")


async def test_an_artifact_is_a_file_with_its_trail(site: Site, window: Callable[..., Any]) -> None:
    which = await site.database.fetchval("select id from artifact where status = 'edited' and customer_id = 'lund'")
    page: Page = (await window("claire")).page
    await page.goto(f"/artifacts/{which}")
    edited = page.locator(".tl li", has_text="with a change")
    await expect(edited.locator("xpath=following-sibling::li[1]")).to_contain_text("Profile changed from")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export").click()
    assert (await downloading.value).suggested_filename == f"artifact-{which}.json"
    found = (await (await site.visitor("claire")).get(f"/artifacts/{which}/export")).json()
    assert found["artifact"]["id"] == which
    assert [event["kind"] for event in found["events"]][-1] == "profile_edit.edited"
    assert (await (await site.visitor("jonas")).get(f"/artifacts/{which}/export")).status_code == 404


async def test_on_paper_there_is_nothing_to_press(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("claire")).page
    which = await site.database.fetchval("select id from artifact where status = 'edited' and customer_id = 'lund'")
    for path in (f"/artifacts/{which}", "/customers/lund/timeline"):
        await page.goto(path)
        await page.emulate_media(media="print", color_scheme="dark")  # paper is white all the same
        assert await page.locator(".btn:visible, nav:visible, input:visible").count() == 0, path
        await expect(page.locator(".tl li").first).to_be_visible()
        black = "Math.max(...getComputedStyle(document.querySelector('.tl .te, .tl li')).color.match(/\\d+/g).map(Number)) < 90"
        assert await page.evaluate(black), path
        assert await page.locator(".mono:visible").count() > 0, path  # ids and numbers of events stay
        said = await page.locator(":is(.past, .steps) time").evaluate_all(
            "all => all.map(each => [getComputedStyle(each, '::after').content, getComputedStyle(each).fontSize, each.title])"
        )
        assert said or "timeline" in path
        assert all(words == [f'"{words[2]}"', "0px", words[2]] for words in said), said  # a moment, not "4 days ago"
        paper = await page.pdf()
        assert paper.startswith(b"%PDF-"), path
        assert b"/ToUnicode" in paper, path  # its words are text, not a picture
