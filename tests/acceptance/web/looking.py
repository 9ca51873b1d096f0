"""Looking at a page: it is loaded once and then seen at every width, in both themes and by touch.

The wide windows come first, with a mouse; a page that was once touched never believes in a mouse again, so the phone is last.
"""

from __future__ import annotations

from typing import Any, Final

from playwright.async_api import CDPSession, Page

PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: Final[dict[str, Any]] = {"viewport": {"width": 1440, "height": 900}}
LEVELS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR: Final = ["color-contrast", "link-in-text-block"]  # all that a theme can change: the document is the same

RUN: Final = """async (only) => {
  const {violations} = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
  const told = (node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`;
  return violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(told).join(" | ")}`);
}"""
WIDER: Final = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const over = (e) => e.getBoundingClientRect().right > width + 1 && e.checkVisibility();
  const named = [...document.querySelectorAll("body *")].filter(over).map(e => e.outerHTML.slice(0, 120));
  return [...named, "the page scrolls sideways"].slice(-6);
}"""
# What can be touched answers within 44 x 44 around its middle, unless it stands in a sentence or behind a dialog.
SMALL: Final = """() => {
  const small = [], dialog = document.querySelector("dialog:modal");
  const sentences = "p:not(.nothing), dd, figcaption, sup, .past-row, .seen, .att, .rule";
  for (const e of (dialog ?? document).querySelectorAll("a[href], button, select, summary, input:not([type=hidden]), textarea")) {
    if (!e.checkVisibility({visibilityProperty: true}) || e.closest(".sr, .skip")) continue;
    const {display, pointerEvents} = getComputedStyle(e);
    if (pointerEvents === "none" || e.localName === "a" && /^inline(-block)?$/.test(display) && e.closest(sentences)) continue;
    e.scrollIntoView({block: "center", inline: "center"});
    const box = (e.closest("label") ?? e).getBoundingClientRect();
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const answers = ([dx, dy]) => {
      const hit = document.elementFromPoint(x + dx, y + dy);
      return hit && (e.contains(hit) || hit.closest("label")?.contains(e));
    };
    const around = [[0, -20], [0, 20], ...(box.width < 44 ? [[-20, 0], [20, 0]] : [])];
    if (!around.every(answers)) small.push(`${Math.round(box.width)}x${Math.round(box.height)} ${e.outerHTML.slice(0, 140)}`);
  }
  return small;
}"""


async def resize(session: CDPSession, width: int, *, phone: bool = False) -> None:
    """Let the page think that its window is that wide: 800 px high, or a phone's."""
    await session.send(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844 if phone else 800, "deviceScaleFactor": 1, "mobile": phone},
    )


async def walk(page: Page, axe: str) -> list[str]:
    """What is wrong with a loaded page of a window with a mouse: violations, sideways scrolling, targets too small to touch.

    Everything axe-core knows at 1440, 768 and 390 pixels in the light, what a theme can change in the dark; no scrolling sideways
    from 1920 down to 320, on a phone down to there.
    """
    found: list[str] = []
    session = await page.context.new_cdp_session(page)
    await page.evaluate(axe)

    async def look(where: str, script: str, only: dict[str, Any] | None = None) -> None:
        found.extend(f"{where}: {each}" for each in await page.evaluate(script, only))

    async def both_themes(width: int) -> None:
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await look(f"{width}", RUN, {"type": "tag", "values": LEVELS})
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await look(f"{width} dark", RUN, {"type": "rule", "values": COLOUR})

    for width in (1920, 1440, 1180, 901, 768):
        await resize(session, width)
        await look(f"{width}", WIDER)
        if width in (1440, 768):
            await both_themes(width)
    await session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    assert await page.evaluate("matchMedia('(pointer: coarse)').matches")
    for width in (900, 640, 390, 320):
        await resize(session, width, phone=True)
        await look(f"{width}", WIDER)
        if width == 390:
            await both_themes(width)
            await look(f"{width}", SMALL)
    await session.detach()
    return found
