"""The inbox over all customers, and the history of what was decided: lists whose state is in their address."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get

from placet.api.reading import read_query
from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_types
from placet.customers import access
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.errors import NotFound
from placet.identity import users
from placet.identity.principal import Principal
from placet.runtime import Runtime
from placet.web import views
from placet.web.pages import choosing, forms, show
from placet.web.pages.beside import beside, over
from placet.web.pages.proposals import open_card
from placet.web.pages.reader import Beside, said_once
from placet.web.pages.surroundings import PAGE, here, html, runtime_and_caller, shell, span
from placet.web.render import OUTCOMES, here_with

_ALL = "all"  # of the filter whose it is


class InboxQuery(msgspec.Struct, kw_only=True):
    """What the inbox and the history are narrowed to, and which card is open."""

    customer: str | None = None
    field: str | None = None
    confidence: str | None = None
    flag: str | None = None
    whose: str | None = None
    status: str | None = None
    order: str | None = None
    cursor: str | None = None
    first: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 1  # the number of the first row, for "51 to 100 of 230"
    open: str | None = None
    do: str | None = None
    sel: str | None = None  # ids of the selected rows, with dots between them: the shell reads them


@get("/inbox")
async def show_inbox(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Everything pending over all customers that is the caller's to decide; for who decides nothing, all they may see."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, InboxQuery)
    dual = runtime.schema.of_policy("dual")
    order = "asc" if query.order == "asc" else "desc"
    filters = inbox.Filters(
        status="pending",
        customer_id=query.customer,
        field=query.field,
        confidence=query.confidence,
        flag=query.flag,
        flagged=runtime.schema.of_policy(query.flag),
        whose=_chosen(who, query.whose),
        dual=dual,
    )
    async with runtime.reading() as connection:
        meant = await choosing.customer(connection, who, query.customer)
        if meant.id != query.customer:
            return forms.go(here_with(here(request), customer=meant.id))
        page = inbox.Page([], None)
        if not meant.unclear:
            page = await inbox.list_artifacts(connection, who, filters, limit=PAGE, order=order, cursor=query.cursor)
        counts = await inbox.pending_counts(connection, who, to_decide=True, dual=dual)
        around = await shell(request, connection, "inbox", counts)
        listed = await _with_opened(connection, who, page, query.open, order)
        near = await beside(connection, who, runtime.schema, listed)
        everything = query.whose == _ALL
        narrowed = bool(query.field or query.confidence or query.flag or (query.whose and not everything))
        if narrowed:
            counts = {}
        elif everything:
            counts = await inbox.pending_counts(connection, who)
        groups = _groups(listed, who, runtime.schema, near, counts, _cut(page, query, narrowed=narrowed))
        view = views.InboxPage(
            shell=around,
            groups=await _with_deciders(connection, who, groups, listed),
            filters=(
                *_whose(who, query.whose),
                await choosing.customer_filter(connection, who, meant, around.lately),
                *_filters(runtime, query),
                _flag(query.flag),
                _order(order),
            ),
            span=_span(request, page, query.first, None if narrowed or query.customer else sum(counts.values())),
            opened=await open_card(connection, runtime, who, listed, query.open, query.do),
            lately=await _last_decided(connection, runtime, who, 5) if not page.next_cursor else (),
            empty=_empty(listed, narrowed=narrowed or query.customer is not None, anybody=bool(around.lately)),
        )
    return html(view)


@get("/history")
async def show_history(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What was decided, newest first."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, InboxQuery)
    filters = inbox.Filters(
        status=query.status, customer_id=query.customer, field=query.field, confidence=query.confidence
    )
    async with runtime.reading() as connection:
        meant = await choosing.customer(connection, who, query.customer)
        if meant.id != query.customer:
            return forms.go(here_with(here(request), customer=meant.id))
        page = inbox.Page([], None)
        if not meant.unclear:
            page = await inbox.list_artifacts(
                connection, who, filters, limit=PAGE, order="decided", cursor=query.cursor
            )
        around = await shell(request, connection, "inbox")
        narrowed = bool(query.customer or query.field or query.confidence or query.status)
        near = await over(connection, page.artifacts)
        view = views.HistoryPage(
            shell=around,
            proposals=tuple(show.proposal(a, who, runtime.schema, beside=near) for a in page.artifacts),
            filters=(
                await choosing.customer_filter(connection, who, meant, around.lately),
                *_filters(runtime, query),
                _status(query.status),
            ),
            span=_span(request, page, query.first),
            empty=_empty(page.artifacts, narrowed=narrowed, anybody=True),
        )
    return html(view)


async def _with_opened(
    connection: Connection, who: Principal, page: inbox.Page, opened: str | None, order: str
) -> list[Artifact]:
    """The page's artifacts, with the one that is open though it waits no more: whoever looks sees what became of it."""
    if opened is None or any(artifact.id == opened for artifact in page.artifacts):
        return page.artifacts
    try:
        found = await inbox.get_artifact(connection, who, opened)
    except NotFound:
        return page.artifacts
    return inbox.in_order([*page.artifacts, found], order)


def _cut(page: inbox.Page, query: InboxQuery, *, narrowed: bool) -> set[str]:
    """The artifacts whose batch may go on beyond this list: all in a narrowed one, else those at the edges of a page."""
    found = page.artifacts
    if narrowed:
        return {artifact.id for artifact in found}
    edges = found[:1] if query.cursor is not None else []
    return {artifact.id for artifact in (edges + found[-1:] if page.next_cursor else edges)}


