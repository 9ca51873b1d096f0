"""Artifacts over HTTP: propose, list, read, decide. The exact shapes and sentences are the contract's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, Response, get, patch, post
from litestar.params import FromPath

from placet.api.admission import admit
from placet.api.answers import OutcomeAnswer, answer_of, error_of, ok, outcome_answer
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.reading import as_struct, read_body, read_object, read_query
from placet.api.spec import described
from placet.artifacts import bulk, inbox, lifecycle
from placet.artifacts import propose as proposing
from placet.artifacts.artifact import Wire
from placet.artifacts.artifact_type import to_wire
from placet.artifacts.decide import Decision, Outcome, decide
from placet.artifacts.propose import Item, Skipped, Source
from placet.customers import access
from placet.db.engine import Connection
from placet.errors import Invalid, NotUnderstood
from placet.identity.principal import Principal

UNSET = msgspec.UNSET
Limit = Annotated[int, msgspec.Meta(ge=0, le=inbox.MAX_LIMIT)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Order = Literal["desc", "asc"]


class CustomerArtifactsQuery(msgspec.Struct, rename="camel", kw_only=True):
    """What a customer's list is narrowed to."""

    status: str | None = None
    type: str | None = None
    limit: Limit = inbox.DEFAULT_LIMIT
    offset: Offset = 0
    order: Order = "desc"
    cursor: str | None = None


class ArtifactsQuery(msgspec.Struct, rename="camel", kw_only=True):
    """What the inbox is narrowed to."""

    status: str | None = None
    type: str | None = None
    customer_id: str | None = None
    rm_id: str | None = None
    batch_id: str | None = None
    field: str | None = None
    confidence: str | None = None
    limit: Limit = inbox.DEFAULT_LIMIT
    order: Order = "desc"
    cursor: str | None = None


class ArtifactPage(msgspec.Struct, rename="camel"):
    """Some artifacts; `nextCursor` is null on the last page."""

    artifacts: list[Wire]
    next_cursor: str | None


class ArtifactAnswer(msgspec.Struct):
    """One artifact."""

    artifact: Wire


class SourceBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The note the proposals were read from; stored, so that their quotes can be checked."""

    text: str
    title: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    occurred_at: str | None = None


class ItemBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """One proposal."""

    payload: dict[str, Any]
    artifact_type: str = "profile_edit"
    workflow_trigger: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class ProposeBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A batch of proposals for one customer: all are stored or none."""

    artifacts: Annotated[list[ItemBody], msgspec.Meta(min_length=1, max_length=proposing.MAX_ITEMS)]
    batch_id: str | None = None
    source: SourceBody | None = None
    dry_run: bool = False


class ProposeAnswer(msgspec.Struct, rename="camel"):
    """The batch as stored, and what of it became no artifact."""

    batch_id: str
    artifacts: list[Wire]
    skipped: list[Skipped]


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


