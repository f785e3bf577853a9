"""A document's facts with their codes looked up, as growing columns of integers."""

from array import array
from dataclasses import dataclass, field

from inventory.feeds.facts import Document
from inventory.imports.documents.standing import SaidPlace
from inventory.imports.documents.totals import TotalKey, TotalSum
from inventory.imports.documents.withheld import WithheldFact

NO_TIME = -(2**63)


@dataclass
class Columns:
    """One kind of fact as growing columns of integers; `numbers` are the facts' numbers in the spool."""

    stores: "array[int]" = field(default_factory=lambda: array("i"))
    items: "array[int]" = field(default_factory=lambda: array("i"))
    quantities: "array[int]" = field(default_factory=lambda: array("q"))
    instants: "array[int]" = field(default_factory=lambda: array("q"))
    numbers: "array[int]" = field(default_factory=lambda: array("i"))

    def add(self, *, store: int, item: int, quantity: int, instant: int, number: int) -> None:
        self.stores.append(store)
        self.items.append(item)
        self.quantities.append(quantity)
        self.instants.append(instant)
        self.numbers.append(number)


@dataclass
class MovementColumns(Columns):
    """Movements with the rest of their key, their kind, and thousandths of money."""

    days: "array[int]" = field(default_factory=lambda: array("i"))
    workstations: "array[int]" = field(default_factory=lambda: array("i"))
    sequences: "array[int]" = field(default_factory=lambda: array("q"))
    lines: "array[int]" = field(default_factory=lambda: array("i"))
    kinds: "array[int]" = field(default_factory=lambda: array("h"))
    amounts: "array[int]" = field(default_factory=lambda: array("q"))


@dataclass
class Gathered:
    """A whole document, looked up."""

    counts: Columns = field(default_factory=Columns)
    movements: MovementColumns = field(default_factory=MovementColumns)
    totals: dict[TotalKey, TotalSum] = field(default_factory=dict)
    places: dict[tuple[int, int], SaidPlace] = field(default_factory=dict)
    withheld: list[WithheldFact] = field(default_factory=list)
    tills: dict[tuple[int, str], int] = field(default_factory=dict)
    document: Document = field(default_factory=Document)
    # (store, item) of rejected lines: a FULL file has not left these out. Item 0: it could be any of the store's.
    named: set[tuple[int, int]] = field(default_factory=set)
