"""Who may do what, over every route of the API: a table of caller and ownership, held against the description of the API.

A route that is new must be given a row in `ROUTES`, or the first test fails.
"""

import asyncio
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from acceptance.api.conftest import Desk, edit, problem
from conftest import World
from placet.customers import delegations, teams
from placet.identity import sign_in, tokens, users
from placet.identity.principal import SYSTEM, Principal
from placet.triggers import rules, webhooks
from sealing import Seal

# Callers. "bound" is an agent bound to another customer, "own" one bound to this customer.
CALLERS = ("rm", "other", "admin", "auditor", "agent", "own", "bound")

# What a caller gets, in the order of CALLERS, of a customer who is the RM's.
SEES = (200, 404, 200, 200, 200, 200, 404)
LISTS = (200, 200, 200, 200, 200, 200, 200)  # a list of one's own: others' things are not in it
PROPOSES = (201, 404, 201, 403, 201, 201, 404)
CHATS = (200, 404, 200, 403, 200, 200, 404)
DECIDES = (200, 404, 403, 403, 403, 403, 403)
CREATES = (403, 403, 201, 403, 403, 403, 403)
CHANGES = (403, 404, 200, 403, 403, 403, 404)
DELETES = (403, 404, 204, 403, 403, 403, 404)
PEOPLE = (200, 200, 200, 200, 403, 403, 403)
ADMINS = (403, 403, 200, 403, 403, 403, 403)
OVERSEES = (403, 403, 200, 200, 403, 403, 403)

