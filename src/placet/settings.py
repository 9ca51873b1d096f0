"""Settings: environment variables, or a `.env` file in the working directory. Nothing else configures a process."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from dotenv import dotenv_values

from placet.errors import Invalid


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process was told.

    `database_url` None means the embedded PostgreSQL under `home`. `migration_url` is the tables' owner, for `migrate`.
    `url` and `token` are a client's: the server to talk to and the bearer token to send.
    """

    database_url: str | None = None
    migration_url: str | None = None
    home: Path = Path()
    host: str = "127.0.0.1"
    port: int = 8420
    public_url: str | None = None
    profile_schema: Path | None = None
    pool_size: int = 10
    worker: bool = True
    url: str | None = None
    token: str | None = None

    @property
    def secure(self) -> bool:
        """Whether people reach Placet over TLS."""
        return (self.public_url or "").startswith("https://")

    @property
    def address(self) -> str:
        """Where people reach Placet: the public address, else the one it listens on, as seen from this machine."""
        if self.public_url is not None:
            return self.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


VARIABLES = {
    "PLACET_DATABASE_URL": "The database the application connects to; unset: an embedded PostgreSQL under PLACET_HOME.",
    "PLACET_MIGRATION_URL": "The owner of the tables, for `placet migrate`; unset: PLACET_DATABASE_URL.",
    "PLACET_HOME": "Where the embedded PostgreSQL and the demo keep their files; unset: ~/.local/share/placet.",
    "PLACET_HOST": "The address to listen on; unset: 127.0.0.1.",
    "PLACET_PORT": "The port to listen on; unset: 8420.",
    "PLACET_PUBLIC_URL": "The address people type, such as https://placet.example; with https, cookies and HSTS insist on TLS.",
    "PLACET_PROFILE_SCHEMA": "A profile schema (JSON file); unset: the packaged one.",
    "PLACET_POOL_SIZE": "Database connections a server process may hold; unset: 10.",
    "PLACET_WORKER": "`no` keeps the background work out of `placet serve`, as its --no-worker does; unset: yes.",
    "PLACET_URL": "For `placet inbox` and `placet decide`: the server to talk to; unset: http://127.0.0.1:8420.",
    "PLACET_TOKEN": "For `placet inbox` and `placet decide`: the bearer token to use.",
}


def load(environment: dict[str, str] | None = None) -> Settings:
    """The settings of this process; Invalid with the variable's name where one cannot be read."""
    given = environment if environment is not None else {**_dotenv(), **os.environ}

    def text(name: str) -> str | None:
        return given.get(name, "").strip() or None

    def number(name: str, default: int, low: int, high: int) -> int:
        value = text(name)
        if value is None:
            return default
        if not value.isdecimal() or not low <= int(value) <= high:
            raise Invalid(f"{name} is a whole number from {low} to {high}, not {value[:40]!r}.", code="invalid_setting")
        return int(value)

    def yes(name: str, default: bool) -> bool:
        value = (text(name) or ("yes" if default else "no")).lower()
        if value not in ("yes", "no", "true", "false", "1", "0"):
            raise Invalid(f"{name} is yes or no, not {value[:40]!r}.", code="invalid_setting")
        return value in ("yes", "true", "1")

    def path(name: str) -> Path | None:
        value = text(name)
        return Path(value).expanduser() if value else None

    return Settings(
        database_url=text("PLACET_DATABASE_URL"),
        migration_url=text("PLACET_MIGRATION_URL"),
        home=path("PLACET_HOME") or default_home(),
        host=text("PLACET_HOST") or "127.0.0.1",
        port=number("PLACET_PORT", 8420, 0, 65535),
        public_url=(text("PLACET_PUBLIC_URL") or "").rstrip("/") or None,
        profile_schema=path("PLACET_PROFILE_SCHEMA"),
        pool_size=number("PLACET_POOL_SIZE", 10, 2, 200),
        worker=yes("PLACET_WORKER", True),
        url=(text("PLACET_URL") or "").rstrip("/") or None,
        token=text("PLACET_TOKEN"),
    )


def default_home() -> Path:
    """Where files go when nobody said: the XDG data directory."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "placet"


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}
