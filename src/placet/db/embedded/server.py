"""Start, share and leave the embedded PostgreSQL server. Nothing is believed to run before it answered `select 1`."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import asyncpg

from placet.db.embedded import supervisor
from placet.db.embedded.cluster import OWNER_ROLE, ensure_cluster
from placet.db.embedded.place import choose_socket_directory, find_place, make_place, server_account, socket_directory
from placet.db.embedded.programs import usable_programs
from placet.db.engine import APP_ROLE
from placet.errors import Unavailable

DATABASE = "placet"
GRACE = 2.0  # seconds from the last user's leaving to the stop, so that one command after another finds a warm server

_T = TypeVar("_T")
# Whatever else these say, the server is not (or not yet) there for us.
_NOT_ANSWERING = (OSError, TimeoutError, asyncio.TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True)
class Status:
    """What `placet doctor` tells about the embedded server of a home; paths are None before the first start."""

    running: bool
    pid: int | None  # of a server that listens, even if it does not answer (yet)
    version: str | None  # "18.4" of one that runs, else "18" as the data directory has it
    data_dir: Path | None
    socket_dir: Path | None
    log: Path | None
    supervised: bool  # whether somebody will stop it after its last user, and start it again after a crash


class EmbeddedServer:
    """A running server that this process uses, until `release` or the end of the process, however it ends.

    A child made by `fork` uses it too, until it ends.
    """

    port = supervisor.PORT

    def __init__(self, place: Path, socket_dir: Path, users_lock: int) -> None:
        self.data_dir = place / "data"
        self.socket_dir = socket_dir
        self._users_lock: int | None = users_lock

    def owner_url(self, database: str = DATABASE) -> str:
        """The address for migrations: as the superuser that owns everything."""
        return self._url(OWNER_ROLE, database)

    def app_url(self, database: str = DATABASE) -> str:
        """The address for the application: as a role without privileges of its own."""
        return self._url(APP_ROLE, database)

    def release(self) -> None:
        """This process no longer needs the server, which stops about two seconds after the last one says so."""
        if self._users_lock is not None:
            os.close(self._users_lock)
            self._users_lock = None

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{quote(database, safe='')}?host={quote(str(self.socket_dir))}&port={self.port}"


def start(home: Path, *, timeout: float = 60.0) -> EmbeddedServer:
    """Use the server of `home`, starting it if it does not run; blocks for up to `timeout` seconds.

    Any number of processes may do so at once and share one server. Raises Unavailable, with the end of the server's
    log, if it cannot be started. May be called with or without a running event loop, which it blocks.
    """
    home = home.expanduser().resolve()
    deadline = time.monotonic() + timeout
    try:
        place = find_place(home) or make_place(home)
        users_lock = os.open(place / supervisor.USERS, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            socket_dir = _running(place, users_lock) or _bring_up(home, place, users_lock, deadline)
        except BaseException:
            os.close(users_lock)
            raise
    except OSError as error:
        raise Unavailable(f"The embedded PostgreSQL cannot be started: {error}.", code="embedded_failed") from error
    return EmbeddedServer(place, socket_dir, users_lock)


def status(home: Path) -> Status:
    """Look without starting or creating anything. Raises Unavailable where we may not look."""
    try:
        place = find_place(home.expanduser().resolve())
        if place is None:
            return Status(False, None, None, None, None, None, False)
        socket_dir = socket_directory(place)
        pid = supervisor.listener(socket_dir) if socket_dir else None
        version = _ask(_greet(socket_dir, place, DATABASE, 5.0)) if socket_dir and pid else None
        running = version is not None
        if version is None and (place / "data" / "PG_VERSION").exists():
            version = (place / "data" / "PG_VERSION").read_text(encoding="ascii").strip()
        supervised = supervisor.is_locked(place / supervisor.SUPERVISOR)
    except OSError as error:
        raise Unavailable(f"The embedded PostgreSQL cannot be looked at: {error}.", code="embedded_failed") from error
    return Status(running, pid, version, place / "data", socket_dir, place / supervisor.LOG, supervised)


def wait_until_stopped(home: Path, *, timeout: float = 10.0) -> bool:
    """Wait for the server's last user to leave and for its last process to end; False if that does not happen in time.

    Whoever wants to remove or copy the home does so only after this said True.
    """
    place = find_place(home.expanduser().resolve())
    deadline = time.monotonic() + timeout
    while place and any(supervisor.is_locked(place / name) for name in (supervisor.SUPERVISOR, supervisor.SERVER)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _running(place: Path, users_lock: int) -> Path | None:
    """The socket's directory if all is well already, which needs no lock but the users' own."""
    socket_dir = socket_directory(place)
    if socket_dir is None or not _locked(users_lock, fcntl.LOCK_SH):
        return None
    supervised = supervisor.is_locked(place / supervisor.SUPERVISOR)
    return socket_dir if supervised and _ask(_greet(socket_dir, place, DATABASE, 5.0)) else None


def _bring_up(home: Path, place: Path, users_lock: int, deadline: float) -> Path:
    """One process at a time gets here; the others wait, and then find the server running."""
    with _starting(place, deadline):
        # As a user first: from then on no supervisor stops the server; one that is stopping it keeps us waiting.
        _wait_for(users_lock, fcntl.LOCK_SH, deadline, "The embedded PostgreSQL takes too long to stop.")
        make_place(home)  # again, should anything of it be missing
        summoned = 0
        log_from = (place / supervisor.LOG).stat().st_size
        while time.monotonic() < deadline:
            if not supervisor.is_locked(place / supervisor.SUPERVISOR):
                if summoned == 2:  # the first one may have met a server that was just being stopped by hand
                    raise _failed("The embedded PostgreSQL did not start.", place, log_from)
                _summon(place)
                summoned += 1
            socket_dir = socket_directory(place)
            left = deadline - time.monotonic()
            if socket_dir and left > 0 and _ask(_provide(socket_dir, place, left)):
                return socket_dir
            time.sleep(0.03)
    raise _failed("The embedded PostgreSQL does not answer.", place, log_from)


def _summon(place: Path) -> None:
    """Make ready what a server needs, and start its supervisor, which leaves us at once and outlives us."""
    account = server_account(place)
    programs = usable_programs(place, account)
    ensure_cluster(place, programs, account)
    job = supervisor.Job(
        place=str(place),
        postgres=str(programs.postgres),
        socket_dir=str(choose_socket_directory(place, account)),
        uid=account.uid,
        gid=account.gid,
        grace=GRACE,
    )
    command = [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(job._asdict())]
    log = os.open(place / supervisor.LOG, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        subprocess.run(  # noqa: S603 - our own program
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True, check=False
        )
    finally:
        os.close(log)


async def _greet(socket_dir: Path, place: Path, database: str, patience: float) -> str:
    """Connect and ask; the version of a server that answers and serves the data of this place."""
    connection = await _connect(socket_dir, database, patience)
    try:
        return await _identify(connection, place)
    finally:
        await connection.close(timeout=5)


async def _provide(socket_dir: Path, place: Path, patience: float) -> str:
    """Greet, and create the application's role and the database where they are missing."""
    connection = await _connect(socket_dir, "postgres", patience)
    try:
        version = await _identify(connection, place)
        if not await connection.fetchval("select exists (select from pg_roles where rolname = $1)", APP_ROLE):
            await connection.execute(f"create role {APP_ROLE} login nosuperuser nocreatedb nocreaterole noreplication")
        if not await connection.fetchval("select exists (select from pg_database where datname = $1)", DATABASE):
            await connection.execute(f"create database {DATABASE} owner {OWNER_ROLE}")
        return version
    finally:
        await connection.close(timeout=5)


