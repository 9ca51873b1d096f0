"""Whatever a client sends: a sentence and a 4xx, never a 5xx, and what is refused changes nothing."""

import itertools
import json
import math

import httpx
import pytest

from acceptance.api.conftest import Desk, edit, problem
from conftest import external

JSON = {"content-type": "application/json"}
MEGABYTE = 1_000_000


@pytest.fixture
async def found(desk: Desk) -> dict:
    """A pending artifact."""
    return await desk.pending()


async def raw(desk: Desk, method: str, path: str, body, who=None, **headers) -> httpx.Response:
    """A request with these very bytes."""
    return await desk.http.request(method, path, content=body, headers={**(who or desk.as_rm), **JSON, **headers})


def bodies(desk: Desk, found: dict) -> list[tuple[str, str, dict]]:
    """Every route that takes a body: method, path, and a body that would do something."""
    item = edit("employer", "Casa Nova")
    updates = {"proposalId": found["batchId"], "fieldUpdates": [{"id": "a", "field": "occupation"}]}
    return [
        ("POST", f"/api/customers/{desk.customer}/artifacts", {"artifacts": [item]}),
        ("PATCH", f"/api/artifacts/{found['id']}", {"status": "accepted"}),
        ("POST", "/api/decisions", {"decisions": [{"artifactId": found["id"], "status": "accepted"}]}),
        ("POST", f"/api/batches/{found['batchId']}/accept", {"reason": "All right."}),
        ("POST", f"/api/batches/{found['batchId']}/reject", {"reason": "No."}),
        ("POST", f"/api/customers/{desk.customer}/apply-updates", {"proposal": updates, "approvedFieldIds": ["a"]}),
        ("POST", "/api/customers", {"name": "Ana Duarte"}),
        ("PATCH", f"/api/customers/{desk.customer}", {"name": "Eva Duarte"}),
    ]


def who_for(desk: Desk, path: str) -> dict:
    return (
        desk.as_admin
        if path.startswith("/api/customers") and not path.endswith(("artifacts", "updates"))
        else desk.as_rm
    )


# ── bodies that cannot be read ────────────────────────────────────────────────────────────────────────────────────────


