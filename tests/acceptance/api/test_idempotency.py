"""`Idempotency-Key`: the same request again is answered the same, byte for byte, and is done once."""

import itertools
import json

import pytest

from acceptance.api.conftest import Desk, edit, problem
from conftest import together

_keys = (f"key-{number}" for number in itertools.count(1))


@pytest.fixture
def key() -> str:
    return next(_keys)


def whole(answer):
    """Everything of an answer that a client can see."""
    return answer.status_code, answer.headers["content-type"], answer.content


# Every POST and PATCH that proposes, decides or changes a record: how to make one that does something.


async def a_proposal(desk: Desk):
    return (
        "POST",
        f"/api/customers/{desk.customer}/artifacts",
        {"artifacts": [edit("occupation", "Cook")]},
        desk.as_agent,
    )


async def a_decision(desk: Desk):
    return "PATCH", f"/api/artifacts/{(await desk.pending())['id']}", {"status": "accepted"}, desk.as_rm


async def a_list_of_decisions(desk: Desk):
    decisions = [{"artifactId": (await desk.pending())["id"], "status": "rejected"}]
    return "POST", "/api/decisions", {"decisions": decisions}, desk.as_rm


async def a_batch_accepted(desk: Desk):
    batch = await desk.proposes(edit("occupation", "Cook", source_text="cook"), source={"text": "cook"})
    return "POST", f"/api/batches/{batch['batchId']}/accept", {}, desk.as_rm


async def a_batch_rejected(desk: Desk):
    return "POST", f"/api/batches/{(await desk.pending())['batchId']}/reject", {"reason": "No."}, desk.as_rm


async def updates_applied(desk: Desk):
    proposal = {"proposalId": (await desk.pending())["batchId"], "fieldUpdates": [{"id": "a", "field": "occupation"}]}
    body = {"proposal": proposal, "approvedFieldIds": ["a"]}
    return "POST", f"/api/customers/{desk.customer}/apply-updates", body, desk.as_rm


async def a_customer(desk: Desk):
    return "POST", "/api/customers", {"name": "Ana Duarte", "rmId": desk.rm.id}, desk.as_admin


async def a_changed_customer(desk: Desk):
    return "PATCH", f"/api/customers/{desk.customer}", {"name": f"Ana {desk.agent}"}, desk.as_admin


EVERY = [
    a_proposal, a_decision, a_list_of_decisions, a_batch_accepted, a_batch_rejected, updates_applied, a_customer,
    a_changed_customer,
]  # fmt: skip


async def send(desk: Desk, request, key):
    method, path, body, who = request
    return await (desk.post if method == "POST" else desk.patch)(path, body, who, key=key)


@pytest.mark.parametrize("make", EVERY)
async def test_the_same_request_again_is_answered_again_and_not_done(desk: Desk, key, make):
    request = await make(desk)
    before = await desk.counts()
    first = await send(desk, request, key)
    assert first.is_success
    after = await desk.counts()
    assert after != before
    for _ in range(2):
        assert whole(await send(desk, request, key)) == whole(first)
    assert await desk.counts() == after


@pytest.mark.parametrize("make", EVERY)
async def test_another_body_under_the_same_key_is_refused(desk: Desk, key, make):
    method, path, body, who = await make(desk)
    first = await send(desk, (method, path, body, who), key)
    before = await desk.counts()
    other = json.loads(json.dumps(body).replace("Cook", "Chef").replace("accepted", "rejected").replace("Ana", "Eva"))
    other = (
        other
        if other != body
        else {**body, "dryRun": True}
        if "approvedFieldIds" not in body
        else {**body, "reasons": {}}
    )
    problem(await send(desk, (method, path, other, who), key), 422, "idempotency_key_reused")
    assert whole(await send(desk, (method, path, body, who), key)) == whole(first)
    assert await desk.counts() == before


@pytest.mark.parametrize("make", EVERY)
async def test_of_twenty_at_once_one_is_done_and_all_are_answered_the_same(desk: Desk, key, make):
    request = await make(desk)
    before = await desk.counts()
    answers = await together(*(send(desk, request, key) for _ in range(20)))
    assert answers[0].is_success
    assert len({whole(answer) for answer in answers}) == 1
    after = await desk.counts()
    assert after["event"] == after["event_body"] == before["event"] + 1  # each of them leaves one event when done once


async def test_refusals_are_replayed_byte_for_byte(desk: Desk):
    found = await desk.pending()
    path = f"/api/artifacts/{found['id']}"
    refused = [
        (("PATCH", path, {"status": "accepted"}, desk.as_agent), 403),
        (("PATCH", path, {"status": "accepted"}, desk.as_admin), 403),
        (("PATCH", path, {"status": "accepted"}, desk.as_other), 404),
        (("POST", "/api/customers/nobody/artifacts", {"artifacts": [edit("occupation", "Cook")]}, desk.as_agent), 404),
        (("POST", "/api/batches/nothing/accept", None, desk.as_rm), 404),
        (("POST", "/api/customers", {"name": "Ana"}, desk.as_rm), 403),
        (
            (
                "POST",
                "/api/decisions",
                {"decisions": [{"artifactId": found["id"], "status": "accepted"}]},
                desk.as_agent,
            ),
            403,
        ),
    ]
    for request, status in refused:
        key = next(_keys)
        first = await send(desk, request, key)
        problem(first, status)
        assert whole(await send(desk, request, key)) == whole(first)


