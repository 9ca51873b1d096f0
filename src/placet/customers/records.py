"""Customers and their profiles: create, read, list, rename. After creation a profile is changed through artifacts only."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from placet.audit import record
from placet.customers import access, fields
from placet.customers.schema import Field, ProfileSchema
from placet.db import cursor as cursors
from placet.db import json
from placet.db.engine import Connection, database_time, statements
from placet.errors import Invalid, InvalidValue, NotFound
from placet.identity.principal import Principal
from placet.ids import new_id

SQL = statements(__package__, "records.sql")
MAX_NAME = 200


class Value(msgspec.Struct):
    """One field of a profile as it now is."""

    value: Any
    version: int
    updated_at: datetime
    updated_by: str | None
    artifact_id: str | None


class Customer(msgspec.Struct, kw_only=True):
    """A customer with their profile by field key; a cleared field keeps its version but has no value."""

    id: str
    name: str
    rm_id: str | None
    rm_name: str | None
    team_id: str | None
    created_at: datetime
    values: dict[str, Value] = {}

    @property
    def profile(self) -> dict[str, Any]:
        """The set values by key; unset ones are left out, empty lists kept."""
        return {key: found.value for key, found in self.values.items() if found.value is not None}


async def create(
    connection: Connection,
    who: Principal,
    *,
    name: str,
    rm_id: str | None,
    profile: dict[str, Any] | None = None,
    schema: ProfileSchema,
    customer_id: str | None = None,
) -> Customer:
    """A new customer with the values they come with; one event carries them. Raises Invalid, InvalidValue, Forbidden."""
    access.check_admin(who, "add a customer")
    name = checked_name(name)
    if rm_id is not None:
        await require_rm(connection, rm_id)
    values = canonical_profile(profile or {}, schema)
    customer_id = customer_id or new_id()
    at = await connection.fetchval("select now()")
    await connection.execute(SQL["insert"], customer_id, name, rm_id, at)
    await connection.execute(
        SQL["insert_values"], customer_id, list(values), [json.encode(v) for v in values.values()], who.name, at
    )
    created = record.event(
        "customer.created",
        at=at,
        actor=who,
        customer_id=customer_id,
        body={"customerName": name, "after": {"name": name, "rmId": rm_id, "profile": values}},
    )
    await record.write(connection, [created])
    return await get(connection, who, customer_id)


async def get(connection: Connection, who: Principal, customer_id: str) -> Customer:
    """One customer with their profile; NotFound where they are not there for this caller."""
    condition, scope = access.visible(who, "c.id", "c.rm_id")
    row = await connection.fetchrow(SQL["get"].format(visible=condition), scope, customer_id)
    if row is None:
        raise NotFound("Customer not found")
    customer = Customer(**dict(row))
    await _with_values(connection, [customer])
    return customer


async def list_customers(
    connection: Connection,
    who: Principal,
    *,
    search: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
    values: bool = True,
) -> tuple[list[Customer], str | None]:
    """The customers the caller may see, by name, and where the next page starts. `search` is a part of the name.

    Without `values` their profiles are not read.
    """
    condition, scope = access.visible(who, "c.id", "c.rm_id")
    after = cursors.read(cursor)
    rows = await connection.fetch(SQL["list"].format(visible=condition), scope, search or None, *after, limit + 1)
    found, following = cursors.cut(rows, limit)
    customers = [Customer(**row) for row in found]
    if values:
        await _with_values(connection, customers)
    return customers, following


async def meant(connection: Connection, who: Principal, said: str) -> dict[str, str]:
    """The names by id of the customers whom a text means: one by their id, else all of that name, else one by "name, id"."""
    condition, scope = access.visible(who, "c.id", "c.rm_id")
    after_comma = said.rpartition(", ")[2]
    rows = await connection.fetch(SQL["meant"].format(visible=condition), scope, said, after_comma)
    return dict(sorted((row["id"], row["name"]) for row in rows))


async def most(connection: Connection, who: Principal, numbers: dict[str, int], limit: int) -> dict[str, str]:
    """The names by id of the customers with the highest numbers, then of others by name: `limit` of those the caller may see."""
    condition, scope = access.visible(who, "c.id", "c.rm_id")
    rows = await connection.fetch(
        SQL["named_most"].format(visible=condition), scope, list(numbers), list(numbers.values()), limit
    )
    found = {row["id"]: row["name"] for row in rows}
    if len(found) < limit:
        others, _ = await list_customers(connection, who, limit=limit, values=False)
        found |= {customer.id: customer.name for customer in others if customer.id not in found}
    return dict(islice(found.items(), limit))


async def rename(connection: Connection, who: Principal, customer_id: str, name: str) -> None:
    """Give a customer another name; what is past keeps the name it had."""
    access.check_admin(who, "change a customer")
    name = checked_name(name)
    row = await connection.fetchrow(SQL["lock"], customer_id)
    if row is None:
        raise NotFound("Customer not found")
    if row["name"] == name:
        return
    await connection.execute(SQL["rename"], customer_id, name)
    at = await database_time(connection)
    renamed = record.event(
        "customer.renamed",
        at=at,
        actor=who,
        customer_id=customer_id,
        body={"customerName": name, "before": row["name"], "after": name},
    )
    await record.write(connection, [renamed])


async def reveal(connection: Connection, who: Principal, customer_id: str, field: Field) -> None:
    """Record that a restricted value was looked at. NotFound where the customer is not there for this caller."""
    customer = await get(connection, who, customer_id)
    await record_look(connection, who, customer.id, customer.name, field)


async def record_look(
    connection: Connection,
    who: Principal,
    customer_id: str,
    name: str,
    field: Field,
    *,
    artifact_id: str | None = None,
    batch_id: str | None = None,
) -> None:
    """Write that somebody looked at a restricted value, of the profile or of a proposal. Who may is settled before."""
    at = await database_time(connection)
    looked = record.event(
        "customer.revealed",
        at=at,
        actor=who,
        artifact_id=artifact_id,
        customer_id=customer_id,
        batch_id=batch_id,
        field=field.key,
        body={"customerName": name, "label": field.label},
    )
    await record.write(connection, [looked])


class PastValue(msgspec.Struct, frozen=True):
    """A value a field was given: when, by whom (the name at the time), and by which artifact (None: it came with the customer)."""

    value: Any
    at: datetime
    by: str
    artifact_id: str | None


async def history(
    connection: Connection, customer_id: str, *, until: datetime | None = None
) -> dict[str, list[PastValue]]:
    """Every value each field was given, oldest first, from the trail alone. Who may see the customer is settled before."""
    found: dict[str, list[PastValue]] = {}
    for row in await connection.fetch(SQL["history"], customer_id, until):
        body = msgspec.json.decode(row["body"])
        given = body["after"]["profile"] if row["kind"] == "customer.created" else {row["field"]: body.get("after")}
        for key, value in given.items():
            found.setdefault(key, []).append(PastValue(value, row["at"], body["actorName"], row["artifact_id"]))
    return found


async def profile_as_of(connection: Connection, who: Principal, customer_id: str, at: datetime) -> dict[str, PastValue]:
    """The set fields of the profile at a moment, by key."""
    await get(connection, who, customer_id)
    past = await history(connection, customer_id, until=at)
    return {key: values[-1] for key, values in past.items() if values[-1].value is not None}


def canonical_profile(profile: dict[str, Any], schema: ProfileSchema) -> dict[str, Any]:
    """Values a customer comes with, in canonical form; a null is left out. InvalidValue names the field."""
    values = {}
    for key, raw in profile.items():
        field = schema.field(key)
        if field is None:
            raise InvalidValue(f"There is no field {key[:60]!r} in the profile schema.", code="unknown_field")
        value = fields.canonical(field, raw)
        if value is not None:
            values[key] = value
    return values


def checked_name(name: str) -> str:
    """A customer's name, trimmed; Invalid if empty or too long."""
    name = json.require_text(name, "The name").strip()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise Invalid(f"A name has 1 to {MAX_NAME} printable characters.", code="invalid_name")
    return name


async def require_rm(connection: Connection, user_id: str) -> str:
    """The name of a user who can be attached; Invalid unless they are an RM who may sign in."""
    row = await connection.fetchrow(SQL["rm"], user_id)
    if row is None or row["role"] != "rm" or row["disabled_at"] is not None:
        raise Invalid(f"There is no active RM with the id {user_id[:60]!r}.", code="unknown_rm")
    return str(row["name"])


async def _with_values(connection: Connection, customers: list[Customer]) -> None:
    by_id = {customer.id: customer for customer in customers}
    for customer in customers:
        customer.values = {}
    for row in await connection.fetch(SQL["values"], list(by_id)):
        by_id[row["customer_id"]].values[row["field"]] = Value(
            msgspec.json.decode(row["value"]), row["version"], row["updated_at"], row["updated_by"], row["artifact_id"]
        )
