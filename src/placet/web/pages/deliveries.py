"""What follows approvals, on a page: webhooks and other rules, the delivery log, making one again. Admins act, auditors read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.artifacts.artifact_type import artifact_types
from placet.customers import access
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.errors import Conflict, Forbidden, Invalid
from placet.identity.principal import Principal
from placet.triggers import log, rules, webhooks
from placet.web import views
from placet.web.pages import as_admin, forms
from placet.web.pages.surroundings import html, runtime_and_caller, shell

PLACE = "/admin/deliveries"
LIMIT = 50
_STATES = {
    "promised": "Waits",
    "delivered": "Delivered",
    "dead": "Dead",
    "cancelled": "Cancelled",
    "unrouted": "No rule sends it anywhere",
}
_WORDLESS = {True: "Made.", False: "Under way, or its process died."}
_TONES = {"delivered": "good", "dead": "bad"}


class Narrowed(msgspec.Struct, kw_only=True):
    """What the log is narrowed to."""

    status: str | None = None
    rule: str | None = None
    before: int | None = None


@get(PLACE)
async def show_deliveries(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The rules and the delivery log."""
    return await page(request, read_query(request, Narrowed))


async def page(
    request: Request[Any, Any, Any],
    narrowed: Narrowed,
    *,
    errors: Mapping[str, str] | None = None,
    sent: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    """The page; also as the answer to a form that was refused."""
    runtime, who = runtime_and_caller(request)
    if who.type not in ("admin", "auditor"):
        raise Forbidden("Only an admin or an auditor may read the delivery log.", code="overseers_only")
    filters = log.Filters(status=narrowed.status, endpoint=narrowed.rule)
    async with runtime.reading() as connection:
        held = await rules.list_rules(connection)
        found, following = await log.list_deliveries(connection, who, filters, limit=LIMIT, before=narrowed.before)
        around = msgspec.structs.replace(await shell(request, connection, "admin"), here=PLACE)
    more = {"status": narrowed.status, "rule": narrowed.rule, "before": following}
    query = urlencode({name: value for name, value in more.items() if value})
    view = views.DeliveriesPage(
        shell=around,
        rules=tuple(_rule(rule) for rule in held),
        log=tuple(one(each, runtime.schema) for each in found),
        statuses=tuple(views.Choice(value=name, label=words) for name, words in _STATES.items()),
        rule_choices=tuple(views.Choice(value=rule.id, label=rule.called) for rule in held),
        status=narrowed.status or "",
        rule=narrowed.rule or "",
        next=f"{PLACE}?{query}" if following is not None else None,
        may=who.type == "admin",
        errors=dict(errors or {}),
        sent=dict(sent or {}),
    )
    return html(view, status)


@post(PLACE + "/webhooks")
async def add_webhook(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Add a webhook. The answer shows its secret, this once, and so is no redirect."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    access.check_admin(who, "add a webhook")
    url = forms.one(form, "url").strip()

    async def work(connection: Connection) -> str:
        _, secret = await webhooks.add(
            connection,
            who,
            url=url,
            kinds=["artifact.accepted", "artifact.edited"],
            settings=runtime.settings,
            types=list(artifact_types()),
            include_values=forms.one(form, "values") == "yes",
        )
        return secret

    try:
        await webhooks.check_address(url, runtime.settings)
        secret = await runtime.transact(work)
    except (Invalid, Conflict) as error:
        return await page(request, Narrowed(), errors={"url": error.sentence}, sent={"url": url}, status=error.status)
    made = as_admin.Secret(
        title="The webhook is added",
        label="Secret",
        secret=secret,
        about="Its calls are signed with it. It is shown this once; the receiver needs it.",
        back="deliveries",
    )
    return await as_admin.show_secret(request, PLACE, made)


@post(PLACE + "/rules/{rule_id:str}/disable", status_code=303)
async def disable_rule(request: Request[Any, Any, Any], rule_id: FromPath[str]) -> Response[bytes]:
    """Turn a rule off; what waits for it goes on waiting."""

    async def work(connection: Connection, who: Principal) -> str:
        return f"{(await rules.set_enabled(connection, who, rule_id, False)).called} is off. What waits for it goes on waiting."

    return await as_admin.do(request, PLACE, "turn a rule off", work)


@post(PLACE + "/rules/{rule_id:str}/enable", status_code=303)
async def enable_rule(request: Request[Any, Any, Any], rule_id: FromPath[str]) -> Response[bytes]:
    """Turn a rule on again."""

    async def work(connection: Connection, who: Principal) -> str:
        return f"{(await rules.set_enabled(connection, who, rule_id, True)).called} is on."

    return await as_admin.do(request, PLACE, "turn a rule on", work)


@post(PLACE + "/{delivery_id:str}/replay", status_code=303)
async def replay(request: Request[Any, Any, Any], delivery_id: FromPath[str]) -> Response[bytes]:
    """Make a delivery again, under the same id."""

    async def work(connection: Connection, who: Principal) -> str:
        await log.replay(connection, who, delivery_id)
        return "It will be made again in a moment, under the same id."

    return await as_admin.do(request, PLACE, "make a delivery again", work)


async def of_artifact(
    connection: Connection, who: Principal, artifact_id: str, schema: ProfileSchema
) -> tuple[views.Sent, ...]:
    """An artifact's deliveries with their attempts and what they made, in the order they were promised."""
    found, _ = await log.list_deliveries(connection, who, log.Filters(artifact_id=artifact_id), limit=20)
    return tuple([await _with_attempts(connection, who, each, schema) for each in reversed(found)])


async def _with_attempts(
    connection: Connection, who: Principal, found: log.Logged, schema: ProfileSchema
) -> views.Sent:
    _, attempts, made = await log.details(connection, who, found.id)
    return msgspec.structs.replace(
        one(found, schema),
        tries=tuple(
            views.Try(n=each.n, at=each.started_at, said=each.said or _WORDLESS[each.outcome is not None])
            for each in attempts
        ),
        files=tuple(views.File(name=each.name, href=f"/api/deliveries/{found.id}/outputs/{each.n}") for each in made),
    )


def one(found: log.Logged, schema: ProfileSchema) -> views.Sent:
    """A delivery in words."""
    state = _STATES.get(found.status, found.status)
    if found.status == "promised" and found.attempts:
        state = "Being tried" if found.under_way else "Waits to be tried again"
    field = schema.field(found.field) if found.field is not None else None
    label = field.label if field is not None else found.field_label or found.artifact_type.replace("_", " ")
    return views.Sent(
        id=found.id,
        artifact_id=found.artifact_id,
        about=f"{found.customer_name}: {label}",
        to=found.to if found.status != "unrouted" else "Nobody",
        state=state,
        tone=_TONES.get(found.status, "plain"),
        at=found.ended_at or (found.due_at if found.status == "promised" else found.created_at),
        said=found.said,
        attempts=found.attempts,
        replayable=found.status in ("dead", "delivered"),
    )


def _rule(rule: rules.Rule) -> views.Rule:
    state = rule.disabled_why if rule.disabled_at is not None else None
    return views.Rule(
        id=rule.id,
        called=rule.called,
        trigger=rule.trigger,
        kinds=", ".join(rule.kinds) or "artifacts that name it",
        waiting=rule.waiting,
        on=rule.disabled_at is None,
        state=state,
    )


handlers = (show_deliveries, add_webhook, disable_rule, enable_rule, replay)
