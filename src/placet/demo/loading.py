"""Load the demo: people, customers, notes, and some weeks of decisions, all through the same verbs anybody uses.

What happened weeks ago is done under a clock of its own: a schema with every function that tells the time, which the loading
connection finds first, and column defaults that read it. It exists only while loading and only in the demo's database; no
verb knows of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from placet.agent.mind import Mind
from placet.agent.read_note import NothingFound, read_note
from placet.artifacts.decide import Decision, decide
from placet.artifacts.outcome import Looked
from placet.artifacts.propose import Item, Source, propose
from placet.customers import records
from placet.customers.schema import ProfileSchema, load_schema
from placet.db.engine import Connection, open_pool
from placet.demo import year
from placet.demo.notes import fill, fill_all, workday
from placet.errors import PlacetError
from placet.identity import users
from placet.identity.principal import Principal, agent
from placet.runtime import Runtime
from placet.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DEMO_PASSWORD = "countersign-me"  # noqa: S105  # the demo's own, printed at its start; the demo listens on loopback only
OPENED = year.FIRST + 30  # days ago the customers came
DATA = files(__package__) / "data"
_CLOCKS = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")

Progress = Callable[[int, int], None]  # done, of how many


class Summary(msgspec.Struct, frozen=True):
    """What was loaded."""

    customers: int
    notes: int
    proposals: int
    decided: int
    pending: int


def demo_schema() -> ProfileSchema:
    """The demo's profile schema: the packaged one with a stricter policy on a few fields."""
    return load_schema(schema_file())


def schema_file() -> Path:
    """Where the demo's profile schema lies, for PLACET_PROFILE_SCHEMA."""
    from pathlib import Path

    return Path(str(DATA / "schema.json"))


def people() -> list[dict[str, str]]:
    """The demo's people, each with `id`, `name`, `email` and `role`; all sign in with DEMO_PASSWORD."""
    found: list[dict[str, str]] = _read("users.json")
    return found


async def is_loaded(connection: Connection) -> bool:
    """Whether the demo's people are there."""
    first = _read("users.json")[0]
    return await connection.fetchval("select exists (select from app_user where id = $1)", first["id"]) is True


async def load(owner_url: str, app_url: str, *, today: date | None = None, progress: Progress | None = None) -> Summary:
    """Load the demo into a migrated, empty database. `owner_url` is its owner's address, for the loading clock.

    The acts are done in the order they happened; `progress` is told after each.
    """
    schema = demo_schema()
    past = sorted(acts(today or datetime.now(UTC).date()), key=lambda act: act[0])
    async with _clock(owner_url):
        pool = await open_pool(app_url, size=1, application="placet-demo")
        runtime = Runtime(Settings(database_url=app_url), schema=schema, pool=pool)
        loader = _Loader(runtime)
        try:
            async with runtime.reading() as connection:
                await connection.execute("set search_path = demo_clock, pg_catalog, public")
                await connection.execute("set synchronous_commit = off")  # a loading that was cut short starts afresh
            for done, (at, act, about) in enumerate(past, 1):
                async with runtime.reading() as connection:
                    await connection.execute("select set_config('demo.now', $1, false)", at.isoformat())
                await getattr(loader, act)(**about)
                if progress is not None:
                    progress(done, len(past))
            return await loader.summary()
        finally:
            await pool.close()


@asynccontextmanager
async def _clock(owner_url: str) -> AsyncIterator[None]:
    """The loading clock, there while the context lasts."""
    owner = await asyncpg.connect(owner_url)
    reading = "returns timestamptz language sql stable as $$ select current_setting('demo.now')::timestamptz $$"
    try:
        await owner.execute(f"""
            drop schema if exists demo_clock cascade;
            create schema demo_clock;
            {" ".join(f"create function demo_clock.{name}() {reading};" for name in _CLOCKS)}
            grant usage on schema demo_clock to placet_app;
        """)
        columns = await owner.fetch(
            "select format('alter table %I alter column %I set default ', table_name, column_name) as change"
            " from information_schema.columns where table_schema = 'public' and column_default = 'now()'"
        )
        for column in columns:
            await owner.execute(column["change"] + "demo_clock.now()")
        yield
        for column in columns:
            await owner.execute(column["change"] + "now()")
        await owner.execute("drop schema demo_clock cascade")
    finally:
        await owner.close()


