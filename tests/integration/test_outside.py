"""Receivers that are slow, huge, redirecting or lying, on loopback; and a name that leads elsewhere the second time."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta

import pytest

from placet.triggers import outside
from placet.triggers.addresses import Refused
from placet.triggers.calling import meaning
from placet.triggers.outside import MAX_ANSWER, CallFailed, Outside
from placet.triggers.trigger import Done, Failed, RetryLater
from receiver import always, answer, receiving


@pytest.fixture
async def receiver():
    async with receiving() as found:
        yield found


@pytest.fixture
async def caller(monkeypatch):
    for name in ("ANSWER_S", "BODY_S", "CONNECT_S"):
        monkeypatch.setattr(outside, name, 0.5)
    found = Outside(loopback=True)
    yield found
    await found.close()


async def post(caller, receiver):
    return await caller.post(receiver.url, b'{"a":1}', {"Content-Type": "application/json", "webhook-id": "w1"})


async def test_what_is_sent_is_what_arrives(caller, receiver):
    receiver.behave = always(200, b"thanks")
    for _ in range(2):  # the second time over the same connection
        found = await post(caller, receiver)
        assert (found.status, found.text, found.good) == (200, "thanks", True)
    [one, two] = receiver.received
    assert one == two
    assert (one.path, one.body, one.headers["content-length"]) == ("/hook", b'{"a":1}', "7")
    assert one.headers["host"] == f"127.0.0.1:{receiver.port}"


async def test_a_redirect_is_not_followed(caller, receiver):
    async with receiving() as elsewhere:
        for status in (301, 302, 303, 307, 308):
            receiver.behave = always(status, location=elsewhere.url)
            found = await post(caller, receiver)
            assert isinstance(meaning(found), RetryLater)
        assert elsewhere.received == []


@pytest.mark.parametrize(
    ("status", "headers", "kind", "after"),
    [
        (204, {}, Done, None),
        (410, {}, Failed, None),
        (400, {}, RetryLater, None),
        (429, {"retry_after": "90"}, RetryLater, timedelta(seconds=90)),
        (503, {"retry_after": "999999999999"}, RetryLater, timedelta(hours=24)),
        (503, {"retry_after": "soon"}, RetryLater, None),
        (429, {"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, RetryLater, timedelta(0)),
    ],
)
async def test_what_an_answer_means(caller, receiver, status, headers, kind, after):
    receiver.behave = always(status, **headers)
    result = meaning(await post(caller, receiver))
    assert type(result) is kind
    assert getattr(result, "after", None) == after
    assert getattr(result, "disable", status == 410) == (status == 410)


async def test_who_does_not_answer_is_given_up(caller, receiver):
    async def silent(_request, _writer):
        await asyncio.sleep(3)

    receiver.behave = silent
    with pytest.raises(CallFailed, match="No answer"):
        await post(caller, receiver)


poured: list[int] = []  # what `flood` got rid of


async def trickle(_request, writer):
    """A chunk now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(100):
        writer.write(b"2\r\nok\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def flood(_request, writer):
    """64 MB, unless somebody hangs up."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    poured.clear()
    for number in range(1000):
        poured.append(number)
        writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        await writer.drain()


async def too_short(_request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok")


async def too_long(_request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more that nobody asked for")


async def bomb(_request, writer):
    body = gzip.compress(b"\0" * 10_000_000)
    writer.write(answer(200, body, Content_Encoding="gzip"))


@pytest.mark.parametrize("lie", [trickle, flood, too_short, too_long, bomb], ids=lambda lie: lie.__name__)
async def test_the_status_counts_however_the_body_lies(caller, receiver, lie):
    receiver.behave = lie
    found = await post(caller, receiver)
    assert found.status == 200
    assert len(found.text) <= MAX_ANSWER
    assert len(poured) < 500, "hung up on"
    receiver.behave = always(204)
    assert (await post(caller, receiver)).status == 204, "and the next call is not mixed up with it"


async def no_http(_request, writer):
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")


async def endless_head(_request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(3000):
        writer.write(f"X-{number}: {'y' * 100}\r\n".encode())
    await writer.drain()


async def bad_status(_request, writer):
    writer.write(b"HTTP/1.1 9999 No\r\n\r\n")


@pytest.mark.parametrize("lie", [no_http, endless_head, bad_status], ids=lambda lie: lie.__name__)
async def test_what_is_no_answer_is_none(caller, receiver, lie):
    receiver.behave = lie
    with pytest.raises(CallFailed):
        await post(caller, receiver)


async def test_nobody_there_is_said(caller):
    with pytest.raises(CallFailed):
        await caller.post("http://127.0.0.1:9/", b"", {})


async def test_a_name_is_looked_at_when_connecting_and_the_connection_goes_there(receiver):
    """Public when it was saved, this machine when it is called: DNS rebinding."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked = []

    async def rebinding(host, port):
        asked.append((host, port))
        return answers.pop(0)

    caller = Outside(resolve_name=rebinding)
    url = f"https://receiver.example:{receiver.port}/hook"
    await caller.check(url)
    with pytest.raises(Refused, match=r"leads to 127\.0\.0\.1"):
        await caller.post(url, b"", {})
    assert asked == [("receiver.example", receiver.port)] * 2
    assert receiver.received == []
    await caller.close()


async def test_the_connection_goes_to_the_address_that_was_checked_and_tls_to_the_name(tmp_path):
    """Nobody looks the name up a second time, and the certificate must be the name's."""
    good, bad = certificate(tmp_path, "receiver.example"), certificate(tmp_path, "other.example")
    times = 0

    async def once(host, port):
        nonlocal times
        times += 1
        return ["127.0.0.1"]

    for (server, client), works in ((good, True), (bad, False)):
        async with receiving(server) as receiver:
            caller = Outside(loopback=True, resolve_name=once, ssl_context=client)
            url = f"https://receiver.example:{receiver.port}/hook"
            times = 0
            if works:
                assert (await caller.post(url, b"{}", {})).status == 204
                assert receiver.received[0].headers["host"] == f"receiver.example:{receiver.port}"
            else:
                with pytest.raises(CallFailed, match=r"[Hh]ostname|certificate"):
                    await caller.post(url, b"{}", {})
            assert times == 1
            await caller.close()


def certificate(folder, name):
    """A server's TLS context with a certificate of that name, and a client's that trusts it."""
    import ssl
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return server, client
