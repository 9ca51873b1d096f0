"""The demo as it is loaded: its past happened when its data says, and not while it was being loaded."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from placet.db import embedded
from placet.demo import acts
from placet.triggers.schedule import SCHEDULE

DECISIONS = """
    select c.id as customer, a.field, a.status, a.created_at, a.decided_at, e.at as told_at, p.at as proposed_at, v.updated_at,
           d.created_at as promised_at
    from artifact a join customer c on c.id = a.customer_id
    join event e on e.artifact_id = a.id and e.kind = a.artifact_type || '.' || a.status
    join event p on p.artifact_id = a.id and p.kind = a.artifact_type || '.proposed'
    left join lateral (select min(created_at) as created_at from delivery where event_id = e.id) d on true
    left join profile_value v on v.artifact_id = a.id
    where a.status in ('accepted', 'edited', 'rejected') order by a.decided_at
"""


@pytest.fixture(scope="module")
async def decided(server: embedded.EmbeddedServer, loaded: str) -> list[Any]:
    """Every decision of the loaded demo, with the times of its events and of the value it set."""
    connection = await asyncpg.connect(server.owner_url(loaded))
    try:
        return list(await connection.fetch(DECISIONS))
    finally:
        await connection.close()


def test_every_decision_lies_between_its_proposal_and_the_day_of_loading(decided: list[Any]) -> None:
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    assert len(decided) > 500
    for row in decided:
        assert row["created_at"] == row["proposed_at"] < row["decided_at"] < today, dict(row)
        assert row["told_at"] == row["decided_at"]
        assert row["updated_at"] in (None, row["decided_at"])
        assert row["promised_at"] in (None, row["decided_at"]), "and its delivery then, too"


def test_decisions_were_made_on_the_days_the_history_says(decided: list[Any]) -> None:
    told: dict[date, int] = {}
    for at, act, about in acts.acts(datetime.now(UTC).date()):
        if act == "decide":
            told[at.date()] = told.get(at.date(), 0) + len(about["lines"])
    seen: dict[date, int] = {}
    for row in decided:
        seen[row["decided_at"].date()] = seen.get(row["decided_at"].date(), 0) + 1
    assert seen == told
    assert max(seen) - min(seen) > timedelta(days=300)


async def test_what_follows_was_tried_in_its_time_and_stands_in_every_state(
    server: embedded.EmbeddedServer, loaded: str
) -> None:
    connection = await asyncpg.connect(server.owner_url(loaded))
    try:
        made = await connection.fetch(
            "select d.status, d.trigger, d.attempts, a.decided_at, min(t.started_at) as first, max(t.ended_at) as last,"
            " count(*) filter (where t.started_at < t.ended_at - interval '1 minute') as slow, r.config ->> 'url' as url"
            " from delivery d join artifact a on a.id = d.artifact_id join delivery_attempt t on t.delivery_id = d.id"
            " left join trigger_rule r on r.id = d.rule_id group by d.id, a.id, r.id"
        )
        live = await connection.fetch(
            "select from_user, to_user, customer_ids from delegation where ended_at is null and now() between from_at and until_at"
        )
        seen = await connection.fetchval("select count(*) from customer where team_id is not null")
    finally:
        await connection.close()
    assert {(row["status"], row["trigger"]) for row in made} == {
        ("delivered", "task.create"),
        ("dead", "webhook"),
        ("promised", "webhook"),
    }
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    for row in made:
        assert row["decided_at"] + timedelta(seconds=10) <= row["first"] <= row["last"] < today, dict(row)
        assert row["slow"] == 0, "each attempt ended at the moment it was made"
        assert (row["attempts"] == len(SCHEDULE)) == (row["status"] == "dead")
        assert row["url"] is None or row["url"].startswith("http://127.0.0.1:9/"), "nobody else is called"
    assert [(row["from_user"], row["to_user"], row["customer_ids"]) for row in live] == [("priya", "claire", ["ho"])]
    assert seen == 3
