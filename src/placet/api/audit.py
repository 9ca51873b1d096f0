"""The trail's proof over HTTP: the newest checkpoint, the proof of one event, and everything as lines of JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from placet.api.answers import ok
from placet.api.auth import principal_of, runtime_of
from placet.api.reading import read_query
from placet.api.spec import described
from placet.artifacts.artifact import instant
from placet.audit import export, keys, proof
from placet.audit.proof_file import ProofFile

LINES = "application/jsonl"


class CheckpointQuery(msgspec.Struct, rename="camel", kw_only=True):
    """`since`: the size of a checkpoint the caller kept, to be shown that the newest one goes on from it."""

    since: Annotated[int, msgspec.Meta(ge=1)] | None = None


class CheckpointAnswer(msgspec.Struct, rename="camel", kw_only=True):
    """The newest checkpoint: the signed note, what it says (`root` in hexadecimal), when it was made, and the key that signed it.

    `consistency` is null unless `since` was given: the hashes (base64) of RFC 9162's proof from there to here.
    """

    note: str
    size: int
    root: str
    at: str | None
    public_key: str
    consistency: list[str] | None


class Audit(Controller):
    """The proof of the trail."""

    path = "/api/audit"

    @get(
        "/checkpoint", opt=described("trail", {200: CheckpointAnswer}, query=CheckpointQuery, problems=(404, 409, 422))
    )
    async def get_checkpoint(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Read the newest signed checkpoint.

        Keep it somewhere else: whatever it is over can then not be rewritten without being found out. With `since` it comes with
        the proof that the tree only grew since then.
        """
        runtime = runtime_of(request)
        query = read_query(request, CheckpointQuery)
        async with runtime.reading() as connection:
            found = await proof.checkpoint_since(connection, keys.believed(runtime.settings), query.since)
        path = [b64encode(each).decode() for each in found.path] if query.since is not None else None
        return ok(
            CheckpointAnswer(
                note=found.kept.note,
                size=found.signed.checkpoint.size,
                root=found.signed.checkpoint.root.hex(),
                at=instant(found.kept.at),
                public_key=found.signed.key.text,
                consistency=path,
            )
        )

    @get("/proof/{event_id:str}", opt=described("trail", {200: ProofFile}, problems=(404, 409, 422)))
    async def get_proof(self, request: Request[Any, Any, Any], event_id: FromPath[str]) -> Response[bytes]:
        """Fetch the proof of one event, to be checked without Placet (`placet audit check`).

        409 `not_sealed` until the next checkpoint, within a second; 409 `proof_broken` where the event was changed behind Placet.
        """
        runtime, who = runtime_of(request), principal_of(request)
        async with runtime.reading() as connection:
            found = await proof.of_event(connection, keys.believed(runtime.settings), who, event_id)
        return ok(found.file())

    @get("/export", opt=described("trail", {200: None}, problems=(422,), media_type=LINES))
    async def get_export(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Fetch the whole trail as lines of JSON, oldest first: for admins and auditors.

        Each line is `{"leaf","body","salt","index"}` of an event, the last one `{"checkpoint","publicKey"}`. It is made while it
        is sent, so it takes as little memory for a million events as for one.
        """
        runtime, who = runtime_of(request), principal_of(request)
        export.check_may_export(who)

        async def lines() -> AsyncIterator[bytes]:
            async for part in export.lines(runtime.pool, keys.believed(runtime.settings)):
                yield part

        return Stream(lines(), media_type=LINES, headers={"content-disposition": 'attachment; filename="trail.jsonl"'})
