"""People: that somebody is always left who can let others in, and that everybody is found page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from conftest import World, together
from placet.errors import Conflict, Invalid
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM, Principal


@pytest.fixture
async def two(world: World) -> AsyncIterator[tuple[Principal, Principal]]:
    """The only two admins there are."""
    pair = await world.person("admin", name="Ada"), await world.person("admin", name="Bea")
    others = await world.rows(
        "update app_user set disabled_at = now() where role = 'admin' and disabled_at is null and id <> all ($1) returning id",
        [person.id for person in pair],
    )
    yield pair
    await world.rows("update app_user set disabled_at = null where id = any ($1)", [row["id"] for row in others])


@pytest.mark.parametrize("verb", [users.disable, users.delete])
async def test_the_last_admin_stays(world: World, two: tuple[Principal, Principal], verb: Any) -> None:
    first, last = two
    await world.runtime.transact(lambda c: verb(c, last, first.id))
    with pytest.raises(Conflict, match=r"Bea is the last admin\. Add or enable another one first\.") as caught:
        await world.runtime.transact(lambda c: verb(c, SYSTEM, last.id))
    assert (caught.value.code, caught.value.status) == ("last_admin", 409)
    [row] = await world.rows("select disabled_at from app_user where id = $1", last.id)
    assert row["disabled_at"] is None


async def test_two_admins_cannot_end_each_other_at_once(world: World, two: tuple[Principal, Principal]) -> None:
    async def end(who: Principal, whom: Principal) -> str:
        try:
            await world.runtime.transact(lambda c: users.disable(c, who, whom.id))
        except Conflict as error:
            return error.code
        return "done"

    for _ in range(5):
        assert sorted(await together(end(two[0], two[1]), end(two[1], two[0]))) == ["done", "last_admin"]
        for person in two:
            await world.runtime.transact(lambda c, who=person: users.enable(c, SYSTEM, who.id))


async def test_people_are_found_page_by_page(world: World) -> None:
    mark = (await world.person()).id  # nobody else's name has it
    named = ["anna", "Bo", "İnes", "Åke", "Zoë", "zoë"]
    people = {(await world.person(name=f"{name} {mark}")).id for name in named}
    gone = await world.person(name=f"Cy {mark}")
    await world.runtime.transact(lambda c: users.disable(c, SYSTEM, gone.id))
    await world.person("auditor", name=f"Dee {mark}")
    async with world.runtime.reading() as connection:
        found, cursor = [], None
        for _ in range(4):
            page, cursor = await users.page(connection, search=mark.upper(), active_rms=True, limit=2, cursor=cursor)
            found += page
            if cursor is None:
                break
        everybody, _ = await users.page(connection, search=mark)
        [one], _ = await users.page(connection, search=found[0].email)
        with pytest.raises(Invalid):
            await users.page(connection, cursor="not ours")
    assert len(found) == 6
    assert {user.id for user in found} == people
    assert len(everybody) == 8
    assert one.id == found[0].id


async def test_working_tokens_are_found_page_by_page(world: World) -> None:
    person = await world.person(name="Mona Tokenholder")
    mark = person.id
    async with world.runtime.reading() as connection:
        made = [(await tokens.create(connection, SYSTEM, agent_name=f"reader-{mark}-{n}"))[0] for n in range(3)]
        await tokens.revoke(connection, SYSTEM, made[1])
        await tokens.create(connection, SYSTEM, user_id=person.id)
        first, cursor = await tokens.working(connection, search=f"READER-{mark}", limit=1)
        second, end = await tokens.working(connection, search=f"READER-{mark}", limit=1, cursor=cursor)
        [mine], _ = await tokens.working(connection, search="mona token")
    assert ([token.id for token in first + second], end) == ([made[0], made[2]], None)
    assert mine.user_id == person.id
