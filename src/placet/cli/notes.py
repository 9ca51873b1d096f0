"""Notes: `placet read` shows what the reader makes of one, `placet propose` stores what it proposes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, day_of, midnight, object_of, text_of
from placet.cli.output import plain, print_json, print_table, say, value_text

if TYPE_CHECKING:
    from placet.agent.reader import Reading
    from placet.customers.schema import ProfileSchema

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
    app.command(
        "propose",
        epilog="Example: placet propose --customer CUSTOMER_ID notes/*.md, or: placet propose folder-with-manifest/",
    )(propose)


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
        list[str],
        typer.Argument(
            metavar="NOTE",
            help="Files with notes, folders of them, lists of them (.jsonl); - is stdin.",
            show_default=False,
        ),
    ],
    customer: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The customer the notes are about, where no list says so.", show_default=False),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What to call the note; its file's name, unless given.")
    ] = None,
    date: Day = None,
    locale: Locale = "en-GB",
    at_once: Annotated[int, typer.Option("--at-once", metavar="N", min=1, max=32, help="Notes at the same time.")] = 4,
    wait: Annotated[
        int,
        typer.Option(metavar="SECONDS", min=0, help="The longest to wait at a time where a server asks to."),
    ] = 120,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have the agent read notes and store what it proposes.

    Each note becomes one batch, for the customer's RM to decide. A note that cannot be read keeps no other from being. A note
    that was proposed before is left alone, so a run that was stopped goes on where it was.

    The offline reader reads them, or the model that PLACET_MODEL names. With PLACET_TOKEN set the proposals go to the server at
    PLACET_URL, else to the database.
    """
    from placet.cli.manifest import jobs

    occurred_at = midnight(day_of("--date", date)) if date is not None else None
    listed = jobs(notes, customer=customer, title=title, occurred_at=occurred_at, locale=locale)
    from placet.cli.many import propose_all

    code = propose_all(listed, at_once=at_once, patience=wait, dry_run=dry_run, as_json=as_json)
    if code:
        raise typer.Exit(code)


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
