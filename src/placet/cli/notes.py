"""Notes: `placet read` shows what the reader makes of one, `placet propose` stores what it proposes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, Misuse, day_of, midnight, object_of, text_of
from placet.cli.output import count, plain, print_json, print_table, progress, say, tell, value_text

if TYPE_CHECKING:
    from placet.agent.reader import Reading
    from placet.artifacts.artifact import Artifact
    from placet.customers.schema import ProfileSchema
    from placet.runtime import Runtime

Day = Annotated[
    str | None,
    typer.Option("--date", metavar="DAY", help="The day of the note, such as 2026-11-30; today, unless given."),
]
Locale = Annotated[
    str, typer.Option(metavar="LOCALE", help="How dates and numbers are written, where the note leaves it open.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("read", epilog="Example: placet read note.md --client 'Tomasz Wrona' --json")(read_note)
    app.command("propose", epilog="Example: placet propose --customer CUSTOMER_ID notes/*.md")(propose)


def read_note(
    note: Annotated[str, typer.Argument(metavar="NOTE", help="A file with the note; - is stdin.", show_default=False)],
    profile: Annotated[
        str,
        typer.Option(
            metavar="JSON|@FILE", help="What is recorded of the client: values by field key.", show_default=False
        ),
    ] = "{}",
    client: Annotated[str | None, typer.Option(metavar="NAME", help="Whom the note is about.")] = None,
    date: Day = None,
    locale: Locale = "en-GB",
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A profile schema; PLACET_PROFILE_SCHEMA, else the packaged one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a note and show what would be proposed.

    Needs no database and stores nothing. The offline reader reads it, or the model that PLACET_MODEL names.
    """
    day = day_of("--date", date) if date is not None else None
    recorded = object_of("--profile", profile)
    text = text_of(note)
    import asyncio

    from placet import settings
    from placet.agent.mind import Brief, Mind
    from placet.artifacts.evidence import normal_newlines
    from placet.customers.schema import load_schema

    configured = settings.load()
    fields = load_schema(schema or configured.profile_schema)
    brief = Brief(
        text=normal_newlines(text),
        schema=fields,
        profile=_canonical(recorded, fields),
        client=client,
        date=day,
        locale=locale,
    )

    async def work() -> Reading:
        mind = Mind.of(configured)
        try:
            return await mind.read(brief)
        finally:
            await mind.drain(0)

    reading = asyncio.run(work())
    if as_json:
        print_json(reading)
    else:
        _print_reading(reading, fields)


def propose(
    notes: Annotated[
        list[str], typer.Argument(metavar="NOTE", help="Files with notes; - is stdin.", show_default=False)
    ],
    customer: Annotated[str, typer.Option(metavar="ID", help="The customer the notes are about.", show_default=False)],
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What to call the note; its file's name, unless given.")
    ] = None,
    date: Day = None,
    locale: Locale = "en-GB",
    as_json: AsJson = False,
) -> None:
    """Have the agent read notes and store what it proposes.

    Each note becomes one batch, for the customer's RM to decide. A note that cannot be read keeps no other from being.
    The offline reader reads them, or the model that PLACET_MODEL names.
    """
    if title is not None and len(notes) > 1:
        raise Misuse("--title is for one note.")
    if notes.count("-") > 1:
        raise Misuse("stdin (-) can be read once.")
    occurred_at = midnight(day_of("--date", date)) if date is not None else None

    async def work(runtime: Runtime) -> list[dict[str, Any]]:
        from placet.errors import Unavailable

        done: list[dict[str, Any]] = []
        with progress("Reading", len(notes)) as told:
            for number, note in enumerate(notes, start=1):
                done.append(await _propose_one(runtime, customer, note, title or _title(note), occurred_at, locale))
                if isinstance(done[-1].get("problem"), Unavailable):
                    raise done[-1]["problem"]  # nor will the others be read
                told(number)
        return done

    from placet.cli.database import run

    done = run(work)
    (_print_results_json if as_json else _print_results)(done)
    if any(each["outcome"] == "failed" for each in done):
        raise typer.Exit(1)


