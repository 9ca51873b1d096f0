"""Whose it is: own customers and a colleague's in one inbox, narrowed to either; who stands in is said where it matters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from acceptance.pages.conftest import Site
from placet.artifacts import custody
from placet.customers import delegations, teams
from placet.identity.principal import SYSTEM, Principal
from placet.web.times import day

CLAIRE = Principal("rm", "claire", "Claire Amiel")
UNTIL = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=10)
LAST = day((UNTIL - timedelta(days=1)).date())
SHORT = LAST.removesuffix(f" {datetime.now(UTC).year}")


@pytest.fixture(scope="module")
async def lent(site: Site) -> str:
    """Jonas stands in for Claire at one customer, and has one proposal of another handed to him; that one's id."""
    await site.only_their_own()
    handed = await site.pending("lund", "email")
    for named in ({"customer_ids": ["brandt"]}, {"artifact_ids": [handed]}):
        await delegations.delegate(site.database, CLAIRE, to_user="jonas", until_at=UNTIL, **named)  # type: ignore[arg-type]
    return handed


async def items(site: Site, user: str, path: str) -> set[str]:
    answer = await (await site.visitor(user)).get(path)
    assert answer.status_code == 200
    return set(re.findall(r'data-item="([^"]+)"', answer.text))


async def test_the_inbox_narrows_to_mine_or_what_is_delegated(site: Site, lent: str) -> None:
    rows = await site.database.fetch("select id, customer_id, rm_id from artifact where status = 'pending'")
    mine = {row["id"] for row in rows if row["rm_id"] == "jonas"}
    given = {row["id"] for row in rows if row["customer_id"] == "brandt"} | {lent}
    assert len(mine) > 3
    assert len(given) > 1
    assert await items(site, "jonas", "/inbox") == mine | given
    assert await items(site, "jonas", "/inbox?whose=mine") == mine
    assert await items(site, "jonas", "/inbox?whose=delegated") == given
    assert await items(site, "jonas", "/inbox?whose=nobody") == set()
    assert await items(site, "jonas", "/inbox?whose=delegated&field=email") == {
        lent,
        await site.pending("brandt", "email"),
    }


async def test_the_filter_is_there_for_who_stands_in_and_stays_chosen(site: Site, lent: str) -> None:
    page = (await (await site.visitor("jonas")).get("/inbox?whose=delegated")).text
    assert "Mine and delegated" in page
    assert '<option value="delegated" selected>Delegated to me</option>' in page
    assert 'name="whose"' not in (await (await site.visitor("claire")).get("/inbox")).text


async def test_what_is_lent_says_for_whom_and_until_when(site: Site, lent: str) -> None:
    flag = f"for Claire Amiel until {SHORT}"
    page = (await (await site.visitor("jonas")).get("/inbox?whose=delegated")).text
    brandt = page.partition('id="c-brandt"')[2].partition("</section>")[0]
    assert brandt.partition("</header>")[0].count(flag) == 1, "said once, at the customer it is true of as a whole"
    assert flag not in brandt.partition("</header>")[2]
    card = (await (await site.visitor("jonas")).get(f"/artifacts/{lent}")).text
    assert flag in card
    assert flag not in (await (await site.visitor("jonas")).get("/inbox?whose=mine")).text
    assert "until" not in re.findall(
        r'class="flag whose".*?</span>', (await (await site.visitor("claire")).get("/inbox")).text
    )


async def test_the_head_says_since_when_and_who_stands_in(site: Site, lent: str) -> None:
    claire, jonas = await site.visitor("claire"), await site.visitor("jonas")
    since = await site.database.fetchval("select to_char(created_at, 'FMMonth YYYY') from customer where id = 'brandt'")
    assert (
        f"With you since {since}. Delegate: Jonas Reber, until {LAST}" in (await claire.get("/customers/brandt")).text
    )
    overview = (await jonas.get("/customers/brandt")).text.partition("<main")[2]
    assert overview.count("for Claire Amiel until") == 1, "whose it is, once and not in each row"
    assert f"You stand in for Claire Amiel, until {LAST}" in (await jonas.get("/customers/brandt/profile")).text
    told = re.sub(r"<[^>]+>", "", (await claire.get("/customers/brandt/timeline")).text)
    assert "You had Jonas Reber stand in for you" in told
    assert "Claire Amiel had you stand in for them" in re.sub(
        r"<[^>]+>", "", (await jonas.get("/customers/brandt/timeline")).text
    )
    assert "Delegate" not in (await claire.get("/customers/lund")).text  # one proposal is no customer
    await custody.reassign(site.database, SYSTEM, "vilhena-castro", "jonas")  # type: ignore[arg-type]
    now = f"{datetime.now(UTC):%B %Y}"
    assert f"With you since {now}" in (await jonas.get("/customers/vilhena-castro")).text


async def test_a_first_signature_needs_attention_of_who_may_give_the_second(site: Site) -> None:
    await teams.set_customer_member(site.database, SYSTEM, "lund", "priya", "cosign")  # type: ignore[arg-type]
    which = (await site.proposal("lund", "taxResidency", "Denmark", source_text="I live in Denmark now")).id
    claire = await site.visitor("claire")
    await claire.post(f"/artifacts/{which}/decide", {"status": "accepted"})
    texts = []
    for user in ("claire", "priya"):
        page = (await (await site.visitor(user)).get("/customers/lund")).text
        texts.append(re.sub(r"<[^>]+>", "", page.partition('class="att"')[2].partition("</ul>")[0]))
    assert "Tax residency is signed by you and waits for a co-signer&#39;s signature." in texts[0]
    assert "Tax residency is signed by Claire Amiel and waits for your signature." in texts[1]


