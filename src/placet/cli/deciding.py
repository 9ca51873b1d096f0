"""Deciding from the command line, as a client of a server: `placet inbox`, `decide`, `reject` and `hand-over`."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, Misuse, json_of
from placet.cli.output import count, print_json, print_table, say, tell, value_text

if TYPE_CHECKING:
    from placet.client import Artifact, Client, Matched

DEFAULT_LIMIT = 50
_SHORT = 120  # characters of a member that a row shows; placet show has all of it
DECISIONS = {"accept": "accepted", "edit": "edited", "reject": "rejected"}
_POLICIES = {"reason": "needs a reason", "dual": "two signatures", "human_only": "only people"}


class Act(StrEnum):
    """What to do with an artifact."""

    ACCEPT = "accept"
    EDIT = "edit"
    REJECT = "reject"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("inbox", epilog="Needs a server: PLACET_URL says where, PLACET_TOKEN on whose authority.")(inbox)
    app.command(
        "decide", epilog="""Example: placet decide ARTIFACT_ID edit --value '"growth"' --reason 'He said growth.'"""
    )(decide)
    app.command(
        "reject",
        epilog="Example: placet reject --agent note-taker --customer CUSTOMER_ID. Needs PLACET_URL and PLACET_TOKEN.",
    )(reject)
    app.command("hand-over", epilog="Example: placet hand-over ARTIFACT_ID bao@example.com --until 2026-12-31")(
        hand_over
    )


def inbox(
    customer: Annotated[str | None, typer.Option(metavar="ID", help="Only what concerns this customer.")] = None,
    field: Annotated[str | None, typer.Option(metavar="KEY", help="Only proposals for this field.")] = None,
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=10_000, help="How many to show at most, newest first.")
    ] = DEFAULT_LIMIT,
    as_json: AsJson = False,
) -> None:
    """List the artifacts that wait for a decision."""
    with the_client() as client:
        found = list(client.iterate_artifacts(status="pending", customer_id=customer, field=field, most=limit))
    if as_json:
        print_json(found)
    elif not found:
        say("Nothing waits for you.")
    else:
        now = datetime.now(UTC)
        head = ("customer", "field", "was → proposed", "confidence", "flags", "age", "id")
        print_table(head, [_row(artifact, now) for artifact in found], keep=("age", "id"))
        if len(found) == limit:
            tell(f"The newest {count(limit, 'artifact')}; --limit shows more.")


def decide(
    artifact_id: Annotated[
        str, typer.Argument(metavar="ID", help="The artifact's id, as the inbox shows it.", show_default=False)
    ],
    act: Annotated[Act, typer.Argument(metavar="ACT", help="What to do.", show_default=False)],
    value: Annotated[
        str | None, typer.Option(metavar="JSON", help="For edit: the value to apply instead; null clears the field.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the trail keeps it.")] = None,
    over: Annotated[
        str | None,
        typer.Option(metavar="JSON", help="Accept over a newer value, if the field still has exactly this one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Accept, edit or reject an artifact."""
    if (value is not None) != (act is Act.EDIT):
        raise Misuse(
            "edit needs --value with the value to apply." if act is Act.EDIT else "--value goes with edit only."
        )
    if over is not None and act is Act.REJECT:
        raise Misuse("--over goes with accept and edit only.")
    options: dict[str, Any] = {"reason": reason}
    if value is not None:
        options["edited_value"] = json_of("--value", value)
    if over is not None:
        options["expected_current_value"] = json_of("--over", over)
    from placet.errors import Stale

    try:
        with the_client() as client:
            artifact = client.decide(artifact_id, DECISIONS[act], **options)
    except Stale as error:
        if not as_json:
            _explain_stale(error, artifact_id, act, value, reason)
        raise
    if as_json:
        print_json(artifact)
    else:
        say(f"{_label(artifact)} of {artifact.customer_name}: {artifact.status}{_applied(artifact)}.")


