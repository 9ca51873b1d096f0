"""Take the pictures in docs/images: start the demo on a temporary home, sign in as a relationship manager, photograph.

With `--all FOLDER`, every page at 390, 768 and 1440 pixels, light and dark, to look through them. With `--url`, a demo
that already runs. Where Inter, Charis SIL and JetBrains Mono are installed they stand in for what other systems show.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from placet.db import embedded
from placet.db.migrate import migrate
from placet.demo import loading

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTHS = {390: 844, 768: 1024, 1440: 900}
PHONE = 390
RM, ADMIN = "claire.amiel@placet.example", "ines.vautier-holm@placet.example"
CALL = (
    "She called this morning. Her new e-mail is tamsin@marlow-studio.example and she prefers the phone now. "
    "She said that she is married. "
    "Her sister lives in Leeds and works as a nurse. Perhaps she will sell the studio next year."
)
FONTS = """() => {
  for (const [name, family] of [["--sans", "Inter"], ["--serif", "Charis SIL"], ["--mono", "JetBrains Mono"]]) {
    const root = document.documentElement;
    root.style.setProperty(name, `"${family}", ${getComputedStyle(root).getPropertyValue(name)}`);
  }
}"""
# A PNG of at most 256 colours, the commonest ones, each other pixel as the nearest of them: a third of the size.
PALETTE = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const {width, height} = image, context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer), counts = new Map();
  for (const p of pixels) counts.set(p, (counts.get(p) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([p]) => p);
  const rgb = (p) => [p & 255, p >> 8 & 255, p >> 16 & 255];
  const colours = palette.map(rgb), index = new Map(palette.map((p, i) => [p, i]));
  const nearest = (p) => {
    const [r, g, b] = rgb(p);
    let best = 0, least = Infinity;
    colours.forEach(([x, y, z], i) => {
      const far = 2 * (r - x) ** 2 + 4 * (g - y) ** 2 + 3 * (b - z) ** 2;
      if (far < least) { least = far; best = i; }
    });
    return best;
  };
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0, at = 0; y < height; y++) for (let x = -1; x < width; x++, at++) if (x >= 0) {
    const p = pixels[y * width + x];
    if (!index.has(p)) index.set(p, nearest(p));
    rows[at] = index.get(p);
  }
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const deflated = new Uint8Array(await new Response(packed).arrayBuffer());
  const crcs = Uint32Array.from({length: 256}, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ n >>> 1 : n >>> 1;
    return n;
  });
  const number = (n) => [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255];
  const chunk = (kind, data) => {
    const body = [...new TextEncoder().encode(kind), ...data];
    let crc = -1;
    for (const byte of body) crc = crcs[(crc ^ byte) & 255] ^ crc >>> 8;
    return [...number(data.length), ...body, ...number(~crc)];
  };
  const bytes = [137, 80, 78, 71, 13, 10, 26, 10, ...chunk("IHDR", [...number(width), ...number(height), 8, 3, 0, 0, 0]),
    ...chunk("PLTE", colours.flat()), ...chunk("IDAT", deflated), ...chunk("IEND", [])];
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""


@contextmanager
def demo() -> Iterator[str]:
    """The address of a freshly loaded demo."""
    with tempfile.TemporaryDirectory(prefix="placet-shots-", ignore_cleanup_errors=True) as home:
        database = embedded.start(Path(home))
        asyncio.run(_load(database))
        os.environ |= {
            "PLACET_DATABASE_URL": database.app_url(),
            "PLACET_PROFILE_SCHEMA": str(loading.schema_file()),
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
    await loading.load(database.owner_url(), database.app_url())


class Camera:
    """A signed-in browser window."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1440, dark: bool = False, email: str = RM) -> None:
        phone = width == PHONE
        self.context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=1,
        )
        self.page: Page = self.context.new_page()
        self.page.goto("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(loading.DEMO_PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/inbox")

    def to(self, path: str) -> Page:
        """Open a page of ours."""
        self.page.goto(path)
        return self.page

    def open(self, path: str, field: str, mode: str = "") -> Page:
        """Open a page and the card of a field in it."""
        self.to(path).locator("[data-item] .fld", has_text=field).first.click()
        if mode:
            self.page.locator(".card .acts.read").get_by_role("link", name=mode).click()
        return self.page

    def take(self, file: Path, *, full: bool = False) -> None:
        """Write the picture."""
        self.page.evaluate(FONTS)
        self.page.wait_for_timeout(150)
        png = self.page.screenshot(full_page=full)
        file.write_bytes(png if full else _smaller(self.context.browser, png))
        print(f"{file.name}: {file.stat().st_size // 1024} kB")


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


