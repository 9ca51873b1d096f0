"""Webhooks, rules and the delivery log over HTTP, with a receiver that checks what it gets."""

from __future__ import annotations

import json

import jsonschema
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from acceptance.api.conftest import Desk, problem
from conftest import external
from posting import Post
from receiver import Receiver, always, receiving

KINDS = ["artifact.accepted", "artifact.edited"]


@pytest.fixture
async def post(world) -> Post:
    return Post(world)


@pytest.fixture
async def receiver():
    async with receiving() as found:
        yield found


@pytest.fixture
async def hook(desk: Desk, receiver: Receiver):
    """A webhook that tells at once, and is gone after the test."""
    body = {"url": receiver.url, "kinds": KINDS, "delaySeconds": 0, "includeValues": True}
    made = await desk.post("/api/webhooks", body, desk.as_admin)
    assert made.status_code == 201, made.text
    yield made.json()
    await desk.http.delete(f"/api/webhooks/{made.json()['id']}", headers=desk.as_admin)


async def test_a_webhook_is_added_and_its_secret_said_once(desk: Desk, hook, world):
    shown = hook["webhook"]
    assert (shown["id"], shown["kinds"], shown["enabled"], shown["includeValues"]) == (hook["id"], KINDS, True, True)
    assert hook["secret"].startswith("whsec_")
    assert hook["secret"] not in json.dumps(shown)
    listed = await desk.get("/api/webhooks", desk.as_auditor)
    assert shown in listed.json()["webhooks"]
    one = (await desk.get(f"/api/webhooks/{hook['id']}", desk.as_admin)).json()
    assert one == {"webhook": shown}
    stored = json.dumps(await world.rows("select to_jsonb(r)::text as r from trigger_rule r"))
    events = json.dumps([e["text"] for e in await world.events() if e["kind"].startswith("webhook.")])
    assert "webhook.added" in {e["kind"] for e in await world.events()}
    for text in (stored, events, listed.text):
        assert hook["secret"] not in text
        assert hook["secret"].removeprefix("whsec_") not in text


async def test_an_idempotency_key_is_not_kept_where_a_secret_is_answered(desk: Desk, receiver, world):
    body = {"url": receiver.url, "kinds": []}
    one = await desk.post("/api/webhooks", body, desk.as_admin, key="once")
    two = await desk.post("/api/webhooks", body, desk.as_admin, key="once")
    assert one.json()["secret"] != two.json()["secret"]
    assert await world.rows("select from idempotency_key where path = '/api/webhooks'") == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://receiver.example/", "kinds": KINDS}, "address_refused"),
        ({"url": "https://10.0.0.1/", "kinds": KINDS}, "address_refused"),
        ({"url": "https://[64:ff9b::7f00:1]/", "kinds": KINDS}, "address_refused"),
        ({"url": "http://127.0.0.1:9/", "kinds": ["artifact.rejected"]}, "unknown_kind"),
        ({"url": "http://127.0.0.1:9/", "kinds": ["nothing.accepted"]}, "unknown_kind"),
        ({"url": "http://127.0.0.1:9/", "kinds": KINDS, "delaySeconds": -1}, "invalid_body"),
        ({"url": "http://127.0.0.1:9/", "kinds": KINDS, "secret": "mine"}, "invalid_body"),
        ({"url": "http://127.0.0.1:9/"}, "invalid_body"),
    ],
)
async def test_what_cannot_be_a_webhook_is_refused(desk: Desk, body, code):
    before = await desk.counts()
    problem(await desk.post("/api/webhooks", body, desk.as_admin), 422, code)
    assert await desk.counts() == before


async def test_a_delivery_is_a_cloud_event_and_signed(desk: Desk, hook, receiver, post):
    artifact = await desk.pending("occupation", "Cook")
    await desk.decide(artifact, "edited", editedValue="Chef")
    await post.run(post.settled)
    [request] = receiver.received
    event = Webhook(hook["secret"]).verify(request.body, request.headers)
    assert (event["type"], event["data"]["value"]) == ("placet.artifact.edited", "Chef")
    assert request.headers["webhook-id"] == event["id"]
    schema = json.loads((external("cloudevents") / "cloudevents.json").read_text())
    jsonschema.validate(event, schema, format_checker=jsonschema.FormatChecker())


