"""Calls to the outside: one request, to a public address, answered within a bound. Nothing else of Placet calls a stranger.

A name is looked up when the connection is made, every address it has is checked, and the connection goes to one that was
checked: a name that answers differently the second time (DNS rebinding) changes nothing. Redirects are not followed, no
proxy of the environment is asked, no answer is decompressed.
"""

from __future__ import annotations

import asyncio
import email.utils
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpcore
import httpx
import msgspec

from placet.triggers.addresses import Refused, check_url, is_public

CONNECT_S, ANSWER_S, BODY_S = 5.0, 15.0, 5.0
MAX_ANSWER = 65_536  # bytes read of an answer's body
KEPT = 2_000  # characters kept of it
MAX_WAIT = timedelta(hours=24)  # however long a receiver asks for
Resolve = Callable[[str, int], Awaitable[list[str]]]


class CallFailed(Exception):
    """The call brought no answer; the sentence says why."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a receiver answered: its status, how long it asks to be left alone, the beginning of its body."""

    status: int
    retry_after: timedelta | None = None
    text: str = ""

    @property
    def good(self) -> bool:
        """Whether it is a 2xx. A redirect is none: what was signed was signed for this address."""
        return 200 <= self.status < 300


async def resolve(host: str, port: int) -> list[str]:
    """Every address a name has."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Outside:
    """Makes calls. One per worker, so that connections are used again; `close` it.

    `loopback` lets calls go to this machine, as the demo does. `resolve_name` and `ssl_context` are for tests.
    """

    def __init__(self, *, loopback: bool = False, resolve_name: Resolve = resolve, ssl_context: Any = None) -> None:
        self.loopback = loopback
        self._resolve = resolve_name
        self._ssl = ssl_context
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def check(self, url: str) -> None:
        """Raise Refused unless the address may be called, as of now; CallFailed where its name leads nowhere."""
        parts = check_url(url, loopback=self.loopback)
        await self.addresses(parts.hostname or "", parts.port or 443)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, each checked."""
        try:
            async with asyncio.timeout(CONNECT_S):
                found = await self._resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            raise CallFailed(f"{host} has no address.") from None
        for address in found:
            if not is_public(address, loopback=self.loopback):
                raise Refused(f"{host} leads to {address}, which is not a public address.")
        if not found:
            raise CallFailed(f"{host} has no address.")
        return found

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST `body`; the answer, whatever its status. Raises Refused and CallFailed."""
        return await self.send("POST", url, body, headers)

    async def send(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, keep: int = KEPT) -> Answer:
        """The same with any method; of the answer's body the first `keep` characters are kept."""
        check_url(url, loopback=self.loopback)
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=self._ssl or httpx.create_ssl_context(),
                max_connections=None,
                max_keepalive_connections=20,
                keepalive_expiry=15,
                network_backend=_Pinned(self),
            )
        timeouts = {"connect": CONNECT_S, "read": ANSWER_S, "write": ANSWER_S, "pool": CONNECT_S}
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent.append((b"Content-Length", str(len(body)).encode()))
        if not any(name.lower() == b"host" for name, _ in sent):
            sent.append((b"Host", httpx.URL(url).netloc))
        try:
            async with (
                asyncio.timeout(ANSWER_S) as deadline,
                self._pool.stream(
                    method, url, headers=sent, content=body, extensions={"timeout": timeouts}
                ) as response,
            ):
                deadline.reschedule(None)
                text = await _beginning(response)
                return Answer(status=response.status, retry_after=_retry_after(response.headers), text=text[:keep])
        except TimeoutError:
            raise CallFailed(f"No answer within {ANSWER_S:.0f} s.") from None
        except httpcore.TimeoutException as error:
            raise CallFailed(f"No answer in time ({type(error).__name__}).") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise CallFailed(f"The call failed: {str(error)[:200] or type(error).__name__}.") from None

    async def close(self) -> None:
        """Give the connections up."""
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to an address that was checked, and to none that was not. TLS still speaks to the name."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the base class has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The first checked address that answers."""
        failure: Exception | None = None
        for address in await self._outside.addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


async def _beginning(response: httpcore.Response) -> str:
    """The beginning of a body. The status has been said; however the rest ends, it is no reason to call again."""
    read = bytearray()
    with suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, TimeoutError):
        async with asyncio.timeout(BODY_S):
            async for part in response.aiter_stream():
                read += part
                if len(read) >= MAX_ANSWER:
                    break
    return bytes(read[:MAX_ANSWER]).decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _retry_after(headers: list[tuple[bytes, bytes]]) -> timedelta | None:
    """The Retry-After header as a span, seconds or a date, at most a day; None where it says nothing."""
    said = next((value.decode("latin-1").strip() for name, value in headers if name.lower() == b"retry-after"), "")
    if said.isdecimal():
        return min(timedelta(seconds=min(int(said), 10**6)), MAX_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return min(max(until - datetime.now(UTC), timedelta(0)), MAX_WAIT)
