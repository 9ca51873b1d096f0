"""A browser that is signed in as one of the measured RMs, for what only a browser can show."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext

COOKIE = "__Host-placet"
TOKEN = "bench-sign-in"


async def sign_in(owner: asyncpg.Connection, rm: str) -> dict[str, str]:
    """Sign an RM in for an hour, nowhere else; the header that says so."""
    await owner.execute(
        "delete from sign_in where user_id = $1 or token_hash = $2", rm, sha256(TOKEN.encode()).digest()
    )
    await owner.execute(
        "insert into sign_in (token_hash, user_id, expires_at) values ($1, $2, now() + interval '1 hour')",
        sha256(TOKEN.encode()).digest(),
        rm,
    )
    return {"cookie": f"{COOKIE}={TOKEN}"}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser | None]:
    """A browser; None where there is none."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError:
        yield None
        return
    async with async_playwright() as playwright:
        try:
            path = shutil.which("chromium") or shutil.which("chromium-headless-shell")  # what people use, if it is here
            browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error:
            yield None
            return
        yield browser
        await browser.close()


async def signed_in(browser: Browser, server: str) -> BrowserContext:
    """A context that has nothing of ours yet but the sign-in."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    cookie = {"name": COOKIE, "value": TOKEN, "url": server.replace("http:", "https:"), "secure": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    return context
