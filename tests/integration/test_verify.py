"""The check of the whole trail: sound where nothing was done to it, and every harm a superuser can do is named."""

import re

import asyncpg
import pytest

from conftest import World, item
from placet.artifacts.propose import Source
from placet.audit import checkpoint, findings, keys, tree
from placet.audit.verify import verify
from placet.errors import Invalid, NotFound
from sealing import TRAIL_KEY, Seal

TABLES = (
    "artifact", "event", "event_body", "ledger_leaf", "ledger_node", "checkpoint", "profile_value", "source", "delivery"
)  # fmt: skip


@pytest.fixture(scope="module")
async def told(world: World, tmp_path_factory) -> dict:
    """A trail with something of everything in it, sealed under several checkpoints; who and what it is about."""
    seal = Seal(world.runtime, tmp_path_factory.mktemp("trail"))
    rm = await world.person()
    customer = await world.customer(rm, {"occupation": "Baker", "interests": ["Sailing"]})
    await seal()
    note = Source(text="She is a cook at The Inn. She speaks French.")
    batch = await world.propose(
        customer,
        item("occupation", "Cook", source_text="a cook"),
        item("employer", "The Inn"),
        item("interests", ["Chess", "Sailing"]),
        source=note,
    )
    rival = await world.proposal(customer, "occupation", "Chef")
    await seal()
    await world.accept(rm, batch.artifacts[0])
    await world.edit(rm, batch.artifacts[1], "The Mill", reason="She said mill.")
    await world.reject(rm, batch.artifacts[2], reason="not said")
    waiting = await world.proposal(customer, "employer", "The Tower")
    gone = await world.customer(rm)
    lost = await world.proposal(gone, "occupation", "Nobody")
    from placet.artifacts.custody import delete_customer
    from placet.identity.principal import SYSTEM

    await world.runtime.transact(lambda connection: delete_customer(connection, SYSTEM, gone))
    await seal()
    return {
        "rm": rm, "customer": customer, "accepted": batch.artifacts[0].id, "edited": batch.artifacts[1].id,
        "rejected": batch.artifacts[2].id, "superseded": rival.id, "pending": waiting.id, "withdrawn": lost.id, "seal": seal,
    }  # fmt: skip


async def check(
    connection: asyncpg.Connection, world: World, *, trusted=(TRAIL_KEY.public,), **more
) -> findings.Report:
    async with connection.transaction(isolation="repeatable_read"):
        return await verify(connection, trusted, world.runtime.schema, **more)


def sentences(report: findings.Report) -> list[str]:
    return [fault.sentence for fault in report.faults]


async def test_a_trail_nobody_touched_is_sound(world: World, owner, told):
    steps = []
    report = await check(owner, world, step=steps.append)
    assert sentences(report) == []
    assert report.sound
    assert report.events == report.sealed == await owner.fetchval("select count(*) from event")
    assert (report.checkpoints, report.unsealed) == (3, 0)
    last = await tree.last_checkpoint(owner)
    assert (report.size, report.root, report.at) == (last.size, checkpoint.read(last.note).root.hex(), last.at)
    assert report.signed_by == f"placet.test/trail, key {TRAIL_KEY.public.id.hex()}"
    assert sum(steps) >= report.events
    outside = {"kept": told["seal"].file}
    report = await check(owner, world, outside=outside)
    assert (report.sound, report.outside) == (True, 3)


async def test_the_application_s_own_role_can_check(world: World, told):
    async with world.runtime.reading() as connection:
        assert (await check(connection, world)).sound


