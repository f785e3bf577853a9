"""X12 852 in both store styles: what was sold is a total, what is there is a count, and one line may say both."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from inventory.feeds.facts import Code
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.edi_files import read, x12

WEEK = "XQ*H*20260301*20260307"
UPC, EAN = "036000291452", "4006381333931"


def test_a_store_in_the_header_sells_and_holds() -> None:
    lines = [f"LIN*1*VN*KX-20*UP*{UPC}", "ZA*QS*48*EA", "ZA*QU*2*EA", "ZA*QA*120*EA", "ZA*QP*60*EA"]
    found = read("x12_852", x12("852", [WEEK, "N9*IA*77", "N1*ST*STORE 40*92*0040", *lines, "CTT*1"]))
    assert found.sold == [("0040", UPC, "SOLD", "48"), ("0040", UPC, "RETURNED", "2")]
    assert found.stock == [("0040", UPC, "AVAILABLE", "120")]
    total, count = found.totals[0], found.counts[0]
    assert (total.period_start, total.period_end) == (date(2026, 3, 1), date(2026, 3, 8))
    assert (count.as_of, [total.part, found.totals[1].part, count.part]) == (
        datetime.fromisoformat("2026-03-08T00:00"),
        [0, 1, 2],
    )
    assert found.noted == ["quantity_ignored"]  # QP, on order
    assert (total.amount, total.currency) == (None, "")


def test_stores_beside_each_other_are_governed_by_the_activity_above_them() -> None:
    stores = [f"{number:04d}*{number}" for number in range(1, 13)]
    lines = [
        f"LIN**EN*{EAN}", "ZA*QS*78*EA", "SDQ*EA*92*" + "*".join(stores[:10]), "SDQ*EA*92*" + "*".join(stores[10:]),
        "ZA*OH", "SDQ*EA*UL*4099200000015*5*4099200000022*0",
    ]  # fmt: skip
    found = read("x12_852", x12("852", [WEEK, *lines]))
    assert [(total.place.text, int(total.quantity)) for total in found.totals] == [
        (f"{number:04d}", number) for number in range(1, 13)
    ]
    assert [(count.place, count.state, int(count.quantity)) for count in found.counts] == [
        (Code("GLN", "4099200000015"), "ON_HAND", 5),
        (Code("GLN", "4099200000022"), "ON_HAND", 0),
    ]


def test_a_total_beside_its_stores_is_checked_and_left_out() -> None:
    good = [f"LIN**UP*{UPC}", "ZA*TS*30*EA", "SDQ*EA*92*A*10*B*20"]
    bad = [f"LIN**EN*{EAN}", "ZA*TS*31*EA", "SDQ*EA*92*A*10*B*20"]
    found = read("x12_852", x12("852", [WEEK, *good, *bad]))
    assert found.sold == [("A", UPC, "SOLD", "10"), ("B", UPC, "SOLD", "20")]
    assert found.reasons == ["split_mismatch"]


def test_one_day_and_days_named_by_dates() -> None:
    line = [f"LIN**UP*{UPC}", "ZA*QS*1"]
    one = read("x12_852", x12("852", ["XQ*H*20260311", "N1*RL**9*0812345670001", *line]))
    named = read(
        "x12_852", x12("852", ["XQ*G", "DTM*090*20260301", "DTM*091*20260307", "N1*BY**92*7", *line])
    )
    assert [(one.period_start, one.period_end) for one in (one.totals[0], named.totals[0])] == [
        (date(2026, 3, 11), date(2026, 3, 12)),
        (date(2026, 3, 1), date(2026, 3, 8)),
    ]
    for header in ("XQ*H", "XQ*H*20260308*20260301", "XQ*H*20261301"):
        assert read("x12_852", x12("852", [header, "N1*ST**92*7", *line])).reasons == ["bad_period"]


def test_a_count_made_before_its_period_ends_is_as_of_the_making() -> None:
    lines = ["XQ*H*20260308*20260314", "N1*ST**92*7", f"LIN**UP*{UPC}", "ZA*QE*9"]
    assert read("x12_852", x12("852", lines)).counts[0].as_of == datetime.fromisoformat("2026-03-12T02:15")


def test_two_codes_for_what_was_sold_are_not_added_up() -> None:
    lines = [WEEK, "N1*ST**92*7", f"LIN**UP*{UPC}", "ZA*QS*5", "ZA*TS*5", "ZA*QS*2"]
    assert [total.quantity for total in read("x12_852", x12("852", lines)).totals] == [5, 2]


def test_a_receipt_is_neither_sold_nor_returned() -> None:
    lines = [WEEK, "N1*ST**92*7", f"LIN**UP*{UPC}", "ZA*QR*5"]
    found = read("x12_852", x12("852", lines))
    assert (found.totals, found.counts, found.bad, found.noted) == ([], [], [], ["quantity_ignored"])
    assert read("x12_852", x12("852", lines), {"activity_codes": {"QR": "RETURNED"}}).sold == [
        ("7", UPC, "RETURNED", "5")
    ]


def test_net_sales_below_zero_came_back() -> None:
    lines = [WEEK, "N1*ST**92*7", f"LIN**UP*{UPC}", "CTP**RTL*2.50", "ZA*QS*-3"]
    (total,) = read("x12_852", x12("852", lines), {"currency": "USD"}).totals
    assert (total.activity, int(total.quantity), total.amount) == ("RETURNED", 3, Decimal("7.50"))


def test_an_amount_needs_one_clear_retail_price_and_a_currency() -> None:
    prices = {
        "CTP**RTL*.79": Decimal("2.37"),
        "CTP**UCP*.79": None,
        "CTP**RTL*.79*3": None,
        "CTP**RTL*cheap": None,
    }
    for price, amount in prices.items():
        lines = [WEEK, "CUR*BY*CAD", "N1*ST**92*7", f"LIN**UP*{UPC}", "ZA*QS*3", price]
        (total,) = read("x12_852", x12("852", lines)).totals
        assert (total.amount, total.currency) == (amount, "CAD" if amount else "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([f"LIN**UP*{UPC}", "ZA*QS*many"], "not_a_number"),
        ([f"LIN**UP*{UPC}", "ZA*QS", "SDQ*EA*92*A*1*B*"], "not_a_number"),
        ([f"LIN**UP*{UPC}", "SDQ*EA*92*A*1"], "missing_quantity"),
        ([f"LIN**UP*{UPC}", "ZA*QS"], "missing_quantity"),
        ([f"LIN**UP*{UPC}", "ZA*QS*4"], "missing_store"),
        ([f"LIN**UP*{UPC}", "ZA*QA*4"], "missing_store"),
        (["LIN*1", "ZA*QS*4"], "no_item_key"),
        ([f"LIN**UP*{UPC}", "ZA*QU", "SDQ*EA*92*A*-4"], "negative"),
    ],
)
def test_a_bad_line_costs_itself_alone(line: list[str], reason: str) -> None:
    good = [f"LIN**EN*{EAN}", "ZA*QS", "SDQ*EA*92*A*1"]
    found = read("x12_852", x12("852", [WEEK, *line, *good]))
    assert (found.reasons, found.sold) == ([reason], [("A", EAN, "SOLD", "1")])


def test_a_cancelled_report_is_refused() -> None:
    with pytest.raises(FeedRefused) as refused:
        read("x12_852", x12("852", ["XQ*H*20260301*20260307**R1*01"]))
    assert refused.value.code == "unknown_purpose"