def kinds(browser: Browser, url: str, folder: Path, ids: list[str], *, every: bool) -> None:
    """A picture of the card of each type; with `every` in all widths, light and dark, and decided too."""
    looks = [(width, dark) for width in WIDTHS for dark in (False, True)] if every else [(1440, False)]
    for state in ("pending", "accepted") if every else ("pending",):
        for width, dark in looks:
            camera = Camera(browser, url, width=width, dark=dark)
            for kind, artifact_id in zip(KINDS, ids, strict=True):
                page = camera.to(f"/artifacts/{artifact_id}")
                page.wait_for_load_state("networkidle")
                if every:
                    look = f"{kind}-{state}-{width}-{'dark' if dark else 'light'}.png"
                    camera.take(folder / look, full=True)
                    continue
                page.evaluate(FONTS)
                page.wait_for_timeout(150)
                png = page.locator(".item.card").first.screenshot()
                (folder / f"type-{kind.replace('_', '-')}.png").write_bytes(_smaller(browser, png))
            if every:
                camera.to(f"/customers/{TO}")
                camera.take(folder / f"customer-{state}-{width}-{'dark' if dark else 'light'}.png", full=True)
            camera.context.close()
        if every and state == "pending":
            camera = Camera(browser, url)
            for artifact_id in ids:
                camera.to(f"/artifacts/{artifact_id}").get_by_role("button", name="Accept").first.click()
                camera.page.wait_for_load_state("networkidle")
            camera.context.close()


def _smaller(browser: Browser | None, png: bytes) -> bytes:
    """The picture in a palette."""
    assert browser is not None
    page = browser.new_page()
    small = base64.b64decode(page.evaluate(PALETTE, base64.b64encode(png).decode()))
    page.close()
    return small


def pictures(browser: Browser, url: str, folder: Path) -> None:
    """The few that the documentation shows."""
    for dark in (False, True):
        camera = Camera(browser, url, dark=dark)
        page = camera.open("/inbox?order=asc", "Risk appetite")
        for box in page.locator("//li[@data-mode]/preceding::label[@class='tick']/input").all():
            box.check()
        page.locator(".card .fld").focus()
        page.evaluate("scrollTo(0, 0)")
        camera.take(folder / f"inbox-{'dark' if dark else 'light'}.png")
        camera.context.close()
    camera = Camera(browser, url)
    camera.to("/customers/brandt")
    camera.take(folder / "customer-light.png")
    source = camera.page.locator(".batch a", has_text="Review").get_attribute("href") or ""
    camera.open(source, "Risk appetite")
    camera.take(folder / "source-light.png")
    camera.context.close()
    for name, options in (("light", {}), ("dark", {"dark": True}), ("phone", {"width": PHONE})):
        camera = Camera(browser, url, **options)  # type: ignore[arg-type]
        page = camera.to("/customers/osei-marlow/session")
        page.locator("#words").fill(CALL)
        page.locator("#send").click()
        page.locator(".asked form").wait_for()
        page.wait_for_selector("#log[aria-busy=false]")
        if name == "light":
            page.get_by_role("button", name="Skip the rest").click()
            page.locator(".came").wait_for()
        camera.take(folder / f"session-{name}.png")
        camera.to("/insights?days=0")
        camera.take(folder / f"insights-{name}.png")
        camera.to("/customers/lund/timeline?asOf=2026-08-31")
        camera.take(folder / f"as-of-{name}.png")
        camera.context.close()
    camera = Camera(browser, url, width=PHONE)
    camera.open("/inbox", "Risk appetite")
    camera.page.locator(".card").scroll_into_view_if_needed()
    camera.take(folder / "card-phone.png")
    camera.context.close()


