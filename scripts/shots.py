"""Take the pictures in docs/images: start the demo on a temporary home, sign in, photograph every screen.

Each in the light and in the dark at 1440 pixels and on a phone, drawn with the fonts of the tests, so that they look the
same wherever they are taken. With `--all FOLDER` also at 768 pixels, whole pages, to look through them. With `--url`, a
demo that runs already.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from placet.audit import keys as trail_keys
from placet.db import embedded
from placet.db.migrate import migrate
from placet.demo import loading
from placet.settings import Settings

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from acceptance.web.chromium import chromium  # noqa: E402 - it lies beside the tests
from acceptance.web.pictures import LOOKS, small, still  # noqa: E402 - it lies beside the tests

IMAGES = ROOT / "docs" / "images"
TABLET: dict[str, dict[str, Any]] = {
    look: {"viewport": {"width": 768, "height": 1024}, "color_scheme": scheme}
    for look, scheme in (("tablet", "light"), ("tablet-dark", "dark"))
}
CLAIRE, JONAS, INES = "claire.amiel", "jonas.reber", "ines.vautier-holm"
CALL = (
    "She called this morning. Her new e-mail is tamsin@marlow-studio.example and she prefers the phone now. "
    "She said that she is married. "
    "Her sister lives in Leeds and works as a nurse. Perhaps she will sell the studio next year."
)
Show = Callable[[Page], Awaitable[Any]]


def at(path: str) -> Show:
    """A screen that needs nothing but its address."""
    return lambda page: page.goto(path)


def card(path: str, field: str, mode: str = "") -> Show:
    """A list with the card of a field open, and with one of its forms."""

    async def show(page: Page) -> None:
        await page.goto(path)
        row = page.locator("[data-item] a.fld", has_text=field).first
        await page.goto(await row.get_attribute("href") or "")
        if mode:
            await page.locator(".card .acts.read").get_by_role("link", name=mode).click()
        await page.mouse.move(0, 0)
        await page.locator(".card").evaluate("card => card.scrollIntoView({block: 'center'})")

    return show


async def inbox(page: Page) -> None:
    """Rows selected above the card in focus; the tint says which of them will be taken."""
    await card("/inbox", "Risk appetite")(page)
    await page.get_by_label("Select Source of wealth").first.check()
    for box in await page.locator("//li[@data-mode]/preceding::label[@class='tick']/input").all():
        await box.check()
    await page.locator(".card .fld").focus()
    await page.evaluate("scrollTo(0, 0)")


async def source(page: Page) -> None:
    """A note and what was read from it."""
    await page.goto("/customers/brandt")
    note = await page.locator(".batch a", has_text="Review").first.get_attribute("href")
    await card(note or "", "Risk appetite")(page)
    await page.evaluate("scrollTo(0, 0)")


async def batch(page: Page) -> None:
    """What was proposed together."""
    await source(page)
    await page.goto(await page.locator(".card .card-f a.mono").first.get_attribute("href") or "")
    await page.goto(await page.locator('a[href^="/batches/"]').first.get_attribute("href") or "")


async def artifact(page: Page) -> None:
    """One that was accepted with a change, and its trail."""
    await page.goto("/history")
    row = page.locator(".past-row:has(.mark.edited) .fld").first
    await page.goto(await row.get_attribute("href") or "")


async def session(page: Page) -> None:
    """A note told in the chat and what is asked back; in the light, which comes last, also what is proposed in the end."""
    await page.goto("/customers/osei-marlow/session")
    await page.locator("#words").fill(CALL)
    await page.locator("#send").click()
    await page.locator(".asked form").wait_for()
    await page.wait_for_selector("#log[aria-busy=false]", state="attached")
    if await page.evaluate("matchMedia('(min-width: 901px) and (prefers-color-scheme: light)').matches"):
        await page.get_by_role("button", name="Skip the rest").click()
        await page.locator(".came").wait_for()
        await page.wait_for_selector("#log[aria-busy=false]", state="attached")


async def palette(page: Page) -> None:
    """Going anywhere by a few letters."""
    await page.goto("/inbox")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("br")
    await page.locator("#palette [role=option]").first.wait_for()


async def keys(page: Page) -> None:
    """The keys."""
    await page.goto("/inbox")
    await page.keyboard.press("?")
    await page.locator("#keys-help").wait_for()


SCREENS: dict[str, tuple[str | None, Show]] = {
    "sign-in": (None, at("/sign-in")),
    "inbox": (CLAIRE, inbox),
    "history": (CLAIRE, at("/history")),
    "card": (CLAIRE, card("/inbox?order=asc", "Risk appetite")),
    "card-edit": (CLAIRE, card("/inbox?order=asc", "Risk appetite", "Edit")),
    "card-reject": (CLAIRE, card("/inbox?order=asc", "Risk appetite", "Reject")),
    "stale": (JONAS, card("/customers/rauscher", "Risk appetite")),
    "customers": (CLAIRE, at("/customers")),
    "customer": (CLAIRE, at("/customers/brandt")),
    "profile": (CLAIRE, at("/customers/lund/profile")),
    "timeline": (CLAIRE, at("/customers/brandt/timeline")),
    "as-of": (CLAIRE, at("/customers/brandt/timeline?asOf=2026-09-30")),
    "sources": (CLAIRE, at("/customers/brandt/sources")),
    "source": (CLAIRE, source),
    "batch": (CLAIRE, batch),
    "artifact": (CLAIRE, artifact),
    "read": (CLAIRE, at("/customers/brandt/read")),
    "session": (CLAIRE, session),
    "insights": (INES, at("/insights?days=0")),
    "settings": (CLAIRE, at("/settings")),
    "delegations": (CLAIRE, at("/settings/delegations")),
    "people": (INES, at("/admin")),
    "fields": (INES, at("/fields")),
    "deliveries": (INES, at("/admin/deliveries")),
    "palette": (CLAIRE, palette),
    "keys": (CLAIRE, keys),
    "nothing": (CLAIRE, at("/inbox?customer=lund&field=pep")),
    "not-there": (CLAIRE, at("/customers/rauscher")),
    "styleguide": (None, at("/styleguide")),
}


@contextmanager
def demo() -> Iterator[str]:
    """The address of a freshly loaded demo."""
    with tempfile.TemporaryDirectory(prefix="placet-shots-", ignore_cleanup_errors=True) as home:
        database = embedded.start(Path(home))
        asyncio.run(_load(database))
        os.environ |= {
            "PLACET_DATABASE_URL": database.app_url(),
            "PLACET_PROFILE_SCHEMA": str(loading.schema_file()),
            "PLACET_HOME": home,
            "PLACET_TRAIL_KEY": trail_keys.new_key(Settings()).text,
            "PLACET_DEV": "yes",
        }
        config = uvicorn.Config(
            "placet.api.app:from_environment", factory=True, host="127.0.0.1", port=0, log_level="warning"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            threading.Event().wait(0.05)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            database.release()


async def _load(database: embedded.EmbeddedServer) -> None:
    await migrate(database.owner_url(), database.app_url())
    await loading.load(database.owner_url(), database.app_url(), secret_key=secrets.token_urlsafe(32))


async def signed_in(browser: Browser, url: str, look: str, user: str | None) -> BrowserContext:
    """A browser with that look, of somebody or of nobody."""
    context = await still(browser, look, base_url=url, **TABLET.get(look, {}))
    context.set_default_timeout(20_000)
    if user is not None:
        page = await context.new_page()
        await page.goto("/sign-in")
        await page.get_by_label("E-mail").fill(f"{user}@placet.example")
        await page.get_by_label("Password").fill(loading.DEMO_PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.wait_for_url("**/inbox")
        await page.close()
    return context


async def take(page: Page, file: Path, part: str = "", *, full: bool = False) -> None:
    """Write the picture, of a part of the page or of all of it."""
    await page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    plain: dict[str, Any] = {"animations": "disabled", "caret": "hide"}
    png = await page.locator(part).first.screenshot(**plain) if part else await page.screenshot(full_page=full, **plain)
    small(Image.open(BytesIO(png)).convert("RGB")).save(file, optimize=True)
    print(file.name, flush=True)


async def screens(browser: Browser, url: str, folder: Path, looks: list[str], names: list[str], *, full: bool) -> None:
    """Every screen in every look; one person's after the other, so that each signs in once."""
    for look in reversed(looks):
        for user in dict.fromkeys(user for user, _ in SCREENS.values()):
            context = await signed_in(browser, url, look, user)
            for name, (whose, show) in SCREENS.items():
                if whose == user and (not names or name in names):
                    page = await context.new_page()
                    await show(page)
                    await take(page, folder / f"{name}-{look}.png", full=full and look != "phone")
                    await page.close()
            await context.close()


