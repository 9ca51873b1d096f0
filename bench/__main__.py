"""`python -m bench`: measure every row of the table and print it beside its goal."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import msgspec

from bench import alone, deciding, growing, home, live, paging, proposing, reading, report, sealing
from bench.measure import Place, Row
from bench.serving import serve
from placet.db import embedded

# In this order: the reading ones while the data is as it was filled, and last the one that hands customers over.
SIZED: dict[str, Callable[[Place], Awaitable[Row]]] = {
    "list-50": reading.list_50,
    "inbox-50": reading.inbox_50,
    "decide-64": deciding.decide_64,
    "decide-1": deciding.decide_1,
    "decide-sealed": sealing.decide_sealed,
    "batch-20": deciding.batch_of_20,
    "propose-10": proposing.propose_10,
    "live": live.live,
    "inbox-page": paging.inbox_page,
}
ALONE: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "reader": alone.reader,
    "help": alone.help_time,
    "demo": alone.demo,
    "not-measured": alone.not_measured,
}
SMALLEST = 10_000  # where growth is counted from


def arguments() -> argparse.Namespace:
    """What to measure, and how long."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--artifacts", type=int, action="append", metavar="N", help="how many; default 100000 and 1000000"
    )
    parser.add_argument("--huge", action="store_true", help="10 million artifacts too")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter slices, 100 thousand artifacts only")
    names = ", ".join([*SIZED, "growth", *ALONE])
    parser.add_argument("--only", action="append", metavar="NAME", help=f"this row only; may be given again: {names}")
    parser.add_argument("--servers", type=int, default=1, metavar="N", help="processes of placet serve; default 1")
    parser.add_argument("--pool", type=int, metavar="N", help="PLACET_POOL_SIZE of each; default Placet's own")
    parser.add_argument("--slices", type=int, metavar="N", help="slices of each side; default 7, quick 3")
    parser.add_argument("--seconds", type=float, metavar="S", help="length of a slice; default 4, quick 2")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there as JSON too")
    return parser.parse_args()


async def main() -> None:
    """Measure and print."""
    given = arguments()
    sizes = given.artifacts or ([100_000] if given.quick else [100_000, 1_000_000])
    if given.huge:
        sizes.append(10_000_000)
    rows: list[Row] = []
    server = embedded.start(home.home())
    try:
        facts = await report.facts(server, given.servers, given.pool)
        report.print_facts(facts)
        seen: dict[int, dict[str, int]] = {}
        if _wanted("growth", given):
            seen[SMALLEST] = await count_pages(server, SMALLEST)
        for artifacts in sizes:
            rows += await measure(server, artifacts, given, seen)
        if seen:
            print("\nGrowth", flush=True)
            rows += report.print_rows(growing.growth_rows(seen))
    finally:
        home.wait_for(server)
    print("\nWhatever there is", flush=True)
    for name, alone_rows in ALONE.items():
        if _wanted(name, given):
            rows += report.print_rows(await alone_rows())
    if given.json:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode({"facts": facts, "rows": rows})))


def _wanted(name: str, given: argparse.Namespace) -> bool:
    return not given.only or name in given.only


async def _tried(name: str, measuring: Awaitable[Row]) -> Row:
    """The row, or one that says what went wrong, so that the others are measured all the same."""
    try:
        return await measuring
    except (RuntimeError, httpx.HTTPError, asyncpg.PostgresError) as error:
        return Row(name=name, what="could not be measured", goal="a figure", seen=str(error)[:300], good=False)


async def count_pages(server: embedded.EmbeddedServer, artifacts: int) -> dict[str, int]:
    """Pages touched by each verb at this size, and nothing else."""
    async with home.database(server, artifacts) as name:
        owner = await asyncpg.connect(server.owner_url(name))
        try:
            nowhere = ("", 0)
            return await growing.buffers(
                Place(
                    server=server, database=name, artifacts=artifacts, owner=owner, address=nowhere, slices=0, seconds=0
                )
            )
        finally:
            await owner.close()


async def measure(
    server: embedded.EmbeddedServer, artifacts: int, given: argparse.Namespace, seen: dict[int, dict[str, int]]
) -> list[Row]:
    """The rows that depend on how much there is; `seen` gets the pages touched at this size."""
    chosen = {name: row for name, row in SIZED.items() if _wanted(name, given)}
    print(f"\n{artifacts:,} artifacts", flush=True)
    if seen:
        seen[artifacts] = await count_pages(server, artifacts)
    if not chosen:
        return []
    rows = []
    settings = {"PLACET_POOL_SIZE": str(given.pool)} if given.pool else {}
    async with home.database(server, artifacts) as database:
        await home.require_durability(server.app_url(database))
        owner = await asyncpg.connect(server.owner_url(database))
        try:
            async with serve(server.app_url(database), processes=given.servers, **settings) as address:
                place = Place(
                    server=server,
                    database=database,
                    artifacts=artifacts,
                    owner=owner,
                    address=address,
                    slices=given.slices or (3 if given.quick else 7),
                    seconds=given.seconds or (2 if given.quick else 4),
                )
                for name, one in chosen.items():
                    row = await _tried(name, one(place))
                    row.artifacts = artifacts
                    rows += report.print_rows([row])
        finally:
            await owner.close()
    return rows


if __name__ == "__main__":
    asyncio.run(main())
