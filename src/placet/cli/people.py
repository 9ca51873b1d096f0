"""People and their credentials: `placet users` and `placet tokens`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, Misuse, password_from_stdin
from placet.cli.output import print_json, print_table, say, tell

if TYPE_CHECKING:
    from datetime import datetime

    from placet.db.engine import Connection
    from placet.identity.users import User

users = typer.Typer(no_args_is_help=True, help="Add, list and disable the people who sign in.")
tokens = typer.Typer(no_args_is_help=True, help="Create, list and revoke bearer tokens for people and agents.")


class Role(StrEnum):
    """What a person may do."""

    RM = "rm"
    ADMIN = "admin"
    AUDITOR = "auditor"


Who = Annotated[str, typer.Argument(metavar="USER", help="The person's id or e-mail address.", show_default=False)]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]


@users.command("add", epilog="Example: placet users add 'Ines Halvorsen' --email ines@example.com --role rm")
def add_user(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The person's name, as the trail will show it.", show_default=False)
    ],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="The address they sign in with.", show_default=False)],
    role: Annotated[
        Role, typer.Option(help="rm decides for their customers; admin manages; auditor reads.", show_default=False)
    ],
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Add a person, with a password or a one-time link.

    Without --password-stdin a link is printed (with --json to stderr) that signs them in once, within 24 hours.
    """
    password = password_from_stdin() if password_stdin else None

    async def work(connection: Connection) -> tuple[User, str | None]:
        from placet.cli.database import OPERATOR
        from placet.identity import users as people

        user = await people.add(connection, OPERATOR, name=name, email=email, role=role.value, password=password)
        return user, await people.new_link(connection, user.id) if password is None else None

    from placet.cli.database import transact

    user, secret = transact(work)
    if as_json:
        print_json(_shown(user))
    else:
        say(f"Added {user.name} ({user.role}), id {user.id}.")
    _print_link(user, secret, as_json)


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List everybody, by name."""
    from placet.cli.database import transact
    from placet.identity.users import list_users as everybody

    found = transact(everybody)
    if as_json:
        print_json([_shown(user) | {"disabledAt": _instant(user.disabled_at)} for user in found])
    elif not found:
        say("There is nobody yet. placet users add adds somebody.")
    else:
        rows = [(user.name, user.email, user.role, _how_they_sign_in(user), user.id) for user in found]
        print_table(("name", "e-mail", "role", "signs in", "id"), rows, keep=("id", "role"))


@users.command("disable")
def disable_user(user: Who, as_json: AsJson = False) -> None:
    """Let a person in no more; sign-ins and tokens end."""

    async def work(connection: Connection) -> User:
        from placet.cli.database import OPERATOR
        from placet.identity import users as people

        found = await find(connection, user)
        await people.disable(connection, OPERATOR, found.id)
        return found

    from placet.cli.database import transact

    found = transact(work)
    if as_json:
        print_json(_shown(found))
    else:
        say(f"{found.name} is disabled; their sign-ins and tokens ended.")


@users.command("reset-password")
def reset_password(user: Who, password_stdin: PasswordStdin = False, as_json: AsJson = False) -> None:
    """Set another password, or print a one-time link.

    Every sign-in of the person ends, and with it every link they were given before.
    """
    password = password_from_stdin() if password_stdin else None

    async def work(connection: Connection) -> tuple[User, str | None]:
        from placet.cli.database import OPERATOR
        from placet.errors import Conflict
        from placet.identity import users as people

        found = await find(connection, user)
        if found.disabled_at is not None:
            raise Conflict(f"{found.name} is disabled and signs in no more.", code="user_disabled")
        await people.set_password(connection, OPERATOR, found.id, password)
        return found, await people.new_link(connection, found.id) if password is None else None

    from placet.cli.database import transact

    found, secret = transact(work)
    if as_json:
        print_json(_shown(found))
    elif password is None:
        say(f"{found.name} has no password any more; their sign-ins ended.")
    else:
        say(f"{found.name} has another password; their sign-ins ended.")
    _print_link(found, secret, as_json)


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
    as_json: AsJson = False,
) -> None:
    """Create a bearer token and show it, this once."""
    if (user is None) == (agent is None):
        raise Misuse("A token is for one: give either --user or --agent.")
    if customer and user is not None:
        raise Misuse("--customer bounds an agent's token; a person's follows the person.")

    async def work(connection: Connection) -> tuple[str, str]:
        from placet.cli.database import OPERATOR
        from placet.identity import tokens as credentials

        owner = (await find(connection, user)).id if user is not None else None
        return await credentials.create(
            connection, OPERATOR, user_id=owner, agent_name=agent, customers=customer or None
        )

    from placet.cli.database import transact

    token_id, secret = transact(work)
    if as_json:
        print_json({"id": token_id, "token": secret})
        return
    tell(f"Token {token_id} for {agent or user}, shown this once:")
    say(secret)


@tokens.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """List every token, newest first, without its secret."""
    from placet.cli.database import transact
    from placet.identity.tokens import list_tokens as every_token

    found = transact(every_token)
    if as_json:
        print_json(
            [
                {
                    "id": token.id,
                    "agent": token.agent,
                    "customers": token.customers,
                    "userId": token.user_id,
                    "userName": token.user_name,
                    "createdAt": _instant(token.created_at),
                    "expiresAt": _instant(token.expires_at),
                    "revokedAt": _instant(token.revoked_at),
                }
                for token in found
            ]
        )
    elif not found:
        say("There are no tokens yet. placet tokens create makes one.")
    else:
        rows = [
            (
                token.agent or token.user_name or "somebody deleted",
                "agent" if token.agent else "person",
                "all" if token.customers is None else ", ".join(token.customers),
                _day(token.created_at),
                f"revoked {_day(token.revoked_at)}" if token.revoked_at else "valid",
                token.id,
            )
            for token in found
        ]
        print_table(("for", "kind", "customers", "created", "state", "id"), rows, keep=("id", "created", "state"))


@tokens.command("revoke")
def revoke_token(
    token_id: Annotated[
        str, typer.Argument(metavar="ID", help="The token's id, as the list shows it.", show_default=False)
    ],
) -> None:
    """End a token at once."""

    async def work(connection: Connection) -> None:
        from placet.cli.database import OPERATOR
        from placet.identity import tokens as credentials

        await credentials.revoke(connection, OPERATOR, token_id)

    from placet.cli.database import transact

    transact(work)
    say(f"Token {token_id} is revoked.")


async def find(connection: Connection, user: str) -> User:
    """A person by id or, where it has an @, by e-mail address; NotFound names what was looked for."""
    from placet.errors import NotFound
    from placet.identity import users as people

    found = await people.by_email(connection, user) if "@" in user else None
    if found is None and "@" in user:
        raise NotFound(f"Nobody has the address {user[:100]}.")
    return found or await people.get(connection, user)


def _shown(user: User) -> dict[str, Any]:
    return {"id": user.id, "name": user.name, "email": user.email, "role": user.role}


def _print_link(user: User, secret: str | None, as_json: bool) -> None:
    """The link, on stderr where stdout is for a program."""
    if secret is None:
        return
    from placet import settings

    (tell if as_json else say)(
        f"{user.name} signs in once, within 24 hours, at {settings.load().address}/sign-in/link/{secret}"
    )


def _how_they_sign_in(user: User) -> str:
    if user.disabled_at is not None:
        return "no more"
    return "password" if user.password_hash else "by link"


def _instant(at: datetime | None) -> str | None:
    from placet.artifacts.artifact import instant

    return instant(at)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at is not None else ""
