"""A load client that does not get in the way: keep-alive HTTP/1.1 over plain sockets, one request at a time on each.

It runs as a process of its own (`python -m bench.load`), takes a job as JSON on stdin and prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

HEAD_END = b"\r\n\r\n"


class Job:
    """What to send and what came back, shared by all connections."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.host, self.port = given["host"], given["port"]
        self.seconds: float = given["seconds"]
        self.connections: int = given["connections"]
        self.requests = [_bytes(one, self.host) for one in given["requests"]]
        self.cycle: bool = given.get("cycle", False)
        self.sent = 0
        self.deadline = 0.0
        self.statuses: dict[int, int] = {}
        self.latencies: list[float] = []
        self.received = 0
        self.sample = ""
        self.last = b""

    def next(self) -> bytes | None:
        """The next request, or None when the time is up or nothing is left."""
        if time.perf_counter() >= self.deadline or (self.sent >= len(self.requests) and not self.cycle):
            return None
        found = self.requests[self.sent % len(self.requests)]
        self.sent += 1
        return found


def _bytes(one: dict[str, Any], host: str) -> bytes:
    body: bytes = one.get("body", "").encode()
    head = f"{one['method']} {one['path']} HTTP/1.1\r\nhost: {host}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in one.get("headers", {}).items())
    if body:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Caller(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends the next."""

    def __init__(self, job: Job, done: asyncio.Future[None]) -> None:
        self.job, self.done = job, done
        self.buffer = b""
        self.began = 0.0
        self.transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def start(self) -> None:
        """Send the next request, or end."""
        request = self.job.next()
        if request is None:
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        end = self.buffer.find(HEAD_END)
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16 : head.find(b"\r", at) if head.find(b"\r", at) > 0 else end]) if at > 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        job = self.job
        status = int(head[9:12])
        job.statuses[status] = job.statuses.get(status, 0) + 1
        job.latencies.append(time.perf_counter() - self.began)
        job.received += end + 4 + length
        job.last = self.buffer
        if not job.sample or (status != 200 and not job.sample.startswith("!")):
            job.sample = ("!" if status >= 300 else "") + self.buffer[end + 4 :].decode("utf-8", "replace")
        self.buffer = b""
        self.start()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(given: dict[str, Any]) -> dict[str, Any]:
    """Do the job: `seconds` and `elapsed` in seconds, `latencies` in milliseconds, sorted."""
    job = Job(given)
    loop = asyncio.get_running_loop()
    callers, ends = [], []
    for _ in range(job.connections):
        done: asyncio.Future[None] = loop.create_future()
        _, caller = await loop.create_connection(lambda done=done: Caller(job, done), job.host, job.port)  # type: ignore[misc]
        callers.append(caller)
        ends.append(done)
    began = time.perf_counter()
    cpu = time.process_time()
    job.deadline = began + job.seconds
    for caller in callers:
        caller.start()
    await asyncio.gather(*ends)
    elapsed = time.perf_counter() - began
    job.latencies.sort()
    return {
        "elapsed": elapsed,
        "cpu": time.process_time() - cpu,
        "statuses": {str(status): count for status, count in job.statuses.items()},
        "sent": job.sent,
        "bytes": job.received,
        "p50": percentile(job.latencies, 0.5) * 1000,
        "p90": percentile(job.latencies, 0.9) * 1000,
        "p99": percentile(job.latencies, 0.99) * 1000,
        "sample": job.sample[:2000],
        "whole": job.last.partition(HEAD_END)[2].decode("utf-8", "replace"),
    }


def percentile(ordered: list[float], share: float) -> float:
    """The value below which that share of the ordered ones lie; 0 of none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def main() -> None:
    """Read a job, do it, print what was seen."""
    given = json.load(sys.stdin)
    try:
        import uvloop
    except ImportError:
        found = asyncio.run(run(given))
    else:
        found = uvloop.run(run(given))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
