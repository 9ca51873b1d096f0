"""What follows approvals: `placet triggers` for rules of any trigger, webhooks among them, `placet deliveries` for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, object_of
from placet.cli.output import count, print_json, print_table, say, tell
from placet.cli.people import instant_of

if TYPE_CHECKING:
    from placet.db.engine import Connection
    from placet.runtime import Runtime
    from placet.triggers.log import Logged
    from placet.triggers.rules import Rule

triggers = typer.Typer(no_args_is_help=True, help="Say which approvals fire which trigger.")
deliveries = typer.Typer(no_args_is_help=True, help="Look at what was delivered, and make a delivery again.")
RuleId = Annotated[str, typer.Argument(metavar="ID", help="The rule's id, as the list shows it.", show_default=False)]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="A kind of approval, such as profile_edit.accepted; again for more."),
]
Delay = Annotated[
    int, typer.Option(metavar="SECONDS", min=0, max=86_400, help="How long a decision can be undone unseen.")
]
EVERY = ["artifact.accepted", "artifact.edited"]


@triggers.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """List the installed triggers and the rules, webhooks among them."""
    from placet.cli.database import transact
    from placet.triggers import rules
    from placet.triggers.trigger import broken_triggers, provenance
    from placet.triggers.trigger import triggers as installed

    held = transact(rules.list_rules)
    if as_json:
        listed = [
            {"name": each.name, "label": each.label, "distribution": provenance()[each.name]}
            for each in installed().values()
        ]
        print_json({"triggers": listed, "rules": [_shown(rule) for rule in held], "broken": broken_triggers()})
        return
    print_table(
        ("trigger", "does", "from"), [(each.name, each.label, provenance()[each.name]) for each in installed().values()]
    )
    for name, why in broken_triggers().items():
        tell(f"The plug-in {name} could not be loaded: {why}")
    if not held:
        say("\nThere are no rules yet. placet triggers add and placet triggers webhook make one.")
        return
    say("")
    rows = [
        (rule.called, rule.trigger, ", ".join(rule.kinds) or "where it is named", _state(rule), rule.id)
        for rule in held
    ]
    print_table(("rule", "trigger", "for", "state", "id"), rows, keep=("id", "trigger"))


@triggers.command(
    "add", epilog='Example: placet triggers add filing --kind profile_edit.accepted --config \'{"folder": "/srv"}\''
)
def add_rule(
    trigger: Annotated[str, typer.Argument(metavar="TRIGGER", help="The trigger's name.", show_default=False)],
    kind: Kinds = None,
    config: Annotated[str, typer.Option(metavar="JSON|@FILE", help="The trigger's configuration.")] = "{}",
    delay: Delay = 10,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="What people know it by.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a rule: this trigger fires for approvals of these kinds.

    Without any kind it fires for artifacts that name it only.
    """
    given = object_of("--config", config)

    async def work(runtime: Runtime) -> Rule:
        from placet.artifacts.artifact_type import artifact_types
        from placet.cli.database import OPERATOR
        from placet.triggers import rules

        return await runtime.transact(
            lambda connection: rules.add(
                connection,
                OPERATOR,
                trigger,
                kinds=kind or [],
                config=given,
                secret_key=runtime.settings.secret_key,
                types=list(artifact_types()),
                delay_s=delay,
                note=note,
            )
        )

    from placet.cli.database import run

    rule = run(work)
    if as_json:
        print_json(_shown(rule))
    else:
        say(f"Rule {rule.id}: {rule.trigger} for {', '.join(rule.kinds) or 'artifacts that name it'}.")