def _groups(
    artifacts: list[Artifact],
    who: Principal,
    schema: ProfileSchema,
    near: Beside,
    counts: dict[str, int],
    cut: Collection[str],
) -> tuple[views.CustomerGroup, ...]:
    by_customer: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        by_customer.setdefault(artifact.customer_ref, []).append(artifact)
    return tuple(
        _group(show.batches(group, who, schema, near, cut=cut), show.customer(group[0]), counts.get(key, len(group)))
        for key, group in by_customer.items()
    )


def _group(batches: tuple[views.Batch, ...], customer: views.Customer, pending: int) -> views.CustomerGroup:
    """The batches of a customer; whose they are is said once where it is the same for all."""
    plain, lent = said_once(batches)
    return views.CustomerGroup(customer=customer, pending=pending, batches=plain, lent=lent)


async def _with_deciders(
    connection: Connection, who: Principal, groups: tuple[views.CustomerGroup, ...], artifacts: list[Artifact]
) -> tuple[views.CustomerGroup, ...]:
    """The groups, those with the RM's name that the reader only looks at, as an admin, an auditor and a team's member do."""
    rms = {artifact.customer_ref: artifact.customer_rm for artifact in artifacts}
    seen = {
        group.customer.id: rm
        for group in groups
        if (rm := rms[group.customer.id]) not in (None, who.id)
        and group.lent is None
        and not any(each.may for batch in group.batches for each in batch.proposals)
    }
    names = await users.names(connection, set(seen.values())) if seen else {}
    return tuple(msgspec.structs.replace(group, decider=names.get(seen.get(group.customer.id, ""))) for group in groups)


def _filters(runtime: Runtime, query: InboxQuery) -> tuple[views.Filter, ...]:
    return (
        views.Filter(
            name="field",
            label="Field",
            value=query.field or "",
            choices=(
                views.Choice(value="", label="Any field"),
                *(views.Choice(value=f.key, label=f.label) for f in runtime.schema.fields),
            ),
        ),
        views.Filter(
            name="confidence",
            label="Confidence",
            value=query.confidence or "",
            choices=(
                views.Choice(value="", label="Any confidence"),
                *(views.Choice(value=word, label=word.capitalize()) for word in ("high", "medium", "low")),
            ),
        ),
    )


def _whose(who: Principal, whose: str | None) -> tuple[views.Filter, ...]:
    """Own customers or a colleague's, for whoever stands in for one, and all for whoever sees more than they may decide; to
    anybody else it would make no difference.
    """
    lent = who.type == "rm" and (whose in ("mine", "delegated") or bool(who.authority and who.authority.delegations))
    more = access.only_sees_some(who)
    words = {"": "What I decide" if more else "Mine and delegated"}
    if lent:
        words |= {"mine": "Mine", "delegated": "Delegated to me"}
    if more:
        words[_ALL] = "All I may see"
    if len(words) == 1:
        return ()
    choices = tuple(views.Choice(value=value, label=label) for value, label in words.items())
    return (views.Filter(name="whose", label="Whose", value=whose if whose in words else "", choices=choices),)


def _chosen(who: Principal, whose: str | None) -> str | None:
    """What that filter says to a list: without it, an RM's is what they decide; for who decides nothing it is everything."""
    if not whose:
        return inbox.TO_DECIDE if who.type == "rm" else None
    return None if whose == _ALL else whose


def _order(order: str) -> views.Filter:
    choices = (views.Choice(value="", label="Newest first"), views.Choice(value="asc", label="Oldest first"))
    return views.Filter(name="order", label="Order", value="asc" if order == "asc" else "", choices=choices)


def _flag(flag: str | None) -> views.Filter:
    words = {
        "stale": "Stale",
        "rival": "With a rival",
        "unverified": "Quote not found",
        "reason": "Needs a reason",
        "dual": "Two signatures",
    }
    choices = (
        views.Choice(value="", label="Any flag"),
        *(views.Choice(value=value, label=label) for value, label in words.items()),
    )
    return views.Filter(name="flag", label="Flag", value=flag if flag in words else "", choices=choices)


def _status(status: str | None) -> views.Filter:
    known = {s for kind in artifact_types().values() for s in kind.lifecycle.statuses} - {"pending"}
    choices = (
        views.Choice(value="", label="Any decision"),
        *(views.Choice(value=s, label=OUTCOMES.get(s, s)) for s in sorted(known)),
    )
    return views.Filter(name="status", label="Decision", value=status or "", choices=choices)


def _span(request: Request[Any, Any, Any], page: inbox.Page, first: int, total: int | None = None) -> views.Span | None:
    return span(request, first, len(page.artifacts), {"cursor": page.next_cursor} if page.next_cursor else None, total)


def _empty(artifacts: list[Artifact], *, narrowed: bool, anybody: bool) -> views.Empty | None:
    if artifacts:
        return None
    if narrowed:
        return "nothing_matches"
    return "nothing_waits" if anybody else "nobody_here"


async def _last_decided(
    connection: Connection, runtime: Runtime, who: Principal, count: int
) -> tuple[views.Proposal, ...]:
    page = await inbox.list_artifacts(connection, who, inbox.Filters(), limit=count, order="decided")
    near = await over(connection, page.artifacts)
    return tuple(show.proposal(a, who, runtime.schema, beside=near) for a in page.artifacts)


handlers = (show_inbox, show_history)
