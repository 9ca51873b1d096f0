"""The built-in types beyond the profile edit, through the API: proposed, shown, edited, decided, and what stays of them."""

import icalendar
import pytest

MAIL = {"to": ["Ana Lopes <ana@example.com>"], "subject": "The scenarios", "body": "Dear Ana,\nhere they are."}
TASK = {"title": "Send the education scenarios; soon, please", "due": "2027-03-01", "details": "Both children\nASAP"}
NOTE = {"title": "Annual review", "text": "Calm about markets.", "tags": ["review", "2026"]}
FACT = {"key": "boat", "label": "Boat", "value": "A 9 m sloop"}
DOCUMENT = {"title": "Summary", "template": "summary", "data": {"title": "Summary", "rows": [["Risk", "Low"]]}}


@pytest.fixture
async def desk(world, http):
    """An RM, their customer, an agent's token."""
    rm = await world.person()
    customer = await world.customer(rm, {"occupation": "Baker"})
    return rm, customer, await world.token(rm), await world.token(agent="kinds-reader")


async def propose(http, customer, headers, kind, *payloads, **more):
    items = [{"artifactType": kind, "payload": payload} for payload in payloads]
    return await http.post(f"/api/customers/{customer}/artifacts", json={"artifacts": items, **more}, headers=headers)


