"""What people change by hand: a field, an approval undone, a rejection taken back, a proposal withdrawn, and time running out."""

import dataclasses
from datetime import timedelta

import msgspec
import pytest

from conftest import AGENT, World, accepted, item, together
from placet.artifacts import own
from placet.artifacts.artifact_type import artifact_types
from placet.artifacts.ends import end_what_is_due
from placet.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from placet.identity.principal import agent


@pytest.fixture
async def rm(world: World):
    return await world.person(name="Ines Duarte")


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"})


def verb(world, which, *arguments, **more):
    return world.runtime.transact(
        lambda c: which(c, *arguments, schema=more.pop("schema", world.runtime.schema), **more)
    )


async def kinds(world, artifact):
    return [event["kind"].removeprefix("profile_edit.") for event in await world.events(artifact=artifact)]


# ── a field by hand ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_change_by_hand_is_an_accepted_artifact_of_the_rms_own(world: World, rm, customer):
    rival = await world.proposal(customer, "occupation", "Chef")
    [outcome] = await verb(world, own.change_profile, rm, customer, {"occupation": "Miller"}, reason="He told me.")
    made = outcome.artifact
    assert (made.status, made.created_by_type, made.created_by_id) == ("accepted", "rm", rm.id)
    assert (made.decided_by, made.reason) == (rm.id, "He told me.")
    assert await kinds(world, made) == ["proposed", "accepted"]
    assert await kinds(world, rival) == ["proposed", "superseded"]
    assert await world.profile(customer) == {"occupation": "Miller"}


async def test_all_of_a_change_is_made_or_none(world: World, rm, customer):
    before = await world.stored(customer)
    with pytest.raises(Invalid):
        await verb(world, own.change_profile, rm, customer, {"occupation": "Miller", "email": "nonsense"})
    with pytest.raises(Stale):
        await verb(
            world, own.change_profile, rm, customer, {"occupation": "Miller"}, expected_versions={"occupation": 7}
        )
    with pytest.raises(Invalid, match="No change"):
        await verb(world, own.change_profile, rm, customer, {"occupation": " Baker "})
    assert await world.stored(customer) == before
    await verb(world, own.change_profile, rm, customer, {"occupation": None}, expected_versions={"occupation": 1})
    assert await world.profile(customer) == {}


async def test_a_person_changes_a_field_no_agent_may(world: World, rm, customer):
    await verb(world, own.change_profile, rm, customer, {"marketingConsent": "granted"})
    assert (await world.profile(customer))["marketingConsent"] == "granted"


@pytest.mark.parametrize(
    ("role", "error"), [("rm", NotFound), ("admin", Forbidden), ("auditor", Forbidden), (None, Forbidden)]
)
async def test_nobody_else_changes_a_profile_by_hand(world: World, customer, role, error):
    who = await world.person(role) if role else AGENT
    before = await world.stored(customer)
    with pytest.raises(error):
        await verb(world, own.change_profile, who, customer, {"occupation": "Thief"})
    assert await world.stored(customer) == before


# ── undoing an approval ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_undoing_an_approval_puts_the_former_value_back_as_an_entry_of_its_own(world: World, rm, customer):
    first = await world.proposal(customer, "occupation", "Chef")
    await world.accept(rm, first)
    counter = await verb(world, own.revert, rm, first.id, reason="Misheard.")
    assert (counter.status, counter.reverts, counter.created_by_type) == ("accepted", first.id, "rm")
    assert await world.profile(customer) == {"occupation": "Baker"}
    assert await kinds(world, first) == ["proposed", "accepted"]  # nothing is erased
    assert (await world.events(artifact=counter))[-1]["body"]["reverts"] == first.id
    again = await verb(world, own.revert, rm, counter.id)  # an undo can be undone
    assert (again.reverts, await world.profile(customer)) == (counter.id, {"occupation": "Chef"})


