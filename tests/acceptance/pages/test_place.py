"""The place of a page in the trail: whatever is committed before it is on the page, whatever comes after arrives by the stream."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from acceptance.pages.conftest import READER, Site, item, served_at
from placet.api.feed import Feed
from placet.artifacts.propose import propose
from placet.audit.position import Position

OF_A_CUSTOMER = ["", "/profile", "/timeline", "/sources"]


@pytest.mark.parametrize("path", ["/inbox?customer=lund", *(f"/customers/lund{page}" for page in OF_A_CUSTOMER)])
async def test_what_is_committed_just_before_it_is_on_the_page(
    site: Site, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    proper, made = Feed.position, []

    async def just_before(feed: Feed) -> Position:
        database = await asyncpg.connect(site.address)
        try:
            async with database.transaction():
                value = f"Trade {path} {len(made)}"
                found = await propose(database, READER, "lund", [item("occupation", value)], schema=site.schema,
                                      source=site.note(f"Note of {value}", f"She is in {value}."))  # fmt: skip
                made.append((value, found.artifacts[0].id))
        finally:
            await database.close()
        return await proper(feed)

    claire = await site.visitor("claire")
    with monkeypatch.context() as here:
        here.setattr(Feed, "position", just_before)
        answer = await claire.get(path)
    assert answer.status_code == 200
    assert len(made) == 1
    (value, artifact), text = made[0], answer.text
    assert value in text or artifact in text
    assert 'data-place="' in text


async def test_many_pages_at_once_need_no_more_connections_than_there_are(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACET_POOL_SIZE", "2")
    with served_at(site.address) as url:
        small: Any = Site(url, site.database, site.schema, site.address)
        claire = await small.visitor("claire")
        answers = await asyncio.gather(*(claire.get("/inbox") for _ in range(12)))
    assert [answer.status_code for answer in answers] == [200] * 12
