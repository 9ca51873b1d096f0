"""OpenID providers on loopback: a real one in a process of its own, and one that says whatever a test wants it to."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from conftest import World
from placet.api.app import create_app
from placet.identity.principal import SYSTEM
from placet.identity.users import add
from placet.runtime import Runtime
from placet.settings import Company
from placet.web.pages import answer_error, handlers

PUBLIC = "https://placet.test"
BACK = f"{PUBLIC}/sign-in/oidc/callback"


class Browser:
    """A browser at Placet with a company's sign-in: it keeps cookies and follows nothing by itself."""

    def __init__(self, client: httpx.AsyncClient, runtime: Runtime) -> None:
        self.client, self.runtime = client, runtime

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, headers={"accept": "text/html", **more.pop("headers", {})}, **more)

    async def begin(self, after: str = "/customers") -> dict[str, str]:
        """Press the button; what the provider is sent."""
        answer = await self.get("/sign-in/oidc", params={"next": after})
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def come_back(self, **answer: str) -> httpx.Response:
        return await self.get("/sign-in/oidc/callback", params=answer)

    @property
    def token(self) -> str | None:
        return self.client.cookies.get("__Host-placet")

    async def inbox(self) -> int:
        return (await self.get("/inbox")).status_code


@pytest.fixture
async def at_company(runtime: Runtime) -> AsyncIterator[Callable[[Company], Any]]:
    """Opens browsers at a Placet whose company is the given one; options change further settings."""
    opened: list[httpx.AsyncClient] = []
    # Each test fails on purpose, all from one address: without this the last of them would meet the throttle.
    await runtime.transact(lambda connection: connection.execute("delete from sign_in_failure"))

    def open_browser(company: Company | None, address: str = "198.51.100.7", **options: Any) -> Browser:
        settings = msgspec.structs.replace(runtime.settings, company=company, public_url=PUBLIC, **options)
        served = Runtime(settings, schema=runtime.schema, pool=runtime.pool)
        app = create_app(served, handlers=handlers, answer_error=answer_error)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 1234))
        opened.append(httpx.AsyncClient(transport=transport, base_url=PUBLIC, timeout=30))
        return Browser(opened[-1], served)

    yield open_browser
    for client in opened:
        await client.aclose()


@pytest.fixture
def add_person(runtime: Runtime) -> Callable[..., Any]:
    async def make(email: str, role: str = "rm") -> str:
        user = await runtime.transact(
            lambda c: add(c, SYSTEM, name=email.partition("@")[0].title(), email=email, role=role)
        )
        return user.id

    return make


@pytest.fixture
async def ines(world: World, add_person: Callable[..., Any]) -> str:
    """The person whom the real provider knows as `s-ines`."""
    known = await world.rows("select id from app_user where lower(email) = 'ines@bank.example'")
    return known[0]["id"] if known else await add_person("Ines@Bank.example")


# ── a real provider ──────────────────────────────────────────────────────────────────────────────────────────────────


