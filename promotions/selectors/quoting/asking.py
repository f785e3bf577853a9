"""What somebody asks a quote for, with its codes looked up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory.models import Item, ItemIdentifier, Store, Unit
from inventory.selectors import find_items
from promotions.rules.basket import BasketLine


@dataclass(frozen=True)
class AskedLine:
    """One line: a GTIN in any form, PLU or SKU, how many units of sale, and the shelf price where it is told."""

    line_id: str
    item: str
    quantity: Decimal
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class AskedBasket:
    """The lines, the codes the shopper shows, and whether a member of the loyalty programme buys."""

    lines: Sequence[AskedLine]
    codes: frozenset[str] = frozenset()
    is_member: bool = False


class BasketUnknown(ValueError):
    """Lines that cannot be priced: sentences by the line's place."""

    def __init__(self, errors: Mapping[int, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class NamedItem:
    """An item of the basket with everything a list of items may name it by."""

    item: Item
    codes: frozenset[str]

    def is_named(self, names: Sequence[str]) -> bool:
        """By SKU or any identifier; GTINs also in their shorter forms."""
        return any(name in self.codes or name.zfill(14) in self.codes for name in names)

    def is_of(self, part: Mapping[str, Sequence[str]]) -> bool:
        """Whether a part of a bundle means it; a product type includes what is below it."""
        item = self.item
        return (
            self.is_named(part.get("item_id") or ())
            or item.brand in (part.get("brand") or ())
            or item.item_group_id in (part.get("item_group_id") or ())
            or any(
                item.product_type == kind or item.product_type.startswith(f"{kind} > ")
                for kind in part.get("product_type") or ()
            )
        )


@dataclass(frozen=True)
class Basket:
    """The basket with its items: lines for the rules, and the items they name by id."""

    lines: tuple[BasketLine, ...]
    items: Mapping[int, NamedItem]


def look_up(asked: AskedBasket, *, store: Store) -> Basket:
    """The asked lines with their items and prices. Raises BasketUnknown for what has no item or no price."""
    found = find_items({line.item for line in asked.lines})
    errors, lines = {}, []
    for place, line in enumerate(asked.lines):
        item = found.get(line.item)
        if item is None:
            errors[place] = f"No item has the code {line.item}."
            continue
        price = line.unit_price
        if price is None and item.price_currency == store.currency:
            price = item.regular_price
        if price is None:
            errors[place] = f"{item.title} has no price in {store.currency}; give one."
            continue
        is_weighed = item.unit != Unit.EACH
        lines.append(BasketLine(line.line_id, item.pk, line.quantity, price, is_weighed))
    if errors:
        raise BasketUnknown(errors)
    return Basket(tuple(lines), named_items(found.values()))


def named_items(items: Iterable[Item]) -> dict[int, NamedItem]:
    """Items with all their codes, in one query."""
    by_id = {item.pk: item for item in items}
    codes = {pk: {item.sku} for pk, item in by_id.items()}
    for pk, value in ItemIdentifier.objects.filter(item__in=by_id).values_list("item_id", "value"):
        codes[pk].add(value)
    return {pk: NamedItem(item, frozenset(codes[pk])) for pk, item in by_id.items()}