async def test_a_refusal_is_replayed_though_the_world_has_changed(desk: Desk, key):
    first, second = await desk.pending("occupation", "Cook"), await desk.pending("occupation", "Chef")
    await desk.decide(first, "accepted")
    refused = await desk.decide(second, "accepted", key=key)
    problem(refused, 409, "already_decided")
    assert whole(await desk.decide(second, "accepted", key=key)) == whole(refused)
    await desk.patch(f"/api/customers/{desk.customer}", {"rmId": desk.other.id}, desk.as_admin)
    assert whole(await desk.decide(second, "accepted", key=key)) == whole(refused)


async def test_what_was_not_acceptable_is_not_stored_so_a_mended_request_may_use_the_key(desk: Desk, key):
    found = await desk.pending("dependants", 2)
    problem(await desk.decide(found, "edited", editedValue="many", key=key), 422)
    problem(await desk.decide(found, "no such status", key=key), 400)
    answer = await desk.decide(found, "edited", editedValue=3, key=key)
    assert answer.status_code == 200
    assert answer.json()["artifact"]["payload"]["edited_value"] == 3


async def test_what_failed_here_is_not_stored(desk: Desk, key, monkeypatch):
    found = await desk.pending()
    before = await desk.counts()

    async def break_down(*_, **__):
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr("placet.artifacts.decide.write", break_down)
        problem(await desk.decide(found, "accepted", key=key), 500, "unexpected")
    assert await desk.counts() == before
    assert (await desk.decide(found, "accepted", key=key)).status_code == 200


async def test_a_key_belongs_to_one_principal_one_method_and_one_path(desk: Desk, key):
    first, second = await desk.pending("occupation", "Cook"), await desk.pending("employer", "Casa Nova")
    body = {"status": "accepted"}
    assert (await desk.patch(f"/api/artifacts/{first['id']}", body, key=key)).json()["artifact"]["id"] == first["id"]
    assert (await desk.patch(f"/api/artifacts/{second['id']}", body, key=key)).json()["artifact"]["id"] == second["id"]
    problem(await desk.patch(f"/api/artifacts/{first['id']}", body, desk.as_admin, key=key), 403)
    problem(await desk.patch(f"/api/artifacts/{first['id']}", body, desk.as_other, key=key), 404)
    path = f"/api/customers/{desk.customer}"
    assert (await desk.patch(path, {"name": "Eva Duarte"}, desk.as_admin, key=key)).status_code == 200
    assert (
        await desk.post(f"{path}/artifacts", {"artifacts": [edit("dependants", 1)]}, desk.as_agent, key=key)
    ).is_success


async def test_a_key_belongs_to_a_person_whichever_token_they_hold(desk: Desk, key):
    found = await desk.pending()
    first = await desk.decide(found, "accepted", key=key)
    again = await desk.decide(found, "accepted", key=key, who=await desk.world.token(desk.rm))
    assert whole(again) == whole(first)


async def test_a_day_later_a_key_is_new(desk: Desk, key, owner):
    path, body = f"/api/customers/{desk.customer}/artifacts", {"artifacts": [edit("occupation", "Cook")]}
    first = await desk.post(path, body, desk.as_agent, key=key)
    await owner.execute(
        "update idempotency_key set created_at = now() - interval '23 hours 59 minutes' where key = $1", key
    )
    assert whole(await desk.post(path, body, desk.as_agent, key=key)) == whole(first)
    await owner.execute(
        "update idempotency_key set created_at = now() - interval '24 hours 1 minute' where key = $1", key
    )
    again = await desk.post(path, body, desk.as_agent, key=key)
    assert again.status_code == 201
    assert again.json()["skipped"][0]["reason"] == "duplicate"
    assert whole(await desk.post(path, body, desk.as_agent, key=key)) == whole(again)


@pytest.mark.parametrize("key", ["", " ", "a\tb", "x" * 256, "\x7f", "\u00a0", "\u00ad"])
async def test_a_key_that_is_none_is_refused(desk: Desk, key):
    found = await desk.pending()
    answer = await desk.http.patch(
        f"/api/artifacts/{found['id']}",
        json={"status": "accepted"},
        headers={**desk.as_rm, "idempotency-key": key.encode("latin-1")},
    )
    problem(answer, 422, "invalid_idempotency_key")
    assert (await desk.get(f"/api/artifacts/{found['id']}")).json()["artifact"]["status"] == "pending"


async def test_a_body_written_another_way_is_another_body(desk: Desk, key):
    found = await desk.pending()
    headers = {**desk.as_rm, "content-type": "application/json", "idempotency-key": key}
    path = f"/api/artifacts/{found['id']}"
    assert (await desk.http.patch(path, content=b'{"status":"accepted"}', headers=headers)).status_code == 200
    problem(
        await desk.http.patch(path, content=b'{"status": "accepted"}', headers=headers), 422, "idempotency_key_reused"
    )
