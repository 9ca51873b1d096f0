"""Placet: an AI agent proposes, a person decides, and what was approved is applied, with a trail.

This is the library's front: `placet.open()` or `placet.Repository(pool)`, and the types, constants and guards that go with
them. Each name is imported when it is first asked for, so that `import placet` itself costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from placet._version import __version__ as __version__
    from placet.artifact_types.profile_edit import proposing as profile_edit
    from placet.artifacts.artifact import Artifact
    from placet.artifacts.artifact_type import ArtifactType, Effect
    from placet.artifacts.bulk import Applied, FieldUpdate, Matched, Matching
    from placet.artifacts.card import Badge, Card
    from placet.artifacts.drafts import Item, Skipped, Source
    from placet.artifacts.guards import (
        ARTIFACT_TYPES,
        CREATED_BY_TYPES,
        DECISIONS,
        STATUSES,
        is_approved,
        is_artifact_type,
        is_decided,
        is_decision,
        is_pending,
        is_profile_edit,
        is_status,
    )
    from placet.artifacts.inbox import Filters, Page
    from placet.artifacts.outcome import Decision, Outcome
    from placet.artifacts.propose import Proposed
    from placet.audit.timeline import Line
    from placet.customers.delegations import Delegation
    from placet.customers.fields import Change
    from placet.customers.records import Customer
    from placet.customers.schema import Field, Option, ProfileSchema, load_schema
    from placet.db.engine import open_pool
    from placet.errors import (
        Conflict,
        Forbidden,
        Invalid,
        InvalidItems,
        InvalidValue,
        ModelFailed,
        NotFound,
        NotSignedIn,
        NotUnderstood,
        PlacetError,
        Stale,
        TooLarge,
        TooMany,
        Unavailable,
        WrongContentType,
    )
    from placet.identity.principal import SYSTEM, Principal
    from placet.identity.principal import agent as as_agent
    from placet.identity.users import User
    from placet.repository import Repository
    from placet.repository.opening import open  # as in `placet.open()`

__all__ = [
    "ARTIFACT_TYPES",
    "CREATED_BY_TYPES",
    "DECISIONS",
    "STATUSES",
    "SYSTEM",
    "Applied",
    "Artifact",
    "ArtifactType",
    "Badge",
    "Card",
    "Change",
    "Conflict",
    "Customer",
    "Decision",
    "Delegation",
    "Effect",
    "Field",
    "FieldUpdate",
    "Filters",
    "Forbidden",
    "Invalid",
    "InvalidItems",
    "InvalidValue",
    "Item",
    "Line",
    "Matched",
    "Matching",
    "ModelFailed",
    "NotFound",
    "NotSignedIn",
    "NotUnderstood",
    "Option",
    "Outcome",
    "Page",
    "PlacetError",
    "Principal",
    "ProfileSchema",
    "Proposed",
    "Repository",
    "Skipped",
    "Source",
    "Stale",
    "TooLarge",
    "TooMany",
    "Unavailable",
    "User",
    "WrongContentType",
    "__version__",
    "as_agent",
    "is_approved",
    "is_artifact_type",
    "is_decided",
    "is_decision",
    "is_pending",
    "is_profile_edit",
    "is_status",
    "load_schema",
    "open",
    "open_pool",
    "profile_edit",
]

# Where each name lives; the imports above say the same to type checkers, and a test compares the two.
_HOMES = {
    "_version": "__version__",
    "artifact_types.profile_edit": "proposing",
    "artifacts.artifact": "Artifact",
    "artifacts.artifact_type": "ArtifactType Effect",
    "artifacts.card": "Badge Card",
    "artifacts.bulk": "Applied FieldUpdate Matched Matching",
    "artifacts.drafts": "Item Skipped Source",
    "artifacts.guards": "ARTIFACT_TYPES CREATED_BY_TYPES DECISIONS STATUSES is_approved is_artifact_type is_decided "
    "is_decision is_pending is_profile_edit is_status",
    "artifacts.inbox": "Filters Page",
    "artifacts.outcome": "Decision Outcome",
    "artifacts.propose": "Proposed",
    "audit.timeline": "Line",
    "customers.delegations": "Delegation",
    "customers.fields": "Change",
    "customers.records": "Customer",
    "customers.schema": "Field Option ProfileSchema load_schema",
    "db.engine": "open_pool",
    "errors": "Conflict Forbidden Invalid InvalidItems InvalidValue ModelFailed NotFound NotSignedIn NotUnderstood PlacetError "
    "Stale TooLarge TooMany Unavailable WrongContentType",
    "identity.principal": "SYSTEM Principal agent",
    "identity.users": "User",
    "repository": "Repository",
    "repository.opening": "open",
}
_RENAMED = {"profile_edit": "proposing", "as_agent": "agent"}  # as they are called outside
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}


if not TYPE_CHECKING:  # with it, any name at all would look right to a type checker

    def __getattr__(name: str) -> Any:
        """A public name, imported when it is first asked for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        there = _RENAMED.get(name, name)
        found = getattr(import_module(f"{__name__}.{_HOME_OF[there]}"), there)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
