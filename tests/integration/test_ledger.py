"""The sequencer: every event gets one place in the tree, once, whatever commits in which order and whoever dies."""

import asyncio
import signal

import asyncpg
import msgspec
import pytest

from conftest import World, item
from placet import crash
from placet.audit import checkpoint, ledger, merkle, tree
from placet.audit.keys import believed, have_key
from placet.audit.merkle import Subtree
from placet.errors import Conflict, Invalid
from placet.settings import load
from sealing import TRAIL_KEY, Seal
from torture.house import Process


@pytest.fixture
async def seal(runtime, tmp_path):
    found = Seal(runtime, tmp_path)
    await found()
    return found


async def some_events(world: World) -> int:
    """Make a handful; how many."""
    customer = await world.customer(await world.person())
    await world.propose(customer, item("occupation", "Cook"), item("employer", "The Inn"))
    return 4  # a person, a customer, two proposals


async def leaves(owner):
    return [(r["index"], r["event_seq"]) for r in await owner.fetch("select * from ledger_leaf order by index")]


async def everything_once(owner):
    """Every event has one leaf, the leaves have no gaps, and the last checkpoint is over all of them."""
    rows = await leaves(owner)
    assert [index for index, _ in rows] == list(range(len(rows)))
    assert sorted(seq for _, seq in rows) == [r["seq"] for r in await owner.fetch("select seq from event order by seq")]
    hashes = [r["hash"] for r in await owner.fetch("select hash from ledger_leaf order by index")]
    last = await tree.last_checkpoint(owner)
    assert last is not None
    signed = checkpoint.verified(last.note, [TRAIL_KEY.public])
    assert signed is not None
    assert (signed.checkpoint.size, signed.checkpoint.root) == (len(rows), merkle.root_of(hashes))
    return hashes


async def test_every_event_gets_its_place_and_a_signed_root(world: World, owner, seal: Seal):
    assert await seal() == 0
    made = await some_events(world)
    assert await seal() == made
    await some_events(world)
    await some_events(world)
    waiting = await tree.unsealed(owner)
    assert waiting.events == 2 * made
    assert 0 < waiting.oldest_s < 600
    assert await seal() == 2 * made
    assert await tree.unsealed(owner) == tree.Unsealed(0, 0)
    hashes = await everything_once(owner)
    notes = list(checkpoint.split(seal.file))
    assert notes == [r["note"] for r in await owner.fetch("select note from checkpoint order by number")]
    for note in notes:
        signed = checkpoint.verified(note, [TRAIL_KEY.public])
        assert signed is not None
        assert signed.checkpoint.root == merkle.root_of(hashes[: signed.checkpoint.size])


