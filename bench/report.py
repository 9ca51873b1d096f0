"""What a run says: the machine first, then a line per row and under it what one should know about it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg

from bench import home
from bench.measure import Row
from placet import __version__
from placet.db import embedded


async def facts(server: embedded.EmbeddedServer, processes: int, pool: int | None) -> dict[str, Any]:
    """What the figures depend on."""
    connection = await asyncpg.connect(server.owner_url("postgres"))
    try:
        version = await connection.fetchval("show server_version")
        buffers = await connection.fetchval("show shared_buffers")
    finally:
        await connection.close()
    return {
        "placet": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "postgresql": version,
        "shared_buffers": buffers,
        "durability": await home.require_durability(server.app_url("placet")),
        "servers": processes,
        "pool": pool or "as Placet sets it",
    }


def _commit() -> str:
    root = Path(__file__).parents[1]

    def git(*arguments: str) -> str:
        found = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
        return found.stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + (
        " with changes" if git("status", "--porcelain", "src") else ""
    )


def print_facts(found: dict[str, Any]) -> None:
    """One line each."""
    for name, value in found.items():
        print(f"{name:15} {value if not isinstance(value, dict) else ', '.join(f'{k}={v}' for k, v in value.items())}")
    print("", flush=True)


def print_row(row: Row) -> None:
    """The row, and its notes indented."""
    verdict = {True: "reached", False: "MISSED", None: "-"}[row.good]
    ratio = f"{row.ratio:.2f}x" if row.ratio is not None else ""
    spread = f" (p10-p90 {row.spread[0]:.2f}..{row.spread[1]:.2f})" if row.spread else ""
    print(f"  {row.name:14} {row.what}")
    print(
        f"  {'':14} goal {row.goal}: {verdict}   {ratio}{spread}   {row.seen}{'  beside ' + row.beside if row.beside else ''}"
    )
    for note in row.notes:
        print(f"  {'':16} {note}")
    sys.stdout.flush()


def print_rows(rows: list[Row]) -> list[Row]:
    """Each, and all of them back."""
    for row in rows:
        print_row(row)
    return rows
