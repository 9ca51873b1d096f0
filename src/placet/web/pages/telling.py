"""Events as sentences: what a trail, a timeline and an overview tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type
from placet.audit.timeline import Line, Narrowed, Part
from placet.customers import fields
from placet.customers.schema import ProfileSchema
from placet.errors import PlacetError
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import show
from placet.web.pages.undoing import UNDOING, Told, undone_by
from placet.web.render import HIDDEN, segment
from placet.web.times import length

_MARKS = {
    "proposed": "pending",
    "created": "user-round-check",
    "reassigned": "users-round",
    "renamed": "pen-line",
    "revealed": "file-search",
    "deleted": "x",
    "rm_disabled": "users-round",
    "rm_enabled": "users-round",
    "rm_deleted": "users-round",
    "team_set": "users-round",
    "member_set": "users-round",
    "member_removed": "users-round",
    "ended": "users-round",
    "delivered": "check",
    "delivery_dead": "triangle-alert",
}
_SENTENCES = {  # what an event without a value says, from what it keeps; names missing there read as somebody or nobody
    "customer.created": " added this customer",
    "customer.reassigned": " attached this customer to {rmName}",
    "customer.renamed": " gave this customer another name: {after}",
    "customer.revealed": " looked at {label}, which is restricted",
    "customer.rm_disabled": " disabled {rmName}, to whom this customer is attached",
    "customer.rm_enabled": " let {rmName} in again, to whom this customer is attached",
    "customer.rm_deleted": " deleted {rmName}, so this customer is attached to nobody",
    "customer.team_set": " gave this customer to the team {teamName}",
    "customer.member_set": " named {userName} for this customer",
    "customer.member_removed": " took {userName} off this customer",
    "delegation.created": " had {toUserName} stand in for {fromUserName}",
    "delegation.ended": " ended that {toUserName} may stand in for {fromUserName}",
}
_VALUED: dict[str, Told] = {**UNDOING, "signed": (" signed ", "proposed", ". A second signature decides")}
_DELIVERY = {
    "delivered": " called {trigger} about ",
    "delivery_dead": " gave up calling {trigger} about ",
    "delivery_replayed": " had {trigger} called again about ",
}
_PEOPLE = ("fromUserName", "toUserName")  # of an event, told as "you" to whoever it is
_DOORS = {  # how an act came in
    "web": "On the web",
    "api": "Over the API",
    "mcp": "Over MCP",
    "cli": "From the command line",
    "library": "From Python",
}
_ACTS = {  # acts that are not called what they are in words
    "edited": "Accepted with a change",
    "created": "Added",
    "revealed": "Looked at",
    "delivery_dead": "Given up",
    "delivery_replayed": "Called again",
    "signature_lapsed": "Signature lapsed",
}
MOST_VALUES = 8  # acts, people and fields a timeline offers each
_RINGS = ("accepted", "edited", "rejected", "superseded", "expired", "withdrawn")  # acts with a ring mark of their own
_INK = ("accepted", "edited", "undone")


def trail(
    lines: Iterable[Line],
    who: Principal,
    schema: ProfileSchema,
    sent: Iterable[views.Sent] = (),
    undoing: Iterable[Artifact] = (),
) -> tuple[views.Happening, ...]:
    """An artifact's events with everything they keep, and between them what followed: the profile changed, a call that
    was not taken, the entry that undid it. What is no event has no number.
    """
    told: list[views.Happening] = []
    for line in lines:
        told.append(
            _happening(
                line, who, schema, (_reason(line), _behalf(line, who), _looked(line), _DOORS.get(line.door)), plain=True
            )
        )
        told += _applied(line, schema)
    told += [failed for delivery in sent for failed in _not_taken(delivery)]
    told += [undone_by(entry, who) for entry in undoing]
    return tuple(sorted(told, key=lambda happening: happening.at))


def _applied(line: Line, schema: ProfileSchema) -> list[views.Happening]:
    """What an approval did to the profile; nothing where it said so already."""
    if line.act not in _INK or line.field is None or line.body.get("before") == line.body.get("after"):
        return []
    before, after = (_shown(line, member, schema) or "not recorded" for member in ("before", "after"))
    bits = (
        views.Bit(text="Profile", kind="strong"),
        views.Bit(text=f" changed from {before} to "),
        views.Bit(text=after, kind="decided"),
    )
    return [
        views.Happening(
            at=line.at,
            mark="user-round-check",
            sentence=bits,
            caption="Together with the decision",
            ink=True,
        )
    ]


def _not_taken(sent: views.Sent) -> list[views.Happening]:
    """The attempts that came to nothing; the last one of a delivery that was made, or is being made, is no such."""
    done = sent.tone == "good" or sent.state == "Being tried"
    return [
        views.Happening(
            at=each.at,
            mark="triangle-alert",
            sentence=(views.Bit(text=sent.to, kind="strong"), views.Bit(text=" did not take it")),
            caption=f"{each.said} Attempt {each.n}",
        )
        for each in (sent.tries[:-1] if done else sent.tries)
    ]


def timeline(lines: Iterable[Line], who: Principal, schema: ProfileSchema) -> tuple[views.Happening, ...]:
    """A customer's events. For whom an agent proposed goes without saying there; for whom a person decided does not."""
    return tuple(
        _happening(line, who, schema, (_reason(line), _behalf(line, who) if line.act != "proposed" else None))
        for line in lines
    )


