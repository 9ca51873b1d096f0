"""Decisions over HTTP: one, a list, a batch, the field updates of a proposal. Shapes, sentences and codes are the contract's."""

import dataclasses

import msgspec
import pytest

from acceptance.api.conftest import Desk, edit, problem
from conftest import together
from placet.customers.schema import ProfileSchema, load_schema

WRONG_STATUS = "Invalid status. Must be one of: pending, accepted, rejected, edited"
POLICIES = {"sourceOfWealth": "reason", "taxResidency": "dual"}


@pytest.fixture(scope="module")
def schema() -> ProfileSchema:
    """The packaged schema with a policy on two fields."""
    found = load_schema()
    return dataclasses.replace(
        found, fields=tuple(msgspec.structs.replace(f, policy=POLICIES.get(f.key, f.policy)) for f in found.fields)
    )


async def now(desk: Desk, artifact: dict) -> dict:
    return (await desk.get(f"/api/artifacts/{artifact['id']}")).json()["artifact"]


async def kinds(desk: Desk, artifact: dict) -> list[str]:
    answer = await desk.get(f"/api/artifacts/{artifact['id']}/events")
    return [event["kind"].partition(".")[2] for event in answer.json()["events"]]


# ── one decision ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_accepting_applies_the_proposal(desk: Desk):
    found = await desk.pending()
    answer = await desk.decide(found, "accepted", reason="She told me.")
    assert (answer.status_code, set(answer.json())) == (200, {"artifact"})
    decided = answer.json()["artifact"]
    assert (decided["status"], decided["decidedBy"], decided["reason"]) == ("accepted", desk.rm.id, "She told me.")
    assert await desk.profile() == {"occupation": "Cook"}
    assert await kinds(desk, found) == ["proposed", "accepted"]


async def test_rejecting_leaves_the_profile(desk: Desk):
    found = await desk.pending()
    assert (await desk.decide(found, "rejected")).json()["artifact"]["status"] == "rejected"
    assert await desk.profile() == {}


async def test_editing_applies_the_edit_and_shows_it_in_the_payload(desk: Desk):
    found = await desk.pending()
    decided = (await desk.decide(found, "edited", editedValue="  Head cook ")).json()["artifact"]
    assert (decided["status"], decided["payload"]["edited_value"]) == ("edited", "Head cook")
    assert decided["payload"]["proposed_value"] == "Cook"
    assert await desk.profile() == {"occupation": "Head cook"}


@pytest.mark.parametrize(
    "body",
    [
        {"status": "approved"},
        {"status": "superseded"},
        {"status": "ACCEPTED"},
        {"status": ""},
        {"status": None},
        {"status": 1},
        {"status": ["accepted"]},
        {"status": {"a": 1}},
        {},
        {"status": "approved", "noSuchMember": 1},
        {"status": "approved", "editedValue": "x", "reason": 5, "id": "x"},
        {"state": "accepted"},
        {"status": "approved", "reason": "\x00"},
        {"status": "x" * 100_000},
    ],
)
async def test_the_status_is_checked_before_anything_else(desk: Desk, body):
    found = await desk.pending()
    before = await desk.counts()
    for path in (f"/api/artifacts/{found['id']}", "/api/artifacts/nobody"):
        for who in (desk.as_rm, desk.as_other, desk.as_agent):
            answer = problem(await desk.patch(path, body, who), 400, "invalid_status")
            assert answer["error"] == WRONG_STATUS
    assert await desk.counts() == before


async def test_an_unknown_artifact_is_not_found(desk: Desk):
    for status, more in (("accepted", {}), ("rejected", {}), ("edited", {"editedValue": 1}), ("pending", {})):
        answer = await desk.patch("/api/artifacts/nobody", {"status": status, **more})
        assert problem(answer, 404)["error"] == "Artifact not found"


async def test_who_may_not_decide_is_refused_and_nothing_changes(desk: Desk):
    found = await desk.pending()
    before = await desk.counts()
    for who, status, code in (
        (desk.as_agent, 403, "agents_never_decide"), (desk.as_other, 404, "not_found"),
        (desk.as_admin, 403, "not_the_rm"), (desk.as_auditor, 403, "not_the_rm"), ({}, 401, "not_signed_in"),
    ):  # fmt: skip
        problem(await desk.decide(found, "accepted", who=who), status, code)
        problem(await desk.decide(found, "rejected", who=who), status, code)
    assert await desk.counts() == before


