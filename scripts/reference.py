"""Write docs/reference from the code: settings, errors, commands, HTTP. A test compares what is committed with this.

Run by `make docs`; `--check` writes nothing and exits 1 where a page is not current.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from placet import errors, settings

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "placet"
REFERENCE = ROOT / "docs" / "reference"
GENERATED = "<!-- Generated from the code by `make docs`. Change it there. -->"


def page(title: str, *parts: str) -> str:
    """A page of Markdown from its title and its parts."""
    return "\n\n".join([f"# {title}", GENERATED, *(part.strip("\n") for part in parts)]) + "\n"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """A Markdown table; bars in the cells are escaped."""
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


# ── settings ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def settings_page() -> str:
    """Every environment variable, with what it does and what happens without it."""
    return page(
        "Settings",
        "Environment variables, or a `.env` file in the working directory (the environment wins).",
        table(("setting", "does"), [(f"`{name}`", sentence) for name, sentence in settings.VARIABLES.items()]),
    )


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def errors_page() -> str:
    """Every error class with its status, and every code with the sentence it comes with."""
    classes = _error_classes()
    codes = sorted(_codes(classes), key=lambda found: (found[0], found[1]))
    return page(
        "Errors",
        "Every error is a problem document (RFC 9457, `application/problem+json`):",
        '```json\n{\n  "type": "about:blank",\n  "title": "Not found",\n  "status": 404,\n'
        '  "detail": "Artifact not found",\n  "instance": "/api/artifacts/none",\n  "code": "not_found",\n'
        '  "error": "Artifact not found"\n}\n```',
        "`code` is stable: rely on it. `detail` is a sentence for a person and may be reworded; `error` repeats it. "
        "Some errors carry further members, such as `current`. An outcome in a list of decisions has the same `code` "
        "and `error`.",
        "## Kinds",
        table(
            ("status", "code", "title", "when"),
            [(str(c.status), f"`{c.code}`", c.title, _first_paragraph(c)) for c in classes.values() if c.status != 500],
        ),
        "## Codes",
        "A kind may come with a code of its own that says more. `…` stands for what varies.",
        table(("status", "code", "sentence"), [(str(s), f"`{code}`", sentence) for s, code, sentence in codes]),
    )


def _error_classes() -> dict[str, type[errors.PlacetError]]:
    """The tree of errors.py by name, in the order of the file."""
    return {
        name: found
        for name, found in vars(errors).items()
        if isinstance(found, type) and issubclass(found, errors.PlacetError)
    }


def _first_paragraph(found: type) -> str:
    return " ".join((found.__doc__ or "").split("\n\n")[0].split())


def _codes(classes: dict[str, type[errors.PlacetError]]) -> list[tuple[int, str, str]]:
    """(status, code, sentence) of every error raised with a code of its own, found by reading the modules."""
    found: dict[tuple[int, str], str] = {}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
    constants = {
        node.targets[0].id: text
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (text := _text(node.value))
    }
    statuses = {name: kind.status for name, kind in classes.items()}
    for tree in trees:
        for node in ast.walk(tree):  # kinds of errors that live beside the verb that raises them
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    if isinstance(base, ast.Name) and base.id in statuses:
                        statuses.setdefault(node.name, statuses[base.id])
    for tree in trees:
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in statuses):
                continue
            for keyword in node.keywords:
                code = _text(keyword.value) if keyword.arg == "code" else None
                if code is not None:
                    sentence = (_text(node.args[0], constants) if node.args else None) or "…"
                    found.setdefault((statuses[node.func.id], code), sentence)
    return [(status, code, sentence) for (status, code), sentence in found.items()]


def _text(node: ast.expr, constants: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """A string as it stands in the code, with … for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.JoinedStr):
        return re.sub("…+", "…", "".join(_text(part) or "…" for part in node.values))
    return None


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "errors.md": errors_page,
}


def main(arguments: list[str]) -> int:
    """Write every page, or with --check only compare."""
    stale = []
    for name, write in PAGES.items():
        path, text = REFERENCE / name, write()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"{'not current' if '--check' in arguments else 'written'}: {', '.join(stale)}")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
