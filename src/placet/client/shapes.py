"""What a server answers and is asked, as the client's caller holds it; on the wire the names are in camelCase."""

from __future__ import annotations

from typing import Any

import msgspec

from placet.artifacts.artifact import Wire as Artifact

UNSET = msgspec.UNSET


class Page(msgspec.Struct, rename="camel"):
    """Some artifacts; `next_cursor` is None on the last page."""

    artifacts: list[Artifact]
    next_cursor: str | None


class Skipped(msgspec.Struct, rename="camel"):
    """An item that became no artifact, and why: `duplicate`, `no_change`, `previously_rejected` or `policy`."""

    index: int
    reason: str
    artifact_id: str | None = None


class Proposed(msgspec.Struct, rename="camel"):
    """A batch as stored, in the proposed order, and what of it became no artifact."""

    batch_id: str
    artifacts: list[Artifact]
    skipped: list[Skipped]


class Customer(msgspec.Struct, rename="camel", kw_only=True):
    """A customer; unset fields are left out of the profile, empty lists kept."""

    id: str
    name: str
    rm_id: str | None
    profile: dict[str, Any]
    profile_versions: dict[str, int] = {}
    created_at: str | None = None


class Decision(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """A decision on one artifact: `status` is accepted, edited or rejected.

    `expected_current_value` accepts over a newer value, if the field still has that one.
    """

    artifact_id: str
    status: str
    edited_value: Any = UNSET
    reason: str | msgspec.UnsetType = UNSET
    expected_current_value: Any = UNSET


class Outcome(msgspec.Struct, rename="camel", kw_only=True):
    """What became of one decision of a list; `code` and `error` say why it was not applied."""

    artifact_id: str
    outcome: str
    artifact: Artifact | None = None
    code: str | None = None
    error: str | None = None


class Matched(msgspec.Struct, rename="camel", kw_only=True):
    """How many were rejected, with an outcome for each; of a dry run how many would be, with the first 20."""

    count: int
    results: list[Outcome] = []
    examples: list[Artifact] = []


class Delegation(msgspec.Struct, rename="camel", kw_only=True):
    """Who stands in for whom, and until when; limited to customers or to artifacts, or to neither."""

    id: str
    from_user_id: str
    from_user_name: str
    to_user_id: str
    to_user_name: str
    from_: str = msgspec.field(name="from")
    until: str
    customer_ids: list[str] | None = None
    artifact_ids: list[str] | None = None
    reason: str | None = None
    created_at: str | None = None
    ended_at: str | None = None
    live: bool = False


class Notifications(msgspec.Struct):
    """Which mails the caller wants, and whether the server can send any."""

    choice: str
    mail: bool
