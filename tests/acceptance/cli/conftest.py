"""`placet` as a person runs it, with settings of its own: each command at least once as a process, and where a test needs
many of them, by the same entry point within this one, which is quicker.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest

from placet.cli.main import run

PLACET = shutil.which("placet", path=str(Path(sys.executable).parent)) or "placet"
# A test run in the background ignores Ctrl-C, and what it starts would inherit that.
HEARS_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


class Done:
    """What a command said and how it ended."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.out, self.err = code, out.decode(), err.decode()

    @property
    def json(self) -> Any:
        assert self.code == 0, f"exit {self.code}: {self.err}"
        return json.loads(self.out)

    def ok(self) -> str:
        assert self.code == 0, f"exit {self.code}: {self.err}"
        return self.out

    def refused(self, sentence: str, code: int = 1) -> None:
        """It ended with that code and one line on stderr that says so."""
        assert (self.code, self.out) == (code, ""), self.out + self.err
        assert sentence in self.err, self.err
        assert "Traceback" not in self.err


class Placet:
    """Runs commands in a folder, against the settings it was made with. `program` is what a process of its own runs."""

    program: tuple[str, ...] = (PLACET,)

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
        self.environment = plain | {"PLACET_HOME": str(folder / "home")} | settings

    def __call__(self, *arguments: str, stdin: bytes = b"", **settings: str) -> Done:
        """Run a command in this process, on a thread of its own, as the test may have an event loop."""
        out, err, asked = (io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="") for data in (b"", b"", stdin))
        with (
            mock.patch.dict(os.environ, self.environment | settings, clear=True),
            mock.patch.multiple(sys, stdin=asked, stdout=out, stderr=err),
            contextlib.chdir(self.folder),
            ThreadPoolExecutor(1) as thread,
        ):
            code = thread.submit(run, arguments).result(60)
        for stream in (out, err):
            stream.flush()
        return Done(code, out.buffer.getvalue(), err.buffer.getvalue())  # type: ignore[attr-defined]

    def process(self, *arguments: str, stdin: bytes = b"", **settings: str) -> Done:
        """Run a command in a process of its own."""
        done = subprocess.run(
            [*self.program, *arguments],
            cwd=self.folder, env=self.environment | settings, input=stdin, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def running(self, *arguments: str, until: str, **settings: str) -> Iterator[Running]:
        """A command that goes on, from when it printed `until` on; it is ended afterwards if it did not end itself."""
        process = subprocess.Popen(
            [sys.executable, "-c", HEARS_CTRL_C, *self.program, *arguments],
            cwd=self.folder, env=self.environment | settings, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        found = Running(process)
        try:
            found.wait_for(until)
            yield found
        finally:
            found.end()


class Running:
    """A command that goes on."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.printed = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line.decode()

    def wait_for(self, text: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text not in self.printed:
            assert time.monotonic() < end, f"{text!r} did not come: {self.printed}"
            if self.process.poll() is not None:
                self._reader.join(5)  # what it said last may not have been read yet
                assert text in self.printed, f"ended with {self.process.poll()}: {self.printed}"
            time.sleep(0.02)

    def terminate(self) -> tuple[int, float]:
        """Send SIGTERM; the exit code, and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30), time.monotonic() - started

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(20)
        assert not self._reader.is_alive(), "a process that it started outlives it"  # and closing would wait for ever
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def placet(server: Any, database: str, tmp_path: Path) -> Placet:
    """Commands against the module's database, which is named in the settings and up to date."""
    return Placet(
        tmp_path, PLACET_DATABASE_URL=server.app_url(database), PLACET_MIGRATION_URL=server.owner_url(database)
    )


class Serving:
    """A server that runs."""

    def __init__(self, placet: Placet, running: Running, url: str) -> None:
        self.placet, self.running, self.url = placet, running, url


@pytest.fixture(scope="module")
async def serving(server: Any, database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    placet = Placet(tmp_path_factory.mktemp("serving"), PLACET_DATABASE_URL=server.app_url(database))
    with placet.running("serve", "--port", "0", until="Serving at") as running:
        found = re.search(r"Serving at (http://127\.0\.0\.1:\d+)\. Ctrl-C stops\.", running.printed)
        assert found is not None
        wait_until_ready(found[1])
        yield Serving(placet, running, found[1])


def wait_until_ready(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < end
        time.sleep(0.05)
