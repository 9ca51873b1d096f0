"""The description of the API is right, and what it describes stands up to requests made from it at random, but reproducibly."""

import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import jsonschema_rs
import msgspec
import pytest
import schemathesis
import uvicorn
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from conftest import SECRET_KEY, World, item
from placet.api.app import create_app
from placet.api.meta import openapi_document
from placet.artifacts.propose import Item
from placet.customers import delegations, teams
from placet.identity import tokens, users
from placet.identity.principal import SYSTEM
from placet.runtime import Runtime
from placet.settings import Settings
from posting import Noted, installed
from sealing import TRAIL_KEY, Seal

CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CALLERS = ("rm", "admin", "agent")
EXAMPLES = 12
METHODS = ("get", "post", "patch", "put", "delete")
ENDLESS = {"GET /api/stream"}  # what is sent there has no end: test_stream.py reads it


@pytest.fixture(scope="module")
def document(schema) -> dict[str, Any]:
    found: dict[str, Any] = openapi_document(create_app(Runtime(Settings(), schema=schema)))
    return found


@pytest.fixture(scope="module")
def operations(document) -> dict[str, dict[str, Any]]:
    return {f"{m.upper()} {path}": about[m] for path, about in document["paths"].items() for m in METHODS if m in about}


# ── the document ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_is_served_to_anybody(http, document):
    answer = await http.get("/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json()["paths"].keys() == document["paths"].keys()


def test_it_is_openapi_3_1_with_schemas_that_are_json_schema(document):
    assert document["openapi"] == "3.1.0"
    for shape in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **shape})


def test_bodies_refuse_unknown_members(document, operations):
    checked = 0
    for name, about in operations.items():
        if "requestBody" in about and name not in CHATS:
            shape = about["requestBody"]["content"]["application/json"]["schema"]
            for found in reachable(document, shape):
                if "properties" in found:
                    assert found["additionalProperties"] is False, name
                    checked += 1
    assert checked >= 8


def reachable(document: dict[str, Any], shape: Any) -> Iterator[dict[str, Any]]:
    """A schema and all it refers to."""
    todo, seen = [shape], set()
    while todo:
        found = todo.pop()
        if isinstance(found, list):
            todo += found
        elif isinstance(found, dict):
            if "$ref" in found and found["$ref"] not in seen:
                seen.add(found["$ref"])
                todo.append(document["components"]["schemas"][found["$ref"].rpartition("/")[2]])
            yield found
            todo += [value for value in found.values() if isinstance(value, dict | list)]


def test_nothing_in_it_is_an_empty_alternative(document):
    for found in reachable(document, document):
        for word in ("oneOf", "anyOf"):
            assert {} not in found.get(word, [])


def test_what_can_go_wrong_is_described(operations):
    for name, about in operations.items():
        statuses = set(about["responses"])
        if about.get("security") == []:
            continue
        assert {"401", "422", "503"} <= statuses, name
        if "{" in name:
            assert "404" in statuses, name
        if "requestBody" in about:
            assert {"400", "413", "415"} <= statuses, name
        for status, answer in about["responses"].items():
            if status >= "400" and "content" in answer:
                assert set(answer["content"]) == {"application/problem+json"}, name


CHATS = {  # bodies are the AI SDK's and AG-UI's, which add members; a turn stores nothing of its own to answer again
    "POST /api/customers/{customer_id}/chat", "POST /api/customers/{customer_id}/ag-ui",
}  # fmt: skip
ANSWERS_A_SECRET = {  # which is never stored, so there is nothing to answer again
    "POST /api/users", "POST /api/users/{user_id}/reset-password", "POST /api/tokens", "POST /api/tokens/{token_id}/rotate",
    "POST /api/webhooks", "POST /api/webhooks/{webhook_id}/rotate",
}  # fmt: skip
PASSWORD = "the RM's for all the while"
TAKES_A_PASSWORD = {"POST /api/me/password"}  # no digest of which is kept that is quick to make
CHANGES_NOTHING = {"POST /api/webhooks/{webhook_id}/test"}


def test_the_idempotency_key_is_described_where_it_is_honoured(operations):
    assert set(operations) >= ANSWERS_A_SECRET
    for name, about in operations.items():
        keyed = any(parameter["name"] == "Idempotency-Key" for parameter in about["parameters"])
        assert keyed == (
            name.startswith(("POST", "PATCH"))
            and name not in ANSWERS_A_SECRET | TAKES_A_PASSWORD | CHATS | CHANGES_NOTHING
        ), name


