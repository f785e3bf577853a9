"""X12 846 as distributors and warehouses send it: complete and hourly, whole and by warehouse."""

import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from inventory.feeds.blocks import FeedFile
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.edi_segments import PIECE_BYTES
from inventory.feeds.facts import Code
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.edi_files import read, x12

SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "x12_846.edi"
NIGHTLY = [
    "BIA*00*DD*260312*20260312*02100000",
    "DTM*097*20260312",
    "REF*FI**FILM",
    "N1*DS*REELTIME DISTRIBUTION*1*081234567",
]


def nightly(*lines: str, bia: str = NIGHTLY[0]) -> str:
    return x12("846", [bia, *NIGHTLY[1:], *lines], separator="|", terminator="\n", line_end="") + "\n"


def warehouses(*quantities: int) -> list[str]:
    names = ("DENVER", "ST PAUL", "RENO")
    return [
        f"SCH*{quantity}*EA*WH*{name}*097*20260312" for quantity, name in zip(quantities, names, strict=False)
    ]


def test_a_nightly_file_by_warehouse_gives_the_parts_and_not_the_total() -> None:
    content = nightly(
        "LIN*1*VP*RT 4410*UP*036000291452", "PID*F****NIGHT TRAIN (DVD)", "QTY*33*21*EA", *warehouses(4, 0, 17),
        "LIN*3*VP*RT 4411*EN*4006381333931", "QTY*33*0*EA", *warehouses(0, 0, 0),
    )  # fmt: skip
    found = read("x12_846", content)
    assert found.stock == [
        ("DENVER", "036000291452", "AVAILABLE", "4"), ("ST PAUL", "036000291452", "AVAILABLE", "0"),
        ("RENO", "036000291452", "AVAILABLE", "17"), ("DENVER", "4006381333931", "AVAILABLE", "0"),
        ("ST PAUL", "4006381333931", "AVAILABLE", "0"), ("RENO", "4006381333931", "AVAILABLE", "0"),
    ]  # fmt: skip
    first = found.counts[0]
    assert first.items == (Code("GTIN", "036000291452"), Code("SKU", "RT 4410"))
    assert (first.line_number, first.part, found.counts[2].part) == (8, 0, 2)
    assert (first.unit, first.title, first.as_of) == (
        "EA",
        "NIGHT TRAIN (DVD)",
        datetime.fromisoformat("2026-03-12T02:10"),
    )
    assert first.raw.startswith("LIN|1|VP|RT 4410|UP|036000291452\nPID|F||||NIGHT")
    assert (found.document.completeness, found.document.scope) == (None, ())


def test_a_total_its_warehouses_do_not_add_up_to_is_a_line_for_a_person() -> None:
    bad = ["LIN*1*UP*036000291452", "QTY*33*22*EA", *warehouses(4, 0, 17)]
    found = read("x12_846", nightly(*bad, "LIN*2*UP*4006381333931", "QTY*33*5*EA"))
    assert found.reasons == ["split_mismatch"]
    assert found.bad[0].message == "Line 8: quantity 33 says 22, its parts add up to 21; expected the same."
    assert found.stock == [("081234567", "4006381333931", "AVAILABLE", "5")]


def test_an_hourly_file_is_a_delta_whatever_the_profile_says() -> None:
    content = nightly("LIN**UP*036000291452", "QTY*33*3*EA", bia="BIA*25*DD*260312*20260312*0300")
    assert read("x12_846", content, {"completeness": "FULL"}).document.completeness == "DELTA"


