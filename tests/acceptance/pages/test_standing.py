"""Standing in, by the pages: a colleague for a time, one item for a colleague, and who has no such form."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from acceptance.pages.conftest import Site, Visitor
from acceptance.pages.test_access import is_page, text
from placet.identity import users
from placet.identity.principal import SYSTEM
from placet.web.times import day

PLACE = "/settings/delegations"
TODAY = datetime.now(UTC).date()


def form(**more: Any) -> dict[str, Any]:
    return {
        "toUserId": "jonas",
        "customerId": "",
        "from": "",
        "until": str(TODAY + timedelta(days=3)),
        "reason": "",
        **more,
    }


async def sent(visitor: Visitor, path: str, fields: dict[str, Any] | None = None) -> str:
    """What the page says that follows a form."""
    answer = await visitor.post(path, fields)
    assert answer.status_code == 303, text(answer)
    followed = Visitor(visitor.site, visitor.token)
    followed.cookies |= dict(answer.cookies)
    return text(await followed.get(answer.headers["location"]))


@pytest.fixture(scope="module", autouse=True)
async def alone(site: Site) -> None:
    await site.only_their_own()


@pytest.fixture
async def ended(site: Site) -> Any:
    """Whatever a test delegated is over after it."""
    yield
    await site.database.execute("update delegation set ended_at = now() where ended_at is null")


async def test_a_colleague_stands_in_and_it_is_ended(site: Site, ended: None) -> None:
    claire, jonas = await site.visitor("claire"), await site.visitor("jonas")
    assert (await jonas.get("/customers/brandt")).status_code == 404
    said = await sent(claire, PLACE, form(reason="Skiing", customerId="brandt"))
    assert re.search(r"Jonas \S+ stands in for Claire Amiel\.", said)
    assert "for you, 1 customer" in said
    assert f"to {day(TODAY + timedelta(days=3))}. Skiing" in said
    assert "You for Claire Amiel, 1 customer" in text(await jonas.get(PLACE))
    row = await site.database.fetchrow("select id, from_at, until_at from delegation where ended_at is null")
    assert row["until_at"].date() == TODAY + timedelta(days=4), "the last day counts"
    assert row["from_at"] <= datetime.now(UTC)
    assert (await jonas.get("/customers/brandt")).status_code == 200
    assert (await jonas.get("/customers/lund")).status_code == 404
    assert re.search(r"no longer stands in for Claire Amiel\.", await sent(jonas, f"{PLACE}/{row['id']}/end"))
    assert (await jonas.get("/customers/brandt")).status_code == 404


async def test_one_may_start_later(site: Site, ended: None) -> None:
    claire = await site.visitor("claire")
    first = TODAY + timedelta(days=2)
    await sent(claire, PLACE, form(**{"from": str(first)}))
    row = await site.database.fetchrow("select from_at from delegation where ended_at is null")
    assert row["from_at"].date() == first


async def test_an_admin_says_for_whom(site: Site, ended: None) -> None:
    ines = await site.visitor("ines")
    answer = await ines.post(PLACE, form(fromUserId=""))
    assert is_page(answer, 422, "Say for which RM: only an RM has customers of their own.")
    assert "Jonas" in await sent(ines, PLACE, form(fromUserId="claire"))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"until": ""}, "Say until which day."), ({"until": "soon"}, "Say until which day."),
        ({"until": "2020-01-01"}, "A delegation ends after it starts."),
        ({"toUserId": ""}, "Say which RM, by name or e-mail address."),
        ({"toUserId": "Jonsa Reber"}, "No RM has the name or address 'Jonsa Reber'."),
        ({"toUserId": "Jonas Reber, jonas@other.example"}, "No RM has the name or address 'jonas@other.example'."),
        ({"toUserId": "Tobias Quarrie"}, "No RM has the name or address 'Tobias Quarrie'."),
        ({"toUserId": "claire"}, "Nobody stands in for themselves."),
        ({"until": str(date(TODAY.year + 3, 1, 1))}, "A delegation lasts a year at most."),
        ({"reason": "x" * 2001}, "A reason has at most 2000 characters."),
    ],
)  # fmt: skip
async def test_what_is_refused_keeps_what_was_typed(site: Site, more: dict[str, Any], sentence: str) -> None:
    claire, before = await site.visitor("claire"), await site.everything()
    answer = await claire.post(PLACE, form(**{"reason": "Away", **more}))
    assert is_page(answer, 422, sentence)
    for name, typed in ({"reason": "Away"} | more).items():
        assert re.search(f'name="{name}"[^>]* value="{re.escape(typed)}"', answer.text), name
    assert await site.everything() == before


async def test_a_colleague_is_named_in_any_way_that_means_one(site: Site, ended: None) -> None:
    claire, ines = await site.visitor("claire"), await site.visitor("ines")
    listed = html.unescape((await claire.get(PLACE)).text)
    assert '<option value="Jonas Reber, jonas.reber@placet.example">' in listed
    assert '<option value="Claire' not in listed, "not oneself"
    for said in (
        "Jonas Reber, jonas.reber@placet.example",
        " jonas reber ",
        "JONAS.REBER@placet.example",
        "x <jonas.reber@placet.example>",
    ):
        await sent(claire, PLACE, form(toUserId=said))
        row = await site.database.fetchrow("update delegation set ended_at = now() where ended_at is null returning *")
        assert row["to_user"] == "jonas", said
    twin = await users.add(site.database, SYSTEM, name="Jonas Reber", email="j.reber@new.example", role="rm")  # type: ignore[arg-type]
    answer = await claire.post(PLACE, form(toUserId="Jonas Reber"))
    assert is_page(answer, 422, "2 RMs are called Jonas Reber. Give the e-mail address.")
    assert 'id="toUserId-err"' in answer.text
    answer = await ines.post(PLACE, form(fromUserId="Jonas Reber", toUserId="Claire Amiel"))
    assert is_page(answer, 422, "2 RMs are called Jonas Reber. Give the e-mail address.")
    assert 'id="fromUserId-err"' in answer.text
    await users.disable(site.database, SYSTEM, twin.id)  # type: ignore[arg-type]
    assert "Jonas Reber may decide this too" in await sent(
        claire, f"/artifacts/{await site.pending('brandt', 'sourceOfWealth')}/hand-over", {"toUserId": "Jonas Reber"}
    ), "who left is not meant"
    said = await sent(ines, PLACE, form(fromUserId="j.reber@new.example", toUserId="Claire Amiel"))
    assert "Claire Amiel stands in for Jonas Reber." in said, "their customers may still be delegated"


async def test_who_may_not_send_it(site: Site, ended: None) -> None:
    claire, tobias, jonas = await site.visitor("claire"), await site.visitor("tobias"), await site.visitor("jonas")
    await sent(claire, PLACE, form())
    row = await site.database.fetchrow("select id from delegation where ended_at is null")
    assert "<form" not in (await tobias.get(PLACE)).text.partition("<main")[2].partition("</main")[0]
    before = await site.everything()
    assert is_page(await tobias.post(PLACE, form(fromUserId="claire")), 403, "An auditor reads and never writes.")
    assert is_page(await tobias.post(f"{PLACE}/{row['id']}/end"), 403, "An auditor reads and never writes.")
    assert is_page(await jonas.post(PLACE, form(toUserId="claire", customerId="brandt")), 403, "Only the attached RM")
    assert is_page(await claire.post(f"{PLACE}/nothing/end"), 404, "Delegation not found.")
    for forged in ({"csrf": None}, {"csrf": "0" * 32}):
        for path, fields in ((PLACE, form()), (f"{PLACE}/{row['id']}/end", {})):
            assert (await claire.post(path, fields | forged)).status_code == 403
    assert await site.everything() == before


async def test_an_item_is_handed_over_by_its_rm_alone(site: Site, ended: None) -> None:
    claire, jonas = await site.visitor("claire"), await site.visitor("jonas")
    item = await site.pending("brandt", "riskAppetite")
    place = f"/artifacts/{item}"
    assert "Hand over" in text(await claire.get(place))
    assert (await jonas.get(place)).status_code == 404
    assert is_page(await jonas.post(f"{place}/hand-over", {"toUserId": "claire"}), 404, "Artifact not found.")
    assert "Not handed over. Nobody stands in for themselves." in await sent(
        claire, f"{place}/hand-over", {"toUserId": "claire"}
    )
    said = await sent(claire, f"{place}/hand-over", {"toUserId": "jonas", "reason": "Yours"})
    assert re.search(r"Jonas \S+ may decide this too, until", said)
    assert re.search(r"You had Jonas \S+ stand in for you", said)
    theirs = text(await jonas.get(place))
    assert "Risk appetite" in theirs
    assert "Hand over" not in theirs, "it cannot be passed on"
    assert (await jonas.get("/customers/brandt")).status_code == 404
    assert (await jonas.post(f"{place}/decide", {"status": "rejected"})).status_code == 303
    assert await site.status(item) == "rejected"
    assert "Hand over" not in text(await claire.get(place))
