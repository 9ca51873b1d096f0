"""The check. It starts from the journals: what was acknowledged has to be there, once, and nothing that nobody asked for.

Every finding says which rule it breaks, so that a broken build can be seen to fail for the right reason.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torture.journal import Op
from torture.snapshot import DECIDED, ENDINGS, Row, Snapshot

GOOD = ("applied", "unchanged")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be."""

    rule: str
    about: str
    what: str


RULES = {
    "acknowledged": "What a client was told was done is in the database, with the same result.",
    "attributed": "What is in the database was asked for by an operation whose answer says that it did it.",
    "replayed": "The same key was answered byte for byte as the first time.",
    "stored": "An answer that must be given again is stored as it was given; an effect without its answer is none.",
    "one decision": "An artifact has one event for how it ended, and that is its status.",
    "deliveries": "An approval promised one delivery, anything else none.",
    "folded": "Events folded in order give the profile, each starting from what the one before it left.",
    "custody": "A customer has the RM the last reassignment gave them, each done once.",
    "no fault": "Nothing was answered that is a fault of the server, or that no client could expect.",
}


def check(ops: dict[str, Op], found: Snapshot, initial: dict[tuple[str, str], tuple[Any, int]]) -> list[Finding]:
    """Everything that is wrong. `initial`: value and version of each field before the load."""
    findings = [*_faults(ops.values()), *_answers(ops.values(), found)]
    claims: dict[str, set[str]] = defaultdict(set)  # by artifact: which operations were told they decided it
    proposed: dict[str, set[str]] = {}  # by operation: the artifacts it was told it created
    for op in ops.values():
        answer = _known_answer(op, found)
        if answer is None:
            continue
        status, body = answer
        told = json.loads(body) if body else {}
        findings += _acknowledged(op, status, told, found, claims, proposed)
    findings += _attributed(ops, found, claims, proposed)
    findings += _artifacts(found)
    findings += _folded(found, initial)
    findings += _custody(ops.values(), found)
    return findings


def _known_answer(op: Op, found: Snapshot) -> tuple[int, str] | None:
    """The first answer the client got; where it got none, the one the server keeps for it."""
    if op.told:
        return op.told[0]
    stored = found.keys.get(op.key or "")
    if stored and stored[0]["status"] is not None:
        return stored[0]["status"], stored[0]["answer"].decode()
    return None


def _faults(ops: Iterable[Op]) -> Iterator[Finding]:
    for op in ops:
        for status, body in op.told:
            if status not in (200, 201, 403, 404, 409, 422, 429):
                yield Finding("no fault", op.id, f"{op.kind} was answered {status}: {body[:200]}")


def _answers(ops: Iterable[Op], found: Snapshot) -> Iterator[Finding]:
    for op in ops:
        stored = found.keys.get(op.key or "", [])
        if len(stored) > 1:
            yield Finding("stored", op.id, f"{len(stored)} answers are stored under its key")
        if any(row["status"] is None for row in stored):
            yield Finding("stored", op.id, "its key is taken and has no answer")
        if not op.kept:
            continue
        first = op.kept[0]
        if op.told[0] != first:
            yield Finding("replayed", op.id, f"{op.told[0][0]} came first, then {first[0]}")
        for status, body in op.told:
            if (status, body) != first:
                yield Finding("replayed", op.id, f"{op.kind}: {first[0]} {first[1][:160]} became {status} {body[:160]}")
        if not stored or (stored[0]["status"], (stored[0]["answer"] or b"").decode()) != first:
            kept = stored[0]["status"] if stored else "nothing"
            yield Finding("stored", op.id, f"{op.kind} was answered {first[0]}, {kept} is stored")


def _acknowledged(
    op: Op,
    status: int,
    told: Any,
    found: Snapshot,
    claims: dict[str, set[str]],
    proposed: dict[str, set[str]],
) -> Iterator[Finding]:
    if op.kind == "propose":
        proposed[op.id] = set()
        if status in (200, 201):
            proposed[op.id] = {a["id"] for a in told["artifacts"]}
            for artifact in told["artifacts"]:
                yield from _same_proposal(op, artifact, found)
        return
    if status != 200:
        return
    if "artifact" in told:
        artifact = told["artifact"]
        yield from _same_decision(op, artifact, found)
        if artifact["reason"] == op.id:
            claims[artifact["id"]].add(op.id)
    for result in told.get("results", []):
        name, outcome = result["artifactId"], result["outcome"]
        if outcome in GOOD:
            yield from _same_decision(op, result.get("artifact") or {"id": name}, found)
        if outcome == "applied":
            claims[name].add(op.id)
            row = found.artifacts.get(name)
            if row is not None and row["reason"] != op.id:
                yield Finding(
                    "acknowledged", op.id, f"{name} was applied by it, but is {row['status']} by {row['reason']}"
                )
        # In a list of all or none that came to nothing, it may have been an earlier decision of the list that ended it.
        own = (
            isinstance(op.body, dict)
            and op.body.get("atomic")
            and "left_out" in {r["outcome"] for r in told["results"]}
        )
        if outcome == "already_decided" and found.artifacts[name]["status"] == "pending" and not own:
            yield Finding("acknowledged", op.id, f"{name} was decided before it, but is pending")
    if op.kind == "decide many" and op.body["atomic"]:
        outcomes = {result["outcome"] for result in told["results"]}
        if "applied" in outcomes and not outcomes <= set(GOOD):
            yield Finding("acknowledged", op.id, f"all or none came to {sorted(outcomes)}")


