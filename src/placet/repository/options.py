"""What the repository's methods take by keyword, as types that name and explain each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

Order = Literal["desc", "asc", "decided"]


class Paging(TypedDict, total=False):
    """Which page of a list: `limit` (0 to 200), `order`, and the `cursor` of the page before."""

    limit: int
    order: Order
    cursor: str | None


class ChangeOptions(TypedDict, total=False):
    """What goes with a change by hand: a `reason`, and the version each field is expected to have, by key."""

    reason: str | None
    expected_versions: Mapping[str, int] | None


class DecisionOptions(TypedDict, total=False):
    """What goes with an acceptance: a `reason`, and the `expected_current_value` to accept over.

    The latter accepts where the profile changed after the proposal, if it still has exactly that value.
    """

    reason: str | None
    expected_current_value: Any


class BatchOptions(TypedDict, total=False):
    """What a decision on a batch may say; `customer_id` and `created_by_id` single out an ambiguous batch id."""

    reason: str | None
    dry_run: bool
    customer_id: str | None
    created_by_id: str | None


class DelegationOptions(TypedDict, total=False):
    """How a delegation is limited: `from_at` (else from now), to some customers or artifacts; `from_user` is for admins."""

    from_at: datetime | None
    customer_ids: Sequence[str] | None
    artifact_ids: Sequence[str] | None
    reason: str | None
    from_user: str | None


class MatchingOptions(TypedDict, total=False):
    """With a rejection by filter: `expected`, how many must match (a dry run counts them), and a `reason`."""

    expected: int | None
    reason: str | None
    dry_run: bool


NOT_PROPOSED = {  # why a single proposal became no artifact, by the reason it was skipped for
    "previously_rejected": "A person rejected this before, read from the same words.",
    "no_change": "No change: the profile says so already.",
    "duplicate": "The same waits in this batch already.",
    "policy": "Only people may change this field.",
}
