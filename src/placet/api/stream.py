"""`GET /api/stream`: what happens, as server-sent events, to whoever may see it.

Every event that goes out was looked at for its receiver as they stand at that moment; a stream ends with the sign-in or the
token it was opened with. Each message carries the place to go on from (`Last-Event-ID`), good in any server process.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.response import Stream

from placet.api.auth import Bearers, cookie_token, principal_of, runtime_of
from placet.api.customers import EventWire, event_wire
from placet.api.feed import Feed, Watcher
from placet.api.reading import read_query
from placet.api.spec import described
from placet.audit import feed
from placet.audit.feed import Happened
from placet.audit.position import Position, read
from placet.audit.timeline import Line
from placet.errors import NotSignedIn, Unavailable
from placet.identity import sign_in
from placet.identity.principal import Principal
from placet.runtime import Runtime

TYPE = "text/event-stream"
HEARTBEAT_S = 15.0
RETRY_MS = 1000  # how soon a client that was cut off tries again
MOST_BEHIND = 5_000  # events a client is told that comes back; beyond that it is told to read its lists afresh
_encode = msgspec.json.Encoder().encode
_HEADERS = {"x-accel-buffering": "no"}  # a proxy that collects would hold everything back


class StreamQuery(msgspec.Struct, rename="camel", kw_only=True):
    """Where to go on from, for clients that cannot send the header `Last-Event-ID`, which wins."""

    last_event_id: str | None = None


class Streams(Controller):
    """What happens, as it happens."""

    path = "/api"

    @get(
        "/stream",
        opt=described("trail", {200: EventWire}, query=StreamQuery, problems=(422, 429), media_type=TYPE),
    )
    async def stream(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Follow the trail as server-sent events.

        Each message is an event as `GET /api/customers/{id}/events` lists it, of what the caller may see at that moment. Its
        `id` is a place in the stream: sent as `Last-Event-ID` it goes on from there, with nothing left out and nothing twice,
        whichever server process answers. A message of type `reset` says that too much happened since: read your lists
        afresh; one of type `access` that the caller sees other customers than before, naming the one that was attached to
        somebody else, if that was it. A comment comes every 15 seconds. The stream ends with the sign-in or token that opened it.
        """
        query = read_query(request, StreamQuery)
        text = request.headers.get("last-event-id") or query.last_event_id
        since = read(text) if text else None
        runtime, who = runtime_of(request), principal_of(request)
        if request.scope.get("placet_head"):
            return Response(b"", media_type=TYPE, headers=_HEADERS)
        caller = _Caller(request)
        watcher = await runtime.part(Feed).watch(who.key)
        return Stream(_messages(runtime, caller, watcher, since), media_type=TYPE, headers=_HEADERS)


class _Caller:
    """Whose credentials opened a stream, asked anew before anything is sent; asking keeps no sign-in alive."""

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self._runtime: Runtime = runtime_of(request)
        self._authorization = request.headers.get("authorization")
        self._cookie = cookie_token(request) or ""

    async def now(self) -> Principal | None:
        """Who they are at this moment; None where the credentials are good no more."""
        if self._authorization is not None:
            try:
                return await self._runtime.part(Bearers).principal(self._authorization)
            except NotSignedIn:
                return None
        async with self._runtime.reading() as connection:
            return await sign_in.still(connection, self._cookie, idle=self._runtime.settings.sign_in_idle)


async def _messages(
    runtime: Runtime, caller: _Caller, watcher: Watcher, since: Position | None
) -> AsyncIterator[bytes]:
    """The stream's messages: first what the client missed, then what comes. Without its database it ends, to be opened again."""
    try:
        place = since.copy() if since is not None else watcher.position
        yield f"retry: {RETRY_MS}\nid: {place}\n\n".encode()
        who = await caller.now()
        if who is None:
            return
        held = who.authority
        if since is not None:
            async with runtime.reading() as connection:
                missed = await feed.between(connection, who, since, watcher.position, most=MOST_BEHIND)
            for line, there in missed or ():
                yield _message(line, there)
            place = feed.after(since, watcher.position)
            if missed is None:
                yield f"event: reset\nid: {place}\ndata: {{}}\n\n".encode()
        while not watcher.ended:
            events, gone = await watcher.next(HEARTBEAT_S)
            who = await caller.now()
            if who is None:
                return
            told = list(_told(events, place, who))
            if who.authority != held:
                held = who.authority
                told.insert(0, _access(place, None))
            for message in told:
                yield message
            place.give_up(gone)
            if not told and not events:
                yield f": still here\nid: {place}\n\n".encode()
    except Unavailable:
        return
    finally:
        runtime.part(Feed).leave(watcher)


def _told(events: list[Happened], place: Position, who: Principal) -> Iterator[bytes]:
    """What a caller is told of these events, each with the place after it; `place` goes on past all of them."""
    for happened in events:
        if not place.take(happened.line.seq):
            continue
        if happened.seen_by(who):
            yield _message(happened.line, place)
        elif happened.takes_from(who):
            yield _access(place, happened.line.customer_id)


def _access(place: Position, customer_id: str | None) -> bytes:
    """That the caller sees less (or more) from now on: a customer is another's, or what they stand in for changed."""
    return b"event: access\nid: %b\ndata: %b\n\n" % (str(place).encode(), _encode({"customerId": customer_id}))


def _message(line: Line, place: Position) -> bytes:
    return b"id: %b\ndata: %b\n\n" % (str(place).encode(), _encode(event_wire(line)))
