"""A live demo for the pages' examples: what `make demo` starts, on a free port, with files of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from scratch import scratch

STAND_INS = Path(__file__).parent / "stand_ins"


def environment():
    """Our environment, with this Python's programs first and no settings of Placet."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
    found["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), found["PATH"]])
    if not shutil.which("curl"):
        found["PATH"] += os.pathsep + str(STAND_INS)
    return found


@contextmanager
def open_folder():
    """A directory with a short path that PostgreSQL's user can pass through; nothing of it is left behind.

    pytest's own are closed to other users, so that an embedded PostgreSQL would have to live elsewhere.
    """
    with tempfile.TemporaryDirectory(prefix="placet-docs-", dir=scratch(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        try:
            yield folder
        finally:
            wait_until_stopped(folder)


@pytest.fixture
def folder():
    """Where a page's commands run."""
    with open_folder() as found:
        yield found


@pytest.fixture
def plain(folder):
    """The environment for commands that need no server: an embedded PostgreSQL of their own, if they ask for one."""
    return environment() | {"PLACET_HOME": str(folder / "home")}


@pytest.fixture(scope="session")
def demo():
    """The environment in which the documentation's commands run, with the demo up at PLACET_URL."""
    with open_folder() as folder:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url, log = f"http://127.0.0.1:{port}", folder / "demo.log"
        found = environment() | {"PLACET_HOME": str(folder / "home"), "PLACET_URL": url}
        with log.open("wb") as out:
            command = [str(Path(sys.executable).parent / "placet"), "demo", "--no-browser", "--port", str(port)]
            server = subprocess.Popen(command, env=found, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            wait_until_ready(server, url, log)
            yield found
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_until_stopped(folder, seconds=20):
    """Return when every embedded PostgreSQL in there, which stops a moment after its last user, has stopped."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(folder.glob("**/postmaster.pid")):
        time.sleep(0.1)


def wait_until_ready(server, url, log, seconds=120):
    """Return when the server answers `/readyz` with 200; fail with its log when it ends or takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"placet demo did not get ready:\n{log.read_text(errors='replace')}")
