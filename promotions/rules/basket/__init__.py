"""Quote."""

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
