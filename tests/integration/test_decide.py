"""Deciding on one artifact: what becomes of it, of the profile, of the trail and of what was promised."""

import json

import msgspec
import pytest

from conftest import AGENT, World, accepted, edited, item, rejected
from placet.artifacts import custody, drafts, inbox
from placet.artifacts import decide as deciding
from placet.artifacts.artifact_type import ArtifactType
from placet.artifacts.decide import Decision
from placet.artifacts.propose import Item
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Unavailable
from placet.identity.principal import SYSTEM


@pytest.fixture
async def rm(world: World):
    return await world.person(name="Ines Duarte")


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker", "interests": ["sailing"]})


@pytest.fixture
async def proposal(world: World, customer):
    return await world.proposal(customer, "occupation", "Chef", trigger="webhook")


async def value(world, customer, field):
    """A field's row, its value as the JSON text that is stored; None where there is no row."""
    found = await world.rows(
        "select value::text as value, version, artifact_id, updated_by from profile_value "
        "where customer_id = $1 and field = $2",
        customer,
        field,
    )
    return found[0] if found else None


def refusal(outcome):
    return outcome.outcome, outcome.error.code


# ── applied ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_acceptance_changes_status_and_profile_together(world: World, rm, customer, proposal):
    outcome = await world.accept(rm, proposal)
    assert (outcome.outcome, outcome.artifact.status, outcome.artifact.version) == ("applied", "accepted", 1)
    assert await value(world, customer, "occupation") == {
        "value": '"Chef"',
        "version": 2,
        "artifact_id": proposal.id,
        "updated_by": "Ines Duarte",
    }


async def test_an_edit_applies_its_own_value_and_keeps_the_proposal(world: World, rm, customer, proposal):
    await world.edit(rm, proposal, " Sous-chef ")
    [row] = await world.rows(
        "select status, edited_value::text as edited, payload::text as payload from artifact where id = $1", proposal.id
    )
    assert (row["status"], row["edited"]) == ("edited", '"Sous-chef"')
    assert json.loads(row["payload"])["proposed_value"] == "Chef"
    assert (await world.profile(customer))["occupation"] == "Sous-chef"


async def test_a_rejection_leaves_the_profile_and_keeps_the_reason(world: World, rm, customer, proposal):
    before = await value(world, customer, "occupation")
    outcome = await world.reject(rm, proposal, reason="She left that job.")
    assert (outcome.artifact.status, outcome.artifact.reason) == ("rejected", "She left that job.")
    assert await value(world, customer, "occupation") == before


async def test_the_decision_is_the_deciders_at_the_databases_time(world: World, rm, proposal):
    outcome = await world.accept(rm, proposal)
    found = outcome.artifact
    assert (found.decided_by, found.decided_by_name) == (rm.id, "Ines Duarte")
    [row] = await world.rows("select now() - $1 < interval '5 seconds' as just_now", found.decided_at)
    assert row["just_now"]
    assert found.decided_at > found.created_at


async def test_what_is_answered_is_what_is_stored(world: World, rm, proposal):
    outcome = await world.edit(rm, proposal, "Sous-chef", reason="Her own words.")
    async with world.runtime.reading() as connection:
        assert await inbox.get_artifact(connection, rm, proposal.id) == outcome.artifact


async def test_a_null_edit_clears_and_is_stored_as_null_and_not_as_nothing(world: World, rm, customer, proposal):
    outcome = await world.edit(rm, proposal, None)
    [row] = await world.rows(
        "select status, edited_value is null as nothing, edited_value::text as edited from artifact where id = $1",
        proposal.id,
    )
    assert row == {"status": "edited", "nothing": False, "edited": "null"}
    assert (outcome.artifact.edited, outcome.artifact.edited_value) == (True, None)
    assert "occupation" not in await world.profile(customer)


async def test_a_cleared_field_keeps_its_row_and_counts_on(world: World, rm, customer):
    await world.accept(rm, await world.proposal(customer, "occupation", None))
    found = await value(world, customer, "occupation")
    assert (found["value"], found["version"]) == ("null", 2)
    await world.accept(rm, await world.proposal(customer, "occupation", "Baker"))
    assert (await value(world, customer, "occupation"))["version"] == 3


async def test_an_empty_list_is_kept(world: World, rm, customer):
    await world.accept(rm, await world.proposal(customer, "interests", []))
    assert (await world.profile(customer))["interests"] == []


async def test_a_first_value_gets_version_one(world: World, rm, customer):
    await world.accept(rm, await world.proposal(customer, "employer", "The Old Mill"))
    assert (await value(world, customer, "employer"))["version"] == 1


async def test_an_edit_to_the_proposal_is_an_acceptance(world: World, rm, customer):
    found = await world.proposal(customer, "phone", "+44 7700 900417")
    outcome = await world.edit(rm, found, "+447700900417")
    assert (outcome.artifact.status, outcome.artifact.edited) == ("accepted", False)
    assert (await world.events(artifact=found))[-1]["kind"] == "profile_edit.accepted"


