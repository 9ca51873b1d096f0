"""People: `placet users`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, password_from_stdin
from placet.cli.output import print_json, print_table, say, tell

if TYPE_CHECKING:
    from datetime import datetime

    from placet.db.engine import Connection
    from placet.identity.users import User

users = typer.Typer(no_args_is_help=True, help="Add, list, disable and enable the people who sign in.")


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
        print_json([_shown(user) | {"disabledAt": instant_of(user.disabled_at)} for user in found])
    elif not found:
        say("There is nobody yet. placet users add adds somebody.")
    else:
        rows = [(user.name, user.email, user.role, _how_they_sign_in(user), user.id) for user in found]
        print_table(("name", "e-mail", "role", "signs in", "id"), rows, keep=("id", "role"))


@users.command("disable")
def disable_user(user: Who, as_json: AsJson = False) -> None:
    """Disable a person: their sign-ins and tokens end."""

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


@users.command("enable")
def enable_user(user: Who, as_json: AsJson = False) -> None:
    """Let a disabled person in again; what ended stays ended."""

    async def work(connection: Connection) -> User:
        from placet.cli.database import OPERATOR
        from placet.identity import users as people

        return await people.enable(connection, OPERATOR, (await find(connection, user)).id)

    from placet.cli.database import transact

    found = transact(work)
    if as_json:
        print_json(_shown(found))
    else:
        say(f"{found.name} may sign in again. Tokens they had stay revoked.")


@users.command("sign-out")
def sign_user_out(user: Who, as_json: AsJson = False) -> None:
    """End every sign-in of a person, and unused links.

    Their tokens go on; `placet tokens revoke` ends one.
    """

    async def work(connection: Connection) -> User:
        from placet.cli.database import OPERATOR
        from placet.identity import users as people

        return await people.sign_out_everywhere(connection, OPERATOR, (await find(connection, user)).id)

    from placet.cli.database import transact

    found = transact(work)
    if as_json:
        print_json(_shown(found))
    else:
        say(f"{found.name} is signed out everywhere.")


@users.command("reset-password")
def reset_password(user: Who, password_stdin: PasswordStdin = False, as_json: AsJson = False) -> None:
    """Set another password, or print a one-time link.

    Every sign-in of the person ends, and with it every link they were given before.
    """
    password = password_from_stdin() if password_stdin else None

    async def work(connection: Connection) -> tuple[User, str | None]:
        from placet.cli.database import OPERATOR
        from placet.identity import users as people

        found = await find(connection, user)
        return found, await people.reset_password(connection, OPERATOR, found.id, password)

    from placet.cli.database import transact

    found, secret = transact(work)
    if as_json:
        print_json(_shown(found))
    elif password is None:
        say(f"{found.name} has no password any more; their sign-ins ended.")
    else:
        say(f"{found.name} has another password; their sign-ins ended.")
    _print_link(found, secret, as_json)


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
        return "disabled"
    return "password" if user.password_hash else "by link"


def instant_of(at: datetime | None) -> str | None:
    """A moment as JSON tells it."""
    from placet.artifacts.artifact import instant

    return instant(at)