def facets(parts: Sequence[Part], narrowed: Narrowed, who: Principal, schema: ProfileSchema) -> tuple[views.Facet, ...]:
    """How a customer's events can be narrowed: by what was done, by whom, on which field, each with how many there are."""
    labels = {part.field: schema.label(part.field) for part in parts if part.field is not None}
    names = {p.actor_id: "You" if p.actor_id == who.id else p.actor_name or p.actor_id for p in parts}
    return (
        _facet("act", "What happened", _counted((p.act, p.events) for p in parts), _ACTS, narrowed.act),
        _facet("person", "By whom", _counted((p.actor_id, p.events) for p in parts), names, narrowed.person),
        _facet("field", "Field", _counted((p.field, p.events) for p in parts if p.field), labels, narrowed.field),
    )


def _counted(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, events in pairs:
        found[key] += events
    return found


def _facet(name: str, label: str, counts: Counter[str], words: Mapping[Any, str], chosen: str | None) -> views.Facet:
    """The commonest, and whatever is chosen."""
    most = [key for key, _ in counts.most_common(MOST_VALUES)]
    keys = most if chosen is None or chosen in most else [*most, chosen]
    return views.Facet(
        name=name,
        label=label,
        choices=tuple(
            views.FacetValue(
                value=key,
                label=words.get(key, key.replace("_", " ").capitalize()),
                count=counts[key],
                chosen=key == chosen,
            )
            for key in keys
        ),
    )


def lately(
    lines: Sequence[Line], who: Principal, schema: ProfileSchema, titles: Mapping[str, str], most: int
) -> tuple[views.Happening, ...]:
    """The last few events in short: what was proposed together is one of them; `titles` are notes' by batch id."""
    told = []
    for _, group in groupby(lines, key=_together):
        run = list(group)
        told.append(
            _happening(run[0], who, schema) if len(run) == 1 else _proposed(run, titles.get(run[0].batch_id or ""))
        )
    return tuple(told[:most])


def _together(line: Line) -> tuple[Any, ...]:
    if line.act == "proposed" and line.batch_id is not None:
        return ("proposed", line.batch_id, line.actor_id)
    return (line.id,)


def _proposed(run: Sequence[Line], title: str | None) -> views.Happening:
    bit = views.Bit
    last = run[0]
    batch = last.batch_id or ""
    query = show.batch_query(batch, last.customer_id, last.actor_id)
    sentence = [
        bit(text=f"{last.actor_name} proposed "),
        bit(text=f"{len(run)} changes", kind="strong", href=f"/batches/{segment(batch)}{query}"),
    ]
    if title is not None:
        sentence.append(bit(text=f" from {title}"))
    return views.Happening(at=last.at, mark="pending", sentence=tuple(sentence), number=last.seq)


def _happening(
    line: Line, who: Principal, schema: ProfileSchema, caption: Iterable[str | None] = (), *, plain: bool = False
) -> views.Happening:
    """An event as one sentence and a caption; a `plain` one leaves the value before to a line of its own."""
    you = {name: "you" for name in _PEOPLE if line.body.get(name.replace("Name", "Id")) == who.id}
    if line.actor_id == line.body.get("fromUserId"):
        you.setdefault("fromUserName", "them")  # whose name the sentence begins with
    line = msgspec.structs.replace(line, body={**line.body, **you})
    actor = "You" if line.actor_id == who.id else line.actor_name
    label = _label(line, schema)
    return views.Happening(
        at=line.at,
        mark=_mark(line),
        sentence=tuple(_sentence(line, actor, label, schema, plain=plain)),
        caption=". ".join(part for part in caption if part) or None,
        ink=line.act in _INK,
        number=line.seq,
    )


def _mark(line: Line) -> str:
    if line.act in _RINGS:
        return line.act
    return "undo-2" if line.act in UNDOING else "check" if line.body.get("action") else _MARKS.get(line.act, "info")


def _reason(line: Line) -> str | None:
    return show.worded(str(line.body["reason"])) if line.body.get("reason") else None


def _behalf(line: Line, who: Principal) -> str | None:
    name = line.body.get("onBehalfOfName")
    return f"For {show.named(who, line.on_behalf_of, name)}" if name else None


def _looked(line: Line) -> str | None:
    """Whether the evidence was open before a decision, by the word of the page it was made on."""
    looked = line.body.get("looked")
    if not looked:
        return None
    if not looked["opened"]:
        return "Decided without opening the evidence"
    ms = looked.get("ms")
    return (
        f"Evidence open for {length(ms / 1000)} before deciding" if ms is not None else "Decided with the evidence open"
    )


def _sentence(line: Line, actor: str, label: str, schema: ProfileSchema, *, plain: bool = False) -> Iterable[views.Bit]:
    bit = views.Bit
    href = f"/artifacts/{line.artifact_id}" if line.artifact_id else None
    yield bit(text=actor, kind="strong" if line.actor_type in ("rm", "admin") else "plain")
    match line.act:
        case "proposed":
            yield from (bit(text=" proposed "), bit(text=label, kind="strong", href=href))
            if line.field is not None:
                yield from (bit(text=": "), bit(text=_shown(line, "after", schema), kind="proposed"))
        case "accepted" | "edited":
            yield from (bit(text=" accepted "), bit(text=label, kind="strong", href=href))
            if line.act == "edited":
                yield bit(text=" with a change")
            if line.field is not None:
                yield from (bit(text=": "), bit(text=_shown(line, "after", schema), kind="decided"))
                yield bit(text=_instead(line, schema) if line.act == "edited" or not plain else "")
        case _ if line.act in _VALUED:
            did, kind, then = _VALUED[line.act]
            yield from (bit(text=did), bit(text=label, kind="strong", href=href), bit(text=": "))
            yield from (bit(text=_shown(line, "after", schema) or "not recorded", kind=kind), bit(text=then))
        case "rejected":
            yield from (bit(text=" rejected "), bit(text=label, kind="strong", href=href))
        case "superseded":
            yield from (bit(text=" set aside "), bit(text=label, kind="strong", href=href))
            winner = line.body.get("winner")
            yield bit(text=": ")
            yield bit(text="another proposal", href=f"/artifacts/{winner}" if winner else None)
            yield bit(text=" for this field was accepted")
        case "withdrawn" | "expired":
            yield from (bit(text=f" ended {label} as {line.act}", href=None),)
        case "signature_lapsed":
            yield from (bit(text=" no longer counts the signature on "), bit(text=label, kind="strong", href=href))
            yield bit(text=f" by {line.body.get('signedByName')}")
        case _ if line.act in _DELIVERY or line.body.get("action"):
            said = _DELIVERY.get(line.act, f" {line.act} ").format_map(_Names(line.body))
            yield from (bit(text=said), bit(text=label, kind="strong", href=href))
        case _:
            said = _SENTENCES.get(line.kind, f" recorded {line.kind}")
            yield bit(text=said.format_map(_Names(line.body)))


class _Names(dict[str, Any]):
    """What an event keeps, for a sentence; a name it does not have is nobody's."""

    def __getitem__(self, key: str) -> Any:
        return self.get(key) or "nobody"


def _instead(line: Line, schema: ProfileSchema) -> str:
    """What an accepted value stands in place of: what was proposed, where a person changed it, else the value before."""
    if line.act == "edited" and "proposed" in line.body:
        return f", not {_shown(line, 'proposed', schema)}"
    return f", was {_shown(line, 'before', schema)}" if line.body.get("before") is not None else ""


def _shown(line: Line, member: str, schema: ProfileSchema) -> str:
    """A value of an event as a person reads it."""
    value = line.body.get(member)
    field = schema.field(line.field) if line.field is not None else None
    if field is None:
        return "" if value is None else str(value)
    if field.restricted and value is not None:
        return HIDDEN
    try:
        return fields.display(field, fields.canonical(field, value))
    except PlacetError:
        return str(value)


def _label(line: Line, schema: ProfileSchema) -> str:
    """The field's own label, for an agent may call it whatever it likes; what it was called, where the field is gone."""
    field = schema.field(line.field) if line.field is not None else None
    if field is not None:
        return field.label
    if line.body.get("label"):
        return str(line.body["label"])
    return artifact_type(line.kind.partition(".")[0]).label