class Real:
    """oidc-provider-mock: it registers clients, checks their secret and redirect, and signs with a key of its own."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def register(self, redirect_uri: str = BACK) -> Company:
        made = httpx.post(
            f"{self.issuer}/oauth2/clients", json={"redirect_uris": [redirect_uri]}, trust_env=False
        ).json()
        return Company(issuer=self.issuer, client_id=made["client_id"], client_secret=made["client_secret"])

    def authorize(self, sent: dict[str, str], sub: str, **form: str) -> dict[str, str]:
        """Sign in there as `sub`; what the browser is sent back with."""
        answer = httpx.post(f"{self.issuer}/oauth2/authorize", params=sent, data={"sub": sub, **form}, trust_env=False)
        assert answer.status_code in (302, 303), answer.text[:500]
        assert answer.headers["location"].startswith(BACK)
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


PEOPLE = (
    {"sub": "s-ines", "email": "ines@bank.example", "email_verified": True},
    {"sub": "s-careless", "email": "jonas@bank.example", "email_verified": False},
    {"sub": "s-stranger", "email": "stranger@bank.example", "email_verified": True},
)


@pytest.fixture(scope="session")
def real() -> Iterator[Real]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-registration", "true",
         "--require-nonce", "true", *known],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    issuer, end = f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while True:
            try:
                httpx.get(f"{issuer}/jwks", trust_env=False)
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the provider did not start"
                assert time.monotonic() < end, "the provider does not answer"
                time.sleep(0.05)
        yield Real(issuer)
    finally:
        process.terminate()
        process.wait(10)


# ── one that lies ────────────────────────────────────────────────────────────────────────────────────────────────────


class Hostile:
    """A provider that answers what a test says. It checks what an honest one would: the client, the redirect, PKCE."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.company = Company(issuer=issuer, client_id="placet", client_secret="a secret: with & signs")
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.listed = [self.key]
        self.calm()

    def calm(self) -> None:
        """Honest again."""
        self.listed = [self.key]
        self.said: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.asked: list[str] = []
        self.status: dict[str, int] = {}
        self.token: Callable[[dict[str, Any]], str] = self.sign

    def sign(self, claims: dict[str, Any], key: Any = None, alg: str = "RS256") -> str:
        return jwt.encode({"alg": alg, "kid": "k1"}, claims, key or self.key, algorithms=["RS256", "HS256", "none"])

    def hmac(self, claims: dict[str, Any]) -> str:
        """Signed with what both sides know, as an attacker who knows our secret, or our public key, would."""
        return self.sign(claims, OctKey.import_key(self.company.client_secret or ""), "HS256")

    def unsigned(self, claims: dict[str, Any]) -> str:
        return ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in ({"alg": "none"}, claims)
        ) + "."  # fmt: skip

    def honest_claims(self, sub: str, email: str | None) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": sub,
            "aud": "placet",
            "iat": now,
            "exp": now + 300,
            "nonce": self.sent["nonce"],
        }
        return claims | ({"email": email, "email_verified": True} if email is not None else {})

    def expect(self, sent: dict[str, str], sub: str, email: str | None, /, **changed: Any) -> None:
        """The next code is about this person; a change to None leaves a claim out."""
        self.sent = sent
        claims = self.honest_claims(sub, email) | changed
        self.said = {name: value for name, value in claims.items() if value is not None}

    def answer(self, path: str, body: str, authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path in self.status:
            return self.status[path], {"error": "invalid_grant"}
        if path == "/.well-known/openid-configuration":
            honest = {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
            }  # fmt: skip
            return 200, honest | self.metadata
        if path == "/jwks":
            unknown = [{"kty": "AKP", "kid": "new"}, {"kty": "RSA", "kid": "enc", "use": "enc", "n": "AQ", "e": "AQAB"}]
            return 200, {"keys": [*unknown, *KeySet(self.listed).as_dict(private=False)["keys"]]}
        if path == "/userinfo":
            assert authorization == "Bearer access"
            return 200, self.userinfo
        assert path == "/token"
        form = {name: values[0] for name, values in parse_qs(body).items()}
        digest = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        login = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":", 1)
        proved = [unquote(part.replace("+", " ")) for part in login] == [
            self.company.client_id,
            self.company.client_secret,
        ]
        if digest != self.sent["code_challenge"] or form["redirect_uri"] != self.sent["redirect_uri"] or not proved:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.token(self.said)}


@contextmanager
def _serve() -> Iterator[Hostile]:
    found: list[Hostile] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            status, said = found[0].answer(urlsplit(self.path).path, body, self.headers.get("authorization", ""))
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.append(Hostile(f"http://127.0.0.1:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found[0]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def lying() -> Iterator[Hostile]:
    with _serve() as found:
        yield found


@pytest.fixture
def hostile(lying: Hostile) -> Hostile:
    from placet.identity.oidc_provider import provider_of

    lying.calm()
    provider_of.cache_clear()  # each test meets it for the first time
    return lying
