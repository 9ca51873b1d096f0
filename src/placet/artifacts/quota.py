"""How much an agent may propose in an hour. Counted in the proposing transaction, so that what is rolled back costs nothing."""

from __future__ import annotations

from zlib import crc32

from placet.db.engine import Connection, statements
from placet.errors import TooMany
from placet.identity.principal import Principal

SQL = statements(__package__, "quota.sql")
SHARDS = 16  # rows an agent's count is spread over by customer, so that its proposals do not queue for one


async def use(connection: Connection, who: Principal, customer_id: str, items: int) -> None:
    """Count `items` new proposals of an agent; TooMany, with the seconds to the next hour, where its quota has no room."""
    if who.hourly_quota is None or items == 0:
        return
    row = await connection.fetchrow(SQL["use"], who.id, crc32(customer_id.encode()) % SHARDS, items)
    assert row is not None  # an upsert returns its row
    used = row["elsewhere"] + row["here"]
    if used > who.hourly_quota:
        raise TooMany(
            f"{who.name} may propose {who.hourly_quota:,} changes an hour; this would make it {used:,}.",
            code="quota_used_up",
            retry_after=row["seconds_left"],
        )
