"""Every page of the style guide in a browser: no accessibility violations, nothing too wide, nothing too small to touch."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from acceptance.web import styleguide

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}

COLOUR = ["color-contrast", "link-in-text-block"]  # all that a theme can change
RUN = """async (only) => {
  const {violations} = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
  const told = (node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`;
  return violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(told).join(" | ")}`);
}"""
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const over = (e) => e.getBoundingClientRect().right > width + 1 && e.checkVisibility();
  const named = [...document.querySelectorAll("body *")].filter(over).map(e => e.outerHTML.slice(0, 120));
  return [...named, "the page scrolls sideways"].slice(-6);
}"""
# What can be touched answers within 44 x 44 around its middle, unless it stands in a sentence.
SMALL = """() => {
  const small = [];
  const sentences = "p:not(.nothing), dd, figcaption, sup, .past-row, .seen";
  for (const e of document.querySelectorAll("a[href], button, select, summary, input:not([type=hidden]), textarea")) {
    if (!e.checkVisibility({visibilityProperty: true}) || e.closest(".sr, .skip")) continue;
    if (getComputedStyle(e).display === "inline" && e.closest(sentences)) continue;
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


async def opened(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """A page in a context of its own, and what its console complains about."""
    context = await browser.new_context(**options)
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(address)
    return page, said


async def check(page: Page, axe: str, widths: tuple[int, ...]) -> None:
    """No violations in either theme, and no sideways scrolling at any of the widths."""
    await page.evaluate(axe)
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert await page.evaluate(RUN, {"type": "tag", "values": LEVELS}) == []
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert await page.evaluate(RUN, {"type": "rule", "values": COLOUR}) == []
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate(WIDER) == [], width


@pytest.mark.parametrize("name", styleguide.PAGES)
async def test_on_a_phone(browser: Browser, guide: str, axe: str, name: str) -> None:
    page, said = await opened(browser, f"{guide}/see/{name}", **PHONE)
    assert await page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert await page.evaluate(SMALL) == []
    await check(page, axe, (320, 640, 900))
    assert said == []
    await page.context.close()


@pytest.mark.parametrize("name", styleguide.PAGES)
async def test_on_a_desk(browser: Browser, guide: str, axe: str, name: str) -> None:
    page, said = await opened(browser, f"{guide}/see/{name}", **DESK)
    await check(page, axe, (768, 901, 1180, 1920))
    assert said == []
    await page.context.close()


@pytest.mark.parametrize("name", ["inbox-open", "source", "profile", "sign-in"])
async def test_the_theme_follows_the_system_and_a_choice_is_kept(browser: Browser, guide: str, name: str) -> None:
    page, _ = await opened(browser, f"{guide}/see/{name}", color_scheme="dark", **DESK)
    background = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(background) == "rgb(16, 19, 18)"
    await page.evaluate("localStorage.setItem('placet.theme', 'light')")
    await page.reload()
    assert await page.evaluate(background) == "rgb(244, 244, 240)"
    await page.context.close()


async def test_symbols_are_drawn_under_the_security_policy(browser: Browser, guide: str) -> None:
    page, said = await opened(browser, f"{guide}/see/inbox", **DESK)
    box = await page.evaluate("document.querySelector('.mark use').getBBox().width")
    assert box > 10
    assert said == []
    await page.context.close()
