"""What is committed under docs/reference is what the code says now."""

import importlib.util

import pytest

from docs.pages import ROOT


def load():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = load()


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_the_page_is_current(name):
    committed = (reference.REFERENCE / name).read_text(encoding="utf-8")
    assert committed == reference.PAGES[name](), f"docs/reference/{name} is not current: run `make docs`"


def test_no_page_stands_there_that_is_not_generated():
    assert {path.name for path in reference.REFERENCE.glob("*.md")} == set(reference.PAGES)


def test_codes_are_found_where_they_are_raised():
    written = (reference.REFERENCE / "errors.md").read_text(encoding="utf-8")
    assert "| 422 | `reason_required` | … needs a reason; the trail keeps it. |" in written
    assert "| 409 | `batch_exists` |" in written


def test_check_mode_says_what_is_not_current(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reference, "REFERENCE", tmp_path)
    monkeypatch.setattr(reference, "PAGES", {"errors.md": lambda: "# Errors\n"})
    assert reference.main(["--check"]) == 1
    assert "errors.md" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
