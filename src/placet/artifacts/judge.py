"""Judge decisions: pure Python, no I/O. What may happen is worked out here, on what was read after the locks were taken.

Decisions are folded over the list in order on an in-memory state, so that two on one field see each other. Each gets an
outcome, good or bad; the changes to write are what is left at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from placet.artifacts import lifecycle
from placet.artifacts.artifact import Artifact, evidence
from placet.artifacts.artifact_type import ArtifactType, artifact_type
from placet.audit import record
from placet.customers import access, fields
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Conflict, Forbidden, Invalid, InvalidValue, NotFound, PlacetError, Stale
from placet.identity.principal import SYSTEM, Principal

UNSET = msgspec.UNSET
MAX_REASON = 2000  # characters


class Decision(msgspec.Struct, kw_only=True):
    """One person's decision on one artifact. `status` is accepted, edited or rejected.

    `expected_current_value`, where given, accepts over a newer value if the field still has exactly that one. `bulk` marks a
    decision nobody made on this artifact by name: it leaves out what a person should look at.
    """

    by: Principal
    artifact_id: str
    status: str
    edited_value: Any = UNSET
    reason: str | None = None
    expected_current_value: Any = UNSET
    bulk: bool = False


class Outcome(msgspec.Struct, kw_only=True):
    """What became of one decision.

    `outcome`: applied, unchanged (the same decision again), already_decided, stale, forbidden, not_found, invalid, left_out.
    `error` says why not; `artifact` is the artifact as it now is, where the caller may see it.
    """

    artifact_id: str
    outcome: str
    artifact: Artifact | None = None
    error: PlacetError | None = None

    @property
    def good(self) -> bool:
        """Whether the artifact is as the decision wanted it."""
        return self.outcome in ("applied", "unchanged")


class LeftOut(Conflict):
    """A bulk or atomic decision did not take this one; `code` says why."""

    code = "left_out"


class ValueChange(msgspec.Struct):
    """A profile field's new value; `expected` is the version it replaces, 0 where there was none."""

    customer_id: str
    field: str
    value: Any
    expected: int
    artifact_id: str
    by: str


class Promise(msgspec.Struct):
    """A delivery to be made after the commit."""

    event_id: str
    artifact_id: str
    customer_id: str | None
    topic: str
    trigger: str | None


class Changes(msgspec.Struct):
    """Everything a list of decisions comes to, ready to be written by one statement."""

    decided: list[Artifact] = []
    values: dict[tuple[str, str], ValueChange] = {}
    events: list[record.Event] = []
    promises: list[Promise] = []


def judge(
    decisions: Sequence[Decision],
    artifacts: dict[str, Artifact],
    at: datetime,
    schema: ProfileSchema,
    *,
    atomic: bool = False,
) -> tuple[list[Outcome], Changes]:
    """An outcome per decision in their order, and the changes.

    `artifacts` holds the named ones and every pending rival of theirs, as read after the locks; `at` is the database's
    clock. With `atomic`, unless all are good none is, and those that could have been are left out.
    """
    bench = _Bench(artifacts, at, schema, decisions)
    outcomes = [bench.one(decision) for decision in decisions]
    if atomic and not all(outcome.good for outcome in outcomes):
        originals = _Bench(artifacts, at, schema, decisions)
        return [originals.left_out(outcome) if outcome.good else outcome for outcome in outcomes], Changes()
    return outcomes, bench.changes


def held_back(artifact: Artifact, who: Principal, schema: ProfileSchema, *, bulk: bool) -> str | None:
    """Why accepting this now would not take it (the outcome's code), or None if it would; nothing is changed.

    With `bulk` as part of a whole batch, else as one a person picked by hand, without a reason.
    """
    decision = Decision(by=who, artifact_id=artifact.id, status=lifecycle.ACCEPTED, bulk=bulk)
    [outcome], _ = judge([decision], {artifact.id: artifact}, artifact.created_at, schema)
    return outcome.error.code if outcome.error is not None else None


