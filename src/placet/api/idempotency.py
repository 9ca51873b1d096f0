"""`Idempotency-Key`: the same request again gets the same answer, byte for byte, for 24 hours, and is done once.

The key is claimed, the work done and the answer stored in one transaction: that of `once`, or the gate's. Refusals (403,
404, 409) are answers and are stored; what could not be accepted (422) or done (5xx) is not, so that a mended request may
use the key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response

from placet import crash
from placet.api import problems
from placet.api.auth import principal_of, runtime_of
from placet.artifacts import gate
from placet.artifacts.outcome import Decision, Outcome
from placet.db.engine import Connection, statements
from placet.errors import Invalid, PlacetError

SQL = statements(__package__, "idempotency.sql")
_encode = msgspec.json.Encoder().encode
_STORED_REFUSALS = (403, 404, 409)
JSON = "application/json"


class Answer(msgspec.Struct):
    """A status and a JSON body, or none."""

    status: int
    body: Any = msgspec.UNSET


Work = Callable[[Connection], Awaitable[Answer]]
Reply = Callable[[list[Outcome]], Answer]


async def once(request: Request[Any, Any, Any], work: Work) -> Response[bytes]:
    """Do `work` in one transaction and answer; with an Idempotency-Key, at most once."""
    runtime = runtime_of(request)
    key = await _key_of(request)
    if key is None:
        answer = _ready(await runtime.transact(work))
        crash.point("answer.committed")
        return _response(answer)

    async def claimed(connection: Connection) -> gate.Answer:
        if not await connection.fetchval(SQL["claim"], *key.slot, key.digest):
            return _replay(await connection.fetchrow(SQL["answered"], *key.slot), key)
        crash.point("key.claimed")
        try:
            async with connection.transaction():
                answer = _ready(await work(connection))
        except PlacetError as error:
            answer = _refused(request, error)
        await connection.execute(SQL["store"], *key.slot, answer.status, answer.content_type, answer.body)
        crash.point("key.stored")
        return answer

    answer = await runtime.transact(claimed)
    crash.point("answer.committed")
    return _response(answer)


async def decide_once(
    request: Request[Any, Any, Any],
    decisions: Sequence[Decision],
    answer: Reply,
    *,
    atomic: bool = False,
) -> Response[bytes]:
    """Decide by the gate and answer; with an Idempotency-Key, at most once. `answer` may raise a refusal."""
    key = await _key_of(request)

    def ready(outcomes: list[Outcome]) -> gate.Answer:
        try:
            return _ready(answer(outcomes))
        except PlacetError as error:
            if key is None:
                raise
            return _refused(request, error)

    return _response(await runtime_of(request).part(gate.Gate).answer(decisions, ready, atomic=atomic, key=key))


async def find_and_decide_once(
    request: Request[Any, Any, Any], find: Callable[[Connection], Awaitable[tuple[Sequence[Decision], Reply]]]
) -> Response[bytes]:
    """The same for decisions that have to be read first: `find` says which, and how they are answered."""
    try:
        async with runtime_of(request).reading() as connection:
            decisions, answer = await find(connection)
    except PlacetError as error:
        if error.status not in _STORED_REFUSALS:
            raise
        refusal = error

        def refuse(_: list[Outcome]) -> Answer:
            raise refusal

        decisions, answer = [], refuse
    return await decide_once(request, decisions, answer)


async def _key_of(request: Request[Any, Any, Any]) -> gate.Key | None:
    """The request's key, if it has one."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 255 or not key.isprintable() or not key.strip():
        raise Invalid("An Idempotency-Key has 1 to 255 printable characters.", code="invalid_idempotency_key")
    path = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    return gate.Key(
        principal_of(request).key,
        request.method,
        f"{path}?{query}" if query else path,
        key,
        sha256(await request.body()).digest(),
    )


def _ready(answer: Answer) -> gate.Answer:
    return gate.Answer(answer.status, JSON, b"" if answer.body is msgspec.UNSET else _encode(answer.body))


def _refused(request: Request[Any, Any, Any], error: PlacetError) -> gate.Answer:
    """A refusal as an answer to keep; raised on where it is none."""
    if error.status not in _STORED_REFUSALS:
        raise error
    return gate.Answer(error.status, problems.MEDIA_TYPE, problems.document(error, request.scope["path"]))


def _response(answer: gate.Answer) -> Response[bytes]:
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type)


def _replay(row: Any, key: gate.Key) -> gate.Answer:
    if row["body_digest"] != key.digest:
        raise gate.reused()
    return gate.Answer(row["status"], row["content_type"], row["answer"])