def test_every_operation_says_what_it_does_under_a_name_of_its_own(operations):
    names = [about["operationId"] for about in operations.values()]
    assert len(names) == len(set(names))
    assert all(about["summary"] for about in operations.values())


# ── and what is served ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def address(server, database, schema) -> Iterator[str]:
    """A real server in a thread, with a loop and a pool of its own."""
    settings = Settings(
        database_url=server.app_url(database),
        pool_size=4,
        secret_key=SECRET_KEY,
        trail_key=TRAIL_KEY.text,
        loopback_calls=True,
    )
    runtime = Runtime(settings, schema=schema)

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        await runtime.open(server.app_url(database))
        yield
        await runtime.close()

    config = uvicorn.Config(
        create_app(runtime, lifespan=lifespan), host="127.0.0.1", port=0, log_level="warning", lifespan="on"
    )
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    while not served.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.01)
    with installed(Noted()):
        yield f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}"
    served.should_exit = True
    thread.join()


class Known(msgspec.Struct):
    """Credentials, and ids that exist."""

    headers: dict[str, dict[str, str]]
    ids: list[dict[str, str]]


@pytest.fixture(scope="module")
async def known(world: World, tmp_path_factory: pytest.TempPathFactory) -> Known:
    rm = await world.person()
    await world.runtime.transact(lambda c: users.set_password(c, SYSTEM, rm.id, PASSWORD))
    headers = {
        "rm": await world.token(rm),
        "admin": await world.token(await world.person("admin")),
        "agent": await world.token(agent="fuzzing-reader"),
    }
    ids, colleague, until = [], await world.person(), datetime.now(UTC) + timedelta(days=7)
    for number in range(40):
        customer = await world.customer(rm, {"occupation": "Baker"})
        found = await world.propose(customer, item("occupation", "Cook"), item("dependants", 2))
        [task] = (await world.propose(customer, Item(payload={"title": "Call"}, artifact_type="task"))).artifacts
        await world.accept(rm, task)
        [done] = (await world.propose(customer, item("employer", "Casa Nova"))).artifacts
        await world.accept(rm, done)

        async def stand(
            connection: Any, number: int = number, customer: str = customer, about: str = found.artifacts[0].id
        ) -> tuple[str, str, str]:
            team = await teams.create(connection, SYSTEM, f"Known {number}")
            await teams.set_member(connection, SYSTEM, team.id, colleague.id, "see")
            await teams.set_customer_member(connection, SYSTEM, customer, colleague.id, "see")
            made = await delegations.delegate(connection, rm, to_user=colleague.id, until_at=until)
            token_id, _ = await tokens.create(connection, SYSTEM, agent_name="note-taker")
            for path in ("webhook", "rule"):
                await connection.execute(
                    "insert into trigger_rule (id, trigger, kinds, config, created_by) "
                    "values ($1, $2, '{}', '{\"url\": \"http://127.0.0.1:9/\"}', 'test')",
                    f"{path}-{number}",
                    path,
                )
            await connection.execute(
                "insert into delivery (id, event_id, artifact_id, customer_id, topic, kind, trigger, status) values "
                "($1, 'e', $2, $3, 'artifact.accepted', 'profile_edit.accepted', 'rule', 'dead')",
                f"delivery-{number}",
                about,
                customer,
            )
            await connection.execute(
                "insert into delivery_output values ($1, 1, 'a.pdf', 'application/pdf', 'a')", f"delivery-{number}"
            )
            return team.id, made.id, token_id

        team_id, delegation_id, token_id = await world.runtime.transact(stand)
        ids.append({
            "customer_id": customer, "artifact_id": found.artifacts[0].id, "batch_id": found.batch_id, "rm_id": rm.id,
            "team_id": team_id, "delegation_id": delegation_id, "user_id": colleague.id,
            "decided_id": done.id, "token_id": token_id, "task_id": task.id, "name": "task.ics", "action": "finish",
            "webhook_id": f"webhook-{number}", "rule_id": f"rule-{number}",
            "delivery_id": f"delivery-{number}", "number": "1", "event_id": (await world.events(artifact=done))[0]["id"],
        })  # fmt: skip
    await Seal(world.runtime, tmp_path_factory.mktemp("known"))()
    return Known(headers, ids)


