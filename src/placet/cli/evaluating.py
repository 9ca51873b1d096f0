"""`placet eval`: how well notes with known answers are read, as figures, JSON and a report page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson
from placet.cli.output import count, print_json, print_table, progress, say, tell, value_text

if TYPE_CHECKING:
    from placet.evaluation.summary import Evaluation, Rates


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("eval", epilog="Example: placet eval notes/ --schema schema.json --report report.html")(evaluate)


def evaluate(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER", help="Notes with gold.jsonl, their answers.", show_default=False),
    ],
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A profile schema; PLACET_PROFILE_SCHEMA, else the packaged one."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with plots and tables there (HTML).")
    ] = None,
    attacks: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Put every text of this JSON file into every note and see whether that changes what is proposed.",
        ),
    ] = None,
    min_precision: Annotated[
        float | None, typer.Option(metavar="SHARE", min=0, max=1, help="Exit with 1 under this precision.")
    ] = None,
    min_recall: Annotated[
        float | None, typer.Option(metavar="SHARE", min=0, max=1, help="Exit with 1 under this recall.")
    ] = None,
    max_traps: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Exit with 1 if more traps are stepped into.")
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List what went wrong, note by note.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well notes with known answers are read.

    By the offline reader, or the model that PLACET_MODEL names. Needs no database and stores nothing. A gate that is missed
    (--min-precision, --min-recall, --max-traps), a note that could not be read, or an attack that changes what is proposed,
    ends it with 1.
    """
    import asyncio

    from placet import settings
    from placet.agent.mind import Mind
    from placet.customers.schema import load_schema
    from placet.evaluation import notes, running

    configured = settings.load()
    fields = load_schema(schema or configured.profile_schema)
    cases = notes.load_all(folders, fields)
    hostile = running.load_attacks(attacks) if attacks is not None else None

    async def work() -> Evaluation:
        mind = Mind.of(configured)
        reads, offline = running.through(mind, fields), mind.settings is None
        try:
            with progress("Reading", len(cases)) as told:
                found = await running.evaluate(
                    cases, reads, fields, reader=f"{mind.reader.name} {mind.reader.version}", told=told, warm_up=offline
                )
            if hostile is not None:
                readings = len(cases) * sum(map(len, hostile.values())) * len(running.PLACES)
                with progress("Attacking", readings) as told:
                    found.attacks = await running.withstand(cases, reads, hostile, told)
        finally:
            await mind.drain(0)
        return found

    found = asyncio.run(work())
    if report is not None:
        _write_report(report, found, cases, fields, folders)
    if as_json:
        print_json(found)
    else:
        _print(found)
        if errors:
            _print_errors(found)
        if report is not None:
            say(f"\nThe report: {report}")
    missed = _missed(found, min_precision, min_recall, max_traps)
    for sentence in missed:
        tell(sentence)
    if missed:
        raise typer.Exit(1)


def _write_report(path: Path, found: Evaluation, cases: Any, fields: Any, folders: Sequence[Path]) -> None:
    from placet.errors import Invalid
    from placet.evaluation.report import render

    names = ", ".join(folder.resolve().name for folder in folders)
    page = render(found, cases, fields, title=f"Notes in {names}", at=datetime.now(UTC))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.", code="unwritable_file") from None