async def test_an_agent_is_refused_for_what_is_not_there_too(desk: Desk):
    problem(
        await desk.patch("/api/artifacts/nobody", {"status": "accepted"}, desk.as_agent), 403, "agents_never_decide"
    )


async def test_the_second_decision_is_told_of_the_first(desk: Desk):
    found = await desk.pending()
    await desk.decide(found, "accepted")
    before = await desk.counts()
    for status, more in (("rejected", {}), ("edited", {"editedValue": "Chef"}), ("pending", {})):
        body = problem(await desk.decide(found, status, **more), 409, "already_decided")
        assert desk.rm.name in body["error"]
    assert await desk.counts() == before


@pytest.mark.parametrize(("status", "more"), [("accepted", {}), ("rejected", {}), ("edited", {"editedValue": "Chef"})])
async def test_the_same_decision_again_is_answered_again_without_a_second_event(desk: Desk, status, more):
    found = await desk.pending()
    first = await desk.decide(found, status, **more)
    before = await desk.counts()
    again = await desk.decide(found, status, **more)
    assert (again.status_code, again.content) == (200, first.content)
    assert await desk.counts() == before


async def test_the_same_decision_by_somebody_else_is_a_conflict(desk: Desk):
    found = await desk.pending()
    await desk.decide(found, "accepted")
    await desk.patch(f"/api/customers/{desk.customer}", {"rmId": desk.other.id}, desk.as_admin)
    problem(await desk.decide(found, "accepted", who=desk.as_other), 409, "already_decided")


async def test_pending_is_not_a_decision(desk: Desk):
    problem(await desk.decide(await desk.pending(), "pending"), 422, "not_a_decision")


async def test_an_edit_needs_its_value_and_only_an_edit_has_one(desk: Desk):
    found = await desk.pending()
    problem(await desk.decide(found, "edited"), 422, "edited_value_missing")
    problem(await desk.decide(found, "accepted", editedValue="Chef"), 422, "edited_value_unexpected")
    problem(await desk.decide(found, "rejected", editedValue=None), 422, "edited_value_unexpected")
    assert (await now(desk, found))["status"] == "pending"


async def test_a_value_the_field_does_not_take_is_refused(desk: Desk):
    found = await desk.pending("dependants", 2)
    for value in ("many", 2.5, True, [2], {"n": 2}, 21, -1, 10**400):
        problem(await desk.decide(found, "edited", editedValue=value), 422)
    assert (await now(desk, found))["status"] == "pending"
    assert await desk.profile() == {}


@pytest.mark.parametrize("member", ["createdById", "rmId", "id", "decidedBy", "decidedAt", "edited_value", "payload"])
async def test_what_a_decision_may_not_set_is_refused(desk: Desk, member):
    found = await desk.pending()
    problem(await desk.decide(found, "accepted", **{member: "x"}), 422, "invalid_body")
    assert (await now(desk, found))["status"] == "pending"


async def test_an_edit_equal_to_the_proposal_is_an_acceptance(desk: Desk):
    decided = (await desk.decide(await desk.pending(), "edited", editedValue=" Cook ")).json()["artifact"]
    assert decided["status"] == "accepted"
    assert "edited_value" not in decided["payload"]


async def test_an_edit_equal_to_the_current_value_is_no_change(desk: Desk):
    customer = await desk.new_customer({"occupation": "Baker"})
    found = await desk.pending(customer=customer)
    problem(await desk.decide(found, "edited", editedValue="Baker"), 422, "no_change")


# ── stale ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def stale(desk: Desk) -> dict:
    """Proposed against Baker, when the profile says Miller."""
    desk.customer = await desk.new_customer({"occupation": "Miller"})
    return await desk.pending("occupation", "Smith", previous_value="Baker")


