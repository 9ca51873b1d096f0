"""The tokens of the style guide are those of the stylesheet, each with what it is for; and its colours can be read."""

from __future__ import annotations

import re

import pytest

from placet.web import render, tokens
from placet.web.pages import styleguide

COLOURS = {each.name: each.values for each in tokens.colours()}
WORDS = [("text", "surface"), ("text", "marker-on"), ("text-2", "canvas"), ("text-3", "ink-soft"), ("text-3", "canvas")]
WORDS += [("on-ink", "ink"), ("on-ink", "ink-hover"), ("warn", "warn-soft"), ("stop", "stop-soft"), ("ink", "ink-soft")]
EDGES = [("control", "surface"), ("control", "canvas"), ("pencil", "surface"), ("ink", "canvas")]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, by WCAG 2.2."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_token_of_the_stylesheet_is_explained_and_no_other() -> None:
    assert tokens.unexplained() == set()
    for found, said in (
        (tokens.colours(), tokens.COLOURS),
        (tokens.texts(), tokens.TEXTS),
        (tokens.sizes(), tokens.SIZES),
    ):
        assert {each.name for each in found} == set(said)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_and_edges_stand_out_from_their_ground(theme: int) -> None:
    for pairs, least in ((WORDS, 4.5), (EDGES, 3.0)):
        for front, ground in pairs:
            assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= least, (front, ground)


def test_the_style_guide_shows_every_state_flag_and_token() -> None:
    html = render.page(styleguide.page())
    for status, words in render.OUTCOMES.items():
        assert f'class="mark {status}"' in html
        assert words in html
    for symbol, tone in render.FLAGS.values():
        assert re.search(rf'class="flag {tone}"><svg class="ic " aria-hidden="true"><use href="[^"]+#{symbol}"', html)
    for each in (*tokens.colours(), *tokens.texts()):
        assert html.count(f"var(--{each.name})") == (2 if each.name in COLOURS else 1)
    assert not re.search(r"<style|style=|onclick=", html)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
