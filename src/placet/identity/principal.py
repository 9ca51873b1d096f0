"""The principal: on whose authority a verb is called, and by which door. Built from credentials, never from a body."""

from __future__ import annotations

import msgspec

PEOPLE = ("rm", "admin", "auditor")


class Principal(msgspec.Struct, frozen=True):
    """A person, an agent or Placet itself. `customers` bounds an agent; None means all."""

    type: str  # rm, admin, auditor, agent, system
    id: str
    name: str
    door: str = "library"  # web, api, cli, library, demo: which door the trail names
    customers: tuple[str, ...] | None = None

    @property
    def is_agent(self) -> bool:
        """Whether this is a machine's credential, which can never decide."""
        return self.type == "agent"

    @property
    def key(self) -> str:
        """What idempotency keys and quotas are kept under."""
        return f"{self.type}:{self.id}"


def agent(name: str, *, customers: tuple[str, ...] | None = None, door: str = "library") -> Principal:
    """An agent's principal; its name is its id, so that renewing its token changes nothing in the trail."""
    return Principal("agent", name, name, door, customers)


SYSTEM = Principal("system", "placet", "Placet", "system")
