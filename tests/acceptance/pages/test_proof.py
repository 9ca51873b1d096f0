"""The seal on an artifact's page: only beside what is proven when the page is made, and never where it is not."""

import asyncpg
import pytest

from acceptance.pages.conftest import Site
from placet.audit import checkpoint, proof_file, tree
from placet.web.pages.proving import sides, way
from placet.web.render import thousands
from sealing import TRAIL_KEY


@pytest.fixture
async def owner(server, site: Site):
    """Who owns the tables, and does the harm."""
    connection = await asyncpg.connect(server.owner_url(await site.database.fetchval("select current_database()")))
    yield connection
    await connection.close()


async def decided(site: Site) -> str:
    return await site.database.fetchval("select id from artifact where status = 'edited' and customer_id = 'lund'")


async def last_of(site: Site, which: str) -> int:
    return await site.database.fetchval("select max(seq) from event where artifact_id = $1", which)


async def test_a_sealed_trail_is_verified_and_its_proof_is_a_file(site: Site):
    await site.seal()
    which, claire = await decided(site), await site.visitor("claire")
    page = (await claire.get(f"/artifacts/{which}")).text
    events = await site.database.fetchval("select count(*) from event where artifact_id = $1", which)
    kept = await tree.last_checkpoint(site.database)
    root = checkpoint.read(kept.note).root.hex()
    for words in (
        ">Verified<",
        f"These {events} events stand in the signed trail, unaltered.",
        f"{thousands(kept.size)} events",
        f'title="{root}">{root[:4]} {root[4:8]} {root[8:12]} … {root[-4:]}',
        f'placet.test/trail, key <span class="mono">{TRAIL_KEY.public.id.hex()}',
        f"placet audit check proof-{which}.json --key {TRAIL_KEY.public.text}",
    ):
        assert words in page, words
    assert "#seal" in page
    assert "data-soon" not in page
    answer = await claire.get(f"/artifacts/{which}/proof")
    assert answer.headers["content-disposition"] == f'attachment; filename="proof-{which}.json"'
    file = proof_file.read(answer.content)
    assert proof_file.check(file, [TRAIL_KEY.public]).checkpoint.size == kept.size
    assert [event.leaf["artifactId"] for event in file.events] == [which] * events
    steps = len(file.events[-1].path)
    assert (
        f'aria-label="The way from event {thousands(file.events[-1].leaf["seq"])} to the signed root: {steps} hashes"'
        in page
    )
    assert (await (await site.visitor("jonas")).get(f"/artifacts/{which}/proof")).status_code == 404


async def test_what_is_newer_than_the_checkpoint_is_not_verified_yet_and_then_is(site: Site, window):
    await site.seal()
    artifact = await site.proposal("brandt", "occupation", "Curator")
    opened = await window("claire", permissions=["clipboard-read", "clipboard-write"])
    await opened.page.goto(f"/artifacts/{artifact.id}")
    panel = opened.page.get_by_role("region", name="Not sealed yet")
    assert "The next checkpoint comes within a second." in await panel.inner_text()
    answer = await (await site.visitor("claire")).get(f"/artifacts/{artifact.id}/proof")
    assert (answer.status_code, "Not sealed yet" in answer.text) == (409, True)
    await site.seal()
    panel = opened.page.get_by_role("region", name="Verified", exact=True)  # without anybody asking for it
    assert "This event stands in the signed trail, unaltered." in await panel.inner_text()
    await panel.get_by_role("button", name="Copy offline command").click()
    await opened.page.get_by_text("Command copied").wait_for()
    copied = await opened.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"placet audit check proof-{artifact.id}.json --key {TRAIL_KEY.public.text}"
    assert opened.said == []


async def test_that_nobody_seals_is_said(site: Site, owner):
    await site.seal()
    artifact = await site.proposal("brandt", "occupation", "Restorer")
    await owner.execute(
        "insert into event (id, at, kind, artifact_id, customer_id, actor_type, actor_id, door, commitment)"
        " values ('old', now() - interval '1 hour', 'test.made', $1, 'brandt', 'system', 'test', 'test', '')",
        artifact.id,
    )
    page = (await (await site.visitor("claire")).get(f"/artifacts/{artifact.id}")).text
    assert "Not sealed yet" in page
    assert "No checkpoint since" in page
    assert "data-soon" not in page


