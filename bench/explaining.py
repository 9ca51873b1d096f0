"""A connection that has every statement explained before it runs it: what a verb really asks of the database.

Each statement is run twice, the first time under `explain (analyze, buffers)` in a savepoint that is rolled back. So it is
used inside a transaction, and what is written is written once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import asyncpg


class Plan:
    """One statement and how it was done."""

    def __init__(self, sql: str, found: dict[str, Any]) -> None:
        self.sql = sql
        self.root: dict[str, Any] = found["Plan"]

    @property
    def buffers(self) -> int:
        """Pages looked at, wherever they lay; of what functions in it did, too."""
        return int(self.root.get("Shared Hit Blocks", 0)) + int(self.root.get("Shared Read Blocks", 0))

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """Every step, the outermost first."""
        return list(_walk(self.root))

    def scans(self) -> list[tuple[str, str, str | None]]:
        """How each table was read: the step, the table, the index (None where none served)."""
        found = []
        for node in self.nodes:
            if node["Node Type"] == "Bitmap Index Scan":
                found.append((node["Node Type"], "", node.get("Index Name")))
            elif "Relation Name" in node and node["Node Type"] not in ("ModifyTable", "Bitmap Heap Scan"):
                found.append((node["Node Type"], node["Relation Name"], node.get("Index Name")))
        return found


class Explaining:
    """Stands for a connection; `plans` is what ran on it. A statement's triggers and functions count in its buffers."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.plans: list[Plan] = []

    @property
    def buffers(self) -> int:
        """Pages all of them looked at."""
        return sum(plan.buffers for plan in self.plans)

    def transaction(self, **options: Any) -> Any:
        return self.connection.transaction(**options)

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        await self._explain(sql, arguments)
        return list(await self.connection.fetch(sql, *arguments))

    async def fetchrow(self, sql: str, *arguments: Any) -> Any:
        await self._explain(sql, arguments)
        return await self.connection.fetchrow(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        await self._explain(sql, arguments)
        return await self.connection.fetchval(sql, *arguments)

    async def execute(self, sql: str, *arguments: Any) -> str:
        await self._explain(sql, arguments)
        return str(await self.connection.execute(sql, *arguments))

    async def _explain(self, sql: str, arguments: tuple[Any, ...]) -> None:
        trial = self.connection.transaction()
        await trial.start()
        try:
            text = await self.connection.fetchval(f"explain (analyze, buffers, format json) {sql}", *arguments)
        finally:
            await trial.rollback()
        self.plans.append(Plan(sql, json.loads(text)[0]))


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk(child)