async def test_a_stale_proposal_is_refused_with_the_three_values(desk: Desk, stale):
    assert stale["stale"] is True
    before = await desk.counts()
    body = problem(await desk.decide(stale, "accepted"), 409, "stale")
    assert (body["proposed"], body["expected"], body["current"]) == ("Smith", "Baker", "Miller")
    problem(await desk.decide(stale, "edited", editedValue="Farrier"), 409, "stale")
    problem(await desk.decide(stale, "accepted", expectedCurrentValue="Baker"), 409, "stale")
    assert await desk.counts() == before


async def test_a_stale_proposal_is_accepted_over_the_value_one_names(desk: Desk, stale):
    answer = await desk.decide(stale, "accepted", expectedCurrentValue="Miller")
    assert answer.status_code == 200
    assert await desk.profile() == {"occupation": "Smith"}
    events = (await desk.get(f"/api/artifacts/{stale['id']}/events")).json()["events"]
    assert (events[-1]["before"], events[-1]["after"]) == ("Miller", "Smith")


async def test_a_stale_proposal_may_be_rejected(desk: Desk, stale):
    assert (await desk.decide(stale, "rejected")).status_code == 200


async def test_accepting_what_the_profile_already_says_is_not_stale(desk: Desk, owner):
    customer = await desk.new_customer({"occupation": "Baker"})
    found = await desk.pending(customer=customer)
    await owner.execute("update profile_value set version = 2, value = '\"Cook\"' where customer_id = $1", customer)
    assert (await now(desk, found))["stale"] is True
    assert (await desk.decide(found, "accepted")).status_code == 200
    answer = (await desk.get(f"/api/customers/{customer}")).json()["customer"]
    assert (answer["profile"], answer["profileVersions"]) == ({"occupation": "Cook"}, {"occupation": 2})


async def test_a_value_that_changed_and_changed_back_is_stale(desk: Desk, owner):
    """A to B to A: versions are compared, not values."""
    customer = await desk.new_customer({"occupation": "Baker"})
    found = await desk.pending(customer=customer)
    await owner.execute("update profile_value set version = version + 2 where customer_id = $1", customer)
    body = problem(await desk.decide(found, "accepted"), 409, "stale")
    assert (body["proposed"], body["expected"], body["current"]) == ("Cook", "Baker", "Baker")
    assert (await now(desk, found))["stale"] is True
    assert (await desk.decide(found, "accepted", expectedCurrentValue="Baker")).status_code == 200


# ── rivals ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_accepting_one_supersedes_its_rivals(desk: Desk):
    one, two = await desk.pending("occupation", "Cook"), await desk.pending("occupation", "Chef")
    assert (await now(desk, one))["rivals"] == 1
    await desk.decide(one, "accepted")
    assert (await now(desk, two))["status"] == "superseded"
    assert await kinds(desk, two) == ["proposed", "superseded"]
    problem(await desk.decide(two, "accepted"), 409, "already_decided")


async def test_of_eight_contradicting_decisions_one_applies(desk: Desk):
    for number in range(10):
        found = await desk.pending("occupation", f"Cook {number}")
        asked = [("accepted", {}), ("rejected", {})] + [
            ("edited", {"editedValue": f"Chef {number} {n}"}) for n in range(6)
        ]
        answers = await together(*(desk.decide(found, status, **more) for status, more in asked))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_decided"}


# ── policies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_field_that_asks_for_a_reason_gets_one_or_nothing(desk: Desk):
    found = await desk.pending("sourceOfWealth", "Sale of the bakery")
    for reason in ({}, {"reason": None}, {"reason": "  "}):
        problem(await desk.decide(found, "accepted", **reason), 422, "reason_required")
    assert (await desk.decide(found, "accepted", reason="Deed of sale seen.")).status_code == 200


