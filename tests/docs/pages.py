"""The documentation's pages and what is fenced in them.

`bash` and `python` blocks are run, page by page, each page in one shell from top to bottom. A `text` block is what the
block before it prints (`...` stands for anything). `console` shows a session and is not run; `json` must be JSON.
"""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RUN = ("bash", "python")


class Block(NamedTuple):
    """One fenced block: its language, its text, the line it starts at."""

    language: str
    text: str
    line: int


def pages():
    """Every page of Markdown in the tree, but for demo notes and what tools leave behind."""
    own = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    return sorted(own)


def blocks(page):
    """The fenced blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found["language"], found["text"], text[: found.start()].count("\n") + 1)
        for found in re.finditer(r"^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$", text, re.M | re.S)
    ]


def unfenced(page):
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def links(page):
    """Where the page's relative links lead, as (target, fragment); what stands in code is no link."""
    text = re.sub(r"`[^`\n]*`", "", unfenced(page))
    for target in re.findall(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)", text):
        if not re.match(r"[a-z]+:", target):
            path, _, fragment = target.partition("#")
            yield path, fragment


def anchors(page):
    """The fragments a page's headings can be reached by, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", unfenced(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def matches(expected, printed):
    """Whether what was printed is what the page says, `...` standing for anything."""
    pattern = ".*?".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.S) is not None


def script(page, folder):
    """The page's runnable blocks as one bash script that prints `@@n@@` before each. Programs go to `folder`."""
    parts = ["set -euo pipefail"]
    for number, block in enumerate(blocks(page)):
        if block.language not in RUN:
            continue
        parts.append(f"printf '@@{number}@@\\n'")
        if block.language == "python":
            program = folder / f"line{block.line}.py"
            program.write_text(block.text, encoding="utf-8")
            parts.append(f"python {program}")
        else:
            parts.append(block.text)
    return "\n".join(parts)


def printed_by_block(output):
    """What each block printed, by its number."""
    pieces = re.split(r"^@@(\d+)@@\n", output, flags=re.M)
    return {int(number): text for number, text in zip(pieces[1::2], pieces[2::2], strict=True)}
