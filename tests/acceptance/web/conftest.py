"""A browser, the style guide on a port of its own, and axe-core."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright, expect

from acceptance.web import styleguide
from acceptance.web.chromium import chromium

expect.set_options(timeout=15_000)  # a machine may be busy; what is expected is waited for, not measured


@pytest.fixture(scope="session")
def guide() -> Iterator[str]:
    """The address of the style guide, served for the whole run."""
    server = uvicorn.Server(uvicorn.Config(styleguide.app(), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the style guide did not start"
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The Chromium of this run."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--font-render-hinting=none",
            ],
        )
        yield started
        await started.close()
        await asyncio.sleep(0)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, to be evaluated in a page (a script tag would break the security policy)."""
    return Path(__file__).with_name("vendor").joinpath("axe.min.js").read_text()
