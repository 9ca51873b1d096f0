"""The gate: decisions of requests that are in flight at the same moment become one lock, read, judge, write.

Each request is answered after the commit that did it, and is judged as if it had come alone: those that touch what an
earlier one of the group has just changed wait for the next round. One request that cannot be done spoils no other.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar, cast

import asyncpg
import msgspec

from placet import counters, crash
from placet.artifacts import decide as deciding
from placet.artifacts.artifact import Artifact
from placet.artifacts.outcome import Changes, Decision, Outcome
from placet.customers.schema import ProfileSchema
from placet.db.engine import RETRY, Connection, statements
from placet.db.merging import PATIENCE_S, Call, Merge, busy
from placet.errors import Invalid, Unavailable
from placet.runtime import Runtime

T = TypeVar("T")
SQL = statements(__package__, "gate.sql")

MOST = 64  # decisions in a group; a longer list goes alone
AT_ONCE = 2  # groups in flight
LOCK_PATIENCE_MS = 300  # how long a group waits for one lock, before its requests wait each for their own
APART_AT_ONCE = 4  # requests that do


class Answer(msgspec.Struct, frozen=True):
    """What a request is answered, ready to be sent and to be kept under its key."""

    status: int
    content_type: str
    body: bytes


class Key(msgspec.Struct, frozen=True):
    """An idempotency key: whose it is and for what, and the digest of the body it came with."""

    principal: str
    method: str
    path: str
    key: str
    digest: bytes

    @property
    def slot(self) -> tuple[str, str, str, str]:
        """What makes two keys the same; and what they are claimed in order of."""
        return self.principal, self.method, self.path, self.key


class Ask(msgspec.Struct, frozen=True, eq=False):
    """One request: its decisions, which are judged together and written together or not at all."""

    decisions: Sequence[Decision]
    atomic: bool
    answer: Callable[
        [list[Outcome]], Any
    ]  # what it is answered, worked out before the commit; an answer where it has a key
    key: Key | None = None


Asked: TypeAlias = Call[Ask, Any]


class Gate:
    """The gate of a process: `runtime.part(Gate)`."""

    def __init__(self, runtime: Runtime, *, at_once: int = AT_ONCE, waiting: int = 4096) -> None:
        self._runtime = runtime
        self.merge: Merge[Ask, Any] = Merge(self._decide, most=MOST, at_once=at_once, waiting=waiting)
        self._apart: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(APART_AT_ONCE)

    async def decide(self, decisions: Sequence[Decision], *, atomic: bool = False) -> list[Outcome]:
        """Apply a list of decisions and answer each in their order; a refusal raises nothing.

        `atomic`: unless all apply, none does. Unavailable: `database_unavailable`, `busy` where nothing was done,
        `outcome_unknown` where the commit was not answered.
        """
        return await self.answer(decisions, _as_they_are, atomic=atomic)

    async def answer(
        self,
        decisions: Sequence[Decision],
        answer: Callable[[list[Outcome]], T],
        *,
        atomic: bool = False,
        key: Key | None = None,
    ) -> T:
        """The same, answered with what `answer` makes of the outcomes; where it raises, nothing of this list is done.

        With a key, `answer` makes an `Answer`, and a request that was answered before is answered the same and not done
        again; Invalid `idempotency_key_reused` where it was another.
        """
        judged: list[Outcome] = []

        def noted(outcomes: list[Outcome]) -> T:
            judged[:] = outcomes
            return answer(outcomes)

        ask = Ask(decisions, atomic, noted, key)
        try:
            return cast("T", await self.merge(ask, weight=max(len(decisions), 1)))
        except Unavailable:
            judged.clear()
            raise
        finally:
            counters.decided(outcome.outcome for outcome in judged)

    async def drain(self, seconds: float) -> None:
        """Let what is in flight finish."""
        await self.merge.drain(seconds)
        if self._apart:
            await asyncio.wait(self._apart, timeout=seconds)

    async def _decide(self, group: Sequence[Asked]) -> None:
        left = list(group)
        while left:
            try:
                await self._round(left, patience=LOCK_PATIENCE_MS)
            except Exception as error:
                if _is_away(error) or (len(left) == 1 and not _waited(error)):
                    raise
                for call in left:
                    self._part_with(call)
                return
            left = [call for call in left if not call.settled]

    def _part_with(self, call: Asked) -> None:
        """Do it in a transaction of its own and in its own time, so that what is in its way is in nobody else's."""
        call.handed_on = True
        task = asyncio.create_task(self._alone(call))
        self._apart.add(task)
        task.add_done_callback(self._apart.discard)

    async def _alone(self, call: Asked) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._turn.acquire()
        except TimeoutError:
            call.fail(busy())
            return
        try:
            await self._round([call], patience=None)
        except Exception as error:
            call.fail(error)
        finally:
            self._turn.release()
            call.fail(busy())  # only where this task was cancelled

    async def _round(self, calls: Sequence[Asked], *, patience: int | None) -> None:
        """One transaction: answers, after its commit, the first of the calls and every other that does not depend on it."""
        work = partial(_together, calls=calls, schema=self._runtime.schema, patience=patience)
        done = await self._runtime.transact(work)
        crash.point("answer.committed")
        counters.group_sizes.observe(len(done))
        for call, result in done:
            if isinstance(result, BaseException):
                call.fail(result)
            else:
                call.answer(result)


