"""Named points at which a process can be made to die, as by kill -9, so that tests see what is left of its work.

`PLACET_CRASH_AT=name:n` in the environment lets the process die at its n-th passage through the point of that name.
Nobody sets it but tests; unset, a passage costs one comparison.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "PLACET_CRASH_AT"

POINTS = {
    "key.claimed": "An idempotency key is claimed (by the gate: with all locks), nothing is done yet.",
    "key.stored": "The answer is stored beside what was done, before the commit.",
    "answer.committed": "The commit is made, the answer not yet sent.",
    "decide.locked": "Everything a decision must hold is locked.",
    "decide.read": "What the judge needs to know is read.",
    "decide.judged": "The decisions are judged, nothing is written.",
    "decide.written": "Decisions, values, events and promises are written, before the commit.",
    "propose.batch": "The batch has its row, but no artifacts.",
    "propose.artifacts": "The artifacts have their rows, but no events.",
    "propose.events": "Everything of a batch is written, before the commit.",
    "deliver.claiming": "Deliveries are claimed and their attempts counted, before the commit.",
    "deliver.claimed": "The claim is committed, nobody is called yet.",
    "deliver.calling": "A delivery is about to be made.",
    "deliver.called": "It was made, and nothing says so yet.",
    "deliver.marking": "How it went is about to be written.",
    "deliver.marked": "How it went is written and committed.",
    "ledger.added": "Leaves and the checkpoint over them are written, before the commit.",
    "ledger.sealed": "The checkpoint is committed, and not yet in the file outside the database.",
    "worker.sweep": "A sweep has removed some of what it means to remove.",
}


def _read(given: str | None) -> tuple[str, int] | None:
    name, _, passage = (given or "").partition(":")
    if name not in POINTS:
        return None
    return name, int(passage) if passage.isdecimal() else 1


_at = _read(os.environ.get(VARIABLE))
_passed = 0


def point(name: str) -> None:
    """The process passes the point of that name, or dies at it."""
    if _at is not None:
        _pass(name, *_at)


def _pass(name: str, deadly: str, passage: int) -> None:
    global _passed  # noqa: PLW0603 - a count for the life of the process, which is what this is about
    if name == deadly:
        _passed += 1
        if _passed == passage:
            os.kill(os.getpid(), signal.SIGKILL)
