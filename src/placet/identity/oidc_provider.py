"""The OpenID provider as its client sees it: its addresses, its keys, and whether an ID token is really its own.

Speaks HTTP and never touches the database. What it was told is kept for a while; unknown keys are asked for again.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from placet.settings import Company, is_loopback

KEPT_S = 3600.0  # the provider's addresses and keys
RENEWED_S = 30.0  # keys are not asked for more often than this, however many unknown ones come
TIMEOUT_S = 10.0
LEEWAY_S = 60  # between the provider's clock and ours
MAX_ANSWER = 1_000_000  # bytes
# Signatures that only the provider can make. Never `none`, and never HS256, for which our own secret would do.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")


class ProviderAway(Exception):
    """The provider cannot be reached, or does not speak OpenID Connect."""


class Refused(Exception):
    """The provider refused, or what it said is not to be believed. `sentence` is for the person, the rest for the log."""

    def __init__(
        self, why: str, sentence: str = "Your company's sign-in sent an answer that cannot be trusted."
    ) -> None:
        super().__init__(why)
        self.sentence = sentence


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of itself (OpenID Connect Discovery 1.0, section 3), as far as it is used here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Provider:
    """One provider for the life of a process."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, Any] | None = None

    async def metadata(self) -> Metadata:
        """The provider's own description, read again every hour; ProviderAway where it is not one."""
        if self._metadata is None or time.monotonic() - self._metadata[0] > KEPT_S:
            url = self.company.issuer.rstrip("/") + "/.well-known/openid-configuration"
            try:
                found = msgspec.convert(await self._json("GET", url), Metadata)
            except msgspec.ValidationError as error:
                raise ProviderAway(f"{url} is not an OpenID configuration: {error}") from error
            if found.issuer != self.company.issuer:
                raise ProviderAway(f"{url} is of the issuer {found.issuer!r}, not of {self.company.issuer!r}")
            for address in (
                found.authorization_endpoint,
                found.token_endpoint,
                found.jwks_uri,
                found.userinfo_endpoint,
            ):
                self._require_safe(address)
            self._metadata = (time.monotonic(), found)
        return self._metadata[1]

    async def authorization_url(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the person signs in. PKCE: the provider is told a digest of `verifier` and later the verifier itself."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        url: str = prepare_grant_uri(
            (await self.metadata()).authorization_endpoint,
            self.company.client_id,
            "code",
            redirect_uri,
            self.company.scopes,
            state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return url

    async def claims(self, answer: dict[str, str], *, redirect_uri: str, nonce: str, verifier: str) -> dict[str, Any]:
        """Who signed in, by the answer the browser brought. Refused unless all of it is the provider's, for us, and now."""
        about = await self.metadata()
        by = answer.get("iss")
        if by != about.issuer and (by is not None or about.authorization_response_iss_parameter_supported):
            raise Refused(f"the answer is of the issuer {by!r}")
        if "code" not in answer:
            said = answer.get("error", "no code")[:100]
            raise Refused(f"the provider answered {said!r}", "Your company's sign-in did not let you through.")
        tokens = await self._exchange(about, answer["code"], redirect_uri, verifier)
        found = await self._believed(about, tokens, nonce)
        if "email" not in found and about.userinfo_endpoint is not None:
            found |= await self._userinfo(about.userinfo_endpoint, tokens, found["sub"])
        return found

    async def _exchange(self, about: Metadata, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """The code for tokens (RFC 6749, section 4.1.3)."""
        from authlib.oauth2.auth import ClientAuth
        from authlib.oauth2.rfc6749.parameters import prepare_token_request

        body = prepare_token_request("authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier)
        method = "none"
        if self.company.client_secret is not None:
            offered = about.token_endpoint_auth_methods_supported
            only_post = "client_secret_basic" not in offered and "client_secret_post" in offered
            method = "client_secret_post" if only_post else "client_secret_basic"
        login = ClientAuth(self.company.client_id, self.company.client_secret, method)
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        url, headers, body = login.prepare("POST", about.token_endpoint, headers, body)
        found: Any = await self._json("POST", url, headers=headers, body=body, refusals=(400, 401, 403))
        if not isinstance(found, dict) or not isinstance(found.get("id_token"), str):
            raise Refused("the provider gave no ID token for the code")
        return found

    async def _believed(self, about: Metadata, tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
        """The ID token's claims (OpenID Connect Core 1.0, section 3.1.3.7)."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        for asked_again in (False, True):
            keys = await self._key_set(about, afresh=asked_again)
            try:
                token = jwt.decode(tokens["id_token"], keys, algorithms=list(ALGORITHMS))
                break
            except (JoseError, ValueError) as error:  # signed with a key that is new, or not by the provider at all
                if asked_again:
                    raise Refused(f"the ID token is not signed by the provider: {error}") from error
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": about.issuer},
            "aud": {"essential": True, "value": self.company.client_id},
        }
        params = {"nonce": nonce, "client_id": self.company.client_id, "access_token": tokens.get("access_token")}
        found = CodeIDToken(token.claims, token.header, options, params)
        try:
            found.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(f"the ID token is not for us and now: {error}") from error
        if not isinstance(found["sub"], str) or not 1 <= len(found["sub"]) <= 255 or "\0" in found["sub"]:
            raise Refused("the ID token names nobody")
        return dict(found)

    async def _key_set(self, about: Metadata, *, afresh: bool) -> Any:
        """The provider's signing keys; those of kinds that are not known here are left out."""
        from joserfc.errors import JoseError
        from joserfc.jwk import JWKRegistry, KeySet

        age = time.monotonic() - self._keys[0] if self._keys is not None else None
        if self._keys is None or age is None or age > (RENEWED_S if afresh else KEPT_S):
            said: Any = await self._json("GET", about.jwks_uri)
            listed = said.get("keys") if isinstance(said, dict) else None
            keys = []
            for key in listed if isinstance(listed, list) else ():
                try:
                    if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig":
                        keys.append(JWKRegistry.import_key(key))
                except (JoseError, ValueError, TypeError, AttributeError):
                    continue
            if not keys:
                raise ProviderAway(f"{about.jwks_uri} holds no key to check a signature with")
            self._keys = (time.monotonic(), KeySet(keys))
        return self._keys[1]

    async def _userinfo(self, url: str, tokens: dict[str, Any], subject: str) -> dict[str, Any]:
        """The e-mail address from where providers with short ID tokens tell it, if it is about the same person."""
        found: Any = await self._json("GET", url, headers={"authorization": f"Bearer {tokens.get('access_token')}"})
        if not isinstance(found, dict) or found.get("sub") != subject:
            raise Refused("the user information is about somebody else")
        return {name: found[name] for name in ("email", "email_verified") if name in found}

    async def _json(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: str | None = None,
        refusals: tuple[int, ...] = (),
    ) -> Any:
        """What an address of the provider answers; a redirection is not followed."""
        trusted = await asyncio.to_thread(_trusted)
        answer = b""
        try:
            async with (
                httpx.AsyncClient(verify=trusted, timeout=TIMEOUT_S) as client,
                client.stream(method, url, headers=headers, content=body) as response,
            ):
                async for part in response.aiter_bytes():
                    answer += part
                    if len(answer) > MAX_ANSWER:
                        raise ProviderAway(f"{url} does not stop talking")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ProviderAway(f"{url}: {type(error).__name__}: {error}") from error
        if response.status_code in refusals:
            raise Refused(f"{url} answered {response.status_code}: {answer[:200]!r}")
        if response.status_code != 200:
            raise ProviderAway(f"{url} answered {response.status_code}")
        try:
            return msgspec.json.decode(answer)
        except msgspec.DecodeError as error:
            raise ProviderAway(f"{url} did not answer JSON") from error

    def _require_safe(self, address: str | None) -> None:
        """Secrets go over TLS only, but for a provider on this machine."""
        if address is None or urlsplit(address).scheme == "https":
            return
        if not (is_loopback(self.company.issuer) and is_loopback(address)):
            raise ProviderAway(f"{address} is not an https address")


@cache
def _trusted() -> ssl.SSLContext:
    """Whom TLS trusts; made once and off the event loop, as it reads every root certificate there is."""
    return httpx.create_ssl_context()


@cache
def provider_of(company: Company) -> Provider:
    """The process's one client of a provider."""
    return Provider(company)
