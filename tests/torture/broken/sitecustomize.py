"""Breaks the build under test on purpose, so that the check can be seen to fail: Python runs this first where it finds it.

Only the torture's harness puts this folder on a process's path, and TORTURE_BREAK says what to break. Each breakage does to
the statements on their way to PostgreSQL what a plausible mistake in the code would do.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import defaultdict
from typing import Any

BREAK = os.environ.get("TORTURE_BREAK")
WINDOW_S = 0.05 if BREAK == "guard" else 0.3  # how long a broken build stands between two steps that ought to be one

_after_commit: dict[int, list[tuple[str, tuple[Any, ...]]]] = defaultdict(list)  # by connection
_digests: dict[tuple[str, str, str, str], bytes] = {}

INSERT_KEYS = """
insert into idempotency_key (principal, method, path, key, body_digest, status, content_type, answer)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::integer[], $7::text[], $8::bytea[])
    as g (principal, method, path, key, body_digest, status, content_type, answer) where g.status is not null
on conflict do nothing"""
LET_GO = "delete from idempotency_key where key = any ($1::text[]) and status is null"


def break_statements() -> None:
    """Put `_broken` between everybody and PostgreSQL."""
    import asyncpg.connection
    import asyncpg.transaction

    connection, transaction = asyncpg.connection.Connection, asyncpg.transaction.Transaction

    def wrapped(method: Any) -> Any:
        async def call(self: Any, query: str, *args: Any, **more: Any) -> Any:
            async def go_on(query: str, *args: Any) -> Any:
                return await method(self, query, *args, **more)

            return await _broken(self, go_on, query, args)

        return call

    execute = connection.execute
    for name in ("execute", "fetch", "fetchrow", "fetchval"):
        setattr(connection, name, wrapped(getattr(connection, name)))

    commit, leave = transaction.commit, transaction.__aexit__

    async def flush(self: Any) -> None:
        left = [] if self._nested else _after_commit.pop(id(self._connection), [])
        if left:
            await asyncio.sleep(WINDOW_S)
        for query, args in left:
            try:
                await execute(self._connection, query, *args)
            except Exception as error:
                print("lost:", type(error).__name__, flush=True)

    async def then_commit(self: Any) -> None:
        await commit(self)
        await flush(self)

    async def then_leave(self: Any, kind: Any, *more: Any) -> None:
        await leave(self, kind, *more)
        if kind is None:
            await flush(self)
        else:
            _after_commit.pop(id(self._connection), None)

    transaction.commit, transaction.__aexit__ = then_commit, then_leave


async def _broken(connection: Any, go_on: Any, query: str, args: tuple[Any, ...]) -> Any:
    if query.startswith("BEGIN"):  # what a transaction that came to nothing left behind
        _after_commit.pop(id(connection), None)
    later = _after_commit[id(connection)]
    if BREAK == "guard":  # with the trigger disabled and the locks gone, nothing is left but the judge
        if "judged_at" in query:
            seen = await go_on(query, *args)
            await asyncio.sleep(WINDOW_S)
            return seen
        if "update artifact a" in query:
            return await go_on(query.replace("and a.status = 'pending'", ""), *args)
    elif BREAK == "delivery" and "insert into delivery" in query:
        insert, here = _promises_apart(query)
        numbers = sorted({int(number) for number in re.findall(r"\$(\d+)", insert)})
        alone = re.sub(r"\$(\d+)", lambda found: f"${numbers.index(int(found[1])) + 1}", insert)
        later.append((alone, tuple(args[number - 1] for number in numbers)))
        return await go_on(here, *args)
    elif BREAK == "key":
        return await _key_after_commit(connection, go_on, query, args, later)
    elif BREAK == "refusals":
        if "hold_for_decision" not in query and "update idempotency_key k set status" in query:
            stored = [status if status is not None and status < 400 else None for status in args[4]]
            return await go_on(query, *args[:4], stored, *args[5:])
        if query.startswith("update idempotency_key set status") and args[4] >= 400:
            return await go_on(LET_GO, [args[3]])
    return await go_on(query, *args)


def _promises_apart(query: str) -> tuple[str, str]:
    """The part of the write that promises deliveries, and the write with that part promising none but counting as if."""
    [insert] = re.findall(r"promised as \(\n(.*?)\n\)", query, re.DOTALL)
    none = insert.replace("order by p.nth", "where false order by p.nth")
    here = query.replace(insert, none).replace(
        "(select count(distinct event_id) from promised)", "cardinality($30::text[])"
    )
    assert none != insert
    assert "from promised" not in here
    return insert, here


async def _key_after_commit(connection: Any, go_on: Any, query: str, args: tuple[Any, ...], later: Any) -> Any:
    """Keys are looked up, and stored with their answers once everything is committed."""
    if "hold_for_decision" in query:
        for slot in zip(*args[1:5], args[5], strict=True):
            _digests[slot[:4]] = slot[4]
        rows = await go_on(query, *args)
        await connection.execute(LET_GO, list(args[4]))
        return rows
    if query.startswith("insert into idempotency_key as k"):
        _digests[args[:4]] = args[4]
        claimed = await go_on(query, *args)
        await connection.execute(LET_GO, [args[3]])
        return claimed
    if "update idempotency_key k set status" in query:
        slots = list(zip(*args[:4], strict=True))
        later.append((INSERT_KEYS, (*args[:4], [_digests[slot] for slot in slots], *args[4:])))
        return "UPDATE 0"
    if query.startswith("update idempotency_key set status"):
        row = (*args[:4], _digests[args[:4]], *args[4:])
        later.append((INSERT_KEYS, tuple([value] for value in row)))
        return "UPDATE 0"
    return await go_on(query, *args)


def break_the_judge() -> None:
    """`status <> 'pending'` is null for a row that is missing: no refusal, and so it is answered as done."""
    import msgspec

    from placet.artifacts import decide

    judge, template = decide.judge, []

    def broken(decisions: Any, artifacts: Any, *args: Any, **more: Any) -> Any:
        outcomes, changes = judge(decisions, artifacts, *args, **more)
        template.extend(list(artifacts.values())[:1] if not template else ())
        for decision, outcome in zip(decisions, outcomes, strict=True):
            if decision.artifact_id not in artifacts and template:
                outcome.outcome, outcome.error = "applied", None
                outcome.artifact = msgspec.structs.replace(
                    template[0], id=decision.artifact_id, status=decision.status, reason=decision.reason
                )
        return outcomes, changes

    decide.judge = broken


if BREAK == "null":
    break_the_judge()
elif BREAK is not None:
    break_statements()
