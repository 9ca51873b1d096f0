"""The statuses an artifact goes through. Text, checked here and not by the database, so that a new kind never migrates."""

from __future__ import annotations

import msgspec

from placet.identity.principal import Principal

PENDING = "pending"
ACCEPTED = "accepted"
EDITED = "edited"
REJECTED = "rejected"
SUPERSEDED = "superseded"
EXPIRED = "expired"
WITHDRAWN = "withdrawn"

DECISIONS = (ACCEPTED, EDITED, REJECTED)  # what a person may decide
APPROVALS = (ACCEPTED, EDITED)
KNOWN = (PENDING, ACCEPTED, REJECTED, EDITED)  # what a client may name, in the order of the sentence they know
WRONG_STATUS = f"Invalid status. Must be one of: {', '.join(KNOWN)}"
ENDED_WITHOUT_DECISION = (SUPERSEDED, EXPIRED, WITHDRAWN)  # set by Placet only


class Lifecycle(msgspec.Struct, frozen=True):
    """Which decisions a type knows. Every artifact starts `pending` and leaves that status once."""

    decisions: tuple[str, ...] = DECISIONS

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status an artifact of this type can have."""
        return (PENDING, *self.decisions, *ENDED_WITHOUT_DECISION)

    def allows(self, status: str, decision: str) -> bool:
        """Whether an artifact in `status` may still take `decision`."""
        return status == PENDING and decision in self.decisions


def may_withdraw(who: Principal, created_by_type: str, created_by_id: str) -> bool:
    """Whether this principal may take back what that creator proposed: their own, an admin any."""
    return who.type in ("admin", "system") or (created_by_type, created_by_id) == (who.type, who.id)


COUNTERSIGN = Lifecycle()