class _Loader:
    """Does one act after the other and remembers which artifact a line of the history became."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.people: dict[str, Principal] = {}
        self.rm_of: dict[str, Principal] = {}
        self.artifacts: dict[tuple[str, str], str] = {}

    async def add_person(self, **person: str) -> None:
        admin = self.people.get("ines") or Principal("system", "placet", "Placet", "demo")

        async def work(connection: Connection) -> users.User:
            return await users.add(connection, admin, password=DEMO_PASSWORD, user_id=person.pop("id"), **person)

        user = await self.runtime.transact(work)
        self.people[user.id] = user.principal("demo")

    async def add_customer(self, id: str, name: str, rm: str, profile: dict[str, Any]) -> None:
        async def work(connection: Connection) -> records.Customer:
            return await records.create(
                connection,
                self.people["ines"],
                name=name,
                rm_id=rm,
                profile=profile,
                schema=self.runtime.schema,
                customer_id=id,
            )

        await self.runtime.transact(work)
        self.rm_of[id] = self.people[rm]

    async def propose(
        self,
        note: str,
        name: str,
        customer: str,
        source: Source,
        lines: list[dict[str, Any]],
        read_by: dict[str, str | None] | None = None,
    ) -> None:
        items = [
            Item(
                payload={
                    "field_key": line["field"],
                    "proposed_value": line["value"],
                    "source_text": line["quote"],
                    "confidence": line["confidence"],
                    "why": line["why"],
                    **({"previous_value": line["previousValue"]} if "previousValue" in line else {}),
                },
                at=line.get("at"),
            )
            for line in lines
        ]
        who = agent(name, customers=(customer,), door="demo")

        async def work(connection: Connection) -> Any:
            return await propose(
                connection,
                who,
                customer,
                items,
                schema=self.runtime.schema,
                source=source,
                on_behalf_of=self.rm_of[customer],
                read_by=read_by,
            )

        done = await self.runtime.transact(work)
        if done.skipped:
            raise PlacetError(f"The demo's {note} has lines that were skipped: {done.skipped}.")
        for artifact in done.artifacts:
            self.artifacts[note, artifact.field or ""] = artifact.id

    async def read(self, customer: str, source: Source, locale: str) -> None:
        try:
            await read_note(
                self.runtime,
                self.rm_of[customer],
                customer,
                source.text,
                title=source.title,
                occurred_at=source.occurred_at,
                locale=locale,
                mind=Mind(),  # the demo is the same for everybody
            )
        except NothingFound:
            return  # as with the call log: there is nothing to propose, and the demo shows that too

    async def decide(self, note: str, customer: str, lines: list[dict[str, Any]]) -> None:
        decisions = [
            Decision(
                by=self.rm_of[customer],
                artifact_id=self.artifacts[note, line["field"]],
                status=line["decision"],
                edited_value=line.get("editedValue", msgspec.UNSET),
                reason=line.get("reason"),
                looked=Looked(**line["looked"]) if "looked" in line else None,
            )
            for line in lines
        ]

        async def work(connection: Connection) -> Any:
            return await decide(connection, decisions, schema=self.runtime.schema)

        for line, outcome in zip(lines, await self.runtime.transact(work), strict=True):
            if outcome.error is not None:
                raise PlacetError(f"The demo's {note}, {line['field']}: {outcome.error.sentence}")

    async def summary(self) -> Summary:
        async with self.runtime.reading() as connection:
            row = await connection.fetchrow(
                "select (select count(*) from customer) as customers, (select count(*) from source) as notes,"
                " count(*) as proposals, count(*) filter (where status <> 'pending') as decided,"
                " count(*) filter (where status = 'pending') as pending from artifact"
            )
        return Summary(**dict(row or {}))


def acts(today: date) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """Everything that happened, each as when, which method of `_Loader`, and its arguments."""
    opened = _at(today - timedelta(days=OPENED), 540)
    people = sorted(_read("users.json"), key=lambda person: person["role"] != "admin")
    for number, person in enumerate(people):
        yield opened + timedelta(minutes=number), "add_person", person
    for number, customer in enumerate(_read("customers.json")):
        yield opened + timedelta(hours=1, minutes=number), "add_customer", fill_all(customer, today)
    yield from _year(_read("year.json"), opened, today)
    history = _read("history.json")
    told = {line["note"] for line in history}
    notes = {note["file"]: note for note in _read("notes.json")}
    for file, note in notes.items():
        at = _at(workday(today, -note["daysAgo"]), note["minutes"])
        source = Source(
            text=fill((DATA / "notes" / file).read_text(encoding="utf-8"), today), title=note["title"], occurred_at=at
        )
        if file not in told:
            yield at, "read", {"customer": note["customer"], "source": source, "locale": note["locale"]}
            continue
        lines = [fill_all(line, today) for line in history if line["note"] == file]
        yield (
            at,
            "propose",
            {"note": file, "name": lines[0]["agent"], "customer": note["customer"], "source": source, "lines": lines},
        )
        for line in lines:
            decided = _at(workday(today, -line["decidedDaysAgo"]), line["minutes"])
            yield (
                max(decided, at + timedelta(minutes=5)),
                "decide",
                {"note": file, "customer": note["customer"], "lines": [line]},
            )
    for number, extra in enumerate(_read("extras.json")):
        yield _extra(extra, number, notes, today)


def _year(data: dict[str, Any], opened: datetime, today: date) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """The customers of the year and what became of their notes."""
    for number, customer in enumerate(year.customers(data, today)):
        yield opened + timedelta(hours=2, minutes=number), "add_customer", customer
    for number, noted in enumerate(year.notes(data, today)):
        note = f"note {number} of the year"
        yield (
            noted.at,
            "propose",
            {
                "note": note,
                "name": noted.agent,
                "customer": noted.customer,
                "source": Source(text=noted.text, title=noted.title, occurred_at=noted.at),
                "lines": noted.lines,
                "read_by": {"agent": noted.agent, "version": "1", "model": noted.model},
            },
        )
        for at, lines in noted.decided:
            yield at, "decide", {"note": note, "customer": noted.customer, "lines": lines}


def _extra(
    extra: dict[str, Any], number: int, notes: dict[str, Any], today: date
) -> tuple[datetime, str, dict[str, Any]]:
    """A proposal of another agent, from a text of its own or an hour after the note it quotes."""
    if "note" in extra:
        note = notes[extra["note"]]
        at = _at(workday(today, -note["daysAgo"]), note["minutes"])
        text, title = (DATA / "notes" / extra["note"]).read_text(encoding="utf-8"), note["title"]
    else:
        at = _at(workday(today, -extra["source"]["daysAgo"]), 300 + number)
        text, title = extra["source"]["text"], extra["source"]["title"]
    source = Source(text=fill(text, today), title=title, occurred_at=at)
    about = {
        "note": f"extra {number}",
        "name": extra["agent"],
        "customer": extra["customer"],
        "source": source,
        "lines": [fill_all(extra, today)],
    }
    return at + timedelta(hours=1), "propose", about


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
