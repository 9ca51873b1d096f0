"""Who stands in for whom: what may be delegated, by whom, for how long, and what the trail keeps of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from conftest import AGENT, World, accepted, together
from placet.artifacts import inbox
from placet.customers import delegations
from placet.customers.delegations import Delegation
from placet.errors import Conflict, Forbidden, Invalid, NotFound, PlacetError
from placet.identity import users
from placet.identity.principal import SYSTEM, Principal

NOW = datetime.now(UTC)
WEEK = NOW + timedelta(days=7)


async def delegate(world: World, who: Principal, to: Principal | str, **more: Any) -> Delegation:
    to_user = to if isinstance(to, str) else to.id
    return await world.runtime.transact(
        lambda c: delegations.delegate(c, who, to_user=to_user, **{"until_at": WEEK, **more})
    )


async def end(world: World, who: Principal, made: Delegation | str) -> Delegation:
    named = made if isinstance(made, str) else made.id
    return await world.runtime.transact(lambda c: delegations.end(c, who, named))


async def listed(world: World, who: Principal) -> list[Delegation]:
    async with world.runtime.reading() as connection:
        return await delegations.list_delegations(connection, who)


async def told(world: World, made: Delegation) -> list[dict[str, Any]]:
    """What the trail has of a delegation."""
    rows = await world.rows("select e.id from event e where e.kind like 'delegation.%' order by e.seq")
    ids = {row["id"] for row in rows}
    return [e for e in await world.events() if e["id"] in ids and e["body"]["delegationId"] == made.id]


async def disabled(world: World) -> Principal:
    person = await world.person()
    await world.runtime.transact(lambda c: users.disable(c, SYSTEM, person.id))
    return person


async def test_an_rm_delegates_all_of_theirs(world: World) -> None:
    rm, colleague = await world.person(name="Ines"), await world.person(name="Bao")
    made = await delegate(world, rm, colleague, reason="  On leave ")
    assert (made.from_user_name, made.to_user_name, made.reason, made.live) == ("Ines", "Bao", "On leave", True)
    assert (made.customer_ids, made.artifact_ids, made.until_at) == (None, None, WEEK)
    [event] = await told(world, made)
    assert (event["kind"], event["actor_id"], event["customer_id"]) == ("delegation.created", rm.id, None)
    assert event["on_behalf_of"] is None
    assert event["body"] == {
        "actorName": "Ines", "delegationId": made.id, "fromUserId": rm.id, "fromUserName": "Ines", "toUserId": colleague.id,
        "toUserName": "Bao", "from": made.from_at.isoformat(), "until": WEEK.isoformat(), "reason": "On leave",
    }  # fmt: skip
    assert await listed(world, rm) == await listed(world, colleague) == [made]


async def test_named_customers_tell_it_in_their_own_trails(world: World) -> None:
    rm, colleague = await world.person(), await world.person()
    one, two = await world.customer(rm, name="Eva"), await world.customer(rm, name="Ole")
    made = await delegate(world, rm, colleague, customer_ids=[two, one, two])
    assert made.customer_ids == [two, one]
    for customer, name in ((one, "Eva"), (two, "Ole")):
        event = (await world.events(customer_id=customer))[-1]
        assert (event["kind"], event["body"]["customerName"]) == ("delegation.created", name)
        assert event["body"]["toUserName"] == colleague.name
    await end(world, colleague, made)
    for customer in (one, two):
        assert [e["kind"] for e in await world.events(customer_id=customer)][-2:] == [
            "delegation.created", "delegation.ended",
        ]  # fmt: skip


async def test_an_artifact_handed_over_tells_it_in_its_trail(world: World) -> None:
    rm, colleague = await world.person(), await world.person()
    customer = await world.customer(rm)
    artifact = await world.proposal(customer, "occupation", "Cook")
    made = await world.runtime.transact(lambda c: delegations.hand_over(c, rm, artifact.id, to_user=colleague.id))
    assert (made.artifact_ids, made.customer_ids) == ([artifact.id], None)
    assert made.until_at - made.from_at == pytest.approx(timedelta(days=14), abs=timedelta(seconds=1))
    event = (await world.events(artifact=artifact))[-1]
    assert (event["kind"], event["customer_id"], event["field"], event["batch_id"]) == (
        "delegation.created", customer, "occupation", artifact.batch_id,
    )  # fmt: skip
    await end(world, rm, made)
    assert (await world.events(artifact=artifact))[-1]["kind"] == "delegation.ended"


async def test_an_admin_delegates_for_an_rm_and_hands_over_for_them(world: World) -> None:
    rm, colleague, admin = await world.person(), await world.person(), await world.person("admin")
    customer = await world.customer(rm)
    artifact = await world.proposal(customer, "occupation", "Cook")
    made = await delegate(world, admin, colleague, from_user=rm.id)
    assert made.from_user == rm.id
    [event] = await told(world, made)
    assert (event["actor_id"], event["on_behalf_of"], event["body"]["onBehalfOfName"]) == (admin.id, rm.id, rm.name)
    handed = await world.runtime.transact(lambda c: delegations.hand_over(c, admin, artifact.id, to_user=colleague.id))
    assert handed.from_user == rm.id
    gone = await world.person()
    await world.runtime.transact(lambda c: users.disable(c, SYSTEM, gone.id))
    assert (await delegate(world, admin, colleague, from_user=gone.id)).from_user == gone.id


async def test_a_colleague_may_be_named_by_their_address(world: World) -> None:
    rm, colleague = await world.person(), await world.person()
    [row] = await world.rows("select email from app_user where id = $1", colleague.id)
    assert (await delegate(world, rm, row["email"].upper())).to_user == colleague.id


async def test_who_may_not(world: World) -> None:
    rm, colleague = await world.person(), await world.person()
    admin, auditor = await world.person("admin"), await world.person("auditor")
    mine = await world.customer(rm)
    theirs = await world.customer(colleague)
    nobodys = await world.customer(None)
    decided = await world.proposal(mine, "occupation", "Cook")
    await world.accept(rm, decided)
    waiting = await world.proposal(theirs, "occupation", "Cook")
    tries: list[tuple[Principal, Principal | str, dict[str, Any], type[PlacetError], str]] = [
        (AGENT, colleague, {}, Forbidden, "agents_never_decide"),
        (auditor, colleague, {"from_user": rm.id}, Forbidden, "auditor_reads"),
        (admin, colleague, {}, Invalid, "giver_missing"),
        (admin, colleague, {"from_user": auditor.id}, Invalid, "unknown_rm"),
        (admin, colleague, {"from_user": "nobody"}, Invalid, "unknown_rm"),
        (rm, admin, {"from_user": colleague.id}, Forbidden, "admins_only"),
        (rm, rm, {}, Invalid, "delegate_is_giver"),
        (rm, admin, {}, Invalid, "unknown_rm"),
        (rm, "nobody", {}, Invalid, "unknown_rm"),
        (rm, await disabled(world), {}, Invalid, "unknown_rm"),
        (rm, colleague, {"until_at": NOW - timedelta(days=1), "from_at": NOW - timedelta(days=2)}, Invalid, "invalid_period"),
        (rm, colleague, {"from_at": WEEK}, Invalid, "invalid_period"),
        (rm, colleague, {"from_at": WEEK, "until_at": WEEK + timedelta(days=367)}, Invalid, "invalid_period"),
        (rm, colleague, {"customer_ids": [mine], "artifact_ids": [decided.id]}, Invalid, "customers_or_artifacts"),
        (rm, colleague, {"customer_ids": []}, Invalid, "none_named"),
        (rm, colleague, {"artifact_ids": [str(n) for n in range(1001)]}, Invalid, "too_many_named"),
        (rm, colleague, {"reason": "x" * 2001}, Invalid, "reason_too_long"),
        (rm, colleague, {"customer_ids": [mine, theirs]}, NotFound, "not_found"),
        (rm, colleague, {"customer_ids": ["nobody"]}, NotFound, "not_found"),
        (rm, colleague, {"artifact_ids": [waiting.id]}, NotFound, "not_found"),
        (rm, colleague, {"artifact_ids": [decided.id]}, Conflict, "already_decided"),
        (admin, colleague, {"from_user": rm.id, "customer_ids": [nobodys]}, Invalid, "not_attached"),
    ]  # fmt: skip
    before = await world.rows("select count(*) from event"), await world.rows("select count(*) from delegation")
    for who, to, more, kind, code in tries:
        with pytest.raises(kind) as caught:
            await delegate(world, who, to, **more)
        assert (type(caught.value), caught.value.code) == (kind, code), more
    assert (
        await world.rows("select count(*) from event"),
        await world.rows("select count(*) from delegation"),
    ) == before


async def test_a_delegate_cannot_pass_it_on(world: World) -> None:
    rm, colleague, third = await world.person(), await world.person(), await world.person()
    customer = await world.customer(rm)
    artifact = await world.proposal(customer, "occupation", "Cook")
    await delegate(world, rm, colleague)
    for more in ({"customer_ids": [customer]}, {"artifact_ids": [artifact.id]}):
        with pytest.raises(Forbidden) as caught:
            await delegate(world, colleague, third, **more)
        assert caught.value.code == "not_the_rm"
    with pytest.raises(Forbidden):
        await world.runtime.transact(lambda c: delegations.hand_over(c, colleague, artifact.id, to_user=third.id))
    with pytest.raises(NotFound):
        await world.runtime.transact(lambda c: delegations.hand_over(c, third, artifact.id, to_user=colleague.id))


async def test_it_is_ended_by_who_gave_it_who_got_it_or_an_admin_and_once(world: World) -> None:
    rm, colleague, stranger = await world.person(), await world.person(), await world.person()
    admin, auditor = await world.person("admin"), await world.person("auditor")
    for who in (rm, colleague, admin):
        made = await delegate(world, rm, colleague)
        for refused, kind in ((stranger, NotFound), (auditor, Forbidden), (AGENT, Forbidden)):
            with pytest.raises(kind):
                await end(world, refused, made)
        ended = await end(world, who, made)
        assert (ended.live, ended.ended_at is not None) == (False, True)
        assert await end(world, rm, made) == ended
        events = await told(world, made)
        assert [(e["kind"], e["actor_id"]) for e in events] == [
            ("delegation.created", rm.id), ("delegation.ended", who.id),
        ]  # fmt: skip
        assert events[1]["on_behalf_of"] == (rm.id if who is admin else None)
    with pytest.raises(NotFound):
        await end(world, admin, "nothing")


async def test_two_who_end_it_at_once_end_it_once(world: World) -> None:
    rm, colleague = await world.person(), await world.person()
    made = await delegate(world, rm, colleague)
    await together(*(end(world, who, made) for who in (rm, colleague, rm, colleague)))
    assert [e["kind"] for e in await told(world, made)] == ["delegation.created", "delegation.ended"]


async def test_everybody_lists_their_own_and_the_open_ones_come_first(world: World) -> None:
    rm, colleague, stranger = await world.person(), await world.person(), await world.person()
    admin, auditor = await world.person("admin"), await world.person("auditor")
    ended = await end(world, rm, await delegate(world, rm, colleague))
    live = await delegate(world, colleague, rm)
    later = await delegate(world, rm, colleague, from_at=WEEK, until_at=WEEK + timedelta(days=366))
    assert [later.live, live.live] == [False, True]
    for who in (rm, colleague):
        assert [d.id for d in await listed(world, who)] == [later.id, live.id, ended.id]
    assert await listed(world, stranger) == []
    for who in (admin, auditor):
        assert {ended.id, live.id, later.id} <= {d.id for d in await listed(world, who)}
    with pytest.raises(Forbidden):
        await listed(world, AGENT)


async def test_one_that_ran_out_is_over(world: World, owner: asyncpg.Connection) -> None:
    rm, colleague = await world.person(), await world.person()
    made = await delegate(world, rm, colleague)
    await owner.execute(
        "update delegation set from_at = now() - interval '2 days', until_at = now() - interval '1 second' where id = $1",
        made.id,
    )
    [found] = await listed(world, rm)
    assert not found.live
    assert (await end(world, rm, made)).ended_at is None
    assert len(await told(world, made)) == 1


async def test_the_application_cannot_lengthen_one(world: World) -> None:
    made = await delegate(world, await world.person(), await world.person())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await world.rows(
            "update delegation set until_at = now() + interval '9 years' where id = $1 returning id", made.id
        )


# ── what a delegate may ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_decision_names_both_people(world: World) -> None:
    rm, colleague = await world.person(name="Ines"), await world.person(name="Bao")
    customer = await world.customer(rm)
    await delegate(world, rm, colleague)
    artifact = await world.proposal(customer, "occupation", "Cook")
    [outcome] = await world.decide(accepted(colleague, artifact))
    assert outcome.outcome == "applied"
    event = (await world.events(artifact=artifact))[-1]
    assert (event["actor_id"], event["on_behalf_of"], event["body"]["onBehalfOfName"]) == (colleague.id, rm.id, "Ines")


@pytest.mark.parametrize("how", ["ended", "ran out", "reassigned"])
async def test_one_that_is_over_when_the_locks_are_had_decides_nothing(
    world: World, owner: asyncpg.Connection, how: str
) -> None:
    """A decision in flight waits for the customer; what became of the delegation meanwhile is what counts."""
    rm, colleague = await world.person(), await world.person()
    customer = await world.customer(rm)
    artifact = await world.proposal(customer, "occupation", "Cook")
    made = await delegate(world, rm, colleague)
    held = owner.transaction()
    await held.start()
    await owner.execute("select from customer where id = $1 for no key update", customer)
    deciding = asyncio.create_task(world.accept(colleague, artifact))
    waiting = (
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%lock_for_decision%'"
    )
    while not await owner.fetchval(waiting):
        await asyncio.sleep(0.01)
        await owner.execute("select pg_stat_clear_snapshot()")
    if how == "ended":
        await end(world, rm, made)
    elif how == "ran out":
        await owner.execute("update delegation set until_at = from_at + interval '1 us' where id = $1", made.id)
    else:
        other = await world.person()
        await owner.execute("update customer set rm_id = $2 where id = $1", customer, other.id)
        await owner.execute("update artifact set rm_id = $2 where customer_id = $1", customer, other.id)
    await held.commit()
    outcome = await deciding
    assert (outcome.outcome, outcome.artifact) == ("not_found", None)
    assert (await world.profile(customer)) == {}


async def test_what_waits_at_customers_one_stands_in_for_is_counted(world: World):
    giver, delegate = await world.person(), await world.person()
    customer = await world.customer(giver)
    await world.proposal(customer, "occupation", "Chef")

    async def counted(who: str) -> dict[str, int]:
        async with world.runtime.reading() as connection:
            return await inbox.pending_counts(connection, await users.person(connection, who))

    assert await counted(delegate.id) == {}
    until = datetime.now(UTC) + timedelta(days=1)
    await world.runtime.transact(lambda c: delegations.delegate(c, giver, to_user=delegate.id, until_at=until))
    assert await counted(delegate.id) == await counted(giver.id) == {customer: 1}
