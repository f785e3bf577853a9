"""Rows of promotions: what is offered, where it stands, what the store was told, what came of it."""

from promotions.models.checks import HonourCheck
from promotions.models.codes import CodeBatch, SingleUseCode
from promotions.models.item_lists import ItemList
from promotions.models.limits import Campaign, CampaignChange, LimitCounter
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
from promotions.models.pictures import Picture
from promotions.models.promotions import Promotion, PromotionRevision
from promotions.models.rain_checks import RainCheck, RedemptionOverride
from promotions.models.redemptions import Budget, IdempotencyKey, Redemption, RedemptionChange
from promotions.models.reports import FieldReport, ReportChange
from promotions.models.saved_views import SavedView
from promotions.models.shifts import Look, NoticeDismissal, Nudge, QuizAnswer, ReadingStep
from promotions.models.shoppers import Shopper
from promotions.models.steps import PromotionStep
from promotions.models.uploads import UploadBatch, UploadEvent, UploadRow

__all__ = [
    "Acknowledgement",
    "Briefing",
    "Budget",
    "Campaign",
    "CampaignChange",
    "CodeBatch",
    "FieldReport",
    "HonourCheck",
    "IdempotencyKey",
    "ItemList",
    "LimitCounter",
    "Look",
    "NoticeDismissal",
    "Nudge",
    "OfferChange",
    "OfferItem",
    "Picture",
    "Promotion",
    "PromotionRevision",
    "PromotionStep",
    "QuizAnswer",
    "RainCheck",
    "ReadingStep",
    "Reconciliation",
    "Redemption",
    "RedemptionChange",
    "RedemptionOverride",
    "RelayCursor",
    "ReportChange",
    "SavedView",
    "Shopper",
    "SingleUseCode",
    "StoreOffer",
    "StoreStream",
    "TargetMark",
    "UploadBatch",
    "UploadEvent",
    "UploadRow",
]
