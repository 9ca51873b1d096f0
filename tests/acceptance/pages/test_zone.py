"""In which zone a page tells times: that of the browser, once it has said it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site
from acceptance.pages.test_access import text
from placet.web.pages.surroundings import ZONE
from placet.web.times import day

AHEAD = "Pacific/Kiritimati"  # by 14 hours


async def test_the_browser_says_its_zone_and_the_next_page_tells_times_in_it(
    site: Site, window: Callable[..., Any]
) -> None:
    """Of a decision that was made on one day in UTC and on the next one there."""
    query = (
        "select id, customer_id, decided_at from artifact where decided_at < now() - interval '3 days'"
        " and extract(hour from decided_at) >= 10 and decided_by = 'claire' order by decided_at desc limit 1"
    )
    which, customer, at = await site.database.fetchrow(query)
    here, there = at.astimezone(UTC), at.astimezone(ZoneInfo(AHEAD))
    page: Page = (await window("claire", timezone_id=AHEAD)).page
    await page.goto(f"/artifacts/{which}")
    title = f"{day(here.date())}, {here:%H:%M} UTC"
    await expect(page.locator(f'main time[title="{title}"]').first).to_be_visible()
    await page.goto(f"/history?customer={customer}")
    group = page.get_by_role("region", name=day(there.date()))
    row = group.locator(".past-row").filter(has=page.locator(f'a[href="/artifacts/{which}"]'))
    await expect(row.locator("time")).to_have_text(f"{there:%H:%M}")
    await expect(row.locator("time")).to_have_attribute("title", f"{day(there.date())}, {there:%H:%M} +14")
    await page.goto("/settings")
    await expect(page.get_by_role("region", name="Times")).to_contain_text(f"{AHEAD}, as this browser says.")


async def test_a_day_looked_back_to_ends_where_its_heading_does(site: Site) -> None:
    visitor = await site.visitor("claire")
    query = "select at from event where customer_id = 'lund' order by seq limit 1"
    first = (await site.database.fetchval(query)).astimezone(UTC)
    ends = {AHEAD: 14, "Etc/GMT+12": -12}
    for zone, hours in ends.items():
        visitor.cookies[ZONE] = zone
        page = (await visitor.get(f"/customers/lund/timeline?asOf={first:%Y-%m-%d}")).text
        assert f"at the end of that day ({zone}), read-only." in page
        shown = [
            datetime.fromisoformat(at) for at in re.findall(r'<time datetime="([^"]+)"', page.partition("<main")[2])
        ]
        midnight = datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp() + (24 - hours) * 3600
        assert all(at.timestamp() < midnight for at in shown)
        assert bool(shown) == (first.timestamp() < midnight)


@pytest.mark.parametrize("told", ["Mars/Olympus", "../../../etc/passwd", "Europe", '"', "a" * 3000])
async def test_a_zone_that_is_none_is_utc(site: Site, told: str) -> None:
    visitor = await site.visitor("claire")
    visitor.cookies[ZONE] = told
    assert "In which zone the pages tell days and times. UTC. First" in text(await visitor.get("/settings"))
    assert (await visitor.get("/not/there")).status_code == 404
