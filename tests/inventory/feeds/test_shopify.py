"""Shopify's exports in every header they have had."""

from pathlib import Path

import pytest

from inventory.feeds.facts import Code, StockCount
from tests.inventory.feeds.dialect_reading import bad, figures, notes, only, read, refusal, xlsx

OPTIONS = "Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value"
PRODUCT = f"Handle,Title,{OPTIONS},SKU,HS Code,COO"
WIDE = f'{PRODUCT},Harbour,"Mill Street 4, Leeds"\n'
LONG = f"{PRODUCT},Location,Incoming,Unavailable,Committed,Available,On hand\n"
LONG_2026 = (
    f"{PRODUCT},Location,Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),"
    "Available (not editable),On hand (current),On hand (new)\n"
)
MUG = "mug,Mug,Colour,Blue,Size,11oz,,,MUG-1,,"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


def test_a_column_a_location() -> None:
    found = read("shopify", WIDE + f"{MUG},7,not stocked\n{MUG.replace('MUG-1', 'MUG-2')},0,-3\n")
    assert figures(found) == [
        ("Harbour", "MUG-1", 7),
        ("Harbour", "MUG-2", 0),
        ("Mill Street 4, Leeds", "MUG-2", -3),
    ]
    assert notes(found) == [(2, "not_tracked")]
    counts = only(found, StockCount)
    assert {count.state for count in counts} == {"AVAILABLE"}
    assert counts[0].items == (Code("SKU", "MUG-1"), Code("INTERNAL", "mug/Blue/11oz"))
    assert len({(count.line_number, count.part) for count in counts}) == 3


def test_a_row_a_location() -> None:
    found = read("shopify", LONG + f"{MUG},Harbour,5,1,2,4,7\n{MUG},Mill,,,,,not stocked\n")
    (count,) = only(found, StockCount)
    assert figures([count]) == [("Harbour", "MUG-1", 7)]
    assert count.state == "ON_HAND"
    assert count.withheld == {"COMMITTED": 2, "UNAVAILABLE": 1}
    assert count.raw == f"{MUG},Harbour,5,1,2,4,7"
    assert notes(found) == [(3, "not_tracked")]


def test_what_people_fill_in_to_change_the_stock_is_not_the_stock() -> None:
    found = read(
        "shopify", "\ufeff" + LONG_2026 + f"{MUG},Harbour,A-7,5,1,2,4,7,99\r\n{MUG},Mill,,0,0,0,0,,12\r\n"
    )
    assert figures(found) == [("Harbour", "MUG-1", 7)]
    assert notes(found) == [(3, "not_tracked")]


def test_only_available_quantities() -> None:
    header = f"{PRODUCT},Location,Available\n"
    (count,) = only(read("shopify", header + f"{MUG},Harbour,4\n"), StockCount)
    assert count.quantity == 4
    assert count.state == "AVAILABLE"
    assert not count.withheld


def test_without_a_sku_the_handle_and_its_options_are_the_key() -> None:
    row = MUG.replace("MUG-1", "")
    found = read("shopify", WIDE + f"{row},7,1\n{row.replace('mug,', ',')},7,1\n")
    assert [count.items for count in only(found, StockCount)] == [(Code("INTERNAL", "mug/Blue/11oz"),)] * 2
    assert bad(found) == [(3, "no_item_key")]


def test_a_barcode_is_a_code_too() -> None:
    header = LONG.replace("SKU,", "SKU,Barcode,")
    found = read("shopify", header + "mug,Mug,,,,,,,MUG-1,'4006381333931,,,Harbour,0,0,0,1,1\n")
    (count,) = only(found, StockCount)
    assert count.items[:2] == (Code("SKU", "MUG-1"), Code("GTIN", "4006381333931"))


def test_titles_of_several_lines_and_with_quotes() -> None:
    found = read("shopify", WIDE + 'mug,"A ""blue"" mug\nfor tea, too",,,,,,,MUG-1,,,7,1\n' + f"{MUG},2,x\n")
    assert figures(found)[:2] == [("Harbour", "MUG-1", 7), ("Mill Street 4, Leeds", "MUG-1", 1)]
    assert bad(found) == [(4, "not_a_number")]


def test_negatives_only_where_the_profile_has_them() -> None:
    rows = WIDE + f"{MUG},-3,0\n"
    assert figures(read("shopify", rows))[0] == ("Harbour", "MUG-1", -3)
    assert bad(read("shopify", rows, {"negatives": False})) == [(2, "negative")]


@pytest.mark.parametrize(
    ("header", "lacks"),
    [
        ("Handle,Title,Harbour", 'lacks "SKU"'),
        ("Name,Qty", 'lacks "Handle", "SKU"'),
        (PRODUCT, 'lacks "Location"'),
        (f"{PRODUCT},Location,Stock", 'lacks "On hand"'),
        (f"{PRODUCT},Place,Available (now),On hand (now)", 'lacks "Location"'),
    ],
)
def test_a_header_of_another_generation(header: str, lacks: str) -> None:
    refused = refusal("shopify", f"{header}\n{MUG},1,2\n")
    assert refused.code == "unknown_header"
    assert lacks in refused.message


def test_the_same_export_saved_by_a_spreadsheet() -> None:
    rows = LONG + f"{MUG},Harbour,5,1,2,4,7\n"
    lines = [line.split(",") for line in rows.splitlines()]
    cells = [[int(cell) if cell.isdigit() else cell for cell in line] for line in lines]
    for content in (xlsx(cells), rows.replace(",", ";").encode("utf-16"), rows.replace(",", "\t")):
        assert figures(read("shopify", content)) == [("Harbour", "MUG-1", 7)]


def test_products_of_a_shop_with_one_location() -> None:
    old = (
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Image\n"
        "mug,Mug,Size,S,MUG-S,shopify,3,a.png\nmug,,,L,MUG-L,,5,b.png\nmug,,,,,,,c.png\nmug,,,M,,shopify,-1,\n"
    )
    new = (
        old.replace("Variant ", "")
        .replace("Inventory Qty", "Inventory quantity")
        .replace("Handle", "URL handle")
        .replace("Option1 Value", "Option1 value")
    )
    for content in (old, new):
        found = read("shopify_products", content, {"store": "0012"})
        assert figures(found) == [("0012", "MUG-S", 3), ("0012", "mug/M", -1)]
        assert notes(found) == [(3, "not_tracked")]
    assert refusal("shopify_products", old).code == "bad_profile"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not beside the project")
def test_the_sample() -> None:
    found = read("shopify", (SAMPLES / "shopify_inventory_gen1_wide.csv").read_bytes())
    sums: dict[str, list[float]] = {}
    for store, _item, quantity in figures(found):
        sums.setdefault(store, []).append(quantity)
    assert {store: (len(levels), sum(levels)) for store, levels in sums.items()} == {
        "508 Larkin St": (50, 0),
        "Printful": (50, 499_950),
    }
    assert [code for _line, code in notes(found)] == ["not_tracked"] * 50
    assert bad(found) == []
