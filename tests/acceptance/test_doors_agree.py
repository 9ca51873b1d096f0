"""Every door says the same: the API with a token or a sign-in, a form of the pages, and the library, whoever asks for what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from acceptance.api.conftest import Desk, desk
from acceptance.api.test_access import PEOPLE, ROUTES, ask, csrf, scene, signed_in
from conftest import World
from placet.api.app import create_app
from placet.artifacts import custody
from placet.artifacts.artifact import Artifact
from placet.customers import delegations, teams
from placet.customers.schema import Field, ProfileSchema, load_schema
from placet.errors import PlacetError
from placet.identity.principal import SYSTEM, Principal, agent
from placet.repository import Repository
from placet.runtime import Runtime
from placet.web.pages import answer_error, handlers

__all__ = ["desk"]

DUAL = "residency"
SOON = timedelta(days=1)


@pytest.fixture(scope="module")
def schema() -> ProfileSchema:
    """The packaged one, and a field of two signatures."""
    found = load_schema()
    more = Field(key=DUAL, label="Residency", section="About", type="country", policy="dual")
    return ProfileSchema(
        found.version, found.currency, (*found.fields, more), found.fx_per_unit, found.additional_fields
    )


@pytest.fixture(scope="module")
async def site(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """The API and the pages, as they are served together."""
    app = create_app(runtime, handlers=handlers, answer_error=answer_error)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://placet.test", timeout=30) as client:
        yield client


# ── who, and how they stand to the artifact ───────────────────────────────────────────────────────────────────────────


class Scene:
    """A customer with a pending artifact, made anew for each door."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.field, self.value = "occupation", "Cook"

    async def open(self, field: str = "occupation", value: str = "Cook") -> None:
        self.rm = await self.world.person()
        self.customer = await self.world.customer(self.rm)
        self.artifact: Artifact = await self.world.proposal(self.customer, field, value)

    async def do(self, verb: Any, *arguments: Any, **named: Any) -> Any:
        return await self.world.runtime.transact(lambda c: verb(c, *arguments, **named))

    async def member(self, may: str) -> Principal:
        found = await self.world.person()
        await self.do(teams.set_customer_member, SYSTEM, self.customer, found.id, may)
        return found


async def the_rm(s: Scene) -> Principal:
    await s.open()
    return s.rm


async def another_rm(s: Scene) -> Principal:
    await s.open()
    return await s.world.person()


async def a_delegate(s: Scene) -> Principal:
    await s.open()
    found = await s.world.person()
    await s.do(delegations.delegate, s.rm, to_user=found.id, until_at=datetime.now(UTC) + SOON)
    return found


async def a_delegate_for_another_customer(s: Scene) -> Principal:
    await s.open()
    found, other = await s.world.person(), await s.world.customer(s.rm)
    await s.do(delegations.delegate, s.rm, to_user=found.id, until_at=datetime.now(UTC) + SOON, customer_ids=[other])
    return found


async def one_whose_delegation_ended(s: Scene) -> Principal:
    await s.open()
    found = await s.world.person()
    made = await s.do(delegations.delegate, s.rm, to_user=found.id, until_at=datetime.now(UTC) + SOON)
    await s.do(delegations.end, s.rm, made.id)
    return found


async def one_it_was_handed_to(s: Scene) -> Principal:
    await s.open()
    found = await s.world.person()
    await s.do(delegations.hand_over, s.rm, s.artifact.id, to_user=found.id)
    return found


async def one_handed_another(s: Scene) -> Principal:
    await s.open()
    found, other = await s.world.person(), await s.world.proposal(s.customer, "employer", "The Old Mill")
    await s.do(delegations.hand_over, s.rm, other.id, to_user=found.id)
    return found


async def a_cosigner_where_one_signs(s: Scene) -> Principal:
    await s.open()
    return await s.member("cosign")


async def a_cosigner_too_early(s: Scene) -> Principal:
    await s.open(DUAL, "Spain")
    return await s.member("cosign")


