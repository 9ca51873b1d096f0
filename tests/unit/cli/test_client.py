"""The client says what the server said, tries again under the same key, and knows what is not Placet."""

import httpx
import pytest

from placet import client as placet_client
from placet.client import Client, Decision
from placet.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, Stale, Unavailable

ARTIFACT = {
    "id": "a1", "createdAt": "2026-11-20T12:00:00.000Z", "customerId": "c", "rmId": "r", "batchId": "b", "version": 1,
    "artifactType": "profile_edit", "status": "accepted", "createdByType": "agent", "createdById": "note-reader",
    "payload": {"field_key": "email", "proposed_value": None}, "workflowTrigger": None, "customerName": "C",
    "createdByName": "note-reader", "decidedAt": None, "decidedBy": None, "decidedByName": None, "onBehalfOf": None,
    "reason": None, "evidence": {"sourceId": None, "start": None, "end": None, "verified": False}, "current": None,
    "stale": False, "rivals": 0, "policy": "single", "allowed": [], "actions": [], "signatures": [], "reverts": None,
    "expiresAt": None, "somethingNewer": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(placet_client, "BACK_OFF_S", 0.001)


def client(answer, seen=None):
    """A client whose server is the function `answer`, called with the request and its number."""

    def transport(request):
        if seen is not None:
            seen.append(request)
        return answer(request, len(seen or ()))

    return Client("http://placet.test", "secret", transport=httpx.MockTransport(transport))


def problem(status, code, **more):
    return httpx.Response(
        status, json={"status": status, "code": code, "detail": f"It is {code}.", "title": "T", **more}
    )


def test_a_decision_carries_the_token_a_key_and_exactly_what_was_said():
    seen = []
    found = client(lambda *_: httpx.Response(200, json={"artifact": ARTIFACT}), seen).decide(
        "a/1?", "edited", edited_value=None, reason="because"
    )
    assert found.id == "a1"
    [request] = seen
    assert request.method == "PATCH"
    assert request.url.raw_path == b"/api/artifacts/a%2F1%3F"
    assert request.headers["authorization"] == "Bearer secret"
    assert len(request.headers["idempotency-key"]) == 21
    assert request.content == b'{"editedValue":null,"reason":"because","status":"edited"}'


def test_what_was_not_said_is_not_sent():
    seen = []
    client(lambda *_: httpx.Response(200, json={"artifact": ARTIFACT}), seen).decide("a1", "accepted")
    assert seen[0].content == b'{"status":"accepted"}'


@pytest.mark.parametrize("failure", ["connection", "503"])
def test_it_tries_again_under_the_same_key(failure):
    seen = []

    def answer(request, number):
        if number == 3:
            return httpx.Response(200, json={"results": []})
        if failure == "connection":
            raise httpx.ReadError("reset", request=request)
        return problem(503, "database_unavailable")

    assert client(answer, seen).decide_many([Decision(artifact_id="a1", status="accepted")]) == []
    assert len(seen) == 3
    assert len({request.headers["idempotency-key"] for request in seen}) == 1
    assert len({request.content for request in seen}) == 1


def test_it_gives_up_after_three():
    seen = []
    with pytest.raises(Unavailable, match=r"It is database_unavailable\."):
        client(lambda *_: problem(503, "database_unavailable"), seen).get_artifact("a1")
    assert len(seen) == 3

    def down(request, _number):
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unavailable, match=r"The server at http://placet\.test cannot be reached: refused\."):
        client(down).get_artifact("a1")


def test_retry_after_is_listened_to(monkeypatch):
    slept = []
    monkeypatch.setattr(placet_client.time, "sleep", slept.append)

    def answer(_request, number):
        if number == 1:
            return httpx.Response(503, headers={"retry-after": "2"}, json={"code": "x", "detail": "y"})
        return httpx.Response(200, json={"artifact": ARTIFACT})

    client(answer, []).get_artifact("a1")
    assert slept == [2.0]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "invalid_token", NotSignedIn),
        (403, "agents_never_decide", Forbidden),
        (404, "not_found", NotFound),
        (409, "already_decided", Conflict),
        (422, "reason_required", Invalid),
    ],
)
def test_refusals_are_our_errors_and_are_not_tried_again(status, code, kind):
    seen = []
    with pytest.raises(kind) as raised:
        client(lambda *_: problem(status, code), seen).decide("a1", "accepted")
    assert (raised.value.code, raised.value.sentence) == (code, f"It is {code}.")
    assert len(seen) == 1


def test_stale_carries_its_three_values():
    answer = problem(409, "stale", proposed="a", expected=None, current=["c"], instance="/x", type="t", error="e")
    with pytest.raises(Stale) as raised:
        client(lambda *_: answer).decide("a1", "accepted")
    assert raised.value.members == {"proposed": "a", "expected": None, "current": ["c"]}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"artifact": {"id": 1}}),
        httpx.Response(404, text="not here"),
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        httpx.Response(502, json=["bad gateway"]),
    ],
)
def test_something_else_at_that_address_is_told(answer):
    with pytest.raises(Unavailable, match="is not Placet"):
        client(lambda *_: answer).get_artifact("a1")


def test_pages_are_followed_up_to_what_was_asked():
    def answer(request, _number):
        start = int(request.url.params.get("cursor", 0))
        size = int(request.url.params["limit"])
        page = [ARTIFACT | {"id": f"a{n}"} for n in range(start, min(start + size, 450))]
        return httpx.Response(
            200, json={"artifacts": page, "nextCursor": str(start + size) if start + size < 450 else None}
        )

    assert len(list(client(answer).iterate_artifacts())) == 450
    seen = []
    assert len(list(client(answer, seen).iterate_artifacts(most=250, status="pending"))) == 250
    assert [request.url.params["limit"] for request in seen] == ["200", "50"]
    assert all(request.url.params["status"] == "pending" for request in seen)


def test_an_address_that_is_none():
    with pytest.raises(Invalid, match="cannot be used"):
        Client("http://[::1", "secret")
    with pytest.raises(Invalid, match="cannot be used"):
        Client("http://placet.test", "sécret")
    with pytest.raises(Unavailable, match="cannot be reached"):
        Client("placet.test", "secret").get_artifact("a1")