def reject(
    agent: Annotated[
        str | None, typer.Option(metavar="NAME", help="What this agent (or creator's id) proposed.")
    ] = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="What concerns this customer.")] = None,
    batch: Annotated[str | None, typer.Option(metavar="ID", help="What was proposed in this batch.")] = None,
    source: Annotated[str | None, typer.Option(metavar="ID", help="What was read from this note.")] = None,
    field: Annotated[str | None, typer.Option(metavar="KEY", help="What is proposed for this field.")] = None,
    confidence: Annotated[str | None, typer.Option(metavar="WORD", help="What the agent is this sure of.")] = None,
    number: Annotated[
        int | None,
        typer.Option("--count", metavar="N", min=0, help="How many must match; nothing is asked then."),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the trail keeps it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Reject however many match, without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Reject everything that matches, once counted.

    Without --count it counts, shows the first and asks. What is decided in between is left alone: where another number
    matches by then, nothing is rejected.
    """
    given = {"createdById": agent, "customerId": customer, "batchId": batch, "sourceId": source, "field": field}
    matching = {name: value for name, value in (given | {"confidence": confidence}).items() if value is not None}
    if not matching:
        raise Misuse("Say what to reject: --agent, --customer, --batch, --source, --field or --confidence.")
    with the_client() as client:
        if number is None:
            found = client.reject_matching(matching, dry_run=True)
            number = found.count
            if number and not yes:
                _show_matching(found)
                if not _confirmed(f"Reject {count(number, 'artifact')}?"):
                    tell("Nothing was rejected.")
                    raise typer.Exit(1)
        done = client.reject_matching(matching, expected_count=number, reason=reason)
    if as_json:
        print_json(done)
        return
    say(f"Rejected {count(done.count, 'artifact')}." if done.results else "Nothing that waits for you matches.")
    for outcome in done.results:
        if outcome.outcome != "applied":
            tell(f"{outcome.artifact_id}: {outcome.error}")


def hand_over(
    artifact_id: Annotated[
        str, typer.Argument(metavar="ID", help="The artifact's id, as the inbox shows it.", show_default=False)
    ],
    to: Annotated[
        str, typer.Argument(metavar="USER", help="The colleague's id or e-mail address.", show_default=False)
    ],
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Until when; for 14 days, unless given.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the trail keeps it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a colleague decide one artifact."""
    with the_client() as client:
        made = client.hand_over(artifact_id, to, until=until, reason=reason)
    if as_json:
        print_json(made)
    else:
        say(f"{made.to_user_name} may decide it until {made.until[:10]}. placet delegations end {made.id} ends that.")


def _confirmed(question: str) -> bool:
    """Whether somebody said yes; nobody there to ask is a no. Stdout stays free for the answer."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _show_matching(found: Matched) -> None:
    """The first of what would be rejected, on stderr as it is part of a question."""
    for artifact in found.examples:
        tell(f"  {artifact.customer_name}: {_label(artifact)}: {_proposed(artifact)}")
    if found.count > len(found.examples):
        tell(f"  and {found.count - len(found.examples):,} more")


def the_client() -> Client:
    """A client of the server of the settings, on the authority of their token."""
    from placet import settings
    from placet.client import Client

    found = settings.load()
    if found.token is None:
        raise Misuse("PLACET_TOKEN is not set. An admin makes a token with: placet tokens create --user USER")
    return Client(found.url or found.address, found.token)


def _row(artifact: Artifact, now: datetime) -> tuple[str, ...]:
    return (
        artifact.customer_name,
        _label(artifact),
        f"{value_text(artifact.current)} → {_proposed(artifact)}"
        if "field_key" in artifact.payload
        else _proposed(artifact),
        str(artifact.payload.get("confidence", "")),
        ", ".join(_flags(artifact)),
        age(artifact.created_at, now),
        artifact.id,
    )


def _label(artifact: Artifact) -> str:
    payload = artifact.payload
    said = payload.get("field_display_name") or payload.get("field_key") or artifact.title
    return str(said or artifact.artifact_type.replace("_", " "))


def _proposed(artifact: Artifact) -> str:
    """The proposed value; of a type that proposes none, what its payload says."""
    if "proposed_value" in artifact.payload:
        return value_text(artifact.payload["proposed_value"])
    said = {key: value for key, value in artifact.payload.items() if key != "source_text" and value is not None}
    words = {key.replace("_", " "): value_text(value) for key, value in said.items()}
    return " · ".join(f"{key}: {text if len(text) <= _SHORT else text[:_SHORT] + '…'}" for key, text in words.items())


def _flags(artifact: Artifact) -> list[str]:
    flags = ["quote not found"] if not artifact.evidence.verified else []
    flags += ["stale"] if artifact.stale else []
    flags += [count(artifact.rivals, "rival")] if artifact.rivals else []
    return flags + ([_POLICIES[artifact.policy]] if artifact.policy in _POLICIES else [])


def _applied(artifact: Artifact) -> str:
    if artifact.status == "rejected" or "proposed_value" not in artifact.payload:
        return ""
    payload = artifact.payload
    return f", now {value_text(payload.get('edited_value', payload['proposed_value']))}"


def age(created_at: str | None, now: datetime) -> str:
    """How long something waits: `now`, `5 min`, `3 h`, `12 d`."""
    if created_at is None:
        return ""
    minutes = int((now - datetime.fromisoformat(created_at)).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def _explain_stale(error: Any, artifact_id: str, act: Act, value: str | None, reason: str | None) -> None:
    """The three values, and the command that accepts over the one there is now."""
    from placet.db import json

    for name, member in (("proposed", "proposed"), ("expected", "expected"), ("now", "current")):
        tell(f"  {name:<9} {value_text(error.members.get(member))}")
    command = ["placet", "decide", artifact_id, act.value, "--over", json.encode(error.members.get("current"))]
    command += ["--value", value] if value is not None else []
    command += ["--reason", reason] if reason is not None else []
    tell(f"To {act.value} over it: {shlex.join(command)}")
