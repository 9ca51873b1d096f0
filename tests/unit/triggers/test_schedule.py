"""When a delivery is tried again, and what signs and seals."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from conftest import external
from placet.errors import Conflict
from placet.triggers.schedule import SCHEDULE, wait_after
from placet.triggers.sealing import seal, unseal
from placet.triggers.webhook import headers, new_secret, sign

HOUR = 3600


def test_the_waits_add_up_to_the_schedule_of_standard_webhooks():
    waits = [wait_after(tried, dice=lambda: 0.0) for tried in range(1, len(SCHEDULE))]
    due, times = 0.0, [0.0]
    for wait in waits:
        due += wait.total_seconds()
        times.append(due)
    assert times == [0, 5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
    assert wait_after(len(SCHEDULE)) is None


def test_jitter_only_ever_waits_longer_and_who_asks_for_more_gets_it():
    assert wait_after(2, dice=lambda: 1.0) == timedelta(seconds=295 * 1.2)
    assert wait_after(1, asked=timedelta(hours=1)) == timedelta(hours=1)
    assert wait_after(5, asked=timedelta(seconds=1), dice=lambda: 0.0) == timedelta(hours=3)


def test_the_published_vectors_are_signed_as_they_say():
    vectors = json.loads((external("standard-webhooks") / "vectors.json").read_text())
    assert len(vectors) > 10
    for vector in vectors:
        sent = vector["headers"]
        if (
            not {"webhook-id", "webhook-timestamp", "webhook-signature"} <= sent.keys()
            or not sent["webhook-timestamp"].isdigit()
        ):
            continue
        ours = sign(vector["secret"], sent["webhook-id"], sent["webhook-timestamp"], vector["body"].encode())
        in_time = abs(vector["now"] - int(sent["webhook-timestamp"])) <= 300
        assert (ours in sent["webhook-signature"].split() and in_time) == vector["valid"], vector["name"]


def test_a_verifier_takes_each_secret_that_signs_and_no_other():
    from standardwebhooks import Webhook, WebhookVerificationError

    old, new, other = new_secret(), new_secret(), new_secret()
    now = datetime.now(UTC)
    sent = headers("id1", now, b'{"a":1}', [new, old])
    for secret in (old, new):
        assert Webhook(secret).verify(b'{"a":1}', sent) == {"a": 1}
    for secret, body in ((other, b'{"a":1}'), (new, b'{"a":2}')):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, sent)
    late = headers("id1", now - timedelta(minutes=6), b'{"a":1}', [new])
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(b'{"a":1}', late)


def test_what_is_sealed_opens_with_its_key_and_in_its_row_only():
    sealed = seal("k" * 32, "rule1", b"secret")
    assert b"secret" not in sealed
    assert unseal("k" * 32, "rule1", sealed) == b"secret"
    assert seal("k" * 32, "rule1", b"secret") != sealed
    for key, row, code in (("x" * 32, "rule1", "wrong_secret_key"), ("k" * 32, "rule2", "wrong_secret_key"),
                           (None, "rule1", "no_secret_key")):  # fmt: skip
        with pytest.raises(Conflict) as refused:
            unseal(key, row, sealed)
        assert refused.value.code == code
