"""What is narrow breaks where words do, and what stands side by side does not touch."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from acceptance.pages.conftest import DESK, Site, item

# Where the lines of an element's text break: the character before each break and the one after.
BREAKS = """(element) => {
  const range = document.createRange(), walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), breaks = [];
  for (let before = null, bottom = null; walk.nextNode();) for (let at = 0; at < walk.currentNode.length; at++) {
    range.setStart(walk.currentNode, at); range.setEnd(walk.currentNode, at + 1);
    const [box] = range.getClientRects(), character = walk.currentNode.data[at];
    if (!box) continue;
    if (bottom !== null && box.top > bottom - 2) breaks.push(before + character);
    [before, bottom] = [character, box.bottom];
  }
  return breaks;
}"""


async def test_an_address_does_not_break_within_a_word(site: Site, window: Callable[..., Any]) -> None:
    address = "anouk.delacourt@delacourtpham.example"
    note = site.note("Call", f"Write to {address} from now on.")
    read = await site.propose("delacourt-pham", item("email", address, source_text=address), source=note)
    page: Page = (await window("claire", **DESK)).page
    await page.goto(f"/sources/{read.artifacts[0].source_id}")
    proposed = page.locator(".row .val ins", has_text=address)
    await expect(proposed).to_be_visible()
    for broken in await proposed.evaluate(BREAKS):
        assert broken[1] in "@.", broken
    await page.goto("/customers/delacourt-pham")
    fact = page.locator(".panel .facts dd", has_text="@").first
    await expect(fact).to_be_visible()
    for broken in await fact.evaluate(BREAKS):
        assert broken[1] in "@.", broken


async def test_the_labels_of_the_bar_below_do_not_touch(window: Callable[..., Any]) -> None:
    page: Page = (await window("claire", viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)).page
    await page.goto("/inbox")
    bar = page.locator(".tabbar")
    await expect(bar).to_be_visible()
    boxes = await bar.locator(":scope > a, summary").evaluate_all(
        """(all) => all.map((each) => {
          const range = document.createRange();
          const texts = document.createTreeWalker(each, NodeFilter.SHOW_TEXT, ({ data, parentNode }) =>
            data.trim() && !parentNode.closest(".num, .sr") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
          range.selectNodeContents(texts.nextNode());
          const { left, right } = range.getBoundingClientRect();
          return [left, right];
        })"""
    )
    assert len(boxes) == 5
    for (_, right), (left, _) in itertools.pairwise(boxes):
        assert left - right >= 4, boxes
