"""Webhooks: rules whose trigger is `webhook`, with an address that was looked at and secrets that sign.

A secret is answered once and kept encrypted. Rotated, the old one goes on signing beside the new one for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from placet.db import json
from placet.db.engine import Connection
from placet.errors import Conflict, Invalid
from placet.identity.principal import Principal
from placet.ids import new_id
from placet.settings import Settings
from placet.triggers import rules
from placet.triggers.addresses import Refused
from placet.triggers.calling import meaning
from placet.triggers.outside import Answer, CallFailed, Outside
from placet.triggers.rules import WEBHOOK, Rule
from placet.triggers.trigger import Done
from placet.triggers.webhook import Signing, headers, new_secret

OVERLAP = timedelta(hours=24)  # for which a rotated secret goes on signing, unless said otherwise
MAX_SIGNING = 4


class Tested(msgspec.Struct, kw_only=True):
    """How a test call went; `answer` is the beginning of what came back."""

    good: bool
    said: str
    status_code: int | None = None
    answer: str | None = None


async def check_address(url: str, settings: Settings) -> None:
    """Raise Refused unless the address may be called, every address of its name looked at; Invalid where it leads nowhere."""
    try:
        await Outside(loopback=settings.loopback_calls).check(url)
    except CallFailed as error:
        raise Invalid(str(error), code="address_refused") from None


async def add(
    connection: Connection,
    who: Principal,
    *,
    url: str,
    kinds: Sequence[str],
    settings: Settings,
    types: Sequence[str],
    include_values: bool = False,
    delay_s: int = rules.DELAY_S,
    note: str | None = None,
) -> tuple[Rule, str]:
    """A new webhook and its secret. The address has been checked (`check_address`), outside any transaction."""
    secret = new_secret()
    made = await rules.add(
        connection,
        who,
        WEBHOOK,
        kinds=kinds,
        config={"url": url, "include_values": include_values, "signing": [{"secret": secret}]},
        secret_key=settings.secret_key,
        types=types,
        delay_s=delay_s,
        note=note,
    )
    return made, secret


async def rotate(
    connection: Connection,
    who: Principal,
    rule_id: str,
    *,
    settings: Settings,
    types: Sequence[str],
    keep: timedelta = OVERLAP,
) -> tuple[Rule, str]:
    """Another secret; the ones before go on signing beside it for `keep`."""
    rule = await rules.hold(connection, rule_id, only=WEBHOOK)
    now = datetime.now(UTC)
    until = now + keep
    before = [Signing(held.secret, min(held.until or until, until)) for held in signing_of(rule, settings)]
    secret = new_secret()
    live = [held for held in before if held.until is not None and held.until > now][: MAX_SIGNING - 1]
    changed = await rules.change(
        connection,
        who,
        rule_id,
        secret_key=settings.secret_key,
        types=types,
        only=WEBHOOK,
        config={"signing": msgspec.to_builtins([Signing(secret), *live])},
        act="secret_rotated",
    )
    return changed, secret


def signing_of(rule: Rule, settings: Settings) -> list[Signing]:
    """The secrets a webhook signs with, newest first."""
    held = rules.secrets_of(rule, settings.secret_key).get("signing", [])
    return msgspec.convert(held, list[Signing], strict=False)


async def test(rule: Rule, settings: Settings) -> Tested:
    """Call a webhook now with an event that tells of nothing; nothing of it is stored."""
    if rule.removed_at is not None:
        raise Conflict("This webhook was removed.", code="rule_removed")
    now = datetime.now(UTC)
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"test-{new_id()}",
        "source": settings.address,
        "type": "placet.webhook.test",
        "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"webhookId": rule.id},
    }
    body = json.encode(event).encode()
    live = [held.secret for held in signing_of(rule, settings) if held.until is None or held.until > now]
    outside = Outside(loopback=settings.loopback_calls)
    try:
        answer: Answer = await outside.post(rule.config["url"], body, headers(event["id"], now, body, live))
    except (Refused, CallFailed) as error:
        return Tested(good=False, said=str(error))
    finally:
        await outside.close()
    result = meaning(answer)
    said = result.detail if isinstance(result, Done) else result.why
    return Tested(good=answer.good, said=said or "", status_code=answer.status, answer=answer.text)
