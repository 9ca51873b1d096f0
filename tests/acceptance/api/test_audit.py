"""The trail's proof over HTTP: what a client gets is enough to check it without us."""

import json
from base64 import b64decode

import pytest

from acceptance.api.conftest import Desk, problem
from placet.audit import checkpoint, leaf, merkle, proof_file
from sealing import TRAIL_KEY, Seal


@pytest.fixture
async def seal(runtime, tmp_path):
    found = Seal(runtime, tmp_path)
    await found()
    return found


async def newest(desk: Desk, **query) -> dict:
    answer = await desk.get("/api/audit/checkpoint", desk.as_rm, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_before_the_first_checkpoint_there_is_none(desk: Desk):
    assert problem(await desk.get("/api/audit/checkpoint", desk.as_rm), 404)["code"] == "no_checkpoint"


async def test_the_newest_checkpoint_and_that_it_goes_on_from_an_older_one(desk: Desk, seal: Seal):
    old = await newest(desk)
    assert old["consistency"] is None
    assert old["publicKey"] == TRAIL_KEY.public.text
    signed = checkpoint.verified(old["note"], [checkpoint.read_public_key(old["publicKey"])])
    assert (signed.checkpoint.size, signed.checkpoint.root.hex()) == (old["size"], old["root"])
    for number in range(20):
        await desk.pending("occupation", f"Cook {number}")
    await seal()
    new = await newest(desk, since=old["size"])
    roots = bytes.fromhex(old["root"]), bytes.fromhex(new["root"])
    path = [b64decode(each) for each in new["consistency"]]
    assert merkle.extends(old["size"], new["size"], roots[0], path, roots[1])
    assert (await newest(desk, since=new["size"]))["consistency"] == []
    for since in (0, -1, "x", new["size"] + 1):
        problem(await desk.get("/api/audit/checkpoint", desk.as_rm, since=since), 422)


async def test_the_proof_of_an_event(desk: Desk, seal: Seal):
    artifact = await desk.pending("occupation", "Weaver")
    [event] = await desk.events(artifact["id"])
    path = f"/api/audit/proof/{event['id']}"
    assert problem(await desk.get(path, desk.as_rm), 409)["code"] == "not_sealed"
    await seal()
    answer = await desk.get(path, desk.as_rm)
    file = proof_file.read(answer.content)
    assert proof_file.check(file, [TRAIL_KEY.public])
    [proven] = file.events
    assert (proven.leaf["id"], proven.leaf["seq"]) == (event["id"], event["seq"])
    assert json.loads(proven.body)["after"] == "Weaver"
    assert problem(await desk.get("/api/audit/proof/nothing", desk.as_rm), 404)["error"] == "Event not found"
    # What is about nobody's customer is for those who see everything.
    made = await desk.world.rows("select id from event where kind = 'user.added' limit 1")
    path = f"/api/audit/proof/{made[0]['id']}"
    assert (await desk.get(path, desk.as_auditor)).status_code == 200
    for who in (desk.as_rm, desk.as_agent):
        problem(await desk.get(path, who), 404)


async def test_the_export_is_the_whole_trail_and_enough_to_work_the_root_out(desk: Desk, seal: Seal):
    await desk.pending("employer", "The Inn")
    await seal()
    await desk.pending("employer", "The Mill")
    answer = await desk.get("/api/audit/export", desk.as_auditor)
    assert answer.headers["content-type"].startswith("application/jsonl")
    *lines, last = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["leaf"]["seq"] for line in lines] == [
        row["seq"] for row in await desk.world.rows("select seq from event order by seq")
    ]
    for line in lines:
        assert leaf.commitment(bytes.fromhex(line["salt"]), line["body"]).hex() == line["leaf"]["commitment"]
    assert [line["index"] for line in lines][-1] is None, "not sealed yet"
    in_order = sorted((line for line in lines if line["index"] is not None), key=lambda line: line["index"])
    signed = checkpoint.verified(last["checkpoint"], [checkpoint.read_public_key(last["publicKey"])])
    assert signed.checkpoint.size == len(in_order)
    assert signed.checkpoint.root == merkle.root_of(merkle.leaf_hash(leaf.data(line["leaf"])) for line in in_order)


async def test_a_stored_tree_that_was_changed_proves_no_consistency(desk: Desk, owner, seal: Seal):
    size = (await newest(desk))["size"]
    await owner.execute("alter table ledger_leaf disable trigger all; alter table ledger_node disable trigger all")
    await owner.execute("update ledger_leaf set hash = sha256('')")
    await owner.execute("update ledger_node set hash = sha256('')")
    answer = await desk.get("/api/audit/checkpoint", desk.as_rm, since=size - 1)
    assert problem(answer, 409)["code"] == "proof_broken"
    await owner.execute("delete from ledger_leaf where index = 0; delete from ledger_node")
    answer = await desk.get("/api/audit/checkpoint", desk.as_rm, since=size - 1)
    assert problem(answer, 409)["code"] == "proof_broken"
