"""Rows of promotions: what is offered, where it stands, what the store was told, what came of it."""

from promotions.models.item_lists import ItemList
from promotions.models.offers import (
    Acknowledgement,
    Briefing,
    OfferChange,
    OfferItem,
    Reconciliation,
    RelayCursor,
    StoreOffer,
    StoreStream,
)
from promotions.models.promotions import Promotion, PromotionRevision
from promotions.models.redemptions import Budget, IdempotencyKey, Redemption
from promotions.models.saved_views import SavedView
from promotions.models.uploads import UploadBatch, UploadEvent, UploadRow

__all__ = [
    "Acknowledgement",
    "Briefing",
    "Budget",
    "IdempotencyKey",
    "ItemList",
    "OfferChange",
    "OfferItem",
    "Promotion",
    "PromotionRevision",
    "Reconciliation",
    "Redemption",
    "RelayCursor",
    "SavedView",
    "StoreOffer",
    "StoreStream",
    "UploadBatch",
    "UploadEvent",
    "UploadRow",
]
