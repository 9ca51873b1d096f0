"""Webhooks over HTTP: admins manage them, auditors read. A secret is answered once and never stored in an answer, so the
routes that answer one take no Idempotency-Key.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.auth import runtime_of
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body
from placet.api.rules import (
    Delay,
    Empty,
    RuleState,
    check_admin,
    check_overseer,
    rule_state,
    types,
)
from placet.api.spec import described
from placet.db.engine import Connection
from placet.triggers import rules, webhooks
from placet.triggers.rules import DELAY_S, WEBHOOK, Rule


class WebhookWire(RuleState, rename="camel", kw_only=True):
    """A webhook. `secrets` says until when each of its signing secrets signs, the newest first (null: until rotated)."""

    url: str
    include_values: bool


class WebhookAnswer(msgspec.Struct):
    """One webhook."""

    webhook: WebhookWire


class WebhooksAnswer(msgspec.Struct):
    """Every webhook, in the order they were added."""

    webhooks: list[WebhookWire]


class WebhookWithSecret(msgspec.Struct):
    """A webhook and the secret its calls are signed with, shown this once."""

    id: str
    secret: str
    webhook: WebhookWire


class NewWebhookBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Where to call, for which kinds of approval, whether values go along."""

    url: str
    kinds: list[str]
    include_values: bool = False
    delay_seconds: Delay = DELAY_S
    note: str | None = None


class WebhookBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What to change; members left out stay."""

    url: str | msgspec.UnsetType = msgspec.UNSET
    kinds: list[str] | msgspec.UnsetType = msgspec.UNSET
    include_values: bool | msgspec.UnsetType = msgspec.UNSET
    delay_seconds: Delay | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET


class KeepBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """How many minutes the secret before goes on signing beside the new one; a day unless said otherwise."""

    keep_for_minutes: Annotated[int, msgspec.Meta(ge=0, le=43_200)] = 1440


class TestAnswer(msgspec.Struct, rename="camel"):
    """How the call went: the receiver's status and the beginning of its answer, or why there was none."""

    good: bool
    said: str
    status_code: int | None
    answer: str | None


