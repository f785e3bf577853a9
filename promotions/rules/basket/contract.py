"""What goes into a quote and what comes out of it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from promotions.rules.price import Benefit
from promotions.rules.words import Concurrence, Reason

MAXIMUM_UNITS = 2_000


class BasketRefused(ValueError):
    """The basket cannot be quoted; the sentence says which line and what is expected."""


class ConcurrencyModel(StrEnum):
    """How BEST_PRICE and COMPOUNDED deals meet, within one priority and across (D365 Commerce's two models)."""

    WITHIN_PRIORITY = "WITHIN_PRIORITY"  # best price and compound within a priority, never across
    ACROSS_PRIORITIES = "ACROSS_PRIORITIES"  # one deal a unit within a priority, always compound across


@dataclass(frozen=True)
class BasketLine:
    """What the shopper brings: whole units of one item, or a weighed piece, which is one unit whatever it weighs.

    `unit_price` is the regular price of one unit of sale in the basket's currency.
    """

    line_id: str
    item: int
    quantity: Decimal
    unit_price: Decimal
    is_weighed: bool = False


@dataclass(frozen=True)
class BundlePart:
    """So many units of any of these items belong to one set."""

    quantity: int
    items: frozenset[int]


@dataclass(frozen=True)
class BasketDeal:
    """A deal that may concern the basket, with the items it covers in this store.

    `rewards` are the items of NAMED rewards, or the gift of FREE_GIFT_WITH_ITEM_ID. `refusals` is what the caller
    found against it (window, hours, channel, code, member, budget). `combines_with` holds tags or promotion ids of
    the deals it may share a unit with; empty means any. `money_left` is what is left of its money budget.
    """

    promotion_id: str
    benefit: Benefit
    items: frozenset[int]
    rewards: frozenset[int] = frozenset()
    parts: tuple[BundlePart, ...] = ()
    concurrence: Concurrence = Concurrence.BEST_PRICE
    priority: int = 0
    tags: frozenset[str] = frozenset()
    combines_with: frozenset[str] = frozenset()
    refusals: tuple[Reason, ...] = ()
    money_left: Decimal | None = None


@dataclass(frozen=True)
class Lack:
    """One reason why a deal does not apply, with the facts of its sentence.

    `needs` and `has` are units for MINIMUM_QUANTITY, BUNDLE_INCOMPLETE and REWARD_MISSING, money for
    MINIMUM_PURCHASE and PRICE_ABOVE_LIMIT (the limit, and the cheapest unit). `by` are the deals that took the
    units of a deal that is BEATEN or EXCLUDED_BY; `saving` is what a BEATEN deal would have given alone.
    """

    reason: Reason
    needs: Decimal | None = None
    has: Decimal | None = None
    by: tuple[str, ...] = ()
    saving: Decimal | None = None


@dataclass(frozen=True)
class DealShare:
    """What one deal takes off one line; nothing where the line's units only count towards it ("buy 2 …")."""

    promotion_id: str
    discount: Decimal
    units: int


@dataclass(frozen=True)
class QuotedLine:
    """One line: total = regular − discount, and the discount is the sum of the deals' shares."""

    line_id: str
    regular: Decimal
    discount: Decimal
    total: Decimal
    deals: tuple[DealShare, ...]


@dataclass(frozen=True)
class Winner:
    """A deal that applies. `units` are those that take part; `gift` (words or SKU) is to be handed out."""

    promotion_id: str
    discount: Decimal
    units: int
    gift: str = ""
    gift_value: Decimal | None = None


@dataclass(frozen=True)
class Loser:
    """A deal that does not apply, and everything found against it."""

    promotion_id: str
    lacks: tuple[Lack, ...]


@dataclass(frozen=True)
class Quote:
    """What the basket costs. Lines come in the order given, winners and losers by id; each deal is one of them.

    `is_exact` is False when the search for the lowest total was cut short: the prices hold, but another
    combination of the deals might have been better still.
    """

    currency: str
    lines: tuple[QuotedLine, ...]
    regular: Decimal
    discount: Decimal
    total: Decimal
    winners: tuple[Winner, ...]
    losers: tuple[Loser, ...]
    is_exact: bool

    @property
    def gifts(self) -> tuple[Winner, ...]:
        """The winners that put a gift into the shopper's hand."""
        return tuple(winner for winner in self.winners if winner.gift)
