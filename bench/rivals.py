"""What Placet is measured against: pgbench with the same SQL, on the same server and data."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from placet.db import embedded
from placet.db.embedded.programs import _installed
from placet.db.engine import APP_ROLE


class Measured(NamedTuple):
    """Transactions a second, how many there were, and the mean latency in milliseconds."""

    rate: float
    done: int
    latency: float


async def pgbench(
    server: embedded.EmbeddedServer, database: str, script: str, *, clients: int, seconds: float, **variables: int
) -> Measured:
    """Run a script with so many clients, prepared statements and two threads at most, as the application's role."""
    program = _installed() / "bin" / "pgbench"
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        command = [
            str(program),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(min(2, clients)),
            "-T",
            str(max(1, round(seconds))),
        ]
        command += [f"-D{name}={value}" for name, value in variables.items()]
        command += ["-f", file.name, "-h", str(server.socket_dir), "-p", str(server.port), "-U", APP_ROLE, database]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=Path("/")
        )
        out, err = await process.communicate()
    said = out.decode() + err.decode()
    rate = re.search(r"tps = ([\d.]+)", said)
    count = re.search(r"actually processed: (\d+)", said)
    latency = re.search(r"latency average = ([\d.]+) ms", said)
    if process.returncode != 0 or not (rate and count and latency):
        raise RuntimeError(f"pgbench ended with {process.returncode}:\n{said[-2000:]}")
    return Measured(float(rate[1]), int(count[1]), float(latency[1]))
