"""Deliver: make what was promised. Claim, call, mark; the worker does it, any number of processes at once.

Claiming counts the attempt and leases the delivery in one transaction; the call is made outside any; the mark is taken only
if nobody claimed it since (the attempt's number is the fencing token). So a process may die anywhere: the lease runs out, and
somebody makes the call again under the same id. Each lane (a rule, or a trigger without one) has room of its own, so a slow
receiver holds up no other; of a customer's deliveries in a lane only the first that is not made yet is claimed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import structlog

from placet import counters, crash
from placet.audit import record
from placet.customers.schema import ProfileSchema
from placet.db import json
from placet.db.engine import Connection, Pool, database_time, statements, transact
from placet.errors import PlacetError, Unavailable
from placet.identity.principal import SYSTEM
from placet.settings import Settings
from placet.triggers.schedule import SCHEDULE, wait_after
from placet.triggers.sealing import unseal
from placet.triggers.trigger import Context, Delivery, Done, Failed, Result, RetryLater, Trigger, triggers

SQL = statements(__package__, "deliver.sql")
POLL_S = 1.0  # while nothing is due
AWAY_S = 5.0  # while the database is away
PER_LANE, AT_ONCE = 8, 64  # calls under way in a process: of one lane, of all
MARKS = 3  # connections taken at once to write how calls went; the others are for who waits for an answer
GRACE = timedelta(seconds=40)  # a lease outlives the longest call by so much
MAX_OUTPUTS = 10_000_000  # bytes a delivery
log = structlog.get_logger("placet.deliver")


class Claimed(msgspec.Struct, kw_only=True):
    """A delivery this process may make now, with what it is made by; `trigger` None where that is not installed."""

    delivery: Delivery
    lane: str
    rule_id: str | None
    tried: int
    trigger: Trigger | None
    config: Any = None
    fault: str | None = None  # why it cannot even be tried


class Deliverer:
    """Makes deliveries until told to `stop`. `schedule` are seconds from when one is due to each attempt."""

    def __init__(
        self,
        settings: Settings,
        schema: ProfileSchema,
        pool: Pool,
        *,
        schedule: Sequence[float] = SCHEDULE,
        lease: timedelta | None = None,
        poll: float = POLL_S,
    ) -> None:
        self.context = Context(settings, schema, pool)
        self.schedule = schedule
        longest = max((t.timeout for t in triggers().values()), default=timedelta())
        self.lease = longest + GRACE if lease is None else lease
        self.poll = poll
        self._pool = pool
        self._calls: dict[asyncio.Task[None], str] = {}  # under way, each with its lane
        self._done = asyncio.Event()  # one of them ended, so there is room
        self._marks = asyncio.Semaphore(MARKS)
        self._stopping = False

    async def run(self) -> None:
        """Claim and call, until stopped; a database that is away is waited for."""
        while not self._stopping:
            self._done.clear()
            wait = self.poll
            try:
                if await self.step():
                    continue
            except Unavailable:  # whoever opens the database says so already
                wait = AWAY_S
            except Exception as error:  # the next round may go well, and nobody else would try
                log.error("not claimed", error=f"{type(error).__name__}: {error}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), wait)

    async def step(self) -> int:
        """Claim what is due and there is room for, and start the calls; how many."""
        room = AT_ONCE - len(self._calls)
        if room <= 0:
            return 0
        found = await transact(self._pool, lambda connection: self._claim(connection, room))
        crash.point("deliver.claimed")
        for claimed in found:
            task = asyncio.create_task(self._make(claimed))
            self._calls[task] = claimed.lane
            task.add_done_callback(self._ended)
        return len(found)

    async def stop(self, seconds: float) -> None:
        """Claim no more, and let the calls under way end within so many seconds; what does not is made again later."""
        self._stopping = True
        self._done.set()
        await self.settle(seconds)
        for task in list(self._calls):
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await self.context.outside.close()

    async def settle(self, seconds: float) -> None:
        """Wait so long at most until no call is under way."""
        if self._calls:
            await asyncio.wait(list(self._calls), timeout=seconds)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._calls[task]
        self._done.set()
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Unavailable):
            log.error(
                "not marked", error=f"{type(error).__name__}: {error}"
            )  # its lease runs out, and it is made again

    # ── claim ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _claim(self, connection: Connection, room: int) -> list[Claimed]:
        busy = Counter(self._calls.values())
        rows = await connection.fetch(SQL["claim"], list(busy), list(busy.values()), PER_LANE, room, self.lease)
        if not rows:
            return []
        crash.point("deliver.claiming")
        loaded = await connection.fetch(SQL["load"], [row["id"] for row in rows])
        found = [self._read(row) for row in loaded]
        for claimed in found:
            if claimed.trigger is not None and claimed.fault is None and claimed.delivery.body is None:
                await self._keep_body(connection, claimed)
        return found

    def _read(self, row: asyncpg.Record) -> Claimed:
        trigger = triggers().get(row["trigger"])
        claimed = Claimed(
            delivery=_delivery(row), lane=row["lane"], rule_id=row["rule_id"], tried=row["tried"], trigger=trigger
        )
        if trigger is None:
            claimed.fault = f"The trigger {row['trigger']} is not installed here."
            return claimed
        try:
            config = json.decode(row["config"]) if row["config"] is not None else {}
            if row["sealed"] is not None:
                config |= json.decode(unseal(self.context.settings.secret_key, row["rule_id"], row["sealed"]))
            claimed.config = trigger.read(config)
        except Exception as error:  # one that cannot be read must not keep all others from being claimed
            claimed.fault = _sentence(error)
        return claimed

    async def _keep_body(self, connection: Connection, claimed: Claimed) -> None:
        """Made once and kept before the first call, whatever becomes of this process or of the rule."""
        assert claimed.trigger is not None
        try:
            body = claimed.trigger.body(claimed.delivery, claimed.config, self.context.settings)
        except Exception as error:  # whatever a plug-in does
            claimed.fault = _sentence(error)
            return
        if body is not None:
            await connection.execute(SQL["keep_body"], claimed.delivery.id, body)
            claimed.delivery = msgspec.structs.replace(claimed.delivery, body=body)

    # ── call ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _make(self, claimed: Claimed) -> None:
        if claimed.tried > len(self.schedule):  # counted when claimed: those before died with their process
            result: Result = Failed(why="No attempt came to its end.")
        else:
            crash.point("deliver.calling")
            result = await self._call(claimed)
            crash.point("deliver.called")
        await self._mark(claimed, result)

    async def _call(self, claimed: Claimed) -> Result:
        if claimed.fault is not None or claimed.trigger is None:
            return RetryLater(why=claimed.fault or "Not installed.")
        limit = claimed.trigger.timeout
        try:
            async with asyncio.timeout(limit.total_seconds()):
                result = await claimed.trigger.call(claimed.delivery, claimed.config, self.context)
        except TimeoutError:
            return RetryLater(why=f"It took longer than {limit.total_seconds():.0f} s.")
        except Exception as error:  # whatever a plug-in does must not take the worker down
            return RetryLater(why=_sentence(error))
        if isinstance(result, Done) and sum(len(output.content) for output in result.outputs) > MAX_OUTPUTS:
            return Failed(why=f"It made more than {MAX_OUTPUTS:,} bytes.")
        return result

    # ── mark ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _mark(self, claimed: Claimed, result: Result) -> None:
        wait = wait_after(claimed.tried, self.schedule, asked=result.after) if isinstance(result, RetryLater) else None
        crash.point("deliver.marking")
        async with self._marks:
            ended = await transact(self._pool, lambda connection: self._write(connection, claimed, result, wait))
        crash.point("deliver.marked")
        counters.attempted(claimed.trigger.name if claimed.trigger else "unknown", _outcome(result, wait))
        if ended == "dead":
            log.warning("delivery dead", delivery=claimed.delivery.id, lane=claimed.lane, why=_said(result))

    async def _write(
        self, connection: Connection, claimed: Claimed, result: Result, wait: timedelta | None
    ) -> str | None:
        """The attempt's end, and the delivery's or its next attempt; what it became, None where somebody overtook it."""
        delivery = claimed.delivery
        token = (delivery.id, delivery.attempt)
        said, code = _storable(_said(result), 500), result.status_code
        answer = _storable(result.answer, 2000)
        await connection.execute(SQL["end_attempt"], *token, _outcome(result, wait), code, said, answer)
        if isinstance(result, RetryLater) and result.after is not None and claimed.rule_id is not None:
            await connection.execute(SQL["pause"], claimed.rule_id, result.after)
        if isinstance(result, RetryLater) and wait is not None:
            await connection.fetchval(SQL["postpone"], *token, wait, said, code)
            return None
        status = "delivered" if isinstance(result, Done) else "dead"
        if await connection.fetchval(SQL["finish"], *token, status, said, code) is None:
            return None
        if isinstance(result, Done):
            for number, output in enumerate(result.outputs, 1):
                await connection.execute(
                    SQL["keep_output"], delivery.id, number, output.name, output.media_type, output.content
                )
        await record.write(connection, [await _event(connection, claimed, status, said)])
        if isinstance(result, Failed) and result.disable and claimed.rule_id is not None:
            from placet.triggers import rules  # here, as rules are needed for this alone

            await rules.set_enabled(connection, SYSTEM, claimed.rule_id, False, why=said)
        return status


async def _event(connection: Connection, claimed: Claimed, status: str, said: str | None) -> record.Event:
    delivery = claimed.delivery
    act = "delivered" if status == "delivered" else "delivery_dead"
    return record.event(
        f"{delivery.artifact_type}.{act}",
        at=await database_time(connection),
        actor=SYSTEM,
        artifact_id=delivery.artifact_id,
        customer_id=delivery.customer_id,
        batch_id=delivery.batch_id,
        field=delivery.field,
        body={
            "customerName": delivery.customer_name,
            "label": delivery.payload.get("field_display_name"),
            "deliveryId": delivery.id,
            "trigger": claimed.trigger.name if claimed.trigger is not None else claimed.lane,
            "ruleId": claimed.rule_id,
            "attempts": delivery.attempt,
            "reason": said,
        },
    )


def _delivery(row: asyncpg.Record) -> Delivery:
    payload = json.decode(row["payload"])
    said = json.decode(row["said"]) if row["said"] is not None else {}
    proposed = (
        json.decode(row["edited_value"]) if row["edited_value"] is not None else payload.get("proposed_value", payload)
    )
    given = {name: row[name] for name in Delivery.__struct_fields__ if name not in ("payload", "value", "former")}
    return Delivery(**given, payload=payload, value=said.get("after", proposed), former=said.get("before"))


def _outcome(result: Result, wait: timedelta | None) -> str:
    if isinstance(result, Done):
        return "done"
    return "retry" if isinstance(result, RetryLater) and wait is not None else "failed"


def _sentence(error: Exception) -> str:
    return error.sentence if isinstance(error, PlacetError) else f"{type(error).__name__}: {error}"


def _said(result: Result) -> str | None:
    return result.detail if isinstance(result, Done) else result.why


def _storable(text: str | None, most: int) -> str | None:
    """Text of a plug-in or a stranger, as PostgreSQL can hold it."""
    if text is None:
        return None
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]