class Artifacts(Controller):
    """Everything about artifacts."""

    path = "/api"
    guards = (admit,)

    @get(
        "/customers/{customer_id:str}/artifacts",
        opt=described("artifacts", {200: ArtifactPage}, query=CustomerArtifactsQuery),
    )
    async def list_customer_artifacts(
        self, request: Request[Any, Any, Any], customer_id: FromPath[str]
    ) -> Response[bytes]:
        """List a customer's artifacts.

        Newest batch first and the proposed order within, or with `order=asc` both ascending. An unknown status is an empty list.
        """
        query = read_query(request, CustomerArtifactsQuery)
        filters = inbox.Filters(status=query.status, type=query.type, customer_id=customer_id)
        return await _page(request, filters, query.limit, query.order, query.cursor, query.offset)

    @get("/artifacts", opt=described("artifacts", {200: ArtifactPage}, query=ArtifactsQuery))
    async def list_artifacts(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List the artifacts of every customer the caller may see.

        `status=pending` makes it the caller's inbox.
        """
        query = read_query(request, ArtifactsQuery)
        filters = inbox.Filters(
            status=query.status,
            type=query.type,
            customer_id=query.customer_id,
            rm_id=query.rm_id,
            batch_id=query.batch_id,
            field=query.field,
            confidence=query.confidence,
        )
        return await _page(request, filters, query.limit, query.order, query.cursor)

    @get("/artifacts/{artifact_id:str}", opt=described("artifacts", {200: ArtifactAnswer}))
    async def get_artifact(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """Read one artifact, identical in every member to its row in a list."""
        runtime, who = runtime_of(request), principal_of(request)
        async with runtime.reading() as connection:
            found = await inbox.get_artifact(connection, who, artifact_id)
        return ok(ArtifactAnswer(to_wire(found, who, runtime.schema)))

    @post(
        "/customers/{customer_id:str}/artifacts",
        opt=described("artifacts", {201: ProposeAnswer, 200: ProposeAnswer}, body=ProposeBody, idempotent=True),
    )
    async def propose(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Propose a batch of changes to a customer's record.

        All or nothing. The same batch again answers 200 with the same artifacts; other content under its id is 409.
        """
        runtime, who = runtime_of(request), principal_of(request)
        body = await read_body(request, ProposeBody)
        source = None
        if body.source is not None:
            source = Source(
                text=body.source.text, title=body.source.title, occurred_at=read_instant(body.source.occurred_at)
            )
        items = [
            Item(payload=item.payload, artifact_type=item.artifact_type, workflow_trigger=item.workflow_trigger)
            for item in body.artifacts
        ]

        async def work(connection: Connection) -> Answer:
            savepoint = connection.transaction()
            await savepoint.start()
            done = await proposing.propose(
                connection, who, customer_id, items, schema=runtime.schema, batch_id=body.batch_id, source=source
            )
            await (savepoint.rollback() if body.dry_run else savepoint.commit())
            answer = ProposeAnswer(
                done.batch_id, [to_wire(a, who, runtime.schema) for a in done.artifacts], done.skipped
            )
            return Answer(201 if done.created and not body.dry_run else 200, answer)

        return await once(request, work)

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

        async def work(connection: Connection) -> Answer:
            [outcome] = await decide(connection, [decision], schema=runtime_of(request).schema)
            if outcome.error is not None:
                raise error_of(outcome)
            return Answer(200, answer_of(request, outcome))

        return await once(request, work)

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

        async def work(connection: Connection) -> Answer:
            _check_person(who)
            outcomes = await decide(
                connection, decisions, schema=runtime_of(request).schema, atomic=body.atomic, dry_run=body.dry_run
            )
            return Answer(200, ResultsAnswer([outcome_answer(request, o) for o in outcomes]))

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
        runtime, who = runtime_of(request), principal_of(request)
        body = await read_body(request, ApplyBody)
        updates = [_field_update(update) for update in body.proposal.field_updates]

        async def work(connection: Connection) -> Answer:
            _check_person(who)
            done = await bulk.apply_updates(
                connection,
                who,
                customer_id,
                body.proposal.proposal_id,
                updates,
                body.approved_field_ids,
                edited_values=body.edited_values,
                reasons=body.reasons,
                schema=runtime.schema,
            )
            _check_authority(done.outcomes)
            results = [outcome_answer(request, outcome) for outcome in done.outcomes]
            return Answer(200, ApplyAnswer(not done.errors, done.fields_updated, results, done.errors))

        return await once(request, work)


def _check_status(found: dict[str, Any]) -> None:
    """The status is looked at before anything else, so that no other fault hides this sentence."""
    if found.get("status") not in lifecycle.KNOWN:
        raise NotUnderstood(lifecycle.WRONG_STATUS, code="invalid_status")


def _check_person(who: Principal) -> None:
    """An agent is refused whatever its list names, before anything says whether that is there."""
    if who.is_agent and (refusal := access.refusal_to_decide(who, None, None)) is not None:
        raise refusal


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


async def _page(
    request: Request[Any, Any, Any], filters: inbox.Filters, limit: int, order: str, cursor: str | None, offset: int = 0
) -> Response[bytes]:
    runtime, who = runtime_of(request), principal_of(request)
    async with runtime.reading() as connection:
        page = await inbox.list_artifacts(
            connection, who, filters, limit=limit, offset=offset, order=order, cursor=cursor
        )
    return ok(ArtifactPage([to_wire(a, who, runtime.schema) for a in page.artifacts], page.next_cursor))


async def _decide_batch(request: Request[Any, Any, Any], batch_id: str, status: str) -> Response[bytes]:
    runtime, who = runtime_of(request), principal_of(request)
    query = read_query(request, BatchQuery)
    body = await read_body(request, BatchBody, empty_is_object=True)

    async def work(connection: Connection) -> Answer:
        _check_person(who)
        outcomes = await bulk.decide_batch(
            connection,
            who,
            batch_id,
            status,
            schema=runtime.schema,
            reason=body.reason,
            dry_run=body.dry_run,
            customer_id=query.customer_id,
            created_by_id=query.created_by_id,
        )
        _check_authority(outcomes)
        return Answer(
            200,
            BatchAnswer(sum(o.outcome == "applied" for o in outcomes), [outcome_answer(request, o) for o in outcomes]),
        )

    return await once(request, work)


def read_instant(text: str | None) -> datetime | None:
    """ISO 8601 with an offset, or a bare date, which is that day in UTC; Invalid for anything else."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(f"{text}T00:00:00+00:00" if len(text) == 10 else text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1 < found.year < 9999:
        raise Invalid(f"A time is ISO 8601 with an offset, or a date; {text[:40]!r} is neither.", code="invalid_time")
    return found
