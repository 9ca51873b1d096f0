"""A process dies at each named point of its work; another one, asked the same under the same key, answers the truth."""

from __future__ import annotations

import ast
import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import placet
from conftest import World
from placet import crash
from posting import KEY, Post
from receiver import receiving
from torture.house import Process, free_port, ready
from torture.house import server as serve
from torture.wire import Cut, Line

DECIDING = (
    "key.claimed", "decide.locked", "decide.read", "decide.judged", "decide.written", "key.stored", "answer.committed",
)  # fmt: skip
PROPOSING = ("key.claimed", "propose.batch", "propose.artifacts", "propose.events", "key.stored", "answer.committed")
WORKING = ("worker.sweep",)
CALLED = {  # how often the receiver was called once somebody else has gone on
    "deliver.claiming": 1, "deliver.claimed": 1, "deliver.calling": 1,
    "deliver.called": 2, "deliver.marking": 2, "deliver.marked": 1,
}  # fmt: skip
SEALING = ("ledger.added", "ledger.sealed")  # tried in test_ledger.py
COMMITTED = ("answer.committed",)


class House:
    """One server that lives, and others that die where they are told to."""

    def __init__(self, url: str, logs: Path) -> None:
        self.logs = logs
        self.environment = {"PLACET_DATABASE_URL": url}
        self.port = free_port()
        self.living = serve(self.port, self.environment, logs / "living.log")

    async def ask(self, method: str, path: str, body: Any, headers: dict[str, str], *, dying_at: str) -> None:
        """Ask a server that dies there, and see that it did and said nothing."""
        port = free_port()
        dying = serve(port, self.environment | {crash.VARIABLE: dying_at}, self.logs / f"{dying_at}.log")
        dying.start()
        line = Line(port, headers)
        try:
            assert await ready(port, within=30) is not None, dying.log.read_text()
            with pytest.raises(Cut):
                await line.send(method, path, body, key="the key")
            assert dying.running is not None
            assert dying.running.wait(10) == -signal.SIGKILL, f"{dying_at} was not reached"
        finally:
            line.close()
            dying.stop()


@pytest.fixture(scope="module")
async def house(server, database, tmp_path_factory) -> AsyncIterator[House]:
    found = House(server.app_url(database), tmp_path_factory.mktemp("logs"))
    found.living.start()
    assert await ready(found.port, within=30) is not None
    yield found
    found.living.stop()


async def answers(house: House, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, dict]:
    """What the living server says to the same, twice, byte for byte."""
    line = Line(house.port, headers)
    try:
        first = await line.send(method, path, body, key="the key")
        again = await line.send(method, path, body, key="the key")
    finally:
        line.close()
    assert (again.status, again.body) == (first.status, first.body)
    return first.status, json.loads(first.body)


@pytest.mark.parametrize("point", DECIDING)
async def test_a_decision_is_applied_once_wherever_its_server_dies(world: World, house: House, point):
    rm = await world.person()
    headers = await world.token(rm)
    customer = await world.customer(rm)
    artifact = await world.proposal(customer, "occupation", "Cook", trigger="webhook")
    rival = await world.proposal(customer, "occupation", "Chef")
    request = ("PATCH", f"/api/artifacts/{artifact.id}", {"status": "accepted", "reason": "Said so."}, headers)
    before = await world.stored(customer)

    await house.ask(*request, dying_at=point)
    after = await world.stored(customer)
    assert (after != before) == (point in COMMITTED)

    status, told = await answers(house, *request)
    assert (status, told["artifact"]["status"]) == (200, "accepted")
    if point in COMMITTED:
        assert await world.stored(customer) == after, "done again by the retry"
    states = await world.rows("select id, status from artifact where customer_id = $1", customer)
    assert {row["id"]: row["status"] for row in states} == {artifact.id: "accepted", rival.id: "superseded"}
    assert await world.profile(customer) == {"occupation": "Cook"}
    values = await world.rows("select version, artifact_id from profile_value where customer_id = $1", customer)
    assert values == [{"version": 1, "artifact_id": artifact.id}]
    kinds = [event["kind"] for event in await world.events(artifact=artifact)]
    assert kinds == ["profile_edit.proposed", "profile_edit.accepted"]
    promised = await world.rows("select artifact_id, topic, trigger from delivery where customer_id = $1", customer)
    assert promised == [{"artifact_id": artifact.id, "topic": "artifact.accepted", "trigger": "webhook"}]


