"""Proposing: all or nothing, what becomes no artifact and why, and what the server fills in."""

import asyncio

import pytest

from conftest import AGENT, World, accepted, item, together
from placet.artifacts.decide import decide
from placet.artifacts.propose import MAX_ITEMS, Item, Source
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Conflict, Forbidden, Invalid, InvalidItems, NotFound, TooMany
from placet.identity.principal import SYSTEM, agent

BAKER = {
    "occupation": "Baker",
    "phone": "+447700900417",
    "email": "ana@bakery.example",
    "interests": ["sailing", "jazz"],
}


@pytest.fixture
async def rm(world: World):
    return await world.person()


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, BAKER, name="Ana Duarte")


def reasons(found):
    return [(skipped.index, skipped.reason) for skipped in found.skipped]


# ── what an artifact is at birth ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_artifact_is_pending_and_belongs_to_customer_rm_and_creator(world: World, rm, customer):
    [found] = (
        await world.propose(customer, item("occupation", "Cook", confidence="high"), batch_id="note-7")
    ).artifacts
    assert (found.status, found.version, found.artifact_type, found.batch_id) == (
        "pending",
        1,
        "profile_edit",
        "note-7",
    )
    assert (found.customer_id, found.rm_id, found.customer_name) == (customer, rm.id, "Ana Duarte")
    assert (found.created_by_type, found.created_by_id) == ("agent", AGENT.id)
    assert (found.decided_at, found.decided_by, found.edited) == (None, None, False)


async def test_what_was_left_out_is_filled_in(world: World, customer):
    found = await world.proposal(customer, "occupation", "Cook")
    assert found.payload == {
        "field_key": "occupation",
        "proposed_value": "Cook",
        "previous_value": "Baker",
        "field_display_name": "Occupation",
        "source_text": None,
    }
    assert not found.stale


async def test_the_payload_keeps_what_was_said(world: World, customer):
    found = await world.proposal(
        customer, "phone", "+44 (0)7700 900 999", field_display_name="Mobile", confidence="low", why="He said so."
    )
    assert found.payload["proposed_value"] == "+44 (0)7700 900 999"
    assert found.payload["field_display_name"] == "Mobile"
    assert (found.payload["confidence"], found.payload["why"]) == ("low", "He said so.")


async def test_a_previous_value_in_other_words_is_the_current_one(world: World, customer):
    found = await world.proposal(customer, "phone", "+447700900999", previous_value="+44 7700 900417")
    assert found.payload["previous_value"] == "+44 7700 900417"
    assert not found.stale


@pytest.mark.parametrize("said", ["Fletcher", None, 7], ids=["another", "null", "not even a text"])
async def test_a_previous_value_that_is_not_current_is_kept_and_stale_from_birth(world: World, customer, said):
    found = await world.proposal(customer, "occupation", "Cook", previous_value=said)
    assert found.payload["previous_value"] == said
    assert found.stale


async def test_null_proposes_to_clear(world: World, rm, customer):
    found = await world.proposal(customer, "occupation", None)
    assert found.payload["proposed_value"] is None
    await world.accept(rm, found)
    assert "occupation" not in await world.profile(customer)


async def test_every_artifact_has_one_event_that_says_who_what_and_when(world: World, customer):
    found = await world.proposal(customer, "occupation", "Cook")
    [event] = await world.events(artifact=found)
    assert (event["kind"], event["actor_type"], event["actor_id"]) == ("profile_edit.proposed", "agent", AGENT.id)
    assert (event["field"], event["batch_id"], event["at"]) == ("occupation", found.batch_id, found.created_at)
    assert (event["body"]["before"], event["body"]["after"]) == ("Baker", "Cook")
    assert (event["body"]["actorName"], event["body"]["customerName"]) == (AGENT.name, "Ana Duarte")


async def test_proposing_touches_no_profile_and_promises_nothing(world: World, customer):
    await world.propose(customer, item("occupation", "Cook"), item("email", None))
    assert await world.profile(customer) == BAKER
    assert (await world.stored(customer))["delivery"] == []


