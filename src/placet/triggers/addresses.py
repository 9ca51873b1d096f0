"""Which addresses outside may be called: https, and hosts of which every address is public.

Python's `is_global` is not enough. It calls multicast (224.0.0.1) global, and the IPv6 forms that carry an IPv4 address
(64:ff9b::7f00:1 by NAT64, 2002:7f00:1:: by 6to4, ::ffff:127.0.0.1) are judged by their own prefix though the packet may
end where the address inside says. Only global unicast is taken, and what is inside must be public too.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from placet.errors import Invalid

MAX_URL = 2000  # characters
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # the well-known prefix; 64:ff9b:1::/48 is for local use
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: goes where the IPv4 address inside says
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
    )
)
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' shared space, where clouds keep their own services
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)


class Refused(Invalid):
    """An address that is not called."""

    code = "address_refused"


def is_public(address: str, *, loopback: bool = False) -> bool:
    """Whether one IP address may be called; `loopback` lets this machine's own through, as the demo does."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if loopback and found.is_loopback:
        return True
    if isinstance(found, IPv6Address):
        return _is_public_6(found)
    return _is_public_4(found)


def check_url(url: str, *, loopback: bool = False) -> SplitResult:
    """The parts of an address that may be called as far as its text says; Refused with the reason.

    Whether its host's addresses are public is asked when it is saved and again at each connection (`Outside`).
    """
    if (
        not 1 <= len(url) <= MAX_URL
        or not url.isascii()
        or not url.isprintable()
        or any(c in url for c in ' \\"<>^`{|}')
    ):
        raise Refused("An address has 1 to 2,000 printable ASCII characters; write other names in their xn-- form.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"That is not an address: {error}.") from None
    if parts.scheme not in ("https", "http"):
        raise Refused("An address starts with https://.")
    if not host:
        raise Refused("An address names a host.")
    if "@" in parts.netloc:
        raise Refused("An address holds no user name or password; the signature says who calls.")
    if parts.fragment or "#" in url:
        raise Refused("An address has no fragment (#…); it would never be sent.")
    literal = _literal(host)
    if literal is not None and not is_public(literal, loopback=loopback):
        raise Refused(f"{host} is not a public address.")
    local = loopback and (host == "localhost" or (literal is not None and ipaddress.ip_address(literal).is_loopback))
    if host == "localhost" and not loopback:
        raise Refused("localhost is not a public address.")
    if parts.scheme == "http" and not local:
        raise Refused("An address starts with https://.")
    if port is not None and not (port == 443 or port >= 1024 or (loopback and port > 0)):
        raise Refused(f"Port {port} is not called: 443, or one from 1024.")
    return parts


def _literal(host: str) -> str | None:
    """The IP address a host is written as, None for a name. The forms only old resolvers read (decimal, octal,
    hexadecimal, fewer than four parts) are refused: what they mean depends on who reads them.
    """
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    labels = host.rstrip(".").split(".")
    last = labels[-1].lower()
    if not last or last.isdigit() or (last.startswith("0x") and all(c in "0123456789abcdef" for c in last[2:])):
        raise Refused(f"{host[:60]} is neither a name nor an address as it is usually written.")
    if any(not label or len(label) > 63 or not label.replace("-", "").replace("_", "").isalnum() for label in labels):
        raise Refused(f"{host[:60]!r} is not a host's name.")
    return None


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)


def _is_public_6(address: IPv6Address) -> bool:
    if address.ipv4_mapped is not None:
        return False  # no resolver answers a public host so
    if address in _NAT64:
        return _is_public_4(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST and address.is_global and not any(address in n for n in _NOT_PUBLIC_6)
