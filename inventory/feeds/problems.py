"""What is wrong with a line, as a code for machines and a sentence for the partner who sent it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from inventory.feeds.barcodes import EXPONENT, WRONG_CHECK_DIGIT, read_barcode
from inventory.feeds.columns import (
    FINE,
    NO_TIME,
    NOT_A_NUMBER,
    NOT_TRACKED,
    TOO_FINE,
    TWO_WAYS,
    gtin_items,
    item_column,
    lost_zeros,
    stripped,
)
from inventory.feeds.gtin import has_valid_check_digit
from inventory.feeds.numbers import expected_figure
from inventory.feeds.profiles import Profile
from inventory.feeds.records import QUANTITY_LIMIT, Catalogue, FeedRefused, Flags, Int32s, Int64s
from inventory.feeds.tables import TableBlock

# Clocks of tills and warehouses run ahead a little; beyond this a time is wrong and would block newer counts.
CLOCK_TOLERANCE_US = 15 * 60 * 1_000_000
# A GTIN below this may have lost zeros: it has 11 digits or fewer.
SHORTEST_WHOLE = 10**11


@dataclass
class Findings:
    """The first thing wrong with each row of a block; `explain` builds the sentence only where needed."""

    table: TableBlock
    bad: Flags
    _explained: list[tuple[int, str, str, str]]

    @classmethod
    def of(cls, table: TableBlock) -> "Findings":
        return cls(table, np.zeros(table.frame.height, bool), [])

    def add(self, rows: Flags, explain: Callable[[int], tuple[str, str]], *, field_name: str = "") -> None:
        """Mark rows not marked before for one field; `explain(line_number)` gives code and sentence."""
        fresh = rows & ~self.bad
        if not fresh.any():
            return
        self.bad |= fresh
        for line_number in self.table.line_numbers[fresh].tolist():
            self._explained.append((line_number, *explain(line_number), field_name))

    def add_missing(self, rows: Flags, field_name: str) -> None:
        """Mark rows whose text is empty."""
        told = f"{self._called(field_name)} is empty."
        self.add(rows, lambda _: ("missing_value", told), field_name=field_name)

    def add_field(self, rows: Flags, code: str, field_name: str, expected: str) -> None:
        """Mark rows where one field has an unusable value."""
        self.add(
            rows,
            lambda line: (code, f"{self.said(line, field_name)}; expected {expected}."),
            field_name=field_name,
        )

    def said(self, line_number: int, field_name: str) -> str:
        """`on_hand is "12 Stk"`, with the file's own column name."""
        name, value = self._called(field_name), self.table.value(line_number, field_name)
        return f'{name} is "{value}"' if value else f"{name} is empty"

    def _called(self, field_name: str) -> str:
        return self.table.header.names[self.table.header.places[field_name]]

    def reject(self) -> None:
        """Hand every marked row to the block's rejections."""
        for line_number, code, message, field_name in self._explained:
            self.table.reject(line_number, code, message, field_name=field_name)


def find_items(table: TableBlock, catalogue: Catalogue, profile: Profile) -> Int32s:
    """The id of each row's item, -1 where it is unknown; what was mended is noted.

    Cells that hold no bare GTIN (element strings, links, UPC-E) are read one by one.
    """
    column = table.frame["item"]
    items = item_column(column, catalogue, item_code=profile.item_code)
    if profile.item_code != "GTIN" or not len(column):
        return items
    if (items < 0).any():
        items = _by_barcode(table, items, catalogue, profile.region)
    if column.dtype == pl.String:
        numbers = stripped(column).cast(pl.Int64, strict=False).fill_null(-1).to_numpy()
    else:
        numbers = column.to_numpy()
    # Where no number is short enough nobody needs to look how it was written.
    if (numbers < SHORTEST_WHOLE).any():
        lost = lost_zeros(numbers, table.lengths("item")) & (items >= 0)
        table.note(
            lost,
            "repaired_leading_zero",
            "Line {line}: the GTIN had lost its leading zeros; they were put back.",
        )
    return items


def _by_barcode(table: TableBlock, items: Int32s, catalogue: Catalogue, region: str | None) -> Int32s:
    rows = np.flatnonzero(items < 0)
    read: dict[str, int] = {}
    for row in rows.tolist():
        text = table.value(int(table.line_numbers[row]), "item").strip(" \t")
        if text not in read:
            gtins = np.array([int(gtin) for gtin in read_barcode(text, region=region).candidates], np.int64)
            found = gtin_items(gtins, catalogue)
            read[text] = int(found[found >= 0][0]) if (found >= 0).any() else -1
        if read[text] >= 0:
            items[row] = read[text]
    return items


