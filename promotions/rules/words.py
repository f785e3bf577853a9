"""The vocabulary of promotions; Google Merchant's names and ARTS's where they have one."""

from enum import StrEnum


class CouponValueType(StrEnum):
    """What the shopper gains. The first two are Google's; a fixed price is the shop floor's."""

    PERCENT_OFF = "PERCENT_OFF"
    MONEY_OFF = "MONEY_OFF"
    FIXED_PRICE = "FIXED_PRICE"


class OfferType(StrEnum):
    NO_CODE = "NO_CODE"
    GENERIC_CODE = "GENERIC_CODE"


class RedemptionChannel(StrEnum):
    IN_STORE = "IN_STORE"
    ONLINE = "ONLINE"


class ProductApplicability(StrEnum):
    ALL_PRODUCTS = "ALL_PRODUCTS"
    SPECIFIC_PRODUCTS = "SPECIFIC_PRODUCTS"


class StoreApplicability(StrEnum):
    ALL_STORES = "ALL_STORES"
    SPECIFIC_STORES = "SPECIFIC_STORES"


class PromotionState(StrEnum):
    """The promotion as a whole: LIVE when its window is open in at least one store."""

    DRAFT = "DRAFT"
    PENDING = "PENDING"
    LIVE = "LIVE"
    EXPIRED = "EXPIRED"
    STOPPED = "STOPPED"


class OfferState(StrEnum):
    """One promotion in one store."""

    READY = "READY"  # can be honoured as soon as its window opens
    LIVE = "LIVE"
    LOW_STOCK = "LOW_STOCK"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    NOT_STOCKED = "NOT_STOCKED"  # no source has ever counted any of its items here
    BLOCKED = "BLOCKED"  # cannot be honoured for a reason named in its issues
    STOPPED = "STOPPED"
    EXPIRED = "EXPIRED"


OVER = frozenset({OfferState.STOPPED, OfferState.EXPIRED})


class ChangeReason(StrEnum):
    """Why a store offer changed."""

    PUBLISHED = "PUBLISHED"
    REVISED = "REVISED"
    STOPPED = "STOPPED"
    NO_LONGER_TARGETED = "NO_LONGER_TARGETED"
    WINDOW_OPENED = "WINDOW_OPENED"
    WINDOW_CLOSED = "WINDOW_CLOSED"
    STOCK = "STOCK"
    BUDGET_SPENT = "BUDGET_SPENT"
    RECONCILED = "RECONCILED"


class Outcome(StrEnum):
    """What the associate may say."""

    HONOUR = "HONOUR"
    CHECK_SHELF = "CHECK_SHELF"
    OFFER_ALTERNATIVE = "OFFER_ALTERNATIVE"
    REFUSE = "REFUSE"
    UNKNOWN = "UNKNOWN"


class Reason(StrEnum):
    """Why: facts found on the way to an outcome."""

    MISREAD_CODE = "MISREAD_CODE"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    NO_DEAL = "NO_DEAL"
    NOT_STARTED = "NOT_STARTED"
    ENDED = "ENDED"
    STOPPED = "STOPPED"
    NOT_THIS_STORE = "NOT_THIS_STORE"
    ONLINE_ONLY = "ONLINE_ONLY"
    BUDGET_SPENT = "BUDGET_SPENT"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    ITEM_NOT_IN_DEAL = "ITEM_NOT_IN_DEAL"
    NOT_STOCKED = "NOT_STOCKED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    STALE_STOCK = "STALE_STOCK"
    LOW_STOCK = "LOW_STOCK"
    CODE_NEEDED = "CODE_NEEDED"
    MINIMUM_PURCHASE = "MINIMUM_PURCHASE"
    VALID = "VALID"
