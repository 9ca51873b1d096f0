"""Sixteen clients that propose, decide, change their minds, meet each other, lose connections and ask again.

Each writes into its journal what it is about to ask and what it was answered. Everything it asks carries a key, and its
name stands in the value it proposes and in the reason of each decision, so that the check can tell who did what.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from torture.journal import Journal, Op
from torture.wire import Answer, Cut, Line

FIELDS = ("preferredName", "occupation", "employer", "contactWindow", "sourceOfWealth", "relationshipNotes")
ENOUGH_PENDING = 150  # agents pause at this many
GIVES_UP = 0.12  # how often a client never asks again after it got no answer
PATIENCE_S = 20.0  # how long one goes on asking for an answer once the load is over


@dataclass
class Waiting:
    """A proposal some RM may decide."""

    id: str
    customer: str
    field: str
    value: str
    batch: str


@dataclass
class Board:
    """What the clients know of in common: where the servers are, who has which customer, what waits."""

    ports: list[int]
    rm_of: dict[str, str]
    waiting: dict[str, list[Waiting]] = field(default_factory=lambda: defaultdict(list))  # by customer
    approved: list[tuple[str, str]] = field(default_factory=list)  # by whom, artifact
    mine: list[tuple[str, str]] = field(default_factory=list)  # proposed by which agent, artifact
    routes: set[tuple[str, str]] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    give_up_at: float = float("inf")

    def pending(self) -> int:
        """How many proposals the clients believe to wait."""
        return sum(map(len, self.waiting.values()))

    def of(self, rm: str) -> list[Waiting]:
        """What waits for an RM, the customers' newest first in line."""
        return [w for customer, listed in self.waiting.items() if self.rm_of[customer] == rm for w in listed[-8:]]

    def drop(self, found: Waiting) -> None:
        """Nobody needs to try that one again."""
        listed = self.waiting[found.customer]
        if found in listed:
            listed.remove(found)


class Client:
    """One client: a name, a token, a journal, a line to each server. What it does when is up to the dice."""

    def __init__(self, name: str, by: str, headers: dict[str, str], journal: Journal, board: Board, seed: int) -> None:
        self.name, self.by, self.journal, self.board = name, by, journal, board
        self.dice = random.Random(seed)
        self.lines = [Line(port, headers) for port in board.ports]
        self.spare = [Line(port, headers) for port in board.ports]  # for asking twice at once
        self.done: list[Op] = []
        self._count = 0

    async def run(self) -> None:
        """Until the load is over."""
        while not self.board.over.is_set():
            await self.turn()
            await asyncio.sleep(self.dice.uniform(0, 0.02))

    async def turn(self) -> None:
        """One thing a client of its kind does."""
        raise NotImplementedError

    async def ask(self, kind: str, method: str, path: str, body: Any, **about: Any) -> Answer | None:
        """Write it down, ask until there is an answer, write that down; None where it gave up without one."""
        op = self._op(kind, method, path, body, about)
        await self.journal.intent(op)
        answer = await self._insist(op)
        if answer is not None:
            self.done.append(op)
            if self.dice.random() < 0.08:
                await self._again(op)
        return answer

    def next_name(self) -> str:
        """What the next operation will be called; proposals and reasons carry it."""
        return f"{self.name}-{self._count + 1}"

    def _op(self, kind: str, method: str, path: str, body: Any, about: dict[str, Any]) -> Op:
        self._count += 1
        name = f"{self.name}-{self._count}"
        return Op(id=name, kind=kind, by=self.by, method=method, path=path, body=body, key=name, about=about)

    async def _insist(self, op: Op) -> Answer | None:
        impatience = self.dice.random()
        if impatience < 0.04:  # the same at both servers at once
            await asyncio.gather(*(self._once(op, line) for line in self.spare))
        elif impatience < 0.06:  # sent, and not waited for; nobody will ask again
            await self._hang_up(op)
            return None
        wait = 0.05
        while asyncio.get_running_loop().time() < self.board.give_up_at:
            answer = await self._once(op, self.dice.choice(self.lines))
            if answer is not None and answer.status != 503:
                return answer
            if self.dice.random() < GIVES_UP:
                return None
            await asyncio.sleep(self.dice.uniform(0, wait))
            wait = min(wait * 2, 1.0)
        return None

    async def _once(self, op: Op, line: Line) -> Answer | None:
        try:
            answer = await line.send(op.method, op.path, op.body, key=op.key)
        except Cut as cut:
            await self.journal.cut(op, str(cut))
            return None
        await self.journal.answered(op, answer.status, answer.body)
        return answer

    async def _hang_up(self, op: Op) -> None:
        try:
            await self.spare[0].send(op.method, op.path, op.body, key=op.key, within=self.dice.uniform(0.001, 0.1))
        except Cut as cut:
            await self.journal.cut(op, str(cut))
        else:  # answered after all, and nobody looked
            await self.journal.cut(op, "not waited for")

    async def _again(self, _: Op) -> None:
        """Ask something of long ago once more: the answer must be the one of then."""
        await self._once(self.dice.choice(self.done[-200:]), self.dice.choice(self.lines))

    def close(self) -> None:
        """Hang up."""
        for line in (*self.lines, *self.spare):
            line.close()
        self.journal.close()