# ── exactly one event, one delivery ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "kind", "topics"),
    [
        (accepted, "profile_edit.accepted", ["artifact.accepted"]),
        (lambda who, found: edited(who, found, "Sous-chef"), "profile_edit.edited", ["artifact.edited"]),
        (lambda who, found: edited(who, found, None), "profile_edit.edited", ["artifact.edited"]),
        (rejected, "profile_edit.rejected", []),
    ],
    ids=["accept", "edit", "edit to null", "reject"],
)
async def test_a_decision_is_one_event_and_an_approval_one_delivery(world: World, rm, proposal, asked, kind, topics):
    await world.decide(asked(rm, proposal))
    events = await world.events(artifact=proposal)
    assert [event["kind"] for event in events] == ["profile_edit.proposed", kind]
    deliveries = await world.rows("select * from delivery where artifact_id = $1", proposal.id)
    assert [found["topic"] for found in deliveries] == topics
    for found in deliveries:
        assert (found["trigger"], found["status"], found["event_id"]) == ("webhook", "unrouted", events[-1]["id"])


async def test_the_event_holds_before_after_reason_and_names(world: World, rm, customer, proposal):
    await world.edit(rm, proposal, "Sous-chef", reason="Her own words.")
    event = (await world.events(artifact=proposal))[-1]
    assert (event["actor_type"], event["actor_id"], event["field"]) == ("rm", rm.id, "occupation")
    assert (event["customer_id"], event["batch_id"]) == (customer, proposal.batch_id)
    body = event["body"]
    assert (body["before"], body["after"], body["proposed"]) == ("Baker", "Sous-chef", "Chef")
    assert (body["actorName"], body["label"], body["reason"]) == ("Ines Duarte", "Occupation", "Her own words.")


# ── again, and too late ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "asked",
    [accepted, rejected, lambda who, found: edited(who, found, "Sous-chef")],
    ids=["accept", "reject", "edit"],
)
async def test_the_same_decision_again_changes_nothing(world: World, rm, customer, proposal, asked):
    await world.decide(asked(rm, proposal))
    before = await world.stored(customer)
    [outcome] = await world.decide(asked(rm, proposal))
    assert outcome.outcome == "unchanged"
    assert await world.stored(customer) == before


async def test_another_decision_is_told_who_was_first(world: World, rm, customer, proposal):
    await world.accept(rm, proposal)
    before = await world.stored(customer)
    for asked in (rejected(rm, proposal), edited(rm, proposal, "Sous-chef"), edited(rm, proposal, None)):
        [outcome] = await world.decide(asked)
        assert refusal(outcome) == ("already_decided", "already_decided")
        assert "accepted" in outcome.error.sentence
        assert "Ines Duarte" in outcome.error.sentence
    assert await world.stored(customer) == before


async def test_the_next_rm_is_told_who_was_first_too(world: World, rm, customer, proposal):
    await world.accept(rm, proposal)
    successor = await world.person()
    await world.runtime.transact(lambda connection: custody.reassign(connection, SYSTEM, customer, successor.id))
    outcome = await world.accept(successor, proposal)
    assert refusal(outcome) == ("already_decided", "already_decided")
    assert "Ines Duarte" in outcome.error.sentence


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_field = {"label": "Fact", "section": "Facts"}
STRICT = ProfileSchema(
    "1",
    "EUR",
    (
        Field(key="wealth", type="text", policy="reason", **_field),
        Field(key="residency", type="country", policy="dual", **_field),
        Field(key="consent", type="text", policy="human_only", **_field),
    ),
)
LAX = ProfileSchema("1", "EUR", tuple(Field(key=f.key, type=f.type, **_field) for f in STRICT.fields))


@pytest.mark.parametrize(
    ("field", "said", "asked", "code"),
    [
        ("occupation", "Chef", {"status": "edited", "edited_value": "x" * 500}, "invalid_value"),
        ("occupation", "Chef", {"status": "edited", "edited_value": "Baker"}, "no_change"),
        ("occupation", "Chef", {"status": "edited"}, "edited_value_missing"),
        ("occupation", "Chef", {"status": "accepted", "edited_value": "Cook"}, "edited_value_unexpected"),
        ("occupation", "Chef", {"status": "pending"}, "not_a_decision"),
        ("occupation", "Chef", {"status": "withdrawn"}, "invalid_status"),
        ("occupation", "Chef", {"status": "rejected", "reason": "x" * 2001}, "reason_too_long"),
    ],
)
async def test_what_is_refused_changes_nothing(world: World, rm, customer, field, said, asked, code):
    found = await world.proposal(customer, field, said)
    before = await world.stored(customer)
    [outcome] = await world.decide(Decision(by=rm, artifact_id=found.id, **asked))
    assert refusal(outcome) == ("invalid", code)
    assert await world.stored(customer) == before


