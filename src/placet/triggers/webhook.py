"""The trigger `webhook`: tells an address of an approval. Signed as Standard Webhooks says, shaped as a CloudEvent.

The body names ids, the field and the decision; values only if the endpoint asked for them. It is made once for a delivery
and kept, so every attempt sends the same bytes under the same id; only the timestamp and with it the signature differ.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from placet._version import __version__
from placet.db import json
from placet.errors import Invalid
from placet.settings import Settings
from placet.triggers.addresses import check_url
from placet.triggers.calling import post
from placet.triggers.trigger import Context, Delivery, Result, Trigger

PREFIX = "whsec_"
SECRET_BYTES = 32  # Standard Webhooks: 24 to 64


class Signing(msgspec.Struct, forbid_unknown_fields=True):
    """A signing secret; `until` is when one that was rotated out stops signing."""

    secret: str
    until: datetime | None = None


class WebhookConfig(msgspec.Struct, forbid_unknown_fields=True):
    """Where to call, whether values go along, and what to sign with (newest first)."""

    url: str
    include_values: bool = False
    signing: list[Signing] = []


class Webhook(Trigger):
    """POSTs a signed CloudEvent."""

    name, label = "webhook", "Call a webhook"
    Config = WebhookConfig
    secrets = frozenset({"signing"})

    def check(self, config: WebhookConfig) -> None:
        """There must be something to sign with."""
        if not config.signing:
            raise Invalid("A webhook needs a secret to sign with.", code="invalid_config")

    def body(self, delivery: Delivery, config: WebhookConfig, settings: Settings) -> bytes:
        """The CloudEvent in structured JSON."""
        return json.encode(cloud_event(delivery, settings.address, values=config.include_values)).encode()

    async def call(self, delivery: Delivery, config: WebhookConfig, context: Context) -> Result:
        """POST the body, signed for this moment."""
        check_url(config.url, loopback=context.outside.loopback)
        body = delivery.body or b""
        now = datetime.now(UTC)
        live = [held.secret for held in config.signing if held.until is None or held.until > now]
        return await post(context, config.url, body, headers(delivery.id, now, body, live))


def cloud_event(delivery: Delivery, source: str, *, values: bool) -> dict[str, Any]:
    """A CloudEvents 1.0 event; https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md."""
    data: dict[str, Any] = {
        "artifactId": delivery.artifact_id,
        "artifactType": delivery.artifact_type,
        "customerId": delivery.customer_id,
        "batchId": delivery.batch_id,
        "eventId": delivery.event_id,
        "field": delivery.field,
        "decision": delivery.status,
        "decidedAt": _instant(delivery.decided_at),
        "decidedBy": delivery.decided_by,
        "onBehalfOf": delivery.on_behalf_of,
        "createdByType": delivery.created_by_type,
        "createdById": delivery.created_by_id,
        "reverts": delivery.reverts,
    }
    if values:
        data |= {
            "payload": delivery.payload,
            "value": delivery.value,
            "former": delivery.former,
            "reason": delivery.reason,
        }
    return {
        "specversion": "1.0",
        "id": delivery.id,
        "source": source,
        "type": f"placet.artifact.{delivery.status}",
        "subject": f"artifacts/{delivery.artifact_id}",
        "time": _instant(delivery.decided_at),
        "datacontenttype": "application/json",
        "data": data,
    }


def headers(delivery_id: str, at: datetime, body: bytes, signing: list[str]) -> dict[str, str]:
    """What goes with a body: its id, the moment, and a signature by each secret."""
    timestamp = str(int(at.timestamp()))
    return {
        "Content-Type": "application/cloudevents+json",
        "User-Agent": f"Placet/{__version__}",
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(sign(secret, delivery_id, timestamp, body) for secret in signing),
    }


def sign(secret: str, delivery_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; https://www.standardwebhooks.com."""
    content = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), content, sha256)).decode()


def new_secret() -> str:
    """A signing secret, as it is handed out once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise Invalid("A signing secret is whsec_ and base64.", code="invalid_config") from None


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
