"""What goes into the judge and what comes out: decisions, an outcome for each, and the changes to write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from placet.artifacts import lifecycle
from placet.artifacts.artifact import LAPSED, Artifact, Signature
from placet.audit import record
from placet.errors import Conflict, Forbidden, Invalid, NotFound, PlacetError, Stale
from placet.identity.principal import Principal

MAX_REASON = 2000  # characters
ENDS = (lifecycle.WITHDRAWN, lifecycle.EXPIRED, LAPSED)


class Looked(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the evidence was open before a decision, and for how many milliseconds where that is known. It is the page's
    word: kept in the trail, asked for by nothing.
    """

    opened: bool
    ms: int | None = None


class Decision(msgspec.Struct, kw_only=True):
    """One person's decision on one artifact. `status` is accepted, edited or rejected.

    `expected_current_value`, where given, accepts over a newer value if the field still has exactly that one. `bulk`
    marks a decision nobody made on this artifact by name: it leaves out what a person should look at. `ending` marks an
    end that decides nothing: `withdrawn` by who proposed it or an admin, `expired` or `lapsed` (its signature) by Placet.
    `looked` is None where the door knows nothing of how it was read.
    """

    by: Principal
    artifact_id: str
    status: str
    edited_value: Any = msgspec.UNSET
    reason: str | None = None
    expected_current_value: Any = msgspec.UNSET
    bulk: bool = False
    ending: bool = False
    looked: Looked | None = None

    @property
    def given_reason(self) -> str | None:
        """The reason without white space around it, None where that leaves nothing."""
        return (self.reason or "").strip() or None

    @property
    def kept(self) -> dict[str, Any]:
        """What the trail keeps of how it was made."""
        return {"looked": msgspec.to_builtins(self.looked)} if self.looked is not None else {}

    def fault(self) -> Invalid | None:
        """What is wrong with the decision itself, whatever it is about: a status no person gives, a value that does
        not go with it, too long a reason.
        """
        if self.status == lifecycle.PENDING:
            return Invalid("Pending is where an artifact starts; nobody decides it.", code="not_a_decision")
        if self.status not in (ENDS if self.ending else lifecycle.DECISIONS):
            return Invalid(lifecycle.WRONG_STATUS, code="invalid_status")
        if self.status == lifecycle.EDITED and self.edited_value is msgspec.UNSET:
            return Invalid("An edit needs editedValue.", code="edited_value_missing")
        if self.status != lifecycle.EDITED and self.edited_value is not msgspec.UNSET:
            return Invalid("editedValue goes with the status edited only.", code="edited_value_unexpected")
        if self.reason is not None and len(self.reason.strip()) > MAX_REASON:
            return Invalid(f"A reason has at most {MAX_REASON} characters.", code="reason_too_long")
        return None


class Outcome(msgspec.Struct, kw_only=True):
    """What became of one decision.

    `outcome`: applied, unchanged (the same decision again), signed (the first of two signatures), already_decided, stale,
    forbidden, not_found, invalid, left_out. `error` says why not; `artifact` is the artifact as it now is, where the caller
    may see it.
    """

    artifact_id: str
    outcome: str
    artifact: Artifact | None = None
    error: PlacetError | None = None

    @property
    def good(self) -> bool:
        """Whether the artifact is as the decision wanted it."""
        return self.outcome in ("applied", "unchanged", "signed")


class LeftOut(Conflict):
    """A bulk or atomic decision did not take this one; `code` says why."""

    code = "left_out"


_CALLED = (
    (LeftOut, "left_out"),
    (Stale, "stale"),
    (NotFound, "not_found"),
    (Forbidden, "forbidden"),
    (PlacetError, "invalid"),
)


def outcome_of(error: PlacetError) -> str:
    """What an outcome is called, by the error that stopped it."""
    return next(name for kind, name in _CALLED if isinstance(error, kind))


class ValueChange(msgspec.Struct):
    """A profile field's new value; `expected` is the version it replaces, 0 where there was none."""

    customer_id: str
    field: str
    value: Any
    expected: int
    artifact_id: str
    by: str
    at: datetime


class Promise(msgspec.Struct):
    """What is to be called after the commit: whoever asked for approvals of this topic or kind, and the named trigger.

    `alone`: the named trigger may be called though no rule sets it up.
    """

    event_id: str
    artifact_id: str
    customer_id: str | None
    topic: str  # artifact.accepted
    kind: str  # profile_edit.accepted
    trigger: str | None
    alone: bool = False


class Changes(msgspec.Struct):
    """Everything a list of decisions comes to, ready to be written by one statement."""

    decided: list[Artifact] = []
    values: dict[tuple[str, str], ValueChange] = {}
    events: list[record.Event] = []
    promises: list[Promise] = []
    signatures: list[tuple[str, Signature]] = []

    def __bool__(self) -> bool:
        return bool(self.events)
