"""The vocabulary of promotions; Google Merchant's names and ARTS's where they have one."""

from enum import StrEnum


class CouponValueType(StrEnum):
    """What the shopper gains. Google Merchant's kinds; the prices, the bundle and the tiers are the shop floor's."""

    PERCENT_OFF = "PERCENT_OFF"
    MONEY_OFF = "MONEY_OFF"
    FIXED_PRICE = "FIXED_PRICE"
    BUY_M_GET_N_PERCENT_OFF = "BUY_M_GET_N_PERCENT_OFF"  # 100 % is "N free"
    BUY_M_GET_N_MONEY_OFF = "BUY_M_GET_N_MONEY_OFF"
    BUY_M_GET_PERCENT_OFF = "BUY_M_GET_PERCENT_OFF"  # from M on, each
    BUY_M_GET_MONEY_OFF = "BUY_M_GET_MONEY_OFF"  # for each M
    BUNDLE_PRICE = "BUNDLE_PRICE"  # mix and match: M of the items, or one of each part, for one price
    TIERED = "TIERED"  # the more, the better the step
    FREE_GIFT = "FREE_GIFT"
    FREE_GIFT_WITH_VALUE = "FREE_GIFT_WITH_VALUE"
    FREE_GIFT_WITH_ITEM_ID = "FREE_GIFT_WITH_ITEM_ID"
    FREE_SHIPPING_STANDARD = "FREE_SHIPPING_STANDARD"
    FREE_SHIPPING_OVERNIGHT = "FREE_SHIPPING_OVERNIGHT"
    FREE_SHIPPING_TWO_DAY = "FREE_SHIPPING_TWO_DAY"


# Delivery is an online matter: a store never honours it, and says so.
DELIVERY = frozenset({
    CouponValueType.FREE_SHIPPING_STANDARD,
    CouponValueType.FREE_SHIPPING_OVERNIGHT,
    CouponValueType.FREE_SHIPPING_TWO_DAY,
})  # fmt: skip
GIFTS = frozenset({
    CouponValueType.FREE_GIFT,
    CouponValueType.FREE_GIFT_WITH_VALUE,
    CouponValueType.FREE_GIFT_WITH_ITEM_ID,
})  # fmt: skip
BUY_M_GET_N = frozenset({CouponValueType.BUY_M_GET_N_PERCENT_OFF, CouponValueType.BUY_M_GET_N_MONEY_OFF})


class OfferType(StrEnum):
    """What the shopper has to show."""

    NO_CODE = "NO_CODE"
    GENERIC_CODE = "GENERIC_CODE"
    SINGLE_USE_CODES = "SINGLE_USE_CODES"  # a batch; each code once
    GS1_COUPON = "GS1_COUPON"  # AI (255), or a GTIN of prefix 981-983


class AppliesTo(StrEnum):
    """What an amount is taken off."""

    EACH_ITEM = "EACH_ITEM"
    BASKET = "BASKET"  # once, from all of the promotion's items in the basket together


class RewardItems(StrEnum):
    """Which units of "buy M get N" are the N."""

    CHEAPEST = "CHEAPEST"
    NAMED = "NAMED"


class TierBasis(StrEnum):
    """What the steps of a tiered deal count: units, or money before any deal."""

    QUANTITY = "QUANTITY"
    AMOUNT = "AMOUNT"


class Audience(StrEnum):
    EVERYONE = "EVERYONE"
    MEMBERS = "MEMBERS"  # of the loyalty programme


class Concurrence(StrEnum):
    """How a deal stands to others on the same unit (the modes of D365 Commerce)."""

    EXCLUSIVE = "EXCLUSIVE"
    BEST_PRICE = "BEST_PRICE"
    COMPOUNDED = "COMPOUNDED"


class LimitScope(StrEnum):
    """Whose counter a limit is: all of the promotion, each store, each customer."""

    PROMOTION = "PROMOTION"
    STORE = "STORE"
    CUSTOMER = "CUSTOMER"