UNREADABLE = {
    "nothing": (b"", 400),
    "white space": (b"  ", 400),
    "half": (b'{"status":', 400),
    "single quotes": (b"{'status': 'accepted'}", 400),
    "trailing comma": (b'{"status":"accepted",}', 400),
    "a comment": (b'{"status":"accepted"} // yes', 400),
    "two values": (b'{"status":"accepted"}{"status":"accepted"}', 400),
    "null": (b"null", 400),
    "an array": (b'[{"status":"accepted"}]', 400),
    "a number": (b"5", 400),
    "a text": (b'"accepted"', 400),
    "true": (b"true", 400),
    "NaN": (b'{"status":"accepted","editedValue":NaN}', 400),
    "Infinity": (b'{"status":"accepted","editedValue":-Infinity}', 400),
    "depth 1,000": (b'{"status":"accepted","editedValue":' + b"[" * 1000 + b"]" * 1000 + b"}", 400),
    "depth 100,000": (b"[" * 100_000 + b"]" * 100_000, 400),
    "depth 100,000, open": (b'{"a":' * 100_000, 400),
    "depth 100": (b'{"status":"accepted","reason":' + b"[" * 100 + b"]" * 100 + b"}", 400),
    "bad UTF-8": (b'{"status":"accepted","reason":"\xff\xfe"}', 400),
    "overlong UTF-8": (b'{"status":"accepted","reason":"\xc0\xaf"}', 400),
    "a surrogate in UTF-8": (b'{"status":"accepted","reason":"\xed\xa0\x80"}', 400),
    "UTF-16": ('{"status":"accepted"}'.encode("utf-16"), 400),
    "a byte order mark": (b'\xef\xbb\xbf{"status":"accepted"}', 400),
    "a raw U+0000": (b'{"status":"accepted","reason":"\x00"}', 400),
    "a raw line break": (b'{"status":"accepted","reason":"\n"}', 400),
    "50 MB": (b" " * 50_000_000, 413),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_body_that_cannot_be_read_is_refused_and_changes_nothing(desk: Desk, found, name):
    body, status = UNREADABLE[name]
    before = await desk.counts()
    for method, path, _ in bodies(desk, found):
        if name == "nothing" and path.startswith("/api/batches"):
            continue
        answer = await raw(desk, method, path, body, who_for(desk, path))
        problem(answer, status)
    assert await desk.counts() == before


async def test_a_body_that_is_sent_in_pieces_is_cut_off_too(desk: Desk, found):
    taken = 0

    async def pieces():
        nonlocal taken
        for _ in range(500):
            taken += 100_000
            yield b" " * 100_000

    answer = await raw(desk, "PATCH", f"/api/artifacts/{found['id']}", pieces())
    problem(answer, 413, "too_large")
    assert taken < 15 * MEGABYTE


CONTENT_TYPES = [
    None, "", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/jsonp", "application", "application/json; charset=latin-1", "application/json; charset=utf-16", "json",
]  # fmt: skip


@pytest.mark.parametrize("kind", CONTENT_TYPES)
async def test_another_content_type_is_refused(desk: Desk, found, kind):
    before = await desk.counts()
    for method, path, body in bodies(desk, found):
        headers = {**who_for(desk, path), **({} if kind is None else {"content-type": kind})}
        answer = await desk.http.request(method, path, content=json.dumps(body).encode(), headers=headers)
        problem(answer, 415, "wrong_content_type")
    assert await desk.counts() == before


@pytest.mark.parametrize(
    "kind", ["application/json;charset=utf-8", "Application/JSON; Charset=UTF-8", 'application/json; charset="utf-8"']
)
async def test_json_by_its_other_names_is_taken(desk: Desk, found, kind):
    answer = await desk.http.patch(
        f"/api/artifacts/{found['id']}", content=b'{"status":"accepted"}', headers={**desk.as_rm, "content-type": kind}
    )
    assert answer.status_code == 200


# ── bodies that can be read and not accepted ──────────────────────────────────────────────────────────────────────────


async def test_unknown_members_are_refused_everywhere(desk: Desk, found):
    before = await desk.counts()
    for method, path, body in bodies(desk, found):
        for member in ("noSuchMember", "Status", "", "__proto__", "created_by_id", "é"):
            answer = await raw(desk, method, path, json.dumps({**body, member: 1}), who_for(desk, path))
            problem(answer, 422, "invalid_body")
    assert await desk.counts() == before


async def test_members_of_another_kind_are_refused_everywhere(desk: Desk, found):
    """No text for a number, no number for a text, no 0 for false: nothing is coerced."""
    before = await desk.counts()
    for method, path, body in bodies(desk, found):
        for member, value in body.items():
            for wrong in (1, 1.5, True, "text", ["x"], {"x": 1}, None):
                if isinstance(wrong, type(value)) or (member, wrong) == ("reason", None):
                    continue
                answer = await raw(desk, method, path, json.dumps({**body, member: wrong}), who_for(desk, path))
                problem(answer, 400 if member == "status" else 422)
    assert await desk.counts() == before


UNSTORABLE = [
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"x\\uDFFFy"',
    '"\\udc00\\ud800"',
    '"\\ud83d"',
    '"\\ud83d\\u0041"',
]


@pytest.mark.parametrize("text", UNSTORABLE)
async def test_text_that_cannot_be_stored_is_refused_wherever_it_stands(desk: Desk, found, text):
    before = await desk.counts()
    path, one = f"/api/customers/{desk.customer}/artifacts", f"/api/artifacts/{found['id']}"
    payload = '{"field_key":"employer","proposed_value":"x"'
    requests = [
        ("POST", path, f'{{"artifacts":[{{"payload":{{"field_key":"employer","proposed_value":{text}}}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{{"field_key":{text},"proposed_value":1}}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload},"source_text":{text}}}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload},"previous_value":{text}}}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload},"previous_value":{{{text}:1}}}}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload},{text}:1}}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload}}},"workflowTrigger":{text}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload}}},"artifactType":{text}}}]}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload}}}}}],"batchId":{text}}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload}}}}}],"source":{{"text":{text}}}}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload}}}}}],"source":{{"text":"x","title":{text}}}}}'),
        ("POST", path, f'{{"artifacts":[{{"payload":{payload}}}}}],{text}:1}}'),
        ("PATCH", one, f'{{"status":"edited","editedValue":{text}}}'),
        ("PATCH", one, f'{{"status":"edited","editedValue":{{"a":[{text}]}}}}'),
        ("PATCH", one, f'{{"status":"accepted","reason":{text}}}'),
        ("PATCH", one, f'{{"status":"accepted","expectedCurrentValue":{text}}}'),
        ("POST", "/api/decisions", f'{{"decisions":[{{"artifactId":{text},"status":"accepted"}}]}}'),
        ("POST", f"/api/batches/{found['batchId']}/reject", f'{{"reason":{text}}}'),
        ("POST", "/api/customers", f'{{"name":{text}}}'),
        ("POST", "/api/customers", f'{{"name":"Ana","rmId":{text}}}'),
        ("POST", "/api/customers", f'{{"name":"Ana","profile":{{{text}:1}}}}'),
        ("POST", "/api/customers", f'{{"name":"Ana","profile":{{"occupation":{text}}}}}'),
    ]
    for method, address, body in requests:
        json.loads(body)  # it is JSON, so the request is about the text and nothing else
        problem(await raw(desk, method, address, body, who_for(desk, address)), 422)
    assert await desk.counts() == before


@pytest.mark.parametrize("odd", ["%00", "a%00b", "%ED%A0%80", "%FF", "%C0%AF", "%EF%BF%BF"])
async def test_odd_text_in_a_query_is_refused(desk: Desk, odd):
    for path in ("/api/artifacts", f"/api/customers/{desk.customer}/artifacts"):
        for name in ("status", "type", "cursor"):
            answer = await desk.http.get(f"{path}?{name}={odd}", headers=desk.as_rm)
            assert answer.status_code in ((422,) if odd != "%EF%BF%BF" else (200, 422))
    for name in ("customerId", "rmId", "batchId", "field", "confidence"):
        answer = await desk.http.get(f"/api/artifacts?{name}={odd}", headers=desk.as_rm)
        assert answer.status_code in ((422,) if odd != "%EF%BF%BF" else (200, 404, 422))
    answer = await desk.http.get(f"/api/customers?q={odd}", headers=desk.as_rm)
    assert answer.status_code in ((422,) if odd != "%EF%BF%BF" else (200, 422))


ODD_IDS = [
    "%00", "a%00b", "%ED%A0%80", "%FF", "%2e%2e", "..%2f..%2fetc%2fpasswd", "a%0d%0ab", "%F0%9F%98%80", "%E2%80%AE",
    "'%20or%201=1--", "%25", "%3Cscript%3E", "%7B%7B7*7%7D%7D", "$1", "null", "-1", "0", "x" * 3000, "%20", "a%20", ";", "é",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD_IDS)
async def test_odd_ids_in_a_path_are_nobodys(desk: Desk, found, odd):
    before = await desk.counts()
    body = json.dumps({"status": "accepted"}).encode()
    proposal = json.dumps({"artifacts": [edit("employer", "x")]}).encode()
    updates = json.dumps({"proposal": {"proposalId": "x", "fieldUpdates": []}, "approvedFieldIds": []}).encode()
    for method, path, sent in (
        ("GET", f"/api/artifacts/{odd}", None), ("GET", f"/api/artifacts/{odd}/events", None),
        ("GET", f"/api/customers/{odd}", None), ("GET", f"/api/customers/{odd}/artifacts", None),
        ("GET", f"/api/customers/{odd}/profile", None), ("GET", f"/api/customers/{odd}/events", None),
        ("PATCH", f"/api/artifacts/{odd}", body), ("POST", f"/api/batches/{odd}/accept", b""),
        ("POST", f"/api/batches/{odd}/reject", b""), ("POST", f"/api/customers/{odd}/artifacts", proposal),
        ("POST", f"/api/customers/{odd}/apply-updates", updates), ("DELETE", f"/api/customers/{odd}", None),
        ("PATCH", f"/api/customers/{odd}", b'{"name":"x"}'),
    ):  # fmt: skip
        answer = await raw(desk, method, path, sent, desk.as_rm)
        assert answer.status_code in (404, 422), (method, path, answer.status_code)
        problem(answer, answer.status_code)
    assert await desk.counts() == before


@pytest.mark.parametrize(
    "batch", ["", " ", " x", "a/b", "a\nb", "\u200b", "\u202e", "x" * 201, "a\u0000b", "\u00ad", 5, True, {}]
)
async def test_a_batch_id_that_is_none_is_refused(desk: Desk, batch):
    before = await desk.counts()
    body = {"batchId": batch, "artifacts": [edit("occupation", "Cook")]}
    problem(await desk.post(f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent), 422)
    assert await desk.counts() == before


@pytest.mark.parametrize("batch", ["x", "note 7", "é", "😀", "a.b:c", "%2F", "?", "#", "x" * 200, "..."])
async def test_any_other_batch_id_can_be_decided_by_it(desk: Desk, batch):
    from urllib.parse import quote

    await desk.proposes(edit("occupation", "Cook"), batchId=batch)
    answer = await desk.post(f"/api/batches/{quote(batch, safe='')}/reject?customerId={desk.customer}")
    assert answer.json()["count"] == 1


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


EXACT = ["9007199254740993", "-9007199254740993", "123456789012345678901234567890", "0.1", "1e22", "1.5e-7", "5e-324", "-0.5",
         "1" * 400, "0", "1.0", "100000000000000000000000.0"]  # fmt: skip
INEXACT = ["1e400", "-1e400", "12345678901234567890123.5", "0.1000000000000000000000001", "3.14159265358979323846264338327950288",
           "1e-400", "9007199254740993.5", "1" * 5000]  # fmt: skip


@pytest.mark.parametrize("number", EXACT)
async def test_a_number_survives_exactly(desk: Desk, number):
    from decimal import Decimal

    body = f'{{"artifacts":[{{"payload":{{"field_key":"occupation","proposed_value":"Cook","previous_value":[{number}]}}}}]}}'
    answer = await raw(desk, "POST", f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent)
    assert answer.status_code == 201, answer.text
    [made] = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)["artifacts"]
    assert made["payload"]["previous_value"] == [Decimal(number)]
    again = await desk.get(f"/api/artifacts/{made['id']}")
    [shown] = json.loads(again.text, parse_float=Decimal, parse_int=Decimal)["artifact"]["payload"]["previous_value"]
    assert shown == Decimal(number)
    [row] = await desk.world.rows(
        "select payload -> 'previous_value' ->> 0 as number from artifact where id = $1", made["id"]
    )
    assert Decimal(row["number"]) == Decimal(number)


