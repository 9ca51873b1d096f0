"""One run: build the house and its people, let the clients loose, kill what can be killed, and look at what is left."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from placet.customers import records
from placet.customers.schema import load_schema
from placet.db.migrate import migrate
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM
from placet.runtime import Runtime
from placet.settings import Settings
from torture import check, journal
from torture.clients import Admin, Agent, Board, Client, Manager, routes
from torture.house import RECOVERED_WITHIN_S, House, ready
from torture.snapshot import look

RMS, SCREENS, AGENTS, CUSTOMERS = 3, 4, 3, 12  # 3 RMs at 4 screens each, 3 agents and an admin: 16 clients
KILLS = ("server", "worker", "backend ended", "backend killed")


class Report(msgspec.Struct):
    """What a run came to. `missed` is what it did not see enough of, `unrecovered` what was not back in time."""

    seconds: float
    seed: int
    broken: str | None
    seen: dict[str, int]
    kills: dict[str, int]
    slowest_recovery: dict[str, float]
    unrecovered: list[str]
    missed: list[str]
    findings: list[check.Finding]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong and enough was seen to say so."""
        return not (self.findings or self.missed or self.unrecovered)


async def torture(seconds: float, *, seed: int, broken: str | None = None, keep: bool = False) -> Report:
    """A run of so many seconds. The folder with journals and logs is kept where something is wrong, or on wish."""
    folder = Path(tempfile.mkdtemp(prefix="placet-torture-"))
    house = House(folder, break_=broken)
    dice = random.Random(seed)
    try:
        await migrate(house.database.owner_url(), house.database.app_url())
        if broken == "guard":
            await _without_the_guard(house)
        people = await _people(house)
        await house.start()
        board = Board(house.ports, dict(people.rm_of), routes=await routes(house.ports[0]))
        clients = _clients(people, board, folder, dice)
        initial = {
            slot: (row["value"], row["version"])
            for slot, row in (await look(house.database.owner_url())).values.items()
        }
        began = time.monotonic()
        work = [asyncio.create_task(client.run()) for client in clients]
        await _kill(house, dice, began + seconds)
        board.give_up_at = asyncio.get_running_loop().time() + RECOVERED_WITHIN_S
        board.over.set()
        for task in work:
            await task
        took = time.monotonic() - began
        unrecovered = [
            f"{what}: not back within {RECOVERED_WITHIN_S:.0f} s" for what, t in house.recoveries if t is None
        ]
        unrecovered += [
            f"a server is not ready at the end: {port}" for port in house.ports if await ready(port) is None
        ]
        for client in clients:
            client.close()
        found = await look(house.database.owner_url())
        ops = journal.read([folder / f"{client.name}.journal" for client in clients])
        findings = check.check(ops, found, initial)
        seen = check.count(ops, found)
        missed = list(check.too_little(seen, seconds, routes=board.routes))
        missed += [f"kills of a {what}: {n}" for what, n in house.kills.items() if n == 0]
        slowest: dict[str, float] = {}
        for what, t in house.recoveries:
            slowest[what] = max(slowest.get(what, 0.0), t if t is not None else float("inf"))
        report = Report(took, seed, broken, dict(seen), house.kills, slowest, unrecovered, missed, findings)
        keep = keep or (not report.sound and broken is None)
        return report
    finally:
        house.stop()
        if keep:
            print(f"Journals and logs are in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


class People(msgspec.Struct):
    """Who there is, with the header each authenticates by."""

    rm_of: dict[str, str]
    rms: list[tuple[str, dict[str, str]]]
    agents: list[tuple[str, dict[str, str]]]
    admin: tuple[str, dict[str, str]]


async def _people(house: House) -> People:
    schema = load_schema()
    runtime = Runtime(Settings(database_url=house.database.app_url()), schema=schema)
    await runtime.open(house.database.app_url())

    async def work(connection: Any) -> People:
        async def person(name: str, role: str) -> tuple[str, dict[str, str]]:
            email = f"{name.replace(' ', '.').lower()}@placet.example"
            found = await users.add(connection, SYSTEM, name=name, email=email, role=role)
            _, secret = await tokens.create(connection, SYSTEM, user_id=found.id)
            return found.id, {"authorization": f"Bearer {secret}"}

        async def agent(name: str) -> tuple[str, dict[str, str]]:
            _, secret = await tokens.create(connection, SYSTEM, agent_name=name)
            return name, {"authorization": f"Bearer {secret}"}

        rms = [await person(f"Manager {n}", "rm") for n in range(RMS)]
        rm_of = {}
        for number in range(CUSTOMERS):
            rm, _ = rms[number % RMS]
            profile = {"occupation": f"Cook {number}", "employer": f"House {number}"} if number % 2 else {}
            customer = await records.create(
                connection, SYSTEM, name=f"Customer {number}", rm_id=rm, profile=profile, schema=schema
            )
            rm_of[customer.id] = rm
        agents = [await agent(f"reader-{n}") for n in range(AGENTS)]
        return People(rm_of, rms, agents, await person("Ada Admin", "admin"))

    try:
        return await runtime.transact(work)
    finally:
        await runtime.close()


def _clients(people: People, board: Board, folder: Path, dice: random.Random) -> list[Client]:
    chosen: list[tuple[type[Client], str, dict[str, str]]] = [
        *((Manager, *who) for who in people.rms for _ in range(SCREENS)),
        *((Agent, *who) for who in people.agents),
        (Admin, *people.admin),
    ]
    return [
        kind(f"c{n:02}", by, headers, journal.Journal(folder / f"c{n:02}.journal"), board, dice.getrandbits(32))
        for n, (kind, by, headers) in enumerate(chosen)
    ]


async def _kill(house: House, dice: random.Random, until: float) -> None:
    """One thing after the other dies, each when the one before is back; in the middle, once, the postmaster."""
    began = time.monotonic()
    middle = began + (until - began) / 2
    order: list[str] = []
    while time.monotonic() < until - 1:
        await asyncio.sleep(dice.uniform(0.3, 1.8))
        if time.monotonic() >= middle and not house.kills["postmaster"]:
            await house.kill("postmaster", dice)
            continue
        if not order:
            order = dice.sample(KILLS, len(KILLS))
        await house.kill(order.pop(), dice)
    await asyncio.sleep(max(0.0, until - time.monotonic()))


async def _without_the_guard(house: House) -> None:
    import asyncpg

    connection = await asyncpg.connect(house.database.owner_url())
    await connection.execute("alter table artifact disable trigger artifact_guard")
    await connection.execute(
        "create or replace function lock_for_decision(ids text[]) returns void language plpgsql as 'begin end'"
    )
    await connection.close()


def _back(slowest: float) -> str:
    return f"   back in {slowest:.1f} s at most" if slowest != float("inf") else "   NOT BACK in time"


def table(report: Report) -> str:
    """The report for a person."""
    lines = [f"{report.seconds:.0f} s, seed {report.seed}" + (f", broken: {report.broken}" if report.broken else "")]
    lines += [f"  {name:<44}{number:>8}" for name, number in sorted(report.seen.items())]
    lines += [
        f"  killed: {what:<36}{n:>8}" + (_back(report.slowest_recovery[what]) if n else "")
        for what, n in report.kills.items()
    ]
    by_rule = Counter(finding.rule for finding in report.findings)
    for rule, says in check.RULES.items():
        lines.append(f"  {'BROKEN ' + str(by_rule[rule]) if by_rule[rule] else 'holds':<12} {rule}: {says}")
        lines += [f"      {f.about}: {f.what}" for f in [f for f in report.findings if f.rule == rule][:3]]
    lines += [f"  TOO LITTLE  {what}" for what in report.missed]
    lines += [f"  TOO LATE    {what}" for what in report.unrecovered]
    lines.append("Sound." if report.sound else "Not sound.")
    return "\n".join(lines)
