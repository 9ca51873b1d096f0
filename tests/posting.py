"""Webhooks and somebody who makes deliveries, for tests: a schedule that takes no time, this machine may be called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from conftest import SECRET_KEY, World
from eventually import eventually
from placet.artifacts.artifact import Artifact
from placet.triggers import rules
from placet.triggers.deliver import Deliverer
from placet.triggers.trigger import Context, Delivery, Done, Output, Result, Trigger, provenance, triggers
from placet.triggers.webhook import Signing, new_secret

KEY = SECRET_KEY
BOTH = ["artifact.accepted", "artifact.edited"]


class Post:
    """Rules, and a deliverer whose schedule takes no time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = world.runtime.settings
        self.made: list[str] = []

    def deliverer(self, **more: Any) -> Deliverer:
        more = {"schedule": (0.0, 0.0, 0.0), "poll": 0.01} | more
        return Deliverer(self.settings, self.world.runtime.schema, self.world.runtime.pool, **more)

    async def webhook(
        self, url: str, *, kinds: list[str] | None = None, values: bool = False, delay: int = 0
    ) -> rules.Rule:
        self.secret = new_secret()
        signing = msgspec.to_builtins([Signing(self.secret)])

        async def work(connection: Any) -> rules.Rule:
            return await rules.add(
                connection,
                admin,
                "webhook",
                kinds=BOTH if kinds is None else kinds,
                config={"url": url, "include_values": values, "signing": signing},
                secret_key=KEY,
                types=["profile_edit"],
                delay_s=delay,
            )

        admin = await self.world.person("admin")
        rule = await self.world.runtime.transact(work)
        self.made.append(rule.id)
        return rule

    async def forget(self) -> None:
        """Rules of one test promise nothing in the next."""
        for rule_id in self.made:
            await self.world.runtime.transact(lambda c, r=rule_id: c.execute(rules.SQL["remove"], r))

    async def run(self, until: Callable[[], Awaitable[bool]], **more: Any) -> None:
        """Deliver until something is so."""
        deliverer = self.deliverer(**more)
        task = asyncio.create_task(deliverer.run())
        try:
            await eventually(until)
        finally:
            await deliverer.stop(5)
            await task

    async def settled(self) -> bool:
        """Nothing waits."""
        return not await self.world.rows("select from delivery where status = 'promised'")

    async def deliveries(self, artifact: Artifact) -> list[dict[str, Any]]:
        return await self.world.rows("select * from delivery where artifact_id = $1 order by seq", artifact.id)


class Noted(Trigger):
    """Keeps what it was called with, and leaves a file; fails where it is told to."""

    name, label = "test.note", "Note it down"
    Config = msgspec.defstruct("NotedConfig", [("tone", str), ("pin", str | None, None)], forbid_unknown_fields=True)
    secrets = frozenset({"pin"})

    def __init__(self) -> None:
        self.calls: list[tuple[Delivery, Any]] = []
        self.result: Result | Exception = Done(
            detail="Noted.", outputs=(Output(name="note.txt", media_type="text/plain", content=b"noted"),)
        )

    async def call(self, delivery: Delivery, config: Any, context: Context) -> Result:
        self.calls.append((delivery, config))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@contextmanager
def installed(trigger: Trigger) -> Iterator[Trigger]:
    """A trigger is there as if a package had brought it."""
    triggers()[trigger.name] = trigger
    provenance()[trigger.name] = "a test"
    try:
        yield trigger
    finally:
        del triggers()[trigger.name], provenance()[trigger.name]
