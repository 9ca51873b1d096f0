"""`placet demo`: a PostgreSQL, invented customers and notes, and the web pages to decide in, with nothing to set up."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.output import count, print_table, progress, say, tell

if TYPE_CHECKING:
    from pathlib import Path

    from placet.db.embedded import EmbeddedServer
    from placet.demo.loading import Summary
    from placet.settings import Settings

HOST = "127.0.0.1"  # its passwords are public


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(
    port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="The port to serve at; 8420, or the next that is free, unless given."
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the pages in a browser.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what was decided and load the demo afresh.")] = False,
) -> None:
    """Try Placet with invented customers and notes.

    Prints the address and how to sign in. The data lies in the embedded PostgreSQL under PLACET_HOME and is used again the
    next time. Other commands reach it as long as they have the same PLACET_HOME and no PLACET_DATABASE_URL.
    """
    from placet import settings as configuration
    from placet.cli.listening import end_on_sigterm, listen, serve
    from placet.db import embedded
    from placet.demo.loading import schema_file

    end_on_sigterm()
    if configuration.load().database_url is not None:
        tell("placet: the demo has a PostgreSQL of its own; PLACET_DATABASE_URL is not used.")
    settings = configuration.load({**os.environ, "PLACET_DATABASE_URL": ""})
    sock = listen(HOST, settings.port if port is None else port, or_next=port is None)
    chosen = sock.getsockname()[1]
    if port is None and chosen != settings.port:
        say(f"Port {settings.port} is taken, so it is {chosen} this time.")
    # The server reads its settings from the environment; an empty one also wins over a .env file.
    os.environ |= {
        "PLACET_DATABASE_URL": "",
        "PLACET_MIGRATION_URL": "",
        "PLACET_PUBLIC_URL": "",
        "PLACET_HOST": HOST,
        "PLACET_PORT": str(chosen),
        "PLACET_PROFILE_SCHEMA": str(schema_file()),
        "PLACET_HOME": str(settings.home),
        "PLACET_DEV": "yes",
        "PLACET_LOOPBACK_CALLS": "yes",  # so that a webhook can be tried with a receiver on this machine
    }
    with sock:
        with _step("Starting PostgreSQL"):
            server = embedded.start(settings.home)
        try:
            _keep_a_secret_key(settings.home)
            _say_what_there_is(_load(settings, server, reset))
            address = f"http://{HOST}:{chosen}"
            _say_how_to_sign_in(address)
            if not no_browser and _has_display():
                threading.Thread(target=_open_browser, args=(address,), daemon=True).start()
            serve(sock)
        finally:
            server.release()


def _keep_a_secret_key(home: Path) -> None:
    """A key of the demo's own, so that webhooks can be tried; the demo and other commands find it under the same home."""
    import secrets

    from placet.settings import SECRET_KEY_FILE

    with suppress(FileExistsError), open(home / SECRET_KEY_FILE, "x", opener=_for_me_only) as file:
        file.write(secrets.token_urlsafe(32) + "\n")


def _for_me_only(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _load(settings: Settings, server: EmbeddedServer, reset: bool) -> Summary | None:
    import asyncio

    from placet import settings as configuration
    from placet.audit import keys
    from placet.demo.home import prepare

    started = time.monotonic()
    with progress("Loading the demo", 100) as bar:
        key = configuration.load().secret_key
        found = asyncio.run(
            prepare(server, reset=reset, told=say, progress=lambda done, of: bar(done * 100 // of), secret_key=key)
        )
    if found is not None:
        keys.checkpoints_file(settings).unlink(missing_ok=True)  # of the trail that was there before
        say(f"Loading the demo … {time.monotonic() - started:.1f} s")
    return found


def _say_what_there_is(loaded: Summary | None) -> None:
    if loaded is None:
        say("The demo is as you left it (--reset starts afresh).")
    else:
        parts = [
            count(loaded.customers, "customer"),
            count(loaded.notes, "note"),
            count(loaded.decided, "decision made", "decisions made"),
        ]
        say(f"{', '.join(parts)}, {count(loaded.pending, 'proposal waits', 'proposals wait')}.")


def _say_how_to_sign_in(address: str) -> None:
    from placet.demo.loading import DEMO_PASSWORD, people

    say(f"\nServing at {address}. Ctrl-C stops.\n\nSign in as")
    rows = [(person["name"], person["email"], person["role"], DEMO_PASSWORD) for person in people()]
    print_table(("name", "e-mail", "role", "password"), rows, keep=("e-mail", "password"))
    first = people()[0]
    say(f"\nA token for {first['name']}, for the API and the command line: placet tokens create --user {first['id']}\n")


@contextmanager
def _step(label: str) -> Iterator[None]:
    started = time.monotonic()
    sys.stdout.write(f"{label} … ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    say(f"{time.monotonic() - started:.1f} s")


def _has_display() -> bool:
    """Whether a browser would open a window here and not in the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_browser(address: str) -> None:
    """Open the pages once they answer."""
    import webbrowser

    for _ in range(100):
        if _answers(address):
            webbrowser.open(address)
            return
        time.sleep(0.1)


def _answers(address: str) -> bool:
    import httpx

    try:
        return httpx.get(f"{address}/readyz", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False
