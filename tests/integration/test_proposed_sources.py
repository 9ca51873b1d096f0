"""The note a proposal was read from: stored once, with quotes located by the server in the text as stored."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from conftest import AGENT, World, item
from placet.artifacts.propose import MAX_SOURCE, Source
from placet.errors import Conflict, Invalid
from placet.identity.principal import agent

NOTE = "Met Ana 🏡 in Porto.\nShe now works as a chef, and – she says – “loves it”.\nA chef!"


@pytest.fixture
async def customer(world: World):
    return await world.customer(await world.person())


async def read(world, customer, quote, *, note=NOTE, at=None):
    """The one artifact proposed with that quote, and the stored source."""
    done = await world.propose(customer, item("occupation", "Chef", source_text=quote, at=at), source=Source(text=note))
    [source] = await world.rows("select * from source where id = $1", done.source_id)
    return done.artifacts[0], source


async def test_a_quote_is_located_in_the_stored_text_in_code_points(world: World, customer):
    found, source = await read(world, customer, "works as a chef")
    assert (found.source_id, found.evidence_verified) == (source["id"], True)
    assert source["text"][found.evidence_start : found.evidence_end] == "works as a chef"


async def test_postgresql_counts_the_same_characters(world: World, customer):
    found, source = await read(world, customer, "works as a chef")
    [row] = await world.rows(
        "select substr(text, $2 + 1, $3) as quote from source where id = $1",
        source["id"],
        found.evidence_start,
        found.evidence_end - found.evidence_start,
    )
    assert row["quote"] == "works as a chef"


async def test_a_note_is_stored_with_its_newlines_levelled_and_hashed_so(world: World, customer):
    found, source = await read(world, customer, "in Porto.\r\nShe now", note=NOTE.replace("\n", "\r\n"))
    assert source["text"] == NOTE
    assert source["sha256"] == sha256(NOTE.encode()).digest()
    assert NOTE[found.evidence_start : found.evidence_end] == "in Porto.\nShe now"
    assert found.evidence_verified


async def test_a_hint_chooses_the_occurrence(world: World, customer):
    second = NOTE.rindex("chef")
    found, _ = await read(world, customer, "chef", at=second)
    assert (found.evidence_start, found.evidence_verified) == (second, True)


async def test_a_wrong_hint_is_not_believed(world: World, customer):
    found, _ = await read(world, customer, "chef", at=3)
    assert (found.evidence_start, found.evidence_verified) == (NOTE.index("chef"), True)


async def test_nearly_the_words_have_a_place_and_are_not_verified(world: World, customer):
    found, _ = await read(world, customer, 'and - she says - "Loves it"')
    assert NOTE[found.evidence_start : found.evidence_end] == "and – she says – “loves it”"
    assert found.evidence_verified is False


@pytest.mark.parametrize("quote", ["works as a banker", None, ""])
async def test_words_that_are_nowhere_have_no_place_and_are_not_verified(world: World, customer, quote):
    found, _ = await read(world, customer, quote)
    assert (found.evidence_start, found.evidence_end, found.evidence_verified) == (None, None, False)


async def test_without_a_source_nothing_is_verified(world: World, customer):
    found = await world.proposal(customer, "occupation", "Chef", source_text="works as a chef")
    assert (found.source_id, found.evidence_start, found.evidence_verified) == (None, None, False)


async def test_the_same_text_of_a_customer_is_stored_once(world: World, customer):
    first = await world.propose(customer, item("occupation", "Chef"), source=Source(text=NOTE, title="Lunch"))
    again = await world.propose(
        customer, item("addressCity", "Porto"), source=Source(text=NOTE.replace("\n", "\r\n")), by=agent("another")
    )
    assert again.source_id == first.source_id
    assert len((await world.stored(customer))["source"]) == 1


async def test_a_changed_note_is_a_new_source(world: World, customer):
    first = await world.propose(customer, item("occupation", "Chef"), source=Source(text=NOTE))
    again = await world.propose(customer, item("addressCity", "Porto"), source=Source(text=NOTE + " "))
    assert again.source_id != first.source_id


async def test_the_same_text_of_another_customer_is_another_source(world: World, customer):
    first = await world.propose(customer, item("occupation", "Chef"), source=Source(text=NOTE))
    other = await world.customer(await world.person())
    again = await world.propose(other, item("occupation", "Chef"), source=Source(text=NOTE))
    assert again.source_id != first.source_id


async def test_a_source_keeps_its_title_its_day_and_who_brought_it(world: World, customer):
    day = datetime(2026, 11, 20, 15, tzinfo=UTC)
    done = await world.propose(
        customer, item("occupation", "Chef"), source=Source(text=NOTE, title="Lunch", occurred_at=day)
    )
    [source] = await world.rows("select * from source where id = $1", done.source_id)
    assert (source["title"], source["occurred_at"]) == ("Lunch", day)
    assert (source["created_by_type"], source["created_by_id"], source["created_by_name"]) == (
        "agent",
        AGENT.id,
        AGENT.name,
    )
    assert (done.artifacts[0].source_title, done.artifacts[0].source_at) == ("Lunch", day)


async def test_the_event_names_the_evidence_and_the_digest_of_its_source(world: World, customer):
    found, source = await read(world, customer, "works as a chef")
    [event] = await world.events(artifact=found)
    assert event["body"]["evidence"] == {
        "sourceId": source["id"],
        "start": found.evidence_start,
        "end": found.evidence_end,
        "verified": True,
        "sourceSha256": sha256(NOTE.encode()).hexdigest(),
    }


async def test_what_the_reader_left_is_kept_with_the_batch(world: World, customer):
    left = [{"fieldKey": "employer", "value": "The Old Mill", "sourceText": "might join", "reason": "hypothetical"}]
    done = await world.propose(customer, item("occupation", "Chef"), source=Source(text=NOTE), not_proposed=left)
    [row] = await world.rows("select not_proposed::text as said from batch where id = $1", done.batch_id)
    assert "might join" in row["said"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (Source(text=""), "empty_source"),
        (Source(text=" \n\t "), "empty_source"),
        (Source(text="x" * (MAX_SOURCE + 1)), "source_too_long"),
        (Source(text="a\x00b"), "unstorable_text"),
        (Source(text="a\ud800b"), "unstorable_text"),
        (Source(text="fine", title="a\x00b"), "unstorable_text"),
    ],
    ids=["empty", "blank", "too long", "null character", "half a character", "title"],
)
async def test_a_source_that_cannot_be_stored_is_refused(world: World, customer, source, code):
    before = await world.stored(customer)
    with pytest.raises(Invalid) as caught:
        await world.propose(customer, item("occupation", "Chef"), source=source)
    assert caught.value.code == code
    assert await world.stored(customer) == before


async def test_an_item_may_have_a_source_of_its_own(world: World, customer):
    answer = Source(text="Which language?\n\nPortuguese, please.", title="Answer")
    items = [
        item("occupation", "Chef", source_text="works as a chef"),
        item("preferredLanguage", "Portuguese", source_text="Portuguese"),
    ]
    items[1].source = answer
    done = await world.propose(customer, *items, source=Source(text=NOTE), batch_id="visit")
    chef, language = done.artifacts
    texts = {
        row["id"]: row["text"]
        for row in await world.rows("select id, text from source where customer_id = $1", customer)
    }
    assert texts == {chef.source_id: NOTE, language.source_id: answer.text}
    assert done.source_id == chef.source_id
    assert (chef.evidence_verified, language.evidence_verified) == (True, True)
    assert answer.text[language.evidence_start : language.evidence_end] == "Portuguese"
    events = {
        event["field"]: event["body"]["evidence"]
        for event in await world.events(customer_id=customer)
        if event["field"]
    }
    assert events["preferredLanguage"]["sourceId"] == language.source_id
    assert events["preferredLanguage"]["sourceSha256"] == sha256(answer.text.encode()).hexdigest()
    again = await world.propose(customer, *items, source=Source(text=NOTE), batch_id="visit")
    assert (again.created, [a.id for a in again.artifacts]) == (False, [chef.id, language.id])
    items[1].source = Source(text=answer.text + "!")
    with pytest.raises(Conflict, match="used before for other content"):
        await world.propose(customer, *items, source=Source(text=NOTE), batch_id="visit")


async def test_a_source_of_an_items_own_is_checked_as_any(world: World, customer):
    bad = item("occupation", "Chef", source_text="chef")
    bad.source = Source(text="  ")
    with pytest.raises(Invalid, match="empty"):
        await world.propose(customer, bad)
    assert await world.rows("select id from source where customer_id = $1", customer) == []
