"""Who stands in for whom, as a page; and the form that hands one artifact to a colleague."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.artifacts.artifact import Artifact
from placet.customers import delegations, records
from placet.customers.delegations import Delegation
from placet.db.engine import Connection
from placet.errors import Conflict, Invalid
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import choosing, forms
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.render import segment

PLACE = "/settings/delegations"
_FIELDS = ("fromUserId", "toUserId", "customerId", "from", "until", "reason")
_ABOUT = {  # which field of the form an error is about
    "giver_missing": "fromUserId",
    "unknown_rm": "toUserId",
    "delegate_is_giver": "toUserId",
    "not_attached": "customerId",
    "reason_too_long": "reason",
}


@get(PLACE)
async def show_delegations(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What the caller delegated and was delegated; for admins and auditors everybody's."""
    return await _page(request)


@post(PLACE, status_code=303)
async def delegate(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take the form for a new delegation."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    sent = {name: forms.one(form, name) for name in _FIELDS}
    first, last = _day(sent["from"]), _day(sent["until"])
    if last is None:
        return await _page(request, sent, {"until": "Say until which day."})

    async def work(connection: Connection) -> Delegation:
        return await delegations.delegate(
            connection,
            who,
            to_user=await choosing.chosen(connection, sent, "toUserId"),
            from_at=_starts(first) if first is not None and first > datetime.now(UTC).date() else None,
            until_at=_starts(last + timedelta(days=1)),  # the last day counts
            customer_ids=[sent["customerId"]] if sent["customerId"] else None,
            reason=sent["reason"],
            from_user=await choosing.chosen(connection, sent, "fromUserId", left=True) if sent["fromUserId"] else None,
        )

    try:
        made = await runtime.transact(work)
    except forms.Wrong as wrong:
        return await _page(request, sent, {wrong.field: wrong.sentence})
    except Invalid as error:
        return await _page(request, sent, {_ABOUT.get(error.code, "until"): error.sentence})
    return forms.go(PLACE, views.Notice(sentence=f"{made.to_user_name} stands in for {made.from_user_name}."))


@post(PLACE + "/{delegation_id:str}/end", status_code=303)
async def end_delegation(request: Request[Any, Any, Any], delegation_id: FromPath[str]) -> Response[bytes]:
    """End a delegation before its time."""
    runtime, who = runtime_and_caller(request)
    await forms.read_form(request)
    ended = await runtime.transact(lambda connection: delegations.end(connection, who, delegation_id))
    return forms.go(
        PLACE, views.Notice(sentence=f"{ended.to_user_name} no longer stands in for {ended.from_user_name}.")
    )


@post("/artifacts/{artifact_id:str}/hand-over", status_code=303)
async def hand_over(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """Let a colleague decide one artifact, for 14 days."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    sent = {name: forms.one(form, name) for name in ("toUserId", "reason")}

    async def work(connection: Connection) -> Delegation:
        to_user = await choosing.chosen(connection, sent, "toUserId")
        return await delegations.hand_over(connection, who, artifact_id, to_user=to_user, reason=sent["reason"])

    try:
        made = await runtime.transact(work)
        said = views.Notice(sentence=f"{made.to_user_name} may decide this too, until {made.until_at:%-d %B}.")
    except (forms.Wrong, Invalid, Conflict) as error:
        said = views.Notice(sentence=f"Not handed over. {error.sentence}", tone="refused")
    return forms.go(f"/artifacts/{segment(artifact_id)}", said)


async def receivers(connection: Connection, who: Principal, artifact: Artifact) -> tuple[str, ...]:
    """To whom this person may hand a pending artifact: nobody, unless they are its RM."""
    if not artifact.pending or who.type != "rm" or artifact.customer_rm != who.id:
        return ()
    return await choosing.suggestions(connection, who)


async def rows(connection: Connection, who: Principal) -> tuple[views.Standing, ...]:
    """The delegations a person gave or has; for admins and auditors everybody's."""
    return tuple(_row(delegation, who) for delegation in await delegations.list_delegations(connection, who))


async def _page(
    request: Request[Any, Any, Any], sent: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        found = await rows(connection, who)
        people = await choosing.suggestions(connection, who) if who.type != "auditor" else ()
        mine = await _customers(connection, who)
        around = await shell(request, connection, "settings")
    view = views.DelegationsPage(
        shell=around,
        rows=found,
        colleagues=people,
        for_others=who.type == "admin",
        customers=mine,
        sent=sent or {},
        errors=errors or {},
    )
    return html(view, 422 if errors else 200)


async def _customers(connection: Connection, who: Principal) -> tuple[views.Choice, ...]:
    """The customers attached to this person, by name."""
    if who.type != "rm":
        return ()
    found, _ = await records.list_customers(connection, who, limit=delegations.MAX_NAMED, values=False)
    return tuple(views.Choice(value=c.id, label=c.name) for c in found if c.rm_id == who.id)


def _row(found: Delegation, who: Principal) -> views.Standing:
    now = datetime.now(UTC)
    over = found.ended_at is not None or found.until_at <= now
    what = "all customers"
    if found.customer_ids is not None:
        what = "1 customer" if len(found.customer_ids) == 1 else f"{len(found.customer_ids)} customers"
    elif found.artifact_ids is not None:
        what = "1 proposal" if len(found.artifact_ids) == 1 else f"{len(found.artifact_ids)} proposals"
    return views.Standing(
        id=found.id,
        giver=_named(who, found.from_user, found.from_user_name),
        receiver=_named(who, found.to_user, found.to_user_name),
        what=what,
        from_at=found.from_at,
        until_at=found.until_at - timedelta(seconds=1),  # the last day, where it ends at midnight
        reason=found.reason,
        state="ended" if over else "live" if found.live else "to come",
        may_end=not over and who.type != "auditor",
    )


def _named(who: Principal, user_id: str, name: str) -> str:
    return "you" if user_id == who.id else name


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2 < found.year < 9998 else None


def _starts(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


handlers = (show_delegations, delegate, end_delegation, hand_over)
