"""`placet serve` on a real port, and `placet inbox` and `placet decide` through it."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import World, item
from placet.client import Client, Decision
from placet.errors import Forbidden

from .conftest import Placet, Serving, wait_until_ready


@pytest.fixture
async def me(serving: Serving, world: World) -> Any:
    """An RM with a token, the customer attached to them, and `placet` on their authority."""
    rm = await world.person(name="Ines Halvorsen")
    customer = await world.customer(rm, {"email": "old@wrona.example"}, name="Tomasz Wrona")
    token = (await world.token(rm))["authorization"].removeprefix("Bearer ")
    own = Placet(serving.placet.folder, PLACET_URL=f"{serving.url}/", PLACET_TOKEN=token)
    return type("Me", (), {"rm": rm, "customer": customer, "placet": own})


async def test_the_server_says_no_more_than_it_must(serving: Serving) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{serving.url}/healthz", headers={"x-forwarded-for": "1.2.3.4"})
    assert answer.json() == {"status": "ok"}
    assert "server" not in answer.headers
    assert serving.running.printed.count("\n") == 1, "no access log, no banner"


async def test_an_empty_inbox(me: Any) -> None:
    assert me.placet("inbox").ok() == "Nothing waits for you.\n"
    assert me.placet("inbox", "--json").json == []


async def test_the_inbox_and_a_decision(me: Any, world: World) -> None:
    await world.propose(
        me.customer,
        item("email", "new@wrona.example", source_text="not said", confidence="low"),
        item("interests", ["sailing", "opera"], source_text="not said"),
        item("sourceOfWealth", "Inheritance\u202e", source_text="not said"),
    )
    table = me.placet.process("inbox").ok()
    assert "old@wrona.example → new@wrona.example" in table
    assert "not recorded → sailing, opera" in table
    assert "Inheritance\\u202e" in table
    assert "\u202e" not in table
    assert "quote not found" in table
    found = me.placet("inbox", "--json").json
    assert [each["payload"]["field_key"] for each in found] == ["email", "interests", "sourceOfWealth"]
    assert [each["id"] for each in me.placet("inbox", "--field", "interests", "--json").json] == [found[1]["id"]]
    me.placet("inbox", "--customer", "nobody").refused("placet: Customer not found")
    limited = me.placet("inbox", "--limit", "1")
    assert found[0]["id"] in limited.ok()
    assert found[1]["id"] not in limited.out
    assert "The newest 1 artifact; --limit shows more." in limited.err

    done = me.placet.process("decide", found[0]["id"], "accept", "--reason", "He said so.", "--json").json
    assert (done["status"], done["decidedBy"], done["reason"]) == ("accepted", me.rm.id, "He said so.")
    assert set(done) == set(found[0])
    edited = me.placet("decide", found[1]["id"], "edit", "--value", '["chess"]').ok()
    assert edited == "Personal interests of Tomasz Wrona: edited, now chess.\n"
    assert me.placet("decide", found[2]["id"], "reject").ok() == "Source of wealth of Tomasz Wrona: rejected.\n"
    assert await world.profile(me.customer) == {"email": "new@wrona.example", "interests": ["chess"]}
    again = me.placet("decide", found[2]["id"], "accept")
    again.refused("placet: This was rejected before, by Ines Halvorsen.")


async def test_clearing_a_field_by_an_edit(me: Any, world: World) -> None:
    artifact = await world.proposal(me.customer, "email", "new@wrona.example")
    assert me.placet("decide", artifact.id, "edit", "--value", "null").ok() == (
        "Email of Tomasz Wrona: edited, now not recorded.\n"
    )
    assert await world.profile(me.customer) == {}


async def test_a_stale_proposal_shows_three_values_and_the_way_over(me: Any, world: World) -> None:
    now = 'Mill "North"'
    await world.accept(me.rm, await world.proposal(me.customer, "employer", now))
    stale = await world.proposal(me.customer, "employer", "Quay's & Co", previous_value=None)  # it knew no other
    await world.proposal(me.customer, "employer", "Third & Sons")
    assert "stale, 1 rival" in me.placet("inbox", "--field", "employer").ok()
    refused = me.placet("decide", stale.id, "edit", "--value", '"Quay\'s"', "--reason", "He said so.")
    refused.refused("placet: Employer or business changed after this was proposed.")
    assert "  proposed  Quay's & Co\n" in refused.err
    assert "  expected  not recorded\n" in refused.err
    assert '  now       Mill "North"\n' in refused.err
    problem = json.loads(me.placet("decide", stale.id, "accept", "--json").err)
    assert (problem["code"], problem["current"], problem["status"]) == ("stale", now, 409)

    [command] = re.findall(r"To edit over it: placet (.*)", refused.err)
    assert me.placet(*shlex.split(command)).ok() == "Employer or business of Tomasz Wrona: edited, now Quay's.\n"
    assert (await world.profile(me.customer))["employer"] == "Quay's"


async def test_the_client_proposes_reads_and_decides_a_list(me: Any, serving: Serving, world: World) -> None:
    agent = (await world.token(agent="note-taker", customers=[me.customer]))["authorization"].removeprefix("Bearer ")
    payloads = [
        {"field_key": "occupation", "proposed_value": "Baker", "source_text": "He bakes"},
        {"field_key": "dependants", "proposed_value": 2},
        {"field_key": "email", "proposed_value": "old@wrona.example"},
    ]
    with Client(serving.url, agent) as proposer:
        made = proposer.propose(me.customer, payloads, source={"text": "He bakes."}, batch_id="monday")
        again = proposer.propose(me.customer, payloads, source={"text": "He bakes."}, batch_id="monday")
        with pytest.raises(Forbidden):
            proposer.decide(made.artifacts[0].id, "accepted")
    assert (again.batch_id, [each.id for each in again.artifacts]) == ("monday", [each.id for each in made.artifacts])
    assert [(each.index, each.reason) for each in made.skipped] == [(2, "no_change")]
    assert [each.evidence.verified for each in made.artifacts] == [True, False]

    with Client(serving.url, me.placet.environment["PLACET_TOKEN"]) as client:
        baker, two = made.artifacts
        decisions = [
            Decision(artifact_id=baker.id, status="edited", edited_value="Master baker", reason="He said so."),
            Decision(artifact_id="nothing", status="accepted"),
            Decision(artifact_id=two.id, status="accepted"),
        ]
        tried = client.decide_many(decisions, atomic=True)
        assert [each.outcome for each in tried] == ["left_out", "not_found", "left_out"]
        assert [each.outcome for each in client.decide_many(decisions, dry_run=True)] == [
            "applied",
            "not_found",
            "applied",
        ]
        done = client.decide_many(decisions)
        assert [each.outcome for each in done] == ["applied", "not_found", "applied"]
        assert (done[1].code, done[1].error) == ("not_found", "Artifact not found")
        assert client.get_artifact(baker.id) == done[0].artifact
        found = client.get_customer(me.customer)
        assert found.profile == {"email": "old@wrona.example", "occupation": "Master baker", "dependants": 2}
        assert found in client.list_customers(search="wrona")
        assert client.list_customers(search="nobody") == []


async def test_what_a_server_refuses(me: Any, serving: Serving, world: World) -> None:
    artifact = await world.proposal(me.customer, "email", "new@wrona.example")
    me.placet("decide", "nothing", "accept").refused("placet: Artifact not found")
    me.placet("decide", artifact.id, "edit", "--value", '"x"').refused("placet: Email does not take")
    me.placet("decide", artifact.id, "accept", PLACET_TOKEN="wrong").refused(
        "This token is unknown, expired or revoked."
    )
    me.placet("inbox", PLACET_TOKEN="").refused("PLACET_TOKEN is not set.", 2)
    agent = (await world.token(agent="note-taker"))["authorization"].removeprefix("Bearer ")
    me.placet("decide", artifact.id, "accept", PLACET_TOKEN=agent).refused("An agent's credentials can never decide.")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        closed = f"http://127.0.0.1:{silent.getsockname()[1]}"
    done = me.placet.process("inbox", PLACET_URL=closed)
    done.refused(f"placet: The server at {closed} cannot be reached: ", 3)
    assert json.loads(me.placet("inbox", "--json", PLACET_URL=closed).err)["code"] == "server_unreachable"


async def statuses(world: World, customer: str) -> list[str]:
    rows = await world.rows("select status from artifact where customer_id = $1 order by seq", customer)
    return [row["status"] for row in rows]


async def test_what_matches_is_counted_asked_about_and_rejected(me: Any, world: World) -> None:
    await world.propose(me.customer, item("occupation", "Cook"), item("employer", "Casa Nova"))
    for said in (b"n\n", b""):
        asked = me.placet("reject", "--customer", me.customer, stdin=said)
        assert (asked.code, asked.out) == (1, "")
        assert "Tomasz Wrona: Occupation: Cook" in asked.err
        assert "Reject 2 artifacts?" in asked.err
        assert "Nothing was rejected." in asked.err
    assert await statuses(world, me.customer) == ["pending", "pending"]
    me.placet("reject", "--customer", me.customer, "--count", "3").refused("Not 3 but 2 match now.")
    done = me.placet("reject", "--customer", me.customer, "--reason", "Not theirs", stdin=b"y\n")
    assert done.ok() == "Rejected 2 artifacts.\n"
    assert await statuses(world, me.customer) == ["rejected", "rejected"]


async def test_a_count_or_yes_asks_nothing(me: Any, world: World) -> None:
    await world.propose(me.customer, item("occupation", "Cook"), item("employer", "Casa Nova"))
    done = me.placet.process("reject", "--agent", "test-reader", "--field", "occupation", "--count", "1", "--json").json
    assert (done["count"], [result["outcome"] for result in done["results"]]) == (1, ["applied"])
    assert me.placet("reject", "--customer", me.customer, "--yes").ok() == "Rejected 1 artifact.\n"
    assert me.placet("reject", "--customer", me.customer).ok() == "Nothing that waits for you matches.\n"
    me.placet("reject").refused("Say what to reject", 2)


async def test_an_artifact_is_handed_over(me: Any, world: World, serving: Serving) -> None:
    colleague = await world.person(name="Bao Tran")
    artifact = await world.proposal(me.customer, "occupation", "Cook")
    token = (await world.token(colleague))["authorization"].removeprefix("Bearer ")
    theirs = Placet(serving.placet.folder, PLACET_URL=serving.url, PLACET_TOKEN=token)
    assert theirs("inbox", "--json").json == []
    theirs("hand-over", artifact.id, me.rm.id).refused("Artifact not found")
    done = me.placet.process("hand-over", artifact.id, colleague.id, "--until", "2199-01-01")
    done.refused("A delegation lasts a year at most.")
    assert me.placet("hand-over", artifact.id, colleague.id).ok().startswith("Bao Tran may decide it until 2")
    assert [found["id"] for found in theirs("inbox", "--json").json] == [artifact.id]
    assert theirs("decide", artifact.id, "accept").ok().startswith("Occupation of Tomasz Wrona: accepted")


def test_a_port_in_use_is_told(serving: Serving) -> None:
    port = serving.url.rpartition(":")[2]
    done = serving.placet.process("serve", "--port", port)
    done.refused(
        f"placet: Port {port} on 127.0.0.1 cannot be listened on: Address already in use. --port takes another."
    )
    serving.placet.process("serve", "--host", "no.such.host.invalid").refused(
        "'no.such.host.invalid' is no address of this machine."
    )


def test_several_processes_serve_one_port_and_end_with_their_parent(server: Any, database: str, tmp_path: Path) -> None:
    placet = Placet(tmp_path, PLACET_DATABASE_URL=server.app_url(database))
    with placet.running("serve", "--port", "0", "--workers", "2", "--no-worker", until="by 2 processes") as running:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", running.printed)
        assert found is not None
        wait_until_ready(found[0])
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(10)
        end = time.monotonic() + 15
        while is_taken(int(found[1])):
            assert time.monotonic() < end, "a server process outlived its parent and keeps the port"
            time.sleep(0.1)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_sigterm_ends_it_with_connections_open(serving: Serving) -> None:
    host, port = serving.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as idle, httpx.Client() as kept_alive:
        idle.sendall(b"GET / HTTP/1.1\r\n")  # and never the rest
        kept_alive.get(f"{serving.url}/healthz")
        code, seconds = serving.running.terminate()
    assert code == 0
    assert seconds < 5
    assert "Traceback" not in serving.running.printed
