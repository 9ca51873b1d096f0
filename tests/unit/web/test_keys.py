"""The keys are one table; the how-to prints it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_how_to_lists_the_keys_there_are() -> None:
    script = (ROOT / "src" / "placet" / "web" / "static" / "keys.js").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "how-to" / "decide-on-many-proposals.md").read_text(encoding="utf-8")
    keys = re.findall(r'\{ key: "([^"]+)", words: "([^"]+)"', script)
    assert len(keys) > 20
    assert re.findall(r"^\| `([^`]+)` \| (.+) \|$", page, re.MULTILINE) == keys