@pytest.mark.parametrize("number", INEXACT)
async def test_a_number_that_would_not_survive_is_refused(desk: Desk, found, number):
    before = await desk.counts()
    body = f'{{"artifacts":[{{"payload":{{"field_key":"occupation","proposed_value":"Chef","previous_value":{number}}}}}]}}'
    problem(await raw(desk, "POST", f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent), 422)
    problem(
        await raw(desk, "PATCH", f"/api/artifacts/{found['id']}", f'{{"status":"edited","editedValue":{number}}}'), 422
    )
    assert await desk.counts() == before


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def routes_with_get(desk: Desk, found: dict) -> list[str]:
    return [
        "/api/artifacts", f"/api/artifacts/{found['id']}", f"/api/artifacts/{found['id']}/events", "/api/customers",
        f"/api/customers/{desk.customer}", f"/api/customers/{desk.customer}/artifacts",
        f"/api/customers/{desk.customer}/events", f"/api/customers/{desk.customer}/profile", "/api/fields",
        "/api/artifact-types", "/api/me",
    ]  # fmt: skip


async def test_an_unknown_parameter_is_refused_everywhere(desk: Desk, found):
    for path in routes_with_get(desk, found):
        for query in ("noSuch=1", "LIMIT=5", "=", "%00=1", "limit%20=5", "api_key=x"):
            problem(await desk.http.get(f"{path}?{query}", headers=desk.as_rm), 422)
    for method, path, body in bodies(desk, found):
        before = await desk.counts()
        answer = await raw(desk, method, f"{path}?noSuch=1", json.dumps(body), who_for(desk, path))
        problem(answer, 422, "unknown_parameter")
        assert await desk.counts() == before
    problem(await desk.http.delete(f"/api/customers/{desk.customer}?noSuch=1", headers=desk.as_admin), 422)


