"""Which edits change the terms of a promotion: they need a new approval, and everybody reads it again.

Material is what the shopper gets, on what, where, when, how often, by what code and beside which other deals.
Immaterial is how it is worded, how loudly it is told and from how many pieces a store counts as low.
"""

from collections.abc import Iterable
from enum import StrEnum


class Materiality(StrEnum):
    MATERIAL = "MATERIAL"
    IMMATERIAL = "IMMATERIAL"


# What the shopper gets.
_PRICE = (
    "coupon_value_type", "applies_to", "percent_off", "money_off_amount", "fixed_price_amount", "currency",
    "minimum_purchase_amount", "minimum_purchase_quantity", "get_this_quantity_discounted", "reward_items",
    "reward_item_id_inclusion", "bundle_parts", "tiers", "tier_basis", "free_gift_item_id",
    "free_gift_description", "free_gift_value",
)  # fmt: skip
_MATERIAL = (
    *_PRICE,
    # how often and who
    "limit_quantity", "limit_value", "limit_uses", "limits", "campaign", "audience",
    # beside which other deals
    "concurrence", "priority", "tags", "combines_with",
    # by what code, on which channel
    "offer_type", "generic_redemption_code", "redemption_channel",
    # on what
    "product_applicability", "item_id_inclusion", "item_id_exclusion", "brand_inclusion", "brand_exclusion",
    "product_type_inclusion", "product_type_exclusion", "item_group_id_inclusion", "item_group_id_exclusion",
    "item_list_inclusion", "item_list_exclusion",
    # where
    "store_applicability", "store_codes_inclusion", "store_codes_exclusion", "store_groups_inclusion",
    "store_groups_exclusion",
    # when
    "starts_on", "starts_time", "ends_on", "ends_time", "window_timezone", "weekly_hours", "honour_hours",
    "display_starts_on", "display_starts_time", "display_ends_on", "display_ends_time",
)  # fmt: skip
_IMMATERIAL = (
    "long_title", "operator_display_name", "customer_display_name", "operator_text", "promotion_url",
    "picture", "minimum_stock", "talk_track", "urgency", "quiz_question", "quiz_answers", "quiz_explanation",
)  # fmt: skip

MATERIALITY = dict.fromkeys(_MATERIAL, Materiality.MATERIAL) | dict.fromkeys(
    _IMMATERIAL, Materiality.IMMATERIAL
)
MATERIAL_FIELDS = frozenset(_MATERIAL)
PRICE_FIELDS = frozenset(_PRICE)


def is_material(changed: Iterable[str]) -> bool:
    """Whether a change of these fields of a revision changes its terms. An unknown field is a KeyError."""
    return any(MATERIALITY[field] == Materiality.MATERIAL for field in changed)