async def test_the_inbox_and_what_is_counted_around_every_page_is_theirs_to_decide(site: Site) -> None:
    """Priya sees Brandt as one of its members, and gives second signatures for Osei-Marlow."""
    await site.only_their_own()
    await teams.set_customer_member(site.database, SYSTEM, "brandt", "priya", "see")  # type: ignore[arg-type]
    await teams.set_customer_member(site.database, SYSTEM, "osei-marlow", "priya", "cosign")  # type: ignore[arg-type]
    signed = (await site.proposal("osei-marlow", "taxResidency", "Sweden", source_text="I live in Sweden now")).id
    rows = await site.database.fetch("select id, rm_id from artifact where status = 'pending'")
    mine = {row["id"] for row in rows if row["rm_id"] == "priya"}
    assert mine
    assert await items(site, "priya", "/inbox") == mine
    await (await site.visitor("claire")).post(f"/artifacts/{signed}/decide", {"status": "accepted"})
    assert await items(site, "priya", "/inbox") == mine | {signed}
    visitor = await site.visitor("priya")
    for path in ("/inbox", "/customers", "/customers/brandt", "/settings"):
        page = (await visitor.get(path)).text
        side = re.sub(r"<[^>]+>", "", page.partition('class="side"')[2].partition("</nav>")[0])
        assert f"Inbox{len(mine) + 1} pending" in side
        assert "Osei-Marlow1 pending" in side
        assert not re.search(r"Brandt\d", side)
    page = (await visitor.get("/inbox")).text
    assert f"<title>Inbox ({len(mine) + 1})" in page
    assert "All I may see" in page
    theirs = page.partition('id="c-osei-marlow"')[2].partition("</section>")[0]
    assert 'class="meta num">1<' in theirs
    assert "decides" not in theirs
    assert "Decide one by one" in theirs
    rows = await site.database.fetch("select id, customer_id, rm_id from artifact where status = 'pending'")
    seen = {row["id"] for row in rows if row["rm_id"] == "priya" or row["customer_id"] in ("brandt", "osei-marlow")}
    assert seen > mine | {signed}
    assert await items(site, "priya", "/inbox?whose=all") == seen
    assert await items(site, "claire", "/inbox?whose=all") == await items(site, "claire", "/inbox")
    for decides_nothing in ("ines", "tobias"):
        assert len(await items(site, decides_nothing, "/inbox")) == 50


async def test_all_they_may_see_is_offered_to_who_sees_more_than_they_decide(site: Site) -> None:
    await site.only_their_own()
    await teams.set_customer_member(site.database, SYSTEM, "brandt", "jonas", "see")  # type: ignore[arg-type]
    jonas = await site.visitor("jonas")
    assert 'href="/inbox?whose=all"' in (await jonas.get("/inbox")).text, "a switch, where it is the only choice"
    assert 'href="/inbox?order=asc&amp;whose=all"' in (await jonas.get("/insights")).text
    assert "Nothing" not in (await jonas.get("/inbox?whose=all&customer=brandt")).text
    assert "data-batch-accept" in (await jonas.get("/inbox?whose=all")).text, "nothing is left out of a batch"
    await delegations.delegate(site.database, CLAIRE, to_user="jonas", until_at=UNTIL, customer_ids=["lund"])  # type: ignore[arg-type]
    page = (await jonas.get("/inbox?whose=all")).text
    offered = re.findall(r"<option[^>]*>([^<]+)", page.partition('name="whose"')[2].partition("</select>")[0])
    assert offered == ["What I decide", "Mine", "Delegated to me", "All I may see"]
    assert '<option value="all" selected>' in page
    for other in ("claire", "ines"):
        page = (await (await site.visitor(other)).get("/inbox")).text
        assert "All I may see" not in page
        assert 'href="/inbox?order=asc"' in (await (await site.visitor(other)).get("/insights")).text


async def test_who_only_looks_reads_in_the_inbox_who_decides(site: Site) -> None:
    await teams.set_customer_member(site.database, SYSTEM, "brandt", "priya", "see")  # type: ignore[arg-type]
    told = {}
    for user in ("priya", "ines", "claire"):
        groups = (await (await site.visitor(user)).get("/inbox?whose=all")).text.split('<section class="cust"')[1:]
        told |= {(user, re.findall(r'/customers/([^"]+)', each)[0]): "Claire Amiel decides" in each for each in groups}
    assert told["priya", "brandt"], "a member of the team sees"
    assert told["ines", "brandt"], "an admin sees"
    assert not told["priya", "pillai-menon"], "her own"
    assert not told["claire", "brandt"]


async def test_what_one_only_sees_is_not_said_to_have_arrived(site: Site, window: Callable[..., Any]) -> None:
    await site.only_their_own()
    await teams.set_customer_member(site.database, SYSTEM, "brandt", "priya", "see")  # type: ignore[arg-type]
    opened = await window("priya")
    page = opened.page
    await page.goto("/inbox")
    await expect(page.locator("html")).to_have_attribute("data-live", "on")
    await page.evaluate(
        "window.told = [];"
        "new MutationObserver(() => line.textContent && told.push(line.textContent)).observe("
        "    window.line = document.getElementById('status'), {childList: true})"
    )
    async with page.expect_response(lambda answer: answer.url.endswith("/inbox")):
        theirs = await site.proposal("brandt", "occupation", "Rower")
    own = await site.proposal("pillai-menon", "occupation", "Potter")
    await expect(page.locator("#status")).to_have_text("A new proposal arrived.")
    await expect(page.locator(f"[id='a-{own.id}']")).to_be_visible()
    assert theirs.id not in await page.content()
    assert await page.evaluate("told") == ["A new proposal arrived."]
    assert opened.said == []