async def a_cosigner(s: Scene) -> Principal:
    await s.open(DUAL, "Spain")
    assert (await s.world.accept(s.rm, s.artifact)).outcome == "signed"
    return await s.member("cosign")


async def the_rm_where_two_sign(s: Scene) -> Principal:
    await s.open(DUAL, "Spain")
    return s.rm


async def a_member_who_sees(s: Scene) -> Principal:
    await s.open()
    return await s.member("see")


async def one_of_the_team(s: Scene) -> Principal:
    await s.open()
    found = await s.world.person()
    team = await s.do(teams.create, SYSTEM, f"Friends of {s.customer}")
    await s.do(teams.set_member, SYSTEM, team.id, found.id, "see")
    await s.do(teams.set_team, SYSTEM, s.customer, team.id)
    return found


async def an_admin(s: Scene) -> Principal:
    await s.open()
    return await s.world.person("admin")


async def an_auditor(s: Scene) -> Principal:
    await s.open()
    return await s.world.person("auditor")


async def an_agent(s: Scene) -> Principal:
    await s.open()
    return agent("free-reader")


async def an_agent_of_another_customer(s: Scene) -> Principal:
    await s.open()
    return agent("bound-reader", customers=(await s.world.customer(s.rm),))


async def the_rm_too_late(s: Scene) -> Principal:
    await s.open()
    delegate = await s.world.person()
    await s.do(delegations.delegate, s.rm, to_user=delegate.id, until_at=datetime.now(UTC) + SOON)
    assert (await s.world.edit(delegate, s.artifact, "Baker")).outcome == "applied"
    return s.rm


async def the_rm_of_a_stale_one(s: Scene) -> Principal:
    await s.open()
    newer = await s.world.proposal(s.customer, "occupation", "Miller")
    late = await s.world.proposal(s.customer, "employer", "The Old Mill", previous_value="Another")
    assert (await s.world.accept(s.rm, newer)).outcome == "applied"
    s.artifact = late
    return s.rm


async def the_former_rm(s: Scene) -> Principal:
    await s.open()
    await s.do(custody.reassign, SYSTEM, s.customer, (await s.world.person()).id)
    return s.rm


async def the_rm_of_a_deleted_customer(s: Scene) -> Principal:
    await s.open()
    await s.do(custody.delete_customer, SYSTEM, s.customer)
    return s.rm


TABLE: dict[Callable[[Scene], Awaitable[Principal]], tuple[int, int]] = {  # what accepting gets, and rejecting
    the_rm: (200, 200),
    another_rm: (404, 404),
    a_delegate: (200, 200),
    a_delegate_for_another_customer: (404, 404),
    one_whose_delegation_ended: (404, 404),
    one_it_was_handed_to: (200, 200),
    one_handed_another: (404, 404),
    a_cosigner_where_one_signs: (403, 403),
    a_cosigner_too_early: (409, 200),
    a_cosigner: (200, 200),
    the_rm_where_two_sign: (200, 200),
    a_member_who_sees: (403, 403),
    one_of_the_team: (403, 403),
    an_admin: (403, 403),
    an_auditor: (403, 403),
    an_agent: (403, 403),
    an_agent_of_another_customer: (403, 403),
    the_rm_too_late: (409, 409),
    the_rm_of_a_stale_one: (409, 200),
    the_former_rm: (404, 404),
    the_rm_of_a_deleted_customer: (404, 404),
}


# ── the doors ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def by_token(s: Scene, who: Principal, status: str, site: httpx.AsyncClient) -> int:
    if who.is_agent:
        bound = list(who.customers) if who.customers is not None else None
        headers = await s.world.token(agent=who.id, customers=bound)
    else:
        headers = await s.world.token(who)
    answer = await site.patch(f"/api/artifacts/{s.artifact.id}", json={"status": status}, headers=headers)
    return answer.status_code


