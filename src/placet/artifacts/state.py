"""The state a list of decisions is judged on: copies of what was read, the changes so far, and what each change entails.

It knows what follows from a change (rivals, versions, events, promises) and nothing of whether it may happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from placet.artifacts import lifecycle
from placet.artifacts.artifact import LAPSED, SIGNED, Artifact, Signature, evidence
from placet.artifacts.artifact_type import called
from placet.artifacts.outcome import Changes, Decision, Promise, ValueChange
from placet.audit import record
from placet.customers import access, fields
from placet.customers.access import Standing
from placet.customers.schema import Field, ProfileSchema
from placet.db import json
from placet.identity.principal import SYSTEM, Authority, Principal
from placet.triggers.trigger import triggers


class State:
    """What was read, as decided so far. `people` are those who may still act, with what they may beyond their customers."""

    def __init__(
        self,
        artifacts: Mapping[str, Artifact],
        at: datetime,
        schema: ProfileSchema,
        people: Mapping[str, Authority | None] | None,
    ) -> None:
        self.artifacts = {key: msgspec.structs.replace(found) for key, found in artifacts.items()}
        self.at = at
        self.schema = schema
        self.people = people
        self.changes = Changes()

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def active(self, who: Principal) -> bool:
        """Whether this person may still sign in; Placet and agents always count, and everybody where nobody looked."""
        return self.people is None or who.type in ("agent", "system") or who.id in self.people

    def standing(self, who: Principal, artifact: Artifact) -> Standing:
        """How somebody stands to an artifact, by what was read under the locks."""
        if self.people is not None and who.type not in ("agent", "system"):
            who = msgspec.structs.replace(who, authority=self.people.get(who.id))
        return access.standing(who, artifact.customer_id, artifact.customer_rm, artifact.customer_team, artifact.id)

    def signer_stands(self, artifact: Artifact, signature: Signature) -> bool:
        """Whether who signed first may still sign: they are active, and the RM or a live delegate."""
        signer = Principal("rm", signature.by, signature.by_name)
        return self.active(signer) and self.standing(signer, artifact).decides

    def field(self, artifact: Artifact) -> Field | None:
        """The field an artifact is about, if it is and the schema has it."""
        return self.schema.field(artifact.field) if artifact.field is not None else None

    def pending_rivals(self, artifact: Artifact) -> list[Artifact]:
        """The other pending artifacts of its field."""
        if artifact.field is None:
            return []
        slot = (artifact.customer_id, artifact.field)
        return [o for o in self.artifacts.values() if o.pending and (o.customer_id, o.field) == slot]

    # ── changing ────────────────────────────────────────────────────────────────────────────────────────────────────

    def close(
        self,
        artifact: Artifact,
        status: str,
        by: Principal,
        *,
        reason: str | None = None,
        for_rm: tuple[str, str] | None = None,
        **more: Any,
    ) -> record.Event:
        """An artifact leaves pending: by a person's decision (perhaps for their RM), or by an end that is none."""
        artifact.status, artifact.decided_at, artifact.reason, artifact.rivals = status, self.at, reason, 0
        if by is not SYSTEM:
            artifact.decided_by, artifact.decided_by_name = by.id, by.name
            artifact.on_behalf_of, artifact.on_behalf_of_name = for_rm or (None, None)
        for rival in self.pending_rivals(artifact):
            rival.rivals -= 1
        self.changes.decided.append(artifact)
        return self.add_event(artifact, by, status, for_rm=for_rm, reason=reason, **more)

    def add_event(
        self, artifact: Artifact, actor: Principal, act: str, *, for_rm: tuple[str, str] | None = None, **more: Any
    ) -> record.Event:
        """One line of the trail about an artifact."""
        body = {
            "customerName": artifact.customer_name,
            "label": called(artifact, self.schema),
            "proposed": artifact.payload.get("proposed_value"),
            "evidence": msgspec.to_builtins(evidence(artifact)),
            "createdByName": artifact.created_by_name,
            "reason": None,
            **({"onBehalfOfName": for_rm[1]} if for_rm is not None else {}),
            **({"reverts": artifact.reverts} if artifact.reverts is not None else {}),
            **more,
        }
        event = record.event(
            f"{artifact.artifact_type}.{act}",
            at=self.at,
            actor=actor,
            artifact_id=artifact.id,
            customer_id=artifact.customer_ref,
            batch_id=artifact.batch_id,
            on_behalf_of=for_rm[0] if for_rm is not None else None,
            field=artifact.field,
            body=body,
        )
        self.changes.events.append(event)
        return event

    def promise(self, event: record.Event, artifact: Artifact) -> None:
        """Deliveries to be made after the commit, by whoever asked for them."""
        named = artifact.workflow_trigger
        trigger = triggers().get(named) if named is not None else None
        self.changes.promises.append(
            Promise(
                event_id=event.id,
                artifact_id=artifact.id,
                customer_id=artifact.customer_id,
                topic=f"artifact.{artifact.status}",
                kind=event.kind,
                trigger=named,
                alone=trigger is None or trigger.alone,  # one that is gone fails visibly, not silently
            )
        )

    def set_field(self, artifact: Artifact, key: str, value: Any, by: Principal) -> None:
        """Net changes only: a value the profile has already is not written again."""
        field = self.schema.field(key)
        if artifact.customer_id is None or field is None or fields.same(field, value, artifact.current_value):
            return
        slot = (artifact.customer_id, key)
        written = self.changes.values.get(slot)
        expected = written.expected if written is not None else artifact.current_version
        self.changes.values[slot] = ValueChange(
            artifact.customer_id, key, value, expected, artifact.id, by.name, self.at
        )
        for other in self.artifacts.values():
            if other.customer_id == artifact.customer_id and other.field == key:
                other.current_value, other.current_version = value, expected + 1
                other.current_at, other.current_by, other.current_artifact = self.at, by.name, artifact.id

    def supersede_rivals(self, winner: Artifact, spared: set[str]) -> None:
        """What else waits for the field ends, but for what the same list decides itself."""
        for rival in self.pending_rivals(winner):
            if rival.id not in spared:
                named = winner.decided_by_name
                self.close(rival, lifecycle.SUPERSEDED, SYSTEM, winner=winner.id, decidedByName=named)

    def sign(self, artifact: Artifact, decision: Decision, stands: Standing, status: str, value: Any) -> None:
        """The first of two signatures; the artifact stays pending."""
        for_rm = stands.for_rm or (None, None)
        over = decision.expected_current_value is not msgspec.UNSET and artifact.stale
        reason = decision.given_reason
        self._append(
            artifact,
            Signature(
                act=SIGNED,
                at=self.at,
                by=decision.by.id,
                by_name=decision.by.name,
                on_behalf_of=for_rm[0],
                on_behalf_of_name=for_rm[1],
                status=status,
                edited_value=json.encode(value) if status == lifecycle.EDITED else None,
                field_version=artifact.current_version,
                over=over,
                reason=reason,
            ),
        )
        more = {"over": decision.expected_current_value} if over else {}
        more |= decision.kept
        self.add_event(artifact, decision.by, SIGNED, for_rm=stands.for_rm, after=value, reason=reason, **more)

    def lapse(self, artifact: Artifact, signature: Signature, why: str) -> None:
        """A first signature counts no more, and the trail says why."""
        self._append(artifact, msgspec.structs.replace(signature, act=LAPSED, at=self.at, reason=why))
        self.add_event(
            artifact, SYSTEM, "signature_lapsed", signedBy=signature.by, signedByName=signature.by_name, reason=why
        )

    def _append(self, artifact: Artifact, signature: Signature) -> None:
        artifact.signature = signature
        self.changes.signatures.append((artifact.id, signature))