THE_BODY = "event_id = (select id from event where seq = $1)"
HARM = {
    "the event": "update event set actor_id = 'jonas' where seq = $1",
    "its time": "update event set at = at + interval '1 second' where seq = $1",
    "its body": f"update event_body set body = replace(body, 'reader', 'writer') where {THE_BODY}",
    "its salt": f"update event_body set salt = '' where {THE_BODY}",
    "no body": f"delete from event_body where {THE_BODY}",
    "its place": "update ledger_leaf set index = -1 where event_seq = $1",
    "no place": "delete from ledger_leaf where event_seq = $1",
}


@pytest.mark.parametrize("harm", HARM)
async def test_what_was_changed_behind_it_is_not_verified(site: Site, owner, harm: str):
    artifact, claire = await site.proposal("brandt", "occupation", f"Keeper of {harm}"), await site.visitor("claire")
    await site.seal()
    address = f"/artifacts/{artifact.id}"
    assert ">Verified<" in (await claire.get(address)).text
    seq = await owner.fetchval("select seq from event where artifact_id = $1", artifact.id)
    leaf = await owner.fetchrow("select * from ledger_leaf where event_seq = $1", seq)
    await owner.execute(
        "alter table event disable trigger all; alter table event_body disable trigger all;"
        "alter table ledger_leaf disable trigger all; alter table ledger_leaf drop constraint if exists ledger_leaf_index_check"
    )
    await owner.execute(HARM[harm], seq)
    page, proof = (await claire.get(address)).text, await claire.get(f"{address}/proof")
    await owner.execute("delete from ledger_leaf where event_seq = $1", seq)  # the tree is whole again for the next
    await owner.execute("insert into ledger_leaf values ($1, $2, $3)", *leaf)
    assert f"Event {thousands(seq)} does not match the signed root." in page
    assert "#seal" not in page
    assert ">Verified<" not in page
    assert (proof.status_code, f"Event {seq} does not match" in proof.text) == (409, True)


async def test_an_artifact_that_is_not_what_its_events_tell_is_not_verified(site: Site, owner):
    artifact, claire = await site.proposal("brandt", "occupation", "Stoker"), await site.visitor("claire")
    await site.seal()
    await owner.execute("alter table artifact disable trigger all")
    await owner.execute("update artifact set status = 'accepted', decided_at = now() where id = $1", artifact.id)
    page = (await claire.get(f"/artifacts/{artifact.id}")).text
    assert "This page is not what the trail tells: it is accepted, and by its events pending." in page
    assert "#seal" not in page
    assert ">Verified<" not in page


async def test_a_checkpoint_of_a_strangers_key_verifies_nothing(site: Site, owner):
    await site.seal()
    which, claire = await decided(site), await site.visitor("claire")
    kept = await tree.last_checkpoint(owner)
    forged = checkpoint.sign(checkpoint.new_key("placet.test/trail"), kept.size, checkpoint.read(kept.note).root)
    await owner.execute("alter table checkpoint disable trigger all")
    await owner.execute("update checkpoint set note = $1 where number = $2", forged, kept.number)
    page = (await claire.get(f"/artifacts/{which}")).text
    proof = await claire.get(f"/artifacts/{which}/proof")
    await owner.execute("update checkpoint set note = 'nonsense' where number = $1", kept.number)
    assert (
        f"Event {thousands(await last_of(site, which))} does not match the signed root."
        in (await claire.get(f"/artifacts/{which}")).text
    )
    await owner.execute("update checkpoint set note = $1 where number = $2", kept.note, kept.number)
    assert "No key is known here that signed the checkpoint." in page
    assert "#seal" not in page
    assert proof.status_code == 409


def test_the_drawn_way_is_the_one_the_proof_goes():
    class Event:
        index, seq, path = 5, 7, (b"",) * 3

    assert sides(5, 8) == [True, False, True]
    assert sides(4, 5) == [True]
    assert sides(0, 1) == []
    drawn = way(Event, 8)
    assert (drawn.steps, drawn.hidden) == (3, 1)
    assert [(k.x, k.y) for k in drawn.knots if k.ink] == [(140, 14), (204, 44), (204, 74), (240, 104)]
    assert [(k.x, k.y) for k in drawn.knots if not k.ink] == [(76, 44), (168, 104)]
    Event.index, Event.path = 4, (b"",)
    assert [(k.x, k.y) for k in way(Event, 5).knots if k.ink] == [(140, 14), (204, 44)]
