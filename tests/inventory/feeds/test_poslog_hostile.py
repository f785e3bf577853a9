"""Logs that are broken, hostile or full of personal data."""

import gzip
import tracemalloc
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.poslogs import NAMESPACES, Receipt, Sold, poslog, read, transaction
from tests.inventory.feeds.reading import feed_file

LINES = [Sold("96385074"), Sold("4006381333931", is_return=True), Sold("96385074", is_voided=True)]
GOOD = {variant: poslog(variant, Receipt(LINES, tendered=Decimal(5))) for variant in NAMESPACES}
SECRETS = (
    "Olga Operator",
    "Carla Customer",
    "1964-08-12",
    "M10,10L20",
    "T220001293",
    "Heath Road",
    "4111111111111111",
)
PERSONAL = (
    "<Customer><CustomerID>T220001293</CustomerID><Name><OfficialName>Carla Customer</OfficialName></Name>"
    "<Address><AddressLine>Heath Road</AddressLine></Address><Birthdate>1964-08-12</Birthdate></Customer>"
    "<LoyaltyAccount><LoyaltyCard><PrimaryAccountNumber>T220001293</PrimaryAccountNumber></LoyaltyCard>"
    "</LoyaltyAccount>"
)
PERSONAL_LINES = (
    "<LineItem><ElectronicSignature><svg>M10,10L20</svg></ElectronicSignature></LineItem>"
    '<LineItem><LoyaltyReward MemberName="Carla Customer"><Card>T220001293</Card></LoyaltyReward></LineItem>'
    "<LineItem><AgeRestriction><Birthdate>1964-08-12</Birthdate></AgeRestriction></LineItem>"
)
ASIDE = (
    '<Associate><AssociateID OperatorName="Olga Operator">17</AssociateID></Associate>'
    "<CustomerName>Carla Customer</CustomerName>"
)
CARD = "<CreditDebit><PrimaryAccountNumber>4111111111111111</PrimaryAccountNumber></CreditDebit>"


def refusal(content: bytes) -> str:
    with pytest.raises(FeedRefused) as refused:
        read(content)
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"store;item;quantity\n1;2;3\n", "not_xml"),
        (GOOD["ncr"][:-9], "truncated"),
        (GOOD["ncr"][: len(GOOD["ncr"]) // 2], "truncated"),
        (GOOD["ncr"].replace(b"</Sale>", b"</Sold>", 1), "not_xml"),
        (b'<?xml version="1.0"?><!DOCTYPE POSLog>' + GOOD["plain"][39:], "hostile_input"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><POSLog>&e;</POSLog>', "hostile_input"),
        (b"<rss><channel><item>1</item></channel></rss>", "wrong_document"),
        (b"<Statement><Transaction><Amount>1</Amount></Transaction></Statement>", "wrong_document"),
        (b'<?xml version="1.0" encoding="UTF-8"?><POSLog>\xe9</POSLog>', "not_xml"),
        (b"<POSLog>" + b"<a>" * 2000, "hostile_input"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_an_empty_log_says_nothing() -> None:
    assert read(f"<POSLog {NAMESPACES['ncr']}/>".encode()) == []


@pytest.mark.parametrize("problem", ["none", "line", "receipt", "control", "training"])
@pytest.mark.parametrize("variant", list(NAMESPACES))
def test_nothing_personal_leaves_the_reader(variant: str, problem: str) -> None:
    attributes = 'TrainingModeFlag="true"' if problem == "training" else ""
    log = poslog(variant, Receipt(LINES, attributes=attributes, extra=PERSONAL)).decode()
    log = log.replace("</Sale>", f"{ASIDE}</Sale>").replace("</Tender>", f"{CARD}</Tender>")
    log = log.replace("<Total ", f"{PERSONAL_LINES}<Total ", 1)
    log = {
        "line": log.replace("<Quantity>1<", "<Quantity>one<"),
        "receipt": log.replace("2026-11-20T09:01:30", "half past nine"),
        "control": log.replace("<Amount>", "<Amount>9"),
    }.get(problem, log)
    assert all(secret in log for secret in SECRETS)

    said = repr(read(log.encode()))

    assert said != "[]"
    assert [secret for secret in SECRETS if secret in said] == []
    assert DIALECTS["poslog"].keeps_raw is False


def peak(count: int) -> int:
    """The most bytes held while reading so many receipts, all on one line."""
    receipt = transaction("ncr", Receipt(LINES, extra=f"<!-- {'x' * 20_000} -->"))
    packed = gzip.compress(f"<POSLog {NAMESPACES['ncr']}>{receipt * count}</POSLog>".encode(), 1)
    profile = read_profile("SALES", {"format": "poslog"}, dialects=DIALECTS)
    tracemalloc.start()
    try:
        for _found in DIALECTS["poslog"].read(feed_file(packed), profile):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_log() -> None:
    assert peak(300) < 1.5 * peak(30)


@settings(max_examples=30)
@given(st.binary(max_size=400))
@example(b"<POSLog>\x00</POSLog>")
@example(b"\xff\xfe<\x00P\x00")
def test_random_bytes_are_refused_or_say_nothing(content: bytes) -> None:
    with suppress(FeedRefused):
        assert read(content) == []


@settings(max_examples=30)
@given(
    variant=st.sampled_from(sorted(GOOD)),
    cuts=st.lists(
        st.tuples(
            st.integers(0, len(GOOD["ncr"])),
            st.integers(0, 40),
            st.sampled_from(
                ["", "<", ">", "9", "-", "e5", "٣", "\0", "&", "]]>", "true", "<Sale>", "</Sale>", "\n"]
            ),
        ),
        max_size=4,
    ),
)
def test_a_log_that_was_scratched_is_read_or_refused(variant: str, cuts: list[tuple[int, int, str]]) -> None:
    log = GOOD[variant]
    for start, length, new in cuts:
        log = log[:start] + new.encode() + log[start + length :]
    with suppress(FeedRefused):
        read(log)


FIELDS = [
    b">1<",
    b">2.50<",
    b">2026-11-20<",
    b">2026-11-20T09:01:30<",
    b">4006381333931<",
    b">7<",
    b">S1<",
    b">5<",
]


DIGITS = st.text("0123456789", min_size=1, max_size=30)


@settings(max_examples=30)
@given(
    variant=st.sampled_from(sorted(GOOD)),
    field=st.sampled_from(FIELDS),
    text=st.one_of(
        st.lists(
            st.sampled_from("0123456789-+.,:/TZeE x_\u0663\uff11\u00b2\u2460\u00a0\u20ac"), max_size=30
        ).map("".join),
        st.tuples(st.sampled_from(["", "-"]), DIGITS, st.just("") | DIGITS.map(".{}".format)).map("".join),
        st.sampled_from(
            ["0000-00-00", "9999-12-31", "2026-02-30T24:00:00", "1" * 5000, "-0", "2026-11-20T09:01:30+99:99"]
        ),
    ),
)
def test_whatever_stands_in_a_field(variant: str, field: bytes, text: str) -> None:
    read(GOOD[variant].replace(field, b">" + text.encode() + b"<"))
