"""The trail's proof from the command line: `placet audit`."""

from __future__ import annotations

from typing import Annotated

import typer

from placet.cli.given import AsJson
from placet.cli.output import print_json, say

audit = typer.Typer(no_args_is_help=True, help="Check and prove the trail.")


@audit.command("key")
def show_key(
    new: Annotated[
        bool, typer.Option("--new", help="Make a key and print it, for PLACET_TRAIL_KEY. It is kept nowhere.")
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --new, the trail's name; else the host of PLACET_PUBLIC_URL, /trail."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the public keys whose checkpoints are believed here, or make a key.

    Hand the public key to whoever shall check the trail, and keep it where nobody who can reach the database can reach it.
    """
    from placet import settings as configuration
    from placet.audit import keys
    from placet.errors import NotFound

    settings = configuration.load()
    if new:
        made = keys.new_key(settings, name)
        print_json({"key": made.text, "publicKey": made.public.text}) if as_json else say(made.text)
        return
    believed = [key.text for key in keys.believed(settings)]
    if not believed:
        raise NotFound("There is no key here: PLACET_TRAIL_KEY is missing.", code="no_trail_key")
    if as_json:
        print_json({"publicKeys": believed})
    else:
        for key in believed:
            say(key)
