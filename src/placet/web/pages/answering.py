"""Decisions sent by a page's script: the same forms, answered as JSON, so that a page can show them before they are saved.

The script asks for JSON and sends an `Idempotency-Key`, so that trying again after a lost answer does nothing twice. A refusal
is a problem document.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from litestar import Request

from placet.api.idempotency import Answer
from placet.artifacts.artifact_type import artifact_type, to_wire
from placet.artifacts.outcome import Outcome
from placet.customers.schema import ProfileSchema
from placet.identity.principal import Principal
from placet.web import views
from placet.web.render import shown


class Became(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """What became of one decision: its outcome, the artifact's status since, whether it can be undone, and why not."""

    artifact_id: str
    outcome: str
    status: str | None = None
    revertible: bool = False
    code: str | None = None
    error: str | None = None


class Told(msgspec.Struct, kw_only=True):
    """An outcome for each artifact, what a page says of it in one sentence (also as HTML, with what could not be seen or would
    be mistaken marked), and of many a line for each that was left.
    """

    results: list[Became]
    sentence: str
    shown: str
    details: tuple[str, ...] = ()


def by_script(request: Request[Any, Any, Any]) -> bool:
    """Whether a form was sent by a page's script, which wants JSON."""
    return request.headers.get("accept", "") == "application/json"


def revertible(outcomes: list[Outcome], who: Principal, schema: ProfileSchema) -> Collection[str]:
    """The ids of those that this person can undo, as the lists have it."""
    return {
        outcome.artifact_id
        for outcome in outcomes
        if outcome.artifact is not None and outcome.good and "revert" in to_wire(outcome.artifact, who, schema).actions
    }


def told(outcomes: list[Outcome], notice: views.Notice, undoable: Collection[str] = ()) -> Answer:
    """What a script is answered."""
    results = [
        Became(
            artifact_id=outcome.artifact_id,
            outcome=outcome.outcome,
            status=outcome.artifact.status if outcome.artifact is not None else None,
            revertible=outcome.artifact_id in undoable,
            code=outcome.error.code if outcome.error is not None else None,
            error=outcome.error.sentence if outcome.error is not None else None,
        )
        for outcome in outcomes
    ]
    said = str(shown(notice.sentence))
    return Answer(200, Told(results=results, sentence=notice.sentence, shown=said, details=notice.details))


def why_not(outcome: Outcome, schema: ProfileSchema, *, named: bool) -> str:
    """Which one was not taken (with its customer where there are several), and why."""
    artifact, sentence = outcome.artifact, outcome.error.sentence if outcome.error else outcome.outcome
    if artifact is None:
        return f"A proposal: {sentence}"
    title = artifact_type(artifact.artifact_type).title(artifact.payload, schema)
    said_already = sentence.startswith(title)
    what = [part for part in (artifact.customer_name if named else "", "" if said_already else title) if part]
    return ": ".join(part for part in (", ".join(what), sentence) if part)