@pytest.mark.parametrize(
    "bia", ["BIA*01*DD*1*20260312", "BIA**DD*1*20260312", "BIA*77*DD*1*20260312", "REF*X*1"]
)
def test_an_unknown_purpose_refuses_the_file(bia: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        read("x12_846", nightly("LIN**UP*036000291452", "QTY*33*3*EA", bia=bia))
    assert refused.value.code == "unknown_purpose"


def test_a_set_for_each_warehouse_names_the_scope() -> None:
    sets = [
        ["BIA*00*DD*1*20260312", "N1*DS*SHOPSUPPLY*92*9900", f"N1*WH*BRANCH {code}*92*{code}", "N4*SÃO JOSÉ*SC",
         "LIN*1*VP*WD40*BP*7731", "QTY*17*12*EA", "QTY*20*2*EA", "QTY*63*40*EA", "CTT*1"]
        for code in ("03", "3")
    ]  # fmt: skip
    found = read("x12_846", x12("846", *sets))
    assert found.stock == [("03", "7731", "ON_HAND", "12"), ("3", "7731", "ON_HAND", "12")]
    assert found.counts[0].items == (Code("SKU", "7731"), Code("SKU", "WD40"))
    assert found.document.scope == (Code("CODE", "03"), Code("CODE", "3"))
    assert found.noted == ["quantity_ignored", "quantity_ignored"]  # 20 and 63, once each


def test_on_hand_and_available_are_one_count_that_withholds_the_difference() -> None:
    (count,) = read("x12_846", nightly("LIN**SK*KX-20", "QTY*33*8*EA", "QTY*17*10*EA")).counts
    assert (count.state, int(count.quantity), dict(count.withheld)) == (
        "ON_HAND",
        10,
        {"UNAVAILABLE": Decimal(2)},
    )
    strange = read("x12_846", nightly("LIN**SK*KX-20", "QTY*17*10*EA", "QTY*33*11*EA"))
    assert (int(strange.counts[0].quantity), dict(strange.counts[0].withheld)) == (10, {})
    assert strange.noted == ["available_above_on_hand"]


def test_stock_promised_for_a_later_day_is_not_there() -> None:
    promised = ["QTY*33*6*EA", "SCH*50*EA***018*20260401", "SCH*9*EA*WH*DENVER*018*20260401"]
    found = read("x12_846", nightly("LIN**UP*036000291452", *promised))
    assert found.stock == [("081234567", "036000291452", "AVAILABLE", "6")]


def test_a_place_named_in_the_line_holds_for_the_quantities_it_stands_by() -> None:
    first = ["LIN**SK*A", "N1*WH**UL*4099200000015", "QTY*33*1", "N1*WH**UL*4099200000022", "QTY*33*2"]
    behind = ["LIN**SK*B", "QTY*33*3", "QTY*02*9", "N1*WH**92*D1", "QTY*33*4", "N1*WH**92*D2"]
    found = read("x12_846", nightly(*first, *behind))
    assert [(count.place, int(count.quantity)) for count in found.counts] == [
        (Code("GLN", "4099200000015"), 1), (Code("GLN", "4099200000022"), 2),
        (Code("CODE", "D1"), 3), (Code("CODE", "D2"), 4),
    ]  # fmt: skip


def test_a_document_without_any_place_needs_the_profile() -> None:
    content = x12("846", ["BIA*00*DD*1*20260312", "LIN*1*VP*PMX", "QTY*33*7*EA"])
    assert read("x12_846", content).reasons == ["missing_store"]
    assert read("x12_846", content, {"store": "0012"}).stock == [("0012", "PMX", "AVAILABLE", "7")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (["LIN**SK*A", "QTY*33*12 EA"], "not_a_number"),
        (["LIN**SK*A", "QTY*33*1,234"], "not_a_number"),
        (["LIN**SK*A", "QTY*33*１２"], "not_a_number"),
        (["LIN**SK*A", "QTY*33*1E+5"], "not_a_number"),
        (["LIN**SK*A", "QTY*33*5*EA", "QTY*17*5*CA"], "uom_mismatch"),
        (["LIN**LT*LOT7", "QTY*33*5*EA"], "no_item_key"),
        (["LIN**SK*A"], "missing_quantity"),
        (["LIN**SK*A", "QTY*33*5", "QTY*33*6"], "split_mismatch"),
    ],
)
def test_a_bad_line_costs_itself_alone(line: list[str], reason: str) -> None:
    found = read("x12_846", nightly(*line, "LIN**SK*B", "QTY*33*-31*KG"))
    assert found.reasons == [reason]
    assert [(int(count.quantity), count.unit) for count in found.counts] == [(-31, "KGM")]


def test_a_partners_own_codes_are_read_by_its_profile() -> None:
    content = nightly("LIN**SK*A", "QTY*1*250", "QTY*QC*52")
    options: dict[str, object] = {"quantity_codes": {"1": "ON_HAND", "QC": "COMMITTED"}}
    (count,) = read("x12_846", content, options).counts
    assert (int(count.quantity), dict(count.withheld)) == (250, {"COMMITTED": Decimal(52)})
    with pytest.raises(FeedRefused) as refused:
        read("x12_846", content, {"quantity_codes": {"1": "SOLD"}})
    assert refused.value.code == "bad_profile"


def test_books_and_short_codes_become_gtins() -> None:
    line = "LIN**IB*0306406152*UI*03600029145*VP*X"
    (count,) = read("x12_846", nightly(line, "QTY*33*1")).counts
    assert count.items == (Code("GTIN", "036000291452"), Code("GTIN", "9780306406157"), Code("SKU", "X"))


def test_a_file_is_read_as_it_is_used() -> None:
    lines = [part for number in range(30_000) for part in (f"LIN**SK*A{number}", "QTY*33*1*EA")]
    source = io.BytesIO(nightly(*lines).encode())
    profile = read_profile("STOCK", {"format": "x12_846"}, dialects=DIALECTS)
    facts = DIALECTS["x12_846"].read(FeedFile(lambda: source, 10**9), profile)
    next(facts)
    assert source.tell() == PIECE_BYTES < len(source.getvalue())
    facts.close()  # type: ignore[attr-defined]


def test_a_line_without_end_is_hostile() -> None:
    with pytest.raises(FeedRefused) as refused:
        read("x12_846", nightly("LIN**SK*A", *["SCH*1*EA*WH*DENVER"] * 50_001))
    assert refused.value.code == "hostile_input"


@pytest.mark.skipif(not SAMPLE.exists(), reason="the folder of sample files is not there")
def test_a_real_partners_example_is_refused_and_read_where_both_faults_are_tolerated() -> None:
    content = SAMPLE.read_bytes()
    with pytest.raises(FeedRefused, match="offset 108; expected 105") as refused:
        read("x12_846", content)
    assert refused.value.code == "isa_layout"
    with pytest.raises(FeedRefused) as refused:
        read("x12_846", content, {"tolerance": ["isa_layout"]})
    assert refused.value.code == "control_count"
    found = read("x12_846", content, {"tolerance": ["isa_layout", "control_count"], "store": "S1"})
    assert (found.noted, found.stock) == (
        ["isa_layout", "control_count"],
        [("S1", "PMXMLLT1", "AVAILABLE", "7")],
    )
