"""What a check of the trail comes to: faults, each in a sentence with what it is about, and whether there are none."""

from __future__ import annotations

from datetime import datetime

import msgspec

MOST = 1000  # faults that are named; beyond that they are counted


class Fault(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """One thing that is not as the signed trail has it. `what` is a word for programs: event_edited, artifact_changed.

    `seq` is an event's number, `index` a leaf's place, `size` a checkpoint's; an artifact, customer and field by their ids.
    """

    what: str
    sentence: str
    seq: int | None = None
    index: int | None = None
    size: int | None = None
    artifact_id: str | None = None
    customer_id: str | None = None
    field: str | None = None


class Report(msgspec.Struct, rename="camel", kw_only=True):
    """What was gone through and what was found. `sound`: everything was checked and nothing is wrong.

    `unsealed` are events that came after the last checkpoint: nothing vouches for them yet. `outside` is how many checkpoints
    from outside the database were held against it.
    """

    sound: bool = False
    events: int = 0
    sealed: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    outside: int = 0
    size: int = 0
    root: str = ""
    at: datetime | None = None
    signed_by: str = ""
    artifacts: int = 0
    faults: list[Fault] = []
    fault_count: int = 0

    def add(self, what: str, sentence: str, **about: object) -> None:
        """One more fault."""
        self.fault_count += 1
        if len(self.faults) < MOST:
            self.faults.append(Fault(what=what, sentence=sentence, **about))  # type: ignore[arg-type]
