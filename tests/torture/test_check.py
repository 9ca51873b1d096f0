"""The check of `make torture` on a small world made by hand: sound as it is, and each rule found broken when it is."""

from __future__ import annotations

import copy
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from placet.artifacts.decide import SQL
from torture.broken import sitecustomize as broken
from torture.check import RULES, check, too_little
from torture.journal import Op
from torture.snapshot import Snapshot

AT = datetime(2026, 1, 1, tzinfo=UTC)
INITIAL = {("c", "occupation"): ("Cook", 1)}


class Small:
    """One batch of two, one accepted and the other superseded, one refusal, one reassignment."""

    def __init__(self) -> None:
        self.ops: dict[str, Op] = {}
        self.found = Snapshot({}, defaultdict(list), defaultdict(list), defaultdict(list), {}, defaultdict(list), {})
        wires = []
        for name in ("a1", "a2"):
            payload = {"field_key": "occupation", "proposed_value": f"Said in p-1.{name[1]}"}
            self.found.artifacts[name] = {
                "id": name, "status": "pending", "artifact_type": "profile_edit", "created_by_type": "agent", "reverts": None,
                "payload": payload, "customer_ref": "c", "customer_id": "c", "batch_id": "b", "rm_id": "rm2", "reason": None,
                "decided_by": None, "decided_at": None, "edited_value": None,
            }  # fmt: skip
            self.event("profile_edit.proposed", name)
            wires.append({"id": name, "batchId": "b", "payload": payload})
        self.op("p-1", "propose", 201, {"artifacts": wires}, about={"customer": "c"})
        self.end("a1", "accepted", by="rm1", reason="d-1", before="Cook", after="Said in p-1.1")
        self.end("a2", "superseded", by=None, reason=None)
        self.found.deliveries["a1"].append(
            {"topic": "artifact.accepted", "event_id": self.found.events["a1"][-1]["id"]}
        )
        self.found.values["c", "occupation"] = {"value": "Said in p-1.1", "version": 2}
        self.op("d-1", "decide", 200, {"artifact": self.wire("a1")})
        self.op("d-2", "decide", 409, {"code": "already_decided"})
        self.found.customers["c"] = {"rm_id": "rm2"}
        self.found.reassigned["c"].append({"body": {"after": "rm2"}})
        self.op("r-1", "reassign", 200, {}, body={"rmId": "rm2"}, about={"customer": "c"})

    def op(self, name: str, kind: str, status: int, told: Any, *, body: Any = None, about: Any = None) -> None:
        op = Op(name, kind, "rm1", "PATCH", "/", body, name, about or {})
        op.answers.append((status, json.dumps(told)))
        self.ops[name] = op
        self.found.keys[name].append({"status": status, "answer": json.dumps(told).encode()})

    def event(self, kind: str, artifact: str, **body: Any) -> None:
        seq = sum(map(len, self.found.events.values()))
        row = {"seq": seq, "id": f"e{seq}", "kind": kind, "artifact_id": artifact, "customer_id": "c", "at": AT}
        self.found.events[artifact].append({**row, "field": "occupation", "body": body})

    def end(self, artifact: str, status: str, *, by: str | None, reason: str | None, **body: Any) -> None:
        row = self.found.artifacts[artifact]
        row |= {"status": status, "decided_by": by, "reason": reason, "decided_at": AT}
        self.event(f"profile_edit.{status}", artifact, **body)

    def wire(self, artifact: str) -> dict[str, Any]:
        row = self.found.artifacts[artifact]
        told = {key: row[key] for key in ("id", "status", "payload", "reason")}
        return {**told, "decidedBy": {"id": row["decided_by"]}}

    def broken(self) -> set[str]:
        return {finding.rule for finding in check(self.ops, self.found, INITIAL)}


def _unanswered(small: Small, name: str) -> None:
    small.ops[name].answers.clear()
    small.found.keys.pop(name)


