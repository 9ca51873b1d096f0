"""How soon a page somebody has open shows what a colleague decided: from the answer to the colleague to the changed row."""

from __future__ import annotations

import asyncio
import random
import statistics
import time

import httpx

from bench import home
from bench.browsing import chromium, sign_in, signed_in
from bench.load import percentile
from bench.measure import Place, Row
from bench.serving import serve

DECISIONS = 60
AT_MOST_S = 60.0  # what has not shown by then never will
PROCESSES = 2  # so that whoever decides and whoever watches are often served by different ones
WAITS = '[data-item][data-status="pending"]:not([data-sent], [data-kept])'
READER, COLLEAGUE = "bench-rm-2", "bench-rm-3"
# When the row of an artifact is no longer one that waits, in ms since 1970, as a promise that is kept in the page.
WATCH = """(id) => { window.changed = new Promise((tell) => {
  const look = () => {
    const row = document.querySelector(`[data-item="${id}"]`);
    if (!row || row.dataset.shown || row.dataset.status !== "pending") tell(Date.now());
  };
  new MutationObserver(look).observe(document.querySelector("#main"), { subtree: true, childList: true, attributes: true });
}); }"""


async def live(place: Place) -> Row:
    """One RM has the inbox of what they stand in for open; the colleague they stand in for decides from elsewhere."""
    await place.owner.execute(
        "insert into delegation (id, from_user, to_user, from_at, until_at, created_by)"
        " values ('bench-live', $1, $2, now(), now() + interval '1 day', $1) on conflict (id) do nothing",
        COLLEAGUE,
        READER,
    )
    await sign_in(place.owner, READER)
    waited: list[float] = []
    async with serve(place.server.app_url(place.database), processes=PROCESSES) as (host, port), chromium() as browser:
        if browser is None:
            return Row(name="live", what="others' decisions arrive", goal="p95 < 2 s", seen="no browser to see it")
        context = await signed_in(browser, f"http://{host}:{port}")
        page = await context.new_page()
        await page.goto(f"http://{host}:{port}/inbox?whose=delegated", wait_until="load")
        await page.locator("html[data-live=on]").wait_for(state="attached")
        for _ in range(DECISIONS):
            item = await page.locator(WAITS).first.get_attribute("data-item")
            await page.evaluate(WATCH, item)
            # A connection of its own, which either process may take.
            async with httpx.AsyncClient(headers={"authorization": f"Bearer {home.token(COLLEAGUE)}"}) as colleague:
                answer = await colleague.patch(
                    f"http://{host}:{port}/api/artifacts/{item}", json={"status": "rejected", "reason": "not said"}
                )
            answered = time.time()
            answer.raise_for_status()
            changed = await asyncio.wait_for(page.evaluate("window.changed"), AT_MOST_S)
            waited.append(max(0.0, changed / 1000 - answered))
            await asyncio.sleep(random.uniform(0, 0.5))  # at any moment between two readings of the trail
        await context.close()
    waited.sort()
    late = percentile(waited, 0.95)
    return Row(
        name="live",
        what=f"a colleague's decision, from their answer to the changed row of an open page, {PROCESSES} processes",
        goal="p95 < 2 s",
        seen=f"{statistics.median(waited) * 1000:.0f} ms, p95 {late * 1000:.0f} ms, at most {waited[-1] * 1000:.0f} ms",
        good=late < 2,
        notes=[f"{len(waited)} decisions, one after the other"],
    )