async def test_a_rotated_secret_signs_beside_the_new_one_for_a_while(desk: Desk, hook, receiver, post, owner):
    path = f"/api/webhooks/{hook['id']}"
    rotated = await desk.post(f"{path}/rotate", {"keepForMinutes": 60}, desk.as_admin)
    assert rotated.status_code == 201
    old, new = hook["secret"], rotated.json()["secret"]
    await desk.decide(await desk.pending(), "accepted")
    await post.run(post.settled)
    for secret in (old, new):
        Webhook(secret).verify(receiver.received[-1].body, receiver.received[-1].headers)
    newest = (await desk.post(f"{path}/rotate", {"keepForMinutes": 0}, desk.as_admin)).json()["secret"]
    assert (await desk.post(f"{path}/test", None, desk.as_admin)).json() == {
        "good": True, "said": "Answered 204.", "statusCode": 204, "answer": "",
    }  # fmt: skip
    tested = receiver.received[-1]
    assert Webhook(newest).verify(tested.body, tested.headers)["type"] == "placet.webhook.test"
    for secret in (old, new):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(tested.body, tested.headers)


async def test_a_test_says_why_it_failed(desk: Desk, hook, receiver):
    receiver.behave = always(302, b"over there", location="http://127.0.0.1:9/")
    told = (await desk.post(f"/api/webhooks/{hook['id']}/test", {}, desk.as_admin)).json()
    assert (told["good"], told["statusCode"], told["answer"]) == (False, 302, "over there")


async def test_a_webhook_is_changed_turned_off_and_removed(desk: Desk, hook, receiver, post, world):
    path = f"/api/webhooks/{hook['id']}"
    changed = await desk.patch(path, {"kinds": ["placet.artifact.edited"], "note": "CRM"}, desk.as_admin)
    assert (changed.json()["webhook"]["kinds"], changed.json()["webhook"]["note"]) == (["artifact.edited"], "CRM")
    assert changed.json()["webhook"]["url"] == receiver.url
    problem(await desk.patch(path, {"url": "https://10.1.1.1/"}, desk.as_admin), 422, "address_refused")
    await desk.patch(path, {"kinds": KINDS}, desk.as_admin)

    waiting = await desk.pending()
    await desk.decide(waiting, "accepted")
    off = (await desk.patch(path, {"enabled": False}, desk.as_admin)).json()["webhook"]
    assert (off["enabled"], off["waiting"]) == (False, 1)
    unheard = await desk.pending("employer", "The Inn")
    await desk.decide(unheard, "accepted")
    await post.run(quiet)
    assert receiver.received == []
    on = (await desk.patch(path, {"enabled": True}, desk.as_admin)).json()["webhook"]
    assert (on["enabled"], on["disabledWhy"]) == (True, None)
    await post.run(post.settled)
    assert [json.loads(request.body)["data"]["artifactId"] for request in receiver.received] == [waiting["id"]]
    kinds = [
        e["kind"]
        for e in await world.events()
        if e["kind"].startswith("webhook.") and e["body"]["ruleId"] == hook["id"]
    ]
    assert kinds == ["webhook.added", "webhook.changed", "webhook.changed", "webhook.disabled", "webhook.enabled"]

    another = await desk.pending("preferredName", "Jo")
    await desk.decide(another, "accepted")
    assert (await desk.http.delete(path, headers=desk.as_admin)).status_code == 204
    problem(await desk.patch(path, {"note": "x"}, desk.as_admin), 404)
    [cancelled] = (await log(desk, artifactId=another["id"]))["deliveries"]
    assert (cancelled["status"], cancelled["said"]) == ("cancelled", "The rule was removed.")


async def test_the_log_shows_each_attempt_and_a_dead_one_is_made_again(desk: Desk, hook, receiver, post):
    receiver.behave = always(500, b"no room")
    artifact = await desk.pending()
    await desk.decide(artifact, "accepted")
    await post.run(post.settled)
    [dead] = (await log(desk, status="dead", endpoint=hook["id"]))["deliveries"]
    assert (dead["artifactId"], dead["attempts"], dead["said"], dead["statusCode"]) == (
        artifact["id"],
        3,
        "Answered 500.",
        500,
    )
    path = f"/api/deliveries/{dead['id']}"
    seen = (await desk.get(path, desk.as_auditor)).json()
    assert [(a["n"], a["outcome"], a["answer"]) for a in seen["attempts"]] == [
        (1, "retry", "no room"), (2, "retry", "no room"), (3, "failed", "no room"),
    ]  # fmt: skip
    for_rm = (await desk.get(path)).json()
    assert (for_rm["delivery"]["to"], for_rm["attempts"][0]["answer"]) == ("webhook", None)
    assert receiver.url not in json.dumps(for_rm)

    receiver.behave = always(204)
    again = await desk.post(f"{path}/replay", None, desk.as_admin, key="again")
    assert (again.status_code, again.json()["delivery"]["status"]) == (200, "promised")
    assert (await desk.post(f"{path}/replay", None, desk.as_admin, key="again")).content == again.content
    problem(await desk.post(f"{path}/replay", None, desk.as_admin), 409, "not_replayable")
    await post.run(post.settled)
    assert receiver.ids == [dead["id"]] * 4
    assert len({request.body for request in receiver.received}) == 1
    events = (await desk.get(f"/api/artifacts/{artifact['id']}/events")).json()["events"]
    assert [event["kind"].partition(".")[2] for event in events] == [
        "proposed", "accepted", "delivery_dead", "delivery_replayed", "delivered",
    ]  # fmt: skip


