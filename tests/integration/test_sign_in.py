"""Sign-ins: when they end, what is counted as a guess and for how long, and that nothing tells who there is."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from conftest import World, together
from placet.errors import Invalid, NotSignedIn, PlacetError, TooMany
from placet.identity import own_password, passwords, sign_in, users
from placet.identity.principal import SYSTEM, Principal

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """A check that costs nothing; what it was asked about, in order."""
    asked: list[str | None] = []

    async def hash_password(password: str) -> str:
        return f"hash of {password}"

    async def is_password(hashed: str | None, password: str) -> bool:
        asked.append(hashed)
        await asyncio.sleep(0)
        return hashed == f"hash of {password}"

    monkeypatch.setattr(passwords, "hash_password", hash_password)
    monkeypatch.setattr(passwords, "is_password", is_password)
    return asked


async def email_of(world: World, who: Principal) -> str:
    return (await world.rows("select email from app_user where id = $1", who.id))[0]["email"]


async def attempt(world: World, email: str, password: str = "wrong", address: str = "192.0.2.1") -> str | PlacetError:
    async with world.runtime.reading() as connection:
        try:
            return await sign_in.sign_in(connection, email, password, address=address)
        except (NotSignedIn, TooMany) as error:
            return error


async def failures(world: World) -> int:
    return (await world.rows("select count(*)::int as n from sign_in_failure"))[0]["n"]


async def forget(world: World) -> None:
    async with world.runtime.reading() as connection:
        await connection.execute("delete from sign_in_failure")


async def make_older(world: World, by: timedelta) -> None:
    """As if what was counted had been so much earlier (the application may not change what was counted)."""
    async with world.runtime.reading() as connection:
        rows = await connection.fetch("delete from sign_in_failure returning account, address, at")
        for row in sorted(rows, key=lambda row: row["at"]):
            await connection.execute(
                "insert into sign_in_failure (account, address, at) values ($1, $2, $3)",
                row["account"], row["address"], row["at"] - by,
            )  # fmt: skip


async def test_an_account_is_throttled_for_what_is_left_of_the_time(world: World) -> None:
    await forget(world)
    rm = await world.person(password=PASSWORD)
    email = await email_of(world, rm)
    for number in range(sign_in.MAX_FAILURES_ACCOUNT):
        assert isinstance(await attempt(world, email, address=f"192.0.2.{number}"), NotSignedIn)
        if number == 0:
            await make_older(world, timedelta(minutes=5))
    throttled = await attempt(world, email.upper(), PASSWORD, address="192.0.2.200")
    assert isinstance(throttled, TooMany)
    assert 590 <= throttled.members["retry_after"] <= 600, "until the oldest of the ten is a quarter of an hour old"
    assert str(throttled) == "Too many failed attempts. Try again in 10 minutes."
    assert await failures(world) == sign_in.MAX_FAILURES_ACCOUNT, (
        "what is refused is not counted, or it would never end"
    )
    await make_older(world, timedelta(minutes=10))
    assert isinstance(await attempt(world, email, PASSWORD), str)
    assert await failures(world) == 0, "who knows the password is forgiven"


async def test_an_address_is_throttled_over_all_accounts_and_links(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MAX_FAILURES_ADDRESS", 4)
    await forget(world)
    rm = await world.person(password=PASSWORD)
    for number in range(2):
        assert isinstance(await attempt(world, f"nobody{number}@placet.example", address="2001:db8::1"), NotSignedIn)
    async with world.runtime.reading() as connection:
        link = await users.new_link(connection, rm.id)
        for verb in (sign_in.use_link, sign_in.check_link):
            with pytest.raises(NotSignedIn):
                await verb(connection, "no link of ours", address="2001:db8::2")
        for verb in (sign_in.use_link, sign_in.check_link):
            with pytest.raises(TooMany):
                await verb(connection, link, address="2001:db8::3")  # a neighbour in the same network
        assert isinstance(await attempt(world, await email_of(world, rm), PASSWORD, "2001:db8::4"), TooMany)
        await sign_in.check_link(connection, link, address="2001:db8:0:1::1")
        assert await sign_in.use_link(connection, link, address="2001:db8:0:1::1")
        assert await failures(world) == 4


async def test_guessing_all_at_once_is_no_way_round(world: World, quick: list[str | None]) -> None:
    await forget(world)
    email = await email_of(world, await world.person(password=PASSWORD))
    found = await together(*(attempt(world, email) for _ in range(40)))
    refused = [error for error in found if isinstance(error, TooMany)]
    assert len(quick) <= sign_in.MAX_FAILURES_ACCOUNT
    assert len(quick) + len(refused) == 40
    assert await failures(world) == len(quick)


async def test_nothing_tells_who_there_is(world: World, quick: list[str | None]) -> None:
    """Somebody unknown, without a password, disabled, or with another password: one sentence, one check of a hash each."""
    known, linked, gone = (
        await world.person(password=PASSWORD),
        await world.person(),
        await world.person(password=PASSWORD),
    )
    await world.runtime.transact(lambda c: users.disable(c, SYSTEM, gone.id))
    emails = [await email_of(world, who) for who in (known, linked, gone)]
    said = [await attempt(world, email, address="192.0.2.99") for email in (*emails, "nobody@placet.example")]
    assert {(str(error), error.code) for error in said if isinstance(error, NotSignedIn)} == {
        ("The e-mail address or the password is wrong.", "wrong_credentials")
    }
    assert len(said) == len(quick) == 4
    assert quick[1:] == [None, None, None]
    assert isinstance(await attempt(world, emails[2], PASSWORD), NotSignedIn)


async def test_without_a_password_a_check_is_still_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real check
    here = threading.current_thread()
    checked: list[str] = []

    class Hasher:
        def hash(self, _password: str) -> str:
            return "$nobody"

        def verify(self, hashed: str, _password: str) -> bool:
            assert threading.current_thread() is not here, "hashing holds up the event loop"
            checked.append(hashed)
            return True

    monkeypatch.setattr(passwords, "_hasher", Hasher)
    passwords._nobody.cache_clear()
    try:
        assert await passwords.is_password("$real", "x")
        assert not await passwords.is_password(None, "x"), "not even the stand-in's own password"
    finally:
        passwords._nobody.cache_clear()
    assert checked == ["$real", "$nobody"]


async def test_a_sign_in_ends_by_itself(world: World) -> None:
    rm = await world.person()
    async with world.runtime.reading() as connection:
        token = await sign_in.start(connection, rm.id, lifetime=timedelta(minutes=30))
        assert await sign_in.who_is(connection, token, idle=timedelta(minutes=5))
        await connection.execute(
            "update sign_in set last_seen_at = now() - interval '4 minutes' where user_id = $1", rm.id
        )
        assert await sign_in.who_is(connection, token, idle=timedelta(minutes=5)), "being asked keeps it alive"
        await connection.execute(
            "update sign_in set last_seen_at = last_seen_at - interval '6 minutes' where user_id = $1", rm.id
        )
        assert await sign_in.who_is(connection, token, idle=timedelta(minutes=5)) is None
        assert await sign_in.who_is(connection, token, idle=timedelta(minutes=9))
        await connection.execute(
            "update sign_in set expires_at = expires_at - interval '30 minutes' where user_id = $1", rm.id
        )
        assert await sign_in.who_is(connection, token) is None, "whatever happens"


async def test_nobody_signs_in_who_was_disabled_or_reset_meanwhile(world: World) -> None:
    rm = await world.person(password=PASSWORD)
    [row] = await world.rows("select password_hash from app_user where id = $1", rm.id)
    async with world.runtime.reading() as connection:
        assert await sign_in.start(connection, rm.id, password_hash=row["password_hash"])
        with pytest.raises(NotSignedIn):
            await sign_in.start(connection, rm.id, password_hash="the one before")
    await world.runtime.transact(lambda c: users.disable(c, SYSTEM, rm.id))
    async with world.runtime.reading() as connection:
        with pytest.raises(NotSignedIn):
            await sign_in.start(connection, rm.id)
    await world.runtime.transact(lambda c: users.enable(c, SYSTEM, rm.id))
    assert await world.rows("select 1 from sign_in where user_id = $1", rm.id) == []


async def test_a_fresh_installation_has_no_account(server: object, template: str) -> None:
    """Nobody can sign in before somebody was added; only `placet demo` brings people, and keeps to this machine."""
    import asyncpg

    connection = await asyncpg.connect(server.owner_url(template))  # type: ignore[attr-defined]
    try:
        for table in ("app_user", "api_token", "sign_in", "sign_in_link"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0, table
    finally:
        await connection.close()


async def test_guessing_at_the_present_password_is_throttled_as_signing_in_is(world: World) -> None:
    await forget(world)
    who = await world.person()
    await world.runtime.transact(lambda c: users.set_password(c, SYSTEM, who.id, PASSWORD))

    async def change(current: str) -> str:
        async with world.runtime.reading() as connection:
            try:
                await own_password.change(connection, who, current=current, new="another password", address="192.0.2.7")
            except (Invalid, TooMany) as error:
                return error.code
            return "changed"

    assert [await change("wrong") for _ in range(11)] == ["wrong_password"] * 10 + ["too_many"]
    assert await change(PASSWORD) == "too_many", "nor does the right one tell anything then"
    assert isinstance(await attempt(world, await email_of(world, who), PASSWORD, address="192.0.2.8"), TooMany)
    await make_older(world, timedelta(minutes=15))
    assert await together(change(PASSWORD), change(PASSWORD)) in (
        ["changed", "wrong_password"],
        ["wrong_password", "changed"],
    ), "of two at once one changes it"
    assert isinstance(await attempt(world, await email_of(world, who), "another password"), str)
