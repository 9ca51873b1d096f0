"""The built-in triggers, each called as the worker calls it, against real servers on loopback: mail, calendar, CRM."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import icalendar
import pytest

from conftest import accepted, edited, rejected
from mailboxes import message, serving_mail
from placet.artifacts.propose import Item
from placet.settings import Settings
from placet.triggers.crm_update import UpdateCrm
from placet.triggers.document_render import RenderDocument
from placet.triggers.email_send import SendEmail
from placet.triggers.task_create import CreateTask
from placet.triggers.trigger import Context, Delivery, Done, Failed, RetryLater, triggers
from posting import Post

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
MAIL = {
    "to": ["Zoë Łopes <zoe@example.com>", "bo@example.com"],
    "subject": "Grüße ✓",
    "body": "Dear Zoë,\n\nżółw.\n.\nEnd",
}


def delivery(kind="email_draft", value=None, **more):
    values = {
        "id": "d" * 21, "attempt": 1, "kind": f"{kind}.accepted", "event_id": "e", "decided_at": AT, "decided_by": "nobody",
        "decided_by_name": "Jonas Reber", "on_behalf_of": None, "reason": None, "artifact_id": "a" * 21,
        "artifact_type": kind, "status": "accepted", "batch_id": "b", "created_by_type": "agent", "created_by_id": "x",
        "created_by_name": "x", "customer_id": "c-1", "customer_name": "Ana Ruiz", "field": None, "payload": value or {},
        "value": value, "former": None,
    }  # fmt: skip
    return Delivery(**{**values, **more})


def test_they_are_registered_by_their_names():
    assert {"email.send", "task.create", "document.render", "crm.update"} <= set(triggers())


# ── mail ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
async def mailbox():
    async with serving_mail() as box:
        yield box


@pytest.fixture
def context(runtime, mailbox):
    mailbox.clear()
    settings = Settings(smtp_url=mailbox.url, mail_from="Placet <placet@bank.example>", loopback_calls=True)
    return Context(settings, runtime.schema, runtime.pool)


async def test_a_mail_is_sent_as_it_was_approved(context, mailbox, world):
    rm = await world.person(name='Jonas "Joe" Reber')
    send = delivery(value={**MAIL, "cc": ["cc@example.com"]}, decided_by=rm.id, decided_by_name=rm.name)
    done = await SendEmail().call(send, None, context)
    assert isinstance(done, Done), done
    [envelope] = mailbox.taken
    assert envelope.mail_from == "placet@bank.example"
    assert envelope.rcpt_tos == ["zoe@example.com", "bo@example.com", "cc@example.com"]
    found = message(envelope)
    assert found["subject"] == MAIL["subject"]
    assert found.get_content().replace("\r\n", "\n").rstrip("\n") == MAIL["body"]
    assert found.get_content_type() == "text/plain"
    assert [a.display_name for a in found["to"].addresses] == ["Zoë Łopes", ""]
    assert (found["from"].addresses[0].display_name, found["from"].addresses[0].addr_spec) == (
        rm.name,
        "placet@bank.example",
    )
    assert found["reply-to"].addresses[0].addr_spec.startswith("person")
    assert found["message-id"] == f"<{'d' * 21}@bank.example>"
    assert envelope.content.isascii()


async def test_the_same_delivery_is_known_by_its_message_id(context, mailbox):
    for attempt in (1, 2):
        await SendEmail().call(delivery(value=MAIL, attempt=attempt), None, context)
    assert len({message(envelope)["message-id"] for envelope in mailbox.taken}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "Hello\r\nBcc: eve@example.com"},
        {"to": ["bo@example.com\nBcc: eve@example.com"]},
        {"to": ['"x\r\nBcc: eve@example.com" <bo@example.com>']},
        {"to": ["bo@example.com, eve@example.com"]},
        {"body": "text\r\n.\r\nMAIL FROM:<x@example.com>"},
    ],
)
async def test_nothing_becomes_a_header_or_a_recipient_of_its_own(context, mailbox, wrong):
    """The type refuses these when they are proposed; the trigger does not rely on it."""
    done = await SendEmail().call(delivery(value={**MAIL, **wrong}), None, context)
    if isinstance(done, Done):
        [envelope] = mailbox.taken
        assert "eve@example.com" not in envelope.rcpt_tos
        assert message(envelope)["bcc"] is None
        assert len(message(envelope).get_all("subject")) == 1
    else:
        assert isinstance(done, Failed)
        assert mailbox.taken == []


async def test_what_the_server_says_decides_whether_to_come_back(context, mailbox):
    mailbox.says = {"zoe@example.com": "550 No such user", "bo@example.com": "550 No such user"}
    never = await SendEmail().call(delivery(value=MAIL), None, context)
    assert (type(never), never.status_code) == (Failed, 550)
    mailbox.says = {"data": "451 Come back later"}
    later = await SendEmail().call(delivery(value=MAIL), None, context)
    assert (type(later), later.status_code) == (RetryLater, 451)
    mailbox.says = {"zoe@example.com": "550 No such user"}
    partly = await SendEmail().call(delivery(value=MAIL), None, context)
    assert isinstance(partly, Done)  # the other has it, and must not get it again
    assert "zoe@example.com (550)" in partly.detail


async def test_without_a_server_it_waits(runtime):
    for settings, words in (
        (Settings(), "PLACET_SMTP_URL is not set"),
        (Settings(smtp_url="smtp://127.0.0.1:9"), "PLACET_MAIL_FROM is missing"),
        (Settings(smtp_url="smtp://127.0.0.1:9", mail_from="placet@bank.example"), "was not reached"),
    ):
        later = await SendEmail().call(delivery(value=MAIL), None, Context(settings, runtime.schema, runtime.pool))
        assert isinstance(later, RetryLater)
        assert words in later.why


async def test_a_mail_stands_in_the_thread_of_those_it_answers(context, mailbox, world, owner):
    rm = await world.person()
    customer = await world.customer(rm)
    ids, sent = [], []
    for number in range(3):
        payload = {**MAIL, "subject": f"Mail {number}", **({"in_reply_to": ids[-1]} if ids else {})}
        [made] = (await world.propose(customer, Item(payload=payload, artifact_type="email_draft"))).artifacts
        await world.decide(accepted(rm, made))
        ids.append(made.id)
        [row] = await world.rows("select id from delivery where artifact_id = $1", made.id)
        sent.append(row["id"])
        await SendEmail().call(delivery(value=payload, id=row["id"], artifact_id=made.id), None, context)
        await owner.execute("update delivery set status = 'delivered', ended_at = now() where id = $1", row["id"])
    first, second, third = (message(envelope) for envelope in mailbox.taken)
    assert first["references"] is None
    assert second["in-reply-to"] == first["message-id"] == f"<{sent[0]}@bank.example>"
    assert third["references"].split() == [first["message-id"], second["message-id"]]


# ── documents and tasks ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_document_is_rendered_to_the_same_bytes_each_time(context):
    value = {"title": "Łódź", "template": "letter", "data": {"paragraphs": ['#read("/etc/passwd") 東京']}}
    first, second = [await RenderDocument().call(delivery("document", value), None, context) for _ in range(2)]
    assert isinstance(first, Done), first
    [output] = first.outputs
    assert output.content.startswith(b"%PDF")
    assert output == second.outputs[0]


@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#image("/etc/hostname")',
        '#import "@preview/cetz:0.3.1": *',
        "#let a = range(1000000000)",
        '#let s = "x"\n#for i in range(60) { s = s + s }',
        "#nothing-of-that-name",
    ],
)
async def test_a_hostile_or_broken_document_is_refused_for_good(context, source):
    failed = await RenderDocument().call(delivery("document", {"title": "x", "source": source}), None, context)
    assert isinstance(failed, Failed), failed
    assert failed.why.startswith("The document")
    assert "/tmp" not in failed.why


async def test_a_task_without_a_collection_is_a_file(context):
    done = await CreateTask().call(delivery("task", {"title": "Call; her, back"}), CreateTask().read({}), context)
    [output] = done.outputs
    [entry] = icalendar.Calendar.from_ical(output.content).walk("VTODO")
    assert str(entry["summary"]) == "Call; her, back (Ana Ruiz)"


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Desk:
    """A server that keeps what it was sent and answers as it was told, in turn, else 204."""

    def __init__(self):
        self.calls, self.answers, self.record = [], [], {}


@contextmanager
def serving(desk):
    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            desk.calls.append((self.command, self.path, dict(self.headers), body))
            if self.command == "GET":
                status, text = 200, json.dumps(desk.record)
            else:
                status, text = desk.answers.pop(0) if desk.answers else (204, "")
            if status is None:  # hangs up without a word
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_PUT = do_PATCH = do_POST = answer  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def one_server():
    with serving(Desk()) as desk:
        yield desk


@pytest.fixture
def desk(one_server):
    one_server.calls.clear()
    one_server.answers.clear()
    one_server.record = {}
    return one_server


async def test_a_task_is_put_into_a_collection_once(context, desk):
    trigger = CreateTask()
    config = trigger.read({"url": f"{desk.url}/tasks/", "username": "jonas", "password": "secret"})
    trigger.check(config)
    call = delivery("task", {"title": "Review", "due": "2027-03-01"})
    desk.answers = [(503, ""), (201, ""), (412, "")]
    later, done, again = [await trigger.call(call, config, context) for _ in range(3)]
    assert (type(later), type(done), type(again)) == (RetryLater, Done, Done)
    method, path, headers, body = desk.calls[0]
    assert (method, path, headers["If-None-Match"]) == ("PUT", f"/tasks/{'a' * 21}.ics", "*")
    assert headers["Authorization"].startswith("Basic ")
    assert b"METHOD" not in body
    assert b"DTSTART;VALUE=DATE:20270301" in body
    desk.answers = [(403, "")]
    assert isinstance(await trigger.call(call, config, context), Failed)


def change(**more):
    return delivery("profile_edit", "Growth", field="riskProfile", former="Balanced", **more)


@pytest.fixture
def crm(desk):
    trigger = UpdateCrm()
    config = trigger.read(
        {"url": f"{desk.url}/records/{{customer_id}}", "fields": {"riskProfile": "/risk/profile"}, "token": "t-1"}
    )
    trigger.check(config)
    return trigger, config


async def test_a_change_is_one_json_patch_that_compares_first(context, desk, crm):
    trigger, config = crm
    done = await trigger.call(change(), config, context)
    assert (type(done), done.detail) == (Done, "Applied in the CRM.")
    [(method, path, headers, body)] = desk.calls
    assert (method, path) == ("PATCH", "/records/c-1")
    assert headers["Content-Type"] == "application/json-patch+json"
    assert headers["Idempotency-Key"] == "d" * 21
    assert headers["Authorization"] == "Bearer t-1"
    assert json.loads(body) == [
        {"op": "test", "path": "/risk/profile", "value": "Balanced"},
        {"op": "add", "path": "/risk/profile", "value": "Growth"},
    ]


async def test_a_crm_that_moved_on_keeps_its_value_and_the_delivery_says_so(context, desk, crm):
    trigger, config = crm
    desk.answers, desk.record = [(409, "stale")], {"risk": {"profile": "Secret value"}}
    failed = await trigger.call(change(), config, context)
    assert (type(failed), failed.status_code) == (Failed, 409)
    assert failed.why == "Not applied in the CRM (409): it has another value by now."


async def test_an_answer_that_was_lost_is_found_to_be_applied(context, desk, crm):
    trigger, config = crm
    desk.answers, desk.record = [(None, ""), (422, "test failed")], {"risk": {"profile": "Growth"}}
    assert isinstance(await trigger.call(change(), config, context), RetryLater)
    again = await trigger.call(change(attempt=2), config, context)
    assert (type(again), again.detail) == (Done, "The CRM has it already.")


@pytest.mark.parametrize(("status", "result"), [(500, RetryLater), (429, RetryLater), (404, Failed), (302, Failed)])
async def test_how_a_crm_answers_decides_what_follows(context, desk, crm, status, result):
    trigger, config = crm
    desk.answers = [(status, "")]
    assert isinstance(await trigger.call(change(), config, context), result)


async def test_what_is_not_mapped_is_not_told(context, desk, crm):
    trigger, config = crm
    done = await trigger.call(
        change(artifact_id="x"), trigger.read({"url": config.url, "fields": {"email": "/e"}}), context
    )
    assert isinstance(done, Done)
    assert desk.calls == []


async def test_a_record_is_found_by_a_field_of_the_profile(context, desk, world):
    rm = await world.person()
    customer = await world.customer(rm, {"employer": "CRM 17/a"})
    trigger = UpdateCrm()
    config = trigger.read({"url": f"{desk.url}/by/{{profile.employer}}", "test": False})
    await trigger.call(change(customer_id=customer), config, context)
    assert [path for _, path, _, _ in desk.calls] == ["/by/CRM%2017%2Fa"]
    unknown = await trigger.call(change(customer_id=await world.customer(rm)), config, context)
    assert (type(unknown), len(desk.calls)) == (Failed, 1)


# ── and through the engine ────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_accepted_is_sent_rendered_and_made_by_the_worker_once(context, mailbox, world, owner):
    rm = await world.person()
    customer = await world.customer(rm)
    items = [
        Item(payload=MAIL, artifact_type="email_draft"),
        Item(payload={"title": "Summary", "source": "= Summary"}, artifact_type="document"),
        Item(payload={"title": "Call her"}, artifact_type="task"),
        Item(payload={**MAIL, "subject": "Rejected"}, artifact_type="email_draft"),
    ]
    found = (await world.propose(customer, *items)).artifacts
    draft, *others, refused = found
    await world.decide(
        edited(rm, draft, {"subject": "As changed"}), *(accepted(rm, each) for each in others), rejected(rm, refused)
    )
    await owner.execute("update delivery set due_at = now() where customer_id = $1", customer)
    post = Post(world)
    post.settings = context.settings
    query = "select trigger, status, said from delivery where customer_id = $1 order by seq"

    async def all_made():
        return all(row["status"] == "delivered" for row in await world.rows(query, customer))

    await post.run(all_made)
    rows = await world.rows(query, customer)
    assert [row["trigger"] for row in rows] == ["email.send", "document.render", "task.create"]
    assert [message["subject"] for message in mailbox.messages] == ["As changed"]
    outputs = await world.rows(
        "select o.name, o.content from delivery_output o join delivery d on d.id = o.delivery_id "
        "where d.customer_id = $1 order by d.seq",
        customer,
    )
    assert [(row["name"], row["content"][:5]) for row in outputs] == [
        ("document.pdf", b"%PDF-"),
        ("task.ics", b"BEGIN"),
    ]