class Agent(Client):
    """Proposes for whichever customer; now and then rivals, values proposed against what is not there, withdrawals."""

    async def turn(self) -> None:
        if self.board.pending() > ENOUGH_PENDING:
            await asyncio.sleep(0.1)
            return
        own = [artifact for agent, artifact in self.board.mine if agent == self.by]
        if own and self.dice.random() < 0.08 and ("POST", "/api/artifacts/{artifact_id}/withdraw") in self.board.routes:
            artifact = self.dice.choice(own[-30:])
            await self.ask("withdraw", "POST", f"/api/artifacts/{artifact}/withdraw", {}, names=[artifact])
            return
        await self._propose()

    async def _propose(self) -> None:
        customer, name = self.dice.choice(list(self.board.rm_of)), self.next_name()
        items: list[dict[str, Any]] = []
        for number, key in enumerate(self.dice.sample(FIELDS, self.dice.choice((1, 1, 2, 4)))):
            value = f"Said in {name}.{number}"
            payload: dict[str, Any] = {
                "field_key": key,
                "proposed_value": value,
                "source_text": value,
                "confidence": "high",
            }
            if self.dice.random() < 0.15:
                payload["previous_value"] = "what nobody ever said"
            items.append({"payload": payload, **({"workflowTrigger": "webhook"} if self.dice.random() < 0.3 else {})})
        text = ". ".join(item["payload"]["source_text"] for item in items)
        body: dict[str, Any] = {"artifacts": items, "source": {"text": text}}
        if self.dice.random() < 0.5:
            body["batchId"] = f"batch of {name}"
        answer = await self.ask("propose", "POST", f"/api/customers/{customer}/artifacts", body, customer=customer)
        if answer is not None and answer.status in (200, 201):
            for found in answer.json()["artifacts"]:
                payload = found["payload"]
                waiting = Waiting(
                    found["id"], customer, payload["field_key"], payload["proposed_value"], found["batchId"]
                )
                self.board.waiting[customer].append(waiting)
                self.board.mine.append((self.by, found["id"]))


