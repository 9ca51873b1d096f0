"""What a leaf of the trail's tree is: the bytes over everything `event` keeps of an event, and the check of its body.

The bytes are one JSON object as RFC 8785 writes it (keys in order, no white space, only what must be escaped is), in UTF-8:

    {"actorId":…,"actorType":…,"artifactId":…,"at":…,"batchId":…,"commitment":…,"customerId":…,"door":…,"field":…,"id":…,
     "kind":…,"onBehalfOf":…,"seq":…,"v":1}

without the line break. Every member is always there; what an event does not have is null. `seq` is a number, `at` is UTC with
six digits of a second and a Z, `commitment` is SHA-256 over salt and body, in lower-case hexadecimal; the rest is text. So the
leaf holds ids and digests, and nothing that names or quotes anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from placet.audit.merkle import leaf_hash

VERSION = 1
_encode = msgspec.json.Encoder(order="sorted").encode
_MEMBERS = {  # the column of `event` -> the member of the leaf
    "seq": "seq",
    "id": "id",
    "kind": "kind",
    "artifact_id": "artifactId",
    "customer_id": "customerId",
    "batch_id": "batchId",
    "actor_type": "actorType",
    "actor_id": "actorId",
    "on_behalf_of": "onBehalfOf",
    "door": "door",
    "field": "field",
}


def members(row: Any) -> dict[str, Any]:
    """The members of a leaf, from a row of `event`."""
    found = {member: row[column] for column, member in _MEMBERS.items()}
    return {**found, "at": instant(row["at"]), "commitment": row["commitment"].hex(), "v": VERSION}


def data(leaf: Mapping[str, Any]) -> bytes:
    """The bytes of a leaf from its members."""
    return _encode(leaf)


def hash_of(row: Any) -> bytes:
    """The hash of the leaf of a row of `event`."""
    return leaf_hash(data(members(row)))


def commitment(salt: bytes, body: str) -> bytes:
    """What an event commits to instead of its body."""
    return sha256(salt + body.encode()).digest()


def instant(at: datetime) -> str:
    """A moment as the leaf has it: 2026-11-26T12:27:18.123456Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
