"""The socket a server listens on, and the uvicorn that serves the application on it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from placet.errors import Conflict, Invalid

if TYPE_CHECKING:
    from litestar import Litestar

GRACE_S = 4  # for requests in flight when the server is told to stop
TRIES = 50  # ports to try where any will do


def listen(host: str, port: int, *, or_next: bool = False) -> socket.socket:
    """A bound socket; `or_next`: on the next free port where that one is taken. Conflict `port_in_use`, Invalid for a bad host."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError):
        raise Invalid(f"{host!r} is no address of this machine.", code="invalid_host") from None
    for candidate in range(port, min(port + (TRIES if or_next else 1), 65536)):
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((address[0], candidate, *address[2:]))
            found.listen(2048)  # taken for good: of two servers that start at once, one is told now
        except OSError as error:
            found.close()
            why = error
        else:
            found.set_inheritable(True)
            return found
    if or_next:
        raise Conflict(f"No port from {port} to {candidate} is free on {host}.", code="port_in_use")
    raise Conflict(
        f"Port {port} on {host} cannot be listened on: {why.strerror}. --port takes another.", code="port_in_use"
    )


def serve(sock: socket.socket, *, workers: int = 1) -> None:
    """Serve the application of the environment on a socket until SIGINT or SIGTERM; worker processes are replaced when they die."""
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    config = uvicorn.Config(
        f"{__name__}:worker_application" if workers > 1 else "placet.api.app:from_environment",
        factory=True,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        workers=workers,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_worker_healthcheck=30,
    )
    if workers > 1:
        Multiprocess(config, sockets=[sock]).run()
    else:
        uvicorn.Server(config).run(sockets=[sock])


def end_on_sigterm() -> None:
    """Let SIGTERM end the command as if it had come to its end: what is held is let go, and the exit code is 0."""

    def end(_signal: int, _frame: Any) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


async def until_sigterm(work: Coroutine[Any, Any, None]) -> None:
    """Do something until it is done or SIGTERM comes, which cancels it, so that it lets go of what it holds.

    The loop itself takes the signal: an exception that a handler raises comes in the middle of anything, the database
    driver's C code included, which ends the process with a fault.
    """
    task, told = asyncio.ensure_future(work), asyncio.Event()

    def end() -> None:
        told.set()
        task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    try:
        await task
    except asyncio.CancelledError:
        if not told.is_set():  # Ctrl-C, which the loop's runner answers
            raise


def worker_application() -> Litestar:
    """The application in a worker process, which ends with its parent: an orphan would keep the port.

    The parent is the one that started it, who may be gone by now; whoever is the parent now may be the one that adopts orphans.
    """
    import multiprocessing

    from placet.api.app import from_environment

    starter = multiprocessing.parent_process()
    parent = starter.pid if starter is not None else os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="placet-parent").start()
    return from_environment()
