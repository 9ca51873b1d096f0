"""The pictures of the documentation: every one is shown somewhere, every one that is shown is there, together they are small."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs/images"


def shown() -> set[Path]:
    """The pictures that pages name, wherever they stand."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {
        (page.parent / name).resolve()
        for page in pages
        for name in re.findall(r"\]\(([^)\s]+\.png)\)", page.read_text(encoding="utf-8"))
    }


def test_every_picture_is_shown_and_every_one_that_is_shown_is_there() -> None:
    assert shown() == {path.resolve() for path in IMAGES.iterdir()}


def test_the_gallery_shows_each_screen_in_the_light_in_the_dark_and_on_a_phone() -> None:
    gallery = (ROOT / "docs/screens.md").read_text(encoding="utf-8")
    screens = re.findall(r"images/([\w-]+)-light\.png", gallery)
    taken = re.findall(
        r'^    "([\w-]+)": \((?:None|CLAIRE|JONAS|INES), ', (ROOT / "scripts/shots.py").read_text(), re.MULTILINE
    )
    assert sorted(screens) == sorted(taken)
    for name in screens:
        assert f"images/{name}-dark.png" in gallery
        assert f"images/{name}-phone.png" in gallery


def test_together_they_are_small() -> None:
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < 4_000_000