NO_EVENT = "delete from event_body where event_id = {id}; delete from event where seq = {s}"
HARM = {
    "an event": ("update event set actor_id = 'mallory' where seq = {s}", "event_edited Event {s} was edited."),
    "its time": ("update event set at = at + interval '1 us' where seq = {s}", "event_edited Event {s} was edited."),
    "its commitment": (
        "update event set commitment = sha256('') where seq = {s}",
        "body_edited The body of event {s} is not what the event committed to.",
    ),
    "a body": (
        "update event_body set body = replace(body, 'Cook', 'Crook') where event_id = {id}",
        "body_edited The body of event {s} is not what the event committed to.",
    ),
    "a body and its commitment": (
        "update event_body set body = replace(body, 'Cook', 'Crook') where event_id = {id};"
        "update event set commitment = sha256(b.salt || convert_to(b.body, 'UTF8')) from event_body b"
        " where b.event_id = event.id and event.id = {id}",
        "event_edited Event {s} was edited.",
    ),
    "no body": ("delete from event_body where event_id = {id}", "body_deleted The body of event {s} was deleted."),
    "no event": (
        NO_EVENT,
        "event_deleted Event {s} was deleted.",
    ),
    "no event and no leaf": (
        f"{NO_EVENT}; delete from ledger_leaf where event_seq = {{s}}",
        "leaf_deleted Leaf {i} was deleted.",
    ),
    "taken out without a gap": (
        f"{NO_EVENT}; delete from ledger_leaf where event_seq = {{s}};"
        "update ledger_leaf set index = -index; update ledger_leaf set index = -index - case when -index > {i} then 1 else 0 end",
        "leaves_deleted A checkpoint is over .* events, and the tree has .* leaves.",
    ),
    "exchanged events": (
        "update event set seq = -1 where seq = {s}; update event set seq = {s} where seq = {s} + 1;"
        "update event set seq = {s} + 1 where seq = -1",
        "reordered Events {s} and {t} were exchanged.",
    ),
    "exchanged leaves": (
        "update ledger_leaf set index = -index where index in ({i}, {i} + 1);"
        "update ledger_leaf set index = 2 * {i} + 1 + index where index < 0",
        "reordered Leaves .* are not those that were signed: they were put into another order.",
    ),
    "an event put in": (
        "insert into event select (jsonb_populate_record(e, '{{\"seq\": 0, \"id\": \"new\"}}')).* from event e where seq = {s}",
        "event_inserted Event 0 was inserted: it was not there when the trail was sealed.",
    ),
    "a leaf": (
        "update ledger_leaf set hash = sha256('') where event_seq = {s}",
        "leaf_edited The leaf of event {s} was changed; the event was not.",
    ),
    "an event and its leaf": (
        "update event set door = 'api' where seq = {s}; update ledger_leaf set hash = sha256('forged') where event_seq = {s}",
        "rewritten Leaves .* are not those that were signed: events were changed, taken out or put in there.",
    ),
    "a checkpoint's root": (
        "update checkpoint set note = replace(note, split_part(note, e'\\n', 3), 'AAAA' || substr(split_part(note, e'\\n', 3), 5))"
        " where number = 2",
        "checkpoint_forged Checkpoint 2 is signed by no key that is believed.",
    ),
    "a checkpoint's note": (
        "update checkpoint set note = '' where number = 2",
        "checkpoint_forged Checkpoint 2 is signed by no key that is believed.",
    ),
    "a checkpoint's size": (
        "update checkpoint set size = size + 1 where number = 2",
        "checkpoint_forged Checkpoint 2 is filed under .* events and says another number.",
    ),
    "a checkpoint dropped": ("delete from checkpoint where number = 2", "checkpoint_deleted Checkpoint 2 was deleted."),
    "the last checkpoint dropped": (
        "delete from checkpoint where number = 3",
        "checkpoint_deleted Leaves .* stand under no checkpoint: one was deleted.",
    ),
    "a status": (
        "update artifact set status = 'accepted' where id = '{rejected}'",
        "artifact_changed Artifact {rejected}: it is accepted, and by its events rejected.",
    ),
    "an open one decided": (
        "update artifact set status = 'accepted', decided_at = now() where id = '{pending}'",
        "artifact_changed Artifact {pending}: it is accepted, and by its events pending.",
    ),
    "a decider": (
        "update artifact set decided_by = 'mallory' where id = '{accepted}'",
        "artifact_changed Artifact {accepted}: somebody else decided it.",
    ),
    "a time": (
        "update artifact set decided_at = decided_at - interval '1 day' where id = '{accepted}'",
        "artifact_changed Artifact {accepted}: it was decided at another time.",
    ),
    "a reason": (
        "update artifact set reason = 'said' where id = '{rejected}'",
        "artifact_changed Artifact {rejected}: the reason is another.",
    ),
    "an edited value": (
        "update artifact set edited_value = '\"Mine\"' where id = '{edited}'",
        "artifact_changed Artifact {edited}: the value it was changed to is another.",
    ),
    "a proposed value": (
        "update artifact set payload = payload || '{{\"proposed_value\": \"Crook\"}}' where id = '{pending}'",
        "artifact_changed Artifact {pending}: what it proposes is not what was proposed.",
    ),
    "a value before": (
        "update artifact set payload = payload || '{{\"previous_value\": \"King\"}}' where id = '{pending}'",
        "artifact_changed Artifact {pending}: the value before is not the one it was proposed against.",
    ),
    "no artifact": (
        "delete from artifact where id = '{pending}'",
        "artifact_deleted Artifact {pending} is in the trail and nowhere else.",
    ),
    "an artifact put in": (
        "insert into artifact select (jsonb_populate_record(a, '{{\"id\": \"new\", \"seq\": 999999, \"batch_id\": \"new\"}}')).*"
        " from artifact a where id = '{pending}'",
        "artifact_inserted Artifact new: no event proposed it.",
    ),
    "a profile's value": (
        "update profile_value set value = '\"Crook\"' where customer_id = '{customer}' and field = 'occupation'",
        "value_changed Field occupation of customer {customer}: the last event that set it says another value.",
    ),
    "a value it came with": (
        "update profile_value set value = '[\"Dutch\"]' where customer_id = '{customer}' and field = 'interests'",
        "value_changed Field interests of customer {customer}: the last event that set it says another value.",
    ),
    "who set it": (
        "update profile_value set updated_by = 'Mallory' where customer_id = '{customer}' and field = 'occupation'",
        "value_changed Field occupation of customer {customer}: somebody else set it.",
    ),
    "no value": (
        "delete from profile_value where customer_id = '{customer}' and field = 'employer'",
        "value_deleted Field employer of customer {customer}: its value is gone.",
    ),
    "a value put in": (
        "insert into profile_value (customer_id, field, value, version) values ('{customer}', 'pep', 'true', 1)",
        "value_inserted Field pep of customer {customer}: no event set it.",
    ),
    "a customer put in": (
        "insert into customer (id, name) values ('new', 'New');"
        "insert into profile_value (customer_id, field, value, version) values ('new', 'pep', 'true', 1)",
        "value_inserted Customer new has pep, and the trail never heard of the customer.",
    ),
    "a note": ("update source set text = text || '!'", "source_changed The stored note .* is not what its digest says."),
    "a promise": (
        "delete from delivery where artifact_id = '{accepted}'",
        "delivery_deleted Event .* is an approval, and what it promised is gone.",
    ),
    "a promise put in": (
        "insert into delivery (id, event_id, artifact_id, topic) values ('new', 'none', '{pending}', 'artifact.accepted')",
        "delivery_inserted No event promised the delivery new.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
async def test_what_a_superuser_does_is_named(world: World, owner, told, harm):
    """In a transaction that ends with the check, and never happened."""
    seen = await owner.fetchrow(
        "select e.seq, e.id, l.index from event e join ledger_leaf l on l.event_seq = e.seq"
        " where e.artifact_id = $1 and e.kind like '%.proposed'",
        told["accepted"],
    )
    about = {
        **told,
        "s": seen["seq"],
        "t": seen["seq"] + 1,
        "u": seen["seq"] + 1000,
        "i": seen["index"],
        "id": f"'{seen['id']}'",
    }
    statement, expected = HARM[harm]
    harmed = owner.transaction(isolation="repeatable_read")
    await harmed.start()
    try:
        for table in TABLES:
            await owner.execute(f"alter table {table} disable trigger user")
        await owner.execute("alter table ledger_leaf drop constraint ledger_leaf_index_check")
        await owner.execute(
            "alter table event_body drop constraint event_body_event_id_fkey; alter table event alter seq drop identity"
        )
        await owner.execute(statement.format(**about))
        report = await verify(owner, [TRAIL_KEY.public], world.runtime.schema)
    finally:
        await harmed.rollback()
    assert not report.sound
    found = [f"{fault.what} {fault.sentence}" for fault in report.faults]
    pattern = expected.format(**about)
    assert [one for one in found if re.match(pattern, one)], found
    named = {fault.what for fault in report.faults}
    assert "event_edited" not in named or expected.startswith("event_edited") or harm in (
        "its commitment", "an event and its leaf",
    ), found  # fmt: skip


async def test_who_owns_database_and_key_is_found_out_by_a_checkpoint_kept_elsewhere(world: World, owner, told):
    kept = told["seal"].file
    harmed = owner.transaction(isolation="repeatable_read")
    await harmed.start()
    try:
        for table in TABLES:
            await owner.execute(f"alter table {table} disable trigger user")
        await owner.execute("delete from checkpoint; delete from ledger_leaf; delete from ledger_node")
        seq = await owner.fetchval("select max(seq) from event where artifact_id = $1", told["rejected"])
        await owner.execute("update event set door = 'api' where seq = $1", seq)
        from placet.audit.ledger import Sequencer

        await Sequencer(told["seal"].settings)._add(owner, TRAIL_KEY)
        rewritten = await verify(owner, [TRAIL_KEY.public], world.runtime.schema)
        against = await verify(owner, [TRAIL_KEY.public], world.runtime.schema, outside={"the safe": kept})
        await owner.execute("delete from event_body where event_id in (select id from event where seq > $1)", seq - 2)
        await owner.execute("delete from event where seq > $1; ", seq - 2)
        await owner.execute("delete from checkpoint; delete from ledger_leaf; delete from ledger_node")
        await Sequencer(told["seal"].settings)._add(owner, TRAIL_KEY)
        shorter = await verify(owner, [TRAIL_KEY.public], world.runtime.schema, outside={"the safe": kept})
    finally:
        await harmed.rollback()
    assert sentences(rewritten) == [], "the trail by itself cannot tell"
    assert any(
        re.match(r"The first \d+ events are not those of the checkpoint in the safe\.", s) for s in sentences(against)
    )
    assert any("the end was taken off" in s for s in sentences(shorter))


async def test_what_is_newer_than_the_last_checkpoint_is_counted_and_no_fault(world: World, owner, told):
    await world.proposal(told["customer"], "occupation", "Sculptor")
    report = await check(owner, world)
    assert (report.sound, report.unsealed, report.events) == (True, 1, report.sealed + 1)
    await told["seal"]()
    report = await check(owner, world)
    assert (report.sound, report.unsealed) == (True, 0)


async def test_of_nothing_and_without_a_key_nothing_is_said(world: World, owner, server, told):
    with pytest.raises(NotFound, match="no key"):
        await check(owner, world, trusted=())
    for text in ("not a checkpoint", told["seal"].file.replace("placet.test", "placet.elsewhere")):
        with pytest.raises(Invalid, match="the file"):
            await check(owner, world, outside={"the file": text})
    stranger = checkpoint.new_key("placet.test/trail").public
    report = await check(owner, world, trusted=(stranger,))
    assert {fault.what for fault in report.faults} == {"checkpoint_forged"}
    assert not report.sound
    emptied = owner.transaction(isolation="repeatable_read")
    await emptied.start()
    try:
        for table in TABLES:
            await owner.execute(f"alter table {table} disable trigger user")
        await owner.execute("delete from checkpoint; delete from ledger_leaf; delete from ledger_node")
        with pytest.raises(NotFound, match="no checkpoint was ever made"):
            await verify(owner, [TRAIL_KEY.public], world.runtime.schema)
        await owner.execute("delete from event_body; delete from event")
        with pytest.raises(NotFound, match="the trail has no event"):
            await verify(owner, [TRAIL_KEY.public], world.runtime.schema)
        report = await verify(owner, [TRAIL_KEY.public], world.runtime.schema, outside={"the safe": told["seal"].file})
        assert any("the end was taken off" in s for s in sentences(report))
    finally:
        await emptied.rollback()
    assert keys.believed(told["seal"].settings) == [TRAIL_KEY.public]
