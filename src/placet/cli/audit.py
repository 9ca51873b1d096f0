"""The trail's proof from the command line: `placet audit`.

Exit codes of their own: 0 sound, 1 tampered, 2 called wrongly, 3 could not check. Whatever goes wrong on the way is 3: that
something broke says nothing about the trail.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, text_of
from placet.cli.output import count, print_json, progress, say, tell
from placet.errors import PlacetError, Unavailable

if TYPE_CHECKING:
    from placet.audit.checkpoint import PublicKey
    from placet.audit.findings import Report
    from placet.audit.proof_file import ProofFile
    from placet.runtime import Runtime
    from placet.settings import Settings

TAMPERED = 1
audit = typer.Typer(no_args_is_help=True, help="Check and prove the trail.")
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="KEY", help="A public key to believe; again for more.", show_default=False),
]


@contextmanager
def _or_unchecked() -> Iterator[None]:
    """Whatever goes wrong in here ends with 3."""
    try:
        yield
    except (Unavailable, typer.TyperException, typer.Exit):
        raise
    except PlacetError as error:
        raise Unavailable(f"Not checked. {error.sentence}", code=error.code, **error.members) from error
    except BrokenPipeError:
        raise
    except Exception as error:
        raise Unavailable(f"Not checked. {type(error).__name__}: {error}", code="not_checked") from error


@audit.command("verify", epilog="Example: placet audit verify --against /mnt/elsewhere/checkpoints")
def verify_trail(
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Checkpoints kept outside the database; again for more.", show_default=False),
    ] = None,
    key: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Check every event, every checkpoint, and that the record is what its events add up to.

    Exits with 0 if all is sound, 1 if anything was tampered with (each finding is named), 3 if it could not be checked. The file
    that this installation adds its checkpoints to is held against the trail too. Without any checkpoint from outside, somebody
    who has both the database and the signing key could have rewritten everything.
    """
    from placet.cli.database import run

    with _or_unchecked():
        report, files = run(lambda runtime: _verify(runtime, against or [], key))
    print_json(report) if as_json else _tell(report, files)
    if not report.sound:
        raise typer.Exit(TAMPERED)


async def _verify(runtime: Runtime, against: list[str], given: list[str] | None) -> tuple[Report, list[str]]:
    from placet.audit import keys
    from placet.audit.verify import size_of, verify

    own = keys.checkpoints_file(runtime.settings)
    files = [*([str(own)] if own.exists() else []), *against]
    outside = {name: text_of(name) for name in files}
    async with (
        runtime.reading() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        done = 0
        with progress("Checking", await size_of(connection)) as told:

            def step(more: int) -> None:
                nonlocal done
                done += more
                if done % 100 == 0:
                    told(done)

            believed = _believed(runtime.settings, given)
            report = await verify(connection, believed, runtime.schema, outside=outside, step=step)
    return report, files


def _believed(settings: Settings, given: list[str] | None) -> list[PublicKey]:
    from placet.audit import keys
    from placet.audit.checkpoint import read_public_key

    return [read_public_key(text) for text in given] if given else keys.believed(settings)


def _tell(report: Report, files: list[str]) -> None:
    for fault in report.faults:
        say(fault.sentence)
    if report.fault_count > len(report.faults):
        say(f"And {report.fault_count - len(report.faults):,} more.")
    checked = f"{count(report.sealed, 'sealed event')} under {count(report.checkpoints, 'checkpoint')}"
    if report.sound:
        say(f"Sound: {checked}, {count(report.artifacts, 'artifact')} and their profiles as the events have them.")
    else:
        say(f"Tampered with: {count(report.fault_count, 'finding')} in {checked}.")
    if report.at is not None:
        say(f"Newest checkpoint: {report.at:%Y-%m-%d %H:%M:%S} UTC, root {report.root}, signed by {report.signed_by}.")
    if report.unsealed:
        say(f"{count(report.unsealed, 'newer event')} not sealed yet.")
    if files:
        say(f"Held against {count(report.outside, 'checkpoint')} in {', '.join(files)}.")
    else:
        tell("No checkpoint from outside the database was held against it (--against FILE).")


@audit.command("proof", epilog="Example: placet audit proof 88232 > proof.json")
def prove(
    event: Annotated[
        str, typer.Argument(metavar="EVENT_ID", help="The event's id, or its number.", show_default=False)
    ],
) -> None:
    """Print the proof of one event, to be checked by anybody with `placet audit check`."""
    from placet.cli.database import OPERATOR, run

    async def work(runtime: Runtime) -> ProofFile:
        from placet.audit import keys, proof

        async with runtime.reading() as connection:
            found = await proof.of_event(connection, keys.believed(runtime.settings), OPERATOR, event)
        return found.file()

    with _or_unchecked():
        print_json(run(work))


@audit.command("check", epilog="Example: placet audit check proof.json --key placet.example/trail+7b1f0c2d+AR...")
def check_proof(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A proof; - for stdin.", show_default=False)],
    key: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof, with no database and no network.

    Exits with 0 if it holds, 1 if it does not, 3 if the file is no proof. Without --key the key in the file is taken, which only
    says something if you know that key.
    """
    from placet.audit import proof_file
    from placet.audit.checkpoint import read_public_key

    with _or_unchecked():
        found = proof_file.read(text_of(file))
        try:
            signed = proof_file.check(found, [read_public_key(text) for text in key or ()])
        except proof_file.Broken as error:
            if as_json:
                print_json({"holds": False, "error": str(error)})
            else:
                say(f"Not proven. {error}")
            raise typer.Exit(TAMPERED) from None
    said = signed.checkpoint
    if as_json:
        about = {"size": said.size, "root": said.root.hex(), "publicKey": signed.key.text, "keyGiven": bool(key)}
        print_json({"holds": True, "events": [event.leaf for event in found.events], **about})
        return
    for event in found.events:
        leaf: dict[str, Any] = event.leaf
        say(
            f"#{leaf.get('seq')}  {leaf.get('at')}  {leaf.get('kind')}  by {leaf.get('actorType')} {leaf.get('actorId')}"
        )
    stands = f"{count(len(found.events), 'event stands', 'events stand')} unaltered under the checkpoint of {said.size:,} events"
    say(f"Proven: {stands}, signed by {signed.key.name}, key {signed.key.id.hex()}.")
    if not key:
        tell(f"That key is the one the file names. Compare it with the one you were given: {signed.key.text}")


@audit.command("export", epilog="Example: placet audit export > trail.jsonl")
def export_trail() -> None:
    """Print the whole trail as lines of JSON, oldest first, and the newest checkpoint as the last line."""
    from placet.cli.database import run

    async def work(runtime: Runtime) -> None:
        from placet.audit import export, keys

        async for lines in export.lines(runtime.pool, keys.believed(runtime.settings)):
            sys.stdout.buffer.write(lines)

    with _or_unchecked():
        run(work)
    sys.stdout.flush()


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
