"""People and tokens over HTTP, for admins; and what is one's own: ending one's sign-ins, another password.

An answer that holds a secret (a one-time link, a token) is given once and never stored, and of a password no quick digest
is kept, so those routes take no Idempotency-Key.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.artifacts import read_instant
from placet.api.auth import address_of, cookie_token, principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.reading import read_body
from placet.api.spec import described
from placet.artifacts.artifact import instant
from placet.customers import access
from placet.db.engine import Connection
from placet.errors import Forbidden
from placet.identity import own_password, tokens, users
from placet.identity.principal import Principal
from placet.identity.tokens import Token
from placet.identity.users import User


class UserWire(msgspec.Struct, rename="camel", kw_only=True):
    """A person who signs in; `disabledAt` is null while they may."""

    id: str
    name: str
    email: str
    role: str
    created_at: str | None
    disabled_at: str | None


class UserAnswer(msgspec.Struct):
    """One person."""

    user: UserWire


class UserWithLink(msgspec.Struct, omit_defaults=True):
    """A person, and where they have no password the address that signs them in once, within 24 hours. Shown this once."""

    user: UserWire
    link: str | None = None


class UsersAnswer(msgspec.Struct):
    """Everybody, by name."""

    users: list[UserWire]


class NewUserBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A person; without a password they sign in by a one-time link, or with their company."""

    name: str
    email: str
    role: str
    password: str | None = None


class PasswordBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Another password; without one, a one-time link is answered."""

    password: str | None = None


class OwnPasswordBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The password of who asks, and another one; the first is left out by who has none yet."""

    new_password: str
    current_password: str = ""


class TokenWire(msgspec.Struct, rename="camel", kw_only=True):
    """A token without its secret, for a person or an agent; null `customers` and `fields` mean all.

    `hourlyQuota` is null for a person's. `replaces` is the token this one took over from.
    """

    id: str
    agent: str | None
    customers: list[str] | None
    fields: list[str] | None
    hourly_quota: int | None
    user_id: str | None
    user_name: str | None
    created_at: str | None
    expires_at: str | None
    revoked_at: str | None
    replaces: str | None


class TokensAnswer(msgspec.Struct):
    """Every token, newest first."""

    tokens: list[TokenWire]


class SecretAnswer(msgspec.Struct):
    """A token's id and the token itself, shown this once."""

    id: str
    token: str


class NewTokenBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A token for one: a person or an agent. What bounds an agent may be left out: all customers, all fields, 10,000 an hour."""

    user_id: str | None = None
    agent: str | None = None
    customers: list[str] | None = None
    fields: list[str] | None = None
    hourly_quota: int | None = None
    expires_at: str | None = None


class RotateBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """How many minutes the old token goes on; 0 ends it at once."""

    keep_for_minutes: Annotated[int, msgspec.Meta(ge=0, le=43_200)] = 0


class People(Controller):
    """People and their credentials."""

    path = "/api"

    @get("/users", opt=described("people", {200: UsersAnswer}, problems=(422,)))
    async def list_users(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List everybody who signs in, by name. For admins."""
        _admin(request, "list the people")
        async with runtime_of(request).reading() as connection:
            found = await users.list_users(connection)
        return ok(UsersAnswer([user_wire(user) for user in found]))

    @post("/users", opt=described("people", {201: UserWithLink}, body=NewUserBody, problems=(422,)))
    async def add_user(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Add a person, with a password or a one-time link. For admins."""
        who = _admin(request, "add a person")
        body = await read_body(request, NewUserBody)

        async def work(connection: Connection) -> tuple[User, str | None]:
            user = await users.add(
                connection, who, name=body.name, email=body.email, role=body.role, password=body.password
            )
            return user, await users.new_link(connection, user.id) if body.password is None else None

        user, secret = await runtime_of(request).transact(work)
        return ok(UserWithLink(user_wire(user), _link(request, secret)), 201)

    @get("/users/{user_id:str}", opt=described("people", {200: UserAnswer}))
    async def get_user(self, request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
        """Read a person. For admins."""
        _admin(request, "read about a person")
        async with runtime_of(request).reading() as connection:
            return ok(UserAnswer(user_wire(await users.get(connection, user_id))))

    @post(
        "/users/{user_id:str}/disable",
        opt=described("people", {200: UserAnswer}, problems=(404, 409, 422), idempotent=True),
        status_code=200,
    )
    async def disable_user(self, request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
        """Disable a person: their sign-ins and tokens end at once. For admins."""
        return await _change(request, user_id, "disable a person", users.disable)

    @post("/users/{user_id:str}/enable", opt=described("people", {200: UserAnswer}, idempotent=True), status_code=200)
    async def enable_user(self, request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
        """Let a disabled person in again; what ended stays ended. For admins."""
        return await _change(request, user_id, "enable a person", users.enable)

    @post("/users/{user_id:str}/sign-out", opt=described("people", {200: UserAnswer}, idempotent=True), status_code=200)
    async def sign_user_out(self, request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
        """End every sign-in and unused link of a person; their tokens go on. For admins."""
        return await _change(request, user_id, "sign a person out", users.sign_out_everywhere)

    @post(
        "/users/{user_id:str}/reset-password",
        opt=described("people", {200: UserWithLink}, body=PasswordBody, body_required=False),
        status_code=200,
    )
    async def reset_password(self, request: Request[Any, Any, Any], user_id: FromPath[str]) -> Response[bytes]:
        """Set another password, or answer a one-time link; sign-ins and older links end. For admins."""
        who = _admin(request, "reset a password")
        body = await read_body(request, PasswordBody, empty_is_object=True)

        async def work(connection: Connection) -> tuple[User, str | None]:
            secret = await users.reset_password(connection, who, user_id, body.password)
            return await users.get(connection, user_id), secret

        user, secret = await runtime_of(request).transact(work)
        return ok(UserWithLink(user_wire(user), _link(request, secret)))

    @post(
        "/me/sign-out-everywhere",
        opt=described("people", {200: UserAnswer}, problems=(422,), idempotent=True),
        status_code=200,
    )
    async def sign_out_everywhere(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """End every sign-in of the person who asks, this one included; their tokens go on."""
        who = principal_of(request)
        if who.is_agent:
            raise Forbidden("An agent has a token and does not sign in.")

        async def work(connection: Connection) -> Answer:
            return Answer(200, UserAnswer(user_wire(await users.sign_out_everywhere(connection, who, who.id))))

        return await once(request, work)

    @post(
        "/me/password",
        opt=described("people", {200: UserAnswer}, body=OwnPasswordBody, problems=(422, 429)),
        status_code=200,
    )
    async def change_own_password(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Change the password of the person who asks, who says the present one; their other sign-ins and links end."""
        who = principal_of(request)
        body = await read_body(request, OwnPasswordBody)
        async with runtime_of(request).reading() as connection:
            await own_password.change(
                connection,
                who,
                current=body.current_password,
                new=body.new_password,
                address=address_of(request),
                keep=cookie_token(request),
            )
            return ok(UserAnswer(user_wire(await users.get(connection, who.id))))

    @get("/tokens", opt=described("people", {200: TokensAnswer}, problems=(422,)))
    async def list_tokens(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """List every token, newest first, without its secret. For admins."""
        _admin(request, "list the tokens")
        async with runtime_of(request).reading() as connection:
            found = await tokens.list_tokens(connection)
        return ok(TokensAnswer([token_wire(token) for token in found]))

    @post("/tokens", opt=described("people", {201: SecretAnswer}, body=NewTokenBody))
    async def create_token(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Create a bearer token and answer it, this once. For admins."""
        who = _admin(request, "create a token")
        body = await read_body(request, NewTokenBody)
        runtime = runtime_of(request)
        made = await runtime.transact(
            lambda connection: tokens.create(
                connection,
                who,
                user_id=body.user_id,
                agent_name=body.agent,
                customers=body.customers,
                fields=body.fields,
                hourly_quota=body.hourly_quota,
                expires_at=read_instant(body.expires_at),
                is_field=lambda key: runtime.schema.field(key) is not None,
            )
        )
        return ok(SecretAnswer(*made), 201)

    @post(
        "/tokens/{token_id:str}/rotate",
        opt=described("people", {201: SecretAnswer}, body=RotateBody, body_required=False),
    )
    async def rotate_token(self, request: Request[Any, Any, Any], token_id: FromPath[str]) -> Response[bytes]:
        """Answer a token's successor, with the same bounds; the old one ends now or some minutes later. For admins."""
        who = _admin(request, "rotate a token")
        body = await read_body(request, RotateBody, empty_is_object=True)
        keep_for = timedelta(minutes=body.keep_for_minutes)
        made = await runtime_of(request).transact(
            lambda connection: tokens.rotate(connection, who, token_id, keep_for=keep_for)
        )
        return ok(SecretAnswer(*made), 201)

    @delete("/tokens/{token_id:str}", status_code=204, opt=described("people", {204: None}))
    async def revoke_token(self, request: Request[Any, Any, Any], token_id: FromPath[str]) -> None:
        """End a token at once. For admins."""
        who = _admin(request, "revoke a token")
        await runtime_of(request).transact(lambda connection: tokens.revoke(connection, who, token_id))


def user_wire(user: User) -> UserWire:
    """A person as HTTP clients read them."""
    return UserWire(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        created_at=instant(user.created_at),
        disabled_at=instant(user.disabled_at),
    )


def token_wire(token: Token) -> TokenWire:
    """A token as HTTP clients and the CLI read it."""
    return TokenWire(
        id=token.id,
        agent=token.agent,
        customers=token.customers,
        fields=token.fields,
        hourly_quota=token.hourly_quota if token.agent is not None else None,
        user_id=token.user_id,
        user_name=token.user_name,
        created_at=instant(token.created_at),
        expires_at=instant(token.expires_at),
        revoked_at=instant(token.revoked_at),
        replaces=token.replaces,
    )


def _admin(request: Request[Any, Any, Any], act: str) -> Principal:
    who = principal_of(request)
    access.check_admin(who, act)
    return who


async def _change(request: Request[Any, Any, Any], user_id: str, act: str, verb: Any) -> Response[bytes]:
    who = _admin(request, act)

    async def work(connection: Connection) -> Answer:
        return Answer(200, UserAnswer(user_wire(await verb(connection, who, user_id))))

    return await once(request, work)


def _link(request: Request[Any, Any, Any], secret: str | None) -> str | None:
    return f"{runtime_of(request).settings.address}/sign-in/link/{secret}" if secret is not None else None