def _same_proposal(op: Op, artifact: Row, found: Snapshot) -> Iterator[Finding]:
    row = found.artifacts.get(artifact["id"])
    if row is None:
        yield Finding("acknowledged", op.id, f"{artifact['id']} was created, but is not there")
    elif (row["payload"].get("proposed_value"), row["customer_ref"], row["batch_id"]) != (
        artifact["payload"]["proposed_value"],
        op.about["customer"],
        artifact["batchId"],
    ):
        yield Finding("acknowledged", op.id, f"{artifact['id']} is not what was answered")


def _same_decision(op: Op, artifact: Row, found: Snapshot) -> Iterator[Finding]:
    row = found.artifacts.get(artifact["id"])
    if row is None:
        yield Finding("acknowledged", op.id, f"{artifact['id']} was decided, but is not there")
        return
    if "status" not in artifact:
        return
    for name, column in (("status", "status"), ("decidedBy", "decided_by"), ("reason", "reason")):
        told = artifact[name]["id"] if isinstance(artifact[name], dict) else artifact[name]
        if told != row[column]:
            yield Finding("acknowledged", op.id, f"{row['id']}: {name} was {told!r}, is {row[column]!r}")
    if artifact["payload"].get("edited_value") != row["edited_value"]:
        yield Finding("acknowledged", op.id, f"{row['id']}: another edited value than answered")


def _attributed(
    ops: dict[str, Op], found: Snapshot, claims: dict[str, set[str]], proposed: dict[str, set[str]]
) -> Iterator[Finding]:
    made: dict[str, set[str]] = defaultdict(set)
    for row in found.artifacts.values():
        name = _proposer(row)
        if name is not None:
            made[name].add(row["id"])
        if row["status"] in DECIDED and row["reverts"] is None:
            by = ops.get(row["reason"] or "")
            if by is None or by.by != row["decided_by"]:
                yield Finding("attributed", row["id"], f"it is {row['status']}, and nobody asked for that")
            elif by.id not in claims[row["id"]]:
                told = _known_answer(by, found)
                yield Finding(
                    "attributed" if told else "stored",
                    row["id"],
                    f"{by.id} decided it, and {'was answered otherwise: ' + told[1][:160] if told else 'no answer is kept'}",
                )
    for name, artifacts in made.items():
        if name not in proposed:
            yield Finding("stored", name, f"it created {len(artifacts)} artifacts, and no answer is kept")
        elif artifacts != proposed[name]:
            yield Finding(
                "attributed", name, f"it created {len(artifacts)} artifacts, {len(proposed[name])} were answered"
            )
    for name, told_so in claims.items():
        if len(told_so) > 1:
            yield Finding("attributed", name, f"{len(told_so)} were told they decided it: {sorted(told_so)}")


def _proposer(row: Row) -> str | None:
    said = re.fullmatch(r"Said in (\S+)\.\d+", str(row["payload"].get("proposed_value")))
    return said[1] if said and row["created_by_type"] == "agent" else None


def _artifacts(found: Snapshot) -> Iterator[Finding]:
    for row in found.artifacts.values():
        events = found.events.get(row["id"], [])
        ends = [e for e in events if e["kind"].rpartition(".")[2] in ENDINGS]
        want = [] if row["status"] == "pending" else [f"{row['artifact_type']}.{row['status']}"]
        if [e["kind"] for e in ends] != want:
            yield Finding("one decision", row["id"], f"{row['status']}, with {[e['kind'] for e in ends]}")
        elif ends and ends[0]["at"] != row["decided_at"]:
            yield Finding("one decision", row["id"], "its event has another time")
        promised = found.deliveries.get(row["id"], [])
        if [d["topic"] for d in promised] != (
            [f"artifact.{row['status']}"] if row["status"] in ("accepted", "edited") else []
        ):
            yield Finding("deliveries", row["id"], f"{row['status']}, with {[d['topic'] for d in promised]}")
        elif promised and ends and promised[0]["event_id"] != ends[-1]["id"]:
            yield Finding("deliveries", row["id"], "its delivery tells of another event")
    for name in found.events.keys() - found.artifacts.keys():
        yield Finding("one decision", name, "events of an artifact that is not there")
    for name in found.deliveries.keys() - found.artifacts.keys():
        yield Finding("deliveries", str(name), "deliveries of an artifact that is not there")