async def test_what_was_accepted_over_goes_back_to_what_it_replaced_not_to_what_was_seen(world: World, rm, customer):
    late = await world.proposal(customer, "occupation", "Chef")
    newer = await world.propose(customer, item("occupation", "Miller"), by=agent("other"))
    await world.reject(rm, newer.artifacts[0])
    await verb(world, own.change_profile, rm, customer, {"employer": "The Old Mill"})
    await world.accept(rm, late)
    counter = await verb(world, own.revert, rm, late.id)
    assert counter.payload["proposed_value"] == "Baker"


async def test_a_field_that_moved_on_is_not_taken_back(world: World, rm, customer):
    first = await world.proposal(customer, "occupation", "Chef")
    await world.accept(rm, first)
    for value in ("Miller", "Chef"):  # A -> B -> A: versions count, not values
        await verb(world, own.change_profile, rm, customer, {"occupation": value})
        before = await world.stored(customer)
        with pytest.raises(Conflict) as refused:
            await verb(world, own.revert, rm, first.id)
        assert (refused.value.code, refused.value.members["current"]) == ("moved_on", value)
        assert await world.stored(customer) == before


async def test_of_two_who_undo_at_once_one_does(world: World, rm, customer):
    for number in range(10):
        found = await world.proposal(customer, "occupation", f"Chef {number}")
        await world.accept(rm, found)

        async def once(found=found):
            try:
                return await verb(world, own.revert, rm, found.id)
            except Conflict as error:
                return error.code

        answers = await together(once(), once())
        assert [answer for answer in answers if isinstance(answer, str)] == ["moved_on"]
        assert await world.profile(customer) == {"occupation": "Baker"}


async def test_only_who_decides_undoes(world: World, rm, customer):
    found = await world.proposal(customer, "occupation", "Chef")
    await world.accept(rm, found)
    for who, error in (
        (await world.person(), NotFound), (await world.person("admin"), Forbidden), (AGENT, Forbidden),
    ):  # fmt: skip
        with pytest.raises(error):
            await verb(world, own.revert, who, found.id)
    assert await world.profile(customer) == {"occupation": "Chef"}


# ── taking a rejection back ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_rejection_is_taken_back_as_a_new_pending_artifact(world: World, rm, customer):
    done = await world.propose(
        customer,
        item("occupation", "Chef", source_text="a chef", confidence="high"),
        source=own.Source(text="Now a chef."),
    )
    [found] = done.artifacts
    await world.reject(rm, found)
    again = await verb(world, own.revert, rm, found.id)
    assert (again.status, again.reverts, again.payload["confidence"]) == ("pending", found.id, "high")
    assert (again.evidence_verified, again.source_id) == (True, found.source_id)
    assert (await verb(world, own.revert, rm, found.id)).id == again.id
    assert (await world.accept(rm, again)).outcome == "applied"


# ── withdrawing ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_proposed_takes_it_back_and_nobody_else_but_an_admin(world: World, rm, customer):
    mine = await world.proposal(customer, "occupation", "Chef", by=agent("one"))
    for who, error in ((agent("two"), Forbidden), (rm, Forbidden), (await world.person(), NotFound)):
        with pytest.raises(error):
            await verb(world, own.withdraw, who, mine.id)
    done = await verb(world, own.withdraw, agent("one"), mine.id, reason="Read it wrong.")
    assert (done.status, await kinds(world, mine)) == ("withdrawn", ["proposed", "withdrawn"])
    with pytest.raises(Conflict) as late:
        await _accept(world, rm, mine)
    assert late.value.code == "already_decided"
    theirs = await world.proposal(customer, "occupation", "Chef", by=agent("one"))
    assert (await verb(world, own.withdraw, await world.person("admin"), theirs.id)).status == "withdrawn"


async def _accept(world, rm, found):
    outcome = await world.accept(rm, found)
    if outcome.error is not None:
        raise outcome.error


# ── time running out ──────────────────────────────────────────────────────────────────────────────────────────────────