def everything(browser: Browser, url: str, folder: Path) -> None:
    """Every page in every width and both themes."""
    folder.mkdir(parents=True, exist_ok=True)
    for width, height in WIDTHS.items():
        for dark in (False, True):
            tail = f"{width}{'-dark' if dark else ''}.png"
            camera = Camera(browser, url, width=width, dark=dark)
            page = camera.page
            plain = {
                "inbox": "/inbox",
                "inbox-nothing": "/inbox?customer=lund&field=pep",
                "history": "/history",
                "customers": "/customers",
                "overview": "/customers/brandt",
                "profile": "/customers/lund/profile",
                "timeline": "/customers/brandt/timeline",
                "sources": "/customers/brandt/sources",
                "read": "/customers/brandt/read",
                "not-here": "/customers/rauscher",
            }
            for name, path in plain.items():
                camera.to(path)
                camera.take(folder / f"{name}-{tail}", full=True)
            for name, path, mode in (
                ("open", "/inbox", ""),
                ("edit", "/inbox", "Edit"),
                ("reject", "/inbox", "Reject"),
            ):
                camera.open(path, "Risk appetite", mode)
                camera.take(folder / f"{name}-{tail}")
            source = camera.to("/customers/brandt").locator(".batch a").first.get_attribute("href") or ""
            camera.open(source, "Risk appetite")
            camera.take(folder / f"source-{tail}")
            trail = page.locator(".card .card-f a.mono").get_attribute("href") or ""
            camera.to(trail)
            camera.take(folder / f"artifact-{tail}", full=True)
            batch = page.locator('.panel a[href^="/batches/"]').get_attribute("href") or ""
            camera.to(batch)
            camera.take(folder / f"batch-{tail}", full=True)
            camera.to("/history").locator(".past .fld").first.click()
            camera.take(folder / f"decided-{tail}", full=True)
            camera.context.close()
            camera = Camera(browser, url, width=width, dark=dark, email=ADMIN)
            camera.to("/customers/new")
            camera.take(folder / f"new-customer-{tail}")
            camera.open("/customers/rauscher", "Risk appetite")
            camera.take(folder / f"stale-{tail}")
            camera.context.close()
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{url}/sign-in")
            page.screenshot(path=folder / f"sign-in-{tail}")
            page.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page in every width and theme, into FOLDER")
    parser.add_argument("--url", help="the address of a demo that runs already")
    parser.add_argument(
        "--types", type=Path, metavar="FOLDER", help="the card of each type; into docs/images one picture each"
    )
    arguments = parser.parse_args()

    def shoot(url: str) -> None:
        with sync_playwright() as playwright:
            options: dict[str, Any] = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
            browser = playwright.chromium.launch(**options)
            if arguments.types:
                arguments.types.mkdir(parents=True, exist_ok=True)
                kinds(browser, url, arguments.types, ids, every=arguments.types.resolve() != IMAGES)
            elif arguments.all:
                everything(browser, url, arguments.all)
            else:
                folder = IMAGES
                folder.mkdir(parents=True, exist_ok=True)
                pictures(browser, url, folder)
            browser.close()

    ids: list[str] = []
    if arguments.url:
        shoot(arguments.url)
        return
    with demo() as url:
        if arguments.types:
            ids = asyncio.run(_propose_kinds(os.environ["PLACET_DATABASE_URL"]))
        shoot(url)


if __name__ == "__main__":
    main()