async def test_what_is_kept_of_the_tree_gives_every_complete_subtree(world: World, owner, seal: Seal, monkeypatch):
    while await owner.fetchval("select count(*) from ledger_leaf") < 70:
        await some_events(world)
        await seal()
    hashes = await everything_once(owner)
    all_of_them = [Subtree(h, n) for h in range(7) for n in range(len(hashes) >> h)]
    found = await tree.read(owner, all_of_them)
    assert len(found) == len(all_of_them)
    for subtree, given in found.items():
        part = hashes[subtree.number << subtree.height : (subtree.number + 1) << subtree.height]
        assert given == merkle.root_of(part), subtree
    kept = await owner.fetch("select height, count(*) as n from ledger_node group by 1 order by 1")
    assert [(r["height"], r["n"]) for r in kept] == [(4, len(hashes) // 16)]
    with pytest.raises(tree.Incomplete):
        await tree.read(owner, [Subtree(0, len(hashes))])
    # Many at once are several checkpoints, each over as many as fit.
    monkeypatch.setattr(ledger, "AT_ONCE", 3)
    for _ in range(3):
        await some_events(world)
    before = await owner.fetchval("select count(*) from checkpoint")
    assert await seal() == 12
    assert await owner.fetchval("select count(*) from checkpoint") == before + 4
    await everything_once(owner)


async def an_event(connection, name):
    """An event by hand, in the transaction of whoever asks; its number."""
    return await connection.fetchval(
        "insert into event (id, at, kind, actor_type, actor_id, door, commitment)"
        " values ($1, now(), 'test.made', 'system', 'test', 'test', decode(repeat('00', 32), 'hex')) returning seq",
        name,
    )


async def test_a_number_that_is_committed_late_gets_its_place_too(world: World, server, database, owner, seal: Seal):
    """Also of a writer that has no transaction id yet when its neighbour is sealed, and however long it takes."""
    slow = await asyncpg.connect(server.owner_url(database))
    try:
        late = slow.transaction()
        await late.start()
        first = await an_event(slow, "late")
        lost = await an_event(owner, "early")
        assert first < lost
        assert await seal() == 1
        assert (await tree.last_checkpoint(owner)).settled < first, "it was given up while it was on its way"
        await some_events(world)
        assert await seal() == 4
        assert (await tree.unsealed(owner)).events == 0, "the others have their place"
        await late.commit()
        assert (await tree.unsealed(owner)).events == 1
        assert await seal() == 1
        assert (await leaves(owner))[-1][1] == first
        gone = slow.transaction()
        await gone.start()
        await an_event(slow, "never")
        await gone.rollback()
        await some_events(world)
        assert await seal() == 4
        newest = await owner.fetchval("select max(seq) from event")
        await some_events(world)
        await seal()
        assert (await tree.last_checkpoint(owner)).settled >= newest, "a number that will never come is waited for"
    finally:
        await slow.close()
    await everything_once(owner)


async def test_many_may_try_and_one_does(world: World, owner, runtime, tmp_path, seal: Seal):
    others = [Seal(runtime, tmp_path / str(n)) for n in range(4)]
    for other in others:
        other.home.mkdir()
    for _ in range(3):
        made = await asyncio.gather(*(some_events(world) for _ in range(5)), *(other() for other in others))
        assert sum(made[:5]) == 20
    await seal()
    await everything_once(owner)
    await others[0]()
    whole = [r["note"] for r in await owner.fetch("select note from checkpoint order by number")]
    assert list(checkpoint.split(others[0].file)) == whole, "whoever files later files everything"


@pytest.mark.parametrize("point", ["ledger.added", "ledger.sealed"])
async def test_a_sequencer_may_die(world: World, server, owner, runtime, tmp_path, point):
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PLACET_DATABASE_URL": server.app_url(await owner.fetchval("select current_database()")),
        "PLACET_HOME": str(home),
        "PLACET_TRAIL_KEY": TRAIL_KEY.text,
        crash.VARIABLE: point,
    }
    await some_events(world)
    before = await owner.fetchval("select count(*) from checkpoint")
    dying = Process("worker", ["worker"], environment, tmp_path / "worker.log")
    dying.start()
    try:
        assert dying.running is not None
        assert await asyncio.to_thread(dying.running.wait, 30) == -signal.SIGKILL, f"{point} was not reached"
    finally:
        dying.stop()
    assert await owner.fetchval("select count(*) from checkpoint") == before + (point == "ledger.sealed")
    assert not (home / "checkpoints").exists()
    await Seal(runtime, home)()
    await everything_once(owner)
    notes = [r["note"] for r in await owner.fetch("select note from checkpoint order by number")]
    assert list(checkpoint.split((home / "checkpoints").read_text(encoding="utf-8"))) == notes


def test_where_the_key_comes_from(tmp_path):
    settings = load({"PLACET_HOME": str(tmp_path), "PLACET_PUBLIC_URL": "https://placet.example"})
    made = have_key(settings)
    assert made is not None
    assert made.name == "placet.example/trail"
    assert (tmp_path / "trail-key").stat().st_mode & 0o777 == 0o600
    assert have_key(settings) == made, "made once"
    assert believed(settings) == [made.public]
    named = load({"PLACET_HOME": str(tmp_path / "other"), "PLACET_DATABASE_URL": "postgresql://db"})
    assert have_key(named) is None, "beside a database elsewhere no key is made that would go with this machine"
    assert believed(msgspec.structs.replace(named, trail_public_keys=(made.public.text,))) == [made.public]
    with pytest.raises(Invalid):
        have_key(msgspec.structs.replace(named, trail_key="nonsense"))


async def test_a_file_on_a_full_disk_is_caught_up_with(world: World, owner, runtime, tmp_path, seal: Seal, monkeypatch):
    await some_events(world)
    await seal()
    whole = seal.file
    await some_events(world)
    with monkeypatch.context() as full:
        full.setattr(ledger.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("No space left on device")))
        with pytest.raises(OSError, match="No space left"):
            await seal()
    assert seal.file == whole, "half a checkpoint stands in the file"
    assert await seal() == 0
    assert len(list(checkpoint.split(seal.file))) == len(list(checkpoint.split(whole))) + 1


async def test_nobody_signs_over_anothers_or_a_broken_tree(  # the last one here: nothing is sound after it
    world: World, owner, runtime, tmp_path, seal: Seal, monkeypatch
):
    await some_events(world)
    await seal()
    await some_events(world)
    (tmp_path / "keyless").mkdir()
    keyless = Seal(runtime, tmp_path / "keyless", trail_key=None)
    assert await keyless() == 0, "somebody else may have the key and be about to"
    monkeypatch.setattr(ledger, "PATIENCE_S", 0)
    with pytest.raises(Conflict, match="PLACET_TRAIL_KEY is missing"):
        await keyless()
    await seal()
    assert await keyless() == 0
    assert not (keyless.home / "checkpoints").exists(), "it is not the one who keeps them"
    await some_events(world)
    mine = checkpoint.new_key("placet.test/trail")
    with pytest.raises(Conflict, match=f"signed by placet.test/trail, key {TRAIL_KEY.public.id.hex()}"):
        await Seal(runtime, tmp_path, trail_key=mine.text)()
    # The key before is listed: the trail goes on under the new one.
    after = Seal(runtime, tmp_path, trail_key=mine.text, trail_public_keys=(TRAIL_KEY.public.text,))
    assert await after() == 4
    last = await tree.last_checkpoint(owner)
    assert checkpoint.verified(last.note, [TRAIL_KEY.public]) is None
    assert checkpoint.verified(last.note, believed(after.settings)) is not None
    for table in ("ledger_leaf", "ledger_node"):  # of a tree of sixteens, going on needs no leaf
        await owner.execute(f"alter table {table} disable trigger all; update {table} set hash = sha256('')")
    await some_events(world)
    with pytest.raises(tree.Incomplete):
        await after()
    assert await tree.last_checkpoint(owner) == last
