"""A person's own changes over HTTP: edit fields by hand, undo a decision, take a proposal back."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, patch, post
from litestar.params import FromPath

from placet.api.answers import ArtifactAnswer, OutcomeAnswer, outcome_answer
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body
from placet.api.spec import described
from placet.artifacts import own
from placet.artifacts.artifact_type import to_wire
from placet.db.engine import Connection


class ChangeProfileBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Fields by key with the values they shall have (null clears); `expectedVersions` refuses where one moved on."""

    profile: dict[str, Any]
    reason: str | None = None
    expected_versions: dict[str, int] = {}


class ChangedAnswer(msgspec.Struct):
    """An outcome for each field that changes; `signed` where it waits for a second signature."""

    results: list[OutcomeAnswer]


class ReasonBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Why, for the trail."""

    reason: str | None = None


class OwnChanges(Controller):
    """What people change by hand; each change is an artifact of their own."""

    path = "/api"

    @patch(
        "/customers/{customer_id:str}/profile",
        opt=described("customers", {200: ChangedAnswer}, body=ChangeProfileBody, idempotent=True),
    )
    async def change_profile(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Change fields of a profile by hand.

        All or none. Each is an artifact created by the RM and accepted in the same transaction. Only who may decide.
        """
        runtime, who = runtime_of(request), principal_of(request)
        body = await read_body(request, ChangeProfileBody)

        async def work(connection: Connection) -> Answer:
            outcomes = await own.change_profile(
                connection,
                who,
                customer_id,
                body.profile,
                schema=runtime.schema,
                reason=body.reason,
                expected_versions=body.expected_versions,
            )
            return Answer(200, ChangedAnswer([outcome_answer(request, outcome) for outcome in outcomes]))

        return await once(request, work)

    @post(
        "/artifacts/{artifact_id:str}/revert",
        status_code=200,
        opt=described("decisions", {200: ArtifactAnswer}, body=ReasonBody, body_required=False, idempotent=True),
    )
    async def revert(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """Undo a decision by a counter-entry, which is the answer.

        Of an approval: accepted at once, if the field still has the version it gave. Of a rejection: pending again.
        """
        return await _on_one(request, artifact_id, own.revert)

    @post(
        "/artifacts/{artifact_id:str}/withdraw",
        status_code=200,
        opt=described("decisions", {200: ArtifactAnswer}, body=ReasonBody, body_required=False, idempotent=True),
    )
    async def withdraw(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """Take a pending artifact back: who proposed it, or an admin."""
        return await _on_one(request, artifact_id, own.withdraw)


async def _on_one(request: Request[Any, Any, Any], artifact_id: str, verb: Any) -> Response[bytes]:
    runtime, who = runtime_of(request), principal_of(request)
    body = await read_body(request, ReasonBody, empty_is_object=True)

    async def work(connection: Connection) -> Answer:
        found = await verb(connection, who, artifact_id, schema=runtime.schema, reason=body.reason)
        return Answer(200, ArtifactAnswer(to_wire(found, who, runtime.schema)))

    return await once(request, work)
