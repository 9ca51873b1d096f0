"""Settings: environment variables, or a `.env` file in the working directory. Nothing else configures a process."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values

from placet.errors import Invalid


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A company's OpenID provider, and Placet as its client there. `label` is what the button calls it."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    scopes: str = "openid email profile"
    label: str = "your company"


class LanguageModel(msgspec.Struct, frozen=True, kw_only=True):
    """The model that reads notes instead of the offline reader, and what it may cost: seconds and tokens.

    `name` is pydantic-ai's, `provider:model`. `url` and `key` None leave both to the provider's own variables. `seconds` bound
    one reading or one turn of a chat, `answer_tokens` one answer, `run_tokens` everything read and written for one of them.
    """

    name: str
    url: str | None = None
    key: str | None = None
    seconds: int = 120
    answer_tokens: int = 8_000
    run_tokens: int = 200_000


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process was told.

    `database_url` None means the embedded PostgreSQL under `home`. `migration_url` is the tables' owner, for `migrate`.
    `url` and `token` are a client's: the server to talk to and the bearer token to send. A sign-in ends after
    `sign_in_lifetime` whatever happens, and after `sign_in_idle` without a request. `trusted_proxies` are the networks
    whose word on where a request came from is believed. `secret_key` encrypts what is stored and must not be read, such as
    the secrets of webhooks. `trail_key`, `trail_public_keys` and `checkpoints` are read by `audit.keys`. `loopback_calls` lets
    webhooks go to this machine, over http too. `dev` serves the style guide. `smtp_url` and `mail_from` are read by
    `mail.send.mail_server`.
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
    company: Company | None = None
    model: LanguageModel | None = None
    sign_in_idle: timedelta = timedelta(minutes=120)
    sign_in_lifetime: timedelta = timedelta(hours=12)
    trusted_proxies: tuple[str, ...] = ()
    secret_key: str | None = None
    trail_key: str | None = None
    trail_public_keys: tuple[str, ...] = ()
    checkpoints: Path | None = None
    loopback_calls: bool = False
    dev: bool = False
    smtp_url: str | None = None
    mail_from: str | None = None
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


SECRET_KEY_FILE = "secret-key"  # noqa: S105 - a file's name; the demo makes it in its home

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
    "PLACET_OIDC_ISSUER": "The OpenID provider people may sign in with, as it calls itself; unset: passwords and links only.",
    "PLACET_OIDC_CLIENT_ID": "What the provider calls Placet.",
    "PLACET_OIDC_CLIENT_SECRET": "The secret it gave Placet; unset: a public client, which PKCE alone protects.",
    "PLACET_OIDC_SCOPES": "What to ask the provider for; unset: openid email profile.",
    "PLACET_OIDC_LABEL": "What the button on the sign-in page calls the provider; unset: your company.",
    "PLACET_SIGN_IN_IDLE_MINUTES": "A sign-in ends after so many minutes without a request; unset: 120.",
    "PLACET_SIGN_IN_HOURS": "A sign-in ends after so many hours whatever happens; unset: 12.",
    "PLACET_TRUSTED_PROXIES": "Networks (10.0.0.0/8, ::1) whose X-Forwarded-For says where a request came from; unset: none.",
    "PLACET_SECRET_KEY": "Encrypts secrets in the database; 32 characters or more; unset: the file PLACET_HOME/secret-key.",
    "PLACET_TRAIL_KEY": "Signs checkpoints; `placet audit key --new` makes one; unset: the file PLACET_HOME/trail-key.",
    "PLACET_TRAIL_PUBLIC_KEYS": "Public keys, by white space, whose checkpoints count too: earlier ones, another machine's.",
    "PLACET_CHECKPOINTS": "The file every checkpoint is added to, best on another machine's disk; unset: PLACET_HOME/checkpoints.",
    "PLACET_LOOPBACK_CALLS": "`yes` lets webhooks and triggers call this machine (http://127.0.0.1), to try them; unset: no.",
    "PLACET_DEV": "`yes` serves /styleguide, the parts of the pages with made-up people; the demo does; unset: no.",
    "PLACET_MODEL": "A language model to read notes, by pydantic-ai's name, such as `openai:gpt-5`; unset: the offline reader.",
    "PLACET_MODEL_URL": "The base address of an OpenAI-compatible server or Ollama, /v1 included; unset: the provider's own.",
    "PLACET_MODEL_KEY": "The key for the model; unset: the provider's own variable, such as OPENAI_API_KEY.",
    "PLACET_MODEL_TIMEOUT_SECONDS": "A model that takes longer to read a note or to answer in a chat has failed; unset: 120.",
    "PLACET_MODEL_ANSWER_TOKENS": "Tokens a model may write in one answer; unset: 8000.",
    "PLACET_MODEL_RUN_TOKENS": "Tokens a model may read and write for one note, or one turn of a chat; unset: 200000.",
    "PLACET_SMTP_URL": "The server mails are handed to, smtps://user:password@host:465 or smtp://host:587; unset: no mail is sent.",
    "PLACET_MAIL_FROM": "The address mails come from, such as Placet <placet@bank.example>; needed with PLACET_SMTP_URL.",
    "PLACET_URL": "For commands that are clients of a server (`inbox`, `decide`, `propose` with a token): where it is; unset: http://127.0.0.1:8420.",
    "PLACET_TOKEN": "For those commands: the bearer token to use. Without it `propose` goes to the database.",
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
        company=_company(text),
        model=_model(text, number),
        sign_in_idle=timedelta(minutes=number("PLACET_SIGN_IN_IDLE_MINUTES", 120, 1, 100_000)),
        sign_in_lifetime=timedelta(hours=number("PLACET_SIGN_IN_HOURS", 12, 1, 10_000)),
        trusted_proxies=_networks("PLACET_TRUSTED_PROXIES", text("PLACET_TRUSTED_PROXIES") or ""),
        secret_key=_secret_key(text("PLACET_SECRET_KEY"), path("PLACET_HOME") or default_home()),
        trail_key=text("PLACET_TRAIL_KEY"),
        trail_public_keys=tuple((text("PLACET_TRAIL_PUBLIC_KEYS") or "").split()),
        checkpoints=path("PLACET_CHECKPOINTS"),
        loopback_calls=yes("PLACET_LOOPBACK_CALLS", False),
        dev=yes("PLACET_DEV", False),
        smtp_url=text("PLACET_SMTP_URL"),
        mail_from=text("PLACET_MAIL_FROM"),
        url=(text("PLACET_URL") or "").rstrip("/") or None,
        token=text("PLACET_TOKEN"),
    )


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where TLS would protect nothing."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _secret_key(given: str | None, home: Path) -> str | None:
    if given is None:
        try:
            given = (home / SECRET_KEY_FILE).read_text(encoding="ascii").strip() or None
        except (OSError, UnicodeDecodeError):
            return None
    if given is not None and len(given) < 32:
        raise Invalid(
            "PLACET_SECRET_KEY has at least 32 characters; make one with: openssl rand -base64 32.",
            code="invalid_setting",
        )
    return given


def _company(text: Callable[[str], str | None]) -> Company | None:
    """The OpenID provider, or None; Invalid where half of it is said, or where anybody could listen in."""
    issuer, client_id = text("PLACET_OIDC_ISSUER"), text("PLACET_OIDC_CLIENT_ID")
    if issuer is None and client_id is None:
        return None
    if issuer is None or client_id is None:
        missing = "PLACET_OIDC_CLIENT_ID" if issuer else "PLACET_OIDC_ISSUER"
        raise Invalid(
            f"{missing} is missing: a provider needs both its issuer and a client id.", code="invalid_setting"
        )
    if not issuer.startswith("https://") and not (issuer.startswith("http://") and is_loopback(issuer)):
        raise Invalid(f"PLACET_OIDC_ISSUER starts with https://, not {issuer[:40]!r}.", code="invalid_setting")
    scopes = text("PLACET_OIDC_SCOPES") or "openid email profile"
    if "openid" not in scopes.split():
        raise Invalid("PLACET_OIDC_SCOPES has openid among its words.", code="invalid_setting")
    return Company(
        issuer=issuer,
        client_id=client_id,
        client_secret=text("PLACET_OIDC_CLIENT_SECRET"),
        scopes=scopes,
        label=text("PLACET_OIDC_LABEL") or "your company",
    )


def _model(text: Callable[[str], str | None], number: Callable[[str, int, int, int], int]) -> LanguageModel | None:
    """The language model, or None; Invalid where its name or address cannot be one."""
    name, url = text("PLACET_MODEL"), text("PLACET_MODEL_URL")
    if name is None:
        if url is not None:
            raise Invalid(
                "PLACET_MODEL is missing: PLACET_MODEL_URL says where a model is, not which.", code="invalid_setting"
            )
        return None
    provider, _, model = name.partition(":")
    if not provider or not model:
        raise Invalid(
            f"PLACET_MODEL is a provider and a model, such as openai:gpt-5, not {name[:60]!r}.", code="invalid_setting"
        )
    if url is not None and not url.startswith(("http://", "https://")):
        raise Invalid(f"PLACET_MODEL_URL starts with https:// or http://, not {url[:40]!r}.", code="invalid_setting")
    return LanguageModel(
        name=name,
        url=url,
        key=text("PLACET_MODEL_KEY"),
        seconds=number("PLACET_MODEL_TIMEOUT_SECONDS", 120, 1, 3600),
        answer_tokens=number("PLACET_MODEL_ANSWER_TOKENS", 8_000, 16, 1_000_000),
        run_tokens=number("PLACET_MODEL_RUN_TOKENS", 200_000, 1_000, 100_000_000),
    )


def _networks(name: str, listed: str) -> tuple[str, ...]:
    """Networks in CIDR notation, or single addresses, by commas or white space."""
    try:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in listed.replace(",", " ").split())
    except ValueError as error:
        raise Invalid(f"{name} lists networks such as 10.0.0.0/8: {error}.", code="invalid_setting") from None


def default_home() -> Path:
    """Where files go when nobody said: the XDG data directory."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "placet"


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}
