"""Candidates for fields made of parts: objects, and lists of objects. Nothing here is known of a field but what its schema says."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.acquaintances import NAME
from placet.agent.reader.candidate import LABEL, SAYS, TOPIC, Context, Seen, Spot
from placet.agent.reader.text import rx
from placet.agent.reader.values.objects import members_of, read_object, relation_in, split_items
from placet.customers.schema import Field

_END = r"\.\s|\.$|\s{3,}"
_LONGEST = 300  # nobody describes a person or a thing at greater length in one breath
_CHILDREN = (
    rf"\b(?:has|have|having|with|are|their|his|her|my|our) (?:[a-z]+ ){{0,3}}?(?P<kin>children|kids|sons|daughters|"
    rf"twins|grandchildren)\b[:,]?\s?\(?(?={NAME}\b)"
)


def composites(field: Field, spot: Spot, context: Context) -> Iterator[Seen]:
    """Objects behind the field's label, under its heading, or where a sentence calls the field by its name."""
    members = members_of(field)
    if not members:
        return
    several = field.type == "list"
    text, low = spot.statement.text, spot.statement.low
    if spot.label == field.key:
        yield from _read(
            field, members, spot, context, spot.statement.body - spot.statement.start, LABEL, several=several
        )
    elif spot.under == field.key:
        yield from _read(field, members, spot, context, 0, TOPIC, several=several)
    elif several and "relation" in members:
        match = rx(_CHILDREN, 0).search(text)
        if match is not None:
            yield from _read(
                field, members, spot, context, match.end(), SAYS, relation=relation_in(match["kin"]), several=True
            )
    elif not several:
        named = rx(context.cue(field).trigger, 0).search(low) if context.cue(field).trigger else None
        # Whoever is to be the trusted contact stands before these words or right behind them, with a relation or a number.
        if named is not None:
            before, behind = text[: named.start()], text[named.end() :]
            words = behind if rx(r"^\s?(?:is|will be|:|should be|to be|now)\b", 0).match(behind.lower()) else before
            found = read_object(words[-_LONGEST:], members, context.region)
            if len(found) > 1:
                start = spot.statement.start + (named.end() if words is behind else 0)
                yield Seen(field.key, found, start, start + len(words.rstrip()), spot.statement.start, SAYS)


def _read(
    field: Field, members: list[str], spot: Spot, context: Context, begin: int, strength: int, *, relation: str = "", several: bool
) -> Iterator[Seen]:  # fmt: skip
    statement = spot.statement
    stop = rx(_END).search(statement.text, begin + 12) if several or strength != LABEL else None
    words = statement.text[begin : stop.start() if stop else None][:_LONGEST].rstrip(" .,;")
    pieces = split_items(words) if several else [words]
    found = []
    for piece in pieces:
        each = read_object(piece, members, context.region, relation=relation)
        if each:
            relation = str(each.get("relation", relation))
            found.append(each)
    if found:
        start = statement.start + begin
        yield Seen(field.key, found if several else found[0], start, start + len(words), statement.start, strength)
