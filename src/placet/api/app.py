"""The application: routes, authentication, headers, errors. `create_app` serves a runtime somebody else opened;
`from_environment` is what server processes start.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from time import perf_counter
from types import FrameType
from typing import Any, cast

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders, State
from litestar.routes import HTTPRoute
from litestar.types import Message, Scope

from placet import counters, logs
from placet import settings as configuration
from placet.api import problems
from placet.api.about import About
from placet.api.admission import admit
from placet.api.artifacts import Artifacts
from placet.api.audit import Audit
from placet.api.auth import Authenticate
from placet.api.chat import Chat
from placet.api.customers import Customers
from placet.api.delegations import Delegations
from placet.api.deliveries import Deliveries
from placet.api.feed import Feed
from placet.api.insights import Insights
from placet.api.meta import Meta
from placet.api.metrics import metrics
from placet.api.notifications import Notifications
from placet.api.people import People
from placet.api.reading import MAX_BODY
from placet.api.rules import Rules
from placet.api.stream import Streams
from placet.api.teams import Teams
from placet.api.webhooks import Webhooks
from placet.db.connect import urls
from placet.runtime import Runtime
from placet.worker import working

_NO_STORE = (b"cache-control", b"no-store")
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    _NO_STORE,
)


class Application(Litestar):
    """Litestar, with HEAD wherever there is GET: the same answer without its body."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, or the life of the process."""
        scope["placet_began"] = perf_counter()
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await super().__call__(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        as_get: Any = {**scope, "method": "GET", "placet_head": True}  # for what would never end otherwise
        await super().__call__(as_get, receive, without_body)


def create_app(
    runtime: Runtime, *, lifespan: Any = None, handlers: tuple[Any, ...] = (), answer_error: Any = problems.answer
) -> Litestar:
    """The ASGI application over an open runtime (or one that `lifespan` opens).

    `handlers` and `answer_error` are the web pages' (`placet.web.pages`); without them there is the API alone.
    """

    always = [*_HEADERS, *([_HSTS] if runtime.settings.secure else [])]

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        asked = cast("dict[str, Any]", scope)
        took = perf_counter() - asked["placet_began"]
        counters.answered(asked["method"], asked.get("path_template") or "none", message["status"], took)
        have = {name for name, _ in message["headers"]}
        if b"allow" in have:
            headers = MutableScopeHeaders.from_message(message)
            headers["allow"] = _allowed(headers["allow"], scope)
        static = scope["path"].startswith("/static/")
        message["headers"] = [
            *message["headers"],
            *(header for header in always if header[0] not in have and not (static and header is _NO_STORE)),
        ]

    return Application(
        route_handlers=[
            Artifacts,
            About,
            Audit,
            Customers,
            Delegations,
            Teams,
            People,
            Notifications,
            Streams,
            Webhooks,
            Rules,
            Deliveries,
            Meta,
            metrics,
            Chat,
            Insights,
            *handlers,
        ],
        middleware=[Authenticate()],
        before_request=admit,
        exception_handlers={Exception: answer_error},
        before_send=[add_headers],
        lifespan=[lifespan] if lifespan is not None else [],
        state=State({"runtime": runtime}),
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )


@contextmanager
def telling(stop: Callable[[], None]) -> Iterator[None]:
    """`stop` is called as soon as the process is told to end: the server would wait for every open stream first."""
    if threading.current_thread() is not threading.main_thread():
        yield  # where somebody else owns the process, such as a test
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handler(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, then in before.items():
            signal.signal(number, then)


def _allowed(listed: str, scope: Scope) -> str:
    """The methods of an address: what the framework lists is one of several routes there, and never HEAD."""
    found = {method.strip() for method in listed.split(",")}
    template = scope.get("path_template")
    for route in scope["litestar_app"].routes:
        if isinstance(route, HTTPRoute) and route.path_format == template:
            found |= route.methods
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))


def from_environment() -> Litestar:
    """What a server process starts: settings from the environment, the database and the chores in the background."""
    from placet.web.pages import answer_error, handlers

    logs.configure()
    runtime = Runtime(configuration.load())

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        with urls(runtime.settings) as (_owner_url, app_url):
            runtime.open_in_background(app_url)
            try:
                async with working(runtime) if runtime.settings.worker else nullcontext():
                    with telling(runtime.part(Feed).stop):
                        yield
            finally:
                await runtime.close()

    return create_app(runtime, lifespan=lifespan, handlers=handlers, answer_error=answer_error)