def check_places(findings: Findings, stores: Int32s, items: Int32s, profile: Profile) -> None:
    """Unknown stores, unknown items, and codes that are no codes."""
    findings.add_field(stores < 0, "unknown_store", "store_code", "the code of a known store")
    findings.add(items < 0, lambda line: _item_problem(findings, line, profile), field_name="item")


def _item_problem(findings: Findings, line_number: int, profile: Profile) -> tuple[str, str]:
    said = findings.said(line_number, "item")
    text = findings.table.value(line_number, "item").strip(" \t")
    if not text:
        return "no_item_key", f"{said}; expected {_article(profile)}."
    if profile.item_code == "GTIN":
        problem = read_barcode(text, region=profile.region).problem
        if problem == WRONG_CHECK_DIGIT:
            return problem, f"{said}, whose check digit is wrong: it was misread."
        if problem == EXPONENT:
            return problem, f"{said}: a spreadsheet made a number of it; expected all digits of the GTIN."
        if problem and not _looks_like_gtin(text):
            return "bad_item", f"{said}; expected a GTIN of 8, 12, 13 or 14 digits."
    return "unknown_item", f"{said}; expected {_article(profile)} of a known item."


def _looks_like_gtin(text: str) -> bool:
    """Digits with their check digit, however many leading zeros they lost: they may become known."""
    digits = text.lstrip("0")
    return text.isascii() and text.isdigit() and 1 < len(digits) <= 14 and has_valid_check_digit(digits)


def _article(profile: Profile) -> str:
    names = {"GTIN": "a GTIN", "SKU": "the SKU", "PLU": "the PLU", "INTERNAL": "the internal code"}
    return names[profile.item_code]


def check_quantities(
    findings: Findings, problem: npt.NDArray[np.int8], decimals: npt.NDArray[np.int8], profile: Profile
) -> None:
    """Quantities that are no numbers, too fine for the item's unit, or too large.

    Raises FeedRefused for a figure that can be read two ways: then all of the file can.
    """
    if not problem.any():
        return
    two_ways = np.flatnonzero((problem == TWO_WAYS) & ~findings.bad)
    if len(two_ways):
        line = int(findings.table.line_numbers[two_ways[0]])
        raise FeedRefused(
            "locale_undeclared",
            f"Line {line}: {findings.said(line, 'quantity')}, which can be read two ways: the profile must "
            'declare "decimal_sign" as "." or ",".',
        )
    expected = expected_figure(profile.decimal_sign)
    findings.add_field(
        (problem == NOT_A_NUMBER) | (problem == NOT_TRACKED), "not_a_number", "quantity", expected
    )
    too_fine = problem == TOO_FINE
    findings.add_field(
        too_fine & (decimals == 0), "uom_mismatch", "quantity", "a whole number, as the item is counted"
    )
    findings.add_field(too_fine, "not_a_number", "quantity", "no more decimals than the item's unit has")
    limit = f"at most {QUANTITY_LIMIT:,} of the item's smallest unit"
    findings.add_field(problem != FINE, "out_of_range", "quantity", limit)


def check_instants(
    findings: Findings,
    instants: Int64s,
    twice: Flags | None,
    field_name: str,
    profile: Profile,
    *,
    now_us: int,
) -> Int64s:
    """Times that are none, and times that have not come yet; the instants as they are used.

    Clocks run ahead a little: a time within the tolerance counts as now, and a clock's hour that exists twice is
    the later one; both are noted.
    """
    written = profile.time_format or "an ISO 8601 time such as 2026-11-22T18:30:00Z"
    findings.add_field(instants == NO_TIME, "bad_time", field_name, f"{written}, on a clock that shows it")
    ahead = instants > now_us
    if ahead.any():
        findings.add_field(
            instants > now_us + CLOCK_TOLERANCE_US, "future", field_name, "a time that has come already"
        )
        instants = np.minimum(instants, now_us)
        findings.table.note(
            ahead & ~findings.bad,
            "clamped",
            "Line {line}: the time is a little ahead of our clock and was taken as now.",
        )
    if twice is not None:
        findings.table.note(
            twice & ~findings.bad,
            "ambiguous_time",
            "Line {line}: the time stood on the clock twice and was read as the later one.",
        )
    return instants