async def test_the_first_of_two_signatures_shows_and_decides_nothing(desk: Desk):
    found = await desk.pending("taxResidency", "Portugal")
    signed = (await desk.decide(found, "accepted")).json()["artifact"]
    assert (signed["status"], [each["by"] for each in signed["signatures"]]) == ("pending", [desk.rm.id])
    assert (await desk.decide(found, "rejected")).status_code == 200


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_has_an_outcome_for_each_in_its_order(desk: Desk):
    customer = await desk.new_customer({"employer": "The bakery"})
    foreign = await desk.pending(customer=await desk.new_customer(rm=desk.other))
    a, b, c, d, e = (
        await desk.proposes(
            edit("occupation", "Cook"), edit("dependants", 2), edit("employer", "Casa Nova", previous_value="A mill"),
            edit("addressCity", "Porto"), edit("sourceOfWealth", "Sale"), customer=customer,
        )
    )["artifacts"]  # fmt: skip
    await desk.decide(d, "rejected")
    asked = [
        (a, {"status": "accepted"}, "applied"),
        (a, {"status": "accepted"}, "unchanged"),
        (a, {"status": "rejected"}, "already_decided"),
        (b, {"status": "edited", "editedValue": "many"}, "invalid"),
        (b, {"status": "edited", "editedValue": 3}, "applied"),
        (c, {"status": "accepted"}, "stale"),
        (d, {"status": "rejected"}, "unchanged"),
        (e, {"status": "accepted"}, "invalid"),
        (e, {"status": "pending"}, "invalid"),
        ({"id": "nobody"}, {"status": "accepted"}, "not_found"),
        (foreign, {"status": "accepted"}, "not_found"),
        (a, {"status": "approved"}, "already_decided"),
    ]
    answer = await desk.post("/api/decisions", {"decisions": [{"artifactId": x["id"], **body} for x, body, _ in asked]})
    assert (answer.status_code, set(answer.json())) == (200, {"results"})
    results = answer.json()["results"]
    assert [result["outcome"] for result in results] == [outcome for *_, outcome in asked]
    assert [result["artifactId"] for result in results] == [x["id"] for x, *_ in asked]
    assert [result.get("code") for result in results] == [
        None, None, "already_decided", "invalid_value", None, "stale", None, "reason_required", "not_a_decision",
        "not_found", "not_found", "already_decided",
    ]  # fmt: skip
    for result in results:
        assert ("error" in result) == ("code" in result) == (result["outcome"] not in ("applied", "unchanged"))
        assert ("artifact" in result) == (result["outcome"] != "not_found")
    assert (results[5]["proposed"], results[5]["expected"], results[5]["current"]) == (
        "Casa Nova",
        "A mill",
        "The bakery",
    )
    assert results[0]["artifact"] == await now(desk, a)
    assert await desk.profile(customer) == {"occupation": "Cook", "employer": "The bakery", "dependants": 3}


async def test_who_may_see_but_not_decide_gets_forbidden_for_each(desk: Desk):
    found = await desk.pending()
    body = {"decisions": [{"artifactId": found["id"], "status": "accepted"}]}
    for who in (desk.as_admin, desk.as_auditor):
        [result] = (await desk.post("/api/decisions", body, who)).json()["results"]
        assert (result["outcome"], result["code"]) == ("forbidden", "not_the_rm")
    problem(await desk.post("/api/decisions", body, desk.as_agent), 403, "agents_never_decide")
    assert (await now(desk, found))["status"] == "pending"


async def test_an_atomic_list_applies_as_a_whole_or_not_at_all(desk: Desk):
    a, b = (await desk.proposes(edit("occupation", "Cook"), edit("dependants", 2)))["artifacts"]
    before = await desk.counts()
    decisions = [
        {"artifactId": a["id"], "status": "accepted"},
        {"artifactId": b["id"], "status": "edited", "editedValue": "x"},
    ]
    answer = await desk.post("/api/decisions", {"atomic": True, "decisions": decisions})
    results = answer.json()["results"]
    assert [(r["outcome"], r["code"]) for r in results] == [("left_out", "atomic"), ("invalid", "invalid_value")]
    assert results[0]["artifact"]["status"] == "pending"
    assert await desk.counts() == before
    decisions[1]["editedValue"] = 3
    answer = await desk.post("/api/decisions", {"atomic": True, "decisions": decisions})
    assert [result["outcome"] for result in answer.json()["results"]] == ["applied", "applied"]


async def test_a_dry_run_answers_and_writes_nothing(desk: Desk):
    found = await desk.pending()
    before = await desk.counts()
    body = {"dryRun": True, "decisions": [{"artifactId": found["id"], "status": "accepted"}]}
    [result] = (await desk.post("/api/decisions", body)).json()["results"]
    assert (result["outcome"], result["artifact"]["status"]) == ("applied", "accepted")
    assert await desk.counts() == before
    assert (await now(desk, found))["status"] == "pending"


