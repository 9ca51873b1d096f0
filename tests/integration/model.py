"""A small model of deciding: plain dictionaries, written from the promises and not from the code, to hold Placet against."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

NOT_GIVEN: Any = object()
POLICIES = {"occupation": "single", "employer": "reason", "residency": "dual"}
FIELDS = tuple(POLICIES)
GOOD = ("applied", "signed", "unchanged")
APPROVED = ("accepted", "edited")


@dataclass
class Artifact:
    """What is known of one artifact. `version` is the field's at the proposal, None where it was stale from birth."""

    id: str
    customer: str
    field: str
    value: Any
    version: int | None
    creator: str
    batch: str
    rm: str
    quote: str = ""
    verified: bool = False
    low: bool = False
    reverts: str | None = None
    status: str = "pending"
    edited: Any = NOT_GIVEN
    by: str | None = None
    before: Any = None
    signed: tuple[str, str, Any, int] | None = None  # who, accepted or edited, the value, the field's version
    kinds: list[str] = field(default_factory=lambda: ["proposed"])


@dataclass
class Ask:
    """One decision as somebody asks for it."""

    who: str
    artifact: str
    status: str
    value: Any = NOT_GIVEN
    reason: str | None = None
    expected: Any = NOT_GIVEN


@dataclass
class Customer:
    """Whose a customer is and what their profile says: value, version and the artifact that gave it."""

    rm: str
    alive: bool = True
    values: dict[str, tuple[Any, int, str | None]] = field(default_factory=dict)


