"""Reader of stock snapshots: one line says how much of an item a store holds, as of when."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from inventory.feeds.blocks import FeedFile
from inventory.feeds.columns import (
    FINE,
    NOT_TRACKED,
    instant_column,
    item_decimals,
    quantity_column,
    store_column,
)
from inventory.feeds.problems import (
    Findings,
    check_instants,
    check_places,
    check_quantities,
    find_items,
)
from inventory.feeds.profiles import Profile
from inventory.feeds.records import UNKNOWN_CODES, Catalogue, Int32s, StockRows
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
    items = find_items(table, catalogue, profile)
    decimals = item_decimals(items, catalogue.decimals)
    quantities, problem = quantity_column(
        frame["quantity"], decimals, decimal_sign=profile.decimal_sign, scale=profile.scale
    )
    as_ofs, twice = instant_column(frame["as_of"], stores, catalogue, profile)
    findings = Findings.of(table)
    check_places(findings, stores, items, profile)
    untracked = _set_aside_untracked(findings, problem)
    check_quantities(findings, problem, decimals, profile)
    if not profile.negatives:
        expected = "no negative number from this source"
        findings.add_field((quantities < 0) & (problem == FINE), "negative", "quantity", expected)
    as_ofs = check_instants(findings, as_ofs, twice, "as_of", profile, now_us=now_us)
    findings.reject()
    lines = table.line_numbers
    named = _named(table, stores, items) if table.rejected else []
    if findings.bad.any():
        good = ~findings.bad
        lines, stores, items = lines[good], stores[good], items[good]
        quantities, as_ofs = quantities[good], as_ofs[good]
    return StockRows(
        received=table.received - untracked,
        bytes_read=table.block.bytes_read,
        line_numbers=lines,
        store_ids=stores,
        item_ids=items,
        quantities=quantities.astype(np.int32),
        as_ofs=as_ofs,
        rejected=table.rejected,
        named=named,
        notes=table.notes,
    )


def _set_aside_untracked(findings: Findings, problem: npt.NDArray[np.int8]) -> int:
    """Lines that say an item is not counted here: neither a count nor wrong, so only noted; how many there are."""
    if not problem.any():
        return 0
    untracked = (problem == NOT_TRACKED) & ~findings.bad
    findings.table.note(
        untracked, "not_tracked", "Line {line}: the item is not counted there; the line was left out."
    )
    findings.bad |= untracked
    return int(untracked.sum())


def _named(table: TableBlock, stores: Int32s, items: Int32s) -> list[tuple[int, int]]:
    """(store, item) of the rejected lines, 0 where it could not be made out; an unknown code is no known item."""
    lines = np.array(
        [line.line_number for line in table.rejected if line.code not in UNKNOWN_CODES], np.int32
    )
    places = np.searchsorted(table.line_numbers, lines)
    pairs = []
    for line, place in zip(lines.tolist(), places.tolist(), strict=True):
        if place < len(table.line_numbers) and table.line_numbers[place] == line:
            pairs.append((max(int(stores[place]), 0), max(int(items[place]), 0)))
        else:
            pairs.append((0, 0))
    return pairs
