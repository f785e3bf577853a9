"""Reader of stock snapshots: one line says how much of an item a store holds, as of when."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from inventory.feeds.blocks import FeedFile
from inventory.feeds.columns import instant_column, item_column, item_decimals, quantity_column, store_column
from inventory.feeds.problems import Findings, check_instants, check_places, check_quantities
from inventory.feeds.profiles import Profile
from inventory.feeds.records import Catalogue, Int32s, StockRows
from inventory.feeds.tables import TableBlock, read_table


def read_stock(file: FeedFile, profile: Profile, catalogue: Catalogue, *, now_us: int) -> Iterator[StockRows]:
    """The counts of a file, block by block; `now_us` in microseconds since 1970 UTC.

    Raises FeedRefused when the file as a whole cannot be used.
    """
    typed: dict[str, type[pl.DataType]] = {"quantity": pl.Int64}
    if profile.item_code == "GTIN":
        typed["item"] = pl.Int64
    for table in read_table(file, profile, typed=typed):
        yield _rows(table, profile, catalogue, now_us)


def _rows(table: TableBlock, profile: Profile, catalogue: Catalogue, now_us: int) -> StockRows:
    frame = table.frame
    stores = store_column(frame["store_code"], catalogue)
    items = item_column(frame["item"], catalogue, item_code=profile.item_code)
    quantities, problem = quantity_column(
        frame["quantity"], item_decimals(items, catalogue.decimals), decimal_sign=profile.decimal_sign or "."
    )
    as_ofs = instant_column(frame["as_of"], stores, catalogue, profile)
    findings = Findings.of(table)
    check_places(findings, stores, items, profile)
    check_quantities(findings, problem, profile)
    check_instants(findings, as_ofs, "as_of", profile, now_us=now_us)
    findings.reject()
    lines = table.line_numbers
    named = _named(table, stores, items) if table.rejected else []
    if findings.bad.any():
        good = ~findings.bad
        lines, stores, items = lines[good], stores[good], items[good]
        quantities, as_ofs = quantities[good], as_ofs[good]
    return StockRows(
        received=table.received,
        bytes_read=table.block.bytes_read,
        line_numbers=lines,
        store_ids=stores,
        item_ids=items,
        quantities=quantities.astype(np.int32),
        as_ofs=as_ofs,
        rejected=table.rejected,
        named=named,
    )


def _named(table: TableBlock, stores: Int32s, items: Int32s) -> list[tuple[int, int]]:
    """(store, item) of the rejected lines, 0 where it could not be made out; an unknown code is no known item."""
    places = {line: place for place, line in enumerate(table.line_numbers.tolist())}
    pairs = []
    for line in table.rejected:
        place = places.get(line.line_number)
        if line.code in ("unknown_item", "unknown_store"):
            continue
        pairs.append((0, 0) if place is None else (max(int(stores[place]), 0), max(int(items[place]), 0)))
    return pairs
