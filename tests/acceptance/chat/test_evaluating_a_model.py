"""`placet eval` with a language model as reader, over real HTTP."""

import json
from pathlib import Path

import pytest

from acceptance.chat.openai_stub import Asked, Failure, Message, OpenAiStub, calls
from placet.cli.main import run


def test_the_model_that_is_named_is_the_one_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = {"field_key": "addressCity", "value": "Lisbon", "source_text": "moved to Lisbon"}
    rows = [{"note_id": name, "file": "a.md", "gold": [fact]} for name in ("first", "second")]
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "a.md").write_text("She moved to Lisbon.")
    item = {"field": "addressCity", "value": "Lisbon", "quote": "moved to Lisbon", "confidence": "medium"}
    with OpenAiStub() as stub:

        def answer(_: Asked) -> Message:
            if len(stub.asked) > 1:
                raise Failure(400)
            return calls(("final_result", {"proposals": [item], "not_proposed": []}))

        stub.behave = answer
        for name, value in {"": "openai:stub-1", "_URL": stub.url, "_KEY": "secret"}.items():
            monkeypatch.setenv(f"PLACET_MODEL{name}", value)
        assert run(["eval", str(tmp_path), "--json"]) == 1
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert "openai:stub-1" in found["reader"]
    assert (found["overall"]["right"], found["overall"]["wrong"], found["overall"]["missed"]) == (1, 0, 1)
    assert list(found["failed"]) == ["second"]
    assert "second was not read: " in err
