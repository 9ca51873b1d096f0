"""Decisions over HTTP: on one artifact, a list, a batch, the field updates of a proposal. Each is one call of a verb."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, patch, post
from litestar.params import FromPath

from placet.api.answers import ArtifactAnswer, OutcomeAnswer, answer_of, error_of, outcome_answer
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, Reply, decide_once, find_and_decide_once, once
from placet.api.reading import as_struct, read_body, read_object, read_query
from placet.api.spec import described
from placet.artifacts import bulk, lifecycle
from placet.artifacts.artifact import Wire
from placet.artifacts.artifact_type import to_wire
from placet.artifacts.decide import Decision, Outcome, decide
from placet.customers import access
from placet.db.engine import Connection
from placet.errors import Invalid, NotUnderstood
from placet.identity.principal import Principal

UNSET = msgspec.UNSET


class DecideBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A decision. `expectedCurrentValue` accepts over a newer value, if it is still that one."""

    status: Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(lifecycle.KNOWN)})]
    edited_value: Any = UNSET
    reason: str | None = None
    expected_current_value: Any = UNSET


class DecisionBody(DecideBody, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A decision on a named artifact."""

    artifact_id: str


class DecisionsBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A list of decisions. `atomic`: unless all apply, none does. `dryRun`: nothing is written."""

    decisions: Annotated[list[DecisionBody], msgspec.Meta(min_length=1, max_length=1000)]
    atomic: bool = False
    dry_run: bool = False


class ResultsAnswer(msgspec.Struct):
    """An outcome per decision, in their order."""

    results: list[OutcomeAnswer]


class RejectMatchingBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to reject, and how many that must be. `dryRun` counts; what it counts is the `expectedCount` of the real call."""

    filter: bulk.Matching
    expected_count: Annotated[int, msgspec.Meta(ge=0, le=bulk.MAX_MATCHING)] | None = None
    reason: str | None = None
    dry_run: bool = False


class RejectMatchingAnswer(msgspec.Struct, omit_defaults=True):
    """How many were rejected, with an outcome for each; of a dry run how many would be, with the first 20."""

    count: int
    results: list[OutcomeAnswer] = []
    examples: list[Wire] = []


class BatchQuery(msgspec.Struct, rename="camel", kw_only=True):
    """Singles out a batch whose id more than one creator used."""

    customer_id: str | None = None
    created_by_id: str | None = None


class BatchBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A decision on what is pending in a batch."""

    reason: str | None = None
    dry_run: bool = False


class BatchAnswer(msgspec.Struct):
    """How many were decided, and an outcome for each that was pending."""

    count: int
    results: list[OutcomeAnswer]


class ProposalBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A proposal as a client holds it. Of a field update only `id` and `field` are read; values come from the store."""

    proposal_id: str
    field_updates: list[dict[str, Any]]


class ApplyBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which field updates of a proposal are approved, with edits and reasons by field update id."""

    proposal: ProposalBody
    approved_field_ids: list[str]
    edited_values: dict[str, Any] = {}
    reasons: dict[str, str] = {}


class ApplyAnswer(msgspec.Struct, rename="camel"):
    """`fieldsUpdated` counts what was approved and applied; `errors` says what could not be done and why."""

    success: bool
    fields_updated: int
    results: list[OutcomeAnswer]
    errors: list[bulk.Unapplied]


class Decisions(Controller):
    """Everything that decides."""

    path = "/api"

    @patch(
        "/artifacts/{artifact_id:str}",
        opt=described("decisions", {200: ArtifactAnswer}, body=DecideBody, idempotent=True),
    )
    async def decide_one(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """Accept, edit or reject an artifact.

        Only the attached RM. The same decision again by the same person is 200; any other after the first is 409.
        """
        who = principal_of(request)
        found = await read_object(request)
        _check_status(found)
        body = as_struct(found, DecideBody)
        decision = _decision(who, artifact_id, body)

        def answer(outcomes: list[Outcome]) -> Answer:
            [outcome] = outcomes
            if outcome.error is not None:
                raise error_of(outcome)
            return Answer(200, answer_of(request, outcome))

        return await decide_once(request, [decision], answer)

    @post(
        "/decisions",
        status_code=200,
        opt=described("decisions", {200: ResultsAnswer}, body=DecisionsBody, idempotent=True),
    )
    async def decide_many(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Decide a list of artifacts, with an outcome for each."""
        who = principal_of(request)
        body = await read_body(request, DecisionsBody)
        decisions = [_decision(who, item.artifact_id, item) for item in body.decisions]

        def answer(outcomes: list[Outcome]) -> Answer:
            access.check_person(who)
            return Answer(200, ResultsAnswer([outcome_answer(request, o) for o in outcomes]))

        async def work(connection: Connection) -> Answer:
            schema = runtime_of(request).schema
            return answer(await decide(connection, decisions, schema=schema, atomic=body.atomic, dry_run=True))

        if body.dry_run:
            return await once(request, work)
        return await decide_once(request, decisions, answer, atomic=body.atomic)

    @post(
        "/decisions/reject-matching",
        status_code=200,
        opt=described("decisions", {200: RejectMatchingAnswer}, body=RejectMatchingBody, idempotent=True),
    )
    async def reject_matching(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Reject everything that waits for the caller's decision and matches a filter, if it is as many as expected.

        Ask with `dryRun` how many match, then send that as `expectedCount`; 409 `count_changed` if it is another number by then.
        """
        who, schema = principal_of(request), runtime_of(request).schema
        body = await read_body(request, RejectMatchingBody)

        async def work(connection: Connection) -> Answer:
            done = await bulk.reject_matching(
                connection,
                who,
                body.filter,
                schema=schema,
                expected=body.expected_count,
                reason=body.reason,
                dry_run=body.dry_run,
            )
            for outcome in done.outcomes:
                outcome.artifact = None  # ten thousand of them would be too much of an answer
            results = [outcome_answer(request, outcome) for outcome in done.outcomes]
            return Answer(
                200, RejectMatchingAnswer(done.count, results, [to_wire(a, who, schema) for a in done.examples])
            )

        return await once(request, work)

    @post(
        "/batches/{batch_id:str}/accept",
        status_code=200,
        opt=described(
            "decisions", {200: BatchAnswer}, query=BatchQuery, body=BatchBody, body_required=False, idempotent=True
        ),
    )
    async def accept_batch(self, request: Request[Any, Any, Any], batch_id: FromPath[str]) -> Response[bytes]:
        """Accept what is pending in a batch.

        This is bulk: low confidence, stale, rival, unverified quote and any policy beyond one signature are left out.
        """
        return await _decide_batch(request, batch_id, lifecycle.ACCEPTED)

    @post(
        "/batches/{batch_id:str}/reject",
        status_code=200,
        opt=described(
            "decisions", {200: BatchAnswer}, query=BatchQuery, body=BatchBody, body_required=False, idempotent=True
        ),
    )
    async def reject_batch(self, request: Request[Any, Any, Any], batch_id: FromPath[str]) -> Response[bytes]:
        """Reject what is pending in a batch."""
        return await _decide_batch(request, batch_id, lifecycle.REJECTED)

    @post(
        "/customers/{customer_id:str}/apply-updates",
        status_code=200,
        opt=described("decisions", {200: ApplyAnswer}, body=ApplyBody, idempotent=True),
    )
    async def apply_updates(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Decide the field updates of a proposal: approved ones are accepted or edited, the other named ones rejected."""
        who = principal_of(request)
        body = await read_body(request, ApplyBody)
        updates = [_field_update(update) for update in body.proposal.field_updates]

        async def find(connection: Connection) -> tuple[list[Decision], Reply]:
            access.check_person(who)
            found = await bulk.update_decisions(
                connection,
                who,
                customer_id,
                body.proposal.proposal_id,
                updates,
                body.approved_field_ids,
                edited_values=body.edited_values,
                reasons=body.reasons,
            )

            def answer(outcomes: list[Outcome]) -> Answer:
                done = found.applied(outcomes)
                _check_authority(outcomes)
                results = [outcome_answer(request, outcome) for outcome in outcomes]
                return Answer(200, ApplyAnswer(not done.errors, done.fields_updated, results, done.errors))

            return found.decisions, answer

        return await find_and_decide_once(request, find)


def _check_status(found: dict[str, Any]) -> None:
    """The status is looked at before anything else, so that no other fault hides this sentence."""
    if found.get("status") not in lifecycle.KNOWN:
        raise NotUnderstood(lifecycle.WRONG_STATUS, code="invalid_status")


def _check_authority(outcomes: list[Outcome]) -> None:
    """A batch is one customer's: whoever may not decide one of its artifacts may decide none, and is told so once."""
    if outcomes and all(outcome.outcome == "forbidden" for outcome in outcomes):
        raise error_of(outcomes[0])


def _decision(who: Principal, artifact_id: str, body: DecideBody) -> Decision:
    return Decision(
        by=who,
        artifact_id=artifact_id,
        status=body.status,
        edited_value=body.edited_value,
        reason=body.reason,
        expected_current_value=body.expected_current_value,
    )


def _field_update(update: dict[str, Any]) -> bulk.FieldUpdate:
    identifier, field = update.get("id"), update.get("field")
    if not isinstance(identifier, str) or not isinstance(field, str):
        raise Invalid("A field update has an id and a field, both text.", code="invalid_field_update")
    return bulk.FieldUpdate(identifier, field)


async def _decide_batch(request: Request[Any, Any, Any], batch_id: str, status: str) -> Response[bytes]:
    runtime, who = runtime_of(request), principal_of(request)
    query = read_query(request, BatchQuery)
    body = await read_body(request, BatchBody, empty_is_object=True)

    def answer(outcomes: list[Outcome]) -> Answer:
        _check_authority(outcomes)
        count = sum(outcome.outcome == "applied" for outcome in outcomes)
        return Answer(200, BatchAnswer(count, [outcome_answer(request, outcome) for outcome in outcomes]))

    async def find(connection: Connection) -> tuple[list[Decision], Reply]:
        access.check_person(who)
        decisions = await bulk.batch_decisions(
            connection,
            who,
            batch_id,
            status,
            reason=body.reason,
            customer_id=query.customer_id,
            created_by_id=query.created_by_id,
        )
        return decisions, answer

    async def work(connection: Connection) -> Answer:
        decisions, _ = await find(connection)
        return answer(await decide(connection, decisions, schema=runtime.schema, dry_run=True))

    return await (once(request, work) if body.dry_run else find_and_decide_once(request, find))