ROUTES = {
    ("GET", "/api/customers"): LISTS,
    ("POST", "/api/customers"): CREATES,
    ("GET", "/api/customers/{customer_id}"): SEES,
    ("PATCH", "/api/customers/{customer_id}"): CHANGES,
    ("DELETE", "/api/customers/{customer_id}"): DELETES,
    ("GET", "/api/customers/{customer_id}/profile"): SEES,
    ("PATCH", "/api/customers/{customer_id}/profile"): DECIDES,
    ("GET", "/api/customers/{customer_id}/events"): SEES,
    ("GET", "/api/customers/{customer_id}/artifacts"): SEES,
    ("POST", "/api/customers/{customer_id}/artifacts"): PROPOSES,
    ("POST", "/api/customers/{customer_id}/apply-updates"): DECIDES,
    ("POST", "/api/customers/{customer_id}/chat"): CHATS,
    ("POST", "/api/customers/{customer_id}/ag-ui"): CHATS,
    ("GET", "/api/insights"): LISTS,
    ("GET", "/api/artifacts"): LISTS,
    ("GET", "/api/artifacts/{artifact_id}"): SEES,
    ("GET", "/api/artifacts/{artifact_id}/events"): SEES,
    ("GET", "/api/artifacts/{artifact_id}/card"): SEES,
    ("GET", "/api/artifacts/{artifact_id}/files"): SEES,
    ("GET", "/api/artifacts/{artifact_id}/files/{name}"): SEES,
    ("GET", "/api/customers/{customer_id}/kept"): SEES,
    ("POST", "/api/artifacts/{artifact_id}/actions/{action}"): DECIDES,
    ("PATCH", "/api/artifacts/{artifact_id}"): DECIDES,
    ("POST", "/api/artifacts/{artifact_id}/revert"): DECIDES,
    ("POST", "/api/artifacts/{artifact_id}/withdraw"): (403, 404, 200, 403, 200, 403, 404),  # its own, an admin any
    ("POST", "/api/decisions"): (200, 200, 200, 200, 403, 403, 403),  # people get an outcome for each
    ("POST", "/api/decisions/reject-matching"): (200, 404, 403, 403, 403, 403, 403),
    ("POST", "/api/batches/{batch_id}/accept"): DECIDES,
    ("POST", "/api/batches/{batch_id}/reject"): DECIDES,
    ("POST", "/api/artifacts/{artifact_id}/hand-over"): (201, 404, 201, 403, 403, 403, 403),
    ("GET", "/api/delegations"): PEOPLE,
    ("POST", "/api/delegations"): (201, 403, 201, 403, 403, 403, 403),
    ("DELETE", "/api/delegations/{delegation_id}"): (204, 404, 204, 403, 403, 403, 403),
    ("GET", "/api/teams"): OVERSEES,
    ("POST", "/api/teams"): CREATES,
    ("GET", "/api/teams/{team_id}"): OVERSEES,
    ("PATCH", "/api/teams/{team_id}"): (403, 403, 200, 403, 403, 403, 403),
    ("DELETE", "/api/teams/{team_id}"): (403, 403, 204, 403, 403, 403, 403),
    ("PUT", "/api/teams/{team_id}/members/{user_id}"): (403, 403, 200, 403, 403, 403, 403),
    ("DELETE", "/api/teams/{team_id}/members/{user_id}"): (403, 403, 204, 403, 403, 403, 403),
    ("GET", "/api/customers/{customer_id}/members"): (200, 404, 200, 200, 403, 403, 404),
    ("PUT", "/api/customers/{customer_id}/members/{user_id}"): CHANGES,
    ("DELETE", "/api/customers/{customer_id}/members/{user_id}"): DELETES,
    ("GET", "/api/users"): ADMINS,
    ("POST", "/api/users"): CREATES,
    ("GET", "/api/users/{user_id}"): ADMINS,
    ("POST", "/api/users/{user_id}/disable"): ADMINS,
    ("POST", "/api/users/{user_id}/enable"): ADMINS,
    ("POST", "/api/users/{user_id}/sign-out"): ADMINS,
    ("POST", "/api/users/{user_id}/reset-password"): ADMINS,
    ("GET", "/api/tokens"): ADMINS,
    ("POST", "/api/tokens"): CREATES,
    ("POST", "/api/tokens/{token_id}/rotate"): CREATES,
    ("DELETE", "/api/tokens/{token_id}"): (403, 403, 204, 403, 403, 403, 403),
    ("POST", "/api/me/sign-out-everywhere"): PEOPLE,
    ("POST", "/api/me/password"): (403,) * 7,  # these have none yet, and no token makes the first one
    ("GET", "/api/me/notifications"): PEOPLE,
    ("PUT", "/api/me/notifications"): PEOPLE,
    ("GET", "/api/audit/checkpoint"): LISTS,
    ("GET", "/api/audit/proof/{event_id}"): SEES,
    ("GET", "/api/audit/export"): OVERSEES,
    ("GET", "/api/stream"): LISTS,
    ("GET", "/api/webhooks"): OVERSEES,
    ("POST", "/api/webhooks"): CREATES,
    ("GET", "/api/webhooks/{webhook_id}"): OVERSEES,
    ("PATCH", "/api/webhooks/{webhook_id}"): ADMINS,
    ("DELETE", "/api/webhooks/{webhook_id}"): (403, 403, 204, 403, 403, 403, 403),
    ("POST", "/api/webhooks/{webhook_id}/rotate"): CREATES,
    ("POST", "/api/webhooks/{webhook_id}/test"): ADMINS,
    ("GET", "/api/triggers"): LISTS,
    ("GET", "/api/trigger-rules"): OVERSEES,
    ("POST", "/api/trigger-rules"): CREATES,
    ("GET", "/api/trigger-rules/{rule_id}"): OVERSEES,
    ("PATCH", "/api/trigger-rules/{rule_id}"): ADMINS,
    ("DELETE", "/api/trigger-rules/{rule_id}"): (403, 403, 204, 403, 403, 403, 403),
    ("GET", "/api/deliveries"): LISTS,
    ("GET", "/api/deliveries/{delivery_id}"): SEES,
    ("POST", "/api/deliveries/{delivery_id}/replay"): (403, 404, 200, 403, 403, 403, 404),
    ("GET", "/api/deliveries/{delivery_id}/outputs/{number}"): SEES,
    ("GET", "/api/fields"): LISTS,
    ("GET", "/api/artifact-types"): LISTS,
    ("GET", "/api/me"): LISTS,
}
# Three more who are neither the RM nor strangers: a live delegate, a co-signer, somebody of the customer's team. What they get
# follows from the row above; where that has no name, here.
BESIDE = ("delegate", "cosigner", "team")
OF_ROW = {
    SEES: (200, 200, 200), LISTS: (200, 200, 200), PROPOSES: (201, 201, 201), CHATS: (200, 200, 200), DECIDES: (200, 403, 403),
    CREATES: (403, 403, 403), CHANGES: (403, 403, 403), DELETES: (403, 403, 403), PEOPLE: (200, 200, 200),
    ADMINS: (403, 403, 403), OVERSEES: (403, 403, 403),
}  # fmt: skip
OF_ROUTE = {
    ("POST", "/api/me/password"): (403, 403, 403),
    ("POST", "/api/artifacts/{artifact_id}/withdraw"): (403, 403, 403),  # another's proposal
    ("POST", "/api/decisions/reject-matching"): (
        200,
        409,
        409,
    ),  # nothing waits for the other two, so the count is another
    ("POST", "/api/artifacts/{artifact_id}/hand-over"): (403, 403, 403),
    ("POST", "/api/delegations"): (403, 403, 403),
    ("DELETE", "/api/delegations/{delegation_id}"): (404, 404, 404),
    ("DELETE", "/api/teams/{team_id}"): (403, 403, 403),
    ("DELETE", "/api/teams/{team_id}/members/{user_id}"): (403, 403, 403),
    ("GET", "/api/customers/{customer_id}/members"): (200, 200, 200),
    ("DELETE", "/api/tokens/{token_id}"): (403, 403, 403),
    ("DELETE", "/api/webhooks/{webhook_id}"): (403, 403, 403),
    ("DELETE", "/api/trigger-rules/{rule_id}"): (403, 403, 403),
    ("POST", "/api/deliveries/{delivery_id}/replay"): (403, 403, 403),
}
PUBLIC = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")}
METHODS = ("get", "post", "patch", "put", "delete")


