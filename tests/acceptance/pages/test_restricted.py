"""Restricted values: dots on every page until a person asks, which the trail records; nobody accepts what they have not seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from acceptance.pages.conftest import Site, item
from placet.artifacts import reveal

WORDS = "born on 3 February 1961"
LOOKED = "select count(*) from event where kind = 'customer.revealed' and artifact_id = $1 and actor_id = $2"


def tells(page: str) -> bool:
    """Whether a page has the year in it; by chance it can be in an id or a token."""
    return re.search(r"(?<!\w)1961(?!\w)", page) is not None


@pytest.fixture(scope="module")
async def born(site: Site) -> str:
    """A proposal for a restricted field, in a batch with one for a plain one."""
    done = await site.propose(
        "lund",
        item("dateOfBirth", "1961-02-03", source_text=WORDS, confidence="high", why="1961 is said."),
        item("employer", "Fjord Clinic", source_text="at Fjord Clinic", confidence="high"),
        source=site.note("Call", f"She was {WORDS}. She works at Fjord Clinic."),
    )
    return done.artifacts[0].id


async def test_no_page_shows_it_before_somebody_asks(site: Site, born: str) -> None:
    claire = await site.visitor("claire")
    batch = await site.database.fetchval("select batch_id from artifact where id = $1", born)
    for path in (
        f"/inbox?customer=lund&open={born}&do=edit",
        f"/customers/lund?open={born}",
        f"/customers/lund/profile?open={born}",
        "/customers/lund/timeline",
        f"/batches/{batch}?open={born}",
        f"/artifacts/{born}",
        f"/artifacts/{born}/export",
        "/insights/cases?days=0",
    ):
        answer = await claire.get(path)
        assert answer.status_code == 200, path
        assert not tells(answer.text), path
    assert (await claire.get(f"/artifacts/{born}/proof")).status_code == 403, "a proof holds what was committed to"
    source = await site.database.fetchval("select source_id from artifact where id = $1", born)
    beside = (await claire.get(f"/sources/{source}?open={born}")).text
    assert not tells(beside.partition('class="props"')[2]), "the note itself is there to be read, its proposals are not"


async def test_it_is_accepted_only_once_it_was_seen(site: Site, born: str, window: Callable[..., Any]) -> None:
    claire = await site.visitor("claire")
    told = await claire.post("/decisions/accept", {"artifact": born})
    batch = await site.database.fetchval("select batch_id from artifact where id = $1", born)
    await claire.post(f"/batches/{batch}/accept")
    assert told.status_code == 303
    assert await site.status(born) == "pending", "neither a selection nor a batch takes what nobody has seen"
    opened = await window("claire")
    page: Page = opened.page
    await page.goto(f"/inbox?customer=lund&field=dateOfBirth&open={born}")
    card = page.locator(f"#a-{born}")
    await expect(card).to_contain_text("Restricted")
    assert await card.get_by_role("button", name="Accept").count() == 0
    assert await card.get_by_role("link", name="Reject").count() == 1
    await page.keyboard.press("a")  # the first step of accepting it is to see it
    await expect(card.locator("blockquote")).to_contain_text(WORDS)
    await expect(card.locator(".row")).to_contain_text("3 Feb 1961")
    assert await site.database.fetchval(LOOKED, born, "claire") == 1
    await page.reload()
    await expect(card.locator("blockquote")).to_contain_text(WORDS)
    assert tells((await claire.get(f"/artifacts/{born}/export")).text)
    assert not tells((await (await site.visitor("ines")).get(f"/artifacts/{born}")).text), "it was shown to one person"
    await page.get_by_role("button", name="Accept", exact=False).first.click()
    await expect(page.get_by_role("status")).to_have_text("Date of birth is accepted.")
    assert opened.said == []


async def test_it_is_hidden_again_after_a_while(site: Site, born: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ines = await site.visitor("ines")
    assert (await ines.post(f"/artifacts/{born}/reveal")).status_code == 303
    assert tells((await ines.get(f"/artifacts/{born}")).text)
    monkeypatch.setattr(reveal, "SHOWN_FOR", timedelta())
    assert not tells((await ines.get(f"/artifacts/{born}")).text)


async def test_strangers_and_plain_fields_reveal_nothing(site: Site, born: str) -> None:
    plain = await site.proposal("lund", "occupation", "Harbour master", source_text="harbour master")
    assert (await (await site.visitor("jonas")).post(f"/artifacts/{born}/reveal")).status_code == 404
    claire = await site.visitor("claire")
    assert (await claire.post(f"/artifacts/{plain.id}/reveal")).status_code == 404
    assert (await claire.post(f"/artifacts/{born}/reveal", {"csrf": "no"})).status_code == 403
    assert (await claire.get(f"/artifacts/{born}/reveal")).status_code == 303
