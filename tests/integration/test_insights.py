"""Counts of what became of proposals, held against the lists behind them and against who may see what."""

from __future__ import annotations

import asyncio

import pytest

from conftest import World, accepted, edited, item, rejected
from placet.artifacts.insights import Behind, Insights, Shares, cases, insights
from placet.artifacts.outcome import Looked
from placet.identity.principal import Principal, agent

READER = agent("counted-reader")


@pytest.fixture
async def rm(world: World) -> Principal:
    return await world.person()


@pytest.fixture
async def ids(world: World, rm: Principal) -> list[str]:
    """Six proposals: two accepted in one act, one edited right after, two rejected, one of them with a reason; one waits."""
    customer = await world.customer(rm)
    done = await world.propose(
        customer,
        item("occupation", "Nurse", confidence="high"),
        item("employer", "Clinic", confidence="high"),
        item("contactWindow", "Mornings", confidence="low"),
        item("preferredName", "Jo", confidence="high"),
        item("dependants", 2, confidence="low"),
        item("email", "jo@example.com", confidence="high"),
        by=READER,
        read_by={"agent": "counted-reader", "version": "1", "model": "words-7"},
    )
    a = done.artifacts
    await world.decide(accepted(rm, a[0]), accepted(rm, a[1]))
    await world.decide(edited(rm, a[2], "Evenings"))
    await world.decide(rejected(rm, a[3], reason="not said: she asked"))
    await asyncio.sleep(3.05)
    await world.decide(rejected(rm, a[4]))
    return [artifact.id for artifact in a]


async def counted(world: World, who: Principal) -> Insights:
    async with world.runtime.reading() as connection:
        return await insights(connection, who, agent="counted-reader")


async def behind(
    world: World, who: Principal, limit: int = 50, cursor: str | None = None, **narrowed: str
) -> list[str]:
    async with world.runtime.reading() as connection:
        page = await cases(connection, who, Behind(agent="counted-reader", **narrowed), limit=limit, cursor=cursor)
    found = [artifact.id for artifact in page.artifacts]
    return found + (await behind(world, who, limit, page.next_cursor, **narrowed) if page.next_cursor else [])


async def test_every_count_has_its_artifacts_behind_it(world: World, rm: Principal, ids: list[str]) -> None:
    own = await world.proposal(await world.customer(rm), "occupation", "Cook", by=agent("another"))
    await world.accept(rm, own)
    found = await counted(world, rm)
    assert (found.all.cases, found.all.accepted, found.all.edited, found.all.rejected) == (5, 2, 1, 2)
    assert (found.pending, found.fast, found.together) == (1, 1, 2)
    assert (found.unopened, found.told) == (0, 0)
    assert dict(found.reasons) == {"not said": 1, "no reason given": 1}
    assert 0 <= (found.median or 0) < 60
    high = Shares(key="high", cases=3, accepted=2, edited=0, rejected=1)
    assert found.confidences == [high, Shares(key="low", cases=2, accepted=0, edited=1, rejected=1)]
    assert [(each.key, each.cases) for each in found.agents] == [("counted-reader", 5)]
    assert [(each.key, each.cases) for each in found.models] == [("words-7", 5)]
    assert sum(each.cases for each in found.rules if each.key == "low") == 2
    assert await behind(world, rm, limit=2) == [ids[4], ids[3], ids[2], ids[1], ids[0]]
    assert await behind(world, rm, statuses="edited rejected") == [ids[4], ids[3], ids[2]]
    assert await behind(world, rm, confidence="high", model="words-7") == [ids[3], ids[1], ids[0]]
    assert await behind(world, rm, reason="not said") == [ids[3]]
    assert await behind(world, rm, pace="fast") == [ids[2]], "the rejection was as fast, and takes nothing over"
    assert await behind(world, rm, pace="together") == [ids[1], ids[0]]
    assert await behind(world, rm, field="employer") == [ids[1]]


async def test_how_the_evidence_was_read_is_the_pages_word(world: World, rm: Principal) -> None:
    customer, by = await world.customer(rm), agent("counted-reader")
    a = (
        await world.propose(
            customer,
            *(item(key, "Some words") for key in ("occupation", "employer", "contactWindow", "preferredName")),
            item("email", "jo@example.com"),
            by=by,
        )
    ).artifacts
    await world.decide(accepted(rm, a[0], looked=Looked(opened=True, ms=38_000)))
    await world.decide(edited(rm, a[1], "Other words", looked=Looked(opened=True, ms=2_999)))
    await world.decide(accepted(rm, a[2], looked=Looked(opened=False)))
    await world.decide(rejected(rm, a[3], looked=Looked(opened=False)))
    await world.decide(accepted(rm, a[4], looked=Looked(opened=True)))
    found = await counted(world, rm)
    assert (found.fast, found.unopened, found.told) == (3, 1, 4)
    fast = await behind(world, rm, pace="fast")
    assert fast == [a[4].id, a[2].id, a[1].id], "the first was read for longer than it took to come"
    assert await behind(world, rm, pace="unopened") == [a[2].id]


async def test_each_counts_what_they_may_see(world: World, rm: Principal, ids: list[str]) -> None:
    other, auditor = await world.person(), await world.person("auditor")
    assert (await counted(world, other)).all.cases == 0
    assert (await counted(world, other)).pending == 0
    async with world.runtime.reading() as connection:
        theirs = await insights(connection, auditor, agent="counted-reader", rm=rm.id)
        assert (theirs.all.cases, theirs.pending) == (5, 1)
        assert (rm.id, rm.name) in theirs.rms
        assert (await insights(connection, auditor, agent="counted-reader", rm=other.id)).all.cases == 0
    assert await behind(world, other) == []
    assert (await counted(world, auditor)).all.cases >= 5
    assert set(ids[:5]) <= set(await behind(world, auditor))