async def proposed(http, customer, headers, kind, payload, **more):
    answer = await propose(http, customer, headers, kind, payload, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()["artifacts"][0]


async def decide(http, artifact, headers, status="accepted", **more):
    answer = await http.patch(f"/api/artifacts/{artifact['id']}", json={"status": status, **more}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["artifact"]


async def card(http, artifact, headers):
    return (await http.get(f"/api/artifacts/{artifact['id']}/card", headers=headers)).json()["card"]


# ── each of them ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "payload", "trigger", "title", "labels"),
    [
        ("task", TASK, "task.create", TASK["title"], ["Task", "Due", "Details"]),
        ("email_draft", MAIL, "email.send", "The scenarios", ["To", "Subject", "Text"]),
        ("document", DOCUMENT, "document.render", "Summary", ["Title", "Template", "Data"]),
        ("note", NOTE, None, "Annual review", ["Title", "Text", "Tags"]),
        ("additional_fact", FACT, None, "Boat", ["Label", "Value"]),
    ],
)
async def test_it_is_proposed_shown_and_accepted(http, desk, kind, payload, trigger, title, labels):
    _, customer, as_rm, as_agent = desk
    found = await proposed(http, customer, as_agent, kind, payload)
    assert (found["payload"], found["workflowTrigger"]) == (payload, trigger)
    shown = await card(http, found, as_rm)
    assert shown["title"] == title
    assert [line["label"] for line in shown["lines"]] == labels
    assert (await decide(http, found, as_rm))["status"] == "accepted"
    events = (await http.get(f"/api/artifacts/{found['id']}/events", headers=as_rm)).json()["events"]
    assert [event["kind"] for event in events] == [f"{kind}.proposed", f"{kind}.accepted"]


@pytest.mark.parametrize(
    ("kind", "payload", "sentence"),
    [
        ("task", {"title": " "}, "a text is not empty"),
        ("task", {"title": "x", "due": "in March"}, "a date is written 2026-05-15"),
        ("task", {"title": "two\nlines"}, "it has no line breaks"),
        ("email_draft", {**MAIL, "to": []}, "To is needed"),
        ("email_draft", {**MAIL, "to": ["ana@example.com\r\nBcc: eve@example.com"]}, "line breaks"),
        ("email_draft", {**MAIL, "to": ["ana@example.com, eve@example.com"]}, "is no address"),
        ("email_draft", {**MAIL, "to": ["nobody"]}, "is no address"),
        ("email_draft", {**MAIL, "subject": "Hello\nBcc: eve@example.com"}, "it has no line breaks"),
        ("document", {"title": "x"}, "either a Typst source or a template"),
        ("document", {**DOCUMENT, "source": "= Hello"}, "either a Typst source or a template"),
        ("document", {**DOCUMENT, "template": "../../etc/passwd"}, "Template does not take"),
        ("additional_fact", {**FACT, "key": "occupation"}, "is a field of the profile"),
        ("additional_fact", {**FACT, "key": "a b"}, "A key has letters"),
        ("note", {"text": "x", "unknown": 1}, "unknown field"),
    ],
)
async def test_what_it_does_not_take_is_refused_with_a_sentence(http, desk, kind, payload, sentence):
    _, customer, _, as_agent = desk
    answer = await propose(http, customer, as_agent, kind, payload)
    assert answer.status_code == 422
    assert sentence in answer.json()["errors"][0]["error"]


async def test_an_edit_names_the_members_to_change_and_null_takes_one_away(http, desk):
    _, customer, as_rm, as_agent = desk
    found = await proposed(http, customer, as_agent, "task", TASK)
    edited = await decide(http, found, as_rm, "edited", editedValue={"due": None, "title": "Send them"})
    assert edited["payload"]["edited_value"] == {"title": "Send them", "details": TASK["details"]}
    shown = await card(http, found, as_rm)
    assert [line["text"] for line in shown["lines"]] == ["Send them", TASK["details"]]


# ── tasks: a calendar file, and an action beyond the decision ─────────────────────────────────────────────────────────


async def test_an_accepted_task_is_a_calendar_file_and_is_finished_once(http, desk, world):
    _, customer, as_rm, as_agent = desk
    found = await proposed(http, customer, as_agent, "task", TASK)
    files = await http.get(f"/api/artifacts/{found['id']}/files", headers=as_rm)
    assert files.json() == {"files": []}
    action = f"/api/artifacts/{found['id']}/actions/finish"
    early = await http.post(action, headers=as_rm)
    assert (early.status_code, early.json()["code"]) == (409, "not_now")
    accepted = await decide(http, found, as_rm)
    assert (accepted["actions"], accepted["acts"]) == (["finish"], [])

    [file] = (await http.get(f"/api/artifacts/{found['id']}/files", headers=as_rm)).json()["files"]
    answer = await http.get(file["href"], headers=as_rm)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    again = await http.get(file["href"], headers=as_rm)
    assert again.content == answer.content
    [event] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["summary"]).startswith(TASK["title"])  # the semicolon and the comma came through
    assert str(event["description"]) == TASK["details"]
    assert b"DTSTART;VALUE=DATE:20270301" in answer.content
    assert event["dtstamp"].dt.tzinfo is not None
    assert answer.content.split(b"DTSTAMP:")[1].split(b"\r\n")[0].endswith(b"Z")

    colleague = await world.token(await world.person())
    assert (await http.post(action, headers=colleague)).status_code == 404
    assert (await http.post(action, headers=as_agent)).status_code == 403
    assert (await http.post(action, headers=await world.token(await world.person("admin")))).status_code == 403
    done = await http.post(action, json={"reason": "Sent by post"}, headers=as_rm)
    assert done.status_code == 200, done.text
    [act] = done.json()["artifact"]["acts"]
    assert (act["action"], act["reason"], done.json()["artifact"]["actions"]) == ("finish", "Sent by post", [])
    assert (await http.post(action, headers=as_rm)).json()["artifact"]["acts"] == [act]
    listed = await http.get(f"/api/customers/{customer}/artifacts", headers=as_rm)
    assert (
        listed.json()["artifacts"][0]
        == (await http.get(f"/api/artifacts/{found['id']}", headers=as_rm)).json()["artifact"]
    )
    events = (await http.get(f"/api/artifacts/{found['id']}/events", headers=as_rm)).json()["events"]
    assert [event["kind"] for event in events] == ["task.proposed", "task.accepted", "task.finished"]
    unknown = await http.post(f"/api/artifacts/{found['id']}/actions/explode", headers=as_rm)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_action")


async def test_an_action_done_by_somebody_else_says_by_whom(http, desk, world):
    _, customer, as_rm, as_agent = desk
    found = await proposed(http, customer, as_agent, "task", TASK)
    await decide(http, found, as_rm)
    other = await world.person()
    await http.post(f"/api/artifacts/{found['id']}/actions/finish", headers=as_rm)
    admin = await world.token(await world.person("admin"))
    moved = await http.patch(f"/api/customers/{customer}", json={"rmId": other.id}, headers=admin)
    assert moved.status_code == 200, moved.text
    again = await http.post(f"/api/artifacts/{found['id']}/actions/finish", headers=await world.token(other))
    assert (again.status_code, again.json()["code"]) == (409, "already_done")


