"""Rules: which kinds of approval fire which trigger, with which configuration. Kept by admins, each change in the trail.

A webhook is a rule whose trigger is `webhook`. Access is the doors' to check (`access.check_admin`); nothing here calls anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from placet.audit import record
from placet.db import json
from placet.db.engine import Connection, database_time, statements
from placet.errors import Conflict, Invalid, NotFound
from placet.identity.principal import Principal
from placet.ids import new_id
from placet.triggers.sealing import seal, unseal
from placet.triggers.trigger import Trigger, trigger, triggers

SQL = {
    name: sql.replace("{columns}", statements(__package__, "rules.sql")["columns"])
    for name, sql in statements(__package__, "rules.sql").items()
}
WEBHOOK = "webhook"
DELAY_S = 10  # a decision can be undone for so long before anybody outside hears of it
MAX_RULES = 200
ANY = "artifact"  # stands for any type in a kind
APPROVALS = ("accepted", "edited")


class Rule(msgspec.Struct, kw_only=True):
    """One rule. `config` is without its secret members; `waiting` counts the deliveries that are promised and not made."""

    id: str
    seq: int
    trigger: str
    kinds: list[str]
    config: dict[str, Any]
    sealed: bytes | None
    delay_s: int
    note: str | None
    created_at: datetime
    created_by: str
    disabled_at: datetime | None
    disabled_why: str | None
    paused_until: datetime | None
    removed_at: datetime | None
    waiting: int

    @property
    def called(self) -> str:
        """What a person knows it by: its note, its address, else its trigger's name."""
        return self.note or str(self.config.get("url") or self.trigger)


async def list_rules(connection: Connection, *, only: str | None = None, but: str | None = None) -> list[Rule]:
    """The rules of one trigger, or of all but one, in the order they were added."""
    return [_rule(row) for row in await connection.fetch(SQL["list"], only, but)]


async def get(connection: Connection, rule_id: str, *, only: str | None = None) -> Rule:
    """A rule, removed ones included; NotFound where it is not there or of another trigger than `only`."""
    row = await connection.fetchrow(SQL["get"], rule_id)
    if row is None or (only is not None and row["trigger"] != only):
        raise NotFound("Webhook not found" if only == WEBHOOK else "Rule not found")
    return _rule(row)


async def add(
    connection: Connection,
    who: Principal,
    name: str,
    *,
    kinds: Sequence[str],
    config: dict[str, Any],
    secret_key: str | None,
    types: Sequence[str],
    delay_s: int = DELAY_S,
    note: str | None = None,
) -> Rule:
    """A new rule for the trigger of that name. `types` are the artifact types that kinds may name.

    Raises Invalid (`unknown_trigger`, `invalid_config`, `unknown_kind`) and Conflict (`no_secret_key`, `too_many_rules`).
    """
    found = trigger(name)
    kinds = checked_kinds(kinds, types)
    if len(await list_rules(connection)) >= MAX_RULES:
        raise Conflict(f"There are {MAX_RULES} rules already.", code="too_many_rules")
    rule_id = new_id()
    shown, sealed = _split(found, rule_id, config, secret_key)
    await connection.execute(
        SQL["insert"], rule_id, name, kinds, json.encode(shown), sealed, _delay(delay_s), _note(note), who.name
    )
    made = await get(connection, rule_id)
    await _record(connection, who, made, "added")
    return made


async def change(
    connection: Connection,
    who: Principal,
    rule_id: str,
    *,
    secret_key: str | None,
    types: Sequence[str],
    only: str | None = None,
    kinds: Sequence[str] | None = None,
    config: dict[str, Any] | None = None,
    delay_s: int | None = None,
    note: str | msgspec.UnsetType | None = msgspec.UNSET,
    act: str = "changed",
) -> Rule:
    """The rule with other kinds, configuration (members that are given; secret ones stay unless given), delay or note."""
    rule = await hold(connection, rule_id, only=only)
    sealed, shown = rule.sealed, rule.config
    if config is not None:
        found = trigger(rule.trigger)
        merged = {**shown, **secrets_of(rule, secret_key), **config}
        shown, sealed = _split(found, rule_id, merged, secret_key)
    await connection.execute(
        SQL["change"],
        rule_id,
        checked_kinds(kinds, types) if kinds is not None else rule.kinds,
        json.encode(shown),
        sealed,
        _delay(delay_s) if delay_s is not None else rule.delay_s,
        rule.note if note is msgspec.UNSET else _note(note),
    )
    changed = await get(connection, rule_id)
    await _record(connection, who, changed, act, before=rule)
    return changed


