"""Google's local inventory feed in all its clothes."""

import pytest

from inventory.feeds.facts import Code, StockCount
from tests.inventory.feeds.dialect_reading import bad, figures, notes, only, read, refusal, xlsx

STORE = "04516683628261596954"
FIGURES = [(STORE, "TEA-1", 5), (STORE, "TEA-2", 0)]
ROWS = (
    f"{STORE}\tTEA-1\t5\tin stock\t9.99 EUR\n{STORE}\tTEA-2\t\tout of stock\t\n{STORE}\tTEA-3\t\tin_stock\t\n"
)
NAMES = "store code\tid\tquantity\tavailability\tprice\n"
RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Tea</title>'
    f"<item><g:store_code>{STORE}</g:store_code><g:id><![CDATA[TEA-1]]></g:id><g:quantity>5</g:quantity>"
    "<g:availability>in_stock</g:availability></item>"
    f"<item><g:id>TEA-2</g:id><g:store_code>{STORE}</g:store_code><g:availability>out_of_stock</g:availability></item>"
    f"<item><g:id>TEA-3</g:id><g:store_code>{STORE}</g:store_code><g:availability>in stock</g:availability></item>"
    "</channel></rss>"
)
ATOM = (
    RSS.replace('<rss version="2.0"', '<feed xmlns="http://www.w3.org/2005/Atom"')
    .replace("<channel>", "").replace("</channel></rss>", "</feed>")
    .replace("<item>", "<entry><id>tag:example.org,2026:1</id>").replace("</item>", "</entry>")
)  # fmt: skip
BARE = RSS.replace("g:", "").replace("<id>", "<item_id>").replace("</id>", "</item_id>")


@pytest.mark.parametrize(
    "content",
    [
        NAMES + ROWS,
        NAMES.replace(" ", "_") + ROWS,
        NAMES.replace("id", "itemid").upper() + ROWS.replace("\n", "\r\n"),
        (NAMES + ROWS).replace("\t", ","),
        (NAMES + ROWS).encode("utf-16"),
        RSS,
        RSS.encode("utf-16"),
        ATOM,
        BARE,
        xlsx([line.split("\t") for line in (NAMES + ROWS).splitlines()]),
    ],
)
def test_the_same_inventory_in_every_form(content: str | bytes) -> None:
    found = read("google_inventory", content.removeprefix("\ufeff") if isinstance(content, str) else content)
    assert figures(found) == FIGURES
    assert [code for _line, code in notes(found)] == ["not_tracked"]
    assert {count.state for count in only(found, StockCount)} == {"AVAILABLE"}


def test_items_of_xml_are_numbered_and_shown_without_what_we_do_not_read() -> None:
    content = RSS.replace("<g:quantity>5<", "<g:secret>x</g:secret><g:quantity>5 pcs<")
    found = read("google_inventory", content)
    assert bad(found) == [(1, "not_a_number")]
    assert "secret" not in str(found[0])
    assert str(found[0]).count("<quantity>5 pcs</quantity>") == 1


def test_a_gtin_beside_the_id_and_neither() -> None:
    header = "store_code\tid\tgtin\tquantity\n"
    found = read(
        "google_inventory", header + "S1\tx\t4006381333931\t1\nS1\t\t4006381333931\t1\nS1\t\t\t1\n\tx\t\t1\n"
    )
    assert [count.items for count in only(found, StockCount)] == [
        (Code("SKU", "x"), Code("GTIN", "4006381333931")), (Code("GTIN", "4006381333931"),),
    ]  # fmt: skip
    assert bad(found) == [(4, "no_item_key"), (5, "unknown_store")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "5">]>' + RSS[21:], "hostile_input"),
        (RSS[:-30], "truncated"),
        (RSS.replace(' xmlns:g="http://base.google.com/ns/1.0"', ""), "not_xml"),
        ("store_code\tprice\nS1\t1\n", "unknown_header"),
        (NAMES + ROWS + f"{STORE}\tTEA", "truncated"),
    ],
)
def test_refused(content: str, code: str) -> None:
    assert refusal("google_inventory", content).code == code