async def test_the_log_is_read_in_pages_and_narrowed(desk: Desk, hook, post, receiver):
    made = []
    for field in ("occupation", "employer", "preferredName"):
        made.append(await desk.pending(field, "Cook"))
        await desk.decide(made[-1], "accepted")
    await post.run(post.settled)
    first = await log(desk, limit=2, customerId=desk.customer)
    second = await log(desk, limit=2, customerId=desk.customer, cursor=first["nextCursor"])
    assert second["nextCursor"] is None
    found = [d["artifactId"] for page in (first, second) for d in page["deliveries"]]
    assert found == [artifact["id"] for artifact in reversed(made)]
    theirs = (await desk.get("/api/deliveries", desk.as_other)).json()["deliveries"]
    assert theirs == []
    for query in ({"status": "lost"}, {"cursor": "x"}, {"limit": "201"}, {"colour": "red"}):
        problem(await desk.get("/api/deliveries", desk.as_admin, **query), 422)


async def test_an_approval_nobody_asked_for_says_so_on_its_artifact(desk: Desk):
    artifact = await desk.pending()
    await desk.decide(artifact, "accepted")
    [only] = (await log(desk, artifactId=artifact["id"]))["deliveries"]
    assert (only["status"], only["to"]) == ("unrouted", "nobody")


async def test_a_trigger_nobody_registered_cannot_be_named(desk: Desk):
    item = {"payload": {"field_key": "occupation", "proposed_value": "Cook"}, "workflowTrigger": "carrier.pigeon"}
    answer = await desk.post(f"/api/customers/{desk.customer}/artifacts", {"artifacts": [item]}, desk.as_agent)
    assert problem(answer, 422)["errors"][0]["code"] == "unknown_trigger"
    names = [found["name"] for found in (await desk.get("/api/triggers")).json()["triggers"]]
    assert "webhook" in names
    problem(await desk.post("/api/trigger-rules", {"trigger": "webhook"}, desk.as_admin), 422, "use_webhooks")
    problem(await desk.post("/api/trigger-rules", {"trigger": "pigeon"}, desk.as_admin), 422, "unknown_trigger")


async def test_the_metrics_say_what_waits_and_what_was_done(desk: Desk, hook, receiver, post):
    receiver.behave = always(500)
    await desk.decide(await desk.pending(), "accepted")
    await post.run(post.settled)
    await desk.decide(await desk.pending("employer", "The Inn"), "accepted")
    answer = await desk.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert float(lines["placet_up"]) == 1
    assert float(lines['placet_deliveries{state="promised"}']) == 1
    assert float(lines['placet_deliveries{state="dead"}']) >= 1
    assert float(lines["placet_delivery_oldest_due_seconds"]) > 0
    assert float(lines["placet_trail_unsealed_events"]) > 4, "nothing seals here"
    assert float(lines["placet_trail_unsealed_oldest_seconds"]) > 0
    assert float(lines['placet_delivery_attempts_total{outcome="failed",trigger="webhook"}']) >= 1
    assert float(lines['placet_decisions_total{outcome="applied"}']) >= 2
    assert float(lines['placet_gate_group_requests_bucket{le="1"}']) >= 2
    route = '{method="PATCH",route="/api/artifacts/{artifact_id}",status="2xx"}'
    assert float(lines[f"placet_http_request_duration_seconds_count{route}"]) >= 2
    for told in (desk.customer, receiver.url, "The Inn"):
        assert told not in answer.text


async def log(desk: Desk, **query):
    return (await desk.get("/api/deliveries", desk.as_admin, **query)).json()


async def quiet() -> bool:
    """A moment went by."""
    import asyncio

    await asyncio.sleep(0.1)
    return True