async def test_an_explicit_rejection_beats_being_superseded(desk: Desk):
    one, two = await desk.pending("occupation", "Cook"), await desk.pending("occupation", "Chef")
    decisions = [{"artifactId": one["id"], "status": "accepted"}, {"artifactId": two["id"], "status": "rejected"}]
    answer = await desk.post("/api/decisions", {"decisions": decisions})
    assert [result["outcome"] for result in answer.json()["results"]] == ["applied", "applied"]
    assert (await now(desk, two))["status"] == "rejected"


@pytest.mark.parametrize(
    "body", [{}, {"decisions": []}, {"decisions": [{}]}, {"decisions": {}}, {"decisions": [{"artifactId": 1}]}]
)
async def test_a_list_of_another_shape_is_refused(desk: Desk, body):
    problem(await desk.post("/api/decisions", body), 422, "invalid_body")


# ── batches ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def mixed(desk: Desk) -> dict:
    """A batch with one of everything that a bulk acceptance leaves out, and two it takes."""
    text = "cook, Casa Nova, two, Porto, jazz, moderate, sale, Portugal"
    await desk.pending("riskAppetite", "growth")
    batch = await desk.proposes(
        edit("occupation", "Cook", source_text="cook", confidence="high"),
        edit("employer", "Casa Nova", source_text="Casa Nova", confidence="low"),
        edit("dependants", 2, source_text="two", previous_value=1),
        edit("riskAppetite", "moderate", source_text="moderate"),
        edit("addressCity", "Porto", source_text="Lisbon"),
        edit("sourceOfWealth", "Sale", source_text="sale"),
        edit("taxResidency", "Portugal", source_text="Portugal"),
        edit("interests", ["jazz"], source_text="jazz"),
        source={"text": text},
    )
    batch["codes"] = [
        None, "low_confidence", "stale", "rival", "unverified", "policy_reason", "policy_dual", None,
    ]  # fmt: skip
    return batch


async def test_accepting_a_batch_leaves_out_what_a_person_should_look_at(desk: Desk, mixed):
    answer = await desk.post(f"/api/batches/{mixed['batchId']}/accept")
    assert (answer.status_code, set(answer.json())) == (200, {"count", "results"})
    results = answer.json()["results"]
    assert answer.json()["count"] == 2
    assert [result["artifactId"] for result in results] == [found["id"] for found in mixed["artifacts"]]
    assert [result.get("code") for result in results] == mixed["codes"]
    for result, code in zip(results, mixed["codes"], strict=True):
        assert result["outcome"] == ("applied" if code is None else "left_out")
        assert result["artifact"]["status"] == ("accepted" if code is None else "pending")
        assert ("error" in result) == (code is not None)
    assert await desk.profile() == {"occupation": "Cook", "interests": ["jazz"]}


async def test_what_a_batch_leaves_out_may_be_accepted_by_name(desk: Desk, mixed):
    chosen = [mixed["artifacts"][n] for n in (1, 3, 4)]
    decisions = [{"artifactId": found["id"], "status": "accepted"} for found in chosen]
    answer = await desk.post("/api/decisions", {"decisions": decisions})
    assert [result["outcome"] for result in answer.json()["results"]] == ["applied"] * 3


async def test_rejecting_a_batch_takes_all_that_is_pending(desk: Desk, mixed):
    await desk.decide(mixed["artifacts"][0], "accepted")
    answer = await desk.post(f"/api/batches/{mixed['batchId']}/reject", {"reason": "Not this customer."})
    assert answer.json()["count"] == 7
    assert {result["outcome"] for result in answer.json()["results"]} == {"applied"}
    assert {result["artifact"]["reason"] for result in answer.json()["results"]} == {"Not this customer."}
    again = await desk.post(f"/api/batches/{mixed['batchId']}/reject")
    assert again.json() == {"count": 0, "results": []}


