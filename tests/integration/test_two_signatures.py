"""Two signatures: the RM's and a co-signer's, what makes the first one lapse, and who has no say."""

import asyncio

import pytest

from conftest import World, accepted, edited, rejected
from placet.artifacts import custody
from placet.artifacts.outcome import Decision
from placet.customers.schema import Field, ProfileSchema
from placet.identity import users
from placet.identity.principal import SYSTEM

FIELD = "residency"


@pytest.fixture(scope="module")
def schema():
    described = {"label": "Residency", "section": "About", "type": "country", "policy": "dual"}
    plain = {"label": "Occupation", "section": "About", "type": "text"}
    fields = (Field(key=FIELD, **described), Field(key="occupation", **plain))
    return ProfileSchema("1", "EUR", fields)


async def execute(world, statement, *arguments):
    async def work(connection):
        await connection.execute(statement, *arguments)

    await world.runtime.transact(work)


async def cosigner(world, customer, may="cosign"):
    who = await world.person(name="Ada Cosigner")
    await execute(world, "insert into customer_member values ($1, $2, $3)", customer, who.id, may)
    return who


@pytest.fixture
async def rm(world: World):
    return await world.person(name="Ines Duarte")


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {FIELD: "Italy"})


@pytest.fixture
async def proposal(world: World, customer):
    return await world.proposal(customer, FIELD, "Portugal")


async def kinds(world, artifact):
    return [event["kind"].removeprefix("profile_edit.") for event in await world.events(artifact=artifact)]


async def test_the_second_signature_decides_and_the_trail_names_both(world: World, rm, customer, proposal):
    other = await cosigner(world, customer)
    first = await world.accept(rm, proposal)
    assert (first.outcome, first.artifact.status, first.artifact.signed.by) == ("signed", "pending", rm.id)
    assert await world.profile(customer) == {FIELD: "Italy"}
    second = await world.accept(other, proposal)
    assert (second.outcome, second.artifact.status, second.artifact.decided_by) == ("applied", "accepted", other.id)
    assert await world.profile(customer) == {FIELD: "Portugal"}
    assert await kinds(world, proposal) == ["proposed", "signed", "accepted"]
    body = (await world.events(artifact=proposal))[-1]["body"]
    assert (body["signedByName"], body["actorName"]) == ("Ines Duarte", "Ada Cosigner")
    assert len(await world.rows("select from delivery where artifact_id = $1", proposal.id)) == 1


async def test_nobody_signs_twice(world: World, rm, proposal):
    await world.accept(rm, proposal)
    again = await world.accept(rm, proposal)
    assert (again.outcome, again.artifact.status) == ("unchanged", "pending")
    assert await kinds(world, proposal) == ["proposed", "signed"]


async def test_a_co_signer_signs_second_and_nothing_else(world: World, rm, customer, proposal):
    other = await cosigner(world, customer)
    early = await world.accept(other, proposal)
    assert (early.outcome, early.error.code) == ("invalid", "first_signature_missing")
    plain = await world.proposal(customer, "occupation", "Chef")
    for asked in (accepted(other, plain), rejected(other, plain)):
        [outcome] = await world.decide(asked)
        assert (outcome.outcome, outcome.error.status) == ("forbidden", 403)
    await world.accept(rm, proposal)
    [differs] = await world.decide(edited(other, proposal, "Spain"))
    assert differs.error.code == "signed_value_differs"
    assert await kinds(world, proposal) == ["proposed", "signed"]


async def test_an_edit_takes_two_signatures_of_the_same_value(world: World, rm, customer, proposal):
    other = await cosigner(world, customer)
    await world.edit(rm, proposal, "Spain")
    assert (await world.accept(other, proposal)).error.code == "signed_value_differs"
    done = await world.edit(other, proposal, "Spain")
    assert (done.outcome, done.artifact.status) == ("applied", "edited")
    assert await world.profile(customer) == {FIELD: "Spain"}


@pytest.mark.parametrize("who", ["rm", "co-signer"])
async def test_either_may_reject(world: World, rm, customer, proposal, who):
    other = await cosigner(world, customer)
    await world.accept(rm, proposal)
    outcome = await world.reject(rm if who == "rm" else other, proposal, reason="Not so.")
    assert (outcome.outcome, outcome.artifact.status) == ("applied", "rejected")
    assert await world.profile(customer) == {FIELD: "Italy"}


async def test_a_team_member_who_may_only_see_does_not_sign(world: World, rm, customer, proposal):
    other = await cosigner(world, customer, may="see")
    await world.accept(rm, proposal)
    outcome = await world.accept(other, proposal)
    assert (outcome.outcome, outcome.error.status) == ("forbidden", 403)
    assert outcome.artifact.id == proposal.id


