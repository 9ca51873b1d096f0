"""People, an agent and a customer for tests that speak HTTP, and short words for what such a test asks."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx
import pytest

from conftest import World
from placet.identity.principal import Principal

_numbers = itertools.count(1)


def edit(field: str, value: Any, **payload: Any) -> dict[str, Any]:
    """A profile edit as it is proposed; `payload` holds its further members."""
    return {"payload": {"field_key": field, "proposed_value": value, **payload}}


class Desk:
    """A customer, the people around them, and their credentials. Every method speaks HTTP and answers the response."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world = world
        self.http = http

    async def open(self) -> None:
        """Make everybody."""
        world = self.world
        self.rm, self.other, self.colleague = await world.person(), await world.person(), await world.person()
        self.admin, self.auditor = await world.person("admin"), await world.person("auditor")
        self.as_rm, self.as_other = await world.token(self.rm), await world.token(self.other)
        self.as_admin, self.as_auditor = await world.token(self.admin), await world.token(self.auditor)
        self.agent = f"reader-{next(_numbers)}"
        self.as_agent = await world.token(agent=self.agent)
        self.customer = await self.new_customer()

    async def new_customer(self, profile: dict[str, Any] | None = None, *, rm: Principal | None = None) -> str:
        """The id of another customer of the RM."""
        return await self.world.customer(rm or self.rm, profile)

    async def get(self, path: str, who: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        """GET as the RM, or as `who`."""
        return await self.http.get(path, headers=self.as_rm if who is None else who, params=query or None)

    async def post(self, path: str, body: Any = None, who: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """POST as the RM, or as `who`; `key` is an Idempotency-Key."""
        return await self._send("POST", path, body, who, **more)

    async def patch(self, path: str, body: Any, who: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """PATCH as the RM, or as `who`."""
        return await self._send("PATCH", path, body, who, **more)

    async def _send(
        self, method: str, path: str, body: Any, who: dict[str, str] | None, key: str | None = None
    ) -> httpx.Response:
        headers = {**(self.as_rm if who is None else who), **({"idempotency-key": key} if key is not None else {})}
        if body is None:
            return await self.http.request(method, path, headers=headers)
        return await self.http.request(
            method,
            path,
            content=json.dumps(body, ensure_ascii=False),
            headers={"content-type": "application/json", **headers},
        )

    async def proposes(self, *items: dict[str, Any], customer: str | None = None, **more: Any) -> dict[str, Any]:
        """The agent's batch as it was answered; `more` are further members of the body."""
        body = {"artifacts": list(items), **more}
        answer = await self.post(f"/api/customers/{customer or self.customer}/artifacts", body, self.as_agent)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def pending(self, field: str = "occupation", value: Any = "Cook", **more: Any) -> dict[str, Any]:
        """One pending artifact of a new batch, for `customer` or the desk's."""
        customer = more.pop("customer", None)
        return (await self.proposes(edit(field, value, **more), customer=customer))["artifacts"][0]

    async def decide(
        self, artifact: dict[str, Any], status: str, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """PATCH one artifact; `who` decides, further members go into the body."""
        who = more.pop("who", None)
        return await self.patch(f"/api/artifacts/{artifact['id']}", {"status": status, **more}, who, key=key)

    async def events(self, artifact_id: str) -> list[dict[str, Any]]:
        """An artifact's events as the API lists them, oldest first."""
        found: list[dict[str, Any]] = (await self.get(f"/api/artifacts/{artifact_id}/events", self.as_admin)).json()[
            "events"
        ]
        return found

    async def profile(self, customer: str | None = None) -> dict[str, Any]:
        """The profile as HTTP shows it."""
        return (await self.get(f"/api/customers/{customer or self.customer}")).json()["customer"]["profile"]

    async def counts(self) -> dict[str, int]:
        """How many rows there are of everything a request could write."""
        tables = (
            "artifact", "batch", "source", "event", "event_body", "delivery", "profile_value", "customer", "delegation", "team",
            "team_member", "customer_member", "signature",
        )  # fmt: skip
        [row] = await self.world.rows(
            "select "
            + ", ".join(f"(select count(*) from {name}) as {name}" for name in tables)
            + ", (select count(*) from artifact where status = 'pending') as pending"
            + ", (select coalesce(sum(version), 0)::int from profile_value) as versions"
        )
        return row


def problem(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of a refusal, checked for everything every one of them has."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code", "error"} <= set(body)
    assert body["status"] == status
    assert body["error"] == body["detail"]
    assert body["type"].endswith(body["code"])
    if code is not None:
        assert body["code"] == code, body
    return body


@pytest.fixture
async def desk(world: World, http: httpx.AsyncClient) -> Desk:
    """A customer with nothing in their profile, their RM, others, an agent."""
    found = Desk(world, http)
    await found.open()
    return found
