"""One sale is one sale whoever writes it down: the void and sign rules of each system against one model."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.feeds.poslogs import Receipt, Sold, codes, figures, movements, poslog, read

VARIANTS = ["ncr", "wincor", "roqqio", "plain"]
ITEMS = ["4006381333931", "96385074", "00000000067591"]

sold = st.builds(
    Sold,
    item=st.sampled_from(ITEMS),
    quantity=st.decimals("0.01", "20", places=2),
    amount=st.decimals("0.05", "99", places=2),
    is_return=st.booleans(),
    is_voided=st.booleans(),
)
receipts = st.lists(st.lists(sold, min_size=1, max_size=5), min_size=1, max_size=4)


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=30)
@given(lines=receipts, extra=st.decimals("0", "5", places=2))
def test_every_system_tells_the_same_net_movements(
    variant: str, lines: list[list[Sold]], extra: Decimal
) -> None:
    expected: defaultdict[str, Decimal] = defaultdict(Decimal)
    money = Decimal(0)
    for line in (line for receipt in lines for line in receipt if not line.is_voided):
        expected[line.item.zfill(14)] += line.quantity if line.is_return else -line.quantity
        money += -line.amount if line.is_return else line.amount
    log = [Receipt(told, number=number) for number, told in enumerate(lines, start=1)]
    log = [
        receipt
        if receipt.total <= 0
        else Receipt(receipt.lines, receipt.number, tendered=receipt.total + extra)
        for receipt in log
    ]

    found = read(poslog(variant, *log))

    net: defaultdict[str, Decimal] = defaultdict(Decimal)
    for movement in movements(found):
        net[movement.items[0].text] += movement.quantity
    assert codes(found) == []
    assert {item: count for item, count in net.items() if count} == {i: c for i, c in expected.items() if c}
    assert sum((movement.amount or 0 for movement in movements(found)), Decimal(0)) == money


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_sale_a_return_and_a_voided_line(variant: str) -> None:
    lines = [Sold("96385074"), Sold("4006381333931", is_return=True), Sold("96385074", is_voided=True)]

    found = read(poslog(variant, Receipt(lines)))

    pair = [("SALE", -1, Decimal("2.50")), ("VOID", 1, Decimal("-2.50"))]
    assert figures(found, "kind", "quantity", "amount") == [
        ("SALE", -1, Decimal("2.50")),
        ("RETURN", 1, Decimal("-2.50")),
        *(pair if variant in ("ncr", "wincor") else []),
    ]


@pytest.mark.parametrize("variant", ["ncr", "wincor"])
def test_a_void_without_its_line_is_told(variant: str) -> None:
    log = poslog(variant, Receipt([Sold("96385074", is_voided=True), Sold("4006381333931")]))
    once = log[log.index(b"<LineItem ") : log.index(b"</LineItem>") + len(b"</LineItem>")]

    found = read(log.replace(once, b"", 1))

    assert (codes(found), len(movements(found))) == (["orphan_void"], 1)


def test_a_line_can_be_voided_once_only() -> None:
    log = poslog("ncr", Receipt([Sold("96385074", is_voided=True)]))
    start = log.index(b"<LineItem", log.index(b"</LineItem>"))
    void = log[start : log.index(b"</LineItem>", start) + len(b"</LineItem>")]

    found = read(log.replace(void, void + void.replace(b"<SequenceNumber>2", b"<SequenceNumber>9")))

    assert (codes(found), figures(found, "quantity")) == (["orphan_void"], [(-1,), (1,)])


def test_part_of_a_line_can_be_voided() -> None:
    log = poslog("ncr", Receipt([Sold("96385074", is_voided=True)]))
    log = log.replace(b"<Quantity>1</Quantity>", b"<Quantity>3</Quantity>")

    assert figures(read(log), "quantity") == [(-3,), (1,)]


@pytest.mark.parametrize(
    ("attributes", "quantities"),
    [
        (
            'VoidFlag="true" CancelFlag="true"',
            [-1, 1],
        ),  # an immediate void of a line that was written without a flag
        ('VoidFlag="true" WN:StatisticFlag="true"', [-1]),  # its line was taken off the receipt before
        ('CancelFlag="true"', [-1]),
        ('VoidFlag="false"', [-1, -1]),
    ],
)
def test_wincors_flags(attributes: str, quantities: list[int]) -> None:
    log = poslog("wincor", Receipt([Sold("96385074", is_voided=True)]))

    found = read(log.replace(b'VoidFlag="true"', attributes.encode()))

    assert (figures(found, "quantity"), codes(found)) == ([(one,) for one in quantities], [])


def test_an_immediate_void_and_its_cancelled_line_are_nothing() -> None:
    log = poslog("wincor", Receipt([Sold("96385074", is_voided=True), Sold("96385074")]))
    log = log.replace(b"<LineItem  >", b'<LineItem CancelFlag="true">', 1)
    log = log.replace(b'VoidFlag="true"', b'VoidFlag="true" CancelFlag="true"')

    assert figures(read(log), "kind", "line") == [("SALE", 3)]


def test_a_receipt_that_voids_another_takes_it_back() -> None:
    link = "<TransactionLink ReasonCode='Voided'><SequenceNumber>1</SequenceNumber></TransactionLink>"
    lines = [Sold("96385074"), Sold("4006381333931", is_return=True)]
    voiding = Receipt(lines, number=2, retail_attributes='TransactionStatus="PostVoided"', extra=link)

    found = read(poslog("wincor", Receipt(lines), voiding))

    assert figures(found, "sequence", "kind", "quantity") == [
        (1, "SALE", -1),
        (1, "RETURN", 1),
        (2, "VOID", 1),
        (2, "VOID", -1),
    ]
    assert sum(one.amount or 0 for one in movements(found)) == 0


def test_a_profile_may_name_the_system() -> None:
    log = poslog("plain", Receipt([Sold("96385074")])).replace(b'VoidFlag="false"', b'VoidFlag="true"')

    assert codes(read(log, variant="ncr")) == ["orphan_void"]
    assert read(log) == []


def test_a_price_below_zero_is_money_given_out() -> None:
    log = poslog("wincor", Receipt([Sold("96385074")])).replace(b'"Stock"', b'"WN:NegativeItem"')

    assert figures(read(log), "quantity", "amount") == [(-1, Decimal("-2.50"))]
