"""Every promise that is ticked, of what is guaranteed and of what a person sees, names tests, and the tests it names exist."""

import re

import pytest

from docs.pages import ROOT

EXPLAINED = ROOT / "docs" / "explanation"
PAGES = {"guarantees.md": 40, "screens.md": 55}  # and how many promises at least
ITEM = re.compile(r"^- \[(?P<done>[x ])\] (?P<text>.*(?:\n  .*)*)", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def items(page: str) -> list[tuple[bool, str]]:
    text = (EXPLAINED / page).read_text(encoding="utf-8")
    return [(found["done"] == "x", found["text"]) for found in ITEM.finditer(text)]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_ticked_names_its_tests(page: str) -> None:
    assert len(items(page)) > PAGES[page]
    assert [text for done, text in items(page) if done and not TEST.search(text)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page: str) -> None:
    missing = []
    for _, text in items(page):
        for file, test in TEST.findall(text):
            path = ROOT / "tests" / file
            source = path.read_text(encoding="utf-8") if path.exists() else ""
            if not re.search(rf"def {test}\(", source):
                missing.append(f"{file}::{test}")
    assert missing == []
