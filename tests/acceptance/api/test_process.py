"""The process as HTTP shows it: headers on every kind of answer, methods, health, and an absent database."""

import httpx
import pytest

from acceptance.api.conftest import Desk, problem
from conftest import together
from placet.api.app import create_app
from placet.db import engine
from placet.runtime import Runtime
from placet.settings import Settings
from placet.web.pages import answer_error, handlers


def require_headers(answer: httpx.Response) -> None:
    """What every answer carries."""
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


@pytest.fixture
async def away(schema) -> httpx.AsyncClient:
    """A client of a process whose database was never reached."""
    app = create_app(Runtime(Settings(database_url="postgresql://nobody@127.0.0.1:1/none"), schema=schema))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://placet.test") as client:
        yield client


# ── headers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_kind_of_answer_carries_the_security_headers(desk: Desk, monkeypatch):
    http, json = desk.http, {**desk.as_rm, "content-type": "application/json"}
    answers = {
        200: await desk.get("/api/artifacts"),
        201: await desk.post("/api/customers", {"name": "Ana"}, desk.as_admin),
        400: await desk.patch("/api/artifacts/x", {"status": "?"}),
        401: await http.get("/api/artifacts"),
        403: await desk.post("/api/customers", {"name": "Ana"}),
        404: await desk.get("/api/nothing/here"),
        405: await http.put("/api/artifacts", headers=desk.as_rm),
        413: await http.post("/api/decisions", content=b" " * 11_000_000, headers=json),
        415: await http.post("/api/decisions", content=b"x", headers=desk.as_rm),
        422: await desk.get("/api/artifacts", limit="x"),
    }
    answers[204] = await http.delete(f"/api/customers/{desk.customer}", headers=desk.as_admin)

    async def break_down(*_, **__):
        raise RuntimeError("secret detail of a fault")

    monkeypatch.setattr("placet.artifacts.inbox.list_artifacts", break_down)
    answers[500] = await desk.get("/api/artifacts")
    for status, answer in answers.items():
        assert answer.status_code == status
        require_headers(answer)
        if status >= 400:
            problem(answer, status)


async def test_a_fault_of_ours_tells_nothing_about_itself(desk: Desk, monkeypatch):
    async def break_down(*_, **__):
        raise RuntimeError("secret detail of a fault")

    monkeypatch.setattr("placet.artifacts.inbox.get_artifact", break_down)
    answer = await desk.get("/api/artifacts/x")
    body = problem(answer, 500, "unexpected")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert set(body) == {"type", "title", "status", "detail", "instance", "code", "error"}


async def test_the_pages_and_their_errors_carry_them_too(runtime):
    app = create_app(runtime, handlers=handlers, answer_error=answer_error)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://placet.test", headers={"accept": "text/html"}
    ) as client:
        for path, status in (("/sign-in", 200), ("/inbox", 303), ("/no/such/page", 404)):
            answer = await client.get(path)
            assert answer.status_code == status
            require_headers(answer)


async def test_strict_transport_security_is_for_tls_only(runtime, http):
    assert "strict-transport-security" not in (await http.get("/healthz")).headers
    secure = Runtime(Settings(public_url="https://placet.example"), schema=runtime.schema, pool=runtime.pool)
    transport = httpx.ASGITransport(app=create_app(secure))
    async with httpx.AsyncClient(transport=transport, base_url="https://placet.example") as client:
        assert "max-age=" in (await client.get("/healthz")).headers["strict-transport-security"]


async def test_401_says_how_to_authenticate(http):
    answer = await http.get("/api/artifacts")
    problem(answer, 401, "not_signed_in")
    assert answer.headers["www-authenticate"] == 'Bearer realm="placet"'


# ── methods ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "X"])
async def test_a_method_that_is_not_there_is_405_and_lists_what_is(desk: Desk, method):
    answer = await desk.http.request(method, "/api/artifacts", headers=desk.as_rm)
    problem(answer, 405)
    assert {part.strip() for part in answer.headers["allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


async def test_head_is_get_without_a_body(desk: Desk):
    for path, status in (("/api/artifacts", 200), ("/api/artifacts/nobody", 404), ("/api/artifacts?limit=x", 422),
                         ("/healthz", 200), ("/readyz", 200), ("/openapi.json", 200)):  # fmt: skip
        head = await desk.http.head(path, headers=desk.as_rm)
        get = await desk.http.get(path, headers=desk.as_rm)
        assert (head.status_code, head.content) == (status, b"")
        assert head.headers == get.headers
    assert (await desk.http.head("/api/artifacts")).status_code == 401
    assert (await desk.http.head("/api/decisions", headers=desk.as_rm)).status_code == 405


async def test_options_lists_the_methods_and_promises_nothing_to_other_sites(http):
    answer = await http.options("/api/artifacts/x", headers={"origin": "https://evil.example"})
    assert answer.status_code == 204
    assert {part.strip() for part in answer.headers["allow"].split(",")} == {"GET", "HEAD", "OPTIONS", "PATCH"}
    assert not [name for name in answer.headers if name.startswith("access-control")]


# ── health ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_health_with_a_database(http):
    for path in ("/healthz", "/readyz"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_health_without_a_database(away):
    assert (await away.get("/healthz")).status_code == 200
    answer = await away.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.json()["detail"]


async def test_a_schema_that_is_not_the_newest_is_not_ready(http, owner):
    await owner.execute("update alembic_version set version_num = 'older'")
    try:
        answer = await http.get("/readyz")
        assert answer.status_code == 503
        assert "placet migrate" in answer.json()["detail"]
    finally:
        from placet.db.migrate import newest_revision

        await owner.execute("update alembic_version set version_num = $1", newest_revision())


async def test_without_a_database_everything_is_503_and_says_when_to_try_again(away):
    for headers in ({"authorization": "Bearer placet_x"}, {"cookie": "__Host-placet=x"}):
        for method, path in (("GET", "/api/artifacts"), ("PATCH", "/api/artifacts/x"), ("POST", "/api/decisions")):
            answer = await away.request(method, path, headers=headers)
            problem(answer, 503, "database_unavailable")
            assert int(answer.headers["retry-after"]) > 0
            require_headers(answer)
    problem(await away.get("/api/artifacts"), 401)


async def test_connections_that_are_cut_are_503_at_worst_and_heal(desk: Desk, owner):
    """Every connection is cut, ten times; what comes next is a 503 for each at worst, never a 500, and then all is well."""
    for number in range(10):
        found = await desk.pending("occupation", f"Cook {number}")
        await together(*(desk.get("/api/me") for _ in range(5)))  # so that there are several
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        for _ in range(25):
            answer = await desk.decide(found, "accepted", key=f"cut {found['id']}")
            if answer.status_code == 200:
                break
            problem(answer, 503, "database_unavailable")
            assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["artifact"]["status"] == "accepted"


async def test_an_exhausted_pool_is_503(server, database, schema, monkeypatch):
    monkeypatch.setattr(engine, "ACQUIRE_TIMEOUT_S", 0.2)
    small = Runtime(Settings(database_url=server.app_url(database), pool_size=1), schema=schema)
    await small.open(server.app_url(database))
    transport = httpx.ASGITransport(app=create_app(small), raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://placet.test") as client, small.reading():
            answer = await client.get("/api/artifacts", headers={"authorization": "Bearer placet_x"})
        problem(answer, 503, "database_unavailable")
        assert answer.headers["retry-after"]
    finally:
        await small.close()
