"""The inbox as a page, with a thousand proposals in it: what the server takes, how heavy it is, when a browser paints it."""

from __future__ import annotations

import re
import statistics
import time

import httpx

from bench.browsing import chromium, sign_in, signed_in
from bench.measure import Place, Row

PENDING = 1000
# In ms since the navigation began. A promise, since looking again and again would need `eval`, which our pages forbid.
PAINTED = """new Promise((tell) => new PerformanceObserver((seen) => {
  const [paint] = seen.getEntriesByName("first-contentful-paint");
  if (paint) tell(paint.startTime);
}).observe({ type: "paint", buffered: true }))"""


async def inbox_page(place: Place) -> Row:
    """Give one RM the customers of others until a thousand wait, sign in, and fetch."""
    rm = "bench-rm-0"
    for number in range(1, 50):
        if (
            await place.owner.fetchval("select count(*) from artifact where rm_id = $1 and status = 'pending'", rm)
            >= PENDING
        ):
            break
        await place.owner.execute("update customer set rm_id = $1 where rm_id = $2", rm, f"bench-rm-{number}")
        await place.owner.execute(
            "update artifact set rm_id = $1 where rm_id = $2 and status = 'pending'", rm, f"bench-rm-{number}"
        )
    pending = await place.owner.fetchval("select count(*) from artifact where rm_id = $1 and status = 'pending'", rm)
    signed = await sign_in(place.owner, rm)
    taken, whole, sent = [], 0, 0
    server = f"http://127.0.0.1:{place.address[1]}"
    async with httpx.AsyncClient(base_url=server, headers=signed) as client:
        for _ in range(12):
            began = time.perf_counter()
            page = await client.get("/inbox")
            taken.append(time.perf_counter() - began)
            page.raise_for_status()
        linked = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg|woff2)[^"]*)"', page.text))
        for answer in [page, *[await client.get(address) for address in linked]]:
            whole += len(answer.content)
            sent += answer.num_bytes_downloaded
    seen = statistics.median(taken[1:])
    painted = await _painted(server)
    heard = "no browser to paint it" if painted is None else f"painted after {painted * 1000:.0f} ms"
    return Row(
        name="inbox-page",
        what=f"inbox page with {pending:,} pending: first paint in a browser, and what is sent on a first visit",
        goal="first paint < 1 s, < 150 kB",
        seen=f"{heard}, {sent / 1000:.0f} kB",
        good=(seen if painted is None else painted) < 1 and sent < 150_000,
        notes=[
            f"the server takes {seen * 1000:.0f} ms; {len(page.content) / 1000:.0f} kB is the page, {whole / 1000:.0f} kB in all"
            " before compression; a first visit each time, nothing kept, median of 5"
        ],
    )


async def _painted(server: str) -> float | None:
    """Seconds until a browser that has nothing of ours yet paints the first words; None where there is no browser."""
    async with chromium() as browser:
        if browser is None:
            return None
        found = []
        for _ in range(6):
            context = await signed_in(browser, server)
            page = await context.new_page()
            await page.goto(f"{server}/inbox", wait_until="load")
            assert await page.locator("[data-item]").count() == 50
            found.append(await page.evaluate(PAINTED))
            await context.close()
    return statistics.median(found[1:]) / 1000
