"""Deliveries: promised with the decision, made at least once, in order, by whoever claims them first."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from conftest import World
from eventually import eventually
from placet.artifacts import own
from placet.errors import Conflict, NotFound
from placet.identity.principal import Principal
from placet.triggers import log, rules
from placet.triggers.trigger import Done, Failed, Output, RetryLater
from posting import KEY, Noted, Post, installed
from receiver import Receiver, always, answer, receiving


@pytest.fixture
async def post(world: World) -> AsyncIterator[Post]:
    found = Post(world)
    yield found
    await found.forget()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
async def rm(world: World) -> Principal:
    return await world.person()


@pytest.fixture
async def customer(world: World, rm) -> str:
    return await world.customer(rm)


# ── promised ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_approval_is_promised_to_every_rule_of_its_kind_and_to_no_other(world, post, rm, customer):
    one = await post.webhook("http://127.0.0.1:9/one")
    two = await post.webhook("http://127.0.0.1:9/two", kinds=["profile_edit.accepted"], delay=60)
    await post.webhook("http://127.0.0.1:9/three", kinds=["artifact.edited"])
    off = await post.webhook("http://127.0.0.1:9/four")
    admin = await world.person("admin")
    await world.runtime.transact(lambda c: rules.set_enabled(c, admin, off.id, False))

    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    found = await post.deliveries(proposal)
    assert [(d["rule_id"], d["trigger"], d["status"], d["kind"]) for d in found] == [
        (one.id, "webhook", "promised", "profile_edit.accepted"),
        (two.id, "webhook", "promised", "profile_edit.accepted"),
    ]
    assert [round((d["due_at"] - d["created_at"]).total_seconds()) for d in found] == [0, 60]
    assert len({d["id"] for d in found}) == 2


async def test_a_rejection_is_promised_to_nobody(world, post, rm, customer):
    await post.webhook("http://127.0.0.1:9/")
    proposal = await world.proposal(customer, "occupation", "Cook", trigger="webhook")
    await world.reject(rm, proposal)
    assert await post.deliveries(proposal) == []


async def test_a_rule_without_kinds_is_for_artifacts_that_name_its_trigger(world, post, rm, customer):
    rule = await post.webhook("http://127.0.0.1:9/", kinds=[])
    plain = await world.proposal(customer, "occupation", "Cook")
    named = await world.proposal(customer, "employer", "The Inn", trigger="webhook")
    await world.accept(rm, plain)
    await world.accept(rm, named)
    assert [(d["status"], d["rule_id"]) for d in await post.deliveries(plain)] == [("unrouted", None)]
    assert [(d["status"], d["rule_id"]) for d in await post.deliveries(named)] == [("promised", rule.id)]


# ── made ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_delivery_is_made_signed_and_written_down(world, post, rm, customer, receiver):
    await post.webhook(receiver.url)
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    await post.run(post.settled)

    [request] = receiver.received
    [delivery] = await post.deliveries(proposal)
    event = Webhook(post.secret).verify(request.body, request.headers)
    assert request.headers["webhook-id"] == event["id"] == delivery["id"]
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert event["data"] == {
        "artifactId": proposal.id, "artifactType": "profile_edit", "customerId": customer, "batchId": proposal.batch_id,
        "eventId": delivery["event_id"], "field": "occupation", "decision": "accepted", "decidedBy": rm.id,
        "decidedAt": event["time"], "onBehalfOf": None, "createdByType": "agent", "createdById": "test-reader",
        "reverts": None,
    }  # fmt: skip
    assert "Cook" not in request.body.decode()
    assert (delivery["status"], delivery["attempts"], delivery["status_code"]) == ("delivered", 1, 204)
    assert bytes(delivery["body"]) == request.body
    told = (await world.events(artifact=proposal))[-1]
    assert (told["kind"], told["actor_type"], told["body"]["deliveryId"]) == (
        "profile_edit.delivered", "system", delivery["id"],
    )  # fmt: skip
    [attempt] = await world.rows("select * from delivery_attempt where delivery_id = $1", delivery["id"])
    assert (attempt["n"], attempt["outcome"], attempt["status_code"]) == (1, "done", 204)


async def test_values_go_along_only_where_they_were_asked_for(world, post, rm, customer, receiver):
    await post.webhook(receiver.url, values=True)
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.edit(rm, proposal, "Chef", reason="He says so.")
    await post.run(post.settled)
    data = json.loads(receiver.received[0].body)["data"]
    assert (data["value"], data["former"], data["reason"]) == ("Chef", None, "He says so.")
    assert data["payload"]["proposed_value"] == "Cook"
    assert json.loads(receiver.received[0].body)["type"] == "placet.artifact.edited"


async def test_it_is_tried_again_under_the_same_id_with_the_same_bytes(world, post, rm, customer, receiver):
    rule = await post.webhook(receiver.url)
    failures = [always(500, b"busy"), always(302, location="http://127.0.0.1:9/")]

    async def fail_twice(request, writer):
        if failures:
            if len(failures) == 1:  # what is sent was settled at the first attempt, whatever the rule says now
                admin = await world.person("admin")
                await world.runtime.transact(
                    lambda c: rules.change(
                        c, admin, rule.id, secret_key=KEY, types=["profile_edit"], config={"include_values": True}
                    )
                )
            return await failures.pop(0)(request, writer)
        return answer()

    receiver.behave = fail_twice
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    await post.run(post.settled)
    assert len(receiver.received) == 3
    assert len({(request.headers["webhook-id"], request.body) for request in receiver.received}) == 1
    [delivery] = await post.deliveries(proposal)
    log = await world.rows("select * from delivery_attempt where delivery_id = $1 order by n", delivery["id"])
    assert [(row["outcome"], row["status_code"], row["answer"]) for row in log] == [
        ("retry", 500, "busy"), ("retry", 302, ""), ("done", 204, ""),
    ]  # fmt: skip


async def test_after_the_last_attempt_it_is_dead_and_the_next_goes_on(world, post, rm, customer, receiver):
    await post.webhook(receiver.url)
    first = await world.proposal(customer, "occupation", "Cook")
    second = await world.proposal(customer, "employer", "The Inn")
    await world.accept(rm, first)
    await world.accept(rm, second)
    [promised], [behind] = await post.deliveries(first), await post.deliveries(second)

    async def refuse_the_first(request, _writer):
        return answer(500 if request.headers["webhook-id"] == promised["id"] else 204)

    receiver.behave = refuse_the_first
    await post.run(post.settled)
    assert receiver.ids == [promised["id"]] * 3 + [behind["id"]], "of a customer one by one, in order"
    [delivery] = await post.deliveries(first)
    assert (delivery["status"], delivery["attempts"], delivery["said"]) == ("dead", 3, "Answered 500.")
    assert (await world.events(artifact=first))[-1]["kind"] == "profile_edit.delivery_dead"


async def test_the_schedule_is_waited_for_and_who_asks_for_time_gets_it(world, post, rm, customer, receiver):
    rule = await post.webhook(receiver.url)
    receiver.behave = always(429, retry_after="120")
    proposal = await world.proposal(customer, "occupation", "Cook")
    other = await world.proposal(await world.customer(rm), "occupation", "Cook")
    await world.accept(rm, proposal)

    async def tried() -> bool:
        return (await post.deliveries(proposal))[0]["status_code"] == 429

    await post.run(tried, schedule=(0.0, 5.0))
    [delivery] = await post.deliveries(proposal)
    [row] = await world.rows(
        "select extract(epoch from due_at - now()) as s from delivery where id = $1", delivery["id"]
    )
    assert 100 < row["s"] <= 120
    await world.accept(rm, other)
    await post.run(lambda: asyncio.sleep(0.1, result=True))
    assert (await post.deliveries(other))[0]["attempts"] == 0, "the whole rule is left alone meanwhile"
    admin = await world.person("admin")
    await world.runtime.transact(lambda c: rules.set_enabled(c, admin, rule.id, False))
    await world.runtime.transact(lambda c: rules.set_enabled(c, admin, rule.id, True))
    await post.run(lambda: asyncio.sleep(0.1, result=bool(len(receiver.received) == 2)))


async def test_410_disables_the_rule(world, post, rm, customer, receiver):
    rule = await post.webhook(receiver.url)
    receiver.behave = always(410)
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    await post.run(post.settled)
    assert (await post.deliveries(proposal))[0]["status"] == "dead"
    async with world.runtime.reading() as connection:
        assert (await rules.get(connection, rule.id)).disabled_why == "Answered 410: it wants nothing more."
    [event] = await world.rows("select actor_type from event where kind = 'webhook.disabled' order by seq desc limit 1")
    assert event["actor_type"] == "system"


async def test_a_slow_receiver_holds_up_no_other(world, post, rm, receiver):
    async with receiving() as slow:
        held = asyncio.Event()

        async def wait(_request, _writer):
            await held.wait()
            return answer()

        slow.behave = wait
        await post.webhook(slow.url)
        await post.webhook(receiver.url)
        for _ in range(20):  # more than there is room for in a lane
            await world.accept(rm, await world.proposal(await world.customer(rm), "occupation", "Cook"))

        async def others_done() -> bool:
            return len(receiver.received) == 20

        deliverer = post.deliverer()
        task = asyncio.create_task(deliverer.run())
        await eventually(others_done)
        assert len(slow.received) == 8
        held.set()
        await eventually(post.settled)
        await deliverer.stop(5)
        await task
        assert sorted(slow.ids) == sorted(set(slow.ids))


async def test_many_deliverers_make_each_once_and_in_order(world, post, rm, receiver):
    await post.webhook(receiver.url)
    customers = [await world.customer(rm) for _ in range(4)]
    for field in ("occupation", "employer", "preferredName"):
        for customer in customers:
            await world.accept(rm, await world.proposal(customer, field, "Cook"))
    running = [post.deliverer() for _ in range(4)]
    tasks = [asyncio.create_task(each.run()) for each in running]
    await eventually(post.settled)
    for each in running:
        await each.stop(5)
    await asyncio.gather(*tasks)
    assert len(receiver.ids) == len(set(receiver.ids)) == 12
    for customer in customers:
        fields = [
            d["field"] for d in (json.loads(r.body)["data"] for r in receiver.received) if d["customerId"] == customer
        ]
        assert fields == ["occupation", "employer", "preferredName"]


async def test_who_was_overtaken_can_no_longer_say_how_it_went(world, post, rm, customer, receiver):
    """A lease ran out while its holder slept; another made the delivery, failed, and put it off."""
    await post.webhook(receiver.url)
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    asleep, wake = asyncio.Event(), asyncio.Event()
    first = True

    async def sleep_then_fail(_request, _writer):
        nonlocal first
        if first:
            first = False
            asleep.set()
            await wake.wait()
            return answer(204)
        return answer(500)

    receiver.behave = sleep_then_fail
    late = post.deliverer(lease=timedelta(seconds=0))
    await late.step()
    await asleep.wait()
    other = post.deliverer(schedule=(0.0, 0.0, 3600.0))
    assert await other.step() == 1

    async def put_off() -> bool:
        return (await post.deliveries(proposal))[0]["status_code"] == 500

    await eventually(put_off)
    wake.set()
    await late.stop(5)
    await other.stop(5)
    [delivery] = await post.deliveries(proposal)
    assert (delivery["status"], delivery["attempts"]) == ("promised", 2)


async def test_an_attempt_that_never_ended_counts(world, post, rm, customer, receiver):
    """A delivery at which every process dies does not go round for ever."""
    await post.webhook(receiver.url)
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    for _ in range(3):
        dying = post.deliverer(lease=timedelta(0))
        await world.runtime.transact(lambda c, d=dying: d._claim(c, 10))  # claimed, and nothing after
    await post.run(post.settled)
    [delivery] = await post.deliveries(proposal)
    assert (delivery["status"], delivery["said"]) == ("dead", "No attempt came to its end.")
    assert receiver.received == []


# ── undone ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_approval_undone_in_time_is_told_to_nobody_and_so_is_its_counter_entry(
    world, post, rm, customer, receiver
):
    await post.webhook(receiver.url, delay=30)
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    schema = world.runtime.schema
    counter = await world.runtime.transact(lambda c: own.revert(c, rm, proposal.id, schema=schema))
    assert [d["status"] for d in await post.deliveries(proposal)] == ["cancelled"]
    assert [d["status"] for d in await post.deliveries(counter)] == ["cancelled"]


async def test_what_was_told_is_taken_back_by_a_delivery_of_its_own(world, post, rm, customer, receiver):
    await post.webhook(receiver.url)
    proposal = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, proposal)
    await post.run(post.settled)
    schema = world.runtime.schema
    counter = await world.runtime.transact(lambda c: own.revert(c, rm, proposal.id, schema=schema))
    await post.run(post.settled)
    told = [json.loads(request.body)["data"] for request in receiver.received]
    assert [(data["artifactId"], data["reverts"]) for data in told] == [(proposal.id, None), (counter.id, proposal.id)]


# ── other triggers ────────────────────────────────────────────────────────────────────────────────────────────────────


TOO_MUCH = Output(name="x", media_type="x/y", content=b"x" * 10_000_001)


async def rule_for(world: World, **more) -> rules.Rule:
    admin = await world.person("admin")
    given = {"kinds": ["profile_edit.accepted"], "config": {"tone": "low", "pin": "1234"}, "delay_s": 0} | more
    return await world.runtime.transact(
        lambda c: rules.add(c, admin, "test.note", secret_key=KEY, types=["profile_edit"], **given)
    )


async def test_a_trigger_is_called_with_its_configuration_and_what_it_made_is_kept(world, post, rm, customer):
    with installed(Noted()) as noted:
        rule = await rule_for(world)
        proposal = await world.proposal(customer, "occupation", "Cook")
        await world.accept(rm, proposal, reason="So he said.")
        await post.run(post.settled)
        [(delivery, config)] = noted.calls
        assert (config.tone, config.pin) == ("low", "1234")
        assert (delivery.field, delivery.value, delivery.former, delivery.reason) == (
            "occupation",
            "Cook",
            None,
            "So he said.",
        )
        assert (delivery.artifact_id, delivery.customer_id, delivery.decided_by) == (proposal.id, customer, rm.id)
        async with world.runtime.reading() as connection:
            assert await log.output(connection, rm, delivery.id, 1) == ("note.txt", "text/plain", b"noted")
            with pytest.raises(NotFound):
                await log.output(connection, await world.person(), delivery.id, 1)
        stored = await world.rows("select config::text, sealed from trigger_rule where id = $1", rule.id)
        assert stored[0]["config"] == '{"tone": "low"}'
        assert b"1234" not in stored[0]["sealed"]
        await world.runtime.transact(lambda c: rules.remove(c, rm, rule.id))


@pytest.mark.parametrize(
    ("result", "status", "said", "calls"),
    [
        (Failed(why="Never."), "dead", "Never.", 1),
        (RetryLater(why="Not now."), "dead", "Not now.", 3),
        (ValueError("it broke\0"), "dead", "ValueError: it broke\N{REPLACEMENT CHARACTER}", 3),
        (Conflict("No key.", code="no_key"), "dead", "No key.", 3),
        (Done(outputs=(TOO_MUCH,)), "dead", "It made more than 10,000,000 bytes.", 1),
    ],
    ids=["failed", "retry", "exception", "refusal", "too much"],
)  # fmt: skip
async def test_what_a_trigger_answers_is_what_becomes_of_the_delivery(
    world, post, rm, customer, result, status, said, calls
):
    with installed(Noted()) as noted:
        noted.result = result
        rule = await rule_for(world)
        proposal = await world.proposal(customer, "occupation", "Cook")
        await world.accept(rm, proposal)
        await post.run(post.settled)
        [delivery] = await post.deliveries(proposal)
        assert (delivery["status"], delivery["said"], len(noted.calls)) == (status, said, calls)
        assert len({call.id for call, _ in noted.calls}) == 1
        assert [call.attempt for call, _ in noted.calls] == list(range(1, calls + 1))
        await world.runtime.transact(lambda c: rules.remove(c, rm, rule.id))


async def test_a_trigger_that_went_away_ends_dead_and_not_unseen(world, post, rm, customer):
    with installed(Noted()):
        rule = await rule_for(world)
        proposal = await world.proposal(customer, "occupation", "Cook", trigger="test.note")
        await world.accept(rm, proposal)
    await post.run(post.settled)
    [delivery] = await post.deliveries(proposal)
    assert (delivery["status"], delivery["rule_id"]) == ("dead", rule.id)
    assert delivery["said"] == "The trigger test.note is not installed here."
    await world.runtime.transact(lambda c: rules.remove(c, rm, rule.id))


async def test_many_with_a_fifth_failing_arrive_each_at_least_once_under_one_body(world, post, rm, receiver):
    """A small one of `make deliveries`."""
    await post.webhook(receiver.url)
    dice, accepted_ids, verifier = random.Random(7), set(), Webhook(post.secret)

    async def fail_a_fifth(request, _writer):
        verifier.verify(request.body, request.headers)
        if dice.random() < 0.2:
            return answer(dice.choice((500, 404, 302)))
        accepted_ids.add(request.headers["webhook-id"])
        return answer()

    receiver.behave = fail_a_fifth
    customers = [await world.customer(rm) for _ in range(20)]
    for field in ("occupation", "employer", "preferredName"):
        for customer in customers:
            await world.accept(rm, await world.proposal(customer, field, "Cook"))
    await post.run(post.settled, schedule=(0.0,) * 30)
    promised = {row["id"] for row in await world.rows("select id from delivery where rule_id = $1", post.made[-1])}
    assert len(promised) == 60
    assert accepted_ids == set(receiver.ids) == promised
    assert len({(request.headers["webhook-id"], request.body) for request in receiver.received}) == 60
    assert len(receiver.received) > 60
