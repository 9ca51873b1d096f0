"""What holds on every screen: light on the line, still while it loads, nothing turns for who asked for that, the policy kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page

from acceptance.pages.conftest import DESK, PHONE, Site, Visitor, Window, hears_nothing, item, open_context
from acceptance.pages.test_every_page import noted

MOST = 150_000  # bytes over the line on a first visit
STILL = 0.01  # what a page may move while it is looked at, as browsers count it
WATCH = """
window.moved = [];
window.broken = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue; // as when a phone's screen is set up; nobody presses anything here
    const what = entry.sources.map((each) => each.node?.outerHTML?.slice(0, 80) ?? each.node?.nodeName);
    window.moved.push({value: entry.value, what});
  }
}).observe({type: "layout-shift", buffered: true});
addEventListener("securitypolicyviolation", (event) => window.broken.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
MOVES = """() => [...document.querySelectorAll("*")].flatMap((e) => ["", "::before", "::after"].map((part) => {
  const style = getComputedStyle(e, part || null), lasts = (list) => list.split(",").some((each) => parseFloat(each) > 0);
  const turns = style.animationName !== "none" && lasts(style.animationDuration);
  return turns || lasts(style.transitionDuration) ? `${e.outerHTML.slice(0, 80)} ${part}` : null;
}).filter(Boolean))"""

# A ring says in words what it is, or stands beside a sentence that does: nothing is said by colour alone.
WORDLESS = """() => [...document.querySelectorAll(".mark, .flag, .conf, .verdict, ins, del")]
  .filter((e) => e.checkVisibility() && !e.textContent.trim() && !e.closest(".tl, .steps-list, [aria-hidden]"))
  .map((e) => e.outerHTML.slice(0, 90))"""


class Watched:
    """A page whose traffic, moves and policy are watched from its first byte on."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page
        self.got: dict[str, float] = {}
        self.names: dict[str, str] = {}

    async def start(self) -> Watched:
        await self.page.add_init_script(WATCH)
        await hears_nothing(self.page)  # nothing arrives while it is watched
        line = await self.window.context.new_cdp_session(self.page)
        line.on("Network.responseReceived", lambda e: self.names.update({e["requestId"]: e["response"]["url"]}))
        line.on("Network.loadingFinished", lambda e: self.got.update({e["requestId"]: e["encodedDataLength"]}))
        await line.send("Network.enable")
        await line.send("Network.setCacheDisabled", {"cacheDisabled": True})  # each visit is a first one
        return self

    async def open(self, path: str) -> None:
        self.got.clear()
        self.window.said.clear()
        await self.page.goto(path, wait_until="load")
        await self.settle()

    async def settle(self) -> None:
        """Two frames on, what was going to move has moved."""
        await self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    @property
    def weight(self) -> float:
        return sum(self.got.values())

    async def still(self, what: str) -> None:
        """Whether it has hardly moved so far."""
        moved = await self.page.evaluate("window.moved")
        assert sum(each["value"] for each in moved) < STILL, (what, moved)


async def paths(site: Site) -> list[tuple[str, str]]:
    """Who looks at what: every kind of screen, once."""
    source, batch, artifacts = await noted(site)
    decided = await site.database.fetchval("select id from artifact where status = 'edited' and customer_id = 'lund'")
    waiting = await site.pending("brandt", "riskAppetite")
    mine = ["/inbox", f"/inbox?open={waiting}", "/history", "/customers", "/customers/lund", "/customers/lund/profile"]
    mine += ["/customers/lund/timeline", "/customers/lund/timeline?asOf=2026-11-20", "/customers/lund/sources"]
    mine += ["/customers/lund/session", f"/customers/osei-marlow/session?batch={batch}", "/read", "/settings"]
    mine += [f"/sources/{source}", f"/batches/{batch}?open={artifacts[0]}", f"/artifacts/{decided}", "/nothing"]
    theirs = [
        "/insights?days=0",
        "/admin",
        "/admin/deliveries",
        "/customers/new",
        "/insights/cases?days=0&statuses=rejected",
    ]
    return [*(("claire", path) for path in mine), *(("ines", path) for path in theirs)]


@pytest.fixture(scope="module")
async def watching(browser: Browser, site: Site) -> AsyncIterator[Callable[..., Awaitable[Watched]]]:
    """Watched pages by user and device."""
    opened: dict[tuple[str, int], Watched] = {}

    async def watch(user: str, device: dict[str, Any]) -> Watched:
        key = user, device["viewport"]["width"]
        if key not in opened:
            context = await open_context(browser, site, user or None, **device)
            opened[key] = await Watched(Window(context, await context.new_page())).start()
        return opened[key]

    yield watch
    for each in opened.values():
        await each.window.context.close()


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["1440", "390"])
async def test_every_screen_is_light_still_and_within_the_policy(site: Site, watching: Any, device: Any) -> None:
    weights = {}
    on_a_phone = re.compile(
        r"/(inbox|history|sign-in|customers/lund(/profile)?|artifacts/\w+|sources/\w+|insights.*)$|.*(session|open)"
    )
    for user, path in [("", "/sign-in"), *await paths(site)]:
        if device is PHONE and not on_a_phone.match(path):
            continue
        each = await watching(user, device)
        await each.open(path)
        weights[path] = each.weight
        assert each.weight < MOST, (path, each.weight)
        await each.still(path)
        assert await each.page.evaluate("window.broken") == [], path
        assert [line for line in each.window.said if "status of 404" not in line] == [], path
        assert await each.page.evaluate(MOVES) == [], path
        assert await each.page.evaluate(WORDLESS) == [], path
    assert min(weights.values()) > 20_000, weights  # all of it was counted


PLACES = """() => Object.fromEntries([...document.querySelectorAll("h1, .cust h2, .batch > a, [data-item] .fld")]
  .map((e) => [e.closest("[data-item]")?.id ?? e.textContent.trim(), Math.round(e.getBoundingClientRect().top + scrollY)]))"""


async def test_opening_deciding_and_the_toast_move_nothing(site: Site, watching: Any) -> None:
    found = [item(key, "A word", source_text="so it is") for key in ("occupation", "employer", "contactWindow")]
    first, card, row = (await site.propose("lund", *found, source=site.note("Call", "Yes, so it is."))).artifacts
    each = await watching("claire", DESK)
    page: Page = each.page
    await each.open("/inbox?customer=lund")
    before = await page.evaluate(PLACES)
    assert len(before) > 5
    await page.locator(f"#a-{card.id} .fld").click()
    await page.locator(f"#a-{card.id} .card-f").wait_for()
    after = await page.evaluate(PLACES)
    above = [name for name, top in before.items() if top < before[f"a-{card.id}"]]
    assert {name: after[name] for name in above} == {name: before[name] for name in above}
    assert abs(after[f"a-{card.id}"] - before[f"a-{card.id}"]) < 16  # the row is the head of its card
    assert f"a-{first.id}" in above

    # A row that is decided stays where it was, and so does everything else, though a toast says so.
    await each.open("/inbox?customer=lund")
    await page.locator(f"#a-{row.id} .fld").focus()
    await page.keyboard.press("a")
    await page.locator("#toast p").wait_for()
    await each.settle()
    assert await page.evaluate(PLACES) == before


async def test_what_is_sent_is_squeezed_and_kept_as_long_as_it_may_be(site: Site) -> None:
    claire = await site.visitor("claire")
    page = await claire.get("/inbox", accept_encoding="gzip")
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["vary"] == "accept-encoding"
    assert page.headers["cache-control"] == "no-store"  # what it shows is the customer's
    assert page.num_bytes_downloaded < len(page.content) / 4
    plain = await claire.get("/inbox", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept-encoding"
    for address in sorted(set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))):
        file = await claire.get(address, accept_encoding="gzip")
        assert file.headers["content-encoding"] == "gzip", address
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable", address
        again = await claire.get(address, if_none_match=file.headers["etag"])
        assert (again.status_code, again.content) == (304, b""), address


async def in_halves(visitor: Visitor, scope: Any, send: Any) -> None:
    """The site, but that what follows a section somewhere in a page's first half comes a second late."""
    path = scope["path"] + (f"?{query.decode()}" if (query := scope["query_string"]) else "")
    answer = await visitor.get(path)
    body, kind = answer.content, answer.headers["content-type"].encode()
    half = body.find(b"</section>", len(body) // 4) if kind.startswith(b"text/html") else len(body)
    await send({"type": "http.response.start", "status": answer.status_code, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": body[:half], "more_body": True})
    await asyncio.sleep(1 if half < len(body) else 0)
    await send({"type": "http.response.body", "body": body[half:]})


async def test_a_page_that_comes_in_two_halves_does_not_move(site: Site, browser: Browser) -> None:
    visitor = await site.visitor("ines")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await in_halves(visitor, scope, send)

    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    context = await browser.new_context(**DESK)
    page = await context.new_page()
    await page.add_init_script(WATCH)
    await hears_nothing(page)
    for path in ("/insights?days=0", "/inbox", "/customers/lund", "/customers/lund/timeline"):
        await page.goto(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{path}")
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        moved = await page.evaluate("window.moved")
        assert sum(each["value"] for each in moved) < STILL, (path, moved)
    await context.close()
    server.should_exit = True
    await task
