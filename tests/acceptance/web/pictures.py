"""Pictures of pages that are the same on every machine, and how far two of them are apart.

Fonts differ between machines, so the pages are drawn with three that lie beside the tests, put in front of what the
stylesheet names; time and people are made up and stand still. Browsers smooth letters differently, which shows in single
pixels: both pictures are blurred a little before they are compared, so that only what moved, grew or changed is left over.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageChops, ImageFilter
from playwright.async_api import Browser, BrowserContext, Route

from acceptance.web.looking import DESK, PHONE
from placet.web.static_files import FILES

FONTS: Final = {  # token -> family, file, weights
    "sans": ("Inter", "inter", "100 900"),
    "serif": ("Charis SIL", "charis-sil", "400"),
    "mono": ("JetBrains Mono", "jetbrains-mono", "100 800"),
}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "light": {**DESK, "color_scheme": "light"},
    "dark": {**DESK, "color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "light"},
}
BLUR: Final = 1.5  # pixels
APART: Final = 24  # of 255: a pixel that differs by more is another one
ALLOWED: Final = 0.001  # the share of other pixels in two pictures of the same page
COLOURS: Final = 64  # in a stored picture


def with_fonts(css: str) -> str:
    """A stylesheet that draws with the fonts of the tests."""
    faces = (
        f'@font-face {{ font-family: "{family}"; font-weight: {weights}; src: url("/static/{name}.woff2") format("woff2"); }}'
        for family, name, weights in FONTS.values()
    )
    tokens = "".join(f'--{token}: "{family}", sans-serif; ' for token, (family, _, _) in FONTS.items())
    return f"{css}\n{' '.join(faces)}\n:root {{ {tokens}}}"


async def still(browser: Browser, look: str, *, extra: str = "", **options: Any) -> BrowserContext:
    """A browser whose pages look the same everywhere; `extra` are rules that a test adds."""
    settled = {"reduced_motion": "reduce", "device_scale_factor": 1, "locale": "en-GB", "timezone_id": "UTC"}
    context = await browser.new_context(**{**LOOKS.get(look, {}), **settled, **options})
    vendor = Path(__file__).with_name("vendor")

    async def font(route: Route) -> None:
        await route.fulfill(path=vendor / route.request.url.rpartition("/")[2], content_type="font/woff2")

    async def style(route: Route) -> None:
        css = with_fonts(FILES["placet.css"].body.decode()) + extra
        await route.fulfill(body=css, content_type="text/css; charset=utf-8")

    await context.route("**/static/*.woff2", font)
    await context.route("**/static/placet.css*", style)
    return context


async def picture(context: BrowserContext, address: str) -> Image.Image:
    """The first screen of a page."""
    page = await context.new_page()
    await page.goto(address, wait_until="load")
    await page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    assert await page.evaluate(
        "document.fonts.check('13px Inter') && [...document.fonts].some(f => f.status === 'loaded')"
    )
    png = await page.screenshot(animations="disabled", caret="hide")
    await page.close()
    return Image.open(BytesIO(png)).convert("RGB")


def differing(one: Image.Image, other: Image.Image) -> Image.Image:
    """Where two pictures of one size differ: white on black."""
    blurred = (each.convert("RGB").filter(ImageFilter.GaussianBlur(BLUR)) for each in (one, other))
    red, green, blue = ImageChops.difference(*blurred).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([255 if level > APART else 0 for level in range(256)])


def share(difference: Image.Image) -> float:
    """The share of pixels that differ, from 0 to 1."""
    return difference.histogram()[255] / (difference.width * difference.height)


def small(image: Image.Image) -> Image.Image:
    """The picture in its commonest colours, as it is stored."""
    common = [colour for _, colour in sorted(image.getcolors(image.width * image.height), reverse=True)[:COLOURS]]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in common for part in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def side_by_side(stored: Image.Image, seen: Image.Image, difference: Image.Image) -> Image.Image:
    """Stored, seen, and where they differ, for a person to look at."""
    made = Image.new("RGB", (stored.width * 3, stored.height))
    for place, image in enumerate((stored.convert("RGB"), seen, difference.convert("RGB"))):
        made.paste(image, (place * stored.width, 0))
    return made
