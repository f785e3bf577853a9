"""The kinds of deal in people's words, and which fields belong to each."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from promotions.rules.content import AMOUNT_FIELDS
from promotions.rules.content.value import COUNTED, GIFT_FIELDS
from promotions.rules.words import BUY_M_GET_N, GIFTS, CouponValueType


class Kind(NamedTuple):
    """One choice of the form, with an example of what a shopper would be told."""

    value: CouponValueType
    label: Any
    example: Any


KIND_GROUPS: tuple[tuple[Any, tuple[Kind, ...]], ...] = (
    (
        _("Off the price"),
        (
            Kind(CouponValueType.PERCENT_OFF, _("A percentage off"), _("25 % off")),
            Kind(CouponValueType.MONEY_OFF, _("An amount of money off"), _("$2 off")),
            Kind(CouponValueType.FIXED_PRICE, _("A fixed price"), _("only $4.99")),
        ),
    ),
    (
        _("Buy some, get some"),
        (
            Kind(
                CouponValueType.BUY_M_GET_N_PERCENT_OFF,
                _("Buy some, a percentage off more"),
                _("buy 2, get 1 free"),
            ),
            Kind(
                CouponValueType.BUY_M_GET_N_MONEY_OFF,
                _("Buy some, money off more"),
                _("buy 1, $3 off the next"),
            ),
            Kind(
                CouponValueType.BUY_M_GET_PERCENT_OFF,
                _("From so many on, a percentage off"),
                _("20 % off from 3 on"),
            ),
            Kind(CouponValueType.BUY_M_GET_MONEY_OFF, _("Money off for so many"), _("$5 off for each 4")),
        ),
    ),
    (
        _("More for one price"),
        (
            Kind(
                CouponValueType.BUNDLE_PRICE,
                _("Several for one price"),
                _("3 for $10; meal of three parts $6"),
            ),
            Kind(CouponValueType.TIERED, _("Steps"), _("10 % from 3, 20 % from 6")),
        ),
    ),
    (
        _("Something extra"),
        (
            Kind(CouponValueType.FREE_GIFT, _("A free gift"), _("a mug free with it")),
            Kind(
                CouponValueType.FREE_GIFT_WITH_VALUE, _("A free gift of a named worth"), _("a mug worth $8")
            ),
            Kind(CouponValueType.FREE_GIFT_WITH_ITEM_ID, _("A free item we sell"), _("filter papers free")),
        ),
    ),
    (
        _("Delivery, online only"),
        (
            Kind(CouponValueType.FREE_SHIPPING_STANDARD, _("Free delivery"), ""),
            Kind(CouponValueType.FREE_SHIPPING_TWO_DAY, _("Free two-day delivery"), ""),
            Kind(CouponValueType.FREE_SHIPPING_OVERNIGHT, _("Free overnight delivery"), ""),
        ),
    ),
)
KIND_CHOICES = [(kind.value, kind.label) for _title, kinds in KIND_GROUPS for kind in kinds]


def kinds_with(field: str) -> frozenset[CouponValueType]:
    return frozenset(kind for kind, own in AMOUNT_FIELDS.items() if own == field)


# The fields that only some kinds have; every other field goes with any kind.
FIELD_KINDS: dict[str, frozenset[CouponValueType]] = {
    "percent_off": kinds_with("percent_off"),
    "money_off_amount": kinds_with("money_off_amount"),
    "fixed_price_amount": kinds_with("fixed_price_amount"),
    "applies_to": frozenset(
        {
            CouponValueType.PERCENT_OFF,
            CouponValueType.MONEY_OFF,
            CouponValueType.TIERED,
        }
    ),
    "minimum_purchase_quantity": COUNTED,
    "get_this_quantity_discounted": BUY_M_GET_N,
    "reward_items": BUY_M_GET_N,
    "reward_item_id_inclusion": BUY_M_GET_N,
    "bundle_parts": frozenset({CouponValueType.BUNDLE_PRICE}),
    "tiers": frozenset({CouponValueType.TIERED}),
    "tier_basis": frozenset({CouponValueType.TIERED}),
    "free_gift_description": GIFTS,
    "free_gift_item_id": frozenset(kind for kind, own in GIFT_FIELDS.items() if "free_gift_item_id" in own),
    "free_gift_value": frozenset(kind for kind, own in GIFT_FIELDS.items() if "free_gift_value" in own),
}