async def test_a_repeated_parameter_is_refused(desk: Desk, found):
    for path, query in (
        ("/api/artifacts", "limit=5&limit=5"), ("/api/artifacts", "status=&status=pending"),
        (f"/api/customers/{desk.customer}/artifacts", "order=asc&limit=1&order=asc"), ("/api/customers", "q=a&q=a"),
        (f"/api/customers/{desk.customer}/profile", "asOf=2026-01-01&asOf=2026-01-01"),
    ):  # fmt: skip
        problem(await desk.http.get(f"{path}?{query}", headers=desk.as_rm), 422, "repeated_parameter")
    answer = await desk.http.post(
        f"/api/batches/{found['batchId']}/reject?customerId=a&customerId=a", headers=desk.as_rm
    )
    problem(answer, 422, "repeated_parameter")


@pytest.mark.parametrize(
    "limit",
    [
        "NaN",
        "-1",
        "1e9",
        "10x",
        "",
        "5.0",
        "%D9%A3",
        "201",
        "+5",
        "%2B5",
        "%205",
        "0x5",
        "1_0",
        "null",
        "true",
        "1,2",
        "²",
    ],
)
async def test_a_limit_that_is_no_whole_number_in_range_is_refused(desk: Desk, found, limit):
    for path in (
        "/api/artifacts", "/api/customers", f"/api/customers/{desk.customer}/artifacts",
        f"/api/customers/{desk.customer}/events", f"/api/artifacts/{found['id']}/events",
    ):  # fmt: skip
        problem(await desk.http.get(f"{path}?limit={limit}", headers=desk.as_rm), 422)


