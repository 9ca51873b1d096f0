"""Triggers and their rules over HTTP: anybody who may sign in sees which triggers there are, admins set up when they fire."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body
from placet.api.spec import described
from placet.artifacts.artifact import instant
from placet.artifacts.artifact_type import artifact_types
from placet.customers import access
from placet.db.engine import Connection
from placet.errors import Forbidden, Invalid, NotFound
from placet.identity.principal import Principal
from placet.triggers import rules
from placet.triggers.rules import DELAY_S, WEBHOOK, Rule
from placet.triggers.trigger import provenance, triggers

Delay = Annotated[int, msgspec.Meta(ge=0, le=86_400)]


class Empty(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing is said."""


class RuleState(msgspec.Struct, rename="camel", kw_only=True):
    """What every rule shows. `waiting` counts deliveries that are promised and not made; `disabledWhy` says who or what
    turned it off; `pausedUntil` is set while its receiver asked to be left alone.
    """

    id: str
    kinds: list[str]
    delay_seconds: int
    note: str | None
    created_at: str | None
    created_by: str
    enabled: bool
    disabled_why: str | None
    paused_until: str | None
    waiting: int


class RuleWire(RuleState, rename="camel", kw_only=True):
    """A rule: its trigger, and the trigger's configuration without the members that are secret."""

    trigger: str
    config: dict[str, Any]


class RuleAnswer(msgspec.Struct):
    """One rule."""

    rule: RuleWire


class RulesAnswer(msgspec.Struct):
    """Every rule but webhooks, in the order they were added."""

    rules: list[RuleWire]


class NewRuleBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which trigger fires for which kinds of approval; without kinds, for artifacts that name it only."""

    trigger: str
    kinds: list[str] = []
    config: dict[str, Any] = {}
    delay_seconds: Delay = DELAY_S
    note: str | None = None


class RuleBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What to change; members left out stay, those of `config` too."""

    kinds: list[str] | msgspec.UnsetType = msgspec.UNSET
    config: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    delay_seconds: Delay | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET


class TriggerWire(msgspec.Struct, rename="camel"):
    """A trigger: the distribution it came with and its version, the JSON Schema of its configuration, which members of that
    are secret, and whether it does nothing until a rule sets it up.
    """

    name: str
    label: str
    distribution: str
    needs_rule: bool
    secrets: list[str]
    config: dict[str, Any]


class TriggersAnswer(msgspec.Struct):
    """The installed triggers."""

    triggers: list[TriggerWire]


