"""Whose it is: own customers and a colleague's in one inbox, narrowed to either; who stands in is said where it matters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

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


async def test_who_only_looks_reads_in_the_inbox_who_decides(site: Site) -> None:
    await teams.set_customer_member(site.database, SYSTEM, "brandt", "priya", "see")  # type: ignore[arg-type]
    told = {}
    for user in ("priya", "ines", "claire"):
        groups = (await (await site.visitor(user)).get("/inbox")).text.split('<section class="cust"')[1:]
        told |= {(user, re.findall(r'/customers/([^"]+)', each)[0]): "Claire Amiel decides" in each for each in groups}
    assert told["priya", "brandt"], "a member of the team sees"
    assert told["ines", "brandt"], "an admin sees"
    assert not told["priya", "pillai-menon"], "her own"
    assert not told["claire", "brandt"]
