"""Connections are cut at each stage of a request, to PostgreSQL and to the client: never a 500, and asking again gets the truth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from conftest import World
from torture import cutting
from torture.house import free_port, ready
from torture.house import server as serve
from torture.wire import Answer, Line
from torture.wire import Cut as NoAnswer

# The statements of a decision and of a proposal in their order, each by words that stand in no other of them.
DECIDING = {
    "credentials": "token_hash",
    "begin": "BEGIN",
    "keys and locks": "hold_for_decision",
    "read": "judged_at",
    "write": "update artifact a",
    "keep the answer": "update idempotency_key",
    "commit": "COMMIT",
}
PROPOSING = {
    "credentials": "token_hash",
    "begin": "BEGIN",
    "claim": "insert into idempotency_key",
    "lock": "from customer",
    "batch": "insert into batch",
    "artifacts": "insert into artifact",
    "events": "insert into event",
    "store the answer": "update idempotency_key",
    "commit": "COMMIT",
}


class House:
    """A server whose connections to PostgreSQL go through one proxy, and those of its clients through another."""

    def __init__(self, database: cutting.Proxy, web: cutting.Proxy, port: int) -> None:
        self.database, self.web, self.port = database, web, port

    async def ask(self, line: Line, *request: Any, key: str = "the key") -> Answer:
        """Ask until there is an answer that is not "later", as a client does; ten times at most."""
        for _ in range(10):
            try:
                answer = await line.send(*request, key=key, within=15)
            except NoAnswer:
                continue
            if answer.status != 503:
                return answer
            _later(answer)
            await asyncio.sleep(0.05)
        raise AssertionError("it does not recover")


def _said(answer: Answer) -> tuple[int, bytes]:
    return answer.status, answer.body


def _later(answer: Answer) -> None:
    """A refusal that says when to come back."""
    assert answer.status == 503, answer
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["code"] in ("database_unavailable", "outcome_unknown", "busy")


@pytest.fixture(scope="module")
async def house(server, database, tmp_path_factory) -> AsyncIterator[House]:
    socket = Path(server.socket_dir) / f".s.PGSQL.{server.port}"
    port = free_port()

    async def postgres() -> cutting.Ends:
        return await asyncio.open_unix_connection(str(socket))

    async def web() -> cutting.Ends:
        return await asyncio.open_connection("127.0.0.1", port)

    async with cutting.proxy(postgres, postgres=True) as to_database, cutting.proxy(web, postgres=False) as to_web:
        url = f"postgresql://placet_app@127.0.0.1:{to_database.port}/{database}?sslmode=disable"
        log = tmp_path_factory.mktemp("logs") / "server.log"
        running = serve(port, {"PLACET_DATABASE_URL": url, "PLACET_POOL_SIZE": "4"}, log)
        running.start()
        try:
            assert await ready(port, within=30) is not None, log.read_text()
            yield House(to_database, to_web, port)
        finally:
            await asyncio.to_thread(running.stop)  # the proxy lives in this loop
        said = log.read_text()
        assert '"http_500"' not in said, "a cut was taken for a fault of ours"
        assert '"unexpected"' not in said


async def _to_decide(world: World) -> tuple[str, str, tuple[Any, ...], dict[str, str]]:
    rm = await world.person()
    customer = await world.customer(rm)
    artifact = await world.proposal(customer, "occupation", "Cook")
    await world.proposal(customer, "occupation", "Chef")
    body = {"status": "edited", "editedValue": "Head cook", "reason": "Said so."}
    return customer, artifact.id, ("PATCH", f"/api/artifacts/{artifact.id}", body), await world.token(rm)


async def _decided_once(world: World, customer: str, artifact: str, answer: Answer) -> None:
    assert (answer.status, answer.json()["artifact"]["status"]) == (200, "edited"), answer
    assert await world.profile(customer) == {"occupation": "Head cook"}
    kinds = [e["kind"] for e in await world.events(customer_id=customer) if e["artifact_id"] == artifact]
    assert kinds == ["profile_edit.proposed", "profile_edit.edited"]
    assert len(await world.rows("select from delivery where customer_id = $1", customer)) == 1
    states = await world.rows("select status from artifact where customer_id = $1 order by seq", customer)
    assert [row["status"] for row in states] == ["edited", "superseded"]
    assert await world.rows("select version from profile_value where customer_id = $1", customer) == [{"version": 1}]


async def _proposed_once(world: World, customer: str, answer: Answer) -> None:
    assert answer.status == 201, answer
    rows = await world.rows("select id from artifact where customer_id = $1 order by seq", customer)
    assert [row["id"] for row in rows] == [artifact["id"] for artifact in answer.json()["artifacts"]]
    assert len(rows) == 2
    assert len(await world.rows("select from batch where customer_id = $1", customer)) == 1
    assert len([e for e in await world.events(customer_id=customer) if e["artifact_id"]]) == 2


_PROPOSAL = {
    "artifacts": [
        {"payload": {"field_key": "occupation", "proposed_value": "Cook"}},
        {"payload": {"field_key": "employer", "proposed_value": "The Inn"}},
    ]
}

# ── to PostgreSQL ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stage", DECIDING)
async def test_a_decision_whose_connection_to_the_database_is_cut(world: World, house: House, stage, when):
    customer, artifact, request, headers = await _to_decide(world)
    line = Line(house.port, headers)
    before = await world.stored(customer)
    house.database.cut = cut = cutting.Cut(DECIDING[stage], when)
    try:
        first = await line.send(*request, key="the key", within=15)
        assert cut.made.is_set(), f"no statement has {DECIDING[stage]!r}: {house.database.passed[-12:]}"
        if first.status == 503:
            _later(first)
            done = (stage, when) == ("commit", "after")
            assert (await world.stored(customer) != before) == done
            if stage == "commit":
                assert first.json()["code"] == "outcome_unknown"
        answer = await house.ask(line, *request)
        assert first.status in (200, 503)
        if first.status == 200:
            assert answer.body == first.body
        assert _said(await house.ask(line, *request)) == _said(answer)
    finally:
        house.database.cut = None
        line.close()
    await _decided_once(world, customer, artifact, answer)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stage", PROPOSING)
async def test_a_batch_whose_connection_to_the_database_is_cut(world: World, house: House, stage, when):
    customer = await world.customer(await world.person())
    line = Line(house.port, await world.token(agent="reader"))
    request = ("POST", f"/api/customers/{customer}/artifacts", _PROPOSAL)
    house.database.cut = cut = cutting.Cut(PROPOSING[stage], when)
    try:
        first = await line.send(*request, key="the key", within=15)
        assert cut.made.is_set(), f"no statement has {PROPOSING[stage]!r}: {house.database.passed[-12:]}"
        answer = await house.ask(line, *request)
        assert first.status in (201, 503)
        if first.status == 503:
            _later(first)
        else:
            assert answer.body == first.body
    finally:
        house.database.cut = None
        line.close()
    await _proposed_once(world, customer, answer)


async def test_a_group_of_decisions_that_is_cut_at_its_commit(world: World, house: House):
    """Many at once share a transaction: each is told it is unknown (or done), and each learns the truth by asking again."""
    several = [await _to_decide(world) for _ in range(12)]
    lines = [Line(house.port, headers) for *_, headers in several]
    house.database.cut = cutting.Cut("COMMIT", "after")
    try:
        firsts = await asyncio.gather(*(line.send(*s[2], key="k") for line, s in zip(lines, several, strict=True)))
        assert {first.status for first in firsts} <= {200, 503}
        answers = [await house.ask(line, *s[2], key="k") for line, s in zip(lines, several, strict=True)]
    finally:
        house.database.cut = None
        for line in lines:
            line.close()
    for (customer, artifact, *_), first, answer in zip(several, firsts, answers, strict=True):
        assert first.status == 503 or first.body == answer.body
        await _decided_once(world, customer, artifact, answer)


async def test_reads_are_503_at_worst(world: World, house: House):
    _, artifact, _, headers = await _to_decide(world)
    line = Line(house.port, headers)
    for marker in ("token_hash", "from artifact a"):
        for when in ("before", "after"):
            house.database.cut = cut = cutting.Cut(marker, when)
            first = await line.send("GET", f"/api/artifacts/{artifact}")
            assert cut.made.is_set()
            assert first.status in (200, 503)
            if first.status == 503:
                _later(first)
            assert (await house.ask(line, "GET", f"/api/artifacts/{artifact}", None)).status == 200
    line.close()


# ── to the client ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("when", "part"),
    [("before", 0.0), ("before", 0.5), ("before", 0.95), ("after", 0.0), ("after", 0.5)],
    ids=["nothing sent", "half the request", "all but its end", "before the answer", "half the answer"],
)
async def test_a_client_that_is_cut_off_learns_the_truth_by_asking_again(world: World, house: House, when, part):
    customer, artifact, request, headers = await _to_decide(world)
    before = await world.stored(customer)
    house.web.cut = cut = cutting.Cut("PATCH", when, part=part)
    through, direct = Line(house.web.port, headers), Line(house.port, headers)
    try:
        with pytest.raises(NoAnswer):
            await through.send(*request, key="the key")
        assert cut.made.is_set()
        assert (await world.stored(customer) != before) == (when == "after")
        answer = await house.ask(direct, *request)
        assert _said(await house.ask(through, *request)) == _said(answer)
    finally:
        house.web.cut = None
        through.close()
        direct.close()
    await _decided_once(world, customer, artifact, answer)


async def test_a_client_that_hangs_up_at_once_has_asked_all_the_same_or_not_at_all(world: World, house: House):
    several = [await _to_decide(world) for _ in range(5)]
    for number, (_, _, request, headers) in enumerate(several):
        with pytest.raises(NoAnswer):
            await Line(house.port, headers).send(*request, key="the key", within=0.0005 * (number + 1))
    for customer, artifact, request, headers in several:
        line = Line(house.port, headers)
        answer = await house.ask(line, *request)
        line.close()
        await _decided_once(world, customer, artifact, answer)


async def test_every_stage_passes_by(world: World, house: House):
    """The statements of a whole decision and a whole proposal, as the proxy saw them: no stage is missing above."""
    _, _, request, headers = await _to_decide(world)
    customer = await world.customer(await world.person())
    agents = await world.token(agent="reader")
    proposal = ("POST", f"/api/customers/{customer}/artifacts", _PROPOSAL)
    for stages, asked, who in ((DECIDING, request, headers), (PROPOSING, proposal, agents)):
        line = Line(house.port, who)
        del house.database.passed[:]
        await house.ask(line, *asked)
        line.close()
        for marker in stages.values():
            assert any(marker in statement for statement in house.database.passed), marker
        assert len(house.database.passed) <= 2 * len(stages) + 6, json.dumps(house.database.passed, indent=1)