async def test_another_value_lapses_the_first_signature(world: World, rm, customer, proposal):
    other = await cosigner(world, customer)
    await world.accept(rm, proposal)
    assert (await world.edit(rm, proposal, "Spain")).outcome == "signed"
    assert await kinds(world, proposal) == ["proposed", "signed", "signature_lapsed", "signed"]
    assert (await world.accept(other, proposal)).error.code == "signed_value_differs"
    assert (await world.edit(other, proposal, "Spain")).outcome == "applied"


async def test_a_signature_lapses_when_the_customer_gets_another_rm(world: World, rm, customer, proposal):
    other, successor = await cosigner(world, customer), await world.person()
    await world.accept(rm, proposal)

    async def work(connection):
        await custody.reassign(connection, SYSTEM, customer, successor.id)

    await world.runtime.transact(work)
    assert await kinds(world, proposal) == ["proposed", "signed", "signature_lapsed"]
    assert (await world.accept(other, proposal)).error.code == "first_signature_missing"
    assert (await world.accept(successor, proposal)).outcome == "signed"
    assert (await world.accept(other, proposal)).outcome == "applied"


async def test_a_signature_lapses_when_its_signer_is_disabled(world: World, rm, customer, proposal):
    other = await cosigner(world, customer)
    await world.accept(rm, proposal)

    async def work(connection):
        await users.disable(connection, SYSTEM, rm.id)

    await world.runtime.transact(work)
    assert (await world.accept(other, proposal)).error.code == "first_signature_missing"
    assert "signature_lapsed" in await kinds(world, proposal)
    assert await world.profile(customer) == {FIELD: "Italy"}


async def test_a_disabled_person_decides_nothing_though_still_attached(world: World, rm, proposal):
    async def work(connection):
        await users.disable(connection, SYSTEM, rm.id)

    await world.runtime.transact(work)
    outcome = await world.accept(rm, proposal)
    assert (outcome.outcome, outcome.error.code) == ("forbidden", "account_disabled")


async def test_a_co_signer_who_stands_in_signs_second_after_the_rm_and_not_after_themselves(world: World, rm, customer):
    other = await cosigner(world, customer)
    await execute(
        world,
        "insert into delegation (id, from_user, to_user, from_at, until_at, created_by)"
        " values ('d-both', $1, $2, now(), now() + interval '1 day', 'x')",
        rm.id,
        other.id,
    )
    first = await world.proposal(customer, FIELD, "Portugal")
    assert (await world.accept(rm, first)).outcome == "signed"
    decided = await world.accept(other, first)
    assert (decided.outcome, decided.artifact.on_behalf_of) == ("applied", None)
    second = await world.proposal(customer, FIELD, "France")
    assert [(await world.accept(other, second)).outcome for _ in range(2)] == ["signed", "unchanged"]
    refused = await world.accept(rm, second)
    assert refused.error.code == "second_signature_required"


async def test_both_at_once_end_with_one_signature_or_a_decision(world: World, rm, customer):
    other = await cosigner(world, customer)
    seen = set()
    for number in range(20):
        found = await world.proposal(customer, FIELD, ("Spain", "France")[number % 2])
        order = [rm, other] if number % 3 else [other, rm]
        answers = await asyncio.gather(*(world.accept(who, found) for who in order))
        outcomes = tuple(answers[order.index(who)].outcome for who in (rm, other))
        seen.add(outcomes)
        assert outcomes in (("signed", "applied"), ("signed", "invalid"))
        if outcomes == ("signed", "invalid"):
            assert (await world.accept(other, found)).outcome == "applied"
        assert await kinds(world, found) == ["proposed", "signed", "accepted"]
    assert len(seen) == 2, "one of them always came first: nothing raced"


async def test_signatures_are_only_added(world: World, rm, proposal, owner):
    await world.accept(rm, proposal)
    for statement in ("update signature set user_id = 'x'", "delete from signature", "truncate signature"):
        with pytest.raises(Exception, match="placet: "):
            await owner.execute(statement)


async def test_the_background_work_finds_signatures_that_count_no_more(world: World, rm, customer, proposal):
    from placet.artifacts.ends import end_what_is_due

    await world.accept(rm, proposal)
    await execute(world, "update app_user set disabled_at = now() where id = $1", rm.id)
    await world.runtime.transact(lambda c: end_what_is_due(c, schema=world.runtime.schema))
    assert await kinds(world, proposal) == ["proposed", "signed", "signature_lapsed"]


async def test_only_placet_says_that_a_signature_lapsed(world: World, rm, proposal):
    await world.accept(rm, proposal)
    [outcome] = await world.decide(Decision(by=rm, artifact_id=proposal.id, status="lapsed", ending=True))
    assert outcome.outcome == "forbidden"
