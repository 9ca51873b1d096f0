"""Bearer tokens: `placet tokens`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, Misuse
from placet.cli.output import print_json, print_table, say, tell
from placet.cli.people import find, instant_of

if TYPE_CHECKING:
    from datetime import datetime

    from placet.db.engine import Connection
    from placet.identity.tokens import Token
    from placet.runtime import Runtime

tokens = typer.Typer(no_args_is_help=True, help="Create, list, rotate and revoke bearer tokens.")
TokenId = Annotated[str, typer.Argument(metavar="ID", help="The token's id, as the list shows it.", show_default=False)]


@tokens.command("create", epilog="Example: placet tokens create --agent note-taker --customer CUSTOMER_ID")
def create_token(
    user: Annotated[str | None, typer.Option(metavar="USER", help="For this person (id or e-mail address).")] = None,
    agent: Annotated[
        str | None, typer.Option(metavar="NAME", help="For an agent of this name, which can never decide.")
    ] = None,
    customer: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="A customer the agent may propose for; again for more. Without it: all."),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A field the agent may propose; again for more. Without it: all."),
    ] = None,
    quota: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="How many items an hour the agent may propose. Without it: 10,000."),
    ] = None,
    expires_in: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=1, max=3650, help="The token ends by itself. Without it: when it is revoked."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a bearer token and show it, this once."""
    if (user is None) == (agent is None):
        raise Misuse("A token is for one: give either --user or --agent.")
    for name, given in (("--customer", customer), ("--field", field), ("--quota", quota)):
        if given and user is not None:
            raise Misuse(f"{name} bounds an agent's token; a person's follows the person.")
    from datetime import UTC, datetime, timedelta

    expires_at = datetime.now(UTC) + timedelta(days=expires_in) if expires_in is not None else None

    async def work(runtime: Runtime) -> tuple[str, str]:
        from placet.cli.database import OPERATOR
        from placet.identity import tokens as credentials

        async def create(connection: Connection) -> tuple[str, str]:
            return await credentials.create(
                connection,
                OPERATOR,
                user_id=(await find(connection, user)).id if user is not None else None,
                agent_name=agent,
                customers=customer or None,
                fields=field or None,
                hourly_quota=quota,
                expires_at=expires_at,
                is_field=lambda key: runtime.schema.field(key) is not None,
            )

        return await runtime.transact(create)

    from placet.cli.database import run

    token_id, secret = run(work)
    _print_token(token_id, secret, f"for {agent or user}", as_json)


@tokens.command("rotate", epilog="Example: placet tokens rotate TOKEN_ID --keep-for 60")
def rotate_token(
    token_id: TokenId,
    keep_for: Annotated[
        int, typer.Option(metavar="MINUTES", min=0, max=43_200, help="How long the old one goes on.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Replace a token by a new one, and show that once.

    The old one ends now, or after --keep-for minutes, in which whoever uses it can be given the new one.
    """

    async def work(connection: Connection) -> tuple[str, str]:
        from datetime import timedelta

        from placet.cli.database import OPERATOR
        from placet.identity import tokens as credentials

        return await credentials.rotate(connection, OPERATOR, token_id, keep_for=timedelta(minutes=keep_for))

    from placet.cli.database import transact

    made, secret = transact(work)
    _print_token(made, secret, f"in place of {token_id}", as_json)


@tokens.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """List every token, newest first, without its secret."""
    from placet.cli.database import transact
    from placet.identity.tokens import list_tokens as every_token

    found = transact(every_token)
    if as_json:
        print_json([_token_shown(token) for token in found])
    elif not found:
        say("There are no tokens yet. placet tokens create makes one.")
    else:
        rows = [
            (
                token.agent or token.user_name or "somebody deleted",
                _bounds(token),
                _day(token.created_at),
                _state(token),
                token.id,
            )
            for token in found
        ]
        print_table(("for", "may propose", "created", "state", "id"), rows, keep=("id", "created", "state"))


@tokens.command("revoke")
def revoke_token(token_id: TokenId) -> None:
    """End a token at once."""

    async def work(connection: Connection) -> None:
        from placet.cli.database import OPERATOR
        from placet.identity import tokens as credentials

        await credentials.revoke(connection, OPERATOR, token_id)

    from placet.cli.database import transact

    transact(work)
    say(f"Token {token_id} is revoked.")


def _print_token(token_id: str, secret: str, what: str, as_json: bool) -> None:
    if as_json:
        print_json({"id": token_id, "token": secret})
    else:
        tell(f"Token {token_id} {what}, shown this once:")
        say(secret)


def _token_shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "agent": token.agent,
        "customers": token.customers,
        "fields": token.fields,
        "hourlyQuota": token.hourly_quota if token.agent is not None else None,
        "userId": token.user_id,
        "userName": token.user_name,
        "createdAt": instant_of(token.created_at),
        "expiresAt": instant_of(token.expires_at),
        "revokedAt": instant_of(token.revoked_at),
        "replaces": token.replaces,
    }


def _bounds(token: Token) -> str:
    """What an agent's token is bound to, in words; a person's follows the person."""
    if token.agent is None:
        return "as the person"
    customers = "for all" if token.customers is None else f"for {', '.join(token.customers)}"
    fields = "" if token.fields is None else f", {', '.join(token.fields)} only"
    return f"{customers}{fields}, {token.hourly_quota:,} an hour"


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return f"revoked {_day(token.revoked_at)}"
    return "valid" if token.expires_at is None else f"ends {_day(token.expires_at)}"


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at is not None else ""