def the_body(desk: Desk, path: str, artifact: dict, number: int) -> dict | None:
    """A body that would do something, if the caller may."""
    updates = {"proposalId": artifact["batchId"], "fieldUpdates": [{"id": "a", "field": "occupation"}]}
    return {
        "/api/customers": {"name": "Ana Duarte"},
        "/api/customers/{customer_id}": {"name": f"Eva {number}"},
        "/api/customers/{customer_id}/artifacts": {"artifacts": [edit("employer", f"Employer {number}")]},
        "/api/customers/{customer_id}/apply-updates": {"proposal": updates, "approvedFieldIds": ["a"]},
        "/api/customers/{customer_id}/chat": {
            "messages": [{"role": "user", "parts": [{"type": "text", "text": "Hello"}]}]
        },
        "/api/customers/{customer_id}/ag-ui": {"messages": [{"role": "user", "content": "Hello"}]},
        "/api/customers/{customer_id}/profile": {"profile": {"employer": f"Employer {number}"}},
        "/api/artifacts/{artifact_id}": {"status": "accepted"},
        "/api/decisions": {"decisions": [{"artifactId": artifact["id"], "status": "accepted"}]},
        "/api/decisions/reject-matching": {"filter": {"customerId": desk.customer}, "expectedCount": 1 + number},
        "/api/delegations": {"toUserId": desk.colleague.id, "fromUserId": desk.rm.id, "until": in_a_week()},
        "/api/artifacts/{artifact_id}/hand-over": {"toUserId": desk.colleague.id},
        "/api/teams": {"name": f"Team {artifact['id']}"},
        "/api/teams/{team_id}": {"name": f"Team {artifact['id']}"},
        "/api/teams/{team_id}/members/{user_id}": {"may": "cosign"},
        "/api/customers/{customer_id}/members/{user_id}": {"may": "cosign"},
        "/api/users": {"name": "Ana Duarte", "email": f"{artifact['id']}@placet.example", "role": "rm"},
        "/api/users/{user_id}/reset-password": {},
        "/api/tokens": {"agent": "note-taker", "customers": [desk.customer]},
        "/api/tokens/{token_id}/rotate": {"keepForMinutes": 5},
        "/api/webhooks": {"url": "http://127.0.0.1:9/", "kinds": ["artifact.accepted"]},
        "/api/webhooks/{webhook_id}": {"note": f"Note {number}"},
        "/api/trigger-rules": {"trigger": "task.create", "kinds": ["task.accepted"]},
        "/api/trigger-rules/{rule_id}": {"note": f"Note {number}"},
        "/api/me/password": {"newPassword": "a better password"},
        "/api/me/notifications": {"choice": "daily"},
        "/api/batches/{batch_id}/accept": {},
        "/api/batches/{batch_id}/reject": {},
    }.get(path)


