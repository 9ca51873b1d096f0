"""What an admin looks after on a page: people, tokens, whose a customer is. And that nobody else may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from placet.identity import tokens
from placet.identity.principal import SYSTEM


async def test_a_person_is_disabled_and_let_in_again(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("ines", java_script_enabled=False)).page
    await page.goto("/inbox")
    await page.goto("/admin")
    await expect(page.get_by_role("button", name="Disable Ines")).to_have_count(0)  # not oneself
    await page.get_by_role("button", name="Disable Jonas").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("Jonas Reber is disabled.")
    assert await site.database.fetchval("select disabled_at is not null from app_user where id = 'jonas'")
    await page.get_by_role("button", name="Enable Jonas").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("Jonas Reber may sign in again.")


async def test_a_token_is_revoked(site: Site, window: Callable[..., Any]) -> None:
    made, _ = await tokens.create(site.database, SYSTEM, agent_name="desk-reader", customers=["lund"])  # type: ignore[arg-type]
    page: Page = (await window("ines", java_script_enabled=False)).page
    await page.goto("/admin")
    row = page.locator(f"[data-item='{made}']")
    await expect(row).to_contain_text("desk-reader 1 customer, every field, 10,000 an hour.")
    await row.get_by_role("button", name="Revoke").click()
    await expect(page.locator(".notice p, #toast p")).to_have_text("The token works no more.")
    await expect(row).to_have_count(0)


async def test_a_customer_is_attached_to_another_rm(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("ines", java_script_enabled=False)).page
    before = await site.database.fetchval("select rm_id from customer where id = 'brandt'")
    await page.goto("/admin")
    await page.get_by_label("Customer", exact=True).select_option("brandt")
    await page.get_by_label("RM", exact=True).select_option("jonas" if before != "jonas" else "claire")
    await page.get_by_role("button", name="Attach").click()
    await expect(page.locator(".notice p, #toast p")).to_contain_text("What is pending went along.")
    assert await site.database.fetchval("select rm_id from customer where id = 'brandt'") != before


@pytest.mark.parametrize("who", ["claire", "tobias"])
async def test_nobody_else_does(site: Site, who: str) -> None:
    visitor = await site.visitor(who)
    assert (await visitor.get("/admin")).status_code == 403
    for path in ("users/jonas/disable", "users/jonas/enable", "tokens/any/revoke", "customers/attach"):
        assert (await visitor.post(f"/admin/{path}", {"customerId": "lund", "rmId": "jonas"})).status_code == 403
    assert await site.database.fetchval("select rm_id <> 'jonas' from customer where id = 'lund'")
