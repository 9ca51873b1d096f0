"""The entry point: assembles the commands and turns whatever goes wrong into one line on stderr and an exit code.

0: done. 1: refused, not found, failed. 2: called wrongly. 3: the database or the server cannot be reached.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from placet.cli import (
    audit,
    customers,
    deciding,
    demo,
    doctor,
    evaluating,
    notes,
    people,
    serving,
    showing,
    standing,
    tokens,
    triggers,
)
from placet.cli.output import plain
from placet.errors import PlacetError, Unavailable

FAILED, MISUSED, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="placet",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: it comes at once, and reads the same in a pipe
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings are environment variables (or a .env file); docs/reference/settings.md lists them.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from placet._version import __version__

        print(f"placet {__version__}")
        raise typer.Exit


@app.callback()
def placet(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Placet: AI agents propose changes to customers' records, a person decides on each one."""


for group in (demo, serving, doctor, notes, evaluating, deciding, showing):
    group.register(app)
app.add_typer(people.users, name="users")
app.add_typer(tokens.tokens, name="tokens")
app.add_typer(customers.customers, name="customers")
app.add_typer(standing.teams, name="teams")
app.add_typer(standing.delegations, name="delegations")
app.add_typer(audit.audit, name="audit")
app.add_typer(triggers.triggers, name="triggers")
app.add_typer(triggers.deliveries, name="deliveries")


def main() -> None:
    """Run a command and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command; its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = app(arguments, prog_name="placet", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _explain(error, "--json" in arguments)
    return code if isinstance(code, int) else 0


def _explain(error: Exception, in_json: bool) -> int:
    """Say what went wrong; the exit code."""
    if isinstance(error, typer.TyperException):
        return _misused(error)
    if isinstance(error, BrokenPipeError):  # whoever read our output has left; so do we
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if not isinstance(error, PlacetError):
        error = _fault(error)
    _print_error(error, in_json)
    return UNREACHABLE if isinstance(error, Unavailable) else FAILED


def _misused(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "placet"
    message = error.format_message().replace("Value error, ", "")
    if message.startswith("Usage:"):  # the help, for a command that was called without anything
        print(message, file=sys.stderr)
    else:
        print(f"placet: {plain(message)}\n{command} --help explains.", file=sys.stderr)
    return MISUSED


def _print_error(error: PlacetError, in_json: bool) -> None:
    if not in_json:
        print(f"placet: {plain(error.sentence)}", file=sys.stderr)
        return
    import msgspec

    problem: dict[str, Any] = {
        "type": f"urn:placet:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.sentence,
        "code": error.code,
        "error": error.sentence,
        **error.members,
    }
    print(msgspec.json.encode(problem, enc_hook=str).decode(), file=sys.stderr)


def _fault(error: Exception) -> PlacetError:
    """A fault nobody foresaw, in one line with its place, so that it can be reported."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(__file__).parents[1]
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    place = f" ({Path(ours[-1].filename).name}:{ours[-1].lineno})" if ours else ""
    said = " ".join(str(error).split())[:300]
    return PlacetError(f"{type(error).__name__}: {said}{place}", code="unexpected")
