"""Customers, their profiles, the trail, the schema and the types over HTTP."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from acceptance.api.conftest import Desk, edit, problem
from placet.customers.schema import load_schema

EVENT = {
    "id", "seq", "at", "kind", "artifactId", "customerId", "batchId", "actor", "onBehalfOf", "door", "field", "before",
    "after", "reason", "evidence", "readBy", "looked",
}  # fmt: skip
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


# ── customers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_customer_is_made_with_the_values_they_come_with(desk: Desk):
    body = {
        "name": "Ana Duarte",
        "rmId": desk.rm.id,
        "profile": {"email": "ana@Bakery.EXAMPLE", "interests": [], "phone": None},
    }
    answer = await desk.post("/api/customers", body, desk.as_admin)
    assert (answer.status_code, set(answer.json())) == (201, {"customer"})
    made = answer.json()["customer"]
    assert set(made) == {"id", "name", "rmId", "teamId", "profile", "profileVersions", "createdAt"}
    assert (made["name"], made["rmId"]) == ("Ana Duarte", desk.rm.id)
    assert made["profile"] == {"email": "ana@bakery.example", "interests": []}
    assert made["profileVersions"] == {"email": 1, "interests": 1}
    assert INSTANT.fullmatch(made["createdAt"])
    assert (await desk.get(f"/api/customers/{made['id']}")).json() == answer.json()
    assert (await desk.get(f"/api/customers/{made['id']}/artifacts")).json()["artifacts"] == []
    [event] = (await desk.get(f"/api/customers/{made['id']}/events")).json()["events"]
    assert (event["kind"], event["after"]["profile"]) == ("customer.created", made["profile"])


async def test_a_customer_needs_nobody(desk: Desk):
    for body in ({"name": "Ana"}, {"name": "Ana", "rmId": None}):
        made = (await desk.post("/api/customers", body, desk.as_admin)).json()["customer"]
        assert (made["rmId"], made["profile"]) == (None, {})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "Ana", "rmId": "nobody"}, "unknown_rm"),
        ({"name": "Ana", "profile": {"noSuchField": 1}}, "unknown_field"),
        ({"name": "Ana", "profile": {"dependants": "many"}}, "invalid_value"),
        ({"name": ""}, "invalid_name"),
        ({}, "invalid_body"),
        ({"name": "Ana", "id": "mine"}, "invalid_body"),
        ({"name": "Ana", "createdAt": "2026-01-01"}, "invalid_body"),
    ],
)
async def test_a_customer_that_cannot_be_is_refused(desk: Desk, body, code):
    before = await desk.counts()
    problem(await desk.post("/api/customers", body, desk.as_admin), 422, code)
    assert await desk.counts() == before


async def test_only_an_rm_can_be_attached(desk: Desk):
    for who in (desk.admin, desk.auditor):
        problem(await desk.post("/api/customers", {"name": "Ana", "rmId": who.id}, desk.as_admin), 422, "unknown_rm")
        problem(await desk.patch(f"/api/customers/{desk.customer}", {"rmId": who.id}, desk.as_admin), 422, "unknown_rm")


@pytest.mark.parametrize("size", [1, 2])
async def test_customers_are_listed_by_name_in_pages(desk: Desk, size: int):
    names = [f"{desk.agent} {name}" for name in ("Zoé", "ana", "Łukasz", "Bea", "ana", "Émile", "İnci", "inez")]
    for name in names:
        await desk.world.customer(desk.rm, {"occupation": "Baker"}, name=name)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await desk.get("/api/customers", q=desk.agent.upper(), limit=size, cursor=cursor)).json()
        assert set(page) == {"customers", "nextCursor"}
        seen += page["customers"]
        cursor = page["nextCursor"]
    assert sorted(row["name"] for row in seen) == sorted(names)
    assert len({row["id"] for row in seen}) == len(names)
    assert [row["name"].rpartition(" ")[2].lower() for row in seen[:2]] == ["ana", "ana"]
    one = (await desk.get(f"/api/customers/{seen[0]['id']}")).json()["customer"]
    assert one == seen[0]
    assert (await desk.get("/api/customers", limit=0)).json() == {"customers": [], "nextCursor": None}


async def test_searching_takes_no_wildcards(desk: Desk):
    await desk.world.customer(desk.rm, name=f"{desk.agent} 100% _x\\y")
    for q, count in ((f"{desk.agent} 100%", 1), (f"{desk.agent}%x", 0), (f"{desk.agent} ____", 0), ("_x\\y", 1)):
        found = (await desk.get("/api/customers", q=q)).json()["customers"]
        assert len(found) == count, q


async def test_a_customer_is_renamed_and_reassigned(desk: Desk):
    pending = await desk.pending()
    path = f"/api/customers/{desk.customer}"
    answer = await desk.patch(path, {"name": "Eva Duarte", "rmId": desk.other.id}, desk.as_admin)
    assert (answer.status_code, set(answer.json())) == (200, {"customer"})
    assert (answer.json()["customer"]["name"], answer.json()["customer"]["rmId"]) == ("Eva Duarte", desk.other.id)
    shown = (await desk.get(f"/api/artifacts/{pending['id']}", desk.as_admin)).json()["artifact"]
    assert shown["rmId"] == desk.other.id
    kinds = [event["kind"] for event in (await desk.get(f"{path}/events", desk.as_admin)).json()["events"]]
    assert kinds == ["customer.created", "profile_edit.proposed", "customer.renamed", "customer.reassigned"]
    before = await desk.counts()
    assert (await desk.patch(path, {}, desk.as_admin)).status_code == 200
    assert (await desk.patch(path, {"name": "Eva Duarte", "rmId": desk.other.id}, desk.as_admin)).status_code == 200
    assert await desk.counts() == before
    assert (await desk.patch(path, {"rmId": None}, desk.as_admin)).json()["customer"]["rmId"] is None
    problem(await desk.patch(path, {"name": None}, desk.as_admin), 422)


async def test_a_rename_that_cannot_be_reassigned_is_not_renamed(desk: Desk):
    before = await desk.counts()
    problem(await desk.patch(f"/api/customers/{desk.customer}", {"name": "Eva", "rmId": "nobody"}, desk.as_admin), 422)
    assert await desk.counts() == before


async def test_a_deleted_customer_is_gone(desk: Desk):
    await desk.pending()
    path = f"/api/customers/{desk.customer}"
    answer = await desk.http.delete(path, headers=desk.as_admin)
    assert (answer.status_code, answer.content) == (204, b"")
    for who in (desk.as_admin, desk.as_rm):
        assert problem(await desk.get(path, who), 404)["error"] == "Customer not found"
    problem(await desk.http.delete(path, headers=desk.as_admin), 404)


async def test_unknown_customers_are_not_found(desk: Desk):
    for path in ("", "/profile", "/events", "/artifacts"):
        assert problem(await desk.get(f"/api/customers/nobody{path}"), 404)["error"] == "Customer not found"
    problem(await desk.patch("/api/customers/nobody", {"name": "x"}, desk.as_admin), 404)


# ── profiles ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_profile_shows_value_display_version_time_and_artifact(desk: Desk):
    customer = await desk.new_customer({"dateOfBirth": "1974-11-02", "interests": []})
    found = await desk.pending("phone", "+44 7700 900417", customer=customer)
    await desk.decide(found, "accepted")
    answer = await desk.get(f"/api/customers/{customer}/profile")
    assert (answer.status_code, set(answer.json())) == (200, {"profile"})
    profile = answer.json()["profile"]
    assert set(profile) == {"dateOfBirth", "interests", "phone"}
    for value in profile.values():
        assert set(value) == {"value", "display", "version", "updatedAt", "artifactId"}
        assert INSTANT.fullmatch(value["updatedAt"])
    assert (profile["phone"]["value"], profile["phone"]["artifactId"]) == ("+447700900417", found["id"])
    assert (profile["dateOfBirth"]["display"], profile["dateOfBirth"]["artifactId"]) == ("2 Nov 1974", None)


async def test_a_cleared_field_is_left_out_and_keeps_its_version(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    await desk.decide(await desk.pending("occupation", None, customer=customer), "accepted")
    shown = (await desk.get(f"/api/customers/{customer}")).json()["customer"]
    assert (shown["profile"], shown["profileVersions"]) == ({}, {"occupation": 2})
    assert (await desk.get(f"/api/customers/{customer}/profile")).json() == {"profile": {}}


async def test_a_profile_as_it_was(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    first = datetime.now(UTC)
    await desk.decide(await desk.pending("occupation", "Cook", customer=customer), "accepted")
    path = f"/api/customers/{customer}/profile"

    async def occupation(at):
        profile = (await desk.get(path, asOf=at)).json()["profile"]
        return profile["occupation"]["value"] if profile else None

    assert await occupation(first.isoformat()) == "Baker"
    assert await occupation((first + timedelta(days=1)).isoformat()) == "Cook"
    assert await occupation((first - timedelta(days=1)).isoformat()) is None
    assert await occupation((first + timedelta(days=2)).date().isoformat()) == "Cook"
    for at in ("yesterday", "2026-11-17T10:00:00", "2026-02-30", "12"):
        problem(await desk.get(path, asOf=at), 422, "invalid_time")


# ── the trail ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_event_says_who_what_when_and_from_where(desk: Desk):
    batch = await desk.proposes(edit("occupation", "Cook", source_text="cook"), source={"text": "A cook."})
    [found] = batch["artifacts"]
    await desk.decide(found, "edited", editedValue="Chef", reason="She said so.")
    answer = await desk.get(f"/api/artifacts/{found['id']}/events")
    assert (answer.status_code, set(answer.json())) == (200, {"events", "nextCursor"})
    proposed, edited = answer.json()["events"]
    for event in (proposed, edited):
        assert set(event) == EVENT
        assert (event["artifactId"], event["customerId"], event["batchId"]) == (
            found["id"],
            desk.customer,
            batch["batchId"],
        )
        assert (event["field"], event["door"], event["onBehalfOf"]) == ("occupation", "api", None)
        assert INSTANT.fullmatch(event["at"])
    assert (proposed["kind"], edited["kind"]) == ("profile_edit.proposed", "profile_edit.edited")
    assert proposed["actor"] == {"type": "agent", "id": desk.agent, "name": desk.agent}
    assert edited["actor"] == {"type": "rm", "id": desk.rm.id, "name": desk.rm.name}
    assert (proposed["before"], proposed["after"]) == (None, "Cook")
    assert (edited["before"], edited["after"], edited["reason"]) == (None, "Chef", "She said so.")
    assert (edited["evidence"]["verified"], edited["evidence"]["sourceId"]) == (True, found["evidence"]["sourceId"])
    assert proposed["seq"] < edited["seq"]


async def test_the_trail_is_oldest_first_in_keyset_pages(desk: Desk):
    for number in range(5):
        await desk.decide(await desk.pending("occupation", f"Cook {number}"), "rejected")
    path = f"/api/customers/{desk.customer}/events"
    everything = (await desk.get(path, limit=200)).json()
    assert (len(everything["events"]), everything["nextCursor"]) == (11, None)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await desk.get(path, limit=3, cursor=cursor)).json()
        seen += page["events"]
        cursor = page["nextCursor"]
        await desk.pending("dependants", len(seen) % 20)  # what comes meanwhile comes at the end
        if len(seen) > 40:
            break
    assert seen[:11] == everything["events"]
    numbers = [event["seq"] for event in seen]
    assert numbers == sorted(set(numbers))


# ── the schema and the types ──────────────────────────────────────────────────────────────────────────────────────────


async def test_the_profile_schema_is_shown_in_its_order(desk: Desk):
    answer = await desk.get("/api/fields")
    assert set(answer.json()) == {"version", "currency", "additionalFields", "fxPerUnit", "fields"}
    schema = load_schema()
    assert [field["key"] for field in answer.json()["fields"]] == [field.key for field in schema.fields]
    for shown, field in zip(answer.json()["fields"], schema.fields, strict=True):
        assert set(shown) >= {
            "key",
            "label",
            "section",
            "type",
            "priority",
            "sensitivity",
            "policy",
            "description",
            "options",
        }
        assert (shown["label"], shown["type"], shown["policy"]) == (field.label, field.type, field.policy)
        assert isinstance(shown["schema"], dict)


async def test_the_types_are_described(desk: Desk):
    found = (await desk.get("/api/artifact-types")).json()["artifactTypes"]
    [profile_edit] = [kind for kind in found if kind["name"] == "profile_edit"]
    assert set(profile_edit) == {"name", "label", "statuses", "actions", "payload"}
    assert set(profile_edit["statuses"]) == {
        "pending", "accepted", "rejected", "edited", "superseded", "expired", "withdrawn",
    }  # fmt: skip
    assert profile_edit["actions"] == ["accept", "edit", "reject"]