async def test_artifacts_stand_in_the_order_they_were_proposed(world: World, customer):
    fields = ["employer", "addressCity", "occupation", "fullName", "contactWindow"]
    done = await world.propose(customer, *(item(field, "Somebody") for field in fields))
    assert [found.field for found in done.artifacts] == fields
    assert [found.seq for found in done.artifacts] == sorted(found.seq for found in done.artifacts)


async def test_when_a_reader_was_asked_by_a_person_the_trail_names_both(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Cook"), on_behalf_of=rm)
    [event] = await world.events(artifact=done.artifacts[0])
    assert (event["actor_id"], event["on_behalf_of"], event["body"]["onBehalfOfName"]) == (AGENT.id, rm.id, rm.name)


async def test_a_thousand_in_one_batch(world: World, rm):
    customer = await world.customer(rm)
    schema = _wide_schema(MAX_ITEMS)
    done = await world.propose(customer, *(item(f"fact{n}", f"value {n}") for n in range(MAX_ITEMS)), schema=schema)
    assert [found.payload["proposed_value"] for found in done.artifacts] == [f"value {n}" for n in range(MAX_ITEMS)]
    assert len((await world.stored(customer))["event"]) == MAX_ITEMS + 1


def _wide_schema(fields):
    return ProfileSchema(
        "1", "EUR", tuple(Field(key=f"fact{n}", label="F", section="S", type="text") for n in range(fields))
    )


# ── all or nothing ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_bad_item_stores_nothing_and_every_bad_one_is_named(world: World, customer):
    before = await world.stored(customer)
    with pytest.raises(InvalidItems) as caught:
        await world.propose(
            customer,
            item("employer", "The Old Mill"),
            item("noSuchField", "x"),
            item("dateOfBirth", "31 February 1980"),
            item("addressCity", "Porto"),
            item("addressCity", "Lisbon"),
            item("occupation", "x", nonsense=True),
            item("occupation", "Cook", confidence="certain"),
            Item(payload={"proposed_value": "x"}),
            Item(payload={"field_key": "occupation", "proposed_value": "a\x00b"}),
            Item(payload={"field_key": "employer2"}, artifact_type="horoscope"),
        )
    assert [(bad["index"], bad["code"]) for bad in caught.value.members["errors"]] == [
        (1, "unknown_field"),
        (2, "invalid_value"),
        (4, "field_twice"),
        (5, "invalid_payload"),
        (6, "invalid_payload"),
        (7, "invalid_payload"),
        (8, "unstorable_text"),
        (9, "unknown_type"),
    ]
    assert all(bad["error"].endswith((".", "?")) for bad in caught.value.members["errors"])
    assert await world.stored(customer) == before


@pytest.mark.parametrize("count", [0, MAX_ITEMS + 1])
async def test_a_batch_has_one_to_a_thousand_items(world: World, customer, count):
    with pytest.raises(Invalid) as caught:
        await world.propose(customer, *[item("occupation", "Cook")] * count)
    assert caught.value.code == "invalid_batch"


@pytest.mark.parametrize("batch_id", ["", " x", "a/b", "x" * 201, "a\nb", "a\x00"])
async def test_a_batch_id_is_printable_and_short(world: World, customer, batch_id):
    with pytest.raises(Invalid) as caught:
        await world.propose(customer, item("occupation", "Cook"), batch_id=batch_id)
    assert caught.value.code == "invalid_batch_id"


# ── what becomes no artifact ──────────────────────────────────────────────────────────────────────────────────────────

SAME = {
    "nationality": ("United Kingdom", "British"),
    "phone": ("+447700900417", "+44 (0) 7700 900-417"),
    "email": ("ana@bakery.example", "ana@BAKERY.example"),
    "interests": (["sailing", "jazz"], ["jazz", "sailing", "jazz"]),
    "dateOfBirth": ("1974-11-02", " 1974-11-02 "),
    "preferredChannel": ("in_person", "In person"),
    "dependants": (2, "2"),
    "esgPreference": (True, "yes"),
    "fullName": ("Ana Duarte", "  Ana Duarte "),
    "preferredName": ("Jos\u00e9", "Jose\u0301"),
    "trustedContact": ({"name": "Rui", "phone": 1}, {"phone": 1.0, "name": "Rui"}),
}


@pytest.mark.parametrize(("field", "current", "said"), [(key, *pair) for key, pair in SAME.items()])
async def test_what_the_profile_says_already_in_other_words_is_no_change(world: World, rm, field, current, said):
    customer = await world.customer(rm, {field: current})
    done = await world.propose(customer, item(field, said))
    assert (reasons(done), done.artifacts) == ([(0, "no_change")], [])


DIFFERENT = {
    "email": ("ana@bakery.example", "Ana@bakery.example"),
    "interests": (["sailing", "jazz"], ["sailing"]),
    "fullName": ("Ana Duarte", "ana duarte"),
    "trustedContact": ({"vip": True}, {"vip": 1}),
}


@pytest.mark.parametrize(("field", "current", "said"), [(key, *pair) for key, pair in DIFFERENT.items()])
async def test_what_looks_alike_and_is_not_is_a_change(world: World, rm, field, current, said):
    customer = await world.customer(rm, {field: current})
    done = await world.propose(customer, item(field, said))
    assert (reasons(done), len(done.artifacts)) == ([], 1)


async def test_clearing_what_is_empty_is_no_change(world: World, customer):
    assert reasons(await world.propose(customer, item("employer", None))) == [(0, "no_change")]


async def test_an_empty_list_is_a_value_and_not_nothing(world: World, customer):
    done = await world.propose(customer, item("investmentGoals", []))
    assert (reasons(done), len(done.artifacts)) == ([], 1)


async def test_decimals_are_compared_as_numbers(world: World, rm):
    schema = ProfileSchema("1", "EUR", (Field(key="fee", label="Fee", section="S", type="decimal"),))
    customer = await world.customer(rm)
    [fee] = (await world.propose(customer, item("fee", "1.50"), schema=schema)).artifacts
    await world.decide(accepted(rm, fee), schema=schema)
    assert await world.profile(customer) == {"fee": "1.5"}
    assert reasons(await world.propose(customer, item("fee", 1.5), schema=schema)) == [(0, "no_change")]
    assert reasons(await world.propose(customer, item("fee", "1.500"), schema=schema)) == [(0, "no_change")]
    assert reasons(await world.propose(customer, item("fee", "1.51"), schema=schema)) == []


async def test_a_value_that_waits_already_is_a_duplicate_and_named(world: World, customer):
    first = await world.proposal(customer, "phone", "+44 7700 900999", by=agent("another"))
    done = await world.propose(customer, item("phone", "+447700900999"), item("occupation", "Cook"))
    assert [(s.index, s.reason, s.artifact_id) for s in done.skipped] == [(0, "duplicate", first.id)]
    assert [found.field for found in done.artifacts] == ["occupation"]


async def test_another_value_for_a_field_that_waits_is_a_rival(world: World, customer):
    await world.proposal(customer, "occupation", "Cook")
    found = await world.proposal(customer, "occupation", "Chef")
    assert found.rivals == 1


async def test_a_decided_one_is_no_twin(world: World, rm, customer):
    await world.accept(rm, await world.proposal(customer, "occupation", "Cook"))
    await world.accept(rm, await world.proposal(customer, "occupation", "Chef"))
    assert reasons(await world.propose(customer, item("occupation", "Cook"))) == []


async def test_what_a_person_rejected_is_not_proposed_again_from_the_same_words(world: World, rm, customer):
    first = await world.proposal(customer, "occupation", "Cook", source_text="He cooks  now")
    await world.reject(rm, first)
    again = await world.propose(customer, item("occupation", " Cook", source_text="he  COOKS now "))
    assert (reasons(again), again.skipped[0].artifact_id) == ([(0, "previously_rejected")], first.id)
    for fresh in (
        item("occupation", "Cook", source_text="A cook, he said"),  # other evidence
        item("occupation", "Chef", source_text="He cooks now"),  # another value
        item("employer", "Cook", source_text="He cooks now"),  # another field
    ):
        assert reasons(await world.propose(customer, fresh)) == []
    assert (
        reasons(await world.propose(await world.customer(rm), item("occupation", "Cook", source_text="He cooks now")))
        == []
    )


async def test_what_was_only_superseded_or_withdrawn_may_come_again(world: World, rm, customer):
    loser = await world.proposal(customer, "occupation", "Cook", source_text="He cooks")
    await world.accept(rm, await world.proposal(customer, "occupation", "Chef"))
    assert (await world.rows("select status from artifact where id = $1", loser.id))[0]["status"] == "superseded"
    assert reasons(await world.propose(customer, item("occupation", "Cook", source_text="He cooks"))) == []


async def test_an_agent_bound_to_fields_proposes_for_no_others(world: World, customer):
    bound = agent("narrow", fields=("occupation",))
    done = await world.propose(customer, item("occupation", "Cook"), item("employer", "The Old Mill"), by=bound)
    assert (reasons(done), [found.field for found in done.artifacts]) == ([(1, "policy")], ["occupation"])


async def test_an_agents_hour_has_room_for_its_quota_and_no_more(world: World, rm):
    bound = agent("busy", hourly_quota=3)
    customers = [await world.customer(rm) for _ in range(3)]
    await world.propose(customers[0], item("occupation", "Cook"), item("employer", "The Old Mill"), by=bound)
    with pytest.raises(TooMany) as refused:
        await world.propose(customers[1], item("occupation", "Cook"), item("employer", "The Old Mill"), by=bound)
    assert (refused.value.code, 0 < refused.value.members["retry_after"] <= 3600) == ("quota_used_up", True)
    await world.propose(customers[1], item("occupation", "Cook"), by=bound)  # what was refused was not counted
    with pytest.raises(TooMany):
        await world.propose(customers[2], item("occupation", "Cook"), by=bound)
    await world.propose(customers[2], item("occupation", "Cook"), by=agent("other", hourly_quota=3))


async def test_what_waits_for_another_customer_is_no_twin(world: World, rm, customer):
    await world.proposal(customer, "employer", "The Old Mill")
    assert reasons(await world.propose(await world.customer(rm), item("employer", "The Old Mill"))) == []


async def test_an_agents_item_for_a_field_of_people_is_skipped_and_the_rest_goes_on(world: World, customer):
    done = await world.propose(customer, item("marketingConsent", "granted"), item("occupation", "Cook"))
    assert reasons(done) == [(0, "policy")]
    assert [found.field for found in done.artifacts] == ["occupation"]


async def test_a_person_may_propose_for_a_field_of_people(world: World, rm, customer):
    done = await world.propose(customer, item("marketingConsent", "granted"), by=rm)
    assert (reasons(done), done.artifacts[0].created_by_type) == ([], "rm")


# ── the same batch again ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_batch_again_answers_with_the_same_artifacts(world: World, rm, customer):
    asked = [item("occupation", "Cook"), item("phone", "+447700900417"), item("employer", "The Old Mill")]
    first = await world.propose(customer, *asked, batch_id="note-1")
    await world.accept(rm, first.artifacts[0])
    before = await world.stored(customer)
    again = await world.propose(customer, *asked, batch_id="note-1")
    assert (first.created, again.created) == (True, False)
    assert [found.id for found in again.artifacts] == [found.id for found in first.artifacts]
    assert again.artifacts[0].status == "accepted"
    assert reasons(again) == reasons(first) == [(1, "no_change")]
    assert await world.stored(customer) == before


async def test_the_order_of_members_does_not_make_another_batch(world: World, customer):
    await world.propose(customer, Item(payload={"field_key": "occupation", "proposed_value": "Cook"}), batch_id="b")
    again = await world.propose(
        customer, Item(payload={"proposed_value": "Cook", "field_key": "occupation"}), batch_id="b"
    )
    assert not again.created


@pytest.mark.parametrize(
    "other",
    [
        {"items": [item("occupation", "Chef")]},
        {"items": [item("occupation", "Cook"), item("employer", "The Old Mill")]},
        {"items": [item("occupation", "Cook", confidence="low")]},
        {"items": [item("occupation", "Cook", trigger="webhook")]},
        {"source": "Cook."},
    ],
    ids=["value", "one more", "confidence", "trigger", "source"],
)
async def test_other_content_under_a_batch_id_is_refused(world: World, customer, other):
    await world.propose(customer, item("occupation", "Cook"), batch_id="note-1")
    before = await world.stored(customer)
    source = Source(text=other["source"]) if "source" in other else None
    with pytest.raises(Conflict) as caught:
        await world.propose(
            customer, *other.get("items", [item("occupation", "Cook")]), batch_id="note-1", source=source
        )
    assert caught.value.code == "batch_exists"
    assert await world.stored(customer) == before


async def test_two_agents_may_use_the_same_batch_id(world: World, rm, customer):
    mine = await world.propose(customer, item("occupation", "Cook"), batch_id="1")
    other = await world.propose(customer, item("employer", "The Old Mill"), batch_id="1", by=agent("another"))
    assert other.created
    assert [found.field for found in other.artifacts] == ["employer"]
    assert [found.field for found in mine.artifacts] == ["occupation"]


async def test_a_person_may_use_an_agents_batch_id(world: World, rm, customer):
    await world.propose(customer, item("occupation", "Cook"), batch_id="1")
    assert (await world.propose(customer, item("employer", "The Old Mill"), batch_id="1", by=rm)).created


async def test_the_same_batch_id_serves_two_customers(world: World, rm, customer):
    await world.propose(customer, item("occupation", "Cook"), batch_id="1")
    assert (await world.propose(await world.customer(rm), item("occupation", "Chef"), batch_id="1")).created


async def test_the_same_batch_from_many_at_once_is_stored_once(world: World, customer):
    asked = [item("occupation", "Cook"), item("employer", "The Old Mill")]
    answers = await together(*(world.propose(customer, *asked, batch_id="note-1") for _ in range(8)))
    assert sorted(done.created for done in answers) == [False] * 7 + [True]
    assert len({tuple(found.id for found in done.artifacts) for done in answers}) == 1
    assert len((await world.stored(customer))["artifact"]) == 2


async def test_the_same_value_from_many_agents_at_once_waits_once(world: World, customer):
    answers = await together(
        *(world.propose(customer, item("occupation", "Cook"), by=agent(f"agent-{n}")) for n in range(6))
    )
    assert sorted(len(done.artifacts) for done in answers) == [0] * 5 + [1]


async def test_a_proposal_that_waited_is_dated_after_what_it_waited_for(world: World, rm, customer):
    """The clock is read once the customer is held: the trail's times stand in the order of its numbers."""
    held = await world.proposal(customer, "occupation", "Cook")

    async def slowly(connection):
        await connection.execute("select from customer where id = $1 for no key update", customer)
        waiting.set()
        await asyncio.sleep(0.1)
        await decide(connection, [accepted(rm, held)], schema=world.runtime.schema)

    async def meanwhile():
        await waiting.wait()
        await world.proposal(customer, "occupation", "Chef")

    waiting = asyncio.Event()
    await together(world.runtime.transact(slowly), meanwhile())
    times = [event["at"] for event in await world.events(customer_id=customer)]
    assert times == sorted(times)


# ── who may ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_may_propose(world: World, rm, customer):
    for who in (rm, await world.person("admin"), SYSTEM, agent("bound", customers=(customer,))):
        assert (await world.propose(customer, item("occupation", f"Cook {who.type}"), by=who)).created


async def test_an_auditor_never_writes(world: World, customer):
    with pytest.raises(Forbidden):
        await world.propose(customer, item("occupation", "Cook"), by=await world.person("auditor"))


@pytest.mark.parametrize("who", ["another RM", "an agent bound elsewhere"])
async def test_to_others_the_customer_is_not_there(world: World, customer, who):
    by = await world.person() if who == "another RM" else agent("bound", customers=("other",))
    with pytest.raises(NotFound, match="Customer not found"):
        await world.propose(customer, item("occupation", "Cook"), by=by)


async def test_nobody_has_a_note_read_for_a_customer_that_is_not_theirs(world: World, customer):
    with pytest.raises(NotFound):
        await world.propose(customer, item("occupation", "Cook"), on_behalf_of=await world.person())


async def test_an_unknown_customer_is_not_found(world: World):
    with pytest.raises(NotFound, match="Customer not found"):
        await world.propose("nobody", item("occupation", "Cook"))
