"""The parent of one embedded PostgreSQL server: starts it, restarts it after a crash, stops it when nobody uses it.

It runs as a program of its own (`python -I -S supervisor.py JOB`) and in a process session of its own, so that neither
Ctrl-C nor the death of the process that summoned it reaches the server. It imports the standard library only, all of it
at the top: once it has become the server's unprivileged user, the Python it runs on may be out of its reach. It never
touches data.

What is alive is told by locks (`flock`), which the kernel drops with their process however that dies, and never by
process numbers:

- `users.lock`       shared, by every process that uses the server; exclusive, by a supervisor that is stopping it
- `supervisor.lock`  by the supervisor
- `server.lock`      inherited by the server and all its children, so it is free only when the very last of them is gone
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple, NoReturn

PORT = 5432  # only a part of the socket's name: nothing listens on TCP
USERS, SUPERVISOR, SERVER, STARTING = "users.lock", "supervisor.lock", "server.lock", "start.lock"
LOG = "postgres.log"
LOG_BYTES = 10_000_000  # the log is turned over once at this size, so two files of it are kept at most
POLL = 0.5
STOP_PATIENCE = 60.0
LONGEST_PAUSE = 5.0

# Given on the command line, so that neither postgresql.conf nor ALTER SYSTEM can overrule them.
UNALTERABLE = {"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Job(NamedTuple):
    """What to supervise: paths, the server's user by its numbers, and the seconds of grace after the last user."""

    place: str
    postgres: str
    socket_dir: str
    uid: int
    gid: int
    grace: float

    def path(self, name: str) -> Path:
        """A file or directory of the place."""
        return Path(self.place, name)

    @property
    def pid_file(self) -> Path:
        """Where the server notes its process number; a crash leaves it behind."""
        return self.path("data") / "postmaster.pid"


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Lock an existing file without waiting; the descriptor that holds the lock, or None if another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_locked(path: Path) -> bool:
    """Whether some process holds this lock exclusively."""
    descriptor = try_lock(path, shared=True)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def listener(socket_dir: str | Path) -> int | None:
    """The process number of the server that listens in this directory, as the kernel tells it; None if nobody does."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1.0)
        try:
            client.connect(os.path.join(socket_dir, f".s.PGSQL.{PORT}"))
            if hasattr(socket, "SO_PEERCRED"):
                credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
                return struct.unpack("3i", credentials)[0] or None  # 0: a process of another container
            if sys.platform == "darwin":
                return client.getsockopt(0, 2) or None  # SOL_LOCAL, LOCAL_PEERPID
        except OSError:
            return None
    return None


def noted_pid(pid_file: Path) -> int | None:
    """The process number a `postmaster.pid` names (of a single-user server it is negative there); None for none."""
    try:
        with pid_file.open("rb") as file:
            number = abs(int(file.readline(32)))
    except (FileNotFoundError, ValueError):
        return None
    return number or None


def main(job: Job) -> int:
    """Take the supervisor's lock, leave the summoning process, and supervise; 3 if another supervisor was first."""
    os.umask(0o077)
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # It leaves when the last user does; a signal to everybody (a shutdown) must not take the server away from users
        # who are finishing their work. A handler, because an ignored signal would stay ignored in the server.
        signal.signal(number, lambda *_: None)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(job.gid)
        os.setuid(job.uid)
    deadline = time.monotonic() + 2
    while (own := try_lock(job.path(SUPERVISOR))) is None:  # a process that only looks holds it for an instant
        if time.monotonic() > deadline:
            return 3
        time.sleep(0.01)
    if os.fork():
        os._exit(0)  # the lock lives on in the child, which the summoning process need not reap
    try:
        _supervise(job, own)
    except Exception as error:
        _say(f"the supervisor failed: {type(error).__name__}: {error}")
        return 1
    finally:
        os.close(own)
    return 0


def _supervise(job: Job, own: int) -> None:
    crashes: deque[float] = deque(maxlen=10)
    while True:
        lock = _wait_for_server_lock(job)
        child = None if lock is None else _launch(job, lock)
        if not _attend(job, own, child):
            return
        # A server that crashes again and again is started ever more slowly, but as long as it has users it is.
        recent = sum(time.monotonic() - crash < 60 for crash in crashes)
        pause = min(LONGEST_PAUSE, 0.1 * 2**recent)
        crashes.append(time.monotonic())
        _say(f"the server died; it is started again in {pause:.1f} s")
        time.sleep(pause)


