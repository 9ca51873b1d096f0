"""Which Chromium the tests use: the one that scripts/ensure_chromium.py found and saw start."""

import sys
from pathlib import Path

STAMP = Path(sys.prefix) / ".browser"  # written by `make test`


def chromium() -> str | None:
    """Its path; None for the one playwright brings, where nobody looked for another."""
    return STAMP.read_text(encoding="utf-8").strip() if STAMP.exists() else None
