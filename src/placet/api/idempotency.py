"""`Idempotency-Key`: the same request again gets the same answer, byte for byte, for 24 hours, and is done once.

The key is claimed, the work done in a savepoint and the answer stored in one transaction. Refusals (403, 404, 409) are
answers and are stored; what could not be accepted (422) or done (5xx) is not, so that a mended request may use the key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response

from placet import crash
from placet.api import problems
from placet.api.auth import principal_of, runtime_of
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

    def encode(self) -> tuple[int, str, bytes]:
        """Status, content type and bytes."""
        return self.status, JSON, b"" if self.body is msgspec.UNSET else _encode(self.body)


Work = Callable[[Connection], Awaitable[Answer]]


async def once(request: Request[Any, Any, Any], work: Work) -> Response[bytes]:
    """Do `work` in one transaction and answer; with an Idempotency-Key, at most once."""
    runtime = runtime_of(request)
    key = request.headers.get("idempotency-key")
    if key is None:
        status, kind, body = (await runtime.transact(work)).encode()
        crash.point("answer.committed")
        return Response(body, status_code=status, media_type=kind)
    if not 1 <= len(key) <= 255 or not key.isprintable() or not key.strip():
        raise Invalid("An Idempotency-Key has 1 to 255 printable characters.", code="invalid_idempotency_key")
    path = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    slot = (principal_of(request).key, request.method, f"{path}?{query}" if query else path, key)
    digest = sha256(await request.body()).digest()

    async def claimed(connection: Connection) -> tuple[int, str, bytes]:
        if not await connection.fetchval(SQL["claim"], *slot, digest):
            return _replay(await connection.fetchrow(SQL["answered"], *slot), digest)
        crash.point("key.claimed")
        try:
            async with connection.transaction():
                answer = (await work(connection)).encode()
        except PlacetError as error:
            if error.status not in _STORED_REFUSALS:
                raise
            answer = error.status, problems.MEDIA_TYPE, problems.document(error, path)
        await connection.execute(SQL["store"], *slot, *answer)
        crash.point("key.stored")
        return answer

    status, kind, body = await runtime.transact(claimed)
    crash.point("answer.committed")
    return Response(body, status_code=status, media_type=kind)


def _replay(row: Any, digest: bytes) -> tuple[int, str, bytes]:
    if row["body_digest"] != digest:
        raise Invalid("This Idempotency-Key was used before for another body.", code="idempotency_key_reused")
    return row["status"], row["content_type"], row["answer"]