@pytest.mark.parametrize("body", [None, {}, {"reason": "All right."}, {"reason": None, "dryRun": False}])
async def test_a_batch_takes_an_empty_body_or_a_reason(desk: Desk, body):
    batch = await desk.proposes(edit("occupation", "Cook", source_text="cook"), source={"text": "cook"})
    answer = await desk.post(f"/api/batches/{batch['batchId']}/accept", body)
    assert (answer.status_code, answer.json()["count"]) == (200, 1)


async def test_a_batch_may_be_tried(desk: Desk, mixed):
    before = await desk.counts()
    answer = await desk.post(f"/api/batches/{mixed['batchId']}/accept", {"dryRun": True})
    assert answer.json()["count"] == 2
    assert await desk.counts() == before


async def test_an_unknown_batch_or_somebody_elses_is_not_found(desk: Desk, mixed):
    for act in ("accept", "reject"):
        problem(await desk.post(f"/api/batches/nothing/{act}"), 404, "not_found")
        problem(await desk.post(f"/api/batches/{mixed['batchId']}/{act}", None, desk.as_other), 404, "not_found")


async def test_who_may_not_decide_gets_403_for_a_batch(desk: Desk, mixed):
    before = await desk.counts()
    for act in ("accept", "reject"):
        path = f"/api/batches/{mixed['batchId']}/{act}"
        problem(await desk.post(path, None, desk.as_agent), 403, "agents_never_decide")
        problem(await desk.post(path, None, desk.as_admin), 403, "not_the_rm")
        problem(await desk.post(path, None, desk.as_auditor), 403, "not_the_rm")
    assert await desk.counts() == before


async def test_a_batch_id_of_two_batches_is_ambiguous_until_one_is_singled_out(desk: Desk):
    second, name = await desk.new_customer(), f"twice-{desk.agent}"
    text = {"source": {"text": "cook"}}
    await desk.proposes(edit("occupation", "Cook", source_text="cook"), batchId=name, **text)
    await desk.proposes(edit("occupation", "Cook", source_text="cook"), batchId=name, customer=second, **text)
    body = {"batchId": name, "artifacts": [edit("employer", "Casa Nova")]}
    assert (await desk.post(f"/api/customers/{second}/artifacts", body)).status_code == 201
    path = f"/api/batches/{name}/accept"
    problem(await desk.post(path), 409, "ambiguous_batch")
    problem(await desk.post(f"{path}?customerId={second}"), 409, "ambiguous_batch")
    problem(await desk.post(f"{path}?createdById={desk.agent}"), 409, "ambiguous_batch")
    assert (await desk.post(f"{path}?customerId={desk.customer}")).json()["count"] == 1
    assert (await desk.post(f"{path}?customerId={second}&createdById={desk.agent}")).json()["count"] == 1
    problem(await desk.post(f"{path}?customerId=nobody"), 404)


async def test_another_rms_batch_of_the_same_id_is_not_seen(desk: Desk):
    name = f"theirs-{desk.agent}"
    await desk.proposes(edit("occupation", "Cook", source_text="cook"), batchId=name, source={"text": "cook"})
    await desk.proposes(edit("occupation", "Cook"), batchId=name, customer=await desk.new_customer(rm=desk.other))
    assert (await desk.post(f"/api/batches/{name}/accept")).json()["count"] == 1


# ── the field updates of a proposal ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def proposal(desk: Desk) -> dict:
    """A batch of four, as a client holds it."""
    batch = await desk.proposes(
        edit("occupation", "Cook"), edit("employer", "Casa Nova"), edit("dependants", 2), edit("addressCity", "Porto")
    )
    updates = [{"id": f"u{n}", "field": found["payload"]["field_key"]} for n, found in enumerate(batch["artifacts"])]
    return {"proposalId": batch["batchId"], "fieldUpdates": updates}


async def apply(desk: Desk, proposal, approved, who=None, customer=None, **more):
    body = {"proposal": proposal, "approvedFieldIds": approved, **more}
    return await desk.post(f"/api/customers/{customer or desk.customer}/apply-updates", body, who)


async def statuses(desk: Desk):
    rows = (await desk.get(f"/api/customers/{desk.customer}/artifacts")).json()["artifacts"]
    return {row["payload"]["field_key"]: row["status"] for row in rows}