OPERATIONS = [  # what takes something away from a customer or a team stands before what takes them away
    "GET /api/customers/{customer_id}/members", "PUT /api/customers/{customer_id}/members/{user_id}",
    "DELETE /api/customers/{customer_id}/members/{user_id}", "DELETE /api/teams/{team_id}/members/{user_id}",
    "GET /api/customers", "POST /api/customers", "GET /api/customers/{customer_id}", "PATCH /api/customers/{customer_id}",
    "DELETE /api/customers/{customer_id}", "GET /api/customers/{customer_id}/profile",
    "PATCH /api/customers/{customer_id}/profile",
    "GET /api/customers/{customer_id}/events", "GET /api/customers/{customer_id}/artifacts",
    "POST /api/customers/{customer_id}/artifacts", "POST /api/customers/{customer_id}/apply-updates", "GET /api/artifacts",
    "GET /api/artifacts/{artifact_id}", "GET /api/artifacts/{artifact_id}/events",
    "GET /api/artifacts/{artifact_id}/card",
    "GET /api/artifacts/{artifact_id}/files", "GET /api/artifacts/{artifact_id}/files/{name}",
    "GET /api/customers/{customer_id}/kept", "POST /api/artifacts/{artifact_id}/actions/{action}",
    "PATCH /api/artifacts/{artifact_id}",
    "POST /api/decisions", "POST /api/decisions/reject-matching",
    "POST /api/artifacts/{artifact_id}/revert", "POST /api/artifacts/{artifact_id}/withdraw",
    "POST /api/batches/{batch_id}/accept", "POST /api/batches/{batch_id}/reject", "GET /api/fields",
    "POST /api/artifacts/{artifact_id}/hand-over", "GET /api/insights", "GET /api/delegations", "POST /api/delegations",
    "DELETE /api/delegations/{delegation_id}", "GET /api/teams", "POST /api/teams", "GET /api/teams/{team_id}",
    "PATCH /api/teams/{team_id}", "PUT /api/teams/{team_id}/members/{user_id}", "DELETE /api/teams/{team_id}",
    "GET /api/artifact-types", "GET /api/me", "GET /healthz", "GET /readyz", "GET /metrics",
    "GET /api/users", "POST /api/users", "GET /api/users/{user_id}", "GET /api/tokens", "POST /api/tokens",
    "POST /api/tokens/{token_id}/rotate", "DELETE /api/tokens/{token_id}",
    "POST /api/me/sign-out-everywhere", "POST /api/me/password", "GET /api/me/notifications", "PUT /api/me/notifications",
    "POST /api/users/{user_id}/reset-password", "POST /api/users/{user_id}/sign-out", "POST /api/users/{user_id}/disable",
    "POST /api/users/{user_id}/enable", *sorted(CHATS),
    "GET /api/webhooks", "POST /api/webhooks", "GET /api/webhooks/{webhook_id}", "PATCH /api/webhooks/{webhook_id}",
    "POST /api/webhooks/{webhook_id}/rotate", "POST /api/webhooks/{webhook_id}/test", "DELETE /api/webhooks/{webhook_id}",
    "GET /api/triggers", "GET /api/trigger-rules", "POST /api/trigger-rules", "GET /api/trigger-rules/{rule_id}",
    "PATCH /api/trigger-rules/{rule_id}", "DELETE /api/trigger-rules/{rule_id}", "GET /api/deliveries",
    "GET /api/deliveries/{delivery_id}", "POST /api/deliveries/{delivery_id}/replay",
    "GET /api/deliveries/{delivery_id}/outputs/{number}",
    "GET /api/audit/checkpoint", "GET /api/audit/proof/{event_id}", "GET /api/audit/export",
]  # fmt: skip


