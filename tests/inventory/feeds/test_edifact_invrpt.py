"""INVRPT for one place and for many, with totals and parts, and with movements."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from inventory.feeds.facts import Code
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.edi_files import edifact, read

GTIN, OTHER = "4006381333931", "96385074"
BGM, MADE = "BGM+35+I77+9", "DTM+137:20260312:102"
PLACE = "NAD+GY+4099200000015::9"


def report(*lines: str, head: tuple[str, ...] = (BGM, MADE, PLACE), **how: str) -> str:
    return edifact("INVRPT", [*head, *lines], **how)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_one_place_in_the_header() -> None:
    found = read("edifact_invrpt", report(
        f"LIN+1++{GTIN}:EN", "PIA+1+7731:BP+KX?+20:SA", "PIA+3+OLD:SA", "IMD+F++:::OAT FLAKES:500G", "QTY+145:148:PCE",
        f"LIN+2++{OTHER}:SRV", "QTY+145:1.5:KGM", "QTY+21:40",
        "LIN+3", "PIA+5+KX21:SA", "QTY+17:-3",
    ))  # fmt: skip
    assert found.stock == [
        ("4099200000015", GTIN, "ON_HAND", "148"),
        ("4099200000015", OTHER, "ON_HAND", "1.5"),
        ("4099200000015", "KX21", "ON_HAND", "-3"),
    ]
    first = found.counts[0]
    assert first.place == Code("GLN", "4099200000015")
    assert first.items == (Code("GTIN", GTIN), Code("SKU", "7731"), Code("SKU", "KX+20"))
    assert (first.title, first.unit, found.counts[1].unit) == ("OAT FLAKES 500G", "EA", "KGM")
    assert (first.line_number, first.as_of) == (6, at("2026-03-12T02:15"))
    assert found.document.scope == (Code("GLN", "4099200000015"),)
    assert (found.document.control_number, found.noted) == ("R0451", ["quantity_ignored"])


def test_many_places_behind_their_quantities() -> None:
    lines = [f"LIN+1++{GTIN}:EN", "QTY+145:7", "LOC+14+0012::92", "QTY+145:0", "LOC+14+4099200000022::9"]
    found = read("edifact_invrpt", report(*lines))
    assert [(count.place, int(count.quantity)) for count in found.counts] == [
        (Code("CODE", "0012"), 7),
        (Code("GLN", "4099200000022"), 0),
    ]
    assert found.document.scope == ()


def test_many_places_before_their_quantities() -> None:
    lines = [f"LIN+1++{GTIN}:EN", "LOC+14+A", "QTY+17:7", "RFF+AEN:1", "LOC+14+B", "QTY+17:8"]
    assert [
        (place, number) for place, _item, _state, number in read("edifact_invrpt", report(*lines)).stock
    ] == [
        ("A", "7"),
        ("B", "8"),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        ["QTY+145:150", "CPS+1", "QTY+145:100", "CPS+2", "QTY+145:50", "CPS+3"],
        ["QTY+145:150", "QTY+145:100", "QTY+145:50"],
        ["QTY+145:150", "GIN+BX+B1", "QTY+145:150", "GIN+BX+B2"],
    ],
)
def test_parts_at_one_place_are_one_count_and_the_total_is_left_out(parts: list[str]) -> None:
    found = read("edifact_invrpt", report(f"LIN+1++{GTIN}:EN", "QTY+145:300", *parts))
    assert found.stock == [("4099200000015", GTIN, "ON_HAND", "300")]


def test_a_total_of_places_is_checked_and_left_out() -> None:
    parts = ["QTY+145:150", "LOC+14+A", "QTY+145:100", "LOC+14+B", "QTY+145:50", "LOC+14+C"]
    found = read("edifact_invrpt", report(f"LIN+1++{GTIN}:EN", "QTY+145:300", *parts))
    assert [count.quantity for count in found.counts] == [150, 100, 50]
    wrong = read(
        "edifact_invrpt",
        report(f"LIN+1++{GTIN}:EN", "QTY+145:310", *parts, f"LIN+2++{OTHER}:EN", "QTY+145:1"),
    )
    assert (wrong.reasons, len(wrong.counts)) == (["split_mismatch"], 1)


def test_parts_that_all_bear_a_mark_have_no_total_among_them() -> None:
    parts = ["QTY+145:30", "GIN+BX+B1", "QTY+145:20", "GIN+BX+B2", "QTY+145:10", "GIN+BX+B3"]
    assert read("edifact_invrpt", report(f"LIN+1++{GTIN}:EN", *parts)).counts[0].quantity == 60


def test_blocked_and_damaged_stock_is_withheld() -> None:
    statuses = ["QTY+145:100", "QTY+145:80", "STS+7+X40::9", "QTY+145:20", "STS+7+X41::9"]
    codes = ["QTY+145:50", "QTY+124:3", "QTY+89:2", "QTY+96:1", "QTY+66:10"]
    found = read("edifact_invrpt", report(f"LIN+1++{GTIN}:EN", *statuses, f"LIN+2++{OTHER}:EN", *codes))
    assert [(int(count.quantity), dict(count.withheld)) for count in found.counts] == [
        (100, {"UNAVAILABLE": Decimal(20)}),
        (50, {"DAMAGED": Decimal(3), "QUALITY_CONTROL": Decimal(3), "COMMITTED": Decimal(10)}),
    ]


@pytest.mark.parametrize(
    ("dates", "as_of"),
    [
        (["DTM+137:20260312:102", "DTM+366:202603112200:203"], at("2026-03-11T22:00")),
        (["DTM+137:20260312:102", "DTM+91:20260310:102"], at("2026-03-11T00:00")),
        (["DTM+137:202603120200:203"], at("2026-03-12T02:00")),
        (["DTM+137:20260312020305:204"], at("2026-03-12T02:03:05")),
        (["DTM+366:202603120200UTC:303"], datetime(2026, 3, 12, 2, tzinfo=UTC)),
        (["DTM+366:20260312020000?+01:304"], datetime(2026, 3, 12, 2, tzinfo=timezone(timedelta(hours=1)))),
        (["DTM+137:20260399:102"], at("2026-03-12T02:15")),
    ],
)
def test_as_of_when(dates: list[str], as_of: datetime) -> None:
    content = report(f"LIN+1++{GTIN}:EN", "QTY+145:1", head=(BGM, *dates, PLACE))
    assert read("edifact_invrpt", content).counts[0].as_of == as_of


@pytest.mark.parametrize(
    ("function", "completeness"),
    [("9", None), ("5", None), ("", None), ("2", "DELTA"), ("4", "DELTA")],
)
def test_what_the_document_replaces(function: str, completeness: str | None) -> None:
    content = report(f"LIN+1++{GTIN}:EN", "QTY+145:1", head=(f"BGM+35+I77+{function}", MADE, PLACE))
    assert read("edifact_invrpt", content, {"completeness": "FULL"}).document.completeness == completeness


def test_movements_before_their_quantities_leave_the_balance_out() -> None:
    lines = [
        f"LIN+1++{GTIN}:SRV", "INV+2++1", "QTY+156:1000:PCE", "QTY+145:3000:PCE", "LOC+18+YA", "DTM+179:20260309:102",
        "INV+1++11", "QTY+156:200:PCE", "QTY+145:2800:PCE", "LOC+18+YA", "DTM+179:20260310:102",
    ]  # fmt: skip
    found = read("edifact_invrpt", report(*lines, version="D:99B:UN"))
    assert [(one.kind, int(one.quantity), one.business_day) for one in found.movements] == [
        ("RECEIPT", 1000, date(2026, 3, 9)),
        ("ADJUSTMENT", -200, date(2026, 3, 10)),
    ]
    assert [
        (one.place.text, one.workstation, one.sequence, one.line, one.part) for one in found.movements
    ] == [
        ("YA", "I77", 1, 1, 0),
        ("YA", "I77", 1, 2, 1),
    ]
    assert found.movements[0].occurred_at == at("2026-03-10T00:00")
    assert (found.counts, found.noted, found.document.completeness) == ([], ["quantity_ignored"], "EVENTS")


def test_movements_behind_their_quantities() -> None:
    lines = [
        f"LIN+1++{GTIN}:EN",
        "QTY+145:12",
        "INV+2",
        "QTY+145:5",
        "INV+1",
        f"LIN+2++{OTHER}:EN",
        "QTY+145:9",
    ]
    found = read("edifact_invrpt", report(*lines))
    assert [(int(one.quantity), one.line) for one in found.movements] == [(12, 1), (-5, 2)]
    assert found.stock == [("4099200000015", OTHER, "ON_HAND", "9")]


def test_what_is_on_hand_is_no_movement_whatever_stands_around_it() -> None:
    head = (BGM, MADE, "DTM+91:20260311:102", "NAD+BY+HQ::91", "NAD+GY+0040::90")
    found = read(
        "edifact_invrpt", report("LIN+1++MX-1:VP", "INV+2", "QTY+17:4", head=head, version="D:99A:UN")
    )
    assert (found.stock, found.movements) == ([("0040", "MX-1", "ON_HAND", "4")], [])


def test_a_movement_advice_without_direction_is_a_line_for_a_person() -> None:
    head = ("BGM+78+I77+9", MADE, PLACE)
    found = read("edifact_invrpt", report(f"LIN+1++{GTIN}:EN", "QTY+145:4", "QTY+199:3", head=head))
    assert [one.quantity for one in found.movements] == [-3]
    found = read("edifact_invrpt", report(f"LIN+1++{GTIN}:EN", "QTY+145:4", head=head))
    assert found.reasons == ["missing_direction"]


def test_who_sent_it_is_the_place_where_no_other_is_named() -> None:
    line = [f"LIN+1++{GTIN}:EN", "QTY+145:4"]
    buyer, supplier = "NAD+BY+4099200000015::9", "NAD+SU+4099200000022::9"
    sent = report(*line, head=(BGM, MADE, supplier, buyer))
    assert read("edifact_invrpt", sent).stock[0][0] == "4099200000015"
    assert read("edifact_invrpt", sent, {"store": "0012"}).stock[0][0] == "0012"
    named = report(*line, head=(BGM, MADE, "NAD+SU+77::92", "NAD+WH+88::92"))
    assert read("edifact_invrpt", named, {"store": "0012"}).stock[0][0] == "88"
    nobody = report(*line, head=(BGM, MADE, "NAD+CO+1::92"))
    assert read("edifact_invrpt", nobody).reasons == ["missing_store"]


@pytest.mark.parametrize(
    ("una", "figure", "quantity"),
    [
        ("UNA:+,? '", "1,5", Decimal("1.5")), ("UNA:+.? '", "1.5", Decimal("1.5")), ("", "1,5", Decimal("1.5")),
        ("UNA:+.? '", "1,5", None), ("", "1.234,5", None), ("UNA:+.? '", "5-", Decimal(-5)), ("", "NaN", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_figures_have_the_decimal_mark_of_the_interchange(
    una: str, figure: str, quantity: Decimal | None
) -> None:
    found = read("edifact_invrpt", report(f"LIN+1++{GTIN}:EN", f"QTY+145:{figure}", una=una))
    assert [count.quantity for count in found.counts] == ([] if quantity is None else [quantity])
    assert found.reasons == (["not_a_number"] if quantity is None else [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (["LIN+1", "QTY+145:4"], "no_item_key"),
        ([f"LIN+1++{GTIN}:EN"], "missing_quantity"),
        ([f"LIN+1++{GTIN}:EN", "QTY+145:4:PCE", "QTY+124:1:KGM"], "uom_mismatch"),
        ([f"LIN+1++{GTIN}:EN", "QTY+145:4", "QTY+145:5"], "split_mismatch"),
    ],
)
def test_a_bad_line_costs_itself_alone(line: list[str], reason: str) -> None:
    found = read("edifact_invrpt", report(*line, f"LIN+2++{OTHER}:EN", "QTY+145:1"))
    assert (found.reasons, len(found.counts)) == ([reason], 1)


def test_an_unknown_function_refuses_the_file() -> None:
    with pytest.raises(FeedRefused) as refused:
        read("edifact_invrpt", report(head=("BGM+35+I77+1", MADE)))
    assert refused.value.code == "unknown_purpose"
