"""Find or fetch a Chromium that really starts, for the browser tests.

In turn: the one named by PLACET_TEST_CHROMIUM, those on PATH, Playwright's own, Debian's package, Playwright's
download. Each is started once without a window; only one that renders a page counts. With --stamp FILE its path is
written there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

# The first is made to be without a window: a browser's own one costs a test more than the page in it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGES = NAMES[:2]  # Ubuntu has the second only
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PAGE = "data:text/html,<title>placet</title><p>it pleases</p>"


def say(sentence: str) -> None:
    """Tell the person at the terminal what happens."""
    print(f"placet: {sentence}", flush=True)


def starts(path: str) -> bool:
    """Whether this Chromium renders a page without a window within a minute."""
    with tempfile.TemporaryDirectory(prefix="placet-chromium-", ignore_cleanup_errors=True) as profile:
        command = [
            path,
            "--headless",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={profile}",
            "--dump-dom",
            PAGE,
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium's sandbox refuses to run as root
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            say(f"{path} does not start: {error}")
            return False
    if done.returncode == 0 and "it pleases" in done.stdout:
        return True
    said = done.stderr.strip().splitlines()
    say(f"{path} does not start (exit code {done.returncode}): {said[-1] if said else 'it said nothing'}")
    return False


def installed() -> Iterator[str]:
    """Paths of browsers that are already here, the likeliest first."""
    if named := os.environ.get("PLACET_TEST_CHROMIUM"):
        yield named
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    yield from (path for path in APPLICATIONS if Path(path).exists())
    yield from playwrights()


def playwrights() -> Iterator[str]:
    """The Chromium that Playwright downloaded earlier, if it did."""
    code = (
        "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path, end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode == 0 and Path(done.stdout).exists():
        yield done.stdout


def from_debian() -> Iterator[str]:
    """Install Debian's or Ubuntu's package, where that is possible without asking for a password."""
    if not shutil.which("apt-get"):
        return
    prefix: list[str] = []
    if os.geteuid() != 0:
        if (
            not shutil.which("sudo")
            or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
        ):
            return
        prefix = ["sudo", "-n"]
    say("no browser here that starts, installing Debian's package of one")
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    _run([*apt_get, "update"])  # a list that is a little old will do as well
    for package in PACKAGES:
        if _run([*apt_get, "install", "--yes", "--no-install-recommends", package]) and (path := shutil.which(package)):
            yield path


def _run(command: list[str]) -> bool:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        say(f"{' '.join(command[-2:])} failed: {said[-1] if said else f'exit code {done.returncode}'}")
    return done.returncode == 0


def from_playwright() -> Iterator[str]:
    """Let Playwright download its own build."""
    say("no browser here that starts, downloading Playwright's chromium")
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode == 0:
        yield from playwrights()


def find() -> str | None:
    """The path of a Chromium that starts, fetched if need be; None if nothing worked."""
    sources: tuple[Callable[[], Iterator[str]], ...] = (installed, from_debian, from_playwright)
    return next((path for source in sources for path in source() if starts(path)), None)


def main() -> int:
    """Exit 0 and print the path, or exit 1 and say what to do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stamp", type=Path, help="write the path of the browser into this file")
    arguments = parser.parse_args()
    path = find()
    if path is None:
        say("no Chromium starts here, and the browser tests need one. Install chromium or Google Chrome,")
        say("or name one: PLACET_TEST_CHROMIUM=/path/to/chromium make test")
        say("To run everything else meanwhile: make check, or .venv/bin/python -m pytest tests/unit tests/integration")
        return 1
    if arguments.stamp:
        arguments.stamp.write_text(path + "\n", encoding="utf-8")
    say(f"browser tests use {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
