"""`GET /api/stream`: what happens reaches whoever may see it, once, and a stream ends with what opened it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from acceptance.api.conftest import Desk, problem
from acceptance.cli.conftest import Placet, placet
from conftest import World, item
from placet.api import feed as feeding
from placet.api import stream as streaming
from placet.api.app import create_app
from placet.api.auth import COOKIE
from placet.api.feed import Feed
from placet.artifacts import custody
from placet.customers import delegations
from placet.identity import sign_in, tokens, users
from placet.identity.principal import SYSTEM
from placet.runtime import Runtime

__all__ = ["placet"]


class Listening:
    """A stream as it is sent: messages as a browser's EventSource would have them."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self.ended = asyncio.Event()
        self.took = asyncio.Event()
        self.takes = asyncio.Event()  # while it is not set, the client takes nothing
        self.takes.set()

    async def send(self, message: Any) -> None:
        await self.takes.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                self.ended.set()
        self.took.set()

    @property
    def messages(self) -> list[dict[str, str]]:
        found = []
        for block in self.body.decode().split("\n\n"):
            lines = [line.partition(": ") for line in block.split("\n") if line and not line.startswith(":")]
            if lines:
                found.append({name: value for name, _, value in lines})
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(m["data"]) for m in self.messages if "data" in m and "event" not in m]

    @property
    def place(self) -> str:
        return [m["id"] for m in self.messages if "id" in m][-1]

    async def until(self, kinds: list[str]) -> None:
        """Wait until just these kinds of events were sent."""
        async with asyncio.timeout(10):
            while [event["kind"] for event in self.events] != kinds:
                self.took.clear()
                await self.took.wait()


@pytest.fixture
def listen(runtime: Runtime) -> Any:
    app = create_app(runtime)

    @asynccontextmanager
    async def listening(headers: dict[str, str], query: str = "") -> AsyncIterator[Listening]:
        found = Listening()
        gone = asyncio.Event()
        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Any:
            if (message := next(asked, None)) is not None:
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": "/api/stream", "raw_path": b"/api/stream", "query_string": query.encode(), "root_path": "",
            "headers": [(b"host", b"placet.test"), *((k.encode(), v.encode()) for k, v in headers.items())],
            "client": ("127.0.0.1", 1), "server": ("placet.test", 80), "state": {},
        }  # fmt: skip
        task = asyncio.create_task(app(scope, receive, found.send))  # type: ignore[arg-type]
        async with asyncio.timeout(10):
            while b"\n\n" not in found.body and not task.done():
                found.took.clear()
                await found.took.wait()
        yield found
        gone.set()
        found.takes.set()
        await asyncio.wait_for(task, 10)

    return listening


async def test_a_decision_reaches_its_rm_and_nobody_elses(desk: Desk, listen: Any) -> None:
    own = await desk.world.token(agent="own-listener", customers=[desk.customer])
    elsewhere = await desk.world.token(agent="other-listener", customers=[await desk.new_customer(rm=desk.other)])
    async with (
        listen(desk.as_rm) as rm, listen(desk.as_other) as other, listen(desk.as_auditor) as auditor,
        listen(own) as bound, listen(elsewhere) as stranger,
    ):  # fmt: skip
        found = await desk.pending("occupation", "Cook")
        await desk.decide(found, "accepted")
        for one in (rm, auditor, bound):
            await one.until(["profile_edit.proposed", "profile_edit.accepted"])
        trail = (await desk.get(f"/api/artifacts/{found['id']}/events")).json()["events"]
        assert rm.events == auditor.events == bound.events == trail
        assert (await desk.decide(await desk.pending("employer", "Bureau"), "rejected")).status_code == 200
        await rm.until([f"profile_edit.{act}" for act in ("proposed", "accepted", "proposed", "rejected")])
        assert other.events == stranger.events == []


async def test_coming_back_goes_on_where_it_was(desk: Desk, listen: Any) -> None:
    async with listen(desk.as_rm) as first:
        await desk.pending("occupation", "Cook")
        await first.until(["profile_edit.proposed"])
    await desk.pending("employer", "Bureau")
    async with listen({**desk.as_rm, "last-event-id": first.place}) as second:
        await second.until(["profile_edit.proposed"])
        assert second.events[0]["field"] == "employer"
        await desk.pending("email", "a@b.example")
        await second.until(["profile_edit.proposed"] * 2)
    async with listen(desk.as_rm, f"lastEventId={second.place}") as third:
        await desk.pending("dependants", 2)
        await third.until(["profile_edit.proposed"])
        assert third.events[0]["field"] == "dependants"