@pytest.mark.parametrize(
    ("field", "code"),
    [("wealth", "reason_required"), ("consent", "policy")],
)
async def test_a_policy_is_the_schemas_of_the_moment(world: World, rm, customer, field, code):
    done = await world.propose(customer, item(field, "Italy"), schema=LAX)
    before = await world.stored(customer)
    [outcome] = await world.decide(accepted(rm, done.artifacts[0]), schema=STRICT)
    assert refusal(outcome) == ("invalid", code)
    assert await world.stored(customer) == before
    [outcome] = await world.decide(rejected(rm, done.artifacts[0]), schema=STRICT)
    assert outcome.good


async def test_a_field_with_a_reason_policy_keeps_the_reason(world: World, rm, customer):
    done = await world.propose(customer, item("wealth", "A sale"), schema=STRICT)
    [outcome] = await world.decide(accepted(rm, done.artifacts[0], reason="Seen the deed."), schema=STRICT)
    assert outcome.artifact.reason == "Seen the deed."


@pytest.mark.parametrize("gone", [True, False], ids=["field gone", "value no longer taken"])
async def test_a_schema_that_moved_on_keeps_the_artifact_pending(world: World, rm, customer, gone):
    done = await world.propose(customer, item("wealth", "A sale"), schema=LAX)
    fields = () if gone else (Field(key="wealth", type="date", **_field),)
    before = await world.stored(customer)
    [outcome] = await world.decide(accepted(rm, done.artifacts[0]), schema=ProfileSchema("2", "EUR", fields))
    assert refusal(outcome) == ("invalid", "schema_changed")
    assert outcome.error.status == 409
    assert await world.stored(customer) == before


async def test_a_type_whose_plug_in_is_gone_can_only_be_rejected(world: World, rm, customer, monkeypatch):
    class Memo(ArtifactType):
        name, label = "memo", "Memo"
        Payload = msgspec.defstruct("MemoPayload", [("text", str)])

    with monkeypatch.context() as installed:
        installed.setattr(drafts, "artifact_types", lambda: {"memo": Memo()})
        done = await world.propose(customer, Item(payload={"text": "Likes sailing"}, artifact_type="memo"))
    [found] = done.artifacts
    before = await world.stored(customer)
    for asked in (accepted(rm, found), edited(rm, found, {"text": "Likes jazz"})):
        assert refusal((await world.decide(asked))[0]) == ("invalid", "not_in_lifecycle")
    assert await world.stored(customer) == before
    assert (await world.reject(rm, found)).good
    assert (await world.events(artifact=found))[-1]["kind"] == "memo.rejected"


async def test_a_surprise_in_what_was_written_rolls_everything_back(world: World, rm, customer, proposal, monkeypatch):
    """The value moves between reading and writing, which the locks make impossible: what was written is counted."""
    honest = deciding.judge

    def blind(*arguments, **more):
        outcomes, changes = honest(*arguments, **more)
        for change in changes.values.values():
            change.expected += 5
        return outcomes, changes

    before = await world.stored(customer)
    monkeypatch.setattr(deciding, "judge", blind)
    with pytest.raises(Unavailable):
        await world.accept(rm, proposal)
    assert await world.stored(customer) == before


async def test_what_was_decided_meanwhile_is_not_written_over(world: World, rm, customer, proposal, monkeypatch):
    """The judge takes a decided artifact for a pending one, which the locks make impossible as well."""
    await world.accept(rm, proposal)
    before = await world.stored(customer)
    honest = deciding.judge

    def forgetful(decisions, artifacts, *arguments, **more):
        for found in artifacts.values():
            found.status = "pending"
        return honest(decisions, artifacts, *arguments, **more)

    monkeypatch.setattr(deciding, "judge", forgetful)
    with pytest.raises(Unavailable) as caught:
        await world.reject(rm, proposal)
    assert caught.value.code == "not_applied"
    assert await world.stored(customer) == before


# ── who ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["accepted", "edited", "rejected"])
@pytest.mark.parametrize(
    ("who", "outcome"),
    [("agent", "forbidden"), ("other rm", "not_found"), ("admin", "forbidden"), ("auditor", "forbidden")],
)
async def test_nobody_but_the_attached_rm_decides(world: World, customer, proposal, who, outcome, status):
    by = AGENT if who == "agent" else await world.person(who.removeprefix("other "))
    before = await world.stored(customer)
    more = {"edited_value": "Cook"} if status == "edited" else {}
    [found] = await world.decide(Decision(by=by, artifact_id=proposal.id, status=status, **more))
    assert found.outcome == outcome
    assert await world.stored(customer) == before


async def test_what_does_not_exist_and_what_is_somebody_elses_look_the_same(world: World, proposal):
    stranger = await world.person()
    found = await world.decide(
        Decision(by=stranger, artifact_id=proposal.id, status="accepted"),
        Decision(by=stranger, artifact_id="nothing", status="accepted"),
    )
    assert [(o.outcome, o.error.sentence, o.artifact) for o in found] == [("not_found", "Artifact not found", None)] * 2
