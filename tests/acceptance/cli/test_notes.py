"""`placet propose`: notes become batches, each on its own, and one summary says what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conftest import World

EMAIL = "Call with Tomasz.\nHis email is now {address}. Nothing else to report.\n"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "first.md").write_text(EMAIL.format(address="first@wrona.example"))
    (tmp_path / "second.md").write_text(EMAIL.format(address="second@wrona.example"))
    (tmp_path / "weather.md").write_text("The weather was fine.\n")
    (tmp_path / "broken.md").write_bytes(b"\xff\xfe\x00")
    return tmp_path


async def test_notes_become_batches(placet: Any, world: World, notes: Path) -> None:
    rm = await world.person()
    customer = await world.customer(rm, {"email": "old@wrona.example"}, name="Tomasz Wrona")
    done = placet.process(
        "propose", "--customer", customer, "--date", "2026-11-20", "first.md", "weather.md", "second.md", "--json"
    )
    found = done.json
    assert [(each["note"], each["outcome"]) for each in found["notes"]] == [
        ("first.md", "proposed"), ("weather.md", "nothing"), ("second.md", "proposed"),
    ]  # fmt: skip
    first, second = (each for each in found["artifacts"] if each["payload"]["field_key"] == "email")
    assert first["payload"]["proposed_value"] == "first@wrona.example"
    assert first["payload"]["previous_value"] == "old@wrona.example"
    assert first["batchId"] == found["notes"][0]["batchId"] != second["batchId"] == found["notes"][2]["batchId"]
    assert (first["createdByType"], first["createdById"]) == ("agent", "note-reader")
    assert (first["rmId"], first["status"], first["allowed"]) == (rm.id, "pending", [])
    assert first["evidence"]["verified"] is True
    [source] = await world.rows("select * from source where id = $1", first["evidence"]["sourceId"])
    assert (source["title"], source["created_by_type"]) == ("first", "agent")
    assert f"{source['occurred_at']:%Y-%m-%dT%H:%M}" == "2026-11-20T00:00"
    [event] = [e for e in await world.events(customer_id=customer) if e["artifact_id"] == first["id"]]
    assert (event["kind"], event["door"], event["on_behalf_of"]) == ("profile_edit.proposed", "cli", "cli")


async def test_a_note_that_fails_keeps_no_other_from_being_read(placet: Any, world: World, notes: Path) -> None:
    customer = await world.customer(await world.person(), {"email": "old@wrona.example"})
    done = placet("propose", "--customer", customer, "broken.md", "first.md", "weather.md", "none.md")
    assert done.code == 1
    assert "broken.md is not UTF-8 text (byte 0).\n" in done.err
    assert "none.md cannot be read: No such file or directory.\n" in done.err
    assert "old@wrona.example → first@wrona.example" in done.out
    assert "weather.md: nothing to propose\n" in done.out
    assert done.out.endswith("4 notes: 1 proposal, 1 with nothing to propose, 2 failed.\n")
    again = placet("propose", "--customer", customer, "first.md")
    assert again.ok().startswith("first.md: proposed before, batch note-")
    (notes / "first.md").write_text(EMAIL.format(address="first@wrona.example") + "Bye.\n")
    other = placet("propose", "--customer", customer, "first.md")
    assert "first.md: nothing to propose (1 finding left out: duplicate)" in other.ok()
    rerun = placet("propose", "--customer", customer, "first.md")
    assert rerun.ok().startswith("first.md: "), "a batch of nothing but duplicates is no fault the second time"


async def test_a_note_from_stdin_with_a_title(placet: Any, world: World) -> None:
    customer = await world.customer(await world.person())
    note = EMAIL.format(address="stdin@wrona.example").replace("\n", "\r\n").encode()
    found = placet("propose", "--customer", customer, "-", "--title", "Call of Monday", "--json", stdin=note).json
    [source] = await world.rows("select title, text from source where customer_id = $1", customer)
    assert source == {"title": "Call of Monday", "text": note.decode().replace("\r\n", "\n")}
    assert found["notes"][0]["note"] == "-"
    empty = placet("propose", "--customer", customer, "-", stdin=b" \n")
    assert (empty.code, empty.err) == (1, "-: The note is empty.\n")


def test_nobody_to_propose_for(placet: Any, notes: Path) -> None:
    done = placet("propose", "--customer", "nobody", "first.md", "--json")
    assert done.code == 1
    import json

    [note] = json.loads(done.out)["notes"]
    assert (note["outcome"], note["code"], note["error"]) == ("failed", "not_found", "Customer not found")
