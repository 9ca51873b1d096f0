"""Events as sentences: what a trail, a timeline and an overview tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from placet.artifacts.artifact_type import artifact_type
from placet.audit.timeline import Line
from placet.customers import fields
from placet.customers.schema import ProfileSchema
from placet.errors import PlacetError
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import show
from placet.web.render import HIDDEN, length, segment

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
    "delegation.ended": " ended that {toUserName} stands in for {fromUserName}",
}
_DELIVERY = {
    "delivered": " called {trigger} about ",
    "delivery_dead": " gave up calling {trigger} about ",
    "delivery_replayed": " had {trigger} called again about ",
}
_DOORS = {  # how an act came in
    "web": "On the web",
    "api": "Over the API",
    "mcp": "Over MCP",
    "cli": "From the command line",
    "library": "From Python",
}
_RINGS = ("accepted", "edited", "rejected", "superseded", "expired", "withdrawn")  # acts with a ring mark of their own
_INK = ("accepted", "edited")


def trail(lines: Iterable[Line], who: Principal, schema: ProfileSchema) -> tuple[views.Happening, ...]:
    """An artifact's events, with everything they keep."""
    return tuple(
        _happening(
            line,
            who,
            schema,
            (_reason(line), _behalf(line, who), _before(line, schema), _looked(line), _DOORS.get(line.door)),
        )
        for line in lines
    )


def timeline(lines: Iterable[Line], who: Principal, schema: ProfileSchema) -> tuple[views.Happening, ...]:
    """A customer's events. For whom an agent proposed goes without saying there; for whom a person decided does not."""
    return tuple(
        _happening(line, who, schema, (_reason(line), _behalf(line, who) if line.act != "proposed" else None))
        for line in lines
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
    line: Line, who: Principal, schema: ProfileSchema, caption: Iterable[str | None] = ()
) -> views.Happening:
    """An event as one sentence and a caption."""
    actor = "You" if line.actor_id == who.id else line.actor_name
    label = _label(line, schema)
    return views.Happening(
        at=line.at,
        mark=line.act if line.act in _RINGS else "check" if line.body.get("action") else _MARKS.get(line.act, "info"),
        sentence=tuple(_sentence(line, actor, label, schema)),
        caption=". ".join(part for part in caption if part) or None,
        ink=line.act in _INK,
        number=line.seq,
    )


def _reason(line: Line) -> str | None:
    return show.worded(str(line.body["reason"])) if line.body.get("reason") else None


def _behalf(line: Line, who: Principal) -> str | None:
    name = line.body.get("onBehalfOfName")
    return f"For {show.named(who, line.on_behalf_of, name)}" if name else None


def _before(line: Line, schema: ProfileSchema) -> str | None:
    """What the profile said before an edit; the sentence of an acceptance says so itself."""
    if line.act != "edited" or line.field is None or "before" not in line.body:
        return None
    return f"Before: {_shown(line, 'before', schema) or 'not recorded'}"


def _looked(line: Line) -> str | None:
    """Whether the evidence was open before a decision, by the word of the page it was made on."""
    looked = line.body.get("looked")
    if not looked:
        return None
    if not looked["opened"]:
        return "Decided without opening the evidence"
    ms = looked.get("ms")
    return f"Read for {length(ms / 1000)} before deciding" if ms is not None else "Decided with the evidence open"


def _sentence(line: Line, actor: str, label: str, schema: ProfileSchema) -> Iterable[views.Bit]:
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
                yield bit(text=_instead(line, schema))
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
        case "signed":
            yield from (bit(text=" signed "), bit(text=label, kind="strong", href=href))
            yield from (bit(text=": "), bit(text=_shown(line, "after", schema), kind="proposed"))
            yield bit(text=". A second signature decides")
        case "signature_lapsed":
            yield from (bit(text=" counts the signature on "), bit(text=label, kind="strong", href=href))
            yield bit(text=f" by {line.body.get('signedByName')} no more")
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
