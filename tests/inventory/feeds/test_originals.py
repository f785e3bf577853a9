"""Rejected lines of a file are found again in it, however its header looks."""

import pytest

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.originals import open_original
from tests.inventory.feeds.dialect_reading import bad, read
from tests.inventory.feeds.reading import feed_file


@pytest.mark.parametrize(
    ("dialect", "content"),
    [
        # A pipe parts this header into more fields than the comma, but no such export is written with one.
        ("shopify_products", 'Handle,|||",Variant Inventory Qty\nmug,,many\n'),
        ("loyverse", 'SKU,||||",In stock []\n10001,x,many\n'),
        ("shopify", 'Handle,|||||||||",SKU,Location,On hand\nmug,,1,Soho,many\n'),
    ],
)
def test_the_quarantine_parts_lines_as_the_reader_did(dialect: str, content: str) -> None:
    told = {"format": dialect} | ({} if dialect == "shopify" else {"store": "101"})
    original = open_original(feed_file(content.encode()), "STOCK", told, dialects=DIALECTS)
    assert original
    assert [line for line, _code in bad(read(dialect, content, told))] == [2]
    assert list(original.lines([2])) == [(2, content.splitlines()[1])]
    assert "\n".join(original.document([content.splitlines()[1]])) + "\n" == content