async def scene(desk: Desk, route: tuple[str, str], number: int = 0) -> dict:
    """A pending artifact, and around it the delegation or team that the route is about."""
    if "{name}" in route[1] or "{action}" in route[1]:
        artifact = await a_task(desk, f"Call {number}")
    else:
        artifact = await desk.pending("occupation", f"Cook {number}")
    artifact["around"] = around = {
        "delegation_id": "", "team_id": "", "token_id": "", "user_id": desk.colleague.id, "name": "task.ics",
        "action": "finish", "number": "1",
    }  # fmt: skip

    async def work(connection):
        if "{delegation_id}" in route[1]:
            until = datetime.now(UTC) + timedelta(days=7)
            made = await delegations.delegate(connection, desk.rm, to_user=desk.colleague.id, until_at=until)
            around["delegation_id"] = made.id
        if "{token_id}" in route[1]:
            around["token_id"], _ = await tokens.create(connection, SYSTEM, agent_name="note-taker")
        if "{team_id}" in route[1]:
            around["team_id"] = (await teams.create(connection, SYSTEM, f"Friends of {artifact['id']}")).id
            await teams.set_member(connection, SYSTEM, around["team_id"], desk.colleague.id, "see")
        if "{webhook_id}" in route[1] or "{delivery_id}" in route[1]:
            around["webhook_id"] = await webhook(desk, connection)
        if "{rule_id}" in route[1]:
            around["rule_id"] = await rule(desk, connection)
        if "/members/" in route[1]:
            await teams.set_customer_member(connection, SYSTEM, desk.customer, desk.colleague.id, "see")

    await desk.world.runtime.transact(work)
    if "/audit/" in route[1]:
        around["event_id"] = (await desk.events(artifact["id"]))[0]["id"]
        with tempfile.TemporaryDirectory() as home:
            await Seal(desk.world.runtime, Path(home))()
    if route[1].endswith("/revert") or "{delivery_id}" in route[1]:
        await desk.decide(artifact, "accepted")
    if "{delivery_id}" in route[1]:
        around["delivery_id"] = await dead_delivery(desk, artifact)
    return artifact


async def a_task(desk: Desk, title: str) -> dict:
    """An accepted task, which has a file and an action."""
    body = {"artifacts": [{"artifactType": "task", "payload": {"title": title}}]}
    answer = await desk.http.post(f"/api/customers/{desk.customer}/artifacts", json=body, headers=desk.as_agent)
    [artifact] = answer.json()["artifacts"]
    await desk.decide(artifact, "accepted")
    return artifact


async def webhook(desk: Desk, connection) -> str:
    """One that is there once, whoever asked before."""
    kinds, settings = ["artifact.accepted"], desk.world.runtime.settings
    await connection.execute("update trigger_rule set removed_at = now() where removed_at is null")
    made, _ = await webhooks.add(
        connection, SYSTEM, url="http://127.0.0.1:9/", kinds=kinds, settings=settings, types=["profile_edit"]
    )
    return made.id


async def rule(desk: Desk, connection) -> str:
    """For a trigger that runs with nothing set."""
    settings = desk.world.runtime.settings
    made = await rules.add(
        connection,
        SYSTEM,
        "task.create",
        kinds=["task.accepted"],
        config={},
        secret_key=settings.secret_key,
        types=["task"],
    )
    return made.id


async def dead_delivery(desk: Desk, artifact: dict) -> str:
    """The artifact's, which made something before it was given up."""

    async def work(connection):
        found = await connection.fetchval(
            "update delivery set status = 'dead' where artifact_id = $1 returning id", artifact["id"]
        )
        await connection.execute("insert into delivery_output values ($1, 1, 'a.txt', 'text/plain', 'a')", found)
        return found

    return await desk.world.runtime.transact(work)


def in_a_week() -> str:
    return (datetime.now(UTC) + timedelta(days=7)).isoformat()


async def ask(desk: Desk, route: tuple[str, str], artifact: dict, headers: dict, number: int = 0):
    method, template = route
    path = template.format(
        customer_id=desk.customer, artifact_id=artifact["id"], batch_id=quote(artifact["batchId"]), **artifact["around"]
    )
    body = the_body(desk, template, artifact, number) if method in ("POST", "PATCH", "PUT") else None
    headers = dict(headers)
    if body is not None:
        headers["content-type"] = "application/json"
    return await desk.http.request(method, path, headers=headers, content=None if body is None else json.dumps(body))


