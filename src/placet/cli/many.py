"""What a person sees of a run over many notes: a bar on a terminal, a line for each note, one summary, an exit code."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from placet import settings as configuration
from placet.cli.database import run as with_database
from placet.cli.manifest import Job
from placet.cli.output import count, print_json, print_table, progress, say, tell, value_text
from placet.cli.proposing import FAILED, NOT_TRIED, NOTHING, PROPOSED, THERE, Door, Result, Run, ToDatabase, ToServer
from placet.customers import fields
from placet.customers.schema import ProfileSchema
from placet.errors import PlacetError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placet.artifacts.artifact import Wire
    from placet.runtime import Runtime

FEW = 10  # notes, up to which every change is shown


def propose_all(jobs: Sequence[Job], *, at_once: int, patience: float, dry_run: bool, as_json: bool) -> int:
    """Propose from every note and say what became of each; the exit code.

    0 where all were read, 1 where some failed, 3 (raised as Unavailable) where nothing could be reached. Ctrl-C ends with the
    summary of what is done.
    """
    settings = configuration.load()
    show = Shown(jobs, in_json=as_json, dry_run=dry_run)

    async def through(door: Door) -> None:
        show.schema = door.schema
        with show.bar() as told:
            show.run = Run(door, jobs, at_once=at_once, patience=patience, told=told, waits=show.waits)
            await show.run.all()

    async def to_database(runtime: Runtime) -> None:
        await through(ToDatabase(runtime, dry_run=dry_run))

    async def to_server(door: ToServer) -> None:
        try:
            await through(door)
        finally:
            await door.close()

    try:
        if settings.token is None:
            with_database(to_database)
        else:
            from placet.client import Client

            with Client(settings.url or settings.address, settings.token) as client:
                asyncio.run(to_server(ToServer(client, settings, dry_run=dry_run)))
    except KeyboardInterrupt:
        show.end(interrupted=True)
        raise
    return show.end()


class Shown:
    """What is printed of a run, in the order of the notes."""

    def __init__(self, jobs: Sequence[Job], *, in_json: bool, dry_run: bool) -> None:
        self.run: Run | None = None
        self.schema: ProfileSchema | None = None
        self._jobs, self._in_json, self._dry_run = jobs, in_json, dry_run
        self._few = len(jobs) <= FEW
        self._at_the_end = in_json or sys.stderr.isatty()  # a line in the middle would break the bar
        self._next = 0

    @contextmanager
    def bar(self) -> Iterator[Any]:
        """The bar while the run lasts; what it gives is called with each result."""
        done = 0
        with progress("Reading", len(self._jobs)) as told:

            def one(_number: int, _result: Result) -> None:
                nonlocal done
                done += 1
                told(done)
                if not self._at_the_end:
                    self._flush()

            yield one

    def waits(self, seconds: float) -> None:
        """Say that everybody waits."""
        if not sys.stderr.isatty():
            tell(f"Waiting {seconds:,.0f} s, as the server asks.")

    def end(self, *, interrupted: bool = False) -> int:
        """Print what is left to print and the summary; the exit code."""
        results = self.run.results if self.run is not None else []
        stopped = self.run.stopped if self.run is not None else None
        outcomes = Counter(each.outcome for each in results)
        if isinstance(stopped, Unavailable) and not (outcomes.keys() - {NOT_TRIED}):
            raise stopped
        if self._in_json:
            self._print_json(results, outcomes, stopped)
        elif results:
            self._flush(everything=True)
            say(_summary(results, outcomes, dry_run=self._dry_run))
        if stopped is not None and not self._in_json:
            after = stopped.members.get("retry_after")
            later = f" Come back in {_span(float(after))}:" if after is not None else ""
            tell(f"Stopped: {stopped.sentence}{later} the same command goes on with the rest.")
        elif interrupted and outcomes[NOT_TRIED]:
            tell("Interrupted; the same command goes on with the rest.")
        if isinstance(stopped, Unavailable):
            return 3
        return 1 if outcomes[FAILED] or outcomes[NOT_TRIED] else 0

    def _flush(self, *, everything: bool = False) -> None:
        """Print the results that stand in a row; at the end `everything` there is."""
        assert self.run is not None
        while self._next < len(self.run.results):
            result = self.run.results[self._next]
            if result.outcome == NOT_TRIED and not everything:
                return
            self._next += 1
            if result.outcome != NOT_TRIED:
                self._print(result)

    def _print(self, result: Result) -> None:
        if result.outcome == FAILED:
            sentence = result.error or ""
            tell(sentence if sentence.startswith(result.note) else f"{result.note}: {sentence}")
            return
        skipped = result.skipped
        left = f" ({count(len(skipped), 'finding')} left out: {_why(skipped)})" if skipped else ""
        if result.outcome == NOTHING:
            say(f"{result.note}: nothing to propose{left}")
        elif result.outcome == THERE:
            say(f"{result.note}: proposed before, batch {result.batch_id}")
        else:
            batch = "" if self._dry_run else f", batch {result.batch_id}"
            say(f"{result.note}: {count(len(result.artifacts), 'proposal')}{left}{batch}")
            if self._few:
                print_table(("field", "change", "confidence"), [self._row(each) for each in result.artifacts])

    def _row(self, artifact: Wire) -> tuple[str, str, str]:
        payload = artifact.payload
        field = self.schema.field(str(payload.get("field_key"))) if self.schema is not None else None

        def text(value: Any) -> str:
            try:
                return fields.display(field, value) if field is not None else value_text(value)
            except (TypeError, ValueError, AttributeError):
                return value_text(value)

        label = field.label if field is not None else str(payload.get("field_display_name", ""))
        change = f"{text(artifact.current)} → {text(payload.get('proposed_value'))}"
        return label, change, str(payload.get("confidence", ""))

    def _print_json(self, results: Sequence[Result], outcomes: Counter[str], stopped: PlacetError | None) -> None:
        new = [artifact for each in results if each.outcome == PROPOSED for artifact in each.artifacts]
        notes = []
        for each in results:
            row = {key: value for key, value in msgspec.to_builtins(each).items() if key != "artifacts"}
            notes.append(row | {"skipped": row.get("skipped", [])} if each.outcome == PROPOSED else row)
        summary: dict[str, Any] = {"notes": len(results), "proposals": len(new), "dryRun": self._dry_run, **outcomes}
        if stopped is not None:
            summary["stopped"] = {"code": stopped.code, "error": stopped.sentence, **stopped.members}
        print_json({"artifacts": new, "notes": notes, "summary": summary})


def _summary(results: Sequence[Result], outcomes: Counter[str], *, dry_run: bool) -> str:
    proposals = sum(len(each.artifacts) for each in results if each.outcome == PROPOSED)
    parts = [f"{count(len(results), 'note')}: {count(proposals, 'proposal')}{', not stored' if dry_run else ''}"]
    named = (
        (THERE, "proposed before"),
        (NOTHING, "with nothing to propose"),
        (FAILED, "failed"),
        (NOT_TRIED, "not tried"),
    )
    parts += [f"{outcomes[outcome]} {words}" for outcome, words in named if outcomes[outcome]]
    return ", ".join(parts) + "."


def _why(skipped: Sequence[Any]) -> str:
    return ", ".join(dict.fromkeys(str(item.reason).replace("_", " ") for item in skipped))


def _span(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
