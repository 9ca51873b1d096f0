"""Running Placet: `placet serve`, `placet worker`, `placet migrate`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.given import AsJson
from placet.cli.output import count, print_json, say, tell

if TYPE_CHECKING:
    import socket

    from placet.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("serve", epilog="Example: placet serve --host 0.0.0.0 --workers 4")(serve)
    app.command("worker")(worker)
    app.command("migrate")(migrate)


def serve(
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where to listen; PLACET_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="The port to listen on, 0 for any; PLACET_PORT, else 8420."
        ),
    ] = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Server processes.")] = 1,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Leave the background work to `placet worker`.")
    ] = False,
) -> None:
    """Serve the web pages and the API.

    The background work is done beside them, unless told otherwise. The embedded database is brought up to date first; a
    named one is by `placet migrate`, and /readyz says until then what is missing. SIGTERM lets requests in flight finish.
    """
    import asyncio

    from placet import settings as configuration
    from placet.audit import keys
    from placet.cli.listening import end_on_sigterm, listen
    from placet.cli.listening import serve as run_server
    from placet.db.connect import urls
    from placet.runtime import Runtime

    end_on_sigterm()
    if host is not None:
        os.environ["PLACET_HOST"] = host  # server processes read their settings from the environment
    if no_worker:
        os.environ["PLACET_WORKER"] = "no"
    settings = configuration.load()
    Runtime(settings)  # a profile schema that cannot be read is told here, not by each process
    keys.believed(settings)  # and so is a key of the trail
    sock = listen(settings.host, settings.port if port is None else port)
    os.environ["PLACET_PORT"] = str(sock.getsockname()[1])
    settings = configuration.load()
    with sock, urls(settings):
        if settings.database_url is None:
            asyncio.run(_prepare(settings))
        _announce(settings, sock, workers)
        run_server(sock, workers=workers)


def worker() -> None:
    """Do the background work and serve nothing.

    For servers that run with --no-worker. SIGTERM lets the calls under way end, for 10 seconds at most.

    That is: make the deliveries that are due; seal the trail, each second in which something happened; and once a minute end
    what is past its time, and sweep out answers kept for retries (after a day), ended sign-ins and links.
    """
    import asyncio

    from placet import settings as configuration
    from placet.cli.database import reach
    from placet.cli.listening import end_on_sigterm, until_sigterm
    from placet.logs import configure
    from placet.worker import working

    end_on_sigterm()  # until there is a loop
    configure()

    async def forever() -> None:
        async with reach(configuration.load()) as runtime:
            say("Working. Ctrl-C stops.")
            async with working(runtime):
                await asyncio.Event().wait()

    asyncio.run(until_sigterm(forever()))


def migrate(as_json: AsJson = False) -> None:
    """Bring the database's schema up to date.

    As the owner of the tables (PLACET_MIGRATION_URL). Any number of processes may run it at once: one works, the others wait.
    """
    import asyncio

    from placet import settings as configuration
    from placet.cli.database import bring_up_to_date
    from placet.db.connect import urls
    from placet.db.migrate import newest_revision

    settings = configuration.load()
    with urls(settings) as (owner_url, app_url):
        ran = asyncio.run(bring_up_to_date(owner_url, app_url))
    if as_json:
        print_json({"revision": newest_revision(), "ran": ran})
    elif ran:
        say(f"Ran {count(len(ran), 'migration')}: {', '.join(ran)}. The schema is at {newest_revision()}.")
    else:
        say(f"The schema is at {newest_revision()} already.")


async def _prepare(settings: Settings) -> None:
    """Bring the embedded database up to date, and keep the demo's, whose passwords anybody can read, off the network."""
    from placet.cli.database import reach
    from placet.demo.loading import is_loaded
    from placet.errors import Conflict

    async with reach(settings) as runtime, runtime.reading() as connection:
        if not await is_loaded(connection):
            return
    if settings.host not in LOOPBACK:
        raise Conflict(
            "This is the demo's database, whose passwords are public, so it is served on 127.0.0.1 only. "
            "Another PLACET_HOME starts afresh.",
            code="demo_on_network",
        )
    tell("placet: this is the demo's database, whose passwords are public. Another PLACET_HOME starts afresh.")


def _announce(settings: Settings, sock: socket.socket, workers: int) -> None:
    host, port = sock.getsockname()[:2]
    listening = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    processes = f" by {workers} processes" if workers > 1 else ""
    public = f", as {settings.public_url}" if settings.public_url else ""
    say(f"Serving at {listening}{public}{processes}. Ctrl-C stops.")
