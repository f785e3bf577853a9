"""What the readers hand over: arrays of good rows, rejected lines, and the refusal of a whole file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Stands for "no level" where a quantity would stand; no quantity can be this low.
ABSENT = -(2**31)
NO_AMOUNT = -(2**63)
# The largest quantity a line may carry, in the item's smallest unit.
QUANTITY_LIMIT = 999_999_999

# A sentence is for a person to read, however much of a file it quotes.
TOLD_LIMIT = 1_000

# Why a line waits for a person to say what its store's or item's code stands for.
UNKNOWN_CODES = ("unknown_store", "unknown_item")


def told_text(text: str) -> str:
    """A sentence that may quote a file, as it is kept and shown: NUL and halves of characters visible, not endless."""
    if len(text) > TOLD_LIMIT:
        text = text[: TOLD_LIMIT - 1] + "…"
    if "\0" in text or not text.isascii():
        text = text.replace("\0", "\u2400").encode("utf-8", "backslashreplace").decode("utf-8")
    return text


class FeedRefused(Exception):
    """The whole file cannot be used. `code` is for machines, `message` for the person who sent it.

    `facts` go with them as JSON, such as the store codes nobody knows. The message may quote what the file holds:
    it is cut, and what no database keeps is made visible.
    """

    def __init__(self, code: str, message: str, *, facts: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.message = told_text(message)
        super().__init__(f"{code}: {self.message}")
        self.facts = dict(facts or {})


class FeedHeld(Exception):
    """The file is sound, but a person should look before it is used; `preview` is what it would do, as JSON."""

    def __init__(self, code: str, message: str, *, preview: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.preview = dict(preview or {})


@dataclass(frozen=True, slots=True)
class Noted:
    """Lines that were used all the same, or left out without being wrong: why, how many, the first few."""

    code: str
    message: str
    line_numbers: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line that could not be used; `line_number` is the physical line, the header being 1.

    `part` tells facts of one line apart. `unknown_code` is the store or item code nobody has mapped yet.
    `record` is the fact as a JSON object where the line's own text cannot be sent in again.
    """

    line_number: int
    code: str
    message: str
    raw: str
    part: int = 0
    field_name: str = ""
    unknown_code: str = ""
    record: Mapping[str, object] | None = None


@dataclass(frozen=True)
class LevelChanges:
    """Levels that differ from before: equal-length int32 arrays, each (store, item) at most once.

    `old` is ABSENT where the store had no level, `new` where it has none any more. Quantities are in
    the item's smallest unit.
    """

    store_ids: Int32s
    item_ids: Int32s
    old: Int32s
    new: Int32s

    def __len__(self) -> int:
        return len(self.store_ids)


NO_CHANGES = LevelChanges(*(np.empty(0, np.int32) for _column in range(4)))


@dataclass(frozen=True)
class Catalogue:
    """What a file's codes mean: the stores and items known when the load began.

    GTINs are looked up by number (`gtins` ascending, `gtin_item_ids` beside it), other codes by text.
    `decimals` says for each item id how many decimals its unit has. `item_aliases` are item ids by codes of this
    source alone, which a person has mapped; for GTINs those that are no numbers.
    """

    store_ids: Mapping[str, int]
    store_zones: Mapping[int, str]
    gtins: Int64s
    gtin_item_ids: Int32s
    item_ids: Mapping[str, int]
    decimals: npt.NDArray[np.int8]
    item_aliases: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class StockRows:
    """The good counts of one block, in file order. `as_ofs` are microseconds since 1970 UTC.

    `received` are the good and the rejected ones; a line without a count is only noted.
    """

    received: int
    bytes_read: int
    line_numbers: Int32s
    store_ids: Int32s
    item_ids: Int32s
    quantities: Int32s
    as_ofs: Int64s
    rejected: list[Rejected]
    # (store, item) of rejected lines, 0 for what could not be made out: a FULL file has not left these out.
    named: list[tuple[int, int]] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)


@dataclass(frozen=True)
class SalesRows:
    """The good sales of one block, in file order.

    `business_days` are days since 1970; `workstations` are the numbers the reader gave to the tills;
    `quantities` are signed from the store's view; `occurred_ats` are microseconds since 1970 UTC. `amounts` are
    thousandths of money, NO_AMOUNT where a line says nothing; None where no line does.
    """

    received: int
    bytes_read: int
    line_numbers: Int32s
    store_ids: Int32s
    business_days: Int32s
    workstations: Int32s
    sequences: Int64s
    lines: Int32s
    item_ids: Int32s
    quantities: Int32s
    occurred_ats: Int64s
    rejected: list[Rejected]
    notes: list[Noted] = field(default_factory=list)
    amounts: Int64s | None = None
