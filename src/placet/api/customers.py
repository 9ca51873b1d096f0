"""Customers and the trail over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.artifacts import Limit, read_instant
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.own import OwnChanges
from placet.api.reading import read_body, read_query
from placet.api.spec import described
from placet.artifacts import custody, inbox
from placet.artifacts.artifact import instant
from placet.audit import timeline
from placet.customers import access, fields, records, teams
from placet.customers.records import Customer
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.errors import Invalid

UNSET = msgspec.UNSET


class CustomerWire(msgspec.Struct, rename="camel", kw_only=True):
    """A customer; unset fields are left out of the profile, empty lists kept."""

    id: str
    name: str
    rm_id: str | None
    team_id: str | None
    profile: dict[str, Any]
    profile_versions: dict[str, int]
    created_at: str | None


class CustomerAnswer(msgspec.Struct):
    """One customer."""

    customer: CustomerWire


class CustomerPage(msgspec.Struct, rename="camel"):
    """Some customers by name; `nextCursor` is null on the last page."""

    customers: list[CustomerWire]
    next_cursor: str | None


class CustomersQuery(msgspec.Struct, rename="camel", kw_only=True):
    """What the list is narrowed to: `q` is a part of the name."""

    q: str | None = None
    limit: Limit = 50
    cursor: str | None = None


class NewCustomerBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A customer with the values they come with."""

    name: str
    rm_id: str | None = None
    profile: dict[str, Any] = {}


class ChangeCustomerBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Another name, another RM, another team that may see them (null: nobody, none)."""

    name: str | msgspec.UnsetType = UNSET
    rm_id: str | msgspec.UnsetType | None = UNSET
    team_id: str | msgspec.UnsetType | None = UNSET


class ProfileQuery(msgspec.Struct, rename="camel", kw_only=True):
    """`asOf` shows the profile at that moment."""

    as_of: str | None = None


class ProfileValue(msgspec.Struct, rename="camel", kw_only=True):
    """One field of a profile; `version` is null when looking back."""

    value: Any
    display: str
    version: int | None
    updated_at: str | None
    artifact_id: str | None


class ProfileAnswer(msgspec.Struct):
    """The set fields of a profile by key."""

    profile: dict[str, ProfileValue]


class EventsQuery(msgspec.Struct, rename="camel", kw_only=True):
    """Pages of the trail, oldest first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=inbox.MAX_LIMIT)] = 50
    cursor: str | None = None


class Actor(msgspec.Struct):
    """Who did it, by the name they had."""

    type: str
    id: str
    name: str


class EventWire(msgspec.Struct, rename="camel", kw_only=True):
    """One line of the trail. `readBy` is who read the note a proposal is from: `agent`, `version`, `model` (null: the offline
    reader). `looked` is what the page said of a decision made on it: whether the evidence was `opened`, and for how many `ms`.
    """

    id: str
    seq: int
    at: str | None
    kind: str
    artifact_id: str | None
    customer_id: str | None
    batch_id: str | None
    actor: Actor
    on_behalf_of: str | None
    door: str
    field: str | None
    before: Any
    after: Any
    reason: str | None
    evidence: dict[str, Any] | None
    read_by: dict[str, str | None] | None
    looked: dict[str, Any] | None


class EventPage(msgspec.Struct, rename="camel"):
    """Some events, oldest first; `nextCursor` is null on the last page."""

    events: list[EventWire]
    next_cursor: str | None


