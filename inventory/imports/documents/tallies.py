"""What a document said in sum, place by place as it writes them: for the person who compares it with the sender."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from inventory.feeds.facts import Fact, ItemPlace, SalesTotal, StockCount, StockMovement

PLACES_KEPT = 500
# How much of a place's code is told; ours are shorter.
_SHOWN = 128
NAMES: dict[type[Fact], str] = {
    StockCount: "counts", StockMovement: "movements", SalesTotal: "totals", ItemPlace: "item_places",
}  # fmt: skip


@dataclass
class _Sum:
    facts: int = 0
    quantity: Decimal = Decimal(0)
    amount: Decimal | None = None

    def add(self, quantity: Decimal, amount: Decimal | None) -> None:
        self.facts += 1
        self.quantity += quantity
        if amount is not None:
            self.amount = (self.amount or Decimal(0)) + amount

    def as_json(self) -> dict[str, Any]:
        amount = None if self.amount is None else f"{self.amount:f}"
        return {"facts": self.facts, "quantity": f"{self.quantity:f}", "amount": amount}


@dataclass
class Tally:
    """Sums of the facts as read, before any code is looked up: quantities in the units of the file."""

    by_kind: dict[str, _Sum] = field(default_factory=dict)
    by_place: dict[tuple[str, str], _Sum] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        """One fact more."""
        quantity = Decimal(0) if isinstance(fact, ItemPlace) else fact.quantity
        amount = None if isinstance(fact, StockCount | ItemPlace) else fact.amount
        kind = NAMES[type(fact)]
        self.by_kind.setdefault(kind, _Sum()).add(quantity, amount)
        self.by_place.setdefault((fact.place.text[:_SHOWN], kind), _Sum()).add(quantity, amount)

    def as_json(self) -> dict[str, Any]:
        """{"counts": {facts, quantity, amount}, …, "places": [{place, kind, facts, quantity, amount}, …]}."""
        places = [
            {"place": place, "kind": kind, **total.as_json()}
            for (place, kind), total in list(self.by_place.items())[:PLACES_KEPT]
        ]
        return {kind: total.as_json() for kind, total in self.by_kind.items()} | {"places": places}