@pytest.mark.parametrize(
    "query", ["order=up", "order=DESC", "order=1", "offset=-1", "offset=100001", "offset=", "offset=x"]
)
async def test_an_order_and_an_offset_are_as_described(desk: Desk, query):
    problem(await desk.http.get(f"/api/customers/{desk.customer}/artifacts?{query}", headers=desk.as_rm), 422)


@pytest.mark.parametrize("cursor", ["x", "0x1", "-1", "1.5", "٣", "9" * 30, "bm9wZQ", "{}", "WzEsMl0", "W10"])
async def test_bad_cursors_are_refused_by_every_list(desk: Desk, found, cursor):
    for path in (
        "/api/artifacts", "/api/customers", f"/api/customers/{desk.customer}/artifacts",
        f"/api/customers/{desk.customer}/events", f"/api/artifacts/{found['id']}/events",
    ):  # fmt: skip
        problem(await desk.get(path, cursor=cursor), 422, "invalid_cursor")


async def test_too_many_parameters_and_too_long_ones_are_refused(desk: Desk):
    problem(await desk.http.get("/api/artifacts?" + "&".join(f"p{n}=1" for n in range(1000)), headers=desk.as_rm), 422)
    assert (await desk.get("/api/artifacts", status="x" * 50_000)).status_code in (200, 422)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": b""}, {"authorization": b"Bearer"}, {"authorization": b"Bearer "}, {"authorization": b"Basic eDp5"},
        {"authorization": b"Bearer \xff\xfe"}, {"authorization": b"Bearer a\x7fb"}, {"authorization": b"Bearer " + b"x" * 50_000},
        {"cookie": b"__Host-placet=\xff"}, {"cookie": b"__Host-placet=x; __Host-placet=y"}, {"cookie": b"=;;;=\x7f"},
        {"cookie": b"__Host-placet="},
    ],
)  # fmt: skip
async def test_odd_credentials_are_none(desk: Desk, headers):
    problem(await desk.http.get("/api/artifacts", headers=headers), 401)


# ── texts of every kind ───────────────────────────────────────────────────────────────────────────────────────────────


ODD_TEXTS = {
    "bidirectional overrides": "\u202eabc\u202c \u2066x\u2069",
    "NFC and NFD": "é \u0065\u0301 Å \u212b",
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 😀",
    "zero width": "a\u200bb\u200dc\ufeffd",
    "controls": "\x01\x1f\x7f\x85",
    "line ends": "a\rb\r\nc\nd\u2028e\u2029f",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "private": "\ue000\U000f0000",
    "a megabyte": "Łódź 😀 " * 100_000,
    "formula": '=HYPERLINK("http://x")',
    "escapes": "\\u0000 \\x00 %00 \\",
}


