"""Whose a customer is: reassign and delete. Both move or end what is pending, so they live with the artifacts.

They take the same locks in the same order as a decision, so that a decision in flight sees the old RM or the new, never half.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from placet.artifacts import ends
from placet.audit import record
from placet.customers import access, records
from placet.db.engine import Connection, database_time, statements
from placet.errors import NotFound
from placet.identity.principal import Principal

SQL = statements(__package__, "custody.sql")


async def reassign(connection: Connection, who: Principal, customer_id: str, rm_id: str | None) -> None:
    """Attach a customer to another RM (None: to nobody). Pending artifacts follow, decided ones stay."""
    access.check_admin(who, "reassign a customer")
    customer, _, at = await _hold(connection, customer_id)
    name = await records.require_rm(connection, rm_id) if rm_id is not None else None
    if customer["rm_id"] == rm_id:
        return
    await connection.execute(SQL["attach"], customer_id, rm_id)
    await connection.execute(SQL["follow"], customer_id, rm_id)
    reassigned = record.event(
        "customer.reassigned",
        at=at,
        actor=who,
        customer_id=customer_id,
        body={"customerName": customer["name"], "before": customer["rm_id"], "after": rm_id, "rmName": name},
    )
    await record.write(connection, [reassigned])
    await ends.lapse_orphans_of(connection, customer_id)


async def attached_since(connection: Connection, customer_id: str) -> datetime | None:
    """When a customer was last attached to somebody, None where that was when they came. Who may see them is settled before."""
    at: datetime | None = await connection.fetchval(SQL["attached_since"], customer_id)
    return at


async def delete_customer(connection: Connection, who: Principal, customer_id: str) -> None:
    """Delete a customer: what is pending is withdrawn, artifacts and trail stay, with the names they had."""
    access.check_admin(who, "delete a customer")
    customer, pending, at = await _hold(connection, customer_id)
    reason = "The customer was deleted."
    await connection.execute(SQL["withdraw_pending"], customer_id, at, reason)
    withdrawn = [
        record.event(
            f"{row['artifact_type']}.withdrawn",
            at=at,
            actor=who,
            artifact_id=row["id"],
            customer_id=customer_id,
            batch_id=row["batch_id"],
            field=row["field"],
            body={
                "customerName": customer["name"],
                "label": msgspec.json.decode(row["payload"]).get("field_display_name"),
                "reason": reason,
            },
        )
        for row in pending
    ]
    deleted = record.event(
        "customer.deleted", at=at, actor=who, customer_id=customer_id, body={"customerName": customer["name"]}
    )
    await record.write(connection, [*withdrawn, deleted])
    await connection.execute(SQL["delete"], customer_id)


async def _hold(connection: Connection, customer_id: str) -> tuple[Any, list[Any], datetime]:
    customer = await connection.fetchrow(SQL["lock_customer"], customer_id)
    if customer is None:
        raise NotFound("Customer not found")
    pending = await connection.fetch(SQL["lock_pending"], customer_id)
    return customer, pending, await database_time(connection)
