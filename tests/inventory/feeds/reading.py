"""A small catalogue, and files read without a database."""

import io
from collections.abc import Mapping

import numpy as np

from inventory.feeds.blocks import FeedFile
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import Catalogue
from inventory.feeds.sales import Workstations, read_sales
from inventory.feeds.stock import read_stock

NOW_US = 1_795_348_800_000_000  # 2026-11-22T12:00:00Z
MILK, CHEESE = "4006381333931", "96385074"  # counted by the piece; by the gram
HEADER = "store_code,gtin,on_hand,as_of\n"
SALES_HEADER = "store_code,workstation,business_day,sequence,line,gtin,quantity,occurred_at\n"
CATALOGUE = Catalogue(
    store_ids={"S1": 1, "0012": 2, "12": 3},
    store_zones={1: "America/New_York", 2: "Asia/Kathmandu", 3: "UTC"},
    gtins=np.array([96385074, 4006381333931]),
    gtin_item_ids=np.array([11, 10], np.int32),
    item_ids={"SKU-1": 10},
    decimals=np.array([0] * 11 + [3], np.int8),
)


class Trickle(io.BytesIO):
    """A source that gives a few bytes at a time, as a slow connection does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(3 if size is None or size < 0 else min(size, 3))


def feed_file(content: bytes, *, encoding: str = "utf-8", limit: int = 10**9) -> FeedFile:
    return FeedFile(lambda: io.BytesIO(content), limit, encoding)


def read_counts(
    content: str | bytes, profile: Mapping[str, object] | None = None
) -> tuple[list[tuple[int, int, int, int]], dict[int, str]]:
    """(store, item, quantity, seconds since 1970) of the good lines, and the code of each rejected line."""
    declared = read_profile("STOCK", profile or {})
    data = content if isinstance(content, bytes) else content.encode(declared.encoding)
    good: list[tuple[int, tuple[int, int, int, int]]] = []
    rejected: dict[int, str] = {}
    received = 0
    file = feed_file(data, encoding=declared.encoding)
    for rows in read_stock(file, declared, CATALOGUE, now_us=NOW_US):
        columns = (rows.store_ids, rows.item_ids, rows.quantities, rows.as_ofs // 1_000_000)
        figures = zip(*(column.tolist() for column in columns), strict=True)
        good += list(zip(rows.line_numbers.tolist(), figures, strict=True))
        rejected |= {line.line_number: line.code for line in rows.rejected}
        received += rows.received
    assert received == len(good) + len(rejected)
    return [figure for _line, figure in sorted(good)], rejected


def read_notes(
    content: str, profile: Mapping[str, object] | None = None
) -> list[tuple[str, int, tuple[int, ...]]]:
    """Code, number of lines and first lines of each note on a stock file."""
    declared = read_profile("STOCK", profile or {})
    file = feed_file(content.encode(declared.encoding), encoding=declared.encoding)
    tables = read_stock(file, declared, CATALOGUE, now_us=NOW_US)
    return [(note.code, note.count, note.line_numbers) for rows in tables for note in rows.notes]


def read_sold(content: str, profile: Mapping[str, object] | None = None) -> tuple[list[int], dict[int, str]]:
    """Signed quantities of the good lines, and the code of each rejected line."""
    declared = read_profile("SALES", profile or {})
    sold: list[tuple[int, int]] = []
    rejected: dict[int, str] = {}
    for rows in read_sales(feed_file(content.encode()), declared, CATALOGUE, Workstations(), now_us=NOW_US):
        sold += zip(rows.line_numbers.tolist(), rows.quantities.tolist(), strict=True)
        rejected |= {line.line_number: line.code for line in rows.rejected}
    return [quantity for _line, quantity in sorted(sold)], rejected