BREAKS = {
    "a decision that is not there": ("acknowledged", lambda s: s.found.artifacts["a1"].update(status="pending", decided_at=None)),
    "an artifact that is not there": ("acknowledged", lambda s: s.found.artifacts.pop("a2")),
    "another decider": ("acknowledged", lambda s: s.found.artifacts["a1"].update(decided_by="rm2")),
    "another edited value": ("acknowledged", lambda s: s.found.artifacts["a1"].update(edited_value="x")),
    "a decision nobody asked for": ("attributed", lambda s: s.found.artifacts["a1"].update(reason="x")),
    "artifacts nobody was told of": ("attributed", lambda s: s.found.artifacts.update(a3={**s.found.artifacts["a2"], "id": "a3"})),
    "another answer to the same key": ("replayed", lambda s: s.ops["d-2"].answers.append((409, "{}"))),
    "a refusal that became a success": ("replayed", lambda s: s.ops["d-2"].answers.append((200, "{}"))),
    "a refusal that is not stored": ("stored", lambda s: s.found.keys.pop("d-2")),
    "a key without an answer": ("stored", lambda s: s.found.keys["d-2"][0].update(status=None, answer=None)),
    "a decision without its answer": ("stored", lambda s: _unanswered(s, "d-1")),
    "a batch without its answer": ("stored", lambda s: _unanswered(s, "p-1")),
    "two decisions": ("one decision", lambda s: s.event("profile_edit.rejected", "a1")),
    "a decision without an event": ("one decision", lambda s: s.found.events["a2"].pop()),
    "no delivery": ("deliveries", lambda s: s.found.deliveries.pop("a1")),
    "two deliveries": ("deliveries", lambda s: s.found.deliveries["a1"].extend(s.found.deliveries["a1"][:1])),
    "a delivery for nothing": ("deliveries", lambda s: s.found.deliveries["a2"].append({"topic": "artifact.accepted"})),
    "a value nobody decided": ("folded", lambda s: s.found.values["c", "occupation"].update(value="x")),
    "a version too many": ("folded", lambda s: s.found.values["c", "occupation"].update(version=3)),
    "a lost update": ("folded", lambda s: s.found.events["a1"][-1]["body"].update(before="Chef")),
    "a lost reassignment": ("custody", lambda s: s.found.customers["c"].update(rm_id="rm1")),
    "a reassignment made twice": ("custody", lambda s: s.found.reassigned["c"].append({"body": {"after": "rm2"}})),
    "a fault": ("no fault", lambda s: s.ops["d-2"].answers.append((500, "{}"))),
}  # fmt: skip


def test_a_sound_world_is_sound():
    assert Small().broken() == set()


@pytest.mark.parametrize("how", BREAKS)
def test_what_is_broken_is_found_by_its_rule(how):
    rule, change = BREAKS[how]
    small = copy.deepcopy(Small())
    change(small)
    assert rule in small.broken()


def test_every_rule_is_broken_here_once():
    assert {rule for rule, _ in BREAKS.values()} == RULES.keys()


def test_an_answer_nobody_got_counts_if_it_is_kept():
    small = Small()
    small.ops["d-1"].answers.clear()
    assert small.broken() == set()
    small.found.artifacts["a1"].update(status="pending", decided_at=None)
    assert "acknowledged" in small.broken()


def test_a_load_that_saw_nothing_is_not_enough():
    assert len(list(too_little(Counter(), 60, routes=set()))) > 15
    assert len(list(too_little(Counter(), 1, routes=set()))) > 15


def test_the_promises_can_be_taken_out_of_the_write() -> None:
    """So that the build that promises after the commit is still the one under test, however its statement is written."""
    insert, write = broken._promises_apart(SQL["write"])
    assert insert.startswith("    insert into delivery")
    assert write != SQL["write"]


def test_the_broken_judge_takes_what_the_judge_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    from placet.artifacts import decide
    from unit.artifacts.cases import NOW, SCHEMA, artifact, decision

    monkeypatch.setattr(decide, "judge", decide.judge)
    broken.break_the_judge()
    there = artifact()
    there_and_not = [decision(there), decision(msgspec.structs.replace(there, id="nobody"))]
    outcomes, _ = decide.judge(there_and_not, {there.id: there}, NOW, SCHEMA, None, atomic=False)
    assert [outcome.outcome for outcome in outcomes] == ["applied", "applied"]
