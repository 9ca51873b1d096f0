"""Rules, webhooks and the delivery log from the command line."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import SECRET_KEY, World

KEYED = {"PLACET_SECRET_KEY": SECRET_KEY, "PLACET_LOOPBACK_CALLS": "yes"}


async def test_a_webhook_is_added_turned_off_and_removed(placet: Any, world: World) -> None:
    made = placet(
        "triggers", "webhook", "http://127.0.0.1:9/hook", "--note", "CRM", "--delay", "0", "--json", **KEYED
    ).json
    assert made["secret"].startswith("whsec_")
    listed = placet("triggers", "list", "--json").json
    [rule] = listed["rules"]
    assert (rule["id"], rule["trigger"], rule["enabled"], rule["note"]) == (made["id"], "webhook", True, "CRM")
    assert rule["kinds"] == ["artifact.accepted", "artifact.edited"]
    assert "webhook" in {trigger["name"] for trigger in listed["triggers"]}

    rm = await world.person()
    proposal = await world.proposal(await world.customer(rm), "occupation", "Cook")
    await world.accept(rm, proposal)
    [waits] = placet("deliveries", "list", "--artifact", proposal.id, "--json").json
    assert (waits["status"], waits["endpoint"], waits["to"]) == ("promised", made["id"], "CRM")
    placet("deliveries", "replay", waits["id"]).refused("placet: It waits to be made already.")

    assert placet("triggers", "off", made["id"]).ok() == "CRM is off.\n"
    assert "off: Disabled by Command line., 1 waiting" in placet("triggers", "list").ok()
    assert placet("triggers", "on", made["id"]).ok() == "CRM is on.\n"
    placet("triggers", "remove", made["id"]).ok()
    assert "cancelled" in placet("deliveries", "list").ok()
    placet("triggers", "on", made["id"]).refused("placet: Rule not found")


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (["webhook", "http://crm.example/"], KEYED, "An address starts with https://."),
        (
            ["webhook", "http://127.0.0.1:9/"],
            {**KEYED, "PLACET_LOOPBACK_CALLS": "no"},
            "127.0.0.1 is not a public address.",
        ),
        (
            ["webhook", "http://127.0.0.1:9/"],
            {**KEYED, "PLACET_SECRET_KEY": ""},
            "PLACET_SECRET_KEY is not set, so no secret can be kept.",
        ),
        (["add", "carrier.pigeon"], KEYED, "There is no trigger 'carrier.pigeon'."),
        (["add", "webhook", "--kind", "artifact.rejected"], KEYED, "There is no kind 'artifact.rejected'."),
    ],
)
def test_what_cannot_be_a_rule_is_refused(
    placet: Any, arguments: list[str], settings: dict[str, str], sentence: str
) -> None:
    done = placet("triggers", *arguments, **settings)
    assert done.code == 1
    assert done.err.startswith(f"placet: {sentence}")


async def test_a_dead_one_is_made_again(placet: Any, world: World) -> None:
    rm = await world.person()
    proposal = await world.proposal(await world.customer(rm), "occupation", "Cook")
    await world.accept(rm, proposal)
    await world.runtime.transact(
        lambda c: c.execute(
            "insert into delivery (id, event_id, artifact_id, customer_id, topic, kind, trigger, status) "
            "select 'dead1', event_id, artifact_id, customer_id, topic, kind, 'webhook', 'dead' from delivery "
            "where artifact_id = $1",
            proposal.id,
        )
    )
    assert placet("deliveries", "list", "--status", "dead", "--json").json[0]["id"] == "dead1"
    assert placet("deliveries", "replay", "dead1").ok() == "Delivery dead1 is due now.\n"
    placet("deliveries", "list", "--status", "lost").refused("placet: A status is one of: promised")
