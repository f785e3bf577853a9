"""The basket as single units, in coins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from promotions.rules.basket.contract import MAXIMUM_UNITS, BasketLine, BasketRefused
from promotions.rules.price import from_coins, in_coins


@dataclass(frozen=True)
class Units:
    """Every unit by number, the dearest first; equal prices by item and line, so that no input order matters.

    `line_of` is the position of the unit's line, `regular` its regular price in coins.
    """

    currency: str
    line_of: list[int]
    item_of: list[int]
    regular: list[int]
    of_item: dict[int, list[int]]

    def of(self, items: frozenset[int]) -> list[int]:
        """The units of these items, the dearest first."""
        found = [units for item, units in self.of_item.items() if item in items]
        return found[0] if len(found) == 1 else sorted(unit for units in found for unit in units)

    def worth(self, units: Iterable[int]) -> int:
        """Their regular prices together, in coins."""
        return sum(self.regular[unit] for unit in units)

    def money(self, coins: int) -> Decimal:
        return from_coins(coins, currency=self.currency)


def line_prices(line: BasketLine, *, currency: str) -> list[int]:
    """The regular prices of the line's units in coins: one for a weighed line, else one for each unit."""
    if not line.quantity.is_finite() or line.quantity <= 0:
        raise BasketRefused(f"Line {line.line_id}: the quantity is above 0.")
    if not line.unit_price.is_finite() or line.unit_price < 0:
        raise BasketRefused(f"Line {line.line_id}: the price is 0 or more.")
    if line.is_weighed:
        return [in_coins(line.quantity * line.unit_price, currency=currency)]
    if line.quantity != line.quantity.to_integral_value():
        raise BasketRefused(
            f"Line {line.line_id}: the quantity is a whole number, unless the line is weighed."
        )
    if line.quantity > MAXIMUM_UNITS:
        raise BasketRefused(f"Line {line.line_id}: a basket has at most {MAXIMUM_UNITS} units.")
    price = in_coins(line.unit_price, currency=currency)
    if from_coins(price, currency=currency) != line.unit_price:
        raise BasketRefused(f"Line {line.line_id}: the price has more decimals than {currency} has.")
    return [price] * int(line.quantity)


def units_of(lines: Sequence[BasketLine], *, currency: str) -> Units:
    """The basket taken apart.

    Raises BasketRefused for a line id that comes twice, a quantity or price that cannot be, or too many units.
    """
    if len({line.line_id for line in lines}) < len(lines):
        raise BasketRefused("Each line has an id of its own.")
    rows: list[tuple[int, int, str, int]] = []
    for position, line in enumerate(lines):
        prices = line_prices(line, currency=currency)
        if len(rows) + len(prices) > MAXIMUM_UNITS:
            raise BasketRefused(f"A basket has at most {MAXIMUM_UNITS} units.")
        rows += [(-price, line.item, line.line_id, position) for price in prices]
    rows.sort()
    of_item: dict[int, list[int]] = {}
    for unit, (_, item, _, _) in enumerate(rows):
        of_item.setdefault(item, []).append(unit)
    return Units(
        currency=currency,
        line_of=[row[3] for row in rows],
        item_of=[row[1] for row in rows],
        regular=[-row[0] for row in rows],
        of_item=of_item,
    )
