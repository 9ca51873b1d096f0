"""Every guarantee that is ticked names tests, and the tests it names exist."""

import re

from docs.pages import ROOT

PAGE = ROOT / "docs" / "explanation" / "guarantees.md"
ITEM = re.compile(r"^- \[(?P<done>[x ])\] (?P<text>.*(?:\n  .*)*)", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def items():
    return [(found["done"] == "x", found["text"]) for found in ITEM.finditer(PAGE.read_text(encoding="utf-8"))]


def test_what_is_ticked_names_its_tests():
    assert len(items()) > 40
    assert [text for done, text in items() if done and not TEST.search(text)] == []


def test_every_test_that_is_named_exists():
    missing = []
    for _, text in items():
        for file, test in TEST.findall(text):
            path = ROOT / "tests" / file
            source = path.read_text(encoding="utf-8") if path.exists() else ""
            if not re.search(rf"def {test}\(", source):
                missing.append(f"{file}::{test}")
    assert missing == []
