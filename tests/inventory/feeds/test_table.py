"""The generic table: whatever a warehouse keeps in a spreadsheet."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.feeds.facts import Code, SalesTotal, StockCount, StockMovement
from tests.inventory.feeds.dialect_reading import bad, figures, notes, only, read, refusal, xlsx

MILK = 4006381333931


def test_a_spreadsheet_with_title_rows_and_a_total() -> None:
    sheet: list[list[object]] = [
        ["Bestandsliste", "", "", ""],
        ["Stand: 22.11.2026", "", "", ""],
        ["Filiale", "EAN", "Artikel", "Bestand"],
        ["0012", MILK, "Milch", 3],
        ["0012", 36000291452, "Tee", 1.5],
        ["Summe", "", "", 4.5],
    ]
    profile = {"columns": {"store": "filiale", "item": "EAN", "quantity": "Bestand", "title": "Artikel"}}
    for declared in (profile, {**profile, "title_rows": 2}, {**profile, "decimal_sign": ","}):
        found = read("table", xlsx(sheet), declared)
        assert figures(found) == [("0012", "4006381333931", 3), ("0012", "36000291452", 1.5)]
        assert notes(found) == [(6, "totals_row")]
    assert refusal("table", xlsx(sheet), {**profile, "title_rows": 1}).code == "unknown_header"


def test_two_header_rows_and_a_column_a_store() -> None:
    sheet: list[list[object]] = [
        ["Artikel", "", "Mitte", "", "Hafen", ""],
        ["EAN", "Name", "Bestand", "Preis", "Bestand", "Preis"],
        [MILK, "Milch", 3, 1, "", 1],
    ]
    declared = {"header_rows": 2, "columns": {"item": "EAN", "store": r"(.+) / Bestand", "title": "Name"}}
    found = read("table", xlsx(sheet), declared)
    assert figures(found) == [("Mitte", str(MILK), 3)]
    assert notes(found) == [(3, "not_tracked")]
    listed = {**declared, "columns": {"item": "EAN"}, "store_columns": {"Mitte / Bestand": "0012"}}
    assert figures(read("table", xlsx(sheet), listed)) == [("0012", str(MILK), 3)]


def test_a_column_a_store_by_a_pattern_or_a_list() -> None:
    text = "sku;Bestand Mitte;Bestand Hafen;Preis\nA;1.000;-2,5;1\n"
    declared = {
        "delimiter": ";",
        "decimal_sign": ",",
        "item_code": "SKU",
        "columns": {"store": "Bestand (.+)"},
    }
    assert figures(read("table", text, declared)) == [("Mitte", "A", 1000), ("Hafen", "A", -2.5)]
    declared = {**declared, "columns": {}, "store_columns": ["Bestand Hafen"]}
    assert figures(read("table", text, declared)) == [("Bestand Hafen", "A", -2.5)]
    assert refusal("table", text, {**declared, "store_columns": ["Lager"]}).code == "unknown_header"


def test_several_codes_for_an_item_the_best_first() -> None:
    text = f"EAN,Article,on_hand\n{MILK},A,1\n,B,2\nhttps://example.org,C,3\n5.90124E+12,,4\n,,5\n"
    declared = {"store": "S1", "item_columns": [["GTIN", "EAN"], ["SKU", "Article"]]}
    found = read("table", text, declared)
    assert [count.items for count in only(found, StockCount)] == [
        (Code("GTIN", str(MILK)), Code("SKU", "A")), (Code("SKU", "B"),), (Code("SKU", "C"),),
        (Code("GTIN", "5.90124E+12"),),  # the loader says why it is none
    ]  # fmt: skip
    assert notes(found) == [(4, "barcode_not_gtin")]
    assert bad(found) == [(6, "no_item_key")]


def test_several_quantities_in_a_row() -> None:
    columns = {"on_hand": "QOH", "available": "ATP", "reserved": "Res", "damaged": "Dmg"}
    text = "store,sku,QOH,ATP,Res,Dmg\nS1,A,10,7,2,1\nS1,B,,4,1,\nS1,C,5,5,x,\n"
    found = read("table", text, {"item_code": "SKU", "columns": columns})
    first, second = only(found, StockCount)
    assert (first.quantity, dict(first.withheld)) == (
        Decimal(10),
        {"RESERVED": Decimal(2), "DAMAGED": Decimal(1)},
    )
    assert (first.state, second.state) == ("ON_HAND", "AVAILABLE")
    assert second.quantity == 4
    assert bad(found) == [(4, "not_a_number")]


def test_stock_in_a_state_that_is_not_counted() -> None:
    declared = {
        "item_code": "SKU", "store": "S1", "columns": {"state": "status", "quantity": "qty"},
        "states": {"F": "ON_HAND", "S": "IGNORE", "V": "AVAILABLE"},
    }  # fmt: skip
    found = read("table", "sku,status,qty\nA,F,1\nA,S,2\nA,V,3\nA,Q,4\n", declared)
    assert [(count.state, int(count.quantity)) for count in only(found, StockCount)] == [
        ("ON_HAND", 1),
        ("AVAILABLE", 3),
    ]
    assert notes(found) == [(3, "state_ignored")]
    assert bad(found) == [(5, "unknown_state")]


@pytest.mark.parametrize(
    ("text", "time_format", "instant"),
    [
        ("22.11.2026 18:30", "%d.%m.%Y %H:%M", "2026-11-22T18:30:00"),
        ("2026-11-22T18:30:00", "%d.%m.%Y %H:%M", "2026-11-22T18:30:00"),
        ("2026-11-22 18:30:05.1234567", None, "2026-11-22T18:30:05.123456"),
        ("2026-11-22", None, "2026-11-22T00:00:00"),
        ("22.11.2026", None, None),
        ("yesterday", None, None),
        ("2026-02-30T00:00", None, None),
        ("２2.11.2026 18:30", "%d.%m.%Y %H:%M", None),
        ("", None, None),
    ],
)
def test_times(text: str, time_format: str | None, instant: str | None) -> None:
    declared = {"item_code": "SKU", "time_format": time_format} if time_format else {"item_code": "SKU"}
    found = read("table", f"store_code,sku,on_hand,as_of\nS1,A,1,{text}\n", declared)
    assert [count.as_of.isoformat() for count in only(found, StockCount) if count.as_of] == [instant][
        : bool(instant)
    ]
    assert bad(found) == ([] if instant else [(2, "bad_time")])


def test_a_date_cell_of_a_sheet_is_a_time_whatever_the_pattern() -> None:
    sheet: list[list[object]] = [
        ["store", "sku", "on_hand", "as_of"],
        ["S1", "A", 1, "2026-11-22T18:30:00+01:00"],
    ]
    (count,) = only(
        read("table", xlsx(sheet), {"item_code": "SKU", "time_format": "%d.%m.%Y %H:%M"}), StockCount
    )
    assert count.as_of is not None
    assert count.as_of.isoformat() == "2026-11-22T18:30:00+01:00"


@pytest.mark.parametrize(
    ("figure", "sign", "outcome"),
    [("1.234", ",", 1234), ("1.234", ".", 1.234), ("1.234", None, "locale_undeclared"),
     ("12 Stk", None, "not_a_number"), ("1_000", ".", "not_a_number"), ("-31", None, -31),
     ("not stocked", None, None), ("", None, None), ("0", None, 0)],
)  # fmt: skip
def test_figures(figure: str, sign: str | None, outcome: float | str | None) -> None:
    declared: dict[str, object] = {"item_code": "SKU", "delimiter": ";"}
    if sign:
        declared["decimal_sign"] = sign
    text = f"store;sku;on_hand\nS1;A;{figure}\n"
    if outcome == "locale_undeclared":
        assert refusal("table", text, declared).code == outcome
        return
    found = read("table", text, declared)
    assert [quantity for _store, _item, quantity in figures(found)] == (
        [outcome] if isinstance(outcome, int | float) else []
    )
    assert bad(found) == ([(2, outcome)] if isinstance(outcome, str) else [])
    assert notes(found) == ([(2, "not_tracked")] if outcome is None else [])


def test_lines_of_receipts() -> None:
    header = "store,business_day,workstation,sequence,line,sku,quantity,occurred_at,amount\n"
    rows = "S1,20.11.2026,T1,7,1,A,2,2026-11-21T01:30:00,9.98\nS1,20.11.2026,T1,7,2,B,-1,2026-11-21T01:30:00,-4.99\n"
    declared = {
        "item_code": "SKU", "date_format": "%d.%m.%Y", "decimal_sign": ".", "currency": "EUR",
        "columns": {"sequence": "sequence", "amount": "amount"},
    }  # fmt: skip
    found = read("table", header + rows + rows.replace(",7,", ",x,"), declared, kind="SALES")
    first, second = only(found, StockMovement)
    assert (first.quantity, first.kind, first.amount, first.currency) == (
        Decimal(-2),
        "SALE",
        Decimal("9.98"),
        "EUR",
    )
    assert (second.quantity, second.kind, second.line) == (Decimal(1), "RETURN", 2)
    assert (str(first.business_day), str(first.occurred_at)) == ("2026-11-20", "2026-11-21 01:30:00")
    assert bad(found) == [(4, "not_a_number"), (5, "not_a_number")]


def test_totals_of_a_day_or_a_period() -> None:
    (day,) = only(
        read("table", "store,business_day,gtin,quantity\nS1,2026-11-20,1,3\n", kind="SALES"), SalesTotal
    )
    assert (day.period_start, day.period_end, day.quantity) == (
        date(2026, 11, 20),
        date(2026, 11, 21),
        Decimal(3),
    )
    columns = {"period_start": "from", "period_end": "to"}
    rows = ["2026-11-16,2026-11-22,1,3", "2026-11-16,2026-11-15,1,3", ",,1,3", "2026-11-16,2026-11-22,1,"]
    text = "store,from,to,gtin,quantity\n" + "".join(f"S1,{row}\n" for row in rows)
    found = read("table", text, {"columns": columns, "quantity_sign": "STOCK_VIEW"}, kind="SALES")
    (week,) = only(found, SalesTotal)
    assert (week.period_start, week.period_end, week.quantity) == (
        date(2026, 11, 16),
        date(2026, 11, 23),
        Decimal(-3),
    )
    assert bad(found) == [(3, "bad_time"), (4, "bad_time"), (5, "not_a_number")]


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ({"columns": {"colour": "c"}}, "columns names 'colour'"),
        ({"item_columns": [["EAN", "x"]]}, "kinds are GTIN"),
        ({"store_columns": []}, "the names of the columns"),
        ({"states": {"a": "GONE"}}, "a map from the column's words"),
        ({"sheet": 0}, "the name of a sheet"),
        ({"header_rows": 3}, "1 or 2"),
        ({"title_rows": -1}, "how many rows"),
        ({"totals": "Sum"}, "a list of the words"),
        ({"container": "PDF"}, '"WORKBOOK"'),
        ({"currency": "euro"}, "ISO 4217"),
    ],
)
def test_a_profile_that_cannot_be_used(profile: dict[str, object], told: str) -> None:
    refused = refusal("table", "a,b\n", profile)
    assert refused.code == "bad_profile"
    assert told in refused.message


def test_repeated_names_are_kept_apart() -> None:
    text = "store,sku,on_hand,note,note\nS1,A,1,x,y\n"
    assert figures(read("table", text, {"item_code": "SKU"})) == [("S1", "A", 1)]
    assert (
        "more than once" in refusal("table", text, {"item_code": "SKU", "columns": {"title": "note"}}).message
    )


def test_a_period_cannot_end_with_the_last_day_there_is() -> None:
    text = "store,sku,quantity,business_day\nS1,A,1,9999-12-31\nS1,A,1,9999-12-30\n"
    found = read("table", text, {"item_code": "SKU"}, kind="SALES")
    assert bad(found) == [(2, "bad_time")]
    assert only(found, SalesTotal)[0].period_end == date(9999, 12, 31)


def test_a_name_of_two_lines_does_not_change_the_delimiter() -> None:
    text = 'store,sku,"on\nhand"\nS1,A,5\n'
    declared = {"item_code": "SKU", "columns": {"quantity": "on hand"}}
    assert figures(read("table", text, declared)) == [("S1", "A", 5)]
    shop = read("shopify", 'Handle,Title,SKU,"a\nb",Mill\nmug,Mug,A,,7\n')
    assert figures(shop)[-1] == ("Mill", "A", 7)
