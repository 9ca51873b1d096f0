"""Judge decisions: pure Python, no I/O. What may happen is worked out here, on what was read after the locks.

Decisions are folded over the list in order on an in-memory state, so that two on one field see each other. Each gets an
outcome, good or bad; the changes to write are what is left at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from placet.artifacts import lifecycle
from placet.artifacts.artifact import LACKING, Artifact, evidence
from placet.artifacts.artifact_type import ArtifactType, Effect, artifact_type
from placet.artifacts.outcome import Changes, Decision, LeftOut, Outcome, Promise, ValueChange
from placet.audit import record
from placet.customers import access, fields
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Conflict, Forbidden, Invalid, InvalidValue, NotFound, PlacetError, Stale
from placet.identity.principal import SYSTEM, Principal

UNSET = msgspec.UNSET
_CALLED = (  # what an outcome is called, by the error that stopped it
    (LeftOut, "left_out"),
    (Stale, "stale"),
    (NotFound, "not_found"),
    (Forbidden, "forbidden"),
    (PlacetError, "invalid"),
)
_ENDED = {  # how it ended where nobody decided it
    lifecycle.SUPERSEDED: "This was set aside before: another proposal for its field was accepted.",
    lifecycle.EXPIRED: "This expired before anybody decided it.",
    lifecycle.WITHDRAWN: "This was withdrawn before anybody decided it.",
}


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
        return [_undone(outcome, artifacts) for outcome in outcomes], Changes()
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
        self.spared = {d.artifact_id for d in decisions if self._can_reject(d)}

    def one(self, decision: Decision) -> Outcome:
        """Judge one decision and apply it to the state."""
        artifact = self.artifacts.get(decision.artifact_id)
        try:
            refusal = self._refusal(decision)
            if refusal is not None or artifact is None:
                raise refusal or NotFound("Artifact not found")
            if not artifact.pending:
                return self._decided_before(decision, artifact)
            self._decide(decision, artifact)
        except PlacetError as error:
            called = next(name for kind, name in _CALLED if isinstance(error, kind))
            seen = artifact is not None and access.sees(decision.by, artifact.customer_id, artifact.customer_rm)
            return Outcome(
                artifact_id=decision.artifact_id, outcome=called, artifact=artifact if seen else None, error=error
            )
        return Outcome(artifact_id=decision.artifact_id, outcome="applied", artifact=artifact)

    # ── may they, and is it still open? ─────────────────────────────────────────────────────────────────────────────

    def _refusal(self, decision: Decision) -> PlacetError | None:
        artifact = self.artifacts.get(decision.artifact_id)
        if artifact is None:
            return (
                access.refusal_to_decide(decision.by, None, None)
                if decision.by.is_agent
                else NotFound("Artifact not found")
            )
        return access.refusal_to_decide(decision.by, artifact.customer_id, artifact.customer_rm)

    def _can_reject(self, decision: Decision) -> bool:
        return decision.fault() is None and decision.status == lifecycle.REJECTED and self._refusal(decision) is None

    def _decided_before(self, decision: Decision, artifact: Artifact) -> Outcome:
        """The same decision by the same person is answered again; any other is told who was first."""
        if decision.bulk:
            raise LeftOut(f"It is {artifact.status} already.", code="already_decided")
        same = (
            artifact.decided_by == decision.by.id
            and artifact.status in lifecycle.DECISIONS
            and (self._asks_for_the_same(decision, artifact))
        )
        if same:
            return Outcome(artifact_id=artifact.id, outcome="unchanged", artifact=artifact)
        by = artifact.decided_by_name or "Placet"
        error = Conflict(
            _ENDED.get(artifact.status) or f"This was {artifact.status} before, by {by}.",
            code="already_decided",
            status_now=artifact.status,
            decided_by=by,
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
        if (fault := decision.fault()) is not None:
            raise fault
        kind = artifact_type(artifact.artifact_type)
        reason = (decision.reason or "").strip() or None
        if not kind.lifecycle.allows(artifact.status, decision.status):
            raise Conflict(f"A {kind.label.lower()} cannot be {decision.status}.", code="not_in_lifecycle")
        if decision.status == lifecycle.REJECTED:
            self._close(artifact, decision, lifecycle.REJECTED, reason)
            return
        field = self._field(artifact)
        status, value = self._value(decision, artifact, kind, field)
        over: dict[str, Any] = {}
        if field is not None:
            self._check_policy(decision, artifact, field)
            over = self._check_current(decision, artifact, field, value)
            if field.policy == "reason" and not reason:
                raise Invalid(f"{field.label} needs a reason; the trail keeps it.", code="reason_required")
        if decision.bulk:
            self._check_bulk(artifact)
        effect = self._checked_effect(kind, artifact, value)
        before = artifact.current_value
        if status == lifecycle.EDITED:
            artifact.edited_value = value
        event = self._close(artifact, decision, status, reason, before=before, after=value, **over)
        self.changes.promises.append(
            Promise(event.id, artifact.id, artifact.customer_id, f"artifact.{status}", artifact.workflow_trigger)
        )
        for key, new in effect.set_fields.items():
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
                raise Conflict(
                    f"The profile schema changed since this was proposed. {error.sentence}", code="schema_changed"
                ) from None
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

    def _check_current(self, decision: Decision, artifact: Artifact, field: Field, value: Any) -> dict[str, Any]:
        """Versions are compared, not values; but a value the profile already has changes nothing and so is not stale.

        Answers what the trail keeps of accepting over a newer value: the value the decider named, else nothing.
        """
        expected = decision.expected_current_value
        fresh = not artifact.stale if expected is UNSET else _is_value(field, expected, artifact.current_value)
        if fields.same(field, value, artifact.current_value):
            return {}
        if fresh:
            return {"over": expected} if artifact.stale else {}
        if decision.bulk:
            raise LeftOut("The profile changed after this was proposed.", code="stale")
        raise Stale(
            f"{field.label} changed after this was proposed. To accept over it, say which value you expect to replace.",
            proposed=artifact.payload.get("proposed_value"),
            expected=expected if expected is not UNSET else artifact.payload.get("previous_value"),
            current=artifact.current_value,
        )

    def _checked_effect(self, kind: ArtifactType, artifact: Artifact, value: Any) -> Effect:
        """What follows, asked before anything is changed: a type that asks for too much gets nothing."""
        effect = kind.on_approval(artifact.payload, value)
        for key in effect.set_fields:
            if artifact.field != key:
                raise Conflict(
                    f"A {kind.label.lower()} may set its own field only, not {key}.", code="effect_out_of_bounds"
                )
        return effect

    def _check_bulk(self, artifact: Artifact) -> None:
        for found, code, why in (
            (artifact.payload.get("confidence") == "low", "low_confidence", "Its confidence is low."),
            (artifact.unverified, "unverified", LACKING[artifact.lacks or "place"][1]),
            (artifact.rivals > 0, "rival", "Another proposal for this field waits."),
        ):
            if found:
                raise LeftOut(why, code=code)

    # ── what follows ────────────────────────────────────────────────────────────────────────────────────────────────

    def _close(
        self, artifact: Artifact, decision: Decision, status: str, reason: str | None, **more: Any
    ) -> record.Event:
        artifact.status = status
        artifact.decided_at = self.at
        artifact.decided_by = decision.by.id
        artifact.decided_by_name = decision.by.name
        artifact.reason = reason
        artifact.rivals = 0
        for rival in self._pending_rivals(artifact):
            rival.rivals -= 1
        return self._record(artifact, decision.by, status, **more)

    def _record(self, artifact: Artifact, actor: Principal, act: str, **more: Any) -> record.Event:
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
        event = record.event(
            f"{artifact.artifact_type}.{act}",
            at=self.at,
            actor=actor,
            artifact_id=artifact.id,
            customer_id=artifact.customer_ref,
            batch_id=artifact.batch_id,
            on_behalf_of=artifact.on_behalf_of,
            field=artifact.field,
            body=body,
        )
        self.changes.events.append(event)
        return event

    def _set_field(self, artifact: Artifact, key: str, value: Any, by: Principal) -> None:
        """Net changes only: a value the profile has already is not written again."""
        field = self.schema.field(key)
        if artifact.customer_id is None or field is None or fields.same(field, value, artifact.current_value):
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
                self._record(
                    rival, SYSTEM, lifecycle.SUPERSEDED, winner=winner.id, decidedByName=winner.decided_by_name
                )

    def _pending_rivals(self, artifact: Artifact) -> list[Artifact]:
        if artifact.field is None:
            return []
        slot = (artifact.customer_id, artifact.field)
        return [
            other for other in self.artifacts.values() if other.pending and (other.customer_id, other.field) == slot
        ]

    def _field(self, artifact: Artifact) -> Field | None:
        return self.schema.field(artifact.field) if artifact.field is not None else None


def _undone(outcome: Outcome, artifacts: dict[str, Artifact]) -> Outcome:
    """The same outcome, had nothing been done: for an atomic list that failed."""
    as_it_is = artifacts[outcome.artifact_id] if outcome.artifact is not None else None
    if not outcome.good:
        return msgspec.structs.replace(outcome, artifact=as_it_is)
    error = LeftOut("Another decision of this list cannot be applied, so none was.", code="atomic")
    return Outcome(artifact_id=outcome.artifact_id, outcome="left_out", artifact=as_it_is, error=error)


def _equal(field: Field | None, a: Any, b: Any) -> bool:
    return fields.same(field, a, b) if field is not None else bool(a == b)


def _is_value(field: Field, said: Any, current: Any) -> bool:
    try:
        return fields.same(field, fields.canonical(field, said), current)
    except InvalidValue:
        return False
