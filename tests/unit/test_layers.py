"""The rooms of the house are ordered, and `make test` says so as `make check` does."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def lint_imports(*arguments, cwd=ROOT):
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
        "--no-logo",
    ]
    return subprocess.run([*command, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_a_room_imports_only_rooms_below_it():
    result = lint_imports()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 kept, 0 broken" in result.stdout


def test_an_import_upwards_and_a_module_without_a_room_are_found(tmp_path):
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    rooms = [
        [f"({room.strip()})" for room in layer.split(":")] for layer in contract["layers"]
    ]  # here most are missing
    layers = "\n".join("    " + " : ".join(layer) for layer in rooms)
    (tmp_path / "house.ini").write_text(
        "[importlinter]\nroot_package = attic\n[importlinter:contract:1]\nname = rooms\ntype = layers\n"
        f"containers =\n    attic\nexhaustive = true\nlayers =\n{layers}\n"
    )
    package = tmp_path / "attic"
    for name in ("__init__", "errors", "api", "cellar"):
        (package / f"{name}.py").parent.mkdir(exist_ok=True)
        (package / f"{name}.py").write_text("")
    (package / "errors.py").write_text("from attic import api\n")
    result = lint_imports("--config", "house.ini", cwd=tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "attic.errors is not allowed to import attic.api" in result.stdout
    assert "cellar" in result.stdout