KINDS: dict[str, dict[str, Any]] = {  # one of each type beside the profile edit, for the customer of `TO`
    "task": {
        "title": "Send her the education scenarios",
        "due": "2027-03-01",
        "source_text": "send her the education scenarios before March",
    },
    "email_draft": {
        "to": ["Frieda Brandt <frieda@brandt.example>"],
        "subject": "The education scenarios",
        "body": "Dear Ms Brandt,\n\nas promised, the two scenarios for the education of the children.\n\nClaire Amiel",
        "source_text": "send her the education scenarios before March",
    },
    "document": {
        "title": "Education scenarios",
        "template": "summary",
        "data": {
            "title": "Education scenarios",
            "subtitle": "For Frieda Brandt, February 2027",
            "rows": [["Horizon", "9 years"], ["Monthly saving", "CHF 1,200"], ["Expected at 18", "CHF 168,000"]],
            "paragraphs": ["Two scenarios, cautious and balanced, before fees and taxes."],
        },
    },
    "note": {
        "title": "How she likes to meet",
        "text": "Mornings, in person, and never by video. Brings her sister when it is about the children.",
        "tags": ["meeting", "family"],
        "source_text": "mornings, in person, and never by video",
    },
    "additional_fact": {
        "key": "boat",
        "label": "Boat",
        "value": "A 9 m sloop on the lake",
        "source_text": "her sloop on the lake",
    },
}
TO = "brandt"
NOTE = (
    "Met in person: mornings, in person, and never by video. She spoke of her sloop on the lake, and of school fees: "
    "I am to send her the education scenarios before March."
)


