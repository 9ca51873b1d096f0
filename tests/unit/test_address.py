"""Where a request came from: what a proxy says is believed only of a proxy that is trusted."""

from types import SimpleNamespace
from typing import Any

import pytest
from litestar.datastructures import Headers

from placet.api.auth import address_of

LOCAL, ALL_OURS = ("10.0.0.0/8",), ("10.0.0.0/8", "fd00::/8")


def request(peer: str | None, *forwarded: str, trusted: tuple[str, ...] = LOCAL) -> Any:
    settings = SimpleNamespace(trusted_proxies=trusted)
    return SimpleNamespace(
        client=SimpleNamespace(host=peer) if peer is not None else None,
        headers=Headers([(b"x-forwarded-for", value.encode()) for value in forwarded]),
        app=SimpleNamespace(state=SimpleNamespace(runtime=SimpleNamespace(settings=settings))),
    )


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        (request("203.0.113.9"), "203.0.113.9"),
        (request("203.0.113.9", "198.51.100.1", trusted=()), "203.0.113.9"),
        (request("203.0.113.9", "198.51.100.1"), "203.0.113.9"),  # anybody can write that header
        (request("10.0.0.1"), "10.0.0.1"),
        (request("10.0.0.1", "198.51.100.1"), "198.51.100.1"),
        (request("::ffff:10.0.0.1", "198.51.100.1"), "198.51.100.1"),
        (request("10.0.0.1", "192.0.2.66, 198.51.100.1"), "198.51.100.1"),  # what stands left of it was sent along
        (request("10.0.0.1", "192.0.2.66", "198.51.100.1"), "198.51.100.1"),
        (request("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2"), "198.51.100.1"),  # a proxy behind a proxy
        (request("fd00::1", "2001:db8::7", trusted=ALL_OURS), "2001:db8::7"),
        (request("10.0.0.1", "10.0.0.2, 10.0.0.3"), "10.0.0.2"),
        (request("10.0.0.1", "somebody"), "10.0.0.1"),
        (request("10.0.0.1", "198.51.100.1:4711"), "10.0.0.1"),
        (request("10.0.0.1", ""), "10.0.0.1"),
        (request(None, "198.51.100.1"), "unknown"),
    ],
)
def test_the_address(asked, address):
    assert address_of(asked) == address
