"""Standing in over HTTP: delegations, and an artifact handed over, which is a delegation of that one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.artifacts import read_instant
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body
from placet.api.spec import described
from placet.artifacts.artifact import instant
from placet.customers import delegations
from placet.customers.delegations import Delegation
from placet.db.engine import Connection

Ids = Annotated[list[str], msgspec.Meta(min_length=1, max_length=delegations.MAX_NAMED)]


class DelegateBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A colleague, by id or e-mail address, and from when until when they stand in.

    `from` left out: from now. `customerIds` or `artifactIds` limit it. `fromUserId` is for admins, who say whose customers.
    """

    to_user_id: str
    from_: str | None = msgspec.field(default=None, name="from")
    until: str
    customer_ids: Ids | None = None
    artifact_ids: Ids | None = None
    reason: str | None = None
    from_user_id: str | None = None


class HandOverBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A colleague, by id or e-mail address; `until` left out: for 14 days."""

    to_user_id: str
    until: str | None = None
    reason: str | None = None


class DelegationWire(msgspec.Struct, rename="camel", kw_only=True):
    """A delegation; `live` says whether it counts now. Without `customerIds` and `artifactIds` it is of all customers."""

    id: str
    from_user_id: str
    from_user_name: str
    to_user_id: str
    to_user_name: str
    from_: str | None = msgspec.field(name="from")
    until: str | None
    customer_ids: list[str] | None
    artifact_ids: list[str] | None
    reason: str | None
    created_at: str | None
    ended_at: str | None
    live: bool


class DelegationAnswer(msgspec.Struct):
    """One delegation."""

    delegation: DelegationWire


class DelegationsAnswer(msgspec.Struct):
    """Delegations, the open ones first."""

    delegations: list[DelegationWire]


class Delegations(Controller):
    """Who stands in for whom."""

    path = "/api"

    @get("/delegations", opt=described("delegations", {200: DelegationsAnswer}, problems=(422,)))
    async def list_delegations(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List what the caller delegated and was delegated; for admins and auditors everybody's.

        The open ones come first; at most 1,000.
        """
        async with runtime_of(request).reading() as connection:
            found = await delegations.list_delegations(connection, principal_of(request))
        return ok(DelegationsAnswer([to_wire(delegation) for delegation in found]))

    @post("/delegations", opt=described("delegations", {201: DelegationAnswer}, body=DelegateBody, idempotent=True))
    async def delegate(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Let a colleague stand in, for all of one's customers or those (or the artifacts) named."""
        who = principal_of(request)
        body = await read_body(request, DelegateBody)
        from_at, until_at = read_instant(body.from_), read_instant(body.until)
        assert until_at is not None  # the body has it

        async def work(connection: Connection) -> Answer:
            made = await delegations.delegate(
                connection,
                who,
                to_user=body.to_user_id,
                from_at=from_at,
                until_at=until_at,
                customer_ids=body.customer_ids,
                artifact_ids=body.artifact_ids,
                reason=body.reason,
                from_user=body.from_user_id,
            )
            return Answer(201, DelegationAnswer(to_wire(made)))

        return await once(request, work)

    @delete("/delegations/{delegation_id:str}", status_code=204, opt=described("delegations", {204: None}))
    async def end_delegation(self, request: Request[Any, Any, Any], delegation_id: FromPath[str]) -> None:
        """End a delegation before its time. For who gave it, who was given it, and admins."""
        who = principal_of(request)

        async def work(connection: Connection) -> None:
            await delegations.end(connection, who, delegation_id)

        await runtime_of(request).transact(work)

    @post(
        "/artifacts/{artifact_id:str}/hand-over",
        opt=described("delegations", {201: DelegationAnswer}, body=HandOverBody, idempotent=True),
    )
    async def hand_over(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """Let a colleague decide one pending artifact: a delegation of that artifact alone."""
        who = principal_of(request)
        body = await read_body(request, HandOverBody)
        until_at = read_instant(body.until)

        async def work(connection: Connection) -> Answer:
            made = await delegations.hand_over(
                connection, who, artifact_id, to_user=body.to_user_id, until_at=until_at, reason=body.reason
            )
            return Answer(201, DelegationAnswer(to_wire(made)))

        return await once(request, work)


def to_wire(delegation: Delegation) -> DelegationWire:
    """A delegation as HTTP clients and the CLI read it."""
    return DelegationWire(
        id=delegation.id,
        from_user_id=delegation.from_user,
        from_user_name=delegation.from_user_name,
        to_user_id=delegation.to_user,
        to_user_name=delegation.to_user_name,
        from_=instant(delegation.from_at),
        until=instant(delegation.until_at),
        customer_ids=delegation.customer_ids,
        artifact_ids=delegation.artifact_ids,
        reason=delegation.reason,
        created_at=instant(delegation.created_at),
        ended_at=instant(delegation.ended_at),
        live=delegation.live,
    )
