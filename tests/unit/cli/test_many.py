"""A run over many notes: what waits, what stops, and what a list may say."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from placet.cli import proposing
from placet.cli.given import Misuse
from placet.cli.manifest import Job, jobs
from placet.cli.proposing import Result, Run, batch_id_of
from placet.customers.schema import load_schema
from placet.errors import Conflict, Invalid, TooMany, Unavailable

GIVEN: dict[str, Any] = {"customer": None, "title": None, "occurred_at": None, "locale": "en-GB"}


@pytest.fixture
def notes(tmp_path: Path) -> list[Job]:
    for name in "abcdef":
        (tmp_path / name).write_text(f"Note {name}.")
    return [Job(str(tmp_path / name), "c", name, None, "en-GB") for name in "abcdef"]


class Scripted:
    """A door that answers as told, note by note, and counts who is inside."""

    schema = load_schema()

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.inside = self.most = 0

    async def propose(self, job: Job, text: str, batch_id: str) -> Result:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0)
        self.inside -= 1
        if script := self.answers.get(job.title or ""):
            raise script.pop(0)
        return Result(job.note, job.customer, proposing.PROPOSED, batch_id)


def run(door: Scripted, notes: list[Job], *, at_once: int = 2, patience: float = 5) -> tuple[Run, list[float]]:
    waits: list[float] = []

    async def work() -> Run:
        done = Run(door, notes, at_once=at_once, patience=patience, told=lambda *_: None, waits=waits.append)
        await done.all()
        return done

    return asyncio.run(work()), waits


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposing, "BACK_OFF_S", 0.001)


def test_it_waits_as_long_as_it_is_asked_to_and_goes_on(notes: list[Job]) -> None:
    door = Scripted(b=[TooMany("Slowly.", retry_after=0.03), Unavailable("Busy.", code="busy", retry_after=0.02)])
    done, waits = run(door, notes)
    assert [each.outcome for each in done.results] == ["proposed"] * 6
    assert waits == [0.03, 0.02]
    assert door.most == 2


def test_what_would_take_too_long_stops_the_run_and_leaves_the_rest(notes: list[Job]) -> None:
    done, waits = run(Scripted(c=[TooMany("Used up.", retry_after=3000)]), notes, at_once=1)
    assert [each.outcome for each in done.results] == ["proposed", "proposed", *["not_tried"] * 4]
    assert isinstance(done.stopped, TooMany)
    assert waits == []


def test_a_server_that_goes_away_is_waited_for_once_it_has_answered(notes: list[Job]) -> None:
    lost = [Unavailable("Away.", code="server_unreachable") for _ in range(3)]
    done, waits = run(Scripted(b=list(lost)), notes, at_once=1)
    assert [each.outcome for each in done.results] == ["proposed"] * 6
    assert len(waits) == 3
    done, waits = run(Scripted(a=lost), notes, at_once=1)
    assert {each.outcome for each in done.results} == {"not_tried"}
    assert waits == []


def test_a_fault_of_one_note_stops_no_other(notes: list[Job]) -> None:
    notes[1] = notes[1]._replace(note="none.md")
    done, _ = run(
        Scripted(a=[Invalid("Bad.")], d=[ZeroDivisionError("A\nfault.")], c=[Conflict("Used.", code="batch_exists")]),
        notes,
    )
    assert [each.outcome for each in done.results] == [
        "failed",
        "failed",
        "there_already",
        "failed",
        "proposed",
        "proposed",
    ]
    assert (done.results[3].code, done.results[3].error) == ("unexpected", "ZeroDivisionError: A fault.")
    assert done.results[1].error == "none.md cannot be read: No such file or directory."


def test_a_note_that_is_listed_twice_is_not_read_twice_at_once(notes: list[Job]) -> None:
    door = Scripted()
    run(door, [notes[0]] * 4, at_once=4)
    assert door.most == 1


def test_a_batch_is_named_by_customer_and_text() -> None:
    assert batch_id_of("a", "Note.") == batch_id_of("a", "Note.") != batch_id_of("b", "Note.")
    assert batch_id_of("a", "Note.") != batch_id_of("a", "Note!")


def test_a_list_says_more_than_the_options(tmp_path: Path) -> None:
    rows = [
        {"file": "x.md", "customer": "k", "date": "2026-03-02", "locale": "de-DE"},
        {"note_id": "n\u2028", "file": "y.md"},
    ]
    (tmp_path / "inputs.jsonl").write_text("\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    day = datetime(2026, 3, 9, tzinfo=UTC)
    assert jobs([str(tmp_path)], **(GIVEN | {"customer": "c", "occurred_at": day})) == [
        Job(str(tmp_path / "x.md"), "k", "x", datetime(2026, 3, 2, tzinfo=UTC), "de-DE"),
        Job(str(tmp_path / "y.md"), "c", "n\u2028", day, "en-GB"),
    ]


def test_the_faults_of_a_list_are_named_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text(
        '{"file": "x.md"}\n[]\n{\n{"customer": "c"}\n{"file": "x", "customer": "c", "date":"x"}\n{"file": 7}\n{"file": "\\ud800"}\n'
    )
    with pytest.raises(Invalid) as refused:
        jobs([str(path)], **GIVEN)
    for part in (
        "line 1: customer is missing", "line 2: not a JSON object", "line 3: not JSON", "line 4: file is missing",
        "line 5: date is a day like 2026-11-30, not 'x'", "line 6: file is text",
        "line 7: file holds half of a character",
    ):  # fmt: skip
        assert part in refused.value.sentence
    path.write_text("\n")
    with pytest.raises(Invalid, match="it is empty"):
        jobs([str(path)], **GIVEN)
    (tmp_path / "empty").mkdir()
    with pytest.raises(Misuse, match="holds neither notes"):
        jobs([str(tmp_path / "empty")], **(GIVEN | {"customer": "c"}))
    with pytest.raises(Misuse, match="for one note"):
        jobs(["a.md", "b.md"], **(GIVEN | {"customer": "c", "title": "T"}))