class LimitPeriod(StrEnum):
    """When a counter starts again, on the store's own calendar; a week begins on Monday."""

    TOTAL = "TOTAL"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


class LimitUnit(StrEnum):
    USES = "USES"
    MONEY = "MONEY"


class RedemptionState(StrEnum):
    """A use of a promotion is taken, or was given back."""

    REDEEMED = "REDEEMED"
    ROLLED_BACK = "ROLLED_BACK"


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
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    PENDING = "PENDING"
    LIVE = "LIVE"
    EXPIRED = "EXPIRED"
    STOPPED = "STOPPED"


UNPUBLISHED = frozenset({
    PromotionState.DRAFT, PromotionState.SUBMITTED, PromotionState.APPROVED, PromotionState.REJECTED,
})  # fmt: skip


class RevisionState(StrEnum):
    """Where the newest words of a promotion stand on their way to the stores."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    PUBLISHED = "PUBLISHED"


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
    RETARGETED = "RETARGETED"  # a group, list, store or item it names has changed
    BUDGET_FREED = "BUDGET_FREED"
    RECONCILED = "RECONCILED"
    HELD = "HELD"  # an item was put aside for a shopper, or is not any more; the state need not change
    NUDGED = "NUDGED"  # somebody is asked to read it; the state stays


class Urgency(StrEnum):
    """How loudly a store is told."""

    NOW = "NOW"  # interrupts, and has to be dismissed: stops, price errors, recalls
    SHIFT = "SHIFT"  # gathered quietly, to be read within the shift
    TODAY = "TODAY"  # stands in the morning's briefing


class ReadingAction(StrEnum):
    """What somebody did with an offer's terms."""

    READ = "READ"
    UNDONE = "UNDONE"


class MarkKind(StrEnum):
    """What a promotion's target can name, and whose members have changed."""

    ANY_STORE = "ANY_STORE"
    STORE = "STORE"  # store_code
    STORE_GROUP = "STORE_GROUP"  # code
    ANY_ITEM = "ANY_ITEM"
    ITEM = "ITEM"  # SKU or identifier
    BRAND = "BRAND"
    PRODUCT_TYPE = "PRODUCT_TYPE"
    ITEM_GROUP = "ITEM_GROUP"  # item_group_id
    ITEM_LIST = "ITEM_LIST"  # code


class Outcome(StrEnum):
    """What the associate may say."""

    HONOUR = "HONOUR"
    HONOUR_AND_REPORT = "HONOUR_AND_REPORT"  # the deal is right, the sign or the till is not
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
    THIN_STOCK = "THIN_STOCK"  # so few that the count alone is no promise
    SIGN_DIFFERS = "SIGN_DIFFERS"
    TILL_DIFFERS = "TILL_DIFFERS"
    CODE_NEEDED = "CODE_NEEDED"
    MINIMUM_PURCHASE = "MINIMUM_PURCHASE"
    MINIMUM_QUANTITY = "MINIMUM_QUANTITY"
    MEMBERS_ONLY = "MEMBERS_ONLY"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    HONOUR_WINDOW = "HONOUR_WINDOW"
    STORE_LIMIT_REACHED = "STORE_LIMIT_REACHED"
    CUSTOMER_LIMIT_REACHED = "CUSTOMER_LIMIT_REACHED"
    CODE_USED = "CODE_USED"
    CODE_WRONG = "CODE_WRONG"
    PRICE_ABOVE_LIMIT = "PRICE_ABOVE_LIMIT"
    BUNDLE_INCOMPLETE = "BUNDLE_INCOMPLETE"
    REWARD_MISSING = "REWARD_MISSING"
    NO_PRICE = "NO_PRICE"
    BEATEN = "BEATEN"
    EXCLUDED_BY = "EXCLUDED_BY"
    NOTHING_LEFT_TO_TAKE_OFF = "NOTHING_LEFT_TO_TAKE_OFF"
    VALID = "VALID"