async def credentials(desk: Desk) -> dict[str, dict[str, str]]:
    elsewhere = await desk.new_customer(rm=desk.other)
    return {
        "rm": desk.as_rm, "other": desk.as_other, "admin": desk.as_admin, "auditor": desk.as_auditor,
        "agent": desk.as_agent,
        "own": await desk.world.token(agent="own-reader", customers=[desk.customer]),
        "bound": await desk.world.token(agent="bound-reader", customers=[elsewhere]),
    }  # fmt: skip


async def described_routes(http) -> dict[tuple[str, str], dict]:
    paths = (await http.get("/openapi.json")).json()["paths"]
    return {(m.upper(), path): about[m] for path, about in paths.items() for m in METHODS if m in about}


async def test_every_route_has_its_row_and_every_row_its_route(http):
    found = await described_routes(http)
    assert set(found) == set(ROUTES) | PUBLIC
    assert {route for route, about in found.items() if about.get("security") == []} == PUBLIC


async def test_everything_served_under_api_is_described(http, runtime):
    from placet.api.app import create_app

    served = {
        (method, route.path_format)
        for route in create_app(runtime).routes
        for method in getattr(route, "methods", ())
        if route.path.startswith("/api") and method != "OPTIONS"
    }
    assert served == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_the_table(desk: Desk, route):
    callers = await credentials(desk)
    for number, (caller, status) in enumerate(zip(CALLERS, ROUTES[route], strict=True)):
        artifact = await scene(desk, route, number)
        before = await desk.counts()
        asked = ("HEAD", route[1]) if route[1] == "/api/stream" else route  # what it answers has no end
        answer = await ask(desk, asked, artifact, callers[caller], number)
        assert answer.status_code == status, (caller, answer.text)
        if not answer.is_success:
            problem(answer, status)
        if not answer.is_success or route[0] == "GET" or (route[1] == "/api/decisions" and caller != "rm"):
            assert await desk.counts() == before, caller
        if route == ("DELETE", "/api/customers/{customer_id}") and answer.is_success:
            desk.customer = await desk.new_customer()
            callers = await credentials(desk)


async def standing_beside(desk: Desk) -> dict[str, dict[str, str]]:
    delegate, cosigner, member = [await desk.world.person() for _ in BESIDE]

    async def work(connection):
        await delegations.delegate(
            connection, desk.rm, to_user=delegate.id, until_at=datetime.now(UTC) + timedelta(days=7)
        )
        await teams.set_customer_member(connection, SYSTEM, desk.customer, cosigner.id, "cosign")
        await teams.set_customer_member(connection, SYSTEM, desk.customer, member.id, "see")

    await desk.world.runtime.transact(work)
    found = zip(BESIDE, (delegate, cosigner, member), strict=True)
    return {caller: await desk.world.token(who) for caller, who in found}


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_who_stands_beside_the_rm(desk: Desk, route):
    """A delegate decides as the RM does; a co-signer gives second signatures only, and this field wants none; a team sees."""
    callers = await standing_beside(desk)
    allowed = OF_ROUTE.get(route) or OF_ROW[ROUTES[route]]
    for number, (caller, status) in enumerate(zip(BESIDE, allowed, strict=True)):
        artifact = await scene(desk, route, number)
        before = await desk.counts()
        asked = ("HEAD", route[1]) if route[1] == "/api/stream" else route
        answer = await ask(desk, asked, artifact, callers[caller], number)
        assert answer.status_code == status, (caller, answer.text)
        if not answer.is_success:
            problem(answer, status)
            assert await desk.counts() == before, caller


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_nobody_gets_401_everywhere(desk: Desk, route):
    """No credentials, unknown ones, a revoked token, one that expired, one of a disabled user, one of a deleted one."""
    artifact = await scene(desk, route)
    gone = await desk.world.person()
    revoked = await desk.world.token(desk.rm)
    expired = await desk.world.token(desk.rm)
    disabled = await desk.world.token(gone)

    async def work(connection):
        await connection.execute(
            "update api_token set expires_at = now() - interval '1 second' where token_hash = sha256($1::bytea)",
            secret(expired),
        )
        await connection.execute(
            "update api_token set revoked_at = now() where token_hash = sha256($1::bytea)", secret(revoked)
        )
        await users.disable(connection, SYSTEM, gone.id)

    await desk.world.runtime.transact(work)
    before = await desk.counts()
    for headers in (
        {}, {"authorization": "Bearer placet_unknown"}, {"authorization": "Bearer"}, {"authorization": "Basic eDp5"},
        {"authorization": desk.as_rm["authorization"] + "x"}, {"cookie": "__Host-placet=unknown"}, revoked, expired, disabled,
    ):  # fmt: skip
        answer = await ask(desk, route, artifact, headers)
        problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert await desk.counts() == before


