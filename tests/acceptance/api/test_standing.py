"""Standing in, teams and co-signers over HTTP: what is answered, and what another person may then see and decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acceptance.api.conftest import Desk, problem

NEXT_YEAR = datetime.now(UTC).year + 1


def days(number: int) -> str:
    return (datetime.now(UTC) + timedelta(days=number)).isoformat()


@pytest.fixture
async def as_colleague(desk: Desk) -> dict[str, str]:
    return await desk.world.token(desk.colleague)


async def delegated(desk: Desk, who: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    body = {"toUserId": desk.colleague.id, "until": days(7), **more}
    answer = await desk.post("/api/delegations", body, who)
    assert answer.status_code == 201, answer.text
    return answer.json()["delegation"]


async def delete(desk: Desk, path: str, who: dict[str, str] | None = None) -> Any:
    return await desk.http.delete(path, headers=desk.as_rm if who is None else who)


async def put(desk: Desk, path: str, may: str, who: dict[str, str] | None = None) -> Any:
    return await desk.http.put(path, headers=desk.as_admin if who is None else who, json={"may": may})


async def seen(desk: Desk, artifact: dict[str, Any], who: dict[str, str]) -> set[str]:
    """The doors by which a person sees an artifact or its customer; every other one must say 404 or show nothing."""
    customer = artifact["customerId"]
    found = set()
    for name, path in (
        ("customer", f"/api/customers/{customer}"), ("profile", f"/api/customers/{customer}/profile"),
        ("trail", f"/api/customers/{customer}/events"), ("artifact", f"/api/artifacts/{artifact['id']}"),
        ("story", f"/api/artifacts/{artifact['id']}/events"), ("list", f"/api/customers/{customer}/artifacts"),
    ):  # fmt: skip
        answer = await desk.get(path, who)
        if answer.status_code == 200:
            found.add(name)
        else:
            problem(answer, 404)
    inbox = (await desk.get("/api/artifacts?limit=200", who)).json()["artifacts"]
    found |= {"inbox"} if artifact["id"] in {row["id"] for row in inbox} else set()
    customers = (await desk.get("/api/customers?limit=200", who)).json()["customers"]
    return found | ({"customers"} if customer in {row["id"] for row in customers} else set())


EVERY_DOOR = {"customer", "profile", "trail", "artifact", "story", "list", "inbox", "customers"}


# ── delegations ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_delegation_on_the_wire(desk: Desk):
    made = await delegated(desk, **{"from": days(-1), "reason": "On leave", "customerIds": [desk.customer]})
    assert list(made) == [
        "id", "fromUserId", "fromUserName", "toUserId", "toUserName", "from", "until", "customerIds", "artifactIds",
        "reason", "createdAt", "endedAt", "live",
    ]  # fmt: skip
    assert (made["fromUserId"], made["fromUserName"]) == (desk.rm.id, desk.rm.name)
    assert (made["toUserId"], made["toUserName"]) == (desk.colleague.id, desk.colleague.name)
    assert (made["customerIds"], made["artifactIds"], made["live"], made["endedAt"]) == (
        [desk.customer],
        None,
        True,
        None,
    )
    assert (await desk.get("/api/delegations")).json() == {"delegations": [made]}
    assert (await desk.get("/api/delegations", desk.as_other)).json() == {"delegations": []}
    assert made in (await desk.get("/api/delegations", desk.as_auditor)).json()["delegations"]


async def test_a_bare_date_is_that_day_in_utc(desk: Desk):
    made = await delegated(desk, until=f"{NEXT_YEAR}-01-15", **{"from": f"{NEXT_YEAR}-01-02"})
    assert (made["from"], made["until"]) == (f"{NEXT_YEAR}-01-02T00:00:00.000Z", f"{NEXT_YEAR}-01-15T00:00:00.000Z")
    assert not made["live"]


async def test_what_a_delegation_refuses(desk: Desk):
    before = await desk.counts()
    for more, status, code in (
        ({"until": "soon"}, 422, "invalid_time"), ({"until": None}, 422, "invalid_body"),
        ({"until": "2020-01-01"}, 422, "invalid_period"), ({"customerIds": []}, 422, "invalid_body"),
        ({"customerIds": ["nobody"]}, 404, "not_found"), ({"artifactIds": ["nothing"]}, 404, "not_found"),
        ({"toUserId": "nobody"}, 422, "unknown_rm"), ({"toUserId": desk.admin.id}, 422, "unknown_rm"),
        ({"fromUserId": desk.other.id}, 403, "admins_only"), ({"createdBy": "me"}, 422, "invalid_body"),
    ):  # fmt: skip
        body = {"toUserId": desk.colleague.id, "until": days(7), **more}
        problem(await desk.post("/api/delegations", body), status, code)
    assert await desk.counts() == before


async def test_the_same_key_delegates_once(desk: Desk):
    body = {"toUserId": desk.colleague.id, "until": days(7)}
    first = await desk.post("/api/delegations", body, key="leave")
    assert (first.status_code, (await desk.post("/api/delegations", body, key="leave")).content) == (201, first.content)
    assert len((await desk.get("/api/delegations")).json()["delegations"]) == 1


async def test_a_delegate_sees_and_decides_everything_of_the_rm_until_it_is_ended(desk: Desk, as_colleague):
    first, second = await desk.pending(), await desk.pending("employer", "Casa Nova")
    theirs = await desk.pending(customer=await desk.new_customer(rm=desk.other))
    assert await seen(desk, first, as_colleague) == set()
    problem(await desk.decide(first, "accepted", who=as_colleague), 404)
    made = await delegated(desk)
    assert await seen(desk, first, as_colleague) == EVERY_DOOR
    assert await seen(desk, theirs, as_colleague) == set()
    done = (await desk.decide(first, "accepted", who=as_colleague)).json()["artifact"]
    assert (done["status"], done["decidedBy"], done["rmId"]) == ("accepted", desk.colleague.id, desk.rm.id)
    event = (await desk.get(f"/api/artifacts/{first['id']}/events")).json()["events"][-1]
    assert (event["actor"]["id"], event["onBehalfOf"]) == (desk.colleague.id, desk.rm.id)
    problem(await desk.decide(theirs, "accepted", who=as_colleague), 404)

    assert (await delete(desk, f"/api/delegations/{made['id']}")).status_code == 204
    assert (await delete(desk, f"/api/delegations/{made['id']}")).status_code == 204
    assert await seen(desk, second, as_colleague) == set()
    problem(await desk.decide(second, "accepted", who=as_colleague), 404)


async def test_one_for_named_customers_reaches_those(desk: Desk, as_colleague):
    other = await desk.new_customer()
    mine, not_mine = await desk.pending(), await desk.pending(customer=other)
    await delegated(desk, customerIds=[desk.customer])
    assert await seen(desk, mine, as_colleague) == EVERY_DOOR
    assert await seen(desk, not_mine, as_colleague) == set()
    assert (await desk.decide(mine, "rejected", who=as_colleague)).status_code == 200
    problem(await desk.decide(not_mine, "rejected", who=as_colleague), 404)


async def test_one_that_starts_later_counts_later(desk: Desk, as_colleague):
    artifact = await desk.pending()
    await delegated(desk, until=days(9), **{"from": days(2)})
    assert await seen(desk, artifact, as_colleague) == set()
    problem(await desk.decide(artifact, "accepted", who=as_colleague), 404)


async def test_it_ends_with_the_giver_s_own_authority(desk: Desk, as_colleague):
    artifact = await desk.pending()
    await delegated(desk, customerIds=[desk.customer])
    await desk.patch(f"/api/customers/{desk.customer}", {"rmId": desk.other.id}, desk.as_admin)
    assert await seen(desk, artifact, as_colleague) == set()
    problem(await desk.decide(artifact, "accepted", who=as_colleague), 404)


async def test_an_item_handed_over_is_that_item_and_nothing_else(desk: Desk, as_colleague):
    item, beside = await desk.pending(), await desk.pending("employer", "Casa Nova")
    answer = await desk.post(
        f"/api/artifacts/{item['id']}/hand-over", {"toUserId": desk.colleague.id, "reason": "Yours"}
    )
    made = answer.json()["delegation"]
    assert (answer.status_code, made["artifactIds"], made["reason"], made["live"]) == (201, [item["id"]], "Yours", True)
    assert await seen(desk, item, as_colleague) == {"artifact", "story", "inbox"}
    assert await seen(desk, beside, as_colleague) == set()
    problem(await desk.decide(beside, "accepted", who=as_colleague), 404)
    assert (await desk.decide(item, "accepted", who=as_colleague)).status_code == 200
    problem(
        await desk.post(f"/api/artifacts/{item['id']}/hand-over", {"toUserId": desk.other.id}), 409, "already_decided"
    )
    told = (await desk.get(f"/api/artifacts/{item['id']}/events")).json()["events"]
    assert [e["kind"].rpartition(".")[2] for e in told] == ["proposed", "created", "accepted"]


# ── teams and co-signers ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_team_by_http(desk: Desk, as_colleague):
    artifact = await desk.pending()
    answer = await desk.post("/api/teams", {"name": f"Desk {artifact['id']}"}, desk.as_admin)
    team = answer.json()["team"]
    assert answer.status_code == 201
    assert list(team) == ["id", "name", "createdAt", "people", "customers", "members"]
    answer = await put(desk, f"/api/teams/{team['id']}/members/{desk.colleague.id}", "see")
    person = {"userId": desk.colleague.id, "userName": desk.colleague.name, "may": "see", "teamName": None}
    assert answer.json()["team"]["members"] == [person]
    assert await seen(desk, artifact, as_colleague) == set()
    path = f"/api/customers/{desk.customer}"
    changed = await desk.patch(path, {"teamId": team["id"]}, desk.as_admin)
    assert changed.json()["customer"]["teamId"] == team["id"]
    assert await seen(desk, artifact, as_colleague) == EVERY_DOOR
    problem(await desk.decide(artifact, "accepted", who=as_colleague), 403)
    problem(await desk.decide(artifact, "rejected", who=as_colleague), 403)
    assert (await desk.get(f"{path}/members")).json() == {"members": [{**person, "teamName": team["name"]}]}
    answer = await desk.patch(f"/api/teams/{team['id']}", {"name": f"Other {artifact['id']}"}, desk.as_admin)
    assert answer.json()["team"] | {"members": []} == {
        **team, "name": f"Other {artifact['id']}", "people": 1, "customers": 1,
    }  # fmt: skip
    assert (
        await delete(desk, f"/api/teams/{team['id']}/members/{desk.colleague.id}", desk.as_admin)
    ).status_code == 204
    assert await seen(desk, artifact, as_colleague) == set()
    problem(await delete(desk, f"/api/teams/{team['id']}/members/{desk.colleague.id}", desk.as_admin), 404)
    assert (await delete(desk, f"/api/teams/{team['id']}", desk.as_admin)).status_code == 204
    assert (await desk.get(path)).json()["customer"]["teamId"] is None
    problem(await desk.get(f"/api/teams/{team['id']}", desk.as_admin), 404)


async def test_a_person_named_for_one_customer_by_http(desk: Desk, as_colleague):
    artifact = await desk.pending()
    path = f"/api/customers/{desk.customer}/members"
    answer = await put(desk, f"{path}/{desk.colleague.id}", "cosign")
    assert [m["may"] for m in answer.json()["members"]] == ["cosign"]
    assert await seen(desk, artifact, as_colleague) == EVERY_DOOR
    problem(await put(desk, f"{path}/{desk.colleague.id}", "decide"), 422, "invalid_body")
    problem(await put(desk, f"{path}/{desk.admin.id}", "see"), 422, "unknown_rm")
    assert (await delete(desk, f"{path}/{desk.colleague.id}", desk.as_admin)).status_code == 204
    assert await seen(desk, artifact, as_colleague) == set()
    kinds = [e["kind"] for e in (await desk.get(f"/api/customers/{desk.customer}/events")).json()["events"]]
    assert kinds[-2:] == ["customer.member_set", "customer.member_removed"]