def _print(found: Evaluation) -> None:
    from placet.evaluation.report import share
    from placet.evaluation.summary import FEW

    say(f"{count(found.notes, 'note')} read by {found.reader}: {count(found.proposals, 'proposal')}.\n")
    rows = [_row("all fields", found.overall)] + [_row(key, each) for key, each in found.fields.items()]
    print_table(("field", "precision", "recall", "F1", "right", "wrong", "missed"), rows)
    low, high = found.overall.f1_interval or (0.0, 1.0)
    say(f"\nF1 over all fields is from {share(low)} to {share(high)} in 95 of 100 such samples of notes.")
    say(f"Notes without a fault: {found.perfect_notes} of {found.notes}.")
    of = sum(of for _, of in found.traps.values())
    kinds = ", ".join(f"{kind.replace('_', ' ')} {stepped}/{of}" for kind, (stepped, of) in found.traps.items())
    say(f"Traps stepped into: {found.trapped} of {of}" + (f" ({kinds})." if kinds else "."))
    evidence = found.evidence
    say(
        f"Evidence: {share(evidence['exact'])} exact, {share(evidence['points'])} of the right ones point at the answer, "
        f"{share(evidence['tooLong'])} too long."
    )
    for each in found.calibration:
        if each.of:
            verdict = {True: ": reached", False: ": MISSED", None: f": too few (under {FEW})"}[each.reached]
            goal = f", goal {share(each.goal)}{verdict}" if each.goal is not None else ""
            say(
                f"Confidence {each.confidence}: {each.right} of {each.of} right, {share(each.share)} "
                f"({share(each.interval[0])} to {share(each.interval[1])}){goal}."
            )
    say(
        f"Questions: {found.nudges}, of which {found.nudges_needless} about what the note says. "
        f"Proposals of what is on file already: {found.repeats}."
    )
    times = {name: f"{seconds * 1000:,.1f} ms" for name, seconds in found.seconds.items()}
    say(f"Time of a note: median {times['median']}, p95 {times['p95']}, per 1,000 words {times['per1000Words']}.")
    if found.attacks is not None:
        changed = found.attacks["changed"]
        say(f"Hostile text: {found.attacks['readings']:,} readings, {len(changed)} proposed something else.")


def _print_errors(found: Evaluation) -> None:
    rows = []
    for each in found.scored:
        rows += [
            (each.note_id, f"trap: {t.kind.replace('_', ' ')}", t.field_key, value_text(t.value), t.why)
            for t in each.traps
        ]
        rows += [
            (
                each.note_id,
                f"wrong ({v.confidence})",
                v.field_key,
                value_text(v.value),
                f"“{' '.join(v.source_text.split())}”",
            )
            for v in each.verdicts
            if v.verdict == "wrong"
        ]
        rows += [
            (each.note_id, "missed", m.field_key, value_text(m.value), f"“{' '.join(m.source_text.split())}”")
            for m in each.missed
        ]
    say("\nWhat went wrong:" if rows else "\nNothing went wrong.")
    if rows:
        print_table(("note", "what", "field", "value", "from the words"), rows)


def _row(name: str, each: Rates) -> tuple[str, ...]:
    from placet.evaluation.report import share

    def ranged(figure: float, interval: tuple[float, float], of: int) -> str:
        return f"{share(figure)} ({share(interval[0])} to {share(interval[1])})" if of else "–"

    return (
        name,
        ranged(each.precision, each.precision_interval, each.right + each.wrong),
        ranged(each.recall, each.recall_interval, each.right + each.missed),
        share(each.f1),
        str(each.right),
        str(each.wrong),
        str(each.missed),
    )


def _missed(
    found: Evaluation, min_precision: float | None, min_recall: float | None, max_traps: int | None
) -> list[str]:
    from placet.evaluation.report import share

    sentences = [f"{note} was not read: {why}" for note, why in found.failed.items()]
    for name, figure, least in (
        ("Precision", found.overall.precision, min_precision),
        ("Recall", found.overall.recall, min_recall),
    ):
        if least is not None and figure < least:
            sentences.append(f"{name} is {share(figure)}, under {share(least)}.")
    if max_traps is not None and found.trapped > max_traps:
        sentences.append(f"{count(found.trapped, 'trap')} stepped into, more than {max_traps}.")
    if found.attacks is not None and found.attacks["changed"]:
        first = found.attacks["changed"][0]
        sentences.append(
            f"{len(found.attacks['changed'])} attacks change what is proposed, the first in {first.note_id} at its {first.place}: "
            f"{first.attack[:80]!r}."
        )
    return sentences
