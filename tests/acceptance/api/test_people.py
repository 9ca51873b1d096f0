"""People and tokens over HTTP: what an admin does, what ends when, and what the trail keeps of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from acceptance.api.conftest import Desk, edit, problem
from conftest import World
from placet.identity import sign_in, tokens, users
from placet.identity.principal import SYSTEM, Principal


async def email_of(world: World, who: Principal) -> str:
    return (await world.rows("select email from app_user where id = $1", who.id))[0]["email"]


async def browser(world: World, who: Principal) -> dict[str, str]:
    """The cookie of a new sign-in."""
    token = await world.runtime.transact(lambda c: sign_in.start(c, who.id))
    return {"cookie": f"__Host-placet={token}"}


async def bodies(world: World, kind: str, about: str) -> list[dict[str, Any]]:
    """The bodies of a kind of event that name an id, oldest first, with who did it and by which door."""
    found = await world.rows(
        "select e.actor_id, e.door, e.customer_id, b.body from event e join event_body b on b.event_id = e.id"
        " where e.kind = $1 and (b.body like '%' || $2 || '%') order by e.seq", kind, about,
    )  # fmt: skip
    return [
        {**json.loads(row["body"]), "by": row["actor_id"], "door": row["door"], "of": row["customer_id"]}
        for row in found
    ]


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_is_added_with_a_link_that_works_once(desk: Desk, world: World):
    body = {"name": "Ana Duarte", "email": f"ana.{desk.rm.id}@placet.example", "role": "rm"}
    answer = await desk.post("/api/users", body, desk.as_admin, key="once")
    assert answer.status_code == 201
    made = answer.json()
    assert made["user"] | {"id": "", "createdAt": ""} == {**body, "id": "", "createdAt": "", "disabledAt": None}
    secret = made["link"].rpartition("/sign-in/link/")[2]
    async with world.runtime.reading() as connection:
        assert await sign_in.use_link(connection, secret, address="192.0.2.1")
        with pytest.raises(sign_in.NotSignedIn):
            await sign_in.use_link(connection, secret, address="192.0.2.1")
    stored = await world.rows(
        "select 1 from idempotency_key where convert_from(answer, 'utf8') like '%' || $1 || '%'", secret
    )
    assert stored == [], "an answer with a secret is not stored"
    problem(await desk.post("/api/users", body, desk.as_admin, key="once"), 409, "email_taken")
    [event] = await bodies(world, "user.added", made["user"]["id"])
    assert (event["by"], event["door"], event["userName"]) == (desk.admin.id, "api", "Ana Duarte")

    shown = (await desk.get(f"/api/users/{made['user']['id']}", desk.as_admin)).json()
    assert shown == {"user": made["user"]}
    everybody = (await desk.get("/api/users", desk.as_admin)).json()["users"]
    assert made["user"] in everybody
    assert [each["name"].lower() for each in everybody] == sorted(each["name"].lower() for each in everybody)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "invalid_name"), ({"role": "agent"}, "invalid_role"), ({"email": "a b"}, "invalid_email"),
        ({"password": "short"}, "invalid_password"), ({"id": "mine"}, "invalid_body"), ({"name": None}, "invalid_body"),
    ],
)  # fmt: skip
async def test_people_that_cannot_be(desk: Desk, world: World, changed, code):
    body = {"name": "Ana", "email": f"x{desk.rm.id}@placet.example", "role": "rm", **changed}
    before = await world.rows("select count(*) from app_user")
    problem(await desk.post("/api/users", body, desk.as_admin), 422, code)
    assert await world.rows("select count(*) from app_user") == before


async def test_disabling_ends_everything_at_once_and_changes_nothing_else(desk: Desk, world: World):
    artifact, cookie = await desk.pending(), await browser(world, desk.rm)
    stored = await desk.world.stored(desk.customer)
    assert (await desk.get("/api/me", cookie)).status_code == 200
    answer = await desk.post(f"/api/users/{desk.rm.id}/disable", None, desk.as_admin, key="twice")
    assert answer.json()["user"]["disabledAt"]
    again = await desk.post(f"/api/users/{desk.rm.id}/disable", None, desk.as_admin, key="twice")
    assert again.content == answer.content
    other = await desk.post(f"/api/users/{desk.rm.id}/disable", None, desk.as_admin)
    assert other.json() == answer.json(), "once disabled is disabled"
    for who in (desk.as_rm, cookie):
        problem(await desk.get("/api/me", who), 401)
    problem(await desk.decide(artifact, "accepted"), 401)
    now = await desk.world.stored(desk.customer)
    assert {**now, "event": None} == {**stored, "event": None}, "what waits stays as it is"
    assert len(await bodies(world, "user.disabled", desk.rm.id)) == 1
    [line] = await bodies(world, "customer.rm_disabled", desk.rm.id)
    assert (line["of"], line["rmName"], line["by"]) == (desk.customer, desk.rm.name, desk.admin.id)
    trail = (await desk.get(f"/api/customers/{desk.customer}/events", desk.as_admin)).json()["events"]
    assert trail[-1]["kind"] == "customer.rm_disabled"

    problem(await desk.post("/api/tokens", {"userId": desk.rm.id}, desk.as_admin), 409, "user_disabled")
    problem(await desk.post(f"/api/users/{desk.rm.id}/reset-password", {}, desk.as_admin), 409, "user_disabled")
    assert (await desk.post(f"/api/users/{desk.rm.id}/enable", None, desk.as_admin)).json()["user"][
        "disabledAt"
    ] is None
    for who in (desk.as_rm, cookie):
        problem(await desk.get("/api/me", who), 401)  # what ended stays ended
    fresh = await browser(world, desk.rm)
    assert (await desk.get("/api/me", fresh)).status_code == 200
    assert len(await bodies(world, "customer.rm_enabled", desk.rm.id)) == 1


async def test_the_last_admin_is_not_disabled(desk: Desk, world: World):
    others = await world.rows(
        "update app_user set disabled_at = now() where role = 'admin' and disabled_at is null and id <> $1 returning id",
        desk.admin.id,
    )
    problem(await desk.post(f"/api/users/{desk.admin.id}/disable", None, desk.as_admin), 409, "last_admin")
    assert (await desk.get("/api/me", desk.as_admin)).status_code == 200
    described = (await desk.get("/openapi.json")).json()["paths"]["/api/users/{user_id}/disable"]["post"]["responses"]
    assert "409" in described
    await world.rows("update app_user set disabled_at = null where id = any ($1)", [row["id"] for row in others])


async def test_deleting_a_person_is_told_in_the_trail_of_their_customers(desk: Desk, world: World):
    from placet.identity import users

    await world.runtime.transact(lambda c: users.delete(c, SYSTEM, desk.rm.id))
    trail = (await desk.get(f"/api/customers/{desk.customer}/events", desk.as_admin)).json()["events"]
    assert (trail[-1]["kind"], trail[-1]["before"]) == ("customer.rm_deleted", desk.rm.id)
    shown = (await desk.get(f"/api/customers/{desk.customer}", desk.as_admin)).json()["customer"]
    assert shown["rmId"] is None


async def test_resetting_a_password_ends_sign_ins_and_older_links(desk: Desk, world: World):
    cookie = await browser(world, desk.rm)
    path = f"/api/users/{desk.rm.id}/reset-password"
    first = (await desk.post(path, None, desk.as_admin)).json()["link"].rpartition("/")[2]
    problem(await desk.get("/api/me", cookie), 401)
    assert (await desk.get("/api/me")).status_code == 200, "a token is not a sign-in"
    answer = await desk.post(path, {"password": "a better password"}, desk.as_admin)
    assert "link" not in answer.json()
    async with world.runtime.reading() as connection:
        assert not await sign_in.link_works(connection, first)
        email = await email_of(world, desk.rm)
        assert await sign_in.sign_in(connection, email, "a better password", address="192.0.2.1")
    assert len(await bodies(world, "user.password_changed", desk.rm.id)) == 2
    problem(await desk.post(path, {"password": "short"}, desk.as_admin), 422, "invalid_password")
    problem(await desk.post("/api/users/nobody/reset-password", {}, desk.as_admin), 404)


async def test_signing_out_everywhere(desk: Desk, world: World):
    cookies = [await browser(world, desk.rm) for _ in range(3)]
    theirs = await browser(world, desk.other)
    token = sign_in.csrf_token(cookies[0]["cookie"].partition("=")[2])
    answer = await desk.post("/api/me/sign-out-everywhere", None, {**cookies[0], "x-csrf-token": token})
    assert answer.json()["user"]["id"] == desk.rm.id
    for cookie in cookies:
        problem(await desk.get("/api/me", cookie), 401)
    for who in (theirs, desk.as_rm):
        assert (await desk.get("/api/me", who)).status_code == 200
    assert len(await bodies(world, "user.signed_out_everywhere", desk.rm.id)) == 1
    await desk.post(f"/api/users/{desk.other.id}/sign-out", None, desk.as_admin)
    problem(await desk.get("/api/me", theirs), 401)
    problem(await desk.post("/api/me/sign-out-everywhere", None, desk.as_agent), 403)


async def test_ones_own_password(desk: Desk, world: World):
    here, elsewhere, theirs = [await browser(world, who) for who in (desk.rm, desk.rm, desk.other)]
    here["x-csrf-token"] = sign_in.csrf_token(here["cookie"].partition("=")[2])
    link = await world.runtime.transact(lambda c: users.new_link(c, desk.rm.id))
    path, first, second = "/api/me/password", "a first password", "a second password"
    problem(await desk.post(path, {"newPassword": first}), 403, "sign_in_first")
    problem(
        await desk.post(path, {"newPassword": first}, {**desk.as_rm, "cookie": theirs["cookie"]}), 403, "sign_in_first"
    )
    answer = await desk.post(path, {"newPassword": first}, here)  # there is none yet, so none is asked for
    assert (answer.status_code, answer.json()["user"]["id"]) == (200, desk.rm.id)
    problem(await desk.get("/api/me", elsewhere), 401)
    async with world.runtime.reading() as connection:
        assert not await sign_in.link_works(connection, link)
    for who in (here, theirs, desk.as_rm):
        assert (await desk.get("/api/me", who)).status_code == 200, "this sign-in, others' and tokens go on"
    for body, code in (
        ({"newPassword": second}, "wrong_password"),
        ({"newPassword": second, "currentPassword": second}, "wrong_password"),
        ({"newPassword": "short", "currentPassword": first}, "invalid_password"),
        ({"currentPassword": first}, "invalid_body"),
    ):
        problem(await desk.post(path, body, here), 422, code)
    problem(await desk.post(path, {"newPassword": second}, desk.as_agent), 403)
    email = await email_of(world, desk.rm)
    async with world.runtime.reading() as connection:
        assert await sign_in.sign_in(connection, email, first, address="192.0.2.1")
        await desk.post(path, {"newPassword": second, "currentPassword": first}, here)
        assert await sign_in.sign_in(connection, email, second, address="192.0.2.1")
        with pytest.raises(sign_in.NotSignedIn):
            await sign_in.sign_in(connection, email, first, address="192.0.2.1")
    told = await bodies(world, "user.password_changed", desk.rm.id)
    assert [(event["by"], event["door"]) for event in told] == [(desk.rm.id, "api")] * 2
    assert not any(password in json.dumps(told) for password in (first, second))


async def test_whom_the_company_knows_has_no_password_here(desk: Desk, world: World):
    await world.rows(
        "update app_user set oidc_issuer = 'https://id.example', oidc_subject = id where id = $1", desk.rm.id
    )
    answer = await desk.post("/api/me/password", {"newPassword": "a first password"})
    problem(answer, 409, "company_password")


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def a_token(desk: Desk, **body: Any) -> tuple[str, dict[str, str]]:
    answer = await desk.post("/api/tokens", body, desk.as_admin, key="same")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return made["id"], {"authorization": f"Bearer {made['token']}"}


async def listed(desk: Desk, token_id: str) -> dict[str, Any]:
    found = (await desk.get("/api/tokens", desk.as_admin)).json()["tokens"]
    return next(each for each in found if each["id"] == token_id)


async def test_a_token_says_what_it_is_bound_to_and_never_its_secret(desk: Desk, world: World):
    token_id, who = await a_token(
        desk, agent="bound", customers=[desk.customer], fields=["occupation"], hourlyQuota=7, expiresAt="2999-01-01"
    )
    found = await listed(desk, token_id)
    assert found | {"createdAt": ""} == {
        "id": token_id, "agent": "bound", "customers": [desk.customer], "fields": ["occupation"], "hourlyQuota": 7,
        "userId": None, "userName": None, "createdAt": "", "expiresAt": "2999-01-01T00:00:00.000Z", "revokedAt": None,
        "replaces": None,
    }  # fmt: skip
    assert who["authorization"][7:] not in (await desk.get("/api/tokens", desk.as_admin)).text
    assert await world.rows("select 1 from idempotency_key where path = '/api/tokens'") == []
    [agent] = (await world.runtime.transact(lambda c: tokens.who_are(c, [who["authorization"][7:]]))).values()
    assert (agent.fields, agent.hourly_quota, agent.customers) == (("occupation",), 7, (desk.customer,))
    item = {"artifacts": [edit("occupation", "Cook")]}
    assert (await desk.post(f"/api/customers/{desk.customer}/artifacts", item, who)).status_code == 201
    plain, _ = await a_token(desk, userId=desk.rm.id)
    assert (await listed(desk, plain))["userName"] == desk.rm.name
    assert (await listed(desk, plain))["hourlyQuota"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_token_for"), ({"agent": "a", "userId": "b"}, 422, "invalid_token_for"),
        ({"agent": ""}, 422, "invalid_agent_name"), ({"agent": "a", "fields": ["emial"]}, 422, "unknown_field"),
        ({"agent": "a", "hourlyQuota": 0}, 422, "invalid_quota"), ({"agent": "a", "customers": ["x"]}, 404, "not_found"),
        ({"agent": "a", "expiresAt": "2020-01-01"}, 422, "invalid_expiry"),
        ({"agent": "a", "expiresAt": "soon"}, 422, "invalid_time"),
        ({"userId": "nobody"}, 404, "not_found"), ({"agent": "a", "hourlyQuota": 1.5}, 422, "invalid_body"),
    ],
)  # fmt: skip
async def test_tokens_that_cannot_be(desk: Desk, world: World, body, status, code):
    before = await world.rows("select count(*) from api_token")
    problem(await desk.post("/api/tokens", body, desk.as_admin), status, code)
    assert await world.rows("select count(*) from api_token") == before


async def test_a_person_s_token_is_bound_to_nothing(desk: Desk):
    for bound in ({"fields": ["occupation"]}, {"hourlyQuota": 5}, {"customers": [desk.customer]}):
        problem(
            await desk.post("/api/tokens", {"userId": desk.rm.id, **bound}, desk.as_admin), 422, "invalid_token_for"
        )


async def test_rotating_a_token_keeps_its_bounds_and_ends_the_old_one(desk: Desk, world: World):
    old, who = await a_token(
        desk, agent="rota", customers=[desk.customer], fields=["occupation"], hourlyQuota=7, expiresAt="2999-01-01"
    )
    before = await listed(desk, old)
    answer = await desk.post(f"/api/tokens/{old}/rotate", None, desk.as_admin)
    assert answer.status_code == 201
    new = answer.json()["id"]
    problem(await desk.get("/api/me", who), 401)
    fresh = {"authorization": f"Bearer {answer.json()['token']}"}
    assert (await desk.get("/api/me", fresh)).json()["id"] == "rota", "the trail sees the same agent"
    after = await listed(desk, new)
    kept = ("agent", "customers", "fields", "hourlyQuota", "userId")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    assert after["replaces"] == old
    assert after["expiresAt"][:7] == "2999-01"
    assert (await listed(desk, old))["revokedAt"]
    [event] = await bodies(world, "token.rotated", new)
    assert (event["replaces"], event["by"], event["agent"]) == (old, desk.admin.id, "rota")
    problem(await desk.post(f"/api/tokens/{old}/rotate", None, desk.as_admin), 409, "token_ended")
    problem(await desk.post("/api/tokens/nothing/rotate", None, desk.as_admin), 404)


async def test_a_rotated_token_may_go_on_for_a_while(desk: Desk, world: World):
    old, who = await a_token(desk, userId=desk.rm.id)
    answer = await desk.post(f"/api/tokens/{old}/rotate", {"keepForMinutes": 30}, desk.as_admin)
    fresh = {"authorization": f"Bearer {answer.json()['token']}"}
    for each in (who, fresh):
        assert (await desk.get("/api/me", each)).json()["id"] == desk.rm.id
    [row] = await world.rows(
        "select expires_at - now() between interval '25 minutes' and interval '30 minutes' as soon"
        " from api_token where id = $1", old,
    )  # fmt: skip
    assert row["soon"]
    assert (await listed(desk, answer.json()["id"]))["expiresAt"] is None
    async with world.runtime.reading() as connection:
        await connection.execute("update api_token set expires_at = now() where id = $1", old)
    problem(await desk.get("/api/me", who), 401)
    problem(await desk.post(f"/api/tokens/{old}/rotate", None, desk.as_admin), 409, "token_ended")
    problem(await desk.post(f"/api/tokens/{old}/rotate", {"keepForMinutes": -1}, desk.as_admin), 422, "invalid_body")


async def test_revoking_ends_a_token_at_once(desk: Desk, world: World):
    token_id, who = await a_token(desk, agent="gone")
    assert (await desk.http.delete(f"/api/tokens/{token_id}", headers=desk.as_admin)).status_code == 204
    problem(await desk.get("/api/me", who), 401)
    assert len(await bodies(world, "token.revoked", token_id)) == 1
    problem(await desk.http.delete("/api/tokens/nothing", headers=desk.as_admin), 404)
