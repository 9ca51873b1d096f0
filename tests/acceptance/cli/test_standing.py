"""`placet delegations` and `placet teams` against a database."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import World


@pytest.fixture
async def people(world: World) -> Any:
    ines, bao = await world.person(name="Ines Halvorsen"), await world.person(name="Bao Tran")
    emails = {row["id"]: row["email"] for row in await world.rows("select id, email from app_user")}
    customer = await world.customer(ines, name="Tomasz Wrona")
    return type(
        "People", (), {"ines": ines, "bao": bao, "customer": customer, "email": lambda _, who: emails[who.id]}
    )()


async def test_a_delegation_is_added_listed_and_ended(placet: Any, people: Any, world: World) -> None:
    ines, bao = people.email(people.ines), people.email(people.bao)
    done = placet.process(
        "delegations", "add", "--from", ines, "--to", bao, "--until", "2999-01-01", "--start", "2998-06-30"
    )
    assert done.ok().startswith("Bao Tran stands in for Ines Halvorsen until 2999-01-01, id ")
    made = placet(
        "delegations", "add", "--from", people.ines.id, "--to", people.bao.id, "--start", "2998-06-30T08:00+02:00",
        "--until", "2999-01-01", "--customer", people.customer, "--reason", "On leave", "--json",
    ).json  # fmt: skip
    assert made | {"id": "", "createdAt": ""} == {
        "id": "", "fromUserId": people.ines.id, "fromUserName": "Ines Halvorsen", "toUserId": people.bao.id,
        "toUserName": "Bao Tran", "from": "2998-06-30T06:00:00.000Z", "until": "2999-01-01T00:00:00.000Z",
        "customerIds": [people.customer], "artifactIds": None, "reason": "On leave", "createdAt": "", "endedAt": None,
        "live": False,
    }  # fmt: skip
    table = placet("delegations", "list").ok()
    assert "1 customer" in table
    assert "to come" in table
    assert placet("delegations", "end", made["id"]).ok() == "Bao Tran no longer stands in for Ines Halvorsen.\n"
    [ended] = [one for one in placet("delegations", "list", "--json").json if one["id"] == made["id"]]
    assert ended["endedAt"] is not None
    event = (await world.events(customer_id=people.customer))[-1]
    assert (event["kind"], event["actor_id"], event["door"]) == ("delegation.ended", "cli", "cli")
    assert (event["on_behalf_of"], event["body"]["onBehalfOfName"]) == (people.ines.id, "Ines Halvorsen")


def test_what_cannot_be_delegated(placet: Any, people: Any) -> None:
    add = ("delegations", "add", "--from", people.ines.id, "--to")
    placet(*add, people.bao.id, "--until", "soon").refused("--until takes a day like 2026-11-30", 2)
    placet(*add, people.bao.id, "--until", "2020-01-01").refused("A delegation ends after it starts.")
    placet(*add, people.ines.id, "--until", "2020-01-01").refused("Nobody stands in for themselves.")
    placet("delegations", "end", "nothing").refused("Delegation not found")
    placet.process("delegations", "list", "--nonsense").refused("", 2)


async def test_a_team_from_first_to_last(placet: Any, people: Any, world: World) -> None:
    assert placet.process("teams", "add", "Desk North").ok().startswith("Added Desk North, id ")
    placet("teams", "add", "desk north").refused("There is a team called desk north already.")
    bao = people.email(people.bao)
    assert placet("teams", "set-member", "desk north", bao, "--may", "cosign").ok() == (
        f"{bao} is in Desk North and may cosign.\n"
    )
    assert placet("teams", "assign", people.customer, "--team", "Desk North").ok() == "Desk North sees the customer.\n"
    shown = placet("teams", "show", "Desk North", "--json").json
    assert shown | {"id": ""} == {
        "id": "", "name": "Desk North", "people": 1, "customers": 1,
        "members": [{"userId": people.bao.id, "userName": "Bao Tran", "may": "cosign"}],
    }  # fmt: skip
    assert "Bao Tran" in placet("teams", "show", shown["id"]).ok()
    assert placet("teams", "list", "--json").json == [{k: v for k, v in shown.items() if k != "members"}]
    assert "Desk North" in placet("teams", "list").ok()
    assert placet("teams", "rename", "Desk North", "Desk Nord").ok() == "Desk North is called Desk Nord now.\n"
    assert placet("teams", "remove-member", "Desk Nord", bao).ok() == f"{bao} is no longer in Desk Nord.\n"
    placet("teams", "remove-member", "Desk Nord", bao).refused("Member not found")
    assert placet("teams", "assign", people.customer, "--none").ok() == "The customer has no team any more.\n"
    placet("teams", "assign", people.customer).refused("Say --team TEAM, or --none.", 2)
    assert placet("teams", "remove", "Desk Nord").ok() == "Desk Nord is removed; 0 customers had it.\n"
    placet("teams", "show", "Desk Nord").refused("There is no team 'Desk Nord'.")
    kinds = [e["kind"] for e in await world.events() if e["kind"].startswith("team.")]
    assert kinds == ["team.created", "team.member_set", "team.renamed", "team.member_removed", "team.deleted"]


def test_errors_are_json_where_json_was_asked_for(placet: Any, people: Any) -> None:
    done = placet("teams", "show", "Nobody's", "--json")
    assert (done.code, json.loads(done.err)["code"]) == (1, "not_found")