class _Bench:
    """The state the fold works on: copies of what was read, and the changes so far."""

    def __init__(
        self, artifacts: dict[str, Artifact], at: datetime, schema: ProfileSchema, decisions: Sequence[Decision]
    ) -> None:
        self.artifacts = {key: msgspec.structs.replace(found) for key, found in artifacts.items()}
        self.at = at
        self.schema = schema
        self.changes = Changes()
        # An explicit rejection in the list beats being superseded by a neighbour in it.
        self.spared = {
            d.artifact_id
            for d in decisions
            if d.status == lifecycle.REJECTED and self._refusal(d) is None
        }

    def one(self, decision: Decision) -> Outcome:
        """Judge one decision and apply it to the state."""
        artifact = self.artifacts.get(decision.artifact_id)
        try:
            if (refusal := self._refusal(decision)) is not None:
                raise refusal
            assert artifact is not None  # _refusal answers for what is not there
            if not artifact.pending:
                return self._decided_before(decision, artifact)
            self._decide(decision, artifact)
        except LeftOut as error:
            return Outcome(artifact_id=decision.artifact_id, outcome="left_out", artifact=artifact, error=error)
        except Stale as error:
            return Outcome(artifact_id=decision.artifact_id, outcome="stale", artifact=artifact, error=error)
        except NotFound as error:
            return Outcome(artifact_id=decision.artifact_id, outcome="not_found", error=error)
        except Forbidden as error:
            seen = artifact if artifact and access.sees(decision.by, artifact.customer_id, artifact.customer_rm) else None
            return Outcome(artifact_id=decision.artifact_id, outcome="forbidden", artifact=seen, error=error)
        except PlacetError as error:
            return Outcome(artifact_id=decision.artifact_id, outcome="invalid", artifact=artifact, error=error)
        return Outcome(artifact_id=decision.artifact_id, outcome="applied", artifact=artifact)

    def left_out(self, outcome: Outcome) -> Outcome:
        """The same outcome, had nothing been done: for an atomic list that failed."""
        error = LeftOut("Another decision of this list cannot be applied, so none was.", code="atomic")
        return Outcome(
            artifact_id=outcome.artifact_id, outcome="left_out", artifact=self.artifacts[outcome.artifact_id], error=error
        )

    # ── may they, and is it still open? ─────────────────────────────────────────────────────────────────────────────

    def _refusal(self, decision: Decision) -> PlacetError | None:
        artifact = self.artifacts.get(decision.artifact_id)
        if artifact is None:
            return access.refusal_to_decide(decision.by, None, None) if decision.by.is_agent else NotFound("Artifact not found")
        return access.refusal_to_decide(decision.by, artifact.customer_id, artifact.customer_rm)

    def _decided_before(self, decision: Decision, artifact: Artifact) -> Outcome:
        """The same decision by the same person is answered again; any other is told who was first."""
        if decision.bulk:
            raise LeftOut(f"It is {artifact.status} already.", code="already_decided")
        same = artifact.decided_by == decision.by.id and artifact.status in lifecycle.DECISIONS and (
            self._asks_for_the_same(decision, artifact)
        )
        if same:
            return Outcome(artifact_id=artifact.id, outcome="unchanged", artifact=artifact)
        by = artifact.decided_by_name or "Placet"
        error = Conflict(
            f"This was {artifact.status} before, by {by}.", code="already_decided", status_now=artifact.status, decided_by=by
        )
        return Outcome(artifact_id=artifact.id, outcome="already_decided", artifact=artifact, error=error)

    def _asks_for_the_same(self, decision: Decision, artifact: Artifact) -> bool:
        if decision.status != lifecycle.EDITED or decision.edited_value is UNSET:
            return artifact.status == decision.status != lifecycle.EDITED
        kind = artifact_type(artifact.artifact_type)
        try:
            asked = kind.edited_value(artifact.payload, decision.edited_value, self.schema)
            proposed = kind.proposed_value(artifact.payload, self.schema)
        except PlacetError:
            return False
        field = self._field(artifact)
        if artifact.status == lifecycle.EDITED:
            return _equal(field, asked, artifact.edited_value)
        return artifact.status == lifecycle.ACCEPTED and _equal(field, asked, proposed)

    # ── is it right? ────────────────────────────────────────────────────────────────────────────────────────────────

    def _decide(self, decision: Decision, artifact: Artifact) -> None:
        _check_shape(decision)
        kind = artifact_type(artifact.artifact_type)
        reason = _checked_reason(decision.reason)
        if not kind.lifecycle.allows(artifact.status, decision.status):
            raise Conflict(f"A {kind.label.lower()} cannot be {decision.status}.", code="not_in_lifecycle")
        if decision.status == lifecycle.REJECTED:
            self._close(artifact, decision, lifecycle.REJECTED, reason)
            return
        field = self._field(artifact)
        status, value = self._value(decision, artifact, kind, field)
        if field is not None:
            self._check_policy(decision, artifact, field)
            self._check_current(decision, artifact, field, value)
            if field.policy == "reason" and not reason:
                raise Invalid(f"{field.label} needs a reason; the trail keeps it.", code="reason_required")
        if decision.bulk:
            self._check_bulk(artifact)
        before = artifact.current_value
        if status == lifecycle.EDITED:
            artifact.edited_value = value
        event = self._close(artifact, decision, status, reason, before=before, after=value)
        self.changes.promises.append(
            Promise(event.id, artifact.id, artifact.customer_id, f"artifact.{status}", artifact.workflow_trigger)
        )
        for key, new in kind.on_approval(artifact.payload, value).set_fields.items():
            self._set_field(artifact, key, new, decision.by)
        if artifact.field is not None:
            self._supersede_rivals(artifact)

    def _value(
        self, decision: Decision, artifact: Artifact, kind: ArtifactType, field: Field | None
    ) -> tuple[str, Any]:
        """What would be applied, and whether that is an edit: an edit equal to the proposal is an acceptance."""
        if artifact.field is not None and field is None:
            raise Conflict(f"The profile schema has no field {artifact.field} any more.", code="schema_changed")
        proposed: Any = UNSET
        try:
            proposed = kind.proposed_value(artifact.payload, self.schema)
        except InvalidValue as error:
            if decision.status == lifecycle.ACCEPTED:
                raise Conflict(f"The profile schema changed since this was proposed. {error.sentence}", code="schema_changed") from None
        if decision.status == lifecycle.ACCEPTED:
            return lifecycle.ACCEPTED, proposed
        edited = kind.edited_value(artifact.payload, decision.edited_value, self.schema)
        if proposed is not UNSET and _equal(field, edited, proposed):
            return lifecycle.ACCEPTED, proposed
        if field is not None and fields.same(field, edited, artifact.current_value):
            raise Invalid(f"No change: the profile already says {fields.display(field, edited)}.", code="no_change")
        return lifecycle.EDITED, edited

    def _check_policy(self, decision: Decision, artifact: Artifact, field: Field) -> None:
        if decision.bulk and field.policy != "single":
            raise LeftOut(f"{field.label} asks for more than one plain signature.", code=f"policy_{field.policy}")
        if field.policy == "dual":
            raise Conflict(f"{field.label} takes two signatures.", code="second_signature_required")
        if field.policy == "human_only" and artifact.created_by_type == "agent":
            raise Conflict(f"Only people may change {field.label.lower()}; enter it by hand.", code="policy")

    def _check_current(self, decision: Decision, artifact: Artifact, field: Field, value: Any) -> None:
        """Versions are compared, not values; but a value the profile already has changes nothing and so is not stale."""
        expected = decision.expected_current_value
        if expected is not UNSET:
            fresh = _is_value(field, expected, artifact.current_value)
        else:
            fresh = not artifact.stale
        if fresh or fields.same(field, value, artifact.current_value):
            return
        if decision.bulk:
            raise LeftOut("The profile changed after this was proposed.", code="stale")
        raise Stale(
            f"{field.label} changed after this was proposed. To accept over it, say which value you expect to replace.",
            proposed=artifact.payload.get("proposed_value"),
            expected=expected if expected is not UNSET else artifact.payload.get("previous_value"),
            current=artifact.current_value,
        )

    def _check_bulk(self, artifact: Artifact) -> None:
        for found, code, why in (
            (artifact.payload.get("confidence") == "low", "low_confidence", "Its confidence is low."),
            (artifact.unverified, "unverified", "Its quote was not found in the source."),
            (artifact.rivals > 0, "rival", "Another proposal for this field waits."),
        ):
            if found:
                raise LeftOut(why, code=code)

    # ── what follows ────────────────────────────────────────────────────────────────────────────────────────────────

    def _close(
        self, artifact: Artifact, decision: Decision, status: str, reason: str | None, *, before: Any = UNSET, after: Any = UNSET
    ) -> record.Event:
        artifact.status = status
        artifact.decided_at = self.at
        artifact.decided_by = decision.by.id
        artifact.decided_by_name = decision.by.name
        artifact.reason = reason
        artifact.rivals = 0
        for rival in self._pending_rivals(artifact):
            rival.rivals -= 1
        return self._record(artifact, decision.by, status, before=before, after=after)

    def _record(self, artifact: Artifact, actor: Principal, act: str, *, before: Any = UNSET, after: Any = UNSET, **more: Any) -> record.Event:
        self.changes.decided.append(artifact)
        body = {
            "customerName": artifact.customer_name,
            "label": artifact.payload.get("field_display_name"),
            "proposed": artifact.payload.get("proposed_value"),
            "reason": artifact.reason,
            "evidence": msgspec.to_builtins(evidence(artifact)),
            "createdByName": artifact.created_by_name,
            **more,
        }
        if before is not UNSET:
            body |= {"before": before, "after": after}
        event = record.event(
            f"{artifact.artifact_type}.{act}",
            at=self.at, actor=actor, artifact_id=artifact.id, customer_id=artifact.customer_ref, batch_id=artifact.batch_id,
            on_behalf_of=artifact.on_behalf_of, field=artifact.field, body=body,
        )
        self.changes.events.append(event)
        return event

    def _set_field(self, artifact: Artifact, key: str, value: Any, by: Principal) -> None:
        """Net changes only: a value the profile has already is not written again."""
        assert artifact.customer_id is not None  # an artifact whose customer is gone is not there for any RM
        field = self.schema.field(key)
        if field is None or artifact.field != key:
            raise Conflict(f"A {artifact.artifact_type} may set its own field only, not {key}.", code="effect_out_of_bounds")
        if fields.same(field, value, artifact.current_value):
            return
        slot = (artifact.customer_id, key)
        written = self.changes.values.get(slot)
        expected = written.expected if written is not None else artifact.current_version
        self.changes.values[slot] = ValueChange(artifact.customer_id, key, value, expected, artifact.id, by.name)
        for other in self.artifacts.values():
            if other.customer_id == artifact.customer_id and other.field == key:
                other.current_value, other.current_version = value, expected + 1
                other.current_at, other.current_by = self.at, by.name

    def _supersede_rivals(self, winner: Artifact) -> None:
        for rival in self._pending_rivals(winner):
            if rival.id not in self.spared:
                rival.status, rival.decided_at, rival.rivals = lifecycle.SUPERSEDED, self.at, 0
                self._record(rival, SYSTEM, lifecycle.SUPERSEDED, winner=winner.id, decidedByName=winner.decided_by_name)

    def _pending_rivals(self, artifact: Artifact) -> list[Artifact]:
        if artifact.field is None:
            return []
        slot = (artifact.customer_id, artifact.field)
        return [other for other in self.artifacts.values() if other.pending and (other.customer_id, other.field) == slot]

    def _field(self, artifact: Artifact) -> Field | None:
        return self.schema.field(artifact.field) if artifact.field is not None else None