@pytest.mark.parametrize("point", PROPOSING)
async def test_a_batch_is_proposed_once_wherever_its_server_dies(world: World, house: House, point):
    customer = await world.customer(await world.person())
    headers = await world.token(agent="reader")
    items = [
        {"payload": {"field_key": "occupation", "proposed_value": "Cook", "source_text": "a cook"}},
        {"payload": {"field_key": "employer", "proposed_value": "The Inn"}, "workflowTrigger": "webhook"},
    ]
    body = {"artifacts": items, "source": {"text": "She is a cook at The Inn."}}
    request = ("POST", f"/api/customers/{customer}/artifacts", body, headers)
    before = await world.stored(customer)

    await house.ask(*request, dying_at=point)
    after = await world.stored(customer)
    assert (after != before) == (point in COMMITTED)

    status, told = await answers(house, *request)
    assert status == 201
    if point in COMMITTED:
        assert await world.stored(customer) == after, "done again by the retry"
    rows = await world.rows("select id, status, batch_id from artifact where customer_id = $1 order by seq", customer)
    assert rows == [{"id": a["id"], "status": "pending", "batch_id": told["batchId"]} for a in told["artifacts"]]
    assert len(rows) == 2
    events = await world.events(customer_id=customer)
    assert [e["artifact_id"] for e in events if e["kind"] == "profile_edit.proposed"] == [row["id"] for row in rows]
    assert await world.rows("select from delivery where customer_id = $1", customer) == []


async def test_the_nth_passage_is_counted(world: World, house: House):
    rm = await world.person()
    headers = await world.token(rm)
    customer = await world.customer(rm)
    first = await world.proposal(customer, "occupation", "Cook")
    second = await world.proposal(customer, "employer", "The Inn")
    port = free_port()
    dying = serve(port, house.environment | {crash.VARIABLE: "decide.written:2"}, house.logs / "second.log")
    dying.start()
    line = Line(port, headers)
    try:
        assert await ready(port, within=30) is not None
        answer = await line.send("PATCH", f"/api/artifacts/{first.id}", {"status": "accepted"})
        assert answer.status == 200
        with pytest.raises(Cut):
            await line.send("PATCH", f"/api/artifacts/{second.id}", {"status": "accepted"})
    finally:
        line.close()
        dying.stop()
    assert await world.profile(customer) == {"occupation": "Cook"}


@pytest.mark.parametrize("point", WORKING)
async def test_a_sweep_is_made_whole_by_the_next(world: World, owner, house: House, point):
    async def count() -> list[int]:
        return [
            await owner.fetchval("select count(*) from idempotency_key where created_at < now() - interval '2 days'"),
            await owner.fetchval("select count(*) from sign_in_link where expires_at < now()"),
        ]

    person = await world.person()
    await owner.execute(
        "insert into idempotency_key (principal, method, path, key, body_digest, created_at) "
        "values ('p', 'POST', '/', $1, '', now() - interval '3 days')",
        point,
    )
    await owner.execute(
        "insert into sign_in_link (token_hash, user_id, expires_at) values ($1, $2, now() - interval '1 day')",
        point.encode(),
        person.id,
    )
    dying = Process("worker", ["worker"], house.environment | {crash.VARIABLE: point}, house.logs / "worker.log")
    dying.start()
    assert dying.running is not None
    assert dying.running.wait(30) == -signal.SIGKILL, f"{point} was not reached"
    assert await count() == [1, 1], "half a sweep was committed"

    from placet.worker import sweep

    await world.runtime.transact(sweep)
    assert await count() == [0, 0]


@pytest.mark.parametrize("point", CALLED)
async def test_a_delivery_is_made_wherever_its_worker_dies(world: World, owner, house: House, point):
    post = Post(world)
    rm = await world.person()
    customer = await world.customer(rm)
    async with receiving() as receiver:
        await post.webhook(receiver.url)
        accepted = await world.proposal(customer, "occupation", "Cook")
        rejected = await world.proposal(customer, "employer", "The Inn")
        await world.accept(rm, accepted)
        await world.reject(rm, rejected)
        environment = house.environment | {
            crash.VARIABLE: point,
            "PLACET_SECRET_KEY": KEY,
            "PLACET_LOOPBACK_CALLS": "yes",
        }
        dying = Process("worker", ["worker"], environment, house.logs / f"{point}.log")
        dying.start()
        assert dying.running is not None
        assert await asyncio.to_thread(dying.running.wait, 30) == -signal.SIGKILL, f"{point} was not reached"
        await owner.execute("update delivery set leased_until = now() where leased_until is not null")  # time goes by
        await post.run(post.settled)

        [delivery] = await post.deliveries(accepted)
        assert delivery["status"] == "delivered"
        assert await post.deliveries(rejected) == []
        assert receiver.ids == [delivery["id"]] * CALLED[point]
        assert len({request.body for request in receiver.received}) == 1
    await post.forget()


# ── the points themselves ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_point_is_tried_here():
    assert {*DECIDING, *PROPOSING, *WORKING, *CALLED, *SEALING} == set(crash.POINTS)


def test_every_point_in_the_code_has_a_name_and_every_name_a_point():
    found = set()
    for path in Path(placet.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.point":
                found.add(ast.literal_eval(node.args[0]))
    assert found == set(crash.POINTS)


@pytest.mark.parametrize("given", [None, "", "nowhere", "decide.read:0", "decide.read:x2"])
def test_nothing_dies_unless_told_a_point_and_a_passage(given):
    assert crash._read(given) is None or given.startswith("decide.read:")
    code = "from placet import crash; crash.point('decide.locked'); print('lives')"
    environment = {crash.VARIABLE: given} if given is not None else {}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert ran.stdout == b"lives\n"
