"""Facts as they stand in a file, before any code is looked up: what every reader yields, whatever its format.

Three kinds that are never mixed: a count (how much is there), a movement (what left or entered), a total (what
was sold in a period); and one without a quantity, the place where an item stands. Beside them: what the document says
of itself, lines that cannot be used, and notes.

`line_number` is where a person finds the fact: the physical line of a text, the row of a sheet, the number of the
segment or of the line item from 1. Where one such place holds several facts (a column a store), `part` tells them
apart. `raw` is the place's own text, without personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from inventory.feeds.records import told_text

PlaceScheme = Literal["CODE", "GLN"]
ItemScheme = Literal["GTIN", "SKU", "PLU", "INTERNAL"]
CountState = Literal["ON_HAND", "AVAILABLE"]
# What of the stock on hand cannot be sold, and why.
WithheldState = Literal["COMMITTED", "RESERVED", "SAFETY", "DAMAGED", "QUALITY_CONTROL", "UNAVAILABLE"]
MovementKind = Literal["SALE", "RETURN", "VOID", "RECEIPT", "TRANSFER_IN", "TRANSFER_OUT", "ADJUSTMENT"]
Activity = Literal["SOLD", "RETURNED"]
# How much of a field's name and value a sentence shows.
_SHOWN = 200
Completeness = Literal["FULL", "PARTIAL", "DELTA", "EVENTS"]


class Code(NamedTuple):
    """A code as the file writes it and what kind of code it is. Text: 0012 is not 12."""

    scheme: PlaceScheme | ItemScheme
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCount:
    """How much of an item a place holds, as of when.

    `items` are the codes the item may be found by, the best first. `quantity` in `unit` (UN/ECE Rec 20, None: the
    item's own). A naive `as_of` is on the profile's clock or the store's; None: the document's, else the arrival's.
    """

    line_number: int
    place: Code
    items: tuple[Code, ...]
    quantity: Decimal
    as_of: datetime | None = None
    state: CountState = "ON_HAND"
    withheld: Mapping[WithheldState, Decimal] = field(default_factory=dict)
    unit: str | None = None
    title: str = ""
    raw: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """What left or entered a place. Store, till, business day, sequence and line name it for ever.

    `quantity` is signed from the store's view: a sale is negative. `amount` is what was paid for the line in
    `currency`, a sale positive. A naive `occurred_at` is on the profile's clock or the store's.
    """

    line_number: int
    place: Code
    items: tuple[Code, ...]
    quantity: Decimal
    kind: MovementKind
    occurred_at: datetime
    business_day: date
    workstation: str
    sequence: int
    line: int
    unit: str | None = None
    amount: Decimal | None = None
    currency: str = ""
    title: str = ""
    raw: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesTotal:
    """What a place sold (or took back) of an item from `period_start` to before `period_end`, both its own days.

    `quantity` and `amount` are as the activity counts them, so positive for what was sold. Facts of one document
    with the same key are pieces of one total and add up; a newer document replaces it.
    """

    line_number: int
    place: Code
    items: tuple[Code, ...]
    quantity: Decimal
    period_start: date
    period_end: date
    activity: Activity = "SOLD"
    unit: str | None = None
    amount: Decimal | None = None
    currency: str = ""
    title: str = ""
    raw: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPlace:
    """Where an item stands in a store, in the words people there use; empty: nowhere that is known."""

    line_number: int
    place: Code
    items: tuple[Code, ...]
    stands: str
    raw: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the document says of itself; it may come at any place of the stream, and the last word of each counts."""

    control_number: str = ""
    completeness: Completeness | None = None  # None: as the profile says
    as_of: datetime | None = None
    scope: tuple[Code, ...] = ()  # the stores it speaks for; (): those it names in its lines


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A line that cannot be used. The sentence made of it names line, field, value and what was expected.

    `told` replaces the sentence's middle where no single field is to blame. `is_held` is for a person to decide:
    nothing is wrong with the form, but it contradicts something.
    """

    line_number: int
    code: str
    field: str = ""
    value: str = ""
    expected: str = ""
    told: str = ""
    raw: str = ""
    part: int = 0
    is_held: bool = False

    @property
    def message(self) -> str:
        """`Line 7: quantity is "12 Stk"; expected a number such as 12.`"""
        if self.told:
            return told_text(f"Line {self.line_number}: {self.told}")
        field = self.field[:_SHOWN]
        said = f'{field} is "{self.value[:_SHOWN]}"' if self.value else f"{field} is empty"
        return told_text(f"Line {self.line_number}: {said}; expected {self.expected}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something worth telling about a line that was used all the same, or about the document (line 0)."""

    line_number: int
    code: str
    message: str


Quantified = StockCount | StockMovement | SalesTotal
Fact = Quantified | ItemPlace
Found = Fact | Document | BadRow | Note
