"""Do the acts of the demo's past, each by the verb anybody uses, and remember which artifact a line of the history became."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from structlog.testing import capture_logs

from placet.agent.mind import Mind
from placet.agent.read_note import NothingFound, read_note
from placet.artifacts.artifact_type import artifact_types
from placet.artifacts.decide import Decision, decide
from placet.artifacts.outcome import Looked
from placet.artifacts.propose import Item, Source, propose
from placet.customers import delegations, records, teams
from placet.db.engine import Connection
from placet.errors import PlacetError
from placet.identity import users
from placet.identity.principal import Principal, agent
from placet.runtime import Runtime
from placet.triggers import webhooks
from placet.triggers.deliver import Deliverer

DEMO_PASSWORD = "countersign-me"  # noqa: S105  # the demo's own, printed at its start; the demo listens on loopback only


class Doer:
    """Each method is an act; `acts.py` names them with their arguments."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.people: dict[str, Principal] = {}
        self.rm_of: dict[str, Principal] = {}
        self.artifacts: dict[tuple[str, str], str] = {}
        self.deliverer = Deliverer(runtime.settings, runtime.schema, runtime.pool)

    async def add_person(self, **person: str) -> None:
        """The first is the admin, whom Placet itself adds."""
        admin = self.people.get("ines") or Principal("system", "placet", "Placet", "demo")

        async def work(connection: Connection) -> users.User:
            return await users.add(connection, admin, password=DEMO_PASSWORD, user_id=person.pop("id"), **person)

        user = await self.runtime.transact(work)
        self.people[user.id] = user.principal("demo")

    async def add_customer(self, id: str, name: str, rm: str, profile: dict[str, Any]) -> None:
        """A customer of that RM, with what their profile says before any note."""

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
        """What an agent proposes from a note, all of it; PlacetError where something would be skipped."""
        items = [_item(line) for line in lines]
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
        """A note that the RM has read, by the offline reader."""
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
        """What the RM makes of some of a note's proposals, at one moment."""
        decisions = [
            Decision(
                by=self.rm_of[customer],
                artifact_id=self.artifacts[note, line.get("field", "")],
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
                raise PlacetError(f"The demo's {note}, {line.get('field')}: {outcome.error.sentence}")

    async def make_team(self, name: str, people: dict[str, str], customers: list[str]) -> None:
        """A team, each of its people with what they may, and the customers they see."""
        admin = self.people["ines"]

        async def work(connection: Connection) -> None:
            team = await teams.create(connection, admin, name)
            for person, may in people.items():
                await teams.set_member(connection, admin, team.id, person, may)
            for customer in customers:
                await teams.set_team(connection, admin, customer, team.id)

        await self.runtime.transact(work)

    async def delegate(
        self, giver: str, to: str, from_at: datetime, until_at: datetime, customers: list[str] | None, reason: str
    ) -> None:
        """Somebody stands in for a colleague: for some customers, or (None) all."""

        async def work(connection: Connection) -> Any:
            return await delegations.delegate(
                connection,
                self.people[giver],
                to_user=to,
                from_at=from_at,
                until_at=until_at,
                customer_ids=customers,
                reason=reason,
            )

        await self.runtime.transact(work)

    async def add_webhook(self, url: str, note: str, kinds: list[str]) -> None:
        """Somebody to be told, at an address of this machine where nobody listens."""

        async def work(connection: Connection) -> Any:
            return await webhooks.add(
                connection,
                self.people["ines"],
                url=url,
                note=note,
                kinds=kinds,
                settings=self.runtime.settings,
                types=list(artifact_types()),
            )

        await self.runtime.transact(work)

    async def deliver(self) -> None:
        """Make what is due, as a worker does that comes by at this moment."""
        with capture_logs():  # a call of the demo's past that failed is no news
            await self.deliverer.step()
            await self.deliverer.settle(seconds=60)


def _item(line: dict[str, Any]) -> Item:
    """What a line proposes: a task, or the value of a field."""
    evidence = {"source_text": line["quote"], "confidence": line["confidence"], "why": line["why"]}
    if "task" in line:
        return Item(payload={**line["task"], **evidence}, artifact_type="task")
    before = {"previous_value": line["previousValue"]} if "previousValue" in line else {}
    return Item(
        payload={"field_key": line["field"], "proposed_value": line["value"], **before, **evidence}, at=line.get("at")
    )
