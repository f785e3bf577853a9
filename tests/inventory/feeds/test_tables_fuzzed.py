"""Whatever the bytes: a reader of tables yields facts and bad rows, or refuses the file, and nothing else."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import BadRow, Found, Note, StockCount
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.dialect_reading import xlsx
from tests.inventory.feeds.reading import feed_file
from tests.inventory.feeds.test_google_inventory import ATOM, NAMES, ROWS, RSS
from tests.inventory.feeds.test_loyverse import HEADER, line
from tests.inventory.feeds.test_shopify import LONG_2026, MUG, WIDE

TABLE = "store,gtin,on_hand,as_of\nS1,4006381333931,5,2026-11-22T18:30:00\n"
FILES: dict[str, tuple[str, ...]] = {
    "shopify": (WIDE + f"{MUG},7,-3\n" * 3, LONG_2026 + f"{MUG},Harbour,A,5,1,2,4,7,\n" * 3),
    "loyverse": (HEADER + line() + line(barcode="https://example.org") + line(stock=",0"),),
    "google_inventory": (NAMES + ROWS, RSS, ATOM),
    "table": (TABLE, TABLE.replace(",", "\t"), TABLE.replace("2026-11-22T18:30:00", '"20,5\n""x"')),
}
WORKBOOK = xlsx([cells.split(",") for cells in TABLE.splitlines()])
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b'"', b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b",", b"\t", b"1.234", b"1E+5", b"NaN",
                     "１２".encode(), b"<!DOCTYPE a>", b"<item>", b"]]>", b"&x;", b"=cmd|", b"\xed\xa0\x80"]),
)  # fmt: skip


def survives(dialect: str, content: bytes, **profile: object) -> None:
    declared = read_profile("STOCK", {**profile, "format": dialect}, dialects=DIALECTS)
    found: list[Found] = []
    with contextlib.suppress(FeedRefused):
        found = list(DIALECTS[dialect].read(feed_file(content, encoding=declared.encoding), declared))
    for one in found:
        assert isinstance(one, StockCount | BadRow | Note)
        if isinstance(one, StockCount):
            assert one.quantity.is_finite()
            assert one.place.text
            assert one.items


@pytest.mark.parametrize("dialect", FILES)
@given(data=st.data())
def test_text_that_was_spoilt(dialect: str, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(FILES[dialect])).encode()
    for _time in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.integers(0, 6))
        content = content[:place] + data.draw(PIECES) + content[place + gone :]
    survives(dialect, content, encoding=data.draw(st.sampled_from(["utf-8", "cp1252", "utf-16", "cp037"])))


@pytest.mark.parametrize("dialect", FILES)
@given(content=st.binary(max_size=300))
def test_any_bytes(dialect: str, content: bytes) -> None:
    survives(dialect, content)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_workbooks_that_were_spoilt(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _time in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    survives("table", bytes(content))