async def set_enabled(
    connection: Connection,
    who: Principal,
    rule_id: str,
    enabled: bool,
    *,
    only: str | None = None,
    why: str | None = None,
) -> Rule:
    """Turn a rule off (nothing new is promised to it, what waits goes on waiting) or on again."""
    rule = await hold(connection, rule_id, only=only)
    if enabled and rule.disabled_at is not None:
        await connection.execute(SQL["enable"], rule_id)
        await _record(connection, who, rule, "enabled")
    if (
        not enabled
        and await connection.fetchval(SQL["disable"], rule_id, why or f"Disabled by {who.name}.") is not None
    ):
        await _record(connection, who, rule, "disabled", reason=why)
    return await get(connection, rule_id)


async def remove(connection: Connection, who: Principal, rule_id: str, *, only: str | None = None) -> None:
    """Remove a rule: its secrets are forgotten, and what was promised to it and not made is cancelled."""
    rule = await hold(connection, rule_id, only=only)
    await connection.execute(SQL["remove"], rule_id)
    await _record(connection, who, rule, "removed")


async def hold(connection: Connection, rule_id: str, *, only: str | None = None) -> Rule:
    """The rule, locked until the commit; NotFound where it is not there any more."""
    rule = await get(connection, rule_id, only=only)
    if await connection.fetchval(SQL["lock"], rule_id) is None:
        raise NotFound("Webhook not found" if only == WEBHOOK else "Rule not found")
    return await get(connection, rule.id)


def secrets_of(rule: Rule, secret_key: str | None) -> dict[str, Any]:
    """The secret members of a rule's configuration; Conflict where they do not open."""
    if rule.sealed is None:
        return {}
    found: dict[str, Any] = json.decode(unseal(secret_key, rule.id, rule.sealed))
    return found


def checked_kinds(kinds: Sequence[str], types: Sequence[str]) -> list[str]:
    """The kinds, each once, `placet.` before one left out; Invalid `unknown_kind` for what no approval is of."""
    found: list[str] = []
    for given in kinds:
        kind = given.removeprefix("placet.")
        of, _, act = kind.rpartition(".")
        if act not in APPROVALS or (of != ANY and of not in types):
            raise Invalid(
                f"There is no kind {given[:60]!r}. A kind is a type and what became of it: artifact.accepted and "
                f"artifact.edited for any type, or one of: {', '.join(sorted(types))}.",
                code="unknown_kind",
            )
        if kind not in found:
            found.append(kind)
    return found


def every_kind(types: Sequence[str], label: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """Every kind there is, with words for it."""
    return [(f"{of}.{act}", f"{label(of)} {act}") for of in (ANY, *types) for act in APPROVALS]


def configurable() -> list[Trigger]:
    """The triggers rules may be added for beside webhooks, which have their own routes."""
    return [found for name, found in triggers().items() if name != WEBHOOK]


def _split(
    found: Trigger, rule_id: str, config: dict[str, Any], secret_key: str | None
) -> tuple[dict[str, Any], bytes | None]:
    """A checked configuration as what is shown and what is sealed."""
    read = found.read(config)
    found.check(read)
    whole: dict[str, Any] = msgspec.to_builtins(read)
    secret = {name: value for name, value in whole.items() if name in found.secrets and value not in (None, [], "")}
    shown = {name: value for name, value in whole.items() if name not in found.secrets}
    return shown, seal(secret_key, rule_id, msgspec.json.encode(secret)) if secret else None


def _delay(seconds: int) -> int:
    if not 0 <= seconds <= 86_400:
        raise Invalid("A delay is 0 to 86,400 seconds.", code="invalid_delay")
    return seconds


def _note(note: str | None) -> str | None:
    note = json.require_text(note, "The note").strip() if note is not None else ""
    if len(note) > 200 or not (note.isprintable() or not note):
        raise Invalid("A note has at most 200 printable characters.", code="invalid_note")
    return note or None


def _rule(row: Any) -> Rule:
    return Rule(**{**dict(row), "config": json.decode(row["config"])})


async def _record(
    connection: Connection,
    who: Principal,
    rule: Rule,
    act: str,
    *,
    before: Rule | None = None,
    reason: str | None = None,
) -> None:
    """A line of the trail; secrets are not in it."""
    at = await database_time(connection)
    body: dict[str, Any] = {"ruleId": rule.id, "label": rule.called, "trigger": rule.trigger, "reason": reason}
    if act in ("added", "changed", "secret_rotated"):
        body["after"] = _settings(rule)
    if before is not None:
        body["before"] = _settings(before)
    kind = WEBHOOK if rule.trigger == WEBHOOK else "trigger_rule"
    await record.write(connection, [record.event(f"{kind}.{act}", at=at, actor=who, body=body)])


def _settings(rule: Rule) -> dict[str, Any]:
    return {"kinds": rule.kinds, "config": rule.config, "delaySeconds": rule.delay_s, "note": rule.note}
