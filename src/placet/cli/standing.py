"""Who else may: `placet delegations`, who stands in for whom, and `placet teams`, who sees a customer and who signs second."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, Misuse
from placet.cli.output import count, print_json, print_table, say

if TYPE_CHECKING:
    from placet.customers.delegations import Delegation
    from placet.customers.teams import Member, Team
    from placet.db.engine import Connection

delegations = typer.Typer(no_args_is_help=True, help="Let somebody stand in for an RM, list who does, and end it.")
teams = typer.Typer(no_args_is_help=True, help="Say which teams see a customer, and who may co-sign.")

TeamId = Annotated[str, typer.Argument(metavar="TEAM", help="The team's id or name.", show_default=False)]
User = Annotated[str, typer.Argument(metavar="USER", help="The RM's id or e-mail address.", show_default=False)]


class May(StrEnum):
    """What a member may: see (and propose), or also give the second signature."""

    SEE = "see"
    COSIGN = "cosign"


# ── delegations ───────────────────────────────────────────────────────────────────────────────────────────────────────


@delegations.command(
    "add", epilog="Example: placet delegations add --from ines@example.com --to bao@example.com --until 2026-12-31"
)
def add_delegation(
    giver: Annotated[str, typer.Option("--from", metavar="USER", help="The RM who is away.", show_default=False)],
    receiver: Annotated[str, typer.Option("--to", metavar="USER", help="The RM who stands in.", show_default=False)],
    until: Annotated[
        str, typer.Option(metavar="TIME", help="Its end: a time with an offset, or a day in UTC.", show_default=False)
    ],
    start: Annotated[str | None, typer.Option(metavar="TIME", help="Its start; now, unless given.")] = None,
    customer: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this customer; again for more. Without it: all.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the trail keeps it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let an RM stand in for another; both names stand in the trail."""
    from_at, until_at = _time_of("--start", start) if start else None, _time_of("--until", until)

    async def work(connection: Connection) -> Delegation:
        from placet.cli.database import OPERATOR
        from placet.customers import delegations as verbs

        return await verbs.delegate(
            connection,
            OPERATOR,
            from_user=giver,
            to_user=receiver,
            from_at=from_at,
            until_at=until_at,
            customer_ids=customer or None,
            reason=reason,
        )

    from placet.cli.database import transact

    made = transact(work)
    if as_json:
        _print_delegations(made)
    else:
        say(f"{made.to_user_name} stands in for {made.from_user_name} until {_told(made.until_at)}, id {made.id}.")


@delegations.command("list")
def list_delegations(as_json: AsJson = False) -> None:
    """List every delegation, the open ones first."""

    async def work(connection: Connection) -> list[Delegation]:
        from placet.cli.database import OPERATOR
        from placet.customers.delegations import list_delegations as every_one

        return await every_one(connection, OPERATOR)

    from placet.cli.database import transact

    found = transact(work)
    if as_json:
        _print_delegations(found)
    elif not found:
        say("Nobody stands in for anybody. placet delegations add lets somebody.")
    else:
        now = datetime.now(UTC)
        rows = [
            (d.from_user_name, d.to_user_name, _told(d.from_at), _told(d.until_at), _of_what(d), _state(d, now), d.id)
            for d in found
        ]
        print_table(("for", "stands in", "from", "until", "of", "state", "id"), rows, keep=("id", "state"))


@delegations.command("end")
def end_delegation(
    delegation_id: Annotated[
        str, typer.Argument(metavar="ID", help="The delegation's id, as the list shows it.", show_default=False)
    ],
) -> None:
    """End a delegation before its time."""

    async def work(connection: Connection) -> Delegation:
        from placet.cli.database import OPERATOR
        from placet.customers import delegations as verbs

        return await verbs.end(connection, OPERATOR, delegation_id)

    from placet.cli.database import transact

    ended = transact(work)
    say(f"{ended.to_user_name} no longer stands in for {ended.from_user_name}.")