# Bodies that mean something, which no description can lead to by chance.
MEANT = {
    "POST /api/webhooks": lambda ids, number: {"url": f"https://127.0.0.{number}/", "kinds": ["artifact.accepted"]},
    "POST /api/trigger-rules": lambda ids, number: {"trigger": "test.note", "config": {"tone": f"Tone {number}"}},
    "POST /api/customers": lambda ids, number: {"name": f"Customer {number}", "profile": {"dependants": number % 20}},
    "POST /api/customers/{customer_id}/artifacts": lambda ids, number: {
        "artifacts": [{"payload": {"field_key": "employer", "proposed_value": f"Employer {number}"}}]
    },
    "POST /api/customers/{customer_id}/apply-updates": lambda ids, number: {
        "proposal": {"proposalId": ids["batch_id"], "fieldUpdates": [{"id": "a", "field": "occupation"}]},
        "approvedFieldIds": ["a"][: number % 2],
    },
    "POST /api/customers/{customer_id}/chat": lambda ids, number: {
        "messages": [{"role": "user", "parts": [{"type": "text", "text": f"He works as a cook at Inn {number}."}]}]
    },
    "POST /api/customers/{customer_id}/ag-ui": lambda ids, number: {
        "messages": [{"role": "user", "content": f"He works as a cook at Inn {number}."}]
    },
    "PATCH /api/customers/{customer_id}": lambda ids, number: {"name": f"Customer {number}"},
    "PUT /api/customers/{customer_id}/members/{user_id}": lambda ids, number: {"may": ("see", "cosign")[number % 2]},
    "PUT /api/teams/{team_id}/members/{user_id}": lambda ids, number: {"may": ("see", "cosign")[number % 2]},
    "POST /api/me/password": lambda ids, number: {"newPassword": PASSWORD, "currentPassword": PASSWORD},
    "PUT /api/me/notifications": lambda ids, number: {"choice": ("off", "daily", "at_once")[number % 3]},
    "PATCH /api/webhooks/{webhook_id}": lambda ids, number: {"note": f"Note {number}"},
    "PATCH /api/trigger-rules/{rule_id}": lambda ids, number: {"note": f"Note {number}"},
    "PATCH /api/customers/{customer_id}/profile": lambda ids, number: {"profile": {"dependants": number % 20}},
    "POST /api/artifacts/{artifact_id}/revert": lambda ids, number: {"reason": f"Number {number}"},
    "POST /api/decisions": lambda ids, number: {
        "decisions": [{"artifactId": ids["artifact_id"], "status": "accepted"}]
    },
    "POST /api/decisions/reject-matching": lambda ids, number: {
        "filter": {"customerId": ids["customer_id"]},
        "dryRun": True,
    },
    "POST /api/users": lambda ids, number: {
        "name": f"Person {number}",
        "email": f"{number}@fuzz.example",
        "role": ("rm", "admin", "auditor")[number % 3],
    },
    "POST /api/tokens": lambda ids, number: {"agent": f"agent {number}", "customers": [ids["customer_id"]]},
    "POST /api/delegations": lambda ids, number: {
        "toUserId": ids["user_id"],
        "fromUserId": ids["rm_id"],
        "until": f"{datetime.now(UTC).year + 1}-01-01",
    },
    "POST /api/artifacts/{artifact_id}/hand-over": lambda ids, number: {"toUserId": ids["user_id"]},
    "POST /api/teams": lambda ids, number: {"name": f"Team {number} of {ids['team_id']}"},
    "PATCH /api/teams/{team_id}": lambda ids, number: {"name": f"{ids['team_id']} {number}"},
    "PATCH /api/artifacts/{artifact_id}": lambda ids, number: {"status": ("accepted", "rejected")[number % 2]},
}


def test_every_operation_is_tried(operations):
    assert set(operations) == set(OPERATIONS) | ENDLESS


@pytest.mark.parametrize("name", OPERATIONS)
def test_requests_made_from_the_description_get_described_answers(document, address, known, name):
    """For each caller, with ids that exist and with any ids: no 5xx, and status, content type and shape as described."""
    method, _, path = name.partition(" ")
    operation = schemathesis.openapi.from_dict(document)[path][method]
    seen: set[int] = set()

    def send(case):
        for caller in CALLERS:
            answer = case.call_and_validate(base_url=address, headers=known.headers[caller], checks=CHECKED)
            seen.add(answer.status_code)

    def name_real_things(case, number):
        ids = known.ids[number]
        case.path_parameters = {key: ids[key] for key in case.path_parameters}
        if name.endswith(("/files/{name}", "/actions/{action}")):
            case.path_parameters["artifact_id"] = ids["task_id"]
        if name.endswith("/revert"):
            case.path_parameters["artifact_id"] = ids["decided_id"]

    def mean_something(case, number):
        case.body, case.media_type, case.query = MEANT[name](known.ids[number], number), "application/json", {}

    @hypothesis.given(case=operation.as_strategy(), number=st.integers(0, 39), real=st.booleans())
    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )  # fmt: skip
    def ask(case, number, real):
        if real:
            number = number % 5 + 35 if method == "DELETE" else number  # leave some customers for the others
            name_real_things(case, number)
            if name in MEANT and number % 4:
                mean_something(case, number)
        send(case)

    ask()
    for number in range(39, -1, -1) if method == "DELETE" else range(40):
        if seen & {200, 201, 204}:
            break
        case = operation.Case(path_parameters=dict.fromkeys(re.findall(r"{(\w+)}", path)))  # what chance did not make
        name_real_things(case, number)
        if name in MEANT:
            mean_something(case, number)
        send(case)
    assert seen & {200, 201, 204}, seen
