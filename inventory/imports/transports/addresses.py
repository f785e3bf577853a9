"""Which servers we may talk to: named by the installation, resolved once, connected at that very address."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings

from inventory.imports.transports.faults import PullFailed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Gives the addresses of a host name as text, in the order they should be tried. Raises OSError.
Resolve = Callable[[str, int], list[str]]

DEFAULT_PORTS = {"https": 443, "http": 80, "sftp": 22}
# No list of private networks opens these: cloud metadata lies among the link-local ones.
NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "169.254.0.0/16", "192.88.99.0/24", "224.0.0.0/4", "255.255.255.255/32",
        "::/128", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fe80::/10", "fec0::/10", "ff00::/8",
        "fd00:ec2::254/128",
    )
)  # fmt: skip
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_HOST = re.compile(r"[0-9a-z_]([0-9a-z_.-]*[0-9a-z_])?", re.ASCII)


def resolve_name(host: str, port: int) -> list[str]:
    """The operating system's answer."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@dataclass(frozen=True)
class Policy:
    """Whom this installation may talk to.

    `hosts` are "name" (the port its scheme implies) or "name:port"; `networks` are private ones that are ours;
    `plain_http` lets http:// through, to those networks only.
    """

    hosts: frozenset[tuple[str, int | None]]
    networks: tuple[Network, ...] = ()
    plain_http: bool = False
    resolve: Resolve = resolve_name


def policy_from_settings() -> Policy:
    """The policy of FEED_ALLOWED_HOSTS, FEED_ALLOWED_PRIVATE and FEED_ALLOW_PLAIN_HTTP.

    Raises PullFailed("bad_settings") for an entry that is no host or no network.
    """
    try:
        hosts = frozenset(_entry(text) for text in settings.FEED_ALLOWED_HOSTS)
        networks = tuple(ipaddress.ip_network(str(text)) for text in settings.FEED_ALLOWED_PRIVATE)
    except ValueError as error:
        raise PullFailed("bad_settings", f"FEED_ALLOWED_HOSTS or FEED_ALLOWED_NETWORKS: {error}.") from error
    return Policy(hosts, networks, settings.FEED_ALLOW_PLAIN_HTTP)


def plain_host(text: str) -> str:
    """A host as it is compared: small letters, no dot at the end, no brackets. Raises ValueError."""
    host = text.strip().lower().removesuffix(".")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if ":" in host:
        return str(ipaddress.IPv6Address(host))
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise ValueError(f"{text!r} is no host name")
    return host


def _entry(text: str) -> tuple[str, int | None]:
    name, colon, port = text.strip().rpartition(":")
    if not colon or text.endswith("]") or (":" in name.strip("[]") and not name.endswith("]")):
        return plain_host(text), None
    if not re.fullmatch(r"\d{1,5}", port, re.ASCII) or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} does not end in a port")
    return plain_host(name), int(port)


@dataclass(frozen=True)
class Destination:
    """A server that may be talked to, and the checked addresses it is talked to at."""

    host: str
    port: int
    addresses: tuple[str, ...]


def find_destination(*, scheme: str, host: str, port: int | None, policy: Policy) -> Destination:
    """Check a server against the policy and look its addresses up, once.

    Whoever connects uses the addresses given here and never asks for the name again, so that an answer that changes
    afterwards changes nothing. Raises PullFailed: "scheme_refused", "host_not_allowed", "unreachable" where the name
    is not known, "address_refused" where no address of it may be talked to.
    """
    if scheme not in DEFAULT_PORTS or (scheme == "http" and not policy.plain_http):
        raise PullFailed("scheme_refused", f"{scheme}:// is not allowed; expected https://.")
    try:
        host = plain_host(host)
    except ValueError as error:
        raise PullFailed("host_not_allowed", f"{error}.") from error
    implied = DEFAULT_PORTS[scheme]
    port = port or implied
    if (host, port) not in policy.hosts and not (port == implied and (host, None) in policy.hosts):
        message = (
            f"{host}:{port} is not among the servers this installation may talk to (FEED_ALLOWED_HOSTS)."
        )
        raise PullFailed("host_not_allowed", message)
    try:
        answers = policy.resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise PullFailed("unreachable", f"The name {host} could not be looked up: {error}.") from error
    return Destination(host, port, tuple(_permitted(host, answers, scheme, policy)))


def _permitted(host: str, answers: Iterable[str], scheme: str, policy: Policy) -> list[str]:
    permitted = []
    refusal = "nothing"
    for answer in answers:
        address = plain_address(answer)
        ours = any(address in network for network in policy.networks)
        if why := address_refusal(address, ours=ours):
            refusal = f"{address}, {why}"
        elif scheme == "http" and not ours:
            refusal = f"{address}; plain http is for our own networks only"
        else:
            permitted.append(str(address))
    if not permitted:
        raise PullFailed("address_refused", f"{host} leads to {refusal}.")
    return permitted


def plain_address(text: str) -> Address:
    """An address without its zone; an IPv4 address in IPv6 clothes is what it really is."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def address_refusal(address: Address, *, ours: bool = False) -> str:
    """Why nobody connects to a plain address; "" where one may. `ours`: it lies in a network of our own."""
    for network in NEVER:
        if address.version == network.version and address in network:
            return f"an address of {network}, which is never talked to"
    if ours:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address not in PUBLIC_V6:
        return "an address that is not public"
    return "" if address.is_global else "an address that is not public"


def connect(destination: Destination, *, seconds: float) -> socket.socket:
    """A connection to the first checked address that answers, with that time limit on everything done with it."""
    problem: OSError = OSError("no address")
    for address in destination.addresses:
        try:
            return socket.create_connection((address, destination.port), timeout=seconds)
        except OSError as error:
            problem = error
    message = f"{destination.host}:{destination.port} does not answer: {problem}."
    raise PullFailed("unreachable", message) from problem
