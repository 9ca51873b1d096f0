"""Pages of a large batch while its artifacts are decided. The schema takes unlisted fields, so that a batch can be large."""

import asyncio
import dataclasses

import pytest

from acceptance.api.conftest import Desk, edit
from placet.customers.schema import ProfileSchema, load_schema


@pytest.fixture(scope="module")
def schema() -> ProfileSchema:
    return dataclasses.replace(load_schema(), additional_fields=True)


def many(count):
    return [edit(f"extra{number}", number) for number in range(count)]


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize("status", ["", "pending"])
@pytest.mark.parametrize("inbox", [False, True])
async def test_two_hundred_of_one_batch_paged_while_deciding_none_twice_none_missed(desk: Desk, order, status, inbox):
    """They share their time, and what is decided behind the reader must not move what is ahead."""
    batch = await desk.proposes(*many(200))
    expected = [row["id"] for row in batch["artifacts"]]
    assert len({row["createdAt"] for row in batch["artifacts"]}) == 1
    path = "/api/artifacts" if inbox else f"/api/customers/{desk.customer}/artifacts"
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await desk.get(path, limit=23, order=order, status=status, cursor=cursor)).json()
        seen += [row["id"] for row in page["artifacts"]]
        cursor = page["nextCursor"]
        body = {"decisions": [{"artifactId": row["id"], "status": "rejected"} for row in page["artifacts"][::2]]}
        answer = await desk.post("/api/decisions", body)
        assert {result["outcome"] for result in answer.json()["results"]} == {"applied"}
    assert seen == expected


async def test_all_two_hundred_at_once_have_no_next_page(desk: Desk):
    await desk.proposes(*many(200))
    page = (await desk.get(f"/api/customers/{desk.customer}/artifacts", limit=200)).json()
    assert (len(page["artifacts"]), page["nextCursor"]) == (200, None)


async def test_decisions_between_two_pages_do_not_show_in_the_other(desk: Desk):
    """Decided ahead of the reader: with a filter they are gone, without one they are there, decided."""
    batch = await desk.proposes(*many(20))
    path = f"/api/customers/{desk.customer}/artifacts"
    first = (await desk.get(path, limit=10, status="pending")).json()
    ahead = batch["artifacts"][10:15]
    await asyncio.gather(*(desk.decide(row, "rejected") for row in ahead))
    rest = (await desk.get(path, limit=10, status="pending", cursor=first["nextCursor"])).json()
    assert [row["id"] for row in rest["artifacts"]] == [row["id"] for row in batch["artifacts"][15:]]


async def test_a_thousand_are_taken_in_their_order(desk: Desk):
    batch = await desk.proposes(*many(1000))
    assert [row["payload"]["proposed_value"] for row in batch["artifacts"]] == list(range(1000))
