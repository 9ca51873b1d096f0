"""Outcomes of decisions in the form HTTP clients read."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response

from placet.api.auth import principal_of, runtime_of
from placet.artifacts.artifact import Wire
from placet.artifacts.artifact_type import to_wire
from placet.artifacts.decide import Outcome
from placet.errors import PlacetError

JSON = "application/json"
_encode = msgspec.json.Encoder().encode


class ArtifactAnswer(msgspec.Struct):
    """One artifact."""

    artifact: Wire


class OutcomeAnswer(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """What became of one decision; `code` and `error` say why not, `proposed`, `expected`, `current` belong to stale."""

    artifact_id: str
    outcome: str
    artifact: Wire | None = None
    code: str | None = None
    error: str | None = None
    proposed: Any = msgspec.UNSET
    expected: Any = msgspec.UNSET
    current: Any = msgspec.UNSET


def ok(body: Any, status: int = 200) -> Response[bytes]:
    """A JSON answer."""
    return Response(_encode(body), status_code=status, media_type=JSON)


def outcome_answer(request: Request[Any, Any, Any], outcome: Outcome) -> OutcomeAnswer:
    """An outcome as an item of `results`."""
    answer = OutcomeAnswer(artifact_id=outcome.artifact_id, outcome=outcome.outcome)
    if outcome.artifact is not None:
        answer.artifact = to_wire(outcome.artifact, principal_of(request), runtime_of(request).schema)
    if outcome.error is not None:
        answer.code, answer.error = outcome.error.code, outcome.error.sentence
        for name in ("proposed", "expected", "current"):
            if name in outcome.error.members:
                setattr(answer, name, outcome.error.members[name])
    return answer


def answer_of(request: Request[Any, Any, Any], outcome: Outcome) -> dict[str, Any]:
    """A good outcome as the answer to a single decision."""
    assert outcome.artifact is not None  # a good outcome has its artifact
    return {"artifact": to_wire(outcome.artifact, principal_of(request), runtime_of(request).schema)}


def error_of(outcome: Outcome) -> PlacetError:
    """A bad outcome as the error of a single decision."""
    assert outcome.error is not None
    return outcome.error
