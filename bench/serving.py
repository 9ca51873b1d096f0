"""A real `placet serve` over the measured database, and the load client's process that calls it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.load import Job

__all__ = ["Job", "call", "serve"]


@asynccontextmanager
async def serve(database_url: str, *, processes: int = 1, **settings: str) -> AsyncIterator[tuple[str, int]]:
    """Host and port of a server of so many processes, as an operator starts it; stopped by SIGTERM."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
    environment |= {"PLACET_DATABASE_URL": database_url, "PLACET_HOST": "127.0.0.1", "PLACET_PORT": "0", **settings}
    command = [str(Path(sys.executable).with_name("placet")), "serve", "--port", "0", "--workers", str(processes)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environment)
    assert process.stdout is not None
    try:
        port = None
        while port is None:
            line = await asyncio.wait_for(process.stdout.readline(), 30)
            if not line:
                raise RuntimeError("placet serve ended before it served.")
            if found := re.search(rb"http://127\.0\.0\.1:(\d+)", line):
                port = int(found[1])
        await _until_ready(port)
        yield "127.0.0.1", port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def call(
    address: tuple[str, int], requests: list[dict[str, Any]], *, connections: int, seconds: float, cycle: bool = False
) -> dict[str, Any]:
    """Send requests from a process of its own and say what came back; see `bench.load.run`."""
    job = {
        "host": address[0],
        "port": address[1],
        "connections": connections,
        "seconds": seconds,
        "requests": requests,
        "cycle": cycle,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(json.dumps(job).encode())
    if process.returncode != 0:
        raise RuntimeError(f"The load client ended with {process.returncode}.")
    found: dict[str, Any] = json.loads(out)
    return found


async def _until_ready(port: int) -> None:
    for _ in range(200):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /readyz HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n")
            line = await reader.readline()
            writer.close()
            if b" 200 " in line:
                return
        except OSError:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError("placet serve was not ready within 20 s.")
