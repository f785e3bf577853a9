"""A basket in a store: what it costs under the deals that hold there now, and why the others do not."""

from promotions.selectors.quoting.asking import AskedBasket, AskedLine, BasketUnknown
from promotions.selectors.quoting.quoting import StoreQuote, quote_for

__all__ = ["AskedBasket", "AskedLine", "BasketUnknown", "StoreQuote", "quote_for"]
