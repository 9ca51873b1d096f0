"""Which addresses outside may be called: public ones, however they are written, and none that leads back inside."""

import pytest

from placet.triggers.addresses import Refused, check_url, is_public
from placet.triggers.outside import CallFailed, Outside

NOT_PUBLIC = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1",
    "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "nonsense", "",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_leads_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/", "ftp://receiver.example/", "receiver.example/hook", "//receiver.example", "https://", "",
        "https:///hook", "javascript:alert(1)", "https://127.0.0.1/", "https://localhost/", "https://LOCALHOST/",
        "https://0/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://0x7f.1/",
        "https://127.0.0.1./", "https://[::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://224.0.0.1/", "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/", "https://user@receiver.example/", "https://user:pw@receiver.example/",
        "https://receiver.example:22/", "https://receiver.example:0/", "https://receiver.example:80/",
        "https://receiver.example:99999/", "https://receiver.example:x/", "https://receiver.example/#part",
        "https://receiver.example /", "https://receiver.example\\@127.0.0.1/", "https://receiver.example/\nHost: x",
        "https://ｅxample.com/", "https://127。0。0。1/", "https://rec..example/", "https://" + "a" * 64 + ".example/",
        "https://receiver.example/" + "a" * 2000,
    ],
)  # fmt: skip
def test_an_address_that_is_not_called(url):
    with pytest.raises(Refused) as refused:
        check_url(url)
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "url",
    [
        "https://receiver.example/hook?a=b",
        "https://receiver.example:8443/",
        "https://8.8.8.8/",
        "https://a_b.example./x",
    ],
)
def test_an_address_that_is(url):
    assert check_url(url).scheme == "https"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://localhost:80/", "http://[::1]:9/", "https://127.0.0.1/"]
)
def test_this_machine_is_called_only_where_that_is_said(url):
    assert check_url(url, loopback=True)
    with pytest.raises(Refused):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["http://receiver.example/", "http://10.0.0.1/", "https://169.254.169.254/", "http://0.0.0.0:9/"]
)
def test_and_then_nothing_else_is_let_through(url):
    with pytest.raises(Refused):
        check_url(url, loopback=True)


@pytest.mark.parametrize("found", [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["2606:4700:4700::1111", "fe80::1"]])
async def test_every_address_of_a_name_must_be_public(found):
    async def resolve(host, port):
        return found

    with pytest.raises(Refused, match=r"receiver\.example leads to"):
        await Outside(resolve_name=resolve).check("https://receiver.example/")


async def test_a_name_that_leads_nowhere_is_said():
    async def nowhere(host, port):
        raise OSError("unknown")

    with pytest.raises(CallFailed, match=r"receiver.example has no address"):
        await Outside(resolve_name=nowhere).check("https://receiver.example/")
