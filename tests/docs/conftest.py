"""A live demo for the pages' examples: what `make demo` starts, on a free port, with files of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

STAND_INS = Path(__file__).parent / "stand_ins"


@pytest.fixture(scope="session")
def plain():
    """The environment in which commands run: ours, with this Python's programs first and no settings of Placet."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    if not shutil.which("curl"):
        environment["PATH"] += os.pathsep + str(STAND_INS)
    return environment


@pytest.fixture(scope="session")
def demo(plain, tmp_path_factory):
    """The environment in which the documentation's commands run, with the demo up at PLACET_URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("demo")
    environment = dict(plain)
    environment["PLACET_HOME"] = str(folder / "home")
    environment["PLACET_URL"] = f"http://127.0.0.1:{port}"
    log = folder / "demo.log"
    with log.open("wb") as out:
        command = [str(Path(sys.executable).parent / "placet"), "demo", "--no-browser", "--port", str(port)]
        server = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        wait_until_ready(server, environment["PLACET_URL"], log)
        yield environment
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


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