@triggers.command("webhook", epilog="Example: placet triggers webhook https://crm.example/hooks/placet")
def add_webhook(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to call, with https.", show_default=False)],
    kind: Kinds = None,
    values: Annotated[bool, typer.Option("--values", help="Send the values too, not only which field.")] = False,
    delay: Delay = 10,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="What people know it by.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a webhook, and show its signing secret this once.

    Without --kind it is told of every approval.
    """

    async def work(runtime: Runtime) -> tuple[Rule, str]:
        from placet.artifacts.artifact_type import artifact_types
        from placet.cli.database import OPERATOR
        from placet.triggers import webhooks

        await webhooks.check_address(url, runtime.settings)
        return await runtime.transact(
            lambda connection: webhooks.add(
                connection,
                OPERATOR,
                url=url,
                kinds=kind or EVERY,
                settings=runtime.settings,
                types=list(artifact_types()),
                include_values=values,
                delay_s=delay,
                note=note,
            )
        )

    from placet.cli.database import run

    rule, secret = run(work)
    if as_json:
        print_json({"id": rule.id, "secret": secret})
    else:
        tell(f"Webhook {rule.id}; its secret, shown this once:")
        say(secret)


@triggers.command("off")
def turn_off(rule_id: RuleId) -> None:
    """Turn a rule off. Nothing new is promised to it; what waits goes on waiting."""
    say(f"{_turn(rule_id, False).called} is off.")


@triggers.command("on")
def turn_on(rule_id: RuleId) -> None:
    """Turn a rule on again."""
    say(f"{_turn(rule_id, True).called} is on.")


@triggers.command("remove")
def remove_rule(rule_id: RuleId) -> None:
    """Remove a rule. Its secrets are forgotten, and what waits for it is cancelled."""

    async def work(connection: Connection) -> None:
        from placet.cli.database import OPERATOR
        from placet.triggers import rules

        await rules.remove(connection, OPERATOR, rule_id)

    from placet.cli.database import transact

    transact(work)
    say(f"Rule {rule_id} is removed.")


@deliveries.command("list", epilog="Example: placet deliveries list --status dead")
def list_log(
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="promised, delivered, dead, cancelled or unrouted.")
    ] = None,
    rule: Annotated[str | None, typer.Option(metavar="ID", help="Only what is for this rule.")] = None,
    artifact: Annotated[str | None, typer.Option(metavar="ID", help="Only what follows from this artifact.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=200, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List deliveries, the newest first."""

    async def work(connection: Connection) -> list[Logged]:
        from placet.cli.database import OPERATOR
        from placet.triggers import log

        filters = log.Filters(status=status, endpoint=rule, artifact_id=artifact)
        return (await log.list_deliveries(connection, OPERATOR, filters, limit=limit))[0]

    from placet.cli.database import transact

    found = transact(work)
    if as_json:
        print_json([_logged(each) for each in found])
    elif not found:
        say("There are no such deliveries.")
    else:
        rows = [
            (each.status, each.to, each.customer_name, count(each.attempts, "attempt"), each.said or "", each.id)
            for each in found
        ]
        print_table(("state", "to", "about", "tried", "last", "id"), rows, keep=("id", "state"))


@deliveries.command("replay")
def replay(
    delivery_id: Annotated[
        str, typer.Argument(metavar="ID", help="The delivery's id, as the list shows it.", show_default=False)
    ],
) -> None:
    """Make a dead or delivered one again, under the same id."""

    async def work(connection: Connection) -> Logged:
        from placet.cli.database import OPERATOR
        from placet.triggers import log

        return await log.replay(connection, OPERATOR, delivery_id)

    from placet.cli.database import transact

    say(f"Delivery {transact(work).id} is due now.")


def _turn(rule_id: str, on: bool) -> Rule:
    async def work(connection: Connection) -> Rule:
        from placet.cli.database import OPERATOR
        from placet.triggers import rules

        return await rules.set_enabled(connection, OPERATOR, rule_id, on)

    from placet.cli.database import transact

    return transact(work)


def _state(rule: Rule) -> str:
    waiting = f", {rule.waiting} waiting" if rule.waiting else ""
    return ("on" if rule.disabled_at is None else f"off: {rule.disabled_why}") + waiting


def _shown(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "trigger": rule.trigger,
        "kinds": rule.kinds,
        "config": rule.config,
        "delaySeconds": rule.delay_s,
        "note": rule.note,
        "enabled": rule.disabled_at is None,
        "disabledWhy": rule.disabled_why,
        "waiting": rule.waiting,
    }


def _logged(each: Logged) -> dict[str, Any]:
    return {
        "id": each.id,
        "status": each.status,
        "kind": each.kind,
        "trigger": each.trigger,
        "endpoint": each.rule_id,
        "to": each.to,
        "artifactId": each.artifact_id,
        "attempts": each.attempts,
        "said": each.said,
        "statusCode": each.status_code,
        "dueAt": instant_of(each.due_at) if each.status == "promised" else None,
    }