def secret(headers: dict[str, str]) -> bytes:
    return headers["authorization"].removeprefix("Bearer ").encode()


async def test_a_list_of_one_s_own_never_shows_others_things(desk: Desk):
    callers = await credentials(desk)
    mine = await desk.pending()
    theirs = await desk.pending(customer=await desk.new_customer(rm=desk.other))
    for caller, seen in (("rm", (True, False)), ("other", (False, True)), ("own", (True, False)), ("bound", (False, False)),
                         ("agent", (True, True)), ("admin", (True, True)), ("auditor", (True, True))):  # fmt: skip
        rows = (await desk.get("/api/artifacts", callers[caller], limit=200)).json()["artifacts"]
        ids = {row["id"] for row in rows}
        assert (mine["id"] in ids, theirs["id"] in ids) == seen, caller
        found = (await desk.get("/api/customers", callers[caller], limit=200)).json()["customers"]
        names = {row["id"] for row in found}
        assert (desk.customer in names, theirs["customerId"] in names) == seen, caller


async def test_a_filter_does_not_tell_what_is_there(desk: Desk):
    """Somebody else's customer, batch or artifact reads exactly as one that does not exist."""
    artifact = await desk.pending()
    for path in (f"/api/artifacts?customerId={desk.customer}", "/api/artifacts?customerId=nobody"):
        assert problem(await desk.get(path, desk.as_other), 404)["error"] == "Customer not found"
    for query in (f"batchId={artifact['batchId']}", "batchId=nothing", f"rmId={desk.rm.id}", "rmId=nobody"):
        answer = await desk.get(f"/api/artifacts?{query}", desk.as_other)
        assert answer.json() == {"artifacts": [], "nextCursor": None}
    real = problem(await desk.get(f"/api/artifacts/{artifact['id']}", desk.as_other), 404)
    none = problem(await desk.get("/api/artifacts/nobody", desk.as_other), 404)
    assert {**real, "instance": ""} == {**none, "instance": ""}


async def test_authority_follows_the_customer(desk: Desk):
    artifact = await desk.pending()
    answer = await desk.patch(f"/api/customers/{desk.customer}", {"rmId": desk.other.id}, desk.as_admin)
    assert answer.json()["customer"]["rmId"] == desk.other.id
    problem(await desk.decide(artifact, "accepted"), 404)
    problem(await desk.get(f"/api/artifacts/{artifact['id']}"), 404)
    moved = (await desk.get(f"/api/artifacts/{artifact['id']}", desk.as_other)).json()["artifact"]
    assert moved["rmId"] == desk.other.id
    assert (await desk.decide(artifact, "accepted", who=desk.as_other)).status_code == 200


async def test_a_deleted_customer_is_gone_for_rms_and_stays_readable_for_admin_and_auditor(desk: Desk):
    artifact = await desk.pending()
    decided = await desk.pending("employer", "Casa Nova")
    await desk.decide(decided, "accepted")
    assert (await desk.http.delete(f"/api/customers/{desk.customer}", headers=desk.as_admin)).status_code == 204
    before = await desk.counts()
    for path in (f"/api/artifacts/{artifact['id']}", f"/api/artifacts/{artifact['id']}/events", f"/api/customers/{desk.customer}",
                 f"/api/customers/{desk.customer}/events", f"/api/customers/{desk.customer}/artifacts"):  # fmt: skip
        for who in (desk.as_rm, desk.as_agent):
            problem(await desk.get(path, who), 404)
    problem(await desk.decide(artifact, "accepted"), 404)
    for who in (desk.as_admin, desk.as_auditor):
        found = (await desk.get(f"/api/artifacts/{artifact['id']}", who)).json()["artifact"]
        assert (found["status"], found["customerId"], found["rmId"]) == ("withdrawn", None, desk.rm.id)
        assert found["customerName"]
        events = (await desk.get(f"/api/customers/{desk.customer}/events", who)).json()["events"]
        assert events[-1]["kind"] == "customer.deleted"
        assert {"profile_edit.proposed", "profile_edit.accepted", "profile_edit.withdrawn"} <= {
            e["kind"] for e in events
        }
    assert await desk.counts() == before


