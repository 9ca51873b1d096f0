"""The words an artifact is described with, as types and constants, and the questions a program asks about one."""

from __future__ import annotations

from typing import Literal, TypeGuard, get_args

from placet.artifacts import lifecycle
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_types

Status = Literal["pending", "accepted", "rejected", "edited", "superseded", "expired", "withdrawn"]
DecisionStatus = Literal["accepted", "rejected", "edited"]
CreatedByType = Literal["agent", "admin", "system", "rm"]

STATUSES: tuple[Status, ...] = get_args(Status)
DECISIONS: tuple[DecisionStatus, ...] = get_args(DecisionStatus)
CREATED_BY_TYPES: tuple[CreatedByType, ...] = get_args(CreatedByType)
ARTIFACT_TYPES: tuple[str, ...] = tuple(artifact_types())  # those installed when the program started


def is_status(text: object) -> TypeGuard[Status]:
    """Whether a profile edit can have that status."""
    return text in STATUSES


def is_decision(text: object) -> TypeGuard[DecisionStatus]:
    """Whether that is a status a person gives."""
    return text in DECISIONS


def is_artifact_type(text: object) -> bool:
    """Whether an artifact type of that name is installed."""
    return text in ARTIFACT_TYPES


def is_pending(artifact: Artifact) -> bool:
    """Whether it still waits for a decision."""
    return artifact.pending


def is_decided(artifact: Artifact) -> bool:
    """Whether a person decided it; False for what still waits, and for what ended without a decision."""
    return artifact.status in DECISIONS


def is_approved(artifact: Artifact) -> bool:
    """Whether a person accepted it, as proposed or edited, so that it was applied."""
    return artifact.status in lifecycle.APPROVALS


def is_profile_edit(artifact: Artifact) -> bool:
    """Whether it proposes another value for a field of the profile."""
    return artifact.artifact_type == "profile_edit"
