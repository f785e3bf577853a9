"""Reader of till sales: one line says what was sold or returned, with the till's own key."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from inventory.feeds.blocks import FeedFile
from inventory.feeds.columns import (
    Distinct,
    day_column,
    instant_column,
    integer_column,
    item_decimals,
    money_column,
    quantity_column,
    store_column,
    stripped,
)
from inventory.feeds.problems import Findings, check_instants, check_places, check_quantities, find_items
from inventory.feeds.profiles import Profile
from inventory.feeds.records import Catalogue, Flags, Int32s, Int64s, SalesRows
from inventory.feeds.tables import TableBlock, read_table

DAY_US = 86_400 * 1_000_000
# A business day runs past midnight and tills report late, but the sale itself is of that day or the next.
BUSINESS_DAY_TOLERANCE = 3
WORKSTATION_LENGTH = 32


@dataclass
class Workstations:
    """The tills a file names, numbered as they come: (store id, till code) → number."""

    numbers: dict[tuple[int, str], int] = field(default_factory=dict)

    def number(self, store_id: int, code: str) -> int:
        return self.numbers.setdefault((store_id, code), len(self.numbers))


def read_sales(
    file: FeedFile, profile: Profile, catalogue: Catalogue, workstations: Workstations, *, now_us: int
) -> Iterator[SalesRows]:
    """The sales of a file, block by block, filling `workstations`; `now_us` in microseconds since 1970 UTC.

    Raises FeedRefused when the file as a whole cannot be used.
    """
    typed: dict[str, type[pl.DataType]] = {"quantity": pl.Int64, "sequence": pl.Int64, "line": pl.Int64}
    if profile.item_code == "GTIN":
        typed["item"] = pl.Int64
    for table in read_table(file, profile, typed=typed):
        yield _rows(table, profile, catalogue, workstations, now_us)


def _rows(
    table: TableBlock, profile: Profile, catalogue: Catalogue, workstations: Workstations, now_us: int
) -> SalesRows:
    frame = table.frame
    stores = store_column(frame["store_code"], catalogue)
    items = find_items(table, catalogue, profile)
    decimals = item_decimals(items, catalogue.decimals)
    quantities, problem = quantity_column(
        frame["quantity"], decimals, decimal_sign=profile.decimal_sign, scale=profile.scale
    )
    if profile.quantity_sign == "SOLD_POSITIVE":
        quantities = -quantities
    instants, twice = instant_column(frame["occurred_at"], stores, catalogue, profile)
    findings = Findings.of(table)
    check_places(findings, stores, items, profile)
    check_quantities(findings, problem, decimals, profile)
    instants = check_instants(findings, instants, twice, "occurred_at", profile, now_us=now_us)
    amounts = _amounts(findings, profile)
    days, sequences, lines, tills = _keys(findings, instants, profile)
    findings.reject()
    good = ~findings.bad
    return SalesRows(
        received=table.received,
        bytes_read=table.block.bytes_read,
        line_numbers=table.line_numbers[good],
        store_ids=stores[good],
        business_days=days[good].astype(np.int32),
        workstations=_numbered(tills, stores, good, workstations),
        sequences=sequences[good],
        lines=lines[good].astype(np.int32),
        item_ids=items[good],
        quantities=quantities[good].astype(np.int32),
        occurred_ats=instants[good],
        rejected=table.rejected,
        notes=table.notes,
        amounts=None if amounts is None else amounts[good],
    )


def _amounts(findings: Findings, profile: Profile) -> Int64s | None:
    """What was paid for each line in thousandths, where the profile names a column of it."""
    if "amount" not in findings.table.header.places:
        return None
    amounts, unfit = money_column(findings.table.frame["amount"], decimal_sign=profile.decimal_sign)
    findings.add_field(unfit, "not_a_number", "amount", "an amount such as 12.99")
    return amounts


def _keys(findings: Findings, instants: Int64s, profile: Profile) -> tuple[Int64s, Int64s, Int64s, Distinct]:
    """Business day, sequence, line and till: together with the store they name a sale for ever."""
    frame = findings.table.frame
    days = day_column(frame["business_day"], date_format=profile.date_format)
    day_of_sale = instants // DAY_US
    strange = (days < day_of_sale - BUSINESS_DAY_TOLERANCE) | (days > day_of_sale + BUSINESS_DAY_TOLERANCE)
    findings.add_field(
        strange, "bad_time", "business_day", f"a date within {BUSINESS_DAY_TOLERANCE} days of the sale"
    )
    sequences, is_sequence = integer_column(frame["sequence"], digits=18)
    findings.add_field(~is_sequence, "not_a_number", "sequence", "a whole number of at most 18 digits")
    lines, is_line = integer_column(frame["line"], digits=9)
    findings.add_field(~is_line, "not_a_number", "line", "a whole number of at most 9 digits")
    tills = Distinct.of(frame["workstation"])
    texts = stripped(tills.texts)
    findings.add_missing(tills.spread((texts == "").to_numpy()), "workstation")
    unfit = (texts.str.len_chars() > WORKSTATION_LENGTH) | texts.str.contains("\0", literal=True)
    findings.add_field(
        tills.spread(unfit.to_numpy()), "bad_text", "workstation", f"at most {WORKSTATION_LENGTH} characters"
    )
    return days, sequences, lines, tills


def _numbered(tills: Distinct, stores: Int32s, good: Flags, workstations: Workstations) -> Int32s:
    """Each good row's number in `workstations`."""
    texts = stripped(tills.texts).to_list()
    places = tills.spread(np.arange(len(texts), dtype=np.int64))
    pairs, rows = np.unique((stores.astype(np.int64) * len(texts) + places)[good], return_inverse=True)
    numbers = [workstations.number(pair // len(texts), texts[pair % len(texts)]) for pair in pairs.tolist()]
    return np.array(numbers, np.int32)[rows]
