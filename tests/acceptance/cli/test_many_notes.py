"""`placet propose` over many notes as a client of a server: lists, runs that were stopped, quotas, faults."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from conftest import World

from .conftest import Placet, Serving

NOTE = "Call of {day} March.\nThe e-mail is now {name}@lund.example. Nothing else to report.\n"


@pytest.fixture
async def desk(serving: Serving, world: World, tmp_path: Path) -> Any:
    """Two customers, an agent that may propose for them, and a folder."""
    rm = await world.person(name="Ines Halvorsen")
    customers = [await world.customer(rm, {"email": "old@lund.example"}, name=name) for name in ("Ana Lund", "Bo Lund")]

    async def placet(*, agent: str = "importer", quota: int = 1000) -> Placet:
        made = serving.placet("tokens", "create", "--agent", agent, "--quota", str(quota), "--json").json
        return Placet(tmp_path, PLACET_URL=serving.url, PLACET_TOKEN=made["token"])

    return type("Desk", (), {"rm": rm, "customers": customers, "placet": staticmethod(placet), "folder": tmp_path})


def write(folder: Path, *names: str) -> None:
    for number, name in enumerate(names, start=1):
        (folder / f"{name}.md").write_text(NOTE.format(day=number, name=name))


def manifest(path: Path, *rows: dict[str, Any]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


async def test_a_list_of_notes_for_several_customers_and_the_same_again(desk: Any, world: World) -> None:
    placet = await desk.placet()
    ana, bo = desk.customers
    folder = desk.folder / "march"
    folder.mkdir()
    write(folder, "one", "two")
    (folder / "weather.md").write_text("The weather was fine.\n")
    manifest(
        folder / "manifest.jsonl",
        {"file": "one.md", "customer": ana, "date": "2026-03-02", "title": "First call"},
        {"file": "two.md", "customer": bo, "meeting_date": "2026-03-03", "note_id": "second", "client": "Bo Lund"},
        {"file": "weather.md", "customer": bo},
        {"file": "gone.md", "customer": bo},
        {"file": "one.md", "customer": "nobody"},
    )
    tried = placet("propose", "march", "--dry-run", "--json")
    assert tried.code == 1
    assert json.loads(tried.out)["summary"]["dryRun"] is True
    assert await world.rows("select id from artifact where customer_id = any($1)", desk.customers) == []

    done = placet.process("propose", "march", "--json")
    found = json.loads(done.out)
    assert done.code == 1
    assert [(each["note"], each["customerId"], each["outcome"], each.get("code")) for each in found["notes"]] == [
        ("march/one.md", ana, "proposed", None), ("march/two.md", bo, "proposed", None),
        ("march/weather.md", bo, "nothing", None), ("march/gone.md", bo, "failed", "unreadable_file"),
        ("march/one.md", "nobody", "failed", "not_found"),
    ]  # fmt: skip
    assert found["summary"] == {"notes": 5, "proposals": 2, "dryRun": False, "proposed": 2, "nothing": 1, "failed": 2}
    first, second = found["artifacts"]
    assert (first["createdByType"], first["createdByName"]) == ("agent", "importer")
    assert (first["payload"]["proposed_value"], first["payload"]["previous_value"]) == (
        "one@lund.example",
        "old@lund.example",
    )
    assert first["evidence"]["verified"] is True
    sources = await world.rows(
        "select title, occurred_at from source where customer_id = any($1) order by title", desk.customers
    )
    assert [(row["title"], f"{row['occurred_at']:%Y-%m-%d}") for row in sources] == [
        ("First call", "2026-03-02"), ("second", "2026-03-03"),
    ]  # fmt: skip

    again = placet("propose", "march")
    assert again.code == 1
    assert f"march/one.md: proposed before, batch {first['batchId']}\n" in again.out
    assert again.out.endswith("5 notes: 0 proposals, 2 proposed before, 1 with nothing to propose, 2 failed.\n")
    kept = await world.rows("select id from artifact where customer_id = any($1)", desk.customers)
    assert {row["id"] for row in kept} == {first["id"], second["id"]}


async def test_a_run_that_was_interrupted_or_killed_goes_on_where_it_was(desk: Any, world: World) -> None:
    placet = await desk.placet()
    names = [f"n{number:02}" for number in range(40)]
    write(desk.folder, *names)
    manifest(
        desk.folder / "list.jsonl",
        *({"file": f"{name}.md", "customer": desk.customers[number % 2]} for number, name in enumerate(names)),
    )
    with placet.running("propose", "list.jsonl", "--at-once", "1", until="n01.md: 1 proposal") as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(30) == 130
        running.wait_for("Interrupted; the same command goes on with the rest.")
    stored = "select id from artifact where customer_id = any($1)"
    first = await world.rows(stored, desk.customers)
    with placet.running("propose", "list.jsonl", "--at-once", "1", until=".md: 1 proposal") as running:
        running.process.kill()
    part = await world.rows(stored, desk.customers)
    assert 2 <= len(first) < len(part) <= len(names)
    done = placet("propose", "list.jsonl", "--json").json
    there = done["summary"]["there_already"]
    assert len(part) <= there <= len(part) + 1  # the server may have been at work on the one that was sent last
    assert done["summary"].get("proposed", 0) == len(names) - there
    values = await world.rows(
        "select payload->>'proposed_value' as value from artifact where customer_id = any($1)", desk.customers
    )
    assert sorted(row["value"] for row in values) == [f"{name}@lund.example" for name in names]


async def test_a_quota_that_is_used_up_stops_the_run_and_says_when_to_come_back(desk: Any, world: World) -> None:
    placet = await desk.placet(agent="slow-importer", quota=2)
    write(desk.folder, "a", "b", "c", "d")
    done = placet(
        "propose", "--customer", desk.customers[0], "a.md", "b.md", "c.md", "d.md", "--at-once", "1", "--wait", "5"
    )
    assert done.code == 1
    assert done.out.endswith("4 notes: 2 proposals, 2 not tried.\n")
    assert "Stopped: slow-importer may propose 2 changes an hour" in done.err
    assert "Come back in " in done.err
    assert len(await world.rows("select id from artifact where customer_id = $1", desk.customers[0])) == 2


async def test_notes_of_a_folder_without_a_list_need_a_customer(desk: Any) -> None:
    placet = await desk.placet()
    (desk.folder / "notes").mkdir()
    write(desk.folder / "notes", "x", "y")
    placet("propose", "notes").refused("notes needs --customer, or a list that names its customer", 2)
    done = placet("propose", "notes", "--customer", desk.customers[1])
    assert done.ok().startswith("notes/x.md: 1 proposal, batch note-")
    assert "old@lund.example → y@lund.example" in done.out


async def test_a_server_that_is_away_or_does_not_know_the_token(desk: Any, tmp_path: Path) -> None:
    write(tmp_path, "a")
    away = Placet(tmp_path, PLACET_URL="http://127.0.0.1:9", PLACET_TOKEN="t")
    away("propose", "--customer", "c", "a.md").refused("The server at http://127.0.0.1:9 cannot be reached", 3)
    placet = await desk.placet()
    unknown = Placet(tmp_path, PLACET_URL=placet.environment["PLACET_URL"], PLACET_TOKEN="plt_unknown")
    assert unknown("propose", "--customer", "c", "a.md").code == 1