# ── facts and notes stay with the customer ────────────────────────────────────────────────────────────────────────────


async def test_approved_facts_and_notes_are_kept_and_the_latest_of_a_key_counts(http, desk, world):
    _, customer, as_rm, as_agent = desk
    first = await proposed(http, customer, as_agent, "additional_fact", FACT)
    newer = await proposed(http, customer, as_agent, "additional_fact", {**FACT, "value": "Sold it"})
    note = await proposed(http, customer, as_agent, "note", NOTE)
    address = f"/api/customers/{customer}/kept"
    assert (await http.get(address, headers=as_rm)).json() == {"facts": [], "notes": []}
    await decide(http, newer, as_rm, "edited", editedValue={"value": "Sold it in May"})
    await decide(http, note, as_rm)
    kept = (await http.get(address, headers=as_rm)).json()
    assert [(f["label"], f["text"], f["artifactId"]) for f in kept["facts"]] == [
        ("Boat", "Sold it in May", newer["id"])
    ]
    assert [(n["text"], n["tags"]) for n in kept["notes"]] == [("Calm about markets.", ["review", "2026"])]
    await decide(http, first, as_rm)
    assert [f["text"] for f in (await http.get(address, headers=as_rm)).json()["facts"]] == ["A 9 m sloop"]
    gone = await proposed(http, customer, as_agent, "additional_fact", {**FACT, "value": None})
    await decide(http, gone, as_rm)
    assert (await http.get(address, headers=as_rm)).json()["facts"] == []
    assert (await http.get(address, headers=await world.token(await world.person()))).status_code == 404


async def test_accepting_a_whole_batch_sends_no_mail_unread(http, desk):
    _, customer, as_rm, as_agent = desk
    items = [
        {"artifactType": "email_draft", "payload": {**MAIL, "source_text": "send her"}},
        {"artifactType": "task", "payload": {"title": "Call", "source_text": "call her"}},
    ]
    body = {"artifacts": items, "source": {"text": "Please send her the file and call her."}}
    batch = (await http.post(f"/api/customers/{customer}/artifacts", json=body, headers=as_agent)).json()["batchId"]
    done = (await http.post(f"/api/batches/{batch}/accept", headers=as_rm)).json()
    assert [(r["outcome"], r.get("code")) for r in done["results"]] == [("left_out", "one_by_one"), ("applied", None)]


# ── mails hold together ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_mail_may_answer_an_earlier_one_of_the_same_customer_only(http, desk, world):
    rm, customer, _, as_agent = desk
    first = await proposed(http, customer, as_agent, "email_draft", MAIL)
    reply = {**MAIL, "subject": "Re: The scenarios", "in_reply_to": first["id"]}
    assert (await proposed(http, customer, as_agent, "email_draft", reply))["payload"]["in_reply_to"] == first["id"]
    other = await world.customer(rm)
    for where, earlier in ((other, first["id"]), (customer, "no-such-id")):
        answer = await propose(http, where, as_agent, "email_draft", {**reply, "in_reply_to": earlier})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "unknown_thread"


# ── documents are previewed ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_document_is_seen_before_it_is_accepted(http, desk, world):
    _, customer, as_rm, as_agent = desk
    found = await proposed(http, customer, as_agent, "document", DOCUMENT)
    files = (await http.get(f"/api/artifacts/{found['id']}/files", headers=as_rm)).json()["files"]
    preview, pdf = [await http.get(file["href"], headers=as_rm) for file in files]
    assert preview.content.startswith(b"\x89PNG")
    assert preview.headers["content-disposition"].startswith("inline")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"].startswith("attachment")
    stranger = await world.token(await world.person())
    assert (await http.get(files[1]["href"], headers=stranger)).status_code == 404
    assert (await http.get(f"/api/artifacts/{found['id']}/files/other.pdf", headers=as_rm)).status_code == 404


async def test_a_document_that_reaches_for_a_file_is_told_so_and_shows_nothing(http, desk):
    _, customer, as_rm, as_agent = desk
    found = await proposed(http, customer, as_agent, "document", {"title": "x", "source": '#read("/etc/hostname")'})
    answer = await http.get(f"/api/artifacts/{found['id']}/files/document.pdf", headers=as_rm)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_rendered")
    assert "file not found" in answer.json()["detail"]
