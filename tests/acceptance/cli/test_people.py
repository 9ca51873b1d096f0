"""Users and tokens from the command line, and what they can do afterwards."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from conftest import World

LINK = re.compile(r"(http://\S+)/sign-in/link/(\S+)")


async def works(http: httpx.AsyncClient, link: str) -> bool:
    """Whether the page a link leads to offers to sign in."""
    from placet.identity import sign_in

    runtime = http._transport.app.state.runtime  # type: ignore[attr-defined]
    async with runtime.reading() as connection:
        return await sign_in.link_works(connection, link)


async def test_a_person_is_added_with_a_link_on_stderr(placet: Any, world: World, http: httpx.AsyncClient) -> None:
    done = placet.process(
        "users", "add", "Inès Vautier", "--email", "Ines@placet.example", "--role", "rm", "--json",
        PLACET_PUBLIC_URL="http://placet.test:99/",
    )  # fmt: skip
    assert list(done.json) == ["id", "name", "email", "role"]
    assert done.json | {"id": ""} == {"id": "", "name": "Inès Vautier", "email": "Ines@placet.example", "role": "rm"}
    found = LINK.search(done.err)
    assert found is not None
    assert found[1] == "http://placet.test:99"
    assert await works(http, found[2])
    [event] = await world.rows(
        "select e.actor_id, e.door, b.body from event e join event_body b on b.event_id = e.id where e.kind = 'user.added' "
        "and b.body like '%' || $1 || '%'", done.json["id"],
    )  # fmt: skip
    assert (event["actor_id"], event["door"]) == ("cli", "cli")
    assert json.loads(event["body"])["actorName"] == "Command line"

    again = placet("users", "add", "Other", "--email", "ines@PLACET.example", "--role", "rm")
    again.refused("placet: Somebody has the address ines@PLACET.example already.")
    problem = placet("users", "add", "Other", "--email", "ines@placet.example", "--role", "rm", "--json")
    assert problem.code == 1
    assert json.loads(problem.err)["code"] == "email_taken"


async def test_a_password_from_stdin_signs_in(placet: Any, http: httpx.AsyncClient) -> None:
    done = placet(
        "users", "add", "Ada", "--email", "ada@placet.example", "--role", "auditor", "--password-stdin",
        stdin="grüße von hier\r\nnot this line\n".encode(),
    )  # fmt: skip
    assert LINK.search(done.ok() + done.err) is None
    assert re.fullmatch(r"Added Ada \(auditor\), id \w{21}\.\n", done.out)
    from placet.identity import sign_in

    runtime = http._transport.app.state.runtime  # type: ignore[attr-defined]
    async with runtime.reading() as connection:
        assert await sign_in.sign_in(connection, "ada@placet.example", "grüße von hier", address="test")

    short = placet.process(
        "users", "add", "Bo", "--email", "bo@placet.example", "--role", "rm", "--password-stdin", stdin=b"short\n"
    )
    short.refused("A password has 10 to 1000 characters.")


async def test_everybody_is_listed(placet: Any, world: World) -> None:
    person = await world.person(name="Zoë Zander")
    table = placet.process("users", "list").ok()
    assert "Zoë Zander" in table
    [row] = [row for row in placet("users", "list", "--json").json if row["id"] == person.id]
    assert row | {"email": ""} == {
        "id": person.id, "name": "Zoë Zander", "email": "", "role": "rm", "disabledAt": None,
    }  # fmt: skip


async def test_disabling_ends_tokens_at_once(placet: Any, world: World, http: httpx.AsyncClient) -> None:
    person = await world.person()
    token = await world.token(person)
    assert (await http.get("/api/me", headers=token)).status_code == 200
    assert "is disabled" in placet.process("users", "disable", person.id).ok()
    assert (await http.get("/api/me", headers=token)).status_code == 401
    [row] = [row for row in placet("users", "list", "--json").json if row["id"] == person.id]
    assert row["disabledAt"].endswith("Z")
    placet("users", "reset-password", person.id).refused("is disabled and cannot sign in")
    placet("users", "disable", "nobody").refused("placet: User not found")
    placet("users", "disable", "nobody@placet.example").refused("Nobody has the address nobody@placet.example.")


async def test_resetting_a_password_ends_it_and_older_links(placet: Any, world: World, http: httpx.AsyncClient) -> None:
    person = await world.person(password="the old password")
    [row] = await world.rows("select email from app_user where id = $1", person.id)
    first = LINK.search(placet("users", "reset-password", row["email"]).ok())
    done = placet.process("users", "reset-password", person.id, "--json")
    second = LINK.search(done.err)
    assert first is not None
    assert second is not None
    assert done.json["id"] == person.id
    assert not await works(http, first[2]), "an older link ends with the reset"
    assert await works(http, second[2])
    [now] = await world.rows("select password_hash from app_user where id = $1", person.id)
    assert now["password_hash"] is None
    placet("users", "reset-password", person.id, "--password-stdin", stdin=b"another password").ok()
    [now] = await world.rows("select password_hash from app_user where id = $1", person.id)
    assert now["password_hash"].startswith("$argon2id$")
    assert not await works(http, second[2])


async def test_tokens_for_people_and_agents(placet: Any, world: World, http: httpx.AsyncClient) -> None:
    rm = await world.person()
    customer, other = await world.customer(rm), await world.customer(rm)
    made = placet.process("tokens", "create", "--user", rm.id, "--json").json
    assert list(made) == ["id", "token"]
    me = await http.get("/api/me", headers={"authorization": f"Bearer {made['token']}"})
    assert me.json()["id"] == rm.id

    done = placet("tokens", "create", "--agent", "note-taker", "--customer", customer, "--customer", other)
    me = await http.get("/api/me", headers={"authorization": f"Bearer {done.ok().strip()}"})
    assert me.json() == {"type": "agent", "id": "note-taker", "name": "note-taker", "customers": [customer, other]}
    assert "for note-taker, shown this once" in done.err
    everywhere = placet("tokens", "create", "--agent", "roamer", "--json").json["token"]
    me = await http.get("/api/me", headers={"authorization": f"Bearer {everywhere}"})
    assert me.json()["customers"] is None

    listed = {token["agent"] or token["userId"]: token for token in placet.process("tokens", "list", "--json").json}
    assert listed["note-taker"]["customers"] == [customer, other]
    assert listed[rm.id]["id"] == made["id"]
    assert made["token"] not in placet("tokens", "list").ok()

    assert placet.process("tokens", "revoke", made["id"]).ok() == f"Token {made['id']} is revoked.\n"
    me = await http.get("/api/me", headers={"authorization": f"Bearer {made['token']}"})
    assert me.status_code == 401


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tokens", "create", "--user", "nobody"], "User not found"),
        (["tokens", "create", "--agent", " "], "An agent's name has 1 to 100 printable characters."),
        (["tokens", "create", "--agent", "a", "--customer", "x"], "There is no customer with the id 'x'."),
        (["tokens", "revoke", "x"], "Token not found"),
    ],
)
def test_tokens_that_cannot_be(placet: Any, arguments: list[str], sentence: str) -> None:
    placet(*arguments).refused(f"placet: {sentence}")


async def test_a_person_comes_back_and_is_signed_out(placet: Any, world: World, http: httpx.AsyncClient) -> None:
    from placet.identity import sign_in

    person = await world.person()
    customer = await world.customer(person)
    placet("users", "disable", person.id).ok()
    assert (
        placet.process("users", "enable", person.id).ok()
        == f"{person.name} may sign in again. Tokens they had stay revoked.\n"
    )
    kinds = [event["kind"] for event in await world.events(customer_id=customer)]
    assert kinds[-2:] == ["customer.rm_disabled", "customer.rm_enabled"]
    token = await world.runtime.transact(lambda c: sign_in.start(c, person.id))
    cookie = {"cookie": f"__Host-placet={token}"}
    assert (await http.get("/api/me", headers=cookie)).status_code == 200
    assert placet.process("users", "sign-out", person.id).ok() == f"{person.name} is signed out everywhere.\n"
    assert (await http.get("/api/me", headers=cookie)).status_code == 401
    assert placet("users", "sign-out", person.id, "--json").json["id"] == person.id
    assert placet("users", "enable", person.id, "--json").json["id"] == person.id
    for verb in ("enable", "sign-out"):
        placet("users", verb, "nobody").refused("placet: User not found")


async def test_a_token_is_bound_and_rotated(placet: Any, world: World, http: httpx.AsyncClient) -> None:
    customer = await world.customer(await world.person())
    made = placet.process(
        "tokens", "create", "--agent", "bound", "--customer", customer, "--field", "occupation", "--field", "email",
        "--quota", "25", "--expires-in", "30", "--json",
    ).json  # fmt: skip
    [shown] = [token for token in placet("tokens", "list", "--json").json if token["id"] == made["id"]]
    assert (shown["fields"], shown["hourlyQuota"], shown["customers"]) == (["occupation", "email"], 25, [customer])
    assert shown["expiresAt"] > shown["createdAt"]

    done = placet.process("tokens", "rotate", made["id"], "--keep-for", "10")
    assert f"in place of {made['id']}, shown this once" in done.err
    for secret in (made["token"], done.ok().strip()):
        answer = await http.get("/api/me", headers={"authorization": f"Bearer {secret}"})
        assert answer.json()["id"] == "bound"
    last = placet("tokens", "rotate", made["id"], "--json").json
    assert (await http.get("/api/me", headers={"authorization": f"Bearer {made['token']}"})).status_code == 401
    [shown] = [token for token in placet("tokens", "list", "--json").json if token["id"] == last["id"]]
    assert (shown["replaces"], shown["fields"], shown["hourlyQuota"]) == (made["id"], ["occupation", "email"], 25)
    table = placet("tokens", "list").ok()
    assert "25 an hour" in table
    assert "ends 2" in table
    placet("tokens", "rotate", made["id"]).refused("placet: This token no longer works. Create another one.")
    placet("tokens", "create", "--agent", "a", "--field", "emial").refused("The profile has no field 'emial'.")
    for bound in (["--field", "email"], ["--quota", "5"], ["--customer", customer]):
        done = placet("tokens", "create", "--user", "somebody", *bound)
        assert (done.code, bound[0] in done.err) == (2, True)
