"""Signed checkpoints of the trail, in the formats of C2SP: signed-note, tlog-checkpoint, and the texts of keys.

A checkpoint says how many leaves the tree had and what its root was; a signature makes it somebody's word. Pure: no database,
no file. Ed25519 throughout.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec

from placet.audit.merkle import HASH
from placet.errors import Invalid

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "  # what a signature's line begins with
_SEED = 32


class PublicKey(msgspec.Struct, frozen=True):
    """A key to check signatures with: its name, which is the trail's (its origin), and 32 bytes."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is handed on: `name+id+base64`."""
        return f"{self.name}+{self.id.hex()}+{_encoded(_ED25519 + self.key)}"


class SigningKey(msgspec.Struct, frozen=True):
    """A key to sign with: the trail's name and the 32 bytes of its seed."""

    name: str
    seed: bytes

    @property
    def public(self) -> PublicKey:
        """What its signatures are checked with."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return PublicKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The key as it is kept: `PRIVATE+KEY+name+id+base64`."""
        return f"PRIVATE+KEY+{self.name}+{self.public.id.hex()}+{_encoded(_ED25519 + self.seed)}"


class Checkpoint(msgspec.Struct, frozen=True):
    """The trail's name, how many leaves its tree had, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint and the key whose signature under it is good."""

    checkpoint: Checkpoint
    key: PublicKey


def new_key(name: str) -> SigningKey:
    """A new key for a trail of that name."""
    return SigningKey(_checked(name), secrets.token_bytes(_SEED))


def read_signing_key(text: str) -> SigningKey:
    """A key from its text; Invalid where it is none."""
    if not text.startswith("PRIVATE+KEY+"):
        raise Invalid("The trail's key begins with PRIVATE+KEY+.", code="invalid_key")
    name, key_id, seed = _parts(text.removeprefix("PRIVATE+KEY+"))
    found = SigningKey(name, seed)
    if found.public.id != key_id:
        raise Invalid("The trail's key has another id than it says.", code="invalid_key")
    return found


def read_public_key(text: str) -> PublicKey:
    """A key from its text; Invalid where it is none."""
    name, key_id, key = _parts(text)
    found = PublicKey(name, key)
    if found.id != key_id:
        raise Invalid("The public key has another id than it says.", code="invalid_key")
    return found


def sign(key: SigningKey, size: int, root: bytes) -> str:
    """A signed note: the checkpoint, an empty line, the signature."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    text = Checkpoint(key.name, size, root).text
    signature = Ed25519PrivateKey.from_private_bytes(key.seed).sign(text.encode())
    return f"{text}\n{_DASH}{key.name} {_encoded(key.public.id + signature)}\n"


def read(note: str) -> Checkpoint:
    """What a note says, whoever signed it; Invalid where it is no checkpoint."""
    text, empty, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not empty or not signatures.startswith(_DASH) or len(lines) < 3:
        raise Invalid("This is no signed checkpoint.", code="invalid_checkpoint")
    origin, size, root = lines[0], lines[1], _decoded(lines[2])
    if not origin or not _is_number(size) or root is None or len(root) != HASH:
        raise Invalid("This is no signed checkpoint.", code="invalid_checkpoint")
    return Checkpoint(origin, int(size), root)


def verified(note: str, keys: Iterable[PublicKey]) -> Signed | None:
    """The checkpoint, if one of these keys signed it and is the key of the trail it names; Invalid for no checkpoint at all."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    found = read(note)
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        given = _decoded(encoded) or b""
        for key in keys:
            if key.name == name == found.origin and given[:4] == key.id:
                try:
                    Ed25519PublicKey.from_public_bytes(key.key).verify(given[4:], f"{text}\n".encode())
                except (InvalidSignature, ValueError):
                    continue
                return Signed(found, key)
    return None


def signer(note: str) -> str:
    """Who a note says signed it first, as `name, key id`: nothing of that is checked."""
    line = note.partition("\n\n")[2].partition("\n")[0]
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    return f"{name}, key {(_decoded(encoded) or b'')[:4].hex()}"


def split(text: str) -> Iterator[str]:
    """The notes of a file that holds one after the other, empty lines between them; Invalid for anything else in it."""
    held: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        if held and held[-1].startswith(_DASH) and not line.startswith(_DASH):
            yield "\n".join(held) + "\n"
            held = []
        if line or held:
            held.append(line)
    if any(held):
        raise Invalid("There is something else than signed checkpoints in it.", code="invalid_checkpoint")


def _checked(name: str) -> str:
    if not name or "+" in name or any(c.isspace() or not c.isprintable() for c in name):
        raise Invalid(f"A trail's name has no spaces and no plus sign; {name[:60]!r} has.", code="invalid_key")
    return name


def _parts(text: str) -> tuple[str, bytes, bytes]:
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    try:
        number = bytes.fromhex(key_id)
    except ValueError:
        number = b""
    if len(number) != 4 or key is None or len(key) != 1 + _SEED or key[:1] != _ED25519:
        raise Invalid("A key of the trail is name+id+base64, with an Ed25519 key in it.", code="invalid_key")
    return _checked(name), number, key[1:]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18 and (text == "0" or text[0] != "0")


def _encoded(given: bytes) -> str:
    return b64encode(given).decode()


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None