class Model:
    """Everything one run of the machine has done."""

    def __init__(self) -> None:
        self.roles: dict[str, str] = {}
        self.disabled: set[str] = set()
        self.members: dict[str, str] = {}  # of every customer
        self.customers: dict[str, Customer] = {}
        self.artifacts: dict[str, Artifact] = {}
        self.delegations: dict[str, tuple[str, str, str | None, str | None]] = {}  # giver, taker, customer, artifact

    # ── what is ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def current(self, customer: str, key: str) -> tuple[Any, int, str | None]:
        return self.customers[customer].values.get(key, (None, 0, None))

    def pending(self, customer: str, key: str | None = None) -> list[Artifact]:
        return [
            a
            for a in self.artifacts.values()
            if a.status == "pending" and a.customer == customer and key in (None, a.field)
        ]

    def stale(self, artifact: Artifact) -> bool:
        return artifact.version != self.current(artifact.customer, artifact.field)[1]

    def stands(self, who: str, customer: str, artifact: str | None = None) -> str:
        """What somebody may: decides, cosigns, sees or nothing."""
        found, role = self.customers[customer], self.roles[who]
        if role == "admin":
            return "sees"
        if role == "agent":
            return "sees" if found.alive else "nothing"
        if not found.alive:
            return "nothing"
        if found.rm == who:
            return "decides"
        for giver, taker, only_customer, only_artifact in self.delegations.values():
            everything = only_customer is None and only_artifact is None
            named = customer == only_customer or (artifact is not None and artifact == only_artifact)
            if taker == who and giver == found.rm and who not in self.disabled and (everything or named):
                return "decides"
        if who in self.disabled:
            return "nothing"
        return {"cosign": "cosigns", "see": "sees"}.get(self.members.get(who, ""), "nothing")

    # ── proposing ───────────────────────────────────────────────────────────────────────────────────────────────────

    def skipped(self, customer: str, key: str, value: Any, quote: str, *, own: bool = False) -> str | None:
        """Why this becomes no artifact, or None where it does."""
        if value == self.current(customer, key)[0]:
            return "no_change"
        if own:
            return None
        if any(a.value == value for a in self.pending(customer, key)):
            return "duplicate"
        told = [(a.field, a.value, a.quote) for a in self.artifacts.values() if self._rejected(a, customer)]
        return "previously_rejected" if (key, value, quote) in told else None

    def _rejected(self, artifact: Artifact, customer: str) -> bool:
        return artifact.status == "rejected" and artifact.customer == customer

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, asks: Sequence[Ask], *, atomic: bool = False) -> list[str]:
        """The outcome of each, in their order; the model is then as they leave it."""
        before = copy.deepcopy(self.__dict__) if atomic else None
        spared = {
            ask.artifact
            for ask in asks
            if ask.status == "rejected" and self._refused(ask, self.artifacts[ask.artifact]) is None
        }
        outcomes = [self._decide(ask, spared) for ask in asks]
        if before is not None and not all(outcome in GOOD for outcome in outcomes):
            self.__dict__.update(before)
            outcomes = ["left_out" if outcome in GOOD else outcome for outcome in outcomes]
        return outcomes

    def _refused(self, ask: Ask, artifact: Artifact) -> str | None:
        if self.roles[ask.who] == "agent":
            return "forbidden"
        stands = self.stands(ask.who, artifact.customer, artifact.id)
        if stands == "nothing":
            return "not_found"
        if stands == "sees" or ask.who in self.disabled:
            return "forbidden"
        return "forbidden" if stands == "cosigns" and POLICIES[artifact.field] != "dual" else None

    def _decide(self, ask: Ask, spared: set[str]) -> str:
        artifact = self.artifacts[ask.artifact]
        refused = self._refused(ask, artifact)
        cosigner = self.stands(ask.who, artifact.customer, artifact.id) == "cosigns" and ask.who not in self.disabled
        if refused is not None and not cosigner:
            return refused
        if artifact.status != "pending":
            return "unchanged" if self._same(ask, artifact) else "already_decided"
        if refused is not None:
            return refused
        if ask.status == "rejected":
            self._close(artifact, "rejected", ask.who)
            return "applied"
        return self._approve(ask, artifact, spared)

    def _same(self, ask: Ask, artifact: Artifact) -> bool:
        if artifact.by != ask.who:
            return False
        if ask.status != "edited":
            return artifact.status == ask.status
        if artifact.status == "edited":
            return bool(ask.value == artifact.edited)
        return artifact.status == "accepted" and ask.value == artifact.value

    def _approve(self, ask: Ask, artifact: Artifact, spared: set[str]) -> str:
        current, version, _ = self.current(artifact.customer, artifact.field)
        value = artifact.value if ask.status == "accepted" else ask.value
        status = "accepted" if value == artifact.value else "edited"
        if status == "edited" and value == current:
            return "invalid"
        signed = self._first(artifact)
        if signed is None and value != current:
            fresh = not self.stale(artifact) if ask.expected is NOT_GIVEN else ask.expected == current
            if not fresh:
                return "stale"
        if POLICIES[artifact.field] == "reason" and not ask.reason:
            return "invalid"
        if POLICIES[artifact.field] == "dual":
            decides = self.stands(ask.who, artifact.customer, artifact.id) == "decides"
            same = signed is not None and signed[1:3] == (status, value)
            if signed is not None and same and signed[0] == ask.who:
                return "unchanged"
            if decides == same:
                return "invalid"
            if decides:
                if signed is not None:
                    artifact.kinds.append("signature_lapsed")
                artifact.signed = (ask.who, status, value, version)
                artifact.kinds.append("signed")
                return "signed"
        artifact.edited = value if status == "edited" else NOT_GIVEN
        artifact.before = current
        self._close(artifact, status, ask.who)
        if value != current:
            self.customers[artifact.customer].values[artifact.field] = (value, version + 1, artifact.id)
        for rival in self.pending(artifact.customer, artifact.field):
            if rival.id not in spared:
                self._close(rival, "superseded", None)
        return "applied"

    def _first(self, artifact: Artifact) -> tuple[str, str, Any, int] | None:
        if artifact.signed is not None:
            moved = artifact.signed[3] != self.current(artifact.customer, artifact.field)[1]
            if moved or self._orphaned(artifact):
                artifact.signed = None
                artifact.kinds.append("signature_lapsed")
        return artifact.signed

    def _orphaned(self, artifact: Artifact) -> bool:
        assert artifact.signed is not None
        signer = artifact.signed[0]
        return signer in self.disabled or self.stands(signer, artifact.customer, artifact.id) != "decides"

    def _close(self, artifact: Artifact, status: str, by: str | None) -> None:
        artifact.status, artifact.by = status, by
        artifact.signed = None
        artifact.kinds.append(status)

    def bulk(self, who: str, batch: str, status: str) -> dict[str, str]:
        """A whole batch: what happens to each that is pending."""
        done = {}
        for artifact in [a for a in self.artifacts.values() if a.batch == batch and a.status == "pending"]:
            ask = Ask(who, artifact.id, status)
            held = status == "accepted" and (
                POLICIES[artifact.field] != "single"
                or (self.stale(artifact) and artifact.value != self.current(artifact.customer, artifact.field)[0])
                or artifact.low
                or not artifact.verified
                or len(self.pending(artifact.customer, artifact.field)) > 1
            )
            refused = self._refused(ask, artifact)
            done[artifact.id] = refused or ("left_out" if held else self._decide(ask, set()))
        return done

    # ── whose it is, and what ends ──────────────────────────────────────────────────────────────────────────────────

    def lapse_orphans(self, customer: str | None = None) -> None:
        """First signatures whose signer may not sign any more."""
        for artifact in self.artifacts.values():
            if artifact.signed is not None and customer in (None, artifact.customer) and self._orphaned(artifact):
                artifact.signed = None
                artifact.kinds.append("signature_lapsed")

    def reassign(self, customer: str, rm: str) -> None:
        """Pending artifacts follow; decided ones stay."""
        if self.customers[customer].rm == rm:
            return
        self.customers[customer].rm = rm
        for artifact in self.pending(customer):
            artifact.rm = rm
        self.lapse_orphans(customer)

    def delete(self, customer: str) -> None:
        """What is pending is withdrawn; everything else stays."""
        for artifact in self.pending(customer):
            self._close(artifact, "withdrawn", None)
        self.customers[customer].alive = False
        self.customers[customer].values.clear()

    def withdraw(self, who: str, artifact: Artifact) -> bool:
        """Whether it was, or had been, taken back by them."""
        allowed = self.roles[who] == "admin" or artifact.creator == who
        if self.stands(who, artifact.customer, artifact.id) == "nothing" or not allowed:
            return False
        if artifact.status == "pending":
            self._close(artifact, "withdrawn", who)
        return (artifact.status, artifact.by) == ("withdrawn", who)
