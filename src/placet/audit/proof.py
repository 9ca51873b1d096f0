"""Prove events: that each stands where the signed root says, with the body it committed to. It is worked out afresh each time.

Nothing stored is taken for granted: the leaf is hashed from the event, the path folded up to the root, the signature checked.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from placet.audit import checkpoint, leaf, merkle, tree
from placet.audit.checkpoint import Checkpoint, PublicKey, Signed
from placet.audit.proof_file import ProofFile, ProvenEvent
from placet.audit.tree import Kept
from placet.customers import access
from placet.db.engine import Connection, statements
from placet.errors import Conflict, Invalid, NotFound
from placet.identity.principal import Principal

SQL = statements(__package__, "proof.sql")
State = Literal["proven", "waiting", "broken"]


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """One event: `waiting` for its place (or for the checkpoint over it), else proven or broken; `path` where it has a place."""

    row: Any
    state: State
    index: int | None = None
    path: tuple[bytes, ...] = ()

    @property
    def seq(self) -> int:
        """The event's number."""
        return int(self.row["seq"])


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Some events held against the newest checkpoint; `signed` None where there is none, or none that a key here vouches for.

    `kept` is the checkpoint as stored, `said` what it says.
    """

    events: tuple[Examined, ...]
    kept: Kept | None = None
    said: Checkpoint | None = None
    signed: Signed | None = None

    @property
    def broken(self) -> list[Examined]:
        """The events that do not match the signed root."""
        return [event for event in self.events if event.state == "broken"]

    @property
    def waiting(self) -> list[Examined]:
        """The events that came after the checkpoint."""
        return [event for event in self.events if event.state == "waiting"]

    def file(self) -> ProofFile:
        """The proof as a file; Conflict where some of it does not hold, or not yet."""
        if self.broken:
            raise Conflict(f"Event {self.broken[0].seq} does not match the signed root.", code="proof_broken")
        if self.waiting or not self.events:
            raise Conflict("Not sealed yet: the next checkpoint comes within a second.", code="not_sealed")
        if self.kept is None or self.signed is None:
            raise _nobodys()
        return ProofFile(
            events=[
                ProvenEvent(
                    leaf=leaf.members(event.row),
                    body=event.row["body"],
                    salt=event.row["salt"].hex(),
                    index=event.index or 0,
                    path=[b64encode(each).decode() for each in event.path],
                )
                for event in self.events
            ],
            checkpoint=self.kept.note,
            public_key=self.signed.key.text,
        )


async def of_artifact(
    connection: Connection, keys: Sequence[PublicKey], artifact_id: str, *, limit: int = 200
) -> Findings:
    """Prove an artifact's events. Whether the caller may see that artifact is settled before."""
    query = SQL["of_artifact"].format(columns=SQL["columns"])
    return await examine(connection, keys, await connection.fetch(query, artifact_id, limit))


async def of_event(connection: Connection, keys: Sequence[PublicKey], who: Principal, event: str) -> Findings:
    """Prove one event, by its id or its number; NotFound where it is not there for this caller."""
    number = int(event) if event.isascii() and event.isdecimal() and len(event) <= 18 else None
    condition, scope = access.visible(who, "c.id", "c.rm_id", "e.artifact_id")
    row = await connection.fetchrow(
        SQL["of_event"].format(columns=SQL["columns"], visible=condition), scope, event, number
    )
    if row is None:
        raise NotFound("Event not found")
    return await examine(connection, keys, [row])


class Newest(msgspec.Struct, frozen=True):
    """The newest checkpoint, whose word it is, and the proof that an older tree is its beginning."""

    kept: Kept
    signed: Signed
    path: tuple[bytes, ...] = ()


async def checkpoint_since(connection: Connection, keys: Sequence[PublicKey], since: int | None) -> Newest:
    """The newest checkpoint, with the proof from the tree of `since` leaves on, if that is given.

    NotFound `no_checkpoint` before the first one, Conflict `not_vouched_for` where no key here signed it, Invalid where `since` is
    more than there is, Conflict `proof_broken` where the stored tree is not what the checkpoint says.
    """
    kept = await tree.last_checkpoint(connection)
    if kept is None:
        raise NotFound("There is no checkpoint yet.", code="no_checkpoint")
    signed = checkpoint.verified(kept.note, keys)
    if signed is None:
        raise _nobodys()
    size, root = signed.checkpoint.size, signed.checkpoint.root
    if since is None:
        return Newest(kept, signed)
    if since > size:
        raise Invalid(f"The newest checkpoint is over {size} events, fewer than {since}.", code="invalid_since")
    edge, proof = merkle.covering(0, since), merkle.consistency(since, size)
    try:
        hashes = await tree.read(connection, [*edge, *(s for part in proof for s in part)])
    except tree.Incomplete:
        hashes = {}
    path = merkle.hashes(proof, hashes.__getitem__) if hashes else []
    before = merkle.fold([hashes[s] for s in edge]) if hashes else b""
    if not merkle.extends(since, size, before, path, root):
        raise Conflict("The stored tree does not match the signed root.", code="proof_broken")
    return Newest(kept, signed, tuple(path))


def _nobodys() -> Conflict:
    return Conflict("No key is known here that signed the checkpoint.", code="not_vouched_for")


async def examine(connection: Connection, keys: Sequence[PublicKey], rows: Sequence[Any]) -> Findings:
    """Hold rows of `event`, with body, salt and place, against the newest checkpoint."""
    kept = await tree.last_checkpoint(connection)
    if kept is None:
        return Findings(events=tuple(Examined(row=row, state="waiting") for row in rows))
    try:
        said, signed = checkpoint.read(kept.note), checkpoint.verified(kept.note, keys)
    except Invalid:  # somebody wrote something else there: nothing matches that
        said, signed = checkpoint.Checkpoint("", 0, b""), None
    proofs = {
        row["index"]: merkle.inclusion(row["index"], kept.size)
        for row in rows
        if row["index"] is not None and 0 <= row["index"] < kept.size
    }
    try:
        hashes = await tree.read(connection, [s for proof in proofs.values() for part in proof for s in part])
    except tree.Incomplete:
        hashes = {}
    found = []
    for row in rows:
        index = row["index"]
        if index not in proofs:
            late = row["seq"] <= kept.settled  # everything up to there has its leaf: this one was put in afterwards
            found.append(Examined(row=row, state="broken" if late else "waiting"))
            continue
        try:
            path = merkle.hashes(proofs[index], hashes.__getitem__)
        except KeyError:
            found.append(Examined(row=row, state="broken", index=index))
            continue
        holds = (
            row["body"] is not None
            and leaf.commitment(row["salt"], row["body"]) == row["commitment"]
            and merkle.includes(index, said.size, leaf.hash_of(row), path, said.root)
        )
        found.append(Examined(row=row, state="proven" if holds else "broken", index=index, path=tuple(path)))
    return Findings(events=tuple(found), kept=kept, said=said, signed=signed)
