"""Write docs/reference from the code: settings, errors, commands, HTTP. A test compares what is committed with this.

Run by `make docs`; `--check` writes nothing and exits 1 where a page is not current.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer

from placet import errors, settings
from placet.api import problems
from placet.api.app import create_app
from placet.api.meta import openapi_document
from placet.cli.main import app
from placet.runtime import Runtime

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "placet"
REFERENCE = ROOT / "docs" / "reference"
GENERATED = "<!-- Generated from the code by `make docs`. Change it there. -->"


def page(title: str, *parts: str) -> str:
    """A page of Markdown from its title and its parts."""
    return "\n\n".join([f"# {title}", GENERATED, *(part.strip("\n") for part in parts)]) + "\n"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
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
    example = problems.document(errors.NotFound("Artifact not found"), "/api/artifacts/none")
    codes = sorted(_codes(classes), key=lambda found: (found[0], found[1]))
    return page(
        "Errors",
        "Every error is a problem document (RFC 9457, `application/problem+json`):",
        f"```json\n{json.dumps(json.loads(example), indent=2)}\n```",
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


# ── HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

TAGS = {
    "artifacts": "Propose and read",
    "decisions": "Decide",
    "customers": "Customers and profiles",
    "trail": "The trail",
    "schema": "What there is to propose",
    "process": "The process itself",
}


def http_page() -> str:
    """Every route with its query, body and answers, and the shapes they name, from the OpenAPI document."""
    found = openapi_document(create_app(Runtime(settings.Settings())))
    operations = [
        (operation["tags"][0], f"{method.upper()} {path}", operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = found["components"]["schemas"]
    parts = [
        "A request carries `Authorization: Bearer TOKEN` (or, from the web pages, the sign-in cookie). Bodies are "
        "`application/json` in UTF-8, read strictly: an unknown member, an unknown or repeated parameter, or a number "
        "that cannot be kept exactly is refused. Every error is a [problem document](errors.md). A running server "
        "describes all this in OpenAPI 3.1 at `/openapi.json`.",
        "Where `Idempotency-Key` is named, the header makes a retry safe: for 24 hours the same key with the same body "
        "gets the first answer again, byte for byte; with another body, 422.",
    ]
    for tag in dict.fromkeys([*TAGS, *sorted(tag for tag, _, _ in operations)]):
        parts.append(f"## {TAGS.get(tag, tag.capitalize())}")
        parts += [_operation(name, operation) for found_tag, name, operation in operations if found_tag == tag]
    parts.append("## Shapes")
    taken = _reachable([o["requestBody"] for _, _, o in operations if "requestBody" in o], schemas)
    given = _reachable([o["responses"] for _, _, o in operations], schemas)
    parts += [_shape(name, schemas[name], name in taken) for name in sorted(taken | given)]
    return page("HTTP", *parts)


def _operation(name: str, operation: dict[str, Any]) -> str:
    """One route."""
    lines = [f"### `{name}`", f"{operation['summary']}.", operation.get("description", "")]
    rows = [
        (f"`{p['name']}`", _kind(p["schema"], null=False), _default(p["schema"]))
        for p in operation["parameters"]
        if p["in"] == "query"
    ]
    if rows:
        lines.append(table(("parameter", "is", "unless given"), rows))
    if body := operation.get("requestBody"):
        shape = _kind(body["content"]["application/json"]["schema"])
        lines.append(f"Body: {shape}{'' if body['required'] else ', or none at all'}.")
    if any(p["name"] == "Idempotency-Key" for p in operation["parameters"]):
        lines.append("Takes an `Idempotency-Key`.")
    answers, refusals = [], []
    for status, answer in sorted(operation["responses"].items()):
        content = answer.get("content", {})
        if "application/json" in content:
            answers.append(f"{status} {_kind(content['application/json']['schema'])}")
        elif content:
            refusals.append(status)
        else:
            answers.append(f"{status} with no body")
    told = "Answers: " + ", ".join(answers)
    lines.append(told + (f"; problems: {', '.join(refusals)}." if refusals else "."))
    return "\n\n".join(line for line in lines if line)


def _reachable(start: Any, schemas: dict[str, Any]) -> set[str]:
    """The names of the shapes that `start` refers to, directly or by way of others."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(waiting.pop())):
            if name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


def _shape(name: str, schema: dict[str, Any], taken: bool) -> str:
    """One shape with its members; of those taken in a body it says what happens without each."""
    rows = []
    for member, about in schema.get("properties", {}).items():
        if member in schema.get("required", []):
            otherwise = "required" if taken else "always there"
        else:
            otherwise = _default(about) if taken else "left out if unset"
        rows.append((f"`{member}`", _kind(about), otherwise))
    head = ("member", "is", "unless given" if taken else "there")
    return "\n\n".join([f"### {name}", schema.get("description", ""), table(head, rows)])


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    return "" if default is None else f"`{json.dumps(default)}`"


def _kind(schema: dict[str, Any], *, null: bool = True) -> str:
    """What a JSON Schema takes, in words; a parameter of a query has no null."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if null or one.get("type") != "null")
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(one)}`" for one in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    if kind == "integer" and "maximum" in schema:
        return f"whole number from {schema['minimum']} to {schema['maximum']}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": "null", None: "any value"}
    return words.get(kind, str(kind))


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────

WIDTH = 100  # of the help texts, whatever the terminal


def cli_page() -> str:
    """The help of every command, as the command itself prints it."""
    root = typer.main.get_command(app)
    return page(
        "Commands",
        "`make demo` and `make test` install `placet` as `.venv/bin/placet`. `--json` prints JSON to stdout and nothing "
        "else there; messages for people go to stderr.",
        "Exit codes: 0 done; 1 refused, not found or failed; 2 called wrongly; 3 the database or the server cannot be "
        "reached.",
        *_helps(root, typer.Context(root, info_name="placet", terminal_width=WIDTH)),
    )


def _helps(command: Any, context: typer.Context) -> list[str]:
    """The help of a command and of those under it."""
    parts = [f"## `{context.command_path}`", f"```text\n{command.get_help(context).rstrip()}\n```"]
    for name, below in getattr(command, "commands", {}).items():
        parts += _helps(below, typer.Context(below, info_name=name, parent=context, terminal_width=WIDTH))
    return parts


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "cli.md": cli_page,
    "errors.md": errors_page,
    "http.md": http_page,
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
