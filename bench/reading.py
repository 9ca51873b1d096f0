"""Lists over HTTP beside pgbench on the very statement Placet runs."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from bench import filling, home
from bench.measure import Place, Row, compared_row, in_turn
from bench.rivals import pgbench
from bench.serving import call
from placet.artifacts import inbox
from placet.identity.principal import Authority, Principal

CONNECTIONS = 16
GOAL = 0.35
SOMEBODY = Principal("rm", "somebody", "Somebody", authority=Authority())


def list_script(customers: int) -> str:
    """The list of a random customer, as Placet asks for it, in pgbench's words."""
    question = inbox.query(SOMEBODY, inbox.Filters(customer_id="?"), limit=50)
    return f"\\set n random(0, {customers - 1})\n{_filled(*question, rm='(:n / 50)', customer=':n')};\n"


def inbox_script(rms: int) -> str:
    """The first page of a random RM's inbox."""
    question = inbox.query(SOMEBODY, inbox.Filters(status="pending"), limit=50)
    return f"\\set n random(0, {rms - 1})\n{_filled(*question, rm=':n::int')};\n"


def _filled(sql: str, arguments: list[Any], *, rm: str, customer: str = "") -> str:
    """The statement on one line, with expressions of pgbench's variables for its parameters."""
    person = f"format('bench-rm-%s', {rm})"
    for number in range(len(arguments), 0, -1):
        match arguments[number - 1]:
            case list():
                value = f"array[{person}]"
            case "?":
                value = f"left(md5('c' || {customer}), 21)"
            case str():
                value = person
            case other:
                value = str(other)
        sql = sql.replace(f"${number}", f"({value})")
    line = " ".join(line.partition("--")[0] for line in sql.splitlines())
    return re.sub(r"(?<!:):(?=[A-Z])", "' || chr(58) || '", line)  # in a quoted format pgbench would see a variable


async def _compare(place: Place, name: str, what: str, requests: list[dict[str, Any]], script: str) -> Row:
    rows = 0

    async def ours() -> float:
        nonlocal rows
        random.shuffle(requests)
        found = await call(place.address, requests, connections=CONNECTIONS, seconds=place.seconds, cycle=True)
        if set(found["statuses"]) != {"200"}:
            raise RuntimeError(f"The server answered {found['statuses']}: {found['sample'][:300]}")
        rows = len(json.loads(found["whole"])["artifacts"])
        if rows < min(50, place.artifacts // 200):
            raise RuntimeError(f"A page of {rows} artifacts is no page of 50.")
        return float(found["statuses"]["200"] / found["elapsed"])

    async def rival() -> float:
        return (await pgbench(place.server, place.database, script, clients=CONNECTIONS, seconds=place.seconds)).rate

    found = await in_turn(place.slices, ours, rival)
    return compared_row(name, what, GOAL, found, "/s", "the same SQL", notes=[f"a page held {rows} artifacts"])


async def list_50(place: Place) -> Row:
    """The newest fifty of a customer."""
    people = filling.customers(place.artifacts)
    rows = await place.owner.fetch("select id, rm_id from bench_customer order by random() limit 2000")
    requests = [_get(f"/api/customers/{row['id']}/artifacts?limit=50", row["rm_id"]) for row in rows]
    what = f"list 50 of a customer, {CONNECTIONS} connections"
    return await _compare(place, "list-50", what, requests, list_script(people))


async def inbox_50(place: Place) -> Row:
    """An RM's inbox."""
    people = filling.rms(place.artifacts)
    requests = [_get("/api/artifacts?status=pending&limit=50", f"bench-rm-{n}") for n in range(min(people, 2000))]
    what = f"inbox page of 50, {CONNECTIONS} connections"
    return await _compare(place, "inbox-50", what, requests, inbox_script(people))


def _get(path: str, rm: str) -> dict[str, Any]:
    return {"method": "GET", "path": path, "headers": {"authorization": f"Bearer {home.token(rm)}"}}