async def _connect(socket_dir: Path, database: str, patience: float) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=str(socket_dir),
        port=supervisor.PORT,
        user=OWNER_ROLE,  # a superuser gets in even when every connection is taken
        password="",
        database=database,
        timeout=patience,
        command_timeout=patience,
    )


async def _identify(connection: asyncpg.Connection, place: Path) -> str:
    row = await connection.fetchrow(
        "select 1, current_setting('data_directory') as data, current_setting('server_version') as version"
    )
    if row is None or row["data"] != str(place / "data"):
        raise ConnectionError("The server that answers has other data.")
    return str(row["version"]).partition(" ")[0]


def _ask(question: Coroutine[Any, Any, str]) -> str | None:
    """The server's answer, or None. On a thread of its own, as this one may have an event loop already."""
    with ThreadPoolExecutor(1, thread_name_prefix="placet-embedded") as thread:
        try:
            return thread.submit(asyncio.run, question).result()
        except _NOT_ANSWERING:
            return None


@contextmanager
def _starting(place: Path, deadline: float) -> Iterator[None]:
    lock = os.open(place / supervisor.STARTING, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        _wait_for(lock, fcntl.LOCK_EX, deadline, "Another process takes too long to start the embedded PostgreSQL.")
        yield
    finally:
        os.close(lock)


def _wait_for(descriptor: int, kind: int, deadline: float, otherwise: str) -> None:
    while not _locked(descriptor, kind):
        if time.monotonic() > deadline:
            raise Unavailable(otherwise, code="embedded_failed")
        time.sleep(0.02)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _failed(sentence: str, place: Path, start: int) -> Unavailable:
    """The error that adds the end of what the log got since `start`, for a person who wonders why."""
    with (place / supervisor.LOG).open("rb") as log:
        end = log.seek(0, os.SEEK_END)
        log.seek(max(start if start <= end else 0, end - 2000))
        text = log.read().decode("utf-8", "replace").strip()
    said = f"The end of its log, {place / supervisor.LOG}: {text or 'nothing'}"
    return Unavailable(f"{sentence} {said}", code="embedded_failed")
