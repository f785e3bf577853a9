"""Rows of the inventory: places, items, feeds, stock."""

from inventory.models.feeds import FeedRun, FeedSource, RejectedRow
from inventory.models.items import Item, ItemIdentifier
from inventory.models.stock import StockClaim, StockLevel, StockMovement, StoreFeed, Workstation
from inventory.models.stores import Store, StoreGroup, StoreQuerySet

__all__ = [
    "FeedRun",
    "FeedSource",
    "Item",
    "ItemIdentifier",
    "RejectedRow",
    "StockClaim",
    "StockLevel",
    "StockMovement",
    "Store",
    "StoreFeed",
    "StoreGroup",
    "StoreQuerySet",
    "Workstation",
]