# ── the sign-in cookie ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def cookie(world: World, desk: Desk) -> dict[str, str]:
    """The RM's sign-in as a browser holds it."""
    return await signed_in(world, desk.rm)


async def signed_in(world: World, who: Principal) -> dict[str, str]:
    async def work(connection):
        return await sign_in.start(connection, who.id)

    token = await world.runtime.transact(work)
    return {"cookie": f"__Host-placet={token}"}


def csrf(cookie: dict[str, str]) -> str:
    return sign_in.csrf_token(cookie["cookie"].removeprefix("__Host-placet="))


async def test_a_cookie_reads(desk: Desk, cookie):
    assert (await desk.get(f"/api/customers/{desk.customer}", cookie)).status_code == 200
    who = (await desk.get("/api/me", cookie)).json()
    assert (who["type"], who["id"]) == ("rm", desk.rm.id)


WRITES = [route for route in ROUTES if route[0] != "GET"]


@pytest.mark.parametrize("route", WRITES, ids=" ".join)
async def test_a_cookie_changes_nothing_without_the_token_or_from_another_site(desk: Desk, world, route):
    who = desk.rm if ROUTES[route][0] < 300 else desk.admin
    cookie = await signed_in(world, who)
    artifact = await scene(desk, route)
    token = {"x-csrf-token": csrf(cookie)}
    before = await desk.counts()
    for extra, code in (
        ({}, "csrf"), ({"x-csrf-token": ""}, "csrf"), ({"x-csrf-token": "0" * 32}, "csrf"), ({"x-csrf-token": "é"}, "csrf"),
        ({**token, "sec-fetch-site": "cross-site"}, "cross_site"), ({**token, "sec-fetch-site": "same-site"}, "cross_site"),
        ({**token, "origin": "https://evil.example"}, "cross_site"), ({**token, "origin": "null"}, "cross_site"),
        ({**token, "sec-fetch-site": "cross-site", "origin": "http://placet.test"}, "cross_site"),
    ):  # fmt: skip
        headers = {name: value.encode() for name, value in {**cookie, **extra}.items()}
        problem(await ask(desk, route, artifact, headers), 403, code)
    assert await desk.counts() == before
    answer = await ask(desk, route, artifact, {**cookie, **token, "sec-fetch-site": "same-origin"})
    assert answer.is_success, answer.text


async def test_a_bearer_needs_no_token_and_may_come_from_anywhere(desk: Desk, cookie):
    artifact = await desk.pending()
    headers = {**desk.as_rm, **cookie, "origin": "https://crm.example", "sec-fetch-site": "cross-site"}
    assert (await desk.decide(artifact, "accepted", who=headers)).status_code == 200


async def test_a_bad_bearer_beside_a_good_cookie_is_401(desk: Desk, cookie):
    problem(await desk.get("/api/artifacts", {**cookie, "authorization": "Bearer x"}), 401)


async def test_disabling_a_user_ends_sign_ins_and_tokens_at_once(desk: Desk, cookie, world):
    async def work(connection):
        await users.disable(connection, SYSTEM, desk.rm.id)

    assert (await desk.get("/api/me", cookie)).status_code == 200
    await world.runtime.transact(work)
    problem(await desk.get("/api/me", cookie), 401)
    problem(await desk.get("/api/me"), 401)


async def test_signing_out_ends_a_sign_in(desk: Desk, cookie, world):
    async def work(connection):
        await sign_in.sign_out(connection, cookie["cookie"].removeprefix("__Host-placet="))

    await world.runtime.transact(work)
    problem(await desk.get("/api/me", cookie), 401)


async def test_who_i_am(desk: Desk):
    callers = await credentials(desk)
    shown = dict(
        zip(callers, await asyncio.gather(*(desk.get("/api/me", who) for who in callers.values())), strict=True)
    )
    assert shown["agent"].json() == {"type": "agent", "id": desk.agent, "name": desk.agent, "customers": None}
    assert shown["own"].json()["customers"] == [desk.customer]
    assert {name: answer.json()["type"] for name, answer in shown.items()} == {
        "rm": "rm", "other": "rm", "admin": "admin", "auditor": "auditor", "agent": "agent", "own": "agent", "bound": "agent",
    }  # fmt: skip
