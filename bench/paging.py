"""The inbox as a page, with a thousand proposals in it: how long the server takes, and how heavy it is."""

from __future__ import annotations

import re
import statistics
import time
from hashlib import sha256

import httpx

from bench.measure import Place, Row

PENDING = 1000
COOKIE = "__Host-placet"
TOKEN = "bench-sign-in"


async def inbox_page(place: Place) -> Row:
    """Give one RM the customers of others until a thousand wait, sign in, and fetch."""
    rm = "bench-rm-0"
    await place.owner.execute("delete from sign_in where user_id = $1", rm)
    for number in range(1, 50):
        if (
            await place.owner.fetchval("select count(*) from artifact where rm_id = $1 and status = 'pending'", rm)
            >= PENDING
        ):
            break
        await place.owner.execute("update customer set rm_id = $1 where rm_id = $2", rm, f"bench-rm-{number}")
        await place.owner.execute(
            "update artifact set rm_id = $1 where rm_id = $2 and status = 'pending'", rm, f"bench-rm-{number}"
        )
    pending = await place.owner.fetchval("select count(*) from artifact where rm_id = $1 and status = 'pending'", rm)
    await place.owner.execute(
        "insert into sign_in (token_hash, user_id, expires_at) values ($1, $2, now() + interval '1 hour')",
        sha256(TOKEN.encode()).digest(),
        rm,
    )
    taken, whole, sent = [], 0, 0
    server = f"http://127.0.0.1:{place.address[1]}"
    async with httpx.AsyncClient(base_url=server, headers={"cookie": f"{COOKIE}={TOKEN}"}) as client:
        for _ in range(12):
            began = time.perf_counter()
            page = await client.get("/inbox")
            taken.append(time.perf_counter() - began)
            page.raise_for_status()
        linked = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg|woff2)[^"]*)"', page.text))
        for answer in [page, *[await client.get(address) for address in linked]]:
            whole += len(answer.content)
            sent += answer.num_bytes_downloaded
    seen = statistics.median(taken[1:])
    return Row(
        name="inbox-page",
        what=f"inbox page with {pending:,} pending: the server's time, and what is sent on a first visit",
        goal="first paint < 1 s, < 150 kB",
        seen=f"{seen * 1000:.0f} ms, {sent / 1000:.0f} kB",
        good=seen < 1 and sent < 150_000,
        notes=[
            f"{len(page.content) / 1000:.0f} kB of it the page, {whole / 1000:.0f} kB in all before compression;"
            " painting is the browser's and not measured"
        ],
    )