async def test_approved_ones_are_accepted_or_edited_and_the_rest_of_those_named_rejected(desk: Desk, proposal):
    proposal["fieldUpdates"].pop()  # the address is not named, so it stays
    answer = await apply(desk, proposal, ["u0", "u2"], editedValues={"u2": 3}, reasons={"u1": "She is leaving them."})
    assert (answer.status_code, set(answer.json())) == (200, {"success", "fieldsUpdated", "results", "errors"})
    body = answer.json()
    assert (body["success"], body["fieldsUpdated"], body["errors"]) == (True, 2, [])
    assert [result["outcome"] for result in body["results"]] == ["applied"] * 3
    assert await statuses(desk) == {
        "occupation": "accepted", "employer": "rejected", "dependants": "edited", "addressCity": "pending",
    }  # fmt: skip
    assert await desk.profile() == {"occupation": "Cook", "dependants": 3}
    assert body["results"][1]["artifact"]["reason"] == "She is leaving them."


async def test_values_come_from_the_store_and_other_members_are_ignored(desk: Desk, proposal):
    proposal["fieldUpdates"] = [
        {
            "id": "a",
            "field": "occupation",
            "newValue": "Thief",
            "proposed_value": "Thief",
            "oldValue": 1,
            "x": {"y": []},
        }
    ]
    answer = await apply(desk, proposal, ["a"])
    assert answer.json()["success"] is True
    assert await desk.profile() == {"occupation": "Cook"}


async def test_what_cannot_be_decided_is_said_and_the_rest_is_done(desk: Desk, proposal):
    proposal["fieldUpdates"].append({"id": "u9", "field": "interests"})
    answer = await apply(desk, proposal, ["u0", "u2", "u9", "u77"], editedValues={"u2": "many"})
    body = answer.json()
    assert answer.status_code == 200
    assert (body["success"], body["fieldsUpdated"]) == (False, 1)
    assert {(error["fieldUpdateId"], error["code"]) for error in body["errors"]} == {
        ("u9", "not_in_batch"), ("u77", "unknown_field_update"), ("u2", "invalid_value"),
    }  # fmt: skip
    assert all(error["error"] for error in body["errors"])
    assert await statuses(desk) == {
        "occupation": "accepted", "employer": "rejected", "dependants": "pending", "addressCity": "rejected",
    }  # fmt: skip


async def test_the_same_updates_again_change_nothing(desk: Desk, proposal):
    first = await apply(desk, proposal, ["u0"])
    before = await desk.counts()
    again = await apply(desk, proposal, ["u0"])
    assert again.json()["success"] is True
    assert again.json()["fieldsUpdated"] == first.json()["fieldsUpdated"] == 1
    assert {result["outcome"] for result in again.json()["results"]} == {"unchanged"}
    assert await desk.counts() == before


async def test_an_unknown_customer_or_proposal_is_not_found(desk: Desk, proposal):
    assert problem(await apply(desk, proposal, [], customer="nobody"), 404)["error"] == "Customer not found"
    second = await desk.new_customer()
    problem(await apply(desk, proposal, [], customer=second), 404)
    problem(await apply(desk, proposal | {"proposalId": "nothing"}, []), 404)
    problem(await apply(desk, proposal, ["u0"], who=desk.as_other), 404)
    assert set((await statuses(desk)).values()) == {"pending"}


async def test_who_may_not_decide_applies_nothing(desk: Desk, proposal):
    before = await desk.counts()
    problem(await apply(desk, proposal, ["u0"], who=desk.as_agent), 403, "agents_never_decide")
    problem(await apply(desk, proposal, ["u0"], who=desk.as_admin), 403, "not_the_rm")
    problem(await apply(desk, proposal, ["u0"], who=desk.as_auditor), 403, "not_the_rm")
    assert await desk.counts() == before


@pytest.mark.parametrize(
    "update", [{}, {"id": "a"}, {"field": "occupation"}, {"id": 1, "field": "occupation"}, {"id": "a", "field": None}]
)
async def test_a_field_update_has_an_id_and_a_field(desk: Desk, proposal, update):
    problem(await apply(desk, proposal | {"fieldUpdates": [update]}, []), 422, "invalid_field_update")
