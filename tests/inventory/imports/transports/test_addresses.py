"""Whom we talk to: named by the installation, at the address that was checked, never inside by accident."""

import socket
from collections.abc import Callable
from ipaddress import ip_network

import pytest
from pytest_django import Settings

from inventory.imports.transports.addresses import (
    Policy,
    address_refusal,
    find_destination,
    plain_address,
    policy_from_settings,
)
from inventory.imports.transports.faults import PullFailed

PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"]
NEVER = [
    "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fd00:ec2::254",
    "224.0.0.1", "255.255.255.255", "0.0.0.0", "::", "::ffff:0.0.0.0", "192.88.99.1", "fe80::1%eth0", "fec0::1",
    "ff02::1", "64:ff9b:1::1", "2001:0:4136:e378::",
]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "198.18.0.1", "192.0.2.1", "240.0.0.1", "fc00::1", "::127.0.0.1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_may_be_talked_to(text: str) -> None:
    assert address_refusal(plain_address(text)) == ""


@pytest.mark.parametrize("text", PRIVATE)
def test_private_ones_only_where_they_are_ours(text: str) -> None:
    assert address_refusal(plain_address(text)) != ""
    assert address_refusal(plain_address(text), ours=True) == ""


@pytest.mark.parametrize("text", NEVER)
def test_some_never(text: str) -> None:
    assert "never" in address_refusal(plain_address(text), ours=True)


def policy(*answers: str, host: str = "files.example.com", port: int | None = None) -> Policy:
    return Policy(frozenset({(host, port)}), resolve=lambda _host, _port: list(answers))


@pytest.mark.parametrize("text", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_what_the_resolver_makes_of_it_counts_not_its_spelling(text: str) -> None:
    with pytest.raises(PullFailed, match="address_refused"):
        find_destination(scheme="https", host=text, port=443, policy=Policy(frozenset({(text, None)})))


@pytest.mark.parametrize(
    ("scheme", "host", "port", "code"),
    [
        ("http", "files.example.com", None, "scheme_refused"),
        ("file", "files.example.com", None, "scheme_refused"),
        ("gopher", "files.example.com", None, "scheme_refused"),
        ("https", "other.example.com", None, "host_not_allowed"),
        ("https", "files.example.com", 25, "host_not_allowed"),
        ("https", "files.example.com.evil.example", None, "host_not_allowed"),
        ("https", "①②⑦.0.0.1", None, "host_not_allowed"),
        ("https", "files.example.com\0", None, "host_not_allowed"),
    ],
)
def test_what_is_not_asked_for_at_all(scheme: str, host: str, port: int | None, code: str) -> None:
    with pytest.raises(PullFailed) as refusal:
        find_destination(scheme=scheme, host=host, port=port, policy=policy("93.184.216.34"))
    assert refusal.value.code == code


def test_of_several_answers_the_permitted_ones_are_kept() -> None:
    asked = policy("10.0.0.1", "93.184.216.34", "::ffff:169.254.169.254", "2606:2800:220:1::1")
    found = find_destination(scheme="https", host="Files.Example.com.", port=None, policy=asked)
    assert (found.host, found.port) == ("files.example.com", 443)
    assert found.addresses == ("93.184.216.34", "2606:2800:220:1::1")


def test_plain_http_stays_in_our_own_networks() -> None:
    ours = (ip_network("10.0.0.0/8"),)
    answers: list[Callable[[str, int], list[str]]] = [lambda *_: ["10.0.0.1"], lambda *_: ["93.184.216.34"]]
    inside, outside = (
        Policy(frozenset({("files", None)}), ours, plain_http=True, resolve=resolve) for resolve in answers
    )
    assert find_destination(scheme="http", host="files", port=None, policy=inside).addresses == ("10.0.0.1",)
    with pytest.raises(PullFailed, match="address_refused"):
        find_destination(scheme="http", host="files", port=None, policy=outside)


def test_a_name_nobody_knows() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(PullFailed, match="unreachable"):
        find_destination(
            scheme="sftp",
            host="nowhere",
            port=22,
            policy=Policy(frozenset({("nowhere", None)}), resolve=unknown),
        )


def test_settings_are_read(settings: Settings) -> None:
    settings.FEED_ALLOWED_HOSTS = ["Files.example.com", "sftp.example.com:2222", "[::1]:8443", "::1"]
    settings.FEED_ALLOWED_PRIVATE = ["127.0.0.0/8"]
    read = policy_from_settings()
    assert read.hosts == {
        ("files.example.com", None), ("sftp.example.com", 2222), ("::1", 8443), ("::1", None),
    }  # fmt: skip
    assert read.networks == (ip_network("127.0.0.0/8"),)
    assert not read.plain_http


@pytest.mark.parametrize("entry", ["https://files.example.com", "files.example.com:0", "a b", ""])
def test_settings_that_name_no_host(settings: Settings, entry: str) -> None:
    settings.FEED_ALLOWED_HOSTS = [entry]
    with pytest.raises(PullFailed, match="bad_settings"):
        policy_from_settings()
