"""Mails about what waits: one a batch, one a day, to who wants it and nobody else; told once, by a real SMTP server."""

import asyncio
import datetime

import msgspec
import pytest

from conftest import World, item
from mailboxes import serving_mail
from placet.artifacts.propose import Item
from placet.notifications.choice import choose, chosen
from placet.notifications.tell import tell
from placet.runtime import Runtime

EARLY = datetime.datetime(2026, 11, 26, 6, 59, tzinfo=datetime.UTC)
LATER = EARLY + datetime.timedelta(minutes=1)


@pytest.fixture(scope="module")
async def mailbox():
    async with serving_mail() as box:
        yield box


@pytest.fixture(scope="module")
async def mailing(runtime, mailbox, server, database):
    """A runtime whose settings name the mail server."""
    settings = msgspec.structs.replace(
        runtime.settings, smtp_url=mailbox.url, mail_from="placet@bank.example", public_url="https://placet.example"
    )
    return Runtime(settings, schema=runtime.schema, pool=runtime.pool)


@pytest.fixture
async def rm(world: World, mailbox, owner):
    await owner.execute("delete from notification_choice; delete from notification")
    mailbox.clear()
    return await world.person(name="Ines Halvorsen")


async def wants(runtime, who, choice):
    await runtime.transact(lambda connection: choose(connection, who, choice))


async def test_nobody_is_told_who_did_not_ask(mailing, mailbox, world, rm):
    await world.proposal(await world.customer(rm), "occupation", "Cook")
    assert await tell(mailing, now=LATER) == 0
    async with mailing.reading() as connection:
        assert await chosen(connection, rm) == "off"
    assert mailbox.taken == []


async def test_at_once_is_one_mail_a_batch_without_any_value(mailing, mailbox, world, rm):
    customer = await world.customer(rm, {"occupation": "Baker"}, name="Tomasz Wrona")
    await world.proposal(customer, "email", "old@wrona.example")  # waits already: not told
    await wants(mailing, rm, "at_once")
    secret = Item(payload={"title": "Sell the Secret Holding"}, artifact_type="task")
    note = item("occupation", "Spy <b>x</b>", source_text="a secret quote")
    done = await world.propose(customer, note, item("dependants", 2), secret)
    assert (await tell(mailing, now=EARLY), await tell(mailing, now=EARLY)) == (1, 0)
    [message] = mailbox.messages
    text = message.get_content()
    assert (message["subject"], message["auto-submitted"]) == ("3 proposals for Tomasz Wrona", "auto-generated")
    assert "- Occupation" in text
    assert "- Task" in text
    assert f"https://placet.example/batches/{done.batch_id}" in text
    for value in ("Spy", "secret", "Secret", "Baker", "quote"):
        assert value not in text
    assert message["to"].addresses[0].display_name == "Ines Halvorsen"


async def test_what_is_decided_meanwhile_is_not_told(mailing, mailbox, world, rm):
    customer = await world.customer(rm)
    await wants(mailing, rm, "at_once")
    found = await world.proposal(customer, "occupation", "Cook")
    await world.accept(rm, found)
    assert await tell(mailing, now=EARLY) == 0
    assert mailbox.taken == []


async def test_ones_own_changes_and_other_peoples_customers_are_not_told(mailing, mailbox, world, rm):
    await wants(mailing, rm, "at_once")
    await world.proposal(await world.customer(await world.person()), "occupation", "Cook")
    await world.propose(await world.customer(rm), item("occupation", "Cook"), by=rm)
    assert await tell(mailing, now=EARLY) == 0


async def test_the_daily_mail_comes_once_from_seven_on_and_counts_by_customer(mailing, mailbox, world, rm):
    await wants(mailing, rm, "daily")
    for name, count in (("Ana", 2), ("Bo", 1)):
        customer = await world.customer(rm, name=name)
        fields = [("occupation", "Cook"), ("dependants", 2)][:count]
        await world.propose(customer, *(item(field, value) for field, value in fields))
    assert await tell(mailing, now=EARLY) == 0
    sent = await asyncio.gather(*(tell(mailing, now=LATER) for _ in range(4)))
    assert sum(sent) == 1
    assert await tell(mailing, now=LATER + datetime.timedelta(hours=9)) == 0
    [message] = mailbox.messages
    assert message["subject"] == "3 proposals wait for you"
    assert "- Ana: 2\n- Bo: 1" in message.get_content().replace("\r\n", "\n")
    assert await tell(mailing, now=LATER + datetime.timedelta(days=1)) == 1


async def test_what_was_not_taken_is_tried_again_under_the_same_message_id(mailing, mailbox, world, rm, owner):
    await wants(mailing, rm, "at_once")
    await world.proposal(await world.customer(rm), "occupation", "Cook")
    mailbox.says = {"data": "451 Later"}
    assert await tell(mailing, now=EARLY) == 0
    mailbox.clear()
    assert await tell(mailing, now=EARLY) == 0  # not due yet
    await owner.execute("update notification set due_at = now()")
    assert await tell(mailing, now=EARLY) == 1
    [row] = await world.rows("select id, attempts, said from notification where user_id = $1", rm.id)
    assert (row["attempts"], row["said"]) == (2, "sent")
    assert mailbox.messages[0]["message-id"] == f"<{row['id']}@bank.example>"


async def test_a_refusal_for_good_is_given_up_and_a_disabled_person_is_told_nothing(mailing, mailbox, world, rm, owner):
    await wants(mailing, rm, "at_once")
    customer = await world.customer(rm)
    await world.proposal(customer, "occupation", "Cook")
    mailbox.says = {"data": "550 No"}
    assert await tell(mailing, now=EARLY) == 0
    [row] = await world.rows("select said from notification where user_id = $1", rm.id)
    assert row["said"].startswith("given up")
    mailbox.clear()
    await world.proposal(customer, "dependants", 2)
    await owner.execute("update app_user set disabled_at = now() where id = $1", rm.id)
    assert await tell(mailing, now=LATER) == 0


async def test_it_is_chosen_over_http(http, world, rm):
    headers = await world.token(rm)
    assert (await http.get("/api/me/notifications", headers=headers)).json() == {"choice": "off", "mail": False}
    answer = await http.put("/api/me/notifications", json={"choice": "daily"}, headers=headers)
    assert (answer.status_code, answer.json()["choice"]) == (200, "daily")
    assert (await http.put("/api/me/notifications", json={"choice": "hourly"}, headers=headers)).status_code == 422
    agent = await world.token(agent="telling-reader")
    assert (await http.get("/api/me/notifications", headers=agent)).status_code == 403