async def test_who_was_away_too_long_is_told_to_read_afresh(desk: Desk, listen: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(streaming, "MOST_BEHIND", 1)
    async with listen(desk.as_rm) as first:
        pass
    await desk.pending("dependants", 1)
    await desk.pending("occupation", "Cook")
    async with listen({**desk.as_rm, "last-event-id": first.place}) as second:
        async with asyncio.timeout(10):
            while not any(message.get("event") == "reset" for message in second.messages):
                second.took.clear()
                await second.took.wait()
        await desk.pending("employer", "Bureau")
        await second.until(["profile_edit.proposed"])


@pytest.mark.parametrize("place", ["x", "5-6", "-"])
async def test_a_place_that_is_none_is_refused(desk: Desk, place: str) -> None:
    headers = {**desk.as_rm, "last-event-id": place}
    problem(await desk.http.get("/api/stream", headers=headers), 422, "invalid_cursor")


async def test_a_heartbeat_comes_while_nothing_happens(desk: Desk, listen: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.05)
    async with listen(desk.as_rm) as found, asyncio.timeout(10):
        while found.body.count(b": still here") < 2:
            found.took.clear()
            await found.took.wait()


async def test_a_stream_ends_with_the_token_or_the_person(desk: Desk, listen: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.1)
    person = await desk.world.person()

    async def work(connection: Any) -> tuple[str, str]:
        token_id, secret = await tokens.create(connection, SYSTEM, agent_name="short-lived")
        return token_id, secret

    token_id, secret = await desk.world.runtime.transact(work)

    async def begin(connection: Any) -> str:
        return await sign_in.start(connection, person.id)

    cookie = f"{COOKIE}={await desk.world.runtime.transact(begin)}"
    async with listen({"authorization": f"Bearer {secret}"}) as agent, listen({"cookie": cookie}) as page:
        await desk.world.runtime.transact(lambda c: tokens.revoke(c, SYSTEM, token_id))
        await desk.world.runtime.transact(lambda c: users.disable(c, SYSTEM, person.id))
        await desk.pending("occupation", "Cook")
        await asyncio.wait_for(asyncio.gather(agent.ended.wait(), page.ended.wait()), 10)
        assert agent.events == page.events == []


async def test_who_stands_in_hears_it_while_they_do(desk: Desk, listen: Any) -> None:
    given: list[Any] = []

    async def give(connection: Any) -> None:
        until = datetime.now(UTC) + timedelta(days=7)
        given.append(await delegations.delegate(connection, desk.rm, to_user=desk.other.id, until_at=until))

    async with listen(desk.as_other) as other:
        await desk.pending("occupation", "Cook")
        await desk.world.runtime.transact(give)
        await desk.pending("employer", "Bureau")
        async with asyncio.timeout(10):
            while not any(event["field"] == "employer" for event in other.events):
                other.took.clear()
                await other.took.wait()
        await desk.world.runtime.transact(lambda c: delegations.end(c, desk.rm, given[0].id))
        async with listen(desk.as_rm) as rm:
            await desk.pending("email", "a@b.example")
            await rm.until(["profile_edit.proposed"])
        assert "email" not in {event["field"] for event in other.events}


async def test_who_loses_a_customer_or_what_they_stood_in_for_is_told_so(desk: Desk, listen: Any) -> None:
    async def told(one: Listening, times: int) -> list[Any]:
        async with asyncio.timeout(10):
            while sum(m.get("event") == "access" for m in one.messages) < times:
                one.took.clear()
                await one.took.wait()
        return [json.loads(m["data"])["customerId"] for m in one.messages if m.get("event") == "access"]

    admin = await desk.world.person("admin")
    until = datetime.now(UTC) + timedelta(days=7)
    async with listen(desk.as_rm) as former, listen(desk.as_other) as colleague, listen(desk.as_auditor) as auditor:
        given = await desk.world.runtime.transact(
            lambda c: delegations.delegate(c, desk.rm, to_user=desk.other.id, until_at=until)
        )
        assert await told(colleague, 1) == [None]
        await desk.world.runtime.transact(lambda c: delegations.end(c, desk.rm, given.id))
        assert await told(colleague, 2) == [None, None]
        await desk.world.runtime.transact(lambda c: custody.reassign(c, admin, desk.customer, desk.other.id))
        assert await told(former, 1) == [desk.customer]
        assert former.events == [], "what happens there is another's to hear"
        await auditor.until(["delegation.created", "delegation.ended", "customer.reassigned"])
        assert await told(auditor, 0) == []


async def test_an_open_page_keeps_no_sign_in_alive(desk: Desk, listen: Any) -> None:
    async def begin(connection: Any) -> str:
        token = await sign_in.start(connection, desk.rm.id)
        await connection.execute("update sign_in set last_seen_at = now() - interval '30 minutes'")
        return token

    token = await desk.world.runtime.transact(begin)
    async with listen({"cookie": f"{COOKIE}={token}"}) as page:
        rows = "select last_seen_at as at from sign_in where token_hash = $1"
        before = await desk.world.rows(rows, sign_in.hashed(token))
        await desk.pending("occupation", "Cook")
        await page.until(["profile_edit.proposed"])
        assert await desk.world.rows(rows, sign_in.hashed(token)) == before


async def test_a_client_that_takes_nothing_is_let_go_and_catches_up(desk: Desk, listen: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(feeding, "QUEUE", 3)
    async with listen(desk.as_rm) as slow, listen(desk.as_auditor) as quick:
        slow.takes.clear()
        place = slow.place
        for number in range(6):
            await desk.pending("occupation", f"Cook {number}")
            await quick.until(["profile_edit.proposed"] * (number + 1))
        slow.takes.set()
        await asyncio.wait_for(slow.ended.wait(), 10)
        heard = len(slow.events)
        assert heard < 6
    async with listen({**desk.as_rm, "last-event-id": slow.place if heard else place}) as again:
        await again.until(["profile_edit.proposed"] * (6 - heard))


async def test_nobody_opens_any_number_of_them(desk: Desk, listen: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(feeding, "MOST", 1)
    async with listen(desk.as_rm):
        problem(await desk.http.get("/api/stream", headers=desk.as_rm), 429)


async def test_head_says_what_get_would_be_and_ends(desk: Desk) -> None:
    answer = await desk.http.head("/api/stream", headers=desk.as_rm)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"


async def test_stopping_ends_what_is_open_and_takes_no_more(desk: Desk, listen: Any, runtime: Runtime) -> None:
    feed = runtime.part(Feed)
    async with listen(desk.as_rm) as found:
        feed.stop()
        await asyncio.wait_for(found.ended.wait(), 5)
        problem(await desk.http.get("/api/stream", headers=desk.as_rm), 503, "stopping")
    feed.stopped = False


async def test_several_processes_tell_it_and_end_cleanly_when_they_are_stopped(placet: Placet, world: World) -> None:
    rm = await world.person()
    customer = await world.customer(rm)
    headers = await world.token(rm)
    with placet.running("serve", "--port", "0", "--workers", "2", until="Serving at") as server:
        address = server.printed.split("Serving at ")[1].split()[0]
        async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=30) as client:
            while (await client.get("/readyz")).status_code != 200:
                threading.Event().wait(0.05)

            async def listen() -> bytes:
                heard = b""
                async with client.stream("GET", "/api/stream") as answer:
                    if answer.status_code == 503:  # the other process has not opened its database yet
                        await asyncio.sleep(0.05)
                        return await listen()
                    async for piece in answer.aiter_raw():
                        heard += piece
                        if b"retry" in piece:
                            ready.release()
                        if b"occupation" in piece:
                            told.release()
                return heard  # a stream that is cut off raises

            ready, told = asyncio.Semaphore(0), asyncio.Semaphore(0)
            listening = [asyncio.create_task(listen()) for _ in range(8)]
            async with asyncio.timeout(30):
                for _ in listening:
                    await ready.acquire()
                await world.propose(customer, item("occupation", "Cook"))
                for _ in listening:
                    await told.acquire()
            code, _ = await asyncio.to_thread(server.terminate)
            assert code == 0
            for heard in await asyncio.wait_for(asyncio.gather(*listening), 30):
                assert heard.count(b"profile_edit.proposed") == 1
