"""What `import placet` offers: complete, sorted, the same to programs and type checkers, and nothing to wait for."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import placet
from placet import errors
from placet.artifacts import lifecycle
from placet.artifacts.artifact_type import artifact_types
from unit.artifacts.cases import artifact

ROOT = Path(__file__).parents[2]
METHODS = [name for name, _ in inspect.getmembers(placet.Repository, callable) if not name.startswith("_")]


def named_for_type_checkers():
    """The names imported under TYPE_CHECKING, each with the module and the name it has there."""
    tree = ast.parse((ROOT / "src" / "placet" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_the_names_are_sorted_constants_first_then_types_then_the_rest():
    def kind(name):
        return (not name.isupper(), not name[0].isupper(), name)

    assert placet.__all__ == sorted(placet.__all__, key=kind)


def test_type_checkers_are_told_the_same_names():
    assert sorted(named_for_type_checkers()) == sorted(placet.__all__)


@pytest.mark.parametrize("name", placet.__all__)
def test_a_name_is_what_type_checkers_are_told(name):
    module, there = named_for_type_checkers()[name]
    assert getattr(placet, name) is getattr(sys.modules[module], there)


@pytest.mark.parametrize("name", placet.__all__)
def test_what_has_a_docstring_of_its_own_says_what_it_is(name):
    found = getattr(placet, name)
    if inspect.isclass(found) or inspect.isfunction(found):
        assert (found.__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("name", METHODS)
def test_every_verb_says_what_it_does(name):
    method = getattr(placet.Repository, name)
    assert inspect.getdoc(method)
    assert inspect.iscoroutinefunction(method) or name == "card"


def test_every_verb_is_in_the_how_to():
    page = (ROOT / "docs" / "how-to" / "use-as-a-library.md").read_text(encoding="utf-8")
    assert [name for name in METHODS if not re.search(rf"\b{name}\b", page)] == []


def test_every_error_is_offered():
    tree = {
        name for name, found in vars(errors).items() if inspect.isclass(found) and issubclass(found, errors.PlacetError)
    }
    assert tree <= set(placet.__all__)


def test_a_star_gives_all_of_them():
    found = {}
    exec("from placet import *", found)
    assert set(placet.__all__) <= found.keys()


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = placet.nothing_like_it


def test_importing_it_imports_nothing_else():
    program = "import sys, placet; print([m for m in sys.modules if m.startswith(('placet.', 'asyncpg', 'msgspec'))])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ── constants and guards ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_constants_are_those_the_verbs_work_with():
    assert sorted(placet.STATUSES) == sorted(lifecycle.COUNTERSIGN.statuses)
    assert sorted(placet.DECISIONS) == sorted(lifecycle.DECISIONS)
    assert set(artifact_types()) == set(placet.ARTIFACT_TYPES)
    assert sorted(placet.CREATED_BY_TYPES) == ["admin", "agent", "rm", "system"]


@pytest.mark.parametrize("status", placet.STATUSES)
def test_a_status_is_one(status):
    assert placet.is_status(status)
    assert placet.is_decision(status) is (status in ("accepted", "edited", "rejected"))


@pytest.mark.parametrize("text", ["", "Pending", "approved", None, 7, ["pending"]])
def test_nothing_else_is_a_status_or_a_type(text):
    assert not placet.is_status(text)
    assert not placet.is_decision(text)
    assert not placet.is_artifact_type(text)


def test_a_profile_edit_is_an_artifact_type():
    assert placet.is_artifact_type("profile_edit")


@pytest.mark.parametrize(
    ("status", "pending", "decided", "approved"),
    [
        ("pending", True, False, False),
        ("accepted", False, True, True),
        ("edited", False, True, True),
        ("rejected", False, True, False),
        ("superseded", False, False, False),
        ("expired", False, False, False),
        ("withdrawn", False, False, False),
    ],
)
def test_what_became_of_an_artifact(status, pending, decided, approved):
    found = artifact(status=status)
    assert placet.is_pending(found) is pending
    assert placet.is_decided(found) is decided
    assert placet.is_approved(found) is approved


def test_a_profile_edit_is_told_from_other_types():
    assert placet.is_profile_edit(artifact())
    assert not placet.is_profile_edit(artifact(artifact_type="task"))


def test_a_profile_edit_is_proposed_with_what_was_said_only():
    assert placet.profile_edit("phone", None).payload == {"field_key": "phone", "proposed_value": None}
    full = placet.profile_edit("phone", "1", quote="one", confidence="low", why="He said so.", workflow_trigger="kyc")
    assert full.payload == {
        "field_key": "phone",
        "proposed_value": "1",
        "source_text": "one",
        "confidence": "low",
        "why": "He said so.",
    }
    assert full.workflow_trigger == "kyc"
