"""Rejecting everything that matches a filter: counted first, then as many as were counted, and only one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acceptance.api.conftest import Desk, edit, problem

PATH = "/api/decisions/reject-matching"


async def ask(desk: Desk, matching: dict[str, Any], who: dict[str, str] | None = None, **more: Any) -> Any:
    return await desk.post(PATH, {"filter": matching, **more}, who)


async def count(desk: Desk, matching: dict[str, Any], who: dict[str, str] | None = None) -> int:
    answer = await ask(desk, matching, who, dryRun=True)
    assert answer.status_code == 200, answer.text
    return answer.json()["count"]


async def statuses(desk: Desk, customer: str | None = None) -> list[tuple[str, str]]:
    rows = (await desk.get(f"/api/customers/{customer or desk.customer}/artifacts", order="asc")).json()["artifacts"]
    return [(row["payload"]["field_key"], row["status"]) for row in rows]


async def test_a_dry_run_counts_and_shows_and_changes_nothing(desk: Desk):
    batch = await desk.proposes(edit("occupation", "Cook"), edit("employer", "Casa Nova", confidence="low"))
    before = await desk.counts()
    answer = (await ask(desk, {"createdById": desk.agent}, dryRun=True)).json()
    assert list(answer) == ["count", "examples"]
    assert answer["count"] == 2
    shown = [(await desk.get(f"/api/artifacts/{artifact['id']}")).json()["artifact"] for artifact in batch["artifacts"]]
    assert answer["examples"] == shown
    assert await desk.counts() == before


async def test_at_most_twenty_are_shown(desk: Desk):
    for number in range(7):
        customer = await desk.new_customer()
        await desk.proposes(
            edit("occupation", f"Cook {number}"),
            edit("employer", "Casa Nova"),
            edit("dependants", 2),
            customer=customer,
        )
    answer = (await ask(desk, {"createdById": desk.agent}, dryRun=True)).json()
    assert (answer["count"], len(answer["examples"])) == (21, 20)


async def test_what_was_counted_is_rejected_and_each_has_its_outcome_and_event(desk: Desk):
    batch = await desk.proposes(edit("occupation", "Cook"), edit("employer", "Casa Nova"))
    other = await desk.pending("occupation", "Baker", customer=await desk.new_customer())
    answer = await ask(desk, {"batchId": batch["batchId"]}, expectedCount=2, reason="The note was another person's.")
    ids = [artifact["id"] for artifact in batch["artifacts"]]
    assert answer.json() == {"count": 2, "results": [{"artifactId": i, "outcome": "applied"} for i in ids]}
    assert await statuses(desk) == [("occupation", "rejected"), ("employer", "rejected")]
    for identifier in ids:
        event = (await desk.get(f"/api/artifacts/{identifier}/events")).json()["events"][-1]
        assert (event["kind"], event["actor"]["id"], event["reason"]) == (
            "profile_edit.rejected", desk.rm.id, "The note was another person's.",
        )  # fmt: skip
    assert (await desk.get(f"/api/artifacts/{other['id']}")).json()["artifact"]["status"] == "pending"
    assert (await ask(desk, {"batchId": batch["batchId"]}, expectedCount=0)).json() == {"count": 0}


async def test_another_count_changes_nothing_and_says_how_many_there_are(desk: Desk):
    await desk.proposes(edit("occupation", "Cook"), edit("employer", "Casa Nova"))
    before = await desk.counts()
    for expected in (0, 1, 3):
        refused = problem(await ask(desk, {"createdById": desk.agent}, expectedCount=expected), 409, "count_changed")
        assert refused["count"] == 2
    assert await desk.counts() == before


@pytest.mark.parametrize(
    ("matching", "found"),
    [
        ({"field": "occupation"}, 2), ({"field": "nothing"}, 0), ({"confidence": "low"}, 1), ({"confidence": "high"}, 0),
        ({"type": "profile_edit"}, 3), ({"type": "task"}, 0), ({"createdById": "somebody"}, 0), ({"batchId": "none"}, 0),
        ({"sourceId": "none"}, 0), ({"field": "occupation", "confidence": "low"}, 1),
        ({"field": "employer", "confidence": "low"}, 0), ({"field": None, "confidence": "low"}, 1),
    ],
)  # fmt: skip
async def test_each_filter_narrows(desk: Desk, matching, found):
    await desk.proposes(edit("occupation", "Cook", confidence="low"), edit("employer", "Casa Nova"))
    await desk.pending("occupation", "Baker")
    done = await desk.pending("dependants", 2)
    await desk.decide(done, "rejected")
    assert await count(desk, matching) == found


async def test_customer_creator_batch_and_note_narrow(desk: Desk):
    other = await desk.new_customer()
    first = await desk.proposes(edit("occupation", "Cook"), source={"text": "A cook."})
    await desk.pending("occupation", "Cook", customer=other)
    source = first["artifacts"][0]["evidence"]["sourceId"]
    for matching, found in (
        ({"customerId": desk.customer}, 1), ({"createdById": desk.agent}, 2), ({"batchId": first["batchId"]}, 1),
        ({"sourceId": source}, 1), ({"customerId": other, "createdById": desk.agent}, 1),
    ):  # fmt: skip
        assert await count(desk, matching) == found


async def test_what_is_refused(desk: Desk):
    await desk.pending()
    before = await desk.counts()
    for matching, more, status, code in (
        ({}, {"expectedCount": 1}, 422, "empty_filter"), ({"field": ""}, {"expectedCount": 1}, 422, "empty_filter"),
        ({}, {"dryRun": True}, 422, "empty_filter"), ({"createdById": desk.agent}, {}, 422, "count_missing"),
        ({"status": "accepted"}, {"expectedCount": 1}, 422, "invalid_body"),
        ({"field": "occupation"}, {"expectedCount": -1}, 422, "invalid_body"),
        ({"field": "occupation"}, {"expectedCount": 10_001}, 422, "invalid_body"),
        ({"customerId": "nobody"}, {"expectedCount": 0}, 404, "not_found"),
    ):  # fmt: skip
        problem(await ask(desk, matching, **more), status, code)
    problem(await ask(desk, {"customerId": desk.customer}, desk.as_other, expectedCount=0), 404)
    for who, code in (
        (desk.as_agent, "agents_never_decide"),
        (desk.as_admin, "not_the_rm"),
        (desk.as_auditor, "not_the_rm"),
    ):
        problem(await ask(desk, {"createdById": desk.agent}, who, dryRun=True), 403, code)
    assert await desk.counts() == before


async def test_more_than_ten_thousand_are_refused(desk: Desk, monkeypatch):
    from placet.artifacts import bulk

    monkeypatch.setattr(bulk, "MAX_MATCHING", 1)
    await desk.proposes(edit("occupation", "Cook"), edit("employer", "Casa Nova"))
    for more in ({"dryRun": True}, {"expectedCount": 2}):
        problem(await ask(desk, {"createdById": desk.agent}, **more), 422, "too_many")


async def test_only_what_one_may_decide_counts(desk: Desk):
    """Others' never; a team's customers are seen, not decided; a delegate's count while the delegation does."""
    as_colleague = await desk.world.token(desk.colleague)
    named, other = desk.customer, await desk.new_customer()
    for customer in (named, other):
        await desk.pending("occupation", "Cook", customer=customer)
    await desk.pending("employer", "Casa Nova")
    matching = {"createdById": desk.agent}
    assert (await count(desk, matching), await count(desk, matching, desk.as_other)) == (3, 0)
    path = f"/api/customers/{named}/members/{desk.colleague.id}"
    await desk.http.put(path, headers=desk.as_admin, json={"may": "cosign"})
    assert await count(desk, matching, as_colleague) == 0
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    item = (await desk.get(f"/api/customers/{other}/artifacts")).json()["artifacts"][0]
    for more, found in (({"artifactIds": [item["id"]]}, 1), ({"customerIds": [named]}, 2), ({}, 3)):
        made = await desk.post("/api/delegations", {"toUserId": desk.colleague.id, "until": until, **more})
        assert await count(desk, matching, as_colleague) == found
        if more:
            await desk.http.delete(f"/api/delegations/{made.json()['delegation']['id']}", headers=desk.as_rm)
            assert await count(desk, matching, as_colleague) == 0
    done = (await ask(desk, matching, as_colleague, expectedCount=3)).json()
    assert (done["count"], {result["outcome"] for result in done["results"]}) == (3, {"applied"})
    event = (await desk.get(f"/api/artifacts/{item['id']}/events")).json()["events"][-1]
    assert (event["actor"]["id"], event["onBehalfOf"]) == (desk.colleague.id, desk.rm.id)


async def test_more_than_are_judged_together_are_one_transaction(desk: Desk, monkeypatch):
    from placet.artifacts import bulk

    monkeypatch.setattr(bulk, "_AT_ONCE", 2)
    for number in range(2):  # rivals too, on both sides of a seam
        await desk.proposes(
            edit("occupation", f"Cook {number}"), edit("employer", f"Casa {number}"), edit("dependants", number)
        )
    done = (await ask(desk, {"createdById": desk.agent}, expectedCount=6)).json()
    assert (done["count"], len(done["results"])) == (6, 6)
    assert {status for _, status in await statuses(desk)} == {"rejected"}
    rows = await desk.world.rows("select distinct xmin::text from artifact where created_by_id = $1", desk.agent)
    assert len(rows) == 1


async def test_the_same_key_rejects_once_and_answers_the_same(desk: Desk):
    await desk.pending()
    body = {"filter": {"createdById": desk.agent}, "expectedCount": 1}
    first = await desk.post(PATH, body, key="clear")
    assert (first.status_code, first.json()["count"]) == (200, 1)
    assert (await desk.post(PATH, body, key="clear")).content == first.content