class Rules(Controller):
    """What follows which approval."""

    path = "/api"

    @get("/triggers", opt=described("triggers", {200: TriggersAnswer}, problems=(422,)))
    async def list_triggers(self) -> Response[bytes]:
        """Read the installed triggers: what `workflowTrigger` may name."""
        found = []
        for each in triggers().values():
            about = each.describe()
            found.append(
                TriggerWire(
                    each.name,
                    each.label,
                    provenance()[each.name],
                    about["needsRule"],
                    about["secrets"],
                    about["config"],
                )
            )
        return ok(TriggersAnswer(found))

    @get("/trigger-rules", opt=described("triggers", {200: RulesAnswer}, problems=(422,)))
    async def list_rules(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List the rules but webhooks. For admins and auditors."""
        check_overseer(request, "list the rules")
        async with runtime_of(request).reading() as connection:
            return ok(RulesAnswer([wire(rule) for rule in await rules.list_rules(connection, but=WEBHOOK)]))

    @post(
        "/trigger-rules",
        opt=described("triggers", {201: RuleAnswer}, body=NewRuleBody, problems=(409, 422), idempotent=True),
    )
    async def add_rule(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Add a rule: a trigger, its configuration, the kinds of approval that fire it. For admins."""
        who = check_admin(request, "add a rule")
        body = await read_body(request, NewRuleBody)
        runtime = runtime_of(request)
        if body.trigger == WEBHOOK:
            raise Invalid("Webhooks have their own route: POST /api/webhooks.", code="use_webhooks")

        async def work(connection: Connection) -> Answer:
            made = await rules.add(
                connection,
                who,
                body.trigger,
                kinds=body.kinds,
                config=body.config,
                secret_key=runtime.settings.secret_key,
                types=types(),
                delay_s=body.delay_seconds,
                note=body.note,
            )
            return Answer(201, RuleAnswer(wire(made)))

        return await once(request, work)

    @get("/trigger-rules/{rule_id:str}", opt=described("triggers", {200: RuleAnswer}))
    async def get_rule(self, request: Request[Any, Any, Any], rule_id: FromPath[str]) -> Response[bytes]:
        """Read a rule. For admins and auditors."""
        check_overseer(request, "read about a rule")
        async with runtime_of(request).reading() as connection:
            return ok(RuleAnswer(wire(_no_webhook(await rules.get(connection, rule_id)))))

    @patch(
        "/trigger-rules/{rule_id:str}",
        opt=described("triggers", {200: RuleAnswer}, body=RuleBody, problems=(404, 409, 422), idempotent=True),
    )
    async def change_rule(self, request: Request[Any, Any, Any], rule_id: FromPath[str]) -> Response[bytes]:
        """Change a rule, or turn it off and on. For admins."""
        who = check_admin(request, "change a rule")
        body = await read_body(request, RuleBody)
        runtime = runtime_of(request)

        async def work(connection: Connection) -> Answer:
            _no_webhook(await rules.get(connection, rule_id))
            if any(given is not msgspec.UNSET for given in (body.kinds, body.config, body.delay_seconds, body.note)):
                await rules.change(
                    connection,
                    who,
                    rule_id,
                    secret_key=runtime.settings.secret_key,
                    types=types(),
                    kinds=body.kinds if body.kinds is not msgspec.UNSET else None,
                    config=body.config if body.config is not msgspec.UNSET else None,
                    delay_s=body.delay_seconds if body.delay_seconds is not msgspec.UNSET else None,
                    note=body.note,
                )
            if body.enabled is not msgspec.UNSET:
                await rules.set_enabled(connection, who, rule_id, body.enabled)
            return Answer(200, RuleAnswer(wire(await rules.get(connection, rule_id))))

        return await once(request, work)

    @delete("/trigger-rules/{rule_id:str}", opt=described("triggers", {204: None}), status_code=204)
    async def remove_rule(self, request: Request[Any, Any, Any], rule_id: FromPath[str]) -> None:
        """Remove a rule; its secrets are forgotten and what waits for it is cancelled. For admins."""
        who = check_admin(request, "remove a rule")

        async def work(connection: Connection) -> None:
            _no_webhook(await rules.get(connection, rule_id))
            await rules.remove(connection, who, rule_id)

        await runtime_of(request).transact(work)


def check_admin(request: Request[Any, Any, Any], act: str) -> Principal:
    """Who asks, an admin; Forbidden for anybody else, before anything says what is there."""
    who = principal_of(request)
    access.check_admin(who, act)
    return who


def check_overseer(request: Request[Any, Any, Any], act: str) -> None:
    """Raise Forbidden unless an admin or an auditor asks."""
    if principal_of(request).type not in ("admin", "auditor"):
        raise Forbidden(f"Only an admin or an auditor may {act}.", code="overseers_only")


def types() -> list[str]:
    """The artifact types a kind may name."""
    return list(artifact_types())


def rule_state(rule: Rule) -> dict[str, Any]:
    """What every rule shows, as the members of `RuleState`."""
    return {
        "id": rule.id,
        "kinds": rule.kinds,
        "delay_seconds": rule.delay_s,
        "note": rule.note,
        "created_at": instant(rule.created_at),
        "created_by": rule.created_by,
        "enabled": rule.disabled_at is None and rule.removed_at is None,
        "disabled_why": "Removed." if rule.removed_at is not None else rule.disabled_why,
        "paused_until": instant(rule.paused_until),
        "waiting": rule.waiting,
    }


def wire(rule: Rule) -> RuleWire:
    """A rule as it is shown."""
    return RuleWire(**rule_state(rule), trigger=rule.trigger, config=rule.config)


def _no_webhook(rule: Rule) -> Rule:
    if rule.trigger == WEBHOOK:
        raise NotFound("Rule not found")
    return rule
