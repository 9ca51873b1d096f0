"""Key screens look as they did: made-up people, a clock that stands still, the tests' own fonts, two themes and a phone.

Where a page is meant to look otherwise, `make pictures` stores what it looks like now: a commit of its own that says what
changed and why. What was seen, beside what is stored, lies in build/pictures after a failure.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, BrowserContext

from acceptance.web.pictures import ALLOWED, LOOKS, differing, picture, share, side_by_side, small, still

STORED = Path(__file__).with_name("pictures")
SEEN = Path(__file__).parents[3] / "build" / "pictures"
RENEW = os.environ.get("RENEW_PICTURES") == "yes"
EVERYWHERE = ("light", "dark", "phone")
SCREENS = {
    "inbox": EVERYWHERE,
    "inbox-open": EVERYWHERE,
    "overview": EVERYWHERE,
    "profile": ("light", "dark"),
    "source": EVERYWHERE,
    "artifact": EVERYWHERE,
    "session": EVERYWHERE,
    "insights": ("light", "dark"),
    "sign-in": ("light", "dark"),
    "parts": ("light", "dark"),
}


@pytest.fixture(scope="module")
async def cameras(browser: Browser) -> AsyncIterator[dict[str, BrowserContext]]:
    """A browser for each look."""
    found = {look: await still(browser, look) for look in LOOKS}
    yield found
    for context in found.values():
        await context.close()


@pytest.mark.parametrize(("name", "look"), [(name, look) for name, looks in SCREENS.items() for look in looks])
async def test_a_screen_looks_as_it_did(cameras: dict[str, BrowserContext], guide: str, name: str, look: str) -> None:
    seen, file = await picture(cameras[look], f"{guide}/see/{name}"), STORED / f"{name}-{look}.png"
    if RENEW and (not file.exists() or share(differing(Image.open(file), seen)) > ALLOWED):
        small(seen).save(file, optimize=True)
    stored = Image.open(file)
    difference = differing(stored, seen)
    if (found := share(difference)) > ALLOWED:
        SEEN.mkdir(parents=True, exist_ok=True)
        side_by_side(stored, seen, difference).save(SEEN / file.name)
        pytest.fail(
            f"{found:.2%} differs: build/pictures/{file.name}. Where it is meant to: make pictures, a commit of its own."
        )


async def test_two_pixels_more_are_seen_and_another_smoothing_is_not(
    browser: Browser, cameras: dict[str, BrowserContext], guide: str
) -> None:
    address = f"{guide}/see/inbox-open"
    now = small(await picture(cameras["light"], address))
    nudged = await still(browser, "light", extra=".card-b { padding-top: 16px; }")
    assert share(differing(now, await picture(nudged, address))) > 10 * ALLOWED
    larger = await still(browser, "light", device_scale_factor=2)
    smoothed = (await picture(larger, address)).resize(now.size, Image.Resampling.BOX)
    assert smoothed.tobytes() != now.convert("RGB").tobytes()
    assert share(differing(now, smoothed)) <= ALLOWED
    for context in (nudged, larger):
        await context.close()


def test_no_picture_is_left_over_and_together_they_are_small() -> None:
    files = list(STORED.glob("*.png"))
    assert {file.stem for file in files} == {f"{name}-{look}" for name, looks in SCREENS.items() for look in looks}
    assert sum(file.stat().st_size for file in files) < 1_500_000
