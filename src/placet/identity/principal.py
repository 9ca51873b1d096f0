"""The principal: on whose authority a verb is called, and by which door. Built from credentials, never from a body."""

from __future__ import annotations

import msgspec

PEOPLE = ("rm", "admin", "auditor")


class StandIn(msgspec.Struct, frozen=True):
    """A live delegation to a person: whose customers, and which of them (or which artifacts); None means all."""

    rm: str
    rm_name: str
    customers: tuple[str, ...] | None = None
    artifacts: tuple[str, ...] | None = None


class Authority(msgspec.Struct, frozen=True):
    """What a person may beyond the customers attached to them: by delegation, and by customer or team (`see`, `cosign`)."""

    delegations: tuple[StandIn, ...] = ()
    customers: dict[str, str] = {}
    teams: dict[str, str] = {}

    @property
    def nothing(self) -> bool:
        """Whether it adds nothing, as for most people."""
        return not (self.delegations or self.customers or self.teams)


class Principal(msgspec.Struct, frozen=True):
    """A person, an agent or Placet itself.

    `customers`, `fields` and `hourly_quota` bound an agent; None means all, all, and no bound. `authority` is a person's,
    as read with their credentials; None means that nobody looked.
    """

    type: str  # rm, admin, auditor, agent, system
    id: str
    name: str
    door: str = "library"  # web, api, cli, library, demo: which door the trail names
    customers: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    hourly_quota: int | None = None
    authority: Authority | None = None

    @property
    def is_agent(self) -> bool:
        """Whether this is a machine's credential, which can never decide."""
        return self.type == "agent"

    @property
    def key(self) -> str:
        """What idempotency keys and quotas are kept under."""
        return f"{self.type}:{self.id}"


def agent(
    name: str,
    *,
    customers: tuple[str, ...] | None = None,
    fields: tuple[str, ...] | None = None,
    hourly_quota: int | None = None,
    door: str = "library",
) -> Principal:
    """An agent's principal; its name is its id, so that renewing its token changes nothing in the trail."""
    return Principal("agent", name, name, door, customers, fields, hourly_quota)


def authority(said: str | None) -> Authority:
    """An authority from what the database's `authority_of` says as JSON text; null is none."""
    return msgspec.json.decode(said, type=Authority) if said is not None else Authority()


SYSTEM = Principal("system", "placet", "Placet", "system")
