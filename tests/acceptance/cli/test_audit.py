"""The trail's proof from the command line: four exit codes, and never "sound" where nobody looked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from conftest import World
from placet.audit import checkpoint
from sealing import TRAIL_KEY, Seal

PUBLIC = TRAIL_KEY.public.text


@pytest.fixture
def signing(placet: Any) -> Any:
    """Commands that have the trail's key."""
    placet.environment["PLACET_TRAIL_KEY"] = TRAIL_KEY.text
    return placet


async def sealed(world: World, home: Path) -> tuple[str, Seal]:
    """An artifact with a decision, sealed; its id."""
    home.mkdir(exist_ok=True)  # noqa: ASYNC240 - nobody else waits
    rm = await world.person()
    artifact = await world.proposal(await world.customer(rm), "occupation", "Cook")
    await world.accept(rm, artifact)
    seal = Seal(world.runtime, home)
    await seal()
    return artifact.id, seal


async def test_of_nothing_nothing_is_said(signing: Any) -> None:
    signing("audit", "verify").refused("There is nothing to check: the trail has no event.", 3)
    done = signing.process("audit", "verify", "--json")
    assert (done.code, done.out, json.loads(done.err)["code"]) == (3, "", "nothing_to_check")


async def test_a_trail_is_checked_and_what_was_done_to_it_named(
    signing: Any, world: World, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    which, seal = await sealed(world, tmp_path / "elsewhere")
    events = await owner.fetchval("select count(*) from event")
    done = signing.process("audit", "verify")
    assert done.ok().startswith(f"Sound: {events} sealed events under ")
    assert f"signed by placet.test/trail, key {TRAIL_KEY.public.id.hex()}." in done.out
    assert "No checkpoint from outside the database was held against it" in done.err
    kept = str(tmp_path / "elsewhere" / "checkpoints")
    done = signing("audit", "verify", "--against", kept, PLACET_TRAIL_KEY="", PLACET_CHECKPOINTS="none")
    done.refused("There is no key to check the checkpoints with.", 3)
    found = signing("audit", "verify", "--against", kept, "--key", PUBLIC, "--json", PLACET_TRAIL_KEY="").json
    assert (found["sound"], found["events"], found["unsealed"], found["faults"]) == (True, events, 0, [])
    assert found["outside"] == found["checkpoints"]

    await world.proposal(await world.customer(await world.person()), "employer", "The Inn")
    assert "3 newer events not sealed yet." in signing("audit", "verify").ok()
    await seal()
    seq = await owner.fetchval("select max(seq) from event where artifact_id = $1", which)
    await owner.execute("alter table event disable trigger all")
    await owner.execute("update event set actor_id = 'mallory' where seq = $1", seq)
    done = signing("audit", "verify")
    assert done.code == 1
    assert f"Event {seq} was edited.\n" in done.out
    assert "Tampered with: " in done.out
    assert "Sound" not in done.out
    done = signing.process("audit", "verify", "--json")
    assert done.code == 1
    assert {"what": "event_edited", "seq": seq, "sentence": f"Event {seq} was edited."} in json.loads(done.out)[
        "faults"
    ]
    signing("audit", "proof", str(seq)).refused(f"Event {seq} does not match the signed root.", 3)
    who = await owner.fetchval("select decided_by from artifact where id = $1", which)
    await owner.execute("update event set actor_id = $2 where seq = $1", seq, who)
    signing("audit", "verify").ok()


async def test_a_check_that_cannot_be_made_is_neither_sound_nor_tampered(
    signing: Any, world: World, tmp_path: Path
) -> None:
    await sealed(world, tmp_path / "elsewhere")
    (tmp_path / "note").write_text("dear diary")
    signing("audit", "verify", "--against", "missing").refused("missing cannot be read", 3)
    signing("audit", "verify", "--against", "note").refused("note cannot be read", 3)
    signing("audit", "verify", "--key", "nonsense").refused("A key of the trail is name+id+base64", 3)
    signing("audit", "verify", PLACET_DATABASE_URL="postgresql://127.0.0.1:1/none").refused("cannot be reached", 3)
    signing("audit", "verify", "--agianst", "x").refused("No such option", 2)


async def test_the_file_of_its_own_is_held_against_the_trail_unasked(
    signing: Any, world: World, tmp_path: Path
) -> None:
    _, seal = await sealed(world, tmp_path / "home")
    assert f"Held against {len(list(checkpoint.split(seal.file)))} checkpoint" in signing("audit", "verify").ok()
    last = checkpoint.read(list(checkpoint.split(seal.file))[-1])
    longer = checkpoint.sign(TRAIL_KEY, last.size + 5, last.root)
    (tmp_path / "home" / "checkpoints").write_text(seal.file + longer)
    done = signing("audit", "verify")
    assert done.code == 1
    assert "the end was taken off." in done.out


async def test_a_proof_is_printed_and_checked_without_a_database(
    signing: Any, world: World, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    which, _ = await sealed(world, tmp_path / "elsewhere")
    event = await owner.fetchrow("select id, seq from event where artifact_id = $1 order by seq desc limit 1", which)
    proof = signing.process("audit", "proof", event["id"]).ok()
    assert json.loads(proof)["events"] == json.loads(signing("audit", "proof", str(event["seq"])).ok())["events"]
    (tmp_path / "proof.json").write_text(proof)
    nowhere = {"PLACET_DATABASE_URL": "postgresql://127.0.0.1:1/none", "PLACET_TRAIL_KEY": ""}
    done = signing.process("audit", "check", "proof.json", "--key", PUBLIC, **nowhere)
    assert "Proven: 1 event stands unaltered under the checkpoint of " in done.ok()
    assert f"#{event['seq']}  " in done.out
    assert done.err == ""
    assert "is the one the file names" in signing("audit", "check", "proof.json", **nowhere).err
    found = signing("audit", "check", "-", "--json", stdin=proof.encode(), **nowhere).json
    assert (found["holds"], found["keyGiven"], found["events"][0]["id"]) == (True, False, event["id"])

    changed = proof.replace("Cook", "Crook")
    assert changed != proof
    done = signing("audit", "check", "-", stdin=changed.encode())
    assert (done.code, done.out) == (
        1,
        f"Not proven. Event {event['seq']} says something else than what it committed to.\n",
    )
    done = signing("audit", "check", "-", "--json", stdin=proof.replace('"rm"', '"admin"').encode())
    assert (done.code, json.loads(done.out)["holds"]) == (1, False)
    done = signing("audit", "check", "proof.json", "--key", checkpoint.new_key("placet.test/trail").public.text)
    assert (done.code, done.out.startswith("Not proven. The checkpoint is not signed by the key")) == (1, True)
    signing("audit", "check", "-", stdin=b"{}").refused("This is no proof of the trail", 3)
    signing("audit", "proof", "nothing").refused("Event not found", 3)


async def test_the_export_has_a_line_for_every_event(
    signing: Any, world: World, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    await sealed(world, tmp_path / "elsewhere")
    *lines, last = signing.process("audit", "export").ok().splitlines()
    assert len(lines) == await owner.fetchval("select count(*) from event")
    assert json.loads(last)["publicKey"] == PUBLIC


def test_a_key_is_made_and_shown(placet: Any) -> None:
    made = placet.process("audit", "key", "--new").ok().strip()
    assert made.startswith("PRIVATE+KEY+localhost/trail+")
    assert placet("audit", "key", PLACET_TRAIL_KEY=made).ok().strip() == checkpoint.read_signing_key(made).public.text
    both = placet("audit", "key", "--json", PLACET_TRAIL_KEY=made, PLACET_TRAIL_PUBLIC_KEYS=PUBLIC).json
    assert both == {"publicKeys": [checkpoint.read_signing_key(made).public.text, PUBLIC]}
    named = placet("audit", "key", "--new", "--json", PLACET_PUBLIC_URL="https://placet.example").json
    assert named["publicKey"].startswith("placet.example/trail+")
    placet("audit", "key").refused("There is no key here: PLACET_TRAIL_KEY is missing.", 1)
