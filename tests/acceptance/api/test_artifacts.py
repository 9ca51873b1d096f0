"""Artifacts over HTTP: the form they have on the wire, lists and their pages, and proposing batches."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest

from acceptance.api.conftest import Desk, edit, problem

ALWAYS = {
    "id", "createdAt", "customerId", "rmId", "batchId", "version", "artifactType", "status", "createdByType",
    "createdById", "payload", "workflowTrigger",
}  # fmt: skip


def keys(artifacts):
    return [found["payload"]["field_key"] for found in artifacts]


# ── the artifact on the wire ──────────────────────────────────────────────────────────────────────────────────────────


async def test_the_twelve_members_are_always_there(desk: Desk):
    found = await desk.pending()
    assert set(found) >= ALWAYS
    assert found["workflowTrigger"] is None
    assert (found["customerId"], found["rmId"]) == (desk.customer, desk.rm.id)
    assert (found["createdByType"], found["createdById"]) == ("agent", desk.agent)
    assert (found["version"], found["artifactType"], found["status"]) == (1, "profile_edit", "pending")


async def test_members_are_camel_case_outside_and_snake_case_in_the_payload(desk: Desk):
    found = await desk.pending(source_text="cook", confidence="low", why="They said so.")
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]*)*", key) for key in found)
    assert set(found["payload"]) == {
        "field_key", "field_display_name", "proposed_value", "previous_value", "source_text", "confidence", "why",
    }  # fmt: skip


async def test_confidence_and_edited_value_are_absent_until_given(desk: Desk):
    found = await desk.pending()
    assert set(found["payload"]) == {
        "field_key", "field_display_name", "proposed_value", "previous_value", "source_text",
    }  # fmt: skip


async def test_times_are_utc_with_milliseconds_and_z(desk: Desk):
    found = await desk.pending()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["createdAt"])
    assert abs(datetime.now(UTC) - datetime.fromisoformat(found["createdAt"])) < timedelta(minutes=1)
    decided = (await desk.decide(found, "accepted")).json()["artifact"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", decided["decidedAt"])


async def test_the_version_stays_one_when_a_decision_is_made(desk: Desk):
    for status, more in (("accepted", {}), ("rejected", {}), ("edited", {"editedValue": "Chef"})):
        found = await desk.pending("occupation", f"Cook {status}")
        assert (await desk.decide(found, status, **more)).json()["artifact"]["version"] == 1


async def test_an_edited_value_may_be_null_and_clears_the_field(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    found = await desk.pending(customer=customer)
    decided = (await desk.decide(found, "edited", editedValue=None)).json()["artifact"]
    assert decided["status"] == "edited"
    assert decided["payload"]["edited_value"] is None
    assert await desk.profile(customer) == {}


async def test_a_proposed_null_clears_the_field(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    found = await desk.pending("occupation", None, customer=customer)
    assert found["payload"]["proposed_value"] is None
    await desk.decide(found, "accepted")
    assert await desk.profile(customer) == {}


async def test_the_previous_value_is_filled_in_when_left_out(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    found = await desk.pending(customer=customer)
    assert found["payload"]["previous_value"] == "Baker"
    assert found["stale"] is False


async def test_a_previous_value_that_is_not_the_current_one_is_kept_and_stale_from_birth(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    found = await desk.pending(customer=customer, previous_value="Miller")
    assert found["payload"]["previous_value"] == "Miller"
    assert (found["stale"], found["current"]) == (True, "Baker")


async def test_the_payload_keeps_what_was_proposed_and_the_profile_takes_the_canonical_form(desk: Desk):
    found = await desk.pending("email", "Ana@Bakery.EXAMPLE")
    assert found["payload"]["proposed_value"] == "Ana@Bakery.EXAMPLE"
    decided = (await desk.decide(found, "accepted")).json()["artifact"]
    assert decided["payload"]["proposed_value"] == "Ana@Bakery.EXAMPLE"
    assert await desk.profile() == {"email": "Ana@bakery.example"}


async def test_a_list_row_and_the_artifact_itself_are_the_same_bytes(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker", "interests": ["jazz"]})
    batch = await desk.proposes(
        edit("occupation", "Cook", source_text="cook", confidence="high"),
        edit("employer", "Casa Nova"), edit("dependants", 2, previous_value=5), edit("interests", ["Łódź", "😀"]),
        customer=customer, source={"text": "She is a cook.", "title": "Note", "occurredAt": "2026-11-17"},
    )  # fmt: skip
    await desk.decide(batch["artifacts"][0], "edited", editedValue="Chef", reason="She said so.")
    await desk.decide(batch["artifacts"][1], "rejected")
    for path in (f"/api/customers/{customer}/artifacts", f"/api/artifacts?customerId={customer}"):
        listed = (await desk.get(path)).content
        for row in batch["artifacts"]:
            one = (await desk.get(f"/api/artifacts/{row['id']}")).content
            assert one.removeprefix(b'{"artifact":').removesuffix(b"}") in listed


async def test_the_answer_to_a_proposal_and_to_a_decision_is_the_artifact_as_read(desk: Desk):
    found = await desk.pending()
    as_agent = (await desk.get(f"/api/artifacts/{found['id']}", desk.as_agent)).json()["artifact"]
    assert found == as_agent
    decided = (await desk.decide(found, "accepted")).json()["artifact"]
    assert decided == (await desk.get(f"/api/artifacts/{found['id']}")).json()["artifact"]


async def test_who_may_decide_now_is_told(desk: Desk):
    found = await desk.pending()
    path = f"/api/artifacts/{found['id']}"
    assert (await desk.get(path)).json()["artifact"]["allowed"] == ["accepted", "edited", "rejected"]
    for who in (desk.as_agent, desk.as_admin, desk.as_auditor):
        assert (await desk.get(path, who)).json()["artifact"]["allowed"] == []
    await desk.decide(found, "rejected")
    assert (await desk.get(path)).json()["artifact"]["allowed"] == []


async def test_an_unknown_artifact_is_not_found(desk: Desk):
    body = problem(await desk.get("/api/artifacts/nobody"), 404, "not_found")
    assert (body["error"], body["instance"]) == ("Artifact not found", "/api/artifacts/nobody")
    assert problem(await desk.get("/api/artifacts/nobody/events"), 404)["error"] == "Artifact not found"


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def three(desk: Desk) -> list[dict]:
    """Three batches of two: the oldest accepted and rejected, the others pending."""
    first = await desk.proposes(edit("occupation", "Cook", confidence="low"), edit("employer", "Casa Nova"))
    batches = [
        first,
        await desk.proposes(edit("dependants", 2), edit("addressCity", "Porto")),
        await desk.proposes(edit("interests", ["jazz"]), edit("riskAppetite", "moderate")),
    ]
    await desk.decide(first["artifacts"][0], "accepted")
    await desk.decide(first["artifacts"][1], "rejected")
    return batches


async def list_of(desk: Desk, **query):
    answer = await desk.get(f"/api/customers/{desk.customer}/artifacts", **query)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"artifacts", "nextCursor"}
    return answer.json()


async def test_the_newest_batch_is_first_and_the_proposed_order_within(desk: Desk, three):
    by_hand = ["interests", "riskAppetite", "dependants", "addressCity", "occupation", "employer"]
    assert keys((await list_of(desk))["artifacts"]) == by_hand
    assert keys((await list_of(desk, order="desc"))["artifacts"]) == by_hand
    assert keys((await list_of(desk, order=""))["artifacts"]) == by_hand


async def test_ascending_order_is_ascending_in_both(desk: Desk, three):
    found = (await list_of(desk, order="asc"))["artifacts"]
    assert keys(found) == ["occupation", "employer", "dependants", "addressCity", "interests", "riskAppetite"]


async def test_a_status_narrows_an_empty_one_does_not_and_an_unknown_one_is_an_empty_list(desk: Desk, three):
    assert keys((await list_of(desk, status="accepted"))["artifacts"]) == ["occupation"]
    assert keys((await list_of(desk, status="rejected"))["artifacts"]) == ["employer"]
    assert len((await list_of(desk, status="pending"))["artifacts"]) == 4
    assert len((await list_of(desk, status=""))["artifacts"]) == 6
    assert await list_of(desk, status="no such status") == {"artifacts": [], "nextCursor": None}


async def test_a_type_narrows_too(desk: Desk, three):
    assert len((await list_of(desk, type="profile_edit"))["artifacts"]) == 6
    assert (await list_of(desk, type="task"))["artifacts"] == []
    assert len((await list_of(desk, type=""))["artifacts"]) == 6


async def test_limits_run_from_nothing_to_two_hundred(desk: Desk, three):
    assert await list_of(desk, limit=0) == {"artifacts": [], "nextCursor": None}
    assert len((await list_of(desk, limit=1))["artifacts"]) == 1
    assert len((await list_of(desk, limit=200))["artifacts"]) == 6
    for limit in ("201", "-1", "", "1e9", "10x", "5.0", "NaN", "٣", " 5", "+5", "0x10", "99999999999999999999"):
        answer = await desk.get(f"/api/customers/{desk.customer}/artifacts", limit=limit)
        assert problem(answer, 422, "invalid_parameter")


async def test_an_offset_skips(desk: Desk, three):
    assert keys((await list_of(desk, offset=4))["artifacts"]) == ["occupation", "employer"]
    assert keys((await list_of(desk, offset=1, limit=1))["artifacts"]) == ["riskAppetite"]


async def test_fifty_are_shown_unless_asked_otherwise(desk: Desk):
    many = [edit("occupation", f"Cook {n}") for n in range(51)]
    for one in many:
        await desk.proposes(one)
    page = await list_of(desk)
    assert len(page["artifacts"]) == 50
    assert len((await list_of(desk, cursor=page["nextCursor"]))["artifacts"]) == 1


async def test_an_unknown_customer_is_not_found(desk: Desk):
    answer = await desk.get("/api/customers/nobody/artifacts")
    assert problem(answer, 404, "not_found")["error"] == "Customer not found"
    answer = await desk.get("/api/artifacts", customerId="nobody")
    assert problem(answer, 404, "not_found")["error"] == "Customer not found"


async def test_the_inbox_is_over_all_customers_the_caller_may_see(desk: Desk, three):
    second = await desk.new_customer()
    foreign = await desk.new_customer(rm=desk.other)
    mine = await desk.pending(customer=second)
    theirs = await desk.pending(customer=foreign)
    found = [row["id"] for row in (await desk.get("/api/artifacts")).json()["artifacts"]]
    assert found[0] == mine["id"]
    assert len(found) == 7
    assert theirs["id"] not in found
    answer = await desk.get("/api/artifacts", desk.as_admin)
    assert {mine["id"], theirs["id"]} < {row["id"] for row in answer.json()["artifacts"]}


async def test_the_inbox_is_narrowed_by_each_of_its_filters(desk: Desk, three):
    async def found(**query):
        return keys((await desk.get("/api/artifacts", **query)).json()["artifacts"])

    assert await found(field="employer") == ["employer"]
    assert await found(confidence="low") == ["occupation"]
    assert await found(batchId=three[1]["batchId"]) == ["dependants", "addressCity"]
    assert len(await found(customerId=desk.customer)) == 6
    assert len(await found(rmId=desk.rm.id)) == 6
    assert await found(rmId=desk.other.id) == []
    assert await found(status="accepted", type="profile_edit") == ["occupation"]
    assert await found(order="asc", limit=1) == ["occupation"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "....", "a" * 5000, "é", "MQ", base64.urlsafe_b64encode(b"desc|now|1").decode(),
     base64.urlsafe_b64encode(b"desc|2026-01-01T00:00:00|1").decode(),
     base64.urlsafe_b64encode(b"asc|2026-01-01T00:00:00+00:00|1").decode(),
     base64.urlsafe_b64encode(b"desc|2026-01-01T00:00:00+00:00|-1").decode(),
     base64.urlsafe_b64encode(b"desc|2026-01-01T00:00:00+00:00|" + b"9" * 30).decode(),
     base64.urlsafe_b64encode(b"desc|0001-01-01T00:00:00+23:59|1").decode(),
     base64.urlsafe_b64encode(b"desc|9999-12-31T23:59:59-23:59|1").decode()],
)  # fmt: skip
async def test_a_cursor_that_is_not_ours_is_refused(desk: Desk, cursor):
    for path in (f"/api/customers/{desk.customer}/artifacts", "/api/artifacts"):
        problem(await desk.get(path, cursor=cursor), 422)


# ── proposing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_batch_is_created_and_then_answered_again(desk: Desk):
    path, body = (
        f"/api/customers/{desk.customer}/artifacts",
        {"batchId": "b-1", "artifacts": [edit("occupation", "Cook")]},
    )
    first = await desk.post(path, body, desk.as_agent)
    assert (first.status_code, set(first.json())) == (201, {"batchId", "artifacts", "skipped"})
    before = await desk.counts()
    again = await desk.post(path, body, desk.as_agent)
    assert (again.status_code, again.json()) == (200, first.json())
    other = await desk.post(path, {"batchId": "b-1", "artifacts": [edit("occupation", "Chef")]}, desk.as_agent)
    problem(other, 409, "batch_exists")
    assert await desk.counts() == before


async def test_another_creator_or_customer_may_use_the_same_batch_id(desk: Desk):
    body = {"batchId": "shared", "artifacts": [edit("occupation", "Cook")]}
    second = await desk.new_customer()
    another = await desk.world.token(agent=desk.agent + "-2")
    made = [
        await desk.post(f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent),
        await desk.post(f"/api/customers/{second}/artifacts", body, desk.as_agent),
        await desk.post(
            f"/api/customers/{desk.customer}/artifacts", body | {"artifacts": [edit("employer", "A")]}, another
        ),
    ]
    assert [answer.status_code for answer in made] == [201, 201, 201]
    assert {answer.json()["batchId"] for answer in made} == {"shared"}


async def test_a_batch_id_is_given_where_none_was(desk: Desk):
    assert (await desk.proposes(edit("occupation", "Cook")))["batchId"]


async def test_what_became_no_artifact_is_listed_with_its_reason(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    twin = await desk.pending("employer", "Casa Nova", customer=customer)
    answer = await desk.proposes(
        edit("occupation", "  Baker "), edit("employer", "Casa Nova"), edit("usPerson", True), edit("dependants", 1),
        customer=customer,
    )  # fmt: skip
    assert answer["skipped"] == [
        {"index": 0, "reason": "no_change"},
        {"index": 1, "reason": "duplicate", "artifactId": twin["id"]},
        {"index": 2, "reason": "policy"},
    ]
    assert keys(answer["artifacts"]) == ["dependants"]


async def test_one_bad_item_and_nothing_is_stored_and_every_bad_index_is_named(desk: Desk):
    before = await desk.counts()
    items = [edit("occupation", "Cook"), edit("noSuchField", 1), edit("dependants", "many"), edit("employer", "A"),
             {"artifactType": "no_such_type", "payload": {}}, {"payload": {"proposed_value": 1}},
             edit("occupation", "B")]  # fmt: skip
    answer = await desk.post(f"/api/customers/{desk.customer}/artifacts", {"artifacts": items}, desk.as_agent)
    body = problem(answer, 422, "invalid_items")
    assert [error["index"] for error in body["errors"]] == [1, 2, 4, 5, 6]
    assert [error["code"] for error in body["errors"]] == [
        "unknown_field", "invalid_value", "unknown_type", "invalid_payload", "field_twice",
    ]  # fmt: skip
    assert await desk.counts() == before


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_has_one_to_a_thousand_items(desk: Desk, count):
    body = {"artifacts": [edit("occupation", "Cook")] * count}
    problem(await desk.post(f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent), 422)


async def test_a_dry_run_answers_and_stores_nothing(desk: Desk):
    before = await desk.counts()
    body = {
        "dryRun": True,
        "artifacts": [edit("occupation", "Cook"), edit("usPerson", True)],
        "source": {"text": "Cook."},
    }
    answer = await desk.post(f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent)
    assert answer.status_code == 200
    assert keys(answer.json()["artifacts"]) == ["occupation"]
    assert answer.json()["skipped"] == [{"index": 1, "reason": "policy"}]
    assert await desk.counts() == before


async def test_the_creator_comes_from_the_credentials(desk: Desk):
    for who, creator in ((desk.as_rm, ("rm", desk.rm.id)), (desk.as_admin, ("admin", desk.admin.id))):
        answer = await desk.post(f"/api/customers/{desk.customer}/artifacts",
                                 {"artifacts": [edit("occupation", f"Cook for {creator[1]}")]}, who)  # fmt: skip
        [found] = answer.json()["artifacts"]
        assert (found["createdByType"], found["createdById"]) == creator


@pytest.mark.parametrize("member", ["createdById", "createdByType", "rmId", "status", "id", "customerId", "version"])
async def test_what_a_body_may_not_set_is_refused(desk: Desk, member):
    path, before = f"/api/customers/{desk.customer}/artifacts", await desk.counts()
    item = edit("occupation", "Cook")
    for body in ({"artifacts": [item], member: "x"}, {"artifacts": [item | {member: "x"}]}):
        problem(await desk.post(path, body, desk.as_agent), 422, "invalid_body")
    answer = await desk.post(path, {"artifacts": [edit("occupation", "Cook", **{member: "x"})]}, desk.as_agent)
    problem(answer, 422, "invalid_items")
    assert await desk.counts() == before


async def test_the_source_is_stored_and_its_quotes_are_checked(desk: Desk):
    text = "She is a cook.\r\nShe lives in Porto. 😀 And jazz."
    batch = await desk.proposes(
        edit("occupation", "Cook", source_text="a cook"), edit("addressCity", "Porto", source_text="in Lisbon"),
        edit("interests", ["jazz"], source_text="jazz"), source={"text": text, "title": "Call"},
    )  # fmt: skip
    stored = text.replace("\r\n", "\n")
    cook, porto, jazz = (found["evidence"] for found in batch["artifacts"])
    assert stored[cook["start"] : cook["end"]] == "a cook"
    assert stored[jazz["start"] : jazz["end"]] == "jazz"
    assert [cook["verified"], porto["verified"], jazz["verified"]] == [True, False, True]
    assert (porto["start"], porto["end"]) == (None, None)
    [row] = await desk.world.rows("select text, title from source where id = $1", cook["sourceId"])
    assert (row["text"], row["title"]) == (stored, "Call")


@pytest.mark.parametrize("at", ["yesterday", "2026-11-17T10:00:00", "2026-13-01", "", "1", "0001-01-01", "9999-12-31"])
async def test_a_time_is_iso_8601_with_an_offset_or_a_date(desk: Desk, at):
    body = {"artifacts": [edit("occupation", "Cook")], "source": {"text": "Cook.", "occurredAt": at}}
    problem(await desk.post(f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent), 422, "invalid_time")


async def test_proposing_for_an_unknown_customer_is_not_found(desk: Desk):
    answer = await desk.post(
        "/api/customers/nobody/artifacts", {"artifacts": [edit("occupation", "Cook")]}, desk.as_agent
    )
    assert problem(answer, 404)["error"] == "Customer not found"
