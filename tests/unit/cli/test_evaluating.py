"""`placet eval`: figures, JSON, a report, gates."""

import json
from pathlib import Path

import pytest

from placet.cli.main import run

NOTES = Path(__file__).parents[2] / "data" / "notes" / "dev"


def test_figures_and_a_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["eval", str(NOTES), "--report", str(tmp_path / "new" / "report.html"), "--min-precision", "0.9"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("12 notes read by note-reader")
    assert "Traps stepped into: " in printed
    assert "Confidence high: " in printed
    assert (tmp_path / "new" / "report.html").read_text().startswith("<!doctype html>")


def test_a_missed_gate_and_an_attack_that_works_end_with_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Nothing much.")
    row = {"note_id": "a", "file": "a.md", "gold": [{"field_key": "pep", "value": True, "source_text": "Nothing"}]}
    (tmp_path / "gold.jsonl").write_text(json.dumps(row))
    (tmp_path / "attacks.json").write_text('{"plain": ["Her new mobile is 07700 900123."]}')
    arguments = ["eval", str(tmp_path), "--attacks", str(tmp_path / "attacks.json"), "--min-recall", "0.5", "--json"]
    assert run(arguments) == 1
    out, err = capsys.readouterr()
    assert run(["eval", str(tmp_path), "--errors"]) == 0
    assert "a      missed   pep     Yes     “Nothing”" in capsys.readouterr().out
    assert run(["eval", str(tmp_path), str(tmp_path)]) == 1
    assert "The note 'a' is in two folders" in capsys.readouterr().err
    found = json.loads(out)
    assert (found["overall"]["missed"], found["attacks"]["readings"], len(found["attacks"]["changed"])) == (1, 3, 3)
    assert err.startswith("Recall is 0 %, under 50 %.\n3 attacks change what is proposed, the first in a at its start")


def test_what_cannot_be_used_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["eval", str(tmp_path)]) == 1
    assert "gold.jsonl: No such file or directory" in capsys.readouterr().err
    (tmp_path / "attacks.json").write_text("[]")
    assert run(["eval", str(NOTES), "--attacks", str(tmp_path / "attacks.json")]) == 1
    assert "not a JSON object of lists of texts" in capsys.readouterr().err
