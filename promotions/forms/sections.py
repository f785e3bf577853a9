"""The parts of the promotion form, in the order in which a promotion is thought up."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Section(NamedTuple):
    """A part of the form and of the promotion's page; `more` is what few promotions need, under `more_title`."""

    key: str
    title: Any
    fields: tuple[str, ...]
    more: tuple[str, ...] = ()
    more_title: Any = _("Exceptions and more")


SECTIONS = (
    Section(
        "deal",
        _("Deal"),
        (
            "long_title",
            "coupon_value_type",
            "minimum_purchase_quantity",
            "get_this_quantity_discounted",
            "percent_off",
            "money_off_amount",
            "fixed_price_amount",
            "reward_items",
            "reward_item_id_inclusion",
            "bundle_parts",
            "tier_basis",
            "tiers",
            "free_gift_description",
            "free_gift_item_id",
            "free_gift_value",
            "applies_to",
            "currency",
            "redemption_channel",
            "audience",
        ),
        ("minimum_purchase_amount", "limit_quantity", "limit_value"),
        _("Conditions on the basket"),
    ),
    Section(
        "items",
        _("Items"),
        (
            "product_applicability",
            "item_id_inclusion",
            "brand_inclusion",
            "product_type_inclusion",
            "item_group_id_inclusion",
            "item_list_inclusion",
        ),
        (
            "item_id_exclusion",
            "brand_exclusion",
            "product_type_exclusion",
            "item_group_id_exclusion",
            "item_list_exclusion",
        ),
        _("Except these"),
    ),
    Section(
        "where",
        _("Where"),
        ("store_applicability", "store_groups_inclusion", "store_codes_inclusion"),
        ("store_groups_exclusion", "store_codes_exclusion"),
        _("Except these"),
    ),
    Section(
        "when",
        _("When"),
        ("starts_on", "starts_time", "ends_on", "ends_time", "weekly_hours"),
        (
            "display_starts_on",
            "display_starts_time",
            "display_ends_on",
            "display_ends_time",
            "honour_hours",
            "window_timezone",
        ),
        _("When it is shown, how long it is honoured, another clock"),
    ),
    Section(
        "words",
        _("Words"),
        (
            "operator_text",
            "talk_track",
            "operator_display_name",
            "customer_display_name",
            "picture",
            "promotion_url",
            "campaign",
            "urgency",
        ),
        ("quiz_question", "quiz_answers", "quiz_explanation"),
        _("A question that shows it was understood"),
    ),
    Section(
        "limits",
        _("Code and limits"),
        ("offer_type", "generic_redemption_code", "limit_uses", "minimum_stock", "limits"),
    ),
    Section(
        "standing",
        _("How it stands to other deals"),
        ("concurrence", "combines_with", "priority", "tags"),
    ),
)