class Customers(OwnChanges):
    """Everything about customers, and the trail of customers and artifacts."""

    path = "/api"

    @get("/customers", opt=described("customers", {200: CustomerPage}, query=CustomersQuery, problems=(422,)))
    async def list_customers(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List the customers the caller may see, by name."""
        runtime, who = runtime_of(request), principal_of(request)
        query = read_query(request, CustomersQuery)
        async with runtime.reading() as connection:
            found, cursor = await records.list_customers(
                connection, who, search=query.q, limit=query.limit, cursor=query.cursor
            )
        return ok(CustomerPage([to_wire(customer) for customer in found], cursor))

    @post(
        "/customers",
        opt=described("customers", {201: CustomerAnswer}, body=NewCustomerBody, problems=(422,), idempotent=True),
    )
    async def create_customer(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Add a customer with the values they come with. For admins."""
        runtime, who = runtime_of(request), principal_of(request)
        body = await read_body(request, NewCustomerBody)

        async def work(connection: Connection) -> Answer:
            made = await records.create(
                connection, who, name=body.name, rm_id=body.rm_id, profile=body.profile, schema=runtime.schema
            )
            return Answer(201, CustomerAnswer(to_wire(made)))

        return await once(request, work)

    @get("/customers/{customer_id:str}", opt=described("customers", {200: CustomerAnswer}))
    async def get_customer(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Read a customer and their profile."""
        async with runtime_of(request).reading() as connection:
            found = await records.get(connection, principal_of(request), customer_id)
        return ok(CustomerAnswer(to_wire(found)))

    @patch(
        "/customers/{customer_id:str}",
        opt=described("customers", {200: CustomerAnswer}, body=ChangeCustomerBody, idempotent=True),
    )
    async def change_customer(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Rename a customer, attach another RM (pending artifacts follow), let a team see them. For admins."""
        who = principal_of(request)
        body = await read_body(request, ChangeCustomerBody)

        async def work(connection: Connection) -> Answer:
            await records.get(connection, who, customer_id)
            access.check_admin(who, "change a customer")
            if body.team_id is not UNSET:
                await teams.set_team(connection, who, customer_id, body.team_id)
            if body.name is not UNSET:
                await records.rename(connection, who, customer_id, body.name)
            if body.rm_id is not UNSET:
                await custody.reassign(connection, who, customer_id, body.rm_id)
            return Answer(200, CustomerAnswer(to_wire(await records.get(connection, who, customer_id))))

        return await once(request, work)

    @delete("/customers/{customer_id:str}", status_code=204, opt=described("customers", {204: None}))
    async def delete_customer(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> None:
        """Delete a customer; what is pending is withdrawn, artifacts and trail stay. For admins."""
        runtime, who = runtime_of(request), principal_of(request)

        async def work(connection: Connection) -> None:
            await records.get(connection, who, customer_id)
            await custody.delete_customer(connection, who, customer_id)

        await runtime.transact(work)

    @get("/customers/{customer_id:str}/profile", opt=described("customers", {200: ProfileAnswer}, query=ProfileQuery))
    async def get_profile(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Read a profile as it is, or with `asOf` as it was."""
        runtime, who = runtime_of(request), principal_of(request)
        as_of = read_instant(read_query(request, ProfileQuery).as_of)
        async with runtime.reading() as connection:
            if as_of is not None:
                past = await records.profile_as_of(connection, who, customer_id, as_of)
                found = {
                    key: ProfileValue(
                        value=entry.value,
                        display=_display(runtime.schema, key, entry.value),
                        version=None,
                        updated_at=instant(entry.at),
                        artifact_id=entry.artifact_id,
                    )
                    for key, entry in past.items()
                }
            else:
                customer = await records.get(connection, who, customer_id)
                found = {
                    key: ProfileValue(
                        value=value.value,
                        display=_display(runtime.schema, key, value.value),
                        version=value.version,
                        updated_at=instant(value.updated_at),
                        artifact_id=value.artifact_id,
                    )
                    for key, value in customer.values.items()
                    if value.value is not None
                }
        return ok(ProfileAnswer(found))

    @get("/customers/{customer_id:str}/events", opt=described("trail", {200: EventPage}, query=EventsQuery))
    async def list_customer_events(
        self, request: Request[Any, Any, Any], customer_id: FromPath[str]
    ) -> Response[bytes]:
        """Read a customer's trail, oldest first."""
        query = read_query(request, EventsQuery)
        async with runtime_of(request).reading() as connection:
            lines = await timeline.of_customer(
                connection, principal_of(request), customer_id, after=read_after(query.cursor), limit=query.limit + 1
            )
        return _events(lines, query.limit)

    @get("/artifacts/{artifact_id:str}/events", opt=described("trail", {200: EventPage}, query=EventsQuery))
    async def list_artifact_events(
        self, request: Request[Any, Any, Any], artifact_id: FromPath[str]
    ) -> Response[bytes]:
        """Read an artifact's trail, oldest first."""
        query = read_query(request, EventsQuery)
        async with runtime_of(request).reading() as connection:
            await inbox.get_artifact(connection, principal_of(request), artifact_id)
            lines = await timeline.of_artifact(
                connection, artifact_id, after=read_after(query.cursor), limit=query.limit + 1
            )
        return _events(lines, query.limit)


def to_wire(customer: Customer) -> CustomerWire:
    """A customer as HTTP clients and the CLI read them."""
    return CustomerWire(
        id=customer.id,
        name=customer.name,
        rm_id=customer.rm_id,
        team_id=customer.team_id,
        profile=customer.profile,
        profile_versions={key: value.version for key, value in customer.values.items()},
        created_at=instant(customer.created_at),
    )


def event_wire(line: timeline.Line) -> EventWire:
    """A line of the trail as HTTP clients read it."""
    return EventWire(
        id=line.id,
        seq=line.seq,
        at=instant(line.at),
        kind=line.kind,
        artifact_id=line.artifact_id,
        customer_id=line.customer_id,
        batch_id=line.batch_id,
        actor=Actor(line.actor_type, line.actor_id, line.actor_name),
        on_behalf_of=line.on_behalf_of,
        door=line.door,
        field=line.field,
        before=line.body.get("before"),
        after=line.body.get("after"),
        reason=line.body.get("reason"),
        evidence=line.body.get("evidence"),
        read_by=line.body.get("readBy"),
        looked=line.body.get("looked"),
    )


def _events(lines: list[timeline.Line], limit: int) -> Response[bytes]:
    more = len(lines) > limit
    shown = lines[:limit]
    return ok(EventPage([event_wire(line) for line in shown], str(shown[-1].seq) if more else None))


def read_after(cursor: str | None) -> int:
    """The sequence number in a cursor, 0 without one; Invalid `invalid_cursor` for what is none of ours."""
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise Invalid("The cursor is not one of ours.", code="invalid_cursor")
    return int(cursor)


def _display(schema: ProfileSchema, key: str, value: Any) -> str:
    field = schema.field(key)
    return fields.display(field, value) if field is not None else str(value)
