"""The processes under test: an embedded PostgreSQL of their own, servers, workers; each can be killed and comes back."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import asyncpg

from placet.db import embedded
from placet.db.embedded import supervisor
from torture.wire import Cut, Line

BROKEN = Path(__file__).parent / "broken"
RECOVERED_WITHIN_S = 10.0
RUN = "from placet.cli import main; main()"


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Process:
    """A `placet` command that runs until it is killed or stopped; what it says goes to a file."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.arguments, self.environment, self.log = name, arguments, environment, log
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again if need be."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                [sys.executable, "-c", RUN, *self.arguments],
                env=own | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.running is not None and self.running.poll() is None

    def kill(self) -> None:
        """As kill -9 does."""
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def stop(self) -> None:
        """As an operator does."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


def server(port: int, environment: dict[str, str], log: Path, name: str = "server") -> Process:
    """A `placet serve` on a port, without the background work."""
    return Process(name, ["serve", "--no-worker", "--port", str(port)], environment, log)


async def ready(port: int, *, within: float = RECOVERED_WITHIN_S) -> float | None:
    """Seconds until the server on that port is ready, or None if it is not in time."""
    began = time.monotonic()
    line = Line(port)
    while time.monotonic() - began < within:
        try:
            if (await line.send("GET", "/readyz", within=2)).status == 200:
                return time.monotonic() - began
        except Cut:
            pass
        finally:
            line.close()
        await asyncio.sleep(0.05)
    return None


class House:
    """PostgreSQL, two servers, two workers."""

    def __init__(self, folder: Path, *, break_: str | None = None) -> None:
        self.folder = folder
        self.database = embedded.start(folder / "home")
        self.ports = [free_port(), free_port()]
        environment = {"PLACET_DATABASE_URL": self.database.app_url(), "PLACET_POOL_SIZE": "10"}
        if break_ is not None:
            path = os.pathsep.join(filter(None, [str(BROKEN), os.environ.get("PYTHONPATH")]))
            environment |= {"PYTHONPATH": path, "TORTURE_BREAK": break_}
        logs = folder / "logs"
        logs.mkdir()
        self.servers = [server(port, environment, logs / f"server-{port}.log") for port in self.ports]
        self.workers = [Process("worker", ["worker"], environment, logs / f"worker-{n}.log") for n in (1, 2)]
        self.kills = {"server": 0, "worker": 0, "backend killed": 0, "backend ended": 0, "postmaster": 0}
        self.recoveries: list[tuple[str, float | None]] = []

    async def start(self) -> None:
        """Start everything; it is there when this returns."""
        for process in (*self.servers, *self.workers):
            process.start()
        for port in self.ports:
            if await ready(port, within=60) is None:
                raise RuntimeError(f"A server did not start; its log: {self.servers[0].log.read_text()[-2000:]}")

    async def kill(self, what: str, dice: random.Random) -> None:
        """Kill one of a kind, start again what nobody else starts, and wait until the servers are ready."""
        if what == "server":
            self._restart(dice.choice(self.servers))
        elif what == "worker":
            self._restart(dice.choice(self.workers))
        elif what == "postmaster":
            pid = supervisor.listener(self.database.socket_dir)
            if pid is None:
                return
            os.kill(pid, signal.SIGKILL)  # the embedded server's own supervisor starts it again
        elif not await self._end_backend(what, dice):
            return
        self.kills[what] += 1
        began = time.monotonic()
        await asyncio.sleep(0.3)  # until it shows
        took = [await ready(port) for port in self.ports]
        self.recoveries.append((what, None if None in took else time.monotonic() - began))

    def _restart(self, process: Process) -> None:
        process.kill()
        process.start()

    async def _end_backend(self, what: str, dice: random.Random) -> bool:
        """Whether a backend that served one of ours was ended: by SIGKILL, after which PostgreSQL restarts them all, or
        the way an administrator does it.
        """
        try:
            own = await asyncpg.connect(self.database.owner_url(), timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        try:
            rows = await own.fetch(
                "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
                "and application_name = 'placet'"
            )
            if not rows:
                return False
            pid = dice.choice(rows)["pid"]
            if what == "backend ended":
                return bool(await own.fetchval("select pg_terminate_backend($1)", pid))
            os.kill(pid, signal.SIGKILL)
        finally:
            own.terminate()
        return True

    def stop(self) -> None:
        """Stop everything, and let PostgreSQL go."""
        for process in (*self.servers, *self.workers):
            process.stop()
        self.database.release()
        embedded.wait_until_stopped(self.folder / "home")
