"""The background work: what is done though nobody asks for it. It runs in `placet serve` and as `placet worker`.

Chores: ending proposals whose time is over (and signatures that count no more), and sweeping out what is kept for a while
only; and, beside them, making the deliveries that were promised, telling people by mail what waits, and sealing the trail. Any
number of processes may do all of it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

import msgspec
import structlog

from placet import crash
from placet.artifacts.ends import end_what_is_due
from placet.audit.ledger import AT_ONCE, Sequencer
from placet.audit.tree import Incomplete
from placet.db.engine import Connection, statements
from placet.errors import Unavailable
from placet.identity.sign_in import IDLE
from placet.notifications.tell import tell
from placet.runtime import DRAIN_S, Runtime
from placet.triggers.deliver import Deliverer

SQL = statements(__package__, "worker.sql")
EVERY_S = 60.0
READY_S = 1.0
NOTIFY_S = 20.0
SEAL_S = 1.0
log = structlog.get_logger("placet.worker")


class Swept(msgspec.Struct, frozen=True):
    """How many rows a sweep removed."""

    idempotency_keys: int
    sign_ins: int
    links: int
    agent_hours: int


NOTHING = Swept(0, 0, 0, 0)


async def sweep(connection: Connection, *, idle: timedelta = IDLE) -> Swept:
    """Remove answers kept for retries (after 25 hours), ended sign-ins, links past their time, past counts."""
    keys = _count(await connection.execute(SQL["sweep_idempotency_keys"]))
    sign_ins = _count(await connection.execute(SQL["sweep_sign_ins"], idle))
    crash.point("worker.sweep")
    links = _count(await connection.execute(SQL["sweep_links"]))
    agent_hours = _count(await connection.execute(SQL["sweep_agent_hours"]))
    return Swept(keys, sign_ins, links, agent_hours)


async def work(runtime: Runtime, *, every: float = EVERY_S) -> None:
    """Do the chores now and then every so many seconds, until cancelled; a database that is away is waited for."""
    while True:
        wait = every
        try:
            while ended := await runtime.transact(partial(end_what_is_due, schema=runtime.schema)):
                log.info("ended", artifacts=ended)
            swept = await runtime.transact(lambda connection: sweep(connection, idle=runtime.settings.sign_in_idle))
        except Unavailable:  # whoever opens the database says so already
            wait = min(every, 5.0)
        except Exception as error:  # the next round may go well, and nobody else would try
            log.error("not swept", error=f"{type(error).__name__}: {error}")
        else:
            if swept != NOTHING:
                log.info("swept", **msgspec.to_builtins(swept))
        await asyncio.sleep(wait)


async def _reached(runtime: Runtime) -> bool:
    """Whether the database is there and up to date; whatever is wrong with it may be mended."""
    try:
        return await runtime.ready() is None
    except Exception as error:
        log.error("database not looked at", error=f"{type(error).__name__}: {error}")
        return False


async def deliver(runtime: Runtime) -> None:
    """Make deliveries until cancelled, once the database has been reached; then let the calls under way end."""
    while not await _reached(runtime):  # noqa: ASYNC110 - nobody could tell us: it is the database's doing
        await asyncio.sleep(READY_S)
    deliverer = Deliverer(runtime.settings, runtime.schema, runtime.pool)
    try:
        await deliverer.run()
    finally:
        await deliverer.stop(DRAIN_S)


async def notify(runtime: Runtime, *, every: float = NOTIFY_S) -> None:
    """Tell people by mail what waits for them, now and then, until cancelled."""
    while True:
        try:
            if told := await tell(runtime):
                log.info("told", mails=told)
        except Unavailable:  # whoever opens the database says so already
            pass
        except Exception as error:  # the next round may go well, and nobody else would try
            log.error("not told", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(every)


async def seal(runtime: Runtime, *, every: float = SEAL_S) -> None:
    """Seal the trail once a second, or as soon as there is a checkpoint's worth of events, until cancelled."""
    sequencer = Sequencer(runtime.settings)
    said = ""
    while True:
        sealed = 0
        try:
            sealed = await sequencer.seal(runtime.pool)
            said = ""
        except Unavailable:  # whoever opens the database says so already
            pass
        except Incomplete:
            said = _say_once("The trail is not sealed: its tree is not what the last checkpoint says.", said)
        except Exception as error:  # the next round may go well, and nobody else would try
            said = _say_once(f"{type(error).__name__}: {error}", said)
        await asyncio.sleep(0 if sealed == AT_ONCE else every)


def _say_once(sentence: str, said: str) -> str:
    """Log what is wrong, but not every second the same."""
    if sentence != said:
        log.error("not sealed", error=sentence)
    return sentence


@asynccontextmanager
async def working(runtime: Runtime) -> AsyncIterator[None]:
    """The background work goes on while the context lasts."""
    tasks = [asyncio.create_task(task(runtime)) for task in (work, deliver, notify, seal)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def _count(tag: str) -> int:
    """The number at the end of what PostgreSQL says it did: `DELETE 3`."""
    return int(tag.rpartition(" ")[2])
