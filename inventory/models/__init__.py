"""Rows of the inventory: places, items, feeds, stock."""

from inventory.models.alerts import FeedAlert
from inventory.models.decisions import ManualCount, PrecedenceChange
from inventory.models.feeds import FeedRun, FeedSource
from inventory.models.items import Item, ItemIdentifier, Unit
from inventory.models.places import StoreItemPlace
from inventory.models.quarantine import CodeMapping, RejectedRow
from inventory.models.reservations import Reservation, ReservationChange
from inventory.models.stock import (
    SalesTotal,
    StockClaim,
    StockConflict,
    StockLevel,
    StockMovement,
    StockWithheld,
    StoreFeed,
    Workstation,
)
from inventory.models.stores import Store, StoreGroup, StoreQuerySet
from inventory.models.webhooks import WebhookEvent

__all__ = [
    "CodeMapping",
    "FeedAlert",
    "FeedRun",
    "FeedSource",
    "Item",
    "ItemIdentifier",
    "ManualCount",
    "PrecedenceChange",
    "RejectedRow",
    "Reservation",
    "ReservationChange",
    "SalesTotal",
    "StockClaim",
    "StockConflict",
    "StockLevel",
    "StockMovement",
    "StockWithheld",
    "Store",
    "StoreFeed",
    "StoreGroup",
    "StoreItemPlace",
    "StoreQuerySet",
    "Unit",
    "WebhookEvent",
    "Workstation",
]