# ── teams ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@teams.command("add")
def add_team(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The team's name.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Add a team with nobody in it."""

    async def work(connection: Connection) -> Team:
        from placet.cli.database import OPERATOR
        from placet.customers import teams as verbs

        return await verbs.create(connection, OPERATOR, name)

    from placet.cli.database import transact

    made = transact(work)
    if as_json:
        print_json(_shown(made))
    else:
        say(f"Added {made.name}, id {made.id}.")


@teams.command("list")
def list_teams(as_json: AsJson = False) -> None:
    """List the teams by name."""
    from placet.cli.database import transact

    found = transact(_every_team)
    if as_json:
        print_json([_shown(team) for team in found])
    elif not found:
        say("There are no teams yet. placet teams add adds one.")
    else:
        rows = [(team.name, str(team.people), str(team.customers), team.id) for team in found]
        print_table(("name", "people", "customers", "id"), rows, keep=("id",))


@teams.command("show")
def show_team(team: TeamId, as_json: AsJson = False) -> None:
    """Show a team and its people."""

    async def work(connection: Connection) -> tuple[Team, list[Member]]:
        from placet.cli.database import OPERATOR
        from placet.customers import teams as verbs

        return await verbs.get(connection, OPERATOR, (await _find(connection, team)).id)

    from placet.cli.database import transact

    found, members = transact(work)
    if as_json:
        people = [{"userId": m.user_id, "userName": m.user_name, "may": m.may} for m in members]
        print_json(_shown(found) | {"members": people})
        return
    say(f"{found.name}, id {found.id}, {count(found.customers, 'customer')}")
    if members:
        print_table(("name", "may", "id"), [(m.user_name, m.may, m.user_id) for m in members], keep=("id",))
    else:
        say("Nobody is in it.")


@teams.command("rename")
def rename_team(
    team: TeamId, name: Annotated[str, typer.Argument(metavar="NAME", help="Its new name.", show_default=False)]
) -> None:
    """Give a team another name."""
    found = _change(team, "rename", name)
    say(f"{found.name} is called {name.strip()} now.")


@teams.command("remove")
def remove_team(team: TeamId) -> None:
    """End a team: its people no longer see its customers."""
    found = _change(team, "delete")
    say(f"{found.name} is removed; {count(found.customers, 'customer')} had it.")


@teams.command("set-member")
def set_member(
    team: TeamId,
    user: User,
    may: Annotated[May, typer.Option(help="see, or cosign: also the second signature.")] = May.SEE,
) -> None:
    """Put an RM into a team, or change what they may."""
    found = _change(team, "set_member", user=user, more=(may.value,))
    say(f"{user} is in {found.name} and may {may.value}.")


@teams.command("remove-member")
def remove_member(team: TeamId, user: User) -> None:
    """Take a person out of a team."""
    found = _change(team, "remove_member", user=user)
    say(f"{user} is no longer in {found.name}.")


@teams.command("assign")
def assign_team(
    customer_id: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.", show_default=False)],
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="The team's id or name.")] = None,
    nobody: Annotated[bool, typer.Option("--none", help="Take the customer's team away.")] = False,
) -> None:
    """Let a team see a customer."""
    if (team is None) != nobody:
        raise Misuse("Say --team TEAM, or --none.")

    async def work(connection: Connection) -> Team | None:
        from placet.cli.database import OPERATOR
        from placet.customers import teams as verbs

        found = await _find(connection, team) if team is not None else None
        await verbs.set_team(connection, OPERATOR, customer_id, found.id if found else None)
        return found

    from placet.cli.database import transact

    found = transact(work)
    say(f"{found.name} sees the customer." if found else "The customer has no team any more.")


def _change(team: str, verb: str, *given: Any, user: str | None = None, more: tuple[Any, ...] = ()) -> Team:
    """Do one of the verbs on a team; the team as it was."""

    async def work(connection: Connection) -> Team:
        from placet.cli.database import OPERATOR
        from placet.cli.people import find
        from placet.customers import teams as verbs

        found = await _find(connection, team)
        person = ((await find(connection, user)).id,) if user is not None else ()
        await getattr(verbs, verb)(connection, OPERATOR, found.id, *person, *given, *more)
        return found

    from placet.cli.database import transact

    return transact(work)


async def _every_team(connection: Connection) -> list[Team]:
    from placet.cli.database import OPERATOR
    from placet.customers.teams import list_teams as every_one

    return await every_one(connection, OPERATOR)


async def _find(connection: Connection, team: str) -> Team:
    """A team by id or by name, in any case of its letters."""
    from placet.errors import NotFound

    for found in await _every_team(connection):
        if team == found.id or team.lower() == found.name.lower():
            return found
    raise NotFound(f"There is no team {team[:100]!r}.")


# ── in words ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _time_of(option: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(f"{text}T00:00:00+00:00" if len(text) == 10 else text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1 < found.year < 9999:
        raise Misuse(f"{option} takes a day like 2026-11-30 or a time with an offset, not {text[:40]!r}.")
    return found


def _told(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute) == (0, 0) else f"{at:%Y-%m-%d %H:%M} UTC"


def _of_what(found: Delegation) -> str:
    if found.artifact_ids is not None:
        return count(len(found.artifact_ids), "artifact")
    return "all customers" if found.customer_ids is None else count(len(found.customer_ids), "customer")


def _state(found: Delegation, now: datetime) -> str:
    if found.live:
        return "live"
    return "to come" if found.ended_at is None and found.from_at > now else "ended"


def _shown(team: Team) -> dict[str, Any]:
    return {"id": team.id, "name": team.name, "people": team.people, "customers": team.customers}


def _print_delegations(found: Delegation | list[Delegation]) -> None:
    from placet.api.delegations import to_wire

    print_json([to_wire(one) for one in found] if isinstance(found, list) else to_wire(found))
