"""Make many deliveries to a real receiver that fails some of them and checks every signature; say what arrived.

`make deliveries` makes 10,000 with a fifth failing; ARGS="--deliveries 500" for fewer. It runs an embedded PostgreSQL and a
`placet worker` of its own, kills the worker now and then (kill -9), and ends with 1 where anything is not as promised: a
promise that was not delivered, two bodies under one id, a wrong signature, a delivery for a rejection.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from placet.artifacts.decide import Decision, decide
from placet.artifacts.propose import Item, propose
from placet.customers import records
from placet.customers.schema import load_schema
from placet.db import embedded
from placet.db.migrate import migrate
from placet.identity import users
from placet.identity.principal import SYSTEM, agent
from placet.runtime import Runtime
from placet.settings import Settings
from placet.triggers import webhooks

KEY = "a key for this run alone, long enough"
CUSTOMERS = 200


class Receiver:
    """Checks each signature, fails a share of the calls, keeps what came."""

    def __init__(self, failing: float, seed: int) -> None:
        self.secret = ""
        self.failing = failing
        self.dice = random.Random(seed)
        self.bodies: defaultdict[str, Counter[bytes]] = defaultdict(Counter)
        self.accepted: set[str] = set()
        self.calls = self.failed = self.bad_signatures = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
                body = await reader.readexactly(int(headers["content-length"]))
                writer.write(self.answer(headers, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, headers: dict[str, str], body: bytes) -> bytes:
        """A 204, or a failure of one kind or another."""
        self.calls += 1
        name = headers["webhook-id"]
        try:
            Webhook(self.secret).verify(body, headers)
        except Exception:  # whatever the verifier says is wrong with it
            self.bad_signatures += 1
        self.bodies[name][body] += 1
        if self.dice.random() < self.failing:
            self.failed += 1
            status = self.dice.choice((500, 503, 404, 302))
            return f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()
        self.accepted.add(name)
        return b"HTTP/1.1 204 Yes\r\n\r\n"


async def prepare(runtime: Runtime, url: str, many: int) -> tuple[str, int, int]:
    """The webhook's secret, how many approvals and how many rejections there are."""
    schema, settings = runtime.schema, runtime.settings

    async def people(connection: Any) -> tuple[Any, list[str], str]:
        rm = (await users.add(connection, SYSTEM, name="RM", email="rm@placet.example", role="rm")).principal()
        made = [
            (await records.create(connection, SYSTEM, name=f"Customer {n}", rm_id=rm.id, profile={}, schema=schema)).id
            for n in range(CUSTOMERS)
        ]
        kinds = ["artifact.accepted", "artifact.edited"]
        _, secret = await webhooks.add(
            connection, SYSTEM, url=url, kinds=kinds, settings=settings, types=["profile_edit"], delay_s=0
        )
        return rm, made, secret

    rm, customers, secret = await runtime.transact(people)
    approved = rejected = 0
    for turn in range(-(-many // CUSTOMERS)):
        for customer in customers[: min(CUSTOMERS, many - approved)]:

            async def decided(connection: Any, customer: str = customer, turn: int = turn) -> None:
                items = [
                    Item(payload={"field_key": "occupation", "proposed_value": f"Occupation {turn}"}),
                    Item(payload={"field_key": "employer", "proposed_value": f"Employer {turn}"}),
                ]
                batch = await propose(connection, agent("reader"), customer, items, schema=schema)
                yes, no = (artifact.id for artifact in batch.artifacts)
                decisions = [
                    Decision(by=rm, artifact_id=yes, status="accepted"),
                    Decision(by=rm, artifact_id=no, status="rejected"),
                ]
                await decide(connection, decisions, schema=schema)

            await runtime.transact(decided)
            approved, rejected = approved + 1, rejected + 1
    return secret, approved, rejected


def start_worker(url: str) -> subprocess.Popen[bytes]:
    """A worker whose retries come at once."""
    program = (
        "import placet.triggers.schedule as s; import placet.triggers.deliver as d; "
        "from datetime import timedelta; "
        "d.SCHEDULE = s.SCHEDULE = (0.0,) * 60; "
        "d.Deliverer.__init__.__kwdefaults__.update(schedule=s.SCHEDULE, lease=timedelta(seconds=5), poll=0.2); "
        "from placet.cli.main import run; import sys; sys.exit(run(['worker']))"
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
    settings = {"PLACET_DATABASE_URL": url, "PLACET_SECRET_KEY": KEY, "PLACET_LOOPBACK_CALLS": "yes"}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=own | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


async def drive(runtime: Runtime, app_url: str, kills: int) -> int:
    """Let a worker make everything that waits, killing it now and then; how often it was killed."""
    worker, killed, last = start_worker(app_url), 0, time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.5)
            async with runtime.reading() as connection:
                left = await connection.fetchval("select count(*) from delivery where status = 'promised'")
            if not left:
                return killed
            if killed < kills and time.monotonic() - last > 5:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                killed, last = killed + 1, time.monotonic()
                worker = start_worker(app_url)
    finally:
        worker.terminate()
        worker.wait(30)


async def run(arguments: argparse.Namespace) -> bool:
    """Prepare, drive, check; whether all is as promised."""
    with tempfile.TemporaryDirectory(prefix="placet-deliveries-", ignore_cleanup_errors=True) as folder:
        server = embedded.start(Path(folder))
        try:
            await migrate(server.owner_url(), server.app_url())
            settings = Settings(database_url=server.app_url(), secret_key=KEY, loopback_calls=True)
            runtime = Runtime(settings, schema=load_schema())
            await runtime.open(server.app_url())
            receiver = Receiver(arguments.failing, arguments.seed)
            listening = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
            url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/hook"
            receiver.secret, approved, rejected = await prepare(runtime, url, arguments.deliveries)
            print(f"{approved:,} approvals and {rejected:,} rejections decided", flush=True)
            began = time.monotonic()
            killed = await drive(runtime, server.app_url(), arguments.kills)
            took = time.monotonic() - began
            good = await check(runtime, receiver, approved, rejected)
            print(f"{receiver.calls:,} calls, {receiver.failed:,} failed on purpose, {killed} workers killed")
            print(f"{took:.1f} s, {receiver.calls / took:,.0f} calls a second")
            listening.close()
            await runtime.close()
        finally:
            server.release()
    return good


async def check(runtime: Runtime, receiver: Receiver, approved: int, rejected: int) -> bool:
    """Compare what was decided with what arrived; each line says what was found."""
    async with runtime.reading() as connection:
        promised = {row["id"] for row in await connection.fetch("select id from delivery where status = 'delivered'")}
        of_rejected = await connection.fetchval(
            "select count(*) from delivery d join artifact a on a.id = d.artifact_id where a.status = 'rejected'"
        )
        events = await connection.fetchval("select count(*) from event where kind = 'profile_edit.delivered'")
    found = {
        f"delivered {len(promised):,} of {approved:,}": len(promised) == approved,
        f"accepted by the receiver: {len(receiver.accepted):,} ids": receiver.accepted == promised,
        f"ids with more than one body: {sum(len(b) > 1 for b in receiver.bodies.values())}": all(
            len(bodies) == 1 for bodies in receiver.bodies.values()
        ),
        f"wrong signatures: {receiver.bad_signatures}": receiver.bad_signatures == 0,
        f"deliveries for {rejected:,} rejections: {of_rejected}": of_rejected == 0,
        f"events that say delivered: {events:,}": events == approved,
        "some calls failed": receiver.failed > 0,
    }
    for sentence, good in found.items():
        print(f"{'good' if good else 'BAD '}  {sentence}")
    return all(found.values())


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=10_000, help="how many approvals")
    parser.add_argument("--failing", type=float, default=0.2, help="the share of calls that fail")
    parser.add_argument("--kills", type=int, default=3, help="how often the worker is killed")
    parser.add_argument("--seed", type=int, default=1, help="of the receiver's chance")
    return 0 if asyncio.run(run(parser.parse_args())) else 1


if __name__ == "__main__":
    sys.exit(main())
