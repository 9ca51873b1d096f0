"""Drafts: the items of a proposed batch on their way to artifacts. Read, checked against the schema, judged against the
customer's present values; no I/O. `propose` does the reading and the writing around it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from placet.artifacts import evidence
from placet.artifacts.artifact_type import ArtifactType, artifact_types, label_of
from placet.customers import fields
from placet.customers.schema import Field, ProfileSchema
from placet.db import json
from placet.errors import Invalid, InvalidItems, PlacetError
from placet.identity.principal import Principal
from placet.ids import new_id
from placet.triggers.trigger import trigger


class Source(msgspec.Struct, kw_only=True):
    """The note the proposals were read from."""

    text: str
    title: str | None = None
    occurred_at: datetime | None = None


class Item(msgspec.Struct, kw_only=True):
    """One proposal. `at` is where its quote is said to start in its source: a hint, checked.

    `source` is where this one was read, if not in the batch's: the answer to a question, say.
    """

    payload: dict[str, Any]
    artifact_type: str = "profile_edit"
    workflow_trigger: str | None = None
    at: int | None = None
    source: Source | None = None


class Skipped(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """An item that became no artifact, and why: `duplicate`, `no_change`, `previously_rejected` or `policy`."""

    index: int
    reason: str
    artifact_id: str | None = None


class Draft(msgspec.Struct, kw_only=True):
    """An item on its way to a row."""

    index: int
    item: Item
    type: ArtifactType
    payload: dict[str, Any]
    field: str | None
    key: str
    value: Any = None
    field_version: int | None = None
    claim: bytes | None = None
    source_id: str | None = None
    source_sha256: str | None = None
    quote: evidence.Located = evidence.NOWHERE
    id: str = msgspec.field(default_factory=new_id)
    title: str = ""

    @property
    def label(self) -> str | None:
        """What the trail calls it: the label of its field, else its type and title."""
        return self.title or self.payload.get("field_display_name")


class World(msgspec.Struct):
    """What the customer's profile and pending artifacts say, read after the lock."""

    at: datetime
    values: dict[str, tuple[Any, int]]
    pending: list[tuple[str, str, str, str, dict[str, Any]]]  # id, type, field, item key, payload
    rejected: dict[bytes, str] = {}  # claims a person rejected, with the artifact's id


def read_items(items: Sequence[Item], schema: ProfileSchema) -> list[Draft]:
    """Every item as a draft; raises InvalidItems that names all the bad ones, so that an agent can mend them at once."""
    types = artifact_types()
    drafts: list[Draft] = []
    bad: list[dict[str, Any]] = []
    seen: dict[tuple[str, str], int] = {}
    for index, item in enumerate(items):
        try:
            draft = _read_item(index, item, types, schema)
            if draft.field is not None and (draft.type.name, draft.key) in seen:
                raise Invalid(
                    f"The field {draft.field} stands twice in this batch, first at {seen[draft.type.name, draft.key]}.",
                    code="field_twice",
                )
            seen[draft.type.name, draft.key] = index
            drafts.append(draft)
        except PlacetError as error:
            bad.append({"index": index, "code": error.code, "error": error.sentence})
    if bad:
        listed = "; ".join(f"{b['index']}: {b['error']}" for b in bad[:5]) + (" …" if len(bad) > 5 else "")
        raise InvalidItems(f"{len(bad)} of {len(items)} artifacts cannot be taken, so none was. {listed}", errors=bad)
    return drafts


def _read_item(index: int, item: Item, types: dict[str, ArtifactType], schema: ProfileSchema) -> Draft:
    found = types.get(item.artifact_type)
    if found is None:
        raise Invalid(f"There is no artifact type {item.artifact_type[:60]!r}.", code="unknown_type")
    json.require_storable(item.payload)
    if item.workflow_trigger is not None:
        trigger(json.require_text(item.workflow_trigger, "The workflow trigger"))
    found.read(item.payload)
    payload = dict(item.payload)
    found.check(payload, schema)
    field = found.field(payload)
    key = field if field is not None else sha256(json.encode(payload).encode()).hexdigest()
    draft = Draft(index=index, item=item, type=found, payload=payload, field=field, key=key)
    if field is None:
        draft.title = label_of(found, payload, schema)
    else:
        draft.value = found.proposed_value(payload, schema)
        draft.claim = claim(field, draft.value, found.quote(payload))
    return draft


def claim(field: str, value: Any, quote: str | None) -> bytes:
    """What an item says, as a digest: the field, the canonical value, the words it was read from with case and spaces folded.

    A person's rejection of it stands until there is other evidence or another value.
    """
    words = " ".join(unicodedata.normalize("NFKC", quote or "").casefold().split())
    return sha256(json.encode([field, value, words]).encode()).digest()


def judge(
    who: Principal, drafts: list[Draft], world: World, schema: ProfileSchema, *, own: bool = False
) -> tuple[list[Draft], list[Skipped]]:
    """Which drafts become artifacts; the rest with the reason. Fills in the label, the previous value, the version.

    `own` marks a person's own change: that somebody proposes the same, or that it was rejected once, does not stop them.
    """
    keep: list[Draft] = []
    skipped: list[Skipped] = []
    seen: set[tuple[str, str]] = set()
    for draft in drafts:
        field = schema.field(draft.field) if draft.field is not None else None
        if field is None:
            twin = next(
                (i for i, kind, _, key, _ in world.pending if (kind, key) == (draft.type.name, draft.key)), None
            )
            if twin is not None or (draft.type.name, draft.key) in seen:
                skipped.append(Skipped(index=draft.index, reason="duplicate", artifact_id=twin))
            else:
                seen.add((draft.type.name, draft.key))
                keep.append(draft)
            continue
        value, version = world.values.get(field.key, (None, 0))
        twin = next(
            (
                i
                for i, kind, key, _, payload in world.pending
                if key == field.key
                and kind == draft.type.name
                and _proposes(draft.type, payload, field, draft.value, schema)
            ),
            None,
        )
        if (field.policy == "human_only" and who.is_agent) or (who.fields is not None and field.key not in who.fields):
            skipped.append(Skipped(index=draft.index, reason="policy"))
        elif fields.same(field, value, draft.value):
            skipped.append(Skipped(index=draft.index, reason="no_change"))
        elif twin is not None and not own:
            skipped.append(Skipped(index=draft.index, reason="duplicate", artifact_id=twin))
        elif draft.claim in world.rejected and not own:
            before = world.rejected[draft.claim]
            skipped.append(Skipped(index=draft.index, reason="previously_rejected", artifact_id=before))
        else:
            said = draft.payload.setdefault("previous_value", value)
            if draft.payload.get("field_display_name") is None:
                draft.payload["field_display_name"] = field.label
            draft.payload.setdefault("source_text", None)
            draft.field_version = version if _is_current(field, said, value) else None
            keep.append(draft)
    return keep, skipped


def _proposes(kind: ArtifactType, payload: dict[str, Any], field: Field, value: Any, schema: ProfileSchema) -> bool:
    try:
        return fields.same(field, kind.proposed_value(payload, schema), value)
    except PlacetError:
        return False  # proposed under a schema that took it; no twin of anything proposed now


def _is_current(field: Field, said: Any, value: Any) -> bool:
    try:
        return fields.same(field, fields.canonical(field, said), value)
    except PlacetError:
        return False
