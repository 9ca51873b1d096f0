"""The page of rules and the delivery log, without JavaScript: admins act, auditors read, nobody else is let in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from placet.artifacts.decide import Decision, decide
from placet.identity.principal import SYSTEM, Principal
from placet.triggers import rules


async def accept(site: Site, field: str, value: Any) -> str:
    """An accepted proposal of the customer Brandt."""
    rm = await site.database.fetchval("select rm_id from customer where id = 'brandt'")
    made = await site.proposal("brandt", field, value)
    who = Principal("rm", rm, "Claire Amiel")
    async with site.database.transaction():
        [done] = await decide(
            site.database,  # type: ignore[arg-type]
            [Decision(by=who, artifact_id=made.id, status="accepted")],
            schema=site.schema,
        )
    assert done.outcome == "applied", done.error
    return made.id


async def test_a_webhook_is_added_its_delivery_dies_and_is_made_again(site: Site, window: Callable[..., Any]) -> None:
    page: Page = (await window("ines", java_script_enabled=False)).page
    for rule in await rules.list_rules(site.database):  # type: ignore[arg-type]  # the demo's
        await rules.remove(site.database, SYSTEM, rule.id)  # type: ignore[arg-type]
    await page.goto("/admin/deliveries")
    await expect(page.get_by_text("Nobody is called.")).to_be_visible()
    await page.get_by_label("Address").fill("https://10.0.0.1/hook")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator(".err")).to_have_text("10.0.0.1 is not a public address.")
    await page.get_by_label("Address").fill("http://127.0.0.1:9/hook")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_label("Secret")).to_have_value(re.compile("^whsec_"))
    await page.goto("/admin/deliveries")
    await expect(page.get_by_text("whsec_")).to_have_count(0)
    row = page.get_by_role("region", name="Who is called").get_by_role("listitem").filter(has_text="127.0.0.1:9/hook")
    await expect(row).to_contain_text("webhook for artifact.accepted, artifact.edited")

    artifact = await accept(site, "occupation", "Glazier")
    await site.database.execute(
        "update delivery set status = 'dead', ended_at = now(), attempts = 10, said = 'Answered 500.' where artifact_id = $1",
        artifact,
    )
    await page.goto("/admin/deliveries?status=dead")
    dead = page.get_by_role("region", name="Log").get_by_role("listitem").filter(has_text="Occupation")
    await expect(dead).to_contain_text("Dead, ")
    await expect(dead).to_contain_text("Answered 500. 10 attempts.")
    await dead.get_by_role("button", name="Make again").click()
    await expect(page.locator(".notice p")).to_have_text("It will be made again in a moment, under the same id.")
    assert await site.database.fetchval("select status from delivery where artifact_id = $1", artifact) == "promised"
    await page.goto(f"/artifacts/{artifact}")
    block = page.get_by_role("region", name="Deliveries")
    await expect(block).to_contain_text("http://127.0.0.1:9/hook")
    await expect(block).to_contain_text("Waits to be tried again")
    await expect(page.get_by_role("region", name="Trail")).to_contain_text("had webhook called again about Occupation")

    await page.goto("/admin/deliveries")
    await row.get_by_role("button", name="Turn off").click()
    await expect(page.locator(".notice p")).to_contain_text("is off. What waits for it goes on waiting.")
    await expect(row).to_contain_text("1 waiting. Off: Disabled by Inès")
    await row.get_by_role("button", name="Turn on").click()
    await expect(row.get_by_role("button", name="Turn off")).to_be_visible()


async def test_an_auditor_reads_and_others_are_not_let_in(site: Site) -> None:
    auditor = await site.visitor("tobias")
    read = await auditor.get("/admin/deliveries")
    assert read.status_code == 200
    assert "Add a webhook" not in read.text
    for path in ("webhooks", "rules/any/disable", "rules/any/enable", "any/replay"):
        for who in ("tobias", "claire"):
            answer = await (await site.visitor(who)).post(f"/admin/deliveries/{path}", {"url": "http://127.0.0.1:9/"})
            assert answer.status_code == 403, (who, path)
    assert (await (await site.visitor("claire")).get("/admin/deliveries")).status_code == 403


async def test_an_rm_sees_that_it_went_out_and_not_where(site: Site) -> None:
    artifact = await accept(site, "employer", "The Glassworks")
    shown = (await (await site.visitor("claire")).get(f"/artifacts/{artifact}")).text
    assert "Deliveries" in shown
    assert "127.0.0.1:9" not in shown
    assert "Make again" not in shown
