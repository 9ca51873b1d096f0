"""Signing in with a company: with a real OpenID provider, and with one that lies."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from acceptance.company.conftest import BACK, Browser, Hostile, Real
from conftest import World
from placet.identity import oidc_provider, sign_in, users
from placet.identity.principal import SYSTEM
from placet.settings import Company

pytestmark = pytest.mark.xdist_group("company")  # one provider for all of them

UNTRUSTED = "Your company's sign-in sent an answer that cannot be trusted. Begin again."
NOT_OURS = "This sign-in was begun in another browser, finished before, or too long ago. Begin again."
NOBODY = "Your company knows you, but nobody added you here with a verified e-mail address. Ask an administrator."
GONE = "You can no longer sign in here. Ask an admin."


def says(answer: httpx.Response, status: int, sentence: str) -> None:
    """It is the sign-in page with that sentence, and no sign-in."""
    alert = re.search(r'role="alert">.*?<span>(.*?)</span>', answer.text, re.S)
    assert (answer.status_code, html.unescape(alert[1]) if alert else None) == (status, sentence)
    assert "__Host-placet=" not in "".join(answer.headers.get_list("set-cookie"))


async def sign_ins(world: World, user_id: str) -> int:
    return (await world.rows("select count(*)::int as n from sign_in where user_id = $1", user_id))[0]["n"]


async def bound(world: World, user_id: str) -> tuple[str | None, str | None]:
    [row] = await world.rows("select oidc_issuer, oidc_subject from app_user where id = $1", user_id)
    return row["oidc_issuer"], row["oidc_subject"]


# ── the real provider ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_signs_in_with_their_company_and_is_known_from_then_on(
    real: Real, at_company: Callable[..., Browser], ines: str, world: World
) -> None:
    browser = at_company(real.register())
    page = await browser.get("/sign-in?next=/customers%3Fq%3Da")
    assert 'href="/sign-in/oidc?next=/customers%3Fq%3Da"' in page.text
    assert "Sign in with your company" in page.text

    answer = await browser.get("/sign-in/oidc?next=/customers%3Fq%3Da")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-placet-company=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    sent = dict(httpx.URL(answer.headers["location"]).params)
    assert sent | {"state": "", "nonce": "", "code_challenge": ""} == {
        "response_type": "code", "client_id": browser.runtime.settings.company.client_id, "redirect_uri": BACK,
        "scope": "openid email profile", "state": "", "nonce": "", "code_challenge": "", "code_challenge_method": "S256",
    }  # fmt: skip
    assert len({sent["state"], sent["nonce"], sent["code_challenge"]}) == 3

    back = await browser.come_back(**real.authorize(sent, "s-ines"))
    assert (back.status_code, back.headers["location"]) == (303, "/customers?q=a")
    assert await browser.inbox() == 200
    assert await bound(world, ines) == (real.issuer, "s-ines")
    events = await world.rows(
        "select b.body from event e join event_body b on b.event_id = e.id where e.kind = 'user.company_bound'"
    )
    assert [ines in row["body"] and real.issuer in row["body"] for row in events] == [True]
    assert await world.rows("select 1 from oidc_sign_in") == []

    again = at_company(browser.runtime.settings.company)
    sent = await again.begin()
    assert (await again.come_back(**real.authorize(sent, "s-ines"))).headers["location"] == "/customers"
    assert again.token != browser.token, "each sign-in has a token of its own"
    assert len(await world.rows("select 1 from event where kind = 'user.company_bound'")) == 1


async def test_who_signs_in_again_in_the_same_browser_ends_the_earlier_sign_in(
    real: Real, at_company: Callable[..., Browser], ines: str, world: World
) -> None:
    browser = at_company(real.register())
    before = await sign_ins(world, ines)
    for _ in range(2):
        sent = await browser.begin()
        await browser.come_back(**real.authorize(sent, "s-ines"))
    assert await sign_ins(world, ines) == before + 1


@pytest.mark.parametrize("sub", ["s-careless", "s-stranger", "someone@bank.example"])
async def test_nobody_is_let_in_by_an_unverified_address_or_created(
    real: Real, at_company: Callable[..., Browser], add_person: Any, world: World, sub: str
) -> None:
    if sub == "s-careless":
        jonas = await add_person("jonas@bank.example")
    people = await world.rows("select * from app_user order by id")
    browser = at_company(real.register())
    says(await browser.come_back(**real.authorize(await browser.begin(), sub)), 401, NOBODY)
    assert await world.rows("select * from app_user order by id") == people
    if sub == "s-careless":
        assert await sign_ins(world, jonas) == 0


async def test_who_declines_there_is_told_so(real: Real, at_company: Callable[..., Browser]) -> None:
    browser = at_company(real.register())
    sent = await browser.begin()
    answer = real.authorize(sent, "s-ines", action="deny")
    assert answer["error"] == "access_denied"
    said = await browser.come_back(**answer | {"state": sent["state"]})  # this one leaves the state out
    says(said, 401, "Your company's sign-in did not let you through. Begin again.")


async def test_a_wrong_secret_lets_nobody_in(real: Real, at_company: Callable[..., Browser]) -> None:
    known = real.register()
    browser = at_company(Company(issuer=real.issuer, client_id=known.client_id, client_secret="wrong"))
    says(await browser.come_back(**real.authorize(await browser.begin(), "s-ines")), 401, UNTRUSTED)


async def test_a_code_works_once_and_in_the_browser_that_began(
    real: Real, at_company: Callable[..., Browser], ines: str
) -> None:
    company = real.register()
    browser, other, third = at_company(company), at_company(company), at_company(company)
    sent = await browser.begin()
    await third.begin()
    answer = real.authorize(sent, "s-ines")
    says(await other.come_back(**answer), 401, NOT_OURS)  # a browser without the cookie
    says(await third.come_back(**answer), 401, NOT_OURS)  # one with the cookie of another sign-in
    cookie = {"cookie": f"__Host-placet-company={sent['state']}"}
    assert (await browser.come_back(**answer)).status_code == 303
    says(await other.get("/sign-in/oidc/callback", params=answer, headers=cookie), 401, NOT_OURS)  # a replay


# ── one that lies ────────────────────────────────────────────────────────────────────────────────────────────────────

HOUR = 3600
LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "other"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "other-client"},
    "another audience, for our party": {"aud": "other-client", "azp": "placet"},
    "another audience too": {"aud": ["placet", "other"], "azp": "other"},
    "another authorised party": {"azp": "other"},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": int(time.time()) - HOUR, "iat": int(time.time()) - 2 * HOUR},
    "never ends": {"exp": None},
    "ends with words": {"exp": "tomorrow"},
    "from the future": {
        "iat": int(time.time()) + HOUR,
        "nbf": int(time.time()) + HOUR,
        "exp": int(time.time()) + 2 * HOUR,
    },
    "nobody": {"sub": None},
    "an empty somebody": {"sub": ""},
    "a number": {"sub": 7},
    "a long name": {"sub": "x" * 256},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_is_not_for_us_and_now_is_refused(
    hostile: Hostile, at_company: Callable[..., Browser], world: World, add_person: Any, lie: str
) -> None:
    email = f"{lie.replace(' ', '-').replace(',', '')}@lied.example"
    person = await add_person(email)
    browser = at_company(hostile.company)
    sent = await browser.begin()
    hostile.expect(sent, "s-1", email, **LIES[lie])
    says(await browser.come_back(code="c", state=sent["state"]), 401, UNTRUSTED)
    assert await sign_ins(world, person) == 0
    assert await bound(world, person) == (None, None)
    assert await browser.inbox() == 303


FORGERIES: dict[str, Callable[[Hostile, dict[str, Any]], str]] = {
    "signed by another key of the same name": lambda h, claims: h.sign(claims, h.other_key),
    "signed with the client's secret": lambda h, claims: h.hmac(claims),
    "not signed": lambda h, claims: h.unsigned(claims),
    "with the signature of another": lambda h, claims: ".".join(
        [*h.sign({**claims, "x": 1}).split(".")[:2], h.sign(claims).split(".")[2]]
    ),
    "no token at all": lambda h, claims: "",
    "not a token": lambda h, claims: "a.b.c",
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_token_is_refused(
    hostile: Hostile, at_company: Callable[..., Browser], world: World, add_person: Any, forgery: str
) -> None:
    email = f"{len(forgery)}@forged.example"
    person = await add_person(email)
    browser = at_company(hostile.company)
    sent = await browser.begin()
    hostile.expect(sent, "s-2", email)
    hostile.token = lambda claims: FORGERIES[forgery](hostile, claims)
    says(await browser.come_back(code="c", state=sent["state"]), 401, UNTRUSTED)
    assert await sign_ins(world, person) == 0


async def test_the_same_provider_is_believed_when_it_is_honest(
    hostile: Hostile, at_company: Callable[..., Browser], world: World, add_person: Any
) -> None:
    """Or the refusals above would show nothing. Afterwards the subject counts, whatever address the provider tells."""
    person, other = await add_person("honest@lied.example"), await add_person("other@lied.example")
    browser = at_company(hostile.company)
    for email in ("honest@lied.example", "other@lied.example", None):
        sent = await browser.begin("//evil.example")
        hostile.expect(sent, "s-3", email)
        hostile.userinfo = {"sub": "s-3"}
        answer = await browser.come_back(code="c", state=sent["state"], session_state="ignored")
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert await bound(world, person) == (hostile.issuer, "s-3")
    assert await sign_ins(world, other) == 0

    sent = await browser.begin()
    hostile.expect(sent, "s-4", "honest@lied.example")  # another account there with the same address
    says(
        await browser.come_back(code="c", state=sent["state"]), 401,
        "You signed in here with another account of your company before. Ask an administrator to reset it.",
    )  # fmt: skip
    await browser.runtime.transact(lambda c: users.set_password(c, SYSTEM, person, None))
    sent = await browser.begin()
    hostile.expect(sent, "s-4", "honest@lied.example")
    assert (await browser.come_back(code="c", state=sent["state"])).status_code == 303
    assert await bound(world, person) == (hostile.issuer, "s-4")


async def test_the_address_may_come_from_the_user_information(
    hostile: Hostile, at_company: Callable[..., Browser], add_person: Any
) -> None:
    await add_person("thin@lied.example")
    browser = at_company(hostile.company)
    for told, sentence in (
        ({"sub": "s-other", "email": "thin@lied.example", "email_verified": True}, UNTRUSTED),
        ({"sub": "s-5", "email": "thin@lied.example"}, NOBODY),
        ({"sub": "s-5", "email": "thin@lied.example", "email_verified": "true"}, NOBODY),
        ({"sub": "s-5", "email": ["thin@lied.example"], "email_verified": True}, NOBODY),
        ({"sub": "s-5", "email": "thin@lied.example", "email_verified": True}, None),
    ):
        sent = await browser.begin()
        hostile.expect(sent, "s-5", None)
        hostile.userinfo = told
        answer = await browser.come_back(code="c", state=sent["state"])
        if sentence is None:
            assert answer.status_code == 303
        else:
            says(answer, 401, sentence)


async def test_who_is_disabled_is_refused(
    hostile: Hostile, at_company: Callable[..., Browser], add_person: Any, world: World
) -> None:
    person = await add_person("leaver@lied.example")
    browser = at_company(hostile.company)
    for disabled in (False, True, True):
        if disabled:
            await browser.runtime.transact(lambda c: users.disable(c, SYSTEM, person))
            assert await browser.inbox() == 303
        sent = await browser.begin()
        hostile.expect(sent, "s-6", "leaver@lied.example")
        answer = await browser.come_back(code="c", state=sent["state"])
        if disabled:
            says(answer, 401, GONE)
            assert await sign_ins(world, person) == 0


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"code": "c"}, {"code": "c", "state": ""}, {"code": "c", "state": "other"}, {"code": "c", "state": "\u00e9"},
    ],
)  # fmt: skip
async def test_an_answer_nobody_asked_for_is_refused(
    hostile: Hostile, at_company: Callable[..., Browser], answer: dict[str, str]
) -> None:
    browser = at_company(hostile.company)
    await browser.begin()
    asked = len(hostile.asked)
    says(await browser.come_back(**answer), 401, NOT_OURS)
    assert len(hostile.asked) == asked, "the provider is not troubled with it"


async def test_an_answer_of_another_issuer_or_said_twice_is_refused(
    hostile: Hostile, at_company: Callable[..., Browser]
) -> None:
    browser = at_company(hostile.company)
    sent = await browser.begin()
    says(await browser.come_back(code="c", state=sent["state"], iss="https://evil.example"), 401, UNTRUSTED)
    sent = await browser.begin()
    twice = await browser.get(f"/sign-in/oidc/callback?state={sent['state']}&state={sent['state']}&code=c")
    says(twice, 401, NOT_OURS)
    says(await browser.get("/sign-in/oidc/callback?" + "&".join(["a=1"] * 60)), 401, NOT_OURS)
    assert "/token" not in hostile.asked


async def test_a_sign_in_begun_too_long_ago_is_refused(hostile: Hostile, at_company: Callable[..., Browser]) -> None:
    browser = at_company(hostile.company)
    sent = await browser.begin()
    async with browser.runtime.reading() as connection:
        await connection.execute("delete from oidc_sign_in where nonce <> $1", sent["nonce"])
        [row] = await connection.fetch("delete from oidc_sign_in returning *")
        await connection.execute(
            "insert into oidc_sign_in values ($1, $2, $3, $4, now() - interval '1 second')", *list(row)[:4]
        )
    says(await browser.come_back(code="c", state=sent["state"]), 401, NOT_OURS)
    assert "/token" not in hostile.asked


async def test_a_new_key_of_the_provider_is_asked_for_and_not_too_often(
    hostile: Hostile, at_company: Callable[..., Browser], add_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_person("keys@lied.example")
    browser = at_company(hostile.company)

    async def status() -> int:
        sent = await browser.begin()
        hostile.expect(sent, "s-7", "keys@lied.example")
        return (await browser.come_back(code="c", state=sent["state"])).status_code

    assert await status() == 303
    hostile.listed, hostile.token = [hostile.other_key], lambda claims: hostile.sign(claims, hostile.other_key)
    assert await status() == 401, "asked for too lately to be asked for again"
    assert hostile.asked.count("/jwks") == 1
    monkeypatch.setattr(oidc_provider, "RENEWED_S", -1.0)
    assert await status() == 303
    assert hostile.asked.count("/jwks") == 2
    assert hostile.asked.count("/.well-known/openid-configuration") == 1


AWAY = "Your company's sign-in does not answer now. Try again in a moment."


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"}, {"token_endpoint": None}, {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "http://192.0.2.1/jwks"}, {"authorization_endpoint": "javascript:alert(1)"},
    ],
)  # fmt: skip
async def test_a_provider_that_is_not_one_is_away(
    hostile: Hostile, at_company: Callable[..., Browser], metadata: dict[str, Any]
) -> None:
    hostile.metadata = metadata
    answer = await at_company(hostile.company).get("/sign-in/oidc")
    says(answer, 503, AWAY)
    assert answer.headers["retry-after"]


@pytest.mark.parametrize(
    ("path", "status", "found"),
    [
        ("/.well-known/openid-configuration", 500, 503), ("/.well-known/openid-configuration", 302, 503),
        ("/token", 500, 503), ("/token", 302, 503), ("/token", 400, 401), ("/token", 401, 401), ("/jwks", 500, 503),
        ("/userinfo", 500, 503),
    ],
)  # fmt: skip
async def test_a_provider_that_fails(
    hostile: Hostile, at_company: Callable[..., Browser], world: World, path: str, status: int, found: int
) -> None:
    browser = at_company(hostile.company)
    failures = await world.rows("select count(*) from sign_in_failure")
    if "well-known" in path:
        hostile.status = {path: status}
        says(await browser.get("/sign-in/oidc"), found, AWAY)
        return
    sent = await browser.begin()
    hostile.expect(sent, "s-8", None)
    hostile.status = {path: status}
    says(await browser.come_back(code="c", state=sent["state"]), found, AWAY if found == 503 else UNTRUSTED)
    if found == 503:
        assert await world.rows("select count(*) from sign_in_failure") == failures, "nobody is throttled for it"


async def test_a_provider_that_is_away(at_company: Callable[..., Browser]) -> None:
    says(await at_company(Company(issuer="http://127.0.0.1:9", client_id="x")).get("/sign-in/oidc"), 503, AWAY)


async def test_without_a_company_there_is_no_button_and_nothing_at_those_addresses(
    at_company: Callable[..., Browser],
) -> None:
    browser = at_company(None)
    assert "/sign-in/oidc" not in (await browser.get("/sign-in")).text
    assert (await browser.get("/sign-in/oidc")).status_code == 404
    assert (await browser.come_back(code="c", state="s")).status_code == 404


async def test_failing_too_often_is_throttled_by_address(
    hostile: Hostile, at_company: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MAX_FAILURES_ADDRESS", 3)
    browser, other = at_company(hostile.company, "198.51.100.77"), at_company(hostile.company, "198.51.100.78")
    for _ in range(3):
        sent = await browser.begin()
        says(await browser.come_back(code="c", state="other"), 401, NOT_OURS)
    for answer in (await browser.get("/sign-in/oidc"), await browser.come_back(code="c", state=sent["state"])):
        says(answer, 429, "Too many failed attempts. Try again in 15 minutes.")
        assert 780 < int(answer.headers["retry-after"]) <= 900
    assert (await other.get("/sign-in/oidc")).status_code == 302
