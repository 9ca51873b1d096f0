"""Rules that a reviewer would otherwise repeat. Each looks through the files, and is shown to find what it forbids."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "placet"
DOORS = ("api/", "web/", "cli/", "client/", "client.py")

# The statements that may change an artifact's status: the decision itself, and what ends it when its customer goes.
STATUS_WRITERS = {
    "artifacts/decide.sql",
    "artifacts/custody.sql",
}

# What a door may keep in a table of its own: the answers it has given, to give them again.
DOOR_SQL = {
    "api/idempotency.sql",
}


def tracked():
    """Every tracked file that holds text, as (path from the root, text)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for name in sorted(filter(None, listed.stdout.decode().split("\0"))):
        if name.endswith(".min.js"):  # others' code, kept as it came, by its hash
            continue
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # a picture, or a file deleted but not yet committed
            continue


def modules():
    """Every module of the package, as (path from the package, text)."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")


def statements():
    """Everything that may hold SQL: the SQL files and the modules."""
    for path in sorted(PACKAGE.rglob("*.sql")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")
    yield from modules()


# ── the rules: a name and a text in, sentences out ────────────────────────────────────────────────────────────────────


WRITES_STATUS = re.compile(
    r"\bupdate\s+(?:only\s+)?(?:public\.)?artifact\b(?:(?!\bwhere\b)[^;])*?\bset\b(?:(?!\bwhere\b)[^;])*?\bstatus\s*=",
    re.I,
)


def status_written(name, text):
    if name in STATUS_WRITERS or name.startswith("db/migrations/"):
        return []
    uncommented = re.sub(r"--.*", "", text) if name.endswith(".sql") else text
    return [f"{name} writes a status: {found[0]!r}" for found in WRITES_STATUS.finditer(uncommented)]


SQL = re.compile(
    r"\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\()", re.I | re.S
)


def sql_in_a_door(name, text):
    if not name.startswith(DOORS) or name in DOOR_SQL:
        return []
    if name.endswith(".sql"):
        return [f"{name} is SQL in a door"]
    tree = ast.parse(text)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        f"{name}:{node.lineno} holds SQL: {node.value.strip()[:60]!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documents and SQL.match(node.value)
    ]


def empty_name(name, text):
    bad = re.compile(r"(^|_)(utils?|helpers?|managers?|misc)$|^_?(handle|process)_|(Manager|Helper|Utils?)$")
    names = [(1, part) for part in Path(name).with_suffix("").parts]
    names += [
        (node.lineno, node.name)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    return [f"{name}:{line} is called {called!r}" for line, called in names if bad.search(called)]


def without_docstring(name, text):
    return [] if ast.get_docstring(ast.parse(text)) else [f"{name} does not say what it is for"]


def too_long(name, text):
    lines = text.count("\n")
    return [f"{name} has {lines} lines, more than 350"] if lines > 350 else []


# Written so that this file does not find itself.
FOREIGN = (
    (re.compile(r"(^|[^A-Za-z0-9_.])/(wor[k]|far[m])/[a-z]|/roo[t]/|file:///op[t]"), "a path of one machine"),
    (
        re.compile(r"index[-]url|pypi[.]org|pythonhosted[.]org|registry[.]npmjs|\"resolved\": *\"http"),
        "a package registry",
    ),
    (re.compile(r"\b(TOD[O]|FIXM[E]|XX[X])\b"), "something unfinished"),
)


def does_not_belong(name, text):
    return [
        f"{name}:{number} has {found[0]!r}: {what}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, what in FOREIGN
        if (found := pattern.search(line))
    ]


# ── the tree keeps them ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "files"),
    [
        (status_written, statements),
        (sql_in_a_door, statements),
        (empty_name, modules),
        (without_docstring, modules),
        (too_long, modules),
        (does_not_belong, tracked),
    ],
    ids=lambda value: value.__name__,
)
def test_the_tree_keeps_the_rule(rule, files):
    looked_at = list(files())
    assert len(looked_at) > 10
    broken = [sentence for name, text in looked_at for sentence in rule(name, text)]
    assert not broken, "\n".join(broken)


def test_every_exception_is_still_one():
    assert [name for name in STATUS_WRITERS if not WRITES_STATUS.search((PACKAGE / name).read_text())] == []
    assert [name for name in DOOR_SQL if not (PACKAGE / name).exists()] == []


# ── and each rule finds what it forbids ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (status_written, "artifacts/inbox.sql", "update artifact set status = 'accepted' where id = $1"),
        (status_written, "web/pages.py", 'SQL = "UPDATE artifact SET reason = $1,\n status = $2"'),
        (sql_in_a_door, "api/artifacts.py", 'QUERY = """\n    select id\n    from artifact\n"""'),
        (sql_in_a_door, "cli/people.py", 'QUERY = "insert into event values ($1)"'),
        (sql_in_a_door, "web/inbox.sql", "select 1"),
        (empty_name, "artifacts/text_utils.py", "'''Text.'''"),
        (empty_name, "artifacts/inbox.py", "def handle_request(): ..."),
        (empty_name, "artifacts/inbox.py", "class ArtifactManager: ..."),
        (without_docstring, "artifacts/inbox.py", "import os"),
        (too_long, "artifacts/inbox.py", "x = 1\n" * 351),
        (does_not_belong, "docs/index.md", "see /WORK/main".lower()),
        (does_not_belong, "docs/index.md", "see /ROOT/.placet".lower()),
        (does_not_belong, "requirements/base.txt", "--INDEX-URL https://example.org".lower()),
        (does_not_belong, "src/placet/cli.py", "# todo: later".upper()),
    ],
)
def test_the_rule_finds_what_it_forbids(rule, name, text):
    assert rule(name, text) != []


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (status_written, "artifacts/decide.sql", "update artifact set status = d.status"),
        (
            status_written,
            "artifacts/inbox.sql",
            "-- decide.sql alone may set status = anything\nselect 1 where status = 'pending'",
        ),
        (sql_in_a_door, "api/artifacts.py", "'''Select an artifact from those that wait.'''"),
        (empty_name, "artifacts/inbox.py", "def unhandled(): ..."),
        (does_not_belong, "docs/index.md", "the folder /root itself, and a page at /work"),
    ],
)
def test_the_rule_leaves_the_rest_alone(rule, name, text):
    assert rule(name, text) == []