class Manager(Client):
    """An RM at one of several screens: decides one or many, meets what others decided, accepts over, undoes."""

    async def turn(self) -> None:
        found = self.board.of(self.by)
        if not found:
            await asyncio.sleep(0.05)
            return
        what = self.dice.random()
        if what < 0.62:
            await self._one(self.dice.choice(found))
        elif what < 0.82:
            await self._many(self.dice.sample(found, min(len(found), self.dice.randint(2, 6))))
        elif what < 0.88:
            await self._batch(self.dice.choice(found))
        elif what < 0.91:
            await self._nobodys()
        elif what < 0.93:
            await self._strangers()
        elif what < 0.955:
            await self._by_hand()
        else:
            await self._undo()

    async def _one(self, found: Waiting, decision: dict[str, Any] | None = None) -> None:
        if self.dice.random() < 0.5:
            self.board.drop(found)  # else somebody else may go for it too
        asked = decision or self._decision(found)
        answer = await self.ask("decide", "PATCH", f"/api/artifacts/{found.id}", asked, names=[found.id])
        if answer is None:
            return
        told = answer.json()
        if answer.status == 409 and told["code"] == "stale":
            if decision is None and self.dice.random() < 0.6:
                over = {"status": "accepted", "reason": self.next_name(), "expectedCurrentValue": told["current"]}
                await self._one(found, over)
            return
        self.board.drop(found)
        if answer.status == 200 and told["artifact"]["status"] in ("accepted", "edited"):
            self.board.approved.append((self.by, found.id))

    def _decision(self, found: Waiting) -> dict[str, Any]:
        name = self.next_name()
        status = self.dice.choices(("accepted", "edited", "rejected"), (6, 2, 3))[0]
        edited = {"editedValue": f"Edited in {name} from {found.id[:6]}"} if status == "edited" else {}
        return {"status": status, "reason": name, **edited}

    async def _many(self, found: list[Waiting]) -> None:
        decisions = [{"artifactId": one.id, **self._decision(one)} for one in found]
        body = {"decisions": decisions, "atomic": self.dice.random() < 0.4}
        answer = await self.ask("decide many", "POST", "/api/decisions", body, names=[one.id for one in found])
        if answer is not None and answer.status == 200:
            left = {r["artifactId"] for r in answer.json()["results"] if r["outcome"] in ("left_out", "stale")}
            for one in found:
                if one.id not in left:
                    self.board.drop(one)

    async def _batch(self, found: Waiting) -> None:
        verb = "accept" if self.dice.random() < 0.7 else "reject"
        path = f"/api/batches/{found.batch}/{verb}".replace(" ", "%20")
        await self.ask(f"batch {verb}", "POST", path, {"reason": self.next_name()}, batch=found.batch)

    async def _nobodys(self) -> None:
        """An artifact that is not there, alone or beside one that is."""
        nothing = "".join(self.dice.choices("abcdefghijklmnop", k=21))
        decision = {"status": self.dice.choice(("accepted", "rejected")), "reason": self.next_name()}
        if self.dice.random() < 0.5:
            await self.ask("decide nothing", "PATCH", f"/api/artifacts/{nothing}", decision, names=[nothing])
        else:
            body = {"decisions": [{"artifactId": nothing, **decision}]}
            await self.ask("decide nothing", "POST", "/api/decisions", body, names=[nothing])

    async def _strangers(self) -> None:
        """Somebody else's artifact."""
        others = [w for rm in set(self.board.rm_of.values()) - {self.by} for w in self.board.of(rm)]
        if others:
            found = self.dice.choice(others)
            body = self._decision(found)
            await self.ask("decide a stranger's", "PATCH", f"/api/artifacts/{found.id}", body, names=[found.id])

    async def _by_hand(self) -> None:
        """A change of the RM's own, which supersedes what waits for the field."""
        own = [customer for customer, rm in self.board.rm_of.items() if rm == self.by]
        if own and ("PATCH", "/api/customers/{customer_id}/profile") in self.board.routes:
            name = self.next_name()
            body = {"profile": {self.dice.choice(FIELDS): f"By hand in {name}"}, "reason": name}
            await self.ask("by hand", "PATCH", f"/api/customers/{self.dice.choice(own)}/profile", body)

    async def _undo(self) -> None:
        own = [artifact for rm, artifact in self.board.approved if rm == self.by]
        if own and ("POST", "/api/artifacts/{artifact_id}/revert") in self.board.routes:
            found = self.dice.choice(own[-10:])
            body = {"reason": self.next_name()}
            await self.ask("revert", "POST", f"/api/artifacts/{found}/revert", body, names=[found])


class Admin(Client):
    """Gives a customer to another RM now and then, and takes proposals back."""

    async def turn(self) -> None:
        await asyncio.sleep(self.dice.uniform(0.1, 0.5))
        if self.dice.random() < 0.3 and ("POST", "/api/artifacts/{artifact_id}/withdraw") in self.board.routes:
            found = [w for listed in self.board.waiting.values() for w in listed[-3:]]
            if found:
                artifact = self.dice.choice(found).id
                await self.ask("withdraw", "POST", f"/api/artifacts/{artifact}/withdraw", {}, names=[artifact])
            return
        customer, rms = self.dice.choice(list(self.board.rm_of)), sorted(set(self.board.rm_of.values()))
        to = self.dice.choice([rm for rm in rms if rm != self.board.rm_of[customer]] or rms)
        answer = await self.ask("reassign", "PATCH", f"/api/customers/{customer}", {"rmId": to}, customer=customer)
        if answer is not None and answer.status == 200:
            self.board.rm_of[customer] = to


async def routes(port: int) -> set[tuple[str, str]]:
    """What the server under test can do, as its OpenAPI document says."""
    line = Line(port)
    try:
        document = json.loads((await line.send("GET", "/openapi.json")).body)
    finally:
        line.close()
    return {(method.upper(), path) for path, found in document["paths"].items() for method in found}
