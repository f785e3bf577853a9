"""The columns of a promotions feed: Google's under both generations of names, and our own where Google has none.

Every column is a field of a revision by its own name, but for the few named here. A column that is not known is not
read: partners send many.
"""

from enum import StrEnum

from promotions.rules.google import LISTS as GOOGLE_LISTS
from promotions.rules.words import (
    AppliesTo,
    Audience,
    Concurrence,
    CouponValueType,
    OfferType,
    ProductApplicability,
    RewardItems,
    StoreApplicability,
    TierBasis,
    Urgency,
)

EFFECTIVE, DISPLAY = "promotion_effective_dates", "promotion_display_dates"
# A row that says "full" is our own export: its times are wall-clock times, half-open as they stand, and a text or a
# list that no cell could hold is written as JSON.
VARIANT, FULL = "omnistore_variant", "full"
VERSION, DELIVERY = "version_number", "free_shipping"

REQUIRED = (
    "promotion_id", "product_applicability", "offer_type", "long_title", EFFECTIVE, "redemption_channel",
)  # fmt: skip
ALIASES = {
    "item_id": "item_id_inclusion",
    "brand": "brand_inclusion",
    "product_type": "product_type_inclusion",
    "item_group_id": "item_group_id_inclusion",
    "store_code": "store_codes_inclusion",
    "store_code_inclusion": "store_codes_inclusion",
    "store_code_exclusion": "store_codes_exclusion",
    "buy_this_quantity": "minimum_purchase_quantity",
    "get_this_quantity": "get_this_quantity_discounted",
    "promotion_effective_time_period": EFFECTIVE,
    "promotion_display_time_period": DISPLAY,
    "promotion_display_date": DISPLAY,
}

OWN_LISTS = (
    "item_list_inclusion", "item_list_exclusion", "store_groups_inclusion", "store_groups_exclusion",
    "reward_item_id_inclusion", "tags", "combines_with",
)  # fmt: skip
LISTS = (*GOOGLE_LISTS, *OWN_LISTS)
# Names that hold commas; in XML, where a list repeats its element, they are not taken apart.
WORDED_LISTS = frozenset({
    "brand_inclusion", "brand_exclusion", "product_type_inclusion", "product_type_exclusion", "tags",
})  # fmt: skip

WORDS: dict[str, type[StrEnum]] = {
    "coupon_value_type": CouponValueType,
    "offer_type": OfferType,
    "product_applicability": ProductApplicability,
    "store_applicability": StoreApplicability,
    "applies_to": AppliesTo,
    "reward_items": RewardItems,
    "tier_basis": TierBasis,
    "audience": Audience,
    "concurrence": Concurrence,
    "urgency": Urgency,
}
# Texts with how much a revision's field holds; what to say to a shopper has no end of its own.
TEXTS = {
    "campaign": 60, "long_title": 200, "operator_display_name": 120, "customer_display_name": 120,
    "operator_text": 10_000, "promotion_url": 200, "generic_redemption_code": 60, "free_gift_item_id": 200,
    "free_gift_description": 200, "talk_track": 500, "quiz_question": 200, "quiz_answers": 600,
    "quiz_explanation": 300, "picture": 500,
}  # fmt: skip
AMOUNTS = (
    "money_off_amount", "fixed_price_amount", "minimum_purchase_amount", "limit_value", "free_gift_value",
)  # fmt: skip
WHOLE_NUMBERS = (
    "minimum_purchase_quantity", "get_this_quantity_discounted", "limit_quantity", "limit_uses", "minimum_stock",
    "honour_hours", "priority",
)  # fmt: skip
OBJECTS = ("bundle_parts", "tiers", "limits", "weekly_hours")

# In the order in which people read a deal; the whole of a revision, so that a round trip loses nothing.
FULL_COLUMNS = (
    "promotion_id", "long_title", "coupon_value_type", "percent_off", *AMOUNTS, "currency", *WHOLE_NUMBERS,
    "applies_to", "reward_items", "reward_item_id_inclusion", "bundle_parts", "tiers", "tier_basis",
    "free_gift_item_id", "free_gift_description", "offer_type", "generic_redemption_code", "limits", "audience",
    "concurrence", "tags", "combines_with", "redemption_channel", EFFECTIVE, DISPLAY, "window_timezone",
    "weekly_hours", "product_applicability", *GOOGLE_LISTS[:8], "item_list_inclusion", "item_list_exclusion",
    "store_applicability", *GOOGLE_LISTS[8:], "store_groups_inclusion", "store_groups_exclusion", "campaign",
    "operator_display_name", "customer_display_name", "operator_text", "promotion_url", "picture", "talk_track",
    "urgency", "quiz_question", "quiz_answers", "quiz_explanation", VARIANT,
)  # fmt: skip
GOOGLE_COLUMNS = (
    "promotion_id", "product_applicability", "offer_type", "generic_redemption_code", "long_title",
    "coupon_value_type", "percent_off", "money_off_amount", "minimum_purchase_amount", "minimum_purchase_quantity",
    "get_this_quantity_discounted", "limit_quantity", "limit_value", "free_gift_value", "free_gift_description",
    "free_gift_item_id", EFFECTIVE, DISPLAY, "redemption_channel", "store_applicability", "store_codes_inclusion",
    "item_id_inclusion", "promotion_url",
)  # fmt: skip
KNOWN = frozenset({*FULL_COLUMNS, *REQUIRED, VERSION, DELIVERY})