async def _propose_one(
    runtime: Runtime, customer: str, note: str, title: str | None, occurred_at: datetime | None, locale: str
) -> dict[str, Any]:
    """What became of one note: `proposed`, `nothing` or `failed`."""
    from placet.agent.read_note import NothingFound, read_note
    from placet.artifacts.artifact_type import to_wire
    from placet.cli.database import OPERATOR
    from placet.errors import PlacetError

    try:
        found = await read_note(
            runtime, OPERATOR, customer, text_of(note), title=title, occurred_at=occurred_at, locale=locale
        )
    except NothingFound:
        return {"note": note, "outcome": "nothing"}
    except PlacetError as error:
        return {"note": note, "outcome": "failed", "code": error.code, "error": error.sentence, "problem": error}
    return {
        "note": note,
        "outcome": "proposed" if found.artifacts else "nothing",
        "batchId": found.batch_id,
        "artifacts": [to_wire(artifact, OPERATOR, runtime.schema) for artifact in found.artifacts],
        "skipped": found.skipped,
        "rows": [_row(artifact, runtime.schema) for artifact in found.artifacts],
    }


def _title(note: str) -> str | None:
    return None if note == "-" else Path(note).stem[:300]


def _row(artifact: Artifact, schema: ProfileSchema) -> tuple[str, str, str]:
    from placet.artifacts.artifact_type import artifact_type

    card = artifact_type(artifact.artifact_type).card(artifact, schema)
    return card.title, f"{card.now} → {card.proposed}", str(artifact.payload.get("confidence", ""))


def _print_results_json(done: list[dict[str, Any]]) -> None:
    shown = ("note", "outcome", "batchId", "skipped", "code", "error")
    artifacts = [artifact for each in done for artifact in each.get("artifacts", ())]
    print_json({"artifacts": artifacts, "notes": [{key: each[key] for key in shown if key in each} for each in done]})


def _print_results(done: list[dict[str, Any]]) -> None:
    for each in done:
        if each["outcome"] == "failed":
            sentence = each["error"]
            tell(sentence if sentence.startswith(each["note"]) else f"{each['note']}: {sentence}")
            continue
        skipped = each.get("skipped", ())
        left = f" ({count(len(skipped), 'finding')} left out: {_why(skipped)})" if skipped else ""
        if each["outcome"] == "nothing":
            say(f"{each['note']}: nothing to propose{left}")
            continue
        say(f"{each['note']}: {count(len(each['artifacts']), 'proposal')}{left}, batch {each['batchId']}")
        print_table(("field", "change", "confidence"), each["rows"])
    outcomes = [each["outcome"] for each in done]
    proposals = sum(len(each.get("artifacts", ())) for each in done)
    parts = [f"{count(len(done), 'note')}: {count(proposals, 'proposal')}"]
    if nothing := outcomes.count("nothing"):
        parts.append(f"{nothing} with nothing to propose")
    if failed := outcomes.count("failed"):
        parts.append(f"{failed} failed")
    say(", ".join(parts) + ".")


def _why(skipped: Any) -> str:
    return ", ".join(dict.fromkeys(item.reason.replace("_", " ") for item in skipped))


def _canonical(recorded: dict[str, Any], schema: ProfileSchema) -> dict[str, Any]:
    from placet.customers.records import canonical_profile

    return canonical_profile(recorded, schema)


def _print_reading(reading: Reading, schema: ProfileSchema) -> None:
    from placet.customers import fields

    def text(key: str, value: Any) -> str:
        field = schema.field(key)
        return fields.display(field, value) if field is not None else value_text(value)

    if reading.proposals:
        rows = [
            (
                found.field_display_name,
                f"{text(found.field_key, found.previous_value)} → {text(found.field_key, found.proposed_value)}",
                found.confidence,
                f"“{' '.join(found.source_text.split())}”",
            )
            for found in reading.proposals
        ]
        print_table(("field", "change", "confidence", "from the words"), rows)
    else:
        say("Nothing to propose.")
    if reading.not_proposed:
        say("\nSeen and not proposed:")
        left = [
            (
                field.label if (field := schema.field(each.field_key)) else each.field_key,
                _shown(each.value, text, each.field_key),
                each.reason,
            )
            for each in reading.not_proposed
        ]
        print_table(("field", "value", "reason"), left)
    for nudge in reading.nudges:
        say(f"\nTo ask: {plain(nudge.question)} {plain(nudge.why)}")


def _shown(value: Any, text: Any, key: str) -> str:
    """A value that was not proposed need not be one its field takes."""
    try:
        return str(text(key, value))
    except (TypeError, ValueError, KeyError, AttributeError):
        return value_text(value)