class Webhooks(Controller):
    """Addresses that are told of approvals."""

    path = "/api/webhooks"

    @get("/", opt=described("webhooks", {200: WebhooksAnswer}, problems=(422,)))
    async def list_webhooks(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List the webhooks. For admins and auditors."""
        check_overseer(request, "list the webhooks")
        async with runtime_of(request).reading() as connection:
            return ok(WebhooksAnswer([wire(rule) for rule in await rules.list_rules(connection, only=WEBHOOK)]))

    @post("/", opt=described("webhooks", {201: WebhookWithSecret}, body=NewWebhookBody, problems=(409, 422)))
    async def add_webhook(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Add a webhook; its secret is answered this once. For admins.

        The address is https, and every address of its name must be public. Kinds are `artifact.accepted` and
        `artifact.edited` for approvals of any type, or those of one type, such as `profile_edit.accepted`.
        """
        who = check_admin(request, "add a webhook")
        body = await read_body(request, NewWebhookBody)
        runtime = runtime_of(request)
        await webhooks.check_address(body.url, runtime.settings)

        async def work(connection: Connection) -> tuple[Rule, str]:
            return await webhooks.add(
                connection,
                who,
                url=body.url,
                kinds=body.kinds,
                settings=runtime.settings,
                types=types(),
                include_values=body.include_values,
                delay_s=body.delay_seconds,
                note=body.note,
            )

        rule, secret = await runtime.transact(work)
        return ok(WebhookWithSecret(rule.id, secret, wire(rule)), 201)

    @get("/{webhook_id:str}", opt=described("webhooks", {200: WebhookAnswer}))
    async def get_webhook(self, request: Request[Any, Any, Any], webhook_id: FromPath[str]) -> Response[bytes]:
        """Read a webhook. For admins and auditors."""
        check_overseer(request, "read about a webhook")
        async with runtime_of(request).reading() as connection:
            return ok(WebhookAnswer(wire(await rules.get(connection, webhook_id, only=WEBHOOK))))

    @patch(
        "/{webhook_id:str}",
        opt=described("webhooks", {200: WebhookAnswer}, body=WebhookBody, problems=(404, 409, 422), idempotent=True),
    )
    async def change_webhook(self, request: Request[Any, Any, Any], webhook_id: FromPath[str]) -> Response[bytes]:
        """Change a webhook, or turn it off and on. For admins.

        Off, nothing new is promised to it, and what waits goes on waiting until it is on again.
        """
        who = check_admin(request, "change a webhook")
        body = await read_body(request, WebhookBody)
        runtime = runtime_of(request)
        if body.url is not msgspec.UNSET:
            await webhooks.check_address(body.url, runtime.settings)
        config = {
            name: value
            for name, value in (("url", body.url), ("include_values", body.include_values))
            if value is not msgspec.UNSET
        }

        async def work(connection: Connection) -> Answer:
            if (
                config
                or body.kinds is not msgspec.UNSET
                or body.delay_seconds is not msgspec.UNSET
                or body.note is not msgspec.UNSET
            ):
                await rules.change(
                    connection,
                    who,
                    webhook_id,
                    secret_key=runtime.settings.secret_key,
                    types=types(),
                    only=WEBHOOK,
                    kinds=body.kinds if body.kinds is not msgspec.UNSET else None,
                    config=config or None,
                    delay_s=body.delay_seconds if body.delay_seconds is not msgspec.UNSET else None,
                    note=body.note,
                )
            if body.enabled is not msgspec.UNSET:
                await rules.set_enabled(connection, who, webhook_id, body.enabled, only=WEBHOOK)
            return Answer(200, WebhookAnswer(wire(await rules.get(connection, webhook_id, only=WEBHOOK))))

        return await once(request, work)

    @delete("/{webhook_id:str}", opt=described("webhooks", {204: None}), status_code=204)
    async def remove_webhook(self, request: Request[Any, Any, Any], webhook_id: FromPath[str]) -> None:
        """Remove a webhook; its secrets are forgotten and what waits for it is cancelled. For admins."""
        who = check_admin(request, "remove a webhook")
        await runtime_of(request).transact(lambda c: rules.remove(c, who, webhook_id, only=WEBHOOK))

    @post(
        "/{webhook_id:str}/rotate",
        opt=described(
            "webhooks", {201: WebhookWithSecret}, body=KeepBody, body_required=False, problems=(404, 409, 422)
        ),
    )
    async def rotate_webhook(self, request: Request[Any, Any, Any], webhook_id: FromPath[str]) -> Response[bytes]:
        """Give a webhook another secret, answered this once; calls carry both signatures for a while. For admins."""
        who = check_admin(request, "rotate a secret")
        body = await read_body(request, KeepBody, empty_is_object=True)
        runtime = runtime_of(request)

        async def work(connection: Connection) -> tuple[Rule, str]:
            keep = timedelta(minutes=body.keep_for_minutes)
            return await webhooks.rotate(
                connection, who, webhook_id, settings=runtime.settings, types=types(), keep=keep
            )

        rule, secret = await runtime.transact(work)
        return ok(WebhookWithSecret(rule.id, secret, wire(rule)), 201)

    @post(
        "/{webhook_id:str}/test",
        opt=described("webhooks", {200: TestAnswer}, body=Empty, body_required=False, problems=(404, 409, 422)),
        status_code=200,
    )
    async def test_webhook(self, request: Request[Any, Any, Any], webhook_id: FromPath[str]) -> Response[bytes]:
        """Call a webhook now, with a signed event of the type `placet.webhook.test`, and answer how it went. For admins."""
        check_admin(request, "test a webhook")
        await read_body(request, Empty, empty_is_object=True)
        runtime = runtime_of(request)
        async with runtime.reading() as connection:
            rule = await rules.get(connection, webhook_id, only=WEBHOOK)
        tested = await webhooks.test(rule, runtime.settings)
        return ok(TestAnswer(tested.good, tested.said, tested.status_code, tested.answer))


def wire(rule: Rule) -> WebhookWire:
    """A webhook as it is shown."""
    return WebhookWire(
        **rule_state(rule), url=str(rule.config["url"]), include_values=bool(rule.config.get("include_values"))
    )
