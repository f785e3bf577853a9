"""What is wrong with a line, as a code for machines and a sentence for the partner who sent it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory.feeds.columns import FINE, NO_TIME, NOT_A_NUMBER, TOO_FINE
from inventory.feeds.gtin import has_valid_check_digit
from inventory.feeds.profiles import Profile
from inventory.feeds.records import QUANTITY_LIMIT, Flags, Int32s, Int64s
from inventory.feeds.tables import TableBlock

# Clocks of tills and warehouses run ahead a little; beyond this a time is wrong and would block newer counts.
CLOCK_TOLERANCE_US = 15 * 60 * 1_000_000


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


def check_places(findings: Findings, stores: Int32s, items: Int32s, profile: Profile) -> None:
    """Unknown stores, unknown items, and codes that are no codes."""
    findings.add_field(stores < 0, "unknown_store", "store_code", "the code of a known store")
    findings.add(items < 0, lambda line: _item_problem(findings, line, profile), field_name="item")


def _item_problem(findings: Findings, line_number: int, profile: Profile) -> tuple[str, str]:
    said = findings.said(line_number, "item")
    text = findings.table.value(line_number, "item").strip(" \t")
    if not text:
        return "bad_item", f"{said}; expected {_article(profile)}."
    if profile.item_code == "GTIN":
        digits = text.lstrip("0")
        if not text.isascii() or not text.isdigit() or not 1 < len(digits) <= 14:
            return "bad_item", f"{said}; expected a GTIN of 8, 12, 13 or 14 digits."
        if not has_valid_check_digit(digits):
            return "bad_item", f"{said}, whose check digit is wrong: it was misread."
    return "unknown_item", f"{said}; expected {_article(profile)} of a known item."


def _article(profile: Profile) -> str:
    names = {"GTIN": "a GTIN", "SKU": "the SKU", "PLU": "the PLU", "INTERNAL": "the internal code"}
    return names[profile.item_code]


def check_quantities(findings: Findings, problem: npt.NDArray[np.int8], profile: Profile) -> None:
    """Quantities that are no numbers, too fine for the item's unit, or too large."""
    if not problem.any():
        return
    sign = profile.decimal_sign or "."
    example = f"a number such as 12, -3 or 0{sign}5"
    findings.add_field(problem == NOT_A_NUMBER, "bad_number", "quantity", example)
    findings.add_field(
        problem == TOO_FINE, "bad_number", "quantity", "no more decimals than the item's unit has"
    )
    limit = f"at most {QUANTITY_LIMIT:,} of the item's smallest unit"
    findings.add_field(problem != FINE, "out_of_range", "quantity", limit)


def check_instants(
    findings: Findings, instants: Int64s, field_name: str, profile: Profile, *, now_us: int
) -> None:
    """Times that are none, and times that have not come yet."""
    written = profile.time_format or "an ISO 8601 time such as 2026-11-22T18:30:00Z"
    findings.add_field(instants == NO_TIME, "bad_time", field_name, f"{written}, on a clock that shows it")
    findings.add_field(
        instants > now_us + CLOCK_TOLERANCE_US, "future_time", field_name, "a time that has come already"
    )