async def _propose_kinds(url: str) -> list[str]:
    """Propose one of each, and the artifacts' ids."""
    from placet import Repository, as_agent, open_pool
    from placet.artifacts.propose import Item, Source

    pool = await open_pool(url, size=2)
    try:
        items = [Item(artifact_type=kind, payload=payload) for kind, payload in KINDS.items()]
        found = await Repository(pool).propose_many(
            as_agent("note-reader"), TO, items, source=Source(text=NOTE, title="Coffee at the lake")
        )
        return [artifact.id for artifact in found.artifacts]
    finally:
        await pool.close()


async def kinds(browser: Browser, url: str, folder: Path, ids: list[str]) -> None:
    """A picture of the card of each type."""
    context = await signed_in(browser, url, "light", CLAIRE)
    for kind, artifact_id in zip(KINDS, ids, strict=True):
        page = await context.new_page()
        await page.goto(f"/artifacts/{artifact_id}", wait_until="networkidle")
        await take(page, folder / f"type-{kind.replace('_', '-')}.png", ".item.card")
        await page.close()
    await context.close()


async def shoot(url: str, arguments: argparse.Namespace) -> None:
    """Take what was asked for."""
    folder: Path = arguments.all or IMAGES
    looks = [*LOOKS, *TABLET] if arguments.all else [*LOOKS]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--font-render-hinting=none"]
        )
        await screens(browser, url, folder, looks, arguments.only, full=bool(arguments.all))
        if not (arguments.url or arguments.only or arguments.all):
            await kinds(browser, url, folder, await _propose_kinds(os.environ["PLACET_DATABASE_URL"]))
        await browser.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="whole pages, at 768 pixels too, into FOLDER")
    parser.add_argument("--url", help="the address of a demo that runs already")
    parser.add_argument("--only", nargs="+", default=[], choices=SCREENS, metavar="SCREEN", help="these screens only")
    arguments = parser.parse_args()
    (arguments.all or IMAGES).mkdir(parents=True, exist_ok=True)
    if arguments.url:
        asyncio.run(shoot(arguments.url, arguments))
        return
    with demo() as url:
        asyncio.run(shoot(url, arguments))


if __name__ == "__main__":
    main()