@pytest.mark.parametrize("name", ODD_TEXTS)
async def test_any_text_is_stored_exactly_or_refused(desk: Desk, name):
    """As proposed it is kept as it came; the profile takes it in canonical form or not at all."""
    text = ODD_TEXTS[name]
    before = await desk.counts()
    body = {"artifacts": [edit("relationshipNotes", "A note.", source_text=text, why=text, previous_value={text: [text]})],
            "source": {"text": f"A note. {text}"}}  # fmt: skip
    answer = await desk.post(f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent)
    if answer.status_code == 422:
        assert await desk.counts() == before
        return
    assert answer.status_code == 201, answer.text[:300]
    [made] = answer.json()["artifacts"]
    shown = (await desk.get(f"/api/artifacts/{made['id']}")).json()["artifact"]
    for found in (made, shown):
        assert found["payload"]["source_text"] == text
        assert found["payload"]["why"] == text
        assert found["payload"]["previous_value"] == {text: [text]}
        assert found["evidence"]["verified"] is (text.strip() != "")
    [row] = await desk.world.rows("select text from source where id = $1", made["evidence"]["sourceId"])
    assert row["text"] == f"A note. {text}".replace("\r\n", "\n").replace("\r", "\n")


async def test_naughty_strings_through_proposing_lists_decisions_and_the_trail(desk: Desk):
    """The Big List of Naughty Strings: each proposed, each taken exactly as it is or refused with a sentence."""
    naughty = json.loads((external("naughty-strings") / "blns.json").read_text(encoding="utf-8"))
    assert len(naughty) > 400
    taken: dict[str, str] = {}
    refused = 0
    for text in naughty:
        item = edit("relationshipNotes", text, source_text=text)
        body = {"artifacts": [item], **({"source": {"text": text}} if text.strip() else {})}
        answer = await desk.post(f"/api/customers/{desk.customer}/artifacts", body, desk.as_agent)
        assert answer.status_code in (201, 422), (text, answer.text)
        if answer.status_code == 422:
            problem(answer, 422)
            refused += 1
            continue
        for made in answer.json()["artifacts"]:
            assert made["payload"]["proposed_value"] == text
            assert made["payload"]["source_text"] == text
            taken[made["id"]] = text
    assert len(taken) > 400
    assert refused < 20
    listed: dict[str, str] = {}
    cursor = ""
    while cursor is not None:
        page = (await desk.get(f"/api/customers/{desk.customer}/artifacts", limit=200, cursor=cursor)).json()
        listed |= {row["id"]: row["payload"]["proposed_value"] for row in page["artifacts"]}
        cursor = page["nextCursor"]
    assert listed == taken
    after: dict[str, object] = {}
    cursor = ""
    while cursor is not None:
        page = (await desk.get(f"/api/customers/{desk.customer}/events", limit=200, cursor=cursor)).json()
        after |= {e["artifactId"]: e["after"] for e in page["events"] if e["kind"] == "profile_edit.proposed"}
        cursor = page["nextCursor"]
    assert after == taken
    for identifier, text in itertools.islice(taken.items(), 0, None, 25):
        answer = await desk.patch(f"/api/artifacts/{identifier}", {"status": "rejected", "reason": text[:500]})
        assert answer.status_code in (200, 409)
    for text in naughty[::7]:
        for query in ({"status": text}, {"field": text}, {"batchId": text}, {"customerId": text}):
            assert (await desk.get("/api/artifacts", **query)).status_code in (200, 404, 422)
        assert (await desk.get("/api/customers", q=text)).status_code in (200, 422)


async def test_a_customer_may_have_nearly_any_name(desk: Desk):
    for name in ("Łódź 😀", "O'Brien; drop table customer", "<b>x</b>", "名前", "e\u0301", "x" * 200):
        answer = await desk.post("/api/customers", {"name": name}, desk.as_admin)
        assert (answer.status_code, answer.json()["customer"]["name"]) == (201, name)
    for name in ("", " ", "\n", "a\nb", "x" * 201, "\u202e", "\u200b"):
        problem(await desk.post("/api/customers", {"name": name}, desk.as_admin), 422)


def test_the_tables_above_are_what_they_say():
    assert math.isinf(float(INEXACT[0]))
    for text in UNSTORABLE:
        assert json.loads(text)
