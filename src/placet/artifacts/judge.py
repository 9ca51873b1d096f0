"""Judge decisions: pure Python, no I/O. What may happen is worked out here, on what was read after the locks.

Decisions are folded over the list in order on an in-memory state, so that two on one field see each other. Each gets an
outcome, good or bad; the changes to write are what is left at the end. What two signatures ask for is in `signatures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from placet.artifacts import lifecycle, signatures
from placet.artifacts.artifact import LACKING, LAPSED, Artifact, instant
from placet.artifacts.artifact_type import ArtifactType, Effect, artifact_type, expires_at
from placet.artifacts.outcome import Changes, Decision, LeftOut, Outcome, outcome_of
from placet.artifacts.state import State
from placet.customers import access, fields
from placet.customers.access import Standing
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Conflict, Forbidden, Invalid, InvalidValue, NotFound, PlacetError, Stale
from placet.identity.principal import SYSTEM, Authority, Principal

UNSET = msgspec.UNSET
_ENDED = {  # how it ended where nobody decided it
    lifecycle.SUPERSEDED: "This was set aside before: another proposal for its field was accepted.",
    lifecycle.EXPIRED: "This expired before anybody decided it.",
    lifecycle.WITHDRAWN: "This was withdrawn before anybody decided it.",
}


def judge(
    decisions: Sequence[Decision],
    artifacts: Mapping[str, Artifact],
    at: datetime,
    schema: ProfileSchema,
    people: Mapping[str, Authority | None] | None = None,
    *,
    atomic: bool = False,
) -> tuple[list[Outcome], Changes]:
    """An outcome per decision in their order, and the changes.

    `artifacts` holds the named ones and every pending rival of theirs, as read after the locks; `at` is the database's
    clock; `people` are the deciders and signers who may still act, with their authority as it is now (None: what their
    principals say). With `atomic`, unless all are good none is, and those that could have been are left out.
    """
    state = State(artifacts, at, schema, people)
    outcomes = _Bench(state, decisions).all()
    if atomic and not all(outcome.good for outcome in outcomes):
        return [_undone(outcome, artifacts) for outcome in outcomes], Changes()
    return outcomes, state.changes


def held_back(artifact: Artifact, who: Principal, schema: ProfileSchema, *, bulk: bool) -> str | None:
    """Why accepting this now would not take it (the outcome's code), or None if it would; nothing is changed.

    With `bulk` as part of a whole batch, else as one a person picked by hand, without a reason.
    """
    decision = Decision(by=who, artifact_id=artifact.id, status=lifecycle.ACCEPTED, bulk=bulk)
    [outcome], _ = judge([decision], {artifact.id: artifact}, artifact.created_at, schema)
    return outcome.error.code if outcome.error is not None else None


class _Bench:
    """Judges decisions on a state, which it changes."""

    def __init__(self, state: State, decisions: Sequence[Decision]) -> None:
        self.state = state
        self.schema = state.schema
        self.decisions = decisions
        # An explicit rejection in the list beats being superseded by a neighbour in it.
        self.spared = {d.artifact_id for d in decisions if self._can_reject(d)}

    def all(self) -> list[Outcome]:
        """An outcome per decision, in their order."""
        return [self.one(decision) for decision in self.decisions]

    def one(self, decision: Decision) -> Outcome:
        """Judge one decision and apply it to the state."""
        artifact = self.state.artifacts.get(decision.artifact_id)
        stands = access.STRANGER
        try:
            if artifact is not None:
                stands = self.state.standing(decision.by, artifact)
            if (refusal := self._refusal(decision, artifact, stands)) is not None or artifact is None:
                raise refusal or NotFound("Artifact not found")
            self._expire_if_due(artifact)
            if not artifact.pending:
                return self._decided_before(decision, artifact)
            done = self._end(decision, artifact) if decision.ending else self._decide(decision, artifact, stands)
        except PlacetError as error:
            called = outcome_of(error)
            if artifact is not None and not artifact.pending and error.code == "already_decided" and not decision.bulk:
                called = "already_decided"
            return Outcome(
                artifact_id=decision.artifact_id,
                outcome=called,
                artifact=artifact if stands.sees else None,
                error=error,
            )
        return Outcome(artifact_id=decision.artifact_id, outcome=done, artifact=artifact)

    # ── may they, and is it still open? ─────────────────────────────────────────────────────────────────────────────

    def _refusal(self, decision: Decision, artifact: Artifact | None, stands: Standing) -> PlacetError | None:
        who = decision.by
        if artifact is None:
            return access.refusal_to_decide(who, stands) if who.is_agent and not decision.ending else None
        if not decision.ending:
            refusal = access.refusal_to_decide(who, stands)
        elif not stands.sees:
            refusal = NotFound("Artifact not found")
        else:
            refusal = None
            if not _may_end(decision, artifact):
                refusal = Forbidden("Only who proposed it, or an admin, may take it back.", code="not_the_creator")
        if refusal is None and not self.state.active(who):
            refusal = Forbidden("This account is disabled.", code="account_disabled")
        return refusal

    def _can_reject(self, decision: Decision) -> bool:
        artifact = self.state.artifacts.get(decision.artifact_id)
        if artifact is None or decision.fault() is not None or decision.status != lifecycle.REJECTED:
            return False
        stands = self.state.standing(decision.by, artifact)
        refused = self._refusal(decision, artifact, stands) or signatures.refusal(self.state.field(artifact), stands)
        return refused is None

    def _expire_if_due(self, artifact: Artifact) -> None:
        """Whether or not the background work has been by: what is past its time cannot be decided any more."""
        due = expires_at(artifact, self.schema)
        if artifact.pending and due is not None and due <= self.state.at:
            self.state.close(artifact, lifecycle.EXPIRED, SYSTEM)

    def _decided_before(self, decision: Decision, artifact: Artifact) -> Outcome:
        """The same decision by the same person is answered again; any other is told who was first."""
        if decision.bulk:
            raise LeftOut(f"It is {artifact.status} already.", code="already_decided")
        if artifact.decided_by == decision.by.id and self._asks_for_the_same(decision, artifact):
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
        if decision.ending or artifact.status not in lifecycle.DECISIONS:
            return decision.ending and artifact.status == decision.status
        if decision.status != lifecycle.EDITED or decision.edited_value is UNSET:
            return artifact.status == decision.status != lifecycle.EDITED
        kind = artifact_type(artifact.artifact_type)
        try:
            asked = kind.edited_value(artifact.payload, decision.edited_value, self.schema)
            proposed = kind.proposed_value(artifact.payload, self.schema)
        except PlacetError:
            return False
        field = self.state.field(artifact)
        if artifact.status == lifecycle.EDITED:
            return _equal(field, asked, artifact.edited_value)
        return artifact.status == lifecycle.ACCEPTED and _equal(field, asked, proposed)

    def _end(self, decision: Decision, artifact: Artifact) -> str:
        """An end that decides nothing: withdrawn, expired; or that its first signature counts no more."""
        if (fault := decision.fault()) is not None:
            raise fault
        if decision.status == lifecycle.EXPIRED:
            return "unchanged"  # it would have been expired above, had it been due
        if decision.status == LAPSED:
            first = artifact.signed
            if first is None or self.state.signer_stands(artifact, first):
                return "unchanged"
            self.state.lapse(artifact, first, signatures.NO_LONGER)
            return "applied"
        self.state.close(artifact, lifecycle.WITHDRAWN, decision.by, reason=decision.given_reason)
        return "applied"

    # ── is it right? ────────────────────────────────────────────────────────────────────────────────────────────────

    def _decide(self, decision: Decision, artifact: Artifact, stands: Standing) -> str:
        if (fault := decision.fault()) is not None:
            raise fault
        kind = artifact_type(artifact.artifact_type)
        field = self.state.field(artifact)
        if not kind.lifecycle.allows(artifact.status, decision.status):
            raise Conflict(f"A {kind.label.lower()} cannot be {decision.status}.", code="not_in_lifecycle")
        if (refused := signatures.refusal(field, stands)) is not None:
            raise refused
        if decision.status == lifecycle.REJECTED:
            self.state.close(
                artifact, lifecycle.REJECTED, decision.by,
                reason=decision.given_reason, for_rm=stands.for_rm, **decision.kept,
            )  # fmt: skip
            return "applied"
        return self._approve(decision, artifact, stands, kind, field)

    def _approve(
        self, decision: Decision, artifact: Artifact, stands: Standing, kind: ArtifactType, field: Field | None
    ) -> str:
        status, value = self._value(decision, artifact, kind, field)
        more: dict[str, Any] = {}
        for_rm = stands.for_rm
        if field is not None:
            self._check_policy(decision, artifact, field)
            first = signatures.first(self.state, artifact)
            # What was signed against the field as it still is was judged then.
            more = self._check_current(decision, artifact, field, value) if first is None else {}
            if field.policy == "reason" and decision.given_reason is None:
                raise Invalid(f"{field.label} needs a reason; the trail keeps it.", code="reason_required")
            if field.policy == "dual":
                done = signatures.sign(self.state, artifact, decision, stands, status, value)
                if done is not None:
                    return done
            if first is not None:  # a second signature is a co-signer's own, though they stand in for the RM
                for_rm = None
                more = {"signedBy": first.by, "signedByName": first.by_name, "signedAt": instant(first.at)}
        if decision.bulk:
            self._check_bulk(kind, artifact)
        effect = self._checked_effect(kind, artifact, value)
        before = artifact.current_value
        if status == lifecycle.EDITED:
            artifact.edited_value = value
        event = self.state.close(
            artifact, status, decision.by, reason=decision.given_reason, for_rm=for_rm,
            before=before, after=value, **decision.kept, **more,
        )  # fmt: skip
        self.state.promise(event, artifact)
        for key, new in effect.set_fields.items():
            self.state.set_field(artifact, key, new, decision.by)
        if artifact.field is not None:
            self.state.supersede_rivals(artifact, self.spared)
        return "applied"

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

    def _check_bulk(self, kind: ArtifactType, artifact: Artifact) -> None:
        field = self.state.field(artifact)
        for found, code, why in (
            (
                field is not None and field.restricted,
                "restricted",
                "Its value is hidden until somebody asks to see it.",
            ),
            (not kind.in_bulk, "one_by_one", f"Each {kind.label.lower()} is looked at by itself."),
            (artifact.payload.get("confidence") == "low", "low_confidence", "Its confidence is low."),
            (artifact.unverified, "unverified", LACKING[artifact.lacks or "place"][1]),
            (artifact.rivals > 0, "rival", "Another proposal for this field waits."),
        ):
            if found:
                raise LeftOut(why, code=code)


def _may_end(decision: Decision, artifact: Artifact) -> bool:
    if decision.status != lifecycle.WITHDRAWN:
        return decision.by.type == "system"
    return lifecycle.may_withdraw(decision.by, artifact.created_by_type, artifact.created_by_id)


def _undone(outcome: Outcome, artifacts: Mapping[str, Artifact]) -> Outcome:
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
