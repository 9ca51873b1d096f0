"""Customers from the command line, one by one and by the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conftest import World, external


async def test_a_customer_is_added_shown_and_listed(placet: Any, world: World) -> None:
    rm = await world.person(name="Ines Halvorsen")
    profile = {"occupation": "Architect", "interests": [], "email": None, "dateOfBirth": "1971-06-24"}
    made = placet.process(
        "customers", "add", "--name", " Tomasz Wrona ", "--rm", rm.id, "--profile", json.dumps(profile), "--json"
    )
    shown = {
        "id": made.json["id"],
        "name": "Tomasz Wrona",
        "rmId": rm.id,
        "profile": {"occupation": "Architect", "interests": [], "dateOfBirth": "1971-06-24"},
    }
    assert made.json == shown
    assert list(made.json) == ["id", "name", "rmId", "profile"]
    assert placet.process("customers", "show", shown["id"], "--json").json == shown
    assert shown in placet("customers", "list", "--json").json
    text = placet("customers", "show", shown["id"]).ok()
    assert "Tomasz Wrona" in text
    assert "RM: Ines Halvorsen" in text
    assert "24 Jun 1971" in text
    assert "Tomasz Wrona" in placet.process("customers", "list", "--search", "wRON").ok()
    assert placet("customers", "list", "--search", "nobody is called so").ok() == "There are no such customers.\n"
    [event] = await world.events(customer_id=shown["id"])
    assert (event["kind"], event["actor_id"], event["door"]) == ("customer.created", "cli", "cli")


async def test_what_cannot_be_added_is_told(placet: Any, world: World) -> None:
    rm = await world.person()
    auditor = await world.person("auditor")
    placet("customers", "add", "--name", "A", "--rm", "x").refused("There is no active RM with the id 'x'.")
    placet("customers", "add", "--name", "A", "--rm", auditor.id).refused("There is no active RM")
    placet("customers", "add", "--name", " ", "--rm", rm.id).refused("A name has 1 to 200 printable characters.")
    wrong = placet("customers", "add", "--name", "A", "--rm", rm.id, "--profile", '{"dependants": "many"}', "--json")
    assert wrong.code == 1
    assert json.loads(wrong.err)["code"] == "invalid_value"
    placet("customers", "show", "nobody").refused("placet: Customer not found")


async def test_reassigning_moves_what_is_pending(placet: Any, world: World) -> None:
    one, two = await world.person(), await world.person(name="Jonas Reber")
    customer = await world.customer(one)
    await world.proposal(customer, "occupation", "Baker")
    [row] = await world.rows("select email from app_user where id = $1", two.id)
    assert placet.process("customers", "reassign", customer, "--rm", row["email"], "--json").json["rmId"] == two.id
    [artifact] = await world.rows("select rm_id from artifact where customer_id = $1", customer)
    assert artifact["rm_id"] == two.id
    assert "is attached to nobody." in placet("customers", "reassign", customer, "--nobody").ok()
    placet("customers", "reassign", "nobody", "--rm", one.id).refused("Customer not found")


async def test_a_file_is_imported_whole(placet: Any, world: World, tmp_path: Path) -> None:
    rm, other = await world.person(), await world.person()
    [row] = await world.rows("select email from app_user where id = $1", other.id)
    text = f"Name;Occupation;Interests;RM\nAda One;Baker;a;{rm.id}\nBo Two;;b|c;{row['email']}\nCy Three;Brewer;;\n"
    (tmp_path / "crm.csv").write_text(text, encoding="utf-8-sig")
    dry = placet("customers", "import", "crm.csv", "--rm", rm.id, "--dry-run", "--json").json
    assert (dry["dryRun"], dry["imported"]) == (True, 0)
    assert [each["rmId"] for each in dry["customers"]] == [rm.id, other.id, rm.id]
    assert await world.rows("select 1 from customer where name = 'Ada One'") == []
    told = placet("customers", "import", "crm.csv", "--dry-run").ok()
    assert "3 customers would be imported. Nothing was." in told
    assert "occupation" in told

    done = placet.process("customers", "import", "crm.csv", "--rm", rm.id, "--json").json
    assert (done["dryRun"], done["imported"]) == (False, 3)
    assert [each["name"] for each in done["customers"]] == ["Ada One", "Bo Two", "Cy Three"]
    assert done["customers"][1] | {"id": ""} == {
        "id": "", "name": "Bo Two", "rmId": other.id, "profile": {"interests": ["b", "c"]},
    }  # fmt: skip
    assert await world.profile(done["customers"][0]["id"]) == {"occupation": "Baker", "interests": ["a"]}
    assert len(await world.events(customer_id=done["customers"][2]["id"])) == 1

    # What is printed can be imported again.
    again = json.dumps(placet("customers", "list", "--search", "Two", "--json").json)
    assert placet("customers", "import", "-", stdin=again.encode()).ok() == "1 customer imported.\n"


async def test_one_bad_row_and_nothing_is_imported(placet: Any, world: World, tmp_path: Path) -> None:
    rm = await world.person()
    (tmp_path / "crm.csv").write_text(
        f"name,email,rm\nGood Soul,g@placet.example,{rm.id}\nBad Mail,x,{rm.id}\nNo Rm,,who\n"
    )
    done = placet("customers", "import", "crm.csv")
    done.refused("placet: 1 of 3 rows cannot be imported, so none was.")
    assert "row 3, email: Email does not take" in done.err
    (tmp_path / "crm.csv").write_text(f"name,email,rm\nGood Soul,g@placet.example,{rm.id}\nNo Rm,,who\n")
    done = placet("customers", "import", "crm.csv", "--json")
    assert done.code == 1
    [fault] = json.loads(done.err)["errors"]
    assert fault == {
        "row": 3, "column": "rm", "error": "There is no active RM 'who'; an RM is named by id or e-mail address.",
    }  # fmt: skip
    assert await world.rows("select 1 from customer where name = 'Good Soul'") == []
    placet("customers", "import", "no.csv").refused("placet: no.csv cannot be read: No such file or directory.")
    (tmp_path / "map.json").write_text("[]")
    placet("customers", "import", "crm.csv", "--map", "map.json").refused("--map names a file with a JSON object", 2)


async def test_a_thousand_people_nobody_here_wrote(placet: Any, world: World, tmp_path: Path) -> None:
    rm = await world.person()
    file = external("people-dedupe") / "fake_1000.csv"
    columns = {
        "unique_id": None, "first_name": "name", "surname": "name", "dob": "dateOfBirth", "city": "addressCity",
        "email": "email", "cluster": None,
    }  # fmt: skip
    (tmp_path / "map.json").write_text(json.dumps(columns))
    command = ("customers", "import", str(file), "--map", "map.json", "--rm", rm.id)
    done = placet(*command, "--json")
    if done.code:  # some of them have no name at all: all of those are listed, and nothing else is wrong
        faults = json.loads(done.err)["errors"]
        rows = file.read_text(encoding="utf-8").splitlines()
        broken = {fault["row"] for fault in faults}
        assert {fault["error"] for fault in faults if fault["column"] == "first_name"} == {
            "A name has 1 to 200 printable characters."
        }
        kept = [line for number, line in enumerate(rows, start=1) if number not in broken]
        (tmp_path / "mended.csv").write_text("\n".join(kept))
        done = placet("customers", "import", "mended.csv", "--map", "map.json", "--rm", rm.id, "--json")
        assert done.json["imported"] == len(kept) - 1
    assert done.json["imported"] > 900
    [stored] = await world.rows("select count(*) as customers from customer where rm_id = $1", rm.id)
    assert stored["customers"] == done.json["imported"]