def _equal(field: Field | None, a: Any, b: Any) -> bool:
    return fields.same(field, a, b) if field is not None else bool(a == b)


def _is_value(field: Field, said: Any, current: Any) -> bool:
    try:
        return fields.same(field, fields.canonical(field, said), current)
    except InvalidValue:
        return False


def _check_shape(decision: Decision) -> None:
    """A decision names a status a person can give, and a value exactly where it edits."""
    if decision.status == lifecycle.PENDING:
        raise Invalid("Pending is where an artifact starts; nobody decides it.", code="not_a_decision")
    if decision.status not in lifecycle.DECISIONS:
        raise Invalid(lifecycle.WRONG_STATUS, code="invalid_status")
    if decision.status == lifecycle.EDITED and decision.edited_value is UNSET:
        raise Invalid("An edit needs editedValue.", code="edited_value_missing")
    if decision.status != lifecycle.EDITED and decision.edited_value is not UNSET:
        raise Invalid("editedValue goes with the status edited only.", code="edited_value_unexpected")


def _checked_reason(reason: str | None) -> str | None:
    reason = (reason or "").strip() or None
    if reason is not None and len(reason) > MAX_REASON:
        raise Invalid(f"A reason has at most {MAX_REASON} characters.", code="reason_too_long")
    return reason
