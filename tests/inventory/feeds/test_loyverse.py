"""Loyverse's item export: several stores side by side, barcodes that are none."""

import pytest

from inventory.feeds.facts import Code, StockCount
from tests.inventory.feeds.dialect_reading import bad, figures, notes, only, read, refusal

HEADER = (
    "Handle,SKU,Name,Category,Sold by weight,Option 1 name,Option 1 value,Cost,Barcode,SKU of included item,"
    "Quantity of included item,Track stock,Available for sale [Old Town],Price [Old Town],In stock [Old Town],"
    "Low stock [Old Town],Available for sale [Port],Price [Port],In stock [Port],Low stock [Port]\n"
)


def line(
    sku: str = "10001", *, handle: str = "tea", barcode: str = "", track: str = "Y", stock: str = "3,4"
) -> str:
    here, there = stock.split(",")
    return f"{handle},{sku},Tea,Food,N,,,1.20,{barcode},,,{track},Y,2.50,{here},2,Y,variable,{there},\n"


def test_a_column_a_store() -> None:
    found = read("loyverse", HEADER + line(stock="3,-1.250") + line("10002", stock=",0"))
    assert figures(found) == [
        ("Old Town", "10001", 3), ("Port", "10001", -1.25), ("Port", "10002", 0),
    ]  # fmt: skip
    assert notes(found) == [(3, "not_tracked")]
    assert {count.state for count in only(found, StockCount)} == {"ON_HAND"}


@pytest.mark.parametrize(
    "barcode",
    ["https://example.org/p/1", "036000291452036000291452036000291452", "4006381333932", "4.00638E+12"],
)
def test_a_barcode_that_is_none_does_not_cost_the_line(barcode: str) -> None:
    found = read("loyverse", HEADER + line(barcode=barcode))
    assert [count.items for count in only(found, StockCount)] == [
        (Code("SKU", "10001"), Code("INTERNAL", "tea"))
    ] * 2
    assert notes(found) == [(2, "barcode_not_gtin")]
    assert bad(read("loyverse", HEADER + line("", handle="", barcode=barcode))) == [(2, "barcode_not_gtin")]


def test_barcodes_that_are_some() -> None:
    for barcode, gtin in (("4006381333931", "4006381333931"), ("36000291452", "36000291452")):
        count = only(read("loyverse", HEADER + line(barcode=barcode)), StockCount)[0]
        assert count.items[1] == Code("GTIN", gtin)


def test_what_is_not_tracked_and_the_parts_of_what_is_composed() -> None:
    part = ",,,,,,,,,10002,2,,,,,,,,,\n"
    found = read("loyverse", HEADER + line(track="N", stock="0,0") + part + line("", handle=""))
    assert figures(found) == []
    assert notes(found) == [(2, "not_tracked")]
    assert bad(found) == [(4, "no_item_key")]


def test_one_store_is_not_named_by_the_file() -> None:
    content = "Handle,SKU,Name,Track stock,Price,In stock,Low stock\ntea,10001,Tea,Y,2,5,\n"
    assert figures(read("loyverse", content, {"store": "S1"})) == [("S1", "10001", 5)]
    assert refusal("loyverse", content).code == "bad_profile"


def test_another_export_of_loyverse_is_refused() -> None:
    refused = refusal("loyverse", "Date,Receipt number,Gross sales\n2026-11-22,1-1001,2.50\n")
    assert refused.code == "unknown_header"
    assert 'lacks "SKU", "In stock [a store]"' in refused.message