def _folded(found: Snapshot, initial: dict[tuple[str, str], tuple[Any, int]]) -> Iterator[Finding]:
    folded = dict(initial)
    for event in sorted((e for events in found.events.values() for e in events), key=lambda e: e["seq"]):
        if event["kind"].rpartition(".")[2] not in ("accepted", "edited"):
            continue
        slot = (event["customer_id"], event["field"])
        value, version = folded.get(slot, (None, 0))
        before, after = event["body"].get("before"), event["body"].get("after")
        if before != value:
            yield Finding("folded", event["artifact_id"], f"it replaced {before!r}, where the profile said {value!r}")
        folded[slot] = (after, version + (after != value))
    for slot in folded.keys() | found.values.keys():
        row = found.values.get(slot)
        has = (row["value"], row["version"]) if row is not None else (None, 0)
        if folded.get(slot, (None, 0)) != has:
            yield Finding("folded", "/".join(slot), f"events give {folded.get(slot)}, the profile has {has}")


def _custody(ops: Iterable[Op], found: Snapshot) -> Iterator[Finding]:
    asked: dict[str, list[Op]] = defaultdict(list)
    for op in ops:
        if op.kind == "reassign":
            asked[op.about["customer"]].append(op)
    for customer, row in found.customers.items():
        events, tried = found.reassigned.get(customer, []), asked[customer]
        if events and events[-1]["body"]["after"] != row["rm_id"]:
            yield Finding("custody", customer, "its RM is not the one of its last event")
        sure = [op for op in tried if (answer := _known_answer(op, found)) is not None and answer[0] == 200]
        if not len(events) <= len(sure):
            yield Finding("custody", customer, f"{len(sure)} reassignments were answered, {len(events)} are recorded")
        if sure and sure[-1].body["rmId"] != row["rm_id"]:
            yield Finding("custody", customer, f"{sure[-1].id} gave it to another RM")
    for a in found.artifacts.values():
        of = found.customers.get(a["customer_id"])
        if a["status"] == "pending" and of is not None and a["rm_id"] != of["rm_id"]:
            yield Finding("custody", a["id"], "it waits at another RM than its customer's")


def count(ops: dict[str, Op], found: Snapshot) -> Counter[str]:
    """What the load came to, as the journals tell; only `superseded` and what grew out of nothing is counted in the database."""
    seen: Counter[str] = Counter()
    for op in ops.values():
        seen["operations"] += 1
        seen["connections cut"] += op.cuts
        seen["503"] += sum(status == 503 for status, _ in op.answers)
        seen["same key again"] += max(len(op.kept) - 1, 0)
        seen["answered at the second try or later"] += bool(op.told) and len(op.answers) - len(op.told) + op.cuts > 0
        answer = _known_answer(op, found)
        if not op.told:
            seen["outcome unknown to the client"] += 1
            seen["of these done" if answer is not None and answer[0] < 300 else "of these not done"] += 1
        if answer is None:
            continue
        status, told = answer[0], json.loads(answer[1]) if answer[1] else {}
        good = status < 300
        seen[op.kind] += good
        if good and "artifact" in told and op.kind == "decide":
            seen[told["artifact"]["status"]] += 1
        for result in told.get("results", []) if good else ():
            seen[f"in lists: {result['outcome']}"] += 1
            if result["outcome"] == "applied":
                seen[result["artifact"]["status"] if result.get("artifact") else "applied to nothing"] += 1
        if op.kind == "decide many" and good:
            seen["all or none"] += op.body["atomic"]
        if not good:
            seen[f"refused: {status} {told.get('code', '')}"] += 1
    seen["superseded"] = sum(row["status"] == "superseded" for row in found.artifacts.values())
    return seen


ENOUGH = {  # in a minute of a busy machine; a shorter run has to see its share, and at least one
    "propose": 100, "accepted": 100, "edited": 25, "rejected": 50, "decide many": 40, "all or none": 10, "batch accept": 10,
    "reassign": 10, "superseded": 25, "in lists: applied": 50, "in lists: left_out": 5, "refused: 409 already_decided": 20,
    "refused: 409 stale": 10, "refused: 404 not_found": 10, "same key again": 30, "answered at the second try or later": 10,
    "connections cut": 10, "503": 5, "outcome unknown to the client": 10, "of these done": 3, "of these not done": 3,
}  # fmt: skip


def too_little(seen: Counter[str], seconds: float, *, routes: set[tuple[str, str]]) -> Iterator[str]:
    """What the load did not see enough of; a check that saw nothing finds nothing."""
    wanted = dict(ENOUGH)
    for kind in ("revert", "withdraw"):
        if ("POST", f"/api/artifacts/{{artifact_id}}/{kind}") in routes:
            wanted[kind] = 10
    if ("PATCH", "/api/customers/{customer_id}/profile") in routes:
        wanted["by hand"] = 5
    for name, enough in wanted.items():
        least = max(1, int(enough * min(seconds, 60) / 60))
        if seen[name] < least:
            yield f"{name}: {seen[name]}, at least {least} were needed"
