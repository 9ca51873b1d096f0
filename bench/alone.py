"""What needs no large database: the reader, the commands' start, the first page of a new demo."""

from __future__ import annotations

import asyncio
import datetime
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from bench.measure import Row
from placet.db import embedded

PLACET = str(Path(sys.executable).with_name("placet"))


async def reader() -> list[Row]:
    """A note of a thousand words, and a transcript of ten thousand; both from the demo's notes."""
    return await asyncio.to_thread(_reader)


def _reader() -> list[Row]:
    from placet.agent.reader import read
    from placet.customers.schema import load_schema

    schema, day = load_schema(), datetime.date(2026, 11, 2)
    notes = sorted((one for one in (files("placet.demo") / "data" / "notes").iterdir()), key=lambda one: one.name)
    text = "\n\n".join(one.read_text(encoding="utf-8") for one in notes)
    times = {}
    for words, runs in ((1000, 21), (10_000, 5)):
        note = _of_words(text, words)
        read(note, schema=schema, date=day)
        taken = []
        for _ in range(runs):
            began = time.perf_counter()
            read(note, schema=schema, date=day)
            taken.append(time.perf_counter() - began)
        times[words] = taken
    short, long = statistics.median(times[1000]), statistics.median(times[10_000])
    return [
        Row(
            name="reader-1000",
            what="offline reader, a note of 1,000 words, p50",
            goal="< 50 ms",
            seen=f"{short * 1000:.0f} ms ({min(times[1000]) * 1000:.0f}..{max(times[1000]) * 1000:.0f})",
            good=short < 0.05,
        ),
        Row(
            name="reader-10000",
            what="offline reader, a transcript of 10,000 words",
            goal="< 1 s",
            seen=f"{long:.2f} s",
            good=long < 1,
            notes=[f"{long / short:.1f} times what a tenth of it takes; 10 is linear"],
        ),
    ]


def _of_words(text: str, words: int) -> str:
    """So many words of a text that is repeated as often as it takes, line breaks kept."""
    pieces = re.findall(r"\S+\s*", text)
    return "".join(pieces[n % len(pieces)] for n in range(words))


async def help_time() -> list[Row]:
    """From the command to its help."""
    taken = []
    for _ in range(8):
        began = time.perf_counter()
        await asyncio.to_thread(subprocess.run, [PLACET, "--help"], stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - began)
    seen = statistics.median(taken[1:])
    shown = f"{seen:.2f} s ({min(taken[1:]):.2f}..{max(taken[1:]):.2f})"
    return [Row(name="help", what="placet --help", goal="< 0.4 s", seen=shown, good=seen < 0.4)]


async def demo() -> list[Row]:
    """From `placet demo` on an empty home to the first page that answers."""
    with tempfile.TemporaryDirectory(prefix="placet-bench-", ignore_cleanup_errors=True) as home:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
        environment["PLACET_HOME"] = home
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(PLACET, "demo", "--no-browser", "--port", "0"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
        assert process.stdout is not None
        try:
            port = None
            while port is None:
                line = await asyncio.wait_for(process.stdout.readline(), 120)
                if not line:
                    raise RuntimeError("placet demo ended before it served.")
                if found := re.search(rb"http://(?:127\.0\.0\.1|localhost):(\d+)", line):
                    port = int(found[1])
            for _ in range(3000):
                if await _answers(port):
                    break
                await asyncio.sleep(0.02)
            taken = time.perf_counter() - began
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()
            embedded.wait_until_stopped(Path(home))
    what = "first page of an installed demo, from an empty home"
    return [Row(name="demo", what=what, goal="< 8 s", seen=f"{taken:.1f} s", good=taken < 8)]


async def _answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /sign-in HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n")
        line = await reader.readline()
        writer.close()
    except OSError:
        return False
    return b" 200 " in line


async def not_measured() -> list[Row]:
    """The rows that cannot be had, so that nobody takes their absence for success."""
    return [
        Row(
            name="nextjs",
            what="against a Next.js + drizzle service",
            goal=">= 6x",
            seen="not measured here: it needs Node and that service",
        ),
        Row(
            name="export",
            what="export of 1 million events",
            goal="< 200 MB RSS",
            seen="not measured: there is no export yet",
        ),
    ]