def limited(schema, key, days):
    """The schema with a time limit on proposals for one field."""
    fields = (msgspec.structs.replace(f, expires_after_days=days) if f.key == key else f for f in schema.fields)
    return dataclasses.replace(schema, fields=tuple(fields))


async def aged(world, owner, artifact, days):
    await owner.execute("alter table artifact disable trigger artifact_guard")
    await owner.execute(
        "update artifact set created_at = created_at - $2::interval where id = $1", artifact.id, timedelta(days=days)
    )
    await owner.execute("alter table artifact enable trigger artifact_guard")


async def test_what_is_past_its_time_is_not_decided_though_nobody_has_swept(world: World, rm, customer, owner):
    schema = limited(world.runtime.schema, "occupation", 30)
    old, young = (
        await world.proposal(customer, "occupation", "Chef"),
        await world.proposal(customer, "occupation", "Cook"),
    )
    await aged(world, owner, old, 31)
    await aged(world, owner, young, 29)
    outcome = (await world.decide(accepted(rm, old), schema=schema))[0]
    assert (outcome.outcome, outcome.artifact.status, "expired" in outcome.error.sentence) == (
        "already_decided",
        "expired",
        True,
    )
    assert await kinds(world, old) == ["proposed", "expired"]
    assert (await world.decide(accepted(rm, young), schema=schema))[0].outcome == "applied"


async def test_the_background_work_ends_what_is_past_its_time_and_nothing_else(world: World, rm, customer, owner):
    schema = limited(world.runtime.schema, "occupation", 30)
    old, other = (
        await world.proposal(customer, "occupation", "Chef"),
        await world.proposal(customer, "employer", "Mill"),
    )
    await aged(world, owner, old, 31)
    await aged(world, owner, other, 31)
    while await world.runtime.transact(lambda c: end_what_is_due(c, schema=schema)):
        pass
    assert await kinds(world, old) == ["proposed", "expired"]
    assert await kinds(world, other) == ["proposed"]


async def test_a_type_may_have_a_time_limit_of_its_own(world: World, rm, customer, owner, monkeypatch):
    found = await world.proposal(customer, "occupation", "Chef")
    await aged(world, owner, found, 8)
    monkeypatch.setattr(type(artifact_types()["profile_edit"]), "expires_after", timedelta(days=7))
    assert (await world.accept(rm, found)).artifact.status == "expired"


# ── many at once ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_many_what_cannot_be_undone_says_why_and_takes_nothing_along(world: World, rm, customer):
    found = (await world.propose(customer, item("occupation", "Chef"), item("employer", "The Mill"))).artifacts
    for each in found:
        await world.accept(rm, each)
    moved, kept = found
    await verb(world, own.change_profile, rm, customer, {"occupation": "Miller"})
    no = await world.proposal(customer, "preferredName", "Bert")
    await world.reject(rm, no)
    waits = await world.proposal(customer, "interests", ["Chess"])
    stranger = await world.proposal(await world.customer(await world.person()), "occupation", "Thief")
    asked = [moved.id, kept.id, no.id, waits.id, stranger.id, "nothing"]
    outcomes = await verb(world, own.revert_many, rm, asked)
    assert [(o.artifact_id, o.outcome, o.error.code if o.error else None) for o in outcomes] == [
        (moved.id, "invalid", "moved_on"),
        (kept.id, "applied", None),
        (no.id, "applied", None),
        (waits.id, "invalid", "not_revertible"),
        (stranger.id, "not_found", "not_found"),
        ("nothing", "not_found", "not_found"),
    ]
    assert [outcomes[at].artifact.reverts for at in (1, 2)] == [kept.id, no.id]
    assert await world.profile(customer) == {"occupation": "Miller"}
    made = await world.rows("select reverts from artifact where reverts = any($1::text[])", asked)
    assert {row["reverts"] for row in made} == {kept.id, no.id}  # of what was refused nothing is left