async def _together(
    connection: Connection, *, calls: Sequence[Asked], schema: ProfileSchema, patience: int | None
) -> list[tuple[Asked, Any]]:
    """Lock, read, judge, write. What each call that was not put off is answered, or the error it ends with."""
    calls = _one_per_key(calls)
    done, claimed = await _hold(connection, calls, patience)
    finished = {id(call) for call, _ in done}
    calls = [call for call in calls if id(call) not in finished]
    decisions = [decision for call in calls for decision in call.item.decisions]
    seen = await deciding.read(connection, decisions)
    rivals: dict[Any, list[Artifact]] = defaultdict(list)
    for artifact in seen.artifacts.values():
        if artifact.field is not None:
            rivals[artifact.customer_id, artifact.field].append(artifact)
    changes, touched = Changes(), set[str]()
    answers: dict[Key, Answer | None] = dict.fromkeys(claimed)
    for call in calls:
        ask = call.item
        about = _about(ask.decisions, seen.artifacts, rivals)
        if not touched.isdisjoint(about):
            continue
        try:
            only = msgspec.structs.replace(seen, artifacts=about)
            outcomes, changed = deciding.judged(ask.decisions, only, schema, atomic=ask.atomic)
            result = ask.answer(outcomes)
        except Exception as error:  # a type of another's making may raise anything; nothing was changed
            done.append((call, error))
            continue
        if _add(changes, changed):
            touched |= about.keys()
        if ask.key is not None:
            answers[ask.key] = result
        done.append((call, result))
    if changes.events:
        await deciding.write(connection, changes)
    if answers:
        await _keep(connection, answers)
        crash.point("key.stored")
    return done


def _one_per_key(calls: Sequence[Asked]) -> list[Asked]:
    """The first of each key; the others are put off, and will find its answer."""
    first: dict[Any, Asked] = {}
    for call in calls:
        first.setdefault(call.item.key.slot if call.item.key is not None else id(call), call)
    return list(first.values())


async def _hold(
    connection: Connection, calls: Sequence[Asked], patience: int | None
) -> tuple[list[tuple[Asked, Any]], list[Key]]:
    """Claim the keys and take the locks. The calls that were answered before, and the keys now claimed."""
    ids = sorted({decision.artifact_id for call in calls for decision in call.item.decisions})
    keyed = sorted(
        ((call.item.key, call) for call in calls if call.item.key is not None), key=lambda found: found[0].slot
    )
    wait = str(patience) if patience is not None else None
    done: list[tuple[Asked, Any]] = []
    claimed = []
    for row in await connection.fetch(SQL["hold"], ids, *_columns([key for key, _ in keyed]), wait):
        key, call = keyed[row["n"] - 1]
        if row["status"] is None:
            claimed.append(key)
            crash.point("key.claimed")
        elif row["body_digest"] != key.digest:
            done.append((call, reused()))
        else:
            done.append((call, Answer(row["status"], row["content_type"], row["answer"])))
    return done, claimed


async def _keep(connection: Connection, answers: dict[Key, Answer | None]) -> None:
    given = list(answers.values())
    await connection.execute(
        SQL["keep"],
        *_columns(list(answers))[:-1],
        [answer.status if answer is not None else None for answer in given],
        [answer.content_type if answer is not None else None for answer in given],
        [answer.body if answer is not None else None for answer in given],
    )


def _columns(keys: Sequence[Key]) -> tuple[list[Any], ...]:
    return (
        [key.principal for key in keys],
        [key.method for key in keys],
        [key.path for key in keys],
        [key.key for key in keys],
        [key.digest for key in keys],
    )


def _about(
    decisions: Sequence[Decision], artifacts: dict[str, Artifact], rivals: dict[Any, list[Artifact]]
) -> dict[str, Artifact]:
    """The artifacts a list of decisions can change, or depends on."""
    found: dict[str, Artifact] = {}
    for decision in decisions:
        artifact = artifacts.get(decision.artifact_id)
        if artifact is not None:
            found[artifact.id] = artifact
            if artifact.field is not None:
                found.update((rival.id, rival) for rival in rivals[artifact.customer_id, artifact.field])
    return found


def _add(changes: Changes, more: Changes) -> bool:
    """Put the changes of one request to those of its group; whether there were any."""
    for name in Changes.__struct_fields__:
        have, new = getattr(changes, name), getattr(more, name)
        have.update(new) if isinstance(have, dict) else have.extend(new)
    return any(getattr(more, name) for name in Changes.__struct_fields__)


def reused() -> Invalid:
    """The refusal of a key that came with another body before."""
    return Invalid("This Idempotency-Key was used before for another body.", code="idempotency_key_reused")


def _as_they_are(outcomes: list[Outcome]) -> list[Outcome]:
    return outcomes


def _waited(error: Exception) -> bool:
    """Whether somebody else held on to what was wanted for too long, or again and again."""
    return isinstance(error.__cause__, (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, *RETRY))


def _is_away(error: Exception) -> bool:
    """Whether the database as a whole is away (or may have done it), rather than one request in the way of the others."""
    return isinstance(error, Unavailable) and error.code != "not_applied" and not _waited(error)
