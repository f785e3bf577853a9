"""SLSRPT as grocers and fashion houses send it: a week by place, or one line for every piece."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from inventory.feeds.facts import Code
from tests.inventory.feeds.edi_files import edifact, read

SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "slsrpt_d96a.edi"
GTIN, OTHER = "4006381333931", "96385074"
HEAD = ["BGM+73E::9+S77+9", "DTM+137:20260312:102"]
MONTH = "DTM+356:2026030120260331:718"
WEEK = "DTM+356:20260301-20260307:718"
EUROS = "CUX+2:EUR:10"


def test_a_week_by_place_of_sale() -> None:
    line = [f"LIN+1++{GTIN}:EN", "MOA+203:210.00", "PRI+AAA:1.5:CA:RTP", "QTY+153:140"]
    first, second = ["LOC+162+4099200000015::9", WEEK], ["LOC+162+0012::92"]
    found = read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, MONTH, EUROS, *first, *line, *second, *line]))
    assert [(one.place, one.quantity, one.amount, one.currency) for one in found.totals] == [
        (Code("GLN", "4099200000015"), Decimal(140), Decimal(210), "EUR"),
        (Code("CODE", "0012"), Decimal(140), Decimal(210), "EUR"),
    ]
    assert [(one.period_start, one.period_end) for one in found.totals] == [
        (date(2026, 3, 1), date(2026, 3, 8)),
        (date(2026, 3, 1), date(2026, 4, 1)),
    ]
    assert (found.document.control_number, found.bad, found.notes) == ("R0451", [], [])


def test_every_piece_its_own_line() -> None:
    pieces = [
        text
        for number in range(1, 4)
        for text in (
            f"LIN+{number}++{GTIN}:EN",
            "RFF+SA:76",
            "RFF+SP:108",
            "PRI+AAE:39.95::RTP",
            "QTY+153:1:PCE",
        )
    ]
    place = ["NAD+BY+4099200000015::9", EUROS, "LOC+162+4099200000015::9", "DTM+356:20260311:102"]
    found = read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, *place, *pieces]))
    assert found.sold == [("4099200000015", GTIN, "SOLD", "1")] * 3
    assert [one.line_number for one in found.totals] == [9, 14, 19]
    assert {(one.period_start, one.period_end) for one in found.totals} == {
        (date(2026, 3, 11), date(2026, 3, 12))
    }
    assert {(one.amount, one.currency) for one in found.totals} == {(Decimal("39.95"), "EUR")}
    assert found.noted == ["amount_from_price"]


@pytest.mark.parametrize(
    ("dates", "start", "end"),
    [
        (["DTM+90:20260301:102", "DTM+91:20260307:102"], "2026-03-01", "2026-03-08"),
        (["DTM+90:20260301:102"], "2026-03-01", "2026-03-02"),
        (["DTM+356:20260301:102", "DTM+357:20260331:102"], "2026-03-01", "2026-04-01"),
        (["DTM+356:202603:610"], "2026-03-01", "2026-04-01"),
        (["DTM+356:202612:610"], "2026-12-01", "2027-01-01"),
        (["DTM+356:202610:616"], "2026-03-02", "2026-03-09"),
        (["DTM+356:260301260307:717"], "2026-03-01", "2026-03-08"),
        (["DTM+194:202603010000:203", "DTM+206:202603072359:203"], "2026-03-01", "2026-03-08"),
    ],
)
def test_periods_include_their_last_day(dates: list[str], start: str, end: str) -> None:
    line = ["LOC+162+S1", f"LIN+1++{GTIN}:EN", "QTY+153:1"]
    (total,) = read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, *dates, *line])).totals
    assert (str(total.period_start), str(total.period_end)) == (start, end)


@pytest.mark.parametrize(
    "dates", [[], ["DTM+90:20260308:102", "DTM+91:20260301:102"], ["DTM+356:20260230:102"]]
)
def test_a_line_without_a_period_is_not_used(dates: list[str]) -> None:
    line = ["LOC+162+S1", f"LIN+1++{GTIN}:EN", "QTY+153:1"]
    assert read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, *dates, *line])).reasons == ["bad_period"]


def test_days_that_stand_between_the_lines() -> None:
    days = [
        text
        for day in ("20260309", "20260310")
        for text in (f"DTM+90:{day}:102", f"LIN+1++{GTIN}:EN", "PRI+AAA:8.12::RTP", "QTY+153:2.00:PCE")
    ]
    head = [*HEAD, "DTM+90:20260309:102", "DTM+91:20260310:102", "NAD+SU+1::9", "NAD+BY+0012::92", EUROS]
    found = read("edifact_slsrpt", edifact("SLSRPT", [*head, *days]))
    assert [
        (one.place.text, one.period_start.day, one.period_end.day, one.amount) for one in found.totals
    ] == [
        ("0012", 9, 10, Decimal("16.24")),
        ("0012", 10, 11, Decimal("16.24")),
    ]


def test_what_came_back_is_a_total_of_its_own() -> None:
    place = [*HEAD, WEEK, EUROS, "LOC+162+S1::92"]
    lines = [
        f"LIN+1++{GTIN}:EN", "MOA+203:-19.98", "QTY+153:-2",
        f"LIN+2++{GTIN}:EN", "PRI+AAE:9.99::RTP", "QTY+153:5", "QTY+77E:1", "QTY+61:9",
        f"LIN+3++{OTHER}:EN", "MOA+203:30", "QTY+153:4", "QTY+210:1",
    ]  # fmt: skip
    found = read("edifact_slsrpt", edifact("SLSRPT", [*place, *lines]))
    assert [(one.activity, int(one.quantity), one.amount, one.part) for one in found.totals] == [
        ("RETURNED", 2, Decimal("19.98"), 0),
        ("SOLD", 5, Decimal("49.95"), 0), ("RETURNED", 1, Decimal("9.99"), 1),
        ("SOLD", 4, None, 0), ("RETURNED", 1, None, 1),
    ]  # fmt: skip
    assert sorted(found.noted) == ["amount_from_price", "amount_not_split"]


@pytest.mark.parametrize(
    ("prices", "amount"),
    [
        (["PRI+AAA:8", "PRI+AAE:10::RTP"], Decimal(30)),
        (["PRI+AAE:10::SRP", "PRI+CAL:8"], Decimal(24)),
        (["PRI+AAA:8:CA:RTP:100:KGM"], None),
        (["PRI+AAB:8"], None),
        ([], None),
    ],
)
def test_an_amount_from_a_price_for_one(prices: list[str], amount: Decimal | None) -> None:
    lines = ["LOC+162+S1", f"LIN+1++{GTIN}:EN", *prices, "QTY+153:3"]
    (total,) = read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, WEEK, EUROS, *lines])).totals
    assert (total.amount, total.currency) == (amount, "EUR" if amount else "")


def test_no_currency_no_amount() -> None:
    content = edifact("SLSRPT", [*HEAD, WEEK, "LOC+162+S1", f"LIN+1++{GTIN}:EN", "MOA+203:5", "QTY+153:1"])
    assert read("edifact_slsrpt", content).totals[0].amount is None
    assert read("edifact_slsrpt", content, {"currency": "NOK"}).totals[0].currency == "NOK"


def test_what_is_left_is_a_count_as_of_the_periods_end() -> None:
    lines = ["LOC+162+S1", f"LIN+1++{GTIN}:EN", "QTY+153:3", "QTY+145:40", "QTY+26:1"]
    found = read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, WEEK, *lines]))
    assert (found.sold, found.stock) == ([("S1", GTIN, "SOLD", "3")], [("S1", GTIN, "ON_HAND", "40")])
    assert (found.counts[0].as_of, found.counts[0].part) == (datetime.fromisoformat("2026-03-08T00:00"), 1)
    assert found.noted == ["quantity_ignored"]


def test_the_store_where_no_place_of_sale_is_named() -> None:
    lines = [f"LIN+1++{GTIN}:EN", "QTY+153:3"]
    parties = ["NAD+SE+4099200000015::9", "NAD+ST+0042::92"]
    assert read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, WEEK, *parties, *lines])).sold[0][0] == "0042"
    seller = edifact("SLSRPT", [*HEAD, WEEK, parties[0], *lines])
    assert read("edifact_slsrpt", seller).sold[0][0] == "4099200000015"
    assert read("edifact_slsrpt", seller, {"store": "7"}).sold[0][0] == "7"
    assert read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, WEEK, *lines])).reasons == ["missing_store"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([f"LIN+1++{GTIN}:EN", "QTY+153:few"], "not_a_number"),
        ([f"LIN+1++{GTIN}:EN", "MOA+203:x", "QTY+153:1"], "not_a_number"),
        ([f"LIN+1++{GTIN}:EN", "QTY+210:-1"], "negative"),
        (["LIN+1", "QTY+153:1"], "no_item_key"),
        ([f"LIN+1++{GTIN}:EN"], "missing_quantity"),
    ],
)
def test_a_bad_line_costs_itself_alone(line: list[str], reason: str) -> None:
    good = [f"LIN+2++{OTHER}:EN", "QTY+153:1"]
    found = read("edifact_slsrpt", edifact("SLSRPT", [*HEAD, WEEK, "LOC+162+S1", *line, *good]))
    assert (found.reasons, found.sold) == ([reason], [("S1", OTHER, "SOLD", "1")])


@pytest.mark.skipif(not SAMPLE.exists(), reason="the folder of sample files is not there")
def test_a_real_stores_day_has_all_its_pieces() -> None:
    found = read("edifact_slsrpt", SAMPLE.read_bytes())
    assert (len(found.totals), sum(one.quantity for one in found.totals), found.bad) == (12, 12, [])
    assert {one.place for one in found.totals} == {Code("GLN", "4260026610102")}
    assert {(one.period_start, one.period_end) for one in found.totals} == {
        (date(2026, 7, 7), date(2026, 7, 8))
    }
    assert len({(one.items, one.quantity) for one in found.totals}) == 5
