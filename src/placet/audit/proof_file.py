"""A proof that can be checked anywhere: events, their place in the tree, and the signed checkpoint over it, as one JSON file.

Pure, and with nothing of Placet's data at hand: that is what it is for. docs/explanation/trail.md says how another program does it.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from placet.audit import checkpoint, leaf, merkle
from placet.audit.checkpoint import PublicKey, Signed
from placet.errors import Invalid


class ProvenEvent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One event: the members of its leaf, the body and salt it commits to, its place, and the hashes from there up to the root.

    `salt` is in hexadecimal, each of `path` in base64.
    """

    leaf: dict[str, Any]
    body: str
    salt: str
    index: int
    path: list[str]


class ProofFile(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """Events under one signed checkpoint, and the public key that it was signed with, for whoever has no better word for it."""

    format: Literal["placet-proof/1"] = "placet-proof/1"
    events: list[ProvenEvent]
    checkpoint: str
    public_key: str


class Broken(Exception):
    """It proves nothing; `str(error)` says of what, in a sentence."""


def write(file: ProofFile) -> bytes:
    """The file as it is kept: indented, since people look at it."""
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def read(text: bytes | str) -> ProofFile:
    """A proof from its text; Invalid where it is none."""
    try:
        return msgspec.json.decode(text, type=ProofFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"This is no proof of the trail: {error}.", code="invalid_proof") from None


def check(file: ProofFile, keys: Sequence[PublicKey] = ()) -> Signed:
    """Check all of it; the checkpoint and whose it is. Broken says what does not hold.

    `keys` are those to believe. Without any the file's own key is: then whoever made the file may have made the key too.
    """
    signed = checkpoint.verified(file.checkpoint, keys or [checkpoint.read_public_key(file.public_key)])
    if signed is None:
        raise Broken(
            f"The checkpoint is not signed by the key that is believed. It names {checkpoint.signer(file.checkpoint)}."
        )
    if not file.events:
        raise Broken("There is no event in it.")
    for event in file.events:
        _check(event, signed.checkpoint)
    return signed


def _check(event: ProvenEvent, under: checkpoint.Checkpoint) -> None:
    called = f"Event {event.leaf.get('seq', '?')}"
    try:
        salt, path = bytes.fromhex(event.salt), [b64decode(each, validate=True) for each in event.path]
    except ValueError:
        raise Broken(f"{called} has a salt or a path that cannot be read.") from None
    if leaf.commitment(salt, event.body).hex() != event.leaf.get("commitment"):
        raise Broken(f"{called} says something else than what it committed to.")
    if not merkle.includes(event.index, under.size, merkle.leaf_hash(leaf.data(event.leaf)), path, under.root):
        raise Broken(f"{called} does not match the signed root.")