async def by_sign_in(s: Scene, who: Principal, status: str, site: httpx.AsyncClient) -> int:
    cookie = await signed_in(s.world, who)
    headers = {**cookie, "x-csrf-token": csrf(cookie), "sec-fetch-site": "same-origin"}
    answer = await site.patch(f"/api/artifacts/{s.artifact.id}", json={"status": status}, headers=headers)
    return answer.status_code


async def by_form(s: Scene, who: Principal, status: str, site: httpx.AsyncClient) -> int:
    cookie = await signed_in(s.world, who)
    headers = {**cookie, "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    form = urlencode({"csrf": csrf(cookie), "status": status})
    answer = await site.post(f"/artifacts/{s.artifact.id}/decide", content=form, headers=headers)
    assert answer.headers.get("location") != "/sign-in"
    return 200 if answer.status_code == 303 else answer.status_code


async def by_library(s: Scene, who: Principal, status: str, _site: httpx.AsyncClient) -> int:
    repository = Repository(s.world.runtime.pool, schema=s.world.runtime.schema)
    verb = repository.accept if status == "accepted" else repository.reject
    try:
        await verb(who, s.artifact.id)
    except PlacetError as error:
        return error.status
    return 200


DOORS = {"token": by_token, "sign-in": by_sign_in, "form": by_form, "library": by_library}


async def stored(s: Scene) -> dict[str, Any]:
    """What a door left behind, without what differs from scene to scene."""
    [row] = await s.world.rows(
        "select a.status, a.payload ? 'edited_value' as edited, a.on_behalf_of is not null as for_somebody, "
        "(select array_agg(e.kind order by e.seq) from event e where e.artifact_id = a.id) as kinds, "
        "(select count(*) from delivery d where d.artifact_id = a.id) as deliveries, "
        "(select array_agg(v.field || ' ' || v.value || ' ' || v.version order by v.field) from profile_value v "
        " where v.customer_id = a.customer_ref) as profile from artifact a where a.id = $1",
        s.artifact.id,
    )
    return row


@pytest.mark.parametrize("which", TABLE, ids=lambda which: which.__name__)
async def test_every_door_gives_the_same_answer_and_leaves_the_same_behind(
    world: World, site: httpx.AsyncClient, which: Callable[[Scene], Awaitable[Principal]]
) -> None:
    for status, expected in zip(("accepted", "rejected"), TABLE[which], strict=True):
        answers, left = {}, {}
        for name, door in DOORS.items():
            s = Scene(world)
            who = await which(s)
            if who.is_agent and name in ("sign-in", "form"):
                continue  # an agent has tokens only
            before = await stored(s)
            answers[name] = await door(s, who, status, site)
            left[name] = await stored(s)
            assert (left[name] == before) is (expected != 200), (name, status)
        assert set(answers.values()) == {expected}, (status, answers)
        assert all(each == left["token"] for each in left.values()), (status, left)


# ── every route of the API, with a sign-in and for those who stand in or look on ──────────────────────────────────────

PERSONS = ("rm", "other", "admin", "auditor")  # the first four of the table's callers


# A first password is chosen where one is signed in and nowhere else.
BY_SIGN_IN = {**ROUTES, ("POST", "/api/me/password"): PEOPLE}


@pytest.mark.parametrize("route", BY_SIGN_IN, ids=" ".join)
async def test_a_sign_in_gets_what_a_token_gets(desk: Desk, route: tuple[str, str]) -> None:
    asked = ("HEAD", route[1]) if route[1] == "/api/stream" else route  # what it answers has no end
    for number, caller in enumerate(PERSONS):
        artifact = await scene(desk, route, number)
        cookie = await signed_in(desk.world, getattr(desk, caller))
        headers = {**cookie, "x-csrf-token": csrf(cookie), "sec-fetch-site": "same-origin"}
        answer = await ask(desk, asked, artifact, headers, number)
        assert answer.status_code == BY_SIGN_IN[route][number], (caller, answer.text)
        if route == ("DELETE", "/api/customers/{customer_id}") and answer.is_success:
            desk.customer = await desk.new_customer()
