"""Rows of promotions: what is offered, where it stands, what the store was told, what came of it."""

from promotions.models.item_lists import ItemList
from promotions.models.marks import TargetMark
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
from promotions.models.steps import PromotionStep

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
    "PromotionStep",
    "Reconciliation",
    "Redemption",
    "RelayCursor",
    "StoreOffer",
    "StoreStream",
    "TargetMark",
]
