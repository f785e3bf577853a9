"""What people call the fields of a promotion, wherever they stand as columns or in a list of changes."""

from typing import Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "promotion_id": _("Promotion id"),
    "campaign": _("Campaign"),
    "long_title": _("Title"),
    "operator_display_name": _("Headline on the tablet"),
    "customer_display_name": _("Name the shopper sees"),
    "operator_text": _("What to say to the shopper"),
    "talk_track": _("Talk track"),
    "urgency": _("How loudly the stores are told"),
    "quiz_question": _("Question to the associates"),
    "quiz_answers": _("Answers, the right one first"),
    "quiz_explanation": _("Why it is so"),
    "promotion_url": _("Web page"),
    "picture": _("Picture"),
    "coupon_value_type": _("What the shopper gets"),
    "applies_to": _("Taken off"),
    "percent_off": _("Percentage off"),
    "money_off_amount": _("Money off"),
    "fixed_price_amount": _("Price"),
    "minimum_purchase_amount": _("From a purchase of"),
    "currency": _("Currency"),
    "minimum_purchase_quantity": _("Buy how many"),
    "get_this_quantity_discounted": _("Get how many"),
    "reward_items": _("Which ones are discounted"),
    "reward_item_id_inclusion": _("Discounted items"),
    "bundle_parts": _("Parts of the bundle"),
    "tiers": _("Steps"),
    "tier_basis": _("Steps count"),
    "free_gift_item_id": _("Gift item"),
    "free_gift_description": _("Gift"),
    "free_gift_value": _("Worth of the gift"),
    "limit_quantity": _("Most units a purchase"),
    "limit_value": _("Only items up to"),
    "audience": _("For whom"),
    "concurrence": _("Beside other deals"),
    "priority": _("Priority"),
    "tags": _("Tags"),
    "combines_with": _("Combines with"),
    "offer_type": _("Code"),
    "generic_redemption_code": _("The code"),
    "limit_uses": _("Uses in all stores together"),
    "limits": _("Limits"),
    "redemption_channel": _("Where it can be used"),
    "product_applicability": _("Which items"),
    "item_id_inclusion": _("Items"),
    "item_id_exclusion": _("Except these items"),
    "brand_inclusion": _("Brands"),
    "brand_exclusion": _("Except these brands"),
    "product_type_inclusion": _("Product types"),
    "product_type_exclusion": _("Except these product types"),
    "item_group_id_inclusion": _("Item groups"),
    "item_group_id_exclusion": _("Except these item groups"),
    "item_list_inclusion": _("Item lists"),
    "item_list_exclusion": _("Except these item lists"),
    "store_applicability": _("Which stores"),
    "store_codes_inclusion": _("Stores"),
    "store_codes_exclusion": _("Except these stores"),
    "store_groups_inclusion": _("Store groups"),
    "store_groups_exclusion": _("Except these groups"),
    "starts_on": _("First day"),
    "starts_time": _("Starts at"),
    "last_day": _("Last day"),
    "ends_at": _("Ends at"),
    "ends_on": _("End, not included"),
    "ends_time": _("Time of the end"),
    "window_timezone": _("On which clock"),
    "weekly_hours": _("Hours of the week"),
    "display_starts_on": _("Shown from"),
    "display_starts_time": _("Shown from, time"),
    "display_ends_on": _("Shown until, not included"),
    "display_ends_time": _("Shown until, time"),
    "honour_hours": _("Honoured after the end, hours"),
    "minimum_stock": _("Low below"),
}


def label_of(field: str) -> str:
    """In the active language; a field nobody has named by its own name."""
    return str(LABELS.get(field, field))


def names_of_columns() -> dict[str, str]:
    """Every name a column may have to the column: its own, and its label in English and in the active language."""
    names = {name: name for name in LABELS}
    with override("en"):
        names |= {str(label): name for name, label in LABELS.items()}
    return names | {str(label): name for name, label in LABELS.items()}


def reason_names() -> tuple[str, ...]:
    """Columns of our own downloads that say what was wrong; they are left out when the file comes back."""
    return ("reason", gettext("Reason"))