def _wait_for_server_lock(job: Job) -> int | None:
    """The lock to start a server with, or None if one of ours listens already (its supervisor was killed: adopt it).

    After a crash this waits for the server's last child: a new server refuses to start while children of the old live.
    """
    deadline = time.monotonic() + STOP_PATIENCE
    while (lock := try_lock(job.path(SERVER))) is None:
        if listener(job.socket_dir) is not None:
            return None
        if time.monotonic() > deadline:
            raise TimeoutError("processes of an earlier server are still there and do not answer")
        time.sleep(0.05)
    return lock


def _launch(job: Job, lock: int) -> subprocess.Popen[bytes]:
    """Start the server with the lock in its hands; what a dead server left behind is in nobody's way any more."""
    for leftover in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        Path(job.socket_dir, leftover).unlink(missing_ok=True)
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    stale = noted_pid(job.pid_file)
    if stale is None:
        # Empty or garbled, PostgreSQL would refuse to start. It names nobody, and nobody runs, as we hold the lock.
        job.pid_file.unlink(missing_ok=True)
    else:
        # The number may since belong to a zombie or to a stranger, and PostgreSQL would take that for a running server.
        # Told that it is its own grandparent's, PostgreSQL passes over it, but still refuses if the shared memory noted
        # in the same file is in use. So a server that somebody started by hand on this data stays safe.
        environment["PG_GRANDPARENT_PID"] = str(stale)
    command = [job.postgres, "-D", str(job.path("data")), "-k", job.socket_dir, "-p", str(PORT)]
    for name, value in UNALTERABLE.items():
        command += ["-c", f"{name}={value}"]
    try:
        return subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, cwd="/", env=environment, pass_fds=[lock]
        )
    finally:
        os.close(lock)


def _attend(job: Job, own: int, child: subprocess.Popen[bytes] | None) -> bool:
    """Watch the server until it is gone; True if it crashed and is to be started again."""
    try:
        if _stopped(job, own, child):
            return False
    except FileNotFoundError:
        # Somebody removed the data. Left to itself the server would notice within a minute, and then remove the socket
        # of the new server that may stand there by now. Killed it removes nothing.
        if child is not None:
            child.kill()
            child.wait()
        return False
    if child is not None:
        return child.wait() < 0  # one that ended by itself, by order or because it cannot run, would do so again
    return job.pid_file.exists()


def _stopped(job: Job, own: int, child: subprocess.Popen[bytes] | None) -> bool:
    """True once the last user has left and the server was stopped, False once it is gone by itself."""
    alone_since: float | None = None
    while is_locked(job.path(SERVER)):
        users = try_lock(job.path(USERS))
        if users is None:
            alone_since = None
        else:
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since >= job.grace:
                _stop(job, child)
                return True  # the users' lock stays taken to our end: who comes now waits for the next server
            os.close(users)
        if child is not None:
            child.poll()
        _turn_log_over(job)
        time.sleep(POLL)
        if not os.path.samestat(os.fstat(own), job.path(SUPERVISOR).stat()):
            raise FileNotFoundError("the place was removed and made anew")
    return False


def _stop(job: Job, child: subprocess.Popen[bytes] | None) -> None:
    for order in (signal.SIGINT, signal.SIGQUIT):  # fast shutdown; if that hangs, leave it to crash recovery
        if child is not None:
            child.send_signal(order)  # does nothing once the child has ended, so the number cannot be a stranger's
        elif (pid := listener(job.socket_dir)) is not None:
            os.kill(pid, order)
        deadline = time.monotonic() + STOP_PATIENCE
        while time.monotonic() < deadline:
            if child is not None:
                child.poll()
            if not is_locked(job.path(SERVER)):
                return
            time.sleep(0.02)
    _say("the server does not stop")


def _turn_log_over(job: Job) -> None:
    """Copy and truncate: the server appends to its standard error, so it goes on at the new end."""
    if os.fstat(2).st_size < LOG_BYTES:
        return
    with job.path(LOG).open("rb") as log, job.path(f"{LOG}.1").open("wb") as old:
        while piece := log.read(1 << 20):
            old.write(piece)
    os.ftruncate(2, 0)


def _say(sentence: str) -> None:
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime())} Placet: {sentence}", file=sys.stderr, flush=True)


def run() -> NoReturn:
    """What the file does as a program."""
    sys.exit(main(Job(**json.loads(sys.argv[1]))))


if __name__ == "__main__":
    run()
