"""The deals of a basket: which units get which, what each line costs, why every other deal does not apply.

`quote_basket` is the whole of it; omnistore/docs/deals.md tells it at length, with a table worked by hand.

**Units.** A line of n pieces is n units; a weighed line is one, at round(quantity × unit price). All money is whole
coins of the currency, halves up: a discount on each unit is rounded on each unit, one on a sum is rounded once and
shared out over its units by largest remainder. "The dearest first" is by price, then item, then line.

**Conditions** look at the deal's own units in the basket at regular prices, whoever else takes them: `limit_value`
(dearer units take no part at all), minimum_purchase, minimum_quantity, the step of a tiered deal.

**Kinds.** A deal is a cut (fixed price, money, percent) on *each* unit; *once* on the sum of its units (applies_to
BASKET); or on *sets*, as many whole ones as there are units, formed from the dearest down: on the last N of M + N units
(N cheapest, or N of the named rewards), on the sum of M, on the sum of one bundle. A set that saves nothing is left
alone. `limit_quantity` units at most get something off, the dearest; `money_left` caps the deal in the basket.

**Competition** runs by level (deals on items, then those on the basket or with a minimum_purchase), in each by priority
from high to low, in each the EXCLUSIVE ones first, then the others. Who touched a unit at an earlier stage decides
who may still touch it: nobody after an exclusive deal, no exclusive deal after anybody, and

- WITHIN_PRIORITY: no deal of a lower priority of that level; at the same priority COMPOUNDED deals share a unit with
  COMPOUNDED ones; a COMPOUNDED basket deal comes on top of COMPOUNDED item deals. BEST_PRICE is alone on its unit.
- ACROSS_PRIORITIES: one deal a unit at each level and priority; those of the next come on top.

In both, deals with a `combines_with` share a unit only with deals whose id or tag it names.

**A stage** takes the lowest total there is (equal ones: fewer deals, then ids) over every set of *joint* deals (once,
in sets, or with a limit or budget that binds here), which claim units in the order fixed price, money, percent, id; and
for every unit the *unit* deals that make it cheapest beside the claims on it, as many as may share it. Prices then
come about in this order: prices of bundles; on each unit fixed price, money, percent; what is taken off sums or has to
fit a budget. The search is exact up to a budget of effort; `Quote.is_exact` says whether it got through.

**Gifts** are handed out at the end and take nothing off a price; a gift that lies in the basket is one unit free.
"""

from promotions.rules.basket.contract import (
    MAXIMUM_UNITS,
    BasketDeal,
    BasketLine,
    BasketRefused,
    BundlePart,
    ConcurrencyModel,
    DealShare,
    Lack,
    Loser,
    Quote,
    QuotedLine,
    Winner,
)
from promotions.rules.basket.quoting import quote_basket

__all__ = [
    "MAXIMUM_UNITS",
    "BasketDeal",
    "BasketLine",
    "BasketRefused",
    "BundlePart",
    "ConcurrencyModel",
    "DealShare",
    "Lack",
    "Loser",
    "Quote",
    "QuotedLine",
    "Winner",
    "quote_basket",
]
